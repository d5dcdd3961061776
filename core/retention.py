"""Cohort retention: the bridge from the MRR at a window's start to its end, for one question or for every segment.

The cohort method: the base is every account with MRR above zero at the start close. With s the MRR of an account
at the start and e at the end,

    expansion = sum max(e - s, 0)    contraction = sum (s - e) where 0 < e < s    churn = sum s where e = 0
    NRR = sum e / sum s              GRR = sum min(s, e) / sum s

Accounts won after the start never enter. All sums are integers in minor units; ratios come last, as exact fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger import Ledger, Mask, Panel
from core.money import ratio
from core.months import Month, Window
from core.segments import DERIVED, UNASSIGNED, Segments, size_codes, tenure_codes

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
    that never paid before it and of those that had.
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
        """MRR at the end close of all the accounts, whether in the base or not: ending + new + reactivated."""
        return self.ending + self.new + self.reactivated

    @property
    def average_acv(self) -> Fraction | None:
        """12 x starting / base, in minor units; None when the base is empty."""
        return ratio(12 * self.starting, self.base)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The accounts of a window that have MRR at either close.

    Attributes:
        index: (n,) which accounts of the ledger.
        start: (n,) MRR at the start close, minor units.
        end: (n,) MRR at the end close, minor units.
        returning: (n,) True where the account had MRR before or at the start close.

    """

    index: NDArray[np.intp]
    start: Panel
    end: Panel
    returning: Mask


def closes(ledger: Ledger, window: Window, members: Mask | None = None) -> Base:
    """Return the accounts with MRR at either close of `window`, quarantined ones left out.

    Args:
        ledger: whose accounts.
        window: both closes must be in the panel.
        members: (accounts,) which accounts to take; all of them when None.

    Raises:
        KeyError: a close is not in the panel.

    """
    start, end = ledger.at(window.start), ledger.at(window.end)
    taken = (start | end) > 0
    taken &= ledger.counted
    if members is not None:
        taken &= members
    index = np.flatnonzero(taken)
    return Base(index, start[index], end[index], ledger.first_paid[index] <= ledger.first.until(window.start))


