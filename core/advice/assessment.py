"""The assessment of twelve months: verdicts against a benchmark, band, diagnosis, gaps to target. No text.

Published benchmarks are annual, so this module takes the bridge of twelve months and refuses any other. It compares
exact fractions: an NRR of 100% to the last cent is "from 100", 99.9999% is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from core.advice.size_mix import SizeMix
from core.metrics.retention import Bridge
from core.metrics.uncertainty import Interval, Uncertainty
from core.money import parse_share, to_percent
from core.playbook.playbook import Playbook
from core.playbook.schema import MAIN_SET, ClassifiedBy, CompanyClass, Opinion, Ranges
from core.terms import Component, Metric

State = Literal["below", "inside", "above"]
Band = Literal["excellent", "healthy", "shrinking", "degrading"]
METRICS: tuple[Metric, ...] = get_args(Metric)
Finding = Literal["healthy", "leaking", "loyal", "losing", "between"]
FollowUpQuestion = Literal["onboarding", "help", "offer"]
Strength = Literal["loyalty", "upsell", "anticipation"]
Withheld = Literal["no_ttm", "cannot_leave", "empty_base", "small_base", "much_left_out"]
AimSource = Literal["segment", "company", "config", "range"]
Rating = Literal["good", "watch", "bad"]


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
        interval: the 95% interval of the ratio; None where it has none.

    """

    metric: Metric
    value: Fraction
    low: Fraction
    high: Fraction
    state: State
    distance: Fraction
    benchmark: Ranges
    interval: Interval | None = None

    @property
    def is_sure(self) -> bool:
        """Whether "below" or "above" would hold for the whole interval; a ratio inside its range is always sure."""
        if self.state == "inside":
            return True
        if self.interval is None:
            return False
        return self.interval.high < self.low if self.state == "below" else self.interval.low > self.high


@dataclass(frozen=True, slots=True)
class Aim:
    """The yearly ratio that a cut should reach, and its source.

    Attributes:
        value: as a ratio: 11/10 is 110%.
        source: the cut's own row of the sheet, the row of the whole company, the config, or else the lower edge of the
            cut's range.

    """

    value: Fraction
    source: AimSource


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
    """The distance of one ratio to its aim.

    Attributes:
        metric: the name of the ratio.
        value: the ratio.
        target: the aim.
        points: target - value; negative where the aim is exceeded.
        mrr: the MRR at the end that is missing to the aim, minor units, rounded up; 0 where it is met.

    """

    metric: Metric
    value: Fraction
    target: Fraction
    points: Fraction
    mrr: int


@dataclass(frozen=True, slots=True)
class GapPart:
    """One component of the bridge, and its part of the gap between NRR and its aim.

    Attributes:
        component: its name.
        amount: its MRR in minor units.
        points: amount / starting.
        gap: its part of the gap of NRR to its aim; the three parts add up to that gap. Negative where it is better
            than the aims require.
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
        mix: the sizes of customer whose range is used.
        uncertainty: the intervals of the ratios.
        nrr: NRR against the range.
        grr: GRR against the range.
        best_in_class: whether NRR reaches the level of the best companies.
        band: the meaning of NRR by itself.
        diagnosis: the meaning of both ratios together.
        larger_gap: the ratio that is further below its aim; None when both are met. GRR when they are equal, as
            lost MRR has to be won back before anything grows.
        aims: ratio -> its aim; a ratio without a target and without a range has none.
        nrr_gap: NRR and its aim.
        grr_gap: GRR and its aim.
        parts: churn, contraction, expansion; empty where a ratio has no aim.
        main: the one cause: the part that explains most of the gap; None when no part misses its aim. A loss only
            where GRR misses its aim.
        opinions: other published values for companies like this one, NRR before GRR.
        questions: the follow-up questions where NRR is low: below 100%, or below the range.
        strengths: the strengths where NRR is not low; see `find_strengths`.

    """

    withheld: Withheld | None
    ttm: Bridge | None
    mix: SizeMix | None = None
    uncertainty: Uncertainty | None = None
    nrr: Verdict | None = None
    grr: Verdict | None = None
    best_in_class: bool = False
    band: Band | None = None
    diagnosis: Finding | None = None
    larger_gap: Metric | None = None
    aims: Mapping[Metric, Aim] = field(default_factory=dict)
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
    def rating(self) -> Rating | None:
        """Whether the twelve months are good, to be watched or bad; None where there is no verdict.

        Bad: both ratios are below their ranges, or accounts leave so fast that the diagnosis is a leak or a loss. Good:
        both reach their ranges and aims.
        """
        verdicts = [verdict for verdict in (self.nrr, self.grr) if verdict is not None]
        if not verdicts:
            return None
        below = sum(verdict.state == "below" for verdict in verdicts)
        if below == len(verdicts) or (below and self.diagnosis in {"leaking", "losing"}):
            return "bad"
        return "watch" if below or self.larger_gap else "good"


