"""Price changes: months in which most accounts change by the same percentage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.months import Month

# A price change is of this share of the accounts that pay at both closes, of which there are at least so many.
LEAST_SHARE = Fraction(60, 100)
LEAST_ACCOUNTS = 5
# Percentages are the same within half a point of their median; a median within half a point of 0 is no change.
_WITHIN = 0.005
# The error of a quotient of two floats is far below this, so that 5.5% is within half a point of 5%.
_FLOAT_ERROR = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class PriceChange:
    """A month in which most accounts changed by the same percentage.

    Attributes:
        month: the close with the new prices.
        rate: the median change of the accounts, 0.05 for 5%; below 0 where prices fell.
        accounts: (n,) the accounts that changed by it, ascending.
        amounts: (n,) the change of each, minor units of the account's own currency.

    """

    month: Month
    rate: Fraction
    accounts: NDArray[np.intp]
    amounts: Panel


def find_price_changes(closes: Sequence[tuple[Month, Panel]], counted: Mask) -> tuple[PriceChange, ...]:
    """Return the price changes between each close and the next one, by month.

    Args:
        closes: the closes of the sheet, each with (accounts,) the MRR of every account in its own currency.
        counted: (accounts,) True for the accounts that take part in figures.

    """
    steps = (_find_price_change(month, before, after, counted) for (_, before), (month, after) in pairwise(closes))
    return tuple(change for change in steps if change)


def _find_price_change(month: Month, before: Panel, after: Panel, counted: Mask) -> PriceChange | None:
    # Few accounts change in most months, so the others are only counted.
    paying = (before > 0) & (after > 0) & counted
    payers = int(np.count_nonzero(paying))
    changed = np.flatnonzero(paying & (before != after))
    if payers < LEAST_ACCOUNTS or len(changed) < LEAST_SHARE * payers:
        return None
    old, amounts = before[changed], after[changed] - before[changed]
    rates = amounts / old
    middle = np.argpartition(rates, len(rates) // 2)[len(rates) // 2]
    is_same = np.abs(rates - rates[middle]) <= _WITHIN + _FLOAT_ERROR
    if abs(rates[middle]) <= _WITHIN + _FLOAT_ERROR or np.count_nonzero(is_same) < LEAST_SHARE * payers:
        return None
    return PriceChange(month, Fraction(int(amounts[middle]), int(old[middle])), changed[is_same], amounts[is_same])
