"""A table for one of the bot's tabs: rows, formats, colours, chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Literal


class Missing(Enum):
    """A figure that does not exist: the cell shows an error, so that no sum counts it as 0."""

    NOT_AVAILABLE = "#N/A"


NOT_AVAILABLE = Missing.NOT_AVAILABLE


@dataclass(frozen=True, slots=True)
class Link:
    """A text that opens a place.

    Attributes:
        text: the text of the cell.
        address: an address of the internet, or a cell of the same file: `#'MRR'!D17`.

    """

    text: str
    address: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class OwnFormula:
    """A formula that is a constant of the bot, never a text of people. English names, `;` between arguments, no `=`."""

    text: str

    def __str__(self) -> str:
        return self.text


# (first row, first column, row below the last, column after the last) of a rectangle of cells, counted from 0.
CellRange = tuple[int, int, int, int]

# The values that the bot writes: text, exact numbers, dates, None for a blank cell, #N/A. Never a formula of people.
Value = str | int | Decimal | dt.date | Missing | Link | OwnFormula | None

# `any` is for texts that formulas make: in a cell for text a spreadsheet shows the formula.
ColumnFormat = Literal["any", "text", "integer", "money", "percent", "date", "month", "rate"]


@dataclass(frozen=True, slots=True)
class CellRun:
    """Adjacent cells of one row that are written into an existing tab, in which no other cell changes.

    Attributes:
        row: the row, counted from 0.
        column: the column of the first cell, counted from 0.
        cells: the value and the number format of each cell.

    """

    row: int
    column: int
    cells: Sequence[tuple[Value, ColumnFormat]]


@dataclass(frozen=True, slots=True)
class Band:
    """Cells that the spreadsheet colours by a range: below it, inside it (both edges included), above it.

    Attributes:
        areas: (first row, row below the last, column) of each run of cells, counted from 0 within `Table.rows`.
        low: the lower edge of the range.
        high: the upper edge of the range.

    """

    areas: Sequence[tuple[int, int, int]]
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart of columns of a table; their headings are the names of the lines.

    Attributes:
        title: the text above the chart.
        row_count: the number of rows that are drawn, from the first on.
        axis_column: the column with the months of the horizontal axis.
        line_columns: the columns that are drawn, as percentages.
        guide_columns: the columns that are drawn as thin broken lines: a target, the edges of a range.
        axis_min: the lower end of the vertical axis; None where the spreadsheet chooses it.
        axis_max: the upper end of the vertical axis; None where the spreadsheet chooses it.
        anchor_column: the column of the chart's corner.
        anchor_row: the row of the chart's corner, counted from 0 within `Table.rows`.
        width: the width in pixels.
        height: the height in pixels.

    """

    title: str
    row_count: int
    axis_column: int
    line_columns: Sequence[int]
    axis_min: Decimal | None
    axis_max: Decimal | None
    anchor_column: int
    width: int
    height: int
    anchor_row: int = 0
    guide_columns: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line above the headings: a label in column A, a date in column B.

    Attributes:
        label: the text.
        day: the date.
        name: the name of the date's cell in the workbook.

    """

    label: str
    day: dt.date
    name: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """The names by which formulas of people find the cells of a table.

    Attributes:
        table_name: the name of the native table.
        key_columns: name in the workbook -> the column with a key; None for a name that the tab no longer has.
        columns: name in the workbook -> the column with a figure.
        functions: name of a function, where the workbook can have some -> the name of the column that it looks up.

    """

    table_name: str
    key_columns: Mapping[str, int | None]
    columns: Mapping[str, int]
    functions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One of the bot's tabs: a notice, further lines of text, one row of headings, then the rows.

    Attributes:
        title: the tab's title.
        notice: the text of cell A1: the content of the tab, and that the bot overwrites it.
        headings: the row above `rows`; an empty heading marks a separator column.
        formats: one per heading; `money` and `percent` are numbers (`percent`: 1.036 is shown as 103.6%), `date` and
            `month` are dates.
        rows: the rows below the headings, each as long as the headings.
        decimals: the number of decimals of `money`.
        note_lines: the lines between the notice and the headings.
        widths: the width of each column, in characters. If empty, the columns of a file are fitted to their content
            and those of a Google Sheet keep their width.
        is_list: True for a list to filter and to read: it has a filter, and long texts are wrapped.
        frozen_columns: the number of columns that do not scroll.
        group_starts: the first rows of groups, each with a line above; the rows before the first group are totals, in
            bold.
        bold_rows: further rows in bold, such as the headings of a part.
        bands: the cells that the spreadsheet colours.
        chart: the chart next to the figures.
        printed: (rows, columns) of the part that is printed on one landscape page, the lines above the headings
            included in it; None where as many pages as needed are printed.
        date_lines: the lines with a date, below the note lines.
        lookup: the names for formulas.

    """

    title: str
    notice: str
    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    rows: Sequence[Sequence[Value]]
    decimals: int = 2
    note_lines: Sequence[str] = ()
    widths: Sequence[int] = ()
    is_list: bool = False
    frozen_columns: int = 0
    group_starts: Sequence[int] = ()
    bold_rows: Sequence[int] = ()
    bands: Sequence[Band] = ()
    chart: Chart | None = None
    printed: tuple[int, int] | None = None
    date_lines: Sequence[DateLine] = ()
    lookup: Lookup | None = None

    @property
    def header_row_count(self) -> int:
        """The number of rows above `rows`, including the headings."""
        return 2 + len(self.note_lines) + len(self.date_lines)

    def list_names(self) -> Iterator[tuple[str, CellRange | None]]:
        """Yield each name for formulas with its cells in the tab; None for a name that the tab no longer has."""
        for row, line in enumerate(self.date_lines, 1 + len(self.note_lines)):
            yield line.name, (row, 1, row + 1, 2)
        top = self.header_row_count
        # A blank row counts as the first row of an empty table: a name needs a cell.
        bottom = top + max(1, len(self.rows))
        for name, column in {**self.lookup.key_columns, **self.lookup.columns}.items() if self.lookup else ():
            yield name, None if column is None else (top, column, bottom, column + 1)

    @property
    def has_links(self) -> bool:
        """True if a cell is a link."""
        return any(isinstance(value, Link) for row in self.rows for value in row)

    @property
    def main_column_count(self) -> int:
        """The number of columns before the first separator column."""
        return next((number for number, heading in enumerate(self.headings) if not heading), len(self.headings))
