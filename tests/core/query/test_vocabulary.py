"""Tests of the names of a sheet in words: how many of the first words can be one name."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from core.query.vocabulary import Filter, Vocabulary

WORDS = ("big", "Mid-Market", "mid", "market", "1-2", "1", "2", "years", "Régions", "d'or", "&", "Pro+", "clara", "s")
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@given(
    st.dictionaries(
        st.sampled_from(("segment", "owner", "region")), st.lists(names, min_size=1, max_size=3).map(tuple)
    ),
    st.dictionaries(names, st.just(Filter("segment", "big")), max_size=1),
    st.lists(st.sampled_from((*WORDS, "bigs", "claras", "lines")), min_size=1, max_size=5),
)
def test_words_that_cannot_be_a_name(
    dimensions: Mapping[str, tuple[str, ...]], workspace_words: Mapping[str, Filter], words: list[str]
) -> None:
    vocabulary = Vocabulary({**dimensions, "segment": ("big",), "region": ("EU",)}, {"region": "Line"}, workspace_words)
    count = vocabulary.count_words(words)
    assert count <= len(words)
    for length in range(count + 1, len(words) + 1):
        text = " ".join(words[:length])
        assert vocabulary.find_filter(text) is None
        assert vocabulary.find_dimension(text) is None
        assert all(vocabulary.find_value(dimension, text) is None for dimension in vocabulary.dimensions)
