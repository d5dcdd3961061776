"""The health of `nrrbot run`: the reasons for which it does not do its work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.service.analyst import Analyst
from bot.service.monitoring.job_runs import JobRuns
from core.errors import NrrbotError, StoreError

SOCKET_DOWN_AFTER = dt.timedelta(minutes=5)
# A tick of the scheduler may be late by as much.
_LATE = dt.timedelta(seconds=10)
# A job that is ended at its limit needs a moment to end.
_OVERTIME = dt.timedelta(minutes=1)
Check = Literal["store", "scheduler", "data", "socket"]


@dataclass(slots=True)
class Health:
    """Watches a running bot.

    Attributes:
        analyst: the analyst, with the config, the store and the clock.
        runs: the runs of the jobs.
        ticking: the jobs of each tick of the scheduler, one after the other.
        limits: job -> the longest that it may take.
        is_connected: returns whether Slack is connected; True without a connection of our own.

    """

    analyst: Analyst
    runs: JobRuns
    ticking: Sequence[str]
    limits: Mapping[str, dt.timedelta]
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
            yield "data", "Nothing was read yet."
        elif staleness:
            yield "data", f"The data was last confirmed at {staleness.since:%Y-%m-%d %H:%M} UTC."

    def _check_scheduler(self, now: dt.datetime) -> Iterator[tuple[Check, str]]:
        runs = {job: run for job, run in self.runs.list_runs().items() if run.started_at}
        for job, run in runs.items():
            if run.is_running and run.started_at and now - run.started_at > self.limits[job] + _OVERTIME:
                yield "scheduler", f"The job {job} has been running since {run.started_at:%Y-%m-%d %H:%M} UTC."
        ticking = [runs[job] for job in self.ticking if job in runs]
        ends = (run.started_at + dt.timedelta(seconds=run.seconds) for run in ticking if run.started_at)
        idle_since = max([self._started_at, *ends])
        tick = dt.timedelta(seconds=self.analyst.config.schedule.poll_seconds)
        if not any(run.is_running for run in ticking) and now - idle_since > 2 * tick + _LATE:
            yield "scheduler", f"The scheduler has missed two ticks: its last job ended at {idle_since:%H:%M:%S} UTC."

    def _check_socket(self, now: dt.datetime) -> Iterator[tuple[Check, str]]:
        self.watch()
        if now - self._connected_at >= SOCKET_DOWN_AFTER:
            yield "socket", f"Slack has not been connected since {self._connected_at:%Y-%m-%d %H:%M} UTC."
