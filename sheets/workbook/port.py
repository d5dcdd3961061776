"""The port to a workbook: it has tabs, reads grids, writes tables and tells its version.

`sheets.google` and `sheets.excel` implement it; everything else in this room works through it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

from core.config import Config
from core.errors import N_, ConfigError, Sentence

# What a cell holds. Google sends dates as serial numbers (days since 1899-12-30), Excel as dates.
# Spreadsheet errors arrive as their text: "#REF!".
Cell = str | int | float | bool | dt.datetime | dt.date | None

# What we write: text, exact numbers, dates, nothing. Never a formula.
Value = str | int | Decimal | dt.date | None

ColumnFormat = Literal["text", "integer", "money", "percent", "date", "month", "rate"]

# The colours of a ratio against its usual range, red-green-blue: told apart by all eyes, and readable in print.
BELOW, INSIDE, ABOVE = "FBD5B5", "DCEBD2", "C6DDF3"
# Headings, the lines of a chart in their order, and what is said beside the figures.
INK, LINES, ASIDE = "1F3B4D", ("1F3B4D", "D0782A"), "7F7F7F"


class Formula(str):
    """A formula that stands in a cell instead of its value, as a program wrote it and no spreadsheet ever ran it.

    A text that only looks like one, such as a customer called "=Acme", is a plain str.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NativeTable:
    """A table that people made of a part of a tab (Google: Format, Convert to table). Counted from 0, ends exclusive.

    Attributes:
        name: what people call it.
        top: the row of its headings.
        left: its first column.
        bottom: the row below its last one.
        right: the column after its last one.
        headings: one per column, as the spreadsheet has them; empty where it tells none.

    """

    name: str
    top: int
    left: int
    bottom: int
    right: int
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a workbook.

    Attributes:
        id: stays the same when the tab is renamed (Google: sheetId; Excel: its position, which is all there is).
        title: what people call it.
        rows: the height of its grid.
        columns: the width of its grid.
        ours: True when the bot made it, so that it may be written and is never read as input.
        tables: the native tables in it; a file's tabs have none.

    """

    id: int
    title: str
    rows: int
    columns: int
    ours: bool = False
    tables: tuple[NativeTable, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """What stands in a tab, row by row from row 1, column by column from A. Rows may be short; blank is None."""

    tab: Tab
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Band:
    """Cells of a table that the spreadsheet itself colours: below a range, inside it (both edges included), above it.

    Attributes:
        areas: (first row, row below the last, column) of each run of cells, counted from 0 within `Table.rows`.
        low: the range's lower edge.
        high: its upper edge.

    """

    areas: Sequence[tuple[int, int, int]]
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart of columns of a table, their headings being the names of the lines.

    Attributes:
        title: what stands above it.
        rows: how many rows it draws, from the first on.
        axis: the column of the months along it.
        lines: the columns that it draws, as percentages.
        low: where its vertical axis begins.
        high: where it ends.
        place: the column at whose first row its corner lies.
        width: in pixels.
        height: likewise.

    """

    title: str
    rows: int
    axis: int
    lines: Sequence[int]
    low: Decimal
    high: Decimal
    place: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Table:
    """A tab of ours to write: one line for people, further ones if need be, one row of headings, then the rows.

    Attributes:
        title: the tab's title.
        notice: the text of cell A1: what this tab is, and that the bot overwrites it.
        headings: the row above `rows`; an empty one stands over a column that keeps things apart.
        formats: one per heading; `money` and `percent` are numbers (`percent`: 1.036 shows as 103.6%), `date` and
            `month` are dates.
        rows: below the headings, each as long as they are.
        decimals: how many decimals `money` shows.
        notes: lines between the notice and the headings.
        widths: of each column, in characters; where there are none a file's columns are fitted to what is in them,
            and those of a Google Sheet stay as they are.
        frozen: how many columns stay in sight.
        groups: rows that begin a group and have a line above; those before the first group are totals, and bold.
        bands: which cells are coloured by the spreadsheet.
        chart: what is drawn beside the figures.

    """

    title: str
    notice: str
    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    rows: Sequence[Sequence[Value]]
    decimals: int = 2
    notes: Sequence[str] = ()
    widths: Sequence[int] = ()
    frozen: int = 0
    groups: Sequence[int] = ()
    bands: Sequence[Band] = ()
    chart: Chart | None = None

    @property
    def top(self) -> int:
        """How many rows stand above `rows`, the headings included."""
        return 2 + len(self.notes)

    @property
    def lead(self) -> int:
        """How many columns stand side by side from the left, before the first that keeps things apart."""
        return next((number for number, heading in enumerate(self.headings) if not heading), len(self.headings))


