"""Segments: the columns of the Customers tab and the derived dimensions, frozen at the window's start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger, Mask, Panel
from core.months import Window
from core.terms import SIZES

UNASSIGNED = "Unassigned"
TENURES = (N_("Under 1 year"), N_("1-2 years"), N_("2-3 years"), N_("Over 3 years"))
DERIVED: Mapping[str, tuple[str, ...]] = {"size": SIZES, "tenure": TENURES}
HEADINGS: Mapping[str, str] = {"size": N_("Size"), "tenure": N_("Tenure")}


@dataclass(frozen=True, slots=True)
class SizeRules:
    """Where the sizes begin, as ACV (12 x MRR) in whole units of the reporting currency.

    Attributes:
        mid_market_from: from this ACV on an account is Mid-Market; below it is SMB.
        enterprise_above: above this ACV it is Enterprise.

    """

    mid_market_from: int = 10_000
    enterprise_above: int = 100_000


@dataclass(frozen=True, eq=False)
class Segments:
    """Which account belongs to which value of which dimension, for one ledger."""

    ledger: Ledger
    rules: SizeRules = SizeRules()

    @property
    def dimensions(self) -> dict[str, tuple[str, ...]]:
        """Dimension -> its values, in order of precedence: the sheet's own segment, then size, columns, tenure."""
        columns = {key: column.values for key, column in self.ledger.columns.items()}
        first = {key: columns.pop(key) for key in ("segment",) if key in columns}
        return {**first, "size": SIZES, **columns, "tenure": TENURES}

    @property
    def askable(self) -> dict[str, tuple[str, ...]]:
        """The dimensions with "Unassigned" behind the values of those columns that have blank cells."""
        columns = self.ledger.columns
        return {
            key: (*values, UNASSIGNED) if key in columns and columns[key].has_blanks else values
            for key, values in self.dimensions.items()
        }

    @property
    def headings(self) -> dict[str, str]:
        """Dimension -> what people call it: the sheet's heading, or the name of the derived one."""
        return {key: self.heading(key) for key in self.dimensions}

    def heading(self, dimension: str) -> str:
        """Return what people call `dimension`."""
        column = self.ledger.columns.get(dimension)
        return column.heading if column else HEADINGS[dimension]

    def codes(self, dimension: str, window: Window) -> NDArray[np.int32]:
        """Return (accounts,) the index into the dimension's values as it was at the window's start; -1 unassigned.

        Columns without dated rows give their current value. Size and tenure are derived at the start close and its
        rates; an account without MRR there, which can only be new or reactivated, has the size that it ends with, at
        the last close where the window ends after it.

        Raises:
            QuestionError: there is no such dimension.

        """
        if dimension in self.ledger.columns:
            return self.ledger.columns[dimension].at(window.start)
        if dimension == "size":
            last = min(window.end, self.ledger.last)
            start, end = (self.ledger.mrr(month, window.start) for month in (window.start, last))
            mrr = start + end * (start == 0)
            return size_codes(mrr, self.ledger.consumer, self.acv_limits).astype(np.int32)
        if dimension == "tenure":
            return tenure_codes(self.ledger.first_paid, self.ledger.first.until(window.start))
        raise QuestionError(
            N_("There is no dimension {name!r}."),
            N_("Dimensions: {known}."),
            name=dimension,
            known=", ".join(self.dimensions),
        )

    def members(self, dimension: str, value: str, window: Window) -> Mask:
        """Return (accounts,) True where the account has `value` in `dimension` at the window's start.

        Raises:
            QuestionError: there is no such dimension or value.

        """
        values = self.dimensions.get(dimension, ())
        codes = self.codes(dimension, window)
        if value == UNASSIGNED:
            return np.asarray(codes < 0)
        if value not in values:
            raise QuestionError(
                N_("{dimension} has no value {name!r}."),
                N_("Values: {known}."),
                dimension=self.heading(dimension),
                name=value,
                known=", ".join(values),
            )
        return np.asarray(codes == values.index(value))

    @property
    def acv_limits(self) -> tuple[int, int]:
        """The two size limits as ACV in minor units."""
        unit = self.ledger.currency.unit
        return self.rules.mid_market_from * unit, self.rules.enterprise_above * unit

    def is_current_only(self, dimension: str) -> bool:
        """Tell whether today's value has to serve for the past, as the sheet has no dated rows for it."""
        column = self.ledger.columns.get(dimension)
        return column is not None and column.changes is None


def size_codes(mrr: Panel, consumer: Mask, acv_limits: tuple[int, int]) -> NDArray[np.int8]:
    """Return the index into SIZES of each account, from its MRR in minor units."""
    # In whole minor units, 12 x MRR >= limit is MRR >= limit / 12 rounded up, and > is > rounded down.
    mid_market_from, enterprise_above = -(-acv_limits[0] // 12), acv_limits[1] // 12
    codes = (mrr >= mid_market_from).view(np.int8) + (mrr > enterprise_above).view(np.int8)
    codes += 1
    codes *= ~consumer
    return codes


def tenure_codes(first_paid: NDArray[np.int32], start_row: int) -> NDArray[np.int32]:
    """Return the index into TENURES of each account: whole years since its first MRR, at most 3."""
    return np.clip((start_row - first_paid) // 12, 0, 3).astype(np.int32)
