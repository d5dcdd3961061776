"""Tabs of a plan: by their title, by a title line in them, or as all their rows or months are planned."""

from __future__ import annotations

from sheets.cells.plan_words import is_plan_title, read_figures
from sheets.cells.text import LocaleFormat, is_blank, read_text
from sheets.headers.header_row import HeaderRow
from sheets.shapes.planned_rows import find_scenario_column
from sheets.workbook.port import Grid


def is_plan_tab(grid: Grid, header: HeaderRow) -> bool:
    """Tell whether the amounts of a tab are a plan.

    Args:
        grid: the tab, without the rows of a plan.
        header: its header row.

    """
    if is_plan_title(grid.tab.title) or any(read_figures(line) == "plan" for line in list_title_lines(grid, header)):
        return True
    if header.planned_columns and not header.read_months(LocaleFormat()):
        return True
    scenario = find_scenario_column(grid, header)
    return scenario is not None and scenario.is_plan_only


def list_title_lines(grid: Grid, header: HeaderRow) -> list[str]:
    """Return the texts above the headings that are alone in their row, left of the months.

    Args:
        grid: the tab.
        header: its header row.

    """
    lines = []
    for cells in grid.rows[: header.row]:
        filled = [column for column, cell in enumerate(cells) if not is_blank(cell)]
        if len(filled) == 1 and filled[0] <= header.columns.get("account_id", 0):
            lines.append(read_text(cells[filled[0]]))
    return lines
