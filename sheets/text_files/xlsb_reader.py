"""Reads an .xlsb file (Excel's binary workbook): a zip package whose parts are records.

python-calamine reads errors as blanks, so as customers who left, and asks for the whole rectangle between two cells;
pyxlsb knows no dates. The records are few and simple, so they are read here.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from sheets.text_files import xlsb_records as records
from sheets.text_files.content import TabContent
from sheets.text_files.file_kinds import Package
from sheets.workbook.limits import (
    CellBudget,
    build_damage_error,
    check_format_count,
    check_memory,
    check_tab_count,
    refuse_document_type,
)
from sheets.workbook.number_formats import FormatRuns, shows_unit
from sheets.workbook.port import Area, Cell

_BOOK = "xl/workbook.bin"
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - the format has no time zone
_DAYS_OF_1904 = 1462
# The date formats without a code in the file (ECMA-376, 18.8.30), those of East Asia among them.
_DATE_IDS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# The formats of currencies without a code in the file.
_CURRENCY_CODES = {**dict.fromkeys((5, 6, 42), '"$"#,##0'), **dict.fromkeys((7, 8, 44), '"$"#,##0.00')}
# Texts, escaped characters, and brackets but those of durations.
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Book:
    """The parts that all tabs share.

    Attributes:
        texts: the shared texts.
        dates: the indices of the cell formats that show dates.
        units: index of a cell format -> its number format, for those with a currency or a unit.
        first_day: the day 0 of serial numbers, as days after that of most workbooks.

    """

    texts: Sequence[str]
    dates: frozenset[int]
    units: Mapping[int, str]
    first_day: int


def read_xlsb(path: Path, data: bytes, budget: CellBudget) -> list[TabContent]:
    """Return the tabs of an .xlsb file, in their order, without charts and macros.

    Raises:
        WorkbookError: the file is damaged or too large.

    """
    package = Package(path, data)
    try:
        return list(_read_tabs(path, package, budget))
    except (struct.error, ValueError, LookupError, OverflowError, expat.ExpatError) as error:
        check_memory(error)
        raise build_damage_error(path) from error


def _read_tabs(path: Path, package: Package, budget: CellBudget) -> list[TabContent]:
    relations = _read_relations(package)
    parts = {kind: target for kind, target in relations.values() if kind in {"sharedStrings", "styles"}}
    sheets, first_day = [], 0
    for kind, content in records.read_records(package.read_part(_BOOK)):
        if kind == records.WORKBOOK_PROPERTIES and records.read_number(content) & 1:
            first_day = _DAYS_OF_1904
        elif kind == records.SHEET:
            relation, end = records.read_text(content, 8)
            sheets.append((records.read_text(content, end)[0], records.read_number(content) != 0, relation))
            check_tab_count(path, len(sheets))
    texts = _read_shared_texts(path, package.read_part(parts["sharedStrings"])) if "sharedStrings" in parts else []
    formats = _read_cell_formats(path, package.read_part(parts["styles"])) if "styles" in parts else []
    dates = frozenset(index for index, (number, code) in enumerate(formats) if _shows_date(number, code))
    units = {index: code for index, (_, code) in enumerate(formats) if shows_unit(code)}
    book = _Book(texts, dates, units, first_day)
    return [
        _read_sheet(package.read_part(relations[relation][1]), title, book, budget, is_hidden=is_hidden)
        for title, is_hidden, relation in sheets
        if relations[relation][0] == "worksheet"
    ]


def _read_relations(package: Package) -> dict[str, tuple[str, str]]:
    """Return id -> (last word of the type, part) of the parts that the workbook refers to."""
    relations: dict[str, tuple[str, str]] = {}

    def add_relation(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/xl", attributes["Target"])).removeprefix("/")
            relations[attributes["Id"]] = (posixpath.basename(attributes["Type"]), target)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler = add_relation
    parser.Parse(package.read_part("xl/_rels/workbook.bin.rels"), True)  # noqa: FBT003 - expat takes no keyword arguments
    return relations


def _read_shared_texts(path: Path, part: bytes) -> list[str]:
    texts, budget = list[str](), CellBudget(path)
    for kind, content in records.read_records(part):
        if kind == records.SHARED_ITEM:
            budget.take(1)
            texts.append(records.read_text(content, 1)[0])
    return texts


def _read_cell_formats(path: Path, part: bytes) -> list[tuple[int, str]]:
    """Return id and code of the number format of each cell format; the code is empty if the file does not have it."""
    codes, formats, is_inside = dict(_CURRENCY_CODES), list[tuple[int, str]](), False
    for kind, content in records.read_records(part):
        if kind == records.NUMBER_FORMAT:
            codes[struct.unpack_from("<H", content)[0]] = records.read_text(content, 2)[0]  # at most 65,536 ids
        elif kind in {records.CELL_FORMATS, records.CELL_FORMATS_END}:
            is_inside = kind == records.CELL_FORMATS
        elif kind == records.CELL_FORMAT and is_inside:
            (number,) = struct.unpack_from("<H", content, 2)
            formats.append((number, codes.get(number, "")))
            check_format_count(path, len(formats))
    return formats


def _shows_date(number: int, code: str) -> bool:
    plain = _LITERALS.sub("", code).replace("General", "")
    return re.search("[dmyhs]", plain, re.IGNORECASE) is not None if code else number in _DATE_IDS


def _read_sheet(part: bytes, title: str, book: _Book, budget: CellBudget, *, is_hidden: bool) -> TabContent:
    rows: list[Sequence[Cell]] = []
    merges: list[Area] = []
    formats = FormatRuns()
    row, number, column, is_inside = list[Cell](), 0, -1, False
    for kind, content in records.read_records(part):
        if kind == records.ROW and is_inside:
            number = records.read_number(content)
            budget.check_place(number, 0)
            row, column = [], -1
        elif is_inside and (kind <= records.SHORT_SHARED_TEXT or kind == records.RICH_TEXT):
            if records.SHORT_BLANK <= kind <= records.SHORT_SHARED_TEXT:
                column, kind, offset = column + 1, kind - records.SHORT_BLANK + records.BLANK, 0  # noqa: PLW2901
            else:
                column, offset = records.read_number(content), 4
            cell = _read_cell(kind, content, offset, book)
            if cell is None:
                continue
            budget.check_place(number, column)
            budget.take(1 + max(0, column - len(row)))
            if not row:
                budget.take(max(0, number - len(rows)))
                rows.extend([()] * (number - len(rows)))
                rows.append(row)
            row.extend([None] * (column - len(row)))
            row.append(cell)
            if book.units:
                style = int.from_bytes(content[offset : offset + 3], "little")
                formats.add(number, column, book.units.get(style, ""))
        elif kind in {records.SHEET_DATA, records.SHEET_DATA_END}:
            is_inside = kind == records.SHEET_DATA
        elif kind == records.MERGED_CELLS:
            top, bottom, left, right = struct.unpack_from("<4I", content)
            merges.append(Area(top, left, bottom + 1, right + 1))
    if is_inside:
        raise ValueError(title)  # the part breaks off
    return TabContent(title, rows, is_hidden, tuple(merges), formats.finish())


def _read_cell(kind: int, content: bytes, offset: int, book: _Book) -> Cell:
    """Return the value of a cell; `offset` is that of its format, which four bytes before the value hold."""
    start = offset + 4
    if kind in {records.RK, records.REAL, records.FORMULA_NUMBER}:
        number = (records.read_rk if kind == records.RK else records.read_real)(content, start)
        is_date = int.from_bytes(content[offset : offset + 3], "little") in book.dates
        return _convert_date(number, book.first_day) if is_date else number
    if kind == records.SHARED_TEXT:
        return book.texts[records.read_number(content, start)] or None
    if kind in {records.TEXT, records.FORMULA_TEXT, records.RICH_TEXT}:
        return records.read_text(content, start + (kind == records.RICH_TEXT))[0] or None
    if kind in {records.ERROR, records.FORMULA_ERROR}:
        return _ERRORS.get(content[start], "#ERROR!")
    return bool(content[start]) if kind in {records.BOOLEAN, records.FORMULA_BOOLEAN} else None


def _convert_date(serial: float, first_day: int) -> Cell:
    """Return the date and time of a serial number; a time of day alone, which no input column has, is a text."""
    try:
        moment = _EPOCH + dt.timedelta(days=serial + first_day)
    except OverflowError:  # Excel shows "#####" for such a date
        return "#VALUE!"
    # A float holds a moment to some microseconds.
    moment = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return "#VALUE!" if serial < 0 else str(moment.time()) if 0 < serial < 1 else moment
