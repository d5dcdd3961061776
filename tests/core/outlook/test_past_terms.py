"""What past terms lost: from the close before the month of a renewal date, or its anniversary, to the close after."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import numpy as np

from core.ledger.ledger import Ledger
from core.outlook.past_terms import TermLoss, measure_term_loss
from tests.support.generate import ledger_of


def renew(ledger: Ledger, **days: str) -> Ledger:
    """Return the ledger with renewal dates of some accounts: `renew(ledger, a="2024-06-30")`."""
    dates = np.array(
        [
            float(dt.date.fromisoformat(days[account]).toordinal()) if account in days else np.nan
            for account in ledger.accounts.ids
        ]
    )
    return replace(ledger, facts={"renewal_date": dates})


def pay(**amounts: int) -> str:
    return ", ".join(f"{account} {amount}" for account, amount in amounts.items())


NAMES = "abcdefghij"


def test_what_was_lost_at_terms_by_hand() -> None:
    # January 2023 to April 2024; every term ends in June 2023. b leaves in June, c in July, d pays less, e grows.
    all_pay = dict.fromkeys(NAMES, 100)
    after = {**all_pay, "c": 0, "d": 70, "e": 500, "b": 0}
    closes = [pay(**all_pay)] * 5 + [pay(**{**all_pay, "b": 0})] + [pay(**after)] * 10
    ledger = ledger_of(*closes)
    dates = {**dict.fromkeys(NAMES, "2024-06-15"), "b": "2023-06-15", "c": "2023-06-30"}
    assert measure_term_loss(renew(ledger, **dates)) == TermLoss(10, Fraction(230, 1000))
    # A term of July is from the close of June to that of August, and at that of July c had left.
    assert measure_term_loss(renew(ledger, **{**dates, "c": "2023-07-01"})) == TermLoss(10, Fraction(230, 1000))
    assert measure_term_loss(renew(ledger, **{**dates, "c": "2023-08-01"})) is None


def test_terms_that_are_too_few_or_those_of_leavers_that_are_missing_say_nothing() -> None:
    closes = [pay(**dict.fromkeys(NAMES, 100))] * 12 + [pay(**dict.fromkeys(NAMES[:5], 100))] * 3
    ledger = ledger_of(*closes)
    dates = dict.fromkeys(NAMES, "2024-06-15")
    assert measure_term_loss(ledger) is None
    assert measure_term_loss(renew(ledger, **dates)) == TermLoss(10, Fraction(0))
    # Half of the accounts have left, and the sheet no longer has their dates.
    assert measure_term_loss(renew(ledger, **{name: dates[name] for name in NAMES[:5]})) is None
    # A term of January 2024 needs the close of February.
    january = dict.fromkeys(NAMES, "2030-01-15")
    assert measure_term_loss(renew(ledger_of(*closes[:13]), **january)) is None
    assert measure_term_loss(renew(ledger_of(*closes[:14]), **january)) == TermLoss(10, Fraction(1, 2))
