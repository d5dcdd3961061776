"""The intervals of the ratios: by hand, against tables, and their coverage in simulated companies."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.metrics.retention import Base, select_base
from core.metrics.uncertainty import (
    Uncertainty,
    count_effective_accounts,
    estimate_uncertainty,
    find_t_quantile,
    wilson,
)
from core.months import Window
from tests.support.generate import EUR, FIRST, ledger_of
from tests.support.ledgers import build_ledger

# Student's t with 95% inside, from the table of Fisher and Yates (1963).
T_TABLE = {
    2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 8: 2.306, 10: 2.228, 15: 2.131, 20: 2.086, 30: 2.042, 60: 2.000,
    120: 1.980,
}  # fmt: skip


def uncertainty_of(start: str, end: str) -> Uncertainty | None:
    ledger = ledger_of(start, end)
    return estimate_uncertainty(select_base(ledger, Window(ledger.first, ledger.last)))


@pytest.mark.parametrize(("freedom", "quantile"), T_TABLE.items())
def test_t_quantiles_are_those_of_the_table(freedom: int, quantile: float) -> None:
    assert find_t_quantile(freedom) == pytest.approx(quantile, abs=3e-3 if freedom == 2 else 6e-4)


@given(st.floats(2, 500), st.floats(0.01, 100))
def test_t_quantiles_fall_with_the_degrees_of_freedom(freedom: float, more: float) -> None:
    assert find_t_quantile(freedom) >= find_t_quantile(freedom + more) > 1.959


@pytest.mark.parametrize(
    ("share", "count", "low", "high"),
    [
        # By hand: p + z2/2n -+ z sqrt(p(1 - p)/n + z2/4n2), over 1 + z2/n.
        (0.5, 10, 0.2366, 0.7634),
        (0.9, 10, 0.5958, 0.9821),
        (1.0, 10, 0.7225, 1.0),
        (0.0, 10, 0.0, 0.2775),
        (0.923, 200, 0.8776, 0.9525),
    ],
)
def test_wilson_by_hand(share: float, count: float, low: float, high: float) -> None:
    interval = wilson(share, count)
    assert (float(interval.low), float(interval.high)) == pytest.approx((low, high), abs=1e-4)


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_wilson_contains_its_share(share: float, count: float) -> None:
    interval = wilson(share, count)
    assert 0 <= interval.low <= share <= interval.high <= 1


@pytest.mark.parametrize(
    ("amounts", "effective"),
    [([100, 100, 100], 3.0), ([100, 0, 0], 1.0), ([300, 100], 1.6), ([], 0.0), ([0, 0], 0.0)],
)
def test_accounts_of_equal_size_count_fully(amounts: list[int], effective: float) -> None:
    assert count_effective_accounts(np.array(amounts, dtype=np.int64)) == pytest.approx(effective)


def test_the_interval_of_nrr_by_hand() -> None:
    # R = 1; residuals 50, -50, 0: se = sqrt(3 / 2 x 5000) / 300 = 0.2887; t(2) = 4.304
    uncertainty = uncertainty_of("a 100, b 100, c 100", "a 150, b 50, c 100, d 900")
    assert uncertainty is not None
    assert uncertainty.nrr is not None
    spread = find_t_quantile(2) * math.sqrt(7500) / 300
    assert float(uncertainty.nrr.low) == pytest.approx(max(0.0, 1 - spread))
    assert float(uncertainty.nrr.high) == pytest.approx(1 + spread)
    assert uncertainty.accounts == 3
    assert uncertainty.effective == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        # nothing changed
        ("a 100, b 100, c 100, d 100", "a 100, b 100, c 100, d 100"),
        # all changed in the same proportion
        ("a 100, b 100, c 100, d 100", ""),
        ("a 100, b 300, c 100, d 300", "a 110, b 330, c 110, d 330"),
        # worth fewer than three equal accounts
        ("a 100, b 100", "a 150, b 50"),
        ("a 900, b 10, c 10, d 10", "a 800, b 10, c 10, d 10"),
    ],
)
def test_no_interval_of_nrr_where_there_is_nothing_to_go_by(start: str, end: str) -> None:
    uncertainty = uncertainty_of(start, end)
    assert uncertainty is not None
    assert uncertainty.nrr is None


def test_no_uncertainty_without_a_base() -> None:
    assert uncertainty_of("a 0", "a 100") is None


@pytest.mark.parametrize(("accounts", "shown"), [(49, True), (50, True), (2000, False)])
def test_intervals_are_shown_where_they_matter(accounts: int, *, shown: bool) -> None:
    left = accounts // 50
    ledger = build_ledger([[100] * accounts, [100] * (accounts - left) + [0] * left], first=FIRST, currency=EUR)
    uncertainty = estimate_uncertainty(select_base(ledger, Window(ledger.first, ledger.last)))
    assert uncertainty is not None
    assert uncertainty.is_shown is shown


# Coverage: the share of simulated years whose interval holds the ratio that the same company has on average.
SIZES = (5, 10, 20, 50, 100)
SPREADS = (0.3, 0.8, 1.3)
LOSSES = (0.01, 0.03, 0.05, 0.10)
GROWTH = 0.4
TURNS = 400


def simulate(accounts: int, spread: float, loss: float, seed: int) -> tuple[float, float | None]:
    """Return the coverage of GRR and of NRR in one cell.

    The MRR of the accounts is lognormal. Within the year each leaves with the chance `loss`, else it grows by 10% to
    60% with the chance GROWTH. NRR is None where fewer than ten accounts are expected to move. Where hardly any account
    grows and a few large ones decide, an interval of NRR holds less often: down to 77% in the worst case tried.
    """
    draw = np.random.default_rng(seed)
    true_grr, true_nrr = 1 - loss, (1 - loss) * (1 + GROWTH * 0.35)
    start = np.maximum(1, np.exp(draw.normal(8, spread, (TURNS, accounts)))).astype(np.int64) * 100
    stays = draw.random((TURNS, accounts)) >= loss
    grows = draw.random((TURNS, accounts)) < GROWTH
    end = np.where(stays, start + np.where(grows, (start * draw.uniform(0.1, 0.6, start.shape)).astype(np.int64), 0), 0)
    held = [_holds(start[turn], end[turn], true_grr, true_nrr) for turn in range(TURNS)]
    grr = float(np.mean([one[0] for one in held]))
    nrr = [one[1] for one in held if one[1] is not None]
    movers = accounts * (loss + (1 - loss) * GROWTH)
    return grr, float(np.mean(nrr)) if movers >= 10 and nrr else None


def _holds(start: NDArray[np.int64], end: NDArray[np.int64], grr: float, nrr: float) -> tuple[bool, bool | None]:
    window = Window(FIRST, FIRST + 12)
    base = Base(window, np.arange(start.size), start, end, np.ones(start.size, dtype=np.bool_))
    uncertainty = estimate_uncertainty(base)
    assert uncertainty is not None
    held = uncertainty.grr.low <= Fraction(grr) <= uncertainty.grr.high
    if uncertainty.nrr is None:
        return held, None
    return held, uncertainty.nrr.low <= Fraction(nrr) <= uncertainty.nrr.high


@pytest.mark.slow
def test_the_intervals_hold_as_often_as_they_claim() -> None:
    cells = {
        (accounts, spread, loss): simulate(accounts, spread, loss, number)
        for number, (accounts, spread, loss) in enumerate(
            (accounts, spread, loss) for accounts in SIZES for spread in SPREADS for loss in LOSSES
        )
    }
    grr = {cell: coverage for cell, (coverage, _) in cells.items()}
    nrr = {cell: coverage for cell, (_, coverage) in cells.items() if coverage is not None}
    assert 0.93 <= float(np.mean(list(grr.values()))) <= 0.97, grr
    assert min(grr.values()) >= 0.85, min(grr.items(), key=lambda cell: cell[1])
    assert len(nrr) >= 20
    assert min(nrr.values()) >= 0.88, min(nrr.items(), key=lambda cell: cell[1])
