"""The test of the signs of risk: counts, lifts and rates that were worked out by hand, and the reasons for none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.advice.health import RISKS
from core.advice.sign_tests import LossCount, SignTest, SignTests
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts
from core.metrics.uncertainty import estimate_lift
from core.months import Month, Window
from core.outlook.account_signals import SignalsRequest, build_signals_json, find_risks
from core.outlook.signs import SignReport, build_signs_json, measure_signs
from core.query.question import Question
from core.reports.scope import build_quarter_question
from tests.support.generate import EUR, ledgers
from tests.support.ledgers import build_ledger, keep_closes
from tests.support.scopes import scope_of

FIRST = Month.of(2025, 1)


def ledger_of(closes: Sequence[Sequence[int]], **values: Any) -> Ledger:
    return build_ledger(np.array(closes, dtype=np.int64) * 100, first=FIRST, currency=EUR, **values)


def keep_nps(month: Month, *scores: float) -> PastFacts:
    return PastFacts(month, {"nps": np.array(scores, dtype=np.float64)})


def measure(ledger: Ledger, *past: PastFacts, **values: Any) -> SignTests:
    return report_on(ledger, *past, **values).measured


def report_on(ledger: Ledger, *past: PastFacts, **values: Any) -> SignReport:
    return measure_signs(None, scope_of(ledger, load_past_facts=lambda: past, **values))


def index_tests(report: SignTests) -> Mapping[str, SignTest]:
    return {test.code: test for test in report.tests}


# Seven closes of five accounts: 0 and 1 leave, and 4 is new after the first close.
SEVEN = [[10, 10, 10, 10, 0], *[[10, 10, 10, 10, 10]] * 3, [0, 10, 10, 10, 10], *[[0, 0, 10, 10, 10]] * 2]
NPS_TODAY = {"nps": np.array([9, 9, 9, 3, 9.0])}


def test_the_facts_of_the_past_are_tested_and_not_those_of_today() -> None:
    report = measure(ledger_of(SEVEN, facts=NPS_TODAY), keep_nps(FIRST, 3, 9, 3, 9, 3), keep_nps(FIRST + 3, *[9] * 5))
    assert (report.months, report.windows) == (6, (Window(FIRST, FIRST + 6),))
    # Account 4 did not pay yet.
    assert report.base == LossCount(4, 2)
    nps = index_tests(report)["low_nps"]
    assert (nps.having, nps.lacking, nps.accounts, nps.mrr) == (LossCount(2, 1), LossCount(2, 1), 1, 1000)
    assert nps.lift
    assert nps.lift.value == 1
    assert not nps.predicts
    # (1 + 10 x 1/2) / (2 + 10)
    assert nps.rate == Fraction(1, 2)


def test_an_account_whose_fact_was_not_known_is_on_neither_side() -> None:
    nps = index_tests(measure(ledger_of(SEVEN, facts=NPS_TODAY), keep_nps(FIRST, 3, 9, np.nan, 9, 3)))["low_nps"]
    assert (nps.having, nps.lacking) == (LossCount(1, 1), LossCount(2, 1))
    # 1.5/2 over 1.5/3 is above 1, and may well be below it.
    assert nps.lift
    assert nps.lift.value == Fraction(3, 2)
    assert not nps.predicts


def test_windows_follow_each_other_without_overlap() -> None:
    closes = [[10, 10]] * 20
    report = measure(ledger_of(closes), *(keep_nps(FIRST + month, 3, 9) for month in range(20)))
    last = FIRST + 19
    assert report.windows == tuple(Window(last - back, last - back + 6) for back in (6, 12, 18))
    nps = index_tests(report)["low_nps"]
    # Each account once in each window.
    assert (nps.having.accounts, nps.lacking.accounts, report.base) == (3, 3, LossCount(6, 0))


@pytest.mark.parametrize(("kept_for", "months"), [(9, 6), (6, 6), (5, 5), (3, 3), (2, 6)])
def test_a_window_is_as_long_as_the_facts_allow_and_else_as_the_panel_allows(kept_for: int, months: int) -> None:
    ledger = ledger_of([[10, 10]] * 10, facts={"nps": np.array([3, 9.0])})
    report = measure(ledger, *(keep_nps(ledger.last - back, 3, 9) for back in range(kept_for, -1, -1)))
    nps = index_tests(report)["low_nps"]
    assert report.months == months
    if kept_for == 2:
        assert (nps.lift, nps.reason, nps.since, nps.months_missing) == (None, "no_history", ledger.last - 2, 1)
    else:
        assert nps.having.accounts == 1


def test_a_month_without_a_sync_makes_the_window_shorter_and_not_the_test_empty() -> None:
    ledger = ledger_of([[10, 10]] * 10)
    report = measure(ledger, *(keep_nps(ledger.last - back, 3, 9) for back in (7, 5, 4)))
    assert (report.months, index_tests(report)["low_nps"].having.accounts) == (5, 1)


def test_falling_mrr_is_tested_on_the_panel_alone() -> None:
    # By April 2025 the accounts 0 and 1 have fallen twice; 0 leaves, and so does 2.
    fallen = [[30, 30, 30, 30], [30, 30, 30, 30], [20, 20, 30, 30], [10, 10, 30, 30]]
    report = measure(ledger_of([*fallen, *[[0, 10, 0, 30]] * 6]))
    assert report.windows == (Window(FIRST + 3, FIRST + 9),)
    falling = index_tests(report)["falling_mrr"]
    assert (falling.having, falling.lacking) == (LossCount(2, 1), LossCount(2, 1))
    # Every other sign is without data in the sheet.
    assert {test.reason for test in report.tests if test.code != "falling_mrr"} == {"no_data"}


def test_health_is_tested_on_dated_rows_and_only_once_they_have_begun() -> None:
    dated = [(0, FIRST, "red"), (0, FIRST + 8, "green"), (1, FIRST, "green"), (2, FIRST + 8, "red")]
    health = encode_values("Health", ["green", "green", "red"], dated=dated)
    report = measure(ledger_of([*[[10, 10, 10]] * 4, *[[0, 10, 10]] * 6], columns={"health": health}))
    red = index_tests(report)["red_health"]
    assert (red.having, red.lacking) == (LossCount(1, 1), LossCount(1, 0))


def test_a_renewal_is_near_by_the_day_of_the_past() -> None:
    # On 31 January 2025 both renew in 59 days, and the first has a low score too.
    day = float(dt.date(2025, 3, 31).toordinal())
    facts = {"nps": np.array([3, 9.0]), "renewal_date": np.array([day, day])}
    renewal = index_tests(measure(ledger_of([[10, 10]] * 7), PastFacts(FIRST, facts)))["renewal_at_risk"]
    assert (renewal.having.accounts, renewal.lacking.accounts) == (1, 1)


def test_a_back_account_is_not_lost_and_an_excluded_one_is_not_tested() -> None:
    ledger = ledger_of([[10, 10], [0, 10], *[[10, 0]] * 5])
    excluded = replace(ledger, accounts=replace(ledger.accounts, excluded=np.array([False, True])))
    assert measure(excluded, keep_nps(FIRST, 3, 9)).base == LossCount(1, 0)


def test_a_sheet_with_the_ends_of_quarters_has_windows_of_whole_quarters() -> None:
    ledger = ledger_of([[10, 10]] * 16)
    quarters = keep_closes(ledger, [FIRST + month for month in range(0, 16, 3)])
    assert measure(quarters).windows == (Window(FIRST + 9, FIRST + 15), Window(FIRST + 3, FIRST + 9))
    # Facts of months without a close cannot be tested.
    assert measure(quarters, *(keep_nps(FIRST + month, 3, 9) for month in (10, 11))).months == 6
    assert measure(quarters, *(keep_nps(FIRST + month, 3, 9) for month in (10, 11, 12))).months == 3


def test_a_short_history_has_no_test_and_names_the_missing_months() -> None:
    report = report_on(ledger_of([[10, 20]] * 4, facts={"nps": np.array([3, 9.0])}), today=dt.date(2025, 5, 6))
    measured = report.measured
    assert (measured.windows, measured.base, report.expected_loss) == ((), LossCount(0, 0), None)
    assert not measured.tested
    # No fact is kept yet: the first one is of May, and a window of three months ends in August.
    nps, falling = (index_tests(measured)[code] for code in ("low_nps", "falling_mrr"))
    assert (nps.reason, nps.since, nps.months_missing) == ("no_history", None, 4)
    # Two falls need three closes, to March: a window from there ends in June.
    assert (falling.reason, falling.since, falling.months_missing) == ("no_history", FIRST, 2)


def test_a_sheet_without_ends_is_refused_and_its_risks_are_by_arr() -> None:
    ledger = replace(ledger_of([[10, 20]] * 9, facts={"nps": np.array([3, 3.0])}), coverage=Coverage(can_leave=False))
    scope = scope_of(ledger, load_past_facts=lambda: (keep_nps(FIRST, 3, 9),))
    with pytest.raises(QuestionError, match="Retention is n/a"):
        measure_signs(None, scope)
    risks = find_risks(SignalsRequest(company(ledger)), scope)
    assert [(account.id, account.expected_loss) for account in risks.accounts] == [("1", None), ("0", None)]
    assert "expected_loss" not in build_signals_json(risks)


def company(ledger: Ledger) -> Question:
    return build_quarter_question(scope_of(ledger))


def test_risks_are_by_expected_loss_at_the_highest_rate_of_an_accounts_signs() -> None:
    # Twenty accounts: of the first ten, with a low score, nine leave; of the others, with a complaint, none.
    start = [10] * 20
    end = [0] * 9 + [10] * 11
    past = PastFacts(FIRST, {"nps": np.array([3.0] * 10 + [9.0] * 10), "complaints": np.array([0.0] * 10 + [1.0] * 10)})
    facts = {"nps": np.array([9.0] * 9 + [3.0] + [9.0] * 9 + [3.0]), "complaints": np.array([0.0] * 17 + [1.0] * 3)}
    ledger = ledger_of([start, *[end] * 5, [0] * 9 + [100] + [10] * 7 + [500, 10, 80]], facts=facts)
    scope = scope_of(ledger, load_past_facts=lambda: (past,))
    risks = find_risks(SignalsRequest(company(ledger)), scope)
    # Base 9/20. Low score: (9 + 4.5) / 20 = 67.5%. Complaint: (0 + 4.5) / 20 = 22.5%.
    assert [(account.id, account.mrr, account.expected_loss) for account in risks.accounts] == [
        ("17", 50_000, 11_250),
        ("9", 10_000, 6_750),
        ("19", 8_000, 5_400),
        ("18", 1_000, 225),
    ]
    assert risks.rates
    assert risks.rates.by_code["low_nps"] == Fraction(27, 40)
    json = build_signals_json(risks)
    assert (json["expected_loss"], json["expected_loss_months"]) == (23_625, 6)
    assert measure_signs(None, scope).expected_loss == 23_625
    first = find_risks(replace(SignalsRequest(company(ledger)), limits=replace(risks.limits, top=1)), scope)
    assert (first.expected_loss, first.accounts[0].id) == (11_250, "17")


def test_a_sign_without_a_loss_predicts_nothing() -> None:
    # One account has the sign: 0 of 1 beside 0 of 211 has a lift of 106, from 2.7 on.
    test = SignTest("low_nps", LossCount(1, 0), LossCount(211, 0), estimate_lift(0, 1, 0, 211), Fraction(0), 1, 100)
    assert test.lift
    assert test.lift.interval.low > 1
    assert not test.predicts
    assert replace(test, having=LossCount(1, 1)).predicts


def test_the_lift_is_that_of_the_log_method() -> None:
    # Worked out by hand: 8.5/11 over 1.5/21; the standard error of its log is the root of
    # 1/8.5 - 1/11 + 1/1.5 - 1/21 = 0.645786, so the factor is exp(1.959964 x 0.803608) = 4.8310.
    lift = estimate_lift(8, 10, 1, 20)
    assert float(lift.value) == pytest.approx(10.81818, abs=1e-5)
    assert float(lift.interval.low) == pytest.approx(2.2393, abs=1e-3)
    assert float(lift.interval.high) == pytest.approx(52.262, abs=1e-2)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
       st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))  # fmt: skip
def test_a_lift_is_in_its_interval_and_turns_over_with_its_groups(one: tuple[int, int], other: tuple[int, int]) -> None:
    lift, inverse = estimate_lift(*one, *other), estimate_lift(*other, *one)
    assert 0 < lift.interval.low < lift.value < lift.interval.high
    assert float(lift.value * inverse.value) == pytest.approx(1)
    assert float(lift.interval.low * inverse.interval.high) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(ledgers(), st.randoms(use_true_random=False))
def test_on_any_ledger_the_rates_are_shares_and_the_groups_are_disjoint(ledger: Ledger, random: Any) -> None:
    count = ledger.accounts.count
    past = [
        PastFacts(close, {"nps": np.array([random.choice([np.nan, 3, 9]) for _ in range(count)], dtype=np.float64)})
        for close in ledger.closes
    ]
    report = report_on(ledger, *past)
    measured = report.measured
    tests = measured.tests
    assert sorted(test.code for test in tests) == sorted(RISKS)
    for test in tests:
        assert test.having.accounts + test.lacking.accounts <= measured.base.accounts
        assert test.having.lost + test.lacking.lost <= measured.base.lost
        assert 0 <= test.rate <= 1
        assert (test.lift is None) == (test.reason is not None)
        assert (test.months_missing > 0) == (test.reason == "no_history")
    order = [(test.predicts, test.lift is not None) for test in tests]
    assert order == sorted(order, reverse=True)
    assert report.expected_loss is None or 0 <= report.expected_loss <= report.mrr
    assert build_signs_json(report)["at_risk"]["expected_loss"] == report.expected_loss
