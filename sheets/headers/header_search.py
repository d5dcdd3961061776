"""The search for the header row of a tab: in a native table, in one row, or in two rows of which the upper groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from core.months import month_names
from sheets.cells.dates import read_month, read_period_close
from sheets.cells.plan_words import read_figures
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_text
from sheets.cells.units import name_amount_heading
from sheets.headers.figure_bands import find_band, find_plan_rows, mark_planned
from sheets.headers.header_row import HeaderRow, read_header_row
from sheets.headers.headings import HEAD_ROWS
from sheets.headers.measure_bands import leave_out_other_measures
from sheets.headers.title_years import date_bare_months
from sheets.workbook.port import Area, Cell, Grid, NativeTable

# The heading of a group of months: a year, alone or with one of these words.
_YEAR = re.compile(r"(?:(?:mrr|arr|acv|year|annee|cy) )?((?:19|20)\d{2})(?: (?:mrr|arr|acv))?", re.ASCII)
_MONTH_NUMBER = re.compile(r"m?(0?[1-9]|1[0-2])", re.ASCII)


def find_header_rows(grid: Grid, meanings: Mapping[str, str]) -> Iterator[tuple[Grid, HeaderRow]]:
    """Yield the ways to see a tab as a header row over rows, the likeliest first: (the grid to read, the header row).

    A native table comes first; its grid is blank outside the table. Then come the first HEAD_ROWS rows, each alone and
    each joined with the row above it, ordered by the number of known headings.

    Args:
        grid: the tab, or its first rows.
        meanings: the configured meanings of headings.

    """
    key = "header rows", *sorted(meanings.items())
    if key not in grid.findings:
        grid.findings[key] = [*_find_table_headers(grid, meanings)], _find_row_headers(grid, meanings)
    of_tables, of_rows = grid.findings[key]
    yield from of_tables
    for header in of_rows:
        yield grid, header


def _find_table_headers(grid: Grid, meanings: Mapping[str, str]) -> Iterator[tuple[Grid, HeaderRow]]:
    for table in grid.tab.tables:
        clipped = _clip_grid(grid, table)
        headings = date_bare_months(clipped, table.top, _read_table_headings(clipped, table))
        yield clipped, read_header_row(table.top, headings, meanings)


def _find_row_headers(grid: Grid, meanings: Mapping[str, str]) -> list[HeaderRow]:
    rows = grid.rows[:HEAD_ROWS]
    dated = [date_bare_months(grid, row, cells) for row, cells in enumerate(rows)]
    single = [(row, row, cells) for row, cells in enumerate(dated)]
    double = [
        (row - 1, row, joined)
        for row, (upper, lower) in enumerate(pairwise(dated), start=1)
        if (joined := _join_rows(upper, lower)) is not None
    ]
    plan_rows = find_plan_rows(rows)
    headers = [
        leave_out_other_measures(
            rows, read_header_row(*_add_band(plan_rows, grid.merges, top, bottom, cells), meanings)
        )
        for top, bottom, cells in single + double
    ]
    # The sort is stable: of two with as many known headings, a single row comes before a joined one.
    return sorted(headers, key=lambda header: -header.known_count - len(header.planned_columns))


def _add_band(
    rows: Mapping[int, Sequence[Cell]], merges: Sequence[Area], top: int, bottom: int, headings: Sequence[Cell]
) -> tuple[int, Sequence[Cell]]:
    """Return the last row of a header row and its headings, with the words Actual and Budget above or below them."""
    band = find_band(rows, merges, top, bottom, headings)
    if band is None:
        return bottom, headings
    if band.row > bottom:
        return band.row, _join_rows(headings, band.cells) or headings
    return bottom, mark_planned(headings, band)


def _clip_grid(grid: Grid, table: NativeTable) -> Grid:
    """Return the tab with the cells of the table only, each in its place."""
    # The rows above stay, as a title can name the unit of the amounts.
    return replace(
        grid, rows=[*grid.rows[: table.top], *(_clip_row(row, table) for row in grid.rows[table.top : table.bottom])]
    )


def _clip_row(row: Sequence[Cell], table: NativeTable) -> Sequence[Cell]:
    if table.left == 0 and len(row) <= table.right:
        return row
    return [*[None] * min(table.left, len(row)), *row[table.left : table.right]]


def _read_table_headings(clipped: Grid, table: NativeTable) -> Sequence[Cell]:
    """Return the table's headings, each in its column; the cell itself if the table has no heading for it."""
    row = clipped.rows[table.top] if table.top < len(clipped.rows) else ()
    cells = [*row, *[None] * (table.right - len(row))]
    for column, heading in enumerate(table.headings, start=table.left):
        cells[column] = heading or cells[column]
    return cells


def _join_rows(upper: Sequence[Cell], lower: Sequence[Cell]) -> Sequence[Cell] | None:
    """Return the headings of two rows together; None if the upper row adds nothing to the lower one."""
    joined: list[Cell] = []
    group: Cell = None
    for column in range(max(len(upper), len(lower))):
        above, below = (row[column] if column < len(row) else None for row in (upper, lower))
        # Only the first of merged cells has a value, so a group extends to the next one.
        group = group if is_blank(above) else above
        joined.append(above if is_blank(below) else _join_headings(group, below))
    lower_alone = [*lower, *[None] * (len(joined) - len(lower))]
    return joined if joined != lower_alone and not all(map(is_blank, lower)) else None


def _join_headings(group: Cell, below: Cell) -> Cell:
    """Return the meaning of a heading below the heading of its group; the heading alone if the group adds nothing."""
    if is_blank(group):
        return below
    # "2025" over "03" or "Mar".
    year = _YEAR.fullmatch(fold_cell(group))
    if year and (number := _read_month_number(fold_cell(below))):
        return f"{year[1]}-{number:02d}"
    # Below a header row there are mostly numbers and dates, which no group makes a heading.
    if not isinstance(below, str):
        return below
    # "Mar 2025" over "MRR", "ARR in k€" or "Amount".
    if name_amount_heading(read_text(below)) and read_month(group, LocaleFormat()):
        return group
    # "Jan 2025" over "Actual" and over "Budget".
    if read_month(group, LocaleFormat()) or read_period_close(group):
        figures = read_figures(read_text(below))
        if figures:
            return group if figures == "actual" else f"{read_text(group)} {read_text(below)}"
    # "Account" over "ID": the two together are a known heading, and the lower one is not.
    both = f"{read_text(group)} {read_text(below)}"
    alone, together = read_header_row(0, [read_text(below)]), read_header_row(0, [both])
    return both if together.columns and not alone.columns else below


def _read_month_number(word: str) -> int:
    """Return the number of the month in a heading without a year, 0 if it names none."""
    match = _MONTH_NUMBER.fullmatch(word)
    return int(match[1]) if match else month_names().get(word, 0)
