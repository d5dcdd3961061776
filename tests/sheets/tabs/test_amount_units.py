"""The unit and the currency of a tab's amounts, wherever they are stated, in every layout; and rates of currencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from core.errors import WorkbookLayoutError
from core.money import find_currency
from core.months import Month
from sheets.ingest.parse import parse_tabs
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Cell, FormatRun, Grid
from tests.support.notation import LATER, options, panel, places, sheet


@dataclass(frozen=True)
class Sample:
    """A tab with one account, whose every amount is 144.

    Attributes:
        rows: the tab; {amount} is the heading of the amounts.
        heading: the heading of the amounts where nothing else is said.
        columns: the columns of the amounts.

    """

    rows: str
    heading: str
    columns: tuple[int, ...]


# Layout -> a tab. A subscription and an invoice run for twelve months.
SAMPLES = {
    "MRR wide": Sample("Customer|2025-01|2025-02|2025-03\na|144|144|144", "", (1, 2, 3)),
    "MRR long": Sample("Customer|Month|{amount}\na|2025-01|144\na|2025-02|144\na|2025-03|144", "Amount", (2,)),
    "Subscriptions": Sample("Customer|Start|End|{amount}\na|2025-01-01d|2025-12-31d|144", "Amount", (3,)),
    "Movements": Sample(
        "Customer|Date|Type|{amount}\na|2025-01-01d|New|144\nb|2025-01-01d|New|144\nb|2025-02-01d|Churn|-144",
        "Amount",
        (3,),
    ),
    "Invoices": Sample(
        "Invoice no|Customer|Period start|Period end|{amount}\n1|a|2025-01-01d|2025-12-31d|144", "Amount", (4,)
    ),
}
# An invoice has an amount for its period, whatever words are near.
MONTHLY = tuple(layout for layout in SAMPLES if layout != "Invoices")
EUROS = options("en_US", today=LATER)
NO_CURRENCY = replace(EUROS, currency_is_configured=False)
MONTHS = ("2024-11", "2024-12", "2025-01", "2025-02")

# What a text says of 144 -> the MRR of an account.
UNITS = {
    "MRR": "144",
    "Amount per month": "144",
    "Montant mensuel": "144",
    "ARR": "12",
    "ACV": "12",
    "Annual amount": "12",
    "Yearly amount": "12",
    "Amount per year": "12",
    "Montant annuel": "12",
    "Montant par an": "12",
    "ARR (k€)": "12000",
    "MRR in thousands": "144000",
    "MRR k": "144000",
    "MRR keur": "144000",
    "Montant mensuel en milliers": "144000",
    "MRR in cents": "1.44",
    "MRR (minor units)": "1.44",
    "Montant par an en centimes": "0.12",
}
SCALES = {"Amount (k)": "12000", "Amount in thousands": "12000", "Montant (k€)": "12000", "Amount in cents": "0.12"}
FORMATS = {
    '#,##0" k€"': "144000",
    '#,##0" keur"': "144000",
    '0.0,"k"': "144",
    '#,##0" / yr"': "12",
    '#,##0" ARR"': "12",
    '#,##0" € par an"': "12",
    '#,##0" cents"': "1.44",
    "#,##0 €": "144",
}


def place_text(layout: str, place: str, text: str) -> dict[str, str]:
    """Return the arguments of `build_tab` that write a text in a place.

    The headings of MRR wide are months: there the heading is a cell above the first of them.
    """
    return {"above": f"|{text}"} if layout == "MRR wide" and place == "heading" else {place: text}


def build_tab(layout: str, heading: str = "", title: str = "", above: str = "", code: str = "") -> Grid:
    """Return the tab of a layout with the texts in their places."""
    sample = SAMPLES[layout]
    rows = sample.rows.format(amount=heading or sample.heading)
    if above:
        rows = f"{above}\n{rows}"
    grid = sheet(title or "Tab", rows)
    top = 2 if above else 1
    runs = tuple(FormatRun(column, top, len(grid.rows), code) for column in sample.columns) if code else ()
    return replace(grid, formats=runs)


def add_column(grid: Grid, heading: str, cell: str) -> Grid:
    """Return the tab with one more column, of equal cells."""
    return replace(grid, rows=[[*row, cell if number else heading] for number, row in enumerate(grid.rows)])


def write_amounts(grid: Grid, text: str) -> Grid:
    """Return the tab with its amounts as texts."""
    texts: Mapping[Cell, Cell] = {144: text, -144: f"-{text}"}
    return replace(grid, rows=[[texts.get(cell, cell) for cell in row] for row in grid.rows])


def read_mrr(grid: Grid, how: ReadOptions = EUROS) -> str:
    """Return the MRR of account a in January 2025."""
    parsed = parse_tabs([grid], how)
    assert not parsed.ledger.accounts.excluded.any(), places(parsed.problems)
    return panel(parsed.ledger).split(": a ")[1].split()[0].strip(",")


@pytest.mark.parametrize("layout", MONTHLY)
@pytest.mark.parametrize("text", UNITS)
@pytest.mark.parametrize("place", ["heading", "above", "title"])
def test_a_unit_in_every_place_of_every_layout(layout: str, text: str, place: str) -> None:
    assert read_mrr(build_tab(layout, **place_text(layout, place, text))) == UNITS[text]


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize("text", SCALES)
@pytest.mark.parametrize("place", ["heading", "above", "title"])
def test_a_scale_in_every_place_of_every_layout(layout: str, text: str, place: str) -> None:
    # An invoice of 144 for a year is 12 a month, as the others are by the config.
    how = EUROS if layout == "Invoices" else replace(EUROS, amount_is="year")
    assert read_mrr(build_tab(layout, **place_text(layout, place, text)), how=how) == SCALES[text]


@pytest.mark.parametrize("layout", MONTHLY)
@pytest.mark.parametrize("code", FORMATS)
def test_a_unit_in_the_number_format(layout: str, code: str) -> None:
    assert read_mrr(build_tab(layout, code=code)) == FORMATS[code]


@pytest.mark.parametrize("layout", MONTHLY)
@pytest.mark.parametrize(("unit", "mrr"), [("MRR", "144"), ("ARR", "12"), ("ARR k", "12000"), ("MRR cents", "1.44")])
def test_the_unit_of_the_config_comes_first(layout: str, unit: str, mrr: str) -> None:
    grid = build_tab(layout, above="Quarterly amounts", title="Annual amounts", code='#,##0" / yr"')
    assert read_mrr(grid, how=replace(EUROS, unit=unit)) == mrr


@pytest.mark.parametrize("layout", MONTHLY)
@pytest.mark.parametrize("text", ["TCV", "Total contract value", "Montant total"])
@pytest.mark.parametrize("place", ["heading", "above", "title"])
def test_a_total_needs_a_term(layout: str, text: str, place: str) -> None:
    grid = build_tab(layout, **place_text(layout, place, text))
    if layout == "Subscriptions":
        assert read_mrr(grid) == "12"
    else:
        with pytest.raises(WorkbookLayoutError, match=r"are totals of contracts|No tab holds revenue"):
            read_mrr(grid)


@pytest.mark.parametrize("layout", MONTHLY)
@pytest.mark.parametrize("text", ["Market", "Kim", "Park", "K-Tel", "Arrow", "Paran", "Annual report", "Minor", "Mark"])
@pytest.mark.parametrize("place", ["above", "title"])
def test_a_name_is_no_unit(layout: str, text: str, place: str) -> None:
    assert read_mrr(build_tab(layout, **{place: text})) == "144"


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize(
    "texts",
    [
        *({place: text} for place in ("above", "title") for text in ("MRR (USD)", "MRR in US dollars", "mrr_usd")),
        *({"code": code} for code in ("[$$-409]#,##0.00", '#,##0.00" USD"', '"US$"#,##0', "[$USD] #,##0", "$#,##0")),
        *({"heading": heading} for heading in ("Amount (USD)", "amount_usd", "Montant en dollars", "Amount $")),
        {"column": "USD"},
        {"sign": "$144"},
        {"sign": "144 USD"},
    ],
    ids=str,
)
def test_the_currency_of_a_workbook_is_that_of_its_amounts(layout: str, texts: dict[str, str]) -> None:
    """The config names no currency, and every amount is in dollars."""
    if "column" in texts:
        grid = add_column(build_tab(layout), "Currency", texts["column"])
    elif "sign" in texts:
        grid = write_amounts(build_tab(layout), texts["sign"])
    elif "heading" in texts:
        grid = build_tab(layout, **place_text(layout, "heading", texts["heading"]))
    else:
        grid = build_tab(layout, **texts)
    parsed = parse_tabs([grid], NO_CURRENCY)
    assert parsed.ledger.currency.code == "USD"
    assert not parsed.ledger.accounts.excluded.any()
    statements = [decision.statement for decision in parsed.decisions if decision.topic == "currency"]
    assert [str(statement.values["code"]) for statement in statements] == ["USD"]


@pytest.mark.parametrize("layout", SAMPLES)
def test_an_amount_without_a_currency_is_in_that_of_the_config(layout: str) -> None:
    for how in (EUROS, NO_CURRENCY, replace(EUROS, currency=find_currency("CHF"))):
        assert parse_tabs([build_tab(layout)], how).ledger.currency == how.currency


@pytest.mark.parametrize("layout", SAMPLES)
@pytest.mark.parametrize(
    "text", ["Market", "TRY", "Top customers", "Euro Disney", "Customers over $1,000", "USD Holdings"]
)
def test_a_name_is_no_currency(layout: str, text: str) -> None:
    assert parse_tabs([build_tab(layout, above=text)], NO_CURRENCY).ledger.currency.code == "EUR"


DOLLARS = """
Customer | Currency | 2024-11 | 2024-12 | 2025-01 | 2025-02
a        | USD      | 100     | 100     | 100     | 100
b        | EUR      | 50      | 50      | 50      | 50
c        | USD      | 200     | 200     | 200     | 200
d        | GBP      | 10      | 10      | 10      | 10
"""


@pytest.mark.parametrize(
    "rates",
    [
        "Currency|Rate\nUSD|0.5\nGBP|2",
        "Devise|Taux\nUSD|0.5\nGBP|2",
        "Year|Currency|Rate\n2024|USD|0.5\n2025|USD|0.5\n2024|GBP|2\n2025|GBP|2",
        "Month|Currency|Rate\n2024-01|USD|0.5\n2025-01|USD|0.5\n2024-01|GBP|2\n2025-01|GBP|2",
        "Month|Currency|Rate\n"
        + "\n".join(f"{month}|{code}|{rate}" for month in MONTHS for code, rate in (("USD", 0.5), ("GBP", 2))),
    ],
    ids=["one a currency", "one a currency, French", "one a year", "one month a year", "one a month"],
)
def test_rates_for_all_months_for_years_and_for_months(rates: str) -> None:
    ledger = parse_tabs([sheet("MRR", DOLLARS), sheet("FX", rates)], EUROS).ledger
    assert not ledger.accounts.excluded.any()
    # 100 and 200 dollars at 0.5, 50 euros, 10 pounds at 2.
    for month in map(Month.parse, MONTHS):
        assert ledger.mrr(month, month).tolist() == [5000, 5000, 10000, 2000]


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ("", "fx_missing B2, fx_missing B5"),
        ("Currency|Rate\nGBP|2", "fx_missing B2"),
        ("Year|Currency|Rate\n2024|USD|0.5\n2024|GBP|2", "fx_missing B2, fx_missing B5"),
    ],
)
def test_a_missing_rate_is_one_problem_for_each_currency(rates: str, expected: str) -> None:
    grids = [sheet("MRR", DOLLARS), *([sheet("FX", rates)] if rates else [])]
    parsed = parse_tabs(grids, EUROS)
    assert places(parsed.problems) == expected
    assert parsed.problems[0].values["count"] == "2"
