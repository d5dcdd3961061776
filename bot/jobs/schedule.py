"""Scheduled work: sync, write-back, the weekly digest, the daily backup. Every job takes the moment as `now`."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.jobs.digest_delivery import post_digest
from bot.locale.translator import get_translator
from bot.messages.status.sync import FAR_AHEAD
from bot.messages.status.writeback import describe_write
from bot.service.analyst import Analyst
from bot.service.faults import report_fault
from bot.service.history import back_up_daily
from bot.service.refresh import sync_workbook, write_back
from core.errors import NrrbotError
from sheets.workbook.port import Workbook

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler

    from bot.slack.client import WebClient

LOG = logging.getLogger("nrrbot.jobs")


@dataclass(frozen=True, slots=True)
class JobContext:
    """The objects that the jobs work with.

    Attributes:
        analyst: the analyst, with the config and the store.
        workbook: the workbook to read and write.
        client: the client of the Web API.

    """

    analyst: Analyst
    workbook: Workbook
    client: WebClient


def run_refresh(work: JobContext, now: dt.datetime) -> None:
    """Sync, then write back. Errors are logged; questions are then answered from the last snapshot."""
    try:
        synced = sync_workbook(work.analyst, work.workbook, now)
        LOG.info("synced: snapshot %s, %s", synced.snapshot.id, "new" if synced.changed else "unchanged")
        if synced.is_far_ahead:
            LOG.warning("%s", FAR_AHEAD)
        LOG.info("%s", describe_write(write_back(work.analyst, work.workbook), get_translator("en")))
    except NrrbotError as error:
        LOG.error("%s", error)  # noqa: TRY400 - a sentence for people; the traceback adds nothing
    except Exception as error:  # noqa: BLE001 - an error here must not prevent the digest
        report_fault(error, "sync and write-back", [str(work.client.token)])


def run_weekly_digest(work: JobContext, now: dt.datetime) -> None:
    """Sync, write back and post the digest of the week. Errors are logged."""
    run_refresh(work, now)
    try:
        LOG.info("%s", post_digest(work.analyst, work.client, now))
    except NrrbotError as error:
        LOG.error("the digest was not posted: %s Once that is fixed, run nrrbot digest.", error)  # noqa: TRY400 - a sentence for people
    except Exception as error:  # noqa: BLE001 - the scheduler thread's last handler
        report_fault(error, "the digest", [str(work.client.token)])


def run_backup(work: JobContext, now: dt.datetime) -> None:
    """Copy the store into the folder of the config. Errors are logged."""
    try:
        if path := back_up_daily(work.analyst, now):
            LOG.info("wrote %s", path)
    except NrrbotError as error:
        LOG.error("%s", error)  # noqa: TRY400 - a sentence for people; the traceback adds nothing
    except Exception as error:  # noqa: BLE001 - the scheduler thread's last handler
        report_fault(error, "the backup", [str(work.client.token)])


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table of scheduled work.

    Attributes:
        name: its id in the scheduler.
        run: runs the job, given its context and the present moment.
        when: `interval` is that of the sync, `weekly` the weekday and hour of the digest, `daily` an hour at night.

    """

    name: str
    run: Callable[[JobContext, dt.datetime], None]
    when: Literal["interval", "weekly", "daily"]


JOBS = (
    Job("refresh", run_refresh, "interval"),
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
            trigger, first = IntervalTrigger(minutes=settings.sync_minutes, timezone=tz), now
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
