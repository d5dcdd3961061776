"""Quarters, halves and years of a fiscal year, such as Q1 FY25: a title, or the config, says when it starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from core.errors import N_, Sentence
from core.months import Calendar, month_names
from core.text import fold
from sheets.cells.dates import MEASURES, read_month, read_period_close
from sheets.cells.plan_words import ACTUAL_WORDS
from sheets.cells.text import LocaleFormat, read_text
from sheets.headers.headings import HEAD_ROWS
from sheets.tabs.decisions import Decision
from sheets.workbook.port import Cell, Grid

# The parts of a year by how many there are: quarters (French: trimestres), halves (semestres), the year itself.
_PARTS = {"q": 4, "t": 4, "h": 2, "s": 2, "": 1}
_YEAR = r"(?:fy|exercice|ex) ?'?(?:(?:20)?\d\d ?[/-] ?)?(?P<year>(?:20)?\d\d)"
_PART = r"(?P<part>[qths]) ?(?P<number>[1-4])"
_FISCAL_PARTS = tuple(
    re.compile(pattern, re.ASCII) for pattern in (rf"{_PART}[ ,/-]*{_YEAR}", rf"{_YEAR}[ ,/-]*{_PART}", _YEAR)
)
_CALENDAR_PART = re.compile(r"(?P<part>[qt]) ?(?P<number>[1-4])[ ,/-]*'?(?P<year>(?:20)?\d\d)", re.ASCII)
_FISCAL = re.compile(r"\b(?:fy(?:\d\d)*|fiscal|fiscale|financial year|exercices?|clotures?)\b")
_STARTS = frozenset(
    {
        *("start", "starts", "starting", "begin", "begins", "beginning", "from", "commence", "commencant", "debut"),
        *("debute", "debutant", "partir", "des", "depuis", "ouvert"),
    }
)
_ENDS = frozenset(
    {
        *("end", "ends", "ended", "ending", "close", "closes", "closing", "clos", "cloture", "cloturant", "termine"),
        *("finit", "finissant", "fin"),
    }
)
# Words between the first and the last month of a fiscal year.
_BETWEEN = frozenset({"to", "a", "au", "until", "through", "jusqu", "fin", "end", "of", "er", "st", "th"})
_REACH = 5
_LEAST = 2


@dataclass(frozen=True, slots=True)
class _Period:
    """A part of a fiscal year.

    Attributes:
        year: the fiscal year, named after the calendar year in which it ends.
        number: the number of the part in the year, from 1 on.
        months: its length.
        is_fiscal: False for a heading such as Q1 2025, which may be one of the calendar.

    """

    year: int
    number: int
    months: int
    is_fiscal: bool


def name_fiscal_periods(grid: Grid, configured: int) -> tuple[Grid, Decision] | None:
    """Return the tab with headings such as "3 months to 2024-09", and the decision; None where nothing is to be done.

    Headings without FY, such as Q1 2025, are parts of the fiscal year only where a title says when it starts.

    Args:
        grid: the tab.
        configured: the first month of the fiscal year in the config; January says nothing.

    """
    row, periods = _find_row(grid)
    if not periods:
        return None
    is_fiscal = all(period.is_fiscal for period in periods.values())
    first, text = _find_start(grid, row)
    if not first and is_fiscal and configured > 1:
        first, text = configured, f"company.fiscal_year_starts = {configured}"
    if not first or (first == 1 and not is_fiscal):
        return None
    cells = list(grid.rows[row])
    closes = {
        column: Calendar(first).span(period.year, period.months, period.number).end
        for column, period in periods.items()
    }
    for column, close in closes.items():
        cells[column] = f"{periods[column].months} months to {close}"
    heading = read_text(grid.rows[row][min(periods)])
    statement = Sentence(
        N_("Its columns are parts of a fiscal year, because of “{text}”: {heading} ends with {month}."),
        {"text": text, "heading": heading, "month": closes[min(periods)]},
    )
    line = "" if first == configured else f"company.fiscal_year_starts = {first}"
    decision = Decision("months", grid.tab.title, "", statement, line, is_doubted=not is_fiscal)
    return replace(grid, rows=[*grid.rows[:row], cells, *grid.rows[row + 1 :]]), decision


def has_fiscal_periods(grid: Grid) -> bool:
    """Tell whether the headings of a tab are parts of fiscal years, such as Q1 FY25."""
    _, periods = _find_row(grid)
    return any(period.is_fiscal for period in periods.values())


def _find_row(grid: Grid) -> tuple[int, Mapping[int, _Period]]:
    """Return the row of headings and column -> its period: the shortest ones, as the others are their totals."""
    for row, cells in enumerate(grid.rows[:HEAD_ROWS]):
        periods = {column: period for column, cell in enumerate(cells) if (period := _read_period(cell))}
        if len(periods) < _LEAST:
            continue
        shortest = min(period.months for period in periods.values())
        periods = {column: period for column, period in periods.items() if period.months == shortest}
        if len(periods) >= _LEAST and not any(_is_shorter(cell, shortest) for cell in cells):
            return row, periods
    return 0, {}


def _is_shorter(cell: Cell, months: int) -> bool:
    """Tell whether a heading is a month, or a shorter period than `months`: next to it the longer ones are totals."""
    if not isinstance(cell, str) or not any(map(str.isdigit, cell)):
        return False
    period = read_period_close(cell)
    return period[1] < months if period else read_month(cell, LocaleFormat()) is not None


def _read_period(cell: Cell) -> _Period | None:
    if not isinstance(cell, str):
        return None
    text = " ".join(word for word in fold(cell).split() if word not in MEASURES | ACTUAL_WORDS)
    for pattern in (*_FISCAL_PARTS, _CALENDAR_PART):
        match = pattern.fullmatch(text)
        parts = match.groupdict() if match else {}
        if match and int(parts.get("number") or 1) <= _PARTS[parts.get("part") or ""]:
            year = int(parts["year"])
            months = 12 // _PARTS[parts.get("part") or ""]
            is_fiscal = pattern is not _CALENDAR_PART
            return _Period(year if year > 99 else 2000 + year, int(parts.get("number") or 1), months, is_fiscal)
    return None


def _find_start(grid: Grid, row: int) -> tuple[int, str]:
    """Return the first month of the fiscal year and the title that says it; 0 if none does, or two contradict."""
    texts = [grid.tab.title, *(cell for cells in grid.rows[:row] for cell in cells if isinstance(cell, str))]
    starts = {first: read_text(text) for text in texts if (first := read_fiscal_start(text))}
    return next(iter(starts.items())) if len(starts) == 1 else (0, "")


def read_fiscal_start(text: str) -> int:
    """Return the first month of the fiscal year that a text speaks of; 0 if it says none.

    Reads "FY starts 1 July", "fiscal year ending 30 June", "FY25 = July to June", "exercice de juillet à juin".
    """
    folded = fold(text)
    if not _FISCAL.search(folded):
        return 0
    words = re.findall(r"[a-z]+", folded)
    months = [(place, month_names()[word]) for place, word in enumerate(words) if word in month_names()]
    for (place, first), (other, last) in pairwise(months):
        if last == (first - 2) % 12 + 1 and _BETWEEN.issuperset(words[place + 1 : other]):
            return first
    for place, number in months:
        # The nearest word before the month says whether the year starts or ends with it.
        for word in reversed(words[max(0, place - _REACH) : place]):
            if word in _STARTS:
                return number
            if word in _ENDS:
                return number % 12 + 1
            if word in month_names():
                break
    return 0
