"""The port to a workbook: list its tabs, read grids, write tables, return its version.

`sheets.google`, `sheets.excel` and `sheets.text_files` implement it; the other packages of `sheets` use the port alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from core.errors import Sentence
from sheets.workbook.origins import Origin, Place
from sheets.workbook.tables import CellRun, Table

# The value of a cell. Google sends dates as serial numbers (days since 1899-12-30), Excel as dates.
# Spreadsheet errors arrive as their text: "#REF!".
Cell = str | int | float | bool | dt.datetime | dt.date | None


class Formula(str):
    """A formula without a stored value: a program wrote it and no spreadsheet has calculated it yet.

    A text that only looks like a formula, such as a customer named "=Acme", is a plain str.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NativeTable:
    """A table that people made in a part of a tab (Google: Format, Convert to table). Counted from 0, ends exclusive.

    Attributes:
        name: the table's name.
        top: the row of the headings.
        left: the first column.
        bottom: the row below the last one.
        right: the column after the last one.
        headings: one per column, as the spreadsheet reports them; empty where it reports none.

    """

    name: str
    top: int
    left: int
    bottom: int
    right: int
    headings: tuple[str, ...]


class Area(NamedTuple):
    """A rectangle of cells. Counted from 0, ends exclusive."""

    top: int
    left: int
    bottom: int
    right: int


class FormatRun(NamedTuple):
    """Cells of one column with one number format, from row `top` to the row before `bottom`, counted from 0.

    Attributes:
        column: the column.
        top: the first row.
        bottom: the row below the last one.
        code: the number format as the workbook stores it, such as `[$£-809]#,##0.00` or `#,##0" k€"`.

    """

    column: int
    top: int
    bottom: int
    code: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of a workbook.

    Attributes:
        id: the tab's id. A Google tab keeps its sheetId when it is renamed; an Excel tab has only its position.
        title: the tab's title.
        rows: the height of the grid.
        columns: the width of the grid.
        is_bot_tab: True if the bot created the tab: the bot may overwrite it and never reads it as input.
        tables: the native tables of the tab; a file's tabs have none.
        is_hidden: True if people do not see the tab. It is named as hidden, and read only if the config names it.
        bot_title: the title that the bot gave to its tab, whatever people call it now; empty for other tabs.

    """

    id: int
    title: str
    rows: int
    columns: int
    is_bot_tab: bool = False
    tables: tuple[NativeTable, ...] = ()
    is_hidden: bool = False
    bot_title: str = ""


def find_bot_tab(tabs: Iterable[Tab], title: str) -> Tab | None:
    """Return the tab that the bot made with that title; None without one. A copy of it that people made comes last."""
    made = [tab for tab in tabs if tab.bot_title == title]
    return next((tab for tab in made if tab.title == title), made[0] if made else None)


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a tab, row by row from row 1, column by column from A. Rows may be short; a blank cell is None.

    Attributes:
        tab: the tab.
        rows: its cells.
        merges: the merged cells; only the first cell of each has the value.
        formats: the number formats with a currency or a unit, such as `#,##0.00 "€"`; other formats are left out.
        origin: where the cells are in the workbook, if the grid was put together from others; None for a tab as it is.
        digest: hash of all that the workbook sent for the grid; empty if it is not known.
        findings: what was searched for in the grid -> what was found; a grid with other cells begins without any.

    """

    tab: Tab
    rows: Sequence[Sequence[Cell]]
    merges: tuple[Area, ...] = ()
    formats: tuple[FormatRun, ...] = ()
    origin: Origin | None = None
    digest: str = field(default="", repr=False, compare=False)
    findings: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def locate(self, row: int, column: int) -> Place:
        """Return the place in the workbook of a cell, both numbers counted from 0."""
        return self.origin.locate(row, column) if self.origin else Place(self.tab.title, row, column)

    def list_cells(self, column: int, first: int, end: int | None = None) -> list[Cell]:
        """Return the cells of a column from the row `first` to before `end`; None where a row is too short."""
        rows = self.rows[first:end]
        try:
            return list(map(itemgetter(column), rows))
        except IndexError:
            return [row[column] if column < len(row) else None for row in rows]


