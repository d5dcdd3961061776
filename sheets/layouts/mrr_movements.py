"""The layout "Movements": a row for each change of an account's MRR, which is the sum of its changes so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.ledger import Mask, Panel
from core.money import to_units
from core.months import Month, last_closed
from sheets.cells.text import fold_cell, is_blank, remember_readings
from sheets.checks.duplicates import report_repeated_lines
from sheets.layouts.customers import Customers
from sheets.layouts.mrr_long import month_ordinals
from sheets.layouts.revenue import Lines, Pricing, Revenue, check_sums, group_lines
from sheets.tabs.amount_columns import Money, read_amounts
from sheets.tabs.tab_reader import TabReader

_UP = (
    *("new", "new business", "expansion", "upgrade", "upsell", "cross sell", "reactivation", "opening"),
    *("nouveau", "nouvelle", "reactivation", "montee en gamme", "ouverture"),
)
_DOWN = (
    *("contraction", "downgrade", "downsell", "churn", "cancellation", "cancelled"),
    *("resiliation", "attrition", "depart", "perte", "desabonnement", "baisse"),
)
# What a type says of the sign of its change, folded; other types say nothing.
SIGNS = dict.fromkeys(_UP, 1) | dict.fromkeys(_DOWN, -1)


def read_mrr_movements(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and note the tab's problems in the reader.

    The panel runs from the month of the first change through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no row has a readable change and date, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.accounts((columns["date"], columns["amount"]))
    reader.check_headings(ids, figures=True)
    pricing = Pricing(reader, customers)
    money = pricing.of_rows(ids)
    changes = read_amounts(reader, columns["amount"], money, ids, signed=True)
    dated = np.array([not is_blank(cell) for cell in reader.named("date")], dtype=np.bool_)
    months = month_ordinals(reader, "date", ids, changes.there | changes.bad)
    lines = group_lines(ids)
    for row in np.flatnonzero(dated & money.clear & ~changes.there & ~changes.bad).tolist():
        heading = reader.header.heading(columns["amount"])
        reader.report("value_missing", row, columns["amount"], ids[row], heading=heading)
    there = changes.there & (months >= 0) & (lines.codes >= 0)
    if not there.any():
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a date such as 2025-01-31, and the change of MRR on that day."),
            tab=reader.title,
        )
    _check_types(reader, ids, changes.minor, there)
    report_repeated_lines(reader, ids, np.flatnonzero(there).tolist())
    through = last_closed(reader.options.today).ordinal
    first = min(int(months[there].min()), through)
    there &= months <= through
    panel = np.zeros((through - first + 1, len(lines.index)), dtype=np.int64)
    check_sums(np.cumsum(np.bincount(months[there] - first, np.abs(changes.minor[there]), len(panel))), reader.title)
    np.add.at(panel, (months[there] - first, lines.codes[there]), changes.minor[there])
    np.cumsum(panel, axis=0, out=panel)
    _report_below_zero(reader, panel, Month(first), lines, money, np.where(there, months - first, -1))
    return Revenue(
        ids=tuple(lines.index),
        codes=lines.codes,
        first=Month(first),
        panel=np.maximum(panel, 0),
        stated=pricing.stated,
    )


def _check_types(reader: TabReader, ids: Sequence[str], minor: NDArray[np.int64], there: Mask) -> None:
    """Report the changes whose sign is not that of their type."""
    sign_of = remember_readings(lambda cell: SIGNS.get(fold_cell(cell), 0))
    types = reader.named("type")
    for row in np.flatnonzero(there & (minor != 0)).tolist():
        sign = sign_of(types[row])
        if sign * int(minor[row]) < 0:
            reader.report("change_sign", row, reader.header.columns["amount"], ids[row], type=fold_cell(types[row]))


def _report_below_zero(
    reader: TabReader, panel: Panel, first: Month, lines: Lines, money: Money, places: NDArray[np.int64]
) -> None:
    """Report the accounts whose changes come to less than nothing at a close: at the first such close, its last row.

    Args:
        reader: of the tab.
        panel: (months, accounts) the sums of the changes.
        first: the panel's first month.
        lines: which rows are of which account.
        money: the currency of each row.
        places: (rows,) the panel's row of each change, -1 for what is no change.

    """
    names = list(lines.index)
    for account in np.flatnonzero((panel < 0).any(axis=0)).tolist():
        month = int(np.argmax(panel[:, account] < 0))
        # MRR only sinks in a month that has a change.
        row = int(np.flatnonzero((lines.codes == account) & (places == month))[-1])
        mrr = to_units(int(panel[month, account]), money.of(row).exponent)
        column = reader.header.columns["amount"]
        reader.report("mrr_below_zero", row, column, names[account], month=str(first + month), mrr=str(mrr))
