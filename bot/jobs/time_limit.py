"""The time limit of a job: once it is over, or the program stops, the job begins nothing more."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

from core.errors import N_, NrrbotError


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """The time limit of a run, which begins with it.

    Attributes:
        longest: the longest that the run may take; None for no limit.
        stopping: set when the program stops.

    """

    longest: dt.timedelta | None = None
    stopping: Event = field(default_factory=Event)
    _began: float = field(default_factory=monotonic, init=False)

    @property
    def is_over(self) -> bool:
        """Whether the run begins nothing more."""
        return self.stopping.is_set() or self._is_exceeded

    def check(self) -> None:
        """Check that the run has time for its next step.

        Raises:
            NrrbotError: it has taken longer than it may.

        """
        if self._is_exceeded and self.longest is not None:
            raise NrrbotError(
                N_("It took more than {minutes} minutes, so it was stopped."),
                N_("The next run does the rest."),
                minutes=round(self.longest.total_seconds() / 60),
            )

    @property
    def _is_exceeded(self) -> bool:
        return self.longest is not None and monotonic() - self._began > self.longest.total_seconds()


UNLIMITED = TimeLimit()
