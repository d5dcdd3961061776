"""The whole reading of a cut: is it good, against whom, why, which accounts, and what would move it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, largest_contributions
from core.money import round_fraction
from core.playbook.playbook import Playbook, Targets
from core.query.question import Question
from core.reports import answer as answers
from core.reports.answer import (
    Answer,
    Origin,
    TargetSource,
    answer_question,
    driver_json,
    percent_json,
    select_members,
    target_of_cut,
)
from core.terms import Component, Metric

NAMED = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with what stands behind it.

    Attributes:
        answer: the figures, the reading and the advice.
        behind: component -> the accounts that make up most of it over the twelve months, largest first; empty without
            twelve months.
        aimed_by: ratio -> who set its target.

    """

    answer: Answer
    behind: Mapping[Component, tuple[Contribution, ...]]
    aimed_by: Mapping[Metric, TargetSource]


def explain(
    question: Question, segments: Segments, origin: Origin, playbook: Playbook, targets: Targets, today: dt.date
) -> Explanation:
    """Return the whole reading of a cut.

    Args:
        question: what was asked.
        segments: the ledger and its dimensions.
        origin: the snapshot that the ledger comes from.
        playbook: benchmarks and levers.
        targets: the yearly targets, where the sheet gives none.
        today: for what is counted from today, such as renewals.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    found = answer_question(question, segments, origin, playbook, targets, today)
    behind: dict[Component, tuple[Contribution, ...]] = {}
    if found.ttm:
        window = found.ttm.bridge.window
        members = select_members(segments, question.filters, window)
        behind = {
            name: largest_contributions(segments.ledger, window, members, name, NAMED) for name in get_args(Component)
        }
    metrics: tuple[Metric, ...] = get_args(Metric)
    return Explanation(
        found,
        behind,
        {metric: target_of_cut(segments.ledger, question.filters, metric, targets)[1] for metric in metrics},
    )


def as_json(found: Explanation) -> dict[str, Any]:
    """Return the JSON of the answer, and `why`: who set the targets, and each component with its accounts."""
    reading = found.answer.reading
    parts = {part.component: part for part in reading.parts}
    ttm = found.answer.ttm
    return {
        **answers.as_json(found.answer),
        "why": {
            "targets_from": dict(found.aimed_by),
            "components": [
                {
                    "component": name,
                    "mrr": getattr(ttm.bridge, name) if ttm else None,
                    "points": percent_json(parts[name].points) if name in parts else None,
                    "gap_points": percent_json(parts[name].gap) if name in parts else None,
                    "gap_mrr": round_fraction(parts[name].gap_mrr) if name in parts else None,
                    "largest": [driver_json(driver) for driver in behind],
                }
                for name, behind in found.behind.items()
            ],
        },
    }
