"""The layouts of random workbooks: one function each, and the book of a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from sheets.workbook.port import Area, Cell, Grid
from tests.support.random_books import (
    MONTHS,
    Book,
    Draw,
    Rows,
    Truth,
    build_customers,
    build_grid,
    draw_truth,
    find_segment,
    list_month_headings,
    list_wide_rows,
    move_unit,
    name_account,
    name_amount,
    name_tab,
    name_unit,
    write_amount,
)
from tests.support.random_kinds import draw_changes
from tests.support.random_lines import build_invoices, build_subscriptions, list_lines

# Their accounts are headings or merged cells, which have no columns of attributes next to them.
_WITHOUT_ATTRIBUTES = {"turned", "merged"}


def _build_wide(draw: Draw, truth: Truth) -> Book:
    move_unit(draw)
    rows = list_wide_rows(draw, truth, MONTHS)
    headings: list[Cell] = [draw.pick("Customer", "Client"), *list_month_headings(draw, MONTHS)]
    columns = range(1, len(headings))
    if draw.random.random() < 0.3 and draw.currency_place != "sign":
        totals = [sum(number for row in rows if isinstance(number := row[column], int | float)) for column in columns]
        rows.append(["Total", *totals])
    return Book("", [build_grid(draw, name_tab(draw, "MRR"), headings, rows, columns)], truth, draw.currency, MONTHS)


def _build_turned(draw: Draw, truth: Truth) -> Book:
    move_unit(draw)
    draw.currency_place = "heading" if draw.currency_place in ("column", "format") else draw.currency_place
    rows = list_wide_rows(draw, truth, MONTHS)
    headings: list[Cell] = [draw.pick("Month", "Mois"), *(row[0] for row in rows)]
    names = list_month_headings(draw, MONTHS)
    turned: Rows = [[name, *(row[place] for row in rows)] for place, name in enumerate(names, 1)]
    grid = _build_plain_grid(draw, name_tab(draw, "MRR"), headings, turned)
    return Book("", [grid], truth, draw.currency, MONTHS)


def _build_plain_grid(draw: Draw, title: str, headings: Sequence[Cell], rows: Rows) -> Grid:
    grid = build_grid(draw, title, headings, [row for row in rows if row], range(1, len(headings)))
    return Grid(grid.tab, [row for place, row in enumerate(grid.rows) if row or place < 2], formats=())


def _build_years(draw: Draw, truth: Truth) -> Book:
    if draw.unit_place == "tab":
        draw.unit_place = "title"
    move_unit(draw)
    draw.unit_place = "title" if draw.unit_place == "tab" else draw.unit_place
    grids = []
    for year in sorted({month.year for month in MONTHS}):
        months = [month for month in MONTHS if month.year == year]
        rows = [row for row in list_wide_rows(draw, truth, months) if any(row[1:])]
        headings = [draw.pick("Customer", "Client"), *list_month_headings(draw, months)]
        grids.append(
            build_grid(
                draw, f"MRR {year}" if draw.unit == "MRR" else str(year), headings, rows, range(1, len(headings))
            )
        )
    return Book("", grids, truth, draw.currency, MONTHS)


def _build_quarters(draw: Draw, truth: Truth) -> Book:
    move_unit(draw)
    closes = [month for month in MONTHS if month.number % 3 == 0]
    form = draw.random.choice(["Q{part} {year}", "{year}-Q{part}", "T{part} {year}", "Q{part}'{short}"])
    names = [form.format(part=close.number // 3, year=close.year, short=close.year % 100) for close in closes]
    rows = list_wide_rows(draw, truth, closes)
    headings: list[Cell] = [draw.pick("Customer ID", "N° client"), *names]
    grid = build_grid(draw, name_tab(draw, "MRR"), headings, rows, range(1, len(headings)))
    return Book("", [grid], truth, draw.currency, closes)


def _build_year_ends(draw: Draw, truth: Truth) -> Book:
    move_unit(draw)
    closes = [month for month in MONTHS if month.number == 12]
    form = draw.random.choice(
        ["{year}", "Dec {year}", "{year}-12-31"] if draw.layout == "year ends" else ["FY{year}", "FY {year}"]
    )
    names: list[Cell] = [form.format(year=close.year) for close in closes]
    rows = list_wide_rows(draw, truth, closes)
    headings: list[Cell] = [draw.pick("Customer ID", "N° client"), *names]
    grid = build_grid(draw, name_tab(draw, "MRR"), headings, rows, range(1, len(headings)))
    return Book("", [grid], truth, draw.currency, closes)


def _build_months(draw: Draw, truth: Truth) -> Book:
    """Return a tab for each month."""
    draw.unit_place = "heading"
    grids = []
    for month in MONTHS:
        rows = [row for row in list_wide_rows(draw, truth, [month]) if row[1]]
        headings: list[Cell] = [draw.pick("Customer", "Client"), name_unit(draw)]
        grids.append(build_grid(draw, f"{month}", headings, rows, [1]))
    return Book("", grids, truth, draw.currency, MONTHS)


def _build_billed(draw: Draw, truth: Truth) -> Book:
    """Return amounts in the months in which they are billed, for a month, a quarter or a year at once."""
    draw.unit, draw.unit_place = "MRR", "none"
    rows: Rows = []
    for account, amounts in truth.items():
        months = draw.random.choice([1, 3, 12])
        row: list[Cell] = [account, *[None] * len(MONTHS)]
        for line in list_lines({account: amounts}):
            for place in range(line.first, line.last + 1, months):
                row[place + 1] = write_amount(draw, line.minor * months)
        rows.append(row)
    title = draw.random.choice(
        draw.pick("Billed,Billings,Invoiced,Revenue,Payments", "Facturé,Facturation,CA,Chiffre d'affaires").split(",")
    )
    headings: list[Cell] = [draw.pick("Customer", "Client"), *list_month_headings(draw, MONTHS)]
    grid = build_grid(draw, title, headings, rows, range(1, len(headings)))
    return Book("", [grid], truth, draw.currency, MONTHS)


def _build_long(draw: Draw, truth: Truth) -> Book:
    headings = [draw.pick("Customer", "Client"), draw.pick("Month", "Mois"), name_amount(draw, "MRR")]
    if draw.unit_place != "heading" and draw.unit.startswith("ARR"):
        headings[2] = draw.pick("Amount", "Montant")
    rows: Rows = [
        [account, str(month), write_amount(draw, amounts[place])]
        for place, month in enumerate(MONTHS)
        for account, amounts in truth.items()
        if amounts[place] or (place and amounts[place - 1])
    ]
    return Book("", [build_grid(draw, name_tab(draw, "MRR"), headings, rows, [2])], truth, draw.currency, MONTHS)


def _build_movements(draw: Draw, truth: Truth) -> Book:
    if draw.unit_place == "heading":
        draw.unit_place = "title"
    draw.currency_place = "column" if draw.currency_place == "sign" else draw.currency_place
    headings = [draw.pick("Customer", "Client"), "Date", draw.pick("Change of MRR", "Variation de MRR")]
    if draw.unit.startswith("ARR"):
        headings[2] = draw.pick("Change", "Variation")
    rows: Rows = []
    for account, amounts in truth.items():
        before = 0
        for place, minor in enumerate(amounts):
            if minor != before:
                change = write_amount(draw, abs(minor - before))
                signed = -change if minor < before and not isinstance(change, str | None) else change  # type: ignore[operator] # a number
                rows.append([account, MONTHS[place].first_day.isoformat(), signed])
            before = minor
    title = name_tab(draw, draw.pick("Movements", "Mouvements"))
    return Book("", [build_grid(draw, title, headings, rows, [2])], truth, draw.currency, MONTHS)


def _build_merged(draw: Draw, truth: Truth) -> Book:
    """Return a wide tab in which each account has two products below one merged cell."""
    move_unit(draw)
    rows: Rows = []
    merges = []
    for account, amounts in truth.items():
        halves = [[minor // 2 for minor in amounts], [minor - minor // 2 for minor in amounts]]
        merges.append(len(rows))
        for number, half in enumerate(halves):
            cells = [write_amount(draw, minor) if minor else 0 for minor in half]
            rows.append([None if number else account, f"P{number + 1}", *cells])
    headings: list[Cell] = [
        draw.pick("Customer", "Client"),
        draw.pick("Product", "Produit"),
        *list_month_headings(draw, MONTHS),
    ]
    state = draw.random.getstate()
    grid = build_grid(draw, name_tab(draw, "MRR"), headings, list(rows), range(2, len(headings)))
    draw.random.setstate(state)
    body = [row for row in grid.rows if row]
    top = len(body) - len(rows)
    areas = tuple(Area(top + place, 0, top + place + 2, 1) for place in merges)
    return Book("", [Grid(grid.tab, body, merges=areas, formats=grid.formats)], truth, draw.currency, MONTHS)


def _build_events(draw: Draw, truth: Truth) -> Book:
    """Return an event for each change of an account's MRR, with the MRR before and after."""
    draw.unit, draw.unit_place = "MRR", "none"
    draw.currency_place = "column" if draw.currency_place == "heading" else draw.currency_place
    headings = [
        *(draw.pick("Customer", "Client"), "Date"),
        *(draw.pick("Old MRR", "Ancien MRR"), draw.pick("New MRR", "Nouveau MRR")),
    ]
    rows: Rows = []
    for account, amounts in truth.items():
        before = 0
        for place, minor in enumerate(amounts):
            if minor != before:
                day = MONTHS[place].first_day.isoformat()
                rows.append([account, day, write_amount(draw, before), write_amount(draw, minor)])
            before = minor
    title = draw.pick("MRR events", "Événements MRR")
    return Book("", [build_grid(draw, title, headings, rows, [2, 3])], truth, draw.currency, MONTHS)


