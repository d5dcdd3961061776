"""Scheduled work: sync, write-back and the weekly digest. Every job takes the present moment as `now`."""

from __future__ import annotations

import datetime as dt
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.commands import Desk
from bot.faults import note
from bot.messages.digests import digest_message
from bot.messages.plain import written_text
from bot.messages.signals import reason_text
from bot.words import words as words_of
from core.config import Config, secret
from core.digests import weekly as digests
from core.errors import N_, ConfigError, NrrbotError, Sentence, SlackError
from core.money import currency
from core.outlook.account_signals import OPPORTUNITIES, RISKS, named
from core.query.periods import last_quarter
from core.query.question import Question
from core.store.recorded import Keep
from sheets.ingest.sync import Progress, Synced
from sheets.ingest.sync import sync as sync_workbook
from sheets.problems import Problem
from sheets.tabs.headings import given
from sheets.tabs.read_options import Options
from sheets.workbook.port import Noted, Workbook, Written
from sheets.writeback.cell_notes import notes_for
from sheets.writeback.metrics_tab import accounts_table, metrics_table, problems_table
from sheets.writeback.summary_tab import summary_table

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler
    from slack_sdk import WebClient

LOG = logging.getLogger("nrrbot.jobs")


def sync(
    desk: Desk,
    workbook: Workbook,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> Synced:
    """Read the workbook into the store.

    Raises:
        ConfigError: `workbook.headings` names a meaning that there is none of.
        WorkbookError: it cannot be read; the last snapshot goes on serving.
        StoreError: the snapshot cannot be stored.

    """
    config = desk.config
    options = Options(
        currency=currency(config.company.currency),
        locale=config.workbook.locale,
        today=now.astimezone(desk.zone).date(),
        end_date=config.workbook.end_date,
        blank_month=config.workbook.blank_month,
        max_segment_values=config.workbook.max_segment_values,
        revenue_tab=config.workbook.revenue_tab,
        headings=given(config.workbook.headings),
    )
    keep = Keep(config.store.keep_snapshots, config.store.keep_days)
    return sync_workbook(workbook, desk.store, options, desk.rules, now, today, progress, keep)


def write_back(desk: Desk, workbook: Workbook, progress: Progress = lambda _: None) -> Written:
    """Write the figures and problems of the newest snapshot into the bot's own tabs of the workbook.

    With `workbook.notes` also put a note on each cell that has a problem; without, take away those that were put. A
    workbook that has changed since it was read keeps its notes as they are: the cells may have moved.

    Raises:
        WorkbookError: the workbook cannot be written.
        NoSnapshotError: nothing was synced yet.

    """
    snapshot, segments = desk.latest()
    progress(Sentence(N_("Writing to {name}"), {"name": snapshot.source_name}))
    problems = [Problem.restore(row) for row in desk.store.problems(snapshot.id)]
    figures = desk.store.figures(snapshot.id)

    def heading(dimension: str) -> str:
        return desk.words(segments.heading(dimension))

    whole, origin = Question("nrr", (), last_quarter(desk.calendar, snapshot.data_through)), desk.origin(snapshot)
    found = {
        kind: named(codes, whole, segments, origin, desk.today, desk.thresholds)
        for kind, codes in (("risks", RISKS), ("opportunities", OPPORTUNITIES))
    }
    untouched = workbook.version() == snapshot.source_version
    noting = desk.config.workbook.notes
    notes, over = notes_for(problems, desk.words) if noting else ([], 0)
    written = workbook.write(
        [
            summary_table(figures, segments, heading, snapshot, desk.calendar, desk.playbook, desk.words),
            metrics_table(figures, heading, snapshot, desk.words),
            problems_table(problems, snapshot, desk.words),
            accounts_table(found, lambda reason: reason_text(reason, desk.words), snapshot, desk.words),
        ],
        notes if untouched or not noting else None,
    )
    if noting:
        written = replace(written, noted=_noted(written, over, untouched=untouched))
    if untouched and not written.aside:
        # What changed is only what we wrote: it is no reason to read the workbook again.
        desk.store.touch(snapshot.id, snapshot.checked_at, workbook.version())
    return written


def _noted(written: Written, over: int, *, untouched: bool) -> Noted:
    """Return what became of the notes, with the reason where none could be put."""
    if written.aside:
        return Noted(why=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        moved = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return Noted(why=Sentence(moved))
    return replace(written.noted, over=over)


def this_week(desk: Desk, now: dt.datetime) -> digests.Digest:
    """Return the digest of the week that `now` lies in.

    Raises:
        NoSnapshotError: nothing was synced yet.

    """
    monday = _monday(now, desk.zone)
    last = desk.store.last_delivery(_kind(desk.config), before=_key(monday))
    snapshot, segments = desk.latest()
    since = (last.snapshot_id or 0) if last else snapshot.id  # the first digest said nothing that could be restated
    return digests.digest(
        segments,
        desk.origin(snapshot),
        desk.calendar,
        desk.playbook,
        desk.targets,
        monday,
        now.astimezone(desk.zone).date(),
        digests.Recorded.restore(last.payload) if last else None,
        desk.store.restatements(snapshot.source, since),
        desk.thresholds,
    )


def post_digest(desk: Desk, client: WebClient, now: dt.datetime, *, again: bool = False) -> Sentence:
    """Post this week's digest to its channel unless that was done before; return what happened.

    It is claimed in the store before it is sent, so that no restart and no second process posts a week twice. When
    Slack says no, the claim is given back; when nobody knows whether it arrived, it is kept, until a person has looked
    and says `again`.

    Args:
        desk: where questions are answered.
        client: speaks to Slack.
        now: the present moment.
        again: post also what was begun before and not confirmed.

    Raises:
        ConfigError: no channel is configured.
        NoSnapshotError: nothing was synced yet.
        SlackError: Slack refused it, or could not be reached.

    """
    from bot.slack import post

    channel = desk.config.schedule.digest_channel
    if not channel:
        raise ConfigError(
            N_("No channel is configured for the digest."), N_("Put a channel's id in schedule.digest_channel.")
        )
    monday = _monday(now, desk.zone)
    kind, key = _kind(desk.config), _key(monday)
    digest = this_week(desk, now)
    message = digest_message(digest, desk.playbook, desk.words)
    if again and _is_unconfirmed(desk, kind, key):
        desk.store.release(kind, key, "released by hand")
    if not desk.store.claim(kind, key, now):
        if _is_unconfirmed(desk, kind, key):
            return Sentence(
                N_(
                    "The digest of week {week} was begun before and not confirmed: look whether it is in the channel. "
                    "If it is not, run nrrbot digest --again."
                ),
                {"week": key},
            )
        return Sentence(N_("The digest of week {week} was posted before."), {"week": key})
    try:
        post(client, channel, message)
    except SlackError as error:
        if _surely_refused(error):
            desk.store.release(kind, key, str(error))
        raise
    desk.store.confirm(kind, key, now, digest.record().payload(), digest.company.origin.id)
    return Sentence(N_("Posted the digest of week {week}."), {"week": key})


def _is_unconfirmed(desk: Desk, kind: str, key: str) -> bool:
    return any(delivery.key == key for delivery in desk.store.unconfirmed(kind))


def _surely_refused(error: SlackError) -> bool:
    """Tell whether the message cannot have arrived: Slack itself said no, or no connection was ever made."""
    reason = getattr(error.__cause__, "reason", None)
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return True
    status = error.values.get("status", 500)
    return "code" in error.values and isinstance(status, int) and status < 500


def slack_client(config: Config) -> WebClient:
    """Return the client of the Web API with the bot's token.

    Raises:
        ConfigError: there is no token.

    """
    from bot.slack import web_client

    return web_client(secret("SLACK_BOT_TOKEN", config.slack), config.slack.api_url)


def _monday(now: dt.datetime, tz: ZoneInfo) -> dt.date:
    day = now.astimezone(tz).date()
    return day - dt.timedelta(days=day.weekday())


def _key(monday: dt.date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _kind(config: Config) -> str:
    return f"digest:{config.schedule.digest_channel}"


@dataclass(frozen=True, slots=True)
class Work:
    """What the jobs work with.

    Attributes:
        desk: where questions are answered.
        workbook: what is read and written.
        client: speaks to Slack.

    """

    desk: Desk
    workbook: Workbook
    client: WebClient


def refresh(work: Work, now: dt.datetime) -> None:
    """Sync, then write back. What fails is logged; the last snapshot goes on serving."""
    try:
        synced = sync(work.desk, work.workbook, now)
        LOG.info("synced: snapshot %s, %s", synced.snapshot.id, "new" if synced.changed else "unchanged")
        LOG.info("%s", written_text(write_back(work.desk, work.workbook), words_of("en")))
    except NrrbotError as error:
        LOG.error("%s", error)  # noqa: TRY400 - a sentence for people; the traceback adds nothing
    except Exception as error:  # noqa: BLE001 - a fault here must not keep the digest from being posted
        note(error, "sync and write-back", [str(work.client.token)])


def weekly(work: Work, now: dt.datetime) -> None:
    """Sync, write back and post the digest of the week. What fails is logged."""
    refresh(work, now)
    try:
        LOG.info("%s", post_digest(work.desk, work.client, now))
    except NrrbotError as error:
        LOG.error("the digest was not posted: %s Once that is mended, run nrrbot digest.", error)  # noqa: TRY400 - likewise
    except Exception as error:  # noqa: BLE001 - the last line of the scheduler's thread
        note(error, "the digest", [str(work.client.token)])


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table of scheduled work.

    Attributes:
        name: its id in the scheduler.
        run: what is done, given the parts and the moment.
        weekly: True for the digest's weekday and hour, False for every so many minutes.

    """

    name: str
    run: Callable[[Work, dt.datetime], None]
    weekly: bool


JOBS = (Job("refresh", refresh, weekly=False), Job("digest", weekly, weekly=True))


def schedule(scheduler: BaseScheduler, work: Work, clock: Callable[[], dt.datetime]) -> None:
    """Put the table of jobs into the scheduler; each runs at once too when it is due.

    A run that was missed while the program was down or busy is made up for once, within the grace time; many missed
    runs become one.
    """
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    settings = work.desk.config.schedule
    tz = work.desk.zone
    grace = dt.timedelta(minutes=settings.grace_minutes)
    for job in JOBS:
        if job.weekly and not settings.digest_channel:
            continue
        now = clock()
        if job.weekly:
            trigger = CronTrigger(
                day_of_week=settings.digest_day, hour=settings.digest_hour, minute=settings.digest_minute, timezone=tz
            )
            # The scheduler forgets when the program stops: look back for the run that the grace time still allows.
            missed = trigger.get_next_fire_time(None, now - grace)
            first = now if missed and missed <= now else trigger.get_next_fire_time(None, now)
        else:
            trigger, first = IntervalTrigger(minutes=settings.sync_minutes, timezone=tz), now
        scheduler.add_job(
            lambda job=job: job.run(work, clock()),
            trigger,
            id=job.name,
            next_run_time=first,
            misfire_grace_time=int(grace.total_seconds()),
            coalesce=True,
            max_instances=1,
        )
