"""Implausible data: an amount far above the account's others, and figures that no real company has.

The checks read the finished ledger, change nothing in it, and report warnings only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.money import divide_half_up
from core.months import Month
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
# The codes of `find_implausible_figures`.
IMPLAUSIBLE_FIGURES = frozenset(
    {"implausible_constant", "implausible_no_churn", "implausible_grr", "implausible_month", "implausible_churn"}
)


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


class ImplausibleFigure(NamedTuple):
    """A figure that no real company has.

    Attributes:
        code: the code of the problem.
        month: the month whose heading is the place of the problem; None for the heading of the account IDs.
        content: the content of the problem.
        values: the values for its sentences.

    """

    code: str
    month: Month | None
    content: str
    values: Mapping[str, str]


def report_implausible_figures(ledger: Ledger, reader: TabReader) -> None:
    """Report figures that no real company has: no account leaves, nothing changes, a month out of line."""
    header = reader.header
    months = {month: column for column, month in reversed(header.read_months(reader.locale_format).items())}
    of_ids = header.columns["account_id"]
    for code, month, content, values in find_implausible_figures(ledger):
        column = of_ids if month is None else months.get(month, header.columns.get("month", of_ids))
        reader.report(code, -1, column, found=content, **values)


def find_implausible_figures(ledger: Ledger) -> Iterator[ImplausibleFigure]:
    """Yield the figures that no real company has.

    Of the first three, the strongest that is true is yielded, as one sheet gives one reason. The checks read the
    counted accounts only.
    """
    counted = ledger.accounts.counted
    # Most sheets have no excluded account, and a copy of all amounts takes longer than the checks.
    panel = ledger.panel if counted.all() else ledger.panel[:, counted]
    # Without ends no account can leave, which is the reason why there is no retention at all.
    if ledger.coverage.can_leave and len(panel) > MONTHS_OF_DOUBT and np.count_nonzero(panel.any(axis=0)) > 1:
        yield from _find_no_losses(panel)
    closes = [(month, panel[ledger.first.until(month)]) for month in ledger.closes]
    totals = [int(ledger.mrr(month, month)[counted].sum()) for month, _ in closes]
    yield from _find_months_out_of_line(closes, totals, ledger.currency.exponent)
    yield from _find_mass_churn(ledger, closes, totals)


def _find_no_losses(panel: Panel) -> Iterator[ImplausibleFigure]:
    """Yield, of (months, accounts) MRR, that nothing changes, no account leaves, or nothing is ever lost."""
    months = {"months": str(len(panel) - 1)}
    start, end = panel[-1 - MONTHS_OF_DOUBT], panel[-1]
    base = start > 0
    if all(np.array_equal(close, panel[0]) for close in panel):
        yield ImplausibleFigure("implausible_constant", None, "", months)
    elif not any(((before > 0) & (after == 0)).any() for before, after in pairwise(panel)):
        yield ImplausibleFigure("implausible_no_churn", None, "", months)
    elif np.count_nonzero(base) >= _ACCOUNTS_OF_DOUBT and (end[base] >= start[base]).all():
        yield ImplausibleFigure("implausible_grr", None, "", {"accounts": str(np.count_nonzero(base))})


def _find_months_out_of_line(
    closes: Sequence[tuple[Month, Panel]], totals: Sequence[int], exponent: int
) -> Iterator[ImplausibleFigure]:
    """Yield the months whose total is more than three times both neighbours."""
    for place in range(1, len(totals) - 1):
        before, total, after = totals[place - 1 : place + 2]
        month, mrr = closes[place]
        if total > TIMES_OF_NEIGHBOURS * max(before, after) > 0 and np.count_nonzero(mrr) >= _ACCOUNTS_OF_A_MONTH:
            values = {
                "month": str(month),
                "before": _format_amount(before, exponent),
                "after": _format_amount(after, exponent),
            }
            yield ImplausibleFigure("implausible_month", month, _format_amount(total, exponent), values)


def _find_mass_churn(
    ledger: Ledger, closes: Sequence[tuple[Month, Panel]], totals: Sequence[int]
) -> Iterator[ImplausibleFigure]:
    """Yield the last month in which accounts with more than half of the MRR left."""
    counted = ledger.accounts.counted
    is_whole = bool(counted.all())
    for ((before, _), (month, own)), total in reversed(list(zip(pairwise(closes), totals, strict=False))):
        mrr = ledger.mrr(before, before)
        mrr = mrr if is_whole else mrr[counted]
        lost = int(mrr[own == 0].sum())
        if lost > _MOST_CHURN * total and np.count_nonzero(mrr) >= _ACCOUNTS_OF_A_MONTH:
            values = {"share": str(divide_half_up(100 * lost, total)), "before": str(before), "month": str(month)}
            yield ImplausibleFigure("implausible_churn", None, "", values)
            return
