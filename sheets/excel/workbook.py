"""The workbook as an .xlsx file. Only this module, `excel_cells`, `excel_notes` and `excel_tabs` know openpyxl."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.writer.excel import ExcelWriter

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.excel.cell_reader import read_rows
from sheets.excel.files import digest, load, make, replace
from sheets.excel.notes import put_notes
from sheets.excel.package import losses, repack
from sheets.excel.tab_writer import MARK, fit_notes, put_sheet, put_table
from sheets.workbook.input_tabs import Sheet
from sheets.workbook.port import Grid, Note, Noted, Tab, Written
from sheets.workbook.tables import Table

_EPOCH = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed date for a document; the format has no time zone


class ExcelWorkbook:
    """An .xlsx file as a Workbook."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._open_as: tuple[str, openpyxl.Workbook] | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    @property
    def source(self) -> str:
        """`file:` and the absolute path."""
        return f"file:{self._path}"

    @property
    def locale(self) -> str:
        """Empty: an .xlsx file shows itself in the locale of whoever opens it."""
        return ""

    @property
    def time_zone(self) -> str:
        """Empty: an .xlsx file has none."""
        return ""

    def version(self) -> str:
        """Return the SHA-256 of the file, in hexadecimal."""
        return digest(load(self._path))

    def tabs(self) -> tuple[Tab, ...]:
        """Return the tabs as they are now, in their order, hidden ones too."""
        return tuple(self._tab(number, sheet) for number, sheet in enumerate(self._sheets()))

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab: the values that Excel last showed, errors as their text.

        A formula that has no such value (a program wrote it, Excel never opened it) reads as its text, `=A1+B1`:
        blank would be taken for a customer who left. Of merged cells, the first holds the value.
        """
        sheets = self._sheets()
        grids = []
        for tab in tabs:
            if tab.id >= len(sheets) or sheets[tab.id].title != tab.title:
                raise WorkbookBusyError(
                    N_("The tabs of {name} were changed while they were read."), N_("Try again."), name=self.name
                )
            with self._reading():
                grids.append(Grid(tab, read_rows(sheets[tab.id], rows)))
        return tuple(grids)

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> Written:
        """Replace the bot's own tabs by `tables`; write beside the file where rewriting it would lose something.

        The file is replaced in one step, and only if it is still what was read; nothing is written when nothing
        changed. Beside means `NAME.nrr.xlsx` in the same folder, which holds the bot's tabs alone, and so no notes.
        """
        data = load(self._path)
        book = self._whole(data)
        if book is None:
            return self._write_aside(tables)
        noted = Noted() if notes is None else put_notes(book, notes)
        for sheet in book.worksheets:
            fit_notes(sheet)
        titles = {sheet.title.casefold(): sheet for sheet in book.worksheets}
        refused = tuple(
            table.title
            for table in tables
            if (old := titles.get(table.title.casefold())) and MARK not in old.defined_names
        )
        written = [table for table in tables if table.title not in refused]
        for table in written:
            put_table(book, table)
        if written or noted.standing or noted.removed:
            # Through links, so that the file is replaced and not a link to it.
            replace(self._path.resolve(), data, self._save(book), like=self._path)
        return Written(str(self._path), tuple(table.title for table in written), refused, noted=noted)

    def link(self, tab: Tab, cell: str) -> str:  # noqa: ARG002 - the port's signature
        """Return nothing: there is no address that opens a cell of a file."""
        return ""

    def _write_aside(self, tables: Sequence[Table]) -> Written:
        path = self._path.with_name(f"{self._path.stem}.nrr.xlsx")
        data, book = None, _new_book()
        if path.exists():
            if not all(tab.ours for tab in ExcelWorkbook(path).tabs()):
                raise WorkbookDeniedError(
                    N_("{path} holds tabs that the bot did not make, so it was left as it is."),
                    N_("Rename it: the bot writes its tabs there, as {name} has parts that it cannot write again."),
                    path=path,
                    name=self.name,
                )
            data = load(path)
            book = self._whole(data) or book
        for table in tables:
            put_table(book, table)
        replace(path, data, self._save(book), like=self._path)
        return Written(str(path), tuple(table.title for table in tables), aside=True)

    def _whole(self, data: bytes) -> openpyxl.Workbook | None:
        """Return the workbook to be changed and saved again; None when that would lose something."""
        with self._reading():
            return None if losses(data, MARK) else openpyxl.load_workbook(io.BytesIO(data), rich_text=True)

    def _save(self, book: openpyxl.Workbook) -> bytes:
        with self._reading():
            return _saved(book)

    def _sheets(self) -> list[ReadOnlyWorksheet]:
        """Return the sheets of the file as it is now. Parsed again only when the file has changed."""
        data = load(self._path)
        content = digest(data)
        if self._open_as is None or self._open_as[0] != content:
            with self._reading():
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            self._open_as = (content, book)
        sheets: list[Any] = self._open_as[1].worksheets
        return sheets

    def _tab(self, number: int, sheet: ReadOnlyWorksheet) -> Tab:
        rows, columns = sheet.max_row, sheet.max_column
        if rows is None or columns is None:  # the file does not say: some writers leave it out
            with self._reading():
                grid = read_rows(sheet)
            rows, columns = len(grid), max((len(row) for row in grid), default=0)
        return Tab(number, sheet.title, rows, columns, ours=MARK in sheet.defined_names)  # type: ignore[attr-defined] # missing from the stubs

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Map whatever openpyxl trips over to a WorkbookError; drop its warnings about what it does not read."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except WorkbookError:
            raise
        except Exception as error:
            raise WorkbookError(
                N_("{path} is damaged, or was written by a program that does not keep to the format."),
                N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
                path=self._path,
            ) from error


def create(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write a new workbook with these input tabs. The same tabs make the same bytes.

    Raises:
        WorkbookDeniedError: there is a file already, or none may be made there.
        WorkbookError: the folder is missing, or the disk failed.

    """
    book = _new_book()
    for sheet in sheets:
        put_sheet(book.create_sheet(sheet.title), sheet)
    make(path, _saved(book))


def _new_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "nrrbot"
    book.properties.created = book.properties.modified = _EPOCH
    return book


def _saved(book: openpyxl.Workbook) -> bytes:
    """Return the workbook as bytes that depend on what is in it and on nothing else."""
    stream = io.BytesIO()
    # Not `book.save`, which enters the time of day.
    ExcelWriter(book, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)).save()
    return repack(stream.getvalue())
