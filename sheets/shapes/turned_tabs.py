"""A tab with months down and customers across becomes one with customers down and months across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from core.months import Month
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.text import LocaleFormat, fold_cell, is_blank
from sheets.headers.headings import HEAD_ROWS, KEYS_BY_NAME, name_heading
from sheets.workbook.origins import TurnedOrigin
from sheets.workbook.port import Area, Cell, FormatRun, Grid

# A turned tab has at least this many months and customers.
_MONTHS, _CUSTOMERS = 3, 2
# The heading of a column of months.
_MONTH_HEADINGS = frozenset({"", "month", "mois", "date", "period", "periode", "closing", "cloture", "month end"})


def turn_tab(grid: Grid) -> Grid | None:
    """Return the tab with its customers down and its months across; None if its first column is not all months.

    The months must follow one another in equal steps: in a list of accounts and months they repeat.
    """
    for row in range(min(HEAD_ROWS, len(grid.rows))):
        months = _read_month_column(grid.rows[row + 1 :])
        if len(months) >= _MONTHS and _heads_customers(grid.rows[row]):
            return _turn(grid, row, len(months))
    return None


def _read_month_column(rows: Sequence[Sequence[Cell]]) -> list[Month]:
    """Return the months in the first cells of rows, up to another cell; empty unless they follow one another."""
    cells: list[Cell] = []
    for row in rows:
        first = row[0] if row else None
        if is_blank(first) or (isinstance(first, str) and read_month(first, LocaleFormat(order="dmy")) is None):
            break
        cells.append(first)
    locale_format = infer_date_order(cells, LocaleFormat())
    months = []
    for cell in cells:
        month = read_month(cell, locale_format)
        if month is None:
            break
        months.append(month)
    steps = {one.until(other) for one, other in pairwise(months)}
    return months if len(steps) == 1 and steps <= {1, 3, 12} else []


def _heads_customers(cells: Sequence[Cell]) -> bool:
    """Tell whether a row has a heading of months, or none, and then names that are no known headings."""
    if not cells or fold_cell(cells[0]) not in _MONTH_HEADINGS:
        return False
    names = [cell for cell in cells[1:] if not is_blank(cell)]
    if len(names) < _CUSTOMERS or any(fold_cell(name) in KEYS_BY_NAME for name in names):
        return False
    # A row of months is the header row of a tab that is not turned.
    return not any(read_month(name, LocaleFormat()) for name in names)


def _turn(grid: Grid, row: int, months: int) -> Grid:
    """Return a grid whose header row is column A of the tab, below the same title rows."""
    block = grid.rows[row : row + 1 + months]
    width = max(len(cells) for cells in block)
    turned: list[list[Cell]] = [
        [cells[column] if column < len(cells) else None for cells in block] for column in range(width)
    ]
    turned[0][0] = name_heading("account_id")
    rows = [*grid.rows[:row], *turned]
    return replace(
        grid,
        tab=replace(grid.tab, rows=len(rows), columns=1 + months, tables=()),
        rows=rows,
        merges=_turn_merges(grid.merges, row),
        formats=tuple(_turn_formats(grid.formats, row, months)),
        origin=TurnedOrigin(grid.tab.title, row),
    )


def _turn_merges(merges: Sequence[Area], top: int) -> tuple[Area, ...]:
    inside = [area for area in merges if area.top >= top]
    return tuple(Area(top + area.left, area.top - top, top + area.right, area.bottom - top) for area in inside)


def _turn_formats(formats: Sequence[FormatRun], top: int, months: int) -> list[FormatRun]:
    """Return the formats of the turned block: a run down one column becomes one cell in each of several columns."""
    runs = []
    for run in formats:
        for row in range(max(run.top, top), min(run.bottom, top + 1 + months)):
            place = top + run.column
            runs.append(FormatRun(row - top, place, place + 1, run.code))
    return runs
