"""Columns with yes or no for each customer: whether it has left, or whether it is still active."""

from __future__ import annotations

import datetime as dt

from sheets.cells.dates import read_date
from sheets.cells.statuses import SUBSCRIPTION_STATUSES, read_flag_heading
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_flag
from sheets.evidence.layout_evidence import END_KEYS, TabView
from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Cell


def find_leaving_flag(view: TabView) -> int | None:
    """Return the column that says of at least one customer that it has left; None if no column does."""
    return next((column for column in view.header.others if _list_leavers(view, column)), None)


def names_leavers(view: TabView) -> bool:
    """Tell whether a tab of customers says which of them have left, by a flag or a status, and not when."""
    if "account_id" not in view.keys or view.keys & END_KEYS:
        return False
    statuses = map(fold_cell, view.cells_under("status"))
    has_left = any(SUBSCRIPTION_STATUSES.words.get(status) == "left" for status in statuses)
    return has_left or find_leaving_flag(view) is not None


def find_leaving_days(view: TabView) -> HeaderRow:
    """Return the header row with the days that only customers that have left have, as their ends."""
    header = view.header
    flag = None if header.keys & END_KEYS else find_leaving_flag(view)
    if flag is None:
        return header
    leavers = _list_leavers(view, flag)
    dates = [header.columns["date"]] if "date" in header.keys else []
    for column in (*dates, *header.others):
        cells = view.grid.list_cells(column, header.row + 1)
        filled = {row for row, cell in enumerate(cells) if not is_blank(cell)}
        if filled and filled <= leavers and all(_is_day(cells[row], is_headed=column in dates) for row in filled):
            return (header.without_column("date") if column in dates else header).with_column("end", column)
    return header


def _list_leavers(view: TabView, column: int) -> set[int]:
    """Return the rows that a column says have left; none if it holds anything but yes and no."""
    is_leaving = read_flag_heading(view.header.heading(column))
    if is_leaving is None:
        return set()
    cells = view.grid.list_cells(column, view.header.row + 1)
    flags = [read_flag(cell) for cell in cells]
    if not all(isinstance(flag, bool) for flag in flags):
        return set()
    return {row for row, flag in enumerate(flags) if flag is is_leaving and not is_blank(cells[row])}


def _is_day(cell: Cell, *, is_headed: bool) -> bool:
    """Tell whether a cell is a day; a number is one below a heading that says so."""
    return (is_headed or not isinstance(cell, int | float)) and isinstance(read_date(cell, LocaleFormat()), dt.date)
