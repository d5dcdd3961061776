"""`nrrbot init`: at most eight questions, each tested at once; then the config, the first answer and a hello."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, get_args

from bot.cli.doctor import CHECKS, CheckContext, Finding
from bot.locale.translator import Translator, get_translator
from bot.messages.kit.message import Message
from bot.messages.status.sync import describe_sync
from bot.service.access.gate import check_channel, check_membership
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.slack.background.lookups import Lookups
from bot.slack.client import build_bot_client, post_message
from core.config import Weekday, load_config
from core.errors import N_, ConfigError, NrrbotError
from core.redaction import hide
from core.terms import Language
from sheets.connect import open_workbook
from sheets.google.address import is_sheet_address, parse_spreadsheet_id

CONFIG_NAME, SECRETS_FOLDER = "config.toml", "secrets"
# The config while questions are asked; it takes the name of the config at the end.
_PART = "config.toml.part"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_TIME = re.compile(r"([a-z]{3})[a-z]* +([01]?\d|2[0-3])(?::([0-5]\d))?")

# Asks a question: the text, the answer of an empty line (None without one), whether the answer is a secret.
Ask = Callable[[str, str | None, bool], str]
Settings = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        text: the question.
        apply: writes an answer into the settings and secrets; raises a ConfigError for one that cannot be.
        checks: the checks of `nrrbot doctor` that the answer must pass.
        default: the answer of an empty line; None without one.
        is_secret: whether the answer is not shown.
        is_due: returns whether it is asked, after the earlier answers.

    """

    text: str
    apply: Callable[[Interview, str], None]
    checks: tuple[str, ...] = ()
    default: Callable[[Interview], str | None] = lambda _: None
    is_secret: bool = False
    is_due: Callable[[Interview], bool] = lambda _: True


@dataclass(slots=True)
class Interview:
    """The answers so far.

    Attributes:
        folder: the folder of the config.
        settings: the config, section -> key -> value.
        translate: the language.
        clock: returns the present moment.
        time_zone: the time zone of the workbook; empty until it was opened, and where it has none.

    """

    folder: Path
    settings: Settings
    translate: Translator
    clock: Callable[[], dt.datetime]
    time_zone: str = field(default="", init=False)

    @property
    def is_google(self) -> bool:
        """Whether the workbook is a Google Sheet."""
        return bool(self.settings["workbook"].get("google"))

    def set_value(self, section: str, key: str, value: object) -> None:
        """Set a key of the config."""
        self.settings.setdefault(section, {})[key] = value

    def write_secret(self, name: str, content: bytes) -> str:
        """Write a file with a secret, and return its path as the config has it."""
        folder = self.folder / SECRETS_FOLDER
        folder.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        _write_private(folder / name, content)
        return f"{SECRETS_FOLDER}/{name}"

    def open_analyst(self) -> Analyst:
        """Return the analyst of the settings, which are written."""
        _write_private(self.folder / _PART, format_settings(self.settings).encode())
        return Analyst.open(load_config(self.folder / _PART), self.clock)

    def find_errors(self, checks: tuple[str, ...]) -> list[Finding]:
        """Return the findings of checks of `nrrbot doctor`."""
        analyst = self.open_analyst()
        context = CheckContext(analyst, partial(open_workbook, analyst.config), self.clock(), http=False)
        findings = []
        for subject, check in CHECKS:
            if subject in checks:
                try:
                    findings.append(Finding(subject, check(context)))
                except NrrbotError as error:
                    findings.append(Finding(subject, error))
        return findings


def run_init(
    folder: Path,
    base: Path | None,
    language: Language | None,
    ask: Ask,
    print_text: Callable[[str], None],
    clock: Callable[[], dt.datetime],
) -> None:
    """Ask, test and write the config; then sync, answer the first question and greet the channel.

    Args:
        folder: where the config and the secrets are written.
        base: a config with further keys, such as the addresses of a proxy; None without one.
        language: the language of the messages and the company; None for English, and each channel's own in Slack.
        ask: asks a question.
        print_text: prints a text.
        clock: returns the present moment.

    Raises:
        ConfigError: there is a config already, or the base cannot be read.
        NrrbotError: the first sync failed, or Slack took no hello.

    """
    if (folder / CONFIG_NAME).exists():
        raise ConfigError(
            N_("There is a {path} already, and it is not overwritten."),
            N_("Move it away, or name another folder: nrrbot init FOLDER."),
            path=folder / CONFIG_NAME,
        )
    settings: Settings = {"workbook": {}}
    if base:
        load_config(base)
        settings |= tomllib.loads(base.read_text(encoding="utf-8"))
    if language:
        settings.setdefault("company", {})["language"] = language
    folder.mkdir(parents=True, exist_ok=True)
    talk = Interview(folder, settings, get_translator(language or "en"), clock)
    for question in QUESTIONS:
        if question.is_due(talk):
            _ask_until_good(question, talk, ask, print_text)
    analyst = talk.open_analyst()
    (folder / _PART).replace(folder / CONFIG_NAME)
    print_text(talk.translate(N_("Wrote {path}."), path=folder / CONFIG_NAME))
    _begin(analyst, talk, print_text)


def _ask_until_good(question: Question, talk: Interview, ask: Ask, print_text: Callable[[str], None]) -> None:
    while True:
        answer = ask(talk.translate(question.text), question.default(talk), question.is_secret).strip()
        try:
            question.apply(talk, answer)
            findings = talk.find_errors(question.checks) if question.checks else []
        except NrrbotError as error:
            print_text(talk.translate.format_error(error))
            continue
        for finding in findings:
            print_text(finding.line(talk.translate))
        if all(finding.good for finding in findings):
            return


