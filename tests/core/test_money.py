from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import money
from core.errors import ConfigError

HUGE = 10**40


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (0, 7, 0),
        (1, 2, 1),
        (3, 2, 2),
        (5, 2, 3),  # half-even would say 2
        (-1, 2, -1),
        (-3, 2, -2),
        (-5, 2, -3),
        (1, -2, -1),
        (-1, -2, 1),
        (49, 100, 0),
        (-49, 100, 0),
        (10**17 + 1, 2, 5 * 10**16 + 1),  # a float would lose the half
        (2 * HUGE + 1, 2, HUGE + 1),
        (-2 * HUGE - 1, 2, -HUGE - 1),
        (HUGE, 3 * HUGE, 0),
    ],
)
def test_half_up(numerator: int, denominator: int, expected: int) -> None:
    assert money.divide_half_up(numerator, denominator) == expected


def test_half_up_refuses_to_divide_by_nothing() -> None:
    with pytest.raises(ZeroDivisionError):
        money.divide_half_up(1, 0)


@given(st.integers(), st.integers().filter(bool))
def test_half_up_is_the_nearest_integer_and_symmetric(numerator: int, denominator: int) -> None:
    rounded = money.divide_half_up(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert money.divide_half_up(-numerator, denominator) == -rounded
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Fraction(433, 400), "108.3"),  # 108.25
        (Fraction(1), "100.0"),
        (Fraction(0), "0.0"),
        (Fraction(1, 3), "33.3"),
        (Fraction(2, 3), "66.7"),
        (Fraction(9995, 10000), "100.0"),  # 99.95
        (Fraction(99949, 100000), "99.9"),
        (Fraction(-1, 2000), "-0.1"),  # -0.05, away from zero
        (Fraction(-1, 3), "-33.3"),
        (Fraction(1, 2000), "0.1"),
        (Fraction(1, 2001), "0.0"),
        (Fraction(HUGE, 3), "3" * 42 + ".3"),
    ],
)
def test_percent(ratio: Fraction, shown: str) -> None:
    assert str(money.to_percent(ratio)) == shown


@pytest.mark.parametrize(
    ("code", "exponent", "amount", "minor"),
    [
        ("EUR", 2, "12.345", 1235),
        ("EUR", 2, "12.344999", 1234),
        ("EUR", 2, "-12.345", -1235),
        ("EUR", 2, "0.005", 1),
        ("JPY", 0, "1234.5", 1235),
        ("JPY", 0, "1234.4", 1234),
        ("KWD", 3, "1.2345", 1235),
        ("KWD", 3, "1.2344", 1234),
        (" usd ", 2, "99999999999999999999.995", 10**22),
    ],
)
def test_amounts_become_minor_units_of_their_currency(code: str, exponent: int, amount: str, minor: int) -> None:
    currency = money.find_currency(code)
    assert (currency.code, currency.exponent, currency.unit) == (code.strip().upper(), exponent, 10**exponent)
    assert money.to_minor(Decimal(amount), currency.exponent) == minor


def test_a_line_of_a_year_is_rounded_once() -> None:
    assert money.to_minor(Fraction(100, 12), 2) == 833
    assert money.to_minor(Fraction(Decimal("99.99")) / 12, 2) == 833
    assert money.to_minor(Fraction(Decimal("10.50")) * 52 / 12, 2) == 4550


@pytest.mark.parametrize("code", ["", "EURO", "XX", "E1R"])
def test_a_code_that_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ConfigError, match="not a currency code"):
        money.find_currency(code)


@pytest.mark.parametrize(
    ("minor", "exponent", "units", "whole"),
    [
        (123456, 2, "1234.56", 1235),
        (-123450, 2, "-1234.50", -1235),
        (149, 2, "1.49", 1),
        (150, 2, "1.50", 2),
        (7, 0, "7", 7),
        (1500, 3, "1.500", 2),
        (HUGE + 1, 2, "1" + "0" * 38 + ".01", HUGE // 100),
    ],
)
def test_minor_units_become_amounts(minor: int, exponent: int, units: str, whole: int) -> None:
    assert str(money.to_units(minor, exponent)) == units
    assert money.to_whole_units(minor, exponent) == whole


@given(st.integers(), st.integers(0, 4))
def test_minor_units_survive_the_way_there_and_back(minor: int, exponent: int) -> None:
    assert money.to_minor(money.to_units(minor, exponent), exponent) == minor


def test_a_ratio_of_nothing_is_none() -> None:
    assert money.compute_ratio(5, 0) is None
    assert money.compute_ratio(0, 0) is None
    assert money.compute_ratio(1, 3) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "ratio"), [("112.4", Fraction(281, 250)), ("0", Fraction(0)), ("-3", Fraction(-3, 100))]
)
def test_a_percentage_of_the_playbook_is_exact(text: str, ratio: Fraction) -> None:
    assert money.parse_share(text) == money.parse_share(Decimal(text)) == ratio


@pytest.mark.parametrize(
    ("amount", "exponent", "shown"), [("2.345", 2, "2.35"), ("-2.345", 2, "-2.35"), ("2.5", 0, "3"), ("1", 3, "1.000")]
)
def test_quantize(amount: str, exponent: int, shown: str) -> None:
    assert str(money.round_decimal(Decimal(amount), exponent)) == shown
