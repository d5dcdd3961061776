"""Months without a year, such as "Jan" or "févr.": the title of the tab, or a line above them, has their year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.months import month_names
from sheets.cells.dates import MEASURES
from sheets.cells.plan_words import ACTUAL_WORDS, read_figures
from sheets.cells.text import fold_cell, is_blank, read_text
from sheets.workbook.port import Cell, Grid

# A longer line above the months is a note, and a year in it may be that of anything.
_TITLE_WORDS = 8
_YEAR = re.compile(r"(?:fy|cy)?((?:19|20)\d\d)", re.ASCII)
# Such a year may begin in any month.
_FISCAL = re.compile(r"\b(?:fy|fiscal|exercice)")


def find_bare_months(cells: Sequence[Cell]) -> dict[int, int]:
    """Return column -> number of the month, for the headings that are months without a year."""
    return {column: number for column, cell in enumerate(cells) if (number := read_bare_month(cell))}


def date_bare_months(grid: Grid, row: int, cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return headings whose months have the year of the title: "Jan" in the tab "MRR 2025" becomes "Jan 2025".

    The months must be in the order of the calendar, so that they are of one year; a December before January is of the
    year before.

    Args:
        grid: the tab.
        row: the row of the headings; the lines above it may name the year.
        cells: the headings.

    """
    months = find_bare_months(cells)
    if not months:
        return cells
    title = find_title(grid, row)
    is_plan = {column: read_figures(read_text(cells[column])) == "plan" for column in months}
    years = date_in_order({column: number for column, number in months.items() if not is_plan[column]}, title)
    plans = date_in_order({column: number for column, number in months.items() if is_plan[column]}, title)
    if years is None or plans is None:
        return cells
    dated = years | plans
    return [f"{read_text(cell)} {dated[column]}" if column in dated else cell for column, cell in enumerate(cells)]


def date_in_order(months: Mapping[int, int], title: str) -> dict[int, int] | None:
    """Return column -> year of the months of the title's year; None if they are not in order or no year is sure."""
    match = _YEAR.search(title)
    if match is None or (_FISCAL.search(title) and min(months.values(), default=1) != 1):
        return None
    year, numbers = int(match[1]), list(months.values())
    years = dict.fromkeys(months, year)
    if numbers[:2] == [12, 1]:
        years[next(iter(months))] = year - 1
        numbers = numbers[1:]
    return years if all(one <= other for one, other in pairwise(numbers)) else None


def find_title(grid: Grid, row: int) -> str:
    """Return the text with the year, folded: the tab's title or a line above the row; empty if they contradict."""
    lines = [read_text(cell) for cells in grid.rows[:row] for cell in cells if not is_blank(cell)]
    titles = [title for text in (grid.tab.title, *lines) if (title := _read_title(text))]
    years = {match[1] for title in titles if (match := _YEAR.search(title))}
    return " ".join(titles) if len(years) == 1 else ""


def _read_title(text: str) -> str:
    """Return a title with a year, folded; empty for a text with other numbers or with a month."""
    words = fold_cell(text).split()
    numbers = [word for word in words if any(map(str.isdigit, word))]
    is_title = len(words) <= _TITLE_WORDS and len(numbers) == 1 and _YEAR.fullmatch(numbers[0])
    return " ".join(words) if is_title and not month_names().keys() & set(words) else ""


def read_bare_month(cell: Cell) -> int:
    """Return the number of the month that a heading names without a year; 0 for any other heading."""
    if not isinstance(cell, str) or len(cell) > 40:
        return 0
    words = fold_cell(cell).split()
    months = [word for word in words if word in month_names()]
    if len(months) != 1 or any(map(str.isdigit, cell)):
        return 0
    others = {*words} - MEASURES - ACTUAL_WORDS - {*months}
    return month_names()[months[0]] if not others or read_figures(cell) == "plan" else 0