def _begin(analyst: Analyst, talk: Interview, print_text: Callable[[str], None]) -> None:
    """Read the workbook, print the first answer, and greet the channel."""
    translate, config = talk.translate, analyst.config
    workbook = open_workbook(config)
    print_text(describe_sync(sync_workbook(analyst, workbook, talk.clock()), translate))
    print_text(f"/nrr\n\n{analyst.reply('/nrr', '').message().text}")
    client, channel = build_bot_client(config), config.schedule.digest_channel
    described = Lookups(client, talk.clock).find_channel(channel)
    check_channel(described)
    check_membership(described)
    hello = translate(
        N_(
            "Hello, this is nrrbot. It has read {name}, with data to {month}. Try /nrr, /nrr why and /nrr help. The "
            "digest comes every {weekday} at {time}."
        ),
        name=workbook.name,
        month=analyst.load_newest().snapshot.data_through,
        weekday=translate.format_weekday(get_args(Weekday).index(config.schedule.digest_day)),
        time=f"{config.schedule.digest_hour}:{config.schedule.digest_minute:02d}",
    )
    post_message(client, channel, Message(hello))
    print_text(translate(N_("The channel has a hello. Start the bot: nrrbot run --config {path}"),
                         path=talk.folder / CONFIG_NAME))  # fmt: skip


# The answers.


def _set_workbook(talk: Interview, answer: str) -> None:
    talk.settings["workbook"].pop("google", None)
    talk.settings["workbook"].pop("path", None)
    path = Path(answer).expanduser()
    if is_sheet_address(answer) or not path.exists():
        parse_spreadsheet_id(answer)
        talk.set_value("workbook", "google", answer)
        return
    talk.set_value("workbook", "path", str(path.absolute()))
    open_workbook(talk.open_analyst().config).tabs()


def _set_key_file(talk: Interview, answer: str) -> None:
    try:
        content = Path(answer).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(
            N_("{path} cannot be read: {why}."), N_("Name the JSON file that Google gave for the service account."),
            path=answer, why=error.strerror or str(error),
        ) from error  # fmt: skip
    hide(content.decode("utf-8", "replace"))
    talk.set_value("google", "credentials_file", talk.write_secret("google.json", content))
    workbook = open_workbook(talk.open_analyst().config)
    workbook.version()
    workbook.tabs()
    talk.time_zone = workbook.time_zone


def _set_time_zone(talk: Interview, answer: str) -> None:
    talk.set_value("schedule", "time_zone", answer)
    talk.open_analyst().zone  # noqa: B018 - raises for an unknown name


def _set_token(talk: Interview, answer: str, key: str) -> None:
    talk.set_value("slack", f"{key}_file", talk.write_secret(key.replace("_", "-"), f"{answer}\n".encode()))


def _set_channel(talk: Interview, answer: str) -> None:
    if not re.fullmatch(r"[CG][A-Z0-9]+", answer):
        raise ConfigError(
            N_("“{answer}” is not the id of a channel."),
            N_("In Slack open the channel's name, “About”: the id is at the bottom, such as C0123456789."),
            answer=answer,
        )
    talk.set_value("schedule", "digest_channel", answer)


def _set_administrator(talk: Interview, answer: str) -> None:
    talk.set_value("access", "administrators", [answer] if answer else [])
    analyst = talk.open_analyst()
    if answer:
        Lookups(build_bot_client(analyst.config), talk.clock).find_person(answer)


def _set_time(talk: Interview, answer: str) -> None:
    match = _TIME.fullmatch(answer.lower())
    if match is None or match[1] not in get_args(Weekday):
        raise ConfigError(N_("“{answer}” is no weekday with an hour."), N_("Write it as mon 8:00."), answer=answer)
    for key, value in (("digest_day", match[1]), ("digest_hour", int(match[2])), ("digest_minute", int(match[3] or 0))):
        talk.set_value("schedule", key, value)


QUESTIONS = (
    Question(N_("The address of your Google Sheet, or the path of a file"), _set_workbook),
    Question(
        N_("The key file of the service account that the sheet is shared with"),
        _set_key_file,
        ("workbook",),
        is_due=lambda talk: talk.is_google,
    ),
    Question(N_("Your time zone"), _set_time_zone, ("config",), default=lambda talk: talk.time_zone or "UTC"),
    Question(
        N_("The bot token of the Slack app, xoxb-..."),
        partial(_set_token, key="bot_token"),
        ("Slack bot token", "Slack scopes", "clock"),
        is_secret=True,
    ),
    Question(
        N_("Its app-level token, xapp-..."),
        partial(_set_token, key="app_token"),
        ("Slack connection",),
        is_secret=True,
    ),
    Question(N_("The id of the channel for the digest, with nrrbot invited"), _set_channel, ("digest channel",)),
    Question(N_("The day and hour of the digest"), _set_time, default=lambda _: "mon 8:00"),
    Question(
        N_("Your own id in Slack, for notices of failures; empty for no one"),
        _set_administrator,
        default=lambda _: "",
    ),
)


def format_settings(settings: Mapping[str, Mapping[str, Any]]) -> str:
    """Return settings as TOML, whose strings, numbers, lists and truth values are JSON's."""
    lines = []
    for section, values in settings.items():
        if values:
            lines += ["", f"[{section}]", *(f"{key} = {_format_value(value)}" for key, value in values.items())]
    return "\n".join(lines[1:]) + "\n"


def _format_value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(key)} = {_format_value(part)}' for key, part in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE), "wb") as file:
        file.write(content)
