"""The cuts of readers who may see some values only: every cut is narrowed to the accounts that have one of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from core.errors import N_, AccessError
from core.ledger.segments import Segments
from core.metrics.cube import Cube
from core.metrics.retention import Base, Bridge
from core.months import Month, Window
from core.query.limits import Limits
from core.query.vocabulary import Filter, find_values, is_within
from core.sources.closes import BaseSum, Level
from core.sources.cuts import ComparedAccounts, Cuts, Selection
from core.sources.exclusions import Excluded
from core.sources.listing import Listing
from core.sources.port import Side
from core.terms import Metric, Size


@dataclass(frozen=True, slots=True, eq=False)
class LimitedCuts:
    """The cuts of readers who are limited to some values. An account is theirs if it has one at a window's start.

    Attributes:
        cuts: the figures.
        allowed: dimension -> the values.

    """

    cuts: Cuts
    allowed: Mapping[str, frozenset[str]]

    @property
    def segments(self) -> Segments:
        """The months, the dimensions and their values."""
        return self.cuts.segments

    @property
    def cube(self) -> Cube:
        """The bridges of their values."""
        cube = self.cuts.cube
        allowed = {(dimension, value) for dimension, values in self.allowed.items() for value in values}
        kept = [place for place, label in enumerate(cube.labels) if label in allowed]
        labels = tuple(cube.labels[place] for place in kept)
        return replace(cube, labels=labels, sums=cube.sums[:, kept], products=None, exclusions=())

    def measure(self, filters: Sequence[Filter], window: Window) -> Bridge:
        """Return the bridge of a cut."""
        return self.cuts.measure(self._narrow(filters), window)

    def measure_all(
        self, filters: Sequence[Filter], windows: Sequence[Window], *, as_billed: bool = False
    ) -> Mapping[Window, Bridge]:
        """Return the bridges of a cut in many windows."""
        return self.cuts.measure_all(self._narrow(filters), windows, as_billed=as_billed)

    def split(self, filters: Sequence[Filter], dimension: str, window: Window) -> Mapping[str, Bridge]:
        """Return the bridge of each value of a dimension within a cut."""
        return self.cuts.split(self._narrow(filters), dimension, window)

    def measure_close(self, filters: Sequence[Filter], close: Month) -> Level:
        """Return the MRR and the accounts of a cut at a close."""
        return self.cuts.measure_close(self._narrow(filters), close)

    def split_close(self, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
        """Return the MRR and the accounts of each value of a dimension within a cut at a close."""
        return self.cuts.split_close(self._narrow(filters), dimension, close)

    def measure_closes(self, filters: Sequence[Filter], closes: Sequence[Month]) -> Mapping[Month, Level]:
        """Return the MRR and the accounts of a cut at some closes."""
        return self.cuts.measure_closes(self._narrow(filters), closes)

    def split_base(self, filters: Sequence[Filter], window: Window) -> Mapping[str, Mapping[str, BaseSum]]:
        """Return the base of a cut by the values of every dimension, "Unassigned" first."""
        return self.cuts.split_base(self._narrow(filters), window)

    def select_close(self, filters: Sequence[Filter], close: Month) -> Selection:
        """Return the accounts of a cut that pay at a close, in the window that begins there."""
        return self.cuts.select_close(self._narrow(filters), close)

    def list_accounts(self, filters: Sequence[Filter], window: Window, limits: Limits) -> Listing:
        """Return the accounts of a cut in a window that meet the thresholds of a list."""
        return self.cuts.list_accounts(self._narrow(filters), window, limits)

    def compare(self, first: Side, second: Side, metric: Metric) -> ComparedAccounts:
        """Return the accounts behind the difference between a ratio of two sides."""
        one, other = ((window, self._narrow(filters)) for window, filters in (first, second))
        return self.cuts.compare(one, other, metric)

    def select(self, filters: Sequence[Filter], windows: Sequence[Window]) -> Selection:
        """Return the accounts of a cut in some windows."""
        return self.cuts.select(self._narrow(filters), windows)

    def exclude(self, filters: Sequence[Filter], window: Window) -> Excluded:
        """Return the accounts of a cut that are in no figure."""
        return self.cuts.exclude(self._narrow(filters), window)

    def count_excluded(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the number of excluded accounts that are in a cut at the start of a window."""
        return self.cuts.count_excluded(self._narrow(filters), window)

    def bound_exclusions(self, filters: Sequence[Filter], window: Window) -> int:
        """Return the most MRR that can be excluded from a window, minor units."""
        return self.cuts.bound_exclusions(self._narrow(filters), window)

    def prepare_closes(self, closes: Sequence[Month]) -> None:
        """Ask a warehouse for the sums of all values at some closes at once."""
        self.cuts.prepare_closes(closes)

    def sum_by_size(self, filters: Sequence[Filter], base: Base) -> Mapping[Size, int]:
        """Return the MRR of a cut at the start of a window by size of customer."""
        return self.cuts.sum_by_size(self._narrow(filters), base)

    def sum_company(self, window: Window) -> int:
        """Return the MRR at the start of a window of all accounts that are theirs, minor units."""
        # An account with values of two dimensions is in both sums, and counts once.
        groups = [
            [Filter(dimension, value) for dimension, values in chosen for value in sorted(values)]
            for count in range(1, len(self.allowed) + 1)
            for chosen in combinations(self.allowed.items(), count)
        ]
        signs = (-1 if len({entry.dimension for entry in group}) % 2 == 0 else 1 for group in groups)
        return sum(
            sign * self.cuts.measure_close(group, window.start)[0] for sign, group in zip(signs, groups, strict=True)
        )

    def hide_names(self) -> LimitedCuts:
        """Return the cuts for a reader who may not see which accounts there are either."""
        return replace(self, cuts=self.cuts.hide_names())

    def skip_accounts(self) -> LimitedCuts:
        """Return the cuts for figures that need no account."""
        return replace(self, cuts=self.cuts.skip_accounts())

    def watch(self) -> LimitedCuts:
        """Return the same cuts, which notice for one answer where figures are of a newer load than the snapshot."""
        return replace(self, cuts=self.cuts.watch())

    @property
    def newer(self) -> Sequence[Window | None]:
        """An entry for each figure so far that is of a newer load."""
        return self.cuts.newer

    def _narrow(self, filters: Sequence[Filter]) -> Sequence[Filter]:
        """Return the filters of a cut, as far as it is theirs.

        Raises:
            AccessError: the accounts with values of one dimension or another one are no cut.

        """
        known = self.segments.askable
        if any(is_within(filters, name, values, known[name]) for name, values in self.allowed.items()):
            return filters
        if len(self.allowed) != 1:
            raise AccessError(
                N_("This needs more than one of the segments that you may see."), N_("Name one of them alone.")
            )
        [(dimension, values)] = self.allowed.items()
        theirs = sorted(find_values(filters, dimension, known[dimension]) & values)
        others = [entry for entry in filters if entry.dimension != dimension]
        # A value that is excluded too has no account.
        none = [Filter(dimension, value, excluded) for value, excluded in product(sorted(values)[:1], (False, True))]
        return (*others, *([Filter(dimension, value) for value in theirs] or none))
