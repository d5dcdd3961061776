"""The cells of a sheet of an .xlsx file, read from its XML as it streams by.

openpyxl's own parser makes a tree and a dictionary of every cell, and takes a formula without a value for a blank one.
What openpyxl has read of the workbook is used here: the shared texts, and which formats are dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import IO, Any
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHEET_MAIN_NS

from sheets.workbook.port import Cell, Formula

_ROW, _CELL, _VALUE, _FORMULA, _TEXT, _PHONETIC = (
    f"{SHEET_MAIN_NS} {name}" for name in ("row", "c", "v", "f", "t", "rPh")
)
_WITH_TEXT = frozenset({_VALUE, _FORMULA, _TEXT})
_DIGITS = "0123456789"
_CHUNK_BYTES = 2**16


def read_rows(sheet: ReadOnlyWorksheet, limit: int | None = None) -> list[Sequence[Cell]]:
    """Return what stands in a sheet, at most `limit` rows, without the blank rows at its end.

    The size that the file claims is not believed. Raises whatever the damage of a file leads to.
    """
    book: Any = sheet.parent
    reader = _CellReader(sheet)
    with book._archive.open(sheet._worksheet_path) as part:  # type: ignore[attr-defined] # noqa: SLF001 - no other way
        reader.read(part, limit)
    return reader.rows if limit is None else reader.rows[:limit]


class _CellReader:
    """Fills `rows` from what expat tells. A cell's value is known at its end: what comes before is kept till then."""

    def __init__(self, sheet: ReadOnlyWorksheet) -> None:
        book: Any = sheet.parent
        self.rows: list[Sequence[Cell]] = []
        self._strings: Sequence[str] = sheet._shared_strings  # type: ignore[attr-defined] # noqa: SLF001 - no other way
        self._epoch = book.epoch
        self._dates = frozenset(map(str, book._date_formats))  # noqa: SLF001 - likewise
        self._durations = frozenset(map(str, book._timedelta_formats))  # noqa: SLF001 - likewise
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._shared: dict[str, Translator] = {}
        # Of the row and the cell that expat is in.
        self._number, self._row, self._column = 0, list[Cell](), -1
        self._cell, self._formula = dict[str, str](), dict[str, str]()
        self._value, self._phonetic = "", False
        self._pieces: list[str] = []

    def read(self, part: IO[bytes], limit: int | None) -> None:
        """Read until the end, or until `limit` rows are read."""
        while chunk := part.read(_CHUNK_BYTES):
            self._parser.Parse(chunk, False)  # noqa: FBT003 - it takes no names
            if limit is not None and self._number > limit:
                return
        self._parser.Parse(b"", True)  # noqa: FBT003 - likewise

    # Both are called for every cell and every value: the names that come most often are asked for first.

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == _CELL:
            self._cell, self._value = attributes, ""
        elif name in _WITH_TEXT:
            self._parser.CharacterDataHandler = self._pieces.append
            if name == _FORMULA:
                self._formula = attributes
        elif name == _ROW:
            # Some write it as 7.0, some leave it out.
            self._number = int(float(attributes["r"])) if "r" in attributes else self._number + 1
            self._row, self._column = [], -1
        elif name == _PHONETIC:
            self._phonetic = True

    def _end(self, name: str) -> None:
        if name == _CELL:
            kind, value, place = self._cell.get("t", "n"), self._value, self._cell.get("r")
            # Some leave the place out: it is the next one then.
            self._column = _column(place.rstrip(_DIGITS)) if place else self._column + 1
            found = self._read(kind, value) if value else self._unfinished(kind) if self._formula else None
            if found is not None:
                row = self._row
                if self._column > len(row):
                    row.extend([None] * (self._column - len(row)))
                row.append(found)
            self._formula = {}
        elif name in _WITH_TEXT:
            self._parser.CharacterDataHandler = None
            text = "".join(self._pieces)
            self._pieces.clear()
            if name == _VALUE:
                self._value = text
            elif name == _FORMULA:
                self._formula["="] = f"={text}"
            elif not self._phonetic:  # of a text that is not shared, in pieces of one format each
                self._value += text
        elif name == _ROW:
            if self._row:
                self.rows.extend([()] * (self._number - 1 - len(self.rows)))
                self.rows.append(self._row)
        elif name == _PHONETIC:
            self._phonetic = False

    def _read(self, kind: str, value: str) -> Cell:
        """Return the value of a cell of that kind, as Excel last showed it; an error is its text."""
        if kind == "n":
            number = float(value) if "." in value or "E" in value or "e" in value else int(value)
            style = self._cell.get("s", "0")
            return self._moment(number, style) if style in self._dates else number
        if kind == "s":
            return self._strings[int(value)]
        if kind == "b":
            return bool(int(value))
        if kind == "d":
            return _plain(from_ISO8601(value))  # type: ignore[no-untyped-call] # so in the stubs
        return value

    def _moment(self, serial: float, style: str) -> Cell:
        try:
            return _plain(from_excel(serial, self._epoch, timedelta=style in self._durations))
        except (OverflowError, ValueError):  # Excel shows "#####"
            return "#VALUE!"

    def _unfinished(self, kind: str) -> Formula | None:
        """Return the formula of a cell without a value; one that shares another's is moved to its own place."""
        if kind == "str":  # its value is an empty text: the cell is blank, and is meant to be
            return None
        text, place, shared = self._formula["="], self._cell.get("r", "A1"), self._formula.get("si", "")
        if self._formula.get("t") == "shared" and shared in self._shared:
            return Formula(self._shared[shared].translate_formula(place))
        if self._formula.get("t") == "shared" and text != "=":
            self._shared[shared] = Translator(text, place)
        return Formula(text)


@cache
def _column(letters: str) -> int:
    return column_index_from_string(letters) - 1


def _plain(found: object) -> Cell:
    """Return a moment as a cell has it; a time of day or a duration, which no column of ours holds, as its text."""
    return found if isinstance(found, dt.date) else str(found)
