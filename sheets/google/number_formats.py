"""The number formats of a Google Sheet's tabs: the areas to ask for, and the runs with a currency or a unit.

A format costs up to 100 bytes for each cell, so one request of bounded size asks for the first rows of all tabs. A
column that has one format down to the last of these rows has it in all rows below; if it has several, the formats of
the rows below are unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from sheets.google.read_ranges import ADDRESS_LENGTH
from sheets.workbook.a1 import column_letters
from sheets.workbook.number_formats import FormatRuns, shows_unit
from sheets.workbook.port import Cell, FormatRun, Tab

# The limits of the request: cells of all tabs, at most 10 MB, and rows of each.
MAX_CELLS, MAX_ROWS = 100_000, 1_000
FORMAT_FIELDS = (
    "sheets(properties(sheetId),"
    "data(startRow,startColumn,rowData(values(effectiveFormat(numberFormat(type,pattern))))))"
)
# The types of formats whose cells are amounts; the others are dates, times, percentages and texts.
_AMOUNT_TYPES = frozenset({"NUMBER", "CURRENCY"})


class FormatArea(msgspec.Struct, frozen=True):
    """The first rows of a tab, whose formats are read."""

    tab: Tab
    rows: int

    @property
    def address(self) -> str:
        """The range in A1 notation."""
        title = self.tab.title.replace("'", "''")
        return f"'{title}'!A1:{column_letters(self.tab.columns - 1)}{self.rows}"


class _NumberFormat(msgspec.Struct):
    type: str = ""
    pattern: str = ""


class _CellFormat(msgspec.Struct, rename="camel"):
    number_format: _NumberFormat | None = None


class _FormatCell(msgspec.Struct, rename="camel"):
    effective_format: _CellFormat | None = None

    @property
    def code(self) -> str:
        """The number format if it has a currency or a unit, else empty."""
        number_format = self.effective_format.number_format if self.effective_format else None
        if number_format is None or number_format.type not in _AMOUNT_TYPES:
            return ""
        return number_format.pattern if shows_unit(number_format.pattern) else ""


class _FormatRow(msgspec.Struct):
    values: list[_FormatCell] = []


class FormatBlock(msgspec.Struct, rename="camel"):
    """The formats of a range, from its first row and column on."""

    start_row: int = 0
    start_column: int = 0
    row_data: list[_FormatRow] = []


class _FormatProperties(msgspec.Struct, rename="camel"):
    sheet_id: int = 0


class _FormatSheet(msgspec.Struct):
    properties: _FormatProperties
    data: list[FormatBlock] = []


class FormatSheets(msgspec.Struct):
    """The formats of several tabs."""

    sheets: list[_FormatSheet] = []

    def by_tab(self) -> dict[int, list[FormatBlock]]:
        """Return tab id -> its blocks."""
        return {sheet.properties.sheet_id: sheet.data for sheet in self.sheets}


def choose_format_areas(tabs: Sequence[Tab], heights: Sequence[int]) -> list[FormatArea]:
    """Return the first rows of each tab, up to the size of one request; `heights` are the tabs' rows with values."""
    filled = [(tab, height) for tab, height in zip(tabs, heights, strict=True) if height]
    rows = max(1, min(MAX_ROWS, MAX_CELLS // max(1, sum(tab.columns for tab, _ in filled))))
    areas: list[FormatArea] = []
    length = 0
    for tab, height in filled:
        area = FormatArea(tab, min(rows, height))
        length += len(quote(area.address)) + len("&ranges=")
        if length > ADDRESS_LENGTH:
            break
        areas.append(area)
    return areas


def join_formats(rows: Sequence[Sequence[Cell]], blocks: Sequence[FormatBlock]) -> tuple[FormatRun, ...]:
    """Return the runs of a tab: its cells, and the formats of its first rows."""
    runs, last = FormatRuns(), 0
    for block in blocks:
        last = max(last, block.start_row + len(block.row_data))
        for row, line in enumerate(block.row_data, block.start_row):
            cells = rows[row] if row < len(rows) else ()
            for column, cell in enumerate(line.values, block.start_column):
                if column < len(cells) and cells[column] is not None:
                    runs.add(row, column, cell.code)
    return runs.finish(len(rows) if last < len(rows) else None)
