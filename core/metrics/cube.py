"""The cube: the bridge of every value of every dimension, for every window.

All sums come from counting each account once: an account has one place in the table of combinations of values (all
dimensions multiplied), `np.bincount` adds amounts and counts by place, and each dimension is a marginal of that table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.ledger.columns import Column
from core.ledger.ledger import Ledger
from core.ledger.segments import DERIVED, UNASSIGNED, Segments, classify_sizes, classify_tenures
from core.metrics.retention import MEASURES, Bridge
from core.months import Month, Window

WINDOW_MONTHS = (1, 3, 12)

# (dimension, value); (None, None) is the whole company.
Label = tuple[str | None, str | None]
# Dimension, value and bridge.
Figure = tuple[str | None, str | None, Bridge]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The accounts of a window that are in no figure for one reason, of the whole company or of one value.

    Attributes:
        window: the window.
        reason: a key of `EXCLUSIONS` of a warehouse.
        label: the value that they have; (None, None) is the whole company.
        accounts: their number, those without MRR in the window among them.
        starting: their MRR at the start, minor units of the reporting currency, or of the one without a rate; 0 where
            their currency is not known.
        highest: the sum of the highest MRR that each ever had, minor units of the reporting currency.
        unpriced: the code of their currency if no rate converts their amounts; else blank.

    """

    window: Window
    reason: str
    label: Label
    accounts: int
    starting: int
    highest: int
    unpriced: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """Every bridge: each value of each dimension x each window.

    Attributes:
        labels: (dimension, value) of each column; (None, None) is the whole company, "Unassigned" the blank cells. The
            derived dimensions come last.
        windows: the window of each row, by length and then by end.
        sums: (windows, labels, measures) int64, the measures in the order of MEASURES.
        products: (windows, labels, 3) whole numbers of any size: sum s^2, sum s e and sum e^2 of the base, for
            intervals; None where they were not asked for.
        can_leave: False where the sheet cannot show that an account left, so that no bridge has a ratio.
        exclusions: the accounts that no figure counts, where a warehouse reports them.

    """

    labels: tuple[Label, ...]
    windows: tuple[Window, ...]
    sums: NDArray[np.int64]
    can_leave: bool = True
    products: NDArray[np.object_] | None = None
    exclusions: tuple[Exclusion, ...] = ()

    def __iter__(self) -> Iterator[Figure]:
        return self.select(lambda *_: True)

    def select(self, includes: Callable[[Window, str | None], bool]) -> Iterator[Figure]:
        """Yield the bridges of the windows and dimensions that are included."""
        dimensions = dict.fromkeys(dimension for dimension, _ in self.labels)
        for row, window in enumerate(self.windows):
            included = {dimension for dimension in dimensions if includes(window, dimension)}
            columns = [column for column, (dimension, _) in enumerate(self.labels) if dimension in included]
            for column, integers in zip(columns, self.sums[row, columns].tolist(), strict=True):
                fields = (*integers, self.can_leave)
                yield *self.labels[column], Bridge(window, *fields)

    def read_bridge(self, window: int, label: int) -> Bridge:
        """Return one bridge, at a row and a column of the sums."""
        fields = (*self.sums[window, label].tolist(), self.can_leave)
        return Bridge(self.windows[window], *fields)


_WHOLE: Label = (None, None)

# Dimensions are counted together as long as their values do not make more combinations than this.
_PLACES_LIMIT, _FEW_PLACES = 1 << 14, 1 << 9


