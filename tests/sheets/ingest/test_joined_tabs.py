"""Tabs are joined only if they are parts of one: of one unit, and in a currency each that is stated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.workbook.port import Grid
from tests.support.notation import LATER, options, panel, places, sheet

OURS = "Customer|2025-01|2025-02\nAster|10|20\nBirch|5|4"
OTHERS = "Customer|2025-01|2025-02\nCedar|9|18\nDahlia|4|3"
OLD = "Customer|2024-11|2024-12\nAster|10|10\nBirch|5|5"
PANEL = "2025-01: Aster 10 20, Birch 5 4, Cedar 9 18, Dahlia 4 3"
OPTIONS = replace(options(today=LATER), currency_is_configured=False)
RATES = sheet("FX", "Currency|Rate\nUSD|0.9")


def parse(*grids: Grid) -> ParsedWorkbook:
    return parse_tabs(grids, OPTIONS)


def list_currencies(parsed: ParsedWorkbook) -> list[str]:
    currencies = parsed.ledger.currencies
    return [currencies.of(account).code for account in range(len(currencies.codes))]


@pytest.mark.parametrize(
    "grids",
    [
        (sheet("USD", OURS), sheet("EUR", OURS)),
        (sheet("MRR USD", OLD), sheet("MRR EUR", OURS)),
        (sheet("MRR", OURS), sheet("ARR", OURS)),
        (sheet("MRR", OURS), sheet("ARR", OTHERS)),
        (sheet("MRR 2024", OLD), sheet("ARR 2025", OURS)),
        (sheet("France", f"MRR||\n{OURS}"), sheet("US", f"ARR||\n{OTHERS}")),
        (sheet("France", f"MRR in k€||\n{OURS}"), sheet("US", f"MRR in €||\n{OTHERS}")),
        (sheet("New", OURS), sheet("Churned MRR", OTHERS)),
    ],
)
def test_tabs_of_different_units_or_meanings_are_a_question(grids: tuple[Grid, ...]) -> None:
    with pytest.raises(WorkbookLayoutError, match="Which one is to be read"):
        parse(*grids)


@pytest.mark.parametrize("titles", [("Active", "Churned"), ("Clients actifs", "Clients perdus")])
def test_active_and_lost_customers_are_one_tab_without_a_segment(titles: tuple[str, str]) -> None:
    parsed = parse(sheet(titles[0], OURS), sheet(titles[1], OTHERS))
    assert panel(parsed.ledger) == PANEL
    assert not parsed.ledger.columns
    statements = {str(decision.statement) for decision in parsed.decisions}
    assert f"The tabs {', '.join(titles)} have different customers, and are read as one tab." in statements


def test_churned_amounts_of_the_same_customers_are_no_part() -> None:
    churned = "Customer|2025-01|2025-02|2025-03\nAster|||20\nBirch|||4"
    with pytest.raises(WorkbookLayoutError, match=r"Name it in the config, for example: workbook\.revenue_tab"):
        parse(sheet("MRR", OURS), sheet("Churned", churned))


def test_tabs_of_different_customers_that_are_not_joined_are_not_chosen_from() -> None:
    active = sheet("Active", "Customer|2025-01|2025-02\nAster|10|10")
    churned = sheet("Churned", "Customer|Start|End|MRR\nBirch|2025-01-01d|2025-02-28d|5")
    with pytest.raises(WorkbookLayoutError, match="They have different customers") as error:
        parse(active, churned)
    assert "revenue_tab" not in str(error.value)


LINES = "Customer|Plan|Start|End|MRR"
ROWS = "Customer|Month|MRR"
PARTS = {
    "lists of active and lost customers": (
        [
            sheet("Active", "Customer|Plan|Start|MRR\nAster|Pro|2025-01-01d|10\nCedar|Pro|2025-02-01d|7"),
            sheet("Churned", f"{LINES}\nBirch|Pro|2025-01-01d|2025-02-27d|5"),
        ],
        "2025-01: Aster 10 10 10, Cedar 0 7 7, Birch 5 0 0",
        "The tabs Active, Churned have different customers, and are read as one tab.",
    ),
    "contracts of each year": (
        [
            sheet("Contracts 2024", f"{LINES}\nAster|Pro|2024-12-01d|2025-01-31d|10\nBirch|Pro|2024-12-01d||5"),
            sheet("Contracts 2025", f"{LINES}\nAster|Pro|2025-02-01d||12\nCedar|Pro|2025-02-01d||7"),
        ],
        "2024-12: Aster 10 10 12 12, Birch 5 5 5 5, Cedar 0 0 7 7",
        "The tabs Contracts 2024, Contracts 2025 have different lines, and are read as one tab.",
    ),
    "months of each entity": (
        [
            sheet("France", f"{ROWS}\nAster|2025-01|10\nAster|2025-02|12"),
            sheet("Spain", f"{ROWS}\nBirch|2025-01|5\nBirch|2025-02|4"),
        ],
        "2025-01: Aster 10 12, Birch 5 4",
        "The tabs France, Spain have different customers, and are read as one tab with the segment Entity.",
    ),
    "months of each year, the last one twice": (
        [
            sheet("2024", f"{ROWS}\nAster|2024-11|10\nAster|2024-12|12\nBirch|2024-11|5\nBirch|2024-12|5"),
            sheet("2025", f"{ROWS}\nAster|2024-12|12\nAster|2025-01|13\nBirch|2024-12|5\nBirch|2025-01|5"),
        ],
        "2024-11: Aster 10 12 13, Birch 5 5 5",
        "Amounts of 2024-12 that two of the tabs 2024, 2025 have count once.",
    ),
    "changes of each year": (
        [
            sheet("Movements 2024", "Customer|Date|Change\nAster|2024-11-05d|10\nBirch|2024-12-05d|5"),
            sheet("Movements 2025", "Customer|Date|Change\nAster|2025-01-05d|-4\nCedar|2025-01-05d|7"),
        ],
        "2024-11: Aster 10 10 6, Birch 0 5 5, Cedar 0 0 7",
        "The tabs Movements 2024, Movements 2025 have different months, and are read as one tab.",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_tabs_of_lines_that_do_not_overlap_are_one_tab(name: str) -> None:
    grids, expected, statement = PARTS[name]
    parsed = parse(*grids)
    first, *accounts = panel(parsed.ledger).replace(", ", ",").split(",")
    cells = expected.split(", ")
    assert [text[: len(cell)] for text, cell in zip([first, *accounts], cells, strict=True)] == cells
    assert statement in {str(decision.statement) for decision in parsed.decisions}
    assert not [problem for problem in parsed.problems if not problem.code.startswith("implausible")]


def test_the_same_lines_in_two_tabs_are_versions() -> None:
    lines = f"{LINES}\nAster|Pro|2025-01-01d||10\nBirch|Pro|2025-01-01d||5"
    with pytest.raises(WorkbookLayoutError, match="Which one is to be read"):
        parse(sheet("March", lines), sheet("April", f"{lines}\nCedar|Pro|2025-02-01d||5"))
    with pytest.raises(WorkbookLayoutError, match="Which one is to be read"):
        parse(sheet("Old", f"{ROWS}\nAster|2025-01|10"), sheet("New", f"{ROWS}\nAster|2025-01|11"))


def test_a_line_that_two_tabs_have_is_a_problem() -> None:
    rows = "\n".join(f"A{number}|Pro|2025-01-01d||10" for number in range(9))
    others = "\n".join(f"B{number}|Pro|2025-01-01d||10" for number in range(9))
    parsed = parse(sheet("France", f"{LINES}\n{rows}"), sheet("Spain", f"{LINES}\n{others}\nA0|Pro|2025-01-01d||10"))
    assert [(problem.code, problem.account) for problem in parsed.problems if problem.severity == "error"] == [
        ("month_overlap", "A0")
    ]


def test_the_question_gives_the_total_in_the_currency_of_the_tab() -> None:
    with pytest.raises(WorkbookLayoutError, match=r"2025-02: 24\.00 USD.*2025-02: 24\.00 EUR"):
        parse(sheet("USD", OURS), sheet("EUR", OURS))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (sheet("US (USD)", OURS), sheet("France (EUR)", OTHERS)),
        (sheet("US USD", OURS), sheet("France EUR", OTHERS)),
        (sheet("US", f"MRR in USD||\n{OURS}"), sheet("France", f"MRR in EUR||\n{OTHERS}")),
        (
            sheet("US", "Customer|Currency|2025-01|2025-02\nAster|USD|10|20\nBirch|USD|5|4"),
            sheet("France (EUR)", OTHERS),
        ),
    ],
)
def test_entities_keep_a_currency_each(first: Grid, second: Grid) -> None:
    parsed = parse(first, second, RATES)
    assert panel(parsed.ledger) == PANEL
    assert list_currencies(parsed) == ["USD", "USD", "EUR", "EUR"]
    assert "entity" in parsed.ledger.columns
    assert not parsed.problems


def test_a_missing_rate_of_an_entity_names_its_tab() -> None:
    parsed = parse(sheet("France (EUR)", OTHERS), sheet("US (USD)", OURS))
    assert [(problem.code, problem.tab) for problem in parsed.problems] == [("fx_missing", "US (USD)")]
    assert parsed.ledger.accounts.excluded.tolist() == [False, False, True, True]


def test_an_entity_without_a_currency_is_refused_next_to_one_with_it() -> None:
    grids = (sheet("US (USD)", OURS), sheet("France", OTHERS))
    with pytest.raises(WorkbookLayoutError, match=r"not all name their currency: France\. .*“France \(EUR\)”"):
        parse(*grids)
    configured = parse_tabs([*grids, RATES], replace(OPTIONS, currency_is_configured=True))
    assert list_currencies(configured) == ["USD", "USD", "EUR", "EUR"]


def test_years_of_which_one_names_the_currency_are_all_in_it() -> None:
    parsed = parse(sheet("MRR 2024", OLD), sheet("MRR 2025 (USD)", OURS))
    assert panel(parsed.ledger) == "2024-11: Aster 10 10 10 20, Birch 5 5 5 4"
    assert "Every amount is in USD, so the figures are in USD." in {str(x.statement) for x in parsed.decisions}
    assert places(parsed.problems) == ""


FIRST_YEAR = "Customer|2024-09|2024-10|2024-11|2024-12\nAster|1|2||\nBirch|5|5||\nCedar|7|7||\nDahlia|4|4||"
SECOND_YEAR = "Customer|2025-01|2025-02\nAster|3|3\nBirch|5|5\nCedar|7|7"
ONE_TAB = (
    "Customer|2024-09|2024-10|2024-11|2024-12|2025-01|2025-02\n"
    "Aster|1|2|||3|3\nBirch|5|5|||5|5\nCedar|7|7|||7|7\nDahlia|4|4||||"
)
CARRIED = "2024-09: Aster 1 2 2 2 3 3, Birch 5 5 5 5 5 5, Cedar 7 7 7 7 7 7, Dahlia 4 4 4 4 0 0"
WITHOUT_COLUMNS = "\n".join(line.rsplit("|", 2)[0] for line in FIRST_YEAR.splitlines())


@pytest.mark.parametrize(
    ("grids", "cells"),
    [
        ([sheet("MRR", ONE_TAB)], "month_missing D1, month_missing E1"),
        ([sheet("2024", FIRST_YEAR), sheet("2025", SECOND_YEAR)], "month_missing D1, month_missing E1"),
        ([sheet("2024", WITHOUT_COLUMNS), sheet("2025", SECOND_YEAR)], "month_missing C1, month_missing C1"),
    ],
)
def test_a_month_that_no_account_has_is_no_churn_and_reported_once(grids: list[Grid], cells: str) -> None:
    parsed = parse(*grids)
    assert panel(parsed.ledger) == CARRIED
    assert places(parsed.problems) == cells
    assert sorted(map(str, parsed.ledger.coverage.unknown)) == ["2024-11", "2024-12"]


def test_blanks_between_two_tabs_carry_as_in_one_tab() -> None:
    carry = replace(OPTIONS, blank_month="carry")
    ledgers = [
        parse_tabs(grids, carry).ledger
        for grids in ([sheet("MRR", ONE_TAB)], [sheet("2024", FIRST_YEAR), sheet("2025", SECOND_YEAR)])
    ]
    expected = CARRIED.replace("Dahlia 4 4 4 4", "Dahlia 4 4 0 0")
    assert [panel(ledger) for ledger in ledgers] == [expected, expected]
    assert not any(ledger.coverage.unknown for ledger in ledgers)


def test_a_blank_of_one_account_between_two_tabs_is_a_gap() -> None:
    old = sheet("2024", "Customer|2024-11|2024-12\nAster|1|\nBirch|5|5")
    new = sheet("2025", "Customer|2025-01|2025-02\nAster|3|3\nBirch|5|5")
    parsed = parse(old, new)
    assert panel(parsed.ledger) == "2024-11: Aster 1 0 3 3, Birch 5 5 5 5"
    (problem,) = parsed.problems
    assert (problem.code, problem.place, problem.values["months"]) == ("gap", "2024!C2", "2024-12")
