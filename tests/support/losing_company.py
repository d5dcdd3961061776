"""A company that loses accounts in their first months, large ones, and MRR on one plan, each more than its share."""

from __future__ import annotations

import numpy as np

from core.ledger.columns import Column
from core.ledger.ledger import Ledger, build_accounts
from core.money import find_currency
from core.months import Month
from tests.support.ledgers import build_ledger

MONTHS, _ACCOUNTS = 30, 600
_START = MONTHS - 13
_REGIONS, _PLANS = ("North", "South"), ("Basic", "Pro", "Team")
# MRR of an ACV of EUR 10,000, in cents.
_LARGE = 83_333


def build_losing_company() -> Ledger:
    """Return a ledger of EUR; the windows of twelve months to its last close have the losses."""
    draw = np.random.default_rng(16)
    price = np.where(draw.random(_ACCOUNTS) < 0.3, _LARGE + draw.integers(1, 300_000, _ACCOUNTS), 0)
    price = np.where(price == 0, draw.integers(2_000, _LARGE, _ACCOUNTS), price)
    arrival = draw.integers(0, MONTHS, _ACCOUNTS)
    plans = draw.integers(0, len(_PLANS), _ACCOUNTS)
    is_young = (arrival > _START - 3) & (arrival <= _START)
    leaves = draw.random(_ACCOUNTS) < np.where(is_young, 0.7, np.where(price > _LARGE, 0.3, 0.1))
    contracts = ~leaves & (draw.random(_ACCOUNTS) < np.where(plans == 0, 0.6, 0.05))
    months = np.arange(MONTHS)[:, None]
    moment = draw.integers(_START + 1, MONTHS, _ACCOUNTS)
    panel = np.where(months >= arrival, price, 0)
    panel = np.where((months >= moment) & (arrival <= _START) & leaves, 0, panel)
    panel = np.where((months >= moment) & contracts, panel * 7 // 10, panel)
    regions = draw.integers(0, len(_REGIONS), _ACCOUNTS)
    return build_ledger(
        panel,
        first=Month.of(2023, 4),
        currency=find_currency("EUR"),
        accounts=build_accounts([f"A{number:03}" for number in range(_ACCOUNTS)]),
        columns={
            "plan": Column("Plan", _PLANS, plans.astype(np.int32)),
            "region": Column("Region", _REGIONS, regions.astype(np.int32)),
        },
    )
