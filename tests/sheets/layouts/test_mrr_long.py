"""MRR long: rows that are not an account's, and amounts before the first readable month."""

from __future__ import annotations

from tests.support.notation import options, panel, places, read, sheet


def test_the_month_of_a_row_of_no_account_is_not_read() -> None:
    written = "Account ID|Month|MRR\na|2025-01|10\na|2025-02|20\nTotal|all|30"
    ledger, problems = read(sheet("MRR", written), how=options(""))
    assert panel(ledger) == "2025-01: a 10 20"
    assert places(problems) == "total_row A4"


def test_an_unreadable_amount_before_the_first_month_fills_no_other_month() -> None:
    written = "Account ID|Month|MRR\na|2025-01|TBD\na|2025-02|5\nb|2025-02|1\nb|2025-03|1\nb|2025-04|1"
    ledger, problems = read(sheet("MRR", written), how=options("", today=options().today.replace(month=5)))
    assert panel(ledger) == "2025-02: a* 5 0 0, b 1 1 1"
    assert places(problems) == "amount_unreadable C2"
