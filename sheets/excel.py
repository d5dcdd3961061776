"""The workbook as an .xlsx file. The only module that knows openpyxl."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.package import load, losses, repack
from sheets.workbook import Cell, ColumnFormat, Grid, Tab, Table, Value, Written

# A name that belongs to one tab, moves with it, and goes with it: what tells a tab of ours from one with our title.
MARK = "nrrbot"

_INK = "1F3B4D"
_HEADING = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
_HEADING_FILL = PatternFill("solid", fgColor=_INK)
_ASIDE_FONT = Font(name="Calibri", size=11, italic=True, color="7F7F7F")
# Indented, or a text would touch the number to its left.
_TEXT = Alignment(horizontal="left", vertical="center", indent=1)
_NUMBER = Alignment(horizontal="right", vertical="center")
_UNDER_HEADING = Border(bottom=Side("thin", color=_INK))
_EPOCH = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed date for a document; the format has no time zone
_FORMATS: dict[ColumnFormat, str] = {"text": "General", "integer": "#,##0", "percent": "0.0%", "date": "yyyy-mm-dd"}
_LONGEST_TEXT = 32_767
# How far down a column of an input tab is checked as people type.
_CHECKED_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of an input tab.

    Attributes:
        text: the heading; a date shows as its month, `2026-09`.
        format: how the cells below show, and what may be typed there when `refusal` is given.
        note: what goes into this column, shown when the pointer rests on the heading.
        choices: the values to choose from; empty where anything goes.
        refusal: what Excel says when something else is typed; empty to allow everything.
        width: in characters, at the least; the heading always fits.

    """

    text: str | dt.date
    format: ColumnFormat = "text"
    note: str = ""
    choices: tuple[str, ...] = ()
    refusal: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """An input tab to make: headings in row 1, then the rows.

    Attributes:
        title: the tab's title.
        headings: one per column.
        rows: from row 2 on; a row may be shorter than the headings.
        frozen: how many columns stay in sight.
        example: True when the first row is an example to write over, and should look so.

    """

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell | Decimal]]
    frozen: int = 1
    example: bool = False


class ExcelWorkbook:
    """An .xlsx file as a Workbook."""

    def __init__(self, path: Path) -> None:
        # Through links, so that a write replaces the file and not a link to it.
        self._path = path.expanduser().resolve()
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
        return _digest(load(self._path))

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
                grids.append(Grid(tab, _rows(sheets[tab.id], rows)))
        return tuple(grids)

    def write(self, tables: Sequence[Table]) -> Written:
        """Replace the bot's own tabs by `tables`; write beside the file where rewriting it would lose something.

        The file is replaced in one step, and only if it is still what was read; nothing is written when nothing
        changed. Beside means `NAME.nrr.xlsx` in the same folder, which holds the bot's tabs alone.
        """
        data = load(self._path)
        if losses(data):
            return self._write_aside(tables)
        with self._reading():
            book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
        titles = {sheet.title.casefold(): sheet for sheet in book.worksheets}
        refused = tuple(
            table.title
            for table in tables
            if (old := titles.get(table.title.casefold())) and MARK not in old.defined_names
        )
        written = [table for table in tables if table.title not in refused]
        for table in written:
            _put_table(book, table)
        if written:
            _replace(self._path, data, _save(book), like=self._path)
        return Written(str(self._path), tuple(table.title for table in written), refused)

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
            if not losses(data):
                with self._reading():
                    book = openpyxl.load_workbook(io.BytesIO(data))
        for table in tables:
            _put_table(book, table)
        _replace(path, data, _save(book), like=self._path)
        return Written(str(path), tuple(table.title for table in tables), aside=True)

    def _sheets(self) -> list[ReadOnlyWorksheet]:
        """Return the sheets of the file as it is now. Parsed again only when the file has changed."""
        data = load(self._path)
        digest = _digest(data)
        if self._open_as is None or self._open_as[0] != digest:
            with self._reading():
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            self._open_as = (digest, book)
        sheets: list[Any] = self._open_as[1].worksheets
        return sheets

    def _tab(self, number: int, sheet: ReadOnlyWorksheet) -> Tab:
        rows, columns = sheet.max_row, sheet.max_column
        if rows is None or columns is None:  # the file does not say: some writers leave it out
            with self._reading():
                grid = _rows(sheet, None)
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
        _put_sheet(book.create_sheet(sheet.title), sheet)
    try:
        with path.open("xb") as file:
            file.write(_save(book))
    except FileExistsError as error:
        raise WorkbookDeniedError(
            N_("{path} exists already and was left as it is."), N_("Name another file, or move this one."), path=path
        ) from error
    except OSError as error:
        raise _unwritten(path, error) from error


