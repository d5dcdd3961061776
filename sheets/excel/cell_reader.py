"""Reads the cells of a sheet of an .xlsx file, streaming its XML through expat.

The parser of openpyxl builds a tree and a dictionary for each cell, and reads a formula without a value as blank. The
shared texts and the date formats are taken from openpyxl's workbook.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import cache
from typing import IO, Any, NamedTuple
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHEET_MAIN_NS

from sheets.workbook.limits import CellBudget, refuse_document_type
from sheets.workbook.number_formats import FormatRuns, shows_unit
from sheets.workbook.port import Area, Cell, FormatRun, Formula
from sheets.workbook.stray_cells import drop_stray_cells

_ROW, _CELL, _VALUE, _FORMULA, _TEXT, _PHONETIC, _MERGE = (
    f"{SHEET_MAIN_NS} {name}" for name in ("row", "c", "v", "f", "t", "rPh", "mergeCell")
)
_WITH_TEXT = frozenset({_VALUE, _FORMULA, _TEXT})
_DIGITS = "0123456789"
_CHUNK_BYTES = 2**16
_CELLS_OF_A_MERGE = 16  # that take as much memory
_MOST_DIGITS = 300  # of a whole number
_LARGEST_ROW = 2**32  # that an error names


class SheetContent(NamedTuple):
    """The cells of a sheet, its merged cells, and its number formats with a currency or a unit, as in a Grid."""

    rows: Sequence[Sequence[Cell]]
    merges: tuple[Area, ...]
    formats: tuple[FormatRun, ...]


def read_sheet(sheet: ReadOnlyWorksheet, budget: CellBudget, limit: int | None = None) -> SheetContent:
    """Return the content of a sheet without the blank rows at its end, and without stray cells.

    Ignores the size that the file states. Each row and cell is at the place that the file states for it. A damaged
    file can raise any exception, and one beyond the limits of a spreadsheet a WorkbookError.

    Args:
        sheet: the sheet.
        budget: counts the cells, and checks their places.
        limit: the number of rows to read; None for all. Merged cells follow the rows in the file, so with a limit only
            a short sheet has its own.

    """
    book: Any = sheet.parent
    reader = _CellReader(sheet, budget)
    with book._archive.open(sheet._worksheet_path) as part:  # type: ignore[attr-defined] # noqa: SLF001 - openpyxl has no public access
        reader.read(part, limit)
    rows = drop_stray_cells(reader.rows if limit is None else reader.rows[:limit])
    return SheetContent(rows, tuple(sorted(reader.merges)), reader.formats.finish())


def _list_unit_styles(book: Any) -> dict[str, str]:
    """Return style number -> number format, for the styles whose format has a currency or a unit."""
    custom = book._number_formats  # noqa: SLF001 - openpyxl has no public access
    codes = {}
    for number, style in enumerate(book._cell_styles):  # noqa: SLF001 - openpyxl has no public access
        place = style.numFmtId - BUILTIN_FORMATS_MAX_SIZE
        code = custom[place] if 0 <= place < len(custom) else BUILTIN_FORMATS.get(style.numFmtId, "")
        if shows_unit(code):
            codes[str(number)] = code
    return codes


class _CellReader:
    """Fills `rows` from the events of expat. Attributes and texts are collected until the end tag of their cell."""

    def __init__(self, sheet: ReadOnlyWorksheet, budget: CellBudget) -> None:
        book: Any = sheet.parent
        self._budget = budget
        self.rows: list[Sequence[Cell]] = []
        self.merges: list[Area] = []
        self.formats = FormatRuns()
        self._unit_styles = _list_unit_styles(book)
        self._strings: Sequence[str] = sheet._shared_strings  # type: ignore[attr-defined] # noqa: SLF001 - openpyxl has no public access
        self._epoch = book.epoch
        self._dates = frozenset(map(str, book._date_formats))  # noqa: SLF001 - openpyxl has no public access
        self._durations = frozenset(map(str, book._timedelta_formats))  # noqa: SLF001 - openpyxl has no public access
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = refuse_document_type
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start_element, self._end_element
        self._shared: dict[str, Translator] = {}
        # The state of the current row and cell.
        self._number, self._row, self._column = 0, list[Cell](), -1
        self._digits = ""  # of the row in the addresses of its cells
        self._cell, self._formula = dict[str, str](), dict[str, str]()
        self._value, self._phonetic = "", False
        self._pieces: list[str] = []

    def read(self, part: IO[bytes], limit: int | None) -> None:
        """Read to the end, or until `limit` rows are read."""
        while chunk := part.read(_CHUNK_BYTES):
            self._parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword arguments
            if len(self._pieces) > 1:  # a text that began in an earlier chunk
                self._budget.check_text(sum(map(len, self._pieces)))
            if limit is not None and self._number > limit:
                return
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword arguments

    # Both are called for each cell and each value: the most frequent element names are compared first.

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name == _CELL:
            self._cell, self._value = attributes, ""
        elif name in _WITH_TEXT:
            self._parser.CharacterDataHandler = self._pieces.append
            if name == _FORMULA:
                self._formula = attributes
        elif name == _ROW:
            # Some programs write the number as 7.0, some omit it.
            self._start_row(float(attributes["r"]) if "r" in attributes else self._number + 1)
        elif name == _PHONETIC:
            self._phonetic = True
        elif name == _MERGE:
            self._add_merge(attributes["ref"])

    def _end_element(self, name: str) -> None:
        if name == _CELL:
            kind, value, address = self._cell.get("t", "n"), self._value, self._cell.get("r")
            # Some programs omit the address of a cell that follows the previous one.
            if address:
                try:
                    self._column = _parse_column(address.removesuffix(self._digits))
                except ValueError:
                    self._move_row(address)
            else:
                self._column += 1
            cell = self._convert_value(kind, value) if value else self._read_formula(kind) if self._formula else None
            if cell is not None:
                row = self._row
                if self._column != len(row):
                    self._fill_row()
                row.append(cell)
                if self._unit_styles:
                    self.formats.add(self._number - 1, self._column, self._unit_styles.get(self._cell.get("s", ""), ""))
            self._formula = {}
        elif name in _WITH_TEXT:
            self._parser.CharacterDataHandler = None
            text = "".join(self._pieces)
            self._pieces.clear()
            if name == _VALUE:
                self._value = text
            elif name == _FORMULA:
                self._formula["="] = f"={text}"
            elif not self._phonetic:  # an inline text: one element for each run of one format
                self._value += text
                self._budget.check_text(len(self._value))
        elif name == _ROW:
            if self._row:
                self._budget.check_place(self._number - 1, len(self._row) - 1)
                self._budget.take(len(self._row))
                self._keep_row()
        elif name == _PHONETIC:
            self._phonetic = False

    def _start_row(self, number: float) -> None:
        self._number = min(int(number), _LARGEST_ROW)
        self._budget.check_place(self._number - 1, 0)
        self._digits = str(self._number)
        self._row, self._column = [], -1

    def _move_row(self, address: str) -> None:
        """Take the row of the first cell where the row itself states no number."""
        letters = address.rstrip(_DIGITS)
        number = int(address[len(letters) :])
        if self._row or number <= len(self.rows):
            raise ValueError(address)
        self._start_row(number)
        self._column = _parse_column(letters)

    def _fill_row(self) -> None:
        """Add the blank cells before the current one."""
        self._budget.check_place(self._number - 1, self._column)
        if self._column < len(self._row):
            raise ValueError(self._column)  # the cells of a row are in order, in all programs
        self._row.extend([None] * (self._column - len(self._row)))

    def _keep_row(self) -> None:
        """Put the row at its place; one that is out of order takes the place of a blank row."""
        blank = self._number - 1 - len(self.rows)
        if blank >= 0:
            self._budget.take(blank)
            self.rows.extend([()] * blank)
            self.rows.append(self._row)
        elif self.rows[self._number - 1]:
            raise ValueError(self._number)
        else:
            self.rows[self._number - 1] = self._row

    def _add_merge(self, reference: str) -> None:
        """Add merged cells; `reference` is in A1 notation."""
        left, top, right, bottom = range_boundaries(reference)
        if left and top and right and bottom:
            self._budget.check_place(bottom - 1, right - 1)
            self._budget.take(_CELLS_OF_A_MERGE)
            self.merges.append(Area(top - 1, left - 1, bottom, right))

    def _convert_value(self, kind: str, value: str) -> Cell:
        """Return the stored value of a cell of type `kind`; an error is returned as its text."""
        if kind == "n":
            number = _parse_number(value)
            if number is None:
                return "#NUM!"
            style = self._cell.get("s", "0")
            return self._convert_date(number, style) if style in self._dates else number
        if kind == "s":
            return self._read_shared_text(int(value))
        if kind == "b":
            return bool(int(value))
        if kind == "d":
            return _read_iso_date(value)
        return value

    def _read_shared_text(self, number: int) -> str:
        if number < 0:
            raise ValueError(number)
        return self._strings[number]

    def _convert_date(self, serial: float, style: str) -> Cell:
        try:
            return _to_cell(from_excel(serial, self._epoch, timedelta=style in self._durations))
        except (OverflowError, ValueError):  # Excel shows "#####" for such a date
            return "#VALUE!"

    def _read_formula(self, kind: str) -> Formula | None:
        """Return the formula of a cell without a value; a shared formula is translated to the address of the cell."""
        if kind == "str":  # the value of the formula is an empty text: the cell is blank on purpose
            return None
        text, address, shared_id = self._formula["="], self._cell.get("r", "A1"), self._formula.get("si", "")
        if self._formula.get("t") == "shared" and shared_id in self._shared:
            return Formula(self._shared[shared_id].translate_formula(address))
        if self._formula.get("t") == "shared" and text != "=":
            self._shared[shared_id] = Translator(text, address)
        return Formula(text)


def _read_iso_date(value: str) -> Cell:
    """Return a date of ISO 8601, as strict files have them; any other text unchanged."""
    try:
        return _to_cell(from_ISO8601(value))  # type: ignore[no-untyped-call] # so in the stubs
    except ValueError:
        return value


def _parse_number(value: str) -> float | None:
    """Return a number; a whole one exactly, and None for one that is too large for any spreadsheet."""
    if "." not in value and "E" not in value and "e" not in value and len(value) <= _MOST_DIGITS:
        return int(value)
    number = float(value)
    return number if math.isfinite(number) else None


@cache
def _parse_column(letters: str) -> int:
    return column_index_from_string(letters) - 1


def _to_cell(value: object) -> Cell:
    """Return a date or date and time unchanged; a time of day or a duration, which no input column has, as text."""
    return value if isinstance(value, dt.date) else str(value)
