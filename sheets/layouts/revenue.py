"""The result of reading a revenue tab of any layout, and the steps that the layouts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.ledger import ScheduledChanges
from core.months import Month
from sheets.accounts.account_currencies import StatedCurrency
from sheets.tabs.read_options import ReadOptions


@dataclass(frozen=True, slots=True, eq=False)
class Revenue:
    """The MRR of every account of a revenue tab.

    Attributes:
        ids: the accounts, in the order of their first rows in the tab.
        codes: (rows,) the account of each row below the header row, an index into `ids`; -1 for a row of no account.
        first: the month of the panel's first row.
        panel: (months, accounts) int64 minor units of each account's own currency.
        stated: account -> its currency, and the cell that states it, for accounts with amounts.
        ahead: the changes after the panel's last month; None if the layout holds no such months.
        known: (months,) True for the months that the sheet has; the others repeat the month before. None for all.
        left_out_rows: the number of rows with amounts and no account.
        left_out_mrr: (months,) int64 minor units of the reporting currency: the MRR of those rows; None for zeros.
        can_leave: False if the tab has no way to show that an account left, so that retention cannot be known.

    """

    ids: Sequence[str]
    codes: NDArray[np.intp]
    first: Month
    panel: Panel
    stated: Mapping[str, StatedCurrency]
    ahead: ScheduledChanges | None = None
    known: Mask | None = None
    can_leave: bool = True
    left_out_rows: int = 0
    left_out_mrr: Panel | None = None


@dataclass(slots=True)
class AccountRows:
    """The rows of a revenue tab by account.

    Attributes:
        index: account -> its number, in the order of the tab.
        codes: (rows,) the number of each row's account; -1 for a row of no account.

    """

    index: Mapping[str, int]
    codes: NDArray[np.intp]


def group_rows_by_account(ids: Sequence[str]) -> AccountRows:
    """Return the rows by account; an empty ID is no account."""
    index: dict[str, int] = {}
    for account in ids:
        if account and account not in index:
            index[account] = len(index)
    codes = np.fromiter((index.get(account, -1) for account in ids), np.intp, len(ids))
    return AccountRows(index, codes)


def fill_gaps(
    options: ReadOptions,
    first: Month,
    panel: Panel,
    filled: Mask,
    report: Callable[[int, int, str], None],
    missing: Sequence[int] = (),
) -> Panel:
    """Return the panel with the blanks between two values filled: with 0, or with the value before.

    Args:
        options: `blank_month` decides.
        first: the month of the panel's first row.
        panel: (months, n) minor units; changed in place.
        filled: (months, n) True for cells that are not blank, readable or not.
        report: called for each run of blanks that is read as 0, with its column, its first month (a row of the panel)
            and its months in words.
        missing: the months (rows of the panel) that the tab does not have; they are no gap of an account.

    """
    # A blank is inside if a filled cell comes before it and another one after it.
    earlier = np.logical_or.accumulate(filled, axis=0)
    later = np.logical_or.accumulate(filled[::-1], axis=0)[::-1]
    inside = ~filled & earlier & later
    if options.blank_month == "carry":
        # From the first month on, so that a value carries over several blanks.
        for month in range(1, len(panel)):
            panel[month] = np.where(inside[month], panel[month - 1], panel[month])
        return panel
    inside[list(missing)] = False
    for place, start, end in _find_runs(inside):
        # A blank between two zeros is a zero like them.
        if not panel[start - 1, place] and not panel[end + 1, place]:
            continue
        report(place, start, str(first + start) if start == end else f"{first + start}..{first + end}")
    return panel


def _find_runs(inside: Mask) -> Iterator[tuple[int, int, int]]:
    """Yield (column, first month, last month) of every run of True along the months, column by column."""
    # 1 where a run begins, -1 after its last month; transposed, both lists are in the order of the columns.
    edges = np.diff(inside.astype(np.int8), axis=0, prepend=0, append=0).T
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (account, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield account, start, end - 1


def check_sums(totals: NDArray[np.float64], title: str) -> None:
    """Check that the total of each month is small enough for exact sums.

    Args:
        totals: (months,) as floats, since integers would wrap around unseen.
        title: the tab's title.

    Raises:
        WorkbookLayoutError: a total is too large.

    """
    # Half the limit, so that the rounding of the float total does not matter.
    if totals.size and float(totals.max()) >= EXACT_LIMIT / 2:
        raise build_size_error(title)


def build_size_error(title: str) -> WorkbookLayoutError:
    """Return the error for a tab whose amounts cannot be added exactly."""
    return WorkbookLayoutError(
        N_("The amounts of the tab “{tab}” are too large to be added exactly. The tab is not read."),
        N_("Look for amounts with too many digits, or for a column that holds no amounts."),
        tab=title,
    )
