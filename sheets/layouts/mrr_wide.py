"""The layout "MRR wide": a row for each account (or each of its products), a column for each month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.arrays import Mask, Panel
from core.months import Month, find_last_closed_month
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.dates import read_date, read_days_as_years, read_period_close
from sheets.cells.plan_words import names_difference, read_figures
from sheets.cells.text import fold_cell
from sheets.cells.units import AmountUnit, read_unit_words
from sheets.headers.headings import looks_like_month
from sheets.layouts.month_entries import CountedMonths, MonthEntries, count_months
from sheets.layouts.revenue import (
    Revenue,
    check_sums,
    decide_words_for_amounts,
    doubt_spaced_amounts,
    fill_gaps,
    find_inner_blanks,
    group_rows_by_account,
    limit_to_amounts,
    list_product_lines,
    measure_left_out_rows,
    report_missing_months,
    settle_blanks,
)
from sheets.shapes.period_amounts import doubt_period_amounts, find_period_unit
from sheets.tabs.amount_columns import RowCurrencies, complete_amounts, read_plain_columns
from sheets.tabs.amount_units import settle_monthly_unit
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_column
from sheets.workbook.a1 import column_letters
from sheets.workbook.origins import StackedOrigin
from sheets.workbook.port import Cell

# The heading of a year among months.
_YEAR_WORDS = re.compile(
    r"(?:(?:fy|cy|ytd|year|annee|exercice|cumul|full year|year to date) ?)?(?:(?:19|20)\d\d)?"
    r"(?: ?(?:fy|ytd|full year|year to date|cumul))?"
)
# The most headings that a decision lists.
_LISTED = 5


def read_mrr_wide(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    Raises:
        WorkbookLayoutError: no heading is a month, no month has a readable amount, or the amounts are too large.

    """
    months = reader.header.read_months(reader.locale_format)
    _check_month_headings(reader, months)
    ids = reader.read_account_ids(months)
    reader.check_headings(ids, figures=True)
    columns = _find_month_columns(reader, months)
    all_columns = sorted(column for month_columns in columns.values() for column in month_columns)
    account_rows = group_rows_by_account(ids)
    currencies = AccountCurrencies(reader, customers.currencies, all_columns, ids)
    row_currencies = currencies.find_row_currencies(ids)
    # Gaps are those of a row, not of an account: an account with several rows may pay in one when another is blank.
    rows = np.flatnonzero(account_rows.codes >= 0)
    unit = settle_monthly_unit(reader, find_period_unit(reader, all_columns))
    doubt_period_amounts(reader, columns, unit)
    panel, entries = _read_panel(reader, columns, rows, row_currencies, ids, unit)
    codes = account_rows.codes[rows]
    counted = count_months(entries, codes, reader.options.blank_month)
    carries_on = settle_blanks(reader, is_sparse=counted.is_sparse)
    for last, before in counted.incomplete:
        reader.report("month_incomplete", -1, columns[entries.first + last][0], month=str(entries.first + before))
    if counted.start == counted.stop:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no month with a readable amount."),
            N_("Give every month a column with a heading such as 2025-01 and amounts below it."),
            tab=reader.title,
        )
    # Months before the first amount and after the last one do not exist.
    span, first = slice(counted.start, counted.stop), entries.first + counted.start
    filled_for_gaps = limit_to_amounts(entries.present[span], entries.filled[span])
    known = _find_known_months(reader, columns, entries.first, counted)
    panel = _fill_month_gaps(
        reader, columns, first, rows, ids, panel[span], filled_for_gaps, known, carries_on=carries_on
    )
    decide_words_for_amounts(reader)
    lines = list_product_lines(reader, rows, codes, first, panel)
    if len(rows) > len(account_rows.index):
        # (months, rows) to (months, accounts): the rows of an account are added up.
        panel_of_rows, panel = panel, np.zeros((len(panel), len(account_rows.index)), dtype=np.int64)
        np.add.at(panel.T, codes, panel_of_rows.T)
        if isinstance(reader.grid.origin, StackedOrigin):
            _fill_gaps_between_tabs(reader, columns, first, rows, codes, ids, panel, filled_for_gaps, known)
    doubt_spaced_amounts(reader, panel, known)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=first,
        panel=np.ascontiguousarray(panel),
        stated=currencies.stated,
        left_out_rows=len(reader.rows_without_account),
        left_out_mrr=_measure_left_out(reader, columns, first, len(panel), unit),
        known=known,
        lines=lines,
        entries=entries,
    )


