"""Random tabs with a row for each line of an account: subscriptions and invoices, with the columns of such tabs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sheets.workbook.port import Cell
from tests.support.random_books import (
    MONTHS,
    Book,
    Draw,
    Rows,
    Truth,
    build_grid,
    name_amount,
    name_tab,
    write_amount,
)

_DAY = dt.timedelta(days=1)
_INTERVALS = {
    1: (("month", "monthly", "Monthly"), ("mois", "mensuel", "Mensuel")),
    3: (("quarter", "quarterly", "Quarterly"), ("trimestre", "trimestriel", "Trimestriel")),
    12: (("year", "annual", "Yearly"), ("an", "annuel", "Annuelle")),
}


@dataclass(frozen=True)
class Line:
    """A time of an account with one MRR.

    Attributes:
        account: the account.
        first: the first month, as a place in MONTHS.
        last: the last one.
        minor: the MRR in minor units; of what the row says where the line does not count.
        start: its first day; the first of the month if None.
        end: its last day; the last of the month if None.
        is_open: True if it has not ended.
        cells: heading -> cell of the columns after the amount.

    """

    account: str
    first: int
    last: int
    minor: int
    start: dt.date | None = None
    end: dt.date | None = None
    is_open: bool = False
    months: int = 1
    pieces: int = 1
    cells: dict[str, Cell] = field(default_factory=dict)

    def write_start(self) -> str:
        """Return the first day."""
        return (self.start or MONTHS[self.first].first_day).isoformat()

    def write_end(self) -> str:
        """Return the last day."""
        return (self.end or MONTHS[self.last].last_day).isoformat()


def list_lines(truth: Truth) -> list[Line]:
    """Return a line for each time with one MRR."""
    lines = []
    for account, amounts in truth.items():
        start = 0
        for place in range(1, len(amounts) + 1):
            if place == len(amounts) or amounts[place] != amounts[start]:
                if amounts[start]:
                    is_open = place == len(amounts)
                    lines.append(Line(account, start, place - 1, amounts[start], is_open=is_open))
                start = place
    return lines


def _renew_lines(draw: Draw, lines: Sequence[Line]) -> list[Line]:
    """Divide lines into terms: each begins on the day after the one before, or on its last day."""
    months = draw.random.choice([3, 6, 12])
    overlap = draw.random.choice([0, 0, 1])
    # The first day of each later term; 0 is the last day of the month before, which only an overlap leaves in one term.
    day = draw.random.choice([1, 15, 1 - overlap])
    renewed = []
    for line in lines:
        places = range(line.first, line.last + 1, months)
        starts = [None, *(MONTHS[place].first_day + _DAY * (day - 1) for place in places[1:])]
        for number, place in enumerate(places):
            is_last = number + 1 == len(places)
            following = starts[number + 1] if not is_last else None
            renewed.append(
                replace(
                    line,
                    first=place,
                    last=line.last if is_last else place + months - 1,
                    start=starts[number],
                    end=following - _DAY * (1 - overlap) if following else None,
                    is_open=line.is_open and is_last,
                )
            )
    return renewed


def _bill_pieces(draw: Draw, lines: Sequence[Line]) -> list[Line]:
    """Give each line a number of pieces that divides its amount."""
    return [replace(line, pieces=draw.random.choice([1, 2, 3, 4, 5, 8, 10])) for line in lines]


def _bill_intervals(draw: Draw, lines: Sequence[Line]) -> list[Line]:
    """Give each line an interval in a column with one of many headings."""
    heading = draw.random.choice(
        draw.pick(
            "Interval,Billing,Billing cycle,Payment terms,Billed,Frequency,Cadence,Plan billing",
            "Intervalle,Facturation,Périodicité,Règlement,Rythme,Paiement",
        ).split(",")
    )
    form = draw.random.randrange(3)
    billed = []
    for line in lines:
        months = draw.random.choice([1, 3, 12])
        billed.append(
            replace(line, months=months, cells={**line.cells, heading: _INTERVALS[months][draw.french][form]})
        )
    return billed


def _state_statuses(draw: Draw, lines: Sequence[Line]) -> list[Line]:
    """Give each line a status, and add lines that do not count."""
    heading = draw.pick("Status", "Statut")
    counted, ended = draw.random.choice(
        [("active", "canceled"), ("Live", "Churned"), ("Current", "Expired")]
        if not draw.french
        else [("actif", "résilié"), ("En cours", "Terminé"), ("Active", "Expirée")]
    )
    free = draw.random.choice(
        ["trialing", "paused", "Draft", "incomplete"] if not draw.french else ["essai", "En pause", "brouillon"]
    )
    last_of = {line.account: line for line in sorted(lines, key=lambda line: line.first)}
    stated = []
    for line in lines:
        follows = last_of[line.account] is not line
        status = counted if line.is_open else draw.pick("renewed", "renouvelé") if follows else ended
        stated.append(replace(line, cells={**line.cells, heading: status}))
        if draw.random.random() < 0.1:
            stated.append(replace(line, cells={**line.cells, heading: free}))
    return stated


def _end_in_future(draw: Draw, lines: Sequence[Line]) -> list[Line]:
    """Give open lines an end after the last month."""
    return [
        replace(line, is_open=False, end=dt.date(2026, draw.random.randint(1, 12), 28)) if line.is_open else line
        for line in lines
    ]


LINE_KINDS: Mapping[str, Callable[[Draw, Sequence[Line]], list[Line]]] = {
    "renewals": _renew_lines,
    "pieces": _bill_pieces,
    "intervals": _bill_intervals,
    "statuses": _state_statuses,
    "future ends": _end_in_future,
}


def _change_lines(draw: Draw, lines: list[Line], kinds: Sequence[str]) -> list[Line]:
    """Return the lines with the kinds that are drawn, each for itself."""
    for name in kinds:
        if draw.random.random() < 0.25:
            lines = LINE_KINDS[name](draw, lines)
            draw.kinds.add(name)
    return lines


def _list_piece_columns(draw: Draw, lines: Sequence[Line], amount: str) -> tuple[list[Cell], Rows]:
    """Return the headings and cells of the amounts of lines: the amount of a line, or of one piece and their number.

    The heading says which of both it is; the amount of the line may be next to the price.
    """
    totals: Rows = [[write_amount(draw, line.minor * line.months)] for line in lines]
    if "pieces" not in draw.kinds:
        return [amount], totals
    price = draw.random.choice(
        draw.pick("Unit price,Price per seat,Price per user,Price/licence", "Prix unitaire,Prix par utilisateur").split(
            ","
        )
    )
    price = f"{price} ({draw.currency})" if draw.currency_place == "heading" else price
    number = draw.random.choice(
        draw.pick("Quantity,Qty,Seats,Users,Licences", "Quantité,Qté,Sièges,Utilisateurs").split(",")
    )
    prices: Rows = [[write_amount(draw, line.minor * line.months // line.pieces), line.pieces] for line in lines]
    place = draw.random.choice(["alone", "alone", "before", "after"])
    if place == "alone":
        return [price, number], prices
    pairs = zip(totals, prices, strict=True)
    if place == "before":
        return [amount, price, number], [[*total, *cells] for total, cells in pairs]
    return [price, number, amount], [[*cells, *total] for total, cells in pairs]


def _list_extra_columns(lines: Sequence[Line]) -> tuple[list[Cell], Rows]:
    headings = list(lines[0].cells)
    return list(headings), [[line.cells.get(heading) for heading in headings] for line in lines]


def build_subscriptions(draw: Draw, truth: Truth) -> Book:
    """Return a line for each time with one MRR; its end by a date, by a word for an open one, or by its status."""
    lines = _change_lines(draw, list_lines(truth), list(LINE_KINDS))
    amount = name_amount(draw, "MRR")
    if "intervals" in draw.kinds or "pieces" in draw.kinds:
        draw.unit, draw.unit_place = "MRR", "none"
        amount = draw.pick("Amount", "Montant")
        amount = f"{amount} ({draw.currency})" if draw.currency_place == "heading" else amount
    elif draw.unit_place != "heading" and draw.unit.startswith("ARR"):
        amount = draw.pick("Amount", "Montant")
    elif draw.unit.startswith("ARR") and draw.random.random() < 0.5:
        amount = amount.replace("ARR", "ACV")
    open_end = draw.random.choice([None, None, "n/a", "-", draw.pick("ongoing", "en cours")])
    draw.random.shuffle(lines)
    amount_headings, amounts = _list_piece_columns(draw, lines, amount)
    extra_headings, extra = _list_extra_columns(lines)
    headings: list[Cell] = [draw.pick("Customer", "Client"), draw.pick("Start date", "Date de début")]
    headings += [draw.pick("End date", "Date de fin"), *amount_headings, *extra_headings]
    rows: Rows = [
        [line.account, line.write_start(), open_end if line.is_open else line.write_end(), *cells, *more]
        for line, cells, more in zip(lines, amounts, extra, strict=True)
    ]
    title = name_tab(draw, draw.pick("Subscriptions", "Abonnements"))
    places = _list_amount_places(headings, 3, len(amount_headings))
    return Book("", [build_grid(draw, title, headings, rows, places)], truth, draw.currency, MONTHS)


def _list_amount_places(headings: Sequence[Cell], first: int, count: int) -> list[int]:
    """Return the columns of amounts, without those of pieces."""
    pieces = {"Quantity", "Qty", "Seats", "Users", "Licences", "Quantité", "Qté", "Sièges", "Utilisateurs"}
    return [column for column in range(first, first + count) if headings[column] not in pieces]


def build_invoices(draw: Draw, truth: Truth) -> Book:
    """Return an invoice for each account and month, or quarter with one MRR, with the period that it covers."""
    draw.unit, draw.unit_place = "MRR", "none"
    draw.currency_place = "column" if draw.currency_place == "heading" else draw.currency_place
    lines = []
    for line in list_lines(truth):
        place = line.first
        while place <= line.last:
            months = 3 if place + 2 <= line.last and draw.random.random() < 0.4 else 1
            lines.append(replace(line, first=place, last=place + months - 1, months=months))
            place += months
    lines = _change_lines(draw, lines, ["pieces"])
    amount_headings, amounts = _list_piece_columns(draw, lines, draw.pick("Amount", "Montant"))
    headings: list[Cell] = [
        *(draw.pick("Invoice no", "N° de facture"), draw.pick("Customer", "Client"), *amount_headings),
        *(draw.pick("Period start", "Début de période"), draw.pick("Period end", "Fin de période")),
    ]
    rows: Rows = [
        [f"F{number:04}", line.account, *cells, line.write_start(), line.write_end()]
        for number, (line, cells) in enumerate(zip(lines, amounts, strict=True))
    ]
    places = _list_amount_places(headings, 2, len(amount_headings))
    grid = build_grid(draw, draw.pick("Invoices", "Factures"), headings, rows, places, 1)
    return Book("", [grid], truth, draw.currency, MONTHS)
