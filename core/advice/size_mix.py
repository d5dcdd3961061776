"""The sizes of customer that a cut consists of, which decide the benchmark that it is read against.

Published ranges are by size of customer. A cut with accounts of several sizes is read against the range that is
weighted by the MRR of each size at the start, sum (share x edge); where one size has 80% of that MRR, against that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from core.ledger.segments import Segments
from core.metrics.retention import Base
from core.money import parse_share
from core.playbook.schema import Ranges
from core.query.vocabulary import SIZE_SPELLINGS, Filter
from core.terms import SIZES, Size
from core.text import fold_key

ChosenBy = Literal["name", "mrr"]
_DOMINANT = Fraction(80, 100)


@dataclass(frozen=True, slots=True)
class SizeMix:
    """The sizes whose ranges a cut is read against.

    Attributes:
        shares: size -> its share of the MRR at the start, above zero, 1 in all; one size where it is named or dominant.
        by: whether the cut's name decides, or the MRR of its accounts.

    """

    shares: Mapping[Size, Fraction]
    by: ChosenBy

    @property
    def size(self) -> Size | None:
        """The one size; None for a mix of several."""
        return next(iter(self.shares)) if len(self.shares) == 1 else None

    def weigh_range(self, ranges: Ranges) -> tuple[Fraction, Fraction]:
        """Return both edges of the range, weighted by the shares."""
        low, high = (
            sum((share * parse_share(ranges.ranges[size][edge]) for size, share in self.shares.items()), Fraction(0))
            for edge in (0, 1)
        )
        return low, high


def choose_size_mix(condition: Filter | None, mrr_by_size: Mapping[Size, int]) -> SizeMix | None:
    """Return the sizes that a cut is read against; None where it has no MRR and its name is not a size.

    Args:
        condition: the one filter of the cut; None for the whole company and a cut by several filters.
        mrr_by_size: the MRR of each size at the start, minor units.

    """
    named = find_size(condition) if condition else None
    if named:
        return SizeMix({named: Fraction(1)}, "name")
    whole = sum(mrr_by_size.values())
    if not whole:
        return None
    shares = {size: Fraction(mrr_by_size[size], whole) for size in SIZES if mrr_by_size.get(size)}
    dominant = next((size for size, share in shares.items() if share >= _DOMINANT), None)
    return SizeMix({dominant: Fraction(1)} if dominant else shares, "mrr")


def find_size(condition: Filter) -> Size | None:
    """Return the size that a filter names, in English or French; None where it names no size, or excludes one."""
    if condition.excluded or condition.dimension not in {"segment", "size"}:
        return None
    return name_size(condition.value)


def name_size(value: str) -> Size | None:
    """Return the size that a value of the sheet's own segment names; None where it names none."""
    key = fold_key(value)
    return next((size for size, names in zip(SIZES, SIZE_SPELLINGS, strict=True) if key in names), None)


def sum_by_size(segments: Segments, base: Base) -> dict[Size, int]:
    """Return the MRR of a base at the start by size of customer, minor units.

    An account has the size that the sheet's own segment names, else the size that its ACV and the consumer flag give.
    Without limits in the reporting currency the result is empty.
    """
    if not segments.has_sizes:
        return {}
    codes = segments.codes("size", base.window)[base.index]
    column = segments.ledger.columns.get("segment")
    if column is not None:
        # (values + 1,) the size of each value of the column, -1 where it names none; the last entry is for blank cells.
        named = [name_size(value) for value in column.values]
        size_codes = np.array([*(SIZES.index(size) if size else -1 for size in named), -1])
        own = size_codes[segments.codes("segment", base.window)[base.index]]
        codes = np.where(own >= 0, own, codes)
    # Whole minor units below 2**53 are exact in float64.
    sums = np.bincount(codes, base.start, len(SIZES)).tolist()
    return {size: int(amount) for size, amount in zip(SIZES, sums, strict=True) if amount}
