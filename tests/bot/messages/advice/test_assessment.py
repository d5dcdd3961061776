"""The verdict in sentences: the figure without the largest account, and no ratio without a figure."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from bot.locale.translator import get_translator
from bot.messages.kit.parts import Grid
from bot.messages.kit.sentences import format_share
from bot.service.analyst import Analyst
from core.months import Month
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst

FIRST = Month.of(2024, 1)


def ask_about(folder: Path, start: list[int], end: list[int]) -> Analyst:
    """Return an Analyst on fifteen closes, to the end of a quarter; the last one differs."""
    panel = np.array([start] * 14 + [end], dtype=np.int64) * 100
    return build_analyst(folder, "en", build_ledger(panel, first=FIRST, currency=EUR))


@pytest.mark.parametrize("question", ["", "TTM"])
def test_the_figure_without_the_largest_account_stands_in_the_verdict(tmp_path: Path, question: str) -> None:
    # 1,000 of 1,900 is one account that stays; the other nine lose a tenth.
    analyst = ask_about(tmp_path, [1_000, *[100] * 9], [1_000, *[90] * 9])
    reply = analyst.reply("/nrr", question)
    assert reply.json()["trailing_12_months"]["largest_account"]["nrr_without"] == "90.0"
    name = reply.json()["trailing_12_months"]["largest_account"]["name"]
    assert f"NRR without {name}: 90.0%." in reply.message().text


def test_the_figure_without_the_account_behind_the_change_stands_in_the_verdict(tmp_path: Path) -> None:
    # One account grows by half of all growth, and nothing is lost.
    analyst = ask_about(tmp_path, [100] * 20, [200, *[110] * 10, *[100] * 9])
    text = analyst.reply("/nrr", "TTM").message().text
    assert re.search(r"NRR without .+: 105\.3%\.", text)


def test_an_even_base_needs_no_figure_without_an_account(tmp_path: Path) -> None:
    analyst = ask_about(tmp_path, [100] * 20, [100 + number for number in range(20)])
    assert "NRR without" not in analyst.reply("/nrr", "TTM").message().text


def test_a_cut_without_ratios_has_no_bare_names_of_ratios(tmp_path: Path) -> None:
    analyst = ask_about(tmp_path, [100] * 20, [110] * 20)
    text = analyst.reply("/nrr", "enterprise TTM").message().text
    assert "No verdict: no account in it paid twelve months ago." in text
    assert "NRR, GRR" not in text


def test_what_is_missing_against_the_target_is_below_zero(tmp_path: Path) -> None:
    # NRR 100% of a target of 110%: the losses allowed are +10 points, the missing growth -20.
    text = ask_about(tmp_path, [100] * 20, [100] * 20).reply("/nrr", "why TTM").message().text
    assert "Against targets (NRR −10.0 points, GRR +10.0 points)" in text
    assert re.search(r"churn +€0 +\+10\.0 ", text)
    assert re.search(r"expansion +€0 +−20\.0 ", text)


def test_a_good_verdict_asks_no_questions_about_a_low_ratio(tmp_path: Path) -> None:
    # Small customers may shrink: 90% is inside of their 80 to 100%.
    analyst = ask_about(tmp_path, [100] * 40, [*[0] * 4, *[100] * 36])
    text = analyst.reply("/nrr", "why size=SMB TTM").message().text
    assert "Good." in text
    assert "NRR is low" not in text


@pytest.mark.parametrize("question", ["by size TTM", "methods TTM"])
def test_a_table_of_twelve_months_has_each_ratio_once(tmp_path: Path, question: str) -> None:
    analyst = ask_about(tmp_path, [100] * 20, [110] * 20)
    assert [text.count("NRR") for text in _list_headings(analyst, question)] == [1]
    assert [text.count("NRR") for text in _list_headings(analyst, question.replace("TTM", "Q1"))] == [2]


def _list_headings(analyst: Analyst, question: str) -> list[str]:
    parts = analyst.reply("/nrr", question).message().parts
    return [" ".join(part.rows[0]) for part in parts if isinstance(part, Grid)]


def test_a_rise_by_lost_mrr_is_named_as_less_of_it(tmp_path: Path) -> None:
    # A tenth leaves in the first months, and nobody later: the twelve months lose sight of it.
    panel = np.full((18, 20), 10_000, dtype=np.int64)
    panel[3:, :2] = 0
    analyst = build_analyst(tmp_path, "en", build_ledger(panel, first=FIRST, currency=EUR))
    text = analyst.reply("/nrr", "trend").message().text
    assert "NRR rose by 10.0 points, mostly through less churn (+10.0)" in text


def test_a_share_above_zero_is_never_shown_as_zero() -> None:
    translate = get_translator("en")
    shares = [Fraction(0), Fraction(1, 100_000), Fraction(1, 2_000)]
    assert [format_share(share, translate) for share in shares] == ["0.0%", "under 0.1%", "0.1%"]
