"""Totals: the words that head them, and the sums that prove them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Mask
from sheets.cells.dates import read_month
from sheets.cells.text import Style, Unreadable, fold_cell, remember_readings
from sheets.workbook.port import Cell, Formula

_TOTALS = frozenset({"total", "totals", "totaux", "sum", "somme"})
# With these a row is one of totals, whatever else stands beside them: no company is called so.
_SUBTOTAL = re.compile(r"(?:.+ )?(?:sub ?totals?|sous (?:total|totaux)|grand totals?|s total)(?: .+)?")
# These say what is summed up, and are nobody's name.
_FILLERS = frozenset(
    {
        *("mrr", "arr", "revenue", "amount", "accounts", "customers", "clients", "overall", "general", "monthly"),
        *("all", "of", "per", "by", "the", "for", "month", "year", "quarter", "excl", "incl", "vat", "tax", "net"),
        *("comptes", "revenus", "revenu", "montant", "mensuel", "tous", "toutes", "de", "du", "des", "les", "la", "le"),
        *("par", "mois", "annee", "trimestre", "ht", "ttc", "abonnements", "subscriptions", "generaux", "global"),
    }
)
_PERIOD = re.compile(r"(?:19|20)\d\d|[qt][1-4]")
# A column summed up in place, as a file holds it that no spreadsheet has computed yet.
_SUMMED = re.compile(r"=\+?(?:SUM|SUBTOTAL|AGGREGATE|SOMME)\((?:\d+[,;]){0,2}\$?([A-Z]+)\$?\d+:\$?\1\$?\d+\)", re.ASCII)

# So many columns of a row are held against what it may sum up, and so many sections above it are tried.
_COLUMNS, _SECTIONS = 3, 8
_HALF_CENT = 0.005
# Beyond this an amount is a slip, and would swallow the others.
_LARGEST = 1e15


class Total(NamedTuple):
    """What heads a row that may be one of totals.

    Attributes:
        certain: True where the words mean nothing else.
        what: what may be summed up, folded: "enterprise" of "Total Enterprise", "energies" of "Total Energies".

    """

    certain: bool
    what: str


def find_total(heading: str) -> Total | None:
    """Return what a text heads if it may head a row of totals."""
    word = heading.casefold()
    if "tot" not in word and "sum" not in word and "somme" not in word:  # nearly all of a long tab's ids
        return None
    words = fold_cell(heading) or fold_cell(heading.strip("()[] "))
    if _SUBTOTAL.fullmatch(words):
        return Total(certain=True, what="")
    first, *others = words.split() or [""]
    if first not in _TOTALS:
        if not others or others[-1] not in {"total", "totals"}:
            return None
        others = [first, *others[:-1]]
    named = [each for each in others if each not in _FILLERS and not _PERIOD.fullmatch(each)]
    return Total(not named or read_month(" ".join(others), Style()) is not None, " ".join(named))


def is_sum(cell: Cell) -> bool:
    """Tell whether a formula stands in a cell that sums up its column, and never was computed."""
    return isinstance(cell, Formula) and bool(_SUMMED.fullmatch(cell.replace(" ", "")))


class Sums:
    """Tells whether the numbers of a row are the sums of rows near it.

    Args of the constructor:
        body: the rows below the headings.
        columns: where numbers are looked for.
        read: one cell to an amount.
        accounts: (rows,) True where a row is added up.
        breaks: the rows that divide the tab into sections, ascending.

    """

    def __init__(
        self,
        body: Sequence[Sequence[Cell]],
        columns: Sequence[int],
        read: Callable[[Cell], Decimal | Unreadable | None],
        accounts: Mask,
        breaks: Sequence[int],
    ) -> None:
        self._body, self._columns, self._accounts, self._breaks = body, columns, accounts, breaks
        self._read = remember_readings(read)
        self._known: dict[int, tuple[NDArray[np.float64], ...]] = {}
        self._sums: dict[int, Sequence[tuple[NDArray[np.float64], NDArray[np.intp]]]] = {}

    def prove(self, row: int) -> bool:
        """Tell whether every number of a row is the sum of the same rows, in one column at least of two amounts."""
        numbers = self._numbers(row)
        for start, end in self._ranges(row) if numbers else ():
            addends = [self._addends(column, value, row, start, end) for column, value in numbers]
            if min(addends) >= 1 and max(addends) >= 2:
                return True
        return False

    def is_less(self, row: int) -> bool:
        """Tell whether a row is no sum: smaller than an amount next to it, or nothing is there to be summed up."""
        for start, end in self._sections(row):
            if self._accounts[start:end].any():
                return any(value < self._largest(column, start, end) for column, value in self._numbers(row))
        return int(np.count_nonzero(self._accounts)) == int(self._accounts[row])

    def _numbers(self, row: int) -> list[tuple[int, float]]:
        """Return (column, number) of the first few numbers of a row that are not zero."""
        found: list[tuple[int, float]] = []
        for column in self._columns:
            if len(found) < _COLUMNS and (value := self._value(row, column)):
                found.append((column, value))
        return found

    def _value(self, row: int, column: int) -> float:
        cells = self._body[row]
        return self._float(cells[column]) if column < len(cells) else 0.0

    def _float(self, cell: Cell) -> float:
        # Floats will do: a spreadsheet's own sums are floats, and half a cent of difference is allowed.
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell) if abs(cell) < _LARGEST else 0.0
        found = self._read(cell) if isinstance(cell, str) else None
        return float(found) if isinstance(found, Decimal) and abs(found) < _LARGEST else 0.0

    def _sections(self, row: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows from the last break to `row`, and those from it to the next break."""
        at = bisect_left(self._breaks, row)
        after = at + (at < len(self._breaks) and self._breaks[at] == row)
        start = self._breaks[at - 1] + 1 if at else 0
        return (start, row), (row + 1, self._breaks[after] if after < len(self._breaks) else len(self._body))

    def _ranges(self, row: int) -> Iterator[tuple[int, int]]:
        """Yield what a row may sum up: the section above, more of them, the one below, everything."""
        at = bisect_left(self._breaks, row)
        for start in reversed(self._breaks[max(0, at - _SECTIONS) : at]):
            yield start + 1, row
        yield 0, row
        yield self._sections(row)[1]
        yield row + 1, len(self._body)
        yield 0, len(self._body)

    def _addends(self, column: int, value: float, row: int, start: int, end: int) -> int:
        """Return how many amounts of a column, between two rows, `value` is the sum of; 0 where it is not."""
        own = start <= row < end and bool(self._accounts[row])
        for sums, amounts in self._cumulated(column):
            found = sums[end] - sums[start] - (value if own else 0)
            if abs(found - value) < _HALF_CENT + abs(value) * 1e-9:
                return int(amounts[end] - amounts[start]) - own
        return 0

    def _cumulated(self, column: int) -> Sequence[tuple[NDArray[np.float64], NDArray[np.intp]]]:
        """Return sum and number of the amounts before each row; with the texts that are amounts, and without them."""
        if column not in self._sums:
            self._sums[column] = [
                (np.concatenate(([0.0], np.cumsum(values))), np.concatenate(([0], np.cumsum(values != 0))))
                for values in self._amounts(column)
            ]
        return self._sums[column]

    def _largest(self, column: int, start: int, end: int) -> float:
        return float(self._amounts(column)[0][start:end].max(initial=0))

    def _amounts(self, column: int) -> tuple[NDArray[np.float64], ...]:
        known = self._known.get(column)
        if known is None:
            cells = [row[column] if column < len(row) else None for row in self._body]
            every = np.fromiter(map(self._float, cells), np.float64, len(cells)) * self._accounts
            texts = np.fromiter((isinstance(cell, str) for cell in cells), np.bool_, len(cells))
            known = (every, every * ~texts) if (texts & (every != 0)).any() else (every,)
            self._known[column] = known
        return known
