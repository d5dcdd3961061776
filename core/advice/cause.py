"""The one cause of twelve months: the component that explains most of the gap to the aims, and who is behind it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.advice.assessment import Assessment, State, Verdict, compare_with_range
from core.ledger.ledger import Ledger
from core.metrics.contributions import (
    Contribution,
    build_contribution,
    count_component,
    list_component_contributions,
    measure_component,
)
from core.metrics.retention import Base
from core.money import compute_ratio, round_fraction
from core.terms import Component, Metric

NAMED = 3
# An account that makes up this share of a loss explains it alone.
_EXPLAINS_FROM = Fraction(1, 2)
_FEWEST_TO_LEAVE_OUT = 2


@dataclass(frozen=True, slots=True)
class Flip:
    """The one account without which a verdict would be another.

    Attributes:
        account: the account; its amount and share are those of the MRR at the start.
        ratio: the ratio without it.
        state: the verdict without it.

    """

    account: Contribution
    ratio: Fraction
    state: State


@dataclass(frozen=True, slots=True)
class Cause:
    """The component that explains most of the gap of the twelve months to their aims.

    Attributes:
        component: its name.
        amount: its MRR over the twelve months, minor units.
        points: amount / starting.
        missing: the MRR at the end that it explains of the gap, minor units, rounded half-up.
        accounts: the number of accounts behind it.
        largest: the largest of them, at most NAMED.
        alone: the account that makes up at least half of a loss; None for several, and for expansion.
        alone_in_window: what that account lost in the asked window by the same component, minor units; 0 if nothing.
        ratio_without: the asked ratio of the asked window without that account; None without one.

    """

    component: Component
    amount: int
    points: Fraction
    missing: int
    accounts: int
    largest: tuple[Contribution, ...]
    alone: Contribution | None
    alone_in_window: int = 0
    ratio_without: Fraction | None = None


def find_cause(ledger: Ledger, assessment: Assessment, ttm: Base, asked: Base | None, metric: Metric) -> Cause | None:
    """Return the cause of an assessment; None where no component misses its aim.

    Args:
        ledger: the ledger of both bases.
        assessment: the assessment of the twelve months.
        ttm: the accounts over the twelve months.
        asked: the accounts over the asked window; None if the sheet does not have it.
        metric: the ratio that was asked for.

    """
    main = assessment.main
    if main is None:
        return None
    largest = list_component_contributions(ledger, ttm, main.component, NAMED)
    is_loss = main.component != "expansion"
    alone = largest[0] if is_loss and largest and largest[0].share >= _EXPLAINS_FROM else None
    in_window, without = (
        (0, None) if alone is None or asked is None else _leave_out(asked, main.component, alone, metric)
    )
    return Cause(
        main.component,
        main.amount,
        main.points,
        round_fraction(main.gap_mrr),
        count_component(ttm, main.component),
        largest,
        alone,
        in_window,
        without,
    )


def _leave_out(base: Base, component: Component, account: Contribution, metric: Metric) -> tuple[int, Fraction | None]:
    """Return what an account lost in a window by a component, and the window's ratio without the account."""
    own = base.index == account.index
    lost = int(measure_component(component, base.start, base.end)[own].sum())
    kept = base.sum_kept(metric) - int(base.measure_kept(metric)[own].sum())
    return lost, compute_ratio(kept, base.starting - int(base.start[own].sum()))


def find_flip(ledger: Ledger, verdict: Verdict, base: Base) -> Flip | None:
    """Return the account that decides a verdict alone; of several, the one that moves the ratio most.

    Args:
        ledger: the ledger of the base.
        verdict: of a ratio of the base.
        base: the accounts of the twelve months.

    """
    paid = base.start > 0
    start, kept = base.start[paid], base.measure_kept(verdict.metric)[paid]
    whole, whole_kept = base.starting, base.sum_kept(verdict.metric)
    if start.size < _FEWEST_TO_LEAVE_OUT:
        return None
    # (n,) the ratio without each account. Its extremes flip the verdict, if any account does; exact fractions decide.
    others = (whole_kept - kept) / np.maximum(whole - start, 1)
    extremes = sorted(
        {int(others.argmin()), int(others.argmax())}, key=lambda at: -abs(others[at] - whole_kept / whole)
    )
    for place in extremes:
        ratio = compute_ratio(whole_kept - int(kept[place]), whole - int(start[place]))
        if ratio is None:
            continue
        state, _ = compare_with_range(ratio, verdict.low, verdict.high)
        if state != verdict.state:
            account = build_contribution(ledger, int(base.index[paid][place]), int(start[place]), whole)
            return Flip(account, ratio, state)
    return None