def build_cube(
    segments: Segments,
    dimensions: Sequence[str] | None = None,
    lengths: Sequence[int] = WINDOW_MONTHS,
    most_places: int = _PLACES_LIMIT,
    closes: Collection[Month] | None = None,
) -> Cube:
    """Return the bridges of every value of `dimensions` for every end month and window length.

    Windows whose closes the sheet does not both have are left out.

    Sums pass through float64, which is exact below 2**53; `check_amounts` has checked that limit.

    Args:
        segments: the ledger and its dimensions.
        dimensions: the dimensions to count; all when None.
        lengths: window lengths in months, each at least 1.
        most_places: the most combinations of values of dimensions that are counted together.
        closes: the windows to count start or end at one of these; all windows when None.

    Raises:
        KeyError: a dimension is unknown.

    """
    ledger = segments.ledger
    every_window = (Window.ending(end, length) for length in sorted(lengths) for end in ledger.closes)
    windows = [
        window
        for window in every_window
        if ledger.has_close(window.start) and (closes is None or window.start in closes or window.end in closes)
    ]
    # Windows that start together share their base, so rows of the result are filled by start month.
    rows_by_start: dict[Month, list[int]] = {}
    for row, window in enumerate(windows):
        rows_by_start.setdefault(window.start, []).append(row)
    # (months, accounts) True where an account that counts pays.
    paying = ledger.panel > 0
    paying &= ledger.accounts.counted
    groups = [
        _DimensionGroup(segments, names, paying) for names in _group_dimensions(segments, dimensions, most_places)
    ]
    labels = [_WHOLE, *(label for group in groups for label in group.labels)]
    sums = np.zeros((len(windows), len(labels), len(MEASURES)), dtype=np.int64)

    for start, rows in rows_by_start.items():
        ends = [windows[row].end for row in rows]
        parts = [group.count_bridges(start, ends) for group in groups]
        # Every group counts the whole company as its first label: keep it once.
        sums[rows] = np.concatenate([parts[0], *(part[:, 1:] for part in parts[1:])], axis=1)
    # Values without any account in any window are left out; the whole company stays.
    has_accounts: Mask = np.asarray(sums.any(axis=(0, 2)))
    has_accounts[0] = True
    # However many are counted together, the derived dimensions come last.
    kept = sorted(np.flatnonzero(has_accounts).tolist(), key=lambda place: labels[place][0] in DERIVED)
    return Cube(tuple(labels[place] for place in kept), tuple(windows), sums[:, kept], ledger.coverage.can_leave)


def update_cube(cube: Cube, before: Segments, after: Segments) -> Cube | None:
    """Return the cube of a ledger in which some accounts have other amounts; None if it has other values.

    Every figure is a sum over accounts: the part that these had is replaced.

    Args:
        cube: the cube of the ledger before, of all dimensions.
        before: these accounts before.
        after: the same accounts now.

    """
    columns = {label: column for column, label in enumerate(cube.labels)}
    rows = {window: row for row, window in enumerate(cube.windows)}
    closes = _find_changed_closes(before.ledger, after.ledger)
    sums = cube.sums.copy()
    # Of few accounts, a large table of combinations is mostly zeros.
    parts = (build_cube(side, most_places=_FEW_PLACES, closes=closes) for side in (before, after))
    for part, sign in zip(parts, (-1, 1), strict=True):
        if not (rows.keys() >= set(part.windows) and columns.keys() >= set(part.labels)):
            return None
        places = np.ix_([rows[window] for window in part.windows], [columns[label] for label in part.labels])
        sums[places] += sign * part.sums
    # A value without any account is left out of a cube.
    is_same: Mask = np.asarray(sums.any(axis=(0, 2)))
    return replace(cube, sums=sums) if is_same[1:].all() else None


def _find_changed_closes(before: Ledger, after: Ledger) -> frozenset[Month] | None:
    """Return the closes at which accounts have other amounts; None if it is since another month that they pay."""
    if not np.array_equal(before.first_paid, after.first_paid):
        return None
    months = np.flatnonzero((before.panel != after.panel).any(axis=1)).tolist()
    # An account that pays by usage enters a close with the mean of some months.
    later = range(after.usage_months or 1)
    return frozenset(after.first + month + step for month in months for step in later)


def _group_dimensions(segments: Segments, dimensions: Sequence[str] | None, most_places: int) -> list[list[str]]:
    """Split `dimensions` into groups whose values make at most `most_places` combinations; at least one group."""
    # One more than the values, for blank cells.
    widths = {name: len(values) + 1 for name, values in segments.dimensions.items()}
    groups: list[list[str]] = [[]]
    places = 1
    for name in widths if dimensions is None else dimensions:
        places *= widths[name]
        if groups[-1] and places > most_places:
            groups.append([])
            places = widths[name]
        groups[-1].append(name)
    return groups


