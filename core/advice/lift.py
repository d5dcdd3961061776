"""Whether a group of accounts lost, or grew, more than its share, and whether chance explains it.

It did where share of the changed MRR / share of the base's MRR is at least `LIFT_FROM`, and where a random draw of as
many accounts from the base has at least as many changed ones with a probability below `CHANCE_BELOW`. That is the upper
tail of the hypergeometric distribution (Fisher's exact test, one-sided).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.ledger.arrays import Mask, Panel

LIFT_FROM = Fraction(5, 4)
CHANCE_BELOW = 0.1
# A smaller probability is shown as this one.
LEAST_CHANCE = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Lift:
    """A group of accounts of a base, compared with the base.

    Attributes:
        base: the number of accounts in the base.
        changed: those of them that lost, or grew.
        group: the accounts of the group.
        group_changed: those of them that lost, or grew.
        base_mrr: MRR of the base at the start, minor units.
        changed_mrr: the MRR that the base lost, or gained.
        group_mrr: MRR of the group at the start.
        group_changed_mrr: the MRR that the group lost, or gained.

    """

    base: int
    changed: int
    group: int
    group_changed: int
    base_mrr: int
    changed_mrr: int
    group_mrr: int
    group_changed_mrr: int

    @property
    def share(self) -> Fraction:
        """The group's share of the changed MRR."""
        return Fraction(self.group_changed_mrr, self.changed_mrr)

    @property
    def base_share(self) -> Fraction:
        """The group's share of the base's MRR."""
        return Fraction(self.group_mrr, self.base_mrr)

    @property
    def value(self) -> Fraction:
        """Share of the changed MRR / share of the base."""
        return self.share / self.base_share

    @property
    def rate(self) -> Fraction:
        """The MRR that the group lost, or gained, over its MRR at the start."""
        return Fraction(self.group_changed_mrr, self.group_mrr)

    @property
    def other_rate(self) -> Fraction:
        """The same of the other accounts of the base; there are some where the lift is above 1."""
        return Fraction(self.changed_mrr - self.group_changed_mrr, self.base_mrr - self.group_mrr)

    @property
    def chance(self) -> float:
        """The probability that a draw of as many accounts has at least as many changed ones."""
        return compute_tail(self.base, self.changed, self.group, self.group_changed)

    @property
    def stands_out(self) -> bool:
        """Whether the group lost, or grew, more than its share, beyond chance."""
        return self.group_changed_mrr > 0 and self.value >= LIFT_FROM and self.chance < CHANCE_BELOW


def measure_lift(start: Panel, changed: Panel, group: Mask) -> Lift:
    """Return how the accounts of a group compare with their base.

    Args:
        start: (n,) MRR at the start; the base is the accounts above 0.
        changed: (n,) the MRR that each account lost, or gained; 0 for accounts outside the base.
        group: (n,) True for the accounts of the group; those outside the base are not counted.

    """
    # Accounts outside the base have 0 in both arrays; a product with a mask is faster than selecting by it.
    return Lift(
        int(np.count_nonzero(start)),
        int(np.count_nonzero(changed)),
        int(np.count_nonzero((start > 0) & group)),
        int(np.count_nonzero((changed > 0) & group)),
        int(start.sum()),
        int(changed.sum()),
        int(start @ group),
        int(changed @ group),
    )


def compute_tail(base: int, changed: int, drawn: int, least: int) -> float:
    """Return P(X >= least), X the number of changed accounts among `drawn` of `base` accounts, `changed` in all."""
    low, high = max(least, drawn + changed - base, 0), min(drawn, changed)
    if low > high:
        return 0.0

    def log_choose(of: int, some: int) -> float:
        return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)

    first = log_choose(changed, low) + log_choose(base - changed, drawn - low) - log_choose(base, drawn)
    # P(X = i + 1) / P(X = i) for i from `low` on.
    i = np.arange(low, high, dtype=np.float64)
    ratios = (changed - i) * (drawn - i) / ((i + 1) * (base - changed - drawn + i + 1))
    return min(1.0, math.exp(first) + float(np.exp(first + np.cumsum(np.log(ratios))).sum()))
