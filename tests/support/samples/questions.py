"""Questions in words for tests: a vocabulary, the last close, filters as text."""

from __future__ import annotations

from core.months import Month
from core.query.question import Question
from core.query.vocabulary import Vocabulary

SIZE_NAMES = ("Consumer", "SMB", "Mid-Market", "Enterprise")
WORDS = Vocabulary(
    {
        "segment": SIZE_NAMES,
        "industry": ("Fintech", "Financial services", "Santé", "Retail"),
        "region": ("DE", "EMEA", "Île-de-France", "in", "Zone Nord"),
        "plan": ("Pro", "Pro+", "Enterprise", "S3", "Starter"),
        "owner": ("Acme & Co", "May Chen", "O'Brien", "Q1 Team"),
        "pricing_model": ("Per seat", "Usage"),
        "tenure": ("Under 1 year", "1-2 years", "12 years"),
        "account status": ("Live", "C\u0153ur"),
    },
    {"industry": "Secteur", "segment": "Segment", "plan": "Plan", "account status": "Account status"},
)

DATA_THROUGH = Month.parse("2025-09")


def format_filters(question: Question) -> str:
    """Return the filters of a question as `dimension=value, dimension=value`."""
    return ", ".join(f"{kept.dimension}={kept.value}" for kept in question.filters)
