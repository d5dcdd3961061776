"""MRR long: rows that are not an account's, and amounts before the first readable month."""

from __future__ import annotations

import pytest

from sheets.ingest.parse import parse_tabs
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


FIRST_DAYS = "a|09/01/2024|1\na|10/01/2024|2\na|11/01/2024|3"


def test_months_that_are_all_first_days_show_their_order() -> None:
    for rows in (FIRST_DAYS, "a|01/09/2024|1\na|01/10/2024|2\na|01/11/2024|3"):
        ledger, problems = read(sheet("MRR", f"Account ID|Month|MRR\n{rows}"), how=options(""))
        assert (panel(ledger), problems) == ("2024-09: a 1 2 3", [])


@pytest.mark.parametrize("rows", [FIRST_DAYS.replace("\na|11/01/2024|3", ""), f"{FIRST_DAYS}\na|02/02/2024|1"])
def test_months_in_two_possible_orders_are_ambiguous(rows: str) -> None:
    written = f"Account ID|Month|MRR\n{rows}\na|2022-12|1\na|2023-12|1"
    parsed = parse_tabs([sheet("MRR", written)], options(""))
    assert {problem.code for problem in parsed.problems} >= {"date_ambiguous"}


def test_years_between_unreadable_months_are_no_years() -> None:
    parsed = parse_tabs(
        [sheet("MRR", "Account ID|Month|MRR\na|2023-12|1\na|2024-12|1\na|x|1\na|y|1\na|z|1")], options("")
    )
    assert not any("ends of years" in str(decision.statement) for decision in parsed.decisions)