def _check_month_headings(reader: TabReader, months: Mapping[int, Month]) -> None:
    """Raise if a spreadsheet took the years of the month headings for days, or if they name different units.

    Raises:
        WorkbookLayoutError: it did, or they do.

    """
    headings = {column: reader.header.heading(column) for column in months}
    words = {column: read_unit_words(heading, is_heading=True) for column, heading in headings.items()}
    columns = {(word.scales, word.currencies): column for column, word in reversed(words.items())}
    if len(columns) > 1:
        raise WorkbookLayoutError(
            N_("The month headings of the tab “{tab}” have different units: {headings}. It is not read."),
            N_("Give every month one scale and one currency, and name them in every heading."),
            tab=reader.title,
            headings=", ".join(headings[column] for column in sorted(columns.values())[:_LISTED]),
        )
    meant = read_days_as_years([reader.header.cells[column] for column in months])
    if meant:
        raise WorkbookLayoutError(
            N_(
                "The month headings of the tab “{tab}” are days: the spreadsheet took the years for days, and made "
                "{found} of {meant}. It is not read."
            ),
            N_("Write the headings in row {row} as 2025-01, 2025-02 and so on."),
            tab=reader.title,
            found=str(read_date(reader.header.cells[min(months)], reader.locale_format)),
            meant=str(meant[0]),
            row=reader.header.row + 1,
        )


def _measure_left_out(
    reader: TabReader, columns: Mapping[Month, Sequence[int]], first: Month, months: int, unit: AmountUnit
) -> Panel:
    """Return (months,) the MRR of the rows without an account."""
    if not reader.rows_without_account:
        return np.zeros(months, dtype=np.int64)
    cells = {
        first.until(month): reader.cells_in(column).__getitem__
        for month, (column, *_) in columns.items()
        if 0 <= first.until(month) < months
    }
    return measure_left_out_rows(reader, cells, months, unit)


def _find_month_columns(reader: TabReader, months: Mapping[int, Month]) -> dict[Month, list[int]]:
    """Return month -> its columns, usually one; report headings that look like mistyped months."""
    columns: dict[Month, list[int]] = {}
    for column, month in months.items():
        columns.setdefault(month, []).append(column)
    shifted = reader.header.shift_month_ends(list(months))
    if shifted:
        first = min(shifted)
        reader.report("month_shifted", -1, first, month=str(shifted[first]))
    plans, differences, periods = list[int](), list[int](), list[int]()
    for column in reader.header.others:
        if column in months:
            continue
        heading = reader.header.heading(column)
        if read_figures(heading) == "plan":
            (differences if names_difference(heading) else plans).append(column)
        elif _heads_period(reader.header.cells[column]):
            periods.append(column)
        elif looks_like_month(heading) and not read_total_column(heading):
            reader.report("month_unreadable", -1, column)
    for unread, statement in (
        (plans, N_("Only actual amounts are read. Planned ones are left out: {headings}.")),
        (differences, N_("Differences to a plan are not read: {headings}.")),
        (periods, N_("Quarters and years among the months are their totals, and are not read: {headings}.")),
    ):
        if unread:
            named = ", ".join(reader.header.heading(column) for column in unread[:_LISTED])
            more = " ..." if len(unread) > _LISTED else ""
            reader.decide("months", Sentence(statement, {"headings": named + more}), (-1, unread[0]))
    if reader.header.other_measures:
        titles = ", ".join(dict.fromkeys(reader.header.other_measures.values()))
        statement = N_("The months below these titles are another measure than MRR, and are not read: {titles}.")
        reader.decide("months", Sentence(statement, {"titles": titles}), (-1, min(reader.header.other_measures)))
    # A month that has not ended has no close: half filled in, or planned ahead, it would read as churn.
    last = find_last_closed_month(reader.options.today)
    for month in sorted(month for month in columns if month > last):
        for column in columns.pop(month):
            if any(cell is not None for cell in reader.cells_in(column)):
                reader.report("month_future", -1, column)
    if not columns:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no column for a month that is over."),
            N_("Give every month a column with a heading such as 2025-01, Jan 2025 or 01/2025."),
            tab=reader.title,
        )
    return columns


def _heads_period(heading: Cell) -> bool:
    """Tell whether a heading among months names a quarter, a half, a year, or a year to date."""
    words = fold_cell(heading)
    return read_period_close(heading) is not None or bool(_YEAR_WORDS.fullmatch(words))


