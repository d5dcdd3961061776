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
    write_amount,
)

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


def _build_long(draw: Draw, truth: Truth) -> Book:
    headings = [draw.pick("Customer", "Client"), draw.pick("Month", "Mois"), name_amount(draw, "MRR")]
    if draw.unit_place != "heading" and draw.unit == "ARR":
        headings[2] = draw.pick("Amount", "Montant")
    rows: Rows = [
        [account, str(month), write_amount(draw, amounts[place])]
        for place, month in enumerate(MONTHS)
        for account, amounts in truth.items()
        if amounts[place] or (place and amounts[place - 1])
    ]
    return Book("", [build_grid(draw, name_tab(draw, "MRR"), headings, rows, [2])], truth, draw.currency, MONTHS)


def _list_lines(truth: Truth) -> list[tuple[str, int, int, int]]:
    """Return (account, first place, last place, MRR) of each time with one MRR."""
    lines = []
    for account, amounts in truth.items():
        start = 0
        for place in range(1, len(amounts) + 1):
            if place == len(amounts) or amounts[place] != amounts[start]:
                if amounts[start]:
                    lines.append((account, start, place - 1, amounts[start]))
                start = place
    return lines


def _build_subscriptions(draw: Draw, truth: Truth) -> Book:
    """Return a line for each time with one MRR; its end by a date, by a word for an open one, or by its status."""
    end_rule = draw.random.choice(["date", "word", "status", "interval"])
    open_end = draw.random.choice(["n/a", "-", draw.pick("ongoing", "en cours")]) if end_rule == "word" else None
    amount = name_amount(draw, "MRR")
    if draw.unit_place != "heading" and draw.unit == "ARR":
        amount = draw.pick("Amount", "Montant")
    elif draw.unit == "ARR" and draw.random.random() < 0.5:
        amount = amount.replace("ARR", "ACV")
    if end_rule == "interval":
        draw.unit, draw.unit_place = "MRR", "none"
        amount = draw.pick("Amount", "Montant")
        amount = f"{amount} ({draw.currency})" if draw.currency_place == "heading" else amount
    headings: list[Cell] = [draw.pick("Customer", "Client")]
    headings += [draw.pick("Start date", "Date de début"), draw.pick("End date", "Date de fin"), amount]
    rows: Rows = []
    for account, first, last, minor in _list_lines(truth):
        is_open = last == len(MONTHS) - 1
        end = open_end if is_open else MONTHS[last].last_day.isoformat()
        months = draw.random.choice([1, 3, 12]) if end_rule == "interval" else 1
        row: list[Cell] = [account, MONTHS[first].first_day.isoformat(), end, write_amount(draw, minor * months)]
        if end_rule == "interval":
            row.append({1: draw.pick("month", "mois"), 3: draw.pick("quarter", "trimestre"), 12: "an"}[months])
            row[-1] = "year" if row[-1] == "an" and not draw.french else row[-1]
        if end_rule == "status":
            row.append(draw.pick("active", "actif") if is_open else draw.pick("canceled", "résilié"))
        rows.append(row)
    headings += [draw.pick("Interval", "Intervalle")] if end_rule == "interval" else []
    headings += [draw.pick("Status", "Statut")] if end_rule == "status" else []
    draw.random.shuffle(rows)
    title = name_tab(draw, draw.pick("Subscriptions", "Abonnements"))
    return Book("", [build_grid(draw, title, headings, rows, [3])], truth, draw.currency, MONTHS)


def _build_movements(draw: Draw, truth: Truth) -> Book:
    if draw.unit_place == "heading":
        draw.unit_place = "title"
    draw.currency_place = "column" if draw.currency_place == "sign" else draw.currency_place
    headings = [draw.pick("Customer", "Client"), "Date", draw.pick("Change of MRR", "Variation de MRR")]
    if draw.unit == "ARR":
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


def _build_invoices(draw: Draw, truth: Truth) -> Book:
    """Return an invoice for each account and month, or quarter with one MRR, with the period that it covers."""
    draw.unit, draw.unit_place = "MRR", "none"
    draw.currency_place = "column" if draw.currency_place == "heading" else draw.currency_place
    headings = [
        *(draw.pick("Invoice no", "N° de facture"), draw.pick("Customer", "Client"), draw.pick("Amount", "Montant")),
        *(draw.pick("Period start", "Début de période"), draw.pick("Period end", "Fin de période")),
    ]
    rows: Rows = []
    for account, first, last, minor in _list_lines(truth):
        place = first
        while place <= last:
            months = 3 if place + 2 <= last and draw.random.random() < 0.4 else 1
            amount = write_amount(draw, minor * months)
            until = MONTHS[place + months - 1].last_day.isoformat()
            rows.append([f"F{len(rows):04}", account, amount, MONTHS[place].first_day.isoformat(), until])
            place += months
    return Book(
        "", [build_grid(draw, draw.pick("Invoices", "Factures"), headings, rows, [2], 1)], truth, draw.currency, MONTHS
    )


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


_LAYOUTS: Mapping[str, Callable[[Draw, Truth], Book]] = {
    "wide": _build_wide,
    "turned": _build_turned,
    "years": _build_years,
    "quarters": _build_quarters,
    "long": _build_long,
    "subscriptions": _build_subscriptions,
    "movements": _build_movements,
    "merged": _build_merged,
    "invoices": _build_invoices,
    "events": _build_events,
}


def draw_book(seed: int) -> Book:
    """Return the book of a seed; equal seeds give equal books."""
    source = random.Random(seed)  # noqa: S311 - a reproducible choice
    currency = source.choice(["EUR", "EUR", "USD", "GBP"])
    layout = source.choice(list(_LAYOUTS))
    plain = layout in _WITHOUT_ATTRIBUTES
    draw = Draw(
        source,
        french=source.random() < 0.4,
        unit=source.choice(["MRR", "MRR", "ARR", "k", "cents"]),
        unit_place=source.choice(["heading", "title", "tab"]),
        currency=currency,
        currency_place=source.choice(["column", "format", "sign", "heading"] + ["none"] * (3 * (currency == "EUR"))),
        naming="name" if plain else source.choice(["name", "id", "both"]),
        attribute_place="none" if plain else source.choice(["revenue", "customers", "none"]),
    )
    truth = draw_truth(source)
    book = _LAYOUTS[layout](draw, truth)
    book.truth = {name_account(draw, account): amounts for account, amounts in truth.items()}
    if draw.attribute_place == "customers":
        book.grids.append(build_customers(draw, truth))
    if draw.attribute_place != "none":
        book.segments = {name_account(draw, account): find_segment(account) for account in truth}
    book.layout = layout
    unit = f"{draw.unit} in {draw.unit_place}, {currency} in {draw.currency_place}"
    book.description = f"seed {seed}: {layout}, {unit}, by {draw.naming}, attributes in {draw.attribute_place}"
    return book
