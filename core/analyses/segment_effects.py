"""The segments that moved a ratio between two windows, and whether by their ratio or by their weight.

A ratio of the whole is the mean of those of the segments, weighted by starting MRR. With w the weight of a segment, r
its ratio and R that of the whole, the change from the earlier window (0) to the later one (1) is

    R1 - R0 = sum (w0 + w1) / 2 x (r1 - r0)                            the rate effects
            + sum (w1 - w0) x ((r0 + r1) / 2 - (R0 + R1) / 2)          the mix effects

(Kitagawa, Journal of the American Statistical Association 50, 1955; the mean of the whole in the second sum, which
adds nothing to it, makes growth of a segment with a high ratio count as a gain.) A segment that has no MRR at the start
of one window takes its ratio of the other. The effects of the values of a dimension add up to the change, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from core.ledger.history import measure_spacing
from core.ledger.segments import UNASSIGNED, Segments
from core.money import compute_ratio, round_fraction
from core.months import Calendar, Period, Window
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_cohort_method, require_ends, require_history
from core.sources.closes import BaseSum
from core.sources.exclusions import Excluded, build_excluded_json
from core.terms import Metric

# Months from the earlier twelve months to the later ones, where no period is asked for.
STEP = 3
# A rate effect is rounded to so many decimals, half-up: exact fractions of thousands of values are too slow to add.
_DECIMALS = 10**50


@dataclass(frozen=True, slots=True)
class SegmentEffectsRequest:
    """A cut, and the two windows that are compared.

    Attributes:
        question: the cut and the later period; its metric is the ratio that is taken apart.
        earlier: the earlier period.
        in_period: whether the words name the later one.

    """

    question: Question
    earlier: Period
    in_period: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Accounts in one window: MRR at the start, what the ratio keeps of it (minor units), and their number."""

    starting: int
    kept: int
    accounts: int

    @property
    def ratio(self) -> Fraction | None:
        """The ratio, kept / starting; None where nothing is at the start."""
        return compute_ratio(self.kept, self.starting)


@dataclass(frozen=True, slots=True)
class SegmentEffect:
    """The part that one value of a dimension has in the change of the whole.

    Attributes:
        value: as the ledger has it; "Unassigned" where the cell is blank.
        earlier: its accounts in the earlier window.
        later: its accounts in the later window.
        share: the mean of its weights in both windows.
        rate: the effect of the change of its ratio.
        mix: the effect of its weight.

    """

    value: str
    earlier: Part
    later: Part
    share: Fraction
    rate: Fraction
    mix: Fraction

    @property
    def total(self) -> Fraction:
        """Both effects together."""
        return self.rate + self.mix

    @property
    def change(self) -> Fraction:
        """The change of its ratio; 0 where it has none in one of the windows."""
        before, after = self.earlier.ratio, self.later.ratio
        return Fraction(0) if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class DimensionEffects:
    """The change of the whole by the values of one dimension.

    Attributes:
        dimension: its key.
        heading: its heading in the sheet.
        effects: its values with MRR at a start, by how much more than their share of the change they explain.
        opposed: the share of the MRR whose ratio moved against the whole.

    """

    dimension: str
    heading: str
    effects: tuple[SegmentEffect, ...]
    opposed: Fraction

    @property
    def rate(self) -> Fraction:
        """The rate effects together."""
        return sum((effect.rate for effect in self.effects), Fraction(0))

    @property
    def mix(self) -> Fraction:
        """The mix effects together."""
        return sum((effect.mix for effect in self.effects), Fraction(0))

    @property
    def is_reversed(self) -> bool:
        """Whether most of the MRR, and the ratios together, moved against the whole, so that the mix turned it.

        That is Simpson's paradox (Journal of the Royal Statistical Society B 13, 1951).
        """
        change = self.rate + self.mix
        return self.opposed > Fraction(1, 2) and self.rate * change < 0


