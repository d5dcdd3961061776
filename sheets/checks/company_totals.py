"""The rows and columns of a waterfall or a table of KPIs that hold MRR or ARR of the whole company, by month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.months import Month
from core.text import fold
from sheets.cells.dates import read_month
from sheets.cells.text import LocaleFormat, is_blank
from sheets.workbook.port import Cell, Grid

_LEAST_MONTHS = 2
_FACTORS: Mapping[str, int] = {"mrr": 1, "arr": 12}
_WORDS = re.compile(r"[^\W_]+")
_LONG_NAMES = (
    (re.compile(r"monthly recurring revenue|revenus? mensuels? recurrents?|revenus? recurrents? mensuels?"), "mrr"),
    (re.compile(r"annual recurring revenue|revenus? annuels? recurrents?|revenus? recurrents? annuels?"), "arr"),
)
# Words for the close of a month, and words that change nothing. With any other word, as in "New MRR", an amount is
# something else.
_CLOSING_WORDS = frozenset({"ending", "end", "closing", "close", "final", "finale", "fin", "cloture", "eom", "eop"})
_TOTAL_WORDS = frozenset({"total", "totals", "totaux"})
_NEUTRAL_WORDS = frozenset(
    {"of", "at", "the", "in", "de", "du", "des", "la", "le", "en", "a", "month", "mois", "period", "periode", "balance"}
    | {"solde", "monthly", "mensuel", "company", "overall", "global", "k", "keur", "thousands", "milliers"}
)
# "MRR by region": what follows says how the total is split.
_SPLIT = re.compile(r"\b(?:by|per|par)\b.*")


@dataclass(frozen=True, slots=True)
class CompanyTotal:
    """MRR or ARR of the whole company at several closes, as a tab has it.

    Attributes:
        row: the row of its label, from 0.
        column: the column of its label, from 0.
        factor: 1 for MRR, 12 for ARR.
        cells: month -> the cell with the amount.

    """

    row: int
    column: int
    factor: int
    cells: Mapping[Month, Cell]


def find_company_totals(grid: Grid, currency: str) -> Iterator[CompanyTotal]:
    """Yield the totals of a tab, with the months across or down.

    Args:
        grid: the tab.
        currency: the code of the reporting currency; a label that names another one is skipped.

    """
    months: Mapping[int, Month] = {}
    for row, cells in enumerate(grid.rows):
        headings = _read_months(cells)
        if len(headings) >= _LEAST_MONTHS:
            months = headings
            continue
        factors = {
            column: factor
            for column, cell in enumerate(cells)
            if isinstance(cell, str) and (factor := _read_factor(cell, grid.tab.title, currency))
        }
        first = next((column for column, cell in enumerate(cells) if not is_blank(cell)), -1)
        if months and first in factors:
            amounts = {month: _cell_at(cells, column) for column, month in months.items()}
            yield CompanyTotal(row, first, factors[first], amounts)
        elif factors and (rows := _read_months_below(grid, row)):
            for column, factor in factors.items():
                below = {month: _cell_at(grid.rows[number], column) for number, month in rows.items()}
                yield CompanyTotal(row, column, factor, below)


def _read_months(cells: Sequence[Cell]) -> dict[int, Month]:
    read = {column: read_month(cell, LocaleFormat()) for column, cell in enumerate(cells) if not is_blank(cell)}
    return {column: month for column, month in read.items() if month}


def _read_months_below(grid: Grid, header_row: int) -> dict[int, Month]:
    """Return row -> month of the rows under a header row, if each begins with another month; else nothing."""
    months: dict[int, Month] = {}
    for row in range(header_row + 1, len(grid.rows)):
        label = next((cell for cell in grid.rows[row] if not is_blank(cell)), None)
        month = read_month(label, LocaleFormat())
        if month is None:
            break
        months[row] = month
    is_table = len(months) >= _LEAST_MONTHS and len(set(months.values())) == len(months)
    return months if is_table else {}


def _read_factor(label: str, title: str, currency: str) -> int | None:
    """Return the factor of a label to MRR; None if it is not MRR or ARR of the whole company at a close.

    A label of a closing or a total takes MRR or ARR from the tab's title, if it does not say which.
    """
    if "%" in label:
        return None
    words = _split_words(label)
    measures = words & _FACTORS.keys()
    other_words = words - measures - _NEUTRAL_WORDS - {currency.casefold()}
    if other_words - _CLOSING_WORDS - _TOTAL_WORDS:
        return None
    if not measures:
        title_words = _split_words(_SPLIT.sub("", fold(title)))
        # A total may be that of anything in the tab, a closing only that of what the tab is about.
        is_plain_title = not title_words - _FACTORS.keys() - _NEUTRAL_WORDS - _TOTAL_WORDS
        if other_words & _CLOSING_WORDS or (other_words and is_plain_title):
            measures = title_words & _FACTORS.keys()
    return _FACTORS[measures.pop()] if len(measures) == 1 else None


def _split_words(text: str) -> set[str]:
    folded = fold(text)
    for name, measure in _LONG_NAMES:
        folded = name.sub(measure, folded)
    return set(_WORDS.findall(folded))


def _cell_at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else None
