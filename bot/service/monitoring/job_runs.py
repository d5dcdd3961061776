"""The runs of the scheduled jobs, as they are recorded while `nrrbot run` runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import msgspec

from core.store.state.job_runs import JobRun, Outcome, save_runs


class JobRuns:
    """The runs by job, of one process. What cannot be written to the file is only remembered."""

    def __init__(
        self, store_path: Path | None = None, observe: Callable[[str, Outcome, float], None] = lambda *_: None
    ) -> None:
        """Read nothing yet.

        Args:
            store_path: the store, next to which the file is; None for no file.
            observe: called with job, outcome and seconds when a run has ended.

        """
        self._store_path = store_path
        self._observe = observe
        self._runs: dict[str, JobRun] = {}
        self._begun: dict[str, float] = {}
        self._lock = Lock()

    def list_runs(self) -> Mapping[str, JobRun]:
        """Return the last run of each job."""
        with self._lock:
            return dict(self._runs)

    def has_failed(self, job: str) -> bool:
        """Return whether the last run of a job has failed."""
        return self.list_runs().get(job, JobRun()).outcome == "failed"

    def restore(self, job: str, last: JobRun, next_at: dt.datetime | None) -> None:
        """Take over the last run before this start."""
        self._update(job, **msgspec.structs.asdict(last) | {"next_at": next_at, "is_running": False})

    def begin(self, job: str, now: dt.datetime, next_at: dt.datetime | None = None) -> None:
        """Record that a job has begun."""
        self._begun[job] = monotonic()
        self._update(job, started_at=now, is_running=True, next_at=next_at)

    def end(self, job: str, reason: str = "") -> None:
        """Record that a job has ended, and why it failed; one that has ended already stays as it is."""
        begun = self._begun.pop(job, None)
        if begun is not None:
            seconds, outcome = monotonic() - begun, _name_outcome(reason)
            run = self.list_runs()[job]
            ended_at = run.started_at + dt.timedelta(seconds=seconds) if run.started_at else None
            failed_since = (run.failed_since or ended_at) if reason else None
            self._update(
                job,
                seconds=round(seconds, 3),
                outcome=outcome,
                reason=reason,
                is_running=False,
                failed_since=failed_since,
            )
            self._observe(job, outcome, seconds)

    def miss(self, job: str) -> None:
        """Record that a run was missed."""
        self._update(job, outcome="missed")
        self._observe(job, "missed", 0.0)

    def _update(self, job: str, **changes: Any) -> None:
        with self._lock:
            self._runs[job] = msgspec.structs.replace(self._runs.get(job, JobRun()), **changes)
            if self._store_path:
                save_runs(self._store_path, self._runs)


def _name_outcome(reason: str) -> Outcome:
    return "failed" if reason else "done"
