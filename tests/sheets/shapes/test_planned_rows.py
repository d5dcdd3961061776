"""Rows, months and tabs of a plan are never read as revenue: they are left out and reported, or asked about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.cells.plan_words import is_plan_title, read_figures
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.ingest.understanding import understand_workbook
from sheets.workbook.port import Area, Grid
from tests.support.notation import LATER, options, panel, places, sheet

WIDE = "Customer|2025-01|2025-02\nAster|1|2\nBirch|3|3"
EXPECTED = "2025-01: Aster 1 2, Birch 3 3"
OPTIONS = replace(options(today=LATER), currency_is_configured=False)


def parse(*grids: Grid) -> ParsedWorkbook:
    return parse_tabs(grids, OPTIONS)


def say(parsed: ParsedWorkbook) -> str:
    return " ".join(str(decision.statement) for decision in parsed.decisions)


@pytest.mark.parametrize(
    ("rows", "statement"),
    [
        (
            "Customer|Scenario|2025-01|2025-02\nAster|Actual|1|2\nAster|Budget|9|9\nBirch|Actual|3|3\nBirch|Budget|9|9",
            "Rows marked Budget in “Scenario” are a plan, and are not read (2).",
        ),
        (
            "Client|Scénario|2025-01|2025-02\nAster|Réel|1|2\nAster|Budget 2026|9|9\nBirch|Réalisé|3|3\nBirch|FC1|9|9",
            "Rows marked Budget 2026, FC1 in “Scénario” are a plan, and are not read (2).",
        ),
        (
            "Customer|Version|2025-01|2025-02\nAster|Actuals|1|2\nBirch|Actuals|3|3\nAster|Target|9|\nAster|Reforecast||9",
            "Rows marked Target, Reforecast in “Version” are a plan, and are not read (2).",
        ),
        (
            "Client|Type de chiffre|2025-01|2025-02\nAster|Prévu|9|9\nAster|Réel|1|2\nBirch|Réel|3|3\nTotal||4|5",
            "Rows marked Prévu in “Type de chiffre” are a plan, and are not read (1).",
        ),
        (
            "Customer|Data|2025-01|2025-02\nAster|Actual|1|2\nAster|Forecast|9|9\nBirch|Actual|3|3",
            "Rows marked Forecast in “Data” are a plan, and are not read (1).",
        ),
        (
            "Customer|2025-01|2025-02\nActual||\nAster|1|2\nBirch|3|3\nBudget 2025||\nAster|9|9\nBirch|9|9",
            "Rows below “Budget 2025” are a plan, and are not read (2).",
        ),
        (
            f"{WIDE}\nTotal|4|5\nBudget|8|8\nVariance|-4|-3",
            "Rows below the accounts, such as “Budget”, are no accounts, and are not read (2).",
        ),
    ],
)
def test_rows_of_a_plan(rows: str, statement: str) -> None:
    parsed = parse(sheet("MRR", rows))
    assert panel(parsed.ledger) == EXPECTED
    assert statement in say(parsed)
    assert "implausible" not in places(parsed.problems)


def test_a_date_is_a_month_where_only_a_plan_repeats_it() -> None:
    rows = "A|2025-01-31d|Actual|1\nA|2025-01-31d|Plan|9\nA|2025-02-28d|Actual|2\nA|2025-02-28d|Plan|9"
    parsed = parse(sheet("MRR", f"Customer|Date|Type of figure|MRR\n{rows}"))
    assert panel(parsed.ledger) == "2025-01: A 1 2"


def test_lines_of_a_pipeline_are_no_subscriptions() -> None:
    lines = "Customer|Start|End|MRR|Scenario\nAster|2025-11-01d||10|Actual\nCedar|2025-11-01d||99|Pipeline"
    assert panel(parse(sheet("Subscriptions", lines)).ledger) == "2025-11: Aster 10 10"


def test_a_problem_below_a_row_of_a_plan_is_at_its_cell() -> None:
    parsed = parse(sheet("MRR", "Customer|Scenario|2025-01|2025-02\nA|Budget|9|9\nA|Actual|1|2\nB|Actual|soon|1"))
    assert places(parsed.problems) == "amount_unreadable C4"


def test_a_customer_merged_over_its_scenarios() -> None:
    rows = "Customer|Scenario|2025-01|2025-02\nAster|Budget|9|9\n|Actual|1|2\nBirch|Budget|9|9\n|Actual|3|3"
    merges = (Area(1, 0, 3, 1), Area(3, 0, 5, 1))
    assert panel(parse(replace(sheet("MRR", rows), merges=merges)).ledger) == EXPECTED


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "Customer|Scenario|2025-01|2025-02\nAster|Actual|1|2\nAster|Base|9|9\nAster|Upside|9|9",
            "has rows marked Base, Upside in “Scenario”",
        ),
        ("Customer|Version|2025-01|2025-02\nAster|Budget|9|9\nAster|V2|1|2", "has rows marked V2 in “Version”"),
        (
            "Scenario|Customer|2025-01|2025-02\nActual|Aster|1|2\n|Birch|3|3\nBudget|Aster|9|9\n|Birch|9|9",
            "rows with nothing there, such as row 3",
        ),
    ],
)
def test_rows_that_may_be_a_plan_are_a_question(rows: str, message: str) -> None:
    with pytest.raises(WorkbookLayoutError, match=message):
        parse(sheet("MRR", rows))


def test_several_plans_are_not_added_up() -> None:
    rows = "Customer|Scenario|2025-01|2025-02\nAster|Budget|1|2\nAster|Forecast|9|9"
    with pytest.raises(WorkbookLayoutError, match="rows marked Budget, Forecast"):
        parse_tabs([sheet("MRR", rows)], replace(OPTIONS, revenue_tab="MRR"))


def test_a_version_of_a_product_is_a_segment() -> None:
    rows = "Customer|Version|2025-01|2025-02\nAster|Pro|1|2\nBirch|Basic|3|3\nCedar|Pro|1|1"
    assert "version" in parse(sheet("MRR", rows)).ledger.columns


def test_customers_named_like_a_plan() -> None:
    rows = "Customer|2025-01|2025-02\nBudget|1|2\nTarget|1|1\nActual||\nDelta|3|3"
    assert panel(parse(sheet("MRR", rows)).ledger) == "2025-01: Budget 1 2, Target 1 1, Delta 3 3"


@pytest.mark.parametrize(
    "title", ["Budget", "Forecast", "Plan", "Pipeline", "Prévision", "Objectif", "MRR Budget 2026"]
)
@pytest.mark.parametrize("months", ["2025-01|2025-02", "2025-03|2025-04"])
def test_a_tab_of_a_plan_is_not_read_next_to_another(title: str, months: str) -> None:
    plan = sheet(title, f"Customer|{months}\nAster|9|9\nCedar|9|9")
    parsed = parse(sheet("Actual", WIDE), plan)
    assert panel(parsed.ledger) == EXPECTED
    assert f"The tab “{title}” is a plan, such as a budget, a forecast or a pipeline." in say(parsed)
    tabs = understand_workbook([sheet("Actual", WIDE), plan], OPTIONS).tabs
    assert [tab.is_read for tab in tabs] == [True, False]


def test_a_plan_does_not_make_customers_of_subscriptions() -> None:
    lines = sheet("Contracts", "Customer|Start|End|MRR|Region\nAster|2025-11-01d||10|North")
    parsed = parse(lines, sheet("Forecast", WIDE))
    assert panel(parsed.ledger) == "2025-11: Aster 10 10"


def test_the_totals_of_a_plan_are_no_oracle() -> None:
    kpis = sheet("Budget", "KPI|2025-01|2025-02|2025-03\nMRR|99|99|99\nChurn|1|1|1")
    assert parse(sheet("MRR", WIDE), kpis).reconciliations == []


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("Prévision", WIDE),
        ("MRR", f"Budget 2025||\n{WIDE}"),
        ("MRR", "Customer|Scenario|2025-01|2025-02\nAster|Budget|1|2\nBirch|Budget|3|3"),
        ("MRR", "Customer|Jan 2025 Budget|Feb 2025 Budget\nAster|1|2\nBirch|3|3"),
    ],
)
def test_a_plan_alone_is_refused_by_name_unless_the_config_names_it(title: str, rows: str) -> None:
    grid = sheet(title, rows)
    with pytest.raises(WorkbookLayoutError, match=f"The tab “{title}” is a plan") as caught:
        parse(grid)
    assert f'workbook.revenue_tab = "{title}"' in str(caught.value)
    (tab,) = understand_workbook([grid], OPTIONS).tabs
    assert "is a plan" in str(tab.statements[0])
    if "Jan 2025 Budget" not in rows:
        assert panel(parse_tabs([grid], replace(OPTIONS, revenue_tab=title)).ledger) == EXPECTED


def test_tabs_for_each_plan_that_customers_are_on_are_revenue() -> None:
    tabs = [sheet(f"Plan {name}", f"Customer|2025-01|2025-02\n{name} Ltd|1|1\n{name} SA|2|2") for name in ("A", "B")]
    assert len(parse(*tabs).ledger.accounts.ids) == 4


@pytest.mark.parametrize(
    "rows",
    [
        "|Actual|Budget|Actual|Budget\nCustomer|2025-01|2025-01|2025-02|2025-02\nAster|1|9|2|9\nBirch|3|9|3|9",
        "||Budget||Budget\nCustomer|2025-01|2025-01|2025-02|2025-02\nAster|1|9|2|9\nBirch|3|9|3|9",
        "Client|janv. 2025|janv. 2025|févr. 2025|févr. 2025\n|Réel|Budget|Réel|Budget\nAster|1|9|2|9\nBirch|3|9|3|9",
        "Customer|Jan 2025|Jan 2025|Feb 2025|Feb 2025\n|A|B|A|B\nAster|1|9|2|9\nBirch|3|9|3|9",
        "|2025|||\n|Jan||Feb|\nCustomer|Budget|Actual|Budget|Actual\nAster|9|1|9|2\nBirch|9|3|9|3",
        "|Actual||Budget|\nCustomer|2025-01|2025-02|2025-03|2025-04\nAster|1|2|9|9\nBirch|3|3|9|9",
        "MRR||||\n||||FC 2025\nCustomer|2025-01-01d|2025-02-01d||2025-03-01d\nAster|1|2||9\nBirch|3|3||9",
        "|Réel||Prévision|\n|2025|||\nClient|Jan|Feb|Mar|Apr\nAster|1|2|9|9\nBirch|3|3|9|9",
        "Customer|Jan 2025|Feb 2025|Mar 2025|Apr 2025\n|Actual|Actual|Forecast|Forecast\nAster|1|2|9|9\nBirch|3|3|9|9",
    ],
)
def test_a_row_of_actual_and_budget_above_or_below_the_months(rows: str) -> None:
    parsed = parse(sheet("MRR", rows))
    assert panel(parsed.ledger) == EXPECTED
    assert places(parsed.problems) == ""
    assert "Only actual amounts are read." in say(parsed)


def test_a_merged_band_ends_with_its_cells() -> None:
    rows = "||Budget||\nCustomer|2025-01|2025-02|2025-03|2025-04\nAster|1|9|9|2\nBirch|3|9|9|3"
    parsed = parse(replace(sheet("MRR", rows), merges=(Area(0, 2, 1, 4),)))
    assert [str(month) for month in parsed.ledger.closes] == ["2025-01", "2025-04"]
    assert "left out: 2025-02 Budget, 2025-03 Budget." in say(parsed)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Actual", "actual"),
        ("Réalisé 2025", "actual"),
        ("FC1", "plan"),
        ("Budget_2026", "plan"),
        ("BudgetV2", "plan"),
        ("Pro plan", None),
        ("Actual vs Budget", None),
        ("Base", None),
        ("2026", None),
    ],
)
def test_words_of_actual_and_planned(text: str, figures: str | None) -> None:
    assert read_figures(text) == figures


@pytest.mark.parametrize(
    ("title", "is_plan"),
    [
        ("MRRBudget2026", True),
        ("Business plan", True),
        ("Forecast by customer", True),
        ("MRR by plan", False),
        ("Budget vs actual", False),
        ("MRR hors pipeline", False),
        ("Plan Pro", False),
        ("MRR", False),
    ],
)
def test_titles_of_a_plan(title: str, *, is_plan: bool) -> None:
    assert is_plan_title(title) is is_plan
