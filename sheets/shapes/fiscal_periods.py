"""Quarters, halves and years of a fiscal year, such as Q1 FY25: a title, or the config, says when it starts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

from core.errors import N_, Sentence
from core.months import Calendar, Month, month_names
from core.text import fold
from sheets.cells.dates import MEASURES, read_month, read_period_close
from sheets.cells.plan_words import ACTUAL_WORDS
from sheets.cells.text import LocaleFormat, read_text, remember_readings
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
# Every heading that names a part has this.
_HINT = re.compile(r"(?:fy|ex|[qths] ?[1-4]).*\d", re.ASCII | re.IGNORECASE)
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
_LEAST, _LEAST_ROWS = 2, 3


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

    def find_close(self, first_month: int) -> Month:
        """Return its last month in a fiscal year that starts in `first_month`."""
        return Calendar(first_month).span(self.year, self.months, self.number).end


def name_fiscal_periods(grid: Grid, configured: int) -> tuple[Grid, Decision] | None:
    """Return the tab with periods such as "3 months to 2024-09", and the decision; None where nothing is to be done.

    Periods without FY, such as Q1 2025, are parts of the fiscal year only where a title says when it starts.

    Args:
        grid: the tab.
        configured: the first month of the fiscal year in the config; January says nothing.

    """
    periods = _list_heading_periods(grid) or _list_column_periods(grid, len(grid.rows))
    if not periods:
        return None
    place = next(iter(periods))
    is_fiscal = all(period.is_fiscal for period in periods.values())
    first, text = _find_start(grid, place[0])
    if not first and is_fiscal and configured > 1:
        first, text = configured, f"company.fiscal_year_starts = {configured}"
    if not first or (first == 1 and not is_fiscal):
        return None
    rows = list(grid.rows)
    for (row, column), period in periods.items():
        close = period.find_close(first)
        rows[row] = [*rows[row][:column], f"{period.months} months to {close}", *rows[row][column + 1 :]]
    statement = Sentence(
        N_("Its periods are parts of a fiscal year, because of “{text}”: {heading} ends with {month}."),
        {"text": text, "heading": read_text(grid.rows[place[0]][place[1]]), "month": periods[place].find_close(first)},
    )
    line = "" if first == configured else f"company.fiscal_year_starts = {first}"
    return replace(grid, rows=rows), Decision("months", grid.tab.title, "", statement, line, is_doubted=not is_fiscal)


def has_fiscal_periods(grid: Grid) -> bool:
    """Tell whether the headings of a tab, or a column of it, are parts of fiscal years, such as Q1 FY25."""
    periods = _list_heading_periods(grid) or _list_column_periods(grid, HEAD_ROWS)
    return any(period.is_fiscal for period in periods.values())


def _list_heading_periods(grid: Grid) -> dict[tuple[int, int], _Period]:
    """Return row and column -> period of the headings: the shortest ones, as the others are their totals."""
    for row, cells in enumerate(grid.rows[:HEAD_ROWS]):
        periods = {(row, column): period for column, cell in enumerate(cells) if (period := _read_period(cell))}
        if len(periods) < _LEAST:
            continue
        shortest = min(period.months for period in periods.values())
        periods = {place: period for place, period in periods.items() if period.months == shortest}
        if len(periods) >= _LEAST and not any(_is_shorter(cell, shortest) for cell in cells):
            return periods
    return {}


def _list_column_periods(grid: Grid, last: int) -> dict[tuple[int, int], _Period]:
    """Return row and column -> fiscal period, of the first column with some in the first rows, up to the row `last`."""
    counts = Counter(
        column
        for cells in grid.rows[:HEAD_ROWS]
        for column, cell in enumerate(cells)
        if (period := _read_period(cell)) and period.is_fiscal
    )
    column = next((column for column, count in counts.items() if count >= _LEAST_ROWS), None)
    if column is None:
        return {}
    read = remember_readings(_read_period)
    cells = grid.list_cells(column, 0)[:last]
    return {(row, column): period for row, cell in enumerate(cells) if (period := read(cell)) and period.is_fiscal}


def _is_shorter(cell: Cell, months: int) -> bool:
    """Tell whether a heading is a month, or a shorter period than `months`: next to it the longer ones are totals."""
    if not isinstance(cell, str) or not any(map(str.isdigit, cell)):
        return False
    period = read_period_close(cell)
    return period[1] < months if period else read_month(cell, LocaleFormat()) is not None


def _read_period(cell: Cell) -> _Period | None:
    if not isinstance(cell, str) or not _HINT.search(cell):
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
