"""Months that a tab does not have: single ones, and those between the ends of quarters, half-years or years."""

from __future__ import annotations

import datetime as dt

import pytest

from core.months import Month
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.tabs.read_options import BlankMonth
from sheets.workbook.port import Grid
from tests.support.notation import options, panel, places, sheet

TODAY = dt.date(2026, 1, 5)


def parse(*grids: Grid) -> ParsedWorkbook:
    return parse_tabs(grids, options(today=TODAY))


def list_unknown(parsed: ParsedWorkbook) -> str:
    return " ".join(map(str, sorted(parsed.ledger.coverage.unknown)))


def list_month_decisions(parsed: ParsedWorkbook) -> list[str]:
    return [str(decision.statement) for decision in parsed.decisions if decision.topic == "months"]


QUARTERS = "The tab has the ends of quarters only, so there are figures of quarters and longer."


@pytest.mark.parametrize(
    ("headings", "unknown", "problems", "decisions"),
    [
        ("2025-03|2025-06|2025-09", "2025-04 2025-05 2025-07 2025-08", "", [QUARTERS]),
        ("2025-03-31d|2025-06-30d|2025-12-31d", "2025-04 2025-05 2025-07 2025-08 2025-09 2025-10 2025-11",
         "month_missing C1", [QUARTERS]),
        ("2024-12|2025-06|2025-12", "2025-01 2025-02 2025-03 2025-04 2025-05 2025-07 2025-08 2025-09 2025-10 2025-11",
         "", ["The tab has the ends of half-years only, so there are figures of half-years and longer."]),
        ("2025-01|2025-03|2025-04", "2025-02", "month_missing B1", []),
        ("2025-01|2025-02|2025-03", "", "", []),
    ],
)  # fmt: skip
def test_a_month_without_a_column_is_not_known(
    headings: str, unknown: str, problems: str, decisions: list[str]
) -> None:
    parsed = parse(sheet("MRR", f"Account ID|{headings}\na|100|110|120\nb|50|50|"))
    assert (list_unknown(parsed), places(parsed.problems)) == (unknown, problems)
    assert list_month_decisions(parsed) == decisions


def test_a_month_of_a_long_tab_that_no_account_has_is_not_known() -> None:
    rows = "Account ID|Month|MRR\na|2025-03|100\nb|2025-03|50\na|2025-06|110\nb|2025-06|50\na|2025-09|110"
    parsed = parse(sheet("Revenue", rows))
    assert list_unknown(parsed) == "2025-04 2025-05 2025-07 2025-08"
    assert list_month_decisions(parsed) == [QUARTERS]
    # b left in the quarter to September: at the close that the tab has, not in the month after June.
    assert panel(parsed.ledger) == "2025-03: a 100 100 100 110 110 110 110, b 50 50 50 50 50 50 0"


def test_a_blank_next_to_a_missing_month_is_still_a_gap() -> None:
    parsed = parse(sheet("MRR", "Account ID|2025-01|2025-02|2025-04\na|0||100\nb|5|5|5"))
    assert places(parsed.problems) == "month_missing C1, gap C2"
    parsed = parse(sheet("MRR", "Account ID|2025-01|2025-02|2025-04\na|0||0\nb|5|5|5"))
    assert places(parsed.problems) == "month_missing C1"


def test_a_month_that_the_tab_does_not_have_needs_no_rate() -> None:
    parsed = parse(
        sheet("MRR", "Account ID|Currency|2025-03|2025-06\na|USD|100|100\nb|EUR|50|50"),
        sheet("FX", "Month|Currency|Rate\n2025-03|USD|0.9\n2025-06|USD|0.8"),
    )
    ledger = parsed.ledger
    assert not parsed.problems
    assert not ledger.accounts.excluded.any()
    june = Month.of(2025, 6)
    assert ledger.mrr(june, june).tolist() == [8_000, 5_000]


def test_accounts_with_amounts_every_few_months_are_doubted() -> None:
    grid = sheet("Revenue", "Customer|2025-01|2025-02|2025-03|2025-04\na|30|||30\nb|10|10|10|10\nc|20||20|")
    parsed = parse(grid)
    assert panel(parsed.ledger) == "2025-01: a 30 0 0 30, b 10 10 10 10, c 20 0 20 0"
    doubts = [decision for decision in parsed.decisions if decision.is_doubted]
    assert [(doubt.statement.values["count"], doubt.config_line) for doubt in doubts] == [(2, 'workbook.unit = "MRR"')]


@pytest.mark.parametrize(("blank_month", "problems"), [("zero", ""), ("carry", "amount_unreadable D2")])
def test_a_dash_is_a_blank_unless_blanks_repeat_an_amount(blank_month: BlankMonth, problems: str) -> None:
    grid = sheet("MRR", "Account ID|2025-01|2025-02|2025-03\na|10|10|-\nb|10|10|10")
    parsed = parse_tabs([grid], options(today=TODAY, blank_month=blank_month))
    assert panel(parsed.ledger) == f"2025-01: a{'*' * bool(problems)} 10 10 0, b 10 10 10"
    assert places([problem for problem in parsed.problems if problem.severity == "error"]) == problems


def test_the_total_of_an_account_adds_up_the_rows_of_its_tab() -> None:
    rows = "a|Base|{0}\na|Support|{0}\na|Total|{1}\nb|Base|{1}\nb|Support|{1}\nb|Total|{2}"
    grids = [
        sheet(f"MRR {year}", f"Account ID|Product|{year}-12\n{rows.format(*amounts)}")
        for year, amounts in ((2023, (1, 2, 4)), (2024, (3, 6, 12)))
    ]
    parsed = parse_tabs(grids, options(today=TODAY))
    assert not parsed.ledger.accounts.excluded.any()
    assert panel(parsed.ledger).endswith("a 2 2 2 2 2 2 2 2 2 2 2 2 6, b 4 4 4 4 4 4 4 4 4 4 4 4 12")
