"""A cut month by month, or by quarters or years: its twelve-month ratios, and the movements of each month or part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from core.errors import N_, QuestionError, Sentence
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge
from core.months import Calendar, Grain, Month, Period, PeriodKind, Window
from core.query.period_phrases import LENGTHS, match_period
from core.query.question import Question
from core.query.tokens import fold_word
from core.query.vocabulary import Vocabulary
from core.reports.answer_json import build_head_json, build_window_json, format_percent
from core.reports.scope import COMPONENT_ORDER, YEAR, Origin, QuestionReader, Scope, require_cohort_method
from core.terms import Component, Metric
from core.text import clean_text

SPANS = (3, 12)
SIGNS: Mapping[Component, int] = {"expansion": 1, "contraction": -1, "churn": -1}
# Ratio -> the components that it follows from.
MADE_OF: Mapping[Metric, tuple[Component, ...]] = {"nrr": COMPONENT_ORDER, "grr": ("contraction", "churn")}
_GRAINS: Mapping[str, Grain] = {
    **dict.fromkeys(("month", "months", "mois"), "month"),
    **dict.fromkeys(("quarter", "quarters", "trimestre", "trimestres"), "quarter"),
    **dict.fromkeys(("year", "years", "an", "ans", "annee", "annees"), "year"),
}
_GRAIN = re.compile(r"(?:by |par )?(?:(?P<count>[1-9]\d?) )?(?P<grain>[^\W\d_]+)(?!\S)")


@dataclass(frozen=True, slots=True)
class TrendRequest:
    """A cut over time: the last so many months, quarters or years up to the end of its period.

    Attributes:
        question: the cut; the trend ends with its period.
        grain: the length of each part.
        count: the number of parts; None for all that the sheet has.

    """

    question: Question
    grain: Grain = "month"
    count: int | None = None

    def __str__(self) -> str:
        plural = f"{self.grain}s" if self.count != 1 else self.grain
        if self.count:
            return f"{self.count} {plural}"
        return plural if self.grain != "month" else ""


@dataclass(frozen=True, slots=True)
class Point:
    """One month, quarter or year, by its last close.

    Attributes:
        period: the month, quarter or year.
        bridge: the bridge of the period, of a month since the close before that the sheet has; the cut taken at its
            start.
        reclassified: MRR of the accounts that came into the cut at the month's start, less that of those that left
            it, as their segment changed; 0 for the first month.
        ttm: the bridge of the twelve months that end with it, the cut taken at their start; None without both closes.

    """

    period: Period
    bridge: Bridge
    reclassified: int
    ttm: Bridge | None

    @property
    def month(self) -> Month:
        """The month of its close."""
        return self.period.window.end

    def own_ratio(self, metric: Metric) -> Fraction | None:
        """Return a ratio of the period itself; None without a base."""
        return self.bridge.nrr if metric == "nrr" else self.bridge.grr

    def ratio(self, metric: Metric) -> Fraction | None:
        """Return a ratio of the twelve months; None without them or without a base."""
        if self.ttm is None:
            return None
        return self.ttm.nrr if metric == "nrr" else self.ttm.grr


@dataclass(frozen=True, slots=True)
class Change:
    """The change of the twelve-month ratios from an earlier month to the last one, as ratios: 1/50 is 2 points.

    Attributes:
        months: months between the two.
        nrr: the rise of NRR; the three parts add up to it.
        grr: the rise of GRR; the parts of contraction and churn add up to it.
        parts: component -> its part of the rise of NRR; negative where it costs more than before.

    """

    months: int
    nrr: Fraction
    grr: Fraction
    parts: Mapping[Component, Fraction]

    def by(self, metric: Metric) -> Fraction:
        """Return the rise of a ratio."""
        return self.nrr if metric == "nrr" else self.grr

    def main(self, metric: Metric) -> Component | None:
        """Return the component that moved a ratio most in the direction of its change; None where it did not change."""
        change = self.by(metric)
        if not change:
            return None
        return max(MADE_OF[metric], key=lambda name: self.parts[name] * change)


@dataclass(frozen=True, slots=True)
class Trend:
    """A cut month by month, or by quarters or years.

    Attributes:
        request: the cut, and the parts that were asked for.
        points: the last ones that were asked for; of months without a number every close from the second one on.
        changes: over 3 and over 12 months, where both ends have a ratio.
        best: the month with the highest ratio, the latest of equals; None without a ratio.
        worst: the month with the lowest ratio, the latest of equals; None without a ratio.
        reason: why the last month has no ratios of twelve months; None where it can have them.
        excluded: number of accounts of the cut that are excluded for errors in the sheet.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    request: TrendRequest
    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    best: Point | None
    worst: Point | None
    reason: Sentence | None
    excluded: int
    segments: Segments
    origin: Origin

    @property
    def question(self) -> Question:
        """The cut; the trend ends with its period."""
        return self.request.question


