"""Finds in the cells of text files whether decimals have a point or a comma."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_, WorkbookError
from core.text import plain_characters
from sheets.text_files.content import TabContent
from sheets.workbook.a1 import column_letters

# Where these rows show the mark, the cells after them are not asked. One that has another mark is then reported as a
# cell that cannot be read, as in a sheet whose locale is known.
_ROWS_ASKED = 50

_NUMBER = re.compile(
    r"[(+-]?\s*(?:[A-Za-z]{3}\s*|[A-Z]{0,2}[^\w\s.,;:()%'\"+-]\s*)?[+-]?\s*(?P<digits>\d[\d.,' ]*\d|[.,]\d+)"
    r"\s*[kKM]?\s*(?:[A-Za-z]{3}|[^\w\s.,;:()'\"+-])?\s*-?\)?",
    re.ASCII,
)
# Signs of currencies without decimals: their marks are between groups.
_WHOLE_UNITS = re.compile(r"[¥\uffe5₩円]|\b(?:JPY|KRW)\b|(?:JPY|KRW)(?=\d)")
_GROUPED = re.compile(r"\d{1,3}(?:[ '.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell: the title of its tab, row and column from 0, its text."""

    tab: str
    row: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.tab}!{column_letters(self.column)}{self.row + 1}"


class _Evidence:
    """The first cell that shows each mark, and the first cell that can be read with both."""

    def __init__(self) -> None:
        self.shown: dict[str, _Place] = {}
        self.ambiguous: _Place | None = None

    def read(self, tab: TabContent) -> None:
        for row, cells in enumerate(tab.rows):
            if row >= _ROWS_ASKED and self.shown:
                return
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and ("," in cell or "." in cell):
                    self._read_cell(tab.title, row, column, cell)

    def _read_cell(self, tab: str, row: int, column: int, cell: str) -> None:
        mark = _find_mark(plain_characters(cell))
        if mark is None:
            return
        if not mark:
            self.ambiguous = self.ambiguous or _Place(tab, row, column, cell)
        elif mark not in self.shown:
            self.shown[mark] = _Place(tab, row, column, cell)


def infer_decimal_mark(path: Path, tabs: Iterable[TabContent]) -> str:
    """Return the mark before decimals that the cells show, `.` or `,`; empty if no cell needs it.

    `1,234.50`, `12.5` and `0.125` show a point, `1.234.567` and `12,50` a comma; `1,250` has two readings.

    Raises:
        WorkbookError: a cell has two readings, and the other cells show no mark, or both.

    """
    evidence = _Evidence()
    for tab in tabs:
        evidence.read(tab)
    if len(evidence.shown) == 1:
        return next(iter(evidence.shown))
    if evidence.ambiguous is None:
        return ""
    if evidence.shown:
        raise WorkbookError(
            N_(
                "{path} writes decimals in two ways: {point} in {point_cell}, {comma} in {comma_cell}. So {text} in "
                "{cell} has two readings, and nothing was read."
            ),
            N_("Set workbook.locale in the config to “decimal point” or “decimal comma”."),
            path=path,
            point=evidence.shown["."].text,
            point_cell=evidence.shown["."],
            comma=evidence.shown[","].text,
            comma_cell=evidence.shown[","],
            text=evidence.ambiguous.text,
            cell=evidence.ambiguous,
        )
    raise WorkbookError(
        N_(
            "{text} in {cell} of {path} has two readings, as no cell shows whether decimals have a point or a comma. "
            "Nothing was read."
        ),
        N_("Set workbook.locale in the config to “decimal point” or “decimal comma”."),
        path=path,
        text=evidence.ambiguous.text,
        cell=evidence.ambiguous,
    )


def _find_mark(plain: str) -> str | None:
    """Return the decimal mark that a text shows; empty if it has two readings, None if it shows nothing."""
    match = _NUMBER.fullmatch(plain)
    if not match:
        return None
    digits = match["digits"]
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        mark = max(".,", key=digits.rfind)
        return mark if digits.count(mark) == 1 else None
    if not points and not commas:
        return None
    mark, other = (".", ",") if points else (",", ".")
    if digits.count(mark) > 1 or _WHOLE_UNITS.search(plain):
        return other if _GROUPED.fullmatch(digits) else None
    whole, _, decimals = digits.partition(mark)
    is_group = len(decimals) == 3 and re.fullmatch(r"[1-9]\d{0,2}", whole)
    return "" if is_group else mark if decimals.isdecimal() else None


def name_mark(mark: str) -> str:
    """Return the locale of a mark, as `workbook.locale` writes it; empty for no mark."""
    return {".": "decimal point", ",": "decimal comma"}.get(mark, "")
