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
from core.months import Window
from core.segments import DERIVED, UNASSIGNED, Segments, size_codes, tenure_codes

# The integers of a bridge, in the order in which cubes and the store keep them.
MEASURES = (
    "starting", "expansion", "contraction", "churn", "ending", "new", "reactivated", "fx_effect",
    "base", "expanded", "contracted", "churned", "retained", "new_accounts", "reactivated_accounts",
)  # fmt: skip
WINDOW_MONTHS = (1, 3, 12)


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

    labels: tuple[tuple[str | None, str | None], ...]
    windows: tuple[Window, ...]
    sums: NDArray[np.int64]

    def __iter__(self) -> Iterator[tuple[str | None, str | None, Bridge]]:
        for window, row in zip(self.windows, self.sums.tolist(), strict=True):
            for (dimension, value), integers in zip(self.labels, row, strict=True):
                yield dimension, value, Bridge(window, *integers)


# Where an account stands at the start close, and what its MRR did until the end close.
_STATES = _NEVER_PAID, _PAID_BEFORE, _PAYING = range(3)
_CHANGES = _GONE, _DOWN, _UP = range(3)


def cube(segments: Segments, dimensions: Sequence[str] | None = None, lengths: Sequence[int] = WINDOW_MONTHS) -> Cube:
    """Return the bridges of every value of `dimensions` for every end month and window length.

    Only accounts whose MRR changed between two closes are looked at; the others stay in the base as they are, and
    the base itself is carried from month to month. Sums pass through float64, exact below 2**53, of which the ledger
    has made sure.

    Args:
        segments: the ledger and its dimensions.
        dimensions: which ones; all when None.
        lengths: window lengths in months, each at least 1.

    """
    ledger = segments.ledger
    panel = ledger.panel * ledger.counted if ledger.quarantined.any() else ledger.panel
    cells = _Cells(segments, tuple(segments.dimensions if dimensions is None else dimensions), panel)
    order = [(length, end) for length in sorted(lengths) for end in range(length, len(panel))]
    position = {key: number for number, key in enumerate(order)}
    sums = np.zeros((len(order), len(cells.labels), len(MEASURES)), dtype=np.int64)
    for start in range(len(panel) - 1):
        cells.advance(start)
        ends = {length: start + length for length in lengths if start + length < len(panel)}
        sums[[position[key] for key in ends.items()]] = cells.bridges(tuple(ends.values()))
    seen: Mask = np.asarray(sums.any(axis=(0, 2)))
    seen[0] = True
    return Cube(
        tuple(label for label, some in zip(cells.labels, seen.tolist(), strict=True) if some),
        tuple(Window.ending(ledger.first + end, length) for length, end in order),
        sums[:, seen],
    )