def read_trend(text: str, reader: QuestionReader) -> TrendRequest:
    """Return what "4 quarters enterprise" asks for: a number of parts, and the cut whose trend ends with its period.

    Without a period it ends with the last close, without a number it shows all months.

    Raises:
        QuestionError: the text is no question.

    """
    grain, count, question_text = _read_grain(clean_text(text), reader.vocabulary)
    question = reader.read(question_text, Period("ttm", Window.ending(reader.scope.ledger.last, YEAR)))
    return TrendRequest(question, grain, count)


def _read_grain(text: str, vocabulary: Vocabulary) -> tuple[Grain, int | None, str]:
    """Return the grain and number that a text begins with, and the rest: "4 quarters", "quarters", not "year 2025"."""
    match = _GRAIN.match(text)
    grain = _GRAINS.get(fold_word(match["grain"])) if match else None
    if not match or not grain or vocabulary.find_filter(match[0]):
        return "month", None, text
    next_word = text[match.end() :].split()[:1]
    if not match["count"] and match_period(fold_word(" ".join([match["grain"], *next_word]))):
        return "month", None, text
    return grain, int(match["count"]) if match["count"] else None, text[match.end() :].strip()


def build_trend(request: TrendRequest, scope: Scope) -> Trend:
    """Return the cut of a request month by month, or by quarters or years, until its period ends.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or another method, or the
            sheet has no complete quarter or year until then.

    """
    question = request.question
    require_cohort_method(question)
    segments, ledger, cuts = scope.segments, scope.ledger, scope.cuts
    closes = [close for close in ledger.closes if close <= question.period.window.end]
    end = closes[-1] if closes else question.period.window.end

    # Month by month these are movements, which are as billed; longer periods are windows as any other.
    as_billed = request.grain == "month"
    points: list[Point] = []
    periods = list(_list_periods(request.grain, ledger, scope.calendar, closes))
    years = [year for period in periods if ledger.covers(year := Window.ending(period.window.end, YEAR))]
    bridges = cuts.measure_all(question.filters, [period.window for period in periods], as_billed=as_billed)
    bridges_of_years = cuts.measure_all(question.filters, years)
    for period in periods:
        bridge, year = bridges[period.window], Window.ending(period.window.end, YEAR)
        before = points[-1].bridge.total if points else bridge.starting
        points.append(Point(period, bridge, bridge.starting - before, bridges_of_years.get(year)))
    if not points and request.grain != "month":
        problem = (
            N_("The data has no complete quarter up to {month}.") if request.grain == "quarter"
            else N_("The data has no complete year up to {month}.")
        )  # fmt: skip
        raise QuestionError(problem, N_("Ask for months: {example}."), month=end, example="trend")
    if request.count:
        points = points[-request.count :]
    rated = [point for point in points if point.ratio(question.metric) is not None]
    year = Window.ending(end, YEAR)
    window = year if ledger.covers(year) else Window(*closes[-2:]) if points else year
    return Trend(
        request,
        tuple(points),
        tuple(change for span in SPANS if (change := _measure_change(points, span))),
        max(rated, key=lambda point: (_read_ratio(point, question), point.month), default=None),
        min(rated, key=lambda point: (_read_ratio(point, question), -point.month.ordinal), default=None),
        explain_missing_ratio(ledger) or explain_missing_year(ledger, end),
        cuts.count_excluded(question.filters, window) if points else 0,
        segments,
        scope.origin,
    )