@dataclass(frozen=True, slots=True)
class CutFacts:
    """The facts about a cut that its bridge does not have, and that decide which benchmarks apply and whether any do.

    Attributes:
        mix: its sizes of customer; None where no size is known.
        uncertainty: the intervals of its ratios.
        left_out: MRR of the excluded accounts and rows of the cut, minor units.
        left_out_accounts: number of the excluded accounts of the cut.
        company: MRR of the whole company at the window's start, minor units; None if unknown.
        unit: minor units that stand for one euro of the published amounts; None if unknown.
        has_floor: whether the cut leaves out the accounts below an ARR: what is published counts all customers.

    """

    mix: SizeMix | None = None
    uncertainty: Uncertainty | None = None
    left_out: int = 0
    left_out_accounts: int = 0
    company: int | None = None
    unit: Fraction | None = Fraction(100)
    has_floor: bool = False


def assess(
    ttm: Bridge | None, playbook: Playbook, cut: CutFacts, targets: Mapping[Metric, Aim] | None = None
) -> Assessment:
    """Return the assessment of the bridge of twelve months.

    Args:
        ttm: the bridge; None when history is too short.
        playbook: the benchmarks, bands and limits to compare with.
        cut: the facts of the cut that the bridge measures.
        targets: the cut's own targets; a ratio without one aims at the lower edge of its range.

    Raises:
        ValueError: the bridge spans other than twelve months. Benchmarks are annual: a quarter's GRR of 93% can be
            a yearly 76%.

    """
    if ttm is None:
        return Assessment("no_ttm", None)
    if ttm.window.months != 12:
        raise ValueError(f"an annual benchmark needs 12 months, not {ttm.window.months}")
    withheld = _withhold(ttm, playbook, cut)
    nrr, grr = ttm.nrr, ttm.grr
    if withheld or nrr is None or grr is None:
        return Assessment(withheld or "empty_base", ttm)
    aims = choose_aims(targets or {}, cut.mix, playbook)
    nrr_gap, grr_gap = (measure_gap(name, ttm, aims[name].value) if name in aims else None for name in METRICS)
    parts = split_gap(ttm, nrr_gap.target, grr_gap.target) if nrr_gap and grr_gap else ()
    best = playbook.find_benchmark("nrr").best_in_class
    verdict = _build_verdict("nrr", nrr, playbook, cut)
    low = nrr < parse_share(playbook.bands.healthy_from) or (verdict is not None and verdict.state == "below")
    amounts = list_class_amounts(ttm, cut.company, cut.unit)
    return Assessment(
        None,
        ttm,
        mix=cut.mix,
        uncertainty=cut.uncertainty,
        nrr=verdict,
        grr=_build_verdict("grr", grr, playbook, cut),
        best_in_class=best is not None and not cut.has_floor and nrr >= parse_share(best),
        band=choose_band(nrr, playbook),
        diagnosis=diagnose(nrr, grr, playbook),
        larger_gap=_choose_larger_gap(nrr_gap, grr_gap),
        aims=aims,
        nrr_gap=nrr_gap,
        grr_gap=grr_gap,
        parts=parts,
        main=_choose_main(parts, nrr_gap, grr_gap),
        opinions=()
        if cut.has_floor
        else (
            *_list_opinions("nrr", nrr, playbook, cut.mix, amounts),
            *_list_opinions("grr", grr, playbook, cut.mix, amounts),
        ),
        questions=get_args(FollowUpQuestion) if low else (),
        strengths=() if low else find_strengths(ttm, aims, playbook),
    )


def _withhold(ttm: Bridge, playbook: Playbook, cut: CutFacts) -> Withheld | None:
    """Return why a bridge of twelve months gets no verdict; None where it gets one."""
    if not ttm.can_leave:
        return "cannot_leave"
    if not ttm.starting:
        return "empty_base"
    if ttm.base < playbook.withhold.accounts_below:
        return "small_base"
    most = parse_share(playbook.withhold.left_out_from)
    accounts = ttm.base + cut.left_out_accounts
    if cut.left_out >= most * (ttm.starting + cut.left_out) or cut.left_out_accounts >= most * accounts:
        return "much_left_out"
    return None


def choose_aims(targets: Mapping[Metric, Aim], mix: SizeMix | None, playbook: Playbook) -> dict[Metric, Aim]:
    """Return the aim of each ratio: the cut's own target, else the lower edge of its range; none without both."""
    aims = dict(targets)
    if mix is not None:
        for metric in METRICS:
            aims.setdefault(metric, Aim(mix.weigh_range(playbook.find_benchmark(metric))[0], "range"))
    return aims


