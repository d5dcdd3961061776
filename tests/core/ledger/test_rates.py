"""Conversion to the reporting currency."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger.ledger import Ledger, ScheduledChanges, build_accounts, check_amounts, is_exact_at_every_rate
from core.ledger.rates import Currencies, convert_amounts
from core.ledger.rows import SourceRows
from core.money import find_currency
from core.months import Month
from tests.support.ledgers import build_ledger, use_one_currency

EUR, USD, JPY, KWD = (find_currency(code) for code in ("EUR", "USD", "JPY", "KWD"))
FIRST = Month.of(2024, 1)
RATES = {
    (FIRST, "USD"): Fraction("0.9"),
    (FIRST, "JPY"): Fraction("0.006"),
    (FIRST, "KWD"): Fraction("3"),
    (FIRST + 1, "USD"): Fraction("1.1"),
}
CURRENCIES = Currencies((EUR, USD, JPY, KWD), np.array([0, 1, 2, 3, 1], dtype=np.int16), RATES)


def test_each_account_is_converted_at_the_rate_of_the_close_and_its_minor_unit() -> None:
    amounts = np.array([1000, 1000, 1000, 1000, 5], dtype=np.int64)
    assert CURRENCIES.convert(amounts, FIRST).tolist() == [1000, 900, 600, 300, 5]
    assert amounts.tolist() == [1000, 1000, 1000, 1000, 5]
    # No rate: such an account is excluded, and its amount is 0.
    assert CURRENCIES.convert(amounts, FIRST + 1).tolist() == [1000, 1100, 0, 0, 6]
    assert CURRENCIES.convert(amounts[[4, 0]], FIRST + 1, np.array([1, 0])).tolist() == [6, 1000]


def test_currencies_know_the_accounts_that_pay_in_another_one() -> None:
    assert [(currency.code, places.tolist()) for currency, places in CURRENCIES.foreign] == [
        ("USD", [1, 4]),
        ("JPY", [2]),
        ("KWD", [3]),
    ]
    assert [CURRENCIES.of(account).code for account in range(5)] == ["EUR", "USD", "JPY", "KWD", "USD"]
    assert CURRENCIES.reporting == EUR
    assert use_one_currency(EUR, 3).foreign == []
    assert replace(CURRENCIES, codes=np.zeros(5, dtype=np.int16)).foreign == []


def test_amounts_in_the_reporting_currency_are_a_view() -> None:
    amounts = np.array([1, 2], dtype=np.int64)
    assert use_one_currency(EUR, 2).convert(amounts, FIRST) is amounts


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (5, Fraction(1, 2), 3),
        (3, Fraction(1, 2), 2),
        (1, Fraction(1, 1000), 1),
        (0, Fraction(1, 2), 0),
        (7, Fraction(0), 0),
        (2**50 + 1, Fraction(1, 3), 375299968947542),
        (10**11 + 1, Fraction(1), 10**11 + 1),
    ],
)
def test_an_amount_is_rounded_half_up_and_stays_above_zero(amount: int, rate: Fraction, expected: int) -> None:
    assert convert_amounts(np.array([amount], dtype=np.int64), rate).tolist() == [expected]


@given(st.lists(st.integers(0, 2**52), min_size=1, max_size=5), st.fractions(0, 100, max_denominator=10**6))
def test_amounts_of_any_size_are_converted_exactly(amounts: list[int], rate: Fraction) -> None:
    expected = [max(int(amount * rate + Fraction(1, 2)), int(amount > 0 and rate > 0)) for amount in amounts]
    assert convert_amounts(np.array(amounts, dtype=np.int64), rate).tolist() == expected


def ledger_in(*codes: int, amount: int) -> Ledger:
    count = len(codes)
    return Ledger(
        FIRST,
        np.full((2, count), amount, dtype=np.int64),
        build_accounts([str(number) for number in range(count)]),
        replace(CURRENCIES, codes=np.array(codes, dtype=np.int16)),
        SourceRows("", np.zeros(count, dtype=np.int32)),
    )


@pytest.mark.parametrize(
    ("codes", "amount", "exact"),
    [
        pytest.param((1, 1), 2**51 // 11 * 10, True, id="just below half of the limit at the highest rate"),
        pytest.param((1, 1), 2**51 // 11 * 10 + 100, False, id="just above it"),
        pytest.param((0, 2), 2**50, True, id="0.6 cents a yen"),
        pytest.param((0, 0), 2**51 - 1, True, id="no rate applies to the reporting currency"),
    ],
)
def test_sums_are_exact_at_the_highest_rate(codes: tuple[int, ...], amount: int, exact: bool) -> None:
    ledger = ledger_in(*codes, amount=amount)
    assert is_exact_at_every_rate(ledger) is exact
    if exact:
        check_amounts(ledger)
    else:
        with pytest.raises(ValueError, match="too large"):
            check_amounts(ledger)


def test_highest_rates_are_in_minor_units() -> None:
    assert CURRENCIES.highest_rates().tolist() == pytest.approx([1, 1.1, 0.6, 0.3])
    assert replace(CURRENCIES, rates={}).highest_rates().tolist() == pytest.approx([1, 1, 100, 0.1])


def test_expected_mrr_adds_every_change_that_is_due() -> None:
    changes = ScheduledChanges(
        np.array([0, 0, 1]),
        np.array([FIRST.ordinal + 2, FIRST.ordinal + 3, FIRST.ordinal + 3]),
        np.array([-10, -20, 5]),
    )
    plain = build_ledger([[50, 60], [100, 70]], first=FIRST, currency=EUR)
    ledger = replace(plain, scheduled_changes=changes)
    assert plain.project_mrr(FIRST + 9).tolist() == [100, 70]
    assert [ledger.project_mrr(FIRST + step).tolist() for step in (1, 2, 3)] == [[100, 70], [90, 70], [70, 75]]
    assert ledger.read_own_mrr(FIRST + 1).tolist() == [100, 70]
