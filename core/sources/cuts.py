"""The figures that reports are made of: the sums of a cut in a window, and the accounts that they may name.

A ledger computes them from its panel. A warehouse has the sums in the cube of its snapshot, or adds them up by a query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.advice.size_mix import sum_by_size
from core.errors import Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import Cube, build_cube
from core.metrics.retention import Base, Bridge, measure, select_base
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.closes import Level, measure_close, split_close
from core.sources.exclusions import Excluded, bound_excluded_mrr, measure_excluded_accounts
from core.sources.members import select_members
from core.terms import Size


@dataclass(frozen=True, slots=True)
class Selection:
    """The accounts of a cut in some windows.

    Attributes:
        ledger: the ledger of the accounts.
        bases: the accounts of each window.
        reason: why accounts are missing; None where none is.

    """

    ledger: Ledger
    bases: Mapping[Window, Base]
    reason: Sentence | None = None


class Cuts(Protocol):
    """The sums and the accounts of cuts. The closes of every window are in the history."""

    @property
    def segments(self) -> Segments:
        """The months, the dimensions and their values."""
        ...

    @property
    def cube(self) -> Cube:
        """The bridges of every value of every dimension in the windows of 1, 3 and 12 months."""
        ...

    def measure(self, filters: Sequence[Filter], window: Window) -> Bridge:
        """Return the bridge of a cut."""
        ...

    def measure_all(
        self, filters: Sequence[Filter], windows: Sequence[Window], *, as_billed: bool = False
    ) -> Mapping[Window, Bridge]:
        """Return the bridges of a cut in many windows; `as_billed` without the rule for accounts that pay by usage."""
        ...

    def split(self, filters: Sequence[Filter], dimension: str, window: Window) -> Mapping[str, Bridge]:
        """Return the bridge of each value of a dimension within a cut, in their order, "Unassigned" last."""
        ...

    def measure_close(self, filters: Sequence[Filter], close: Month) -> Level:
        """Return the MRR and the accounts of a cut at a close."""
        ...

    def split_close(self, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
        """Return the MRR and the accounts of each value of a dimension within a cut at a close, "Unassigned" last."""
        ...

    def prepare_closes(self, closes: Sequence[Month]) -> None:
        """Ask a warehouse for the sums of all values at some closes at once, before they are needed one by one."""
        ...

    def select(self, filters: Sequence[Filter], windows: Sequence[Window]) -> Selection:
        """Return the accounts of a cut in some windows."""
        ...

    def exclude(self, filters: Sequence[Filter], window: Window) -> Excluded:
        """Return the accounts of a cut that are in no figure."""
        ...

    def count_excluded(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the number of excluded accounts that are in a cut at the start of a window."""
        ...

    def bound_exclusions(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the most MRR that can be excluded from a window, minor units."""
        ...

    def sum_by_size(self, filters: Sequence[Filter], base: Base) -> Mapping[Size, int]:
        """Return the MRR of a cut at the start of a window by size of customer; empty without limits of sizes."""
        ...

    def sum_company(self, window: Window) -> int:
        """Return the MRR of the whole company at the start of a window, minor units."""
        ...

    def hide_names(self) -> Cuts:
        """Return the cuts for a reader who may not see which accounts there are."""
        ...

    def watch(self) -> Cuts:
        """Return the same cuts, which notice for one answer where figures are of a newer load than the snapshot."""
        ...

    @property
    def newer(self) -> Sequence[Window | None]:
        """An entry for each figure so far that is of a newer load."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class LedgerCuts:
    """The cuts of a ledger in memory."""

    segments: Segments

    @property
    def cube(self) -> Cube:
        """The bridges of every value of every dimension, counted anew each time."""
        return build_cube(self.segments)

    def measure(self, filters: Sequence[Filter], window: Window) -> Bridge:
        """Return the bridge of a cut."""
        return measure(self.segments.ledger, window, self._select_members(filters, window))

    def measure_all(
        self, filters: Sequence[Filter], windows: Sequence[Window], *, as_billed: bool = False
    ) -> Mapping[Window, Bridge]:
        """Return the bridges of a cut in many windows."""
        ledger = self.segments.ledger.as_billed if as_billed else self.segments.ledger
        return {window: measure(ledger, window, self._select_members(filters, window)) for window in windows}

    def split(self, filters: Sequence[Filter], dimension: str, window: Window) -> Mapping[str, Bridge]:
        """Return the bridge of each value of a dimension within a cut."""
        members = self._select_members(filters, window)
        values = (*self.segments.values(dimension), UNASSIGNED)
        own = {value: members & self.segments.members(dimension, value, window) for value in values}
        return {value: measure(self.segments.ledger, window, mask) for value, mask in own.items()}

    def measure_close(self, filters: Sequence[Filter], close: Month) -> Level:
        """Return the MRR and the accounts of a cut at a close."""
        return measure_close(self.segments, filters, close)

    def split_close(self, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
        """Return the MRR and the accounts of each value of a dimension within a cut at a close."""
        return split_close(self.segments, filters, dimension, close)

    def prepare_closes(self, closes: Sequence[Month]) -> None:
        """Do nothing: the sums are those of the panel."""

    def select(self, filters: Sequence[Filter], windows: Sequence[Window]) -> Selection:
        """Return the accounts of a cut in some windows: all of them."""
        ledger = self.segments.ledger
        bases = {window: select_base(ledger, window, self._select_members(filters, window)) for window in windows}
        return Selection(ledger, bases)

    def exclude(self, filters: Sequence[Filter], window: Window) -> Excluded:
        """Return the accounts of a cut that are in no figure."""
        return measure_excluded_accounts(self.segments, filters, window)

    def count_excluded(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the number of excluded accounts that are in a cut at the start of a window."""
        return int(np.count_nonzero(self._select_members(filters, window) & self.segments.ledger.accounts.excluded))

    def bound_exclusions(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the most MRR that can be excluded from a window."""
        return bound_excluded_mrr(self.segments, filters, window)

    def sum_by_size(self, filters: Sequence[Filter], base: Base) -> Mapping[Size, int]:  # noqa: ARG002 - the base has all
        """Return the MRR of a base at the start by size of customer."""
        return sum_by_size(self.segments, base)

    def sum_company(self, window: Window) -> int:
        """Return the MRR of the whole company at the start of a window."""
        ledger = self.segments.ledger
        return int(ledger.mrr(window.start, window.start)[ledger.accounts.counted].sum())

    def hide_names(self) -> Cuts:
        """Return the same: the names of a ledger are hidden in the ledger."""
        return self

    def watch(self) -> Cuts:
        """Return the same: a ledger is that of its snapshot."""
        return self

    @property
    def newer(self) -> Sequence[Window | None]:
        """Nothing."""
        return ()

    def _select_members(self, filters: Sequence[Filter], window: Window) -> Mask:
        return select_members(self.segments, filters, window)
