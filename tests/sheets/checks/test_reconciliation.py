"""The sheet's own totals are compared with the sums of the accounts, and the cells that differ are named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sheets.ingest.parse import parse_tabs
from sheets.workbook.port import Grid
from tests.support.notation import LATER, options, sheet

KPI = sheet("KPI", "|2025-01|2025-02\nNew MRR|5|5\nEnding MRR|30|99\nARR|360|480")


def reconcile_tabs(*grids: Grid, fiscal_year_starts: int = 1) -> list[tuple[str, str, int, list[str], str]]:
    """Return (tab, cell, cells compared, differences, cause) of each total, and check that each has its problem."""
    parsed = parse_tabs(grids, replace(options(today=LATER), fiscal_year_starts=fiscal_year_starts))
    totals = [
        (
            total.tab,
            total.cell,
            total.cells,
            [f"{gap.period}: {gap.ours} not {gap.theirs}" for gap in total.differences],
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
            "a|10|20\nb|20|21\nc|7|8\nd|5|6\nTotal|30|41",
            ("MRR", "A6", 2, ["2025-01: 42 not 30", "2025-02: 55 not 41"], "implausible_total_rows 4 5"),
            id="the last two rows below the sum",
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
        ("KPI", "A2", 1, ["2025-02: 0.00 not 5"], "implausible_total_change"),
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
    across = sheet("MRR waterfall", f"|2025-01|2025-02\nCustomers|5|5\n{label}|30|99")
    assert reconcile_tabs(REVENUE, across) == [
        ("MRR waterfall", "A3", 2, ["2025-02: 40.00 not 99"], "implausible_total"),
    ]


@pytest.mark.parametrize(
    "label",
    ["MRR growth %", "MRR %", "MRR (USD)", "Total", "MRR per account", "MRR and ARR", "Customers at end", "Net MRR",
     "New customers", "MRR churn rate", "New and expansion MRR"],
)  # fmt: skip
def test_the_words_for_something_else(label: str) -> None:
    assert reconcile_tabs(REVENUE, sheet("MRR waterfall", f"|2025-01|2025-02\n{label}|30|99")) == []


def test_a_tab_in_another_currency_is_not_compared() -> None:
    rows = "|2025-01|2025-02\nClosing MRR|30|99"
    assert reconcile_tabs(REVENUE, sheet("MRR USD", rows), sheet("KPI", f"Figures in USD\n{rows}")) == []
    assert len(reconcile_tabs(REVENUE, sheet("MRR EUR", rows))) == 1


CHANGES = """Account ID|2024-12|2025-01|2025-02|2025-03|2025-04|2025-05|2025-06
a|100|100|130|130|130|130|90
b|50|50|50|0|0|40|40
c||20|20|20|20|20|0
d||||60|60|80|80"""


@pytest.mark.parametrize(
    ("row", "differences"),
    [
        pytest.param("Opening MRR|150|170|200|210|210|271", ["2025-06: 270.00 not 271"], id="opening"),
        pytest.param("MRR début|150|170|200|210|210|270", [], id="opening in French"),
        pytest.param("Starting ARR|1800|2040|2400|2520|2520|3240", [], id="opening in ARR"),
        pytest.param("Closing MRR|170|200|210|210|270|210", [], id="closing"),
        pytest.param("New MRR|20|0|60|0|0|0", [], id="new"),
        pytest.param("New MRR|20|0|60|0|40|0", [], id="new with one who is back"),
        pytest.param("New customer MRR|20|0|55|0|0|0", ["2025-03: 60.00 not 55"], id="new, one differs"),
        pytest.param("Reactivation|0|0|0|0|40|0", [], id="reactivation"),
        pytest.param("Expansion|0|30|0|0|20|0", [], id="expansion"),
        pytest.param("Contraction|0|0|0|0|0|-40", [], id="contraction below zero"),
        pytest.param("MRR perdu|0|0|50|0|0|20", [], id="churn in French"),
        pytest.param("Lost MRR|0|0|50|0|0|60", [], id="churn with contraction"),
        pytest.param("Net new MRR|20|30|10|0|60|-61", ["2025-06: -60.00 not -61"], id="net"),
        pytest.param("MRR churn|0|0|0.25|0|0|0.07", None, id="a rate"),
        pytest.param("Expansion|9|9|9|9|9|9", None, id="something else"),
    ],
)
def test_a_waterfall_is_an_oracle(row: str, differences: list[str] | None) -> None:
    months = "|".join(f"2025-0{month}" for month in range(1, 7))
    totals = reconcile_tabs(sheet("MRR", CHANGES), sheet("MRR waterfall", f"|{months}\n{row}"))
    assert [total[3] for total in totals] == ([] if differences is None else [differences])


def test_the_changes_of_a_waterfall_whose_closes_agree_are_compared() -> None:
    rows = "|2025-01|2025-02|2025-03\nOpening MRR|150|170|200\nNew|99|99|99\nClosing balance|170|200|210"
    (_, new, _) = reconcile_tabs(sheet("MRR", CHANGES), sheet("Waterfall", rows))
    assert new == (
        "Waterfall", "A3", 3, ["2025-01: 20.00 not 99", "2025-02: 0.00 not 99", "2025-03: 60.00 not 99"],
        "implausible_total_change",
    )  # fmt: skip


QUARTERS = """KPI|Q1 2025|Q2 2025
MRR|210|211
ARR|2520|2520
Opening MRR|150|210
New MRR|80|0
Net new MRR|60|0"""


def test_a_quarter_is_compared_with_the_close_of_its_last_month() -> None:
    french = QUARTERS.replace("Q1", "T1").replace("Q2", "T2")
    for kpis in (QUARTERS, french):
        assert reconcile_tabs(sheet("MRR", CHANGES), sheet("KPI", kpis)) == [
            ("KPI", "A2", 2, ["Q2 2025: 210.00 not 211"], "implausible_total"),
            ("KPI", "A3", 2, [], "implausible_total"),
            ("KPI", "A4", 2, [], "implausible_total"),
            ("KPI", "A5", 2, [], "implausible_total_change"),
            ("KPI", "A6", 2, [], "implausible_total_change"),
        ]
    assert reconcile_tabs(sheet("MRR", CHANGES), sheet("KPI", QUARTERS), fiscal_year_starts=4) == []


def test_quarters_among_the_months_are_periods_of_their_own() -> None:
    rows = "MRR|2025-01|2025-02|2025-03|Q1 2025\nNew MRR|20|0|60|80\nMRR|170|200|210|200"
    assert reconcile_tabs(sheet("MRR", CHANGES), sheet("KPI", rows)) == [
        ("KPI", "A2", 4, [], "implausible_total_change"),
        ("KPI", "A3", 4, ["Q1 2025: 210.00 not 200"], "implausible_total"),
    ]


def test_of_several_rows_with_one_label_only_the_one_that_agrees_is_the_company() -> None:
    rows = "|2025-01|2025-02\nClosing MRR|10|20\nClosing MRR|20|20\nClosing MRR|30|40"
    assert [total[1] for total in reconcile_tabs(REVENUE, sheet("MRR waterfall", rows))] == ["A4"]


def test_amounts_that_could_be_days_are_no_headings() -> None:
    revenue = sheet("MRR", "Account ID|2025-01|2025-02\na|39000|39500\nb|1000|1000")
    rows = "|2025-01|2025-02\nPipeline|39300|41100\nClosing MRR|40000|40500"
    assert [total[3] for total in reconcile_tabs(revenue, sheet("MRR waterfall", rows))] == [[]]


def test_thousands_are_as_exact_as_their_decimals() -> None:
    revenue = sheet("MRR", "Account ID|2025-01|2025-02\na|1250|900\nb|0|200")
    rows = "|2025-01|2025-02\nMRR (k€)|1.3|1.3\nNew MRR (k€)||0.2"
    assert [total[3] for total in reconcile_tabs(revenue, sheet("KPI", rows))] == [["2025-02: 1.10 not 1.3"], []]


def test_months_down() -> None:
    written = "Mois | New MRR | MRR fin | ARR\n2025-01|5|30|360\n2025-02|5|41|480\n\nMRR|is|in|euros"
    assert reconcile_tabs(REVENUE, sheet("Suivi", written)) == [
        ("Suivi", "B1", 1, ["2025-02: 0.00 not 5"], "implausible_total_change"),
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


def test_each_tab_of_a_year_has_its_total() -> None:
    tabs = (
        sheet("MRR 2024", "Account ID|2024-11|2024-12\na|10|20\nb|20|20\nTotal|30|41"),
        sheet("MRR 2025", "Account ID|2025-01|2025-02\na|10|20\nb|20|20\nTotal|30|40"),
    )
    assert [(total[0], total[2], total[3]) for total in reconcile_tabs(*tabs)] == [
        ("MRR 2024", 2, ["2024-12: 40 not 41"]),
        ("MRR 2025", 2, []),
    ]


ACCOUNTS = """Account ID|2024-12|2025-01|2025-02|2025-03|2025-04|2025-05
a|100|100|130|130|130|130
b|50|50|50|||
c|35|35|35|20|20|20
d||21|21|21|21|21
e|||10|10|17|17
f|70|70|70|70|70|70
g|70|70|70|70|70|70
|5|5|5|5|5|5"""
LINES = """Account ID|Start|End|MRR
a|2024-12-01d||100
b|2024-12-01d|2025-03-15d|50
c|2025-01-01d||20"""


def list_parts(revenue: str, rows: str) -> list[str]:
    """Return month and parts of each difference of the one row of a waterfall that differs."""
    months = "|".join(f"2025-0{month}" for month in range(1, 6))
    grids = (sheet("MRR", revenue), sheet("MRR waterfall", f"|{months}\n{rows}"))
    (total,) = (total for total in parse_tabs(grids, options(today=LATER)).reconciliations if total.differences)
    return [
        f"{gap.period}: "
        + " + ".join(" ".join(filter(None, (part.kind, str(part), str(part.month or "")))) for part in gap.parts)
        for gap in total.differences
    ]


CLOSES = "MRR|346|386|321|328|328"


@pytest.mark.parametrize(
    ("revenue", "rows", "expected"),
    [
        pytest.param(ACCOUNTS, "MRR|311|386|321|328|328", ["2025-01: close c (MRR!C4)"], id="an account left out"),
        pytest.param(ACCOUNTS, "MRR|276|386|321|328|328", ["2025-01: "], id="one of two accounts"),
        pytest.param(ACCOUNTS, "MRR|346|386|321|328|300", ["2025-05: "], id="no account"),
        pytest.param(
            ACCOUNTS, "MRR|346|386|321|328|177", ["2025-05: close a (MRR!G2) + close d (MRR!G5)"], id="two accounts"
        ),
        pytest.param(ACCOUNTS, "ARR|4152|4632|3852|3936|2376", ["2025-05: close a (MRR!G2)"], id="in ARR"),
        pytest.param(ACCOUNTS, "MRR|346|386|371|328|328", ["2025-03: churn b (MRR!E3)"], id="one that had left"),
        pytest.param(
            ACCOUNTS, "MRR|346|386|321|333|328", ["2025-04: no_account MRR!F9"], id="a row without an account"
        ),
        pytest.param(
            ACCOUNTS,
            f"{CLOSES}\nChurn|0|0|0|50|0",
            ["2025-03: churn b (MRR!E3)", "2025-04: churn b (MRR!E3) 2025-03"],
            id="churn a month later",
        ),
        pytest.param(ACCOUNTS, f"{CLOSES}\nChurn|0|0|0|0|0", ["2025-03: churn b (MRR!E3)"], id="no churn"),
        pytest.param(ACCOUNTS, f"{CLOSES}\nExpansion|0|40|0|7|0", ["2025-02: new e (MRR!D6)"], id="new as expansion"),
        pytest.param(
            ACCOUNTS, f"{CLOSES}\nNet new MRR|21|40|-50|7|0", ["2025-03: contraction c (MRR!E4)"], id="net change"
        ),
        pytest.param(LINES, "MRR|170|170|170|120|120", ["2025-03: churn b (MRR!D3)"], id="a line that had ended"),
        pytest.param(
            "Account ID|Month|MRR\na|2025-01|10\nb|2025-01|20\na|2025-02|10",
            "MRR|30|30",
            ["2025-02: churn b (MRR!C3)"],
            id="an account without a row of that month",
        ),
        pytest.param(
            "Account ID|2025-01|2025-02\na|10|'20\nb|20|30", "MRR|30|30", ["2025-02: text MRR!C2"], id="a text"
        ),
    ],
)
def test_the_accounts_that_make_a_difference(revenue: str, rows: str, expected: list[str]) -> None:
    assert list_parts(revenue, rows) == expected


def test_two_accounts_of_many_are_not_named() -> None:
    amounts = "\n".join(f"a{number}|{2**number}|{2**number}" for number in range(42))
    revenue, total = f"Account ID|2025-01|2025-02\n{amounts}", 2**42 - 1
    assert list_parts(revenue, f"MRR|{total}|{total - 8}") == ["2025-02: close a3 (MRR!C5)"]
    assert list_parts(revenue, f"MRR|{total}|{total - 12}") == ["2025-02: "]
