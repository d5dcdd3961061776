"""An analysis of a cut in the asked window, and in the twelve months that end with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from core.errors import Sentence
from core.ledger.history import explain_missing_year
from core.ledger.segments import Segments
from core.months import Window
from core.query.question import Question
from core.reports.scope import Origin, Scope, require_cohort_method, require_ends, require_history
from core.sources.exclusions import Excluded

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class BothWindows(Generic[Value]):
    """An analysis of a cut.

    Attributes:
        question: the cut and the period.
        asked: the asked window.
        ttm: the twelve months that end with it; None without both closes.
        ttm_reason: why `ttm` is None, a phrase with a verb.
        excluded: the accounts that are excluded from the asked window.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    asked: Value
    ttm: Value | None
    ttm_reason: Sentence | None
    excluded: Excluded
    segments: Segments
    origin: Origin

    @classmethod
    def measure(cls, question: Question, scope: Scope, measure: Callable[[Window], Value]) -> Self:
        """Return what `measure` gives in both windows.

        Raises:
            QuestionError: the sheet lacks a close of the window or has no ends, the question names a dimension or value
                that the ledger does not have, or another method.

        """
        segments, ledger, window = scope.segments, scope.ledger, question.period.window
        require_cohort_method(question)
        require_ends(ledger)
        require_history(ledger, question.period)
        year = question.period.twelve_months
        asked = measure(window)
        ttm = asked if year == window else measure(year) if ledger.covers(year) else None
        return cls(
            question,
            asked,
            ttm,
            explain_missing_year(ledger, year.end),
            scope.cuts.exclude(question.filters, window),
            segments,
            scope.origin,
        )
