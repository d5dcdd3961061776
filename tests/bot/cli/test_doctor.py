"""`nrrbot doctor`: every check good, then each bad in turn, with its mend; nothing is changed anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.doctor import CHECKS
from core.config import SECRETS
from tests.support.command_line import Ran, nrrbot
from tests.support.company import Form, MakeCompany
from tests.support.google.server import GoogleServer
from tests.support.slack.server import Channel, Fault, SlackServer


@dataclass(frozen=True)
class Setup:
    """What a test spoils: the config and sheet, both servers, the environment."""

    form: Form
    slack: SlackServer
    google: GoogleServer
    environment: pytest.MonkeyPatch


Spoil = Callable[[Setup], object]
SUBJECTS = [subject for subject, _ in CHECKS]


@pytest.fixture
def form(company: MakeCompany, slack: SlackServer) -> Form:
    form = company("wide", "google", slack_api=slack.api_url)
    slack.channels["C0PARTNER"].member = False
    assert nrrbot("sync", "--config", form.config).code == 0
    for key in form.config.parent.glob("nrrbot-key-*.json"):
        key.chmod(0o600)
    return form


def findings(ran: Ran) -> dict[str, tuple[str, str]]:
    """Return subject -> (good or bad, what was said)."""
    lines = {}
    for line in ran.out.splitlines():
        mark, rest = line.split(maxsplit=1)
        subject, _, finding = rest.partition(": ")
        lines[subject] = (mark, finding)
    return lines


def test_all_is_well(form: Form, slack: SlackServer, google: GoogleServer) -> None:
    before = form.tabs()
    ran = nrrbot("doctor", "--config", form.config)
    assert (ran.code, ran.err) == (0, "")
    checks = findings(ran)
    assert list(checks) == SUBJECTS
    assert {mark for mark, _ in checks.values()} == {"good"}
    assert "Retention" in checks["workbook"][1]
    assert checks["digest channel"][1].endswith("#general")
    assert form.tabs() == before
    assert not slack.posted
    assert not [call for call in google.calls if "batchUpdate" in call.method]
    assert nrrbot("doctor", "--http", "--config", form.config).code == 0


def test_slack_is_asked_about_each_message_where_that_is_wanted(form: Form, slack: SlackServer) -> None:
    ran = nrrbot("doctor", "--messages", "--config", form.config)
    assert (ran.code, findings(ran)["messages"][0]) == (0, "good")
    asked = slack.called("blocks.validate")
    assert findings(ran)["messages"][1] == f"Slack takes all of them: {len(asked)}"
    assert len(asked) > 40
    assert not slack.posted
    slack.fail("blocks.validate", Fault(200, {"ok": False, "error": "invalid_blocks"}))
    ran = nrrbot("doctor", "--messages", "--config", form.config)
    assert (ran.code, findings(ran)["messages"][0]) == (1, "bad")
    assert "Slack refuses /nrr (invalid_blocks)." in ran.out


def test_scopes_that_are_not_needed_are_a_warning(form: Form, slack: SlackServer) -> None:
    slack.scopes.append("channels:history")
    ran = nrrbot("doctor", "--config", form.config)
    assert (ran.code, findings(ran)["Slack scopes"][0]) == (0, "warning")
    assert "more than nrrbot needs: channels:history" in ran.out


def setenv(name: str, value: str) -> Spoil:
    return lambda setup: setup.environment.setenv(name, value)


def unset(name: str) -> Spoil:
    return lambda setup: setup.environment.delenv(name)


def corrupt(setup: Setup) -> None:
    """Spoil every page of the store but the first, which says that it is one."""
    path = setup.form.config.parent / "nrrbot.db"
    data = path.read_bytes()
    first = int.from_bytes(data[16:18], "big")  # the page size: www.sqlite.org/fileformat.html
    path.write_bytes(data[:first] + b"\xff" * (len(data) - first))


def edit_config(old: str, new: str) -> Spoil:
    def edit(setup: Setup) -> None:
        text = setup.form.config.read_text()
        assert old in text
        setup.form.config.write_text(text.replace(old, new))

    return edit


BAD: dict[str, tuple[Spoil, set[str], str]] = {
    "wrong token": (
        setenv("SLACK_BOT_TOKEN", "xoxb-wrong"),
        {"Slack bot token", "Slack scopes", "Messages tab", "clock", "digest channel", "external channels"},
        "Slack does not accept the token.",
    ),
    "no token": (
        unset("SLACK_BOT_TOKEN"),
        {"Slack bot token", "Slack scopes", "Messages tab", "clock", "digest channel", "external channels"},
        "SLACK_BOT_TOKEN",
    ),
    "app removed": (
        lambda setup: setattr(setup.slack, "revoked", "account_inactive"),
        {*SUBJECTS[5:9], "digest channel", "Slack connection", "external channels"},
        "The Slack app was removed from the workspace.",
    ),
    "missing scope": (
        lambda setup: setup.slack.scopes.remove("files:write"),
        {"Slack scopes"},
        "missing: files:write. Paste the output of nrrbot manifest",
    ),
    "no Messages tab": (
        lambda setup: setup.slack.scopes.remove("im:history"),
        {"Slack scopes", "Messages tab"},
        "the scope im:history is missing",
    ),
    "a token of a person": (
        lambda setup: setup.slack.fail("auth.test", Fault(200, {"ok": True, "user": "ann", "team": "x"})),
        {"Slack bot token", "Slack scopes", "Messages tab", "clock"},
        "This is the token of a person, ann. The bot token is on the app's page under OAuth & Permissions",
    ),
    "archived": (
        lambda setup: setattr(setup.slack.channels["C0GENERAL"], "archived", True),
        {"digest channel"},
        "#general is archived.",
    ),
    "not invited": (
        lambda setup: setattr(setup.slack.channels["C0GENERAL"], "member", False),
        {"digest channel"},
        "Invite it there with /invite @nrrbot",
    ),
    "digest where another company reads": (
        lambda setup: setattr(setup.slack.channels["C0GENERAL"], "pending", True),
        {"digest channel"},
        "Another company reads #general, or is invited to, so no digest is posted there.",
    ),
    "a channel by its name": (
        edit_config("C0GENERAL", "#general"),
        {"digest channel"},
        "Slack knows no such channel",
    ),
    "no such channel": (
        edit_config("C0GENERAL", "C0WRONG"),
        {"digest channel"},
        "Slack knows no such channel",
    ),
    "no app token": (unset("SLACK_APP_TOKEN"), {"Slack connection"}, "slack.app_token_file"),
    "a bot token as app token": (
        setenv("SLACK_APP_TOKEN", "xoxb-1-loopback"),
        {"Slack connection"},
        "is a bot token (xoxb-...). Copy the app-level token for Socket Mode, xapp-...",
    ),
    "not shared": (
        lambda setup: setup.google.spreadsheets[setup.form.sheet].editors.clear(),
        {"workbook"},
        "nrrbot@retention-test.iam.gserviceaccount.com",
    ),
    "key revoked": (lambda setup: setup.google.revoke(), {"workbook"}, "key"),
    "no key file": (edit_config("nrrbot-key-0.json", "gone.json"), {"workbook"}, "gone.json"),
    "a time zone": (edit_config("Europe/Paris", "Europe/Pariss"), {"config"}, "Europe/Pariss"),
    "corrupted store": (corrupt, {"store"}, "nrrbot.db"),
    "Slack in trouble": (
        lambda setup: setup.slack.fail("auth.test", Fault(503, "<html>")),
        {"Slack bot token", "Slack scopes", "Messages tab", "clock"},
        "Slack has trouble just now (HTTP 503).",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_each_check_finds_what_is_wrong_and_says_how_to_mend_it(
    form: Form, slack: SlackServer, google: GoogleServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    spoil, subjects, says = BAD[name]
    spoil(Setup(form, slack, google, monkeypatch))
    ran = nrrbot("doctor", "--config", form.config)
    checks = findings(ran)
    assert (ran.code, ran.err) == (1, ""), ran
    assert list(checks) == SUBJECTS
    assert {subject for subject, (mark, _) in checks.items() if mark == "bad"} == subjects
    assert any(says in finding for mark, finding in checks.values() if mark == "bad"), ran.out
    for secret in (slack.bot_token, slack.app_token, slack.signing_secret):
        assert secret not in ran.out


def test_a_clock_that_is_off(form: Form) -> None:
    ran = nrrbot("doctor", "--config", form.config, "--today", "2020-01-01")
    assert ran.code == 1
    mark, finding = findings(ran)["clock"]
    assert mark == "bad"
    assert finding.startswith("-")
    assert "Let this machine set its clock from the network." in finding
    assert {mark for subject, (mark, _) in findings(ran).items() if subject != "clock"} == {"good"}


def test_channels_that_another_company_reads_are_named(form: Form, slack: SlackServer) -> None:
    # More than Slack lists at a time.
    for number in range(250):
        slack.channels[f"C1{number}"] = Channel(f"C1{number}", f"c{number}", external=number in {0, 249})
    ran = nrrbot("doctor", "--config", form.config)
    mark, finding = findings(ran)["external channels"]
    assert (ran.code, mark) == (0, "warning")
    assert "another company reads #c0, #c249, or is invited to" in finding


def test_over_http_the_signing_secret_is_what_counts(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_APP_TOKEN")
    assert nrrbot("doctor", "--http", "--config", form.config).code == 0
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    ran = nrrbot("doctor", "--http", "--config", form.config)
    assert findings(ran)["Slack connection"][0] == "bad"
    assert "SLACK_SIGNING_SECRET" in ran.out


def test_with_nothing_configured_every_line_is_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("config.toml").touch()
    ran = nrrbot("doctor")
    checks = findings(ran)
    assert (ran.code, list(checks)) == (1, SUBJECTS)
    assert {subject for subject, (mark, _) in checks.items() if mark == "good"} == {
        "access",
        "config",
        "store",
        "private files",
        "digest channel",
        "messages",
        "add-in",
        "warehouse",
    }
    assert all(name in ran.out for name in list(SECRETS)[:2])
    assert not Path("nrrbot.db").exists()


def test_files_that_others_can_read_are_a_warning(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    token, store = form.config.parent / "token", form.config.parent / "nrrbot.db"
    token.write_text("xoxb-1-loopback\n")
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    form.config.write_text(form.config.read_text().replace("[slack]", f'[slack]\nbot_token_file = "{token}"'))
    for path, mode in ((token, 0o640), (store, 0o604)):
        path.chmod(mode)
        ran = nrrbot("doctor", "--config", form.config)
        mark, finding = findings(ran)["private files"]
        assert (ran.code, mark) == (0, "warning")
        assert finding.endswith(f"chmod 600 {path}")
        path.chmod(0o600)
    assert findings(nrrbot("doctor", "--config", form.config))["private files"][0] == "good"


def test_in_french(form: Form) -> None:
    ran = nrrbot("doctor", "--config", form.config, "--lang", "fr")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == len(SUBJECTS)
    assert "good" not in ran.out


def test_a_workbook_without_revenue_is_told(company: MakeCompany) -> None:
    form = company("wide", "xlsx", content={"Customers": [["Account ID", "Name"], ["E-1", "Acme"]], "Notes": [["x"]]})
    ran = nrrbot("doctor", "--config", form.config)
    assert ran.code == 1
    assert "no tab holds revenue. Its tabs: Customers, Notes." in ran.out