@dataclass(frozen=True, slots=True)
class RowView:
    """Rows of a tab of the bot that a link shows alone.

    Attributes:
        title: the name of the view, unique in the tab.
        top: the row of the headings, counted from 0.
        column: the column that tells the rows apart, counted from 0.
        hidden: the texts in it whose rows are hidden.

    """

    title: str
    top: int
    column: int
    hidden: Sequence[str]


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the bot on a cell: the tab's title, row and column from 0, the text (see `sheets.workbook.notes`)."""

    tab: str
    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class NotesResult:
    """The effect of a write on the notes.

    Attributes:
        present: the number of cells that now have their note.
        removed: the number of the bot's notes that were removed because the problem is fixed.
        blocked: the number of cells without their note because they have another note or may not be edited.
        over_limit: the number of cells without a note because there were too many.
        reason: the reason why notes were neither written nor removed; None if they were.

    """

    present: int = 0
    removed: int = 0
    blocked: int = 0
    over_limit: int = 0
    reason: Sentence | None = None


@dataclass(frozen=True, slots=True)
class WriteResult:
    """The effect of a write.

    Attributes:
        location: the title of the Google Sheet or the path of the file that was written.
        tabs: the titles that were written.
        refused: the titles of existing tabs that the bot did not create and left unchanged.
        notes: the effect on the notes.
        is_copy: True if a separate file was written instead of the workbook.
        reason: the reason why nothing was written, or only a separate file.
        is_unchanged: True if nothing was written because it would be what was written last.
        answered: the number of questions of NRR Ask that were answered.
        ask_reason: the reason why the questions of NRR Ask were not answered; None if they were.
        ids: title -> id of the tabs that were written, in a Google Sheet.

    """

    location: str
    tabs: tuple[str, ...]
    refused: tuple[str, ...] = ()
    notes: NotesResult = NotesResult()
    is_copy: bool = False
    reason: Sentence | None = None
    is_unchanged: bool = False
    answered: int = 0
    ask_reason: Sentence | None = None
    ids: Mapping[str, int] = field(default_factory=dict)


class Workbook(Protocol):
    """A Google Sheet, a file or a folder of files. Every method may raise a WorkbookError, and nothing else."""

    @property
    def name(self) -> str:
        """The spreadsheet's title or the file's name."""

    @property
    def source(self) -> str:
        """The workbook's unique id: `google:` or `google-link:` and the spreadsheet's id, or `file:` and the path."""

    @property
    def locale(self) -> str:
        """The locale, such as `en_US`, which decides on decimal comma and order of dates; empty if unknown."""

    @property
    def time_zone(self) -> str:
        """The IANA time zone of the workbook; empty for a file."""

    @property
    def server_time(self) -> dt.datetime | None:
        """The time that the server gave with its last answer; None for a file, and before the first answer."""

    def version(self) -> str:
        """Return a text that differs after each change of the workbook."""

    def stamp(self) -> str:
        """Return a text that differs after a change, without reading the workbook; empty if only a reading can tell.

        A version is exact; a stamp costs next to nothing.
        """

    def stamp_own_write(self) -> str | None:
        """Return the stamp after a write by the bot; None if someone else has changed the workbook since."""

    def tabs(self) -> tuple[Tab, ...]:
        """Return the current tabs, in their order."""

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab, in the order of `tabs`; only the first `rows` rows of each if given."""

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:
        """Replace the bot's tabs by `tables` and create the missing ones.

        In the other tabs, replace the bot's notes by `notes` and change nothing else; a cell with a note by a person
        keeps it. If `notes` is None, all notes stay unchanged.
        """

    def mark_places(self, tab: Tab, row: int, columns: Sequence[int]) -> None:
        """Mark a row and columns of a tab, counted from 0: `write_cells` is refused once people have moved one of them.

        Where only a whole file can be compared, every change of it counts as such a move.
        """

    def write_cells(self, tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence | None:
        """Write cells of one tab in one step: all of them or none. Return why nothing can be written; None if it was.

        `decimals` is the number of decimals of money. A marked row or column that has moved is a WorkbookError.
        """

    def link(self, tab: Tab, cell: str) -> str:
        """Return the address that opens `cell` (A1 notation) of `tab`; empty for a file."""

    def link_view(self, tab: Tab, title: str) -> str:
        """Return the address that opens `tab` with the view of that title; empty for a file, which has no views."""

    def write_views(self, tab: Tab, views: Sequence[RowView], kept: Collection[str]) -> None:
        """Write views of a tab, and delete all others of the bot whose title is not among `kept`."""
