"""Suggestions: the levers whose triggers this ledger pulls, each with its effect, largest first.

Every effect is computed from the ledger, by one of five definitions (MRR at monthly closes; ARR is 12 x MRR). Two
effects are never added up, as they may concern the same accounts:

    losses_to_goal     The goal is the lower edge of the benchmark's GRR range, or where GRR reaches that, the target.
                       Effect: the MRR at the end that is missing to the goal, at most the MRR that the accounts behind
                       the lever lost. Had they kept that much, GRR and NRR of the twelve months would be higher by
                       MRR / starting. No effect where both goals are reached.
    expansion_to_goal  The same with the goals of NRR: the missing MRR, at most the MRR that the accounts behind the
                       lever pay at the end (that is, if they doubled). NRR would be higher by MRR / starting.
    expected_loss      (1 - GRR) x the MRR that the accounts behind the lever pay at the end, rounded half-up: their
                       loss at the rate of the cut over the twelve months. NRR and GRR of the twelve months that begin
                       there would be lower by MRR / MRR of the cut at the end.
    both_to_target     Where losses and missing expansion both miss their targets: the MRR that is missing to the target
                       NRR; meeting the target GRR is one part of it. NRR would be higher by MRR / starting, GRR by that
                       part / starting.
    at_stake           All MRR of these accounts, where the rate of loss is unknown: if they left, NRR and GRR would be
                       lower by MRR / MRR of the cut at the end. It is no estimate, so it comes after the other kinds.

Levers that show a loss without its cause (`WITHOUT_CAUSE`) come after those that name one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from core.advice.assessment import Assessment, Gap, Verdict, measure_gap
from core.advice.levers import Evidence, Figure, TriggerContext, find_evidence
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.retention import Base
from core.money import round_fraction
from core.playbook.levers import WITHOUT_CAUSE, BothShort, Lever, MovedComponent, Renewals, RiskSignals
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText
from core.terms import Metric

EffectKind = Literal["losses_to_goal", "expansion_to_goal", "both_to_target", "at_stake", "expected_loss"]
GoalName = Literal["range_low", "target"]
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal of a ratio: the lower edge of the range or the target, and its value."""

    name: GoalName
    metric: Metric
    value: Fraction


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a lever, by the definition of its `kind` at the head of this module.

    Attributes:
        kind: the definition.
        mrr: MRR in minor units, above zero.
        arr: 12 x mrr.
        nrr: points of NRR as a ratio: 21/500 is 4.2 points.
        grr: points of GRR as a ratio; 0 for expansion.
        goal: the goal; None for `at_stake` and `expected_loss`.
        reached: whether the effect is enough for the goal.

    """

    kind: EffectKind
    mrr: int
    arr: int
    nrr: Fraction
    grr: Fraction
    goal: Goal | None = None
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A lever, its evidence and its effect.

    Attributes:
        lever: its key in the playbook, which has its title and actions.
        component: the component that it moves.
        trigger: the name of its trigger.
        figures: the evidence: `accounts` (their number), `mrr` (their MRR, minor units), and the figures of the trigger
            (see core.advice.levers).
        behind: the largest of these accounts; `share` is of `mrr`.
        effect: its effect.
        source: the publication that recommends it, in both languages.
        year: the year of publication.

    """

    lever: str
    component: MovedComponent
    trigger: str
    figures: Mapping[str, Figure]
    behind: tuple[Contribution, ...]
    effect: Effect
    source: BilingualText
    year: int


def suggest(
    segments: Segments,
    base: Base,
    assessment: Assessment,
    playbook: Playbook,
    today: dt.date,
    limit: int | None = None,
) -> tuple[Suggestion, ...]:
    """Return the suggestions for one cut, at most `limit`, by the ARR of their effect.

    Effects that are only at stake, and levers that show a loss without its cause, come last.

    Where the assessment is withheld for a small base or for much excluded MRR, only effects at stake are returned;
    without twelve months or without a base, nothing.

    Args:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months of the assessment.
        assessment: the assessment of the same cut.
        playbook: the levers.
        today: the day from which renewals are counted.
        limit: the most suggestions to return; the playbook's number when None.

    Raises:
        ValueError: the assessment is of another window.

    """
    if assessment.ttm is None or assessment.withheld == "empty_base":
        return ()
    if assessment.ttm.window != base.window:
        raise ValueError(f"the assessment is of {assessment.ttm.window}, not of {base.window}")
    context = TriggerContext(segments, base, today, assessment)
    candidates: list[tuple[Lever, Evidence, Effect]] = []
    for lever in playbook.levers:
        fits = context.fits(lever, playbook)
        evidence = None if fits is None else find_evidence(lever.trigger, context, fits)
        effect = None if evidence is None else _estimate_effect(lever, evidence, context, assessment)
        if evidence is not None and effect is not None:
            candidates.append((lever, evidence, effect))
    candidates.sort(key=lambda candidate: (_ranks_last(candidate[0], candidate[2]), -candidate[2].arr))
    most = playbook.most if limit is None else limit
    return tuple(_build_suggestion(context, *candidate) for candidate in candidates[:most])


