"""The layout "Movements": a row for each change of an account's MRR. The MRR is the sum of the changes so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.arrays import Mask, Panel
from core.money import to_units
from core.months import Month, last_closed
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.text import fold_cell, is_blank, remember_readings
from sheets.checks.duplicates import report_repeated_lines
from sheets.layouts.mrr_long import read_month_ordinals
from sheets.layouts.revenue import AccountRows, Revenue, check_sums, group_rows_by_account
from sheets.tabs.amount_columns import RowCurrencies, read_amounts
from sheets.tabs.amount_units import read_monthly_unit
from sheets.tabs.tab_reader import TabReader

_UP = (
    *("new", "new business", "expansion", "upgrade", "upsell", "cross sell", "reactivation", "opening"),
    *("nouveau", "nouvelle", "reactivation", "montee en gamme", "ouverture"),
)
_DOWN = (
    *("contraction", "downgrade", "downsell", "churn", "cancellation", "cancelled"),
    *("resiliation", "attrition", "depart", "perte", "desabonnement", "baisse"),
)
# The sign of the changes of each type, folded; changes of other types have either sign.
TYPE_SIGNS = dict.fromkeys(_UP, 1) | dict.fromkeys(_DOWN, -1)


def read_mrr_movements(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The panel runs from the month of the first change through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no row has a readable change and date, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids((columns["date"], columns["amount"]))
    reader.check_headings(ids, figures=True)
    currencies = AccountCurrencies(reader, customers.currencies, [columns["amount"]], ids)
    row_currencies = currencies.find_row_currencies(ids)
    unit = read_monthly_unit(reader, [columns["amount"]])
    changes = read_amounts(reader, columns["amount"], row_currencies, ids, unit, signed=True)
    dated = np.array([not is_blank(cell) for cell in reader.cells_under("date")], dtype=np.bool_)
    months = read_month_ordinals(reader, "date", ids, changes.present | changes.unreadable)
    account_rows = group_rows_by_account(ids)
    # A date without a change is a cell to fill in; the currency of the row is reported by itself.
    for row in np.flatnonzero(dated & row_currencies.known & ~changes.present & ~changes.unreadable).tolist():
        heading = reader.header.heading(columns["amount"])
        reader.report("value_missing", row, columns["amount"], ids[row], heading=heading)
    counted = changes.present & (months >= 0) & (account_rows.codes >= 0)
    if not counted.any():
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a date such as 2025-01-31, and the change of MRR on that day."),
            tab=reader.title,
        )
    _check_types(reader, ids, changes.minor, counted)
    report_repeated_lines(reader, ids, np.flatnonzero(counted).tolist())
    through = last_closed(reader.options.today).ordinal
    first = min(int(months[counted].min()), through)
    counted &= months <= through
    # Changes are added up by month first, then over time: (months, accounts) the MRR at each close.
    panel = np.zeros((through - first + 1, len(account_rows.index)), dtype=np.int64)
    sizes = np.bincount(months[counted] - first, np.abs(changes.minor[counted]), len(panel))
    check_sums(np.cumsum(sizes), reader.title)
    np.add.at(panel, (months[counted] - first, account_rows.codes[counted]), changes.minor[counted])
    np.cumsum(panel, axis=0, out=panel)
    places = np.where(counted, months - first, -1)
    _report_below_zero(reader, panel, Month(first), account_rows, row_currencies, places)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=Month(first),
        panel=np.maximum(panel, 0),
        stated=currencies.stated,
    )


def _check_types(reader: TabReader, ids: Sequence[str], minor: NDArray[np.int64], counted: Mask) -> None:
    """Report the changes whose sign contradicts their type."""
    sign_of = remember_readings(lambda cell: TYPE_SIGNS.get(fold_cell(cell), 0))
    types = reader.cells_under("type")
    for row in np.flatnonzero(counted & (minor != 0)).tolist():
        sign = sign_of(types[row])
        if sign * int(minor[row]) < 0:
            reader.report("change_sign", row, reader.header.columns["amount"], ids[row], type=fold_cell(types[row]))


def _report_below_zero(
    reader: TabReader,
    panel: Panel,
    first: Month,
    account_rows: AccountRows,
    row_currencies: RowCurrencies,
    places: NDArray[np.int64],
) -> None:
    """Report the accounts whose MRR is below 0 at a close: the last change of the first such month.

    Args:
        reader: the tab.
        panel: (months, accounts) the sums of the changes.
        first: the panel's first month.
        account_rows: the rows by account.
        row_currencies: the currency of each row.
        places: (rows,) the panel's row of each change, -1 for a row without one.

    """
    ids = list(account_rows.index)
    for account in np.flatnonzero((panel < 0).any(axis=0)).tolist():
        month = int(np.argmax(panel[:, account] < 0))
        # MRR falls only in a month with a change, so there is at least one row.
        row = int(np.flatnonzero((account_rows.codes == account) & (places == month))[-1])
        mrr = to_units(int(panel[month, account]), row_currencies.at(row).exponent)
        column = reader.header.columns["amount"]
        reader.report("mrr_below_zero", row, column, ids[account], month=str(first + month), mrr=str(mrr))
