"""Secret files broken in many ways, under every command: no part of a secret is ever printed or logged."""

from __future__ import annotations

import io
import itertools
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.commands import cli
from core.config import SECRETS
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany
from tests.support.slack.server import SlackServer

Break = Callable[[bytes], bytes]

# How a file with a secret is broken. A trailing line break is not broken: each editor writes one.
WAYS: Mapping[str, Break] = {
    "a second line": lambda secret: secret + b"\n" + secret[::-1],
    "the same line twice": lambda secret: secret + b"\n" + secret,
    "a comment first": lambda secret: b"# the token\n" + secret,
    "a Windows line break": lambda secret: secret + b"\r\nEOF\r\n",
    "a NUL in the middle": lambda secret: secret[:12] + b"\0" + secret[12:],
    "another character set": lambda secret: secret + "é".encode("latin-1"),
    "no text in the middle": lambda secret: secret[:12] + b"\xff\xfe" + secret[12:],
    "UTF-16": lambda secret: secret.decode().encode("utf-16"),
    "a byte order mark": lambda secret: b"\xef\xbb\xbf" + secret,
    "quotes": lambda secret: b'"' + secret + b'"',
    "an assignment": lambda secret: b"SLACK_BOT_TOKEN=" + secret,
    "a header": lambda secret: b"Authorization: Bearer " + secret,
    "a space inside": lambda secret: secret[:12] + b" " + secret[12:],
    "a tab inside": lambda secret: secret[:12] + b"\t" + secret[12:],
    "an invisible space inside": lambda secret: secret[:12] + "\u200b".encode() + secret[12:],
    "a smart dash": lambda secret: secret.replace(b"-", "–".encode()),
    "an escape code": lambda secret: b"\x1b[31m" + secret,
    "cut in half": lambda secret: secret[: len(secret) // 2],
    "backwards": lambda secret: secret[::-1],
    "very long": lambda secret: secret * 20_000,
    "JSON": lambda secret: json.dumps({"token": secret.decode()}).encode(),
    "upper case": lambda secret: secret.upper(),
    "a placeholder": lambda secret: secret + b"{name}%s%(x)s",
    "a line separator": lambda secret: secret + "\u2028".encode() + secret,
    "nothing": lambda _: b"",
}

# What a command needs; {folder} is an empty folder.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "demo": ("demo", "{folder}/demo"),
    "addin": ("addin", "setup"),
    "backup": ("backup", "{folder}/copy.db"),
    "forget": ("forget", "E-1"),
    "restore": ("restore", "{folder}/copy.db"),
    "ask": ("ask", "Q3"),
    "digest": ("digest",),
    "digest --preview": ("digest", "--preview"),
    "run": ("run",),
    "run --http": ("run", "--http"),
    "doctor": ("doctor",),
    "doctor --http": ("doctor", "--http"),
    "template": ("template", "--google"),
    "look": ("look",),
}
COMMANDS = [*dict.fromkeys([*ARGUMENTS, *cli.commands])]
# Those that read a secret of Slack.
READ_SLACK = ("digest", "run", "run --http", "doctor", "doctor --http")
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-90417-Q7ZK3VJ8XW2MFT5RHD6C",
    "SLACK_APP_TOKEN": "xapp-1-A58213-B9YNQX4KGJ7ZWP3VT6LM",
    "SLACK_SIGNING_SECRET": "8d3f0b6a97c14e25f8b1d7306ac95e42",
}
PIECE = 6  # characters of a secret in a row are a part of it


@dataclass(frozen=True)
class Stage:
    """A company whose secrets are in files, and a Slack that refuses each call."""

    form: Form
    folder: Path
    files: Mapping[str, Path]

    def run(self, command: str) -> tuple[int, str]:
        arguments = [part.format(folder=self.folder) for part in ARGUMENTS.get(command, (command,))]
        ran = nrrbot(*arguments, "--config", self.form.config)
        return ran.code, ran.out + ran.err


