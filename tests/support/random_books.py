"""Random workbooks with a known truth: layout, unit, currency, headings, attributes, ends and noise are drawn.

A book is a list of grids, as a workbook's reader returns them, and the MRR of each account at each close.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.months import Month
from sheets.workbook.port import Area, Cell, FormatRun, Grid, Tab

FIRST = Month.of(2023, 11)
TODAY = dt.date(2025, 9, 20)
LAST = Month.of(2025, 8)
MONTHS = [FIRST + number for number in range(FIRST.until(LAST) + 1)]

Rows = list[list[Cell]]
Truth = dict[str, list[int]]


@dataclass
class Draw:
    """The choices of one book.

    Attributes:
        random: the source of all choices.
        french: True for French headings.
        unit: the unit of the amounts: `MRR`, `ARR`, `k`, `cents`.
        unit_place: where the unit is stated: `heading`, `title`, `tab`; `none` if the layout itself says it.
        currency: the currency of all amounts.
        currency_place: where it is stated: `column`, `format`, `sign`, `heading`, `none` for EUR.

    """

    random: random.Random
    french: bool
    unit: str
    unit_place: str
    currency: str
    currency_place: str

    def pick(self, english: str, french: str) -> str:
        """Return the word in the language of the book."""
        return french if self.french else english


@dataclass
class Book:
    """A workbook with its truth.

    Attributes:
        layout: the name of its layout.
        grids: its tabs.
        truth: account -> MRR in minor units at each of MONTHS.
        currency: the currency of the truth.
        known: the closes that the sheet has.
        description: the choices, for a failure.

    """

    layout: str
    grids: list[Grid]
    truth: Truth
    currency: str
    known: Sequence[Month]
    description: str = ""
    problems: list[str] = field(default_factory=list)


# Minor units that are whole in every unit: a multiple of 12 cents and of 10 units.
_STEP = 12_000


def draw_truth(source: random.Random) -> Truth:
    """Return the MRR of eight to sixteen accounts: some join later, some leave, some change, none comes back."""
    truth: Truth = {}
    for number in range(source.randint(8, 16)):
        begin = source.choice([0, 0, 0, source.randrange(len(MONTHS) - 2)])
        end = source.choice([len(MONTHS)] * 3 + [source.randrange(begin + 1, len(MONTHS) + 1)])
        amount = _STEP * source.randint(1, 90)
        row = []
        for month in range(len(MONTHS)):
            if begin < month < end and source.random() < 0.08:
                amount = _STEP * source.randint(1, 90)
            row.append(amount if begin <= month < end else 0)
        truth[f"{source.choice(['Aster', 'Birch', 'Cedar', 'Dahlia', 'Elm', 'Fern'])} {number + 1}"] = row
    # Somebody pays in every month, and the last month is complete.
    truth["Grove 0"] = [_STEP * 7] * len(MONTHS)
    return truth


def draw_book(seed: int) -> Book:
    """Return the book of a seed; equal seeds give equal books."""
    source = random.Random(seed)  # noqa: S311 - a reproducible choice
    currency = source.choice(["EUR", "EUR", "USD", "GBP"])
    draw = Draw(
        source,
        french=source.random() < 0.4,
        unit=source.choice(["MRR", "MRR", "ARR", "k", "cents"]),
        unit_place=source.choice(["heading", "title", "tab"]),
        currency=currency,
        currency_place=source.choice(["column", "format", "sign", "heading"] + ["none"] * (3 * (currency == "EUR"))),
    )
    truth = draw_truth(source)
    layout = source.choice(list(_LAYOUTS))
    book = _LAYOUTS[layout](draw, truth)
    book.layout = layout
    book.description = f"seed {seed}: {layout}, {draw.unit} in {draw.unit_place}, {currency} in {draw.currency_place}"
    return book


def _to_amount(draw: Draw, minor: int) -> Cell:
    """Return an amount of MRR in the unit of the book, with a currency sign if the cells have one."""
    value = {"MRR": minor / 100, "ARR": minor * 12 / 100, "k": minor / 100_000, "cents": minor}[draw.unit]
    number = int(value) if value == int(value) else value
    if draw.currency_place == "sign":
        return f"{ {'EUR': '€', 'USD': 'US$', 'GBP': '£'}[draw.currency] }{number}".replace(" ", "")
    return number


def _name_unit(draw: Draw) -> str:
    words = {
        "MRR": "MRR",
        "ARR": "ARR",
        "k": draw.pick("MRR in thousands", "MRR en milliers"),
        "cents": draw.pick("MRR in cents", "MRR en centimes"),
    }[draw.unit]
    return f"{words} ({draw.currency})" if draw.currency_place == "heading" else words


def _build_grid(draw: Draw, title: str, headings: Sequence[Cell], rows: Rows, amounts: Sequence[int]) -> Grid:
    """Return a grid with title lines, blank rows and formats as drawn; `amounts` are the columns of amounts."""
    top: Rows = []
    if draw.unit_place == "title":
        top = [[_name_unit(draw)], []]
    elif draw.random.random() < 0.3:
        top = [[draw.pick("Updated by Ann", "Mis à jour par Ann")], []]
    if draw.currency_place == "column":
        headings = [*headings, draw.pick("Currency", "Devise")]
        rows = [[*row, draw.currency] for row in rows]
    if draw.random.random() < 0.3:
        rows.insert(draw.random.randrange(len(rows) + 1), [])
    cells = [*top, list(headings), *rows]
    width = max(map(len, cells))
    formats: tuple[FormatRun, ...] = ()
    if draw.currency_place == "format":
        code = {"EUR": '#,##0.00 "€"', "USD": "[$$-409]#,##0.00", "GBP": "[$£-809]#,##0.00"}[draw.currency]
        formats = tuple(FormatRun(column, len(top) + 1, len(cells), code) for column in amounts)
    return Grid(Tab(0, title, len(cells), width), cells, formats=formats)


def _title(draw: Draw, plain: str) -> str:
    return _name_unit(draw) if draw.unit_place == "tab" else plain


def _amount_heading(draw: Draw, plain: str) -> str:
    return _name_unit(draw) if draw.unit_place == "heading" else plain


def _month_heading(draw: Draw, month: Month) -> Cell:
    forms: Sequence[Cell] = (str(month), dt.datetime(month.year, month.number, 1), f"{month.number:02d}/{month.year}")  # noqa: DTZ001 - cells have no zone
    return draw.random.choice(forms)


def _wide_headings(draw: Draw, months: Sequence[Month]) -> list[Cell]:
    form = draw.random.randrange(3)
    names = [str(month) for month in months]
    if form == 1:
        return [dt.datetime(month.year, month.number, 1) for month in months]  # noqa: DTZ001 - cells have no zone
    if form == 2:
        return [f"{month.number:02d}/{month.year}" for month in months]
    return list(names)


def _wide_rows(draw: Draw, truth: Truth, months: Sequence[Month]) -> Rows:
    """Return a row for each account: blanks before its first amount, 0 or blanks after its last."""
    rows: Rows = []
    zero = draw.random.choice([0, None])
    for account, amounts in truth.items():
        row: list[Cell] = [account]
        for month in months:
            minor = amounts[FIRST.until(month)]
            row.append(_to_amount(draw, minor) if minor else zero)
        rows.append(row)
    return rows


def _state_unit(draw: Draw) -> None:
    """Move the unit of a wide tab out of the headings, which are months."""
    if draw.unit_place == "heading":
        draw.unit_place = draw.random.choice(["title", "tab"])
    if draw.currency_place == "heading" and draw.unit_place == "heading":
        draw.currency_place = "column"


def _build_wide(draw: Draw, truth: Truth) -> Book:
    _state_unit(draw)
    rows = _wide_rows(draw, truth, MONTHS)
    headings: list[Cell] = [draw.pick("Customer", "Client"), *_wide_headings(draw, MONTHS)]
    columns = range(1, len(headings))
    if draw.random.random() < 0.3 and draw.currency_place != "sign":
        totals = [sum(number for row in rows if isinstance(number := row[column], int | float)) for column in columns]
        rows.append(["Total", *totals])
    return Book("", [_build_grid(draw, _title(draw, "MRR"), headings, rows, columns)], truth, draw.currency, MONTHS)


def _build_turned(draw: Draw, truth: Truth) -> Book:
    _state_unit(draw)
    draw.currency_place = "heading" if draw.currency_place in ("column", "format") else draw.currency_place
    rows = _wide_rows(draw, truth, MONTHS)
    headings: list[Cell] = [draw.pick("Month", "Mois"), *(row[0] for row in rows)]
    names = _wide_headings(draw, MONTHS)
    turned: Rows = [[name, *(row[place] for row in rows)] for place, name in enumerate(names, 1)]
    grid = _build_grid_without_blanks(draw, _title(draw, "MRR"), headings, turned)
    return Book("", [grid], truth, draw.currency, MONTHS)


def _build_grid_without_blanks(draw: Draw, title: str, headings: Sequence[Cell], rows: Rows) -> Grid:
    grid = _build_grid(draw, title, headings, [row for row in rows if row], range(1, len(headings)))
    return Grid(grid.tab, [row for place, row in enumerate(grid.rows) if row or place < 2], formats=())


def _build_years(draw: Draw, truth: Truth) -> Book:
    if draw.unit_place == "tab":
        draw.unit_place = "title"
    _state_unit(draw)
    draw.unit_place = "title" if draw.unit_place == "tab" else draw.unit_place
    grids = []
    for year in sorted({month.year for month in MONTHS}):
        months = [month for month in MONTHS if month.year == year]
        rows = [row for row in _wide_rows(draw, truth, months) if any(row[1:])]
        headings = [draw.pick("Customer", "Client"), *_wide_headings(draw, months)]
        grids.append(
            _build_grid(
                draw, f"MRR {year}" if draw.unit == "MRR" else str(year), headings, rows, range(1, len(headings))
            )
        )
    return Book("", grids, truth, draw.currency, MONTHS)


def _build_quarters(draw: Draw, truth: Truth) -> Book:
    _state_unit(draw)
    closes = [month for month in MONTHS if month.number % 3 == 0]
    form = draw.random.choice(["Q{part} {year}", "{year}-Q{part}", "T{part} {year}", "Q{part}'{short}"])
    names = [form.format(part=close.number // 3, year=close.year, short=close.year % 100) for close in closes]
    rows = _wide_rows(draw, truth, closes)
    headings: list[Cell] = [draw.pick("Customer ID", "N° client"), *names]
    grid = _build_grid(draw, _title(draw, "MRR"), headings, rows, range(1, len(headings)))
    return Book("", [grid], truth, draw.currency, closes)


def _build_long(draw: Draw, truth: Truth) -> Book:
    headings = [draw.pick("Customer", "Client"), draw.pick("Month", "Mois"), _amount_heading(draw, "MRR")]
    if draw.unit_place != "heading" and draw.unit == "ARR":
        headings[2] = draw.pick("Amount", "Montant")
    rows: Rows = [
        [account, str(month), _to_amount(draw, amounts[place])]
        for place, month in enumerate(MONTHS)
        for account, amounts in truth.items()
        if amounts[place] or (place and amounts[place - 1])
    ]
    return Book("", [_build_grid(draw, _title(draw, "MRR"), headings, rows, [2])], truth, draw.currency, MONTHS)


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
    headings = [
        *(
            draw.pick("Customer", "Client"),
            draw.pick("Start date", "Date de début"),
            draw.pick("End date", "Date de fin"),
        ),
        _amount_heading(draw, "MRR"),
    ]
    if draw.unit_place != "heading" and draw.unit == "ARR":
        headings[3] = draw.pick("Amount", "Montant")
    open_end = draw.random.choice([None, "n/a", "-", draw.pick("ongoing", "en cours")])
    rows: Rows = [
        [
            account,
            MONTHS[first].first_day.isoformat(),
            open_end if last == len(MONTHS) - 1 else MONTHS[last].last_day.isoformat(),
            _to_amount(draw, minor),
        ]
        for account, first, last, minor in _list_lines(truth)
    ]
    # A line that has ended shows that accounts can leave.
    title = _title(draw, draw.pick("Subscriptions", "Abonnements"))
    return Book("", [_build_grid(draw, title, headings, rows, [3])], truth, draw.currency, MONTHS)


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
                change = _to_amount(draw, abs(minor - before))
                signed = -change if minor < before and not isinstance(change, str | None) else change  # type: ignore[operator] # a number
                rows.append([account, MONTHS[place].first_day.isoformat(), signed])
            before = minor
    title = _title(draw, draw.pick("Movements", "Mouvements"))
    return Book("", [_build_grid(draw, title, headings, rows, [2])], truth, draw.currency, MONTHS)


def _build_merged(draw: Draw, truth: Truth) -> Book:
    """Return a wide tab in which each account has two products below one merged cell."""
    _state_unit(draw)
    rows: Rows = []
    merges = []
    for account, amounts in truth.items():
        halves = [[minor // 2 for minor in amounts], [minor - minor // 2 for minor in amounts]]
        merges.append(len(rows))
        for number, half in enumerate(halves):
            cells = [_to_amount(draw, minor) if minor else 0 for minor in half]
            rows.append([None if number else account, f"P{number + 1}", *cells])
    headings: list[Cell] = [
        draw.pick("Customer", "Client"),
        draw.pick("Product", "Produit"),
        *_wide_headings(draw, MONTHS),
    ]
    state = draw.random.getstate()
    grid = _build_grid(draw, _title(draw, "MRR"), headings, list(rows), range(2, len(headings)))
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
            amount = _to_amount(draw, minor * months)
            until = MONTHS[place + months - 1].last_day.isoformat()
            rows.append([f"F{len(rows):04}", account, amount, MONTHS[place].first_day.isoformat(), until])
            place += months
    return Book(
        "", [_build_grid(draw, draw.pick("Invoices", "Factures"), headings, rows, [2])], truth, draw.currency, MONTHS
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
                rows.append([account, day, _to_amount(draw, before), _to_amount(draw, minor)])
            before = minor
    title = draw.pick("MRR events", "Événements MRR")
    return Book("", [_build_grid(draw, title, headings, rows, [2, 3])], truth, draw.currency, MONTHS)


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
