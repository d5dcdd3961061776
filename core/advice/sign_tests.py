"""The signs of risk put to the test: whether accounts with a sign left more often, here.

Each window of the past is a few months long, and windows do not overlap: an account counts once in each at whose start
it paid. It has the sign by what was known at the start, in the snapshot of that time, and is lost if it does not pay
at the end. For each sign, over the accounts of which its data was known:

    lift = loss rate with the sign / loss rate without it
    rate = (lost with it + 10 x base rate) / (accounts with it + 10)

The base rate is that of all accounts. `rate` is the mean of a Beta posterior whose prior is the base rate with the
weight of 10 accounts; the expected loss is the sum of MRR x rate, with several signs at the highest of their rates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from core.advice.health import RISK_FACTS, RISKS, AccountSigns
from core.ledger.arrays import Mask, Panel
from core.ledger.history import measure_spacing
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts, rewind_ledger
from core.metrics.uncertainty import Interval, Lift, estimate_lift, wilson
from core.money import compute_ratio
from core.months import Month, Window

# Months of a window: as many as the past facts allow, from the fewest on.
HORIZON, FEWEST_MONTHS = 6, 3
# Accounts that the prior of a loss rate is worth.
PRIOR_WEIGHT = 10

Reason = Literal["no_data", "no_history", "no_contrast", "never_kept"]


@dataclass(frozen=True, slots=True)
class LossCount:
    """Accounts at the starts of windows, and those of them that are lost at the ends."""

    accounts: int
    lost: int

    @property
    def rate(self) -> Fraction | None:
        """The share that is lost; None without accounts."""
        return compute_ratio(self.lost, self.accounts)

    @property
    def interval(self) -> Interval | None:
        """The 95% interval of the rate (Wilson); None without accounts."""
        return wilson(self.lost / self.accounts, self.accounts) if self.accounts else None


@dataclass(frozen=True, slots=True)
class SignTest:
    """The test of one sign.

    Attributes:
        code: the sign, of RISKS.
        having: the accounts with the sign.
        lacking: those without it whose data was known.
        lift: the loss rate of the ones over that of the others; None where the sign is not tested.
        rate: the loss rate to expect of an account with the sign.
        accounts: number of accounts that have the sign today.
        mrr: their MRR at the last close.
        reason: why the sign is not tested: no account has the data today; the data is not kept for long enough; all
            accounts had the sign, or none; or the data are ends of lines, which are not kept.
        since: the first month of which the data is kept, where it is not kept for long enough; None where it is not
            kept at all.
        months_missing: the months that are missing until the sign can be tested; 0 for other reasons.

    """

    code: str
    having: LossCount
    lacking: LossCount
    lift: Lift | None
    rate: Fraction
    accounts: int
    mrr: int
    reason: Reason | None = None
    since: Month | None = None
    months_missing: int = 0

    @property
    def predicts(self) -> bool:
        """Whether the sign is shown to predict losses here: accounts with it left, and its lift is surely above 1."""
        return self.lift is not None and self.having.lost > 0 and self.lift.interval.low > 1

    @property
    def excess(self) -> Fraction:
        """The loss rate with the sign - the rate without it; 0 where the sign is not tested."""
        with_it, without_it = self.having.rate, self.lacking.rate
        return Fraction(0) if with_it is None or without_it is None else with_it - without_it


@dataclass(frozen=True, slots=True)
class LossRates:
    """The measured loss rates of the signs of risk: an account loses at the highest rate of its signs.

    Attributes:
        months: the months within which accounts are lost.
        by_code: code -> the share of the accounts with the sign that is lost.

    """

    months: int
    by_code: Mapping[str, Fraction]

    def group_accounts(self, signs: AccountSigns) -> Iterator[tuple[Fraction, Mask]]:
        """Yield each rate, the highest first, and (accounts,) True where it is the highest one of an account."""
        left = signs.at_risk
        for code in sorted(self.by_code, key=lambda code: -self.by_code[code]):
            group = left & signs.risks[code]
            left &= ~group
            yield self.by_code[code], group

    def measure_expected_loss(self, signs: AccountSigns) -> Panel:
        """Return (accounts,) MRR times the loss rate of an account, minor units."""
        highest = np.zeros(len(signs.mrr))
        for rate, group in self.group_accounts(signs):
            highest[group] = float(rate)
        return np.asarray(np.floor(signs.mrr * highest + 0.5), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SignTests:
    """The tests of all signs of risk, over the whole ledger.

    Attributes:
        tests: those that predict by their lift, then the other tested ones by theirs, then those not tested.
        months: the months of a window.
        windows: the windows, the latest first; none where the history is too short.
        base: all accounts of all windows.

    """

    tests: tuple[SignTest, ...]
    months: int
    windows: tuple[Window, ...]
    base: LossCount

    @property
    def tested(self) -> tuple[SignTest, ...]:
        """The tests that took place."""
        return tuple(test for test in self.tests if test.lift)

    @property
    def loss_rates(self) -> LossRates | None:
        """The loss rates of all signs; None where no sign is tested."""
        return LossRates(self.months, {test.code: test.rate for test in self.tests}) if self.tested else None


def run_sign_tests(present: AccountSigns, past_facts: Sequence[PastFacts]) -> SignTests:
    """Return how well each sign of risk predicted who left.

    Args:
        present: the signs of the ledger's accounts as of today.
        past_facts: the facts about the accounts at the ends of past months; empty where no snapshot keeps them.

    """
    ledger, thresholds = present.ledger, present.thresholds
    past = {facts.month: facts for facts in past_facts}
    months, windows = _choose_windows(present, past)
    base = LossCount(0, 0)
    having, lacking = dict.fromkeys(RISKS, LossCount(0, 0)), dict.fromkeys(RISKS, LossCount(0, 0))
    for window in windows:
        start = rewind_ledger(ledger, window.start, past.get(window.start))
        signals = AccountSigns(start, window.start.last_day, thresholds)
        is_lost: Mask = ledger.read_own_mrr(window.end) == 0
        base = _add_counts(base, signals.paying, is_lost)
        for code in RISKS:
            having[code] = _add_counts(having[code], signals.risks[code], is_lost)
            lacking[code] = _add_counts(lacking[code], signals.knows(code) & ~signals.risks[code], is_lost)
    tests = [_build_test(code, having[code], lacking[code], base, present) for code in RISKS]
    tests = [test if test.lift else _explain(test, present, past, months) for test in tests]
    tests.sort(key=lambda test: (not test.predicts, -(test.lift.value if test.lift else 0)))
    return SignTests(tuple(tests), months, windows, base)


def _choose_windows(present: AccountSigns, past: Mapping[Month, PastFacts]) -> tuple[int, tuple[Window, ...]]:
    """Return the months of a window, and the windows: as long as past facts allow, else as the panel allows."""
    ledger = present.ledger
    shortest, longest = _bound_windows(ledger)
    if not ledger.coverage.can_leave:
        return longest, ()
    for starts in (_list_kept(past), ledger.closes[present.thresholds.falling_months :]):
        lengths = [start.until(ledger.last) for start in starts if ledger.has_close(start)]
        months = max((months for months in lengths if shortest <= months <= longest), default=0)
        if months:
            return months, tuple(_list_windows(ledger, months))
    return shortest, ()


def _bound_windows(ledger: Ledger) -> tuple[int, int]:
    """Return the fewest and the most months of a window, each up to a multiple of the months between two closes."""
    spacing = measure_spacing(ledger.closes)
    return -(-FEWEST_MONTHS // spacing) * spacing, -(-HORIZON // spacing) * spacing


def _list_kept(past: Mapping[Month, PastFacts]) -> Sequence[Month]:
    """Return the months of which any fact is kept."""
    return [month for month, facts in past.items() if facts.facts or facts.columns]


def _list_windows(ledger: Ledger, months: int) -> Iterator[Window]:
    """Yield the windows of so many months that follow each other, from the last close backwards."""
    start = ledger.last - months
    while start >= ledger.first:
        window = Window(start, start + months)
        if ledger.covers(window):
            yield window
        start -= months


def _add_counts(count: LossCount, accounts: Mask, is_lost: Mask) -> LossCount:
    return LossCount(
        count.accounts + int(np.count_nonzero(accounts)), count.lost + int(np.count_nonzero(accounts & is_lost))
    )


def _build_test(code: str, having: LossCount, lacking: LossCount, base: LossCount, present: AccountSigns) -> SignTest:
    lift = None
    if having.accounts and lacking.accounts:
        lift = estimate_lift(having.lost, having.accounts, lacking.lost, lacking.accounts)
    prior = PRIOR_WEIGHT * (base.rate or Fraction(0))
    has_sign = present.risks[code]
    return SignTest(
        code,
        having,
        lacking,
        lift,
        (having.lost + prior) / (having.accounts + PRIOR_WEIGHT),
        int(np.count_nonzero(has_sign)),
        int(present.mrr @ has_sign),
    )


def _explain(test: SignTest, present: AccountSigns, past: Mapping[Month, PastFacts], months: int) -> SignTest:
    """Return a test that did not take place, with the reason."""
    if test.having.accounts or test.lacking.accounts:
        return replace(test, reason="no_contrast")
    ledger, is_falling = present.ledger, test.code == "falling_mrr"
    if not is_falling and not present.knows(test.code).any():
        # Ends of lines are no facts: past snapshots have those that were known then, but they are not read.
        knows_ends = test.code == "renewal_at_risk" and present.renewals.ends_are_terms
        return replace(test, reason="never_kept" if knows_ends else "no_data")
    since = ledger.first if is_falling else _find_since(test.code, ledger, past)
    first, needed = since or Month.containing(present.today), months
    if is_falling:
        first += present.thresholds.falling_months * measure_spacing(ledger.closes)
    else:
        # Windows are as long as the facts with the longest history allow: the others have to wait for the most months.
        shortest, longest = _bound_windows(ledger)
        needed = longest if any(month < first for month in _list_kept(past)) else shortest
    return replace(test, reason="no_history", since=since, months_missing=max(1, needed - first.until(ledger.last)))


def _find_since(code: str, ledger: Ledger, past: Mapping[Month, PastFacts]) -> Month | None:
    column = ledger.columns.get(RISK_FACTS[code])
    if column is not None and column.changes is not None:
        return Month(int(column.changes.months.min()))
    return next((month for month, facts in past.items() if facts.has(RISK_FACTS[code])), None)