@pytest.fixture
def stage(company: MakeCompany, slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    form = company("wide", "google", slack_api=slack.api_url)
    assert nrrbot("sync", "--config", form.config).code == 0
    slack.revoked = "invalid_auth"  # else `run` would run
    monkeypatch.setattr("sys.stdin", io.StringIO())  # no one answers what `init` asks
    files = {}
    for name, token in TOKENS.items():
        monkeypatch.delenv(name)
        files[name] = form.config.parent / name
        files[name].write_text(token)
        files[name].chmod(0o600)
    text = form.config.read_text()
    keys = "".join(f'{SECRETS[name]} = "{path}"\n' for name, path in files.items())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        head, section, tail = text.partition("[slack]\n")
        tail = tail.replace("port = 0", f"port = {taken.getsockname()[1]}\n{keys}", 1)
        text = head + section + tail
        form.config.write_text(text)
        [key] = form.config.parent.glob("nrrbot-key-*.json")
        files["google"] = key
        folder = tmp_path / "written"
        folder.mkdir()
        monkeypatch.chdir(folder)
        yield Stage(form, folder, files)


def list_pieces(secret: bytes) -> set[str]:
    """Return the parts of a secret that no text may have."""
    text = secret.decode()
    if text.startswith("{"):
        text = json.loads(text)["private_key"].replace("-----BEGIN PRIVATE KEY-----", "").partition("-----END")[0]
    else:
        text = re.sub(r"\A(xoxb|xapp)-", "", text)
    return {text[at : at + PIECE] for at in range(len(text) - PIECE + 1) if "\n" not in text[at : at + PIECE]}


def find_leaks(text: str, secret: bytes) -> list[str]:
    pieces = list_pieces(secret)
    return sorted({piece for piece in pieces for form in (piece, piece[::-1], piece.upper()) if form in text})


def assert_no_leak(stage: Stage, command: str, caplog: pytest.LogCaptureFixture) -> None:
    """Break the secrets in each way, run a command, and look for parts of the secrets in all that it wrote.

    A command that reads several secrets stops at the first that is refused: there they are broken one by one.
    """
    secrets = {name: path.read_bytes() for name, path in stage.files.items()}
    groups = [[name] for name in secrets] if command in READ_SLACK else [[*secrets]]
    for names, (way, break_secret) in itertools.product(groups, WAYS.items()):
        for name, path in stage.files.items():
            path.write_bytes(break_secret(secrets[name]) if name in names else secrets[name])
        caplog.clear()
        code, text = stage.run(command)
        written = text + caplog.text
        for name, secret in secrets.items():
            assert not find_leaks(written, secret), (command, name, way, written)
        assert code != 70, (command, names, way, text)
        for made in stage.folder.glob("*.db"):
            made.unlink()


@pytest.mark.parametrize("command", READ_SLACK)
def test_a_second_line_is_refused_in_words(stage: Stage, command: str) -> None:
    """A token with a line break in it would end up in the error of the HTTP library, whole."""
    for name in list(SECRETS):
        secret = stage.files[name].read_bytes()
        stage.files[name].write_bytes(WAYS["a second line"](secret))
        code, text = stage.run(command)
        assert not find_leaks(text, secret), (name, text)
        assert code in (1, 2, 4), text  # 4: the digest was not posted
        stage.files[name].write_bytes(secret)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_a_part_of_a_broken_secret(
    stage: Stage, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert_no_leak(stage, command, caplog)


def test_a_traceback_and_a_bug_print_no_secret(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = stage.files["SLACK_BOT_TOKEN"].read_bytes()

    def fail(*_: object) -> None:
        raise ValueError(f"Invalid header value {secret!r}")

    stage.run("digest")  # reads the token
    monkeypatch.setattr("bot.service.requests.find_command", fail)
    for trace in ("", "1"):
        monkeypatch.setenv("NRRBOT_TRACE", trace)
        code, text = stage.run("ask")
        assert code == 70
        assert "Invalid header value b'[secret]'" in text
        assert ("Traceback" in text) == bool(trace)
        assert not find_leaks(text, secret)


def test_leaks_are_found() -> None:
    token = TOKENS["SLACK_BOT_TOKEN"].encode()
    assert find_leaks("no Q7ZK3VJ here", token) == ["7ZK3VJ", "Q7ZK3V"]
    assert find_leaks("SLACK_BOT_TOKEN xoxb- 90417", token) == []
