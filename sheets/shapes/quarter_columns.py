"""A row for each customer and quarter: the column Quarter, with or without a column Year, becomes one of months."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from core.months import Month
from sheets.cells.dates import read_period_close
from sheets.cells.text import fold_cell, is_blank, read_text, remember_readings
from sheets.headers.header_row import read_header_row
from sheets.headers.headings import HEAD_ROWS
from sheets.shapes.year_columns import YEAR_HEADINGS, may_hold, read_years
from sheets.workbook.port import Cell, Grid

# The heading that the column gets: its brackets are no part of its meaning.
QUARTER_HEADING = "Month (end of quarter)"
QUARTER_MONTHS = 3
_QUARTER_HEADINGS = frozenset(
    {
        *("quarter", "qtr", "quarters", "calendar quarter", "quarter no", "quarter number", "year quarter"),
        *("trimestre", "trim", "trimestre civil", "numero du trimestre", "annee trimestre"),
    }
)
# Below these headings a quarter has its year.
_PERIOD_HEADINGS = frozenset({"period", "periode", "month", "mois", "date"})
_BARE = re.compile(r"(?:q|t|qtr|quarter|trimestre|trim)? ?0?([1-4])|([1-4])(?:q|t|er trimestre|e trimestre)")
# Fewer quarters may be something else.
_LEAST = 3


def date_quarter_column(grid: Grid, *, is_head: bool = False) -> Grid | None:
    """Return the tab with the last month of each quarter, such as 2025-09; None without a sure quarter and year.

    Where every customer has one row the quarter is one of its attributes.

    Args:
        grid: the tab, or its first rows.
        is_head: True if `grid` has only the first rows, which may be of one quarter.

    """
    for row, heading_cells in enumerate(grid.rows[:HEAD_ROWS]):
        headings = [fold_cell(cell) if isinstance(cell, str) else "" for cell in heading_cells]
        candidates = [
            column for column, heading in enumerate(headings) if heading in _QUARTER_HEADINGS | _PERIOD_HEADINGS
        ]
        columns = read_header_row(row, heading_cells).columns
        account = columns.get("account_id", columns.get("name"))
        if not candidates or account is None:
            continue
        years = [column for column, heading in enumerate(headings) if heading in YEAR_HEADINGS]
        for column in candidates:
            is_bare = headings[column] in _QUARTER_HEADINGS and len(years) == 1
            closes = _read_closes(grid, row, column, years[0] if is_bare else None)
            if closes and (is_head or _have_several_rows(grid, account, closes)):
                return _write_months(grid, row, [column, *(years if is_bare else [])], closes)
    return None


def _read_closes(grid: Grid, header_row: int, column: int, year: int | None) -> Mapping[int, Month]:
    """Return row -> last month of its quarter; nothing if most cells are no quarters."""
    if not may_hold(grid, column, header_row + 1, _read_quarter):
        return {}
    cells = grid.list_cells(column, header_row + 1)
    below = {row: cell for row, cell in enumerate(cells, header_row + 1) if not is_blank(cell)}
    closes: dict[int, Month] = {}
    read_close = remember_readings(_read_close)
    for row, cell in below.items():
        close = read_close(cell)
        if close:
            closes[row] = close
    if year is not None and not closes:
        numbers = {row: number for row, cell in below.items() if (number := _read_number(cell))}
        years = read_years(grid, year, numbers)
        closes = {row: Month.of(years[row], QUARTER_MONTHS * number) for row, number in numbers.items() if row in years}
    return closes if len(closes) >= _LEAST and 2 * len(closes) > len(below) else {}


def _read_close(cell: Cell) -> Month | None:
    """Return the last month of a quarter with its year: Q3 2025; None for any other cell."""
    period = read_period_close(cell) if isinstance(cell, str) else None
    return period[0] if period and period[1] == QUARTER_MONTHS else None


def _read_quarter(cell: Cell) -> Month | int | None:
    return _read_close(cell) or _read_number(cell)


def _have_several_rows(grid: Grid, account: int, closes: Mapping[int, Month]) -> bool:
    accounts = [read_text(grid.rows[row][account]) for row in closes if account < len(grid.rows[row])]
    return len(set(accounts)) < len(accounts)


def _read_number(cell: Cell) -> int:
    """Return the number of a quarter without a year: Q3, T3, 3; 0 for any other cell."""
    if isinstance(cell, bool):
        return 0
    match = _BARE.fullmatch(fold_cell(read_text(cell).removesuffix(".0")))
    return int(match[1] or match[2]) if match else 0


def _write_months(grid: Grid, header_row: int, columns: list[int], closes: Mapping[int, Month]) -> Grid:
    """Return the tab with the months in the first of the columns; the others are blank in their rows."""
    rows = list(grid.rows)
    quarter, *others = columns
    for row in (header_row, *closes):
        cells = [*rows[row], *[None] * (max(columns) + 1 - len(rows[row]))]
        cells[quarter] = QUARTER_HEADING if row == header_row else str(closes[row])
        for other in others:
            cells[other] = None
        rows[row] = cells
    return replace(grid, rows=rows)
