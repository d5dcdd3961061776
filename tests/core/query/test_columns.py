"""The columns that a list of accounts shows, in words."""

from __future__ import annotations

import pytest

from core.errors import QuestionError
from core.query.columns import read_columns
from core.query.vocabulary import Vocabulary

VOCABULARY = Vocabulary(
    {"industry": ("Retail",), "plan": ("Team", "Plan With"), "pricing_model": ("flat",), "account tier": ("Gold",)},
    {"pricing_model": "Pricing model"},
)


@pytest.mark.parametrize(
    ("text", "columns", "rest"),
    [
        ("Q3 churn with industry, plan", ("industry", "plan"), "Q3 churn"),
        ("Q3 churn with the plan and their pricing model", ("plan", "pricing_model"), "Q3 churn"),
        ("with industry and plan, retail Q3", ("industry", "plan"), "retail Q3"),
        ("with industry churn", ("industry",), "churn"),
        ("T3 avec le secteur et l'offre", ("industry", "plan"), "T3"),
        ("with account tier, industry", ("account tier", "industry"), ""),
        ("with plan plan=Team", ("plan",), "plan = Team"),
        ("with plan=Team with industry", ("industry",), "with plan = Team"),
        ("with plan Team", (), "with plan Team"),
        ("with churn", (), "with churn"),
        ("with Q3", (), "with Q3"),
        ("enterprise with retail", (), "enterprise with retail"),
        ("with industry, top", None, ""),
        ("with colour", None, ""),
        ('"with colour"', (), '"with colour"'),
        ("industry=Retail", (), "industry=Retail"),
    ],
)
def test_columns_follow_the_word_with(text: str, columns: tuple[str, ...] | None, rest: str) -> None:
    if columns is None:
        with pytest.raises(QuestionError, match=r"The data has no column .* Columns: industry, plan, Pricing model"):
            read_columns(text, VOCABULARY, {"churn"})
    else:
        assert read_columns(text, VOCABULARY, {"churn"}) == (columns, rest)
