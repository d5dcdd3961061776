"""Months in a column without their year: a column Year, or the title of the tab, has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from sheets.cells.dates import FIRST_YEAR, LAST_YEAR
from sheets.cells.text import fold_cell, is_blank, read_text, remember_readings
from sheets.headers.header_row import read_header_row
from sheets.headers.headings import HEAD_ROWS, name_heading
from sheets.headers.title_years import date_in_order, find_title, read_bare_month
from sheets.workbook.port import Cell, Grid

YEAR_HEADINGS = frozenset({"year", "annee", "calendar year", "annee civile", "yr", "an"})
_MONTH_HEADINGS = frozenset(
    {
        *("month", "mois", "month number", "month no", "month name", "numero du mois", "mois numero", "n du mois"),
        *("nom du mois", "mth"),
    }
)
# A column is one of months if it has this many of them.
_MONTHS = 3
# Cells of a long column, in so many runs of so many rows, tell whether most of them are months.
_RUNS, _RUN = 20, 50


@dataclass(frozen=True, slots=True)
class _BareColumns:
    """A column of months without a year.

    Attributes:
        row: the header row.
        month: the column of the months.
        year: the column of the years; None without one.
        numbers: row -> number of the month.

    """

    row: int
    month: int
    year: int | None
    numbers: Mapping[int, int]


def date_month_column(grid: Grid) -> Grid | None:
    """Return the tab with a year in each of its months, such as 2025-03; None if they have one, or no year is sure.

    The months of a column Year are in the first of the two columns, and the other one is blank.
    """
    bare = _find_bare_columns(grid)
    years = _find_years(grid, bare) if bare else {}
    if not bare or not years:
        return None
    columns = [bare.month, *([] if bare.year is None else [bare.year])]
    rows = list(grid.rows)
    for row in range(bare.row, len(rows)):
        cells = [*rows[row], *[None] * (max(columns) + 1 - len(rows[row]))]
        number, year = bare.numbers.get(row), years.get(row)
        written = next((cells[column] for column in columns if not is_blank(cells[column])), None)
        for column in columns:
            cells[column] = None
        cells[min(columns)] = f"{year}-{number:02d}" if number and year else written
        rows[row] = cells
    rows[bare.row] = [
        name_heading("month") if column == min(columns) else cell for column, cell in enumerate(rows[bare.row])
    ]
    return replace(grid, rows=rows)


def has_bare_months(grid: Grid) -> bool:
    """Tell whether the tab has a column of months whose year is not sure."""
    bare = _find_bare_columns(grid)
    return bare is not None and not _find_years(grid, bare)


def _find_bare_columns(grid: Grid) -> _BareColumns | None:
    for row, heading_cells in enumerate(grid.rows[:HEAD_ROWS]):
        headings = [fold_cell(cell) if isinstance(cell, str) else "" for cell in heading_cells]
        months = [column for column, heading in enumerate(headings) if heading in _MONTH_HEADINGS]
        years = [column for column, heading in enumerate(headings) if heading in YEAR_HEADINGS]
        if not months or len(years) > 1:
            continue
        for column in months:
            if not may_hold(grid, column, row + 1, _read_number):
                continue
            cells = grid.list_cells(column, row + 1)
            below = {other: cell for other, cell in enumerate(cells, row + 1) if not is_blank(cell)}
            numbers = {other: number for other, cell in below.items() if (number := _read_number(cell))}
            # Totals and notes are no months.
            if len(numbers) >= _MONTHS and 2 * len(numbers) > len(below):
                return _BareColumns(row, column, years[0] if years else None, numbers)
    return None


def may_hold(grid: Grid, column: int, first: int, read: Callable[[Cell], object]) -> bool:
    """Tell whether `read` may read most cells of a column: it reads some of a sample, or the sample is nearly blank."""
    step = max(_RUN, (len(grid.rows) - first) // _RUNS)
    sample = [
        cell
        for top in range(first, len(grid.rows), step)
        for cell in grid.list_cells(column, top, top + _RUN)
        if not is_blank(cell)
    ]
    return len(sample) < _RUN or any(map(remember_readings(read), sample))


def _read_number(cell: Cell) -> int:
    """Return the number of a month that is written as its name or its number; 0 for any other cell."""
    if isinstance(cell, str):
        return int(cell) if cell.strip().isdecimal() and 1 <= int(cell) <= 12 else read_bare_month(cell)
    is_number = isinstance(cell, (int, float)) and not isinstance(cell, bool) and cell in range(1, 13)
    return int(cell) if is_number else 0  # type: ignore[arg-type]


def _find_years(grid: Grid, bare: _BareColumns) -> Mapping[int, int]:
    """Return row -> year of the months whose year is sure."""
    if bare.year is not None:
        return read_years(grid, bare.year, bare.numbers)
    title, numbers = find_title(grid, bare.row), bare.numbers
    groups = [(number, list(rows)) for number, rows in groupby(numbers, key=numbers.__getitem__)]
    firsts = {rows[0]: number for number, rows in groups}
    is_december_again = [*firsts.values()].count(12) > 1
    years = None if is_december_again else date_in_order(firsts, title)
    if years is not None:
        return {row: years[rows[0]] for _, rows in groups for row in rows}
    # In the order of the customers, the months of each must be in order.
    column = read_header_row(bare.row, grid.rows[bare.row]).columns.get("account_id")
    if column is None:
        return {}
    dated: dict[int, int] = {}
    by_account: dict[str, dict[int, int]] = {}
    for row, number in numbers.items():
        by_account.setdefault(read_text(grid.rows[row][column]), {})[row] = number
    for months in by_account.values():
        of_account = date_in_order(months, title) if _are_in_order(list(months.values())) else None
        if of_account is None:
            return {}
        dated |= of_account
    return dated


def _are_in_order(numbers: Sequence[int]) -> bool:
    return all(one <= other for one, other in pairwise(numbers))


def read_years(grid: Grid, column: int, rows: Mapping[int, int]) -> Mapping[int, int]:
    """Return row -> year of a column Year, in which a year may stand for the rows below it."""
    years: dict[int, int] = {}
    latest = 0
    for row in rows:
        cell = grid.rows[row][column] if column < len(grid.rows[row]) else None
        if not is_blank(cell):
            text = read_text(cell).removesuffix(".0")
            latest = int(text) if text.isdecimal() and FIRST_YEAR <= int(text) <= LAST_YEAR else 0
        if latest:
            years[row] = latest
    return years
