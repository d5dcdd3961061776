"""Syncs that people ask for between the scheduled ones: at once, and never two at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from apscheduler.schedulers.base import BaseScheduler


class RequestSync(Protocol):
    """Asks for a sync, as `SyncRequests.request` does."""

    def __call__(self, at_end: Callable[[], None] | None = None) -> str | None:
        """Return whether it started."""


def no_sync(at_end: Callable[[], None] | None = None) -> str | None:  # noqa: ARG001 - the signature of a RequestSync
    """Ask for nothing, where nothing is scheduled."""
    return None


class SyncRequests:
    """Lets the job of the sync run at once.

    A request during a sync is due after it, once for all such requests: that sync may have read the tab before an edit.
    """

    def __init__(
        self, scheduler: BaseScheduler, job_id: str, clock: Callable[[], dt.datetime], asked: Event | None = None
    ) -> None:
        """Follow a job of a scheduler.

        Args:
            scheduler: the scheduler.
            job_id: the job that syncs.
            clock: returns the present moment.
            asked: is set at each request; the job clears it once it begins.

        """
        from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED, EVENT_JOB_SUBMITTED

        self._scheduler, self._job_id, self._clock = scheduler, job_id, clock
        self._asked = asked or Event()
        # Runs that were submitted and have not ended: -1 where a short one ends before the event of its submission.
        self._running = 0
        self._is_asked = self._is_due = False
        # To be called at the end of the run that is asked for or under way, and of the one that is due after it.
        self._at_end: list[Callable[[], None]] = []
        self._at_next_end: list[Callable[[], None]] = []
        self._lock = Lock()
        scheduler.add_listener(self._note_start, EVENT_JOB_SUBMITTED)
        scheduler.add_listener(self._note_end, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED)

    def request(self, at_end: Callable[[], None] | None = None) -> str | None:
        """Ask for a sync: return `started`, `due` if it follows the one under way, None if that is due already.

        Args:
            at_end: called on a separate thread at the end of that sync.

        """
        self._asked.set()
        with self._lock:
            # A run that was asked for may have begun already: its event comes after it.
            is_busy = self._running > 0 or self._is_asked
            if at_end:
                (self._at_next_end if is_busy else self._at_end).append(at_end)
            if is_busy:
                was_due, self._is_due = self._is_due, True
                return None if was_due else "due"
            self._is_asked = True
        self._run_now()
        return "started"

    def _run_now(self) -> None:
        self._scheduler.modify_job(self._job_id, next_run_time=self._clock())

    def _note_start(self, event: Any) -> None:
        if event.job_id == self._job_id:
            with self._lock:
                self._running += 1
                self._is_asked = False

    def _note_end(self, event: Any) -> None:
        if event.job_id != self._job_id:
            return
        with self._lock:
            self._running -= 1
            ended, self._at_end, self._at_next_end = self._at_end, self._at_next_end, []
            self._is_asked, self._is_due = self._is_due, False
            is_due = self._is_asked
        for at_end in ended:
            Thread(target=at_end, daemon=True).start()
        if is_due:
            # A short run can end on the scheduler's own thread, which sets the job's next time after this event.
            Thread(target=self._run_now, daemon=True).start()