class _Cells:
    """The accounts by the combination of values that they have at the start close, carried from month to month.

    A cell is a combination of column values that occurs. Within each stand the derived values, then the account's
    state; an account's key is its place in that order.

    Attributes:
        labels: (dimension, value) of each row of a result; the whole company first.

    """

    def __init__(self, segments: Segments, dimensions: Sequence[str], panel: Panel) -> None:
        ledger = segments.ledger
        columns = {name: ledger.columns[name] for name in dimensions if name in ledger.columns}
        self._derived = {name: len(DERIVED[name]) for name in dimensions if name in DERIVED}
        self._panel = panel
        self._consumer = ledger.consumer
        self._acv_limits = segments.acv_limits
        self._first_paid = ledger.first_paid
        widths = [len(column.values) + 1 for column in columns.values()]
        self._cell, combinations = _combine([column.codes + 1 for column in columns.values()], widths, ledger.accounts)
        self._cells = combinations.shape[1]
        # (labels, cells): 1 where the cell belongs to the label. Code 0 is "Unassigned".
        self._belongs = np.concatenate(
            [np.ones((1, self._cells))]
            + [np.equal.outer(np.arange(width), codes) for codes, width in zip(combinations, widths, strict=True)]
        )
        self._key = np.zeros(ledger.accounts, dtype=np.int64)
        self._base = np.zeros((2, self._cells * math.prod(self._derived.values()) * len(_STATES)))
        self._row = -1
        self.labels: tuple[tuple[str | None, str | None], ...] = (
            (None, None),
            *((name, value) for name, column in columns.items() for value in (UNASSIGNED, *column.values)),
            *((name, value) for name in self._derived for value in DERIVED[name]),
        )

    def advance(self, row: int) -> None:
        """Make `row` the start close; rows must come one after the other from 0."""
        mrr = self._panel[row]
        if row == 0:
            moved = np.arange(len(mrr))
        else:
            before = self._panel[row - 1]
            changed = before != mrr
            if "tenure" in self._derived:
                changed |= (self._first_paid < row) & ((row - self._first_paid) % 12 == 0)
            moved = np.flatnonzero(changed)
            self._base -= self._count(self._key[moved], before[moved])
        self._row = row
        self._key[moved] = self._place(moved, mrr[moved])
        self._base += self._count(self._key[moved], mrr[moved])

    def _count(self, keys: NDArray[np.int64], amounts: Panel, width: int = 1) -> NDArray[np.float64]:
        """Return (2, keys): the amounts and the numbers of accounts that stand under each key."""
        total = self._base.shape[1] * width
        return np.stack((np.bincount(keys, amounts, total), np.bincount(keys, minlength=total)))

    def _place(self, index: NDArray[np.intp], mrr: Panel) -> NDArray[np.int64]:
        """Return the keys of the accounts of `index`, given their MRR at the start close."""
        keys = self._cell[index]
        first_paid = self._first_paid[index]
        for name, width in self._derived.items():
            keys *= width
            if name == "size":
                keys += size_codes(mrr, self._consumer[index], self._acv_limits)
            else:
                keys += tenure_codes(first_paid, self._row)
        keys *= len(_STATES)
        keys += np.where(mrr > 0, _PAYING, np.where(first_paid <= self._row, _PAID_BEFORE, _NEVER_PAID))
        return keys

    def _moves(self, end: int) -> NDArray[np.float64]:
        """Return (2, keys x changes): by how much MRR changed until row `end`, and of how many accounts."""
        start, finish = self._panel[self._row], self._panel[end]
        index = np.flatnonzero(start != finish)
        before, after = start.take(index), finish.take(index)
        keys = self._key.take(index)
        arrived = np.flatnonzero(before == 0)
        keys[arrived] = self._place(index[arrived], after[arrived]) - _PAYING + keys[arrived] % len(_STATES)
        keys *= len(_CHANGES)
        keys += (after > 0).view(np.int8) + (after > before).view(np.int8)
        return self._count(keys, np.abs(after - before), len(_CHANGES))

    def bridges(self, ends: Sequence[int]) -> NDArray[np.float64]:
        """Return (ends, labels, measures) of the windows from the start close to each of the rows `ends`."""
        starting, base = self._by_label(self._base, len(_STATES))[..., _PAYING]
        moves = np.stack([self._moves(end) for end in ends])
        table = self._by_label(moves, len(_STATES) * len(_CHANGES))
        table = table.reshape(*table.shape[:-1], len(_STATES), len(_CHANGES))
        amounts, counts = table[:, 0], table[:, 1]
        expansion, contraction, churn = (amounts[..., _PAYING, change] for change in (_UP, _DOWN, _GONE))
        churned = counts[..., _PAYING, _GONE]
        measures = {
            "starting": starting,
            "expansion": expansion,
            "contraction": contraction,
            "churn": churn,
            "ending": starting + expansion - contraction - churn,
            "new": amounts[..., _NEVER_PAID, _UP],
            "reactivated": amounts[..., _PAID_BEFORE, _UP],
            "fx_effect": 0,
            "base": base,
            "expanded": counts[..., _PAYING, _UP],
            "contracted": counts[..., _PAYING, _DOWN],
            "churned": churned,
            "retained": base - churned,
            "new_accounts": counts[..., _NEVER_PAID, _UP],
            "reactivated_accounts": counts[..., _PAID_BEFORE, _UP],
        }
        return np.stack([np.broadcast_to(measures[name], churn.shape) for name in MEASURES], axis=-1)

    def _by_label(self, sums: NDArray[np.float64], inner: int) -> NDArray[np.float64]:
        """Add up (..., keys x inner / states) into (..., labels, inner)."""
        outer = sums.shape[:-1]
        widths = tuple(self._derived.values())
        columns = (self._belongs @ sums.reshape(*outer, self._cells, -1)).reshape(*outer, -1, *widths, inner)
        axes = range(-1 - len(widths), -1)
        # The first label is the whole company: split by the derived values, it holds the derived labels.
        whole = np.take(columns, 0, axis=len(outer))
        derived = [whole.sum(axis=tuple(axis for axis in axes if axis != kept)) for kept in axes]
        return np.concatenate([columns.sum(axis=tuple(axes)), *derived], axis=-2)


def _combine(
    codes: Sequence[NDArray[np.int32]], widths: Sequence[int], accounts: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the combinations of codes that occur.

    Returns:
        (accounts,) the number of each account's combination, and (dimensions, combinations) the codes in each.

    """
    number = np.zeros(accounts, dtype=np.int64)
    combinations = np.zeros((0, 1), dtype=np.int64)
    for code, width in zip(codes, widths, strict=True):
        joined = number * width + code
        present = np.bincount(joined, minlength=combinations.shape[1] * width) > 0
        found = np.flatnonzero(present)
        number = (np.cumsum(present) - 1)[joined]
        combinations = np.vstack((combinations[:, found // width], found % width))
    return number, combinations
