"""Churn: what the bridge says, who left and when, and n/a where no rate is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from core.errors import QuestionError
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.months import Month, Period, Window
from core.query.question import Filter, Question
from core.revenue.churn import Churn, build_churn_json, measure_churn
from tests.support.generate import EDGY_RULES, ledger_of, ledgers, year_of
from tests.support.ledgers import keep_closes
from tests.support.scopes import scope_of

# The worked case of a month: of 100,000, contraction of 2,000 and churn of 3,000.
MONTH = ledger_of("a 60000, b 37000, c 3000", "a 68000, b 35000")


def of(data: Ledger | Segments, window: Window | None = None, *filters: Filter, method: str = "cohort") -> Churn:
    scope = scope_of(data)
    window = window or Window(scope.ledger.first, scope.ledger.last)
    return measure_churn(Question("nrr", filters, Period("range", window), method), scope)  # type: ignore[arg-type]


def test_a_month_and_the_year_of_such_months() -> None:
    data = build_churn_json(of(MONTH))
    window = data["window"]
    assert (window["revenue_churn"], window["revenue_losses"], window["logo_churn"]) == ("3.0", "5.0", "33.3")
    # 1 - 0.97^12, and 1 - (2/3)^12.
    assert data["if_every_month_were_like_this"] == {"revenue_churn": "30.6", "logo_churn": "99.2"}
    assert (data["trailing_12_months"], data["trailing_12_months_reason"]) == (
        None,
        "needs 13 month closes, there are 2",
    )


def test_only_a_month_is_compounded() -> None:
    data = build_churn_json(of(year_of("a 90, b 10", "a 90, b 10", "a 90")))
    assert data["if_every_month_were_like_this"] is None
    assert data["window"]["revenue_churn"] == data["trailing_12_months"]["revenue_churn"] == "10.0"


def test_the_accounts_that_left_are_the_largest_first_with_the_month() -> None:
    churn = of(ledger_of("a 5, b 50, c 20", "a 5, b 50", "b 50, c 20", "c 20", ""))
    assert [(entry.account.name, entry.account.amount, str(entry.month)) for entry in churn.lost] == [
        ("b", 5000, "2023-04"),
        ("c", 2000, "2023-05"),
        ("a", 500, "2023-03"),
    ]
    assert [account["month"] for account in build_churn_json(churn)["accounts"]] == ["2023-04", "2023-05", "2023-03"]


def test_an_answer_lists_ten_accounts_and_json_all() -> None:
    churn = of(ledger_of(", ".join(f"a{number} {number}" for number in range(1, 13)), ""))
    assert [entry.account.name for entry in churn.lost] == [f"a{number}" for number in range(12, 2, -1)]
    assert len(build_churn_json(churn)["accounts"]) == 12


def test_between_the_ends_of_quarters_an_account_leaves_at_a_close_of_the_sheet() -> None:
    monthly = ledger_of(*["a 10, b 5"] * 2, *["b 5"] * 5, first=Month.of(2022, 12))
    churn = of(keep_closes(monthly, [Month.of(2022, 12), Month.of(2023, 3), Month.of(2023, 6)]))
    assert [str(entry.month) for entry in churn.lost] == ["2023-03"]


def test_without_ends_churn_is_not_zero() -> None:
    churn = of(replace(MONTH, coverage=Coverage(can_leave=False)))
    data = build_churn_json(churn)
    assert (
        str(churn.reason)
        == data["reason"]
        == "the tab does not show which MRR was lost: it has no column of ends, or no amounts of those that left"
    )
    assert (data["window"]["revenue_churn"], data["window"]["logo_churn"], data["accounts"]) == (None, None, [])
    assert data["if_every_month_were_like_this"] is None


def test_without_a_base_churn_is_not_zero() -> None:
    data = build_churn_json(of(ledger_of("", "a 10")))
    assert data["reason"] == "no account in it paid at the end of 2023-01"
    assert data["window"]["revenue_churn"] is None


def test_a_window_before_the_history_and_another_method_are_refused() -> None:
    with pytest.raises(QuestionError, match="the history begins with 2023-01"):
        of(MONTH, Window(Month.of(2022, 12), Month.of(2023, 1)))
    with pytest.raises(QuestionError, match="cohort method only"):
        of(MONTH, method="movements")


@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_rates_and_accounts_are_those_of_the_bridge(ledger: Ledger) -> None:
    for filters in ((), (Filter("size", "SMB"),)):
        churn = of(Segments(ledger, EDGY_RULES), None, *filters)
        bridge = churn.asked.bridge
        assert sum(entry.account.amount for entry in churn.list_all()) == bridge.churn
        assert len(churn.list_all()) == bridge.churned
        if churn.reason is None:
            assert churn.asked.revenue is not None
            assert churn.asked.losses is not None
            assert churn.asked.revenue * bridge.starting == bridge.churn
            assert 0 <= churn.asked.revenue <= churn.asked.losses <= 1
            assert churn.asked.logo == 1 - (bridge.logo_retention or 0)
        for entry in churn.lost:
            assert ledger.mrr(entry.month, entry.month)[entry.account.index] == 0
            assert ledger.mrr(entry.month - 1, entry.month - 1)[entry.account.index] > 0
