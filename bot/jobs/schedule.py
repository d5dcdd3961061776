"""Scheduled work: sync, write-back, the weekly digest, the daily backup. Every job takes the moment as `now`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.jobs.alerts import alert_administrators
from bot.jobs.digest_delivery import post_digest
from bot.jobs.home import renew_homes
from bot.jobs.refresh_process import RefreshProcess
from bot.jobs.restated_shares import reply_to_restated_shares
from bot.service.analyst import Analyst
from bot.service.faults import report_fault
from bot.service.history import back_up_daily
from bot.service.log import describe_reason, get_log
from bot.service.refresh.polling import confirm_unchanged, record_failure
from core.errors import NrrbotError, WorkbookBusyError
from sheets.workbook.port import Workbook

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")


@dataclass(frozen=True, slots=True)
class JobContext:
    """The objects that the jobs work with.

    Attributes:
        analyst: the analyst, with the config and the store.
        workbook: the workbook to read and write.
        client: the client of the Web API.
        process: reads the workbook.

    """

    analyst: Analyst
    workbook: Workbook
    client: WebClient
    process: RefreshProcess = field(default_factory=RefreshProcess)


def run_refresh(work: JobContext, now: dt.datetime) -> None:
    """Sync and write back if the workbook has changed. Errors are logged; the last snapshot continues to answer."""
    analyst, workbook = work.analyst, work.workbook
    stamp: str | None = None
    snapshots: list[int] = []

    def report_snapshot(number: int, is_new: bool) -> None:
        LOG.info("synced", snapshot=number, changed=is_new)
        snapshots.append(number)
        analyst.warm()

    try:
        stamp = workbook.stamp()
        if confirm_unchanged(analyst, workbook.source, stamp, now):
            analyst.warm()
        else:
            work.process.run(analyst.config, now, report_snapshot)
    except NrrbotError as error:
        LOG.error("the sheet was not refreshed", kind=type(error).__name__, reason=describe_reason(error))  # noqa: TRY400 - a sentence for people; the traceback adds nothing
        _record_failure(work, stamp, error, now, is_read=bool(snapshots))
    except Exception as error:  # noqa: BLE001 - an error here must not prevent the digest
        fault = report_fault(error, "sync and write-back")
        _record_failure(work, stamp, fault, now, is_read=bool(snapshots))
    _attempt("the alert", lambda: alert_administrators(analyst, work.client, workbook.source, now))
    _attempt("the replies to shared answers", lambda: reply_to_restated_shares(analyst, work.client, now))
    _attempt("the pages of App Home", lambda: renew_homes(analyst, work.client, now))


def _attempt(task: str, run: Callable[[], None]) -> None:
    """Run what follows a sync; an error in it is logged and prevents nothing else."""
    try:
        run()
    except NrrbotError as error:
        LOG.error("not done", task=task, kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
    except Exception as error:  # noqa: BLE001 - an error here must not prevent the digest
        report_fault(error, task)


def _record_failure(
    work: JobContext, stamp: str | None, error: NrrbotError, now: dt.datetime, *, is_read: bool
) -> None:
    """Record why the workbook cannot be read: answers report it once they are stale."""
    source = work.workbook.source
    try:
        if not is_read:
            record_failure(work.analyst, source, stamp, error, now)
        elif isinstance(error, WorkbookBusyError):
            # Only the write-back failed, and soon it may not: the next poll finds another stamp.
            work.analyst.store.record_own_write(source, "", "")
    except NrrbotError as failure:
        LOG.error("why the sheet was not refreshed is not stored", kind=type(failure).__name__, reason=str(failure))  # noqa: TRY400 - in words


def run_weekly_digest(work: JobContext, now: dt.datetime) -> None:
    """Sync, write back and post the digest of the week. Errors are logged."""
    run_refresh(work, now)
    try:
        LOG.info("digest", result=str(post_digest(work.analyst, work.client, now)))
    except NrrbotError as error:
        LOG.error("the digest was not posted", reason=str(error), fix="Then run nrrbot digest.")  # noqa: TRY400 - a sentence for people
    except Exception as error:  # noqa: BLE001 - the scheduler thread's last handler
        report_fault(error, "the digest")


def run_backup(work: JobContext, now: dt.datetime) -> None:
    """Copy the store into the folder of the config. Errors are logged."""
    try:
        if path := back_up_daily(work.analyst, now):
            LOG.info("backup", path=str(path))
    except NrrbotError as error:
        LOG.error("the backup was not written", kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
    except Exception as error:  # noqa: BLE001 - the scheduler thread's last handler
        report_fault(error, "the backup")


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table of scheduled work.

    Attributes:
        name: its id in the scheduler.
        run: runs the job, given its context and the present moment.
        when: `interval` is that of the polls, `weekly` the weekday and hour of the digest, `daily` an hour at night.

    """

    name: str
    run: Callable[[JobContext, dt.datetime], None]
    when: Literal["interval", "weekly", "daily"]


REFRESH = "refresh"
JOBS = (
    Job(REFRESH, run_refresh, "interval"),
    Job("digest", run_weekly_digest, "weekly"),
    Job("backup", run_backup, "daily"),
)
# No one edits or asks at this hour.
_BACKUP_HOUR = 3


def add_jobs(scheduler: BaseScheduler, work: JobContext, clock: Callable[[], dt.datetime]) -> None:
    """Add the table of jobs to the scheduler; a job that is due runs at once.

    A run that was missed while the program was down or busy is repeated once, within the grace time; several missed
    runs become one.
    """
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    settings, backup_folder = work.analyst.config.schedule, work.analyst.config.store.backup_folder
    tz = work.analyst.zone
    grace = dt.timedelta(minutes=settings.grace_minutes)
    for job in JOBS:
        if (job.when == "weekly" and not settings.digest_channel) or (job.when == "daily" and not backup_folder):
            continue
        now = clock()
        if job.when == "interval":
            trigger, first = IntervalTrigger(seconds=settings.poll_seconds, timezone=tz), now
        else:
            if job.when == "weekly":
                trigger = CronTrigger(
                    day_of_week=settings.digest_day,
                    hour=settings.digest_hour,
                    minute=settings.digest_minute,
                    timezone=tz,
                )
            else:
                trigger = CronTrigger(hour=_BACKUP_HOUR, timezone=tz)
            # The scheduler keeps no state between starts: look for a missed run that is still within the grace time.
            missed = trigger.get_next_fire_time(None, now - grace)
            first = now if missed and missed <= now else trigger.get_next_fire_time(None, now)
        scheduler.add_job(
            lambda job=job: job.run(work, clock()),
            trigger,
            id=job.name,
            next_run_time=first,
            misfire_grace_time=int(grace.total_seconds()),
            coalesce=True,
            max_instances=1,
        )
