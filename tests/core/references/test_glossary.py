"""The glossary: every name finds its term, and the figures are those of the reports."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from string import Formatter
from typing import Any

import numpy as np
import pytest

from bot.locale.translator import get_translator
from bot.messages.references.glossary import build_term_message
from core.errors import QuestionError
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.references.glossary import TERMS, Term, build_definition_json, define_term, read_term
from core.terms import Language
from core.text import fold_key
from tests.support.generate import ledger_of
from tests.support.scopes import reader_of, scope_of

# Through the quarter that ends with the last close: a grows, b shrinks, c leaves, d is back, e comes.
LEDGER = ledger_of(*["a 100, b 200, c 300, d 50"] * 6, *["a 100, b 200, c 300"] * 6, *["a 150, b 180, d 40, e 10"] * 3)


def show(text: str, ledger: Ledger = LEDGER) -> dict[str, Any]:
    return build_definition_json(define_term(read_term(text, reader_of(ledger)), scope_of(ledger)))


def test_no_name_belongs_to_two_terms() -> None:
    names = [fold_key(name) for term in TERMS for name in {fold_key(text) for text in (term.key, *term.names)}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.key)
def test_every_term_is_found_by_its_names_and_shows_its_figures(term: Term) -> None:
    for name in (term.key, *term.names):
        assert read_term(name.upper(), None) is term
        assert read_term(f'"{name}"?', None) is term
    assert {name for _, name, _, _ in Formatter().parse(term.example) if name} == (
        set(term.figures) if term.example else set()
    )
    # The first line is the header of a Slack message.
    assert len(term.definition) <= 150
    assert show(term.key)["figures"].keys() == set(term.figures)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("the churn rate", "churn"),
        ("taux de churn", "churn"),
        ("NDR", "nrr"),
        ("gross dollar retention", "grr"),
        ("rétention nette", "nrr"),
        ("retention brute", "grr"),
        ("le revenu mensuel récurrent", "mrr"),
        ("neff", "n_eff"),
        ("douze mois glissants", "ttm"),
    ],
)
def test_words_around_a_term_and_french(text: str, key: str) -> None:
    assert read_term(text, None).key == key


@pytest.mark.parametrize(
    ("text", "nearest"), [("churm", "define churn"), ("contracton", "define contraction"), ("cohrot", "define cohort")]
)
def test_an_unknown_term_is_refused_with_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(QuestionError, match=f'no definition of "{text}". Nearest') as error:
        read_term(text, None)
    assert error.value.values["nearest"][0] == nearest  # type: ignore[index]


@pytest.mark.parametrize(("text", "problem"), [("", "Which term"), ("zzzzzz", 'no definition of "zzzzzz"')])
def test_without_a_near_term_all_are_listed(text: str, problem: str) -> None:
    with pytest.raises(QuestionError, match=f"{problem}.*Terms: NRR, GRR, churn"):
        read_term(text, None)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("nrr", {"starting_mrr": 60_000, "ending_mrr": 33_000, "nrr": "55.0"}),
        ("grr", {"starting_mrr": 60_000, "contraction": 2_000, "churn": 30_000, "grr": "46.7"}),
        ("churn", {"churn": 30_000, "starting_mrr": 60_000, "churn_rate": "50.0", "churned_accounts": 1}),
        ("contraction", {"contraction": 2_000, "starting_mrr": 60_000, "contraction_rate": "3.3"}),
        ("expansion", {"expansion": 5_000, "starting_mrr": 60_000, "expansion_rate": "8.3"}),
        ("mrr", {"mrr": 38_000, "paying_accounts": 4}),
        ("arr", {"mrr": 38_000, "arr": 456_000}),
        ("acv", {"average_acv": 114_000}),
        ("new", {"new_mrr": 1_000, "new_accounts": 1}),
        ("reactivation", {"reactivated_mrr": 4_000, "reactivated_accounts": 1}),
        ("base", {"base_accounts": 3, "starting_mrr": 60_000}),
        ("logo retention", {"retained_accounts": 2, "base_accounts": 3, "logo_retention": "66.7"}),
        # 600 squared / (100 squared + 200 squared + 300 squared)
        ("n_eff", {"base_accounts": 3, "n_eff": "2.6"}),
        ("ttm", {"ttm_nrr": "56.9", "ttm_grr": "49.2"}),
        ("excluded", {"excluded_accounts": 0}),
        ("constant currency", {"fx_effect": 0}),
        ("cohort", {}),
    ],
)
def test_the_figures_are_those_of_the_last_quarter(text: str, figures: dict[str, Any]) -> None:
    shown = show(text)["figures"]
    assert {name: shown[name] for name in figures} == figures
    assert set(shown) - set(figures) <= {"period", "month"}


def test_figures_that_are_not_known_are_left_out_and_the_definition_is_given() -> None:
    short = ledger_of("a 1", "a 2")
    for text in ("nrr", "churn", "ttm", "n_eff", "movements"):
        assert show(text, short)["figures"] == {}
        assert show(text, short)["definition"]
    cannot_leave = replace(LEDGER, coverage=Coverage(can_leave=False))
    assert show("churn", cannot_leave)["figures"] == {}
    assert show("mrr", cannot_leave)["figures"]["mrr"] == 38_000
    excluded = replace(LEDGER, accounts=replace(LEDGER.accounts, excluded=np.arange(LEDGER.accounts.count) == 0))
    assert show("excluded", excluded)["figures"] == {"excluded_accounts": 1}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.key)
def test_every_definition_is_a_message_with_and_without_a_snapshot(term: Term, language: Language) -> None:
    translate = get_translator(language)
    for scope in (None, scope_of(LEDGER)):
        text = build_term_message(define_term(term, scope), translate).text
        assert text.startswith(translate(term.definition))
        assert "{" not in text
    assert build_definition_json(define_term(term, None))["figures"] == {}


@pytest.mark.parametrize("text", ["the " * 2_500, "the churn " * 1_000, "x" * 10_000])
def test_a_long_text_is_refused_at_once(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(QuestionError, match=r"Which term|no definition"):
        read_term(text, None)
    assert time.process_time() - begun < 0.05


def test_n_eff_of_equal_accounts_is_their_number() -> None:
    figures = define_term(read_term("n_eff", None), scope_of(ledger_of(*["a 7, b 7, c 7"] * 12))).figures
    assert figures["n_eff"].value == Fraction(3)
