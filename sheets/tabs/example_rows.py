"""The example row of the template: it is read as a blank row, so nothing counts it."""

from __future__ import annotations

from dataclasses import replace

from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Grid

# The account of the example row, in every tab and language of the template.
EXAMPLE_ID = "EXAMPLE-1"
# The rows whose accounts are looked at together.
_CHUNK = 1_000


def blank_example_rows(grid: Grid, header: HeaderRow) -> Grid:
    """Return a grid in which the example rows are blank."""
    column = header.columns.get("account_id")
    if column is None:
        return grid
    first = header.row + 1
    tops = range(first, len(grid.rows), _CHUNK)
    if not any(EXAMPLE_ID in grid.list_cells(column, top, top + _CHUNK) for top in tops):
        return grid
    accounts = grid.list_cells(column, first)
    rows = [() if account == EXAMPLE_ID else row for row, account in zip(grid.rows[first:], accounts, strict=True)]
    return replace(grid, rows=[*grid.rows[:first], *rows])
