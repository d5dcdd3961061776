"""The port on a ledger in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.cube import Cube, Label, build_cube
from core.metrics.retention import select_base
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.reports.scope import select_members
from core.sources.port import Pairs

# Amounts are below 2**53: three parts of 18 bits. The products of two parts, of so many accounts, add up below 2**53.
_PART_BITS, _PARTS, _MOST_ACCOUNTS = 18, 3, 1 << 17


@dataclass(frozen=True, slots=True, eq=False)
class PanelSource:
    """Answers from the segments of a ledger."""

    segments: Segments

    def cube(self, dimensions: Sequence[str], first: Month, through: Month) -> Cube:
        """Return the bridges of the windows between two closes, as the port has it."""
        whole = build_cube(self.segments, dimensions)
        rows = [row for row, window in enumerate(whole.windows) if first <= window.start and window.end <= through]
        sums = whole.sums[rows]
        has_accounts: Mask = np.asarray(sums.any(axis=(0, 2)))
        has_accounts[0] = True
        labels = tuple(label for label, is_kept in zip(whole.labels, has_accounts.tolist(), strict=True) if is_kept)
        windows = tuple(whole.windows[row] for row in rows)
        products = np.array([self._sum_products(window, labels) for window in windows], dtype=np.object_)
        return Cube(
            labels, windows, sums[:, has_accounts], whole.can_leave, products.reshape(len(rows), len(labels), 3)
        )

    def pairs(self, window: Window, cut: Sequence[Filter], limit: int | None) -> Pairs:
        """Return the accounts of a window that meet a cut, as the port has it."""
        ledger = self.segments.ledger
        base = select_base(ledger, window, select_members(self.segments, cut, window))
        ids = [ledger.accounts.ids[place] for place in base.index.tolist()]
        changes = np.abs(base.end - base.start).tolist()
        order = sorted(range(len(ids)), key=lambda place: (-changes[place], -base.start[place], ids[place]))[:limit]
        return Pairs(
            window, tuple(ids[place] for place in order), base.start[order], base.end[order], base.returning[order]
        )

    def _sum_products(self, window: Window, labels: Sequence[Label]) -> list[list[int]]:
        """Return sum s^2, sum s e and sum e^2 of the base of every label."""
        base = select_base(self.segments.ledger, window)
        paid = base.start > 0
        index, start, end = base.index[paid], base.start[paid], base.end[paid]
        places = {label: number for number, label in enumerate(labels)}
        totals = [[0, 0, 0] for _ in labels]
        for dimension in dict.fromkeys(name for name, _ in labels):
            keys, size = np.zeros(len(index), dtype=np.int64), 1
            values: tuple[str | None, ...] = (None,)
            if dimension is not None:
                values = (UNASSIGNED, *self.segments.values(dimension))
                keys, size = self.segments.codes(dimension, window)[index].astype(np.int64) + 1, len(values)
            sums = [sum_products(keys, left, right, size) for left, right in ((start, start), (start, end), (end, end))]
            for value, *row in zip(values, *sums, strict=True):
                if (dimension, value) in places:
                    totals[places[dimension, value]] = row
        return totals


def sum_products(keys: NDArray[np.int64], left: Panel, right: Panel, size: int) -> list[int]:
    """Return (size,) the sums of `left` x `right` under each key; exact at any size.

    Args:
        keys: (n,) below `size`.
        left: (n,) from 0 to 2**53.
        right: (n,) from 0 to 2**53.
        size: the number of keys.

    """
    totals = [0] * size
    for begin in range(0, len(keys), _MOST_ACCOUNTS):
        chunk = slice(begin, begin + _MOST_ACCOUNTS)
        halves = [_split(amounts[chunk]) for amounts in (left, right)]
        for low, first in enumerate(halves[0]):
            for high, second in enumerate(halves[1]):
                if first.any() and second.any():
                    counted = np.bincount(keys[chunk], first * second, size)
                    for key in np.flatnonzero(counted).tolist():
                        totals[key] += int(counted[key]) << _PART_BITS * (low + high)
    return totals


def _split(amounts: Panel) -> list[Panel]:
    """Return the parts of amounts, the lowest bits first."""
    return [amounts >> _PART_BITS * part & ((1 << _PART_BITS) - 1) for part in range(_PARTS)]
