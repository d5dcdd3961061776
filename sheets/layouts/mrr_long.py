"""The layout "MRR long": a row for each account (or each of its products) and month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.arrays import Mask
from core.ledger.lines import Lines
from core.months import Month, find_last_closed_month
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.dates import read_date, read_month
from sheets.cells.text import UnreadableCell, fold_cell, is_blank, remember_readings
from sheets.cells.units import AmountUnit
from sheets.checks.duplicates import report_repeated_lines
from sheets.evidence.piece_prices import read_quantities
from sheets.layouts.month_entries import MonthEntries, are_amounts_sparse, is_incomplete
from sheets.layouts.revenue import (
    AccountRows,
    Revenue,
    check_sums,
    decide_words_for_amounts,
    doubt_spaced_amounts,
    fill_gaps,
    group_rows_by_account,
    list_product_lines,
    report_missing_months,
    settle_blanks,
)
from sheets.shapes.period_amounts import doubt_row_amounts, find_period_unit
from sheets.shapes.quarter_columns import QUARTER_HEADING, QUARTER_MONTHS
from sheets.tabs.amount_columns import AmountColumn, read_amounts
from sheets.tabs.amount_units import read_monthly_unit, settle_monthly_unit
from sheets.tabs.tab_reader import TabReader

# More repeated months than this are the shape of the tab: one row for each product, seat or invoice.
_MOST_REPEATED, _SHARE_REPEATED = 10, 0.05
# A month further ahead is a slip of the keyboard.
_MOST_OPEN_MONTHS = 24
# The month of a row without a readable month.
_NO_MONTH = -1


def read_mrr_long(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The rows of an account and month are added up. The panel runs from the first month with an amount to the last.

    Raises:
        WorkbookLayoutError: no row has a readable amount and a closed month, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids((columns["month"], columns["mrr"]))
    reader.check_headings(ids, figures=True)
    currencies = AccountCurrencies(reader, customers.currencies, [columns["mrr"]], ids)
    unit = _read_unit(reader)
    quantities = read_quantities(reader, "mrr", ids)
    row_currencies = currencies.find_row_currencies(ids)
    amounts = read_amounts(reader, columns["mrr"], row_currencies, ids, unit, quantities=quantities)
    account_rows = group_rows_by_account(ids)
    months = read_month_ordinals(reader, "month", ids, amounts.present | amounts.unreadable)
    # Closes that are years apart say nothing where most months are unreadable.
    are_months_sure = bool(2 * np.count_nonzero(months[account_rows.codes >= 0] == _NO_MONTH) < len(months))
    entries = _list_entries(reader, months, amounts, account_rows)
    _exclude_open_months(reader, months)
    carries_on = settle_blanks(reader, is_sparse=are_amounts_sparse(entries.of_closed_months.filled))
    if not carries_on:
        _exclude_incomplete_months(reader, months, amounts, account_rows)
    dated = (months != _NO_MONTH) & (account_rows.codes >= 0)
    counted = amounts.present & dated
    if not counted.any():
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no month with a readable amount."),
            N_("Every row needs an account ID, a month such as 2025-01 that is over, and an amount."),
            tab=reader.title,
        )
    first, last = int(months[counted].min()), int(months[counted].max())
    # An unreadable amount does not extend the panel; inside of it, its cell is not blank.
    inside = dated & (months >= first) & (months <= last)
    check_sums(np.bincount(months[counted] - first, amounts.minor[counted]).astype(np.float64), reader.title)
    panel = np.zeros((last - first + 1, len(account_rows.index)), dtype=np.int64)
    np.add.at(panel, (months[counted] - first, account_rows.codes[counted]), amounts.minor[counted])
    _report_repeated_months(reader, ids, account_rows.codes, months, counted)

    # Gaps are found in a panel, as a row that is not there has no cell: (months, accounts) filled or not, and the row.
    filled_rows = inside & (amounts.present | amounts.unreadable)
    filled = np.zeros(panel.shape, dtype=np.bool_)
    filled[months[filled_rows] - first, account_rows.codes[filled_rows]] = True
    rows = np.zeros(panel.shape, dtype=np.int32)
    rows[months[filled_rows] - first, account_rows.codes[filled_rows]] = np.flatnonzero(filled_rows)

    decide_words_for_amounts(reader)

    def report_missing(month: Month) -> None:
        reader.report("month_missing", -1, columns["month"], found="", month=str(month))

    known: Mask = np.asarray(filled.any(axis=1) | carries_on)
    missing = report_missing_months(reader, Month(first), known, report_missing, is_spacing_sure=are_months_sure)

    def report(account: int, start: int, gap: str) -> None:
        # The gap has no cell, so the row before it is reported.
        row = int(rows[:start, account].max())
        reader.report("gap", row, columns["month"], ids[row], found="", months=gap)

    panel = fill_gaps(reader.options, Month(first), panel, filled, report, missing, carries_on=carries_on)
    # Where blanks repeat the amount before them, a product without a row is not one that has ended.
    lines = None if carries_on else _list_product_lines(reader, account_rows, months, amounts, counted, missing)
    doubt_spaced_amounts(reader, panel, known)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=Month(first),
        panel=panel,
        stated=currencies.stated,
        left_out_rows=len(reader.rows_without_account),
        known=known,
        lines=lines,
        entries=entries,
    )


def _list_product_lines(
    reader: TabReader,
    account_rows: AccountRows,
    months: NDArray[np.int64],
    amounts: AmountColumn,
    counted: Mask,
    missing: Sequence[int],
) -> Lines | None:
    """Return a line for every run of months in which an account pays one amount for a product; None without products.

    Args:
        reader: the tab.
        account_rows: its rows by account.
        months: (rows,) ordinal of the month of each.
        amounts: (rows,) their amounts.
        counted: (rows,) True where a row counts.
        missing: the months that the tab does not have, as rows of the panel; they repeat the month before.

    """
    if "product" not in reader.header.columns:
        return None
    rows, cells, fold_product = np.flatnonzero(counted), reader.cells_under("product"), remember_readings(fold_cell)
    numbers: dict[str, int] = {}
    products = np.fromiter(
        (numbers.setdefault(fold_product(cells[row]), len(numbers)) for row in rows.tolist()), np.int64, rows.size
    )
    # (pairs,) an account and a product each; the row where it comes first; (rows,) the pair of each row.
    _, firsts, pairs = np.unique(
        account_rows.codes[rows] * len(numbers) + products, return_index=True, return_inverse=True
    )
    first = int(months[rows].min())
    panel = np.zeros((int(months[rows].max()) - first + 1, firsts.size), dtype=np.int64)
    np.add.at(panel, (months[rows] - first, pairs), amounts.minor[rows])
    for month in sorted(missing):
        panel[month] = panel[month - 1]
    owners = rows[firsts]
    return list_product_lines(reader, owners, account_rows.codes[owners], Month(first), panel)


def _read_unit(reader: TabReader) -> AmountUnit:
    column = [reader.header.columns["mrr"]]
    if reader.header.heading(reader.header.columns["month"]) != QUARTER_HEADING:
        return read_monthly_unit(reader, column)
    unit = settle_monthly_unit(reader, find_period_unit(reader, column, QUARTER_MONTHS))
    doubt_row_amounts(reader, unit)
    return unit


def _list_entries(
    reader: TabReader, months: NDArray[np.int64], amounts: AmountColumn, account_rows: AccountRows
) -> MonthEntries:
    """Return the entries, also those of the next months that are not over."""
    closed = find_last_closed_month(reader.options.today).ordinal
    filled = (amounts.present | amounts.unreadable) & (account_rows.codes >= 0) & (months != _NO_MONTH)
    filled &= months <= closed + _MOST_OPEN_MONTHS
    first = int(months.min(initial=closed, where=filled))
    length, accounts = int(months.max(initial=first - 1, where=filled)) + 1 - first, len(account_rows.index)
    masks = np.zeros((3, length, accounts), dtype=np.bool_)
    for mask, rows in zip(masks, (filled, filled & amounts.present, filled & (amounts.minor > 0)), strict=True):
        mask[months[rows] - first, account_rows.codes[rows]] = True
    # (rows,) the account and month of each row that is filled, as one number.
    keys = account_rows.codes[filled] * length + (months[filled] - first)
    is_doubled = keys.size > np.count_nonzero(masks[0])
    doubled = np.unique(np.flatnonzero(np.bincount(keys) > 1) // length) if is_doubled else keys[:0]
    open_months = min(length, max(0, first + length - 1 - closed))
    return MonthEntries(Month(first), masks[0], masks[1], masks[2], amounts.has_texts, open_months, doubled)


def read_month_ordinals(reader: TabReader, key: str, ids: Sequence[str], holds_amount: Mask) -> NDArray[np.int64]:
    """Return (rows,) the month under a known heading, by its name or any of its days; -1 for a row without a month.

    Rows of an account are reported if they hold an amount and no month, or an unreadable month.

    Args:
        reader: the tab.
        key: the key of the heading.
        ids: the account of each row.
        holds_amount: (rows,) True for rows with an amount, readable or not.

    """
    column, cells = reader.header.columns[key], reader.cells_under(key)
    locale_format = reader.infer_date_format(key)
    month_of = remember_readings(lambda cell: read_month(cell, locale_format))
    months = np.full(len(ids), _NO_MONTH, dtype=np.int64)
    for row, (account, cell, has_amount) in enumerate(zip(ids, cells, holds_amount.tolist(), strict=True)):
        if not account:
            continue
        if is_blank(cell):
            if has_amount:
                reader.report("value_missing", row, column, account, heading=reader.header.heading(column))
            continue
        month = month_of(cell)
        if month is None:
            ambiguous = read_date(cell, locale_format) == UnreadableCell("date_ambiguous")
            reader.report("date_ambiguous" if ambiguous else "row_month", row, column, account)
        else:
            months[row] = month.ordinal
    return months


def _exclude_open_months(reader: TabReader, months: NDArray[np.int64]) -> None:
    """Exclude months that have not closed, each reported once: a half-filled month would read as churn."""
    last = find_last_closed_month(reader.options.today).ordinal
    for ordinal in np.unique(months[months > last]).tolist():
        rows = np.flatnonzero(months == ordinal)
        column = reader.header.columns["month"]
        reader.report("month_future", int(rows[0]), column)
        months[rows] = _NO_MONTH


def _exclude_incomplete_months(
    reader: TabReader, months: NDArray[np.int64], amounts: AmountColumn, account_rows: AccountRows
) -> None:
    """Exclude the last months in which under half of the accounts with MRR before have a row; report them."""
    column = reader.header.columns["month"]
    counted = (amounts.present | amounts.unreadable) & (account_rows.codes >= 0)
    while True:
        ordinals = np.unique(months[counted & (months != _NO_MONTH)])
        if len(ordinals) < 2:
            return
        before, last = int(ordinals[-2]), int(ordinals[-1])
        paying = account_rows.codes[counted & (months == before) & (amounts.minor > 0)]
        if not is_incomplete(paying, account_rows.codes[counted & (months == last)]):
            return
        rows = np.flatnonzero(months == last)
        reader.report("month_incomplete", int(rows[0]), column, month=str(Month(before)))
        months[rows] = _NO_MONTH


def _report_repeated_months(
    reader: TabReader, ids: Sequence[str], codes: NDArray[np.intp], months: NDArray[np.int64], counted: Mask
) -> None:
    """Report rows of one account, month and product: all of them count, and one may have been pasted twice.

    Where they are common, several rows a month are the shape of the tab, and only rows that are the same cell by cell
    are reported.
    """
    product_of = remember_readings(fold_cell)
    first_rows: dict[tuple[int, int, str], int] = {}
    products = reader.cells_under("product")
    repeated: dict[int, int] = {}
    rows = np.flatnonzero(counted).tolist()
    for row in rows:
        key = int(codes[row]), int(months[row]), product_of(products[row])
        first = first_rows.setdefault(key, row)
        if first != row:
            repeated[row] = first
    if len(repeated) > max(_MOST_REPEATED, len(rows) * _SHARE_REPEATED):
        statement = N_("{count} rows have the account and month of another row. They are added up.")
        reader.decide("layout", Sentence(statement, {"count": len(repeated)}))
        report_repeated_lines(reader, ids, rows)
        return
    column = reader.header.columns["month"]
    for row, first in repeated.items():
        reader.report("month_again", row, column, ids[row], row=str(reader.first_row + first + 1))
