"""What people type, and the lines of the grammar that it means, about the sample workbook on 5 October 2026.

The columns of the tables:

- `id`: names the row;
- `lang`: the language of the question and of the answer;
- `kind`: the sub-command that it is about; `plain` for a question without one, `refuse` for one that cannot be
  answered, `social` for a courtesy, `hostile` for an attempt to get something else;
- `question`: the words as typed;
- `canonical`: the lines that it may mean, with ` || ` between them; `-` for an answer without any figure.

A question is read as meant if its answer is the answer to one of its lines.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from core.terms import Language
from tests.support.sample_company import SampleCompany, is_same_answer

Grade = Literal["as meant", "answered otherwise", "offered", "refused"]
Row = Mapping[str, Any]

# All questions are read once, which takes half a minute alone and more beside other tests.
pytestmark = pytest.mark.timeout(600)

# Question that is answered otherwise -> the reason.
ANSWERED_OTHERWISE: Mapping[str, str] = {}

# A ratio or an amount, which a refusal without a figure has only where it quotes the question.
_FIGURE = re.compile(r"\d+[.,]\d ?%|[€$£] ?\d[\d.,]*|\d[\d.,]* ?€")


def load_rows(name: str) -> list[Row]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


QUESTIONS, MORE_QUESTIONS = load_rows("questions.tsv"), load_rows("more_questions.tsv")


def list_lines(row: Row) -> list[str]:
    """Return the lines that a question may mean; the sides of a comparison may be in either order."""
    lines = []
    for line in row["canonical"].split(" || "):
        lines.append(line)
        ratio, body = ("grr ", line[4:]) if line.startswith("grr ") else ("", line)
        first, versus, second = body.partition(" vs ")
        if versus:
            lines.append(f"{ratio}{second} vs {first}")
    return [line for line in lines if line != "-"]


def is_without_figures(row: Row) -> bool:
    """Tell whether a question may be answered without any figure."""
    return "-" in row["canonical"].split(" || ")


def grade(row: Row, company: SampleCompany) -> Grade:
    """Return how a question was read."""
    language: Language = row["lang"]
    outcome = company.ask(row["question"], language)
    expected = [answer for line in list_lines(row) if (answer := company.ask_line(line, language).answer)]

    def is_expected(answer: Mapping[str, Any] | None) -> bool:
        return answer is not None and any(is_same_answer(answer, line) for line in expected)

    if is_expected(outcome.answer):
        return "as meant"
    if is_without_figures(row):
        return grade_without_figures(row, outcome.refusal, has_figures=outcome.has_figures)
    if outcome.has_figures:
        return "answered otherwise"
    is_offered = any(is_expected(company.ask_line(line, language).answer) for line in outcome.nearest)
    return "offered" if is_offered else "refused"


def grade_without_figures(row: Row, refusal: Mapping[str, Any] | None, *, has_figures: bool) -> Grade:
    """Return how a question was read whose answer has no figure; a courtesy is no error either."""
    if refusal is None:
        return "answered otherwise" if has_figures else "as meant"
    if any(figure not in row["question"] for figure in _FIGURE.findall(refusal["message"])):
        return "answered otherwise"
    return "refused" if row["kind"] == "social" else "as meant"


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["id"])
def test_a_question_is_read_as_meant(sample_company: SampleCompany, row: Row) -> None:
    assert grade(row, sample_company) == "as meant"


@pytest.fixture(scope="module")
def grades(sample_company: SampleCompany) -> Mapping[str, Grade]:
    """Return the grade of each of the further questions by its ID."""
    return {row["id"]: grade(row, sample_company) for row in MORE_QUESTIONS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted({row["kind"] for row in MORE_QUESTIONS}))
def test_no_question_of_a_kind_is_answered_otherwise(grades: Mapping[str, Grade], kind: str) -> None:
    rows = [row for row in MORE_QUESTIONS if row["kind"] == kind]
    otherwise = {row["id"]: row["question"] for row in rows if grades[row["id"]] == "answered otherwise"}
    assert otherwise.keys() == {row["id"] for row in rows} & ANSWERED_OTHERWISE.keys(), otherwise


@pytest.mark.slow
def test_nine_of_ten_questions_are_read_as_meant(grades: Mapping[str, Grade]) -> None:
    by_grade = defaultdict(list)
    for name, grade_of_row in grades.items():
        by_grade[grade_of_row].append(name)
    assert len(by_grade["as meant"]) >= 0.9 * len(grades), {name: by_grade[name] for name in ("offered", "refused")}


def test_a_typographic_apostrophe_is_understood_like_a_straight_one(sample_company: SampleCompany) -> None:
    rows = [row for row in (*QUESTIONS, *MORE_QUESTIONS) if "'" in row["question"]][::4]
    assert len(rows) > 50
    for row in rows:
        typed, language = row["question"], row["lang"]
        straight, curly = (sample_company.ask(typed.replace("'", mark), language) for mark in "'’")
        assert (straight.answer, straight.nearest) == (curly.answer, curly.nearest), typed


def test_the_tables_are_in_order() -> None:
    rows = [*QUESTIONS, *MORE_QUESTIONS]
    assert len({row["id"] for row in rows}) == len(rows)
    assert {row["lang"] for row in rows} == {"en", "fr"}
    assert len({row["question"] for row in QUESTIONS}) == len(QUESTIONS)
    assert {row["kind"] for row in QUESTIONS} <= {row["kind"] for row in MORE_QUESTIONS}