def measure(ledger: Ledger, window: Window, members: Mask | None = None) -> Bridge:
    """Return the cohort bridge of `window` over `members` (all accounts when None), quarantined accounts left out.

    Raises:
        KeyError: a close of the window is not in the panel.

    """
    taken = closes(ledger, window, members)
    s, e = taken.start, taken.end
    paid = s > 0
    kept = paid & (e > 0)
    change = e - s
    expanded, contracted, churned = kept & (change > 0), kept & (change < 0), paid & (e == 0)
    reactivated, new = ~paid & taken.returning, ~paid & ~taken.returning
    starting, expansion = int(s.sum()), int(change[expanded].sum())
    contraction, churn = -int(change[contracted].sum()), int(s[churned].sum())
    return Bridge(
        window,
        starting=starting,
        expansion=expansion,
        contraction=contraction,
        churn=churn,
        ending=int(e[paid].sum()),
        new=int(e[new].sum()),
        reactivated=int(e[reactivated].sum()),
        base=int(paid.sum()),
        expanded=int(expanded.sum()),
        contracted=int(contracted.sum()),
        churned=int(churned.sum()),
        retained=int(kept.sum()),
        new_accounts=int(new.sum()),
        reactivated_accounts=int(reactivated.sum()),
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


def cube(segments: Segments, dimensions: Sequence[str] | None = None, lengths: Sequence[int] = WINDOW_MONTHS) -> Cube:
    """Return the bridges of every value of `dimensions` for every end month and window length.

    Sums pass through float64, exact below 2**53, of which the ledger has made sure.

    Args:
        segments: the ledger and its dimensions.
        dimensions: which ones; all when None.
        lengths: window lengths in months, each at least 1.

    Raises:
        KeyError: there is no such dimension.

    """
    # Here, as a single answer has no use for it and start-up time counts.
    from concurrent.futures import ThreadPoolExecutor

    ledger = segments.ledger
    windows = [
        Window.ending(Month(end), length)
        for length in sorted(lengths)
        for end in range(ledger.first.ordinal + length, ledger.last.ordinal + 1)
    ]
    numbers: dict[Month, list[int]] = {}
    for number, window in enumerate(windows):
        numbers.setdefault(window.start, []).append(number)
    paying = (ledger.panel > 0) & ledger.counted
    groups = [_Group(segments, names, paying) for names in _together(segments, dimensions)]
    labels = [_WHOLE, *(label for group in groups for label in group.labels)]
    sums = np.zeros((len(windows), len(labels), len(MEASURES)), dtype=np.int64)

    def fill(start: Month) -> None:
        ends = [windows[number].end for number in numbers[start]]
        parts = [group.bridges(start, ends) for group in groups]
        # Every group has the whole company as its first label.
        sums[numbers[start]] = np.concatenate([parts[0], *(part[:, 1:] for part in parts[1:])], axis=1)

    # numpy lets go of the interpreter lock while it counts, and windows that start together share their base.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, numbers))
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
        self._derived = {name: len(DERIVED[name]) for name in dimensions if name in DERIVED}
        self._shape = (*(len(column.values) + 1 for column in columns.values()), *self._derived.values())
        self._ledger = ledger
        self._acv_limits = segments.acv_limits
        self._paying = paying
        self._fixed = np.zeros(ledger.accounts, dtype=np.int64)
        for column in columns.values():
            self._fixed = self._fixed * (len(column.values) + 1) + (column.codes + 1)
        self.labels: tuple[Label, ...] = (
            *((name, value) for name, column in columns.items() for value in (UNASSIGNED, *column.values)),
            *((name, value) for name in self._derived for value in DERIVED[name]),
        )

    def bridges(self, start: Month, ends: Sequence[Month]) -> NDArray[np.float64]:
        """Return (ends, labels, measures) of the windows from the close of `start` to each of the closes `ends`."""
        row = self._ledger.first.until(start)
        base = np.flatnonzero(self._paying[row])
        before = self._ledger.at(start).take(base)
        places = self._places(base, before, row)
        tables = [self._count(places, before)]
        for end in ends:
            after = self._ledger.at(end)
            tables.append(self._changes(places, before, after.take(base)))
            arrived = np.flatnonzero(self._paying[self._ledger.first.until(end)] > self._paying[row])
            tables.append(self._arrivals(arrived, after.take(arrived), row))
        # (2, labels, 1 + 5 an end) -> the amounts and the counts of each kind, (labels, 1) and (labels, ends).
        table = self._by_label(np.concatenate(tables, axis=-1))
        starting, base_count = table[:, :, :1]
        kinds = table[:, :, 1:].reshape(2, -1, len(ends), 5)
        (gone, down, up, new, back), counts = np.moveaxis(kinds, -1, 1)
        measures = {
            "starting": starting,
            "expansion": up,
            "contraction": -down,
            "churn": -gone,
            "ending": starting + up + down + gone,
            "new": new,
            "reactivated": back,
            "fx_effect": 0,
            "base": base_count,
            "expanded": counts[2],
            "contracted": counts[1],
            "churned": counts[0],
            "retained": base_count - counts[0],
            "new_accounts": counts[3],
            "reactivated_accounts": counts[4],
        }
        return np.stack([np.broadcast_to(measures[name], up.shape).T for name in MEASURES], axis=-1)

    def _places(self, index: NDArray[np.intp], mrr: Panel, row: int) -> NDArray[np.int64]:
        """Return the places of the accounts of `index`, of the size that `mrr` makes them, with the tenure at `row`."""
        place = self._fixed.take(index)
        for name, width in self._derived.items():
            place *= width
            if name == "size":
                place += size_codes(mrr, self._ledger.consumer.take(index), self._acv_limits)
            else:
                place += tenure_codes(self._ledger.first_paid.take(index), row)
        return place

    def _changes(self, places: NDArray[np.int64], before: Panel, after: Panel) -> NDArray[np.float64]:
        """Return (2, places, 3): what became of the accounts of a base that are gone, pay less, pay more."""
        moved = np.flatnonzero(before != after)
        after = after.take(moved)
        change = after - before.take(moved)
        key = places.take(moved)
        key *= 3
        key += (change > 0).view(np.int8) + (after > 0).view(np.int8)
        return self._count(key, change, 3)

    def _arrivals(self, index: NDArray[np.intp], after: Panel, row: int) -> NDArray[np.float64]:
        """Return (2, places, 2): the accounts of `index`, none of which pays at `row`: new ones, and those back."""
        key = self._places(index, after, row)
        key *= 2
        key += self._ledger.first_paid.take(index) <= row
        return self._count(key, after, 2)

    def _count(self, keys: NDArray[np.int64], amounts: Panel, kinds: int = 1) -> NDArray[np.float64]:
        """Return (2, places, kinds): the amounts under each key added up, and how many they are."""
        width = math.prod(self._shape) * kinds
        table = np.empty((2, width))
        table[0] = np.bincount(keys, amounts, width)
        table[1] = np.bincount(keys, minlength=width)
        return table.reshape(2, -1, kinds)

    def _by_label(self, table: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up (2, places, kinds) into (2, labels, kinds), the whole company first."""
        whole = table.sum(axis=1, keepdims=True)
        axes = tuple(range(1, 1 + len(self._shape)))
        return np.concatenate([whole, *_marginals(table.reshape(2, *self._shape, -1), axes)], axis=1)


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
