"""Segments: the columns of the Customers tab and the derived dimensions, frozen at the window's start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.rates import Currencies
from core.money import round_fraction, to_minor
from core.months import Month, Window
from core.query.base_floor import ARR_FLOOR, parse_floor
from core.terms import SIZES

UNASSIGNED = "Unassigned"
TENURES = (N_("Under 1 year"), N_("1-2 years"), N_("2-3 years"), N_("Over 3 years"))
DERIVED: Mapping[str, tuple[str, ...]] = {"size": SIZES, "tenure": TENURES}
# Windows whose sizes are remembered, a byte for each account.
_MOST_SIZES = 32
DERIVED_HEADINGS: Mapping[str, str] = {"size": N_("Size"), "tenure": N_("Tenure")}


@dataclass(frozen=True, slots=True)
class SizeRules:
    """The limits between the sizes, as ACV (12 x MRR) in whole units of the reporting currency.

    The default limits are in euros: another currency has them at its rate, as far as it is known.

    Attributes:
        mid_market_from: the lowest ACV of Mid-Market; an account below it is SMB.
        enterprise_above: the highest ACV of Mid-Market; an account above it is Enterprise.

    """

    mid_market_from: int = 10_000
    enterprise_above: int = 100_000


@dataclass(frozen=True, eq=False)
class Segments:
    """The values of a ledger's accounts by dimension."""

    ledger: Ledger
    rules: SizeRules = SizeRules()

    @cached_property
    def dimensions(self) -> dict[str, tuple[str, ...]]:
        """Dimension -> its values, in order of precedence: the sheet's segment, then size, columns, tenure.

        There is no size where its limits are not known in the reporting currency.
        """
        named = self._named_dimensions
        return named if self.has_sizes else {key: values for key, values in named.items() if key != "size"}

    @cached_property
    def has_sizes(self) -> bool:
        """Whether the limits between the sizes are known: those of the config are, the default ones need a rate."""
        return has_acv_limits(self.rules, self.ledger.currencies, self.ledger.last)

    @cached_property
    def _named_dimensions(self) -> dict[str, tuple[str, ...]]:
        """The dimensions that a question may name, size among them even where it has no limits."""
        columns = {key: column.values for key, column in self.ledger.columns.items()}
        first = {key: columns.pop(key) for key in ("segment",) if key in columns}
        return {**first, "size": SIZES, **columns, "tenure": TENURES}

    @cached_property
    def askable(self) -> dict[str, tuple[str, ...]]:
        """The dimensions of questions, with "Unassigned" after the values of every column that has blank cells."""
        columns = self.ledger.columns
        return {
            key: (*values, UNASSIGNED) if key in columns and columns[key].has_blanks else values
            for key, values in self._named_dimensions.items()
        }

    @property
    def headings(self) -> dict[str, str]:
        """Dimension -> its heading: that of the sheet, or the name of a derived dimension."""
        return {key: self.heading(key) for key in self._named_dimensions}

    def heading(self, dimension: str) -> str:
        """Return the heading of `dimension`."""
        column = self.ledger.columns.get(dimension)
        return column.heading if column else DERIVED_HEADINGS[dimension]

    def values(self, dimension: str) -> tuple[str, ...]:
        """Return the values of `dimension`.

        Raises:
            QuestionError: there is no such dimension, or its limits are not known.

        """
        values = self.dimensions.get(dimension)
        if values is not None:
            return values
        if dimension == "size":
            raise QuestionError(
                N_("No sizes: the ACV from which a customer is Mid-Market or Enterprise is in euros."),
                N_(
                    "Add the rate of EUR to the tab FX, or set benchmarks.currency_rate to the {currency} for one euro."
                ),
                currency=self.ledger.currency.code,
            )
        raise QuestionError(
            N_("There is no dimension {name!r}."),
            N_("Dimensions: {known}."),
            name=dimension,
            known=", ".join(self.dimensions),
        )

    def codes(self, dimension: str, window: Window) -> NDArray[np.int32]:
        """Return (accounts,) the index into the dimension's values at the window's start; -1 unassigned.

        A column without dated rows gives its current values. Size and tenure are derived at the start close: from its
        rates, and from who is a consumer then. An account without MRR there can only be new or reactivated: its size
        is derived at the window's end, or at the last close if the window ends after it.

        Raises:
            QuestionError: there is no such dimension, or its limits are not known.

        """
        self.values(dimension)
        if dimension in self.ledger.columns:
            return self.ledger.columns[dimension].codes_at(window.start)
        if dimension == "size":
            return self._classify_sizes(window).astype(np.int32)
        return classify_tenures(self.ledger.first_paid, self.ledger.first.until(window.start))

    def _classify_sizes(self, window: Window) -> NDArray[np.int8]:
        """Return (accounts,) the sizes at the window's start, which are remembered: each cut of a company has them."""
        sizes = self._sizes.get(window)
        if sizes is None:
            last = min(window.end, self.ledger.last)
            # (accounts,) the MRR at the start, and where that is zero, the MRR at the end.
            start, end = (self.ledger.mrr(month, window.start) for month in (window.start, last))
            mrr = start + end * (start == 0)
            consumer = self.ledger.accounts.consumer_at(window.start)
            sizes = classify_sizes(mrr, consumer, self.acv_limits(window.start))
            if len(self._sizes) < _MOST_SIZES:
                self._sizes[window] = sizes
        return sizes

    @cached_property
    def _sizes(self) -> dict[Window, NDArray[np.int8]]:
        return {}

    def members(self, dimension: str, value: str, window: Window) -> Mask:
        """Return (accounts,) True where the account has `value` in `dimension` at the window's start.

        The value of a floor is an amount of ARR, which the account has at the start close or more. Accounts without an
        exchange rate may have it, so that they are among those that are excluded.

        Raises:
            QuestionError: there is no such dimension or value, or its limits are not known.

        """
        if dimension == ARR_FLOOR:
            amount, _ = parse_floor(value)
            floor = to_minor(amount, self.ledger.currency.exponent)
            arr = 12 * self.ledger.mrr(window.start, window.start)
            return np.asarray((arr >= floor) | self.ledger.accounts.unpriced)
        values = self.values(dimension)
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

    def acv_limits(self, at: Month) -> tuple[int, int]:
        """Return the two size limits at a close as ACV in minor units."""
        return find_acv_limits(self.rules, self.ledger.currencies, at)

    def is_current_only(self, dimension: str) -> bool:
        """Tell whether today's values are used for the past too, as the column has no dated rows."""
        column = self.ledger.columns.get(dimension)
        return column is not None and column.changes is None


