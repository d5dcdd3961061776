"""Cells far away from the table, and those that only look so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sheets.workbook.port import Cell
from sheets.workbook.stray_cells import FAR_COLUMNS, FAR_ROWS, drop_stray_cells

TABLE: tuple[tuple[Cell, ...], ...] = (("Account ID", "2025-01"), ("A-1", 100), (), ("A-2", 0))


def place(*cells: tuple[int, int, Cell]) -> list[Sequence[Cell]]:
    """Return the table with further cells."""
    rows = [list(row) for row in TABLE]
    for row, column, value in cells:
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([None] * (column + 1 - len(rows[row])))
        rows[row][column] = value
    return [tuple(row) for row in rows]


FAR_ROW, FAR_COLUMN = len(TABLE) + FAR_ROWS, 1 + FAR_COLUMNS


@pytest.mark.parametrize(
    "cells",
    [
        [(FAR_ROW, 0, "x")],
        [(FAR_ROW, 1, 7)],
        [(FAR_ROW, 16_383, "x")],
        [(FAR_ROW, 16_382, "x"), (FAR_ROW, 16_383, "y")],
        [(FAR_ROW, 0, "x"), (2 * FAR_ROW, 0, "y")],
        [(1, FAR_COLUMN + 1, "x")],
        [(2, FAR_COLUMN + 1, "x")],
        [(0, FAR_COLUMN + 1, "x"), (3, FAR_COLUMN + 9, 0)],
    ],
)
def test_far_cells_without_a_row_or_a_column_are_left_out(cells: list[tuple[int, int, Cell]]) -> None:
    assert list(map(tuple, drop_stray_cells(list(place(*cells))))) == list(TABLE)


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [(FAR_ROW - 2, 0, "x")],
        [(FAR_ROW, 0, "A-3"), (FAR_ROW, 1, 100)],
        [(1, FAR_COLUMN, "x")],
        [(0, FAR_COLUMN + 1, "2025-02"), (1, FAR_COLUMN + 1, 0)],
        [(1, column, 0) for column in range(2, FAR_COLUMN + 9)],
        [(1, FAR_COLUMN - 1, 0), (1, FAR_COLUMN + 9, "x")],
    ],
)
def test_cells_of_a_row_a_column_or_nearby_stay(cells: list[tuple[int, int, Cell]]) -> None:
    rows = place(*cells)
    assert drop_stray_cells(list(rows)) == rows


def test_a_table_alone_is_not_copied() -> None:
    rows: list[Sequence[Cell]] = list(TABLE)
    assert drop_stray_cells(rows) is rows


def test_a_single_far_cell_in_an_otherwise_blank_tab_stays() -> None:
    rows: list[Sequence[Cell]] = [()] * FAR_ROW + [("x",)]
    assert drop_stray_cells(list(rows)) == rows
