"""Customers: the date order of its dated rows."""

from __future__ import annotations

from tests.support.notation import read, sheet


def test_the_order_of_dates_that_a_column_shows_comes_before_the_locale() -> None:
    customers = "Account ID|Valid from|Segment\na|'31/01/2025|Old\na|'01/02/2025|New"
    ledger, problems = read(sheet("Customers", customers), sheet("MRR", "Account ID|2025-01|2025-02\na|1|2"))
    segment = ledger.columns["segment"]
    assert ([segment.values[code] for code in segment.codes], problems) == (["New"], [])
