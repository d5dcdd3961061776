"""Reads a .csv or .tsv file: its encoding, its delimiter, and its cells as texts.

Every cell stays the text that it is in the file: no number becomes a float, and no ID loses its zeros.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.errors import N_, WorkbookError
from sheets.text_files.content import TabContent, build_kind_error
from sheets.text_files.file_kinds import find_utf16
from sheets.workbook.limits import MOST_PART_BYTES, CellBudget
from sheets.workbook.port import Cell

# The delimiters, in the order of preference where two fit equally well.
_DELIMITERS = ";\t|,"
# The part of the text that shows the delimiter.
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 2**16, 200
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Characters of control that no table has; a text in a wrong encoding, or junk, nearly always has one.
_JUNK = frozenset(map(chr, (*range(9), *range(14, 26), 27, 28, 29, 30, 31)))


def read_csv(path: Path, data: bytes, title: str, budget: CellBudget) -> TabContent:
    """Return the one tab of a file with delimiters.

    Args:
        path: the file, for errors and the preference for tabs in a .tsv file.
        data: its content.
        title: the title of the tab.
        budget: counts the cells.

    Raises:
        WorkbookError: the encoding is unknown, a quotation mark is not closed, or decimal commas divide amounts.

    """
    text = open_text(path, data)
    delimiter = _find_delimiter(path, text)
    rows: list[Sequence[Cell]] = []
    csv.field_size_limit(MOST_PART_BYTES)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    end = 0
    try:
        for row in reader:
            budget.take(len(row))
            rows.append([cell or None for cell in row] if "" in row else row)
            end = reader.line_num
    except csv.Error as error:
        raise WorkbookError(
            N_("{path} cannot be divided into cells: a quotation mark in line {line} is not closed or not doubled."),
            N_("Export the file again, or correct the line."),
            path=path,
            line=end + 1,
        ) from error
    while rows and not any(rows[-1]):
        rows.pop()
    if delimiter == ",":
        _check_decimal_commas(path, rows)
    return TabContent(title, rows)


def open_text(path: Path, data: bytes) -> io.TextIOWrapper:
    """Open the text of a file in UTF-8, UTF-16 (each with or without a byte order mark) or Windows-1252.

    Its lines are decoded as they are read: the whole text takes up to four times the memory of the file.

    Raises:
        WorkbookError: the file is no text.

    """
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "") or find_utf16(data[: 2**16])
    for name in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if _JUNK.isdisjoint(text[:_SAMPLE_CHARACTERS]) and "\0" not in text:
            return io.TextIOWrapper(io.BytesIO(data), name, newline="")
    raise build_kind_error(path, path.suffix.lower() or ".csv", "")


def _find_delimiter(path: Path, text: io.TextIOWrapper) -> str:
    """Return the delimiter, and go to the first row: below a line that only names it, as Excel reads it (`sep=;`)."""
    sample = text.read(_SAMPLE_CHARACTERS)
    is_whole = not text.read(1)
    text.seek(0)
    named = sample.partition("\n")[0].strip().strip('"')
    if named.casefold().startswith("sep=") and len(named) <= 5:
        text.readline()
        return named[4:] or "\t"
    if not is_whole:
        sample = sample[: sample.rfind("\n") + 1] or sample
    order = "\t" + _DELIMITERS.replace("\t", "") if path.suffix.lower() in {".tsv", ".tab"} else _DELIMITERS
    best = max(order, key=lambda delimiter: _rate_delimiter(sample, delimiter))
    return best if _rate_delimiter(sample, best)[0] else ","


def _rate_delimiter(sample: str, delimiter: str) -> tuple[float, float]:
    """Return the share of rows that the delimiter divides, and the share that has the most frequent width.

    The delimiter is in every row, the heading too; a decimal comma is in the rows of amounts only.
    """
    try:
        rows = list(itertools.islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), _SAMPLE_ROWS))
    except csv.Error:
        return 0, 0
    widths = Counter(len(row) for row in rows if row)
    count = widths.total() or 1
    divided = count - widths.pop(1, 0)
    return divided / count, max(widths.values(), default=0) / count


def _check_decimal_commas(path: Path, rows: Sequence[Sequence[Cell]]) -> None:
    """Raise WorkbookError if decimal commas divide amounts: rows have more cells than headings, with digits in all."""
    filled = [_measure_row(row) for row in rows[:_SAMPLE_ROWS]]
    widths = [width for width in filled if width > 1]
    if len(widths) < 3 or widths[0] < 3:
        return
    wider = [
        row
        for row, width in zip(rows[:_SAMPLE_ROWS], filled, strict=True)
        if width > widths[0] and all(str(cell or "0").strip().lstrip("-").isdecimal() for cell in row[widths[0] :])
    ]
    if len(wider) > 0.9 * (len(widths) - 1):
        raise WorkbookError(
            N_(
                "The rows of {path} have more cells than its headings: its decimal commas look like the "
                "commas between cells."
            ),
            N_("Export it again with semicolons between the cells, or with decimal points."),
            path=path,
        )


def _measure_row(row: Sequence[Cell]) -> int:
    """Return the number of cells up to the last that is not blank."""
    return max((column + 1 for column, cell in enumerate(row) if cell), default=0)
