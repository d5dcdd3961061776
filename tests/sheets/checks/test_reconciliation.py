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


def test_a_tab_of_amounts_without_a_total_is_no_oracle() -> None:
    assert reconcile_tabs(sheet("MRR", "Account ID|2025-01|2025-02\na|10|20\nb|20|20")) == []