LAYOUTS: Mapping[str, Callable[[Draw, Truth], Book]] = {
    "wide": _build_wide,
    "turned": _build_turned,
    "years": _build_years,
    "quarters": _build_quarters,
    "year ends": _build_year_ends,
    "fiscal years": _build_year_ends,
    "months": _build_months,
    "billed": _build_billed,
    "long": _build_long,
    "subscriptions": build_subscriptions,
    "movements": _build_movements,
    "merged": _build_merged,
    "invoices": build_invoices,
    "events": _build_events,
}


def draw_book(seed: int) -> Book:
    """Return the book of a seed; equal seeds give equal books."""
    source = random.Random(seed)  # noqa: S311 - a reproducible choice
    currency = source.choice(["EUR", "EUR", "USD", "GBP"])
    layout = source.choice(list(LAYOUTS))
    plain = layout in _WITHOUT_ATTRIBUTES
    draw = Draw(
        source,
        french=source.random() < 0.4,
        unit=source.choice(["MRR", "MRR", "ARR", "k", "ARR k", "cents"]),
        unit_place=source.choice(["heading", "title", "tab"]),
        currency=currency,
        currency_place=source.choice(["column", "format", "sign", "heading"] + ["none"] * (3 * (currency == "EUR"))),
        naming="name" if plain else source.choice(["name", "id", "both"]),
        attribute_place="none" if plain else source.choice(["revenue", "customers", "none"]),
    )
    if draw.naming == "name" and draw.attribute_place == "customers" and source.random() < 0.5:
        draw.naming = "joined"
    draw.layout, draw.style = layout, seed
    draw.changes = draw_changes(draw, layout)
    truth = draw_truth(source)
    book = LAYOUTS[layout](draw, truth)
    book.truth = {name_account(draw, account): amounts for account, amounts in truth.items()}
    if draw.attribute_place == "customers":
        book.grids.append(build_customers(draw, truth))
    if draw.attribute_place != "none":
        book.segments = {name_account(draw, account): find_segment(account) for account in truth}
    book.grids += draw.grids
    book.currency_of = {name_account(draw, account): code for account, code in draw.currency_of.items()}
    book.layout, book.kinds, book.locale = layout, draw.kinds, draw.locale
    if draw.currency_of:
        book.currency = "EUR"
        book.currency_of = dict.fromkeys(book.truth, draw.currency) | book.currency_of
    unit = f"{draw.unit} in {draw.unit_place}, {currency} in {draw.currency_place}"
    naming = f"by {draw.naming}, attributes in {draw.attribute_place}"
    book.description = f"seed {seed}: {layout}, {unit}, {naming}, with {', '.join(sorted(draw.kinds)) or 'nothing'}"
    return book
