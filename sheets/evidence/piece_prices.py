"""Prices of one piece, such as a seat, and the column of the quantities that multiply them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from core.errors import N_, Sentence, WorkbookLayoutError
from core.text import fold
from sheets.cells.numbers import read_number
from sheets.cells.text import UnreadableCell, fold_heading, is_blank, read_text, remember_readings, split_camel_case
from sheets.cells.units import name_amount_heading
from sheets.evidence.layout_evidence import AMOUNT_KEYS
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import find_key
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell, Grid

_PIECE = r"(?:unit|piece|seat|user|licen[cs]e|siege|utilisateur|poste)"
_PIECE_PRICE = re.compile(rf"\bunit\b|\bunitaire\b|\b(?:per|par|each) {_PIECE}\b|/ ?{_PIECE}\b|\b{_PIECE} price\b")
# A price, unlike an amount, is more often that of one piece than that of a line.
_PRICE = re.compile(r"\b(?:price|prix)\b")
_QUANTITY = re.compile(
    r"(?:(?:number|no|nb|nombre|count) (?:of |de |d )?)?"
    r"(?:quantity|qty|quantite|qte|seats?|users?|licen[cs]es?|sieges?|utilisateurs?|postes?)(?: count)?"
)


def is_piece_price(heading: str) -> bool:
    """Tell whether a heading of amounts says that they are the price of one piece: "Unit price", "Price per seat"."""
    return _PIECE_PRICE.search(fold(split_camel_case(heading))) is not None


def find_line_quantities(grid: Grid, header: HeaderRow, key: str) -> HeaderRow:
    """Return the header row with the column Quantity that multiplies the amounts, and without one that does not.

    The total of a line comes before the price of one piece, and no quantity multiplies it. Seats and the like are the
    quantity of a price that says that it is the one of one piece.

    Args:
        grid: the tab.
        header: its header row.
        key: the key of the amounts of its layout.

    """
    if key not in header.columns:
        return header
    amounts = _list_amount_columns(header)
    amounts |= {other for other in header.others if name_amount_heading(header.heading(other)) == "amount"}
    prices = {column for column in amounts if is_piece_price(header.heading(column))}
    if not prices:
        return header
    column = header.columns[key]
    repeated = {other: first for other, first in header.repeated.items() if other not in prices}
    total = next((other for other, first in repeated.items() if first == column), None)
    if column in prices and total is not None:
        header = header.with_column(key, total)
        del repeated[total]
    header = replace(header, repeated=repeated)
    if header.columns[key] not in prices:
        return header.without_column("quantity")
    quantities = list_quantity_columns(header)
    if "quantity" not in header.columns and len(quantities) == 1 and _holds_whole_numbers(grid, header, quantities[0]):
        return header.without_column("seats").with_column("quantity", quantities[0])
    return header


def list_quantity_columns(header: HeaderRow) -> list[int]:
    """Return the columns headed as a number of pieces: Seats, Users, Licences."""
    columns = {*header.others, *(header.columns[key] for key in ("seats",) if key in header.columns)}
    return sorted(column for column in columns if _QUANTITY.fullmatch(fold_heading(header.heading(column))))


def check_prices(reader: TabReader, key: str) -> None:
    """Check that one column says how often the price of one piece is paid; doubt a price next to a number of pieces.

    Raises:
        WorkbookLayoutError: the amounts are the price of one piece, and it is unclear which column multiplies them.

    """
    header = reader.header
    column = header.columns[key]
    if "quantity" in header.columns:
        return
    quantities = list_quantity_columns(header)
    values = {"amount": header.heading(column), "columns": ", ".join(map(header.heading, quantities))}
    if is_piece_price(header.heading(column)) and quantities:
        raise WorkbookLayoutError(
            N_("“{amount}” (tab “{tab}”) is the price of one piece, and it is unclear what multiplies it: {columns}."),
            N_("Give the column of whole numbers that multiplies it the heading Quantity."),
            tab=reader.title,
            **values,
        )
    # "Unit price" without any number of pieces is the amount of a line with one of them.
    if is_piece_price(header.heading(column)) and find_key(fold_heading(header.heading(column))) != "amount":
        raise WorkbookLayoutError(
            N_("“{amount}” (tab “{tab}”) is the price of one piece, and no column says how many there are."),
            N_("Add a column Quantity; or, if it is the amount of the whole line, give it the heading Amount."),
            tab=reader.title,
            **values,
        )
    if not quantities:
        return
    if _PRICE.search(fold_heading(header.heading(column))):
        statement = Sentence(
            N_(
                "“{amount}” is read as the price of the whole line, and is not multiplied by {columns}. If it is the "
                "price of one piece, write “Unit price” above it; if not, “Amount”."
            ),
            values,
        )
        reader.decide("unit", statement, (-1, column), is_doubted=True)


def read_quantities(reader: TabReader, key: str, ids: Sequence[str]) -> Sequence[Decimal | None] | None:
    """Return (rows,) the quantities that multiply the amounts under `key`; None for amounts that none multiplies.

    A blank is 1. A quantity that is unreadable is reported, and None.

    Raises:
        WorkbookLayoutError: it is unclear which column multiplies the amounts.

    """
    check_prices(reader, key)
    columns = reader.header.columns
    if "quantity" not in columns:
        return None
    headings = {name: reader.header.heading(columns[name]) for name in (key, "quantity")}
    if not (is_piece_price(headings[key]) or _PRICE.search(fold_heading(headings[key]))):
        if has_quantities(reader):
            statement = Sentence(
                N_(
                    "“{amount}” is read as the amount of the whole line, and is not multiplied by “{quantity}”. If it "
                    "is the price of one piece, write “Unit price” above it."
                ),
                {"amount": headings[key], "quantity": headings["quantity"]},
            )
            reader.decide("unit", statement, (-1, columns["quantity"]), is_doubted=True)
        return None
    read = remember_readings(lambda cell: check_quantity(read_number(cell, reader.locale_format)))
    quantities: list[Decimal | None] = []
    for row, cell in enumerate(reader.cells_under("quantity")):
        quantity = read(cell)
        if isinstance(quantity, UnreadableCell):
            if ids[row]:
                reader.report(quantity.code, row, columns["quantity"], ids[row])
            quantities.append(None)
        else:
            quantities.append(Decimal(1) if quantity is None else quantity)
    decide_multiplication(reader, key)
    return quantities


def decide_multiplication(reader: TabReader, key: str) -> None:
    """Record that the amounts under `key` are multiplied by the column Quantity."""
    columns = reader.header.columns
    values = {
        name: reader.header.heading(columns[place]) for name, place in (("amount", key), ("quantity", "quantity"))
    }
    statement = Sentence(N_("“{amount}” is multiplied by “{quantity}”."), values)
    reader.decide("unit", statement, (-1, columns["quantity"]))


def check_quantity(quantity: Decimal | UnreadableCell | None) -> Decimal | UnreadableCell | None:
    """Return a quantity as read; a number below 0 and any other text are unreadable."""
    if isinstance(quantity, UnreadableCell) or (quantity is not None and quantity < 0):
        return UnreadableCell("quantity_unreadable")
    return quantity


def has_quantities(reader: TabReader) -> bool:
    """Tell whether the column Quantity has anything but 1."""
    return any(not is_blank(cell) and read_text(cell) != "1" for cell in reader.cells_under("quantity"))


def _list_amount_columns(header: HeaderRow) -> set[int]:
    firsts = {column for key, column in header.columns.items() if key in AMOUNT_KEYS}
    return firsts | {column for column, first in header.repeated.items() if first in firsts}


def _holds_whole_numbers(grid: Grid, header: HeaderRow, column: int) -> bool:
    cells = [row[column] for row in grid.rows[header.row + 1 :] if column < len(row) and not is_blank(row[column])]
    return bool(cells) and all(map(_is_whole, cells))


def _is_whole(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.strip().isdecimal()
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell >= 0 and float(cell).is_integer()
