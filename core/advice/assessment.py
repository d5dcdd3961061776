"""What the ratios of twelve months mean: verdicts against a benchmark, band, diagnosis, gaps to target. No text.

Published benchmarks are annual, so this module takes the bridge of twelve months and refuses any other. All
comparisons are of exact fractions: an NRR of 100% to the last cent is "from 100", 99.9999% is not.
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
from core.terms import Component, Metric

State = Literal["below", "inside", "above"]
Band = Literal["excellent", "healthy", "shrinking", "degrading"]
Finding = Literal["healthy", "leaking", "loyal", "losing", "between"]
Question = Literal["onboarding", "help", "offer"]
Strength = Literal["loyalty", "upsell", "anticipation"]
Withheld = Literal["no_ttm", "empty_base", "small_base", "much_left_out"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One ratio against the usual range of its benchmark.

    Attributes:
        metric: which ratio.
        value: the ratio.
        low: the range's lower edge; it belongs to the range.
        high: its upper edge; likewise.
        state: where the value stands.
        distance: how far outside the range it is, never negative: 21/500 is 4.2 points. 0 inside.
        benchmark: where the range comes from.

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
    """One ratio against what somebody else publishes. It gives no verdict: it says how sure the first one is.

    Attributes:
        metric: which ratio.
        value: the ratio.
        source: where it comes from; `by` size in a set of `Ranges`, else by what an `Opinion` says.
        row: what it says of companies like this one; of whom, stands in it or is the reading's `choice`.
        low: the lower edge of what is said; a median or what is usual is both edges.
        middle: the median or what is usual; None where nobody says.
        high: the upper edge; None where there is none.
        state: where the value stands to the edges.
        distance: how far outside the edges it is; 0 inside.

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
    """How far one ratio is from its target.

    Attributes:
        metric: which ratio.
        value: the ratio.
        target: what was aimed at.
        points: target - value; negative where the target is exceeded.
        mrr: the MRR at the end that is missing to the target, minor units, rounded up; 0 where it is met.

    """

    metric: Metric
    value: Fraction
    target: Fraction
    points: Fraction
    mrr: int


@dataclass(frozen=True, slots=True)
class Part:
    """One component of the bridge and how much of the gap between NRR and its target it explains.

    Attributes:
        component: which one.
        amount: what it came to, MRR in minor units.
        points: amount / starting.
        gap: its part of the gap of NRR to target; the three parts add up to that gap. Negative where it does
            better than the targets ask for.
        gap_mrr: the same in MRR, minor units, exact.

    """

    component: Component
    amount: int
    points: Fraction
    gap: Fraction
    gap_mrr: Fraction


