"""The layout "MRR wide": a row for each account (or each of its products), a column for each month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.arrays import Mask, Panel
from core.months import Month, last_closed
from sheets.layouts.customers import Customers
from sheets.layouts.revenue import Pricing, Revenue, check_sums, group_lines, sum_between
from sheets.tabs.amount_columns import Money, plain_amounts_mask, settle_amounts
from sheets.tabs.headings import looks_like_month
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import column_letters


def read_mrr_wide(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and note the tab's problems in the reader.

    Raises:
        WorkbookLayoutError: no heading is a month, no month has a readable amount, or the amounts are too large.

    """
    months = reader.header.months(reader.style)
    ids = reader.accounts(months)
    reader.check_headings(ids, figures=True)
    columns = _columns(reader, months)
    lines = group_lines(ids)
    pricing = Pricing(reader, customers)
    money = pricing.of_rows(ids)
    # Row by row first: what is blank in one row of an account may be paid in another.
    rows = np.flatnonzero(lines.codes >= 0)
    panel, there, bad = _panel(reader, columns, rows, money, ids)
    used = np.flatnonzero(there.any(axis=1))
    if not used.size:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no month with a readable amount."),
            N_("Give every month a column with a heading such as 2025-01 and amounts below it."),
            tab=reader.title,
        )
    span = slice(int(used[0]), int(used[-1]) + 1)
    first = min(columns) + span.start
    panel = _gaps(reader, columns, first, rows, ids, panel[span], (there | bad)[span])
    if len(rows) > len(lines.index):
        of_rows, panel = panel, np.zeros((len(panel), len(lines.index)), dtype=np.int64)
        np.add.at(panel.T, lines.codes[rows], of_rows.T)
    return Revenue(
        ids=tuple(lines.index),
        codes=lines.codes,
        first=first,
        panel=np.ascontiguousarray(panel),
        stated=pricing.stated,
    )


def _columns(reader: TabReader, months: Mapping[int, Month]) -> dict[Month, list[int]]:
    """Return month -> its columns, mostly one; report headings that may have been meant as months."""
    columns: dict[Month, list[int]] = {}
    for column, month in months.items():
        columns.setdefault(month, []).append(column)
    for column in reader.header.others:
        if column not in months and looks_like_month(reader.header.heading(column)):
            reader.report("month_unreadable", -1, column)
    # A month that is not over has no close: half filled in, or planned ahead, it would read as churn.
    last = last_closed(reader.options.today)
    for month in sorted(month for month in columns if month > last):
        for column in columns.pop(month):
            if any(cell is not None for cell in reader.column(column)):
                reader.report("month_not_over", -1, column, today=reader.options.today.isoformat())
    if not columns:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no column for a month that is over."),
            N_("Give every month a column with a heading such as 2025-01, Jan 2025 or 01/2025."),
            tab=reader.title,
        )
    return columns


def _panel(
    reader: TabReader,
    columns: Mapping[Month, Sequence[int]],
    rows: NDArray[np.intp],
    money: Money,
    ids: Sequence[str],
) -> tuple[Panel, Mask, Mask]:
    """Return (months, rows) minor units, whether there is an amount, whether there is an unreadable one."""
    first = min(columns)
    months = first.until(max(columns)) + 1
    panel = np.zeros((months, len(rows)), dtype=np.int64)
    there, bad = np.zeros((2, months, len(rows)), dtype=np.bool_)
    found = plain_amounts_mask(reader, [column for all_of_month in columns.values() for column in all_of_month], money)
    for month, (column, *repeated) in columns.items():
        row = first.until(month)
        cells = settle_amounts(reader, column, found[column], money, ids)
        check_sums(np.array([cells.minor.sum(dtype=np.float64)]), reader.title)
        panel[row], there[row], bad[row] = cells.minor[rows], cells.there[rows], cells.bad[rows]
        for again in repeated:
            reader.report("duplicate_heading", -1, again, column=column_letters(column))
            other = settle_amounts(reader, again, found[again], money, ids)
            differ = (cells.minor != other.minor) | (cells.there != other.there)
            reader.conflicts(again, column, map(int, np.flatnonzero(differ)), ids)
    return panel, there, bad


def _gaps(
    reader: TabReader,
    columns: Mapping[Month, Sequence[int]],
    first: Month,
    rows: NDArray[np.intp],
    ids: Sequence[str],
    panel: Panel,
    touched: Mask,
) -> Panel:
    """Return the panel with its blanks between two values read as the options say; report what is reported."""
    missing = [month for month in range(len(panel)) if first + month not in columns]
    for month in missing:
        before = max(column for named, (column, *_) in columns.items() if named < first + month)
        reader.report("month_missing", -1, before, found="", month=str(first + month))

    def report(place: int, start: int, months: str) -> None:
        row, (column, *_) = int(rows[place]), columns[first + start]
        reader.report("gap", row, column, ids[row], months=months)

    return sum_between(reader.options, first, panel, touched, report, missing)
