"""The cells of a grid by column."""

from __future__ import annotations

from sheets.workbook.port import Grid, Tab


def test_cells_of_column_are_none_where_a_row_is_short() -> None:
    grid = Grid(Tab(0, "MRR", 4, 2), [["Account", "MRR"], ["A-1", 5.0], ["A-2"], []])
    assert grid.list_cells(1, 0) == ["MRR", 5.0, None, None]
    assert grid.list_cells(0, 1, 3) == ["A-1", "A-2"]
