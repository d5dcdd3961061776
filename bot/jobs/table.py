"""The table of scheduled jobs, and how they are scheduled, run and recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from bot.jobs.schedule import (
    SYNC,
    UPKEEP_MINUTES,
    WRITE_BACK,
    JobContext,
    run_alerts,
    run_backup,
    run_digests,
    run_prune,
    run_refresh,
    run_verify,
)
from bot.jobs.time_limit import TimeLimit
from bot.service.faults import report_fault
from bot.service.log import describe_reason, get_log
from core.config import Config
from core.errors import NrrbotError
from core.store.state.job_runs import JobRun

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from apscheduler.schedulers.base import BaseScheduler

LOG = get_log("nrrbot.jobs")
# How often digests are looked for that are due.
_OFTEN_SECONDS = 10
Lane = Literal["workbook", "messages", "upkeep"]


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the table.

    Attributes:
        name: its id in the scheduler.
        run: runs the job, given its context and the present moment.
        lane: the thread that it runs on. Jobs of one lane wait for each other, and for no job of another.
        when: `poll` is every `schedule.poll_seconds`, `often` every 10 seconds, `after sync` in the process that has
            read the workbook; `daily` and `weekly`, on Sunday, are at `hour`.
        hour: the hour in `schedule.time_zone`, at night: no one edits or asks then.
        limit_minutes: the longest that it may take; None for `sync.minutes`.
        grace_minutes: how late it may begin; None for `schedule.grace_minutes`.
        needs_slack: whether it is left out without Slack.

    """

    name: str
    run: Callable[[JobContext, dt.datetime], str | None]
    lane: Lane
    when: Literal["poll", "after sync", "often", "daily", "weekly"]
    hour: int = 0
    limit_minutes: float | None = None
    grace_minutes: int | None = None
    needs_slack: bool = False

    def find_limit(self, config: Config) -> dt.timedelta:
        """Return the longest that a run may take."""
        return dt.timedelta(minutes=config.sync.minutes if self.limit_minutes is None else self.limit_minutes)

    def find_grace(self, config: Config) -> dt.timedelta:
        """Return how late a run may begin."""
        return dt.timedelta(minutes=self.grace_minutes or config.schedule.grace_minutes)

    def is_configured(self, config: Config) -> bool:
        """Return whether the config has what it needs."""
        return self.name != "backup" or bool(config.store.backup_folder)


# Of each, one runs at a time, and runs that were missed become one.
JOBS = (
    Job(SYNC, run_refresh, "workbook", "poll"),
    Job(WRITE_BACK, run_refresh, "workbook", "after sync"),
    Job("digests", run_digests, "messages", "often", limit_minutes=15, needs_slack=True),
    Job("alerts", run_alerts, "messages", "poll", limit_minutes=5, grace_minutes=5),
    Job("backup", run_backup, "upkeep", "daily", hour=3, limit_minutes=UPKEEP_MINUTES),
    Job("prune", run_prune, "upkeep", "daily", hour=4, limit_minutes=UPKEEP_MINUTES),
    Job("verify", run_verify, "upkeep", "weekly", hour=5, limit_minutes=UPKEEP_MINUTES),
)


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job of the table that will run.

    Attributes:
        job: its row.
        trigger: returns the times of its runs; None if it follows another job.
        first: its first run; None if it follows another job.

    """

    job: Job
    trigger: Any
    first: dt.datetime | None


def plan_jobs(
    config: Config, zone: ZoneInfo, now: dt.datetime, runs: Mapping[str, JobRun], *, with_slack: bool = True
) -> Iterator[PlannedJob]:
    """Yield the jobs that the config asks for. A run that was missed within the grace time is due now.

    Args:
        config: the config.
        zone: the time zone of the schedule.
        now: the present moment.
        runs: the last runs by job: one that has run since it was due was not missed.
        with_slack: whether Slack is served.

    """
    for job in JOBS:
        if not job.is_configured(config) or (job.needs_slack and not with_slack):
            continue
        trigger = _build_trigger(job, config, zone)
        if trigger is None:
            yield PlannedJob(job, None, None)
        elif job.when in {"poll", "often"}:
            yield PlannedJob(job, trigger, now)
        else:
            # The scheduler keeps no state between starts.
            missed = trigger.get_next_fire_time(None, now - job.find_grace(config))
            last = runs.get(job.name, JobRun()).started_at
            is_due = missed is not None and missed <= now and (last is None or last < missed)
            yield PlannedJob(job, trigger, now if is_due else trigger.get_next_fire_time(None, now))


def _build_trigger(job: Job, config: Config, zone: ZoneInfo) -> Any:
    from apscheduler.triggers.cron import CronTrigger
    from apscheduler.triggers.interval import IntervalTrigger

    match job.when:
        case "after sync":
            return None
        case "poll":
            return IntervalTrigger(seconds=config.schedule.poll_seconds, timezone=zone)
        case "often":
            return IntervalTrigger(seconds=_OFTEN_SECONDS, timezone=zone)
        case "daily":
            return CronTrigger(hour=job.hour, timezone=zone)
        case "weekly":
            return CronTrigger(day_of_week="sun", hour=job.hour, timezone=zone)


def add_jobs(
    scheduler: BaseScheduler,
    work: JobContext,
    clock: Callable[[], dt.datetime],
    runs: Mapping[str, JobRun] | None = None,
) -> list[PlannedJob]:
    """Add the jobs to the scheduler and return them; a job that is due runs at once.

    Args:
        scheduler: the scheduler.
        work: the objects that the jobs work with.
        clock: returns the present moment.
        runs: the runs before this start, by job.

    """
    from apscheduler.events import EVENT_JOB_MISSED
    from apscheduler.executors.pool import ThreadPoolExecutor

    config, planned = work.analyst.config, []
    for lane in sorted({job.lane for job in JOBS}):
        scheduler.add_executor(ThreadPoolExecutor(1), lane)
    earlier = runs or {}
    for plan in plan_jobs(config, work.analyst.zone, clock(), earlier, with_slack=work.client is not None):
        planned.append(plan)
        name = plan.job.name
        work.runs.restore(name, earlier.get(name, JobRun()), plan.first)
        if plan.trigger:
            scheduler.add_job(
                partial(run_job, plan, work, clock),
                plan.trigger,
                id=name,
                executor=plan.job.lane,
                next_run_time=plan.first,
                misfire_grace_time=int(plan.job.find_grace(config).total_seconds()),
                coalesce=True,
                max_instances=1,
            )

    def note_missed(event: Any) -> None:
        LOG.warning("a job was missed", job=event.job_id)
        work.runs.miss(event.job_id)

    scheduler.add_listener(note_missed, EVENT_JOB_MISSED)
    return planned


def run_job(plan: PlannedJob, work: JobContext, clock: Callable[[], dt.datetime]) -> None:
    """Run a job and record how it ended. No error gets out of it: the next run is another attempt."""
    name, now = plan.job.name, clock()
    limit = TimeLimit(plan.job.find_limit(work.analyst.config), work.stopping)
    work.runs.begin(name, now, plan.trigger.get_next_fire_time(now, now))
    try:
        reason = plan.job.run(replace(work, limit=limit), now) or ""
    except NrrbotError as error:
        reason = describe_reason(error)
        LOG.error("a job failed", job=name, kind=type(error).__name__, reason=reason)  # noqa: TRY400 - a sentence for people
    except Exception as error:  # noqa: BLE001 - a thread's last handler
        reason = str(report_fault(error, f"the job {name}"))
    work.runs.end(name, reason)
