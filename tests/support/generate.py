"""Ledgers for tests and the benchmark: from the reader's notation, from Hypothesis, and a seeded company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.ledger.columns import Column, DatedValues, encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.lines import QUANTITY_UNIT, Lines, sort_lines
from core.ledger.rates import Currencies
from core.ledger.segments import SizeRules
from core.money import find_currency
from core.months import Month
from tests.support.ledgers import build_ledger

EUR = find_currency("EUR")
FIRST = Month.of(2023, 1)
VALUES = {
    "industry": ("Energy", "Fintech", "Health", "Logistics", "Media", "Public", "Retail", "Software"),
    "region": ("APAC", "DACH", "France", "Nordics", "UK"),
    "plan": ("Basic", "Business", "Free", "Growth", "Scale", "Team"),
}

# Sizes that begin exactly at an MRR of 1.00 and above one of 10.00, so that small amounts meet both edges.
EDGY_RULES = SizeRules(mid_market_from=12, enterprise_above=120)
_EDGY_AMOUNTS = (0, 0, 0, 1, 2, 99, 100, 101, 999, 1000, 1001, 5000)


def ledger_of(*closes: str, excluded: Sequence[str] = (), first: Month = FIRST) -> Ledger:
    """Return the ledger of closes in the reader's notation: `ledger_of("a 100, b 50", "a 120")`, in whole euros."""
    months = [dict(entry.split() for entry in close.split(",") if entry.strip()) for close in closes]
    ids = list(dict.fromkeys(account for month in months for account in month)) or ["a"]
    return build_ledger(
        [[int(month.get(account, "0")) * 100 for account in ids] for month in months],
        first=first,
        currency=EUR,
        accounts=build_accounts(ids, excluded=np.array([account in excluded for account in ids])),
    )


CURRENCIES = (find_currency("USD"), find_currency("JPY"), find_currency("KWD"))
_RATES = tuple(map(Fraction, ("1", "0.92", "1.0875", "0.0061", "0.00615", "3.013", "0.0049999")))


@st.composite
def ledgers(draw: st.DrawFn, *, max_accounts: int = 7, max_months: int = 15, foreign: bool = True) -> Ledger:
    """Draw a small ledger with every trap.

    Gaps, returns, size edges, blank cells, consumers, excluded accounts; and, if `foreign`, mostly accounts in
    other currencies at rates that move, and values of columns and consumers that change.
    """
    accounts = draw(st.integers(1, max_accounts))
    months = draw(st.integers(2, max_months))
    row = st.lists(st.sampled_from(_EDGY_AMOUNTS), min_size=accounts, max_size=accounts)
    rarely = st.sampled_from((False, False, False, True))
    flags = st.lists(rarely, min_size=accounts, max_size=accounts).map(np.array)
    foreign = foreign and draw(st.sampled_from((True, True, False)))
    months_of = st.integers(FIRST.ordinal - 1, FIRST.ordinal + months + 1).map(Month)
    columns = {}
    for key, values in VALUES.items():
        value = st.sampled_from(("", *values[:3]))
        dated = st.lists(st.tuples(st.integers(0, accounts - 1), months_of, value), max_size=6 if foreign else 0)
        columns[key] = encode_values(
            key.title(),
            draw(st.lists(value, min_size=accounts, max_size=accounts)),
            dated=draw(dated.map(_one_each)),
        )
    codes = st.lists(st.integers(0, len(CURRENCIES) if foreign else 0), min_size=accounts, max_size=accounts)
    rates = {
        (FIRST + month, currency.code): draw(st.sampled_from(_RATES))
        for month in range(months)
        for currency in CURRENCIES
    }
    dated_flags = st.lists(
        st.tuples(st.integers(0, accounts - 1), months_of, st.sampled_from(("", "x"))), max_size=6 if foreign else 0
    )
    return build_ledger(
        draw(st.lists(row, min_size=months, max_size=months)),
        first=FIRST,
        currency=EUR,
        columns=columns,
        accounts=build_accounts(
            [str(number) for number in range(accounts)],
            excluded=draw(flags),
            consumer=draw(flags),
            consumer_changes=_date_flags(draw(dated_flags.map(_one_each))),
        ),
        currencies=Currencies((EUR, *CURRENCIES), np.array(draw(codes), dtype=np.int16), rates),
    )


def _one_each(rows: list[tuple[int, Month, str]]) -> list[tuple[int, Month, str]]:
    """Keep one row of an account and month: no rule says which of two would hold."""
    return list({row[:2]: row for row in rows}.values())


