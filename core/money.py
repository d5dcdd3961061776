"""Money as integers in minor units, ratios as exact fractions, and the one rounding of nrrbot."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from core.errors import N_, ConfigError

# The reporting currency where neither the config nor the sheet names one.
DEFAULT_CURRENCY = "EUR"


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency: its ISO 4217 `code` and its `exponent`, the number of decimals of its minor unit (0 to 4)."""

    code: str
    exponent: int

    @property
    def unit(self) -> int:
        """The number of minor units in one unit: 100 for EUR, 1 for JPY, 1000 for KWD."""
        return int(10**self.exponent)


@cache
def find_currency(code: str) -> Currency:
    """Return the currency of an ISO 4217 code.

    Raises:
        ConfigError: the code is unknown.

    """
    # Babel takes 30 ms to load; code that only adds up amounts should not pay for it.
    from babel.numbers import get_currency_precision, is_currency

    code = code.strip().upper()
    if not is_currency(code):
        raise ConfigError(N_("{code!r} is not a currency code."), N_("Use an ISO code such as EUR or USD."), code=code)
    return Currency(code, get_currency_precision(code))


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return numerator / denominator as the nearest integer, halves away from zero. Exact for any size.

    This is the only rounding in nrrbot: all rounded figures, money and percentages, use it.

    Raises:
        ZeroDivisionError: the denominator is 0.

    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    if denominator == 0:
        raise ZeroDivisionError
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude


def round_fraction(value: Fraction) -> int:
    """Return `value` as the nearest integer, halves away from zero."""
    return divide_half_up(value.numerator, value.denominator)


def to_minor(amount: Decimal | Fraction, exponent: int) -> int:
    """Return an amount in whole units as minor units, rounded half-up once."""
    return round_fraction(Fraction(amount) * 10**exponent)


def to_units(minor: int, exponent: int) -> Decimal:
    """Return minor units as an exact decimal amount in whole units, with `exponent` decimals."""
    return Decimal(f"{minor}E-{exponent}")  # scaleb would round to 28 digits


def to_whole_units(minor: int, exponent: int) -> int:
    """Return minor units as whole units, rounded half-up."""
    return divide_half_up(minor, 10**exponent)


def to_short_units(minor: int, exponent: int) -> tuple[Decimal, str]:
    """Return minor units in a size that is read at a glance, rounded half-up, and its letter.

    That is thousands with one decimal and "k" from 10,000 on, millions and "M" from a million on, else whole units and
    no letter.
    """
    units = to_whole_units(minor, exponent)
    if abs(units) < 10_000:
        return Decimal(units), ""
    tenths = divide_half_up(minor, 10 ** (exponent + 2))
    if abs(tenths) < 10_000:
        return to_units(tenths, 1), "k"
    return to_units(divide_half_up(minor, 10 ** (exponent + 5)), 1), "M"


def to_percent(ratio: Fraction) -> Decimal:
    """Return a ratio as a percentage with one decimal, rounded half-up: 433/400 is 108.3."""
    return to_units(round_fraction(ratio * 1000), 1)


def to_tenths(value: Fraction) -> Decimal:
    """Return a number with one decimal, rounded half-up: 15/8 is 1.9."""
    return to_units(round_fraction(value * 10), 1)


def compute_ratio(part: int, whole: int) -> Fraction | None:
    """Return part / whole exactly; None when the whole is 0."""
    return Fraction(part, whole) if whole else None


def compute_root(value: Fraction, degree: int) -> Fraction:
    """Return the root of that degree of a fraction from 0 to 1, to 50 decimals, cut off."""
    scale = 10**50
    # The largest whole r with r ** degree <= value * scale ** degree, found by halving.
    bound = value.numerator * scale**degree // value.denominator
    low, high = 0, scale + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= bound else (low, middle)
    return Fraction(low, scale)


def parse_share(text: str | Decimal) -> Fraction:
    """Return a percentage such as "112.4" as a ratio."""
    return Fraction(Decimal(text)) / 100


def round_decimal(amount: Decimal, exponent: int) -> Decimal:
    """Return `amount` with `exponent` decimals, rounded half-up."""
    return amount.quantize(Decimal(1).scaleb(-exponent), rounding=ROUND_HALF_UP)
