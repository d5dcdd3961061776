"""The port on a ledger in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from core.advice.loss_levers import LossBands, place_ages
from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.contributions import measure_component, rank_accounts
from core.metrics.cube import Cube, Label, build_cube
from core.metrics.products import sum_products_by_key
from core.metrics.retention import Base, select_base
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.listing import list_values, sum_by_kind, take_accounts
from core.sources.members import select_members
from core.sources.port import NO_BANDS, Kind, KindSum, KindSums, Pairs
from core.terms import Component


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

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet a cut, as the port has it."""
        ledger = self.segments.ledger
        base = select_base(ledger, window, select_members(self.segments, cut, window))
        ids = [ledger.accounts.ids[place] for place in base.index.tolist()]
        changes = np.abs(base.end - base.start).tolist()
        places = set(range(len(ids))) if limit is None else _find_largest(ledger, base, limit)
        order = sorted(places, key=lambda place: (-changes[place], -base.start[place], ids[place]))
        index = base.index[order]
        paid = np.zeros(len(order), dtype=np.int64)
        if limit is not None:
            closes = [close for close in ledger.closes if close < window.end]
            for close in closes:
                paid[ledger.panel[ledger.first.until(close), base.index[order]] > 0] = close.ordinal
        return Pairs(
            window,
            tuple(ids[place] for place in order),
            tuple(ledger.accounts.names[place] for place in index.tolist()),
            base.start[order],
            base.end[order],
            _list_since(ledger, index),
            paid,
            list_values(self.segments, dimensions, index, window),
            _sum_bands(ledger, base, bands) if limit is not None else {},
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
            factors = ((start, start), (start, end), (end, end))
            sums = [sum_products_by_key(keys, left, right, size) for left, right in factors]
            for value, *row in zip(values, *sums, strict=True):
                if (dimension, value) in places:
                    totals[places[dimension, value]] = row
        return totals


def _find_largest(ledger: Ledger, base: Base, limit: int) -> set[int]:
    """Return the places in a base of the accounts with the largest amounts of each group."""
    arrived = np.where(base.start == 0, base.end, 0)
    groups = [measure_component(component, base.start, base.end) for component in get_args(Component)]
    groups += [base.start, np.where(base.returning, arrived, 0), np.where(base.returning, 0, arrived)]
    groups.append(np.where(base.start > 0, base.end, 0))
    return {place for amounts in groups for place in rank_accounts(ledger, base.index, amounts, limit).tolist()}


def _list_since(ledger: Ledger, index: NDArray[np.intp]) -> Panel:
    """Return (n,) the first month with MRR of some accounts, as its ordinal."""
    return ledger.first.ordinal + ledger.first_paid[index].astype(np.int64)


def _sum_bands(ledger: Ledger, base: Base, bands: LossBands) -> KindSums:
    """Return the sums of each kind by the bands of its accounts."""
    ages = place_ages(bands, _list_since(ledger, base.index), base.start, base.window.start, ledger.first)
    amounts = np.searchsorted(bands.amounts, base.start, side="right")
    parts: dict[tuple[Kind, int, int], KindSum] = {}
    for age, amount in sorted(set(zip(ages.tolist(), amounts.tolist(), strict=True))):
        sums = sum_by_kind(take_accounts(base, np.asarray((ages == age) & (amounts == amount))))
        parts |= {(kind, age, amount): entry for kind, entry in sums.items() if entry != KindSum()}
    return parts
