"""The answer about one period: what its figures carry besides the ratios."""

from __future__ import annotations

from core.months import Window
from core.query.question import Question
from core.reports.answer import measure_figures
from core.reports.cohorts import whole_history
from tests.support.generate import ledger_of
from tests.support.scopes import scope_of


def test_the_three_heaviest_accounts_of_a_component_are_named() -> None:
    ledger = ledger_of("a 10, b 40, c 20, d 30, e 5", "e 6")
    question = Question("nrr", (), whole_history(ledger))
    figures, _ = measure_figures(question, Window(ledger.first, ledger.last), scope_of(ledger), complete=True)
    assert {name: [account.id for account in named] for name, named in figures.contributions.items() if named} == {
        "churn": ["b", "d", "c"],
        "expansion": ["e"],
    }
