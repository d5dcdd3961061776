"""The figures that reports are made of: the sums of a cut in a window, and the accounts that they may name.

A ledger computes them from its panel. A warehouse has the sums in the cube of its snapshot, or adds them up by a query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.advice.loss_levers import LossGroups
from core.advice.size_mix import sum_by_size
from core.errors import Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import Cube, build_cube
from core.metrics.retention import Base, Bridge, measure, select_base
from core.months import Month, Window
from core.query.limits import Limits
from core.query.vocabulary import Filter
from core.sources.closes import BaseSum, Level, measure_close, select_close, split_base, split_close
from core.sources.exclusions import Excluded, bound_excluded_mrr, measure_excluded_accounts
from core.sources.listing import Listing, build_bridge, list_last_paid, list_values, sum_by_kind, take_accounts
from core.sources.members import select_members
from core.sources.port import Side
from core.terms import Metric, Size


@dataclass(frozen=True, slots=True)
class Selection:
    """The accounts of a cut in some windows.

    Attributes:
        ledger: the ledger of the accounts.
        bases: the accounts of each window.
        reason: why accounts are missing; None where none is.
        groups: the groups that the levers on losses compare, of a warehouse.

    """

    ledger: Ledger
    bases: Mapping[Window, Base]
    reason: Sentence | None = None
    groups: Mapping[Window, LossGroups] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComparedAccounts:
    """The accounts of two sides.

    Attributes:
        ledger: the ledger of the accounts.
        bases: the accounts of each side; of a warehouse those that explain most of the difference.
        excluded: the number of excluded accounts of either side.
        explaining: the number of accounts that explain any of the difference; None where both bases have all of them.
        reason: why accounts are missing; None where none is.

    """

    ledger: Ledger
    bases: tuple[Base, Base]
    excluded: int
    explaining: int | None = None
    reason: Sentence | None = None


class Cuts(Protocol):
    """The sums and the accounts of cuts. The closes of every window are in the history.

    `measure` and `split` take a window that ends after the last close too, as of that close.
    """

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

    def split_base(self, filters: Sequence[Filter], window: Window) -> Mapping[str, Mapping[str, BaseSum]]:
        """Return the base of a cut by the values of every dimension, "Unassigned" first."""
        ...

    def measure_closes(self, filters: Sequence[Filter], closes: Sequence[Month]) -> Mapping[Month, Level]:
        """Return the MRR and the accounts of a cut at some closes."""
        ...

    def select_close(self, filters: Sequence[Filter], close: Month) -> Selection:
        """Return the accounts of a cut that pay at a close, in the window that begins there."""
        ...

    def list_accounts(self, filters: Sequence[Filter], window: Window, limits: Limits) -> Listing:
        """Return the accounts of a cut in a window that meet the thresholds of a list."""
        ...

    def compare(self, first: Side, second: Side, metric: Metric) -> ComparedAccounts:
        """Return the accounts behind the difference between a ratio of two sides."""
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

    def skip_accounts(self) -> Cuts:
        """Return the cuts for figures that need no account: a warehouse is not asked for any."""
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
        return _measure(self.segments.ledger, window, self._select_members(filters, window))

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
        return {value: _measure(self.segments.ledger, window, mask) for value, mask in own.items()}

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

    def split_base(self, filters: Sequence[Filter], window: Window) -> Mapping[str, Mapping[str, BaseSum]]:
        """Return the base of a cut by the values of every dimension, "Unassigned" first."""
        members = self._select_members(filters, window)
        return split_base(self.segments, select_base(self.segments.ledger, window, members))

    def measure_closes(self, filters: Sequence[Filter], closes: Sequence[Month]) -> Mapping[Month, Level]:
        """Return the MRR and the accounts of a cut at some closes."""
        return {close: measure_close(self.segments, filters, close) for close in closes}

    def select_close(self, filters: Sequence[Filter], close: Month) -> Selection:
        """Return the accounts of a cut that pay at a close: all of them."""
        base = select_close(self.segments, filters, close)
        return Selection(self.segments.ledger, {base.window: base})

    def list_accounts(self, filters: Sequence[Filter], window: Window, limits: Limits) -> Listing:
        """Return the accounts of a cut in a window that meet the thresholds of a list: all of them."""
        segments, ledger = self.segments, self.segments.ledger
        base = select_base(ledger, window, self._select_members(filters, window))
        sums, listed = sum_by_kind(base), base
        counts = {kind: entry.accounts for kind, entry in sums.items()}
        if limits.thresholds:
            listed = take_accounts(base, limits.match_accounts(base.end, base.end - base.start, ledger.currency))
            sums = sum_by_kind(listed)

        def read_values(places: NDArray[np.intp]) -> Mapping[str, Sequence[str]]:
            return list_values(segments, tuple(segments.dimensions), listed.index[places], window)

        def find_last_paid(places: NDArray[np.intp]) -> Sequence[Month]:
            return list_last_paid(ledger, listed.index[places], window)

        return Listing(ledger, listed, sums, counts, read_values, find_last_paid)

    def compare(self, first: Side, second: Side, metric: Metric) -> ComparedAccounts:  # noqa: ARG002 - all accounts
        """Return the accounts of two sides."""
        ledger = self.segments.ledger
        members = [self._select_members(filters, window) for window, filters in (first, second)]
        bases = [select_base(ledger, side[0], mask) for side, mask in zip((first, second), members, strict=True)]
        excluded = int(np.count_nonzero((members[0] | members[1]) & ledger.accounts.excluded))
        return ComparedAccounts(ledger, (bases[0], bases[1]), excluded)

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

    def skip_accounts(self) -> Cuts:
        """Return the same: the accounts of a ledger are there."""
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


def _measure(ledger: Ledger, window: Window, members: Mask) -> Bridge:
    """Return the bridge of a window; of one that ends after the last close the bridge of its base, as of that close."""
    if window.end <= ledger.last:
        return measure(ledger, window, members)
    start, now = (ledger.window_mrr(month, window.start) for month in (window.start, ledger.last))
    index = np.flatnonzero((start > 0) & ledger.accounts.counted & members)
    base = Base(window, index, start[index], now[index], np.ones(len(index), dtype=np.bool_))
    return replace(build_bridge(window, sum_by_kind(base)), can_leave=ledger.coverage.can_leave)
