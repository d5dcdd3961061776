"""Figures of a sheet of quarter ends: those of the monthly sheet where both have them, and none in between."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.metrics.movements import (
    compute_compounded_ratios,
    compute_movements_ratios,
    find_account_movements,
    measure_monthly_movements,
)
from core.metrics.retention import Bridge, measure
from core.months import Window
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
from tests.support.ledgers import keep_closes

# An account that paid between two closes only has come back, or is new: the sheet of quarters cannot tell.
_UNSURE = {"new", "reactivated", "new_accounts", "reactivated_accounts"}


@st.composite
def quarterly_pairs(draw: st.DrawFn) -> tuple[Ledger, Ledger]:
    """Draw a monthly ledger, and the same one as a sheet of every third close gives it."""
    monthly = draw(ledgers(max_months=15))
    count = (len(monthly.panel) - 1) // 3 * 3 + 1
    assume(count > 1)
    monthly = replace(monthly, panel=monthly.panel[:count])
    return monthly, keep_closes(monthly, [monthly.first + row for row in range(0, count, 3)])


def list_sure_figures(bridge: Bridge) -> dict[str, object]:
    sure = {field.name: getattr(bridge, field.name) for field in fields(bridge) if field.name not in _UNSURE}
    won, won_accounts = bridge.new + bridge.reactivated, bridge.new_accounts + bridge.reactivated_accounts
    return {**sure, "won": won, "won_accounts": won_accounts}


@given(pair=quarterly_pairs())
def test_a_quarter_is_that_of_the_monthly_sheet(pair: tuple[Ledger, Ledger]) -> None:
    monthly, quarterly = pair
    for start in quarterly.closes:
        for end in (close for close in quarterly.closes if close > start):
            window = Window(start, end)
            assert list_sure_figures(measure(quarterly, window)) == list_sure_figures(measure(monthly, window))


@given(pair=quarterly_pairs())
def test_every_window_of_the_cube_has_both_closes(pair: tuple[Ledger, Ledger]) -> None:
    monthly, quarterly = pair
    # Tenure is since the first close with MRR, which may come later in the sheet of quarters.
    dimensions = [name for name in Segments(monthly).dimensions if name != "tenure"]
    of_months, of_quarters = (build_cube(Segments(ledger, EDGY_RULES), dimensions) for ledger in pair)
    assert all(quarterly.covers(window) for window in of_quarters.windows)
    assert {window.months for window in of_quarters.windows} <= {3, 12}
    expected = {(*label, bridge.window): list_sure_figures(bridge) for *label, bridge in of_months}
    for *label, bridge in of_quarters:
        assert list_sure_figures(bridge) == expected[*label, bridge.window]


@given(pair=quarterly_pairs())
def test_movements_are_carried_to_the_next_close(pair: tuple[Ledger, Ledger]) -> None:
    _, quarterly = pair
    steps = measure_monthly_movements(quarterly)
    assert [step.window.end for step in steps] == list(quarterly.closes[1:])
    assert {movement.month for movement in find_account_movements(quarterly)} <= set(quarterly.closes[1:])
    for before, step in pairwise(steps):
        assert before.total == step.starting
        assert step.total == (
            step.starting + step.new + step.reactivated + step.expansion - step.contraction - step.churn
            + step.fx_effect
        )  # fmt: skip
    for step in steps:
        # One step is one cohort, so the three methods agree: no account leaves and comes back in between.
        ratios = step.nrr, step.grr
        assert compute_compounded_ratios(quarterly, step.window) == ratios
        movements = compute_movements_ratios(quarterly, step.window)
        assert movements[1] == step.grr
        assert step.grr is None or 0 <= step.grr <= min(Fraction(1), step.nrr or Fraction(0))


def test_quarter_ends_are_no_churn_between_them() -> None:
    # The figures of the sheet with a column for each quarter's last day.
    closes = ["a 1000", "a 1000", "a 1000", "a 1100", "a 1100", "a 1100", "a 900"]
    quarterly = keep_closes(ledger_of(*closes), [ledger_of("a 1").first + row for row in (0, 3, 6)])
    year = Window(quarterly.first, quarterly.last)
    assert compute_movements_ratios(quarterly, year) == (Fraction(9, 10), Fraction(8, 10))
    assert [(step.expansion, step.contraction, step.churn) for step in measure_monthly_movements(quarterly)] == [
        (10_000, 0, 0),
        (0, 20_000, 0),
    ]


@given(ledger=ledgers())
def test_without_ends_there_is_mrr_and_no_ratio(ledger: Ledger) -> None:
    endless = replace(ledger, coverage=Coverage(can_leave=False))
    window = Window(ledger.first, ledger.last)
    bridge = measure(endless, window)
    assert (bridge.nrr, bridge.grr, bridge.logo_retention) == (None, None, None)
    assert (bridge.starting, bridge.total) == (measure(ledger, window).starting, measure(ledger, window).total)
    assert compute_movements_ratios(endless, window) == compute_compounded_ratios(endless, window) == (None, None)
    assert all(bridge.nrr is None for *_, bridge in build_cube(Segments(endless)))
