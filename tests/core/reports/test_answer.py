"""The answer about one period: what its figures carry besides the ratios."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from core.months import Window
from core.query.question import Question
from core.reports.answer import WithoutAbsurd, measure_figures
from core.reports.cohorts import whole_history
from core.terms import Method
from tests.support.generate import ledger_of
from tests.support.scopes import ORIGIN, scope_of


def test_the_three_heaviest_accounts_of_a_component_are_named() -> None:
    ledger = ledger_of("a 10, b 40, c 20, d 30, e 5", "e 6")
    question = Question("nrr", (), whole_history(ledger))
    figures, _ = measure_figures(question, Window(ledger.first, ledger.last), scope_of(ledger), complete=True)
    assert {name: [account.id for account in named] for name, named in figures.contributions.items() if named} == {
        "churn": ["b", "d", "c"],
        "expansion": ["e"],
    }


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The cohort method does not know "late", which is not in the base; `movements` counts its expansion.
        pytest.param("cohort", (("odd",), Fraction(3, 2), Fraction(1)), id="cohort"),
        pytest.param("movements", (("odd", "late"), Fraction(3, 2), Fraction(1)), id="movements"),
    ],
)
def test_the_accounts_of_absurd_amounts_that_a_method_counts_are_set_apart(
    method: Method, expected: tuple[tuple[str, ...], Fraction, Fraction]
) -> None:
    ledger = ledger_of("a 10, odd 900, never 0", "a 10, odd 9, late 500", "a 15, odd 9, late 600")
    origin = replace(ORIGIN, absurd_accounts=frozenset({"odd", "late", "never"}))
    question = Question("nrr", (), whole_history(ledger), method)
    scope = scope_of(ledger, origin=origin)
    figures, _ = measure_figures(question, Window(ledger.first, ledger.last), scope, complete=True)
    without = figures.without_absurd
    assert without is not None
    assert (without.ids, without.nrr, without.grr) == expected


def test_a_base_of_absurd_amounts_alone_has_no_ratio_without_them() -> None:
    ledger = ledger_of("a 900", "a 9")
    scope = scope_of(ledger, origin=replace(ORIGIN, absurd_accounts=frozenset({"a"})))
    question = Question("nrr", (), whole_history(ledger))
    figures, _ = measure_figures(question, Window(ledger.first, ledger.last), scope, complete=True)
    assert figures.without_absurd == WithoutAbsurd(("a",), ("a",), None, None)
