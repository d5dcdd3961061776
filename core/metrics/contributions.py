"""The accounts behind a figure: contributions to a component, and concentration."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.ledger.ledger import Ledger
from core.metrics.retention import Base
from core.money import compute_ratio
from core.terms import Component

CONCENTRATED_ABOVE = Fraction(20, 100)


@dataclass(frozen=True, slots=True)
class Contribution:
    """An account and its part of a figure.

    Attributes:
        index: its place in the ledger.
        id: its id.
        name: its display name.
        row: its first row in the revenue tab, 1-based; 0 if none.
        amount: its part, MRR in minor units, positive.
        share: amount / the whole figure.

    """

    index: int
    id: str
    name: str
    row: int
    amount: int
    share: Fraction


def list_component_contributions(
    ledger: Ledger, base: Base, component: Component, limit: int | None = None
) -> tuple[Contribution, ...]:
    """Return the accounts behind a component of the bridge, by amount and then id; all of them add up to it exactly.

    Args:
        ledger: the ledger of the base.
        base: the accounts of the window and the cut.
        component: the component.
        limit: the most accounts to return; all when None. Shares are of the whole component in either case.

    """
    whole = getattr(base.whole, component) if base.whole else None
    return list_contributions(ledger, base.index, measure_component(component, base.start, base.end), limit, whole)


def measure_component(component: Component, start: Panel, end: Panel) -> Panel:
    """Return (n,) the part of each account in a component, given its MRR at both closes; never negative."""
    if component == "churn":
        return np.where(end == 0, start, 0)
    change = end - start if component == "expansion" else start - end
    return np.where((start > 0) & (end > 0) & (change > 0), change, 0)


def count_component(base: Base, component: Component) -> int:
    """Return the number of accounts behind a component."""
    if base.whole:
        counts: Mapping[Component, int] = {
            "expansion": base.whole.expanded,
            "contraction": base.whole.contracted,
            "churn": base.whole.churned,
        }
        return counts[component]
    return int(np.count_nonzero(measure_component(component, base.start, base.end)))


def list_contributions(
    ledger: Ledger, index: NDArray[np.intp], amounts: Panel, limit: int | None = None, whole: int | None = None
) -> tuple[Contribution, ...]:
    """Return the accounts with an amount above zero, by amount and then id, at most `limit` of them.

    Args:
        ledger: the ledger of the accounts.
        index: (n,) the places of the accounts in the ledger.
        amounts: (n,) their amounts.
        limit: the most accounts to return; all when None.
        whole: the sum of which their shares are; that of the amounts when None.

    """
    whole = int(amounts.sum()) if whole is None else whole
    if not whole:
        # A newer load of a warehouse may have accounts behind a sum that is 0 in the snapshot.
        return ()
    places = rank_accounts(ledger, index, amounts, limit).tolist()
    return tuple(build_contribution(ledger, int(index[place]), int(amounts[place]), whole) for place in places)


def rank_accounts(
    ledger: Ledger, index: NDArray[np.intp], amounts: Panel, limit: int | None = None
) -> NDArray[np.intp]:
    """Return the places in `amounts` of those above zero, by amount and then id, at most `limit` of them.

    Args:
        ledger: the ledger of the accounts.
        index: (n,) the places of the accounts in the ledger.
        amounts: (n,) their amounts.
        limit: the most places to return; all when None.

    """
    places = np.flatnonzero(amounts > 0)
    if limit is not None and limit < len(places):
        # Accounts below the limit-th largest amount cannot be among them; only the ids of the others are compared.
        values = amounts[places]
        places = places[values >= np.partition(values, -limit)[-limit]] if limit > 0 else places[:0]
    ids = [ledger.accounts.ids[number] for number in index[places].tolist()]
    order = heapq.nsmallest(
        len(places) if limit is None else limit,
        zip((-amounts[places]).tolist(), ids, places.tolist(), strict=True),
    )
    return np.array([place for _, _, place in order], dtype=np.intp)


def build_contribution(ledger: Ledger, index: int, amount: int, whole: int) -> Contribution:
    """Return the account at a place in the ledger with its part of a whole."""
    return Contribution(
        index,
        ledger.accounts.ids[index],
        ledger.accounts.names[index],
        int(ledger.source_rows.first_rows[index]),
        amount,
        Fraction(amount, whole),
    )


@dataclass(frozen=True, slots=True)
class LargestAccount:
    """The largest account of a figure, and NRR without it.

    Attributes:
        account: its amount and its share.
        nrr_without: NRR of the others if the share is over 20%; None if it is not, or if the others had no MRR.

    """

    account: Contribution
    nrr_without: Fraction | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """Whether one account decides the ratios of a window.

    Attributes:
        base: the account with most MRR at the start; None when the base is empty.
        change: the account with the largest change, up or down, as a share of all changes; None when nothing changed.

    """

    base: LargestAccount | None
    change: LargestAccount | None


def measure_concentration(ledger: Ledger, base: Base) -> Concentration:
    """Return the account with the largest share of the base, and the one with the largest share of its change."""
    paid = base.start > 0
    index, start, end = base.index[paid], base.start[paid], base.end[paid]
    whole = base.whole
    starting, ending = base.starting, base.sum_kept("nrr")
    changed = whole.expansion + whole.contraction + whole.churn if whole else None

    def find_largest(amounts: Panel, total: int | None) -> LargestAccount | None:
        for account in list_contributions(ledger, index, amounts, 1, total):
            if account.share <= CONCENTRATED_ABOVE:
                return LargestAccount(account, None)
            own = index == account.index
            return LargestAccount(
                account, compute_ratio(ending - int(end[own].sum()), starting - int(start[own].sum()))
            )
        return None

    return Concentration(find_largest(start, starting), find_largest(np.abs(end - start), changed))
