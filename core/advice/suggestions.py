"""What is worth trying: the levers whose triggers this ledger pulls, each with what it would bring, largest first.

No effect is quoted from anywhere. Each is computed from the ledger, and each has one of five definitions (MRR at
monthly closes; ARR is 12 x MRR; nobody adds two of them up, as they may speak of the same accounts):

    losses_to_goal     The goal is the lower edge of the benchmark's GRR range, or where GRR reaches that, the target.
                       Effect: the MRR at the end that is missing to the goal, at most what the accounts behind the
                       lever lost. Had they kept that much, GRR and NRR of the twelve months would be higher by
                       MRR / starting. Nothing where both goals are reached: what is good needs no advice.
    expansion_to_goal  Likewise with the goals of NRR: the MRR that is missing, at most what the accounts behind the
                       lever pay at the end (that is, if they doubled). NRR would be higher by MRR / starting.
    expected_loss      (1 - GRR) x the MRR that the accounts behind the lever pay at the end, rounded half-up: what they
                       would lose at the rate at which the cut lost over the twelve months. NRR and GRR of the twelve
                       months that begin there would be lower by MRR / MRR of the cut at the end.
    both_to_target     Where losses and missing expansion both miss their targets: the MRR that is missing to the target
                       NRR, of which losses that meet the target GRR are one part. NRR would be higher by
                       MRR / starting, GRR by that part / starting.
    at_stake           All that MRR, where no such rate can be told: if these accounts left, NRR and GRR would be lower
                       likewise. As it is no estimate of anything, it stands behind the other kinds.

Levers that show a loss without its cause (`WITHOUT_CAUSE`) stand behind those that name one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from core.advice.assessment import Assessment, Gap, Verdict, gap_to
from core.advice.levers import Evidence, Figure, TriggerContext, find_evidence
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, largest
from core.metrics.retention import Base
from core.money import round_fraction
from core.playbook.levers import WITHOUT_CAUSE, BothShort, Lever, MovedComponent, Renewals, RiskSignals
from core.playbook.playbook import Playbook
from core.playbook.schema import BilingualText
from core.terms import Metric

Kind = Literal["losses_to_goal", "expansion_to_goal", "both_to_target", "at_stake", "expected_loss"]
GoalName = Literal["range_low", "target"]
NAMED = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio was to reach: which edge of the range or the target, and its value."""

    name: GoalName
    metric: Metric
    value: Fraction


@dataclass(frozen=True, slots=True)
class Effect:
    """What a lever would bring, by the definition that `kind` names at the head of this module.

    Attributes:
        kind: the definition.
        mrr: MRR in minor units, above zero.
        arr: 12 x mrr.
        nrr: points of NRR as a ratio: 21/500 is 4.2 points.
        grr: points of GRR likewise; 0 for expansion.
        goal: what was to be reached; None for what is at stake or expected to be lost.
        reached: whether the effect is enough for it.

    """

    kind: Kind
    mrr: int
    arr: int
    nrr: Fraction
    grr: Fraction
    goal: Goal | None = None
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A lever, the evidence that calls for it, and what it would bring.

    Attributes:
        lever: its key in the playbook, where its title and actions stand.
        component: what it moves.
        trigger: the name of the trigger that it was called by.
        figures: the evidence: `accounts` (how many), `mrr` (theirs, minor units), and what the trigger adds to them
            (see core.triggers).
        behind: the largest of these accounts; `share` is of `mrr`.
        effect: what it would bring.
        source: who recommends it, in both languages.
        year: when.

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
    reading: Assessment,
    playbook: Playbook,
    today: dt.date,
    limit: int | None = None,
) -> tuple[Suggestion, ...]:
    """Return what is worth trying for one cut, at most `limit`, by the ARR of its effect.

    What is merely at stake, and what shows a loss without its cause, stands last.

    Where the reading is withheld for a small base or much that is left out, only what is at stake is said; without
    twelve months or without a base, nothing.

    Args:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months of the reading.
        reading: what the twelve months of the same cut say.
        playbook: the levers.
        today: from when renewals are counted.
        limit: at most so many; as many as the playbook says when None.

    Raises:
        ValueError: the reading is of another window.

    """
    if reading.ttm is None or reading.withheld == "empty_base":
        return ()
    if reading.ttm.window != base.window:
        raise ValueError(f"the reading is of {reading.ttm.window}, not of {base.window}")
    scene = TriggerContext(segments, base, today, reading)
    fired = []
    for lever in playbook.levers:
        fits = scene.fits(lever, playbook)
        evidence = None if fits is None else find_evidence(lever.trigger, scene, fits)
        effect = None if evidence is None else _effect(lever, evidence, scene, reading)
        if evidence is not None and effect is not None:
            fired.append((lever, evidence, effect))
    fired.sort(key=lambda found: (_is_vague(found[0], found[2]), -found[2].arr))
    return tuple(_suggestion(scene, *found) for found in fired[: playbook.most if limit is None else limit])


