"""Ordinary words mean nothing, and so are passed over; what could mean something is none of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.service.analyst import Analyst
from core.ledger.columns import encode_values
from core.query.intents.items import _AHEAD_UNITS
from core.query.intents.ordinary_words import _WORDS, find_kind
from core.query.intents.phrases import MEANINGS, REFUSED
from core.query.intents.pieces import _NUMBERS
from core.query.period_phrases import list_period_words
from core.query.vocabulary import (
    DIMENSION_WORDS,
    EXCLUDING_WORDS,
    METHOD_WORDS,
    METRIC_WORDS,
    OTHER_VALUES,
    SIZE_SPELLINGS,
    TENURES,
)
from core.text import fold
from tests.support.sample_company import SampleCompany
from tests.support.samples.nine_accounts import build_analyst, build_company

# Words that change the meaning of a sentence: of change, loss, comparison, supposition, acting and counting, negations,
# descriptions of customers, and things that the sheet does not have.
DECISIVE = """
almost nearly hardly barely without never nobody aucunement jamais presque ni
weighted adjusted organic average median pondere ajuste moyen cumulative normalised
assume suppose imagine imaginons supposons double triple
delete send bill pay hire update forward submit assign tweak envoie envoyer supprime embauche
new old key strategic active inactive loyal unhappy international public private strategique actif fidele
voluntary involuntary automatic automatiquement volontairement partially partiellement
quick expected planned prevu churn loss growth
lawyers banks students avocats banques etudiants
seats logins invoices tickets prices competitors concurrents licences
"""


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("prepping", "english verb"),
        ("wonders", "english verb"),
        ("worshipped", "english verb"),
        ("notified", ""),
        ("verified", "english verb"),
        ("vanter", "french verb"),
        ("prepare", "english verb"),
        ("preparons", "french verb"),
        ("lu", "irregular verb"),
        ("bizarres", "adjective"),
        ("etonnantes", "adjective"),
        ("honestly", "adverb"),
        ("malheureusement", "adverb"),
        ("wtf", "interjection"),
        ("memos", "office"),
        ("comite", "office"),
        ("enterprise", ""),
        ("", ""),
    ],
)
def test_a_word_has_its_kind_in_any_form(word: str, kind: str) -> None:
    assert find_kind(word) == kind


def test_a_decisive_word_is_not_ordinary() -> None:
    assert [word for word in DECISIVE.split() if find_kind(word)] == []


def test_a_word_with_a_meaning_is_not_ordinary() -> None:
    lines = "\n".join((*MEANINGS.values(), *REFUSED.values())).split("\n")
    meanings = {line.strip() for line in lines} | set(list_period_words()) | {*_NUMBERS, *_AHEAD_UNITS}
    meanings |= {*EXCLUDING_WORDS, *METRIC_WORDS, *METHOD_WORDS}
    meanings |= {name for names in (*SIZE_SPELLINGS, *TENURES, *OTHER_VALUES) for name in names}
    meanings |= {fold(word) for words in DIMENSION_WORDS.values() for word in words}
    assert {word for text in _WORDS.values() for word in text.split()} & meanings == set()


@pytest.mark.parametrize(
    ("text", "passed_over"),
    [
        ("hey, prepping the audit: NRR for France in Q2, honestly", ["prepping", "audit", "honestly"]),
        ("our weird colleagues ponder about NRR in Q2", ["weird colleagues ponder"]),
        ("NRR Q2", []),
    ],
)
def test_an_answer_says_which_words_were_passed_over(
    sample_company: SampleCompany, text: str, passed_over: list[str]
) -> None:
    answer = sample_company.ask(text).answer
    assert answer is not None
    assert answer["read"]["passed_over"] == passed_over
    note = sample_company.load_analyst().reply("/nrr", text).message().text
    assert all(words in note for words in passed_over)


@pytest.fixture(scope="module")
def analyst_of_ordinary_names(tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    """The analyst of a company whose segments are ordinary words."""
    ledger = build_company()
    names = ["Bizarre", "Audit", *["Plain"] * (len(ledger.accounts.ids) - 2)]
    ledger = replace(ledger, columns={"segment": encode_values("Segment", names)})
    return build_analyst(tmp_path_factory.mktemp("names"), "en", ledger)


@pytest.mark.parametrize("segment", ["Bizarre", "Audit"])
def test_a_name_of_the_sheet_counts_first(analyst_of_ordinary_names: Analyst, segment: str) -> None:
    read = analyst_of_ordinary_names.reply("/nrr", f"so what is the NRR of {segment.lower()} please, TTM").json()[
        "read"
    ]
    assert read["filters"] == {"segment": [segment]}
    assert read["passed_over"] == []
