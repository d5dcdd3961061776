"""The port to a workbook: it has tabs, reads grids, writes tables and tells its version.

`sheets.google` and `sheets.excel` implement it; everything else in this room works through it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.errors import Sentence
from sheets.workbook.tables import Table

# What a cell holds. Google sends dates as serial numbers (days since 1899-12-30), Excel as dates.
# Spreadsheet errors arrive as their text: "#REF!".
Cell = str | int | float | bool | dt.datetime | dt.date | None


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
