"""Concentration: shares at a close, the number of equal accounts, and NRR without each of the largest."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from core.analyses.concentration import (
    Concentration,
    build_concentration_json,
    measure_concentration_at_close,
    read_concentration,
)
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.metrics.retention import measure
from core.months import Window
from tests.support.generate import ledger_of, ledgers, year_of
from tests.support.scopes import reader_of, scope_of


def of(ledger: Ledger, text: str = "") -> Concentration:
    return measure_concentration_at_close(read_concentration(text, reader_of(ledger)), scope_of(ledger))


def test_shares_are_of_the_close_and_of_the_largest_first() -> None:
    concentration = of(ledger_of("a 900", ", ".join([*(f"a{number} 10" for number in range(10)), "b 100"])))
    assert [account.id for account in concentration.largest][:2] == ["b", "a0"]
    assert len(concentration.largest) == 10
    assert concentration.shares == {1: Fraction(1, 2), 5: Fraction(140, 200), 10: Fraction(190, 200)}
    # (100 + 10 x 10)^2 / (100^2 + 10 x 10^2).
    assert concentration.effective == pytest.approx(40000 / 11000)
    assert build_concentration_json(concentration)["effective_accounts"] == "3.6"


def test_nrr_without_each_of_the_largest() -> None:
    data = build_concentration_json(
        of(year_of("a 100, b 50, c 40, d 10", "a 100", "a 200, b 60, c 40, d 10, e 30"), "2024-01")
    )
    assert data["trailing_12_months"]["nrr"] == "155.0"
    assert [(row["account"], row["nrr_without"]) for row in data["rows"]] == [
        ("a", "110.0"),
        ("b", "166.7"),
        ("c", "168.8"),
        ("e", "155.0"),
        ("d", "157.9"),
    ]


def test_an_account_outside_of_the_base_changes_no_nrr() -> None:
    concentration = of(year_of("a 100", "a 100", "a 90, b 500"))
    assert [account.id for account in concentration.largest] == ["b", "a"]
    assert concentration.nrr_without == (Fraction(9, 10), None)


def test_without_twelve_months_or_ends_there_is_no_nrr() -> None:
    short = build_concentration_json(of(ledger_of("a 100", "a 100")))
    assert (short["trailing_12_months"], short["rows"][0]["nrr_without"]) == (None, None)
    assert short["trailing_12_months_reason"] == "needs 13 month closes, there are 2"
    endless = of(replace(year_of("a 100, b 5", "a 100, b 5", "a 90"), coverage=Coverage(can_leave=False)))
    assert endless.nrr_without == (None,)
    assert "no column of ends" in str(endless.ttm_reason)


def test_a_close_without_mrr_has_no_shares() -> None:
    concentration = of(ledger_of("a 100", ""))
    assert (concentration.largest, concentration.shares, concentration.effective) == ((), {}, 0)


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_shares_rise_to_one_and_nrr_is_that_of_the_others(ledger: Ledger) -> None:
    concentration = of(ledger, str(ledger.last))
    shares = [*concentration.shares.values()]
    assert shares == sorted(shares)
    if concentration.accounts <= 10 and shares:
        assert shares[-1] == 1
    assert concentration.effective <= concentration.accounts + 1e-9
    for account, nrr in zip(concentration.largest, concentration.nrr_without, strict=False):
        members = ledger.accounts.counted.copy()
        members[account.index] = False
        others = measure(ledger, Window.ending(ledger.last, 12), members)
        assert nrr == others.nrr