class _Parser(WorkSheetParser):
    """openpyxl's parser, which takes a formula without a value for a blank cell; this one does not."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # A formula whose value is an empty text is of type "str": that one is blank, and is meant to be.
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            formula = self.parse_formula(element)  # type: ignore[no-untyped-call] # so in the stubs
            cell["value"] = getattr(formula, "text", formula) or "="
        return cell


def _rows(sheet: ReadOnlyWorksheet, limit: int | None) -> list[Sequence[Cell]]:
    """Return what stands in a sheet, at most `limit` rows, without the blank rows at its end."""
    # openpyxl's own iteration trusts the size that the file claims, which some writers get wrong.
    book: Any = sheet.parent
    rows: list[Sequence[Cell]] = []
    with book._archive.open(sheet._worksheet_path) as part:  # type: ignore[attr-defined] # noqa: SLF001 - see above
        parser = _Parser(
            part,
            sheet._shared_strings,  # type: ignore[attr-defined] # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        for number, cells in parser.parse():
            if limit is not None and number > limit:
                break
            row = _row(cells)
            if row:
                rows.extend([()] * (number - 1 - len(rows)))
                rows.append(row)
    return rows


def _row(cells: Sequence[dict[str, Any]]) -> list[Cell]:
    row: list[Cell] = []
    for cell in cells:
        value = cell["value"]
        if value is None:
            continue
        if isinstance(value, (dt.time, dt.timedelta)):
            value = str(value)
        row.extend([None] * (cell["column"] - 1 - len(row)))
        row.append(value)
    return row


def _new_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "nrrbot"
    book.properties.created = book.properties.modified = _EPOCH
    return book


def _put_table(book: openpyxl.Workbook, table: Table) -> None:
    """Write a table of ours into `book`, in the place of the tab that it replaces."""
    old = next((sheet for sheet in book.worksheets if sheet.title.casefold() == table.title.casefold()), None)
    place = len(book.sheetnames) if old is None else book.index(old)
    if old is not None:
        book.remove(old)
    sheet = book.create_sheet(table.title, place)
    sheet.defined_names[MARK] = DefinedName(MARK, attr_text=f"{quote_sheetname(table.title)}!$A$1")
    _put(sheet, 1, 1, table.notice).font = _ASIDE_FONT
    for column, heading in enumerate(table.headings, 1):
        _put_heading(sheet, 2, column, heading, table.formats[column - 1])
    formats = [_number_format(name, table.decimals) for name in table.formats]
    for row, values in enumerate(table.rows, 3):
        for column, (value, shown) in enumerate(zip(values, formats, strict=True), 1):
            _put(sheet, row, column, value, shown)
    for column, heading in enumerate(table.headings, 1):
        longest = max((len(_shown(values[column - 1])) for values in table.rows), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest, len(heading), 8), 60) + 2
    sheet.row_dimensions[2].height = 22
    sheet.freeze_panes = "A3"


def _put_sheet(sheet: Worksheet, content: Sheet) -> None:
    for column, heading in enumerate(content.headings, 1):
        letter = get_column_letter(column)
        cell = _put_heading(sheet, 1, column, heading.text, heading.format)
        if heading.note:
            cell.comment = Comment(heading.note, "nrrbot", height=30 + 18 * (len(heading.note) // 34 + 1), width=260)
        sheet.column_dimensions[letter].width = max(heading.width, len(_shown(heading.text)) + 4)
        if heading.refusal:
            check = _check(heading)
            check.add(f"{letter}2:{letter}{_CHECKED_ROWS}")
            sheet.add_data_validation(check)
    formats = ["0%" if heading.format == "percent" else _number_format(heading.format) for heading in content.headings]
    for row, values in enumerate(content.rows, 2):
        for column, (value, shown) in enumerate(zip(values, formats, strict=False), 1):
            cell = _put(sheet, row, column, value, shown)
            if content.example and row == 2:
                cell.font = _ASIDE_FONT
    sheet.row_dimensions[1].height = 22
    sheet.freeze_panes = f"{get_column_letter(content.frozen + 1)}2"


def _check(heading: Heading) -> DataValidation:
    """Return what Excel should check of the cells under a heading as people type."""
    if heading.choices:
        # A suggestion: who has other names for things may use them.
        check = DataValidation("list", formula1=f'"{",".join(heading.choices)}"', errorStyle="warning")
    elif heading.format == "date":
        check = DataValidation("date", operator="greaterThan", formula1="32874")  # 1990-01-01
    else:
        check = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0")
        if heading.format == "integer":
            check.type = "whole"
    check.allow_blank = True
    check.showErrorMessage = True
    check.errorTitle = "nrrbot"
    check.error = heading.refusal
    return check


def _put_heading(sheet: Worksheet, row: int, column: int, text: str | dt.date, below: ColumnFormat) -> ExcelCell:
    cell = _put(sheet, row, column, text, "yyyy-mm")
    cell.font, cell.fill, cell.border = _HEADING, _HEADING_FILL, _UNDER_HEADING
    cell.alignment = _TEXT if below == "text" else _NUMBER
    return cell


def _put(
    sheet: Worksheet, row: int, column: int, value: Value | Cell, number_format: str = _FORMATS["text"]
) -> ExcelCell:
    """Write one value. A text stays a text, whatever it begins with."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST_TEXT]
        # openpyxl makes a formula of "=..." and an error of "#REF!". The prefix keeps Excel from doing so later,
        # when someone opens the cell and leaves it.
        cell.data_type = "s"
        cell.alignment = _TEXT
        if value.startswith(("=", "+", "-", "@")):
            cell.quotePrefix = True
    elif value is not None:
        cell.value = value
        cell.number_format = number_format
    return cell  # type: ignore[no-any-return] # never merged: the sheet is new


