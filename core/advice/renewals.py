"""The next renewal of each account: one definition for lists, signs, levers, the outlook, digests, tabs and cards.

It is the account's Renewal date. Where the sheet has none, or one before the last close, it is the end of the term of
its lines: the first month at whose close they pay less than now. Only the month of such an end is known.

An end is one of a term where most accounts that pay have one ahead; else it is that of a customer who leaves, and no
renewal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.months import Month

# The share of the paying accounts with an end ahead from which ends are those of terms, not of customers.
_ENDS_OF_TERMS = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Renewal:
    """The next renewal of an account.

    Attributes:
        day: the day; where only the month is known, today if it is in that month, else its day next to today.
        month: the month, where the day is not known; else None.

    """

    day: dt.date
    month: Month | None = None

    def __str__(self) -> str:
        """Return the day as ISO, 2026-03-01, or the month, 2026-03."""
        return str(self.month) if self.month else self.day.isoformat()


@dataclass(frozen=True, slots=True, eq=False)
class RenewalDays:
    """The next renewals of all accounts.

    Attributes:
        days: (accounts,) the day as a proleptic ordinal, NaN where it is not known; see `Renewal.day`.
        months: (accounts,) ordinal of the month where only that is known, else 0.
        ends_are_terms: whether ends of lines are those of terms.

    """

    days: NDArray[np.float64]
    months: NDArray[np.int64]
    ends_are_terms: bool

    def read(self, account: int) -> Renewal | None:
        """Return the next renewal of an account; None where it is not known."""
        day, month = float(self.days[account]), int(self.months[account])
        if np.isnan(day):
            return None
        return Renewal(dt.date.fromordinal(int(day)), Month(month) if month else None)


def find_next_renewals(ledger: Ledger, today: dt.date) -> RenewalDays:
    """Return the next renewal of each account, as of one day."""
    dates = ledger.facts.get("renewal_date")
    days = np.full(ledger.accounts.count, np.nan) if dates is None else dates
    months = np.zeros(ledger.accounts.count, dtype=np.int64)
    ends = _find_ends(ledger)
    if not _are_terms(ends, ledger):
        return RenewalDays(days, months, ends_are_terms=False)
    # NaN is not above anything.
    undated = np.flatnonzero((ends > 0) & ~(days > ledger.last.last_day.toordinal()))
    months[undated] = ends[undated]
    days = days.copy()
    for month in np.unique(months[undated]).tolist():
        first, last = Month(month).first_day, Month(month).last_day
        days[months == month] = min(max(today, first), last).toordinal()
    return RenewalDays(days, months, ends_are_terms=True)


def _find_ends(ledger: Ledger) -> NDArray[np.int64]:
    """Return (accounts,) ordinal of the first month at whose close an account pays less than now; 0 without one."""
    ends = np.zeros(ledger.accounts.count, dtype=np.int64)
    changes = ledger.scheduled_changes
    if changes is None or not changes.accounts.size:
        return ends
    is_last = np.diff(changes.accounts, append=-1) != 0
    # The changes of one account in one month are one change, at the last of them.
    is_last |= np.diff(changes.months, append=0) != 0
    total = np.cumsum(changes.amounts)
    begins = np.flatnonzero(np.diff(changes.accounts, prepend=-1) != 0)
    before = np.repeat(total[begins] - changes.amounts[begins], np.diff(np.append(begins, total.size)))
    falls = np.flatnonzero(is_last & (total - before < 0))[::-1]
    # From the last one up, so that the earliest wins.
    ends[changes.accounts[falls]] = changes.months[falls]
    return ends


def _are_terms(ends: NDArray[np.int64], ledger: Ledger) -> bool:
    paying: Mask = np.asarray((ledger.read_own_mrr(ledger.last) > 0) & ledger.accounts.counted)
    return int(np.count_nonzero((ends > 0) & paying)) > _ENDS_OF_TERMS * int(np.count_nonzero(paying))
