"""A row of units below the headings of months: "€/month" below every month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheets.cells.text import LocaleFormat, is_blank, read_text
from sheets.cells.units import UnitWords, read_unit_words
from sheets.headers.header_search import find_header_rows
from sheets.headers.headings import HEAD_ROWS
from sheets.workbook.port import Cell, Grid


def lift_unit_row(grid: Grid, meanings: Mapping[str, str]) -> Grid:
    """Return a tab with the unit that is below every month as a title line above the headings.

    The headings take the row of the units, so that all rows below keep their numbers.

    Args:
        grid: the tab.
        meanings: the configured meanings of headings.

    """
    if grid.tab.is_bot_tab or grid.tab.tables or not any(map(_find_unit, grid.rows[1 : HEAD_ROWS + 1])):
        return grid
    header = next((header for _, header in find_header_rows(grid, meanings) if "account_id" in header.keys), None)
    if header is None or header.row + 1 >= len(grid.rows):
        return grid
    below = grid.rows[header.row + 1]
    months = header.read_months(LocaleFormat())
    cells = [below[column] if column < len(below) else None for column in months]
    unit = _find_unit(below)
    if len(months) < 2 or not unit or any(read_text(cell) != unit for cell in cells):
        return grid
    rows: list[Sequence[Cell]] = list(grid.rows)
    title = [*[None] * header.columns["account_id"], unit]
    rows[header.row : header.row + 2] = [title, grid.rows[header.row]]
    return replace(grid, rows=rows)


def _find_unit(cells: Sequence[Cell]) -> str:
    """Return the unit that is in two cells or more of a row, the only one; else empty."""
    texts = [read_text(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell)]
    units = {text for text in texts if texts.count(text) > 1} if len(texts) > 1 else set()
    unit = next(iter(units), "")
    # An amount with its currency is no unit.
    is_unit = len(units) == 1 and not any(map(str.isdigit, unit))
    return unit if is_unit and read_unit_words(f"({unit})", is_heading=True) != UnitWords() else ""
