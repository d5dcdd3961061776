"""A value that a sentence leaves out is excluded, or asked about: it is never the one that is answered."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.terms import Language
from tests.support.sample_company import SampleCompany

# One way of leaving SMB out a row.
ENGLISH = """
w/o SMB
w/o the SMBs
ex-SMB
excl. SMB
minus SMB
-SMB
!SMB
segment!=SMB
segment <> SMB
(no SMB)
non-SMB
SMB aside
SMB excluded
outside SMB
other than SMB
net of SMB
dropping SMB
skipping SMB
omitting SMB
subtracting SMB
stripping out SMB
taking SMB out
taking out SMB
leaving SMB aside
once SMB is stripped out
with SMB filtered out
if we drop SMB
if you ignore SMB
barring SMB
all but SMB
anything but SMB
"""
FRENCH = """
hors PME
hors-PME
sauf PME
sans les PME
sans compter les PME
sans parler des PME
à part les PME
PME exclues
PME mises de côté
exception faite des PME
déduction faite des PME
abstraction faite des PME
en retirant les PME
en ignorant les PME
en laissant les PME de côté
si on écarte les PME
à l'exclusion des PME
autres que PME
tout sauf PME
"""
# Words that may mean it: they are asked about.
UNCLEAR = ("skiping SMB", "less SMB", "save SMB", "discounting SMB", "beyond SMB")


def list_ways(text: str) -> list[str]:
    """Return the rows of a table."""
    return [way for way in text.splitlines() if way]


@pytest.mark.parametrize("ending", ["{way} Q2 2026", "Q2 2026, {way}"])
@pytest.mark.parametrize(
    ("way", "language"), [(way, "en") for way in list_ways(ENGLISH)] + [(way, "fr") for way in list_ways(FRENCH)]
)
def test_a_value_that_is_left_out_is_excluded(
    sample_company: SampleCompany, way: str, language: Language, ending: str
) -> None:
    answer = sample_company.ask(f"NRR {ending.format(way=way)}", language).answer
    assert answer is not None
    read = answer["read"]
    assert (read["filters"], read["exclude"]) == ({}, {"segment": ["SMB"]})
    assert (read["start"], read["end"]) == ("2026-03", "2026-06")


@pytest.mark.parametrize("way", UNCLEAR)
def test_a_word_that_may_leave_a_value_out_is_asked_about(sample_company: SampleCompany, way: str) -> None:
    assert not sample_company.ask(f"NRR Q2 2026 {way}").has_figures


# Ways of leaving a value out at the end of a question, and values of several columns.
ENDINGS: Mapping[Language, Sequence[str]] = {
    "en": (", excluding {v}", ", but not {v}", ", w/o {v}", " ignoring {v}", " (not {v})", " except for {v}",
           " minus {v}", " apart from {v}", ", leaving {v} out", " other than {v}"),
    "fr": (", hors {v}", " sauf {v}", ", sans {v}", " à part {v}", " (pas {v})", " en excluant {v}",
           " mis à part {v}", ", {v} exclus", " hormis {v}", " en dehors de {v}"),
}  # fmt: skip
VALUES = (("segment", "SMB"), ("region", "DACH"), ("owner", "Clara"), ("industry", "Retail"))
# Sub-commands whose lines have no cut, or one of their own.
WITHOUT_CUT = frozenset(
    ("courtesy", "define", "data", "methods", "help", "account", "lose", "whatif", "targets", "signs")
)


def load_questions() -> Iterator[tuple[str, Language]]:
    """Yield the questions of both tables, and their languages."""
    for name in ("questions.tsv", "more_questions.tsv"):
        with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield row["question"], "fr" if row["lang"] == "fr" else "en"


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(3))
def test_a_value_left_out_at_the_end_changes_nothing_else(sample_company: SampleCompany, turn: int) -> None:
    chance = random.Random(turn)  # noqa: S311 - questions, not secrets
    compared = 0
    for question, language in load_questions():
        read = read_of(sample_company, question, language)
        column, value = chance.choice(VALUES)
        named = {**read.get("filters", {}), **read.get("exclude", {})}
        if not read or read["command"] in WITHOUT_CUT or "sides" in read or column in named or "size" in named:
            continue
        ending = chance.choice(ENDINGS[language]).format(v=value)
        longer = read_of(sample_company, question.rstrip(" ?.!") + ending, language)
        if longer:
            compared += 1
            names = ("command", "filters", "start", "end", "parts")
            assert [longer[name] for name in names] == [read[name] for name in names], question + ending
            assert longer["exclude"] == {**read["exclude"], column: [value]}, question + ending
    assert compared > 500


def read_of(company: SampleCompany, question: str, language: Language) -> Mapping[str, Any]:
    """Return how a question was read; empty where it was refused."""
    answer = company.ask(question, language).answer
    return answer["read"] if answer else {}
