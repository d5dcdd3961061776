"""`nrrbot doctor`: the checks in order, each reported as one line with its fix."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.locale.translator import Translator
from bot.service.analyst import Analyst
from bot.service.history import verify_store
from bot.service.refresh.limits import limit_reading
from bot.slack.client import build_bot_client
from bot.slack.manifest import list_scopes
from core.config import SECRETS, read_secret
from core.errors import N_, AccessError, ConfigError, NrrbotError, Sentence, SlackError, WorkbookLayoutError
from core.store.database import REQUESTS_ENDING, ROWS_ENDING
from core.store.requests.audit import FILE_ENDING as AUDIT_ENDING
from sheets.headers.headings import HEAD_ROWS, read_configured_headings
from sheets.layouts.recognition import recognise_layout
from sheets.workbook.port import Workbook

if TYPE_CHECKING:
    from bot.slack.client import SlackResponse

# Seconds. Slack refuses requests from a clock that is 300 seconds off, and Google refuses keys at about the same.
CLOCK_TOLERANCE = 60


class Caution(Sentence):
    """A sentence about something that works and should be changed, with the fix."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes:
        subject: the thing that was checked.
        outcome: a sentence where it is good, or works and should be changed; else the error with its fix.

    """

    subject: str
    outcome: Sentence | NrrbotError

    @property
    def good(self) -> bool:
        """Whether the check found no error."""
        return isinstance(self.outcome, Sentence)

    def line(self, translate: Translator) -> str:
        """Return the finding as one line."""
        good, warning, bad = marks = translate(N_("good")), translate(N_("warning")), translate(N_("bad"))
        mark = warning if isinstance(self.outcome, Caution) else good if self.good else bad
        mark = mark.ljust(max(map(len, marks)))
        outcome = self.outcome
        text = translate.format_sentence(outcome) if isinstance(outcome, Sentence) else translate.format_error(outcome)
        return translate(N_("{mark}  {subject}: {text}"), mark=mark, subject=translate(self.subject), text=text)


@dataclass(slots=True)
class CheckContext:
    """The objects that the checks examine.

    Attributes:
        analyst: the analyst, with the config and the store.
        open_workbook: opens the configured workbook, and may raise.
        now: the present moment, by this machine's clock.
        http: whether the bot is served over HTTP instead of Socket Mode.
        with_messages: whether Slack is asked about each message.
        hello: Slack's answer to the bot token; None until it was accepted.

    """

    analyst: Analyst
    open_workbook: Callable[[], Workbook]
    now: dt.datetime
    http: bool
    with_messages: bool = False
    hello: SlackResponse | None = None


def run_checks(
    analyst: Analyst,
    open_workbook: Callable[[], Workbook],
    now: dt.datetime,
    *,
    http: bool,
    with_messages: bool = False,
) -> Iterator[Finding]:
    """Yield a finding per check, in order. Changes nothing.

    Args:
        analyst: the analyst, with the config and the store.
        open_workbook: opens the configured workbook, and may raise.
        now: the present moment, by this machine's clock.
        http: whether the bot is served over HTTP instead of Socket Mode.
        with_messages: whether to ask Slack about each message, which takes a minute.

    """
    context = CheckContext(analyst, open_workbook, now, http, with_messages)
    for subject, check in CHECKS:
        try:
            yield Finding(subject, check(context))
        except NrrbotError as error:
            yield Finding(subject, error)


def _check_config(context: CheckContext) -> Sentence:
    context.analyst.zone  # noqa: B018 - raises for an unknown name
    read_configured_headings(context.analyst.config.workbook.headings)
    return Sentence(N_("readable, every key is known"))


def _check_store(context: CheckContext) -> Sentence:
    verified = verify_store(context.analyst)
    if verified.outdated:
        return Caution(
            N_(
                "intact; figures that an earlier version of nrrbot computed and that are different now: {count}. The "
                "next sync records them."
            ),
            {"count": verified.outdated},
        )
    snapshot = context.analyst.store.find_latest_snapshot()
    if snapshot is None:
        return Sentence(N_("empty so far; run nrrbot sync"))
    return Sentence(
        N_("intact; data through {month}, synced {moment}"),
        {"month": snapshot.data_through, "moment": snapshot.checked_at},
    )


def _check_private_files(context: CheckContext) -> Sentence:
    """Warn of files with secrets or data that other accounts of this machine can read or write."""
    if os.name != "posix":
        return Sentence(N_("not checked on this system"))
    config = context.analyst.config
    names = [config.google.credentials_file, *(getattr(config.slack, key) for key in SECRETS.values())]
    endings = ("", "-wal", "-shm", ROWS_ENDING, REQUESTS_ENDING, AUDIT_ENDING)
    names += [config.store.path + ending for ending in endings]
    paths = [path for path in map(Path, filter(None, names)) if path.is_file()]
    if public := [str(path) for path in paths if path.stat().st_mode & 0o077]:
        return Caution(
            N_("other accounts of this machine can read {files}. Run: chmod 600 {files}"), {"files": " ".join(public)}
        )
    return Sentence(N_("only the owner can read the key, the secrets and the store"))


def _check_workbook(context: CheckContext) -> Sentence:
    config = context.analyst.config
    if config.warehouse.has_tables and not config.workbook.is_named:
        return Sentence(N_("not configured; figures come from the warehouse"))
    if config.warehouse.has_tables:
        workbook = context.open_workbook()
        workbook.tabs()
        return Sentence(N_("{name} can be opened; nrrbot writes its tabs into it"), {"name": workbook.name})
    meanings = read_configured_headings(config.workbook.headings)
    with limit_reading(config.sync):
        workbook = context.open_workbook()
        workbook.version()
        tabs = [tab for tab in workbook.tabs() if not tab.is_bot_tab]
        heads = workbook.read(tabs, HEAD_ROWS)
    recognised = [(head.tab, layout) for head in heads if (layout := recognise_layout(head, meanings))]
    values = {"name": workbook.name, "tabs": ", ".join(f"{tab.title} ({layout.name})" for tab, layout in recognised)}
    if not any(layout.kind == "revenue" for _, layout in recognised):
        raise WorkbookLayoutError(
            N_("{name} can be read, but no tab holds revenue. Its tabs: {tabs}."),
            N_(
                "Run nrrbot sync to see the headings that it looks for, or nrrbot template for a workbook that "
                "has them."
            ),
            name=workbook.name,
            tabs=", ".join(tab.title for tab in tabs) or "-",
        )
    return Sentence(N_("{name} can be read: {tabs}"), values)


def _check_warehouse(context: CheckContext) -> Sentence:
    """Check that the engine has the tables of the config with the right types, and warn of needless rights."""
    from bot.cli.warehouse import open_company
    from sheets.warehouse.inspection.types import find_writable_tables

    if not context.analyst.config.warehouse.has_tables:
        return Sentence(N_("not configured, so figures come from the workbook"))
    with open_company(context.analyst) as (recognition, warehouse):
        writable = find_writable_tables(recognition, warehouse)
    if writable:
        return Caution(
            N_("nrrbot may write to {tables}, and never does. Give its user SELECT alone."),
            {"tables": ", ".join(writable)},
        )
    values = {
        "engine": warehouse.name,
        "tables": ", ".join(recognition.tables),
        "first": recognition.first,
        "last": recognition.through,
    }
    if writable is None:
        return Sentence(
            N_(
                "{engine} can be read: {tables}; {first} to {last}. It was not asked whether nrrbot may write: give "
                "its user SELECT alone."
            ),
            values,
        )
    return Sentence(N_("{engine} can be read, and not written: {tables}; {first} to {last}"), values)


def _check_bot_token(context: CheckContext) -> Sentence:
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    try:
        hello = build_bot_client(context.analyst.config).auth_test()
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    if not hello.get("bot_id"):
        raise SlackError(
            N_("This is the token of a person, {user}."),
            N_("The bot token is on the app's page under OAuth & Permissions, Bot User OAuth Token."),
            user=hello["user"],
        )
    context.hello = hello
    return Sentence(N_("accepted, as {user} in {team}"), {key: hello[key] for key in ("user", "team")})


def _check_scopes(context: CheckContext) -> Sentence:
    granted = _read_header(context, "x-oauth-scopes").replace(" ", "").split(",")
    needed = list_scopes(context.analyst.config.access)
    missing = [scope for scope in needed if scope not in granted]
    if missing:
        raise SlackError(
            N_("missing: {scopes}."),
            N_("Paste the output of nrrbot manifest on the app's page, then install the app again."),
            scopes=", ".join(missing),
        )
    if more := sorted({*granted} - {*needed, ""}):
        return Caution(
            N_("more than nrrbot needs: {scopes}. Remove them on the app's page."), {"scopes": ", ".join(more)}
        )
    return Sentence(N_("all granted, and no other"))


def _check_messages_tab(context: CheckContext) -> Sentence:
    """Check whether people can write to the bot: Slack says only whether the bot may read that."""
    if "im:history" not in _read_header(context, "x-oauth-scopes"):
        raise SlackError(
            N_("People who write to nrrbot in its Messages tab get no answer: the scope im:history is missing."),
            N_("Paste the output of nrrbot manifest on the app's page, then install the app again."),
        )
    return Sentence(
        N_(
            "nrrbot may read messages to it. Whether its Messages tab is on, Slack does not say: the manifest turns it "
            "on, under App Home on the app's page."
        )
    )


def _check_messages(context: CheckContext) -> Sentence:
    """Ask Slack about each message and view of the preview, about the newest data."""
    from bot.cli.preview.samples import list_samples
    from bot.cli.preview.views import list_first_steps, list_views
    from bot.messages.kit.payload import build_payload
    from bot.slack.client import find_refused_blocks

    if not context.with_messages:
        return Sentence(N_("not offered to Slack; nrrbot doctor --messages does that"))
    client, analyst = build_bot_client(context.analyst.config), context.analyst
    language, refused = analyst.translate.language, list[str]()
    has_data = analyst.find_snapshot() is not None
    messages = list_samples(analyst, language, context.now) if has_data else ()
    views = list_views(analyst, language) if has_data else list_first_steps(language)
    samples = [*((title, {"message": build_payload(message)}) for title, message in messages)]
    samples += [(title, {"view": view}) for title, view in views]
    for title, sample in samples:
        if reasons := find_refused_blocks(client, sample):
            refused.append(f"{title} ({'; '.join(reasons)})")
    if refused:
        raise SlackError(
            N_("Slack refuses {messages}. It is sent in a simpler form."),
            N_("This is a bug in nrrbot: please report it."),
            messages=", ".join(refused),
        )
    return Sentence(N_("Slack takes all of them: {count}"), {"count": len(samples)})


def _check_clock(context: CheckContext) -> Sentence:
    offset = round((context.now - parsedate_to_datetime(_read_header(context, "date"))).total_seconds())
    if abs(offset) > CLOCK_TOLERANCE:
        raise ConfigError(
            N_("{seconds} seconds off; Slack and Google refuse requests from such a clock."),
            N_("Let this machine set its clock from the network."),
            seconds=f"{offset:+d}",
        )
    return Sentence(N_("correct within {seconds} seconds"), {"seconds": CLOCK_TOLERANCE})


def _read_header(context: CheckContext, name: str) -> str:
    if context.hello is None:
        raise SlackError(N_("unknown, as Slack did not accept the bot token."))
    return next((str(value) for key, value in context.hello.headers.items() if key.lower() == name), "")


def _check_listener(context: CheckContext) -> Sentence:
    """Check the secret of the connection: the app-level token for Socket Mode, the signing secret for HTTP."""
    from bot.slack.client import build_web_client
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    settings = context.analyst.config.slack
    if context.http:
        read_secret("SLACK_SIGNING_SECRET", settings)
        return Sentence(N_("the signing secret is set"))
    token = read_secret("SLACK_APP_TOKEN", settings)
    try:
        build_web_client(None, settings.api_url).apps_connections_open(app_token=token)
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    return Sentence(N_("Socket Mode can be opened"))


def _check_channel(context: CheckContext) -> Sentence:
    from bot.slack.background.lookups import read_channel
    from bot.slack.errors import FOREIGN_ERRORS, map_slack_error

    channel = context.analyst.config.schedule.digest_channel
    if not channel:
        return Sentence(N_("not configured, so no digest will be posted"))
    try:
        info = build_bot_client(context.analyst.config).conversations_info(channel=channel)["channel"]
    except FOREIGN_ERRORS as error:
        raise map_slack_error(error) from error
    if info.get("is_archived"):
        raise SlackError(
            N_("#{name} is archived."),
            N_("Unarchive it, or set another channel in schedule.digest_channel."),
            name=info["name"],
        )
    if not info.get("is_member"):
        raise SlackError(
            N_("The bot is not in #{name}."), N_("Invite it there with /invite @nrrbot."), name=info["name"]
        )
    if read_channel(info).is_external:
        raise AccessError(
            N_("Another company reads #{name}, or is invited to, so no digest is posted there."),
            N_("Set a channel of your company in schedule.digest_channel."),
            name=info["name"],
        )
    return Sentence(N_("the digest goes to #{name}"), {"name": info["name"]})


def _check_external_channels(context: CheckContext) -> Sentence:
    """Name the channels with the bot that another company reads."""
    from bot.slack.background.lookups import list_own_channels

    channels = list_own_channels(build_bot_client(context.analyst.config))
    if external := [f"#{channel.name}" for channel in channels if channel.is_external]:
        return Caution(
            N_(
                "another company reads {channels}, or is invited to: mentions and shares get no figures there. "
                "Remove nrrbot from them with /remove, if it has no use there."
            ),
            {"channels": ", ".join(external)},
        )
    return Sentence(N_("nrrbot is in no channel that another company reads"))


def _check_access(context: CheckContext) -> Sentence:
    """Check that Slack knows the user groups of the config, and the sheet its segments and owners."""
    from bot.service.access.viewer import read_limit
    from bot.slack.background.lookups import Lookups

    analyst, rules = context.analyst, context.analyst.config.access
    if rules.groups:
        lookups = Lookups(build_bot_client(analyst.config), analyst.clock)
        for group in sorted(rules.groups):
            lookups.find_group(group)
    segments = {segment for limit in rules.limits for segment in limit.segments}
    owners = {entry.owner for entry in rules.people if entry.owner}
    newest = analyst.find_newest() if segments or owners else None
    if newest:
        vocabulary = analyst.load_vocabulary(newest)
        unknown = [text for text in segments if not read_limit(text, vocabulary)]
        unknown += owners - {*vocabulary.dimensions.get("owner", ())}
        if unknown:
            return Caution(N_("not in the sheet, so without effect: {values}"), {"values": ", ".join(sorted(unknown))})
    return Sentence(
        N_("administrators: {administrators}; people: {people}; limits: {limits}"),
        {"administrators": len(rules.administrators), "people": len(rules.people), "limits": len(rules.limits)},
    )


def _check_addin(context: CheckContext) -> Sentence:
    """Check the address of the add-in's backend, its keys, and that it answers there."""
    from bot.web.addin.setup import check_addin

    if not context.analyst.config.addin.url:
        return Sentence(N_("not configured, so formulas and the sidebar have no figures"))
    count = check_addin(context.analyst, context.now)
    return Sentence(N_("{url} answers; valid keys: {count}"), {"url": context.analyst.config.addin.url, "count": count})


CHECKS: tuple[tuple[str, Callable[[CheckContext], Sentence]], ...] = (
    (N_("config"), _check_config),
    (N_("store"), _check_store),
    (N_("private files"), _check_private_files),
    (N_("workbook"), _check_workbook),
    (N_("warehouse"), _check_warehouse),
    (N_("Slack bot token"), _check_bot_token),
    (N_("Slack scopes"), _check_scopes),
    (N_("Messages tab"), _check_messages_tab),
    (N_("clock"), _check_clock),
    (N_("Slack connection"), _check_listener),
    (N_("digest channel"), _check_channel),
    (N_("external channels"), _check_external_channels),
    (N_("messages"), _check_messages),
    (N_("access"), _check_access),
    (N_("add-in"), _check_addin),
)
