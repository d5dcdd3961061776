"""The health of `nrrbot run`: the reasons for which it does not do its work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.service.analyst import Analyst
from bot.service.monitoring.job_runs import JobRuns
from core.errors import NrrbotError, StoreError

SOCKET_DOWN_AFTER = dt.timedelta(minutes=5)
# A tick of the scheduler may be late by as much.
_LATE = dt.timedelta(seconds=10)
Check = Literal["store", "scheduler", "data", "socket"]


@dataclass(slots=True)
class Health:
    """Watches a running bot.

    Attributes:
        analyst: the analyst, with the config, the store and the clock.
        runs: the runs of the jobs.
        jobs: the jobs of each tick, one after the other.
        limit: the longest that each of them may take.
        is_connected: returns whether Slack is connected; True without a connection of our own.

    """

    analyst: Analyst
    runs: JobRuns
    jobs: Sequence[str]
    limit: dt.timedelta
    is_connected: Callable[[], bool] = lambda: True
    _started_at: dt.datetime = field(init=False)
    _connected_at: dt.datetime = field(init=False)

    def __post_init__(self) -> None:
        self._started_at = self._connected_at = self.analyst.clock()

    def watch(self) -> None:
        """Note whether Slack is connected; called every second."""
        if self.is_connected():
            self._connected_at = self.analyst.clock()

    def list_reasons(self) -> list[dict[str, str]]:
        """Return why the bot is not healthy, each reason with the check that it is of; empty if it is."""
        now = self.analyst.clock()
        return [
            {"check": check, "reason": reason}
            for check, reason in (*self._check_store(), *self._check_scheduler(now), *self._check_socket(now))
        ]

    @property
    def is_scheduling(self) -> bool:
        """Whether the scheduler does its work."""
        return not any(True for _ in self._check_scheduler(self.analyst.clock()))

    def _check_store(self) -> Iterator[tuple[Check, str]]:
        try:
            snapshot = self.analyst.find_snapshot()
            staleness = self.analyst.find_staleness(snapshot) if snapshot else None
        except StoreError as error:
            yield "store", str(error)
            return
        except NrrbotError as error:
            yield "data", str(error)
            return
        if snapshot is None:
            yield "data", "Nothing was read from the workbook yet."
        elif staleness:
            yield "data", f"The data was last confirmed at {staleness.since:%Y-%m-%d %H:%M} UTC."

    def _check_scheduler(self, now: dt.datetime) -> Iterator[tuple[Check, str]]:
        all_runs = self.runs.list_runs()
        runs = {job: all_runs[job] for job in self.jobs if job in all_runs}
        running = {job: run.started_at for job, run in runs.items() if run.is_running and run.started_at}
        tick = dt.timedelta(seconds=self.analyst.config.schedule.poll_seconds)
        for job, began in running.items():
            if now - began > self.limit + tick:
                yield "scheduler", f"The job {job} has been running since {began:%Y-%m-%d %H:%M} UTC."
        ends = (run.started_at + dt.timedelta(seconds=run.seconds) for run in runs.values() if run.started_at)
        idle_since = max([self._started_at, *ends])
        if not running and now - idle_since > 2 * tick + _LATE:
            yield "scheduler", f"The scheduler has missed two ticks: its last job ended at {idle_since:%H:%M:%S} UTC."

    def _check_socket(self, now: dt.datetime) -> Iterator[tuple[Check, str]]:
        self.watch()
        if now - self._connected_at >= SOCKET_DOWN_AFTER:
            yield "socket", f"Slack has not been connected since {self._connected_at:%Y-%m-%d %H:%M} UTC."
