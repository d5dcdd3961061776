"""Companies, each of another kind: their sizes, how they win and lose customers, what their sheet tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, ScheduledChanges, build_accounts
from core.ledger.rows import SourceRows
from core.money import find_currency
from core.months import Month
from tests.support.ledgers import build_ledger

FIRST = Month.of(2023, 9)
CLOSES = 25
OWNERS = ("Amira", "Jonas", "Clara")
REGIONS = ("France", "DACH", "Nordics")


@dataclass(frozen=True)
class Archetype:
    """One kind of company.

    Attributes:
        accounts: number of accounts.
        monthly: the usual MRR of an account, whole units.
        spread: the spread of the MRR, as the deviation of its logarithm.
        leaving: the chance to leave in a month.
        growing: the chance to grow by a fifth in a month.
        shrinking: the chance to pay a fifth less in a month.
        arriving: the share of the accounts that come after the first close.
        returning: the chance of a lost account to be back in a month.
        currency: the code of the currency.
        closes: the number of closes.
        segments: whether the sheet has a column Segment.
        facts: whether the sheet has adoption, NPS, seats, quota and renewal dates.
        excluded: the share of excluded accounts.
        shock: month -> the share of all accounts that leave in it.
        fading: the closes before its end, or before the last close in one account of ten, at which an account pays less
            each time.
        terms: whether all lines that are in force have an end ahead, and the accounts have no renewal dates.

    """

    accounts: int = 60
    monthly: int = 1_500
    spread: float = 0.8
    leaving: float = 0.01
    growing: float = 0.03
    shrinking: float = 0.01
    arriving: float = 0.3
    returning: float = 0.0
    currency: str = "EUR"
    closes: int = CLOSES
    segments: bool = True
    facts: bool = True
    excluded: float = 0.0
    shock: Mapping[int, float] = field(default_factory=dict)
    fading: int = 0
    terms: bool = False


ARCHETYPES: Mapping[str, Archetype] = {
    "a usual company": Archetype(),
    "consumers only": Archetype(400, 12, 0.3, 0.05, 0.0, 0.0, 0.6, segments=False, facts=False),
    "small businesses": Archetype(200, 250, 0.6, 0.03, 0.01),
    "mid-market": Archetype(80, 3_000, 0.5, 0.012, 0.03),
    "large customers": Archetype(25, 15_000, 0.7, 0.006, 0.04),
    "four customers": Archetype(4, 8_000, 0.5, 0.01),
    "one customer": Archetype(1, 8_000, 0.0, 0.0),
    "one giant among dwarfs": Archetype(60, 300, 2.2, 0.01, 0.02),
    "no account ever left": Archetype(40, 1_500, 0.6, 0.0, 0.02, 0.0),
    "nothing ever changed": Archetype(40, 1_500, 0.6, 0.0, 0.0, 0.0, 0.0),
    "growth hides a leak": Archetype(80, 2_000, 0.7, 0.03, 0.15),
    "loyal and flat": Archetype(80, 2_000, 0.7, 0.002, 0.0, 0.002),
    "losing fast": Archetype(80, 2_000, 0.7, 0.06, 0.005, 0.03),
    "downgrades, not churn": Archetype(80, 2_000, 0.7, 0.0, 0.01, 0.05),
    "one bad month": Archetype(80, 2_000, 0.7, 0.003, 0.03, shock={20: 0.25}),
    "all left": Archetype(20, 2_000, 0.7, shock={24: 1.0}),
    "just begun": Archetype(30, 1_000, 0.8, closes=5),
    "thirteen closes": Archetype(30, 1_000, 0.8, closes=13),
    "one close": Archetype(30, 1_000, 0.8, closes=1),
    "many that come back": Archetype(80, 1_000, 0.8, 0.05, 0.02, returning=0.2),
    "almost all are new": Archetype(80, 1_000, 0.8, 0.02, 0.02, arriving=0.95),
    "a tenth is excluded": Archetype(80, 1_000, 0.8, excluded=0.15),
    "a few are excluded": Archetype(80, 1_000, 0.8, excluded=0.03),
    "no segments": Archetype(60, 1_500, 1.2, segments=False),
    "no facts": Archetype(60, 1_500, 0.8, facts=False),
    "yen": Archetype(60, 200_000, 0.8, currency="JPY"),
    "forint": Archetype(60, 500_000, 0.8, currency="HUF"),
    "dinars with three decimals": Archetype(60, 500, 0.8, currency="KWD"),
    "dollars": Archetype(60, 1_500, 1.0, currency="USD"),
    "many accounts": Archetype(3_000, 400, 1.0, 0.02, 0.02),
    "those that leave pay less before": Archetype(150, 1_500, 0.5, 0.02, 0.0, 0.0, 0.0, fading=8),
    "terms that end": Archetype(150, 1_500, 0.5, 0.02, 0.0, 0.01, fading=8, terms=True),
}


def build_archetype(name: str) -> Ledger:
    """Return the ledger of an archetype; the same name gives the same ledger."""
    kind = ARCHETYPES[name]
    draw = np.random.default_rng(sum(map(ord, name)))
    currency = find_currency(kind.currency)
    count = kind.accounts
    panel = _draw_panel(kind, draw) * currency.unit
    names = [f"Customer {number:04d}" for number in range(count)]
    usual = 12 * kind.monthly
    columns = {
        "owner": encode_values("Owner", [OWNERS[number % 3] for number in range(count)]),
        "region": encode_values("Region", [REGIONS[number % 7 % 3] for number in range(count)]),
    }
    if kind.segments:
        sizes = ["SMB" if usual < 10_000 else "Mid-Market" if usual < 100_000 else "Enterprise"]
        columns["segment"] = encode_values(
            "Segment", [(*sizes * 4, "Strategic")[number % 5] for number in range(count)]
        )
    facts = _draw_facts(count, draw) if kind.facts else {}
    scheduled = None
    if kind.terms:
        del facts["renewal_date"]
        paying = np.flatnonzero(panel[-1])
        months = (FIRST + CLOSES).ordinal + draw.integers(0, 12, paying.size)
        scheduled = ScheduledChanges(paying, months, -panel[-1][paying])
    ledger = build_ledger(
        panel,
        first=FIRST + (CLOSES - kind.closes),
        currency=currency,
        accounts=build_accounts(
            [f"A-{number:04d}" for number in range(count)],
            names,
            excluded=draw.random(count) < kind.excluded,
            consumer=np.full(count, kind.monthly < 20),
        ),
        columns=columns,
        facts=facts,
        source_rows=SourceRows("MRR", np.arange(2, count + 2, dtype=np.int32)),
    )
    return replace(ledger, scheduled_changes=scheduled)


def _draw_panel(kind: Archetype, draw: np.random.Generator) -> NDArray[np.int64]:
    """Return (closes, accounts) MRR in whole units."""
    count = kind.accounts
    price = np.maximum(1, kind.monthly * np.exp(draw.normal(0, kind.spread, count))).astype(np.int64)
    arrival = np.where(draw.random(count) < kind.arriving, draw.integers(1, CLOSES, count), 0)
    paying, ever = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    panel = np.zeros((CLOSES, count), dtype=np.int64)
    for row in range(CLOSES):
        leaves = draw.random(count) < np.maximum(kind.leaving, kind.shock.get(row, 0))
        returns = ever & ~paying & (draw.random(count) < kind.returning)
        paying = (paying & ~leaves) | returns | (~ever & (arrival <= row))
        ever |= paying
        change = draw.random(count)
        price = np.where(change < kind.growing, price * 6 // 5, price)
        price = np.where(change > 1 - kind.shrinking, np.maximum(1, price * 4 // 5), price)
        panel[row] = np.where(paying, price, 0)
    for account in range(count if kind.fading else 0):
        end = int(np.count_nonzero(panel[:, account]))
        if kind.fading <= end and (end < CLOSES or account % 10 == 0):
            panel[end - kind.fading : end, account] = np.linspace(price[account], price[account] // 3, kind.fading)
    return panel[CLOSES - kind.closes :]


def _draw_facts(count: int, draw: np.random.Generator) -> dict[str, NDArray[np.float64]]:
    """Return facts of the accounts, a fifth of them blank."""
    last = (FIRST + CLOSES).first_day.toordinal()
    seats = draw.integers(5, 500, count).astype(np.float64)
    facts = {
        "feature_adoption": draw.uniform(0.1, 1.0, count),
        "quota_use": draw.uniform(0.2, 1.0, count),
        "nps": draw.integers(0, 11, count).astype(np.float64),
        "seats": seats,
        "seats_used": np.floor(seats * draw.uniform(0.4, 1.0, count)),
        "renewal_date": last + draw.integers(5, 360, count).astype(np.float64),
    }
    for values in facts.values():
        values[draw.random(count) < 0.2] = np.nan
    return facts
