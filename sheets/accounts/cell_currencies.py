"""The currency marks of single cells: the number formats of the amounts, and the signs of amounts that are texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from sheets.cells.currency_words import read_format_literals, resolve_mark
from sheets.cells.numbers import MARKS, find_currency_mark
from sheets.tabs.number_formats import list_formats
from sheets.tabs.tab_reader import TabReader


@dataclass(frozen=True, slots=True, eq=False)
class CellCurrencies:
    """The marks of a tab's amounts.

    Attributes:
        columns: the columns of the amounts.
        codes: the ISO codes of the marks.
        marks: (rows, columns) an index into `codes`, -1 for a cell that is blank or has no mark.
        filled: (rows, columns) True for cells that are not blank.

    """

    columns: Sequence[int]
    codes: Sequence[str]
    marks: NDArray[np.int16]
    filled: Mask

    def find_first_of_one_mark(self) -> NDArray[np.intp]:
        """Return (rows,) the place of the first mark; -1 where marks differ, or under half of the amounts have one."""
        is_marked = self.marks >= 0
        first = is_marked.argmax(axis=1)
        mark = self.marks[np.arange(len(first)), first]
        has_one = ((self.marks == mark[:, None]) | ~is_marked).all(axis=1) & (mark >= 0)
        has_one &= 2 * is_marked.sum(axis=1) >= self.filled.sum(axis=1)
        return np.where(has_one, first, -1)

    def count_by_code(self) -> Mapping[str, int]:
        """Return the number of cells with a mark of each currency."""
        counts = np.bincount(self.marks[self.marks >= 0], minlength=len(self.codes)).tolist()
        return dict(zip(self.codes, counts, strict=True))


def find_unclear_mark(reader: TabReader, columns: Sequence[int]) -> str:
    """Return the mark of the number formats in `columns` that is one of several currencies, such as kr; else empty."""
    marks = (read_format_literals(run.code)[0] for run in list_formats(reader, columns))
    return next((mark for mark in marks if mark in MARKS and not resolve_mark(mark, "")), "")


def read_cell_currencies(reader: TabReader, columns: Sequence[int]) -> CellCurrencies | None:
    """Return the currency marks of the amounts in `columns`; None if they have none.

    A sign of several currencies, such as $, means the reporting currency if it can; else the usual one.
    """
    preferred = reader.options.currency.code
    codes: dict[str, int] = {}
    marks = np.full((len(reader.body), len(columns)), -1, dtype=np.int16)
    places = {column: place for place, column in enumerate(columns)}
    for run in list_formats(reader, columns):
        mark = read_format_literals(run.code)[0]
        code = resolve_mark(mark, preferred) if mark else ""
        if code:
            marks[run.top : run.bottom, places[run.column]] = codes.setdefault(code, len(codes))
    first, last = min(columns), max(columns) + 1
    for row, cells in enumerate(reader.body):
        # Most rows are numbers only, but for the account.
        if str not in set(map(type, cells[first:last])):
            continue
        for column, place in places.items():
            cell = cells[column] if column < len(cells) else None
            sign = find_currency_mark(cell) if isinstance(cell, str) else ""
            code = resolve_mark(sign, preferred) if sign else ""
            if code:
                marks[row, place] = codes.setdefault(code, len(codes))
    if not codes:
        return None
    filled = np.ones(marks.shape, dtype=np.bool_)
    for row, cells in enumerate(reader.body):
        # Most rows have no blanks, and a search in a slice needs no loop in Python.
        if len(cells) < last or None in cells[first:last]:
            filled[row] = [column < len(cells) and cells[column] is not None for column in columns]
    marks[~filled] = -1
    used = np.unique(marks[marks >= 0]).tolist()
    return CellCurrencies(columns, list(codes), marks, filled) if used else None
