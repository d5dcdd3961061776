"""Plain revenue tabs, with a row or a cell for each account and month, in which an amount concerns its account alone.

Months are the columns of a row for each account (wide), or each row has its month (long). What a reading learns from a
row by itself is found again when the row is read. What it learns from several rows is either computed again, or a plain
tab has no cause for it:

| a reading learns from several rows | in a plain tab |
| --- | --- |
| the layout, and the row of the headings | of edits in the first rows, compared before and after |
| whether dates stand for months | computed again from the kept entries of all rows |
| which rows are totals of others | each row is an account's, but for blank ones and, if wide, one headed Total |
| blocks of the same customers, lines of a product | no account has two rows of a month, except in few that are known |
| whether totals of the sheet are right | a row of totals is compared; no column has some, nor has another tab |
| groups of a pivot table | it is no pivot table |
| exchange rates | all amounts are in one currency, and so is each format |
| the order of day and month | the cell of a month is one that the tab had |
| missing and incomplete months, blanks that repeat an amount | computed again from the kept entries of all rows |
| gaps, amounts far above the others of an account | of the edited accounts, compared before and after |
| amounts every few months | computed again |
| customers with like names that pay together or one after the other | the account has no such name |
| the currency that most cells have | the formats are the same, and no text or all columns have one |
| names and segments, and which columns have them | an added row says what others say, a removed one nothing |
| implausible figures | compared before and after |
| sums that are too large | computed again |
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Ledger
from core.months import Month, find_last_closed_month
from sheets.accounts.customer_segments import SEGMENT_KEYS
from sheets.cells.currency_words import read_format_literals, resolve_mark
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.text import LOADING, LocaleFormat, read_account_id
from sheets.cells.units import AmountUnit
from sheets.checks.company_totals import find_company_totals
from sheets.checks.total_columns import find_total_columns
from sheets.ingest.edits.kept_entries import KeptEntries
from sheets.ingest.edits.kept_reading import KeptColumns, KeptReading
from sheets.ingest.parse import ParsedWorkbook
from sheets.ingest.reading import Reading
from sheets.layouts.month_entries import MonthEntries
from sheets.layouts.recognition import RecognisedTab, TabKind
from sheets.shapes.group_rows import read_pivot
from sheets.shapes.period_amounts import find_period_unit
from sheets.tabs.amount_units import read_monthly_unit, settle_monthly_unit
from sheets.tabs.number_formats import list_format_words, list_formats
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.fetched import FetchedTabs
from sheets.workbook.port import Cell, Grid

_LAYOUTS = frozenset({"MRR wide", "MRR long"})
# More cells of months, or accounts with two rows of a month, are another kind of tab.
_MOST_MONTH_CELLS, _MOST_DOUBLED = 1_500, 5
# The headings of a row that says nothing but the amounts of an account.
_KEYS = frozenset({"account_id", "month", "date", "name", "mrr", "arr", "acv", "amount", *SEGMENT_KEYS})


def describe_plain_reading(
    reading: Reading, grids: Sequence[Grid], parsed: ParsedWorkbook, options: ReadOptions, frame: str
) -> KeptReading | None:
    """Return a reading as it is kept, without its hash and snapshot; None if its revenue tab is not plain.

    Args:
        reading: the reading.
        grids: its grids.
        parsed: its ledger, and the tabs that were read.
        options: the options of the reading.
        frame: as in KeptReading.

    """
    fetched, revenue, entries = reading.fetched, parsed.tabs["revenue"], parsed.entries
    if fetched is None or entries is None or not frame:
        return None
    ids = [tab.id for tab in fetched.tabs]
    of_tab = {grid.tab.id: grid for grid in grids}
    heads = {head.tab.id: head for head in reading.heads}
    tab_id, top = revenue.grid.tab.id, revenue.header.row + 1
    if tab_id not in ids or not is_plain_tab(revenue, of_tab[tab_id], parsed.ledger, entries):
        return None
    if [*map(list, heads[tab_id].rows[:top])] != [*map(list, revenue.grid.rows[:top])]:
        return None
    if _has_company_totals(grids, parsed.tabs, options) or _is_loading(fetched):
        return None
    reader = TabReader(revenue.grid, revenue.header, options, stated_unit=revenue.unit, rules=revenue.rules)
    columns, total_row = _find_columns(reader, parsed), _find_total_row(revenue, parsed.ledger)
    totals = [total for total in parsed.reconciliations if total.sums]
    if columns is None or total_row is None or not _has_one_currency(reader, columns.amounts, parsed.ledger):
        return None
    if len(totals) != (total_row >= 0) or any(total.differences for total in totals):
        return None
    is_dated = columns.month >= 0 and revenue.header.columns.get("date") == columns.month
    if is_dated and not _has_plain_dates(columns, parsed.ledger, entries):
        return None
    heights = [len(of_tab[tab].rows) for tab in ids]
    grows = total_row < 0 and _states_amounts_alone(reader, parsed)
    customers = parsed.tabs.get("customers")
    return KeptReading(
        frame=frame,
        tab=ids.index(tab_id),
        top=top,
        columns=columns,
        factor=_find_factor(reader, columns, parsed.ledger),
        total_row=total_row,
        totals=dict(totals[0].sums) if totals else {},
        entries=KeptEntries.keep(
            entries,
            _list_owners(parsed.ledger),
            parsed.ledger.accounts.count,
            options.blank_month,
            is_dated=is_dated,
        ),
        fills=_has_even_formats(reader, columns.amounts, entries, fetched.formatted_rows),
        grows=grows,
        admits=grows and customers is not None and _names_customers(customers, parsed),
        welcomes=grows and customers is None and _has_new_accounts(reader, columns, parsed, options),
        heights=heights,
        formats=[of_tab[tab].formats for tab in ids],
        formats_stamp=fetched.stamp_formats(heights),
        parts=[list(parts) for parts in fetched.parts],
    )


def is_plain_tab(revenue: RecognisedTab, grid: Grid, ledger: Ledger, entries: MonthEntries) -> bool:
    """Tell whether a revenue tab, which `grid` is, is plain.

    Every shape that is read in another way is another grid with other rows.
    """
    if revenue.layout.name not in _LAYOUTS or revenue.export or revenue.grid.rows is not grid.rows or grid.tab.tables:
        return False
    if ledger.lines or ledger.terms or ledger.scheduled_changes or len(ledger.currencies.known) > 1:
        return False
    counts = np.diff(ledger.source_rows.by_account.starts)
    is_wide = revenue.layout.name == "MRR wide"
    # If wide, each row is that of one account, and each account has at most one. One row may have the totals.
    if (is_wide and counts.max(initial=0) > 1) or entries.doubled.size > _MOST_DOUBLED:
        return False
    if np.count_nonzero(counts) != entries.filled.shape[1] or read_pivot(grid):
        return False
    # A number of pieces multiplies the amount of a row, and two columns of amounts are compared.
    if not is_wide and ("quantity" in revenue.header.keys or revenue.header.repeated):
        return False
    return not any(read_total_heading(ledger.accounts.ids[account]) for account in np.flatnonzero(counts).tolist())


def _list_owners(ledger: Ledger) -> NDArray[np.intp]:
    """Return the accounts with rows, in the order of the first row of each: that of the entries."""
    first_rows = ledger.source_rows.first_rows
    order = np.argsort(first_rows)
    return order[np.count_nonzero(first_rows == 0) :]


def _find_columns(reader: TabReader, parsed: ParsedWorkbook) -> KeptColumns | None:
    """Return the columns; None if two are one month, a column has totals, or a cell of a month is unreadable."""
    header = reader.header
    account_id, months = header.columns["account_id"], header.read_months(reader.locale_format)
    own = "customers" not in parsed.tabs
    names = header.columns.get("name", -1) if own else -1
    segments = _find_segments(reader, parsed.ledger) if own else {}
    if parsed.tabs["revenue"].layout.name == "MRR wide":
        last = find_last_closed_month(reader.options.today)
        closed = {column: month.ordinal for column, month in sorted(months.items()) if month <= last}
        if any(find_total_columns(header, months)) or len(set(closed.values())) < len(closed):
            return None
        return KeptColumns(account_id, closed, names=names, segments=segments)
    column = header.columns["month"]
    cells, locale_format = set(reader.cells_in(column)) - {None}, reader.infer_date_format("month")
    month_cells = [
        (cell, month.ordinal)
        for cell in cells
        if isinstance(cell, str | int | float) and (month := read_month(cell, locale_format))
    ]
    if not len(month_cells) == len(cells) <= _MOST_MONTH_CELLS:
        return None
    return KeptColumns(account_id, {}, column, month_cells, header.columns["mrr"], names, segments)


def _find_segments(reader: TabReader, ledger: Ledger) -> dict[int, str]:
    """Return column -> key, for the columns of the revenue tab that are segments."""
    header = reader.header
    keys = {column: key for key, column in header.columns.items() if key in SEGMENT_KEYS}
    for column in header.others:
        keys.setdefault(column, header.heading(column).casefold())
    return {column: key for column, key in keys.items() if key in ledger.columns}


def _find_factor(reader: TabReader, columns: KeptColumns, ledger: Ledger) -> tuple[int, int, int]:
    unit = _read_unit(reader, columns)
    factor = unit.find_factor(1)
    return 1 if unit.is_minor else ledger.currency.unit, factor.numerator, factor.denominator


def _read_unit(reader: TabReader, columns: KeptColumns) -> AmountUnit:
    """Return the unit of the amounts as the layouts read it."""
    if columns.month >= 0:
        return read_monthly_unit(reader, columns.amounts)
    return settle_monthly_unit(reader, find_period_unit(reader, columns.amounts))


def _has_one_currency(reader: TabReader, columns: Sequence[int], ledger: Ledger) -> bool:
    """Tell whether no number format of an amount shows another currency than that of the figures."""
    code = ledger.currency.code
    marks = {read_format_literals(run.code)[0] for run in list_formats(reader, columns)} - {""}
    return all(resolve_mark(mark, code) == code for mark in marks)


def _has_even_formats(reader: TabReader, columns: Sequence[int], entries: MonthEntries, formatted_rows: int) -> bool:
    """Tell whether the number of cells with a currency decides neither which one is the company's nor their unit."""
    if any(True for _ in list_format_words(reader, columns)):
        return False
    runs, height = [run for run in reader.grid.formats if run.column in columns], len(reader.grid.rows)
    is_even = len({run.code for run in runs}) == 1 and len(runs) == len(columns)
    # Only below so many rows a cell has the format of its column.
    is_even = not runs or (is_even and all(run.bottom == height > formatted_rows for run in runs))
    return reader.options.currency_is_configured or (is_even and not entries.has_texts)


