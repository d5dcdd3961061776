"""Merged cells: a name or segment that is merged over several rows speaks for all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sheets.cells.text import is_blank
from sheets.workbook.port import Cell, Grid


def fill_merged_cells(grid: Grid, header_row: int, columns: Collection[int]) -> Grid:
    """Return a grid in which every row of a merged cell has its value, in `columns` below the header row.

    Amounts are never repeated, as that would count them twice: they are not among `columns`.

    Args:
        grid: the tab.
        header_row: the index of its header row.
        columns: the columns of IDs, names and segments.

    """
    areas = [
        area
        for area in grid.merges
        if area.top > header_row and area.bottom > area.top + 1 and area.left in columns and area.top < len(grid.rows)
    ]
    if not areas:
        return grid
    rows: list[list[Cell]] = [list(cells) for cells in grid.rows]
    for area in areas:
        value = rows[area.top][area.left] if area.left < len(rows[area.top]) else None
        for row in rows[area.top + 1 : area.bottom]:
            row.extend([None] * (area.left + 1 - len(row)))
            # A row that is blank but for the merged cell has nothing to say.
            if is_blank(row[area.left]) and not all(map(is_blank, row)):
                row[area.left] = value
    return replace(grid, rows=rows)
