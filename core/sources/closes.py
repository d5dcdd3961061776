"""Sums of a cut: its MRR at a close, of the accounts that are in it then, and its base by the values of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.retention import Base, Bridge
from core.months import Month
from core.query.vocabulary import Filter
from core.sources.members import begin_window, select_members
from core.terms import Metric

# MRR in minor units of the reporting currency, and the number of accounts that pay it.
Level = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BaseSum:
    """The base of a window: MRR at both closes, the part that was kept (minor units), and the number of accounts."""

    starting: int = 0
    ending: int = 0
    kept: int = 0
    accounts: int = 0

    @classmethod
    def of(cls, bridge: Bridge) -> Self:
        """Return the sums of a bridge."""
        kept = bridge.starting - bridge.contraction - bridge.churn
        return cls(bridge.starting, bridge.ending, kept, bridge.base)

    def keep(self, metric: Metric) -> int:
        """Return the numerator of a ratio."""
        return self.ending if metric == "nrr" else self.kept


def split_base(segments: Segments, base: Base) -> Mapping[str, Mapping[str, BaseSum]]:
    """Return dimension -> the sums of each of its values, "Unassigned" first; exact below 2**53."""
    paid = base.start > 0
    index, start, end = base.index[paid], base.start[paid], base.end[paid]
    weights = (start, end, np.minimum(start, end), None)
    split = {}
    for dimension, values in segments.dimensions.items():
        # Code -1 is the blank cells.
        places = segments.codes(dimension, base.window).take(index) + 1
        columns = [np.bincount(places, weight, len(values) + 1).astype(np.int64).tolist() for weight in weights]
        rows = zip((UNASSIGNED, *values), zip(*columns, strict=True), strict=True)
        split[dimension] = {value: BaseSum(*sums) for value, sums in rows}
    return split


def measure_close(segments: Segments, filters: Sequence[Filter], close: Month) -> Level:
    """Return the MRR of a cut at a close."""
    base = select_close(segments, filters, close)
    return base.starting, len(base.index)


def select_close(segments: Segments, filters: Sequence[Filter], close: Month) -> Base:
    """Return the accounts of a cut that pay at a close, with the same MRR at both ends."""
    ledger, window = segments.ledger, begin_window(segments.ledger, close)
    mrr = ledger.mrr(close, close)
    index = np.flatnonzero(select_members(segments, filters, window) & ledger.accounts.counted & (mrr > 0))
    paid = mrr[index]
    return Base(window, index, paid, paid, np.ones(len(index), dtype=np.bool_))


def split_close(segments: Segments, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
    """Return the MRR of each value of a dimension within a cut at a close, "Unassigned" last."""
    base = select_close(segments, filters, close)
    # The last name is for code -1, the blank cells.
    names = (*segments.values(dimension), UNASSIGNED)
    codes = segments.codes(dimension, base.window)[base.index] % len(names)
    sums = np.bincount(codes, base.start, len(names)).astype(np.int64).tolist()
    return dict(zip(names, zip(sums, np.bincount(codes, minlength=len(names)).tolist(), strict=True), strict=True))
