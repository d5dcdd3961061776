"""Groups of customers in rows: a label on the first row of its group, and a pivot table with a row above its group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import N_, Sentence
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_account_id, read_text
from sheets.headers.header_row import HeaderRow
from sheets.headers.header_search import find_header_rows
from sheets.headers.headings import HEAD_ROWS
from sheets.tabs.decisions import Decision
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid

# The heading that Excel writes above the labels of a pivot table, folded.
_PIVOT_HEADINGS = frozenset({"row labels", "etiquettes de lignes"})
# Sub-totals that name no group, folded.
_SUBTOTALS = frozenset({"sub total", "subtotal", "sous total"})
# Sums of decimals in a file are this near to each other, in units.
_NEAR = 0.005


@dataclass(frozen=True, slots=True)
class Pivot:
    """A pivot table that became a tab with a row for each customer.

    Attributes:
        grid: the tab.
        decision: the decision to read it so.
        customers: the labels that are read as customers.

    """

    grid: Grid
    decision: Decision
    customers: Sequence[Cell]


def fill_group_labels(grid: Grid, meanings: Mapping[str, str]) -> tuple[Grid, list[Decision]]:
    """Return a tab in which every row of a group has its label, and decisions.

    A column has such labels if each of its values is followed by blanks down to the sub-total that names it.

    Args:
        grid: the tab.
        meanings: the configured meanings of headings.

    """
    header = _find_header(grid, meanings)
    if header is None or "account_id" not in header.keys:
        return grid, []
    months, at = header.read_months(LocaleFormat()), header.columns["account_id"]
    rows = list(grid.rows)
    decisions = []
    for column in range(min(months)):
        labels = _find_labels(grid, header, column, at) if column != at and header.heading(column) else {}
        for row, label in labels.items():
            cells = [*rows[row], *[None] * (column + 1 - len(rows[row]))]
            cells[column] = label
            rows[row] = cells
        if labels:
            statement = N_("“{heading}” counts for the rows below it down to the total of its group.")
            values = {"heading": header.heading(column)}
            place = format_a1(header.row, column)
            decisions.append(Decision("attributes", grid.tab.title, place, Sentence(statement, values)))
    return (replace(grid, rows=rows), decisions) if decisions else (grid, [])


def _find_header(grid: Grid, meanings: Mapping[str, str]) -> HeaderRow | None:
    """Return the likeliest header row if it has two months or more."""
    if grid.tab.is_bot_tab or grid.tab.tables:
        return None
    header = next((header for _, header in find_header_rows(grid, meanings)), None)
    return header if header and len(header.read_months(LocaleFormat())) > 1 else None


def _find_labels(grid: Grid, header: HeaderRow, column: int, at: int) -> dict[int, Cell]:
    """Return row -> the label to fill in; empty if the column has no labels of groups."""
    labels: dict[int, Cell] = {}
    label: Cell = None
    groups = 0
    for row, cells in enumerate(grid.rows[header.row + 1 :], header.row + 1):
        cell, name = (cells[place] if place < len(cells) else None for place in (column, at))
        totals = [fold_cell(text) for text in (cell, name) if read_total_heading(read_text(text))]
        if totals:
            if label is not None and any(_ends_group(total, label) for total in totals):
                groups, label = groups + 1, None
            continue
        if not read_account_id(name):
            continue
        if is_blank(cell):
            if label is None:
                return {}
            labels[row] = label
        elif label is not None:
            return {}
        else:
            label = cell
    return labels if groups > 1 and label is None else {}


def _ends_group(total: str, label: Cell) -> bool:
    """Tell whether a folded total is the sub-total of a group: it names the label, or no group at all."""
    return total in _SUBTOTALS or set(fold_cell(label).split()) <= set(total.split())


def read_pivot(grid: Grid) -> Pivot | None:
    """Return an Excel pivot table as a tab with a row for each customer, None for any other tab.

    The row of a group is the sum of the rows below it. It is left out, and its label is a segment.
    """
    top = next((row for row, cells in enumerate(grid.rows[:HEAD_ROWS]) if _find_pivot_heading(cells) >= 0), None)
    if top is None or grid.tab.is_bot_tab:
        return None
    at = _find_pivot_heading(grid.rows[top])
    labels: dict[int, Cell] = {}
    for row, cells in enumerate(grid.rows[top + 1 :], top + 1):
        if at >= len(cells) or is_blank(cells[at]) or read_total_heading(read_text(cells[at])):
            break
        labels[row] = cells[at]
    members = _find_members([_read_numbers(grid.rows[row], at) for row in labels])
    group_of = {top + 1 + member: labels[top + 1 + group] for member, group in members.items()}
    width = max(map(len, grid.rows))
    rows: list[Sequence[Cell]] = [[*cells, *[None] * (width - len(cells)), None] for cells in grid.rows]
    rows[top] = [*rows[top][:at], "Customer", *rows[top][at + 1 : -1], "Group" if group_of else None]
    for row in labels if group_of else ():
        rows[row] = [*rows[row][:-1], group_of[row]] if row in group_of else ()
    statement = N_("It is a pivot table, whose rows are read as customers.")
    if group_of:
        statement = N_("It is a pivot table: rows that are the sum of those below them are read as the segment Group.")
    # Without groups nothing but their names says that the rows are customers.
    place = format_a1(top, at)
    decision = Decision("layout", grid.tab.title, place, Sentence(statement), is_doubted=not group_of)
    customers = [label for row, label in labels.items() if not group_of or row in group_of]
    return Pivot(replace(grid, rows=rows), decision, customers)


def _find_pivot_heading(cells: Sequence[Cell]) -> int:
    """Return the column of the labels of a pivot table, -1 if the row does not head one."""
    return next((at for at, cell in enumerate(cells) if fold_cell(cell) in _PIVOT_HEADINGS), -1)


def _read_numbers(cells: Sequence[Cell], at: int) -> dict[int, float]:
    """Return column -> number, for the numbers other than 0 after the label."""
    return {
        column: float(cell)
        for column, cell in enumerate(cells)
        if column > at and isinstance(cell, int | float) and not isinstance(cell, bool) and cell
    }


def _find_members(rows: Sequence[Mapping[int, float]]) -> dict[int, int]:
    """Return row -> the row of its group, if each row is in a group or is the sum of one; else nothing."""
    members: dict[int, int] = {}
    group = 0
    while group < len(rows):
        rest, member = dict(rows[group]), group + 1
        while member < len(rows) and any(abs(number) > _NEAR for number in rest.values()):
            for column, number in rows[member].items():
                rest[column] = rest.get(column, 0.0) - number
            members[member] = group
            member += 1
        if member == group + 1 or any(abs(number) > _NEAR for number in rest.values()):
            return {}
        group = member
    return members
