"""Suggestions: the levers whose triggers this ledger shows, each with its effect, largest first.

A lever on losses or growth is suggested only where its accounts lost, or grew, more than their share of the base,
beyond chance (`core.advice.lift`). Every effect is measured on the ledger, in MRR at monthly closes, and none is more
than these accounts lost, or gained, in the twelve months, or than those with a sign pay. Two effects are never added
up, as they may concern the same accounts. With the accounts of the trigger in the base:

    losses     MRR at the start x (their loss rate - the loss rate of the other accounts). Had they lost at the rate of
               the others, GRR and NRR of the twelve months would be higher by MRR / starting.
    growth     MRR at the end of those that pay today and show no sign of leaving x (share of the accounts that grew x
               their median growth), at most what those gained. NRR of the twelve months that begin there would be
               higher by MRR / MRR of the cut at the end.

    signs      MRR at the end of those with a sign of risk that predicts losses here x (the loss rate with the sign -
               the rate without it), by the tests of the signs on the past (`core.advice.sign_tests`); with several
               signs the largest difference. NRR and GRR of as many months as the windows of the tests, from the end
               on, would be higher by MRR / MRR of the cut at the end.

Effects below half a point of NRR are left out. A lever on renewals or signs of today of which no sign is shown to
predict losses has no effect: it says whom to call, and comes last. Of levers with the same effect, or the same accounts
to call, the first of the playbook is suggested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.advice.assessment import Assessment
from core.advice.health import AccountSigns
from core.advice.levers import Evidence, Figure, TriggerContext, list_evidence
from core.advice.lift import Lift, measure_lift
from core.advice.renewals import Renewal
from core.advice.sign_tests import SignTest, SignTests
from core.ledger.arrays import Mask, Panel
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.retention import Base
from core.money import round_fraction
from core.playbook.levers import Lever, MeasuredTrigger, MovedComponent, Trigger
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText

MOST_NAMED = 5
# A smaller effect, in points of NRR, is not worth a suggestion.
LEAST_POINTS = Fraction(1, 200)
# A growth that fewer accounts of the base than this share had is unusual.
_UNUSUAL_BELOW = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class NeededGrowth:
    """The growth that would close the gap of NRR by the accounts of a lever alone, where it is unusual.

    Attributes:
        growth: the missing MRR / the MRR of these accounts.
        accounts: the number of these accounts.
        reached: the number of accounts of the base that grew by that much in the twelve months.

    """

    growth: Fraction
    accounts: int
    reached: int


@dataclass(frozen=True, slots=True)
class LossEffect:
    """The effect of a lever on losses, by the definition at the head of this module.

    Attributes:
        mrr: MRR in minor units, above zero.
        nrr: points of NRR as a ratio: 21/500 is 4.2 points.
        grr: points of GRR as a ratio.

    """

    mrr: int
    nrr: Fraction
    grr: Fraction


@dataclass(frozen=True, slots=True)
class GrowthEffect:
    """The effect of a lever on expansion, by the definition at the head of this module.

    Attributes:
        mrr: MRR in minor units, above zero.
        nrr: points of NRR as a ratio: 21/500 is 4.2 points.
        grown: share of the trigger's accounts that grew in the twelve months.
        growth: their median growth.
        gained: what the accounts to sell to gained in the twelve months, minor units; the effect is at most that.
        needed: the growth that would close the gap of NRR; None where it is usual, or nothing more is missing.

    """

    mrr: int
    nrr: Fraction
    grown: Fraction
    growth: Fraction
    gained: int
    needed: NeededGrowth | None


@dataclass(frozen=True, slots=True)
class SignEffect:
    """The effect of a lever on accounts with signs that predict losses, by the definition at the head of this module.

    Attributes:
        mrr: MRR in minor units, above zero.
        nrr: points of NRR, and of GRR, over `months`, as a ratio: 21/500 is 4.2 points.
        months: the months of the windows on which the signs were tested.
        rate: the loss rate with the signs of the accounts, the mean by their MRR.
        other_rate: the same without them.
        signs: the signs, the one with the largest difference first.

    """

    mrr: int
    nrr: Fraction
    months: int
    rate: Fraction
    other_rate: Fraction
    signs: tuple[str, ...]


Effect = LossEffect | GrowthEffect | SignEffect


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A lever, its evidence and its effect.

    Attributes:
        lever: its key in the playbook, which has its title and actions.
        component: the component that it moves.
        trigger: the name of its trigger.
        figures: the evidence: `accounts` (their number), `mrr` (their MRR, minor units; for losses what they lost), and
            the figures of the trigger (see core.advice.levers).
        behind: the largest of these accounts; `share` is of `mrr`. Empty for readers who may not see their names.
        renewal: the renewal of the first of them, for a lever on renewals; None for others.
        lift: how the accounts of the trigger compare with the base; None for renewals and signs of today.
        effect: its effect; None for renewals and signs of today that are not shown to predict losses.
        source: the publication that recommends it, in both languages.
        year: the year of publication.

    """

    lever: str
    component: MovedComponent
    trigger: str
    figures: Mapping[str, Figure]
    behind: tuple[Contribution, ...]
    renewal: Renewal | None
    lift: Lift | None
    effect: Effect | None
    source: BilingualText
    year: int


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A lever that may be suggested: its trigger, evidence and effect, and the amounts of its accounts."""

    lever: Lever
    trigger: Trigger
    evidence: Evidence
    amounts: Panel
    lift: Lift | None = None
    effect: Effect | None = None


def suggest(
    segments: Segments,
    base: Base,
    assessment: Assessment,
    playbook: Playbook,
    signs: AccountSigns,
    load_sign_tests: Callable[[], SignTests],
    limit: int | None = None,
) -> tuple[Suggestion, ...]:
    """Return the suggestions for one cut, at most `limit`, by the MRR of their effect; those without one come last.

    Where the assessment is withheld for a small base or for much excluded MRR, only levers without an effect are
    returned; without twelve months or without a base, nothing.

    Args:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months of the assessment.
        assessment: the assessment of the same cut.
        playbook: the levers.
        signs: the signs of the ledger's accounts as of today.
        load_sign_tests: returns the tests of the signs of risk on the past.
        limit: the most suggestions to return; the playbook's number when None.

    Raises:
        ValueError: the assessment is of another window.

    """
    most = playbook.most if limit is None else limit
    if assessment.ttm is None or assessment.withheld == "empty_base" or not most:
        return ()
    if assessment.ttm.window != base.window:
        raise ValueError(f"the assessment is of {assessment.ttm.window}, not of {base.window}")
    rate = playbook.find_euro_rate(segments.ledger.currencies, base.window.start)
    context = TriggerContext(segments, base, signs, rate.value if rate else None)
    candidates = list(_list_candidates(context, assessment, playbook, load_sign_tests))
    candidates.sort(key=lambda candidate: -candidate.effect.mrr if candidate.effect else 0)
    return tuple(_build_suggestion(context, candidate) for candidate in _drop_repeated(candidates)[:most])


def _list_candidates(
    context: TriggerContext, assessment: Assessment, playbook: Playbook, load_sign_tests: Callable[[], SignTests]
) -> Iterator[_Candidate]:
    for lever in playbook.levers:
        fits = context.fits(lever, playbook)
        if lever.trigger is None or fits is None:
            continue
        for evidence in list_evidence(lever.trigger, context, fits):
            if evidence.changed is None:
                tests = None if assessment.withheld or not evidence.group.any() else load_sign_tests()
                candidate = _name_accounts(lever, lever.trigger, evidence, context, tests)
            else:
                candidate = _test_evidence(lever, lever.trigger, evidence, evidence.changed, context, assessment)
            if candidate is not None and (candidate.effect is None or candidate.effect.nrr >= LEAST_POINTS):
                yield candidate
                break


def _name_accounts(
    lever: Lever, trigger: Trigger, evidence: Evidence, context: TriggerContext, measured: SignTests | None
) -> _Candidate | None:
    """Return a lever that says whom to call; None without any account.

    Where a sign of its trigger is shown to predict losses, it has an effect, and its accounts are those with such a
    sign.
    """
    end = context.base.end
    tests = [test for test in measured.tests if test.predicts and test.code in evidence.signs] if measured else []
    if not measured or not tests:
        amounts = np.where(evidence.group, end, 0)
        return _Candidate(lever, trigger, evidence, amounts) if amounts.any() else None
    group = evidence.group & np.logical_or.reduce([context.sign(test.code) for test in tests])
    amounts = np.where(group, end, 0)
    if not amounts.any():
        return None
    effect = _estimate_excess_loss(tests, amounts, context, measured.months)
    return _Candidate(lever, trigger, evidence, amounts, None, effect)


def _estimate_excess_loss(
    tests: Sequence[SignTest], amounts: Panel, context: TriggerContext, months: int
) -> SignEffect:
    """Return the effect of a lever on accounts with MRR `amounts`, each of which has a sign of `tests`."""
    paid, lost, lost_otherwise = int(amounts.sum()), Fraction(0), Fraction(0)
    codes = []
    for test in sorted(tests, key=lambda test: -test.excess):
        has_sign = context.sign(test.code)
        mrr = int(amounts @ has_sign)
        amounts = np.where(has_sign, 0, amounts)
        if mrr:
            lost += mrr * (test.having.rate or 0)
            lost_otherwise += mrr * (test.lacking.rate or 0)
            codes.append(test.code)
    mrr = round_fraction(lost - lost_otherwise)
    points = Fraction(mrr, int(context.base.end.sum()))
    return SignEffect(mrr, points, months, lost / paid, lost_otherwise / paid, tuple(codes))


def _test_evidence(
    lever: Lever,
    trigger: Trigger,
    evidence: Evidence,
    changed: Panel,
    context: TriggerContext,
    assessment: Assessment,
) -> _Candidate | None:
    """Return a lever with its effect; None if its accounts do not stand out, or nothing is to be had from them."""
    start, end = context.base.start, context.base.end
    if assessment.withheld or not isinstance(trigger, MeasuredTrigger):
        return None
    lift = measure_lift(start, changed, evidence.group)
    if lift.group_changed < trigger.accounts or not lift.stands_out:
        return None
    if lever.component == "expansion":
        sold_to = evidence.group & context.sellable & (start > 0)
        growth = _estimate_growth(evidence, sold_to, context, assessment)
        return _Candidate(lever, trigger, evidence, np.where(sold_to, end, 0), lift, growth) if growth else None
    mrr = round_fraction(lift.group_mrr * (lift.rate - lift.other_rate))
    points = Fraction(mrr, lift.base_mrr)
    amounts = np.where(evidence.group, changed, 0)
    return _Candidate(lever, trigger, evidence, amounts, lift, LossEffect(mrr, points, points))


def _estimate_growth(
    evidence: Evidence, sold_to: Mask, context: TriggerContext, assessment: Assessment
) -> GrowthEffect | None:
    """Return the effect of a lever on expansion; None if there is no account to sell to."""
    start, end = context.base.start, context.base.end
    group = evidence.group & (start > 0)
    grown = group & (end > start)
    share = Fraction(int(np.count_nonzero(grown)), int(np.count_nonzero(group)))
    growth = _find_median_growth(start[grown], end[grown])
    paid, gained = int(end[sold_to].sum()), int(context.expansion[sold_to].sum())
    if not paid:
        return None
    mrr = min(round_fraction(paid * share * growth), gained)
    needed = None
    missing = assessment.nrr_gap.mrr if assessment.nrr_gap else 0
    if missing > mrr:
        asked = Fraction(missing, paid)
        # Growth of at least asked, in floats: the count is an illustration.
        reached = int(np.count_nonzero((start > 0) & (end >= start * float(1 + asked))))
        if reached < _UNUSUAL_BELOW * int(np.count_nonzero(start)):
            needed = NeededGrowth(asked, int(np.count_nonzero(sold_to)), reached)
    return GrowthEffect(mrr, Fraction(mrr, int(end.sum())), share, growth, gained, needed)


def _find_median_growth(start: Panel, end: Panel) -> Fraction:
    """Return the median of (end - start) / start; of an even number the mean of the middle two."""
    order = np.argsort(end / start)
    middle = order[(len(order) - 1) // 2 : len(order) // 2 + 1].tolist()
    growths = [Fraction(int(end[place] - start[place]), int(start[place])) for place in middle]
    return sum(growths, Fraction(0)) / len(growths)


def _drop_repeated(candidates: list[_Candidate]) -> list[_Candidate]:
    """Return the candidates without those that repeat the effect, or the accounts to call, of an earlier one."""
    kept: list[_Candidate] = []
    for candidate in candidates:
        effect = candidate.effect
        if not any(
            (other.effect.mrr == effect.mrr)
            if other.effect and effect
            else (other.effect is effect and np.array_equal(other.amounts, candidate.amounts))
            for other in kept
        ):
            kept.append(candidate)
    return kept


def _build_suggestion(context: TriggerContext, candidate: _Candidate) -> Suggestion:
    lever, amounts = candidate.lever, candidate.amounts
    accounts = {"accounts": int(np.count_nonzero(amounts)), "mrr": int(amounts.sum())}
    behind = list_contributions(context.ledger, context.base.index, amounts, MOST_NAMED)
    name = str(candidate.trigger.__struct_config__.tag)
    return Suggestion(
        lever.key,
        lever.component,
        name,
        {**accounts, **candidate.evidence.figures},
        behind,
        context.signs.renewals.read(behind[0].index) if name == "renewals" else None,
        candidate.lift,
        candidate.effect,
        lever.source,
        lever.year,
    )
