"""The quick ratio: MRR gained for each unit of MRR lost, in the asked window and in twelve months.

    quick ratio = (new + expansion + reactivation) / (churn + contraction)

(Mamoon Hamid, 2015), from the month-by-month movements of all customers, those won in the window included. It is n/a
where nothing was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.analyses.both_windows import BothWindows
from core.money import compute_ratio, round_fraction, to_units
from core.query.question import Question
from core.reports.answer_json import build_head_json
from core.reports.scope import Scope
from core.revenue.recurring_revenue import Movements, sum_movements
from core.sources.exclusions import build_excluded_json


@dataclass(frozen=True, slots=True)
class QuickRatio:
    """The quick ratio of one window."""

    movements: Movements

    @property
    def gained(self) -> int:
        """MRR of new and returning accounts, and expansion; minor units."""
        return self.movements.new + self.movements.reactivation + self.movements.expansion

    @property
    def lost(self) -> int:
        """MRR lost to churn and contraction; minor units."""
        return self.movements.churn + self.movements.contraction

    @property
    def ratio(self) -> Fraction | None:
        """The quick ratio, gained / lost; None where nothing was lost."""
        return compute_ratio(self.gained, self.lost)


class QuickRatios(BothWindows[QuickRatio]):
    """The quick ratio of a cut."""


def measure_quick_ratio(question: Question, scope: Scope) -> QuickRatios:
    """Return the quick ratio of a cut in the asked window and in the twelve months that end with it.

    Raises:
        QuestionError: the sheet lacks a close of the window or has no ends, the question names a dimension or value
            that the ledger does not have, or another method.

    """
    ledger, cuts = scope.ledger, scope.cuts
    return QuickRatios.measure(
        question, scope, lambda window: QuickRatio(sum_movements(ledger, cuts, question.filters, window))
    )


def build_quick_ratio_json(ratios: QuickRatios) -> dict[str, Any]:
    """Return the quick ratio of both windows as JSON: money in minor units, ratios as strings with one decimal."""

    def build_window_json(quick: QuickRatio) -> dict[str, Any]:
        movements = quick.movements
        return {
            "start": str(movements.window.start),
            "end": str(movements.window.end),
            "new": movements.new,
            "reactivation": movements.reactivation,
            "expansion": movements.expansion,
            "contraction": movements.contraction,
            "churn": movements.churn,
            "gained": quick.gained,
            "lost": quick.lost,
            "quick_ratio": None if quick.ratio is None else str(to_units(round_fraction(quick.ratio * 10), 1)),
        }

    return {
        **build_head_json(ratios.question, ratios.segments.ledger, ratios.origin),
        "window": build_window_json(ratios.asked),
        "trailing_12_months": build_window_json(ratios.ttm) if ratios.ttm else None,
        "trailing_12_months_reason": str(ratios.ttm_reason) if ratios.ttm_reason else None,
        "excluded": build_excluded_json(ratios.excluded),
    }
