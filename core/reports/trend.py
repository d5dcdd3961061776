"""A cut month by month: its twelve-month ratios wherever there are 13 closes, and what its MRR did in each month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import N_, Sentence
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.months import Month, Window
from core.query.question import Question
from core.reports.answer import (
    COMPONENTS,
    YEAR,
    Origin,
    head_json,
    percent_json,
    require_cohort_method,
    select_members,
    window_json,
)
from core.terms import Component, Metric

SPANS = (3, 12)
SIGNS: Mapping[Component, int] = {"expansion": 1, "contraction": -1, "churn": -1}
# Of each ratio, the components that make it up.
MADE_OF: Mapping[Metric, tuple[Component, ...]] = {"nrr": COMPONENTS, "grr": ("contraction", "churn")}


@dataclass(frozen=True, slots=True)
class Point:
    """One month.

    Attributes:
        month: which one.
        moved: the bridge of the month alone, the cut taken at its start.
        reclassified: MRR of the accounts that came into the cut at the month's start, less that of those that left
            it, as their segment changed; 0 for the first month.
        ttm: the bridge of the twelve months that end with it, the cut taken at their start; None without 13 closes.

    """

    month: Month
    moved: Bridge
    reclassified: int
    ttm: Bridge | None

    def ratio(self, metric: Metric) -> Fraction | None:
        """Return a ratio of the twelve months; None where there is none."""
        if self.ttm is None:
            return None
        return self.ttm.nrr if metric == "nrr" else self.ttm.grr


@dataclass(frozen=True, slots=True)
class Change:
    """How the twelve-month ratios of the last month differ from those of an earlier one, as ratios: 1/50 is 2 points.

    Attributes:
        months: how much earlier.
        nrr: by how much NRR rose; the three parts add up to it.
        grr: by how much GRR rose; the parts of contraction and churn add up to it.
        parts: component -> what it did to NRR; negative where it costs more than before.

    """

    months: int
    nrr: Fraction
    grr: Fraction
    parts: Mapping[Component, Fraction]

    def by(self, metric: Metric) -> Fraction:
        """Return by how much a ratio rose."""
        return self.nrr if metric == "nrr" else self.grr

    def main(self, metric: Metric) -> Component | None:
        """Return the component that moved a ratio most in the direction in which it went; None where it stood."""
        change = self.by(metric)
        if not change:
            return None
        return max(MADE_OF[metric], key=lambda name: self.parts[name] * change)


@dataclass(frozen=True, slots=True)
class Trend:
    """A cut month by month.

    Attributes:
        question: the cut; the trend ends with its period.
        points: every month from the second close on.
        changes: over 3 and over 12 months, where both ends have a ratio.
        best: the month whose ratio is highest, the latest of equals; None where there is no ratio.
        worst: likewise the lowest.
        reason: why the last month has no twelve months; None where it has.
        excluded: how many accounts of the cut are left out for errors in the sheet.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    points: tuple[Point, ...]
    changes: tuple[Change, ...]
    best: Point | None
    worst: Point | None
    reason: Sentence | None
    excluded: int
    segments: Segments
    origin: Origin


def build_trend(question: Question, segments: Segments, origin: Origin) -> Trend:
    """Return the cut of `question` month by month, until its period ends.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or another method.

    """
    require_cohort_method(question)
    ledger, end = segments.ledger, question.period.window.end

    def bridge(window: Window) -> Bridge:
        return measure(ledger, window, select_members(segments, question.filters, window))

    points: list[Point] = []
    for ordinal in range(ledger.first.ordinal + 1, end.ordinal + 1):
        month = Month(ordinal)
        moved, year = bridge(Window.ending(month, 1)), Window.ending(month, YEAR)
        before = points[-1].moved.total if points else moved.starting
        points.append(Point(month, moved, moved.starting - before, bridge(year) if ledger.covers(year) else None))
    have = ledger.closes_until(end)
    rated = [point for point in points if point.ratio(question.metric) is not None]
    year = Window.ending(end, YEAR)
    window = year if ledger.covers(year) else Window.ending(max(end, ledger.first + 1), 1)
    return Trend(
        question,
        tuple(points),
        tuple(change for span in SPANS if (change := _change(points, span))),
        max(rated, key=lambda point: (_of(point, question), point.month), default=None),
        min(rated, key=lambda point: (_of(point, question), -point.month.ordinal), default=None),
        None if have > YEAR else Sentence(N_("needs 13 month closes, there are {count}"), {"count": have}),
        int(np.count_nonzero(select_members(segments, question.filters, window) & ledger.accounts.excluded))
        if points
        else 0,
        segments,
        origin,
    )


def _of(point: Point, question: Question) -> Fraction:
    return point.ratio(question.metric) or Fraction(0)


def _change(points: list[Point], months: int) -> Change | None:
    if len(points) <= months:
        return None
    before, now = points[-1 - months].ttm, points[-1].ttm
    if before is None or now is None or not before.starting or not now.starting:
        return None
    parts = {name: SIGNS[name] * (_share(now, name) - _share(before, name)) for name in COMPONENTS}
    return Change(months, sum(parts.values(), Fraction(0)), parts["contraction"] + parts["churn"], parts)


def _share(bridge: Bridge, component: Component) -> Fraction:
    amount: int = getattr(bridge, component)
    return Fraction(amount, bridge.starting)


def as_json(found: Trend) -> dict[str, Any]:
    """Return the trend as JSON: every month with its movements and the WINDOW of its twelve months."""
    ledger = found.segments.ledger

    def point(each: Point) -> dict[str, Any]:
        have = ledger.closes_until(each.month)
        reason = Sentence(N_("needs 13 month closes, there are {count}"), {"count": have})
        return {
            "month": str(each.month),
            "reclassified": each.reclassified,
            "start_mrr": each.moved.starting,
            "new": each.moved.new,
            "reactivation": each.moved.reactivated,
            "expansion": each.moved.expansion,
            "contraction": each.moved.contraction,
            "churn": each.moved.churn,
            "end_mrr": each.moved.total,
            "fx_effect": each.moved.fx_effect,
            "trailing_12_months": window_json(each.ttm, nrr=each.ttm.nrr, grr=each.ttm.grr) if each.ttm else None,
            "trailing_12_months_reason": None if each.ttm else str(reason),
        }

    def change(each: Change) -> dict[str, Any]:
        return {
            "months": each.months,
            "nrr_points": percent_json(each.nrr),
            "grr_points": percent_json(each.grr),
            **{f"{name}_points": percent_json(part) for name, part in each.parts.items()},
        }

    return {
        **head_json(found.question, ledger, found.origin),
        "months": [point(each) for each in found.points],
        "changes": [change(each) for each in found.changes],
        "best_month": str(found.best.month) if found.best else None,
        "worst_month": str(found.worst.month) if found.worst else None,
        "reason": str(found.reason) if found.reason else None,
        "excluded_accounts": found.excluded,
    }
