"""The limits of a workbook in a file, so that a small file cannot become more than memory holds; each has its sentence.

Rows, columns, formats and texts are limited as in Excel, cells as in a Google Sheet and twice that.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from core.errors import N_, WorkbookError

MOST_FILE_BYTES = 2**29
MOST_PART_BYTES = 2**30
MOST_UNPACKED_BYTES = 2**31
# A sheet of numbers is packed to a twentieth, a repeated text to a hundredth, and a zip bomb to a thousandth.
MOST_RATIO, RATIO_FROM_BYTES = 200, 2**24
# All tabs together, blank cells to the left of others included. A Google Sheet has at most ten million.
MOST_CELLS = 20_000_000
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14
MOST_TABS = 1_000
MOST_FORMATS = 65_490
MOST_TEXT = 32_767

_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]


class CellBudget:
    """Counts the cells of a file while it is read, and checks where they are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MOST_CELLS

    def take(self, cells: int) -> None:
        """Count `cells` more. Raises WorkbookError if the file has more than MOST_CELLS."""
        self._left -= cells
        if self._left < 0:
            raise WorkbookError(
                N_("{path} has more than {count} cells, so it was not read."),
                N_("Look for cells that were filled far to the right or far below, and delete them."),
                path=self._path,
                count=MOST_CELLS,
            )

    def check_place(self, row: int, column: int) -> None:
        """Raise WorkbookError if no spreadsheet has a cell at this row and column, counted from 0."""
        if not 0 <= row < MOST_ROWS:
            raise WorkbookError(
                N_("{path} has a row {number}, so it was not read: a spreadsheet has rows 1 to {most}."),
                N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
                path=self._path,
                number=row + 1,
                most=MOST_ROWS,
            )
        if not 0 <= column < MOST_COLUMNS:
            raise WorkbookError(
                N_("{path} has a column {number}, so it was not read: a spreadsheet has columns 1 to {most}."),
                N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
                path=self._path,
                number=column + 1,
                most=MOST_COLUMNS,
            )

    def check_formats(self, count: int) -> None:
        """Raise WorkbookError if a spreadsheet cannot have so many formats."""
        check_format_count(self._path, count)

    def check_text(self, length: int) -> None:
        """Raise WorkbookError if a cell of a spreadsheet cannot have a text of this length."""
        if length > MOST_TEXT:
            raise WorkbookError(
                N_("{path} has a cell with more than {most} characters, so it was not read."),
                N_("Shorten the text of that cell: a spreadsheet allows no more."),
                path=self._path,
                most=MOST_TEXT,
            )


def check_tab_count(path: Path, count: int) -> None:
    """Raise WorkbookError if a file has more tabs than MOST_TABS."""
    if count > MOST_TABS:
        raise WorkbookError(
            N_("{path} has more than {count} tabs, so it was not read."),
            N_("Keep only the tabs with revenue and customers in it."),
            path=path,
            count=MOST_TABS,
        )


def check_format_count(path: Path, count: int) -> None:
    """Raise WorkbookError if a file has more formats than MOST_FORMATS for cells, and as many named ones."""
    if count > 2 * MOST_FORMATS:
        raise WorkbookError(
            N_("{path} has more than {count} cell formats, so it was not read: Excel allows no more."),
            N_("Copy its tabs into a new workbook, as values."),
            path=path,
            count=MOST_FORMATS,
        )


def check_unpacked_sizes(path: Path, parts: Iterable[zipfile.ZipInfo]) -> None:
    """Check the sizes that the parts of a package have once they are unpacked; zipfile unpacks no more than these.

    Raises:
        WorkbookError: a part, or all of them, are too large, or a part is packed more tightly than any table.

    """
    total = 0
    for part in parts:
        total += part.file_size
        if part.file_size > MOST_PART_BYTES:
            raise build_size_error(path, MOST_PART_BYTES)
        if part.file_size > RATIO_FROM_BYTES and part.file_size > MOST_RATIO * part.compress_size:
            raise WorkbookError(
                N_("{path} would be more than {ratio} times as large once it is unpacked, so it was not read."),
                N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
                path=path,
                ratio=MOST_RATIO,
            )
    if total > MOST_UNPACKED_BYTES:
        raise build_size_error(path, MOST_UNPACKED_BYTES)


def build_size_error(path: Path, most: int) -> WorkbookError:
    """Return the error for a file that is larger than `most` bytes, or would be once it is unpacked."""
    return WorkbookError(
        N_("{path} is larger than {megabytes} MB, so it was not read."),
        N_("Keep only the tabs with revenue and customers in it."),
        path=path,
        megabytes=most // 10**6,
    )


def refuse_document_type(*_: object) -> None:
    """Refuse a declaration of entities: no part of a workbook has one, and they can unpack to gigabytes."""
    raise ValueError


def check_memory(error: Exception) -> None:
    """Raise MemoryError if `error` is a parser's word for it: a file that takes too much memory is not damaged."""
    if isinstance(error, (expat.ExpatError, ParseError)) and error.code == _NO_MEMORY:
        raise MemoryError from error


def build_damage_error(path: Path) -> WorkbookError:
    """Return the error for a file whose content breaks the rules of its format."""
    return WorkbookError(
        N_("{path} is damaged, or was written by a program that does not keep to the format."),
        N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
        path=path,
    )
