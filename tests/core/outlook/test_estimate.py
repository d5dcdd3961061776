"""Estimates: each factor by hand, nothing from after the close, and the ranges of generated companies."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Base, Bridge, measure, select_base
from core.months import Period, Window
from core.outlook.estimate import (
    Floats,
    bootstrap_spread,
    estimate_factors,
    find_conformal_spread,
    list_past_forecasts,
)
from core.outlook.forecast import METRICS, Estimate, forecast
from core.outlook.past_windows import sum_past_windows
from core.query.question import Question
from core.terms import Metric
from tests.support.generate import EUR, FIRST, company, ledgers
from tests.support.ledgers import build_ledger
from tests.support.scopes import scope_of


def find_median_factor(ledger: Ledger, metric: Metric, months: int) -> Floats:
    past = sum_past_windows(Segments(ledger), (), {1, months, 12 - months, 12})
    return estimate_factors(past, metric, months, 1).median


def read_ratio(bridge: Bridge, metric: Metric) -> Fraction:
    ratio = bridge.nrr if metric == "nrr" else bridge.grr
    assert ratio is not None
    return ratio


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("months", [1, 3, 7, 12])
def test_each_factor_is_that_of_bridges(metric: Metric, months: int) -> None:
    """The oracle measures every window by itself and asks nothing of the sums."""
    ledger = company(5, 60, 30)
    last, row = ledger.last, len(ledger.panel) - 1
    steps = [measure(ledger, Window.ending(last - back, 1)) for back in range(12)]
    starting = sum(step.starting for step in steps)
    lost = sum(step.churn + step.contraction for step in steps)
    gained = sum(step.expansion for step in steps) if metric == "nrr" else 0
    recent = (1 + Fraction(gained - lost, starting)) ** months
    last_year = read_ratio(measure(ledger, Window(last - 12, last - 12 + months)), metric)
    shares = []
    for start in range(row - 12 + 1):
        base = select_base(ledger, Window(ledger.first + start, ledger.first + start + 12))
        begun, ended = base.start, base.end
        now = ledger.panel[start + 12 - months, base.index] * (begun > 0)
        ended = ended * (begun > 0)
        if metric == "grr":
            now, ended = np.minimum(begun, now), np.minimum(begun, ended)
        shares.append(float(ended.sum() / now.sum()))
    past = sum_past_windows(Segments(ledger), (), {1, months, 12 - months, 12})
    factors = estimate_factors(past, metric, months, 1)
    assert factors.recent[-1] == pytest.approx(float(recent))
    assert factors.last_year[-1] == pytest.approx(float(last_year))
    assert factors.past_bases[-1] == pytest.approx(float(np.mean(shares)))
    assert factors.median[-1] == pytest.approx(median([float(recent), float(last_year), float(np.mean(shares))]))


@given(ledgers(max_months=30), st.integers(1, 12), st.sampled_from(METRICS))
@settings(max_examples=100, deadline=None)
def test_a_past_close_knows_nothing_of_what_came_after(ledger: Ledger, months: int, metric: Metric) -> None:
    whole = find_median_factor(ledger, metric, months)
    for closes in range(1, len(ledger.panel)):
        then = replace(ledger, panel=np.ascontiguousarray(ledger.panel[:closes]))
        assert find_median_factor(then, metric, months)[-1] == pytest.approx(whole[closes - 1], nan_ok=True)


def test_the_median_is_of_the_factors_that_exist() -> None:
    # Thirteen closes, of which the first one has no MRR: last year's window has no base, as has the only past base.
    panel = np.full((13, 2), 100)
    panel[0], panel[12, 0] = 0, 50
    ledger = build_ledger(panel, first=FIRST, currency=EUR)
    assert find_median_factor(ledger, "nrr", 2)[-1] == pytest.approx((1 - 50 / 2200) ** 2)
    assert np.isnan(find_median_factor(ledger, "nrr", 2)[:-1]).all()


def test_errors_are_those_of_forecasts_made_again() -> None:
    ledger, months = company(8, 80, 30), 4
    past = sum_past_windows(Segments(ledger), (), {1, months, 12 - months, 12})
    nrr, grr = (find_median_factor(ledger, metric, months) for metric in METRICS)
    errors = list_past_forecasts(past, nrr, grr, months)
    expected = []
    # From the 13th close to the last one whose outcome is in the ledger.
    for row in range(12, 30 - months):
        then = replace(ledger, panel=np.ascontiguousarray(ledger.panel[: row + 1]))
        base = ledger.panel[row + months - 12] > 0
        start, now, end = (ledger.panel[at][base].sum() for at in (row + months - 12, row, row + months))
        point = now / start * find_median_factor(then, "nrr", months)[-1]
        expected.append(abs(point - end / start))
    assert errors.nrr.tolist() == pytest.approx(expected)
    assert len(errors.grr) == len(expected) == 14


def test_the_rank_of_the_error_that_a_range_is_wide() -> None:
    assert find_conformal_spread(np.arange(5.0)) is None
    assert find_conformal_spread(np.array([3.0, 1, 6, 2, 5, 4])) == 6
    # ceil(0.8 x 10) = 8 of 9, ceil(0.8 x 22) = 18 of 21
    assert find_conformal_spread(np.arange(1.0, 10)) == 8
    assert find_conformal_spread(np.arange(1.0, 22)) == 18


@pytest.mark.parametrize("accounts", [100, 2000])
def test_draws_of_accounts_spread_as_theory_has_it(accounts: int) -> None:
    """Of n equal accounts of which a tenth left, 80% of the draws are within 1.28 sqrt(0.09 / n)."""
    start = np.full(accounts, 700)
    base = build_base(start, np.where(np.arange(accounts) % 10, 700, 0))
    expected = 1.2816 * (0.09 / accounts) ** 0.5
    for metric in METRICS:
        spread = bootstrap_spread(base, metric)
        assert spread == pytest.approx(expected, rel=0.15)
        assert spread == bootstrap_spread(base, metric)
    assert bootstrap_spread(build_base(start, start), "nrr") is None
    assert bootstrap_spread(build_base(start * 0, start), "nrr") is None
    grown = build_base(start, start * np.where(np.arange(accounts) % 10, 1, 2))
    assert bootstrap_spread(grown, "grr") is None
    assert bootstrap_spread(grown, "nrr") == pytest.approx(expected, rel=0.15)


def build_base(start: NDArray[np.int64], end: NDArray[np.int64]) -> Base:
    everyone = np.arange(start.size)
    return Base(Window(FIRST, FIRST + 1), everyone, start, end, np.ones(start.size, dtype=np.bool_))


# Kind -> the shares of the accounts that grow, shrink and leave in a month, and the mean growth of those that grow.
def list_shares(kind: str, month: int, months: int) -> tuple[float, float, float, float]:
    age = month / months
    match kind:
        case "steady":
            return 0.03, 0.012, 0.014, 0.15
        case "seasonal":
            return (0.1 if month % 12 in {3, 4} else 0.015), 0.012, (0.05 if month % 12 == 0 else 0.008), 0.15
        case "trending":
            return 0.05 - 0.03 * age, 0.012, 0.008 + 0.014 * age, 0.15
        case _:
            return 0.008, 0.005, 0.01, 0.6


def generate(kind: str, seed: int, months: int = 60, accounts: int = 240) -> Ledger:
    """Return a company of one of four kinds: steady, seasonal, trending or lumpy."""
    random = np.random.default_rng(seed)
    price = np.round(random.lognormal(11, 1, accounts)).astype(np.int64) + 1000
    arrival = np.where(random.random(accounts) < 0.6, 0, random.integers(1, months, accounts))
    panel, gone = np.zeros((months, accounts), np.int64), np.zeros(accounts, dtype=np.bool_)
    for month in range(months):
        up, down, leave, growth = list_shares(kind, month, months)
        draw = random.random(accounts)
        grown = (price * (1 + 2 * growth * random.random(accounts))).astype(np.int64)
        price = np.where(draw < up, grown, np.where(draw < up + down, price * 7 // 10, price))
        gone |= (arrival < month) & (draw > 1 - leave)
        panel[month] = np.where((arrival <= month) & ~gone, price, 0)
    return build_ledger(panel, first=FIRST, currency=EUR)


def continue_last_quarter(ledger: Ledger, year: Window) -> dict[Metric, float]:
    """Return the ratios by the rule that these estimates replaced: the rates of the last three months go on."""
    steps = [measure(ledger, Window.ending(ledger.last - back, 1)) for back in range(3)]
    starting = sum(step.starting for step in steps)
    loss = sum(step.churn + step.contraction for step in steps) / starting
    expansion = sum(step.expansion for step in steps) / starting
    months = ledger.last.until(year.end)
    base = ledger.panel[ledger.first.until(year.start)]
    now = ledger.panel[-1] * (base > 0)
    kept = np.minimum(base, now).sum() / base.sum()
    return {
        "nrr": now.sum() / base.sum() * (1 + expansion - loss) ** months,
        "grr": kept * (1 - loss) ** months,
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["steady", "seasonal", "trending", "lumpy"])
def test_backtest(kind: str) -> None:
    """The outlooks of 144 companies: 80% ranges hold 70 to 90%, and the points beat the rule that they replaced."""
    held, errors, peer_errors = defaultdict(list), defaultdict(list), defaultdict(list)
    for seed in range(144):
        whole = generate(kind, seed)
        # The last close is in turn each month of a year.
        ledger = replace(whole, panel=np.ascontiguousarray(whole.panel[: 37 + seed % 12]))
        question = Question("nrr", (), Period("ttm", Window.ending(ledger.last, 12)))
        outlook = forecast(question, scope_of(ledger, today=ledger.last.last_day + dt.timedelta(days=1)))
        for point in outlook.rows:
            year = Window.ending(point.end, 12)
            actual, peer = measure(whole, year), continue_last_quarter(ledger, year)
            for metric in METRICS:
                estimate, ratio = getattr(point, metric), read_ratio(actual, metric)
                assert isinstance(estimate, Estimate)
                assert estimate.method == "conformal"
                assert estimate.low is not None
                assert estimate.high is not None
                held[metric].append(estimate.low <= ratio <= estimate.high)
                errors[metric].append(abs(float(estimate.point - ratio)))
                peer_errors[metric].append(abs(peer[metric] - float(ratio)))
    for metric in METRICS:
        assert 0.7 <= np.mean(held[metric]) <= 0.9, (metric, np.mean(held[metric]))
        assert np.mean(errors[metric]) < np.mean(peer_errors[metric]), metric