def _number_format(name: ColumnFormat, decimals: int = 2) -> str:
    if name == "money":
        return "#,##0." + "0" * decimals if decimals else "#,##0"
    return _FORMATS[name]


def _shown(value: Value) -> str:
    return "" if value is None else str(value)


def _save(book: openpyxl.Workbook) -> bytes:
    """Return the workbook as bytes that depend on what is in it and on nothing else."""
    stream = io.BytesIO()
    # Not `book.save`, which enters the time of day.
    ExcelWriter(book, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)).save()
    return repack(stream.getvalue())


def _replace(path: Path, old: bytes | None, new: bytes, like: Path) -> None:
    """Put `new` where `old` stands, in one step, with the permissions of the file `like`.

    `old` is None where there is no file yet.

    Raises:
        WorkbookBusyError: someone has the file open, or has saved it since it was read.
        WorkbookDeniedError: the file or its folder may not be written.
        WorkbookError: the disk failed.

    """
    if new == old:
        return
    try:
        for lock in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
            if lock.exists():
                raise WorkbookBusyError(
                    N_("{path} is open in Excel or LibreOffice, so nothing was written."),
                    N_("Close it there. If nobody has it open, delete {lock}."),
                    path=path,
                    lock=lock.name,
                )
        # Replacing a file needs leave of its folder only; who made the file read-only did not mean that.
        if old is not None and not path.stat().st_mode & 0o222:
            raise PermissionError(path)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(like.stat().st_mode & 0o7777)
            if old is not None and path.read_bytes() != old:
                raise WorkbookBusyError(
                    N_("{path} was saved by someone else meanwhile, so nothing was written."),
                    N_("Try again."),
                    path=path,
                )
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> WorkbookError:
    """Return the error for a file that could not be written."""
    if isinstance(error, PermissionError):
        return WorkbookDeniedError(
            N_("{path} may not be written."),
            N_("Let the bot's user write the file and its folder."),
            path=path,
        )
    return WorkbookError(
        N_("{path} could not be written: {reason}."),
        N_("Check the folder and the space on the disk."),
        path=path,
        reason=error.strerror or error,
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
