"""The price changes of a window: MRR that they added, and NRR without them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.ledger.ledger import Ledger
from core.metrics.retention import Base
from core.money import compute_ratio
from core.months import Month


@dataclass(frozen=True, slots=True)
class PriceEffect:
    """A price change and its part of the ending MRR of a base.

    Attributes:
        month: the close with the new prices.
        rate: the change, 0.05 for 5%; the same in every cut of the ledger.
        accounts: the number of accounts of the base that changed by it.
        mrr: its part of the ending MRR, minor units; below 0 where prices fell.

    """

    month: Month
    rate: Fraction
    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class PriceEffects:
    """The price changes of one window.

    Attributes:
        changes: those that touch the base, by month; at least one.
        nrr_without: NRR without their part of the ending MRR.

    """

    changes: tuple[PriceEffect, ...]
    nrr_without: Fraction | None

    @property
    def mrr(self) -> int:
        """The part of the ending MRR that comes from all of them, minor units."""
        return sum(change.mrr for change in self.changes)


def measure_price_effects(ledger: Ledger, base: Base) -> PriceEffects | None:
    """Return the price changes within the window of a base; None where none touches an account of it.

    An account counts with its change as far as it is still paid at the end, so that one that left has no part. Amounts
    are at the rates of the window's start, as the base is.
    """
    window = base.window
    in_window = [change for change in ledger.price_changes if window.start < change.month <= window.end]
    if not in_window:
        return None
    in_base = np.zeros(ledger.accounts.count, dtype=np.bool_)
    in_base[base.index[base.start > 0]] = True
    without = ledger.read_own_mrr(window.end).copy()
    kept = without > 0
    effects = []
    # The last change first: what is left of the end is what an earlier one can have a part of.
    for change in reversed(in_window):
        touched = in_base[change.accounts]
        accounts = change.accounts[touched]
        if not accounts.size:
            continue
        own = without[accounts]
        without[accounts] = np.where(kept[accounts], np.maximum(own - change.amounts[touched], 0), 0)
        parts = (
            ledger.currencies.convert(amounts, window.start, accounts).sum() for amounts in (own, without[accounts])
        )
        effects.append(PriceEffect(change.month, change.rate, len(accounts), int(next(parts) - next(parts))))
    if not effects:
        return None
    starting = int(base.start.sum())
    ending = int(base.end[base.start > 0].sum()) - sum(effect.mrr for effect in effects)
    return PriceEffects(tuple(reversed(effects)), compute_ratio(ending, starting))
