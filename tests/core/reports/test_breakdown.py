"""By a column, and by the three methods: the parts add up to the whole, and the gap between methods is explained."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import MEASURES
from core.months import Month, Period, Window
from core.query.question import Question
from core.query.vocabulary import Vocabulary
from core.reports.breakdown import BreakdownRequest, Row, break_down, read_dimension
from core.reports.methods import compare_methods, measure_by_each_method
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
from tests.support.scopes import scope_of, windows

VOCABULARY = Vocabulary(
    {"segment": ("SMB", "Enterprise"), "pricing_model": ("usage",), "plan": ("by",)}, {"pricing_model": "Pricing model"}
)


@pytest.mark.parametrize(
    ("text", "dimension", "rest"),
    [
        ("segment", "segment", ""),
        ("segment enterprise Q3", "segment", "enterprise Q3"),
        ("the pricing model TTM", "pricing_model", "TTM"),
        ("modèle de prix, T3", "pricing_model", "T3"),
        ("Plan", "plan", ""),
        ("", "segment", ""),
    ],
)
def test_by_what(text: str, dimension: str, rest: str) -> None:
    assert read_dimension(text, VOCABULARY) == (dimension, rest)


@pytest.mark.parametrize("text", ["elephants Q3", "Q3 segment"])
def test_by_nothing_that_there_is(text: str) -> None:
    with pytest.raises(QuestionError, match="By what"):
        read_dimension(text, VOCABULARY)


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_the_values_of_a_column_add_up_to_the_whole(ledger: Ledger) -> None:
    segments = Segments(ledger, EDGY_RULES)
    for window in windows(ledger)[-3:]:
        question = Question("nrr", (), Period("range", window))
        for dimension in segments.dimensions:
            breakdown = break_down(BreakdownRequest(question, dimension), scope_of(segments))
            for row in ("asked", "ttm"):
                whole = getattr(breakdown.whole, row)
                if whole is None:
                    continue
                parts = [getattr(breakdown_row, row) for breakdown_row in breakdown.rows]
                for name in MEASURES:
                    assert sum(getattr(part, name) for part in parts) == getattr(whole, name)


@pytest.mark.slow
@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_what_sets_movements_apart_from_the_cohort_is_exact(ledger: Ledger) -> None:
    for window in windows(ledger):
        ratios = measure_by_each_method(ledger, window)
        start, (cohort, movements) = ratios.bridge.starting, (ratios.ratios["cohort"], ratios.ratios["movements"])
        if start:
            assert None not in (*cohort, *movements)
            nrr, grr = (theirs - ours for theirs, ours in zip(movements, cohort, strict=True))  # type: ignore[operator]
            assert nrr == Fraction(ratios.gap.outside_net, start)
            assert grr == -Fraction(ratios.gap.outside_lost + ratios.gap.recovered, start)
        assert ratios.gap.recovered >= 0


def test_what_an_account_outside_the_base_loses_and_regains_sets_movements_apart() -> None:
    ledger = ledger_of("a 100", "a 100, b 50", "a 100", "a 100, b 40")
    gap = measure_by_each_method(ledger, Window(ledger.first, ledger.last)).gap
    assert (gap.outside, gap.outside_net, gap.outside_lost, gap.recovered) == (1, -1000, 5000, 0)


def test_a_window_before_the_history_is_told() -> None:
    ledger = ledger_of("a 100", "a 100, b 50")
    early = Question("nrr", (), Period("year", Window(Month.parse("2019-12"), ledger.last), year=2020))
    with pytest.raises(QuestionError, match="history begins with"):
        break_down(BreakdownRequest(early, "size"), scope_of(ledger))
    comparison = compare_methods(early, scope_of(ledger))
    assert (comparison.asked, comparison.ttm) == (None, None)
    late = Question("nrr", (), Period("month", Window(ledger.first, ledger.last)))
    [row] = break_down(BreakdownRequest(late, "size"), scope_of(ledger)).rows
    assert isinstance(row, Row)
    assert (row.value, row.asked.base, row.ttm) == ("SMB", 1, None)
