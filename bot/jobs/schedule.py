"""The scheduled jobs: sync, write-back, digests, alerts and the upkeep of the store. Each takes the moment as `now`.

A job returns why it failed, or None, or raises an error, which the table logs (`bot.jobs.table`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from bot.jobs.delivery.alerts import AlertWatch
from bot.jobs.delivery.digests import send_digests
from bot.jobs.delivery.failures import DeadMansSwitch, report_check, report_failures, report_to_monitor
from bot.jobs.delivery.recipients import Recipients
from bot.jobs.delivery.sender import PACE
from bot.jobs.home import renew_homes
from bot.jobs.processes.job_child import Task
from bot.jobs.processes.job_process import JobProcess
from bot.jobs.restated_shares import reply_to_restated_shares
from bot.jobs.time_limit import UNLIMITED, TimeLimit
from bot.service.analyst import Analyst
from bot.service.faults import report_fault
from bot.service.log import describe_reason, get_log
from bot.service.monitoring.job_runs import JobRuns
from bot.service.refresh.polling import confirm_unchanged, is_as_written, record_failure
from core.errors import NrrbotError, StoreError, WorkbookBusyError
from core.store.state.polls import Poll
from sheets.connect import Source

if TYPE_CHECKING:
    from bot.slack.client import WebClient

LOG = get_log("nrrbot.jobs")
SYNC, WRITE_BACK = "sync", "write-back"
# Minutes; a copy, a check and a removal of old snapshots take seconds.
UPKEEP_MINUTES = 30


@dataclass(frozen=True, slots=True)
class JobContext:
    """The objects that the jobs work with.

    Attributes:
        analyst: the analyst, with the config and the store.
        source: the workbook to read and write, or the warehouse.
        output: the workbook next to a warehouse, which is only written to; None without one.
        client: the client of the Web API; None without Slack.
        runs: the runs of the jobs.
        process: reads and writes the workbook.
        upkeep: looks after the store.
        switch: the address that learns whether nrrbot works.
        alerts: looks for alerts.
        pace: the least seconds between two messages to one channel.
        asked: set while a person waits for a sync that has not begun.
        stopping: set once the bot stops.
        limit: the time limit of the run.

    """

    analyst: Analyst
    source: Source
    client: WebClient | None
    runs: JobRuns = field(default_factory=JobRuns)
    process: JobProcess = field(default_factory=JobProcess)
    upkeep: JobProcess = field(default_factory=JobProcess)
    switch: DeadMansSwitch = field(default_factory=DeadMansSwitch)
    alerts: AlertWatch = field(default_factory=AlertWatch)
    pace: float = PACE
    output: Source | None = None
    asked: Event = field(default_factory=Event)
    stopping: Event = field(default_factory=Event)
    limit: TimeLimit = UNLIMITED

    def stop(self) -> None:
        """End the jobs that are running, as far as they can be."""
        self.stopping.set()
        self.process.stop()
        self.upkeep.stop()


def run_refresh(work: JobContext, now: dt.datetime) -> str | None:
    """Sync and write back if the source has changed. After an error the last snapshot continues to answer."""
    analyst, source = work.analyst, work.source
    stamp: str | None = None
    snapshots: list[int] = []
    is_asked = work.asked.is_set()
    work.asked.clear()

    def report_snapshot(number: int, is_new: bool) -> None:
        LOG.info("synced", snapshot=number, changed=is_new)
        snapshots.append(number)
        work.runs.end(SYNC)
        work.runs.begin(WRITE_BACK, analyst.clock())
        analyst.warm()

    try:
        stamp = source.stamp()
        if confirm_unchanged(analyst, source.source, stamp, now, is_asked=is_asked):
            analyst.warm()
            _write_output(work, now)
        else:
            with analyst.expect_snapshot():
                work.process.run(analyst.config, now, report_snapshot)
            work.runs.end(WRITE_BACK)
    except NrrbotError as error:
        LOG.error("the sheet was not refreshed", kind=type(error).__name__, reason=describe_reason(error))  # noqa: TRY400 - a sentence for people; the traceback adds nothing
        return _record_failure(work, stamp, error, now, is_read=bool(snapshots))
    except Exception as error:  # noqa: BLE001 - why the sheet cannot be read must be stored
        fault = report_fault(error, "sync and write-back")
        return _record_failure(work, stamp, fault, now, is_read=bool(snapshots))
    return None


def _write_output(work: JobContext, now: dt.datetime) -> None:
    """Write into the workbook next to a warehouse if someone has changed it: there may be a question in NRR Ask."""
    if work.output is None:
        return
    try:
        if is_as_written(work.analyst.store, work.output, work.output.stamp(), now):
            return
        work.runs.begin(WRITE_BACK, now)
        work.process.run(work.analyst.config, now, task="write")
        work.runs.end(WRITE_BACK)
    except NrrbotError as error:
        LOG.error("the tabs were not written", kind=type(error).__name__, reason=describe_reason(error))  # noqa: TRY400 - a sentence for people
        _record_failure(work, None, error, now, is_read=True)


def _record_failure(
    work: JobContext, stamp: str | None, error: NrrbotError, now: dt.datetime, *, is_read: bool
) -> str | None:
    """Record why the workbook cannot be read, which answers report once they are stale; return it for the sync.

    With `is_read` only the write failed: it is tried again after a change, or after the next sync.
    """
    source, reason = work.source.source, describe_reason(error)
    if is_read:
        work.runs.end(WRITE_BACK, reason)
    try:
        # If soon a write may succeed, the next poll finds another stamp.
        is_busy = isinstance(error, WorkbookBusyError)
        if not is_read:
            record_failure(work.analyst, source, stamp, error, now)
        elif work.output is None:
            work.analyst.store.record_own_write(source, "" if is_busy else stamp, "")
        else:
            stamp = "" if is_busy else work.output.stamp()
            work.analyst.store.record_reading(work.output.source, Poll(stamp, "", now))
    except NrrbotError as failure:
        LOG.error("why the sheet was not refreshed is not stored", kind=type(failure).__name__, reason=str(failure))  # noqa: TRY400 - in words
    return None if is_read else reason


def run_alerts(work: JobContext, now: dt.datetime) -> None:
    """Plan the messages about failures and alerts; correct shared answers, renew the pages of App Home.

    Raises:
        NrrbotError: the time of the run is over, and something is left.

    """
    client, analyst = work.client, work.analyst
    source = work.source.source
    if client is None:
        report_to_monitor(analyst, source, work.switch, work.runs.list_runs(), now)
        return
    recipients = Recipients.build(analyst, client, lambda: now)
    tasks: Mapping[str, Callable[[], None]] = {
        "the notices of failures": lambda: report_failures(
            recipients, client, source, work.switch, work.runs.list_runs(), now
        ),
        "the alerts": lambda: work.alerts.plan(recipients, now),
        "the replies to shared answers": lambda: reply_to_restated_shares(analyst, client, now, work.limit),
        "the pages of App Home": lambda: renew_homes(analyst, client, now, work.limit),
    }
    for name, task in tasks.items():
        work.limit.check()
        _attempt(name, task)
    work.limit.check()


def _attempt(task: str, run: Callable[[], None]) -> None:
    """Run one of several tasks; an error in it is logged and prevents none of the others."""
    try:
        run()
    except NrrbotError as error:
        LOG.error("not done", task=task, kind=type(error).__name__, reason=str(error))  # noqa: TRY400 - in words
    except Exception as error:  # noqa: BLE001 - as above
        report_fault(error, task)


def run_digests(work: JobContext, now: dt.datetime) -> None:
    """Send the digests that are due, and all other messages that were planned."""
    if work.client:
        send_digests(work.analyst, work.client, now, pace=work.pace, limit=work.limit)


def run_backup(work: JobContext, now: dt.datetime) -> None:
    """Copy the store into the folder of the config."""
    _run_upkeep(work, now, "backup")


def run_prune(work: JobContext, now: dt.datetime) -> None:
    """Prune the snapshots that are past the limits of the config, also while the workbook does not change."""
    _run_upkeep(work, now, "prune")


def run_verify(work: JobContext, now: dt.datetime) -> None:
    """Check all that is stored, and report damage."""
    try:
        _run_upkeep(work, now, "verify")
    except StoreError as error:
        report_check(work.analyst, work.client, error, now)
        raise
    report_check(work.analyst, work.client, None, now)


def _run_upkeep(work: JobContext, now: dt.datetime, task: Task) -> None:
    if work.analyst.find_snapshot():
        work.upkeep.run(work.analyst.config, now, task=task, minutes=UPKEEP_MINUTES)
