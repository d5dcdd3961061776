"""The limits of lists in words: the notation, what is a name, what is refused."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import QuestionError
from core.query.limits import NO_LIMITS, Limits, Threshold, build_limits_json, read_limits
from core.query.vocabulary import Vocabulary
from tests.support.generate import EUR

VOCABULARY = Vocabulary({"segment": ("SMB", "Top 100", "The Top 50 clients")}, {})


@pytest.mark.parametrize(
    ("text", "limits", "rest"),
    [
        ("enterprise Q3 top 5", "top 5", "enterprise Q3"),
        ("TOP 5, enterprise", "top 5", "enterprise"),
        ("base top10 2026-09", "top 10", "base 2026-09"),
        ("top 5 top 5", "top 5", ""),
        ("mrr>50000", "mrr>50000", ""),
        ("mrr > 50000 Q3", "mrr>50000", "Q3"),
        ("MRR>50k", "mrr>50000", ""),
        ("arr>1.2m", "arr>1200000", ""),
        ("arr < 1,5 M churn", "arr<1500000", "churn"),
        ("change>10 000 Q3", "change>10000", "Q3"),
        ("change>10,000, Q3", "change>10000", "Q3"),
        ("mrr>50 2026", "mrr>50", "2026"),
        ("mrr>99.50", "mrr>99.5", ""),
        ("mrr>10k top 3 mrr<50k", "top 3 mrr>10000 mrr<50000", ""),
        ('"top 5" Q3', "", '"top 5" Q3'),
        ("owner='mrr>5 top 5' Q3", "", "owner='mrr>5 top 5' Q3"),
        ("plan=top 5", "", "plan=top 5"),
        ("plan: top 5 Q3", "", "plan: top 5 Q3"),
        ("top 100 Q3", "", "top 100 Q3"),
        ("the top 50 clients Q3 top 5", "top 5", "the top 50 clients Q3"),
        ("top 10% Q3", "", "top 10% Q3"),
        ("stop 5 mrr churn 5%->3%", "", "stop 5 mrr churn 5%->3%"),
        ("top 99999999999", "", "top 99999999999"),
        ("", "", ""),
    ],
)
def test_the_limits_in_a_text_and_its_other_words(text: str, limits: str, rest: str) -> None:
    read, other_words = read_limits(text, VOCABULARY)
    assert (str(read), other_words) == (limits, rest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("top 0", "A list of the top 0 has no account"),
        ("top -3", "A list of the top -3 has no account"),
        ("top 5 Q3 top 10", "both 5 and 10 accounts"),
        ("mrr>-5", '"mrr>-5" is no limit'),
        ("mrr >", '"mrr >" is no limit'),
        ("mrr>=50", '"mrr>=50" is no limit'),
        ("arr>many Q3", '"arr>many" is no limit.* Write arr>50000'),
        ("change>5%", '"change>5%" is no limit'),
        ("mrr>$50k", r'"mrr>\$50k" is no limit'),
    ],
)
def test_an_impossible_limit_is_refused(text: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        read_limits(text)


THRESHOLDS = st.builds(
    Threshold,
    st.sampled_from(["mrr", "arr", "change"]),
    st.sampled_from([">", "<"]),
    st.integers(0, 10**14).map(lambda cents: Decimal(cents) / 100),
)


@given(st.builds(Limits, st.none() | st.integers(1, 10**8), st.lists(THRESHOLDS, unique=True, max_size=3).map(tuple)))
def test_the_notation_reads_as_the_same_limits(limits: Limits) -> None:
    assert read_limits(str(limits)) == (limits, "")
    assert read_limits(f"enterprise Q3 {limits}".strip()) == (limits, "enterprise Q3")


@given(st.text("topmrac hnge5>< k,.'\"=0"))
def test_no_text_but_a_refused_one_fails(text: str) -> None:
    with suppress(QuestionError):
        read_limits(text, VOCABULARY)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("", "1111"),
        ("mrr>100", "0011"),
        ("mrr<100", "1000"),
        ("arr>1200", "0011"),
        ("change>50", "0001"),
        ("change<50 mrr<200", "1000"),
        ("mrr>100.01", "0001"),
        ("arr>900000000000000", "0000"),
    ],
)
def test_who_meets_a_threshold(text: str, met: str) -> None:
    mrr, change = np.array([0, 10_000, 10_001, 50_000]), np.array([-4_999, 5_000, -5_000, -5_001])
    matches = read_limits(text)[0].match_accounts(mrr, change, EUR)
    assert "".join(str(int(match)) for match in matches) == met


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("top 5", {"top": 5}),
        ("mrr>50k", {"measure": "mrr", "over": 50_000}),
        ("arr<99.5", {"measure": "arr", "under": "99.5"}),
        ("top 2 change>10", [{"top": 2}, {"measure": "change", "over": 10}]),
    ],
)
def test_limits_as_json(text: str, data: Any) -> None:
    assert build_limits_json(read_limits(text)[0]) == data


def test_a_long_text_is_left_to_the_reader_of_the_question() -> None:
    text = "top 5 " * 1_700
    assert read_limits(text, VOCABULARY) == (NO_LIMITS, text)
