"""Cohort retention: the bridge from the MRR at a window's start to its end, for one question or for every segment.

The cohort method: the base is every account with MRR above zero at the start close. With s the MRR of an account
at the start and e at the end,

    expansion = sum max(e - s, 0)    contraction = sum (s - e) where 0 < e < s    churn = sum s where e = 0
    NRR = sum e / sum s              GRR = sum min(s, e) / sum s

Accounts won after the start never enter. All sums are integers in minor units; ratios come last, as exact fractions.
Where accounts pay in several currencies, both closes are taken at the rates of the start close, so that a rate that
moves retains and loses nothing; what it does to the total stands beside the bridge as its FX effect.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Column, Ledger, Mask, Panel
from core.ledger.segments import DERIVED, UNASSIGNED, Segments, size_codes, tenure_codes
from core.money import ratio
from core.months import Month, Window

# The integers of a bridge, in the order in which cubes and the store keep them.
MEASURES = (
    "starting", "expansion", "contraction", "churn", "ending", "new", "reactivated", "fx_effect",
    "base", "expanded", "contracted", "churned", "retained", "new_accounts", "reactivated_accounts",
)  # fmt: skip
WINDOW_MONTHS = (1, 3, 12)

# (dimension, value); (None, None) is the whole company.
Label = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Bridge:
    """What became of the base of one window. Amounts are MRR in minor units, counts are accounts.

    Always: starting + expansion - contraction - churn = ending, and retained + churned = base.
    `new` and `reactivated` stand beside the bridge: MRR at the end of accounts that had none at the start, of those
    that never paid before it and of those that had. So does `fx_effect`: how much more all of them are worth at the
    rates of the end close than at those of the start close.
    """

    window: Window
    starting: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    ending: int = 0
    new: int = 0
    reactivated: int = 0
    fx_effect: int = 0
    base: int = 0
    expanded: int = 0
    contracted: int = 0
    churned: int = 0
    retained: int = 0
    new_accounts: int = 0
    reactivated_accounts: int = 0

    @property
    def nrr(self) -> Fraction | None:
        """Net revenue retention, ending / starting; None when the base is empty."""
        return ratio(self.ending, self.starting)

    @property
    def grr(self) -> Fraction | None:
        """Gross revenue retention, (starting - contraction - churn) / starting; None when the base is empty."""
        return ratio(self.starting - self.contraction - self.churn, self.starting)

    @property
    def logo_retention(self) -> Fraction | None:
        """Accounts kept / accounts in the base; None when the base is empty."""
        return ratio(self.retained, self.base)

    @property
    def total(self) -> int:
        """MRR of all the accounts at the end close, at its own rates: ending + new + reactivated + fx_effect."""
        return self.ending + self.new + self.reactivated + self.fx_effect

    @property
    def average_acv(self) -> Fraction | None:
        """12 x starting / base, in minor units; None when the base is empty."""
        return ratio(12 * self.starting, self.base)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The accounts of a window that have MRR at either close.

    Attributes:
        window: the window.
        index: (n,) which accounts of the ledger.
        start: (n,) MRR at the start close, minor units of the reporting currency.
        end: (n,) MRR at the end close, likewise, at the same rates.
        returning: (n,) True where the account had MRR before or at the start close.

    """

    window: Window
    index: NDArray[np.intp]
    start: Panel
    end: Panel
    returning: Mask


def select_base(ledger: Ledger, window: Window, members: Mask | None = None, at: Month | None = None) -> Base:
    """Return the accounts with MRR at either close of `window`, quarantined ones left out.

    Args:
        ledger: whose accounts.
        window: both closes must be in the panel.
        members: (accounts,) which accounts to take; all of them when None.
        at: the close whose rates count; the window's start when None.

    Raises:
        KeyError: a close is not in the panel.

    """
    at = window.start if at is None else at
    start, end = ledger.mrr(window.start, at), ledger.mrr(window.end, at)
    taken = (start | end) > 0
    taken &= ledger.counted
    if members is not None:
        taken &= members
    index = np.flatnonzero(taken)
    return Base(window, index, start[index], end[index], ledger.first_paid[index] <= ledger.first.until(window.start))


