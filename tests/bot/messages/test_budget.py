"""The budget of words: an answer is understood in ten seconds, and what comes second is collapsed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.locale.translator import Translator, get_translator
from bot.messages.kit.blocks import HEADER_LIMIT
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph
from bot.messages.reports.answer import build_answer_message
from bot.messages.reports.explanation import build_explanation_message
from bot.service.analyst import Analyst
from bot.service.digests.building import build_subscribed_digest, build_unsubscribed, preview_digest
from core.digests.weekly import build_digest
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.reports.explanation import explain
from core.reports.scope import Scope, build_quarter_question
from core.terms import Language
from tests.support.digests import list_messages, list_unasked
from tests.support.generate import ledgers
from tests.support.ledgers import raise_prices
from tests.support.message_faults import find_faults, measure_words
from tests.support.sample_company import SampleCompany
from tests.support.scopes import scope_of

PLAIN = ("", "Q3", "enterprise Q3", "grr smb Q2", "TTM", "region=France 2025")
OTHERS = (
    "why", "why enterprise", "by region", "trend", "methods", "churn", "mrr", "arr", "accounts Q3", "risks",
    "opportunities", "renewals", "targets", "outlook", "cohorts", "benchmarks", "Q3 vs Q2", "define nrr",
    "price volume TTM", "account Castelmur", "lose Castelmur", "whatif churn 5%->3%", "reconcile 104.1",
    "benchmarks 96%", "cohorts year", "signs", "survival", "mix", "quick ratio", "concentration", "trend 4 quarters",
    "mrr by region", "data", "help", "why smb", "accounts mrr>1000", "thanks",
)  # fmt: skip
# What a message may have in front of its finding.
_FINDING_WITHIN = 280
# Characters of a notification, and of a line on a terminal.
_SUMMARY, _TERMINAL = 200, 80


@pytest.fixture(scope="module", params=["en", "fr"])
def analyst(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    language: Language = request.param
    return SampleCompany(tmp_path_factory.mktemp("budget")).load_analyst(language)


@pytest.mark.parametrize("question", PLAIN)
def test_a_plain_answer_has_140_words_and_50_before_its_table(analyst: Analyst, question: str) -> None:
    message = analyst.reply("/nrr", question).message()
    words, before = measure_words(message)
    assert words <= 140, message.text
    assert before <= 50, message.text
    (grid,) = (part for part in message.parts if isinstance(part, Grid))
    assert len(grid.rows) <= 6
    assert len(grid.align) <= 4
    beginning = message.text[:_FINDING_WITHIN]
    assert "NRR" in beginning
    assert "GRR" in beginning
    _assert_answers_in_ten_seconds(analyst, question, beginning)
    assert len(message.summary) <= _SUMMARY
    assert not list(find_faults(message))


def _assert_answers_in_ten_seconds(analyst: Analyst, question: str, beginning: str) -> None:
    """Check that the beginning says whether to worry, and about whom."""
    cause = analyst.reply("/nrr", question).json()["reading"]["cause"]
    verdict = next(part for part in analyst.reply("/nrr", question).message().parts if isinstance(part, Paragraph))
    assert verdict.mark
    assert verdict.lead in beginning
    if cause and cause["alone"]:
        ledger = analyst.load_newest().scope.ledger
        assert ledger.accounts.names[ledger.accounts.ids.index(cause["alone"]["account"])] in beginning


def test_each_part_of_the_budget_is_noticed() -> None:
    wide = Grid([["a"] * 6] * 12, "l" * 6)
    faults = list(find_faults(render([Headline("x. Y. Z. A. " * 9), wide, Note("Run nrrbot sync --force; JSON.")])))
    for words in ("6 columns", "12 rows", "'nrrbot sync'", "'--force'", "'JSON'"):
        assert any(words in fault for fault in faults), (words, faults)
    by_hand = Message("x", render([wide]).blocks, (wide,), "<!channel> " * 30)
    assert any("330 characters" in fault for fault in find_faults(by_hand))


@pytest.mark.parametrize("question", OTHERS)
def test_everything_else_has_150_words(analyst: Analyst, question: str) -> None:
    message = analyst.reply("/nrr", question).message()
    words, _ = measure_words(message)
    assert words <= 150, message.text
    assert not list(find_faults(message))
    # Slack would cut a longer first line, and a figure with it.
    assert all(len(part.text) <= HEADER_LIMIT for part in message.parts if isinstance(part, Headline)), message.text
    assert all(len(line) <= _TERMINAL for line in message.text.splitlines() if line.startswith("  ")), message.text
    # The finding: more than the name of the answer.
    assert re.search(r"\d", message.text[:_FINDING_WITHIN]) or question in {"help", "thanks", "define nrr"}


def test_a_digest_has_120_words_and_no_table(analyst: Analyst) -> None:
    built = preview_digest(analyst, analyst.clock())
    digest, message = built.digest, built.message
    for reply in built.thread:
        assert measure_words(reply)[0] <= 150, reply.text
        assert not list(find_faults(reply))
    words, _ = measure_words(message)
    assert words <= 120, message.text
    assert not any(isinstance(part, Grid) for part in message.parts)
    assert not list(find_faults(message))
    # Change, cause and the first account to call.
    beginning = message.text[:_FINDING_WITHIN]
    assert digest.renewals_at_risk
    for words_of_change in ("108", "11", digest.renewals_at_risk.first[0].name):
        assert words_of_change in beginning, message.text
    # The renewals of the thread are those of /nrr renewals.
    listed = sorted(analyst.reply("/nrr", "renewals").json()["accounts"], key=lambda account: -account["arr"])
    assert digest.renewals
    assert (digest.renewals.count, digest.renewals.arr) == (len(listed), sum(account["arr"] for account in listed))
    thread = built.thread[-1].text
    assert [thread.index(account["name"]) for account in listed[:5]]
    assert str(len(listed) - 5) in thread


def test_the_edge_of_a_range_is_no_target(analyst: Analyst) -> None:
    logistics = replace(build_unsubscribed(analyst.config), cut="industry=logistics")
    built = build_subscribed_digest(analyst, logistics, analyst.clock())
    assert built.digest.targets == {}
    [headline] = [part.text for part in built.message.parts if isinstance(part, Headline)]
    assert not re.search("target|objectif", headline)
    assert "107" in headline


def assert_budgets(scope: Scope, translate: Translator) -> None:
    for unasked in list_unasked(scope, translate):
        text = f"{unasked.name}: {unasked.message.text}"
        assert measure_words(unasked.message)[0] <= unasked.words, text
        assert not list(find_faults(unasked.message)), text
        assert unasked.name.startswith("thread") or not any(isinstance(part, Grid) for part in unasked.message.parts)


def test_all_that_is_sent_unasked_keeps_its_budget(analyst: Analyst) -> None:
    assert_budgets(analyst.load_newest().scope, analyst.translate)


@settings(max_examples=30)
@given(ledgers(), st.sampled_from(("en", "fr")))
def test_so_it_does_about_any_company(ledger: Ledger, language: Language) -> None:
    today = ledger.last.last_day + dt.timedelta(days=5)
    places = np.arange(ledger.accounts.count, dtype=np.float64)
    facts = {"renewal_date": places * 20 + today.toordinal() - 20, "nps": places % 11, "feature_adoption": places / 9}
    assert_budgets(scope_of(replace(ledger, facts=facts), today=today), get_translator(language))


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
    _, changes, *_ = list_messages(build_digest(raised, analyst.clock().date()), translate)
    assert translate.format_percent(Decimal("12.0")) in changes.text
    for message, budget in ((plain, 140), (why, 150)):
        words, _ = measure_words(message)
        assert words <= budget, message.text
        assert translate.format_percent(Decimal("12.0")) in message.text.splitlines()[-1]
