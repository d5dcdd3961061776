"""Signs on accounts: each fires, does not, and does just so; ranked by the MRR at stake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from core.advice.health import OPPORTUNITIES, RISKS, AccountSigns
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rows import SourceRows
from core.ledger.segments import Segments
from core.money import find_currency
from core.months import Month, Period, Window
from core.outlook.account_signals import (
    RenewalsRequest,
    Signals,
    SignalsRequest,
    build_signals_json,
    find_opportunities,
    find_renewals,
    find_risks,
    read_days,
    read_renewals,
    read_signals,
)
from core.query.question import Question
from core.query.vocabulary import Filter
from core.reports.scope import QuestionReader
from core.thresholds import SignalThresholds
from tests.support.generate import EDGY_RULES, ledgers
from tests.support.ledgers import build_ledger
from tests.support.scopes import reader_of, scope_of

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
    signals = AccountSigns(one(facts), TODAY, SignalThresholds())
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
    signals = AccountSigns(one({}, mrr), TODAY, SignalThresholds(falling_months=months))
    assert bool(signals.masks["falling_mrr"][0]) == falls


def test_what_a_float_makes_of_a_share_turns_no_sign() -> None:
    low = AccountSigns(one({"feature_adoption": 0.58}), TODAY, SignalThresholds(adoption_low=58))
    high = AccountSigns(one({"quota_use": 0.57}), TODAY, SignalThresholds(quota_high=57))
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
    signals = find_risks(SignalsRequest(WHOLE), scope_of(COMPANY))
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


MIXED = accounts(
    {
        "torn": ({"seats": 10, "seats_used": 9, "nps": 4, "segment": "SMB"}, (90, 90)),
        "keen": ({"seats": 10, "seats_used": 10, "segment": "SMB"}, (50, 50)),
        "angry": ({"nps": 4, "segment": "SMB"}, (10, 10)),
    }
)


def test_an_account_at_risk_is_never_ready_to_grow_and_its_signs_of_growth_come_last() -> None:
    risks, ready = (find(SignalsRequest(WHOLE), scope_of(MIXED)) for find in (find_risks, find_opportunities))
    assert [(account.id, [reason.code for reason in account.reasons]) for account in risks.accounts] == [
        ("torn", ["low_nps", "seats_nearly_used"]),
        ("angry", ["low_nps"]),
    ]
    assert [account.id for account in ready.accounts] == ["keen"]


def test_a_cut_has_its_own_signs() -> None:
    cut = Question("nrr", (Filter("segment", "SMB"),), WHOLE.period)
    signals = find_risks(SignalsRequest(cut), scope_of(COMPANY))
    assert ([account.id for account in signals.accounts], signals.mrr) == (["small"], 8_000)


def test_renewals_are_ranked_by_arr_with_their_risks_and_those_that_are_overdue_apart() -> None:
    signals = find_renewals(RenewalsRequest(WHOLE, 60), scope_of(COMPANY))
    assert [(account.id, len(account.reasons)) for account in signals.accounts] == [
        ("large", 2),
        ("fine", 0),
        ("small", 1),
    ]
    assert [account.id for account in signals.overdue] == ["late"]
    data = build_signals_json(signals)
    assert (data["days"], data["from"], data["to"]) == (60, "2025-10-06", "2025-12-05")
    assert data["accounts"][0]["renewal_date"] == "2025-11-15"
    assert data["accounts"][0]["reasons"] == [{"code": "low_nps", "number": 5}, {"code": "red_health", "text": "red"}]


@pytest.mark.parametrize(
    ("text", "days", "rest"),
    [
        ("", None, ""),
        ("60", 60, ""),
        ("60j smb", 60, "smb"),
        ("enterprise 30 days", 30, "enterprise"),
        ("PME sous 30 jours", 30, "PME"),
        ("enterprise 30", None, "enterprise 30"),
        ("2026", None, "2026"),
        ("2026 Q4", None, "2026 Q4"),
        ("2026-11", None, "2026-11"),
        ("Q4 2026", None, "Q4 2026"),
        ('plan="Net 30 days"', None, 'plan="Net 30 days"'),
        ("60 enterprise", 60, "enterprise"),
        ("within 30 days smb", 30, "smb"),
        ("dans 45 jours", 45, ""),
        ("enterprise", None, "enterprise"),
        ("3rd street", None, "3rd street"),
    ],
)
def test_how_far_ahead(text: str, days: int | None, rest: str) -> None:
    assert read_days(text) == (days, rest)


@pytest.mark.parametrize("text", ["0", "367", "9999 days", "2026 days", "smb 400 jours", "9" * 400])
def test_too_far_ahead(text: str) -> None:
    with pytest.raises(QuestionError, match="too far"):
        read_days(text)


def read_and_find(text: str) -> Signals:
    """Return the renewals of a text on 6 October 2025."""
    return find_renewals(read_renewals(text, reader_of(COMPANY)), scope_of(COMPANY))


@pytest.mark.parametrize(
    ("text", "ids", "overdue", "first", "last"),
    [
        ("", "large fine small", "late", "2025-10-06", "2026-01-04"),
        ("2025-10", "small", "late", "2025-10-06", "2025-10-31"),
        ("Q4 2025", "large fine small", "late", "2025-10-06", "2025-12-31"),
        ("Q4", "large fine small", "late", "2025-10-06", "2025-12-31"),
        ("this quarter", "large fine small", "late", "2025-10-06", "2025-12-31"),
        ("November", "large fine", "", "2025-11-01", "2025-11-30"),
        ("next month", "large fine", "", "2025-11-01", "2025-11-30"),
        ("novembre enterprise", "large fine", "", "2025-11-01", "2025-11-30"),
        ("November to January", "large fine", "", "2025-11-01", "2026-01-31"),
        ("Q1", "", "", "2026-01-01", "2026-03-31"),
        ("next quarter", "", "", "2026-01-01", "2026-03-31"),
        ("H2", "large fine small", "late", "2025-10-06", "2025-12-31"),
        ("September", "", "", "2026-09-01", "2026-09-30"),
        ("2026", "", "", "2026-01-01", "2026-12-31"),
        ("2025", "large fine small", "late", "2025-10-06", "2025-12-31"),
    ],
)
def test_renewals_of_a_period_to_come(text: str, ids: str, overdue: str, first: str, last: str) -> None:
    signals = read_and_find(text)
    assert " ".join(account.id for account in signals.accounts) == ids
    assert " ".join(account.id for account in signals.overdue) == overdue
    data = build_signals_json(signals)
    assert (data["from"], data["to"]) == (first, last)


@pytest.mark.parametrize("text", ["Q3 2025", "2025-09", "last quarter", "TTM", "YTD", "last 6 months", "since June"])
def test_a_period_that_is_over_has_no_renewals(text: str) -> None:
    with pytest.raises(QuestionError, match=r"end in 2025-10 or later\. .* such as 2025-11"):
        read_and_find(text)


def test_days_and_a_period_contradict_each_other() -> None:
    with pytest.raises(QuestionError, match="either in 60 days or in Q4 2025"):
        read_and_find("60 Q4")


@pytest.mark.parametrize(
    ("text", "ids", "overdue", "met", "limit"),
    [
        ("top 1", "large", "late", 3, {"top": 1}),
        ("top 9", "large fine small", "late", 3, {"top": 9}),
        ("mrr>100", "large fine", "", 2, {"measure": "mrr", "over": 100}),
        ("arr<1000 60", "small", "late", 1, {"measure": "arr", "under": 1000}),
        ("smb mrr>800", "", "", 0, {"measure": "mrr", "over": 800}),
    ],
)
def test_limits_of_renewals(text: str, ids: str, overdue: str, met: int, limit: Mapping[str, object]) -> None:
    signals = read_and_find(text)
    assert " ".join(account.id for account in signals.accounts) == ids
    assert " ".join(account.id for account in signals.overdue) == overdue
    assert (signals.met, signals.of_accounts) == (met, 1 if "smb" in text else 3)
    assert build_signals_json(signals)["limit"] == limit


def test_limits_of_risks() -> None:
    signals = find_risks(read_signals("arr>1k", reader_of(COMPANY)), scope_of(COMPANY))
    assert ([account.id for account in signals.accounts], signals.of_accounts) == (["large"], 2)
    signals = find_risks(read_signals("top 1", reader_of(COMPANY)), scope_of(COMPANY))
    assert ([account.id for account in signals.accounts], signals.met) == (["large"], 2)


@pytest.mark.parametrize("read", [read_signals, read_renewals])
def test_a_list_as_of_today_has_no_change(read: Callable[[str, QuestionReader], object]) -> None:
    with pytest.raises(QuestionError, match=r"no change of MRR to meet change>100\..* accounts Q3 change>100"):
        read("change>100", reader_of(COMPANY))


def test_the_owner_of_an_account() -> None:
    ledger = replace(COMPANY, columns={**COMPANY.columns, "owner": encode_values("CSM", ["Ana", "", "Bo", "", ""])})
    data = build_signals_json(find_renewals(RenewalsRequest(WHOLE, 60), scope_of(ledger)))
    assert [account["owner"] for account in data["accounts"]] == [None, "Bo", "Ana"]


@given(ledgers())
@settings(max_examples=40, deadline=None)
def test_who_does_not_pay_or_is_left_out_has_no_sign(ledger: Ledger) -> None:
    scope = scope_of(Segments(ledger, EDGY_RULES))
    paying = dict(
        zip(ledger.accounts.ids, (ledger.mrr(ledger.last, ledger.last) * ledger.accounts.counted).tolist(), strict=True)
    )
    risks, ready = (find(SignalsRequest(WHOLE), scope) for find in (find_risks, find_opportunities))
    assert not {account.id for account in risks.accounts} & {account.id for account in ready.accounts}
    for signals in (risks, ready):
        assert all(account.mrr == paying[account.id] > 0 for account in signals.accounts)
        assert signals.mrr == sum(paying.values())
        assert [account.mrr for account in signals.accounts] == sorted(
            (account.mrr for account in signals.accounts), reverse=True
        )
