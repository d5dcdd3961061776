"""Survival: a published table, an oracle that counts account by account, and who is in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyses.survival import (
    Survival,
    build_survival_json,
    estimate_survival,
    measure_survival,
    read_survival,
)
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.metrics.retention import measure
from core.months import Window
from tests.support.generate import FIRST, ledger_of, ledgers
from tests.support.scopes import reader_of, scope_of


def of(ledger: Ledger, text: str = "") -> Survival:
    return measure_survival(read_survival(text, reader_of(ledger)), scope_of(ledger))


def test_a_published_table() -> None:
    # 6-MP of Freireich et al. (Blood 21, 1963), as in Kleinbaum and Klein, Survival Analysis, chapter 2; + is censored.
    weeks = [
        "6",
        "6",
        "6",
        "6+",
        "7",
        "9+",
        "10",
        "10+",
        "11+",
        "13",
        "16",
        "17+",
        "19+",
        "20+",
        "22",
        "23",
        "25+",
        "32+",
        "32+",
        "34+",
        "35+",
    ]
    exits = np.array([int(week.rstrip("+")) for week in weeks])
    has_left = np.array([not week.endswith("+") for week in weeks])
    steps = {step.months: step for step in estimate_survival(np.zeros_like(exits), exits, has_left)}
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {week: round(float(steps[week].share), 3) for week in published} == published
    assert [steps[week].at_risk for week in published] == [21, 17, 15, 12, 11, 7, 6]
    # By log(-log S), as R's survfit prints it with conf.type = "log-log".
    band = steps[10].band
    assert band is not None
    assert (round(float(band.low), 3), round(float(band.high), 3)) == (0.503, 0.889)
    assert steps[1].band is None


def test_an_account_counts_from_the_age_at_which_it_is_seen() -> None:
    # One that enters at age 10 is not at risk before.
    steps = {
        step.months: (step.at_risk, step.departed)
        for step in estimate_survival(np.array([0, 10]), np.array([3, 12]), np.array([True, True]))
    }
    assert steps == {1: (1, 0), 2: (1, 0), 3: (1, 1), 11: (1, 0), 12: (1, 1)}


LIVES = ledger_of("z 9, y 9", "z 9, y 9, a 100, b 100", "z 9, y 9, a 50, b 100", "z 9, y 9, a 200", "z 9, b 100")


def test_the_first_departure_counts_and_a_return_does_not() -> None:
    survival = of(LIVES)
    assert (survival.accounts, survival.undated) == (2, 2)
    assert [(step.months, step.at_risk, step.departed, step.share) for step in survival.steps] == [
        (1, 2, 0, Fraction(1)),
        (2, 2, 1, Fraction(1, 2)),
        (3, 1, 1, Fraction(0)),
    ]
    assert survival.median == 2


def test_revenue_is_kept_up_to_the_first_mrr() -> None:
    revenue = of(LIVES).revenue
    assert {age: (kept.accounts, kept.starting, kept.kept) for age, kept in revenue.items()} == {
        1: (2, 20000, 15000),
        3: (2, 20000, 10000),
    }


def test_accounts_of_the_first_close_enter_at_their_age() -> None:
    dates = np.array([dt.date(2022, 11, 5).toordinal(), np.nan, np.nan, np.nan], dtype=np.float64)
    survival = of(replace(LIVES, facts={"since": dates}))
    assert (survival.accounts, survival.undated) == (3, 1)
    # Two months old in January 2023, and still there four months later.
    assert [(step.months, step.at_risk) for step in survival.steps] == [(1, 2), (2, 2), (3, 2), (4, 1), (5, 1), (6, 1)]
    late = np.array([dt.date(2023, 3, 5).toordinal(), np.nan, np.nan, np.nan], dtype=np.float64)
    assert of(replace(LIVES, facts={"since": late})).undated == 2


def test_without_an_account_of_known_start_there_is_no_row() -> None:
    data = build_survival_json(of(ledger_of("a 1", "a 1")))
    assert (data["rows"], data["undated_accounts"], data["median_months"]) == ([], 1, None)


def test_a_period_is_refused() -> None:
    with pytest.raises(QuestionError, match="Survival covers the whole history"):
        of(LIVES, "2023-02")


@given(ledgers(foreign=False), st.sampled_from(("", "size=SMB")))
@settings(max_examples=50, deadline=None)
def test_shares_are_those_counted_account_by_account(ledger: Ledger, text: str) -> None:
    survival = of(ledger, text)
    lives = []
    for account in np.flatnonzero(ledger.accounts.counted).tolist():
        mrr = ledger.panel[:, account].tolist()
        first = next((row for row, amount in enumerate(mrr) if amount), None)
        is_smb = first is not None and 0 < mrr[first] * 12 < 10_000 * 100 and not ledger.accounts.consumer[account]
        if not first or (text and not is_smb):
            continue
        gone = next((row for row in range(first, len(mrr)) if not mrr[row]), None)
        lives.append((mrr[first:], (gone or len(mrr) - 1) - first, gone is not None))
    assert survival.accounts == len(lives)
    share = Fraction(1)
    for age in range(1, max((exit_age for _, exit_age, _ in lives), default=0) + 1):
        at_risk = sum(exit_age >= age for _, exit_age, _ in lives)
        share *= 1 - Fraction(sum(exit_age == age and left for _, exit_age, left in lives), at_risk)
        step = next(step for step in survival.steps if step.months == age)
        assert (step.at_risk, step.share) == (at_risk, share)
    for age, revenue in survival.revenue.items():
        old = [mrr for mrr, _, _ in lives if len(mrr) > age]
        assert revenue.starting == sum(mrr[0] for mrr in old)
        assert revenue.kept == sum(min(mrr[0], mrr[age]) for mrr in old)


def test_the_grr_of_one_month_is_that_of_the_window() -> None:
    ledger = ledger_of("z 1", "z 1, a 100, b 50", "z 1, a 70")
    window = Window(FIRST + 1, FIRST + 2)
    members = np.array([False, True, True])
    assert of(ledger).revenue[1].grr == measure(ledger, window, members).grr
