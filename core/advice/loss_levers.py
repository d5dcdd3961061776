"""Suggestions on losses from sums, where a warehouse gives no facts about accounts and names only the largest ones.

They are those of `core.advice.suggestions` for the levers on first months, large accounts and the offer: with the sums
of the same groups the lift, the chance and the effect are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.advice.assessment import Assessment
from core.advice.levers import Figure
from core.advice.lift import Lift
from core.advice.suggestions import LEAST_POINTS, MOST_NAMED, LossEffect, Suggestion
from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import list_contributions, measure_component
from core.metrics.retention import Base, Bridge
from core.money import round_fraction
from core.months import Month
from core.playbook.levers import EarlyChurn, LargeLosses, Lever, MeasuredTrigger, RecurringContraction
from core.playbook.playbook import Playbook
from core.terms import Component

_YEAR = 12


@dataclass(frozen=True, slots=True)
class LossBands:
    """The limits between the accounts that the levers compare. In band n an account has reached n of them.

    Attributes:
        months: months since the first MRR, at the start of a window, from the fewest on.
        amounts: MRR at the start in minor units, from the least on.

    """

    months: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()


def place_ages(bands: LossBands, since: Panel, mrr: Panel, start: Month, first: Month) -> NDArray[np.int64]:
    """Return (n,) the band of months of accounts at the start of a window.

    An account without MRR there is in the last band, and so is one that paid at the first close: it may have begun
    long before.

    Args:
        bands: the limits.
        since: (n,) the first month with MRR, as its ordinal.
        mrr: (n,) MRR at the start.
        start: the start close.
        first: the first close of the history.

    """
    months = start.ordinal - since
    is_known = (mrr > 0) & (since > first.ordinal)
    return np.where(is_known, np.searchsorted(bands.months, months, side="right"), len(bands.months))


# The number of accounts of a group, that of those that lost, and the same of their MRR.
_Sums = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class LossGroups:
    """The accounts of the base of a window in the groups that the levers compare.

    Attributes:
        bands: the limits.
        sums: (band of months, band of amounts) -> the bridge of its accounts.
        ages: (n,) the band of months of the accounts that are named.
        values: dimension -> (n,) their values.
        split: returns the bridge of each value of a dimension.
        most: so many accounts with the largest amounts are named of each kind of change.

    """

    bands: LossBands
    sums: Mapping[tuple[int, int], Bridge]
    ages: NDArray[np.int64]
    values: Mapping[str, Sequence[str]]
    split: Callable[[str], Mapping[str, Bridge]]
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """A group of accounts that a lever is on: its bridges, which of the named accounts are in it, and its figures."""

    bridges: Sequence[Bridge]
    named: Mask
    figures: Mapping[str, Figure]


def find_bands(playbook: Playbook, ledger: Ledger, start: Month) -> LossBands:
    """Return the limits that the levers of a playbook compare in a window that starts at a close."""
    rate = playbook.find_euro_rate(ledger.currencies, start)
    months, amounts = set[int](), set[int]()
    for lever in playbook.levers:
        if isinstance(lever.trigger, EarlyChurn):
            months.update(lever.trigger.months)
        elif isinstance(lever.trigger, LargeLosses) and rate:
            amounts.add(_find_least_mrr(round_fraction(lever.trigger.acv_above * rate.value), ledger))
    return LossBands(tuple(sorted(months)), tuple(sorted(amounts)))


def suggest_on_losses(
    segments: Segments, ledger: Ledger, base: Base, assessment: Assessment, playbook: Playbook, groups: LossGroups
) -> tuple[Suggestion, ...]:
    """Return the suggestions on losses for one cut, by the MRR of their effect.

    Args:
        segments: the dimensions.
        ledger: the ledger of the accounts that are named.
        base: the accounts of the cut over the twelve months of the assessment, with the sums of all of them.
        assessment: the assessment of the same cut.
        playbook: the levers.
        groups: the groups of the same accounts.

    """
    if base.whole is None or assessment.ttm is None or assessment.withheld:
        return ()
    suggestions: list[Suggestion] = []
    for lever in playbook.levers:
        # Which pricing model an account has is a fact.
        if isinstance(lever.trigger, MeasuredTrigger) and not lever.pricing:
            listed = _list_groups(lever.trigger, segments, base, playbook, groups)
            standing_out = (_suggest(lever, lever.trigger, group, ledger, base, base.whole, groups) for group in listed)
            suggestions += [suggestion for suggestion in standing_out if suggestion][:1]
    suggestions.sort(key=lambda suggestion: -suggestion.effect.mrr if suggestion.effect else 0)
    by_effect = {suggestion.effect.mrr: suggestion for suggestion in reversed(suggestions) if suggestion.effect}
    return tuple(by_effect[mrr] for mrr in sorted(by_effect, reverse=True))[: playbook.most]


def _find_least_mrr(acv: int, ledger: Ledger) -> int:
    """Return the least MRR, minor units, of an account above an ACV in whole units."""
    return acv * ledger.currency.unit // _YEAR + 1


def _list_groups(
    trigger: MeasuredTrigger, segments: Segments, base: Base, playbook: Playbook, groups: LossGroups
) -> Iterator[_Group]:
    """Yield the groups of a trigger on losses, the one to prefer first."""
    match trigger:
        case EarlyChurn():
            for months in trigger.months:
                band = groups.bands.months.index(months)
                bridges = [bridge for (age, _), bridge in groups.sums.items() if age <= band]
                yield _Group(bridges, np.asarray(groups.ages <= band), {"months": months})
        case LargeLosses():
            rate = playbook.find_euro_rate(segments.ledger.currencies, base.window.start)
            if rate:
                acv = round_fraction(trigger.acv_above * rate.value)
                least = _find_least_mrr(acv, segments.ledger)
                band = groups.bands.amounts.index(least) + 1
                bridges = [bridge for (_, amount), bridge in groups.sums.items() if amount >= band]
                yield _Group(bridges, np.asarray(base.start >= least), {"acv": acv})
        case RecurringContraction():
            by_value = {
                (dimension, value): bridge
                for dimension in trigger.dimensions
                if segments.dimensions.get(dimension)
                for value, bridge in groups.split(dimension).items()
                if value in segments.dimensions[dimension]
            }
            for (dimension, value), bridge in sorted(by_value.items(), key=lambda entry: -entry[1].contraction):
                named = np.array([own == value for own in groups.values.get(dimension, ())], dtype=np.bool_)
                yield _Group([bridge], named, {"dimension": dimension, "value": value})


def _suggest(
    lever: Lever,
    trigger: MeasuredTrigger,
    group: _Group,
    ledger: Ledger,
    base: Base,
    whole: Bridge,
    groups: LossGroups,
) -> Suggestion | None:
    """Return the suggestion of a lever; None if the accounts of the group do not stand out."""
    components = _name_components(trigger)
    (of_base, changed, base_mrr, changed_mrr), (of_group, group_changed, group_mrr, group_changed_mrr) = (
        _add_up(bridges, components) for bridges in ([whole], group.bridges)
    )
    lift = Lift(of_base, changed, of_group, group_changed, base_mrr, changed_mrr, group_mrr, group_changed_mrr)
    if group_changed < trigger.accounts or not lift.stands_out:
        return None
    mrr = round_fraction(lift.group_mrr * (lift.rate - lift.other_rate))
    points = Fraction(mrr, lift.base_mrr)
    if points < LEAST_POINTS:
        return None
    parts = [measure_component(component, base.start, base.end) for component in components]
    # Below the last one of a kind that is named there may be others as large.
    least = max((int(np.sort(part)[-groups.most]) for part in parts if np.count_nonzero(part) > groups.most), default=0)
    amounts = np.sum(parts, axis=0)
    amounts = np.where(group.named & (amounts >= least), amounts, 0)
    return Suggestion(
        lever.key,
        lever.component,
        str(trigger.__struct_config__.tag),
        {"accounts": group_changed, "mrr": group_changed_mrr, **group.figures},
        list_contributions(ledger, base.index, amounts, MOST_NAMED, group_changed_mrr),
        None,
        lift,
        LossEffect(mrr, points, points),
        lever.source,
        lever.year,
    )


def _name_components(trigger: MeasuredTrigger) -> tuple[Component, ...]:
    if isinstance(trigger, LargeLosses):
        return "churn", "contraction"
    return ("churn",) if isinstance(trigger, EarlyChurn) else ("contraction",)


def _add_up(bridges: Iterable[Bridge], components: Sequence[Component]) -> _Sums:
    sums = [0, 0, 0, 0]
    for bridge in bridges:
        for component in components:
            sums[1] += bridge.churned if component == "churn" else bridge.contracted
            sums[3] += bridge.churn if component == "churn" else bridge.contraction
        sums[0] += bridge.base
        sums[2] += bridge.starting
    return sums[0], sums[1], sums[2], sums[3]