def _has_plain_dates(columns: KeptColumns, ledger: Ledger, entries: MonthEntries) -> bool:
    """Tell whether the entries decide about the layout as the dates do: each row has one."""
    if len(ledger.source_rows.by_account.numbers) != np.count_nonzero(entries.filled):
        return False
    cells: dict[Cell, int] = dict(columns.month_cells)
    locale_format = infer_date_order(list(cells), LocaleFormat())
    return all(read_month(cell, locale_format) == Month(month) for cell, month in cells.items())


def _states_amounts_alone(reader: TabReader, parsed: ParsedWorkbook) -> bool:
    """Tell whether the rows of an account differ in amounts and months alone, and each ID is that of its account."""
    if not _KEYS.issuperset(reader.header.keys) or reader.header.repeated:
        return False
    ledger, cells = parsed.ledger, set(reader.cells_under("account_id"))
    accounts = {ledger.accounts.ids[account] for account in _list_owners(ledger).tolist()}
    return {account for cell in cells if (account := read_account_id(cell))} == accounts


def _names_customers(customers: RecognisedTab, parsed: ParsedWorkbook) -> bool:
    """Tell whether Customers has no currency, and no account may be one of its customers by another name."""
    unknown = {problem.account for problem in parsed.problems if problem.code == "unknown_account"}
    is_known = all(any(map(str.isdigit, account)) for account in unknown)
    return is_known and "aliases" not in parsed.tabs and "currency" not in customers.header.keys