def _ranks_last(lever: Lever, effect: Effect) -> bool:
    return effect.kind == "at_stake" or isinstance(lever.trigger, WITHOUT_CAUSE)


def _build_suggestion(context: TriggerContext, lever: Lever, evidence: Evidence, effect: Effect) -> Suggestion:
    amounts = evidence.amounts
    figures = {"accounts": int(np.count_nonzero(amounts)), "mrr": int(amounts.sum()), **evidence.figures}
    behind = list_contributions(context.ledger, context.base.index, amounts, MOST_NAMED)
    name = str(lever.trigger.__struct_config__.tag)
    return Suggestion(lever.key, lever.component, name, figures, behind, effect, lever.source, lever.year)


def _estimate_effect(
    lever: Lever, evidence: Evidence, context: TriggerContext, assessment: Assessment
) -> Effect | None:
    """Return the effect of the lever; None if it is zero or cannot be computed."""
    mrr = int(evidence.amounts.sum())
    grr = None if assessment.withheld or assessment.ttm is None else assessment.ttm.grr
    if isinstance(lever.trigger, Renewals | RiskSignals) and grr is not None and grr < 1:
        return _project_effect("expected_loss", round_fraction((1 - grr) * mrr), context)
    if isinstance(lever.trigger, RiskSignals):
        return _project_effect("at_stake", mrr, context)
    if grr is None or isinstance(lever.trigger, Renewals):
        return None
    if isinstance(lever.trigger, BothShort):
        return _estimate_target_effect(assessment)
    if lever.component == "expansion":
        return _estimate_goal_effect("expansion_to_goal", mrr, assessment)
    return _estimate_goal_effect("losses_to_goal", mrr, assessment)


def _project_effect(kind: EffectKind, mrr: int, context: TriggerContext) -> Effect | None:
    """Return the effect on the twelve months that begin with the window's end."""
    if not mrr:
        return None
    points = Fraction(mrr, int(context.base.end.sum()))
    return Effect(kind, mrr, 12 * mrr, points, points)


def _estimate_target_effect(assessment: Assessment) -> Effect | None:
    """Return the effect of meeting both targets on the twelve months of the assessment."""
    whole, losses, ttm = assessment.nrr_gap, assessment.grr_gap, assessment.ttm
    if whole is None or losses is None or ttm is None or not whole.mrr:
        return None
    nrr, grr = Fraction(whole.mrr, ttm.starting), Fraction(losses.mrr, ttm.starting)
    goal = Goal("target", "nrr", whole.target)
    return Effect("both_to_target", whole.mrr, 12 * whole.mrr, nrr, grr, goal, reached=True)


def _estimate_goal_effect(kind: EffectKind, most: int, assessment: Assessment) -> Effect | None:
    """Return the effect on the twelve months of the assessment, of at most `most` MRR."""
    losses = kind == "losses_to_goal"
    verdict, aim = (assessment.grr, assessment.grr_gap) if losses else (assessment.nrr, assessment.nrr_gap)
    nearest = _choose_goal(verdict, aim, assessment)
    if nearest is None or assessment.ttm is None:
        return None
    goal, missing = nearest
    mrr = min(most, missing)
    points = Fraction(mrr, assessment.ttm.starting)
    return Effect(kind, mrr, 12 * mrr, points, points if losses else Fraction(0), goal, mrr == missing)


def _choose_goal(verdict: Verdict | None, aim: Gap | None, assessment: Assessment) -> tuple[Goal, int] | None:
    """Return the first goal that the ratio does not reach, and the missing MRR; None when all are reached."""
    if verdict is None or aim is None or assessment.ttm is None:
        return None
    goals: tuple[tuple[GoalName, Fraction], ...] = (("range_low", verdict.low), ("target", aim.target))
    for name, value in goals:
        gap = measure_gap(verdict.metric, assessment.ttm, value)
        if gap.mrr:
            return Goal(name, verdict.metric, value), gap.mrr
    return None
