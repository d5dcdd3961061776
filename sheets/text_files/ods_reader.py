"""Reads an .ods file (OpenDocument spreadsheet), streaming its content.xml through expat.

python-calamine is faster, but reads an error such as #N/A as blank, so as a customer who left, and asks for the whole
rectangle between two cells. Here a repeated blank cell costs nothing, and all others are counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import IO
from xml.parsers import expat

from sheets.text_files.content import TabContent, build_password_error
from sheets.text_files.file_kinds import Package
from sheets.text_files.ods_styles import STYLE_PARTS, OdsStyles
from sheets.workbook.limits import CellBudget, build_damage_error, check_memory, refuse_document_type
from sheets.workbook.number_formats import FormatRuns
from sheets.workbook.port import Area, Cell, Formula

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_OASIS}{name}:1.0 " for name in ("office", "table", "text"))
# LibreOffice marks an error in an attribute of its namespace; the type of the standard is then a text.
_ERROR_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
# Content of a cell that is not its text: notes, drawings, other tables.
_APART = frozenset({f"{_OFFICE}annotation", f"{_TABLE}table", f"{_TABLE}detective", f"{_TEXT}ruby-text"})
_DRAWING = f"{_OASIS}drawing:1.0 "
_BREAKS = {f"{_TEXT}s": " ", f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_CHUNK_BYTES = 2**16


def read_ods(path: Path, data: bytes, budget: CellBudget) -> list[TabContent]:
    """Return the tabs of an .ods file, in their order.

    Raises:
        WorkbookDeniedError: the file is encrypted.
        WorkbookError: the file is damaged or too large.

    """
    package = Package(path, data)
    if "encrypted-package" in package.names or "content.xml" not in package.names:
        raise build_password_error(path) if "encrypted-package" in package.names else build_damage_error(path)
    manifest = package.read_part("META-INF/manifest.xml") if "META-INF/manifest.xml" in package.names else b""
    if b"encryption-data" in manifest:
        raise build_password_error(path)
    reader = _ContentReader(budget)
    try:
        # LibreOffice keeps the number formats in the part with the named styles.
        for name in ("styles.xml", "content.xml"):
            if name in package.names:
                with package.open_part(name) as part:
                    reader.read(part)
    except (expat.ExpatError, ValueError, OverflowError, LookupError, AttributeError) as error:
        check_memory(error)
        raise build_damage_error(path) from error
    return reader.tabs


class _ContentReader:
    """Fills `tabs` from the events of expat."""

    def __init__(self, budget: CellBudget) -> None:
        self.tabs: list[TabContent] = []
        self._budget = budget
        self._parser = self._create_parser()
        self._styles = OdsStyles()
        # The state of the current tab, row and cell; `_apart` counts the open elements that are no part of a text.
        self._table: dict[str, str] | None = None
        self._rows: list[Sequence[Cell]] = []
        self._merges: list[Area] = []
        self._formats = FormatRuns()
        self._row: list[Cell] = []
        self._row_number, self._column, self._row_repeat = 0, 0, 1
        self._cell: dict[str, str] | None = None
        self._apart, self._paragraphs, self._pieces = 0, 0, list[str]()

    def read(self, part: IO[bytes]) -> None:
        """Read a part to its end."""
        self._parser = self._create_parser()
        while chunk := part.read(_CHUNK_BYTES):
            self._parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword arguments
        self._parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword arguments

    def _create_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start_element, self._end_element
        parser.StartDoctypeDeclHandler = refuse_document_type
        return parser

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        if self._apart:
            self._apart += 1
        elif name in _CELLS:
            self._cell = attributes
            self._pieces, self._paragraphs = [], 0
        elif self._cell is not None:
            self._start_inside_cell(name, attributes)
        elif name == f"{_TABLE}table-row":
            self._row, self._column = [], 0
            self._row_repeat = _read_count(attributes, "number-rows-repeated")
        elif name == f"{_TABLE}table":
            self._table = attributes
            self._rows, self._merges, self._row_number = [], [], 0
            self._formats = FormatRuns()
            self._styles.start_table()
        elif name == f"{_TABLE}table-column":
            count = _read_count(attributes, "number-columns-repeated")
            self._styles.add_columns(count, attributes.get(f"{_TABLE}default-cell-style-name", ""))
        elif name.startswith(STYLE_PARTS):
            self._styles.start_element(name, attributes)
            self._budget.check_formats(self._styles.count)
            self._parser.CharacterDataHandler = self._styles.text.append if self._styles.text is not None else None
        elif name.startswith((f"{_TABLE}tracked-changes", f"{_TABLE}shapes", f"{_TABLE}dde-links", _DRAWING)):
            self._apart = 1

    def _start_inside_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TEXT}p":
            if self._paragraphs:
                self._pieces.append("\n")
            self._paragraphs += 1
            self._parser.CharacterDataHandler = self._pieces.append
        elif name in _BREAKS:
            count = min(int(attributes.get(f"{_TEXT}c", "1")), 2**15)
            self._pieces.append(_BREAKS[name] * count)
        elif name in _APART or name.startswith(_DRAWING):
            self._apart = 1
            self._parser.CharacterDataHandler = None

    def _end_element(self, name: str) -> None:
        if self._apart:
            self._apart -= 1
            if not self._apart and self._cell is not None and self._paragraphs:
                self._parser.CharacterDataHandler = self._pieces.append
        elif name in _CELLS:
            self._end_cell()
        elif name == f"{_TEXT}p":
            self._parser.CharacterDataHandler = None
        elif name.startswith(STYLE_PARTS):
            self._styles.end_element(name)
            self._parser.CharacterDataHandler = None
        elif name == f"{_TABLE}table-row" and self._table is not None:
            self._end_row()
        elif name == f"{_TABLE}table" and self._table is not None:
            style, title = self._table.get(f"{_TABLE}style-name"), self._table.get(f"{_TABLE}name", "")
            is_hidden, formats = style in self._styles.hidden, self._formats.finish()
            self.tabs.append(TabContent(title, self._rows, is_hidden, tuple(self._merges), formats))
            self._table = None

    def _end_cell(self) -> None:
        attributes = self._cell or {}
        self._cell = None
        self._parser.CharacterDataHandler = None
        count = _read_count(attributes, "number-columns-repeated")
        self._budget.take(1)
        cell = _convert_cell(attributes, "".join(self._pieces) if self._paragraphs else None)
        if cell is not None:
            end = self._column + count
            self._budget.check_place(self._row_number, end - 1)
            self._budget.take((end - len(self._row)) * self._row_repeat)
            self._row.extend([None] * (self._column - len(self._row)))
            self._row.extend([cell] * count)
            self._add_formats(attributes, count)
        width = _read_count(attributes, "number-columns-spanned")
        height = _read_count(attributes, "number-rows-spanned")
        if width > 1 or height > 1:
            top, left = self._row_number, self._column
            self._merges.append(Area(top, left, top + height, left + width))
        self._column += count

    def _add_formats(self, attributes: dict[str, str], count: int) -> None:
        style, currency = attributes.get(f"{_TABLE}style-name", ""), attributes.get(f"{_OFFICE}currency", "")
        for column in range(self._column, self._column + count) if currency or self._styles.has_codes else ():
            code = self._styles.find_code(column, style, currency)
            self._formats.add(self._row_number, column, code)
            if self._row_repeat > 1:
                self._formats.add(self._row_number + self._row_repeat - 1, column, code)

    def _end_row(self) -> None:
        count = self._row_repeat
        if self._row:
            self._budget.check_place(self._row_number + count - 1, 0)
            self._rows.extend([()] * (self._row_number - len(self._rows)))
            self._rows.extend([self._row] * count)
        self._row_number += count


def _read_count(attributes: dict[str, str], name: str) -> int:
    """Return a number of columns or rows; 1 if the attribute is missing. Raises ValueError if it is no count."""
    count = int(attributes.get(f"{_TABLE}{name}", "1"))
    if count < 1:
        raise ValueError(count)
    return count


def _convert_cell(attributes: dict[str, str], shown: str | None) -> Cell:
    """Return the value of a cell: an error as its text, a formula without a value as its text.

    `shown` is the text that the cell shows; None if it has no text at all, not even an empty one: a program wrote it,
    and no spreadsheet has calculated it yet.
    """
    if not attributes and not shown:
        return None
    text = shown or ""
    kind = attributes.get(f"{_OFFICE}value-type", "")
    formula = attributes.get(f"{_TABLE}formula", "")
    if attributes.get(_ERROR_TYPE) == "error" or (formula and text.startswith(("#", "Err:"))):
        return text if text.startswith("#") else "#ERROR!"
    if kind in {"float", "percentage", "currency"}:
        return _convert_number(attributes[f"{_OFFICE}value"])
    if kind == "date":
        return _convert_date(attributes[f"{_OFFICE}date-value"])
    if kind == "boolean":
        return attributes[f"{_OFFICE}boolean-value"] == "true"
    if kind == "string":
        return attributes.get(f"{_OFFICE}string-value", text) or None
    if kind == "time":
        return text or attributes[f"{_OFFICE}time-value"]
    if formula and shown is None:
        # `of:=[.A1]+1`: the prefix names the language of the formula.
        return Formula(formula[formula.find("=") :])
    return text or None


def _convert_number(value: str) -> float:
    """Return a number; one without decimals is exact, whatever its length."""
    number = float(value) if not value.lstrip("-").isdecimal() else int(value)
    if number != number or number in {float("inf"), float("-inf")}:  # noqa: PLR0124 - only NaN differs from itself
        raise ValueError(value)
    return number


def _convert_date(value: str) -> Cell:
    # Fractions of a second may have more digits than a datetime has.
    moment = dt.datetime.fromisoformat(value.partition(".")[0])
    return moment if "T" in value else moment.date()
