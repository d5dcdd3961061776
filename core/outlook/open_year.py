"""Twelve months that have not ended: their base, and its MRR at the last close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.ledger.segments import Segments
from core.months import Calendar, Month, Window
from core.query.question import Filter
from core.reports.scope import YEAR
from core.sources.members import select_members


@dataclass(frozen=True, slots=True, eq=False)
class OpenYear:
    """The base of the twelve months that end with a future close, at constant currency.

    Attributes:
        window: the twelve months; only the first of its closes is in the panel.
        index: (n,) the accounts of the base: those that paid at its start.
        start: (n,) their MRR there, minor units of the reporting currency.
        now: (n,) their MRR at the last close, at the rates of the start.

    """

    window: Window
    index: NDArray[np.intp]
    start: Panel
    now: Panel

    @property
    def base(self) -> int:
        """Number of accounts."""
        return len(self.index)

    @property
    def starting(self) -> int:
        """MRR at the start."""
        return int(self.start.sum())

    @property
    def ending(self) -> int:
        """MRR of the base at the last close: its NRR so far, times `starting`."""
        return int(self.now.sum())

    @property
    def kept(self) -> int:
        """MRR kept of the starting MRR: the GRR so far, times `starting`."""
        return int(np.minimum(self.start, self.now).sum())


def list_year_ends(calendar: Calendar, last: Month) -> tuple[Month, ...]:
    """Return the ends of the fiscal quarter and the fiscal year of the month after `last`; one close where equal."""
    quarter = calendar.span(*_find_quarter(calendar, last + 1)).end
    return tuple(dict.fromkeys((quarter, calendar.year_end(calendar.year_of(last + 1)))))


def _find_quarter(calendar: Calendar, month: Month) -> tuple[int, int, int]:
    year, number = calendar.part_of(month, 3)
    return year, 3, number


def measure_open_year(segments: Segments, filters: Sequence[Filter], end: Month) -> OpenYear | None:
    """Return the base of the twelve months to `end` as of the last close; None without its start, or without ends.

    Args:
        segments: the ledger and its dimensions.
        filters: the cut, frozen at the start of the twelve months.
        end: a close of the twelve months after the last one.

    Raises:
        QuestionError: a filter names a dimension or value that does not exist.

    """
    ledger, window = segments.ledger, Window.ending(end, YEAR)
    if not ledger.has_close(window.start) or not ledger.coverage.can_leave:
        return None
    start, now = (ledger.window_mrr(month, window.start) for month in (window.start, ledger.last))
    index = np.flatnonzero((start > 0) & ledger.accounts.counted & select_members(segments, filters, window))
    return OpenYear(window, index, start[index], now[index])
