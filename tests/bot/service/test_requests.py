"""How a question was read, as JSON and in the message; what a refusal offers; the exit codes of `ask`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import QuestionError
from core.query.question import MOST_CHARACTERS
from core.terms import Language
from tests.support.command_line import nrrbot, sample_options
from tests.support.sample_company import SampleCompany, is_same_answer

Q3 = {"start": "2026-06", "end": "2026-09", "metric": "nrr"}
WHOLE = {"filters": {}, "exclude": {}, **Q3}
TTM = {**WHOLE, "start": "2025-09"}
PLAIN: dict[str, Any] = {"parts": [], "limit": None, "passed_over": []}
ENTERPRISE = {**WHOLE, "filters": {"segment": ["Enterprise"]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("enterprise Q3", {"command": "answer", "as": "enterprise Q3 2026", **ENTERPRISE, **PLAIN}),
        ("how did enterprise do in Q3?", {"command": "answer", "as": "enterprise Q3 2026", **ENTERPRISE, **PLAIN}),
        (
            "Q3 everyone except consumer",
            {
                "command": "answer",
                "as": "Q3 2026 not segment=Consumer",
                **WHOLE,
                "exclude": {"segment": ["Consumer"]},
                **PLAIN,
            },
        ),
        (
            "who left in enterprise in Q3?",
            {
                "command": "accounts",
                "as": "accounts enterprise Q3 2026 churn",
                **ENTERPRISE,
                **PLAIN,
                "parts": ["churn"],
            },
        ),
        (
            "the five biggest customers we lost in Q3",
            {
                "command": "accounts",
                "as": "accounts Q3 2026 churn top 5",
                **WHOLE,
                **PLAIN,
                "parts": ["churn"],
                "limit": {"top": 5},
            },
        ),
        (
            "accounts Q3 churn change>10000",
            {
                "command": "accounts",
                "as": "accounts Q3 2026 churn change>10000",
                **WHOLE,
                **PLAIN,
                "parts": ["churn"],
                "limit": {"measure": "change", "over": 10000},
            },
        ),
        (
            "how is Willowmere doing?",
            {"command": "account", "as": 'account "Willowmere"', **PLAIN, "arguments": {"account": "A-0007"}},
        ),
        (
            "what does NRR mean?",
            {"command": "define", "as": "define nrr", **PLAIN, "arguments": {"term": "nrr"}},
        ),
        (
            "renewals in the next 60 days",
            {"command": "renewals", "as": "renewals 60", **WHOLE, **PLAIN, "arguments": {"days": 60}},
        ),
        (
            "is 104% good?",
            {"command": "benchmarks", "as": "benchmarks 104%", **TTM, **PLAIN, "arguments": {"percent": "104"}},
        ),
        ("hi", {"command": "courtesy"}),
        ("merci beaucoup !", {"command": "courtesy"}),
    ],
)
def test_an_answer_says_how_it_was_read(sample_company: SampleCompany, text: str, expected: dict[str, Any]) -> None:
    answer = sample_company.ask(text).answer
    assert answer is not None
    assert answer["read"] == expected


def test_a_comparison_has_two_sides(sample_company: SampleCompany) -> None:
    answer = sample_company.ask("compare Q3 with Q2 for enterprise").answer
    assert answer is not None
    read = answer["read"]
    assert {name: read[name] for name in ("command", "as")} == {
        "command": "vs",
        "as": "enterprise Q3 2026 vs enterprise Q2 2026",
    }
    sides = [{name: side[name] for name in ("filters", "start", "end")} for side in read["sides"]]
    segment = {"segment": ["Enterprise"]}
    assert sides == [
        {"filters": segment, "start": "2026-06", "end": "2026-09"},
        {"filters": segment, "start": "2026-03", "end": "2026-06"},
    ]


@pytest.mark.parametrize(
    "text",
    ["entreprize Q3", "who left in Frence in Q3?", "Q3 foobar", "rétention de Belgique", "MRR of Willowmare",
     "what is our CAC in Q3?", "accounts over 50k", "what is foobar doing?", "my accounts"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_line_that_a_refusal_offers_can_be_asked(
    sample_company: SampleCompany, text: str, language: Language
) -> None:
    refusal = sample_company.ask(text, language).refusal
    assert refusal is not None
    assert refusal.keys() == {"message", "understood", "not_understood", "nearest"}
    assert len(refusal["nearest"]) <= 3
    for line in refusal["nearest"]:
        assert sample_company.ask(line, language).answer is not None, line


@pytest.mark.parametrize(
    ("text", "unknown", "first"),
    [
        ("who left in Francce in Q3?", "Francce", "accounts france Q3 2026 churn"),
        ("what is our CAC in Q3?", "CAC", "Q3 2026"),
        ("what is our gross margin in Q3?", "gross margin", "Q3 2026"),
        ("Q3 foobar", "foobar", "Q3 2026"),
    ],
)
def test_a_refusal_names_what_was_not_understood(
    sample_company: SampleCompany, text: str, unknown: str, first: str
) -> None:
    outcome = sample_company.ask(text)
    assert outcome.refusal is not None
    assert (outcome.refusal["not_understood"], outcome.nearest[0]) == (unknown, first)


@pytest.mark.parametrize("text", ["enterprise Q3", "who left in Q3?", "top 5 customers", "is 104% good?", "Q3 vs Q2",
                                  "MRR by region", "at-risk customers of Amira"])  # fmt: skip
def test_the_line_that_was_read_asks_the_same(sample_company: SampleCompany, text: str) -> None:
    first = sample_company.ask(text).answer
    assert first is not None
    second = sample_company.ask(first["read"]["as"]).answer
    assert second is not None
    assert is_same_answer(first, second)
    assert second["read"]["as"] == first["read"]["as"]


@pytest.mark.parametrize(
    ("text", "language", "note"),
    [
        ("enterprise Q3", "en", None),
        ("accounts Q3 churn", "en", None),
        ("who left in Q3?", "en", "I read this as: accounts, Q3 2026, churn. In short: `/nrr accounts Q3 2026 churn`"),
        ("qui est parti au T3 ?", "fr", "accounts Q3 2026 churn"),
        ("accounts at risk in Q2", "en", "Not used here: Q2."),
        ("risks Q2", "en", "Not used here: Q2 2026."),
        ("which custommers left in Q3?", "en", "“custommers” is read as “customers”."),
    ],
)
def test_a_sentence_has_a_note_and_a_line_has_none(
    sample_company: SampleCompany, text: str, language: Language, note: str | None
) -> None:
    message = sample_company.load_analyst(language).reply("/nrr", text).message()
    if note:
        assert note in message.text
    else:
        assert "I read this as" not in message.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2025 vs FY25", "Both sides are the same: 2025. Name two periods"),
        ("renewals enterprise Q3 2026", "Ask for a number of days, or for a period ahead such as November 2026."),
        ("x" * (MOST_CHARACTERS + 1), "The question has 501 characters; the limit is 500. Name a segment"),
    ],
    ids=["same sides", "past renewals", "too long"],
)
def test_a_refusal_without_a_line_to_offer_keeps_its_fix(
    sample_company: SampleCompany, text: str, message: str
) -> None:
    refusal = sample_company.ask(text).refusal
    assert refusal is not None
    assert message in refusal["message"]


def test_the_exit_code_tells_an_answer_from_a_refusal(tmp_path: Path) -> None:
    outcomes = {
        text: nrrbot("ask", "--json", *sample_options(tmp_path), "--", text)
        for text in ("who left in Q3?", "thanks!", "who are you?", "Q3 foobar", "what is our CAC?")
    }
    assert [ran.code for ran in outcomes.values()] == [0, 0, 0, 1, 1]
    answers = [json.loads(ran.out) for ran in outcomes.values()]
    assert [answer.get("read", {}).get("command") for answer in answers] == [
        "accounts",
        "courtesy",
        "courtesy",
        None,
        None,
    ]
    assert [list(answer) for answer in answers[3:]] == [["error"], ["error"]]


def test_a_courtesy_has_three_things_to_try(sample_company: SampleCompany) -> None:
    answer = sample_company.ask("hello!").answer
    assert answer is not None
    assert answer.keys() == {"read", "message"}
    lines = re.findall(r"/nrr (.+?)(?= and /nrr|,|\.$)", answer["message"])
    assert len(lines) == 3
    for line in lines:
        assert sample_company.ask(line).answer is not None


NINES = "9" * 400


@pytest.mark.parametrize(
    "text",
    [
        f"top {NINES}", f"mrr>{NINES}", "mrr>1e999", f"renewals {NINES[:300]}", f"reconcile {NINES}",
        f"whatif churn {NINES[:200]}%", f"FY{NINES[:300]}", NINES, f"cohorts {NINES[:99]}",
        f"trend {NINES[:300]} quarters", "trend 999999999 months", f"benchmarks {NINES[:300]}%",
        "top 99999999999999999999", "renewals 99999999999", "9999-12..0001-01", "last 9999999999999999999 months",
        "mrr by region 99999999999999999999-12", "\ufdfa" * 100,
    ],
)  # fmt: skip
def test_huge_numbers_and_characters_are_refused_in_words(sample_company: SampleCompany, text: str) -> None:
    for command in ("/nrr", "/grr"):
        with pytest.raises(QuestionError):
            sample_company.load_analyst().reply(command, text)


def test_a_period_without_figures_has_no_excluded_share(sample_company: SampleCompany) -> None:
    analyst = sample_company.load_analyst()
    assert "excluded for errors" in analyst.reply("/nrr", "Q1 2024").message().text
    assert "excluded" not in analyst.reply("/nrr", "Q4 2023").message().text
