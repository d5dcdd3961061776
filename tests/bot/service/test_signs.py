"""The signs of risk through the door: from a real store of five snapshots to the words, the JSON and the CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst
from tests.support.samples.forty_accounts import NOW, build_analyst, save_ledger


@pytest.fixture
def analyst(tmp_path: Path) -> Analyst:
    return build_analyst(tmp_path / "forty.db", get_translator("en"))


def ask(analyst: Analyst, text: str) -> Any:
    return analyst.reply("/nrr", text).json()


def test_the_signs_are_tested_on_the_snapshots_of_the_time(analyst: Analyst) -> None:
    report = ask(analyst, "signs")
    assert report["windows"] == [{"start": "2025-03", "end": "2025-09"}]
    # Wilson by hand, 11 of 40: center (0.275 + 1.920729 / 40) / (1 + 3.841459 / 40) = 29.5%, spread 13.4%.
    assert report["base"] == {"accounts": 40, "lost": 11, "rate": "27.5", "low": "16.1", "high": "42.8"}
    nps = report["signs"][0]
    assert nps == {
        "code": "low_nps",
        "predicts": True,
        "with": {"accounts": 10, "lost": 8, "rate": "80.0", "low": "49.0", "high": "94.3"},
        "without": {"accounts": 20, "lost": 1, "rate": "5.0", "low": "0.9", "high": "23.6"},
        # 8.5/11 over 1.5/21, times and by exp(1.959964 x 0.803608) = 4.8310.
        "lift": "10.8",
        "lift_low": "2.2",
        "lift_high": "52.3",
        # (8 + 10 x 0.275) / (10 + 10), half of a tenth up.
        "expected_rate": "53.8",
        "accounts": 1,
        "mrr": 20_000,
        "reason": None,
        "since": None,
        "months_missing": 0,
    }
    # 0.5/6 over 0.5/6.
    adoption = report["signs"][1]
    assert (adoption["code"], adoption["predicts"], adoption["lift"]) == ("low_adoption", False, "1.0")
    complaints = next(sign for sign in report["signs"] if sign["code"] == "open_complaints")
    # Complaints are kept since October, and a window from there ends in April: seven months after September.
    assert (complaints["reason"], complaints["since"], complaints["months_missing"]) == ("no_history", "2025-10", 7)
    # 200.00 x 53.75%, and 200.00 x 27.5% for the sign that is not tested.
    assert report["at_risk"] == {"accounts": 2, "mrr": 40_000, "expected_loss": 16_250}


def test_risks_have_the_expected_loss(analyst: Analyst) -> None:
    risks = ask(analyst, "risks")
    assert (risks["expected_loss"], risks["expected_loss_months"]) == (16_250, 6)
    assert [(row["account"], row["expected_loss"]) for row in risks["accounts"]] == [
        ("A-0011", 10_750),
        ("A-0012", 5_500),
    ]


def test_the_card_of_an_account_has_the_history_of_its_sign(analyst: Analyst) -> None:
    (nps,) = ask(analyst, "account A-0011")["risks"]
    assert nps["history"] == [
        {"month": "2025-03", "value": 9},
        {"month": "2025-05", "value": 8},
        {"month": "2025-07", "value": 4},
    ]
    assert "NPS 8 → 4, July 2025" in analyst.reply("/nrr", "account A-0011").message().text
    # A fact that never changed has no history to tell.
    assert "open complaints: 1." in analyst.reply("/nrr", "account A-0012").message().text


def test_the_signs_are_a_table_with_a_row_for_each(analyst: Analyst) -> None:
    rows = analyst.reply("/nrr", "signs").csv()
    assert next(row["code"] for row in rows) == "low_nps"
    assert len(rows) == 6


@pytest.mark.parametrize(
    "text",
    [
        "which signals predict churn",
        "do the signs work",
        "Which signs predict churn?",
        "are our signals reliable?",
        "quels signes prédisent les départs",
        "quels signaux annoncent les départs ?",
        "les signes sont-ils fiables ?",
    ],
)
def test_sentences_ask_for_the_signs(analyst: Analyst, text: str) -> None:
    assert ask(analyst, text)["read"]["as"] == "signs"


@pytest.mark.parametrize("text", ["clients signés au T3", "signed in Q3", "customers at risk"])
def test_other_sentences_do_not(analyst: Analyst, text: str) -> None:
    assert ask(analyst, text)["read"]["command"] != "signs"


def test_a_new_snapshot_is_read_with_its_facts(analyst: Analyst) -> None:
    assert ask(analyst, "signs")["signs"][0]["accounts"] == 1
    ledger = analyst.load_newest().scope.ledger
    # Every score is low now: of the 30 accounts with one, 21 still pay. The past does not change.
    save_ledger(analyst.store, replace(ledger, facts={"nps": ledger.facts["nps"] * 0 + 3}), "9", NOW)
    nps = ask(analyst, "signs")["signs"][0]
    assert (nps["accounts"], nps["with"]["accounts"]) == (21, 10)
