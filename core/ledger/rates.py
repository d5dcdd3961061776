"""The currencies that accounts pay in, and the rates that convert them to the reporting currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.money import Currency, divide_half_up
from core.months import Month

# A float64 product is rounded as a float only where it is certain: below this size, and within this distance of an
# integer. A product nearer to a half is rounded by integers.
_CERTAIN_BELOW, _CERTAIN_WITHIN = 1e11, 0.499

Rates = Mapping[tuple[Month, str], Fraction]

# The currencies of published amounts: benchmarks do not tell the one from the other.
PUBLISHED_CURRENCIES = ("EUR", "USD")
# The currencies whose unit is worth half a euro to two euros.
_EURO_SIZED = frozenset((*PUBLISHED_CURRENCIES, "GBP", "CHF", "CAD", "AUD", "NZD", "SGD", "BND"))

RateSource = Literal["config", "fx", "same_size"]


@dataclass(frozen=True, slots=True)
class EuroRate:
    """Units of the reporting currency for one unit of published amounts, which are in euros or dollars.

    Attributes:
        value: the units.
        source: the config, the tab FX, or that the currency is of that size, so that amounts are taken as they are.
        code: the currency that the published amounts are read in; the reporting one where they are taken as they are.
        month: the month of a rate of the tab FX; None for other sources.

    """

    value: Fraction
    source: RateSource
    code: str
    month: Month | None = None


@dataclass(frozen=True, eq=False)
class Currencies:
    """The currency of each account.

    Attributes:
        known: the currencies of the accounts; the first one is the reporting currency.
        codes: (accounts,) int16, index into `known`.
        rates: (month, code) -> units of the reporting currency for one unit of that currency at the month's close; of
            the currencies of the accounts, and of published amounts.

    """

    known: tuple[Currency, ...]
    codes: NDArray[np.int16]
    rates: Rates = field(default_factory=dict)

    @property
    def reporting(self) -> Currency:
        """The currency in which figures are reported."""
        return self.known[0]

    def of(self, account: int) -> Currency:
        """Return the currency that an account pays in."""
        return self.known[int(self.codes[account])]

    @cached_property
    def foreign(self) -> Sequence[tuple[Currency, NDArray[np.intp]]]:
        """The currencies other than the reporting one, each with the accounts that pay in it."""
        return self._foreign_among(np.arange(len(self.codes)))

    def _foreign_among(self, index: NDArray[np.intp]) -> Sequence[tuple[Currency, NDArray[np.intp]]]:
        """Return the currencies other than the reporting one, each with the places in `index` that pay in it."""
        codes = self.codes[index]
        foreign_accounts = (
            (currency, np.flatnonzero(codes == code)) for code, currency in enumerate(self.known) if code
        )
        return [(currency, places) for currency, places in foreign_accounts if places.size]

    def convert(self, amounts: Panel, at: Month, index: NDArray[np.intp] | None = None) -> Panel:
        """Return (n,) amounts in the reporting currency, at the rates of the close of `at`.

        Each amount is rounded half-up once. An amount above zero stays above zero, so that no rate decides whether an
        account pays. An amount without a rate becomes 0: such an account is excluded.

        Args:
            amounts: (n,) in minor units of each account's currency.
            at: the month whose rates count.
            index: (n,) the account of each amount; every account when None.

        """
        if not self.foreign:
            return amounts
        converted = amounts.copy()
        foreign = self.foreign if index is None else self._foreign_among(index)
        for currency, places in foreign:
            converted[places] = convert_amounts(amounts[places], self.factor(currency, at))
        return converted

    def factor(self, currency: Currency, at: Month) -> Fraction:
        """Return the factor from minor units of a currency to those of the reporting one at a close; 0 without a rate.

        Rates are per whole unit, amounts are in minor units: JPY has 1 to a unit, KWD 1000.
        """
        if currency == self.reporting:
            return Fraction(1)
        return self.rates.get((at, currency.code), Fraction(0)) * self.reporting.unit / currency.unit

    def find_euro_rate(self, at: Month) -> EuroRate | None:
        """Return the units of the reporting currency for one euro at a close, by the tab FX; None if unknown.

        Without a rate of the euro, that of the dollar. A month without one has that of the nearest month. A currency of
        about the same size needs none.
        """
        own = self.reporting.code
        if own not in PUBLISHED_CURRENCIES:
            for code in PUBLISHED_CURRENCIES:
                months = [month for month, name in self.rates if name == code]
                if months:
                    nearest = min(months, key=lambda month: (abs(at.until(month)), month))
                    return EuroRate(self.rates[nearest, code], "fx", code, nearest)
        return EuroRate(Fraction(1), "same_size", own) if own in _EURO_SIZED else None

    def highest_rates(self) -> NDArray[np.float64]:
        """Return (known,) the highest factor over all months from minor units of each to the reporting currency's."""
        highest = np.ones(len(self.known))
        for code, currency in enumerate(self.known):
            rates = [rate for (_, name), rate in self.rates.items() if code and name == currency.code]
            highest[code] = float(max(rates, default=Fraction(1))) * self.reporting.unit / currency.unit
        return highest


def convert_amounts(amounts: Panel, rate: Fraction) -> Panel:
    """Return (n,) amounts times `rate`, each rounded half-up; above zero where the amount and the rate are.

    Exact at any size: floats decide only the products they are certain of, integers decide the others.
    """
    if not rate:
        return np.zeros_like(amounts)
    scaled = amounts * float(rate)
    nearest = np.rint(scaled)
    converted: Panel = nearest.astype(np.int64)
    for place in np.flatnonzero((scaled >= _CERTAIN_BELOW) | (np.abs(scaled - nearest) > _CERTAIN_WITHIN)).tolist():
        converted[place] = divide_half_up(int(amounts[place]) * rate.numerator, rate.denominator)
    # A paying account is worth at least 1 minor unit, whatever its rate.
    return np.maximum(converted, amounts > 0)
