"""The two sides of a comparison in words."""

from __future__ import annotations

import pytest

from core.errors import QuestionError
from core.query.sides import split_sides


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Q3 vs Q2", ("Q3", "Q2")),
        ("Q3 VS. Q2", ("Q3", "Q2")),
        ("enterprise Q3 versus Q2 2024", ("enterprise Q3", "Q2 2024")),
        ("Q3 against Q2", ("Q3", "Q2")),
        ("Q3 compared with Q2", ("Q3", "Q2")),
        ("Q3 compared to  Q2", ("Q3", "Q2")),
        ("T3 contre T2", ("T3", "T2")),
        ("PME face à ETI", ("PME", "ETI")),
        ("PME face a\u0300 ETI", ("PME", "ETI")),
        ("PME face aux ETI", ("PME", "ETI")),
        ("T3 par rapport à T2", ("T3", "T2")),
        ("T3 par rapport au T2", ("T3", "T2")),
        ("T3 comparé à T2", ("T3", "T2")),
        ("vs Q2", ("", "Q2")),
        ("Q3 vs", ("Q3", "")),
        ('owner="Us vs Them" Q3 vs Q2', ('owner="Us vs Them" Q3', "Q2")),
        ("\u00abUs vs Them\u00bb vs Q2", ('"Us vs Them"', "Q2")),
        ("owner='Us vs Them' vs Q2", ("owner='Us vs Them'", "Q2")),
        ('"Us vs Them" Q3', None),
        ("'Us vs Them' Q3", None),
        ("canvas Q3", None),
        ("Q3vsQ2", None),
        ("", None),
    ],
)
def test_where_two_sides_part(text: str, sides: tuple[str, str] | None) -> None:
    assert split_sides(text) == sides


def test_more_than_two_sides_are_refused() -> None:
    with pytest.raises(QuestionError, match="two at a time, and here are 3"):
        split_sides("Q1 vs Q2 vs Q3")