@dataclass(frozen=True, slots=True)
class Note:
    """A note of ours on a cell: the tab's title, the cell counted from 0, the text (see `sheets.notes`)."""

    tab: str
    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """What a write did about notes.

    Attributes:
        standing: how many cells have the note that they should have.
        removed: how many notes of ours were taken away, as nothing is wrong there any more.
        kept: how many cells go without: a note of somebody's own stands there, or they may not be edited.
        over: how many cells go without, as there were too many of them.
        why: why no note was put or taken away at all, where none was.

    """

    standing: int = 0
    removed: int = 0
    kept: int = 0
    over: int = 0
    why: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did.

    Attributes:
        place: where it stands now, for a person: the sheet's title, or the path of the file that was written.
        tabs: the titles that were written.
        refused: titles that exist and that the bot did not make, so they were left as they are.
        aside: True when the workbook could not be written without a loss, so a copy beside it was.
        noted: what became of the notes on cells.

    """

    place: str
    tabs: tuple[str, ...]
    refused: tuple[str, ...] = ()
    aside: bool = False
    noted: Noted = Noted()


class Workbook(Protocol):
    """A Google Sheet or an .xlsx file. Every method may raise a WorkbookError, and nothing else."""

    @property
    def name(self) -> str:
        """What people call the workbook: the spreadsheet's title or the file's name."""

    @property
    def source(self) -> str:
        """What tells this workbook from any other: `google:<spreadsheet id>` or `file:<absolute path>`."""

    @property
    def locale(self) -> str:
        """The locale such as `en_US` that decides decimal comma and day-first; empty where the file has none."""

    @property
    def time_zone(self) -> str:
        """The IANA time zone of the workbook; empty where the file has none."""

    def version(self) -> str:
        """Return a text that changes whenever the workbook does."""

    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs as they are now, in their order."""

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab of `tabs`, in that order; of each only the first `rows` rows when given."""

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> Written:
        """Replace the bot's own tabs by `tables`, making those that are missing.

        In other tabs the bot's own notes become `notes`, where nobody else's note stands; nothing else is touched
        there. None leaves every note as it is.
        """

    def link(self, tab: Tab, cell: str) -> str:
        """Return an address that opens `cell` (A1 notation) of `tab`; empty where there is no such thing."""


def column_letters(index: int) -> str:
    """Return the letters of the `index`-th column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return which column the letters mean, counted from 0: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def a1(row: int, column: int) -> str:
    """Return the A1 name of a cell, both counted from 0: (16, 3) is D17."""
    return f"{column_letters(column)}{row + 1}"


def source_of(config: Config) -> str | None:
    """Return what names the configured workbook in the store, without opening it; None when none is configured."""
    from sheets.google.address import spreadsheet_id

    if config.workbook.path:
        return f"file:{Path(config.workbook.path).absolute()}"
    return f"google:{spreadsheet_id(config.workbook.google)}" if config.workbook.google else None


def open_workbook(config: Config, waiting: Callable[[Sentence], None] | None = None) -> Workbook:
    """Return the workbook that the config names.

    `waiting` is told when a call to Google has to be tried again later, and why; the log when None.

    Raises:
        ConfigError: it names none, or both a sheet and a file.
        WorkbookError: it cannot be opened.

    """
    from sheets.excel.workbook import ExcelWorkbook
    from sheets.google.workbook import GoogleWorkbook

    if bool(config.workbook.path) == bool(config.workbook.google):
        raise ConfigError(
            N_("The config must name one workbook: a Google Sheet in workbook.google or a file in workbook.path."),
            N_("Set one of the two keys, or give --workbook."),
        )
    if config.workbook.path:
        return ExcelWorkbook(Path(config.workbook.path))
    return GoogleWorkbook.open(config.workbook.google, config.google, waiting)
