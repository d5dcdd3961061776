"""Implausible data: an amount far above the account's others, and figures that no real company has.

The checks read the finished ledger, change nothing in it, and report warnings only.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.money import divide_half_up
from sheets.checks.account_cells import AccountCells
from sheets.tabs.tab_reader import TabReader

# An amount is implausible at this many times the account's median, if at least this many months are plausible.
TIMES, _PLAUSIBLE_MONTHS = 100, 3
# A history without a loss is implausible from this many months on; a GRR of 100% over them with this many accounts.
MONTHS_OF_DOUBT, _ACCOUNTS_OF_DOUBT = 12, 20
# A month is out of line with a total of more than this many times both neighbours.
TIMES_OF_NEIGHBOURS = 3
# It is implausible that accounts with more than this share of the MRR leave in one month.
_MOST_CHURN = Fraction(1, 2)
# With fewer accounts than this one large customer can come and go.
_ACCOUNTS_OF_A_MONTH = 5


def report_absurd_amounts(ledger: Ledger, cells: AccountCells) -> None:
    """Report MRR far above the account's own median, once for each run of months."""
    reported: set[tuple[int, int]] = set()
    for account, median, absurd in find_absurd_amounts(ledger.panel):
        exponent = ledger.currencies.of(account).exponent
        # The edges of the runs; the first month of a run is absurd, the first month after it is not.
        edges = np.flatnonzero(np.diff(absurd, prepend=False))
        for start in (month for month in edges.tolist() if absurd[month]):
            cell = cells.find_amount(account, ledger.first + start)
            if cell in reported:
                continue
            reported.add(cell)
            minor = int(ledger.panel[start, account])
            cells.reader.report(
                "amount_absurd",
                *cell,
                ledger.accounts.ids[account],
                amount=_format_amount(minor, exponent),
                median=_format_amount(median, exponent),
                times=str(minor // median),
            )


def find_absurd_amounts(panel: Panel) -> Iterator[tuple[int, int, Mask]]:
    """Yield (account, median MRR, (months,) True for at least TIMES the median) of every account with such a month.

    The median is of the months with MRR. Of an even number of months it is the upper one of the middle two: a step up
    that has lasted as long as the months before it is plausible. At least three months must be plausible.

    Args:
        panel: (months, accounts) minor units.

    """
    # The median is at least the lowest month, so most accounts need no median.
    lowest = np.where(panel > 0, panel, np.iinfo(np.int64).max).min(axis=0, initial=np.iinfo(np.int64).max)
    for account in np.flatnonzero(panel.max(axis=0, initial=0) // TIMES >= lowest).tolist():
        column = panel[:, account]
        paid = np.sort(column[column > 0])
        median = int(paid[len(paid) // 2])
        absurd = column >= TIMES * median
        if absurd.any() and len(paid) - np.count_nonzero(absurd) >= _PLAUSIBLE_MONTHS:
            yield account, median, absurd


def _format_amount(minor: int, exponent: int) -> str:
    return f"{Decimal(minor).scaleb(-exponent):f}"


def report_implausible_figures(ledger: Ledger, reader: TabReader) -> None:
    """Report figures that no real company has: no account leaves, nothing changes, a month out of line.

    Of the first three, the strongest that is true is reported, as one sheet gives one reason. The checks read the
    counted accounts only.
    """
    counted = ledger.panel[:, ledger.accounts.counted]
    counted = counted[:, (counted > 0).any(axis=0)]
    months, accounts = counted.shape
    # Without ends no account can leave, which is the reason why there is no retention at all.
    if ledger.coverage.can_leave and months > MONTHS_OF_DOUBT and accounts > 1:
        _report_no_losses(counted, reader)
    _report_months_out_of_line(ledger, reader)
    _report_mass_churn(ledger, reader)


def _report_no_losses(panel: Panel, reader: TabReader) -> None:
    """Report, at the heading of the account IDs, that nothing changes, no account leaves, or nothing is ever lost."""
    column = reader.header.columns["account_id"]
    months = str(len(panel) - 1)
    start, end = panel[-1 - MONTHS_OF_DOUBT], panel[-1]
    base = start > 0
    if (panel == panel[0]).all():
        reader.report("implausible_constant", -1, column, found="", months=months)
    elif not ((panel[:-1] > 0) & (panel[1:] == 0)).any():
        reader.report("implausible_no_churn", -1, column, found="", months=months)
    elif np.count_nonzero(base) >= _ACCOUNTS_OF_DOUBT and (end[base] >= start[base]).all():
        reader.report("implausible_grr", -1, column, found="", accounts=str(np.count_nonzero(base)))


def _report_months_out_of_line(ledger: Ledger, reader: TabReader) -> None:
    """Report the months whose total is more than three times both neighbours, at their headings."""
    columns = {month: column for column, month in reversed(reader.header.read_months(reader.locale_format).items())}
    totals = [int(ledger.mrr(close, close)[ledger.accounts.counted].sum()) for close in ledger.closes]
    exponent = ledger.currency.exponent
    for place in range(1, len(totals) - 1):
        before, total, after = totals[place - 1 : place + 2]
        month = ledger.closes[place]
        accounts = np.count_nonzero(ledger.read_own_mrr(month)[ledger.accounts.counted])
        if accounts >= _ACCOUNTS_OF_A_MONTH and total > TIMES_OF_NEIGHBOURS * max(before, after) > 0:
            reader.report(
                "implausible_month",
                -1,
                columns.get(month, reader.header.columns.get("month", reader.header.columns["account_id"])),
                found=_format_amount(total, exponent),
                month=str(month),
                before=_format_amount(before, exponent),
                after=_format_amount(after, exponent),
            )


def _report_mass_churn(ledger: Ledger, reader: TabReader) -> None:
    """Report the last month in which accounts with more than half of the MRR left, at the heading of the accounts."""
    counted = ledger.accounts.counted
    for before, month in reversed(list(pairwise(ledger.closes))):
        mrr = ledger.mrr(before, before)[counted]
        lost = int(mrr[ledger.read_own_mrr(month)[counted] == 0].sum())
        total = int(mrr.sum())
        if np.count_nonzero(mrr) >= _ACCOUNTS_OF_A_MONTH and lost > _MOST_CHURN * total:
            values = {"share": str(divide_half_up(100 * lost, total)), "before": str(before), "month": str(month)}
            reader.report("implausible_churn", -1, reader.header.columns["account_id"], found="", **values)
            return
