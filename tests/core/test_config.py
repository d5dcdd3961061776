"""The config file: what is written in the example, what is refused, where secrets come from."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from core.config import SECRETS, Config, load_company_playbook, load_config, read_secret
from core.errors import ConfigError
from core.redaction import redact

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_names_every_key_with_its_default() -> None:
    import tomllib

    raw = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert raw == msgspec.to_builtins(Config())


def test_every_key_of_the_example_has_a_section_and_most_a_comment() -> None:
    lines = [line for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if "=" in line and line[0] != "#"]
    bare = [line for line in lines if "#" not in line and not line.startswith(("port", "digest_minute"))]
    assert not bare


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("[slack]\nprot = 1", "the key slack.prot does not exist. Did you mean slack.port?"),
        ("[slak]\nport = 1", "the key slak does not exist. Did you mean slack?"),
        ("[slack]\nport = 'x'", "the value of the key slack.port is not allowed: Expected `int`, got `str`."),
        ("[slack]\nport = 70000", "the value of the key slack.port is not allowed"),
        ("[company]\nlanguage = 'de'", "the value of the key company.language is not allowed"),
        ("[schedule]\ndigest_hour = 24", "the value of the key schedule.digest_hour is not allowed"),
        ("[company]\nproduct = 'hardware'", "the value of the key company.product is not allowed"),
        ("[advice]\nmost = -1", "the value of the key advice.most is not allowed"),
        ("[access]\nmay_ask = ['ines']", "the value of the key access.may_ask[0] is not allowed"),
        ("[access]\nname_channels = ['#general']", "the value of the key access.name_channels[0] is not allowed"),
        ("[[access.people]]\nslack = 'S0123'", "the value of the key access.people[0].slack is not allowed"),
        ("[[access.limits]]\nwho = ['S0123']", "the value of the key access.limits[0] is not allowed"),
        ("company = 3", "the value of the key company is not allowed"),
        ("[company", "is not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_the_key_s_name(tmp_path: Path, text: str, message_text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    assert message_text in str(caught.value)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: No such file.*Copy config\.example\.toml"):
        load_config(tmp_path / "config.toml")


def test_paths_are_taken_from_the_file_s_folder(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "[workbook]\npath = 'revenue.xlsx'\n[store]\npath = '/var/x.db'"))
    assert config.workbook.path == str(tmp_path / "revenue.xlsx")
    assert config.store.path == "/var/x.db"
    assert config.slack.bot_token_file == ""


TOKENS = {"SLACK_BOT_TOKEN": "xoxb-config-{}", "SLACK_APP_TOKEN": "xapp-config-{}", "SLACK_SIGNING_SECRET": "8f74ec{}"}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_the_environment_or_its_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=f"The secret {name} is missing"):
        read_secret(name, Config().slack)
    in_file, in_environment = (TOKENS[name].format(number) for number in (1, 2))
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbf" + in_file.encode() + b"\r\n")  # as Windows' editor writes it
    config = load_config(write(tmp_path, f"[slack]\n{SECRETS[name]} = 'token'"))
    assert read_secret(name, config.slack) == in_file
    monkeypatch.setenv(name, in_environment)
    assert read_secret(name, config.slack) == in_environment
    assert redact(f"Bearer {in_environment}!") == "Bearer [secret]!"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("SLACK_BOT_TOKEN", "xoxb-1\nxoxb-2", "slack.bot_token_file has more than one line"),
        ("SLACK_BOT_TOKEN", "xoxb-1 2", "has a space or another character"),
        ("SLACK_BOT_TOKEN", "xoxb-\N{EN DASH}", "has a space or another character"),
        ("SLACK_BOT_TOKEN", "xoxb-" + "1" * 1000, "has a space or another character"),
        ("SLACK_BOT_TOKEN", "xoxp-1-a", "is the token of a person"),
        ("SLACK_APP_TOKEN", "xoxb-1-a", "is a bot token"),
        ("SLACK_SIGNING_SECRET", "xoxb-1-a", "is not a signing secret"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused_without_a_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, message: str
) -> None:
    monkeypatch.delenv(name, raising=False)
    (tmp_path / "token").write_text(content, encoding="utf-8")
    config = load_config(write(tmp_path, f"[slack]\n{SECRETS[name]} = 'token'"))
    with pytest.raises(ConfigError, match=message) as refused:
        read_secret(name, config.slack)
    assert content not in str(refused.value)


def test_a_secret_file_that_is_not_there_is_named_by_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    config = load_config(write(tmp_path, "[slack]\nbot_token_file = 'nowhere'"))
    with pytest.raises(ConfigError, match=r"slack\.bot_token_file cannot be read: No such file"):
        read_secret("SLACK_BOT_TOKEN", config.slack)


def test_the_playbook_is_as_the_config_wants_it(tmp_path: Path) -> None:
    plain = load_company_playbook(Config())
    assert (plain.product, plain.most) == (None, 3)
    (tmp_path / "own.toml").write_text('replace = ["survey"]', encoding="utf-8")
    text = "[company]\nproduct = 'platform'\n[advice]\nmost = 5\n[benchmarks]\nfile = 'own.toml'"
    playbook = load_company_playbook(load_config(write(tmp_path, text)))
    assert (playbook.product, playbook.most) == ("platform", 5)
    assert {entry.set for entry in playbook.opinions} == {"stage", "product"}


@pytest.mark.parametrize(
    ("content", "message_text"),
    [
        (None, r"own\.toml of the key benchmarks\.file cannot be read: No such file"),
        (b"\xff", r"own\.toml of the key benchmarks\.file cannot be read: it is not UTF-8"),
        (b"replace = 3", r"The playbook own\.toml cannot be used, at replace: "),
    ],
)
def test_a_file_of_benchmarks_that_cannot_be_used_is_a_matter_of_the_config(
    tmp_path: Path, content: bytes | None, message_text: str
) -> None:
    if content is not None:
        (tmp_path / "own.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=message_text):
        load_company_playbook(load_config(write(tmp_path, "[benchmarks]\nfile = 'own.toml'")))


def test_a_config_that_was_sent_to_another_process_is_written_the_same() -> None:
    for config in (Config(), load_config(EXAMPLE)):
        sent = msgspec.json.encode(config)
        assert msgspec.json.encode(msgspec.json.decode(sent, type=Config)) == sent