def _date_flags(dated: list[tuple[int, Month, str]]) -> DatedValues | None:
    """Return the flags of (account, month, text): 1 for a text, 0 for a blank."""
    changes = encode_values("", [], dated=dated).changes
    return changes and replace(changes, codes=changes.codes + np.int32(1))


def company(seed: int, accounts: int, months: int, *, hostile: bool = False) -> Ledger:
    """Return a believable company: 4% of accounts go up a month, 1.5% down, 2% leave, a tenth of those come back.

    Args:
        seed: the same seed gives the same ledger.
        accounts: how many.
        months: how many closes.
        hostile: add what makes figures go wrong: gaps of a month, excluded accounts, more consumers, a fifth of the
            accounts consumers from the middle on, and a region with a single account.

    """
    random = np.random.default_rng(seed)
    price = np.minimum(random.lognormal(11, 1.6, accounts).astype(np.int64) + 900, 50_000_000)
    paying = random.random(accounts) < 0.4
    ever = paying.copy()
    arrival = random.integers(1, months * 4 // 3, accounts)
    panel = np.zeros((months, accounts), np.int64)
    for month in range(months):
        draw = random.random(accounts)
        price = np.where(draw < 0.04, price * 115 // 100, np.where(draw < 0.055, price * 8 // 10, price))
        leaves, returns = paying & (draw > 0.98), ever & ~paying & (draw < 0.01)
        paying = (paying & ~leaves) | returns | (~ever & (arrival == month))
        ever |= paying
        panel[month] = np.where(paying, price, 0)
    columns = {key: _column(random, key, values, accounts) for key, values in VALUES.items()}
    if hostile:
        panel[random.random(panel.shape) < 0.02] = 0
        columns["region"] = _with_single_account(columns["region"])
    return build_ledger(
        panel,
        first=Month.of(2022, 10),
        currency=EUR,
        columns=columns,
        accounts=build_accounts(
            [str(number) for number in range(accounts)],
            excluded=(random.random(accounts) < 0.05) if hostile else None,
            consumer=random.random(accounts) < (0.1 if hostile else 0.02),
            consumer_changes=_date_flags(
                [
                    (account, Month.of(2022, 10) + month, text)
                    for account in range(0, accounts, 5)
                    for month, text in ((0, ""), (months // 2, "x"))
                ]
            )
            if hostile
            else None,
        ),
    )


def _column(random: np.random.Generator, key: str, values: tuple[str, ...], accounts: int) -> Column:
    """Return a column in which the first values are the commonest and some cells are blank."""
    weights = 1 / np.arange(1, len(values) + 2)
    codes: NDArray[np.int32] = random.choice(len(values) + 1, accounts, p=weights / weights.sum()).astype(np.int32)
    codes[codes == len(values)] = -1
    return Column(key.title(), values, codes)


def _with_single_account(column: Column) -> Column:
    codes = column.codes.copy()
    codes[0] = len(column.values)
    return Column(column.heading, (*column.values, "Only one"), codes)


def draw_lines(ledger: Ledger, seed: int) -> Lines:
    """Return two lines, of two products, for every run of months in which an account pays the same."""
    random, months = np.random.default_rng(seed), len(ledger.panel)
    by_account = ledger.panel.T
    accounts, firsts = np.nonzero(np.diff(by_account, axis=1, prepend=0))
    amounts = by_account[accounts, firsts]
    # A run ends before the next one of its account, else with the last month.
    is_last = np.diff(accounts, append=-1) != 0
    lasts = np.where(is_last, months - 1, np.roll(firsts, -1) - 1)
    paid = np.tile(np.flatnonzero(amounts), 2)
    count = len(paid) // 2
    parts = amounts[paid] // 3
    parts[:count] = amounts[paid[:count]] - parts[count:]
    quantities = random.integers(1, 50, len(paid)) * QUANTITY_UNIT
    start = ledger.first.ordinal
    return sort_lines(
        Lines(
            ("Base", "Extra"),
            accounts[paid],
            np.repeat(np.arange(2), count),
            start + firsts[paid],
            start + lasts[paid],
            parts,
            parts + 1,
            quantities,
        )
    )


def year_of(*closes: str) -> Ledger:
    """Thirteen closes from 2023-01 to 2024-01: the first, then the second one all year, then the last."""
    start, middle, end = closes
    return ledger_of(start, *[middle] * 11, end)
