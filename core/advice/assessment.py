"""The assessment of twelve months: verdicts against a benchmark, band, diagnosis, gaps to target. No text.

Published benchmarks are annual, so this module takes the bridge of twelve months and refuses any other. It compares
exact fractions: an NRR of 100% to the last cent is "from 100", 99.9999% is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from core.metrics.retention import Bridge
from core.money import parse_share
from core.playbook.playbook import BenchmarkChoice, Playbook, Targets, choose_benchmark
from core.playbook.schema import MAIN_SET, ClassifiedBy, CompanyClass, Opinion, Ranges
from core.query.vocabulary import Filter
from core.terms import Component, Metric

State = Literal["below", "inside", "above"]
Band = Literal["excellent", "healthy", "shrinking", "degrading"]
Finding = Literal["healthy", "leaking", "loyal", "losing", "between"]
FollowUpQuestion = Literal["onboarding", "help", "offer"]
Strength = Literal["loyalty", "upsell", "anticipation"]
Withheld = Literal["no_ttm", "cannot_leave", "empty_base", "small_base", "much_left_out"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One ratio against the usual range of its benchmark.

    Attributes:
        metric: the name of the ratio.
        value: the ratio.
        low: the range's lower edge, included.
        high: its upper edge, included.
        state: the side of the range that the value is on.
        distance: the distance to the range, never negative: 21/500 is 4.2 points. 0 inside.
        benchmark: the source of the range.

    """

    metric: Metric
    value: Fraction
    low: Fraction
    high: Fraction
    state: State
    distance: Fraction
    benchmark: Ranges


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """One ratio against another published source. It gives no verdict: it shows how sure the first one is.

    Attributes:
        metric: the name of the ratio.
        value: the ratio.
        source: the publication: a set of `Ranges` by size, or an `Opinion` with its own classes.
        row: its row for companies like this one. An opinion's row names its class; for ranges, it is the `choice` of
            the assessment.
        low: the lower edge; a median or a usual value is both edges.
        middle: the median or the usual value; None if the source has neither.
        high: the upper edge; None if the source has none.
        state: the side of the edges that the value is on.
        distance: the distance to the nearer edge; 0 inside.

    """

    metric: Metric
    value: Fraction
    source: Opinion | Ranges
    row: CompanyClass
    low: Fraction
    middle: Fraction | None
    high: Fraction | None
    state: State
    distance: Fraction


@dataclass(frozen=True, slots=True)
class Gap:
    """The distance of one ratio to its target.

    Attributes:
        metric: the name of the ratio.
        value: the ratio.
        target: the target.
        points: target - value; negative where the target is exceeded.
        mrr: the MRR at the end that is missing to the target, minor units, rounded up; 0 where it is met.

    """

    metric: Metric
    value: Fraction
    target: Fraction
    points: Fraction
    mrr: int


