"""Answers to questions that name no period, where the data ends within a quarter."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.cli.setup import Setup
from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from core.terms import Language
from tests.support.sample_company import WORKBOOK, is_same_answer


@pytest.fixture(scope="module")
def analyst(tmp_path_factory: pytest.TempPathFactory) -> Analyst:
    """Return the analyst of the sample company on a day of September, with data to August."""
    folder, today = tmp_path_factory.mktemp("company"), dt.datetime(2026, 9, 10)  # noqa: DTZ001 - a day
    return Setup(None, WORKBOOK, folder / "sample.db", today, "en", lambda: dt.datetime.now(dt.UTC)).prepare_analyst()


def ask(analyst: Analyst, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = analyst.reply("/nrr", text).json()
    return answer


def test_the_twelve_months_go_to_the_end_of_the_data(analyst: Analyst) -> None:
    plain, named = ask(analyst, "enterprise"), ask(analyst, "enterprise Q2")
    for answer, end in ((plain, "2026-08"), (named, "2026-06")):
        assert (answer["window"]["start"], answer["window"]["end"]) == ("2026-03", "2026-06")
        assert answer["trailing_12_months"]["end"] == end
    assert plain["window"] == named["window"]
    assert (plain["read"]["as"], named["read"]["as"]) == ("enterprise", "enterprise Q2 2026")
    assert plain["trailing_12_months"] == ask(analyst, "enterprise TTM 2026-08")["window"]
    assert plain["reading"]["change"] == ask(analyst, "enterprise TTM 2026-08")["reading"]["change"]
    to_date = ask(analyst, "enterprise 2026-07..2026-08")["window"]
    assert plain["to_date"] == {name: to_date[name] for name in plain["to_date"]} | {"complete": False}
    assert named["to_date"] is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Twelve months to August: NRR 111.6% (range 110–130%, −9.1 points since May)"),
        ("en", "Since June: NRR 95.8%, GRR 93.6%."),
        ("fr", "Depuis fin juin : NRR 95,8 %, GRR 93,6 %."),
    ],
)
def test_the_loss_of_the_running_quarter_is_in_the_first_lines(
    analyst: Analyst, language: Language, sentence: str
) -> None:
    speaking = analyst.speak(get_translator(language, "UTC"))
    text = speaking.reply("/nrr", "enterprise").message().text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "Ostrevan Logistik" in text
    assert sentence in text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "text",
    [
        "", "grr", "enterprise not france", "why smb", "by region", "churn enterprise", "methods", "quickratio",
        "pricevolume", "whatif churn 3%", "accounts churn", "cohorts", "concentration", "benchmarks",
        "enterprise vs smb",
    ],
)  # fmt: skip
def test_the_line_that_was_read_asks_the_same(analyst: Analyst, text: str) -> None:
    answer = ask(analyst, text)
    again = ask(analyst, answer["read"]["as"])
    assert again["read"] == answer["read"]
    assert is_same_answer(again, answer)


@pytest.mark.parametrize("text", ["by segment", "methods smb", "churn", "quickratio"])
def test_the_end_of_the_twelve_months_is_named(analyst: Analyst, text: str) -> None:
    message = " ".join(analyst.reply("/nrr", text).message().text.split())
    assert "to August 2026" in message
