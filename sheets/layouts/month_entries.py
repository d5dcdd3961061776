"""The entries of a tab by month. Which of its months count follows from the blanks of all rows together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.months import Month
from sheets.tabs.read_options import BlankMonth

# A tab has its amounts only where they change if it has so many accounts and months, and if under one in so many
# amounts is followed by another one.
_LEAST_ACCOUNTS, _LEAST_MONTHS, _FOLLOWED = 5, 6, 4
# With fewer accounts than this nothing tells a half-filled month from churn.
_FEW_ACCOUNTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class MonthEntries:
    """The amounts of a tab by month: of each row with an account if months are across, else of each account.

    Attributes:
        first: the month of the first row of the masks.
        filled: (months, rows) True for amounts and for unreadable cells.
        present: (months, rows) True for amounts.
        paid: (months, rows) True for amounts above 0.
        has_texts: whether a cell is neither a plain number nor blank.
        open: the number of months at the end that are not over, and so do not count.
        doubled: the accounts with two rows of one month, where months are down.

    """

    first: Month
    filled: Mask
    present: Mask
    paid: Mask
    has_texts: bool
    open: int = 0
    doubled: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def of_closed_months(self) -> MonthEntries:
        """The entries of the months that are over."""
        closed = slice(len(self.filled) - self.open)
        return replace(self, filled=self.filled[closed], present=self.present[closed], paid=self.paid[closed], open=0)


class CountedMonths(NamedTuple):
    """The months of a tab that count, as rows of the masks of its entries.

    Attributes:
        is_sparse: whether the tab has its amounts only where they change.
        incomplete: the last months that are half filled in, the latest first, each with the month before it.
        start: the first month with an amount.
        stop: the month after the last one with an amount; `start` if no month has one.
        blank: the months in which no account has an entry, between months in which some have.

    """

    is_sparse: bool
    incomplete: tuple[tuple[int, int], ...]
    start: int
    stop: int
    blank: tuple[int, ...]


def count_months(entries: MonthEntries, codes: NDArray[np.intp], blank_month: BlankMonth) -> CountedMonths:
    """Return the months that count, of those that are over.

    The last ones in which under half of the accounts with MRR at the close before have an entry do not: half filled
    in, such a month would read as churn. Where blanks repeat the amount before them, no month is half filled in.

    Args:
        entries: the entries.
        codes: (rows,) the account of each row.
        blank_month: how blanks are read.

    """
    entries = entries.of_closed_months
    is_sparse = are_amounts_sparse(entries.filled)
    used = np.flatnonzero(entries.filled.any(axis=1)).tolist()
    incomplete = []
    while len(used) > 1 and not (is_sparse and blank_month == "carry"):
        last, before = used[-1], used[-2]
        if not is_incomplete(codes[entries.paid[before]], codes[entries.filled[last]]):
            break
        incomplete.append((last, before))
        used.pop()
    with_amounts: Mask = np.asarray(entries.present.any(axis=1))
    with_amounts[[last for last, _ in incomplete]] = False
    months = np.flatnonzero(with_amounts).tolist()
    if not months:
        return CountedMonths(is_sparse, tuple(incomplete), 0, 0, ())
    start, stop = months[0], months[-1] + 1
    blank = find_blank_months(codes, entries.paid[start:stop], entries.filled[start:stop])
    return CountedMonths(is_sparse, tuple(incomplete), start, stop, tuple((start + np.flatnonzero(blank)).tolist()))


def are_amounts_sparse(filled: Mask) -> bool:
    """Tell whether a tab has its amounts only where they change: most are followed by a blank, which is no churn.

    Args:
        filled: (months, n) True for cells that are not blank, in all months of the tab.

    """
    entered = filled[filled.any(axis=1)]
    accounts, followed = np.count_nonzero(entered.any(axis=0)), np.count_nonzero(entered[:-1] & entered[1:])
    if len(entered) < _LEAST_MONTHS or accounts < _LEAST_ACCOUNTS:
        return False
    return bool(_FOLLOWED * followed < np.count_nonzero(entered[:-1]))


def is_incomplete(paying: NDArray[np.intp], entered: NDArray[np.intp]) -> bool:
    """Tell whether a month has entries of under half of the accounts with MRR at the close before.

    With fewer than three accounts before, blanks may as well be churn.

    Args:
        paying: the accounts with MRR at the close before; an account may be there several times.
        entered: the accounts with an entry in the month, 0 included.

    """
    accounts = 1 + max(paying.max(initial=-1), entered.max(initial=-1))
    paid, is_entered = (np.bincount(codes, minlength=accounts) > 0 for codes in (paying, entered))
    before = np.count_nonzero(paid)
    return bool(before >= _FEW_ACCOUNTS and 2 * np.count_nonzero(paid & is_entered) < before)


def find_blank_months(codes: NDArray[np.intp], paid: Mask, filled: Mask) -> Mask:
    """Return (months,) True for the months in which no account has an entry, between months in which some have.

    After a month in which fewer than three accounts have MRR, blanks may as well be churn.

    Args:
        codes: (n,) the account of each row of the tab.
        paid: (months, n) True for amounts above 0.
        filled: (months, n) True for cells that are not blank; the first and the last month have some.

    """
    blank: Mask = np.asarray(~filled.any(axis=1))
    entered = np.flatnonzero(~blank)
    for month in np.flatnonzero(blank).tolist():
        before = entered[np.searchsorted(entered, month) - 1]
        blank[month] = len(np.unique(codes[paid[before]])) >= _FEW_ACCOUNTS
    return blank
