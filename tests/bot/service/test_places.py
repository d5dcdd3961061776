"""Every sub-command in the first, the middle and the last place of a sentence, by each of its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from _pytest.mark import ParameterSet

from bot.service.commands import SUB_COMMANDS
from core.terms import Language
from tests.support.sample_company import SampleCompany, is_same_answer

# First word of a sub-command -> what it takes: words of its own, a cut, a period.
TAKES: Mapping[str, tuple[str, str, str]] = {
    **dict.fromkeys(
        ("why", "accounts", "mrr", "arr", "churn", "trend", "methods", "quickratio"), ("", "enterprise", "Q3 2026")
    ),
    **dict.fromkeys(
        ("cohorts", "risks", "opportunities", "outlook", "benchmarks", "mix", "survival"), ("", "enterprise", "")
    ),
    **dict.fromkeys(("targets", "signs", "data", "sync", "digest", "help"), ("", "", "")),
    **dict.fromkeys(("account", "lose"), ('"Willowmere"', "", "")),
    **dict.fromkeys(("renewalrate", "pricevolume"), ("", "enterprise", "Q3 2026")),
    "concentration": ("", "enterprise", "2026-08"),
    "by": ("region", "enterprise", "Q3 2026"),
    "renewals": ("", "enterprise", "Q1 2027"),
    "whatif": ("churn 5%", "enterprise", ""),
    "define": ("nrr", "", ""),
    "reconcile": ("104.1", "enterprise", "Q3 2026"),
}
# A question mark is a word of its own in the first place only.
WORDS = [(row.words[0], word) for row in SUB_COMMANDS for word in row.words if word != "?"]


def write_sentences(name: str, word: str) -> Iterator[tuple[str, Language, str]]:
    """Yield (place, language, sentence) with a word of a sub-command in each place."""
    more, cut, period = TAKES[name]
    french = period.replace("Q", "T")

    def join(*words: str) -> str:
        return " ".join(filter(None, words))

    yield "first", "en", join(word, more, cut, period)
    yield "first", "fr", join(word, more, cut, french)
    yield "middle", "en", join("please show me", cut, word, more, period and f"for {period}", "thanks")
    yield "middle", "fr", join("montre-moi", cut, word, more, period and f"pour {french}", "merci")
    before = join(cut and f"for {cut}", period and f"in {period}") or "hello"
    yield "last", "en", f"{before}, {join(word, more)}"
    before = join(cut and f"pour {cut}", period and f"au {french}") or "bonjour"
    yield "last", "fr", f"{before}, {join(word, more)}"


def list_cases() -> Iterator[ParameterSet]:
    for name, word in WORDS:
        for _, language, sentence in write_sentences(name, word):
            line = " ".join(filter(None, (name, *TAKES[name])))
            yield pytest.param(line, sentence, language, id=sentence)


@pytest.mark.parametrize(("line", "sentence", "language"), [*list_cases()])
def test_a_sub_command_works_in_every_place(
    sample_company: SampleCompany, line: str, sentence: str, language: Language
) -> None:
    expected, outcome = sample_company.ask_line(line, language), sample_company.ask(sentence, language)
    if line.startswith("renewalrate"):
        # The sample has no terms, so that both are refused.
        assert expected.refusal is not None
        assert outcome.refusal is not None
        assert outcome.refusal["message"] == expected.refusal["message"]
        return
    assert expected.answer is not None
    assert outcome.answer is not None, outcome.refusal
    assert is_same_answer(outcome.answer, expected.answer), outcome.answer["read"]


def test_every_sub_command_has_its_sentences() -> None:
    assert TAKES.keys() == {row.words[0] for row in SUB_COMMANDS}