@dataclass(frozen=True, slots=True)
class GapPart:
    """One component of the bridge, and its part of the gap between NRR and its target.

    Attributes:
        component: its name.
        amount: its MRR in minor units.
        points: amount / starting.
        gap: its part of the gap of NRR to target; the three parts add up to that gap. Negative where it is better
            than the targets require.
        gap_mrr: the same in MRR, minor units, exact.

    """

    component: Component
    amount: int
    points: Fraction
    gap: Fraction
    gap_mrr: Fraction


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment of twelve months.

    Attributes:
        withheld: why there is no assessment; everything below `ttm` is then None, False or empty.
        ttm: the assessed bridge; None if history is too short.
        choice: the size class of the benchmark, and how it was chosen.
        nrr: NRR against the range.
        grr: GRR against the range.
        best_in_class: whether NRR reaches the level of the best companies.
        band: the meaning of NRR by itself.
        diagnosis: the meaning of both ratios together.
        larger_gap: the ratio that is further below its target; None when both are met. GRR when they are equal, as
            lost MRR has to be won back before anything grows.
        nrr_gap: NRR and its target.
        grr_gap: GRR and its target.
        parts: churn, contraction, expansion.
        main: the part that explains most of the gap to target; None when no part misses its target.
        opinions: other published values for companies like this one, NRR before GRR.
        questions: the follow-up questions where NRR is low: below 100%, or below the range.
        strengths: the strengths where NRR is not low; see `find_strengths`.

    """

    withheld: Withheld | None
    ttm: Bridge | None
    choice: BenchmarkChoice | None = None
    nrr: Verdict | None = None
    grr: Verdict | None = None
    best_in_class: bool = False
    band: Band | None = None
    diagnosis: Finding | None = None
    larger_gap: Metric | None = None
    nrr_gap: Gap | None = None
    grr_gap: Gap | None = None
    parts: tuple[GapPart, ...] = ()
    main: GapPart | None = None
    opinions: tuple[SecondOpinion, ...] = ()
    questions: tuple[FollowUpQuestion, ...] = ()
    strengths: tuple[Strength, ...] = ()

    @property
    def ordinary_grr(self) -> tuple[Fraction, ...]:
        """The medians of surveys of all companies, ascending, where GRR is below its range but not below all of them.

        The ranges by size are well above the medians of these surveys, so a GRR between the two is ordinary.
        """
        if self.grr is None or self.grr.state != "below":
            return ()
        medians = sorted(
            opinion.middle
            for opinion in self.opinions
            if opinion.metric == "grr"
            and isinstance(opinion.source, Opinion)
            and opinion.source.by == "all"
            and opinion.middle
        )
        return tuple(medians) if medians and self.grr.value >= medians[0] else ()

    @property
    def heaviest_loss(self) -> GapPart | None:
        """The larger of churn and contraction; None when nothing was lost."""
        losses = [part for part in self.parts if part.component != "expansion" and part.amount]
        return max(losses, key=lambda part: part.amount, default=None)

    @property
    def missing_growth(self) -> GapPart | None:
        """Expansion, where NRR misses its target and missing expansion explains most of the gap."""
        short = self.nrr_gap is not None and self.nrr_gap.points > 0
        return self.main if short and self.main is not None and self.main.component == "expansion" else None


@dataclass(frozen=True, slots=True)
class CutFacts:
    """The facts about a cut that its bridge does not have, and that decide which benchmarks apply and whether any do.

    Attributes:
        acv_limits: the lowest ACV of Mid-Market, and the highest; minor units.
        condition: the one filter of the cut; None for the whole company and for a cut by several filters.
        left_out: MRR of the excluded accounts and rows of the cut, minor units.
        left_out_accounts: number of the excluded accounts of the cut.
        company: MRR of the whole company at the window's start, minor units; None if unknown.
        unit: minor units in one unit of the currency.

    """

    acv_limits: tuple[int, int]
    condition: Filter | None = None
    left_out: int = 0
    left_out_accounts: int = 0
    company: int | None = None
    unit: int = 100


def assess(ttm: Bridge | None, playbook: Playbook, cut: CutFacts, targets: Targets | None = None) -> Assessment:
    """Return the assessment of the bridge of twelve months.

    Args:
        ttm: the bridge; None when history is too short.
        playbook: the benchmarks, bands and limits to compare with.
        cut: the cut that the bridge measures.
        targets: the targets of the cut; the playbook's defaults when None.

    Raises:
        ValueError: the bridge spans other than twelve months. Benchmarks are annual: a quarter's GRR of 93% can be
            a yearly 76%.

    """
    if ttm is None:
        return Assessment("no_ttm", None)
    if ttm.window.months != 12:
        raise ValueError(f"an annual benchmark needs 12 months, not {ttm.window.months}")
    if not ttm.can_leave:
        return Assessment("cannot_leave", ttm)
    nrr, grr = ttm.nrr, ttm.grr
    if nrr is None or grr is None:
        return Assessment("empty_base", ttm)
    if ttm.base < playbook.withhold.accounts_below:
        return Assessment("small_base", ttm)
    most = parse_share(playbook.withhold.left_out_from)
    accounts = ttm.base + cut.left_out_accounts
    if cut.left_out >= most * (ttm.starting + cut.left_out) or cut.left_out_accounts >= most * accounts:
        return Assessment("much_left_out", ttm)
    dimension, value = (cut.condition.dimension, cut.condition.value) if cut.condition else (None, None)
    choice = choose_benchmark(dimension, value, ttm.average_acv, cut.acv_limits)
    aims = targets or playbook.targets
    nrr_gap, grr_gap = measure_gap("nrr", ttm, aims.nrr), measure_gap("grr", ttm, aims.grr)
    parts = split_gap(ttm, aims)
    worst = max(parts, key=lambda part: part.gap)
    best = playbook.find_benchmark("nrr").best_in_class
    verdict = _build_verdict("nrr", nrr, playbook, choice)
    low = nrr < parse_share(playbook.bands.healthy_from) or (verdict is not None and verdict.state == "below")
    amounts = list_class_amounts(ttm, cut.company, cut.unit)
    return Assessment(
        None,
        ttm,
        choice=choice,
        nrr=verdict,
        grr=_build_verdict("grr", grr, playbook, choice),
        best_in_class=best is not None and nrr >= parse_share(best),
        band=choose_band(nrr, playbook),
        diagnosis=diagnose(nrr, grr, playbook),
        larger_gap=_choose_larger_gap(nrr_gap, grr_gap),
        nrr_gap=nrr_gap,
        grr_gap=grr_gap,
        parts=parts,
        main=worst if worst.gap > 0 else None,
        opinions=(
            *_list_opinions("nrr", nrr, playbook, choice, amounts),
            *_list_opinions("grr", grr, playbook, choice, amounts),
        ),
        questions=get_args(FollowUpQuestion) if low else (),
        strengths=() if low else find_strengths(ttm, aims, playbook),
    )


def list_class_amounts(ttm: Bridge, company: int | None, unit: int) -> dict[ClassifiedBy, Fraction]:
    """Return the amounts that choose the class of an opinion, in whole units, of a bridge whose base is not empty.

    Args:
        ttm: the twelve months of the cut.
        company: MRR of the whole company at their start, minor units; None if unknown.
        unit: minor units in one unit of the currency.

    """
    acv = Fraction(12 * ttm.starting, ttm.base * unit)
    amounts: dict[ClassifiedBy, Fraction] = {"acv": acv, "arpa": acv / 12}
    if company is not None:
        amounts["arr"] = Fraction(12 * company, unit)
    return amounts


def find_strengths(bridge: Bridge, aims: Targets, playbook: Playbook) -> tuple[Strength, ...]:
    """Return the strengths of a bridge whose base is not empty.

    loyalty: GRR is good (`diagnosis.grr_good_from`). upsell: expansion is above zero and reaches the share that the
    targets require, target NRR - target GRR. anticipation: churn is at most contraction, so that accounts in trouble
    pay less instead of leaving; no churn at all counts too.
    """
    is_strong = {
        "loyalty": bridge.starting - bridge.churn - bridge.contraction
        >= parse_share(playbook.diagnosis.grr_good_from) * bridge.starting,
        "upsell": 0 < bridge.expansion >= (aims.nrr - aims.grr) * bridge.starting,
        "anticipation": bridge.churn <= bridge.contraction,
    }
    return tuple(name for name in get_args(Strength) if is_strong[name])


def _list_opinions(
    metric: Metric,
    value: Fraction,
    playbook: Playbook,
    choice: BenchmarkChoice | None,
    amounts: dict[ClassifiedBy, Fraction],
) -> Iterator[SecondOpinion]:
    """Yield the other published values for companies like this one, without the set that gives the verdict."""
    for ranges in playbook.benchmarks:
        if ranges.metric == metric and ranges.set != MAIN_SET and choice is not None:
            low, high = ranges.ranges[choice.size]
            yield _build_opinion(value, ranges, CompanyClass(low=low, high=high))
    for opinion in playbook.opinions:
        row = opinion.select_class(playbook.product, amounts) if opinion.metric == metric else None
        if row is not None:
            yield _build_opinion(value, opinion, row)


def _build_opinion(value: Fraction, source: Opinion | Ranges, row: CompanyClass) -> SecondOpinion:
    low, middle, high = (None if edge is None else parse_share(edge) for edge in row.edges)
    if low is None:
        raise ValueError("an opinion needs a lower edge")
    state, distance = compare_with_range(value, low, high)
    return SecondOpinion(source.metric, value, source, row, low, middle, high, state, distance)


def compare_with_range(value: Fraction, low: Fraction, high: Fraction | None) -> tuple[State, Fraction]:
    """Return the side of the closed range [low, high] that a value is on, and its distance to the nearer edge."""
    if value < low:
        return "below", low - value
    if high is not None and value > high:
        return "above", value - high
    return "inside", Fraction(0)


def _build_verdict(
    metric: Metric, value: Fraction, playbook: Playbook, choice: BenchmarkChoice | None
) -> Verdict | None:
    if choice is None:
        return None
    benchmark = playbook.find_benchmark(metric)
    low, high = (parse_share(edge) for edge in benchmark.ranges[choice.size])
    return Verdict(metric, value, low, high, *compare_with_range(value, low, high), benchmark)


def choose_band(nrr: Fraction, playbook: Playbook) -> Band:
    """Return the band of an annual NRR."""
    limits = playbook.bands
    if nrr > parse_share(limits.excellent_above):
        return "excellent"
    if nrr >= parse_share(limits.healthy_from):
        return "healthy"
    return "shrinking" if nrr >= parse_share(limits.shrinking_from) else "degrading"


def diagnose(nrr: Fraction, grr: Fraction, playbook: Playbook) -> Finding:
    """Return the diagnosis of an annual NRR and GRR together.

    healthy: accounts stay and grow. leaking: expansion hides churn. loyal: accounts stay, but do not grow. losing: stop
    the losses first. between: GRR is neither good nor bad, and the answer names the larger gap to target.
    """
    limits = playbook.diagnosis
    grows = nrr >= parse_share(limits.nrr_from)
    if grr >= parse_share(limits.grr_good_from):
        return "healthy" if grows else "loyal"
    if grr < parse_share(limits.grr_bad_below):
        return "leaking" if grows else "losing"
    return "between"


def measure_gap(metric: Metric, bridge: Bridge, target: Fraction) -> Gap:
    """Return the gap of a ratio of `bridge`, whose base is not empty, to `target`.

    Raises:
        ZeroDivisionError: the base is empty.

    """
    reached = bridge.ending if metric == "nrr" else bridge.starting - bridge.contraction - bridge.churn
    value = Fraction(reached, bridge.starting)
    return Gap(metric, value, target, target - value, max(0, math.ceil(target * bridge.starting) - reached))


def _choose_larger_gap(nrr: Gap, grr: Gap) -> Metric | None:
    if max(nrr.points, grr.points) <= 0:
        return None
    return "nrr" if nrr.points > grr.points else "grr"


def split_gap(bridge: Bridge, targets: Targets) -> tuple[GapPart, ...]:
    """Return churn, contraction and expansion, each with its part of the gap of NRR to its target.

    The gap of NRR splits exactly into missing expansion and excess losses:

        target NRR - NRR = ((target NRR - target GRR) - expansion / starting) + (target GRR - GRR)

    The second part is shared between churn and contraction in proportion to their amounts.
    """
    lost = bridge.churn + bridge.contraction
    loss_gap = targets.grr - Fraction(bridge.starting - lost, bridge.starting)
    churned = Fraction(bridge.churn, lost) if lost else Fraction(1)
    gaps: dict[Component, Fraction] = {
        "churn": loss_gap * churned,
        "contraction": loss_gap * (1 - churned),
        "expansion": targets.nrr - targets.grr - Fraction(bridge.expansion, bridge.starting),
    }
    amounts: dict[Component, int] = {
        "churn": bridge.churn,
        "contraction": bridge.contraction,
        "expansion": bridge.expansion,
    }
    return tuple(
        GapPart(name, amounts[name], Fraction(amounts[name], bridge.starting), gap, gap * bridge.starting)
        for name, gap in gaps.items()
    )
