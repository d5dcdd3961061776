"""Plain revenue tabs: a column for each month and a row for each account, in which an amount concerns its row alone.

All that a reading learns from an amount by itself is found again when its row is read. What it learns from the amounts
of several rows is either computed again from the ledger, or a plain tab has no cause for it. Which is which:

| a reading learns from several amounts | in a plain tab |
| --- | --- |
| the layout, and the row of the headings | of edits in the first rows, compared before and after |
| which rows are totals of others | each row is an account's, but for blank ones and one that is headed Total |
| blocks of the same customers, lines of a product | no account has two rows |
| whether totals of the sheet are right | a row of totals is compared; no column has some, nor has another tab |
| groups of a pivot table | it is no pivot table |
| exchange rates | all amounts are in one currency |
| missing and incomplete months, blanks that repeat an amount | computed again from the kept entries of all rows |
| amounts every few months | each account is as before |
| customers with like names that pay together or one after the other | the account has no such name |
| the currency that most cells have | the formats are the same, and no text or all columns have one |
| implausible figures | compared before and after |
| sums that are too large | computed again |
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from core.ledger.ledger import Ledger
from core.months import Month, find_last_closed_month
from sheets.cells.text import LOADING, read_account_id
from sheets.checks.company_totals import find_company_totals
from sheets.checks.total_columns import find_total_columns
from sheets.ingest.edits.kept_entries import KeptEntries, keep_entries
from sheets.ingest.edits.kept_reading import KeptReading
from sheets.ingest.parse import ParsedWorkbook
from sheets.ingest.reading import Reading
from sheets.layouts.recognition import RecognisedTab, TabKind
from sheets.shapes.group_rows import read_pivot
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.fetched import FetchedTabs
from sheets.workbook.port import FormatRun, Grid


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
    fetched, revenue = reading.fetched, parsed.tabs["revenue"]
    if fetched is None or not frame:
        return None
    ids = [tab.id for tab in fetched.tabs]
    of_tab = {grid.tab.id: grid for grid in grids}
    heads = {head.tab.id: head for head in reading.heads}
    tab_id, top = revenue.grid.tab.id, revenue.header.row + 1
    if tab_id not in ids or not is_plain_tab(revenue, of_tab[tab_id], parsed.ledger, options):
        return None
    if [*map(list, heads[tab_id].rows[:top])] != [*map(list, revenue.grid.rows[:top])]:
        return None
    if _has_company_totals(grids, parsed.tabs, options) or _is_loading(fetched):
        return None
    total_row = _find_total_row(revenue, parsed.ledger)
    if total_row is None:
        return None
    totals = [total for total in parsed.reconciliations if total.sums]
    if len(totals) != (total_row >= 0) or any(total.differences for total in totals):
        return None
    heights = [len(of_tab[tab].rows) for tab in ids]
    months = _find_month_columns(revenue, options)
    counted = set(parsed.ledger.closes)
    return KeptReading(
        frame=frame,
        tab=ids.index(tab_id),
        top=top,
        id_column=revenue.header.columns["account_id"],
        months=sorted(months),
        filled_months=sorted(column for column, month in months.items() if month in counted),
        total_row=total_row,
        totals=dict(totals[0].sums) if totals else {},
        entries=_keep_entries(parsed, of_tab[tab_id].formats, months, options),
        heights=heights,
        formats=[of_tab[tab].formats for tab in ids],
        formats_stamp=fetched.stamp_formats(heights),
    )


def is_plain_tab(revenue: RecognisedTab, grid: Grid, ledger: Ledger, options: ReadOptions) -> bool:
    """Tell whether a revenue tab, which `grid` is, is plain.

    Every shape that is read in another way is another grid with other rows.
    """
    if revenue.layout.name != "MRR wide" or revenue.export or revenue.grid.rows is not grid.rows or grid.tab.tables:
        return False
    if ledger.lines or ledger.terms or ledger.scheduled_changes or len(ledger.currencies.known) > 1:
        return False
    # Each row is that of one account, and each account has at most one. One row may have the totals.
    counts = np.diff(ledger.source_rows.by_account.starts)
    if counts.max(initial=0) > 1:
        return False
    reader = TabReader(revenue.grid, revenue.header, options)
    months = revenue.header.read_months(reader.locale_format)
    if any(find_total_columns(revenue.header, months)) or read_pivot(grid):
        return False
    return not any(read_total_heading(ledger.accounts.ids[account]) for account in np.flatnonzero(counts).tolist())


def _find_total_row(revenue: RecognisedTab, ledger: Ledger) -> int | None:
    """Return the row of totals; -1 without one, None if there are other rows that are not an account's."""
    first = revenue.header.row + 1
    others = set(range(first, len(revenue.grid.rows))) - set((ledger.source_rows.by_account.numbers - 1).tolist())
    rows = [row for row in others if any(cell is not None for cell in revenue.grid.rows[row])]
    if not rows:
        return -1
    cells = revenue.grid.rows[rows[0]]
    column = revenue.header.columns["account_id"]
    total = read_total_heading(read_account_id(cells[column])) if column < len(cells) else None
    return rows[0] if len(rows) == 1 and total and total.certain and not total.subject else None


def _find_month_columns(revenue: RecognisedTab, options: ReadOptions) -> dict[int, Month]:
    """Return column -> month, for the months that are over."""
    reader = TabReader(revenue.grid, revenue.header, options)
    last = find_last_closed_month(options.today)
    months = revenue.header.read_months(reader.locale_format)
    return {column: month for column, month in months.items() if month <= last}


def _keep_entries(
    parsed: ParsedWorkbook, formats: Sequence[FormatRun], months: Collection[int], options: ReadOptions
) -> KeptEntries | None:
    """Return the entries; None if the number of cells with a currency may decide which one is that of the company."""
    if parsed.entries is None:
        return None
    runs = [run for run in formats if run.column in months]
    is_even = not runs or (len({run.code for run in runs}) == 1 and len(runs) == len(months))
    if options.currency_is_configured or (is_even and not parsed.entries.has_texts):
        return keep_entries(parsed.entries, options.blank_month)
    return None


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
