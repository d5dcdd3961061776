"""The quick ratio: the sums of the month-by-month movements, and n/a where nothing was lost."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings

from core.analyses.quick_ratio import QuickRatios, build_quick_ratio_json, measure_quick_ratio
from core.errors import QuestionError
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.metrics.movements import find_account_movements
from core.months import Period, Window
from core.query.question import Question
from tests.support.generate import ledger_of, ledgers, year_of
from tests.support.scopes import scope_of

# 100 of expansion, 60 back, 40 new; 20 of contraction, 60 of churn.
MOVES = ledger_of("a 100, b 60, c 50", "a 200, c 50", "a 200, b 60, c 30, d 40")


def of(ledger: Ledger) -> QuickRatios:
    return measure_quick_ratio(
        Question("nrr", (), Period("range", Window(ledger.first, ledger.last)), "cohort"), scope_of(ledger)
    )


def test_gains_over_losses_month_by_month() -> None:
    quick = of(MOVES).asked
    assert (quick.gained, quick.lost, quick.ratio) == (20000, 8000, Fraction(5, 2))
    window = build_quick_ratio_json(of(MOVES))["window"]
    assert {name: window[name] for name in ("new", "reactivation", "expansion", "contraction", "churn")} == {
        "new": 4000,
        "reactivation": 6000,
        "expansion": 10000,
        "contraction": 2000,
        "churn": 6000,
    }
    assert window["quick_ratio"] == "2.5"


def test_where_nothing_was_lost_there_is_no_ratio() -> None:
    data = build_quick_ratio_json(of(ledger_of("a 100", "a 100, b 5")))
    assert (data["window"]["lost"], data["window"]["quick_ratio"]) == (0, None)
    assert data["trailing_12_months_reason"] == "needs 13 month closes, there are 2"


def test_twelve_months_stand_next_to_the_window() -> None:
    data = build_quick_ratio_json(of(year_of("a 100, b 50", "a 150", "a 150, c 100")))
    assert data["trailing_12_months"] == data["window"]
    assert data["window"]["quick_ratio"] == "3.0"


def test_without_ends_there_is_none() -> None:
    with pytest.raises(QuestionError, match="Retention is n/a"):
        of(replace(MOVES, coverage=Coverage(can_leave=False)))


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_the_sums_are_those_of_the_accounts(ledger: Ledger) -> None:
    quick = of(ledger).asked
    movements = list(find_account_movements(ledger))
    gains = {"new", "reactivation", "expansion"}
    assert quick.gained == sum(entry.amount for entry in movements if entry.kind in gains)
    assert quick.lost == sum(entry.amount for entry in movements if entry.kind not in gains)
