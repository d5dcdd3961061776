"""Tabs of other shapes are read like the same company in MRR wide, and their problems name the real cells."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.ingest.reshaping import reshape_tabs
from sheets.ingest.understanding import understand_workbook
from sheets.layouts.recognition import recognise_tab
from sheets.workbook.port import Grid
from tests.support.notation import LATER, options, panel, places, sheet

WIDE = "Customer|2025-01|2025-02|2025-03\nAster|10|20|20\nBirch|5|0|0\nCedar||7|8"
EXPECTED = "2025-01: Aster 10 20 20, Birch 5 0 0, Cedar 0 7 8"


def parse(*grids: Grid) -> ParsedWorkbook:
    return parse_tabs(grids, replace(options(today=LATER), currency_is_configured=False))


def say(parsed: ParsedWorkbook) -> str:
    return " ".join(str(decision.statement) for decision in parsed.decisions)


def test_recognises_each_tab_as_it_is_after_reshaping() -> None:
    grids = [
        sheet("MRR", WIDE),
        sheet("Data", "Month|Aster|Birch|Cedar\n2025-01|10|5|\n2025-02|20|0|7\n2025-03|20|0|8"),
    ]
    grids += [sheet(f"{month} 2025", "Customer|MRR\nAster|10\nBirch|5\nCedar|7") for month in ("Jan", "Feb")]
    reshaped = reshape_tabs(grids, {})
    assert len(reshaped.grids) == len(reshaped.recognised) == 3
    assert list(reshaped.recognised) == [recognise_tab(grid, {}) for grid in reshaped.grids]


def test_the_plain_tab() -> None:
    assert panel(parse(sheet("MRR", WIDE)).ledger) == EXPECTED


@pytest.mark.parametrize(
    "turned",
    [
        "Month|Aster|Birch|Cedar\n2025-01|10|5|\n2025-02|20|0|7\n2025-03|20|0|8",
        "Mois|Aster|Birch|Cedar|Total\n2025-01|10|5||15\n2025-02|20|0|7|27\n2025-03|20|0|8|28",
        "MRR in EUR|||\n||||\n|Aster|Birch|Cedar\n2025-01-31d|10|5|\n2025-02-28d|20|0|7\n2025-03-31d|20|0|8",
    ],
)
def test_months_down_and_customers_across(turned: str) -> None:
    parsed = parse(sheet("MRR", turned))
    assert panel(parsed.ledger) == EXPECTED
    assert "It has months down and customers across, and is read turned." in say(parsed)


def test_a_problem_of_a_turned_tab_is_at_the_real_cell() -> None:
    parsed = parse(sheet("MRR", "Month|Aster|Birch\n2025-01|10|5\n2025-02|soon|5\n2025-03|20|5"))
    assert places(parsed.problems) == "amount_unreadable B3"


def test_the_total_of_a_turned_tab_is_an_oracle() -> None:
    rows = "Month|Aster|Birch|Total\n2025-01|10|5|15\n2025-02|20|0|99\n2025-03|20|0|20"
    parsed = parse(sheet("MRR", rows))
    assert places([problem for problem in parsed.problems if "implausible" in problem.code]) == "implausible_total D1"


def test_a_table_of_kpis_is_not_turned() -> None:
    kpis = "Month|MRR|New MRR|Churned MRR\n2025-01|10|5|1\n2025-02|20|0|1\n2025-03|20|0|1"
    with pytest.raises(WorkbookLayoutError, match="no customers"):
        parse(sheet("MRR", kpis))


def test_a_long_tab_is_not_turned() -> None:
    assert "turned" not in say(parse(sheet("MRR", "Customer|Month|MRR\nAster|2025-01|10\nAster|2025-02|20")))


def test_a_tab_for_each_year() -> None:
    old = sheet("2024", "Customer|2024-11|2024-12\nAster|1|2\nDahlia|4|0")
    new = sheet("2025", "Customer|2025-01|2025-02\nBirch|5|5\nAster|3|4")
    parsed = parse(old, new)
    assert panel(parsed.ledger) == "2024-11: Aster 1 2 3 4, Dahlia 4 0 0 0, Birch 0 0 5 5"
    assert "The tabs 2024, 2025 have different months, and are read as one tab." in say(parsed)
    problem = parse(old, sheet("2025", "Customer|2025-01|2025-02\nBirch|5|soon\nAster|3|4")).problems[0]
    assert problem.place == "2025!C2"


def test_an_account_and_month_in_two_of_the_tabs_is_a_problem() -> None:
    old = sheet("2024", "Customer|2024-10|2024-11|2024-12|2025-01\nAster|1|2|2|3\nDahlia|4|4|4|\nElm|1|1|1|")
    new = sheet("2025", "Customer|2025-01|2025-02|2025-03\nAster|5|4|4\nDahlia|4|4|4\nElm|1|1|1")
    parsed = parse(old, new)
    (problem,) = [problem for problem in parsed.problems if problem.code == "month_overlap"]
    assert (problem.place, problem.account, problem.values["other"]) == ("2025!B2", "Aster", "2024!E2")
    assert parsed.ledger.accounts.excluded.tolist() == [True, False, False]


def test_equal_amounts_of_the_month_between_two_tabs_count_once() -> None:
    old = sheet("2024", "Customer|Product|2024-11|2024-12\nAster|one|1|2\nAster|two|3|4\nElm||1|1\nFir||2|2")
    # Next to one month, half of the amounts are repeated.
    new = sheet("FY25", "Customer|Product|2024-12|2025-01\nAster|one|2.0|5\nAster|two|4|6\nElm||1|1\nFir||2|3")
    parsed = parse(old, new)
    assert panel(parsed.ledger) == "2024-11: Aster 4 6 11, Elm 1 1 1, Fir 2 2 3"
    assert not parsed.problems
    assert "Amounts of 2024-12 that two of the tabs 2024, FY25 have count once." in say(parsed)
    assert "entity" not in parsed.ledger.columns


def test_two_versions_of_one_tab_are_a_question() -> None:
    with pytest.raises(WorkbookLayoutError, match="Which one is to be read"):
        parse(sheet("MRR", WIDE), sheet("MRR old", WIDE))


def test_a_tab_for_each_entity_becomes_a_segment() -> None:
    parsed = parse(
        sheet("France", "Customer|2025-01|2025-02\nAster|1|2\nBirch|3|3"),
        sheet("Deutschland", "Customer|2025-01|2025-02\nCedar|5|5\nDahlia|1|1"),
    )
    column = parsed.ledger.columns["entity"]
    assert [column.values[code] for code in column.codes] == ["France", "France", "Deutschland", "Deutschland"]


def test_a_tab_for_each_month() -> None:
    tabs = [
        sheet(f"{name} 2025", f"Customer|MRR\nAster|{amount}\nBirch|5") for name, amount in (("Jan", 1), ("Feb", 2))
    ]
    assert panel(parse(*tabs).ledger) == "2025-01: Aster 1 2, Birch 5 5"
    # Each of them is described as a part of the tab that is read.
    for tab in understand_workbook(tabs, options(today=LATER)).tabs:
        assert (tab.is_read, tab.layout) == (True, "MRR long")
        assert list(map(str, tab.statements)) == ["Its amounts are those of the month that its title names."]


@pytest.mark.parametrize(
    "headings",
    [
        "Q1 2024|Q2 2024|Q3 2024",
        "2024-Q1|2024-Q2|2024-Q3",
        "Q1'24|Q2'24|Q3'24",
        "T1 2024|T2 2024|T3 2024",
        "1Q24|2Q24|3Q24",
    ],
)
def test_quarters_are_closes(headings: str) -> None:
    parsed = parse(sheet("MRR", f"Customer|{headings}\nAster|10|20|20\nBirch|5|0|0"))
    assert panel(parsed.ledger) == "2024-03: Aster 10 10 10 20 20 20 20, Birch 5 5 5 0 0 0 0"
    assert [str(month) for month in parsed.ledger.closes] == ["2024-03", "2024-06", "2024-09"]
    assert "ends of quarters only" in say(parsed)


def test_years_are_doubted() -> None:
    parsed = parse(sheet("Clients", "Customer|2022|2023|2024\nAster|10|20|20\nBirch|5|0|0"))
    assert [str(month) for month in parsed.ledger.closes] == ["2022-12", "2023-12", "2024-12"]
    assert any(decision.is_doubted for decision in parsed.decisions)


@pytest.mark.parametrize(
    "rows",
    [
        "Customer|2025-01 Actual|2025-01 Budget|2025-02 Actual|2025-02 Budget\nAster|1|9|2|9\nBirch|3|9|3|9",
        "|Jan 2025||Feb 2025|\nCustomer|Actual|Budget|Actual|Budget\nAster|1|9|2|9\nBirch|3|9|3|9",
        "|janv. 2025||févr. 2025|\nClient|Réel|Prévisionnel|Réel|Prévisionnel\nAster|1|9|2|9\nBirch|3|9|3|9",
    ],
)
def test_only_actual_amounts_are_read(rows: str) -> None:
    parsed = parse(sheet("MRR", rows))
    assert panel(parsed.ledger) == "2025-01: Aster 1 2, Birch 3 3"
    assert "Only actual amounts are read." in say(parsed)


@pytest.mark.parametrize(
    ("last", "read"),
    [("Aster|1|2|3\nBirch|3|3|\nCedar|1|1|", False), ("Aster|1|2|3\nBirch|3|3|0\nCedar|1|1|", True)],
)
def test_a_last_month_that_is_half_filled_in_is_not_read(last: str, *, read: bool) -> None:
    parsed = parse(sheet("MRR", f"Customer|2025-01|2025-02|2025-03\n{last}"))
    assert str(parsed.ledger.last) == ("2025-03" if read else "2025-02")
    assert (places(parsed.problems) == "month_incomplete D1") is not read


@pytest.mark.parametrize(
    ("rows", "amounts", "problems"),
    [
        ("2025-01|10|5\n2025-02|20|5\n||\n2025-03|20|5\n2025-04|21|5", "10 20 20 21", ""),
        ("2025-01|10|5\n2025-02|20|5\n2025-03|20|5\nTotal|50|15\n2025-04|21|5\nTotal 2025|71|20", "10 20 20 21", ""),
        ("2025-01|10|5\n2025-02|20|5\nQ1 2025|20|5\n2025-03|20|5\n2025-04|21|5\nSource: CRM 2025||", "10 20 20 21", ""),
        ("2025-01|10|5\n2025-02|20|5\nMrach 2025|20|5\n2025-04|21|5\n2025-05|22|5", "10 20 20 21 22",
         "month_unreadable A4, month_missing A3"),
        ("2025-01|10|5\n2025-02|20|5\n|9|9\n2025-03|20|5\n2025-04|21|5", "10 20 20 21", "month_unreadable A4"),
        ("2025-01|10|5\n2025-02|20|5\n2025-03|20|5\n2025-04|21|5\nMya 2025|22|5", "10 20 20 21", "month_unreadable A6"),
        ("2025-01|10|5\n2025-02|20|5\n2025-03|20|5\n2025-05|21|5", "10 20 20 20 21", "month_missing A4"),
        ("2025-01|10|5\n2025-02|20|5\n2025-03|20|5\nMonth|Aster|Birch\n2024-01|1|1", "10 20 20", ""),
    ],
)  # fmt: skip
def test_rows_between_the_months_of_a_turned_tab(rows: str, amounts: str, problems: str) -> None:
    parsed = parse(sheet("MRR", f"Month|Aster|Birch\n{rows}"))
    assert panel(parsed.ledger).startswith(f"2025-01: Aster {amounts}, Birch 5 5")
    assert places(parsed.problems) == problems


def test_a_problem_below_a_blank_row_of_a_turned_tab_is_at_the_real_cell() -> None:
    parsed = parse(sheet("MRR", "Month|Aster|Birch\n2025-01|10|5\n||\n2025-02|20|soon\n2025-03|20|5"))
    assert places(parsed.problems) == "amount_unreadable C4"


@pytest.mark.parametrize(
    "rows",
    [
        "Month|Enterprise|SMB|Mid-Market\n2025-01|10|5|1\n2025-02|20|0|7\n2025-03|20|0|8",
        "Mois|Grands comptes|PME|Total\n2025-01|10|5|15\n2025-02|20|0|20\n2025-03|20|0|20",
        "Month|EMEA|US|Total\n2025-01|10|5|15\n2025-02|20|0|20\n2025-03|20|0|20",
        "|France|Germany|Spain|Italy|Japan|Canada\n2025-01|10|5|1|1|1|1\n2025-02|20|0|7|1|1|1\n2025-03|2|0|8|1|1|1",
        "Month|Starter|Pro|Plan B\n2025-01|10|5|1\n2025-02|20|0|7\n2025-03|20|0|8",
        "Month|New|Expansion\n2025-01|10|5\n2025-02|20|0\n2025-03|20|0",
        "Segment|2025-01|2025-02|2025-03\nEnterprise|10|20|20\nSMB|5|0|0\nTotal|15|20|20",
    ],
)
def test_segments_are_no_customers(rows: str) -> None:
    with pytest.raises(WorkbookLayoutError, match="has revenue by segment"):
        parse(sheet("MRR", rows))


def test_a_few_columns_may_be_segments() -> None:
    turned = sheet("MRR", "Month|Alpha|Beta|Total\n2025-01|10|5|15\n2025-02|20|0|20\n2025-03|20|0|20")
    (doubt,) = [decision for decision in parse(turned).decisions if decision.is_doubted]
    assert str(doubt.statement).startswith("Its columns are read as customers: Alpha, Beta. If they are segments")
    customers = sheet("Customers", "Customer ID|Region\nAlpha|EMEA\nBeta|US")
    assert not any(decision.is_doubted for decision in parse(turned, customers).decisions)


def test_one_customer_may_have_the_name_of_a_group() -> None:
    names = "Enterprise|Aster|Birch|Cedar|Dahlia|Elm"
    months = "\n".join(f"2025-0{number}|1|1|1|1|1|1" for number in (1, 2, 3))
    parsed = parse(sheet("MRR", f"Month|{names}\n{months}"))
    assert parsed.ledger.accounts.ids[0] == "Enterprise"
    assert not any(decision.is_doubted for decision in parsed.decisions)
