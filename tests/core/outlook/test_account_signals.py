"""Signs on accounts: each fires, does not, and does just so; ranked by the MRR at stake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings

from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.money import find_currency
from core.months import Month, Period, Window
from core.outlook.account_signals import (
    OPPORTUNITIES,
    RISKS,
    AccountSignals,
    RenewalsRequest,
    build_signals_json,
    find_renewals,
    find_risks,
    find_signals,
    read_days,
)
from core.query.question import Question
from core.query.vocabulary import Filter
from core.thresholds import SignalThresholds
from tests.support.generate import EDGY_RULES, ledgers
from tests.support.ledgers import build_ledger
from tests.support.scopes import scope_of

TODAY = dt.date(2025, 10, 6)
WHOLE = Question("nrr", (), Period("quarter", Window(Month.of(2025, 6), Month.of(2025, 9)), year=2025, number=3))
Facts = Mapping[str, float | str]


def one(facts: Facts, mrr: tuple[int, ...] = (100, 100, 100)) -> Ledger:
    return accounts({"a": (facts, mrr)})


def accounts(of: Mapping[str, tuple[Facts, tuple[int, ...]]]) -> Ledger:
    """Return a ledger of accounts with their facts (days are counted from today) and the MRR of the last months."""
    names = sorted({name for facts, _ in of.values() for name in facts})

    def values(name: str) -> list[float]:
        shift = TODAY.toordinal() if name == "renewal_date" else 0
        return [float(facts[name]) + shift if name in facts else float("nan") for facts, _ in of.values()]

    texts = {name: [str(facts.get(name, "")) for facts, _ in of.values()] for name in ("health", "segment")}
    panel = np.array([mrr for _, mrr in of.values()], dtype=np.int64).T * 100
    return build_ledger(
        panel,
        first=Month.of(2025, 10) - len(panel),
        currency=find_currency("EUR"),
        accounts=build_accounts(list(of)),
        columns={name: encode_values(name.title(), cells) for name, cells in texts.items() if any(cells)},
        facts={name: np.array(values(name)) for name in names if name not in texts},
        source_rows=SourceRows("MRR", np.arange(2, 2 + len(of), dtype=np.int32)),
    )


CASES: list[tuple[Facts, str]] = [
    ({}, ""),
    ({"feature_adoption": 0.49}, "low_adoption"),
    ({"feature_adoption": 0.5}, ""),
    ({"nps": 6}, "low_nps"),
    ({"nps": 7}, ""),
    ({"health": "Red"}, "red_health"),
    ({"health": "à risque"}, "red_health"),
    ({"health": "amber"}, ""),
    ({"complaints": 1}, "open_complaints"),
    ({"complaints": 0}, ""),
    ({"renewal_date": 60, "complaints": 2}, "open_complaints renewal_at_risk"),
    ({"renewal_date": 30}, ""),
    ({"renewal_date": 90, "nps": 6}, "low_nps renewal_at_risk"),
    ({"renewal_date": 91, "nps": 6}, "low_nps"),
    ({"renewal_date": 0, "nps": 6}, "low_nps renewal_at_risk"),
    ({"renewal_date": -1, "nps": 6}, "low_nps"),
    ({"quota_use": 0.8}, "quota_nearly_used"),
    ({"quota_use": 0.79}, ""),
    ({"quota_use": 1.3}, "quota_nearly_used"),
    ({"seats": 10, "seats_used": 9}, "seats_nearly_used"),
    ({"seats": 10, "seats_used": 8}, ""),
    ({"seats": 0, "seats_used": 0}, ""),
    ({"seats_used": 9}, ""),
    ({"feature_adoption": 0.75, "nps": 9}, "promoter"),
    ({"feature_adoption": 0.74, "nps": 9}, ""),
    ({"feature_adoption": 0.75, "nps": 8}, ""),
    ({"renewal_date": 120, "health": "vert"}, "healthy_renewal"),
    ({"renewal_date": 121, "health": "green"}, ""),
    ({"renewal_date": 20, "health": "green", "nps": 5}, "low_nps renewal_at_risk"),
    ({"renewal_date": 20, "nps": 9}, "healthy_renewal"),
]


@pytest.mark.parametrize(("facts", "signs"), CASES, ids=[str(case[0]) for case in CASES])
def test_signs(facts: Facts, signs: str) -> None:
    signals = AccountSignals(one(facts), TODAY, SignalThresholds())
    assert " ".join(code for code in (*RISKS, *OPPORTUNITIES) if signals.masks[code][0]) == signs


@pytest.mark.parametrize(
    ("mrr", "months", "falls"),
    [
        ((100, 90, 80), 2, True),
        ((100, 90, 90), 2, False),
        ((100, 110, 100), 2, False),
        ((90, 80), 2, False),
        ((100, 110, 100), 1, True),
        ((100, 50, 0), 2, False),  # who has left is no risk any more
    ],
)
def test_falling(mrr: tuple[int, ...], months: int, falls: bool) -> None:
    signals = AccountSignals(one({}, mrr), TODAY, SignalThresholds(falling_months=months))
    assert bool(signals.masks["falling_mrr"][0]) == falls


def test_what_a_float_makes_of_a_share_turns_no_sign() -> None:
    low = AccountSignals(one({"feature_adoption": 0.58}), TODAY, SignalThresholds(adoption_low=58))
    high = AccountSignals(one({"quota_use": 0.57}), TODAY, SignalThresholds(quota_high=57))
    assert (bool(low.masks["low_adoption"][0]), bool(high.masks["quota_nearly_used"][0])) == (False, True)


COMPANY = accounts(
    {
        "small": ({"nps": 3, "segment": "SMB", "renewal_date": 10}, (10, 10)),
        "large": ({"nps": 5, "health": "red", "segment": "Enterprise", "renewal_date": 40}, (900, 900)),
        "fine": ({"nps": 9, "segment": "Enterprise", "renewal_date": 40}, (500, 500)),
        "late": ({"nps": 9, "segment": "SMB", "renewal_date": -30}, (70, 70)),
        "gone": ({"nps": 1, "segment": "SMB", "renewal_date": 5}, (70, 0)),
    }
)


def test_risks_are_ranked_by_the_money_at_stake_with_their_reasons_and_rows() -> None:
    signals = find_risks(WHOLE, scope_of(COMPANY))
    assert [(account.id, account.segment, account.mrr, account.arr, account.row) for account in signals.accounts] == [
        ("large", "Enterprise", 90_000, 1_080_000, 3),
        ("small", "SMB", 1_000, 12_000, 2),
    ]
    assert [(reason.code, dict(reason.facts)) for reason in signals.accounts[0].reasons] == [
        ("low_nps", {"number": 5}),
        ("red_health", {"text": "red"}),
        ("renewal_at_risk", {"day": dt.date(2025, 11, 15)}),
    ]
    assert signals.mrr == 148_000


def test_a_cut_has_its_own_signs() -> None:
    cut = Question("nrr", (Filter("segment", "SMB"),), WHOLE.period)
    signals = find_risks(cut, scope_of(COMPANY))
    assert ([account.id for account in signals.accounts], signals.mrr) == (["small"], 8_000)


def test_renewals_come_by_date_with_their_risks_and_those_that_are_overdue_apart() -> None:
    signals = find_renewals(RenewalsRequest(WHOLE, 60), scope_of(COMPANY))
    assert [(account.id, len(account.reasons)) for account in signals.accounts] == [
        ("small", 1),
        ("large", 2),
        ("fine", 0),
    ]
    assert [account.id for account in signals.overdue] == ["late"]
    data = build_signals_json(signals)
    assert (data["days"], data["accounts"][1]["renewal_date"]) == (60, "2025-11-15")
    assert data["accounts"][1]["reasons"] == [{"code": "low_nps", "number": 5}, {"code": "red_health", "text": "red"}]


@pytest.mark.parametrize(
    ("text", "days", "rest"),
    [
        ("", 90, ""),
        ("60", 60, ""),
        ("60 enterprise", 60, "enterprise"),
        ("within 30 days smb", 30, "smb"),
        ("dans 45 jours", 45, ""),
        ("enterprise", 90, "enterprise"),
        ("3rd street", 90, "3rd street"),
    ],
)
def test_how_far_ahead(text: str, days: int, rest: str) -> None:
    assert read_days(text, 90) == (days, rest)


@pytest.mark.parametrize("text", ["0", "367", "9999 days"])
def test_too_far_ahead(text: str) -> None:
    with pytest.raises(QuestionError, match="too far"):
        read_days(text, 90)


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_who_does_not_pay_or_is_left_out_has_no_sign(ledger: Ledger) -> None:
    signals = find_signals((*RISKS, *OPPORTUNITIES), WHOLE, scope_of(Segments(ledger, EDGY_RULES)))
    paying = dict(
        zip(ledger.accounts.ids, (ledger.mrr(ledger.last, ledger.last) * ledger.accounts.counted).tolist(), strict=True)
    )
    assert all(account.mrr == paying[account.id] > 0 for account in signals.accounts)
    assert signals.mrr == sum(paying.values())
    assert [account.mrr for account in signals.accounts] == sorted(
        (account.mrr for account in signals.accounts), reverse=True
    )
