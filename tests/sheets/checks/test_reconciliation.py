"""The sheet's own totals are compared with the sums of the accounts, and the cells that differ are named."""

from __future__ import annotations

import pytest

from sheets.ingest.parse import parse_tabs
from sheets.workbook.port import Grid
from tests.support.notation import LATER, options, sheet

KPI = sheet("KPI", "|2025-01|2025-02\nNew MRR|5|5\nEnding MRR|30|99\nARR|360|480")


def reconcile_tabs(*grids: Grid) -> list[tuple[str, str, int, list[str], str]]:
    """Return (tab, cell, months compared, differences, cause) of each total, and check that each has its problem."""
    parsed = parse_tabs(grids, options(today=LATER))
    totals = [
        (
            total.tab,
            total.cell,
            total.months,
            [f"{gap.month}: {gap.ours} not {gap.theirs}" for gap in total.differences],
            " ".join([total.cause.code, *(value for _, value in total.cause.values)]),
        )
        for total in parsed.reconciliations
    ]
    reported = [problem.place for problem in parsed.problems if problem.code.startswith("implausible_total")]
    assert reported == [f"{tab}!{cell}" for tab, cell, _, differences, _ in totals if differences]
    return totals


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            "a|10|20\nb|20|20\nTotal|30|40", ("MRR", "A4", 2, [], "implausible_total"), id="the total is right"
        ),
        pytest.param(
            "a|10|20\nb|'20|20\nTotal|10|40",
            ("MRR", "A4", 2, ["2025-01: 30 not 10"], "implausible_total_texts B3"),
            id="a text that a spreadsheet does not add",
        ),
        pytest.param(
            "a|10|20\nb|20|21\nc|7|8\nTotal|27|28",
            ("MRR", "A5", 2, ["2025-01: 37 not 27", "2025-02: 49 not 28"], "implausible_total"),
            id="no one row explains all months",
        ),
        pytest.param(
            "a|10|20\nb|20|21\nc|7|8\nTotal|27|29",
            ("MRR", "A5", 2, ["2025-01: 37 not 27", "2025-02: 49 not 29"], "implausible_total_row 2"),
            id="a row outside of the sum",
        ),
        pytest.param(
            "a|10|20\nSous-total|10|20\nb|20|21\nSous-total|20|21\nTotal|30|41",
            ("MRR", "A6", 2, [], "implausible_total"),
            id="subtotals are not the total",
        ),
        pytest.param(
            "a|10|20\nb|20|21\n|7|8\nTotal|37|49",
            ("MRR", "A5", 2, [], "implausible_total"),
            id="a row without an ID is in the sheet's total",
        ),
    ],
)
def test_the_total_row(rows: str, expected: tuple[str, str, int, list[str], str]) -> None:
    assert reconcile_tabs(sheet("MRR", f"Account ID|2025-01|2025-02\n{rows}")) == [expected]


def test_a_table_of_kpis_is_an_oracle_too() -> None:
    totals = reconcile_tabs(sheet("MRR", "Account ID|2025-01|2025-02\na|10|20\nb|20|20"), KPI)
    assert totals == [
        ("KPI", "A3", 2, ["2025-02: 40.00 not 99"], "implausible_total"),
        ("KPI", "A4", 2, [], "implausible_total"),
    ]


REVENUE = sheet("MRR", "Account ID|2025-01|2025-02\na|10|20\nb|20|20")


@pytest.mark.parametrize(
    "label",
    [
        *("MRR", "Total MRR", "Ending MRR (€)", "MRR end of month", "Closing MRR, EUR", "EOM MRR", "MRR fin de mois"),
        *("MRR de clôture", "MRR total", "Monthly recurring revenue", "Revenu récurrent mensuel", "Closing balance"),
    ],
)
def test_the_words_for_mrr_at_a_close(label: str) -> None:
    across = sheet("MRR waterfall", f"|2025-01|2025-02\nNew MRR|5|5\n{label}|30|99")
    assert reconcile_tabs(REVENUE, across) == [
        ("MRR waterfall", "A3", 2, ["2025-02: 40.00 not 99"], "implausible_total"),
    ]


@pytest.mark.parametrize(
    "label",
    ["New MRR", "Net new MRR", "Opening MRR", "MRR début", "MRR growth %", "MRR %", "MRR (USD)", "Total", "Churned MRR",
     "MRR per account", "MRR and ARR", "Customers at end"],
)  # fmt: skip
def test_the_words_for_something_else(label: str) -> None:
    assert reconcile_tabs(REVENUE, sheet("MRR waterfall", f"|2025-01|2025-02\n{label}|30|99")) == []


def test_months_down() -> None:
    written = "Mois | New MRR | MRR fin | ARR\n2025-01|5|30|360\n2025-02|5|41|480\n\nMRR|is|in|euros"
    assert reconcile_tabs(REVENUE, sheet("Suivi", written)) == [
        ("Suivi", "C1", 2, ["2025-02: 40.00 not 41"], "implausible_total"),
        ("Suivi", "D1", 2, [], "implausible_total"),
    ]


def test_rows_of_one_month_each_account_are_no_total() -> None:
    rows = "2025-01|x|1\n2025-01|y|2\n2025-02|x|3"
    assert reconcile_tabs(REVENUE, sheet("Old", f"Month|Who|MRR\n{rows}")) == []


def test_a_total_of_a_tab_that_splits_mrr() -> None:
    split = "Month|Enterprise|SMB|Total\n2025-01|10|20|30\n2025-02|20|21|41"
    assert reconcile_tabs(REVENUE, sheet("MRR by segment", split)) == [
        ("MRR by segment", "D1", 2, ["2025-02: 40.00 not 41"], "implausible_total")
    ]
    assert reconcile_tabs(REVENUE, sheet("Customers by segment", split)) == []


@pytest.mark.parametrize(
    ("revenue", "kpis", "cause"),
    [
        pytest.param(
            "Account ID|2025-01|2025-02\na|10|'20\nb|20|20", "MRR|30|20", "implausible_total_texts MRR!C2", id="a text"
        ),
        pytest.param(
            "Account ID|2025-01|2025-02\na|10|20\nb|20|21", "ARR|120|240", "implausible_total_row MRR!3", id="a row"
        ),
        pytest.param(
            "Account ID|Month|MRR\na|2025-01|10\nb|2025-01|20\na|2025-02|20\nb|2025-02|'20",
            "MRR|30|20",
            "implausible_total_texts MRR!C5",
            id="a text of a long tab",
        ),
        pytest.param("Account ID|2025-01|2025-02\na|10|20\nb|20|21", "MRR|30|99", "implausible_total", id="nothing"),
    ],
)
def test_the_cells_that_a_kpi_tab_does_not_count(revenue: str, kpis: str, cause: str) -> None:
    (total,) = reconcile_tabs(sheet("MRR", revenue), sheet("KPI", f"|2025-01|2025-02\n{kpis}"))
    assert total[4] == cause


def test_a_tab_of_amounts_without_a_total_is_no_oracle() -> None:
    assert reconcile_tabs(sheet("MRR", "Account ID|2025-01|2025-02\na|10|20\nb|20|20")) == []
