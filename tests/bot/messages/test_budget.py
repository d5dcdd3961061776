"""The budget of words: an answer is understood in ten seconds, and what comes second is collapsed."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.messages.digests.weekly import build_digest_message
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Chart, Details, Grid
from bot.messages.reports.answer import build_answer_message
from bot.messages.reports.explanation import build_explanation_message
from bot.service.analyst import Analyst
from bot.service.digests import build_weekly_digest
from core.digests.weekly import build_digest
from core.ledger.segments import Segments
from core.reports.explanation import explain
from core.reports.scope import Scope, build_quarter_question
from core.terms import Language
from tests.support.ledgers import raise_prices
from tests.support.sample_company import SampleCompany

PLAIN = ("", "Q3", "enterprise Q3", "grr smb Q2", "TTM", "region=France 2025")
OTHERS = (
    "why", "why enterprise", "by region", "trend", "methods", "churn", "mrr", "arr", "accounts Q3", "risks",
    "opportunities", "renewals", "targets", "outlook", "cohorts", "benchmarks", "Q3 vs Q2", "define nrr",
    "price volume TTM", "account Castelmur", "lose Castelmur", "whatif churn 5%->3%", "reconcile 104.1",
)  # fmt: skip
# What a message may have in front of its finding.
_FINDING_WITHIN = 280


def count_words(text: str) -> int:
    """Return the number of words of a text; a sign alone is none."""
    return sum(bool(re.search(r"\w", word)) for word in re.split(r"[\s\u00a0\u202f]+", text))


def measure(message: Message) -> tuple[int, int]:
    """Return the words outside of tables and collapsed parts, and those of them in front of the table."""
    words = before = 0
    has_table = False
    for part in message.parts:
        if isinstance(part, Grid):
            has_table = True
        elif not isinstance(part, Details | Button | Chart):
            count = count_words(" ".join((part.text, getattr(part, "lead", ""))))
            words += count
            before += 0 if has_table else count
    return words, before


@pytest.fixture(scope="module", params=["en", "fr"])
def analyst(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    language: Language = request.param
    return SampleCompany(tmp_path_factory.mktemp("budget")).load_analyst(language)


@pytest.mark.parametrize("question", PLAIN)
def test_a_plain_answer_has_140_words_and_50_before_its_table(analyst: Analyst, question: str) -> None:
    message = analyst.reply("/nrr", question).message()
    words, before = measure(message)
    assert words <= 140, message.text
    assert before <= 50, message.text
    (grid,) = (part for part in message.parts if isinstance(part, Grid))
    assert len(grid.rows) <= 6
    assert len(grid.align) <= 4
    beginning = message.text[:_FINDING_WITHIN]
    assert "NRR" in beginning
    assert "GRR" in beginning


@pytest.mark.parametrize("question", OTHERS)
def test_everything_else_has_150_words(analyst: Analyst, question: str) -> None:
    message = analyst.reply("/nrr", question).message()
    words, _ = measure(message)
    assert words <= 150, message.text


def test_a_digest_has_120_words_and_no_table(analyst: Analyst) -> None:
    digest = build_weekly_digest(analyst, analyst.clock())
    message = build_digest_message(digest, analyst.translate)
    words, _ = measure(message)
    assert words <= 120, message.text
    assert not any(isinstance(part, Grid) for part in message.parts)


@pytest.fixture
def raised(analyst: Analyst) -> Scope:
    """Return the scope in which all prices rose twice within the twelve months."""
    scope = analyst.load_newest().scope
    ledger = raise_prices(raise_prices(scope.ledger, scope.ledger.last - 9, 5), scope.ledger.last, 12)
    return replace(scope, segments=Segments(ledger, scope.segments.rules))


def test_a_price_change_is_in_the_note_within_the_budgets(analyst: Analyst, raised: Scope) -> None:
    translate = analyst.translate
    explanation = explain(build_quarter_question(raised), raised)
    plain = build_answer_message(explanation.answer, translate)
    why = build_explanation_message(explanation, raised.playbook, translate)
    digest = build_digest_message(build_digest(raised, analyst.clock().date()), translate)
    for message, budget in ((plain, 140), (why, 150), (digest, 120)):
        words, _ = measure(message)
        assert words <= budget, message.text
        assert translate.format_percent(Decimal("12.0")) in message.text.splitlines()[-1]
