"""Leaves out stray cells: a value typed far away from the table by accident, which belongs to no row or column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sheets.workbook.port import Cell

# The blank rows, or columns, between a stray cell and all others.
FAR_ROWS, FAR_COLUMNS = 1_000, 200
# More columns with one far cell each are data, not slips.
_MOST_COLUMNS = 10


def drop_stray_cells(rows: list[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Return the rows without stray cells; the list itself if it has none.

    A stray cell is at least FAR_ROWS rows below all others, and alone in its row or to the right of all columns above;
    or it is alone in its column and at least FAR_COLUMNS columns to the right of all others of its row. An amount needs
    an account and a month, so such a cell cannot be one.
    """
    return _drop_far_columns(_drop_far_rows(rows))


def _drop_far_rows(rows: list[Sequence[Cell]]) -> list[Sequence[Cell]]:
    end = len(rows)
    while True:
        last = _find_filled_row(rows, end)
        before = _find_filled_row(rows, last)
        if before < 0 or last - before <= FAR_ROWS:
            break
        filled = [column for column, cell in enumerate(rows[last]) if cell is not None]
        if len(filled) > 1 and filled[0] < max(map(len, rows[: before + 1])):
            break
        end = before + 1
    return rows if end == len(rows) else rows[:end]


def _find_filled_row(rows: Sequence[Sequence[Cell]], end: int) -> int:
    """Return the last row before `end` that has a cell; -1 if all are blank."""
    row = end - 1
    while row >= 0 and not rows[row]:
        row -= 1
    return row


def _drop_far_columns(rows: list[Sequence[Cell]]) -> list[Sequence[Cell]]:
    # A row ends with its last cell, and nearly all rows have a cell just before it: the first comparisons decide.
    far = [
        row
        for row, cells in enumerate(rows)
        if len(cells) > FAR_COLUMNS and cells[-2] is None and all(cell is None for cell in cells[-1 - FAR_COLUMNS : -1])
    ]
    columns = {len(rows[row]) - 1 for row in far}
    if not 0 < len(columns) <= _MOST_COLUMNS:
        return rows
    filled = Counter(
        column
        for cells in rows
        if len(cells) > FAR_COLUMNS
        for column in columns
        if column < len(cells) and cells[column] is not None
    )
    trimmed = list(rows)
    for row in far:
        column = len(rows[row]) - 1
        if filled[column] == 1:
            trimmed[row] = _trim_row(rows[row][:column])
    return trimmed


def _trim_row(cells: Sequence[Cell]) -> Sequence[Cell]:
    """Return the cells without the blanks at their end."""
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]
