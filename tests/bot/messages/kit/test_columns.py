"""Tables as text: no line is wider than asked for, and no word is lost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.kit.columns import align_columns
from bot.messages.kit.parts import Grid

SIGNS = Grid(
    [
        ("account", "ARR", "why"),
        ("Velmora Pharma", "€290,000", "uses 94% of its quota, uses 435 of 439 seats, NPS 10"),
        ("Nordhavn Maritim", "€900,000", "renews soon"),
    ],
    "lrl",
    heading=True,
)


def test_a_text_that_is_too_wide_runs_over_several_lines() -> None:
    assert align_columns(SIGNS, 60).splitlines() == [
        "  account                ARR  why",
        "  Velmora Pharma    €290,000  uses 94% of its quota, uses",
        "                              435 of 439 seats, NPS 10",
        "  Nordhavn Maritim  €900,000  renews soon",
    ]


def test_where_the_numbers_alone_are_too_wide_each_row_is_a_list() -> None:
    assert align_columns(SIGNS, 30).splitlines()[:6] == [
        "  Velmora Pharma",
        "    ARR: €290,000",
        "    why: uses 94% of its",
        "      quota, uses 435 of 439",
        "      seats, NPS 10",
        "  Nordhavn Maritim",
    ]


_WORD = st.text("abcdé€0159.,", min_size=1, max_size=9)
_CELL = st.lists(_WORD, min_size=1, max_size=12).map(" ".join)


@given(
    rows=st.integers(1, 5).flatmap(
        lambda columns: st.lists(st.lists(_CELL, min_size=columns, max_size=columns), min_size=2, max_size=5)
    ),
    right=st.integers(0, 5),
    width=st.sampled_from([40, 60, 80]),
)
def test_no_line_is_too_wide_and_every_word_is_kept(rows: list[list[str]], right: int, width: int) -> None:
    columns = len(rows[0])
    align = ("l" + "r" * right + "l" * columns)[:columns]
    text = align_columns(Grid(rows, align, heading=True), width)
    assert max(map(len, text.splitlines())) <= width
    words = Counter(word for row in rows[1:] for cell in row for word in cell.split())
    assert not words - Counter(word.rstrip(":") for word in text.split()) - Counter(text.split())


@pytest.mark.parametrize("width", [60, 80])
def test_numbers_stay_whole(width: int) -> None:
    rows = [
        ("account", "MRR"),
        *[(f"A very long name of an account, number {number}", "€1,234,567.00") for number in range(3)],
    ]
    assert align_columns(Grid(rows, "lr", heading=True), width).count("€1,234,567.00") == 3
