"""The batchUpdate requests for the native table and the named ranges of a bot's tab. Sends nothing.

An existing table or named range is moved, not made anew: formulas of people that refer to it keep working.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sheets.google.writing.batch_requests import Request, encode_colour
from sheets.workbook.colours import HEADING_COLOUR
from sheets.workbook.tables import CellRange, Table

_WHITE = "FFFFFF"


@dataclass(frozen=True, slots=True)
class NamedRange:
    """A named range of a spreadsheet: its id, and the tab that it is in; None after that tab was deleted."""

    id: str
    sheet_id: int | None


def place_table(table: Table, sheet_id: int, table_id: str | None) -> Iterator[Request]:
    """Yield the request that makes the native table, or moves the one with the id `table_id`."""
    if table.lookup is None:
        return
    top = table.header_row_count - 1
    cells = (top, 0, top + 1 + max(1, len(table.rows)), len(table.headings))
    columns = [{"columnIndex": number, "columnName": heading} for number, heading in enumerate(table.headings)]
    native: Request = {"range": _build_range(sheet_id, cells), "columnProperties": columns}
    if table_id is None:
        # Otherwise Google gives the headings its own colour, under our white letters.
        colours = {"headerColorStyle": HEADING_COLOUR, "firstBandColorStyle": _WHITE, "secondBandColorStyle": _WHITE}
        rows = {name: encode_colour(colour) for name, colour in colours.items()}
        yield {"addTable": {"table": {"name": table.lookup.table_name, **native, "rowsProperties": rows}}}
    else:
        yield {"updateTable": {"table": {"tableId": table_id, **native}, "fields": "range,columnProperties"}}


def place_names(table: Table, sheet_id: int, present: Mapping[str, NamedRange]) -> Iterator[Request]:
    """Yield the requests that give the names for formulas their cells.

    A name that people gave to cells of another tab stays theirs.

    Args:
        table: the table with the names.
        sheet_id: its tab.
        present: the named ranges of the spreadsheet, by name.

    """
    for name, cells in table.list_names():
        old = present.get(name)
        if old is None:
            if cells is not None:
                yield {"addNamedRange": {"namedRange": {"name": name, "range": _build_range(sheet_id, cells)}}}
        elif old.sheet_id in {sheet_id, None}:
            if cells is None:
                yield {"deleteNamedRange": {"namedRangeId": old.id}}
            else:
                moved = {"namedRangeId": old.id, "name": name, "range": _build_range(sheet_id, cells)}
                yield {"updateNamedRange": {"namedRange": moved, "fields": "range"}}


def _build_range(sheet_id: int, cells: CellRange) -> Request:
    names = ("startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex")
    return {"sheetId": sheet_id, **dict(zip(names, cells, strict=True))}