def has_acv_limits(rules: SizeRules, currencies: Currencies, at: Month) -> bool:
    """Tell whether the limits between the sizes are known in the reporting currency."""
    return rules != SizeRules() or currencies.find_euro_rate(at) is not None


def find_acv_limits(rules: SizeRules, currencies: Currencies, at: Month) -> tuple[int, int]:
    """Return the two size limits at a close as ACV in minor units; the default ones follow the rate of the euro."""
    factor = Fraction(currencies.reporting.unit)
    if rules == SizeRules() and (rate := currencies.find_euro_rate(at)):
        factor *= rate.value
    return round_fraction(rules.mid_market_from * factor), round_fraction(rules.enterprise_above * factor)


def round_mrr_limits(acv_limits: tuple[int, int]) -> tuple[int, int]:
    """Return the lowest MRR of Mid-Market and the highest one, in minor units.

    In whole minor units, 12 x MRR >= limit is MRR >= limit / 12 rounded up, and 12 x MRR > limit is MRR > limit / 12
    rounded down.
    """
    return -(-acv_limits[0] // 12), acv_limits[1] // 12


def classify_sizes(mrr: Panel, consumer: Mask, acv_limits: tuple[int, int]) -> NDArray[np.int8]:
    """Return the index into SIZES of each account, from its MRR in minor units."""
    mid_market_from, enterprise_above = round_mrr_limits(acv_limits)
    codes = (mrr >= mid_market_from).view(np.int8) + (mrr > enterprise_above).view(np.int8)
    # SIZES begins with Consumer, whatever the MRR: 0 for consumers, else 1 to 3.
    codes += 1
    codes *= ~consumer
    return codes


def classify_tenures(first_paid: NDArray[np.int32], start_row: int) -> NDArray[np.int32]:
    """Return the index into TENURES of each account: whole years since its first MRR, at most 3."""
    return np.clip((start_row - first_paid) // 12, 0, 3).astype(np.int32)
