"""A clause that asks for nothing is passed over, and said; one that could matter never is."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.terms import Language
from tests.support.sample_company import SampleCompany


def load_clauses() -> list[tuple[str, Language]]:
    """Return the questions with a clause that matters, and their languages."""
    with (Path(__file__).parent / "clauses.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["question"], "fr" if row["lang"] == "fr" else "en") for row in rows]


@pytest.mark.parametrize(("question", "language"), load_clauses())
def test_a_clause_that_matters_is_never_passed_over(
    sample_company: SampleCompany, question: str, language: Language
) -> None:
    assert not sample_company.ask(question, language).has_figures


@pytest.mark.parametrize(
    ("question", "language", "passed_over"),
    [
        ("I am drowning in slides. NRR Q3?", "en", ["drowning"]),
        ("the CFO is hovering behind me, NRR Q3", "en", ["hovering behind"]),
        ("NRR du T3 ? j'ai le board demain", "fr", ["demain"]),
        ("NRR du T3 – demain je suis au comité", "fr", ["demain"]),
        ("I have a board meeting tomorrow: NRR Q3", "en", ["tomorrow"]),
    ],
)
def test_a_clause_that_asks_for_nothing_is_passed_over_and_said(
    sample_company: SampleCompany, question: str, language: Language, passed_over: list[str]
) -> None:
    answer = sample_company.ask(question, language).answer
    assert answer is not None
    assert answer["read"]["as"] == "Q3 2026"
    assert answer["read"]["passed_over"] == passed_over


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("churn Q2, enterprise included", "churn Q2 2026"),
        ("churn Q2 including enterprise", "churn Q2 2026"),
        ("churn Q2 including only enterprise", "churn enterprise Q2 2026"),
        ("churn Q2, SMB and enterprise included", "churn smb, enterprise Q2 2026"),
        ("churn Q2, enterprise not included", "churn Q2 2026 not segment=Enterprise"),
    ],
)
def test_a_value_that_is_only_included_is_no_filter(sample_company: SampleCompany, question: str, line: str) -> None:
    answer = sample_company.ask(question).answer
    assert answer is not None
    assert answer["read"]["as"] == line
