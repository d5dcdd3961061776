"""The words that a workspace cannot give a meaning."""

from __future__ import annotations

import pytest

from core.query.account_names import AccountNames
from core.query.intents.items import Words
from core.query.intents.phrases import COURTESIES, MEANINGS, REFUSED
from core.query.intents.reserved import find_reserved_part
from core.query.period_phrases import list_period_names
from core.query.vocabulary import EXCLUDING_WORDS, FILLERS, METHOD_WORDS, METRIC_WORDS, Filter, Vocabulary

WORDS = Words(
    Vocabulary({"segment": ("Enterprise", "SMB"), "plan": ("Gold",)}, {"segment": "Segment", "plan": "Offre"}),
    AccountNames(("A-1", "A-2"), ("Aster Labs", "Whale Watching")),
)
ENTERPRISE = Filter("segment", "Enterprise")
# Phrases of the lexicon without choices, as they would be typed.
PHRASES = [
    phrase
    for lines in (*MEANINGS.values(), *REFUSED.values(), COURTESIES)
    for phrase in map(str.strip, lines.splitlines())
    if phrase and not set(phrase) & set("/?")
]


@pytest.mark.parametrize(
    "words", [EXCLUDING_WORDS, METRIC_WORDS, METHOD_WORDS, FILLERS, list_period_names(), PHRASES], ids=len
)
def test_no_word_of_the_grammar_and_no_known_phrase_is_free(words: list[str]) -> None:
    assert [word for word in words if not find_reserved_part(word, ENTERPRISE, WORDS)] == []


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("big customers", ""),
        ("our key accounts", ""),
        ("best friends", ""),
        ("gros poissons", ""),
        ("les stratégiques", ""),
        ("tier 1", ""),
        ("deletion", ""),
        ("whale", ""),
        ("enterprise people", ""),
        ("large", ""),
        ("gold", "gold"),
        ("gold people", "gold"),
        ("offre", "offre"),
        ("Whale Watching", "Whale Watching"),
        ("A-1", "A-1"),
        ("pets without owners", "without"),
        ("the churn club", "churn"),
        ("top 10 club", "top 10"),
        ("2025 club", "2025"),
        ("over 50k club", "over"),
        ("big", "big"),
        ("12", "12"),
    ],
)
def test_a_part_with_another_meaning_is_named(phrase: str, part: str) -> None:
    assert find_reserved_part(phrase, ENTERPRISE, WORDS) == part
