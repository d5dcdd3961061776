"""Accounts that pay by usage: the mean with which they enter a window."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.rates import Currencies
from core.ledger.usage_pricing import build_usage_pricing
from core.metrics.movements import find_account_movements
from core.metrics.retention import measure
from core.money import find_currency
from core.months import Month, Window
from core.playbook.playbook import load_playbook
from tests.support.generate import EUR, FIRST
from tests.support.ledgers import build_ledger, keep_closes

LAST = FIRST + 3


def pay(*amounts: int, pricing: str = "usage", months: int = 3) -> Ledger:
    """Return the ledger of one account with these amounts in cents at consecutive closes."""
    ledger = build_ledger(
        [[amount] for amount in amounts],
        first=FIRST,
        currency=EUR,
        columns={"pricing_model": encode_values("Pricing model", [pricing])},
    )
    return replace(ledger, usage=build_usage_pricing(months, load_playbook().pricing_names["usage"]))


@pytest.mark.parametrize(
    ("amounts", "months", "mean"),
    [
        ((9, 100, 200, 300), 3, 200),
        # halves of a cent go up, thirds to the nearest
        ((9, 9, 100, 101), 2, 101),
        ((9, 100, 100, 101), 3, 100),
        ((9, 100, 101, 101), 3, 101),
        # a month without MRR is none of the mean: not yet a customer, or away in between
        ((0, 0, 0, 300), 3, 300),
        ((0, 0, 101, 300), 3, 201),
        ((500, 100, 0, 300), 3, 200),
        # nothing at the close is nothing
        ((100, 200, 300, 0), 3, 0),
        # as many months as there are
        ((100, 200, 300, 400), 12, 250),
        ((1, 1, 1, 1), 3, 1),
    ],
)
def test_the_mean_of_the_last_months(amounts: tuple[int, ...], months: int, mean: int) -> None:
    assert pay(*amounts, months=months).window_mrr(LAST, LAST).tolist() == [mean]


@pytest.mark.parametrize(
    "pricing", ["usage", "Usage-based", "CONSUMPTION", "à l'usage", "À la consommation", "Metered"]
)
def test_words_for_usage(pricing: str) -> None:
    assert pay(9, 100, 200, 300, pricing=pricing).window_mrr(LAST, LAST).tolist() == [200]


@pytest.mark.parametrize("pricing", ["per seat", "flat", "tiered", "", "usage and seats"])
def test_other_pricing_is_as_billed(pricing: str) -> None:
    ledger = pay(9, 100, 200, 300, pricing=pricing)
    assert ledger.window_mrr(LAST, LAST).tolist() == [300]
    assert ledger.usage_months is None


@pytest.mark.parametrize("months", [0, 1])
def test_without_the_setting_all_is_as_billed(months: int) -> None:
    ledger = pay(9, 100, 200, 300, months=months)
    assert (ledger.usage, ledger.window_mrr(LAST, LAST).tolist()) == (None, [300])


def test_the_bridge_has_the_means_of_both_closes() -> None:
    ledger = pay(100, 200, 300, 50, 100, 150)
    bridge = measure(ledger, Window(FIRST + 2, FIRST + 5))
    assert (bridge.starting, bridge.contraction, bridge.ending, bridge.base) == (200, 100, 100, 1)
    assert bridge.nrr == Fraction(1, 2)
    assert measure(ledger.as_billed, bridge.window).nrr == Fraction(150, 300)


def test_movements_stay_as_billed() -> None:
    ledger = pay(100, 200, 300, 50, 0, 150)
    moves = [(move.kind, move.amount) for move in find_account_movements(ledger)]
    changes = [("expansion", 100), ("expansion", 100), ("contraction", 250), ("churn", 50), ("reactivation", 150)]
    assert moves == changes


def test_the_pricing_model_is_that_of_the_start() -> None:
    ledger = pay(100, 200, 300, 50, 100, 150)
    changed = encode_values("Pricing model", ["flat"], dated=[(0, FIRST, "usage"), (0, FIRST + 4, "flat")])
    ledger = replace(ledger, columns={"pricing_model": changed})
    assert ledger.window_mrr(FIRST + 5, FIRST + 2).tolist() == [100]
    assert ledger.window_mrr(FIRST + 5, FIRST + 4).tolist() == [150]


def test_months_that_the_sheet_does_not_have_are_none_of_the_mean() -> None:
    ledger = keep_closes(pay(100, 200, 300, 400), {FIRST, FIRST + 1, LAST})
    assert ledger.window_mrr(LAST, LAST).tolist() == [300]
    quarters = keep_closes(pay(100, 9, 9, 400), {FIRST, LAST})
    assert quarters.window_mrr(LAST, LAST).tolist() == [400]


def test_the_mean_is_of_the_own_currency_and_converted_at_the_rates_of_the_start() -> None:
    dollars = find_currency("USD")
    rates = {(FIRST + month, "USD"): Fraction(month + 1, 2) for month in range(4)}
    currencies = Currencies((EUR, dollars), np.array([1], dtype=np.int16), rates)
    ledger = replace(pay(9, 100, 200, 301), currencies=currencies)
    # 200.33 dollars are 200, at a rate of 1.5.
    assert ledger.window_mrr(LAST, FIRST + 2).tolist() == [300]
    bridge = measure(ledger, Window(FIRST + 2, LAST))
    # 100 and a mean of 103 from 9, 100 and 200; at the end at a rate of 2 instead of 1.5.
    assert (bridge.starting, bridge.ending, bridge.fx_effect) == (155, 300, 100)


def test_nothing_is_averaged_where_no_one_can_be_seen_to_leave() -> None:
    ledger = replace(pay(9, 100, 200, 300), coverage=Coverage(can_leave=False))
    assert (ledger.usage_months, ledger.window_mrr(LAST, LAST).tolist()) == (None, [300])


def test_a_month_outside_of_the_sheet_is_an_error() -> None:
    with pytest.raises(KeyError, match="2023-05"):
        pay(9, 100, 200, 300).window_mrr(Month.of(2023, 5), LAST)
