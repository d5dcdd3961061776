"""Columns of quarters, halves and years hold the amounts of the whole period where the words say so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.ledger.ledger import Ledger
from core.months import Month
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid
from tests.support.notation import LATER, options, sheet

OPTIONS = replace(options(today=LATER), currency_is_configured=False)
QUARTERS = "Customer|Q1 2024|Q2 2024\nAster|300|600\nBirch|150|0"
YEARS = "Customer|2023|2024\nAster|1200|2400\nBirch|600|0"
BY_3 = "Amounts are read as quarterly and divided by 3, because of “{}”."
BY_12 = "Amounts are read as yearly and divided by 12, because of “{}”."


def parse(grid: Grid, how: ReadOptions = OPTIONS) -> ParsedWorkbook:
    return parse_tabs([grid], how)


def read_first(ledger: Ledger) -> list[int]:
    first = ledger.first
    return [amount // 100 for amount in ledger.mrr(first, first).tolist()]


def list_units(parsed: ParsedWorkbook) -> list[str]:
    return [str(decision.statement) for decision in parsed.decisions if decision.topic == "unit"]


@pytest.mark.parametrize(
    ("title", "rows", "unit"),
    [
        ("Revenue", QUARTERS, BY_3.format("Revenue, Q1 2024")),
        ("Chiffre d’affaires", QUARTERS.replace("Q", "T"), BY_3.format("Chiffre d’affaires, T1 2024")),
        ("CA", QUARTERS, BY_3.format("CA, Q1 2024")),
        ("Sheet1", f"Sales by customer||\n{QUARTERS}", BY_3.format("Sales by customer, Q1 2024")),
        ("Sheet1", QUARTERS.replace("Q", "Revenue Q"), BY_3.format("Revenue Q1 2024")),
        ("Revenue", YEARS, BY_12.format("Revenue, 2023")),
        ("Sheet1", "Client|CA 2023|CA 2024\nAster|1200|2400\nBirch|600|0", BY_12.format("CA 2023")),
        ("Sales", "Customer|H1 2024|H2 2024\nAster|600|1200\nBirch|300|0",
         "Amounts are read as half-yearly and divided by 6, because of “Sales, H1 2024”."),
    ],
)  # fmt: skip
def test_revenue_of_a_period_is_divided_by_its_months(title: str, rows: str, unit: str) -> None:
    parsed = parse(sheet(title, rows))
    assert read_first(parsed.ledger) == [100, 50]
    assert list_units(parsed) == [unit]
    assert not any(decision.is_doubted for decision in parsed.decisions)


@pytest.mark.parametrize(
    ("title", "rows", "amounts"),
    [
        ("MRR", QUARTERS, [300, 150]),
        ("Revenue", QUARTERS.replace("2024", "2024 MRR"), [300, 150]),
        ("Revenue (ARR)", QUARTERS, [25, 12]),
        ("Revenue", "Customer|2024-03|2024-06\nAster|300|600\nBirch|150|0", [300, 150]),
        ("Revenue", "Customer|2024-03-31d|2024-06-30d\nAster|300|600\nBirch|150|0", [300, 150]),
    ],
)
def test_words_of_a_measure_and_closes_win(title: str, rows: str, amounts: list[int]) -> None:
    parsed = parse(sheet(title, rows))
    assert read_first(parsed.ledger) == amounts
    assert not any(decision.is_doubted for decision in parsed.decisions)


@pytest.mark.parametrize(
    ("how", "amounts"),
    [({"unit": "MRR"}, [300, 150]), ({"amount_is": "month"}, [300, 150]), ({"unit": "quarterly"}, [100, 50])],
)
def test_the_config_wins(how: dict[str, str], amounts: list[int]) -> None:
    parsed = parse(sheet("Revenue", QUARTERS), replace(OPTIONS, **how))  # type: ignore[arg-type]
    assert read_first(parsed.ledger) == amounts


@pytest.mark.parametrize(
    ("rows", "doubt"),
    [
        (QUARTERS, "The columns are quarters. Their amounts are read as the MRR at the end of each quarter."),
        (YEARS, "The columns are years. Their amounts are read as the MRR at the end of each year."),
        (YEARS.replace("2023", "2023-12").replace("2024", "2024-12"),
         "The columns are years. Their amounts are read as the MRR at the end of each year."),
    ],
)  # fmt: skip
def test_where_nothing_says_what_the_amounts_are_they_are_doubted(rows: str, doubt: str) -> None:
    parsed = parse(sheet("Clients", rows))
    (decision,) = [decision for decision in parsed.decisions if decision.is_doubted]
    assert (str(decision.statement), decision.config_line) == (doubt, 'workbook.unit = "MRR"')
    assert not any(
        decision.is_doubted for decision in parse(sheet("Clients", rows), replace(OPTIONS, unit="MRR")).decisions
    )
    assert parsed.ledger.closes[0] in {Month.of(2024, 3), Month.of(2023, 12)}