@dataclass(frozen=True, slots=True)
class Assessment:
    """What twelve months say.

    Attributes:
        withheld: why nothing is said; everything below `ttm` is then None, False or empty.
        ttm: the bridge that was read; None when there is none.
        choice: whose benchmark it was read against, and how that was found.
        nrr: NRR against the range.
        grr: GRR against the range.
        best_in_class: NRR reaches what the best of all report.
        band: what the NRR means by itself.
        diagnosis: what both ratios mean together.
        larger_gap: which ratio is further below its target; None when both are met. GRR when they are equal, as
            what was lost has to be won back before anything grows.
        nrr_gap: NRR and its target.
        grr_gap: GRR and its target.
        parts: churn, contraction, expansion.
        main: the part that explains most of the gap to target; None when none of them is short.
        opinions: what else is published of companies like this one, NRR before GRR.
        questions: what to ask where NRR is low: below 100%, or below the range.
        strengths: what is going well where it is not; see `strengths_of`.

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
    parts: tuple[Part, ...] = ()
    main: Part | None = None
    opinions: tuple[SecondOpinion, ...] = ()
    questions: tuple[Question, ...] = ()
    strengths: tuple[Strength, ...] = ()

    @property
    def ordinary_grr(self) -> tuple[Fraction, ...]:
        """The medians of whole populations, ascending, where GRR is below its range and not below the lowest of them.

        The ranges by size stand well above what surveys of everybody find. There it matters: such a GRR is ordinary.
        """
        if self.grr is None or self.grr.state != "below":
            return ()
        everybody = [
            each.middle
            for each in self.opinions
            if each.metric == "grr" and isinstance(each.source, Opinion) and each.source.by == "all" and each.middle
        ]
        return tuple(sorted(everybody)) if everybody and self.grr.value >= min(everybody) else ()

    @property
    def heaviest_loss(self) -> Part | None:
        """What cost most: the larger of churn and contraction; None when nothing was lost."""
        losses = [part for part in self.parts if part.component != "expansion" and part.amount]
        return max(losses, key=lambda part: part.amount, default=None)

    @property
    def missing_growth(self) -> Part | None:
        """Expansion, where NRR is short of its target and more of it is what explains most of the gap."""
        short = self.nrr_gap is not None and self.nrr_gap.points > 0
        return self.main if short and self.main is not None and self.main.component == "expansion" else None


def assess(
    ttm: Bridge | None,
    playbook: Playbook,
    *,
    acv_limits: tuple[int, int],
    dimension: str | None = None,
    value: str | None = None,
    targets: Targets | None = None,
    left_out: int = 0,
    company: int | None = None,
    unit: int = 100,
) -> Assessment:
    """Return what the bridge of twelve months says.

    Args:
        ttm: the bridge; None when history is too short.
        playbook: what it is read against.
        acv_limits: from where on an ACV is Mid-Market, and above which it is Enterprise; minor units.
        dimension: what the cut is by; None for the whole company.
        value: the cut's value in it.
        targets: what to aim at; the playbook's defaults when None.
        left_out: MRR of the quarantined accounts of the cut at the window's start, minor units.
        company: MRR of the whole company at the window's start, minor units; None where that is not known.
        unit: minor units in one unit of the currency.

    Raises:
        ValueError: the bridge spans other than twelve months. Benchmarks are annual: a quarter's GRR of 93% can be
            a yearly 76%.

    """
    if ttm is None:
        return Assessment("no_ttm", None)
    if ttm.window.months != 12:
        raise ValueError(f"an annual benchmark needs 12 months, not {ttm.window.months}")
    nrr, grr = ttm.nrr, ttm.grr
    if nrr is None or grr is None:
        return Assessment("empty_base", ttm)
    if ttm.base < playbook.withhold.accounts_below:
        return Assessment("small_base", ttm)
    if left_out > parse_share(playbook.withhold.left_out_above) * ttm.starting:
        return Assessment("much_left_out", ttm)
    choice = choose_benchmark(dimension, value, ttm.average_acv, acv_limits)
    aims = targets or playbook.targets
    nrr_gap, grr_gap = gap_to("nrr", ttm, aims.nrr), gap_to("grr", ttm, aims.grr)
    parts = parts_of(ttm, aims)
    worst = max(parts, key=lambda part: part.gap)
    best = playbook.find_benchmark("nrr").best_in_class
    verdict = _verdict("nrr", nrr, playbook, choice)
    low = nrr < parse_share(playbook.bands.healthy_from) or (verdict is not None and verdict.state == "below")
    amounts: dict[ClassifiedBy, Fraction] = {"acv": Fraction(12 * ttm.starting, ttm.base * unit)}
    amounts["arpa"] = amounts["acv"] / 12
    if company is not None:
        amounts["arr"] = Fraction(12 * company, unit)
    return Assessment(
        None,
        ttm,
        choice=choice,
        nrr=verdict,
        grr=_verdict("grr", grr, playbook, choice),
        best_in_class=best is not None and nrr >= parse_share(best),
        band=band(nrr, playbook),
        diagnosis=diagnose(nrr, grr, playbook),
        larger_gap=_larger(nrr_gap, grr_gap),
        nrr_gap=nrr_gap,
        grr_gap=grr_gap,
        parts=parts,
        main=worst if worst.gap > 0 else None,
        opinions=(
            *_opinions("nrr", nrr, playbook, choice, amounts),
            *_opinions("grr", grr, playbook, choice, amounts),
        ),
        questions=get_args(Question) if low else (),
        strengths=() if low else strengths_of(ttm, aims, playbook),
    )


def strengths_of(bridge: Bridge, aims: Targets, playbook: Playbook) -> tuple[Strength, ...]:
    """Return what goes well in a bridge whose base is not empty.

    loyalty: GRR is good (`diagnosis.grr_good_from`). upsell: there is expansion, and as much of it as the targets ask
    for, target NRR - target GRR. anticipation: nobody left, or those in trouble pay less rather than leave: there is
    no more churn than contraction.
    """
    found = {
        "loyalty": bridge.starting - bridge.churn - bridge.contraction
        >= parse_share(playbook.diagnosis.grr_good_from) * bridge.starting,
        "upsell": 0 < bridge.expansion >= (aims.nrr - aims.grr) * bridge.starting,
        "anticipation": bridge.churn <= bridge.contraction,
    }
    return tuple(name for name in get_args(Strength) if found[name])


def _opinions(
    metric: Metric,
    value: Fraction,
    playbook: Playbook,
    choice: BenchmarkChoice | None,
    amounts: dict[ClassifiedBy, Fraction],
) -> Iterator[SecondOpinion]:
    """Yield what is published of companies like this one, beside the set that gives the verdict."""
    for ranges in playbook.benchmarks:
        if ranges.metric == metric and ranges.set != MAIN_SET and choice is not None:
            low, high = ranges.ranges[choice.size]
            yield _opinion(value, ranges, CompanyClass(low=low, high=high))
    for opinion in playbook.opinions:
        row = opinion.select_class(playbook.product, amounts) if opinion.metric == metric else None
        if row is not None:
            yield _opinion(value, opinion, row)


def _opinion(value: Fraction, source: Opinion | Ranges, row: CompanyClass) -> SecondOpinion:
    low, middle, high = (None if edge is None else parse_share(edge) for edge in row.edges)
    if low is None:
        raise ValueError("what is said has a lower edge")
    state, distance = _stands(value, low, high)
    return SecondOpinion(source.metric, value, source, row, low, middle, high, state, distance)


def _stands(value: Fraction, low: Fraction, high: Fraction | None) -> tuple[State, Fraction]:
    """Return where a value stands to two edges that belong to what they enclose, and how far outside."""
    if value < low:
        return "below", low - value
    if high is not None and value > high:
        return "above", value - high
    return "inside", Fraction(0)


def _verdict(metric: Metric, value: Fraction, playbook: Playbook, choice: BenchmarkChoice | None) -> Verdict | None:
    if choice is None:
        return None
    benchmark = playbook.find_benchmark(metric)
    low, high = (parse_share(edge) for edge in benchmark.ranges[choice.size])
    return Verdict(metric, value, low, high, *_stands(value, low, high), benchmark)


def band(nrr: Fraction, playbook: Playbook) -> Band:
    """Return what an annual NRR means by itself."""
    limits = playbook.bands
    if nrr > parse_share(limits.excellent_above):
        return "excellent"
    if nrr >= parse_share(limits.healthy_from):
        return "healthy"
    return "shrinking" if nrr >= parse_share(limits.shrinking_from) else "degrading"


def diagnose(nrr: Fraction, grr: Fraction, playbook: Playbook) -> Finding:
    """Return what an annual NRR and GRR mean together.

    healthy: keeps and grows. leaking: expansion hides churn. loyal: keeps, and does not grow. losing: stop the leak
    first. between: GRR is neither good nor bad, and the larger gap to target has to be named.
    """
    limits = playbook.diagnosis
    grows = nrr >= parse_share(limits.nrr_from)
    if grr >= parse_share(limits.grr_good_from):
        return "healthy" if grows else "loyal"
    if grr < parse_share(limits.grr_bad_below):
        return "leaking" if grows else "losing"
    return "between"


def gap_to(metric: Metric, bridge: Bridge, target: Fraction) -> Gap:
    """Return how far a ratio of `bridge`, whose base is not empty, is from `target`.

    Raises:
        ZeroDivisionError: the base is empty.

    """
    reached = bridge.ending if metric == "nrr" else bridge.starting - bridge.contraction - bridge.churn
    value = Fraction(reached, bridge.starting)
    return Gap(metric, value, target, target - value, max(0, math.ceil(target * bridge.starting) - reached))


def _larger(nrr: Gap, grr: Gap) -> Metric | None:
    if max(nrr.points, grr.points) <= 0:
        return None
    return "nrr" if nrr.points > grr.points else "grr"


def parts_of(bridge: Bridge, targets: Targets) -> tuple[Part, ...]:
    """Return churn, contraction and expansion, and how much of the gap of NRR to its target each explains.

    The gap of NRR splits exactly into what is missing in expansion and what is lost too much:

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
        Part(name, amounts[name], Fraction(amounts[name], bridge.starting), gap, gap * bridge.starting)
        for name, gap in gaps.items()
    )