@dataclass(frozen=True, slots=True)
class SegmentEffects:
    """The change of a ratio by every dimension.

    Attributes:
        question: the cut and the later period.
        earlier_period: the earlier period.
        earlier: the whole in the earlier window.
        later: the whole in the later window.
        dimensions: those with two values or more, the one first whose leading value explains most beyond its share,
            and those last that are led by their blank cells; empty where a window has no ratio.
        excluded: the accounts that are excluded from the later window.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    earlier_period: Period
    earlier: Part
    later: Part
    dimensions: tuple[DimensionEffects, ...]
    excluded: Excluded
    segments: Segments
    origin: Origin

    @property
    def change(self) -> Fraction | None:
        """The change of the ratio; None where a window has none."""
        before, after = self.earlier.ratio, self.later.ratio
        return None if before is None or after is None else after - before


def read_segment_effects(text: str, reader: QuestionReader) -> SegmentEffectsRequest:
    """Return what "enterprise Q3" asks for: a cut, and a period against the one of the same length before it.

    Without a period: the twelve months to the last close against those to three months before; in a sheet whose closes
    are further apart, to the close before.

    Raises:
        QuestionError: the words are no question.

    """
    ledger, calendar = reader.scope.ledger, reader.scope.calendar
    year = Period("ttm", Window.ending(ledger.last, YEAR))
    question = reader.read(text, year)
    # The period of a question that names none is the default itself.
    if question.period is not year:
        return SegmentEffectsRequest(question, find_period_before(question.period, calendar), in_period=True)
    step = max(STEP, measure_spacing(ledger.closes))
    return SegmentEffectsRequest(question, Period("ttm", Window.ending(ledger.last - step, YEAR)))


def find_period_before(period: Period, calendar: Calendar) -> Period:
    """Return the period of the same length that ends where another begins."""
    window = Window.ending(period.window.start, period.window.months)
    if period.kind == "quarter" and window.months == STEP:
        year, number = calendar.part_of(window.end, STEP)
        return Period("quarter", window, year=year, number=number)
    if period.kind in {"year", "fiscal_year"} and window.months == YEAR:
        return replace(period, window=window, year=period.year - 1)
    if period.kind == "month" or window.months == 1:
        return Period("month", window, number=window.end.number)
    return Period("ttm" if window.months == YEAR else "range", window)


def explain_by_segments(request: SegmentEffectsRequest, scope: Scope) -> SegmentEffects:
    """Return the change of a ratio between two windows, taken apart by every dimension; the cohort method.

    Raises:
        QuestionError: the sheet lacks a close of the windows or has no ends, the question names a dimension or value
            that the ledger does not have, or another method.

    """
    question, segments, ledger = request.question, scope.segments, scope.ledger
    require_cohort_method(question)
    require_ends(ledger)
    for period in (request.earlier, question.period):
        require_history(ledger, period)
    windows, cuts, metric = (request.earlier.window, question.period.window), scope.cuts, question.metric
    earlier, later = (_build_part(BaseSum.of(cuts.measure(question.filters, window)), metric) for window in windows)
    dimensions: list[DimensionEffects] = []
    if earlier.starting and later.starting:
        sides = [cuts.split_base(question.filters, window) for window in windows]
        for dimension in segments.dimensions:
            parts = ({value: _build_part(sums, metric) for value, sums in side[dimension].items()} for side in sides)
            effects = _take_apart(dimension, segments, (earlier, later), *parts)
            if effects:
                dimensions.append(effects)
        change = Fraction(later.kept, later.starting) - Fraction(earlier.kept, earlier.starting)
        # Blank cells name no customers, and are often those of customers that left: such a column comes last.
        dimensions.sort(
            key=lambda entry: (entry.effects[0].value == UNASSIGNED, -measure_excess(entry.effects[0], change))
        )
    return SegmentEffects(
        question,
        request.earlier,
        earlier,
        later,
        tuple(dimensions),
        cuts.exclude(question.filters, question.period.window),
        segments,
        scope.origin,
    )


def measure_excess(effect: SegmentEffect, change: Fraction) -> Fraction:
    """Return how much more of a change a value explains than its share of the MRR, in the direction of the change."""
    excess = effect.total - effect.share * change
    return excess if change >= 0 else -excess


def _build_part(sums: BaseSum, metric: Metric) -> Part:
    return Part(sums.starting, sums.keep(metric), sums.accounts)


def _take_apart(
    dimension: str,
    segments: Segments,
    wholes: tuple[Part, Part],
    earlier: Mapping[str, Part],
    later: Mapping[str, Part],
) -> DimensionEffects | None:
    """Return the effects of the values of a dimension; None where fewer than two values have MRR at a start."""
    effects = [
        _measure_effect(value, before, later[value], wholes)
        for value, before in earlier.items()
        if before.starting or later[value].starting
    ]
    if len(effects) < 2:
        return None
    change = Fraction(wholes[1].kept, wholes[1].starting) - Fraction(wholes[0].kept, wholes[0].starting)
    effects.sort(key=lambda effect: -measure_excess(effect, change))
    opposed = sum((effect.share for effect in effects if effect.change * change < 0), Fraction(0))
    return DimensionEffects(dimension, segments.heading(dimension), tuple(effects), opposed)


def _measure_effect(value: str, before: Part, after: Part, wholes: tuple[Part, Part]) -> SegmentEffect:
    weights = [Fraction(part.starting, whole.starting) for part, whole in zip((before, after), wholes, strict=True)]
    share = (weights[0] + weights[1]) / 2
    middle = (Fraction(wholes[0].kept, wholes[0].starting) + Fraction(wholes[1].kept, wholes[1].starting)) / 2
    # w1 r1 - w0 r0 is both effects before the mean of the whole is taken off: its denominators are those of the wholes.
    kept = Fraction(after.kept, wholes[1].starting) - Fraction(before.kept, wholes[0].starting)
    total = kept - (weights[1] - weights[0]) * middle
    ratios = before.ratio, after.ratio
    change = Fraction(0) if ratios[0] is None or ratios[1] is None else ratios[1] - ratios[0]
    rate = Fraction(round_fraction(share * change * _DECIMALS), _DECIMALS)
    return SegmentEffect(value, before, after, share, rate, total - rate)


def build_segment_effects_json(effects: SegmentEffects) -> dict[str, Any]:
    """Return the change as JSON: points as strings with one decimal, and every value of every dimension as a row."""
    change, metric = effects.change, effects.question.metric
    windows = effects.earlier_period.window, effects.question.period.window
    return {
        **build_head_json(effects.question, effects.segments.ledger, effects.origin),
        "earlier": _build_part_json(effects.earlier, metric, windows[0]),
        "window": _build_part_json(effects.later, metric, windows[1]),
        "points": format_percent(change),
        "dimensions": [
            {
                "dimension": entry.dimension,
                "rate_points": format_percent(entry.rate),
                "mix_points": format_percent(entry.mix),
                "leading_value": entry.effects[0].value,
                "opposed_share": format_percent(entry.opposed),
                "is_reversed": entry.is_reversed,
            }
            for entry in effects.dimensions
        ],
        "rows": list(_list_rows(effects)),
        "excluded": build_excluded_json(effects.excluded),
    }


def _build_part_json(part: Part, metric: Metric, window: Window | None = None) -> dict[str, Any]:
    span = {"start": str(window.start), "end": str(window.end)} if window else {}
    counts = {"accounts": part.accounts, "starting_mrr": part.starting}
    return {**span, **counts, metric: format_percent(part.ratio)}


def _list_rows(effects: SegmentEffects) -> Iterator[dict[str, Any]]:
    metric = effects.question.metric
    for entry in effects.dimensions:
        for effect in entry.effects:
            yield {
                "dimension": entry.dimension,
                "value": effect.value,
                "share": format_percent(effect.share),
                "earlier": _build_part_json(effect.earlier, metric),
                "later": _build_part_json(effect.later, metric),
                "rate_points": format_percent(effect.rate),
                "mix_points": format_percent(effect.mix),
                "points": format_percent(effect.total),
            }