def _list_periods(grain: Grain, ledger: Ledger, calendar: Calendar, closes: list[Month]) -> Iterator[Period]:
    """Yield the periods between closes: of months each close with the one before, else those with both closes."""
    if grain == "month":
        for before, close in pairwise(closes):
            yield Period("month", Window(before, close), number=close.number)
        return
    months = LENGTHS[grain]
    kind: PeriodKind = "quarter" if grain == "quarter" else "year" if calendar.first_month == 1 else "fiscal_year"
    for close in closes:
        year, number = calendar.part_of(close, months)
        window = calendar.span(year, months, number)
        if window.end == close and ledger.covers(window):
            yield Period(kind, window, year=year, number=number if grain == "quarter" else 0)


def _read_ratio(point: Point, question: Question) -> Fraction:
    return point.ratio(question.metric) or Fraction(0)


def _measure_change(points: list[Point], months: int) -> Change | None:
    if not points:
        return None
    last = points[-1]
    before = next((point.ttm for point in points if point.month == last.month - months), None)
    return measure_change(before, last.ttm, months) if before and last.ttm else None


def measure_change(before: Bridge, now: Bridge, months: int) -> Change | None:
    """Return the change from twelve months to others that end so many months later; None without both ratios."""
    if before.nrr is None or now.nrr is None:
        return None
    parts = {name: SIGNS[name] * (_measure_share(now, name) - _measure_share(before, name)) for name in COMPONENT_ORDER}
    return Change(months, sum(parts.values(), Fraction(0)), parts["contraction"] + parts["churn"], parts)


def _measure_share(bridge: Bridge, component: Component) -> Fraction:
    amount: int = getattr(bridge, component)
    return Fraction(amount, bridge.starting)


def build_trend_json(trend: Trend) -> dict[str, Any]:
    """Return the trend as JSON: every month, quarter or year with its movements and the WINDOW of its twelve months."""
    ledger = trend.segments.ledger
    is_monthly = trend.request.grain == "month"

    def build_point_json(point: Point) -> dict[str, Any]:
        ratios = {"nrr": format_percent(point.bridge.nrr), "grr": format_percent(point.bridge.grr)}
        return {
            "month": str(point.month),
            **({} if is_monthly else {"period": point.period.label, **ratios}),
            "reclassified": point.reclassified,
            "start_mrr": point.bridge.starting,
            "new": point.bridge.new,
            "reactivation": point.bridge.reactivated,
            "expansion": point.bridge.expansion,
            "contraction": point.bridge.contraction,
            "churn": point.bridge.churn,
            "end_mrr": point.bridge.total,
            "fx_effect": point.bridge.fx_effect,
            "trailing_12_months": build_window_json(point.ttm, nrr=point.ttm.nrr, grr=point.ttm.grr)
            if point.ttm
            else None,
            "trailing_12_months_reason": None if point.ttm else str(explain_missing_year(ledger, point.month)),
        }

    def build_change_json(change: Change) -> dict[str, Any]:
        return {
            "months": change.months,
            "nrr_points": format_percent(change.nrr),
            "grr_points": format_percent(change.grr),
            **{f"{name}_points": format_percent(part) for name, part in change.parts.items()},
        }

    return {
        **build_head_json(trend.question, ledger, trend.origin),
        "months": [build_point_json(point) for point in trend.points],
        "changes": [build_change_json(change) for change in trend.changes],
        "best_month": str(trend.best.month) if trend.best else None,
        "worst_month": str(trend.worst.month) if trend.worst else None,
        "reason": str(trend.reason) if trend.reason else None,
        "excluded_accounts": trend.excluded,
    }
