"""Where the headings of a tab stand: in a native table, in one row, or in two rows of which the upper one groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from sheets.cells.dates import MONTHS, read_month
from sheets.cells.text import Style, fold_cell, is_blank, text
from sheets.tabs.headings import HEAD_ROWS, Header, read_header
from sheets.workbook.port import Cell, Grid, NativeTable

# What heads the months of a year: the year itself, or with one of these words.
_YEAR = re.compile(r"(?:(?:mrr|year|annee|cy) )?((?:19|20)\d{2})(?: mrr)?", re.ASCII)
_MONTH_NUMBER = re.compile(r"m?(0?[1-9]|1[0-2])", re.ASCII)
_AMOUNTS = frozenset({"mrr", "amount", "montant"})


def header_candidates(grid: Grid, meanings: Mapping[str, str]) -> Iterator[tuple[Grid, Header]]:
    """Yield the ways to see a tab as headings over rows, the likeliest first: (the grid to read, its headings).

    A native table comes first, and nothing beside or below it is in its grid. Then the first HEAD_ROWS rows, each
    alone and each together with the one above it, those first that hold most headings that we know.

    Args:
        grid: the tab, or its first rows.
        meanings: what the config says of headings, as `headings.given` returns it.

    """
    for table in grid.tab.tables:
        inside = _inside(grid, table)
        yield inside, read_header(table.top, _headings(inside, table), meanings)
    rows = grid.rows[:HEAD_ROWS]
    single = [read_header(row, cells, meanings) for row, cells in enumerate(rows)]
    double = [
        read_header(row, joined, meanings)
        for row, (upper, lower) in enumerate(pairwise(rows), start=1)
        if (joined := _joined(upper, lower)) is not None
    ]
    for header in sorted(single + double, key=lambda header: -header.known):
        yield grid, header


def _inside(grid: Grid, table: NativeTable) -> Grid:
    """Return the tab with nothing in it but the table, every cell in its place."""
    above: list[Sequence[Cell]] = [()] * min(table.top, len(grid.rows))
    return replace(grid, rows=[*above, *(_cut(row, table) for row in grid.rows[table.top : table.bottom])])


def _cut(row: Sequence[Cell], table: NativeTable) -> Sequence[Cell]:
    if table.left == 0 and len(row) <= table.right:
        return row
    return [*[None] * min(table.left, len(row)), *row[table.left : table.right]]


def _headings(inside: Grid, table: NativeTable) -> Sequence[Cell]:
    """Return the table's headings, each in its column; what stands in the cell where the table tells none."""
    row = inside.rows[table.top] if table.top < len(inside.rows) else ()
    cells = [*row, *[None] * (table.right - len(row))]
    for column, heading in enumerate(table.headings, start=table.left):
        cells[column] = heading or cells[column]
    return cells


def _joined(upper: Sequence[Cell], lower: Sequence[Cell]) -> Sequence[Cell] | None:
    """Return the headings that two rows make together; None where the upper one adds nothing to the lower one."""
    joined: list[Cell] = []
    group: Cell = None
    for column in range(max(len(upper), len(lower))):
        above, below = (row[column] if column < len(row) else None for row in (upper, lower))
        # Of merged cells the first holds the value: a group goes on until the next one begins.
        group = group if is_blank(above) else above
        joined.append(above if is_blank(below) else _named(group, below))
    plain = [*lower, *[None] * (len(joined) - len(lower))]
    return joined if joined != plain and not all(map(is_blank, lower)) else None


def _named(group: Cell, below: Cell) -> Cell:
    """Return what a heading means below the heading of its group; itself where the group adds nothing."""
    if is_blank(group):
        return below
    year, number = _YEAR.fullmatch(fold_cell(group)), _month_number(fold_cell(below))
    if year and number:
        return f"{year[1]}-{number:02d}"
    if fold_cell(below) in _AMOUNTS and read_month(group, Style()):
        return group
    both = f"{text(group)} {text(below)}"
    alone, together = read_header(0, [text(below)]), read_header(0, [both])
    return both if together.columns and not alone.columns else below


def _month_number(word: str) -> int:
    """Return the number of the month that a heading names without its year, 0 for none."""
    match = _MONTH_NUMBER.fullmatch(word)
    return int(match[1]) if match else MONTHS.get(word, 0)
