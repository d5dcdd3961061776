"""A company whose rows hold every trap, as the tabs of a sheet and as the tables of a warehouse."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

import numpy as np

from core.ledger.segments import Segments
from core.money import find_currency
from core.months import Month
from sheets.ingest.parse import parse_tabs
from tests.support.notation import options, sheet
from tests.support.warehouse import Company, Row, Table, describe_company

_TODAY = dt.date(2025, 7, 15)
_MONTHS = [Month.of(2023, 1) + number for number in range(30)]
# No account has a row of this month, and this rate is missing.
_MISSING, _RATE_MISSING = Month.of(2024, 5), Month.of(2025, 2)
_REGIONS = ("North", "South", "", "It's \\ far")
_RATES = {"EUR": "1", "USD": "0.92", "JPY": "0.0061", "KWD": "3.013"}
_ALIASES = {"A01": "A02"}


@dataclass(frozen=True)
class _Customer:
    """A row of the tab Customers: the values from a month on."""

    account: str
    currency: str
    region: str
    plan: str
    begins: Month | None


@cache
def build_hostile_company() -> tuple[Segments, Company]:
    """Return the segments that the sheet gives, and the tables with the same rows, some codes and values with spaces.

    Among the accounts: gaps, returns, several rows of one account and month, a month that is missing for everybody,
    10**12 minor units, values that change, blank cells, amounts below zero, no row in Customers, a rate that is
    missing for some, a currency without any rate, two ids of one customer.
    """
    draw = random.Random(16)  # noqa: S311 - the same company each time
    mrr = list(_list_amounts(draw))
    customers = list(_list_customers(draw))
    currency_of = {customer.account: customer.currency for customer in customers}
    first_yen = min(month for account, month, _ in mrr if currency_of.get(account) == "JPY")
    rates = [
        (month, code, Decimal(rate) * (100 + month.ordinal % 7) / 100)
        for month in _MONTHS
        for code, rate in _RATES.items()
        if code != "EUR" and (month, code) != (_RATE_MISSING, "KWD") and (code != "JPY" or month >= first_yen)
    ]
    units = {code: find_currency(code).unit for code in (*_RATES, "CHF")}
    parsed = parse_tabs(
        [
            sheet("MRR", _write("Account ID|Month|MRR", (
                (account, month, Decimal(amount) / units[currency_of.get(account, "EUR")])
                for account, month, amount in mrr
            ))),
            sheet("Customers", _write("Account ID|Currency|Region|Plan|Valid from", (
                (row.account, row.currency, row.region, row.plan, f"{row.begins.first_day}d" if row.begins else "")
                for row in customers
            ))),
            sheet("FX", _write("Month|Currency|Rate", rates)),
            sheet("Aliases", _write("Account ID|Same as", _ALIASES.items())),
        ],
        options("", today=_TODAY),
    )  # fmt: skip
    ledger = parsed.ledger
    # A sheet has a currency for an account without a row in Customers: that of the config.
    is_unlisted = np.array([account not in currency_of for account in ledger.accounts.ids])
    excluded, unpriced = ledger.accounts.excluded | is_unlisted, ledger.accounts.unpriced | is_unlisted
    segments = Segments(replace(ledger, accounts=replace(ledger.accounts, excluded=excluded, unpriced=unpriced)))
    current = {customer.account: customer for customer in customers}
    tables = {
        "mrr": Table(
            ("account_id", "m", "amount"), [(account, month.ordinal, amount) for account, month, amount in mrr]
        ),
        "accounts": Table(
            ("account_id", "currency", "region", "plan"),
            [(row.account, f"{row.currency.lower()} ", f"{row.region} ", row.plan) for row in current.values()],
        ),
        "history": Table(
            ("account_id", "from_m", "region", "plan"),
            [(row.account, row.begins.ordinal, row.region or None, row.plan) for row in customers if row.begins],
        ),
        "fx": Table(
            ("currency", "m", "rate"),
            [
                (code.lower() if code == "JPY" else code, month.ordinal, f"{rate * 100 / units[code]:.10f}")
                for month, code, rate in rates
            ],
        ),
        "aliases": Table(("account_id", "same_as"), list(_ALIASES.items())),
    }
    return segments, describe_company(tables, segments)


def _list_amounts(draw: random.Random) -> Iterator[tuple[str, Month, int]]:
    """Yield the rows of the revenue: account, month, minor units of its currency."""
    for number in range(44):
        price = draw.choice((1, 80, 150_000, 833_300, 2_500_000)) * draw.randint(1, 9)
        begin, end = draw.randint(0, 20), draw.choice((None, None, draw.randint(21, 29)))
        if number == 5:
            price, begin, end = 10**12, 0, None
        for place, month in enumerate(_MONTHS):
            if month == _MISSING or place < begin or (end and place >= end) or draw.random() < 0.06:
                continue
            if draw.random() < 0.15:
                price = max(1, price * draw.choice((80, 115, 130)) // 100)
            if price > 1 and draw.random() < 0.2:
                part = draw.randint(1, price - 1)
                yield f"A{number:02d}", month, part
                yield f"A{number:02d}", month, price - part
            else:
                yield f"A{number:02d}", month, price
    for month in _MONTHS[3:6]:
        yield "unlisted", month, 23_400
    for month in _MONTHS[20:27]:
        yield "francs", month, 987_600
    # The second one has no rate either.
    yield "A09", _MONTHS[12], -5_000
    yield "A07", _MONTHS[2], -1


def _list_customers(draw: random.Random) -> Iterator[_Customer]:
    currencies = tuple(_RATES)
    for number in range(44):
        account, currency = f"A{number:02d}", currencies[number % 4] if number != 2 else "USD"
        plan = draw.choice(("Basic", "Team"))
        if number % 3:
            yield _Customer(account, currency, draw.choice(_REGIONS), plan, None)
            continue
        for begins in sorted(draw.sample(_MONTHS, draw.randint(1, 3)), key=lambda month: month.ordinal):
            yield _Customer(account, currency, draw.choice(_REGIONS), plan, begins)
    yield _Customer("francs", "CHF", "South", "Team", None)


def _write(header: str, rows: Iterable[Row]) -> str:
    return "\n".join([header, *("|".join(map(str, row)) for row in rows)])