def _is_vague(lever: Lever, effect: Effect) -> bool:
    return effect.kind == "at_stake" or isinstance(lever.trigger, WITHOUT_CAUSE)


def _suggestion(scene: TriggerContext, lever: Lever, evidence: Evidence, effect: Effect) -> Suggestion:
    amounts = evidence.amounts
    figures = {"accounts": int(np.count_nonzero(amounts)), "mrr": int(amounts.sum()), **evidence.figures}
    behind = largest(scene.ledger, scene.base.index, amounts, NAMED)
    name = str(lever.trigger.__struct_config__.tag)
    return Suggestion(lever.key, lever.component, name, figures, behind, effect, lever.source, lever.year)


def _effect(lever: Lever, evidence: Evidence, scene: TriggerContext, reading: Assessment) -> Effect | None:
    """Return what the lever would bring, None where that is nothing or cannot be said."""
    mrr = int(evidence.amounts.sum())
    grr = None if reading.withheld or reading.ttm is None else reading.ttm.grr
    if isinstance(lever.trigger, Renewals | RiskSignals) and grr is not None and grr < 1:
        return _ahead("expected_loss", round_fraction((1 - grr) * mrr), scene)
    if isinstance(lever.trigger, RiskSignals):
        return _ahead("at_stake", mrr, scene)
    if grr is None or isinstance(lever.trigger, Renewals):
        return None
    if isinstance(lever.trigger, BothShort):
        return _to_both_targets(reading)
    if lever.component == "expansion":
        return _to_goal("expansion_to_goal", mrr, reading)
    return _to_goal("losses_to_goal", mrr, reading)


def _ahead(kind: Kind, mrr: int, scene: TriggerContext) -> Effect | None:
    """Return the effect on the twelve months that begin with the window's end."""
    if not mrr:
        return None
    points = Fraction(mrr, int(scene.base.end.sum()))
    return Effect(kind, mrr, 12 * mrr, points, points)


def _to_both_targets(reading: Assessment) -> Effect | None:
    """Return the effect of meeting both targets on the twelve months of the reading."""
    whole, losses, ttm = reading.nrr_gap, reading.grr_gap, reading.ttm
    if whole is None or losses is None or ttm is None or not whole.mrr:
        return None
    nrr, grr = Fraction(whole.mrr, ttm.starting), Fraction(losses.mrr, ttm.starting)
    goal = Goal("target", "nrr", whole.target)
    return Effect("both_to_target", whole.mrr, 12 * whole.mrr, nrr, grr, goal, reached=True)


def _to_goal(kind: Kind, most: int, reading: Assessment) -> Effect | None:
    """Return the effect on the twelve months of the reading, of at most `most` MRR."""
    losses = kind == "losses_to_goal"
    verdict, aim = (reading.grr, reading.grr_gap) if losses else (reading.nrr, reading.nrr_gap)
    nearest = _goal(verdict, aim, reading)
    if nearest is None or reading.ttm is None:
        return None
    goal, missing = nearest
    mrr = min(most, missing)
    points = Fraction(mrr, reading.ttm.starting)
    return Effect(kind, mrr, 12 * mrr, points, points if losses else Fraction(0), goal, mrr == missing)


def _goal(verdict: Verdict | None, aim: Gap | None, reading: Assessment) -> tuple[Goal, int] | None:
    """Return the first goal that the ratio does not reach, and the MRR that is missing; None when all are reached."""
    if verdict is None or aim is None or reading.ttm is None:
        return None
    goals: tuple[tuple[GoalName, Fraction], ...] = (("range_low", verdict.low), ("target", aim.target))
    for name, value in goals:
        gap = gap_to(verdict.metric, reading.ttm, value)
        if gap.mrr:
            return Goal(name, verdict.metric, value), gap.mrr
    return None
