"""The past terms of a ledger: what accounts lost when their yearly terms ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.ledger.ledger import Ledger
from core.months import Month

# Fewer terms say nothing about the next one.
_FEWEST_TERMS = 10
_YEAR = 12
# Where accounts that left have fewer renewal dates than this share of those that pay, their last terms are missing.
_DATED_LEAVERS = 0.8
# 1 January 1970, from which numpy counts days and months: its proleptic ordinal, and its month.
_EPOCH_DAY, _EPOCH_MONTH = dt.date(1970, 1, 1).toordinal(), Month.of(1970, 1)


@dataclass(frozen=True, slots=True)
class TermLoss:
    """The share of MRR that was lost at the ends of past terms.

    Attributes:
        terms: number of terms that ended.
        rate: MRR lost of the MRR that was due, 0 to 1.

    """

    terms: int
    rate: Fraction


def measure_term_loss(ledger: Ledger) -> TermLoss | None:
    """Return the loss at the terms that ended before the last close.

    None where fewer than 10 did, or where the sheet has no renewal dates of most accounts that left: the terms of the
    others would show hardly any loss.

    A term ends at the renewal date and at its anniversaries before. Its loss is from the close before the month of that
    day to the close after it, as the day may be the last with the old price or the first with the new one.
    """
    dates = ledger.facts.get("renewal_date")
    if dates is None:
        return None
    has_date = ~np.isnan(dates)
    paying = ledger.accounts.counted & (ledger.read_own_mrr(ledger.last) > 0)
    gone = ledger.accounts.counted & (ledger.first_paid < len(ledger.panel)) & ~paying
    if gone.any() and has_date[gone].mean() < _DATED_LEAVERS * has_date[paying].mean():
        return None
    dated = np.flatnonzero(has_date & ledger.accounts.counted)
    # (n,) the month of each renewal date, as its row if the panel went on.
    days = (dates[dated].astype(np.int64) - _EPOCH_DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]").astype(np.int64) + ledger.first.until(_EPOCH_MONTH)
    terms = due = lost = 0
    for row in range(1, len(ledger.panel) - 1):
        close = ledger.first + (row - 1)
        if not (ledger.has_close(close) and ledger.has_close(close + 2)):
            continue
        ended = dated[(months >= row) & ((months - row) % _YEAR == 0)]
        start, end = (ledger.currencies.convert(ledger.panel[at, ended], close, ended) for at in (row - 1, row + 1))
        terms += int(np.count_nonzero(start))
        due += int(start.sum())
        lost += int(np.maximum(start - end, 0).sum())
    return TermLoss(terms, Fraction(lost, due)) if terms >= _FEWEST_TERMS else None