def list_class_amounts(ttm: Bridge, company: int | None, unit: Fraction | None) -> dict[ClassifiedBy, Fraction]:
    """Return the amounts that choose the class of an opinion, in euros, of a bridge whose base is not empty.

    Args:
        ttm: the twelve months of the cut.
        company: MRR of the whole company at their start, minor units; None if unknown.
        unit: minor units that stand for one euro; without it there are no amounts.

    """
    if unit is None:
        return {}
    acv = 12 * ttm.starting / (ttm.base * unit)
    amounts: dict[ClassifiedBy, Fraction] = {"acv": acv, "arpa": acv / 12}
    if company is not None:
        amounts["arr"] = 12 * company / unit
    return amounts


def find_strengths(bridge: Bridge, aims: Mapping[Metric, Aim], playbook: Playbook) -> tuple[Strength, ...]:
    """Return the strengths of a bridge whose base is not empty.

    loyalty: GRR is good (`diagnosis.grr_good_from`). upsell: expansion is above zero and reaches the share that the
    aims require, that of NRR - that of GRR. anticipation: churn is at most contraction, so that accounts in trouble
    pay less instead of leaving; no churn at all counts too.
    """
    is_strong = {
        "loyalty": bridge.starting - bridge.churn - bridge.contraction
        >= parse_share(playbook.diagnosis.grr_good_from) * bridge.starting,
        "upsell": len(aims) == len(METRICS)
        and 0 < bridge.expansion >= (aims["nrr"].value - aims["grr"].value) * bridge.starting,
        "anticipation": bridge.churn <= bridge.contraction,
    }
    return tuple(name for name in get_args(Strength) if is_strong[name])


def _list_opinions(
    metric: Metric,
    value: Fraction,
    playbook: Playbook,
    mix: SizeMix | None,
    amounts: dict[ClassifiedBy, Fraction],
) -> Iterator[SecondOpinion]:
    """Yield the other published values for companies like this one, without the set that gives the verdict."""
    for ranges in playbook.benchmarks:
        if ranges.metric == metric and ranges.set != MAIN_SET and mix is not None:
            low, high = map(to_percent, mix.weigh_range(ranges))
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


def _build_verdict(metric: Metric, value: Fraction, playbook: Playbook, cut: CutFacts) -> Verdict | None:
    if cut.mix is None:
        return None
    benchmark = playbook.find_benchmark(metric)
    low, high = cut.mix.weigh_range(benchmark)
    interval = cut.uncertainty.interval(metric) if cut.uncertainty else None
    return Verdict(metric, value, low, high, *compare_with_range(value, low, high), benchmark, interval)


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


def _choose_larger_gap(nrr: Gap | None, grr: Gap | None) -> Metric | None:
    points: dict[Metric, Fraction] = {gap.metric: gap.points for gap in (grr, nrr) if gap and gap.points > 0}
    return max(points, key=lambda metric: points[metric], default=None)


def _choose_main(parts: tuple[GapPart, ...], nrr: Gap | None, grr: Gap | None) -> GapPart | None:
    """Return the part that explains most of the gap of the ratios that miss their aims; None where none does."""
    if not (nrr and grr) or _choose_larger_gap(nrr, grr) is None:
        return None
    # Where NRR reaches its aim, no growth is missing.
    counted = [part for part in parts if nrr.points > 0 or part.component != "expansion"]
    worst = max(counted, key=lambda part: part.gap)
    return worst if worst.gap > 0 else None


def split_gap(bridge: Bridge, nrr: Fraction, grr: Fraction) -> tuple[GapPart, ...]:
    """Return churn, contraction and expansion, each with its part of the gap of NRR to its aim.

    The gap of NRR splits exactly into missing expansion and excess losses:

        aim of NRR - NRR = ((aim of NRR - aim of GRR) - expansion / starting) + (aim of GRR - GRR)

    The second part is shared between churn and contraction in proportion to their amounts.

    Args:
        bridge: its base is not empty.
        nrr: the aim of NRR.
        grr: the aim of GRR.

    """
    lost = bridge.churn + bridge.contraction
    loss_gap = grr - Fraction(bridge.starting - lost, bridge.starting)
    churned = Fraction(bridge.churn, lost) if lost else Fraction(1)
    gaps: dict[Component, Fraction] = {
        "churn": loss_gap * churned,
        "contraction": loss_gap * (1 - churned),
        "expansion": nrr - grr - Fraction(bridge.expansion, bridge.starting),
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
