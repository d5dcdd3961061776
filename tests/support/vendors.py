"""Vendors' figures of retention: small companies, and every definition once more in plain Python, account by account.

It shares no line with core.reconcile: a company is a list of accounts, a figure a sum over them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.lines import Lines, sort_lines
from core.ledger.rates import Currencies
from core.ledger.usage_pricing import PRICING_MODEL, build_usage_pricing
from core.months import Month
from core.terms import Metric
from tests.support.generate import CURRENCIES, EUR
from tests.support.ledgers import build_ledger

FIRST = Month.of(2023, 1)
MONTHS = 33
USAGE_MONTHS = 3
USD = CURRENCIES[0]
# Month after FIRST -> the value of a region from that month on.
Regions = Mapping[int, str]


@dataclass(frozen=True)
class Vendor:
    """One account: its MRR in cents by month, that of its second product in it, and what else a definition sees."""

    mrr: Sequence[int]
    regions: Regions
    pays_dollars: bool
    is_excluded: bool
    extra: Sequence[int]
    pays_by_usage: bool

    def average(self, month: int) -> int:
        """Return the MRR of a month, of a usage account the mean of its last months with MRR; 0 where it has none."""
        paid = [amount for amount in self.mrr[max(0, month - USAGE_MONTHS + 1) : month + 1] if amount]
        if not self.pays_by_usage or not self.mrr[month]:
            return self.mrr[month]
        return (2 * sum(paid) + len(paid)) // (2 * len(paid))

    def region(self, month: int) -> str:
        begun = [start for start in self.regions if start <= month]
        return self.regions[max(begun)]


@dataclass(frozen=True)
class VendorCompany:
    """The accounts, and what a dollar is worth in each month."""

    accounts: Sequence[Vendor]
    rates: Sequence[Fraction]

    def price(self, account: Vendor, month: int, at: int) -> int:
        """Return the MRR of an account in euro cents at the rate of the month `at`, rounded half-up once."""
        return self.convert(account, account.mrr[month], at)

    def convert(self, account: Vendor, amount: int, at: int) -> int:
        """Return an amount of an account in euro cents at the rate of the month `at`, rounded half-up once."""
        if not account.pays_dollars:
            return amount
        exact = amount * self.rates[at]
        return max((2 * exact.numerator + exact.denominator) // (2 * exact.denominator), amount > 0)

    def build_ledger(self) -> Ledger:
        accounts = self.accounts
        ledger = build_ledger(
            np.array([account.mrr for account in accounts], dtype=np.int64).T.copy(),
            first=FIRST,
            currency=EUR,
            accounts=build_accounts(
                [f"A-{number}" for number in range(len(accounts))],
                excluded=np.array([account.is_excluded for account in accounts]),
            ),
            columns={
                "region": encode_values(
                    "Region",
                    [account.region(MONTHS) for account in accounts],
                    dated=[
                        (number, FIRST + month, value)
                        for number, account in enumerate(accounts)
                        for month, value in account.regions.items()
                    ],
                ),
                PRICING_MODEL: encode_values(
                    "Pricing", ["Usage" if account.pays_by_usage else "Seats" for account in accounts]
                ),
            },
            currencies=Currencies(
                (EUR, USD),
                np.array([account.pays_dollars for account in accounts], dtype=np.int16),
                {(FIRST + month, USD.code): rate for month, rate in enumerate(self.rates)},
            ),
            lines=_build_lines(accounts),
        )
        return replace(ledger, usage=build_usage_pricing(USAGE_MONTHS, ["Usage"]))


def _build_lines(accounts: Sequence[Vendor]) -> Lines:
    """Return the lines: one a month of each product, which says the same as longer ones."""
    rows = [
        (number, product, FIRST.ordinal + month, amount)
        for number, account in enumerate(accounts)
        for month, (whole, extra) in enumerate(zip(account.mrr, account.extra, strict=True))
        for product, amount in enumerate((whole - extra, extra))
        if amount
    ]
    owners, products, months, amounts = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return sort_lines(
        Lines(("Core", "Extra"), owners.astype(np.intp), products, months, months, amounts, amounts, None)
    )


def draw_company(seed: int) -> VendorCompany:
    """Return a company of 25 to 70 accounts that grow, shrink, leave, come back, move and are new."""
    chance = random.Random(seed)  # noqa: S311 - a company, not a secret
    rates = [Fraction(chance.randint(850, 1000), 1000) for _ in range(MONTHS)]
    by_usage = 0.3 if seed % 3 == 2 else 0
    return VendorCompany([_draw_account(chance, by_usage) for _ in range(chance.randint(25, 70))], rates)


def _draw_account(chance: random.Random, by_usage: float) -> Vendor:
    price, arrival = int(chance.lognormvariate(11, 1.1)) + 500, chance.choice([0, 0, 0, chance.randint(1, MONTHS - 1)])
    mrr, is_paying = [], False
    for month in range(MONTHS):
        draw = chance.random()
        if draw < 0.05:
            price = price * chance.randint(105, 150) // 100
        elif draw < 0.08:
            price = price * chance.randint(50, 95) // 100
        is_paying = (
            month == arrival or (is_paying and draw < 0.985) or (not is_paying and month > arrival and draw < 0.1)
        )
        mrr.append(price if is_paying else 0)
    regions = {0: chance.choice(["North", "South"])}
    if chance.random() < 0.3:
        regions[chance.randint(1, MONTHS - 1)] = chance.choice(["North", "South"])
    dollars, excluded = chance.random() < 0.3, chance.random() < 0.06
    first, last, share = chance.randint(-MONTHS, MONTHS), chance.randint(0, 2 * MONTHS), chance.randint(5, 60)
    extra = [amount * share // 100 if first <= month <= last else 0 for month, amount in enumerate(mrr)]
    return Vendor(mrr, regions, dollars, excluded, extra, chance.random() < by_usage)


@dataclass(frozen=True)
class Figure:
    """What is asked for: a company, a region or all of it, a ratio, and a window in months after FIRST."""

    company: VendorCompany
    region: str
    metric: Metric
    start: int
    end: int

    def members(self, month: int, *, with_excluded: bool = False) -> list[Vendor]:
        return [
            account
            for account in self.company.accounts
            if self.region in {"", account.region(month)} and (with_excluded or not account.is_excluded)
        ]

    def prices(self, account: Vendor) -> list[int]:
        """Return the MRR of an account at every close of the window, at the rates of its start."""
        return [self.company.price(account, month, self.start) for month in range(self.start, self.end + 1)]

    def move(self, start: int, end: int) -> Figure:
        return Figure(self.company, self.region, self.metric, self.start + start, self.end + end)


def _keep(metric: Metric, start: int, end: int) -> int:
    return 0 if not start else end if metric == "nrr" else min(start, end)


def _divide(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """Return the sum of the second of each pair / the sum of the first."""
    whole = sum(start for start, _ in pairs)
    return Fraction(sum(end for _, end in pairs), whole) if whole else None


def _own(figure: Figure, members: Sequence[Vendor] | None = None, at: tuple[int, int] | None = None) -> Fraction | None:
    company, metric = figure.company, figure.metric
    at = at or (figure.start, figure.start)
    pairs = []
    for account in figure.members(figure.start) if members is None else members:
        start = company.price(account, figure.start, at[0])
        pairs.append((start, _keep(metric, start, company.price(account, figure.end, at[1]))))
    return _divide(pairs)


def _average(figure: Figure) -> Fraction | None:
    """Return the ratio with the means of accounts that pay by usage."""
    company, pairs = figure.company, []
    for account in figure.members(figure.start):
        start, end = (
            company.convert(account, account.average(month), figure.start) for month in (figure.start, figure.end)
        )
        pairs.append((start, _keep(figure.metric, start, end)))
    return _divide(pairs)


def _count_as_billed(figure: Figure) -> Fraction | None:
    return _own(figure) if any(account.pays_by_usage for account in figure.company.accounts) else None


def _count(count: Callable[[Figure, Vendor, list[int]], tuple[int, int]]) -> Callable[[Figure], Fraction | None]:
    """Return a definition that counts (start, kept) of each account from its prices."""

    def define(figure: Figure) -> Fraction | None:
        return _divide([count(figure, account, figure.prices(account)) for account in figure.members(figure.start)])

    return define


def _ignore_contraction(figure: Figure, _: Vendor, prices: list[int]) -> tuple[int, int]:
    start, end = prices[0], prices[-1]
    if not start or not end:
        return start, 0
    return start, max(start, end) if figure.metric == "nrr" else start


def _count_returns(figure: Figure, account: Vendor, prices: list[int]) -> tuple[int, int]:
    return prices[0], prices[-1] if any(account.mrr[: figure.start + 1]) else 0


def _follow(figure: Figure, account: Vendor, prices: list[int]) -> tuple[int, int, int]:
    """Return (gains but the first MRR ever, reactivations among them, losses) of an account, month by month."""
    gains = returns = losses = 0
    has_paid = any(account.mrr[: figure.start + 1])
    for before, after in pairwise(prices):
        if after < before:
            losses += before - after
        elif before == 0 and after and has_paid:
            gains, returns = gains + after, returns + after
        elif before:
            gains += after - before
        has_paid = has_paid or after > 0
    return gains, returns, losses


def _count_movements(figure: Figure, account: Vendor, prices: list[int]) -> tuple[int, int]:
    gains, _, losses = _follow(figure, account, prices)
    return prices[0], prices[0] - losses + (gains if figure.metric == "nrr" else 0)


def _count_without_returns(figure: Figure, account: Vendor, prices: list[int]) -> tuple[int, int]:
    gains, returns, losses = _follow(figure, account, prices)
    return prices[0], prices[0] + gains - returns - losses


def _count_losses_of_base(figure: Figure, account: Vendor, prices: list[int]) -> tuple[int, int]:
    return prices[0], prices[0] - _follow(figure, account, prices)[2] if prices[0] else 0


def _lose_returned(figure: Figure, _: Vendor, prices: list[int]) -> tuple[int, int]:
    return prices[0], _keep(figure.metric, prices[0], prices[-1]) if all(prices) else 0


def _list_months(figure: Figure) -> list[Fraction]:
    """Return the ratio of each month, over the members of the whole window's start."""
    members = figure.members(figure.start)
    months = [Figure(figure.company, "", figure.metric, at, at + 1) for at in range(figure.start, figure.end)]
    ratios = [_own(month, members) for month in months]
    assert all(ratio is not None for ratio in ratios)
    return [ratio or Fraction(0) for ratio in ratios]


