"""The example row of the template: it is read as a blank row, so nothing counts it."""

from __future__ import annotations

from dataclasses import replace

from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Grid

# The account of the example row, in every tab and language of the template.
EXAMPLE_ID = "EXAMPLE-1"


def blank_example_rows(grid: Grid, header: HeaderRow) -> Grid:
    """Return a grid in which the example rows are blank."""
    column = header.columns.get("account_id")
    if column is None:
        return grid
    examples = {
        number
        for number, row in enumerate(grid.rows)
        if number > header.row and column < len(row) and row[column] == EXAMPLE_ID
    }
    if not examples:
        return grid
    return replace(grid, rows=[() if number in examples else row for number, row in enumerate(grid.rows)])
