"""The layout "MRR long": a row for each account (or each of its products) and month."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.ledger import Mask
from core.months import Month, last_closed
from sheets.cells.dates import column_style, read_date, read_month
from sheets.cells.text import Unreadable, fold_cell, is_blank, remember_readings
from sheets.layouts.customers import Customers
from sheets.layouts.revenue import Pricing, Revenue, check_sums, group_lines, sum_between
from sheets.tabs.amount_columns import read_amounts
from sheets.tabs.tab_reader import TabReader

# Of a row without a month that can be read.
_NONE = -1


def read_mrr_long(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and note the tab's problems in the reader.

    The rows of one account and month are added up. The panel runs from the first month with an amount to the last.

    Raises:
        WorkbookLayoutError: no row has a readable amount and a month that is over, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.accounts((columns["month"], columns["mrr"]))
    reader.check_headings(ids, figures=True)
    pricing = Pricing(reader, customers)
    amounts = read_amounts(reader, columns["mrr"], pricing.of_rows(ids), ids)
    lines = group_lines(ids)
    months = month_ordinals(reader, "month", ids, amounts.there | amounts.bad)
    _leave_unfinished(reader, months)
    dated = (months != _NONE) & (lines.codes >= 0)
    there = amounts.there & dated
    if not there.any():
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no month with a readable amount."),
            N_("Every row needs an account ID, a month such as 2025-01 that is over, and an amount."),
            tab=reader.title,
        )
    first, last = int(months[there].min()), int(months[there].max())
    # What cannot be read stands outside of the months that can, or among them.
    inside = dated & (months >= first) & (months <= last)
    check_sums(np.bincount(months[there] - first, amounts.minor[there]).astype(np.float64), reader.title)
    panel = np.zeros((last - first + 1, len(lines.index)), dtype=np.int64)
    np.add.at(panel, (months[there] - first, lines.codes[there]), amounts.minor[there])
    _report_again(reader, ids, lines.codes, months, there)

    touched = np.zeros(panel.shape, dtype=np.bool_)
    filled = inside & (amounts.there | amounts.bad)
    touched[months[filled] - first, lines.codes[filled]] = True
    rows = np.zeros(panel.shape, dtype=np.int32)
    rows[months[filled] - first, lines.codes[filled]] = np.flatnonzero(filled)
    missing = np.flatnonzero(~touched.any(axis=1)).tolist()
    for place in missing:
        reader.report("month_missing", -1, columns["month"], found="", month=str(Month(first + place)))

    def report(account: int, start: int, gap: str) -> None:
        # The row before the gap, as the gap itself is a row that is not there.
        row = int(rows[:start, account].max())
        reader.report("gap", row, columns["month"], ids[row], found="", months=gap)

    return Revenue(
        ids=tuple(lines.index),
        codes=lines.codes,
        first=Month(first),
        panel=sum_between(reader.options, Month(first), panel, touched, report, missing),
        stated=pricing.stated,
    )


def month_ordinals(reader: TabReader, key: str, ids: Sequence[str], holds: Mask) -> NDArray[np.int64]:
    """Return (rows,) the month under a known heading (any day stands for its month); -1 where there is none.

    Of the rows of an account, those that hold something and have no month are reported, and those whose month cannot
    be read.

    Args:
        reader: of the tab.
        key: of the heading.
        ids: the account of each row.
        holds: (rows,) True where the row holds an amount.

    """
    column, cells = reader.header.columns[key], reader.named(key)
    style = column_style(cells, reader.style)
    month_of = remember_readings(lambda cell: read_month(cell, style))
    found = np.full(len(ids), _NONE, dtype=np.int64)
    for row, (account, cell, amount) in enumerate(zip(ids, cells, holds.tolist(), strict=True)):
        if not account:
            continue
        if is_blank(cell):
            if amount:
                reader.report("value_missing", row, column, account, heading=reader.header.heading(column))
            continue
        named = month_of(cell)
        if named is None:
            either = read_date(cell, style) == Unreadable("date_ambiguous")
            reader.report("date_ambiguous" if either else "row_month", row, column, account)
        else:
            found[row] = named.ordinal
    return found


def _leave_unfinished(reader: TabReader, months: NDArray[np.int64]) -> None:
    """Take out the months that are not over, each reported once: half filled in, one would read as churn."""
    last = last_closed(reader.options.today).ordinal
    for ordinal in np.unique(months[months > last]).tolist():
        rows = np.flatnonzero(months == ordinal)
        column = reader.header.columns["month"]
        reader.report("month_not_over", int(rows[0]), column, today=reader.options.today.isoformat())
        months[rows] = _NONE


def _report_again(
    reader: TabReader, ids: Sequence[str], codes: NDArray[np.intp], months: NDArray[np.int64], there: Mask
) -> None:
    """Report rows of one account, month and product: they are added up, and one of them may be there by mistake."""
    product_of = remember_readings(fold_cell)
    known: dict[tuple[int, int, str], int] = {}
    products = reader.named("product")
    for row in np.flatnonzero(there).tolist():
        key = int(codes[row]), int(months[row]), product_of(products[row])
        before = known.setdefault(key, row)
        if before != row:
            at = reader.header.columns["month"]
            reader.report("month_again", row, at, ids[row], row=str(reader.top + before + 1))