class _DimensionGroup:
    """Dimensions that are counted together, each account at the place of its combination of values.

    Places are numbered like the cells of an array with one axis per dimension: the columns first, code 0 being
    "Unassigned", then the derived dimensions, whose values change from month to month.

    Attributes:
        labels: (dimension, value) of each row of a result after the first, which is the whole company.

    """

    def __init__(self, segments: Segments, dimensions: Sequence[str], paying: Mask) -> None:
        ledger = segments.ledger
        columns = {name: ledger.columns[name] for name in dimensions if name in ledger.columns}
        derived = [name for name in dimensions if name not in columns]
        self._ledger = ledger
        self._segments = segments
        self._paying = paying
        self._shape = (
            *(len(column.values) + 1 for column in columns.values()),
            *(len(DERIVED[name]) for name in derived),
        )
        self._size = math.prod(self._shape)
        # The step in place from one value of a dimension to the next, as in a C-ordered array.
        strides = [math.prod(self._shape[axis + 1 :]) for axis in range(len(self._shape))]
        self._derived = dict(zip(derived, strides[len(columns) :], strict=True))
        # (accounts,) the part of the place that never changes: columns without dated rows.
        self._fixed = np.zeros(ledger.accounts.count, dtype=np.int64)
        # Columns with dated rows: their codes are looked up at each window's start.
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

    def count_bridges(self, start: Month, ends: Sequence[Month]) -> NDArray[np.float64]:
        """Return (ends, labels, measures) of the windows from the close of `start` to each of the closes `ends`."""
        row = self._ledger.first.until(start)
        paid = self._paying[row]
        base = np.flatnonzero(paid)
        # Sizes follow the MRR of the close, sums the MRR with which an account enters the window.
        places = self._find_places(base, self._ledger.mrr(start, start).take(base), row)
        entering = self._ledger.window_mrr(start, start).take(base)
        # Amounts [0] and counts [1]; kind 0 is the base, then five kinds of change for each end: gone, less, more,
        # new, back. `np.empty`, as `_count` writes every cell.
        table = np.empty((2, 1 + 5 * len(ends), self._size))
        self._count(table[:, :1], places, entering)
        for kinds, end in zip(range(1, table.shape[1], 5), ends, strict=True):
            after = self._ledger.window_mrr(end, start)
            self._count(table[:, kinds : kinds + 3], *self._key_changes(places, entering, after.take(base)))
            # Pays at the end and did not at the start.
            arrived = np.flatnonzero(self._paying[self._ledger.first.until(end)] > paid)
            key = self._key_arrivals(arrived, self._ledger.mrr(end, start).take(arrived), row)
            self._count(table[:, kinds + 3 : kinds + 5], key, after.take(arrived))
        measures = _build_measures(self._sum_by_label(table))
        if self._ledger.currencies.foreign:
            measures[..., MEASURES.index("fx_effect")] = self._sum_fx_effects(start, ends)
        return measures

    def _sum_fx_effects(self, start: Month, ends: Sequence[Month]) -> NDArray[np.float64]:
        """Return (ends, labels) the gain of the accounts that pay at each end from its rates over those of `start`."""
        row = self._ledger.first.until(start)
        before = self._ledger.mrr(start, start)
        table = np.empty((1, len(ends), self._size))
        for number, end in enumerate(ends):
            paying = np.flatnonzero(self._paying[self._ledger.first.until(end)])
            after, now = (self._ledger.window_mrr(end, start, at).take(paying) for at in (start, end))
            # Same place as in the bridge: sized by the MRR at the start, or at the end for accounts won since.
            mrr = np.where(before.take(paying) > 0, before.take(paying), self._ledger.mrr(end, start).take(paying))
            table[0, number] = np.bincount(self._find_places(paying, mrr, row), now - after, self._size)
        effects: NDArray[np.float64] = self._sum_by_label(table)[0]
        return effects

    def _find_places(self, index: NDArray[np.intp], mrr: Panel, row: int) -> NDArray[np.int64]:
        """Return (n,) the places of the accounts of `index`, sized by `mrr`, with dated values and tenure at `row`."""
        places = self._fixed.take(index)
        for column, stride in self._dated:
            places += _multiply(column.codes_at(self._ledger.first + row).take(index) + 1, stride)
        if "size" in self._derived:
            month = self._ledger.first + row
            consumer = self._ledger.accounts.consumer_at(month).take(index)
            sizes = classify_sizes(mrr, consumer, self._segments.acv_limits(month))
            places += _multiply(sizes, self._derived["size"])
        if "tenure" in self._derived:
            tenures = classify_tenures(self._ledger.first_paid.take(index), row)
            places += _multiply(tenures, self._derived["tenure"])
        return places

    def _key_changes(self, places: NDArray[np.int64], before: Panel, after: Panel) -> tuple[NDArray[np.int64], Panel]:
        """Return the keys and the changes of accounts of the base that are gone (kind 0), pay less (1) or more (2)."""
        # Few accounts change in a month: work on those alone.
        changed = np.flatnonzero(before != after)
        after = after.take(changed)
        change = after - before.take(changed)
        # A key is kind x places + place: less has after > 0, more has change > 0 as well.
        key = places.take(changed)
        key += _multiply((change > 0).view(np.int8) + (after > 0).view(np.int8), self._size)
        return key, change

    def _key_arrivals(self, index: NDArray[np.intp], after: Panel, row: int) -> NDArray[np.int64]:
        """Return the keys of the accounts of `index`, unpaid at `row`, sized by `after`: new (kind 0) or back (1)."""
        key = self._find_places(index, after, row)
        key += _multiply(self._ledger.first_paid.take(index) <= row, self._size)
        return key

    def _count(self, table: NDArray[np.float64], keys: NDArray[np.int64], amounts: Panel) -> None:
        """Fill `table` (2, kinds, places) with the sum [0] and the count [1] of the amounts under each key."""
        shape = table.shape[1:]
        table[0] = np.bincount(keys, amounts, math.prod(shape)).reshape(shape)
        table[1] = np.bincount(keys, minlength=math.prod(shape)).reshape(shape)

    def _sum_by_label(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up (2, kinds, places) into (2, kinds, labels), the whole company first."""
        whole = table.sum(axis=2, keepdims=True)
        # From one axis of places to one axis per dimension.
        axes = tuple(range(2, 2 + len(self._shape)))
        return np.concatenate([whole, *_sum_marginals(table.reshape(*table.shape[:2], *self._shape), axes)], axis=2)


def _build_measures(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (ends, labels, measures) from the amounts and counts by kind, (2, 1 + 5 x ends, labels)."""
    starting, base = table[:, 0]
    kinds = table[:, 1:].reshape(2, -1, 5, table.shape[2])
    # `gone` and `down` are sums of negative changes.
    (churned, down, up, new, back), counts = np.moveaxis(kinds, 2, 1)
    measures = {
        "starting": starting,
        "expansion": up,
        "contraction": -down,
        "churn": -churned,
        "ending": starting + up + down + churned,
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


def _multiply(codes: NDArray[Any], stride: int) -> NDArray[np.int64]:
    """Return (n,) int64 codes times `stride`; codes may be int8, which would overflow."""
    product: NDArray[np.int64] = np.multiply(codes, stride, dtype=np.int64)
    return product


def _sum_marginals(table: NDArray[np.float64], axes: tuple[int, ...]) -> list[NDArray[np.float64]]:
    """Return, for each of the consecutive `axes`, the table summed over the other ones."""
    if len(axes) < 2:
        return [table] * len(axes)
    # Half of the axes at a time: the whole table is read twice instead of once per axis.
    half = len(axes) // 2
    return [
        *_sum_marginals(table.sum(axis=axes[half:]), axes[:half]),
        *_sum_marginals(table.sum(axis=axes[:half]), axes[: len(axes) - half]),
    ]
