"""`nrrbot init` against the loopback servers, from the first question to the hello in the channel."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import now
from bot.cli.commands import cli
from bot.cli.first_steps.init import QUESTIONS
from core.config import SECRETS, load_config
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, write_config
from tests.support.google.server import GoogleServer
from tests.support.slack.server import SlackServer


@pytest.fixture
def base(tmp_path: Path, slack: SlackServer, google: GoogleServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a config with the addresses of the servers, whose secrets are in no environment."""
    for name in SECRETS:
        monkeypatch.delenv(name)
    return write_config(
        tmp_path / "base.toml",
        google={
            "retry_seconds": 5,
            "sheets_url": google.url,
            "drive_url": google.url,
            "token_url": f"{google.url}/token",
        },
        slack={"api_url": slack.api_url},
    )


def answer(folder: Path, base: Path, *answers: str, options: Sequence[str] = ()) -> Result:
    lines = "".join(f"{line}\n" for line in answers)
    return CliRunner().invoke(cli, ["init", str(folder), "--base", str(base), *options], input=lines, obj=now)


def list_answers(form: Form, slack: SlackServer) -> list[str]:
    key = next(form.config.parent.glob("nrrbot-key-*.json"))
    sheet = f"https://docs.google.com/spreadsheets/d/{form.sheet}/edit"
    return [sheet, str(key), "", slack.bot_token, slack.app_token, "C0GENERAL", "fri 16:30", "U0ANN"]


def test_from_the_first_question_to_the_first_answer(
    company: MakeCompany, slack: SlackServer, base: Path, tmp_path: Path
) -> None:
    form, folder = company("wide", "google"), tmp_path / "new"
    slack.channels["C0PARTNER"].member = False
    sheet, key, zone, bot_token, app_token, channel, time, admin = list_answers(form, slack)
    ran = answer(
        *(folder, base, "not a sheet", sheet, "missing.json", key, "Europe/Pariss", zone),
        *(
            "xoxb-wrong",
            bot_token,
            "xapp-wrong",
            app_token,
            "general",
            "C0OUTSIDE",
            channel,
            "noon",
            time,
            "U0NOONE",
            admin,
        ),
    )
    assert ran.exit_code == 0, ran.output
    assert len(QUESTIONS) == 8
    for refusal in (
        *("is not the address of a Google Sheet", "missing.json cannot be read", "There is no time zone"),
        *("Slack does not accept the token.", "“general” is not the id of a channel", "The bot is not in #outside."),
        "“noon” is no weekday with an hour",
    ):
        assert refusal in ran.output
    config = load_config(folder / "config.toml")
    assert (config.schedule.time_zone, config.schedule.digest_day, config.schedule.digest_minute) == (
        *("Europe/Paris", "fri"), 30,
    )  # fmt: skip
    assert config.company.language == ""
    assert config.access.administrators == ["U0ANN"]
    assert config.slack.api_url == slack.api_url
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"config.toml", "google.json", "bot-token", "app-token", "nrrbot.db"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
    assert "NRR 101.1%" in ran.output or "NRR 90" in ran.output
    [hello] = slack.posted["C0GENERAL"]
    assert hello["text"].startswith("Hello, this is nrrbot. It has read Retention, with data to September 2025.")
    assert hello["text"].endswith("The digest comes every Friday at 16:30.")
    for secret in (bot_token, app_token):
        assert secret not in ran.output
    checked = nrrbot("doctor", "--config", folder / "config.toml")
    assert checked.code == 0, checked.out
    again = answer(folder, base)
    assert again.exit_code == 2
    assert "is not overwritten" in again.output


def test_a_file_needs_no_key_and_speaks_french(
    company: MakeCompany, slack: SlackServer, base: Path, tmp_path: Path
) -> None:
    form = company("subscriptions", "xlsx")
    answers = [str(form.path), "", slack.bot_token, slack.app_token, "C0GENERAL", "", ""]
    ran = answer(tmp_path / "new", base, *answers, options=("--lang", "fr"))
    assert ran.exit_code == 0, ran.output
    text = slack.posted["C0GENERAL"][0]["text"]
    assert text.startswith("Bonjour, ici nrrbot.")
    assert text.endswith("Le bilan arrive chaque lundi à 8:00.")
    assert load_config(tmp_path / "new" / "config.toml").company.language == "fr"


def test_an_interview_that_is_given_up_leaves_no_config(base: Path, tmp_path: Path) -> None:
    ran = answer(tmp_path / "new", base, "not a sheet")
    assert ran.exit_code == 1
    assert not (tmp_path / "new" / "config.toml").exists()