def measure(ledger: Ledger, window: Window, members: Mask | None = None, at: Month | None = None) -> Bridge:
    """Return the cohort bridge of `window` over `members` (all accounts when None), quarantined accounts left out.

    Sums pass through float64, exact below 2**53, of which the ledger has made sure.

    Args:
        ledger: whose accounts.
        window: both closes must be in the panel.
        members: (accounts,) which accounts to take; all of them when None.
        at: the close whose rates count; the window's start when None.

    Raises:
        KeyError: a close of the window is not in the panel.

    """
    at = window.start if at is None else at
    row = ledger.first.until(window.start)
    taken = ledger.counted if members is None else ledger.counted & members
    start, end = ledger.mrr(window.start, at), ledger.mrr(window.end, at)
    # Only accounts that moved have to be told apart: of most months they are few.
    moved = np.flatnonzero((start != end) & taken)
    before, after = start.take(moved), end.take(moved)
    change = after - before
    arrived = np.flatnonzero(before == 0)
    # 0 gone, 1 pays less, 2 pays more; 3 new, 4 back.
    kind = (after > 0).view(np.int8) + (change > 0).view(np.int8)
    kind[arrived] = 3 + (ledger.first_paid.take(moved.take(arrived)) <= row).view(np.int8)
    churned, contracted, expanded, new_accounts, reactivated_accounts = np.bincount(kind, minlength=5).tolist()
    gone, down, up, new, reactivated = map(int, np.bincount(kind, change, 5).tolist())
    starting, base = int((start * taken).sum()), int(np.count_nonzero((start > 0) & taken))
    return Bridge(
        window,
        starting=starting,
        expansion=up,
        contraction=-down,
        churn=-gone,
        ending=starting + up + down + gone,
        new=new,
        reactivated=reactivated,
        fx_effect=int(((ledger.mrr(window.end, window.end) - end) * taken).sum()) if ledger.foreign else 0,
        base=base,
        expanded=expanded,
        contracted=contracted,
        churned=churned,
        retained=base - churned,
        new_accounts=new_accounts,
        reactivated_accounts=reactivated_accounts,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Every bridge: each value of each dimension x each window.

    Attributes:
        labels: (dimension, value) of each column; (None, None) is the whole company, "Unassigned" the blank cells.
        windows: of each row, by length and then by end.
        sums: (windows, labels, measures) int64, the measures in the order of MEASURES.

    """

    labels: tuple[Label, ...]
    windows: tuple[Window, ...]
    sums: NDArray[np.int64]

    def __iter__(self) -> Iterator[tuple[str | None, str | None, Bridge]]:
        for window, row in zip(self.windows, self.sums.tolist(), strict=True):
            for (dimension, value), integers in zip(self.labels, row, strict=True):
                yield dimension, value, Bridge(window, *integers)


_WHOLE: Label = (None, None)

# Dimensions are counted together as long as their values do not make more combinations than this.
_MOST_PLACES = 1 << 14


def build_cube(
    segments: Segments, dimensions: Sequence[str] | None = None, lengths: Sequence[int] = WINDOW_MONTHS
) -> Cube:
    """Return the bridges of every value of `dimensions` for every end month and window length.

    Sums pass through float64, exact below 2**53, of which the ledger has made sure.

    Args:
        segments: the ledger and its dimensions.
        dimensions: which ones; all when None.
        lengths: window lengths in months, each at least 1.

    Raises:
        KeyError: there is no such dimension.

    """
    ledger = segments.ledger
    windows = [
        Window.ending(Month(end), length)
        for length in sorted(lengths)
        for end in range(ledger.first.ordinal + length, ledger.last.ordinal + 1)
    ]
    starts: dict[Month, list[int]] = {}
    for number, window in enumerate(windows):
        starts.setdefault(window.start, []).append(number)
    paying = ledger.panel > 0
    paying &= ledger.counted
    groups = [_Group(segments, names, paying) for names in _together(segments, dimensions)]
    labels = [_WHOLE, *(label for group in groups for label in group.labels)]
    sums = np.zeros((len(windows), len(labels), len(MEASURES)), dtype=np.int64)

    # Windows that start together share their base.
    for start, numbers in starts.items():
        ends = [windows[number].end for number in numbers]
        parts = [group.bridges(start, ends) for group in groups]
        # Every group has the whole company as its first label.
        sums[numbers] = np.concatenate([parts[0], *(part[:, 1:] for part in parts[1:])], axis=1)
    seen: Mask = np.asarray(sums.any(axis=(0, 2)))
    seen[0] = True
    return Cube(
        tuple(label for label, some in zip(labels, seen.tolist(), strict=True) if some), tuple(windows), sums[:, seen]
    )


def _together(segments: Segments, dimensions: Sequence[str] | None) -> list[list[str]]:
    """Split `dimensions` into groups whose values do not make too many combinations; at least one group."""
    widths = {name: len(values) + 1 for name, values in segments.dimensions.items()}
    groups: list[list[str]] = [[]]
    places = 1
    for name in widths if dimensions is None else dimensions:
        places *= widths[name]
        if groups[-1] and places > _MOST_PLACES:
            groups.append([])
            places = widths[name]
        groups[-1].append(name)
    return groups


class _Group:
    """Dimensions that are counted together, each account at the place of its combination of values.

    Places are numbered as the cells of an array with one axis per dimension: the columns first, code 0 being
    "Unassigned", then the derived ones, which change from month to month.

    Attributes:
        labels: (dimension, value) of each row of a result after the first, which is the whole company.

    """

    def __init__(self, segments: Segments, dimensions: Sequence[str], paying: Mask) -> None:
        ledger = segments.ledger
        columns = {name: ledger.columns[name] for name in dimensions if name in ledger.columns}
        derived = [name for name in dimensions if name not in columns]
        self._ledger = ledger
        self._acv_limits = segments.acv_limits
        self._paying = paying
        self._shape = (
            *(len(column.values) + 1 for column in columns.values()),
            *(len(DERIVED[name]) for name in derived),
        )
        self._size = math.prod(self._shape)
        # By how much the place goes up from one value of a dimension to the next.
        strides = [math.prod(self._shape[axis + 1 :]) for axis in range(len(self._shape))]
        self._derived = dict(zip(derived, strides[len(columns) :], strict=True))
        self._fixed = np.zeros(ledger.accounts, dtype=np.int64)
        # Columns with dated rows, whose codes are those of each window's start.
        self._dated: list[tuple[Column, int]] = []
        for column, stride in zip(columns.values(), strides, strict=False):
            if column.changes is None:
                self._fixed += (column.codes + 1) * stride
            else:
                self._dated.append((column, stride))
        self.labels: tuple[Label, ...] = (
            *((name, value) for name, column in columns.items() for value in (UNASSIGNED, *column.values)),
            *((name, value) for name in derived for value in DERIVED[name]),
        )

    def bridges(self, start: Month, ends: Sequence[Month]) -> NDArray[np.float64]:
        """Return (ends, labels, measures) of the windows from the close of `start` to each of the closes `ends`."""
        row = self._ledger.first.until(start)
        paid = self._paying[row]
        base = np.flatnonzero(paid)
        before = self._ledger.mrr(start, start).take(base)
        places = self._places(base, before, row)
        # Amounts and counts of the base, and of the five kinds of change until each end.
        table = np.empty((2, 1 + 5 * len(ends), self._size))
        self._count(table[:, :1], places, before)
        for kinds, end in zip(range(1, table.shape[1], 5), ends, strict=True):
            after = self._ledger.mrr(end, start)
            self._count(table[:, kinds : kinds + 3], *self._changes(places, before, after.take(base)))
            arrived = np.flatnonzero(self._paying[self._ledger.first.until(end)] > paid)
            self._count(table[:, kinds + 3 : kinds + 5], *self._arrivals(arrived, after.take(arrived), row))
        measures = _measures(self._by_label(table))
        if self._ledger.foreign:
            measures[..., MEASURES.index("fx_effect")] = self._fx_effects(start, ends)
        return measures

    def _fx_effects(self, start: Month, ends: Sequence[Month]) -> NDArray[np.float64]:
        """Return (ends, labels): what the accounts that pay at each end are worth more at its rates than at `start`."""
        row = self._ledger.first.until(start)
        before = self._ledger.mrr(start, start)
        table = np.empty((1, len(ends), self._size))
        for number, end in enumerate(ends):
            paying = np.flatnonzero(self._paying[self._ledger.first.until(end)])
            after, now = (self._ledger.mrr(end, at).take(paying) for at in (start, end))
            # Each stands where it stands in the bridge: by its MRR at the start, if it has any.
            mrr = np.where(before.take(paying) > 0, before.take(paying), after)
            table[0, number] = np.bincount(self._places(paying, mrr, row), now - after, self._size)
        effects: NDArray[np.float64] = self._by_label(table)[0]
        return effects

    def _places(self, index: NDArray[np.intp], mrr: Panel, row: int) -> NDArray[np.int64]:
        """Return the places of the accounts of `index`, of the size that `mrr` makes them, with the tenure at `row`."""
        places = self._fixed.take(index)
        for column, stride in self._dated:
            places += _times(column.at(self._ledger.first + row).take(index) + 1, stride)
        if "size" in self._derived:
            sizes = size_codes(mrr, self._ledger.consumer.take(index), self._acv_limits)
            places += _times(sizes, self._derived["size"])
        if "tenure" in self._derived:
            tenures = tenure_codes(self._ledger.first_paid.take(index), row)
            places += _times(tenures, self._derived["tenure"])
        return places

    def _changes(self, places: NDArray[np.int64], before: Panel, after: Panel) -> tuple[NDArray[np.int64], Panel]:
        """Return the keys and the changes of the accounts of a base that are gone (kind 0), pay less (1), more (2)."""
        moved = np.flatnonzero(before != after)
        after = after.take(moved)
        change = after - before.take(moved)
        key = places.take(moved)
        key += _times((change > 0).view(np.int8) + (after > 0).view(np.int8), self._size)
        return key, change

    def _arrivals(self, index: NDArray[np.intp], after: Panel, row: int) -> tuple[NDArray[np.int64], Panel]:
        """Return the keys and the MRR of the accounts of `index`, not paying at `row`: new (kind 0) or back (1)."""
        key = self._places(index, after, row)
        key += _times(self._ledger.first_paid.take(index) <= row, self._size)
        return key, after

    def _count(self, table: NDArray[np.float64], keys: NDArray[np.int64], amounts: Panel) -> None:
        """Fill `table` (2, kinds, places) with the amounts under each key, kind x places + place, and their number."""
        shape = table.shape[1:]
        table[0] = np.bincount(keys, amounts, math.prod(shape)).reshape(shape)
        table[1] = np.bincount(keys, minlength=math.prod(shape)).reshape(shape)

    def _by_label(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up (2, kinds, places) into (2, kinds, labels), the whole company first."""
        whole = table.sum(axis=2, keepdims=True)
        axes = tuple(range(2, 2 + len(self._shape)))
        return np.concatenate([whole, *_marginals(table.reshape(*table.shape[:2], *self._shape), axes)], axis=2)


def _measures(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make (ends, labels, measures) of amounts and counts by kind, (2, 1 + 5 x ends, labels)."""
    starting, base = table[:, 0]
    kinds = table[:, 1:].reshape(2, -1, 5, table.shape[2])
    (gone, down, up, new, back), counts = np.moveaxis(kinds, 2, 1)
    measures = {
        "starting": starting,
        "expansion": up,
        "contraction": -down,
        "churn": -gone,
        "ending": starting + up + down + gone,
        "new": new,
        "reactivated": back,
        "fx_effect": 0,
        "base": base,
        "expanded": counts[2],
        "contracted": counts[1],
        "churned": counts[0],
        "retained": base - counts[0],
        "new_accounts": counts[3],
        "reactivated_accounts": counts[4],
    }
    result = np.empty((*up.shape, len(MEASURES)))
    for number, name in enumerate(MEASURES):
        result[..., number] = measures[name]
    return result


def _times(codes: NDArray[Any], stride: int) -> NDArray[np.int64]:
    """Return small codes times `stride`, as wide as the product needs."""
    product: NDArray[np.int64] = np.multiply(codes, stride, dtype=np.int64)
    return product


def _marginals(table: NDArray[np.float64], axes: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Return, for each of `axes` (consecutive ones), the table added up over all the others of them."""
    if len(axes) < 2:
        return [table] * len(axes)
    # Half of the axes at a time, so that the whole table is gone through twice rather than once for each axis.
    half = len(axes) // 2
    return [
        *_marginals(table.sum(axis=axes[half:]), axes[:half]),
        *_marginals(table.sum(axis=axes[:half]), axes[: len(axes) - half]),
    ]
