"""The workbook as an .xlsx file. openpyxl is imported in this package only."""

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

from core.errors import N_, Sentence, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.excel.book_reader import open_book
from sheets.excel.cell_reader import read_sheet
from sheets.excel.cell_writer import write_cells
from sheets.excel.files import create_file, read_package, replace_file
from sheets.excel.notes import write_notes
from sheets.excel.package import repack_package
from sheets.excel.package_limits import check_parts
from sheets.excel.part_writer import write_tabs
from sheets.excel.parts.book_part import BookPart
from sheets.excel.parts.package_parts import Package
from sheets.excel.strict_package import convert_strict_package
from sheets.excel.tab_writer import TAB_MARK, write_input_tab, write_table
from sheets.workbook.files import FileBase, hash_content
from sheets.workbook.input_tabs import InputTab
from sheets.workbook.limits import CellBudget, check_memory
from sheets.workbook.port import Grid, Note, NotesResult, Tab, WriteResult
from sheets.workbook.tables import CellRun, Table

# A fixed date, so that equal workbooks are equal bytes.
_CREATED = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no time zone


class ExcelWorkbook(FileBase):
    """An .xlsx file as a Workbook."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._cached_book: tuple[str, openpyxl.Workbook] | None = None
        self._marked_content = ""

    def version(self) -> str:
        """Return the SHA-256 of the file, in hexadecimal."""
        return hash_content(read_package(self._path))

    def tabs(self) -> tuple[Tab, ...]:
        """Return the current tabs, in their order, including hidden ones."""
        return tuple(self._to_tab(number, sheet) for number, sheet in enumerate(self._load_sheets()))

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab: the values that Excel stored last, errors as their text.

        A formula without a stored value (a program wrote it, Excel never opened it) is read as its text, `=A1+B1`: as
        a blank it would count as a customer who left. Of merged cells, the first has the value.
        """
        sheets = self._load_sheets()
        budget = CellBudget(self._path)
        grids = []
        for tab in tabs:
            if tab.id >= len(sheets) or sheets[tab.id].title != tab.title:
                raise self._build_change_error()
            with self._map_errors():
                grids.append(Grid(tab, *read_sheet(sheets[tab.id], budget, rows)))
        return tuple(grids)

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:
        """Replace the bot's tabs by `tables`; all other parts of the file keep their bytes.

        The file is replaced in one step, and only if it is unchanged since it was read; without changes nothing is
        written. A signed or locked file is left as it is: the tabs go to a copy, `NAME.nrr.xlsx` in the same folder,
        which has the bot's tabs only, and no notes.
        """
        data = read_package(self._path)
        with self._map_errors():
            check_parts(self._path, data)
            package = Package(data)
            book = BookPart(package, TAB_MARK)
            lock = book.find_lock()
        if lock:
            return self.write_copy(tables, Sentence(lock))
        with self._map_errors():
            written, refused = write_tabs(package, book, tables)
            notes_result = NotesResult() if notes is None else write_notes(package, book, notes)
            new = package.serialise()
        # The resolved path: replace the file, not a link to it.
        replace_file(self._path.resolve(), data, new, like=self._path)
        return WriteResult(str(self._path), written, refused, notes=notes_result)

    def mark_places(self, tab: Tab, row: int, columns: Sequence[int]) -> None:  # noqa: ARG002 - the port's signature
        """Note the content of the file: `write_cells` is refused once someone else has saved another one."""
        self._marked_content = self.version()

    def write_cells(self, tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence | None:
        """Write the cells; all others keep their bytes. A signed or locked file is left as it is."""
        data = read_package(self._path)
        if self._marked_content and hash_content(data) != self._marked_content:
            raise self._build_change_error()
        with self._map_errors():
            check_parts(self._path, data)
            package = Package(data)
            book = BookPart(package, TAB_MARK)
            lock = book.find_lock()
            sheet = next((sheet for sheet in book.sheets() if sheet.title == tab.title and sheet.is_worksheet), None)
            if lock:
                return Sentence(lock)
            if sheet is None:
                raise self._build_change_error()
            write_cells(package, book, sheet, runs, decimals)
            new = package.serialise()
        replace_file(self._path.resolve(), data, new, like=self._path)
        self._marked_content = hash_content(new) if self._marked_content else ""
        return None

    def write_copy(self, tables: Sequence[Table], reason: Sentence | None = None) -> WriteResult:
        """Write the tables into `NAME.nrr.xlsx` in the same folder. Works for a file of any format, or a folder."""
        path = self._path.with_name(f"{self._path.stem}.nrr.xlsx")
        if path.exists():
            copy = ExcelWorkbook(path)
            if not all(tab.is_bot_tab for tab in copy.tabs()):
                raise WorkbookDeniedError(
                    N_("{path} holds tabs that the bot did not make, so it was left as it is."),
                    N_("Rename it: the bot writes its tabs there, as it cannot write them into {name}."),
                    path=path,
                    name=self.name,
                )
            written = copy.write(tables).tabs
        else:
            book = _create_book()
            for table in tables:
                write_table(book, table)
            replace_file(path, None, _serialise_book(book), like=self._path)
            written = tuple(table.title for table in tables)
        return WriteResult(str(path), written, is_copy=True, reason=reason)

    def _load_sheets(self) -> list[ReadOnlyWorksheet]:
        """Return the current sheets of the file. Parses the file again only after a change."""
        data = read_package(self._path)
        content = hash_content(data)
        if self._cached_book is None or self._cached_book[0] != content:
            with self._map_errors():
                check_parts(self._path, data)
                book = open_book(self._path, convert_strict_package(data))
            self._cached_book = (content, book)
        sheets: list[Any] = self._cached_book[1].worksheets
        return sheets

    def _to_tab(self, number: int, sheet: ReadOnlyWorksheet) -> Tab:
        rows, columns = sheet.max_row, sheet.max_column
        if rows is None or columns is None:  # some programs omit the size
            with self._map_errors():
                cells = read_sheet(sheet, CellBudget(self._path)).rows
            rows, columns = len(cells), max((len(row) for row in cells), default=0)
        is_bot_tab = TAB_MARK in sheet.defined_names  # type: ignore[attr-defined] # missing from the stubs
        return Tab(
            number,
            sheet.title,
            rows,
            columns,
            is_bot_tab=is_bot_tab,
            is_hidden=sheet.sheet_state != "visible",
            bot_title=sheet.title if is_bot_tab else "",
        )

    def _build_change_error(self) -> WorkbookBusyError:
        return WorkbookBusyError(
            N_("The tabs of {name} were changed while they were read."), N_("Try again."), name=self.name
        )

    @contextlib.contextmanager
    def _map_errors(self) -> Iterator[None]:
        """Map the errors of openpyxl to a WorkbookError, and drop its warnings about content that it does not read."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except (WorkbookError, MemoryError):
            raise
        except Exception as error:
            check_memory(error)
            raise WorkbookError(
                N_("{path} is damaged, or was written by a program that does not keep to the format."),
                N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
                path=self._path,
            ) from error


def create_workbook(path: Path, sheets: Sequence[InputTab]) -> None:
    """Write a new workbook with these input tabs. Equal tabs give equal bytes.

    Raises:
        WorkbookDeniedError: the file exists already, or the folder may not be written.
        WorkbookError: the folder is missing, or the disk failed.

    """
    book = _create_book()
    for sheet in sheets:
        write_input_tab(book.create_sheet(sheet.title), sheet)
    create_file(path, _serialise_book(book))


def _create_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "nrrbot"
    book.properties.created = book.properties.modified = _CREATED
    return book


def _serialise_book(book: openpyxl.Workbook) -> bytes:
    """Return the workbook as bytes that depend on its content only."""
    stream = io.BytesIO()
    # Not `book.save`: it stores the current time.
    ExcelWriter(book, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)).save()
    return repack_package(stream.getvalue())
