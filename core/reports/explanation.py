"""The whole assessment of a cut: is it good, against whom, why, which accounts, and what would move it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from core.advice.sign_tests import SignTests
from core.metrics.contributions import Contribution, list_component_contributions
from core.money import round_fraction
from core.query.question import Question
from core.reports import answer_json
from core.reports.answer import Answer, answer_with_selection
from core.reports.answer_json import build_contribution_json, build_sign_tests_json, format_percent
from core.reports.scope import Scope
from core.terms import Component
from core.thresholds import SignalThresholds

NAMED = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the accounts behind it.

    Attributes:
        answer: the figures, the assessment and the advice.
        behind: component -> the accounts that make up most of it over the twelve months, largest first; empty without
            twelve months.
        signs: the signs of risk put to the test, over the whole company.
        thresholds: the thresholds of the signs.

    """

    answer: Answer
    behind: Mapping[Component, tuple[Contribution, ...]]
    signs: SignTests
    thresholds: SignalThresholds


def explain(question: Question, scope: Scope) -> Explanation:
    """Return the whole assessment of a cut.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    answer, selection = answer_with_selection(question, scope)
    behind: dict[Component, tuple[Contribution, ...]] = {}
    if selection and answer.ttm:
        ledger, base = selection.ledger, selection.bases[answer.ttm.bridge.window]
        behind = {name: list_component_contributions(ledger, base, name, NAMED) for name in get_args(Component)}
    return Explanation(answer, behind, scope.sign_tests, scope.thresholds)


def build_explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return the JSON of the answer, and `why`: the sources of the targets, the components, the tests of the signs."""
    parts = {part.component: part for part in explanation.answer.assessment.parts}
    ttm = explanation.answer.ttm
    return {
        **answer_json.build_answer_json(explanation.answer),
        "why": {
            "targets_from": {metric: aim.source for metric, aim in explanation.answer.assessment.aims.items()},
            "components": [
                {
                    "component": name,
                    "mrr": getattr(ttm.bridge, name) if ttm else None,
                    "points": format_percent(parts[name].points) if name in parts else None,
                    "gap_points": format_percent(parts[name].gap) if name in parts else None,
                    "gap_mrr": round_fraction(parts[name].gap_mrr) if name in parts else None,
                    "largest": [build_contribution_json(account) for account in behind],
                }
                for name, behind in explanation.behind.items()
            ],
            "signs": build_sign_tests_json(explanation.signs),
        },
    }