def _has_new_accounts(reader: TabReader, columns: KeptColumns, parsed: ParsedWorkbook, options: ReadOptions) -> bool:
    """Tell whether an account more leaves all columns that are no segments what they are, and all names unshared."""
    header, months = reader.header, reader.header.read_months(reader.locale_format)
    known = {*header.columns.values(), *months} - {header.columns.get(key) for key in SEGMENT_KEYS}
    others = {*header.others, *header.columns.values()} - known - columns.segments.keys()
    is_alone = "aliases" not in parsed.tabs and not options.forgotten
    return is_alone and not others and not parsed.ledger.accounts.consumer.any()


def _find_total_row(revenue: RecognisedTab, ledger: Ledger) -> int | None:
    """Return the row of totals; -1 without one, None if there are other rows that are not an account's."""
    first = revenue.header.row + 1
    is_other = np.ones(len(revenue.grid.rows), dtype=np.bool_)
    is_other[:first] = False
    is_other[ledger.source_rows.by_account.numbers - 1] = False
    rows = [
        row for row in np.flatnonzero(is_other).tolist() if any(cell is not None for cell in revenue.grid.rows[row])
    ]
    if not rows:
        return -1
    if revenue.layout.name == "MRR long":
        return None
    cells = revenue.grid.rows[rows[0]]
    column = revenue.header.columns["account_id"]
    total = read_total_heading(read_account_id(cells[column])) if column < len(cells) else None
    return rows[0] if len(rows) == 1 and total and total.certain and not total.subject else None


def _has_company_totals(grids: Sequence[Grid], tabs: Mapping[TabKind, RecognisedTab], options: ReadOptions) -> bool:
    """Tell whether a tab that is not read may hold figures of the company."""
    read_titles = {title for tab in tabs.values() for title in tab.list_titles()}
    others = [grid for grid in grids if grid.tab.title not in read_titles]
    currency, start = options.currency.code, options.fiscal_year_starts
    return any(True for grid in others for _ in find_company_totals(grid, currency, start))


def _is_loading(fetched: FetchedTabs) -> bool:
    """Tell whether a cell may still be loading."""
    # JSON can hold such a text as it is, or with its signs escaped.
    words = {json.dumps(word, ensure_ascii=is_ascii).encode() for word in LOADING for is_ascii in (True, False)}
    return any(word in answer for answer in fetched.answers for word in words)
