"""Phrases of periods: words that are found to be no part of one are in none."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.query.period_phrases import _TABLE, can_begin_period, count_period_words, match_period

PATTERNS = [pattern.replace("NAME", "(?:june|juin)").replace(".+", "(?:may|mai) 2025") for pattern, _ in _TABLE]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_word_of_a_phrase_can_be_in_one(pattern: str) -> None:
    @settings(max_examples=15, derandomize=True)
    @given(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    def check(phrase: str) -> None:
        words = phrase.split()
        assume(can_begin_period(words[0]))
        assert count_period_words(words) == len(words)

    check()


@pytest.mark.parametrize(
    "phrase",
    [
        "between march and june",
        "entre mars et juin",
        "from the start of june 2025 to the end of august 2025",
        "fin mars a fin juin 2025",
        "de janvier a juin 2025",
        "2025-01..2025-06",
        "march through june",
    ],
)
def test_each_word_of_a_range_can_be_in_one(phrase: str) -> None:
    assert match_period(phrase)
    assert count_period_words(phrase.split()) == len(phrase.split())


@pytest.mark.parametrize(
    ("words", "count"), [("sur les clients", 2), ("clients sur un an", 0), ("last 12 months of", 4)]
)
def test_another_word_ends_it(words: str, count: int) -> None:
    assert count_period_words(words.split()) == count
