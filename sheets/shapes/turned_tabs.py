"""A tab with months down and customers across becomes one with customers down and months across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from core.months import Month
from sheets.cells.dates import infer_date_order, read_month, read_period_close
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_text
from sheets.headers.headings import HEAD_ROWS, KEYS_BY_NAME, looks_like_month, name_heading
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.origins import TurnedOrigin
from sheets.workbook.port import Area, Cell, FormatRun, Grid

# A turned tab has at least this many months and customers.
_MONTHS, _CUSTOMERS = 3, 2
# The heading of a column of months.
_MONTH_HEADINGS = frozenset({"", "month", "mois", "date", "period", "periode", "closing", "cloture", "month end"})


@dataclass(frozen=True, slots=True)
class TurnedTab:
    """A tab with its rows and columns exchanged.

    Attributes:
        grid: the tab with its customers down and its months across.
        customers: the headings of its customers' columns, totals among them.
        unreadable_rows: the rows between its months whose first cell is no month, as in the tab itself; not in `grid`.

    """

    grid: Grid
    customers: Sequence[Cell]
    unreadable_rows: Sequence[int]


def turn_tab(grid: Grid) -> TurnedTab | None:
    """Return the tab with its customers down and its months across; None if its first column is not all months.

    The months must follow one another in steps of a month, quarter or year, of which some may be missing: in a list of
    accounts and months they repeat. Blank rows, totals, quarters and years between them are passed over.
    """
    for row in range(min(HEAD_ROWS, len(grid.rows))):
        if _heads_customers(grid.rows[row]):
            months, unreadable_rows = _read_month_column(grid.rows, row + 1)
            if len(months) >= _MONTHS and len(unreadable_rows) < len(months):
                customers = [cell for cell in grid.rows[row][1:] if not is_blank(cell)]
                return TurnedTab(_turn(grid, row, months), customers, unreadable_rows)
    return None


def _read_month_column(rows: Sequence[Sequence[Cell]], top: int) -> tuple[list[int], list[int]]:
    """Return the rows from `top` on whose first cell is a month, and those between them that are neither one nor blank.

    Both are empty unless the months follow one another.
    """
    cells = {row: rows[row][0] if rows[row] else None for row in range(top, len(rows))}
    locale_format = infer_date_order([*cells.values()], LocaleFormat())
    months: dict[int, Month] = {}
    others: list[int] = []
    for row, cell in cells.items():
        month = None if is_blank(cell) else read_month(cell, locale_format)
        if month:
            months[row] = month
        elif not is_blank(cell) and (not months or fold_cell(cell) in _MONTH_HEADINGS):
            # A text before the first month, or the header row of a second table.
            break
        elif not all(map(is_blank, rows[row])) and not _is_of_longer_period(cell):
            others.append(row)
    steps = [one.until(other) for one, other in pairwise(months.values())]
    step = min(steps, default=0)
    if step not in {1, 3, 12} or any(other % step for other in steps) or 2 * steps.count(step) < len(steps):
        return [], []
    # Below the last month, a mistyped one has amounts and a note has none.
    last = max(months)
    return list(months), [row for row in others if row < last or _is_mistyped_month(rows[row])]


def _is_mistyped_month(cells: Sequence[Cell]) -> bool:
    """Tell whether a row begins with a text like a month and has numbers."""
    return looks_like_month(read_text(cells[0])) and any(isinstance(cell, (int, float)) for cell in cells[1:])


def _is_of_longer_period(cell: Cell) -> bool:
    """Tell whether the first cell of a row between months heads a total, a quarter or a year."""
    return read_period_close(cell) is not None or (isinstance(cell, str) and read_total_heading(cell) is not None)


def _heads_customers(cells: Sequence[Cell]) -> bool:
    """Tell whether a row has a heading of months, or none, and then names that are no known headings."""
    if not cells or fold_cell(cells[0]) not in _MONTH_HEADINGS:
        return False
    names = [cell for cell in cells[1:] if not is_blank(cell)]
    if len(names) < _CUSTOMERS or any(fold_cell(name) in KEYS_BY_NAME for name in names):
        return False
    # A row of months is the header row of a tab that is not turned.
    return not any(read_month(name, LocaleFormat()) for name in names)


def _turn(grid: Grid, row: int, months: Sequence[int]) -> Grid:
    """Return a grid whose header row is column A of the tab, below the same title rows.

    Args:
        grid: the tab.
        row: the row of the customers.
        months: the rows of the months; the other rows are not in the turned tab.

    """
    sources = [row, *months]
    width = max(len(grid.rows[source]) for source in sources)
    turned: list[list[Cell]] = [
        [grid.rows[source][column] if column < len(grid.rows[source]) else None for source in sources]
        for column in range(width)
    ]
    turned[0][0] = name_heading("account_id")
    rows = [*grid.rows[:row], *turned]
    places = {source: column for column, source in enumerate(sources)}
    return replace(
        grid,
        tab=replace(grid.tab, rows=len(rows), columns=len(sources), tables=()),
        rows=rows,
        merges=_turn_merges(grid.merges, row, places),
        formats=tuple(_turn_formats(grid.formats, row, places)),
        origin=TurnedOrigin(grid.tab.title, row, sources),
    )


def _turn_merges(merges: Sequence[Area], top: int, places: Mapping[int, int]) -> tuple[Area, ...]:
    """Return the merges of the turned block; `places` is the turned column of each row."""
    turned = []
    for area in merges:
        columns = [places[row] for row in range(area.top, area.bottom) if row in places]
        if columns:
            turned.append(Area(top + area.left, columns[0], top + area.right, columns[-1] + 1))
    return tuple(turned)


def _turn_formats(formats: Sequence[FormatRun], top: int, places: Mapping[int, int]) -> list[FormatRun]:
    """Return the formats of the turned block: a run down one column becomes one cell in each of several columns."""
    runs = []
    for run in formats:
        for row, column in places.items():
            if run.top <= row < run.bottom:
                place = top + run.column
                runs.append(FormatRun(column, place, place + 1, run.code))
    return runs