def _read_panel(
    reader: TabReader,
    columns: Mapping[Month, Sequence[int]],
    rows: NDArray[np.intp],
    row_currencies: RowCurrencies,
    ids: Sequence[str],
    unit: AmountUnit,
) -> tuple[Panel, MonthEntries]:
    """Return (months, rows) minor units, and the entries that they are in."""
    first = min(columns)
    months = first.until(max(columns)) + 1
    panel = np.zeros((months, len(rows)), dtype=np.int64)
    present, unreadable = np.zeros((2, months, len(rows)), dtype=np.bool_)
    all_columns = [column for month_columns in columns.values() for column in month_columns]
    plain = read_plain_columns(reader, all_columns, row_currencies, unit)
    for month, (column, *repeated) in columns.items():
        row = first.until(month)
        amounts = complete_amounts(reader, column, plain[column], row_currencies, ids, unit)
        check_sums(np.array([amounts.minor.sum(dtype=np.float64)]), reader.title)
        panel[row], present[row], unreadable[row] = (
            amounts.minor[rows],
            amounts.present[rows],
            amounts.unreadable[rows],
        )
        for again in repeated:
            reader.report("duplicate_heading", -1, again, column=column_letters(column))
            other = complete_amounts(reader, again, plain[again], row_currencies, ids, unit)
            differs = (amounts.minor != other.minor) | (amounts.present != other.present)
            reader.report_conflicts(again, column, map(int, np.flatnonzero(differs)), ids)
    has_texts = any(amounts.unreadable.any() for amounts in plain.values())
    return panel, MonthEntries(first, present | unreadable, present, panel > 0, has_texts)


def _find_known_months(
    reader: TabReader, columns: Mapping[Month, Sequence[int]], first: Month, counted: CountedMonths
) -> Mask:
    """Return True for each counted month that the tab has; `first` is the month of the first row of its entries.

    A month in which no account has an entry is missing like one without a column, unless blanks repeat the value
    before.
    """
    missing = counted.blank if reader.options.blank_month == "zero" else ()
    return np.array([first + row in columns and row not in missing for row in range(counted.start, counted.stop)])


def _fill_month_gaps(
    reader: TabReader,
    columns: Mapping[Month, Sequence[int]],
    first: Month,
    rows: NDArray[np.intp],
    ids: Sequence[str],
    panel: Panel,
    filled: Mask,
    known: Mask,
    *,
    carries_on: bool,
) -> Panel:
    """Return the panel without blanks between two values; missing months, and gaps that are read as 0, are reported."""

    def report_missing(month: Month) -> None:
        # A month without a column is reported at the heading of the column before it.
        before = max(named for named in columns if named <= month)
        reader.report("month_missing", -1, columns[before][0], found="", month=str(month))

    def report_gap(place: int, start: int, months: str) -> None:
        row, (column, *_) = int(rows[place]), columns[first + start]
        reader.report("gap", row, column, ids[row], months=months)

    missing = report_missing_months(reader, first, known, report_missing)
    return fill_gaps(reader.options, first, panel, filled, report_gap, missing, carries_on=carries_on)


def _fill_gaps_between_tabs(
    reader: TabReader,
    columns: Mapping[Month, Sequence[int]],
    first: Month,
    rows: NDArray[np.intp],
    codes: NDArray[np.intp],
    ids: Sequence[str],
    panel: Panel,
    filled: Mask,
    known: Mask,
) -> None:
    """Fill the blanks of an account between its last value in one tab and its first one in the next; change `panel`.

    No row has a value on both sides of such a blank, so it is no gap of a row.

    Args:
        reader: tabs that were joined.
        columns: month -> its columns.
        first: the month of the panel's first row.
        rows: (n,) the rows with an account.
        codes: (n,) the account of each of them.
        ids: the account of each row of the tab.
        panel: (months, accounts) minor units.
        filled: (months, n) True for cells that are not blank.
        known: (months,) True for the months that the tabs have.

    """
    by_account = np.zeros(panel.shape, dtype=np.bool_)
    # A gap of a row is filled and reported already.
    np.logical_or.at(by_account.T, codes, (filled | find_inner_blanks(filled)).T)

    def report_gap(account: int, start: int, months: str) -> None:
        before = np.flatnonzero((codes == account) & filled[:start].any(axis=0))
        row, (column, *_) = int(rows[before[-1]]), columns[first + start]
        reader.report("gap", row, column, ids[row], months=months)

    fill_gaps(reader.options, first, panel, by_account, report_gap, np.flatnonzero(~known).tolist())
