"""`nrrbot doctor`: one check after the other, each a line that says how it stands and how to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.service.analyst import Analyst
from bot.slack.client import build_bot_client
from bot.slack.manifest import SCOPES
from core.config import secret
from core.errors import N_, ConfigError, NrrbotError, Sentence, SlackError, WorkbookLayoutError
from sheets.layouts.recognition import recognise_tabs
from sheets.tabs.headings import HEAD_ROWS, read_configured_headings
from sheets.workbook.port import Workbook

if TYPE_CHECKING:
    from slack_sdk.web import SlackResponse

# Slack refuses requests whose clock is 300 seconds off, and Google key grants at about the same.
CLOCK_TOLERANCE = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        subject: the thing that was checked.
        outcome: a sentence where it is good, else the error with its fix.

    """

    subject: str
    outcome: Sentence | NrrbotError

    @property
    def good(self) -> bool:
        """Whether the check found no error."""
        return isinstance(self.outcome, Sentence)

    def line(self, translate: Translator) -> str:
        """Return the finding as one line."""
        marks = translate(N_("good")), translate(N_("bad"))
        mark = (marks[0] if self.good else marks[1]).ljust(max(map(len, marks)))
        outcome = self.outcome
        text = translate.format_sentence(outcome) if isinstance(outcome, Sentence) else translate.format_error(outcome)
        return translate(N_("{mark}  {subject}: {text}"), mark=mark, subject=translate(self.subject), text=text)


@dataclass(slots=True)
class CheckContext:
    """What the checks look at."""

    analyst: Analyst
    open_workbook: Callable[[], Workbook]
    now: dt.datetime
    http: bool
    hello: SlackResponse | None = None


def run_checks(
    analyst: Analyst, open_workbook: Callable[[], Workbook], now: dt.datetime, *, http: bool
) -> Iterator[Finding]:
    """Yield a finding per check, in order. Changes nothing anywhere.

    Args:
        analyst: with the config and the store.
        open_workbook: opens the configured workbook, and may raise.
        now: the present moment, by this machine's clock.
        http: whether the bot is to be served over HTTP instead of Socket Mode.

    """
    patient = CheckContext(analyst, open_workbook, now, http)
    for subject, check in CHECKS:
        try:
            yield Finding(subject, check(patient))
        except NrrbotError as error:
            yield Finding(subject, error)


def _check_config(patient: CheckContext) -> Sentence:
    patient.analyst.zone  # noqa: B018 - raises where there is none of that name
    read_configured_headings(patient.analyst.config.workbook.headings)
    return Sentence(N_("readable, every key is known"))


def _check_store(patient: CheckContext) -> Sentence:
    snapshot = patient.analyst.store.check()
    if snapshot is None:
        return Sentence(N_("empty so far; run nrrbot sync"))
    return Sentence(
        N_("whole; data through {month}, synced {moment}"),
        {"month": snapshot.data_through, "moment": snapshot.checked_at},
    )


def _check_workbook(patient: CheckContext) -> Sentence:
    workbook = patient.open_workbook()
    workbook.version()
    tabs = [tab for tab in workbook.tabs() if not tab.ours]
    meanings = read_configured_headings(patient.analyst.config.workbook.headings)
    heads = workbook.read(tabs, HEAD_ROWS)
    known = [(head.tab, layout) for head in heads if (layout := recognise_tabs(head, meanings))]
    values = {"name": workbook.name, "tabs": ", ".join(f"{tab.title} ({layout.name})" for tab, layout in known)}
    if not any(layout.kind == "revenue" for _, layout in known):
        raise WorkbookLayoutError(
            N_("{name} can be read, and no tab of it holds revenue; found: {found}."),
            N_("nrrbot sync says which headings it looks for; nrrbot template writes a workbook that has them."),
            name=workbook.name,
            found=", ".join(tab.title for tab in tabs) or "-",
        )
    return Sentence(N_("{name} can be read: {tabs}"), values)


def _check_bot_token(patient: CheckContext) -> Sentence:
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    try:
        patient.hello = build_bot_client(patient.analyst.config).auth_test()
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    return Sentence(N_("accepted, as {user} in {team}"), {key: patient.hello[key] for key in ("user", "team")})


def _check_scopes(patient: CheckContext) -> Sentence:
    granted = _header(patient, "x-oauth-scopes").replace(" ", "").split(",")
    missing = [scope for scope in SCOPES if scope not in granted]
    if missing:
        raise SlackError(
            N_("missing: {scopes}."),
            N_("Paste the output of nrrbot manifest on the app's page, then install the app again."),
            scopes=", ".join(missing),
        )
    return Sentence(N_("all there"))


def _check_clock(patient: CheckContext) -> Sentence:
    off = round((patient.now - parsedate_to_datetime(_header(patient, "date"))).total_seconds())
    if abs(off) > CLOCK_TOLERANCE:
        raise ConfigError(
            N_("{seconds} seconds off; Slack and Google refuse requests from such a clock."),
            N_("Let this machine set its clock from the network."),
            seconds=f"{off:+d}",
        )
    return Sentence(N_("right, within {seconds} seconds"), {"seconds": CLOCK_TOLERANCE})


def _header(patient: CheckContext, name: str) -> str:
    if patient.hello is None:
        raise SlackError(N_("not known, as Slack did not accept the bot token."))
    return next((str(value) for key, value in patient.hello.headers.items() if key.lower() == name), "")


def _check_listener(patient: CheckContext) -> Sentence:
    """Socket Mode needs a token of its own, HTTP the signing secret."""
    from bot.slack.client import build_web_client
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    settings = patient.analyst.config.slack
    if patient.http:
        secret("SLACK_SIGNING_SECRET", settings)
        return Sentence(N_("the signing secret is there"))
    token = secret("SLACK_APP_TOKEN", settings)
    try:
        build_web_client(None, settings.api_url).apps_connections_open(app_token=token)
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    return Sentence(N_("Socket Mode can be opened"))


def _check_channel(patient: CheckContext) -> Sentence:
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    channel = patient.analyst.config.schedule.digest_channel
    if not channel:
        return Sentence(N_("none configured, so no digest will be posted"))
    try:
        found = build_bot_client(patient.analyst.config).conversations_info(channel=channel)["channel"]
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    if found.get("is_archived"):
        raise SlackError(N_("#{name} is archived."), N_("Name another in schedule.digest_channel."), name=found["name"])
    if not found.get("is_member"):
        raise SlackError(
            N_("The bot is not in #{name}."), N_("There, invite it with /invite @nrrbot."), name=found["name"]
        )
    return Sentence(N_("the digest goes to #{name}"), {"name": found["name"]})


CHECKS: tuple[tuple[str, Callable[[CheckContext], Sentence]], ...] = (
    (N_("config"), _check_config),
    (N_("store"), _check_store),
    (N_("workbook"), _check_workbook),
    (N_("Slack bot token"), _check_bot_token),
    (N_("Slack scopes"), _check_scopes),
    (N_("clock"), _check_clock),
    (N_("Slack connection"), _check_listener),
    (N_("digest channel"), _check_channel),
)