def _multiply(figure: Figure) -> Fraction:
    product = Fraction(1)
    for ratio in _list_months(figure):
        product *= ratio
    return product


def _annualise(figure: Figure) -> Fraction | None:
    months, ratio = figure.end - figure.start, _average(figure)
    return ratio ** (12 // months) if ratio is not None and months in {1, 3, 6} else None


def _annualise_linearly(figure: Figure) -> Fraction | None:
    months, ratio = figure.end - figure.start, _average(figure)
    return 1 - (1 - ratio) * 12 / months if ratio is not None and months < 12 else None


def _average_quarters(figure: Figure) -> Fraction | None:
    if figure.end - figure.start != 12 or figure.start < 9:
        return None
    ratios = [_average(figure.move(-months, -months)) for months in (0, 3, 6, 9)]
    return sum((ratio or Fraction(0) for ratio in ratios), Fraction(0)) / 4


def _take_minimum_of_totals(figure: Figure) -> Fraction | None:
    ratio = _own(Figure(figure.company, figure.region, "nrr", figure.start, figure.end))
    return None if ratio is None else min(ratio, Fraction(1))


def _take_segment_at_end(figure: Figure) -> Fraction | None:
    if not figure.region:
        return None
    members = [
        account
        for account in figure.company.accounts
        if not account.is_excluded
        and account.region(figure.end if account.mrr[figure.end] else figure.start) == figure.region
    ]
    return _own(figure, members)


def _take_segment_at_each_close(figure: Figure) -> Fraction | None:
    if not figure.region:
        return None
    whole = Figure(figure.company, "", "nrr", figure.start, figure.end)
    pairs = []
    for account in whole.members(figure.start):
        start, end = figure.prices(account)[0], figure.prices(account)[-1]
        is_inside, is_inside_at_end = (account.region(month) == figure.region for month in (figure.start, figure.end))
        pairs.append((start * is_inside, end * is_inside_at_end * (start > 0)))
    return _divide(pairs)


def _shift(start: int, end: int) -> Callable[[Figure], Fraction | None]:
    def define(figure: Figure) -> Fraction | None:
        moved = figure.move(start, end)
        return _average(moved) if 0 <= moved.start < moved.end < MONTHS else None

    return define


def _count_excluded(figure: Figure) -> Fraction | None:
    members = figure.members(figure.start, with_excluded=True)
    return _own(figure, members) if any(account.is_excluded for account in members) else None


def _count_products(figure: Figure) -> Fraction | None:
    pairs = []
    for account in figure.members(figure.start):
        kept = 0
        for amounts in (
            [whole - extra for whole, extra in zip(account.mrr, account.extra, strict=True)],
            account.extra,
        ):
            kept += _keep(figure.metric, amounts[figure.start], amounts[figure.end])
        start = figure.company.price(account, figure.start, figure.start)
        pairs.append((start, figure.company.convert(account, kept, figure.start)))
    return _divide(pairs)


# Key of a definition -> its ratio in plain Python; None where it has none.
VENDORS: Mapping[str, Callable[[Figure], Fraction | None]] = {
    "cohort": _average,
    "as_billed": _count_as_billed,
    "contraction_ignored": _count(_ignore_contraction),
    "reactivation_counted": _count(_count_returns),
    "new_counted": _count(lambda _, __, prices: (prices[0], prices[-1])),
    "stayed_only": _count(lambda _, __, prices: (prices[0], prices[-1]) if prices[0] and prices[-1] else (0, 0)),
    "logos": _count(lambda _, __, prices: (int(prices[0] > 0), int(prices[0] > 0 and prices[-1] > 0))),
    "minimum_of_totals": _take_minimum_of_totals,
    "movements": _count(_count_movements),
    "movements_without_reactivation": _count(_count_without_returns),
    "losses_of_base": _count(_count_losses_of_base),
    "returned_as_lost": _count(_lose_returned),
    "compounded": _multiply,
    "averaged": lambda figure: sum(_list_months(figure), Fraction(0)) / (figure.end - figure.start),
    "added_up": lambda figure: 1 - sum((1 - ratio for ratio in _list_months(figure)), Fraction(0)),
    "annualised": _annualise,
    "annualised_linearly": _annualise_linearly,
    "quarters_averaged": _average_quarters,
    "moving_rates": lambda figure: _own(figure, at=(figure.start, figure.end)),
    "end_rates": lambda figure: _own(figure, at=(figure.end, figure.end)),
    "segment_at_end": _take_segment_at_end,
    "segment_at_each_close": _take_segment_at_each_close,
    "excluded_counted": _count_excluded,
    "products": _count_products,
    "month_earlier": _shift(-1, -1),
    "month_later": _shift(1, 1),
    "late_start": _shift(1, 0),
}
