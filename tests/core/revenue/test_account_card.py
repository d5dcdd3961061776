"""The card of an account: what changed it, its signs and their history, and the cost of losing it."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.advice.renewals import Renewal
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.months import Window
from core.outlook.scenario import ScenarioRequest, build_scenario_json, measure_scenario
from core.query.scenarios import Lose
from core.reports.accounts import AccountsRequest, list_accounts
from core.reports.scope import build_quarter_question
from core.revenue.account_card import AccountCard, build_account_card, build_account_card_json, read_account
from tests.support.command_line import nrrbot, sample_options
from tests.support.generate import ledger_of, ledgers
from tests.support.scopes import reader_of, scope_of

# 15 closes from January 2025 on: a grows, shrinks and leaves, b stays, c comes, leaves and is back.
CLOSES = (
    *["a 100, b 200"] * 3,
    *["a 150, b 200, c 50"] * 4,
    *["a 120, b 200"] * 5,
    *["b 200, c 80"] * 3,
)


def card_of(ledger: Ledger, text: str, **values: Any) -> AccountCard:
    return build_account_card(read_account(text, reader_of(ledger)), scope_of(ledger, **values))


def show_json(card: AccountCard) -> dict[str, Any]:
    return build_account_card_json(card, lambda rows: f"https://x/{rows[0]}", lambda _: ("amount_unreadable",))


def test_every_movement_is_on_the_card() -> None:
    ledger = ledger_of(*CLOSES)
    movements = {
        account: [
            (str(entry.month), entry.movement, entry.change // 100)
            for entry in card_of(ledger, account).months
            if entry.movement
        ]
        for account in "abc"
    }
    first = ledger.first
    assert movements == {
        "a": [
            (f"{first + 3}", "expansion", 50),
            (f"{first + 7}", "contraction", -30),
            (f"{first + 12}", "churn", -120),
        ],
        "b": [],
        "c": [(f"{first + 3}", "new", 50), (f"{first + 7}", "churn", -50), (f"{first + 12}", "reactivation", 80)],
    }
    card = card_of(ledger, "a")
    assert [entry.change for entry in card.largest_movements] == [-12_000, 5_000, -3_000]
    assert (card.mrr, card.last_churn and card.last_churn.change) == (0, -12_000)
    assert card_of(ledger, "c").first_paid == card_of(ledger, "c").months[3]


def test_the_change_of_a_quarter_is_that_of_the_list_of_accounts() -> None:
    ledger = ledger_of(*CLOSES)
    scope = scope_of(ledger)
    request = AccountsRequest(build_quarter_question(scope), ("base", "new", "reactivated"))
    listed = {account.id: account for part in list_accounts(request, scope).sections for account in part.listed}
    for account in "abc":
        quarter = card_of(ledger, account).changes[0]
        assert (quarter.start, quarter.end) == (listed[account].start, listed[account].end)


@given(ledgers(), st.data())
@settings(max_examples=60, deadline=None)
def test_the_card_of_any_account_adds_up(ledger: Ledger, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, ledger.accounts.count - 1))
    card = build_account_card(position, scope_of(ledger))
    shown = show_json(card)
    assert msgspec.json.decode(msgspec.json.encode(shown)) == shown
    if card.excluded:
        assert shown["months"] == shown["changes"] == []
        assert shown["mrr"] is shown["if_it_left"] is None
        return
    assert [entry.month for entry in card.months] == list(ledger.closes)
    assert card.months[0].mrr + sum(entry.change for entry in card.months) == card.mrr
    assert card.mrr == ledger.mrr(ledger.last, ledger.last)[position]
    for change in card.changes:
        window = change.period.window
        assert change.amount == sum(e.change for e in card.months if window.start < e.month <= window.end)


def test_losing_it_is_what_lose_says() -> None:
    ledger = ledger_of(*CLOSES)
    scope = scope_of(ledger)
    shown = show_json(card_of(ledger, "b"))
    year = replace(build_quarter_question(scope).period, kind="ttm", window=Window.ending(ledger.last, 12))
    question = replace(build_quarter_question(scope), period=year)
    effects = build_scenario_json(measure_scenario(ScenarioRequest(question, Lose(("b",))), scope))["effects"]
    assert shown["if_it_left"] == {**effects[-1], "of": "company"}
    assert shown["if_it_left"]["after"]["nrr"] == "0.0"
    assert not card_of(ledger, "c").is_in_base
    short = card_of(ledger_of(*CLOSES[-3:]), "b")
    assert (short.loss, str(short.loss_reason)) == (None, "needs 13 month closes, there are 3")


def test_signs_have_their_history_where_the_sheet_has_it() -> None:
    ledger = ledger_of(*["a 500"] * 3, "a 400", "a 450", "a 440", "a 430", "a 420", "a 410")
    last = ledger.last
    health = encode_values(
        "Health", ["red"], dated=[(0, last - 6, "red"), (0, last - 5, "green"), (0, last - 2, "red")]
    )
    facts = {"renewal_date": np.array([float(dt.date(2025, 11, 5).toordinal())])}
    card = card_of(replace(ledger, columns={"health": health}, facts=facts), "a")
    assert {sign.reason.code: sign.since for sign in card.risks} == {
        "falling_mrr": last - 3,
        "red_health": last - 2,
        "renewal_at_risk": None,
    }
    assert (card.renewal, card.days_to_renewal) == (Renewal(dt.date(2025, 11, 5)), 30)
    undated = encode_values("Health", ["red"])
    [sign] = [
        s for s in card_of(replace(ledger, columns={"health": undated}), "a").risks if s.reason.code == "red_health"
    ]
    assert sign.since is None


def test_an_account_that_left_has_the_values_of_its_last_month() -> None:
    ledger = ledger_of(*["a 20000, b 1"] * 14, "b 1")
    assert card_of(ledger, "a").values["size"] == "Enterprise"
    assert card_of(ledger, "b").values["size"] == "SMB"


def test_an_excluded_account_has_no_figures_and_its_problems() -> None:
    ledger = ledger_of("a 1, b 1", "a 1, b 2", excluded=("b",))
    shown = show_json(card_of(ledger, "b"))
    assert (shown["excluded"], shown["problems"]) == (True, ["amount_unreadable"])
    assert (shown["mrr"], shown["arr"], shown["first_month"], shown["values"], shown["months"]) == (
        None,
        None,
        None,
        {},
        [],
    )
    assert show_json(card_of(ledger, "a"))["problems"] == []


@pytest.mark.parametrize("text", ["", '""', "  "])
def test_no_name_is_a_question_back(text: str) -> None:
    with pytest.raises(QuestionError, match=r"Which account.* account b") as error:
        read_account(text, reader_of(ledger_of("a 1, b 2")))
    assert error.value.values["nearest"] == ("account b",)


@pytest.mark.parametrize("text", ["the " * 2_500, "a " * 5_000, "x" * 10_000, '"' * 10_000])
def test_a_long_text_is_refused_at_once(text: str) -> None:
    reader = reader_of(ledger_of("account 1, b 2"))
    begun = time.process_time()
    with pytest.raises(QuestionError, match=r"I know no account|Which account"):
        read_account(text, reader)
    assert time.process_time() - begun < 0.05


def test_an_account_on_the_command_line(tmp_path: Path) -> None:
    files = sample_options(tmp_path)
    shown = msgspec.json.decode(nrrbot("ask", "account castelmur", "--json", *files).out)
    assert (shown["account"], shown["name"], shown["tab_rows"]) == ("A-0054", "Castelmur Banque", "55")
    lost = msgspec.json.decode(nrrbot("ask", "lose A-0054 TTM", "--json", *files).out)
    assert shown["if_it_left"]["nrr_points"] == lost["effects"][-1]["nrr_points"]
    assert Fraction(shown["if_it_left"]["nrr_points"]) < 0
    rows = nrrbot("ask", "account castelmur", "--csv", *files).out.splitlines()
    assert (rows[0].lstrip("\ufeff"), len(rows)) == ('"month","mrr","movement","change"', len(shown["months"]) + 1)
    excluded = next(
        problem["account"]
        for problem in msgspec.json.decode(nrrbot("problems", "--json", *files).out)
        if problem["code"] == "amount_unreadable"
    )
    answer = nrrbot("ask", f"account {excluded}", *files).out
    assert "is excluded from all figures" in answer
    assert "amount_unreadable" in answer
