"""Reconciliation: the sheet's own totals, and its waterfall and KPI tabs, against the sums of the accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Ledger
from core.months import Month
from sheets.cells.text import is_blank, read_text
from sheets.checks.account_cells import AccountCells
from sheets.checks.company_comparison import compare_company_totals
from sheets.checks.sheet_totals import NEAR, UNEXPLAINED, Difference, Reconciliation, build_period
from sheets.checks.total_causes import CellCause, explain_last_rows, explain_sum, join_causes, read_cell_amount
from sheets.checks.total_columns import compare_total_columns
from sheets.problems import Problem
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid


def reconcile(
    ledger: Ledger, cells: AccountCells, account_codes: NDArray[np.intp], grids: Sequence[Grid]
) -> list[Reconciliation]:
    """Return every total of the sheet that could be compared, and report those that differ.

    Args:
        ledger: the ledger.
        cells: the cells of the accounts in the revenue tab; problems are reported there.
        account_codes: (rows,) the account of each row of the revenue tab, -1 for a row of no account.
        grids: the other tabs, each of which may be a waterfall or a table of KPIs.

    """
    reader, accounts = cells.reader, np.flatnonzero(account_codes >= 0).tolist()
    total_rows = list(_compare_total_rows(reader, account_codes))
    company_totals = [total for grid in grids for total in compare_company_totals(ledger, cells, accounts, grid)]
    reader.problems.extend(_build_problem(total) for total in total_rows + company_totals if total.differences)
    return total_rows + compare_total_columns(reader, accounts) + company_totals


def _build_problem(total: Reconciliation) -> Problem:
    first = total.differences[0]
    period = first.period
    month = period and str(period.window.start if total.figure == "opening" else period.window.end)
    values = {
        "ours": f"{first.ours:f}",
        "month": month or "",
        "period": str(period),
        "count": str(len(total.differences)),
        **dict(total.cause.values),
    }
    return Problem(total.cause.code, total.tab, total.cell, f"{first.theirs:f}", values=values)


def _compare_total_rows(reader: TabReader, account_codes: NDArray[np.intp]) -> Iterator[Reconciliation]:
    """Yield the comparison of the row that totals the accounts of each tab, if months are columns."""
    months = reader.header.read_months(reader.locale_format)
    id_column = reader.header.columns["account_id"]
    totals: list[tuple[int, int]] = []
    rows_without_id = []
    body = reader.body
    for row in np.flatnonzero(account_codes < 0).tolist() if months else ():
        column = next((column for column, cell in enumerate(body[row]) if _is_total(cell)), None)
        if column is not None:
            # With an ID next to the word it is the total of one account.
            if column == id_column or is_blank(reader.cell_at(row, id_column)):
                totals.append((row, column))
        elif is_blank(reader.cell_at(row, id_column)):
            rows_without_id.append(row)
    # The total of a group, and one above others, is not the sum of all accounts. Tabs that are read as one have theirs.
    last_totals = {_find_title(reader, total[0]): total for total in totals}
    for title, total in last_totals.items():
        accounts, without_id = (
            [row for row in rows if _find_title(reader, row) == title]
            for rows in (np.flatnonzero(account_codes >= 0).tolist(), rows_without_id)
        )
        yield _compare_total_row(reader, total, months, accounts, without_id)


def _find_title(reader: TabReader, row: int) -> str:
    return reader.grid.locate(reader.first_row + row, 0).title


def _is_total(cell: Cell) -> bool:
    heading = read_total_heading(read_text(cell)) if isinstance(cell, str) else None
    return heading is not None and heading.certain and not heading.subject


def _compare_total_row(
    reader: TabReader,
    total: tuple[int, int],
    months: Mapping[int, Month],
    accounts: Sequence[int],
    rows_without_id: Sequence[int],
) -> Reconciliation:
    row, column = total
    differences, causes = [], list[CellCause | None]()
    differing = []
    sums: dict[int, tuple[Decimal, Decimal]] = {}
    for month_column, month in months.items():
        theirs = read_cell_amount(reader, row, month_column)
        if theirs is None:
            continue
        amounts = {account: read_cell_amount(reader, account, month_column) or Decimal(0) for account in accounts}
        ours = sum(amounts.values(), Decimal(0))
        sums[month_column] = ours, theirs
        # A row that lacks its ID is reported by itself, and the sheet may add it up.
        without_id = sum(
            (read_cell_amount(reader, row, month_column) or Decimal(0) for row in rows_without_id), Decimal(0)
        )
        if min(abs(ours - theirs), abs(ours + without_id - theirs)) > NEAR:
            cell = reader.format_place(row, month_column)
            cause = explain_sum(reader, month_column, amounts, ours - theirs)
            causes.append(cause)
            differing.append((month_column, amounts, ours - theirs))
            parts = cause.list_parts(reader) if cause else ()
            differences.append(Difference(build_period(month), "", cell, ours, theirs, parts))
    joined = join_causes(reader, causes)
    if joined == UNEXPLAINED:
        joined = explain_last_rows(reader, differing)
    place = reader.grid.locate(reader.first_row + row, column)
    return Reconciliation(
        place.title,
        format_a1(place.row, place.column),
        read_text(reader.cell_at(row, column)),
        "accounts",
        len(sums),
        tuple(differences),
        joined,
        sums,
    )
