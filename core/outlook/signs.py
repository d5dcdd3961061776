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
from typing import Any, Literal

import numpy as np

from core.advice.health import RISK_FACTS, RISKS, AccountSigns
from core.ledger.arrays import Mask
from core.ledger.history import measure_spacing
from core.ledger.ledger import Ledger
from core.ledger.past_facts import PastFacts, rewind_ledger
from core.ledger.segments import Segments
from core.metrics.uncertainty import Interval, Lift, estimate_lift, wilson
from core.money import compute_ratio, to_percent
from core.months import Month, Window
from core.outlook.account_signals import LossRates, Signals, SignalsRequest, list_risks, measure_expected_loss
from core.reports.answer_json import build_origin_json, format_percent
from core.reports.scope import Origin, Scope, require_ends
from core.thresholds import SignalThresholds

# Months of a window: as many as the past facts allow, from the fewest on.
HORIZON, FEWEST_MONTHS = 6, 3
# Accounts that the prior of a loss rate is worth.
PRIOR_WEIGHT = 10

Reason = Literal["no_data", "no_history", "no_contrast"]


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
        reason: why the sign is not tested: no account has the data today; the data is not kept for long enough; or all
            accounts had the sign, or none.
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
        """Whether the sign is shown to predict losses here: its lift is surely above 1."""
        return self.lift is not None and self.lift.interval.low > 1


@dataclass(frozen=True, slots=True)
class SignReport:
    """The tests of all signs of risk.

    Attributes:
        tests: those that predict by their lift, then the other tested ones by theirs, then those not tested.
        months: the months of a window.
        windows: the windows, the latest first; none where the history is too short.
        base: all accounts of all windows.
        accounts: number of accounts at risk today.
        mrr: their MRR at the last close.
        expected_loss: the MRR to expect to be lost of it within `months`; None where no sign is tested.
        thresholds: the thresholds of the signs.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    tests: tuple[SignTest, ...]
    months: int
    windows: tuple[Window, ...]
    base: LossCount
    accounts: int
    mrr: int
    expected_loss: int | None
    thresholds: SignalThresholds
    segments: Segments
    origin: Origin

    @property
    def rates(self) -> LossRates | None:
        """The loss rates of the signs; None where no sign is tested."""
        return _collect_rates(self.tests, self.months)


def _collect_rates(tests: Sequence[SignTest], months: int) -> LossRates | None:
    if not any(test.lift for test in tests):
        return None
    return LossRates(months, {test.code: test.rate for test in tests})


def find_risks(request: SignalsRequest, scope: Scope) -> Signals:
    """Return the accounts of a cut with a sign of leaving.

    Those with the largest expected loss come first; where no sign is tested, those with most ARR.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return list_risks(request, scope, _test_signs(scope).rates)


def measure_signs(request: None, scope: Scope) -> SignReport:  # noqa: ARG001 - the signature of a report
    """Return how well each sign of risk predicted who left.

    Raises:
        QuestionError: the sheet cannot show that an account left.

    """
    require_ends(scope.ledger)
    return _test_signs(scope)


def _test_signs(scope: Scope) -> SignReport:
    ledger = scope.ledger
    past = {facts.month: facts for facts in scope.load_past_facts()}
    months, windows = _choose_windows(scope, past)
    base = LossCount(0, 0)
    having, lacking = dict.fromkeys(RISKS, LossCount(0, 0)), dict.fromkeys(RISKS, LossCount(0, 0))
    for window in windows:
        start = rewind_ledger(ledger, window.start, past.get(window.start))
        signals = AccountSigns(start, window.start.last_day, scope.thresholds)
        is_lost: Mask = ledger.read_own_mrr(window.end) == 0
        base = _add_counts(base, signals.paying, is_lost)
        for code in RISKS:
            having[code] = _add_counts(having[code], signals.masks[code], is_lost)
            lacking[code] = _add_counts(lacking[code], signals.knows(code) & ~signals.masks[code], is_lost)
    present = scope.signs
    tests = [_build_test(code, having[code], lacking[code], base, present) for code in RISKS]
    tests = [test if test.lift else _explain(test, present, past, months, scope) for test in tests]
    tests.sort(key=lambda test: (not test.predicts, -(test.lift.value if test.lift else 0)))
    at_risk, rates = present.at_risk, _collect_rates(tests, months)
    return SignReport(
        tuple(tests),
        months,
        windows,
        base,
        int(np.count_nonzero(at_risk)),
        int(present.mrr[at_risk].sum()),
        int(measure_expected_loss(present, rates).sum()) if rates else None,
        scope.thresholds,
        scope.segments,
        scope.origin,
    )


def _choose_windows(scope: Scope, past: Mapping[Month, PastFacts]) -> tuple[int, tuple[Window, ...]]:
    """Return the months of a window, and the windows: as long as past facts allow, else as the panel allows."""
    ledger = scope.ledger
    shortest, longest = _bound_windows(ledger)
    if not ledger.coverage.can_leave:
        return longest, ()
    for starts in (_list_kept(past), ledger.closes[scope.thresholds.falling_months :]):
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
    has_sign = present.masks[code]
    return SignTest(
        code,
        having,
        lacking,
        lift,
        (having.lost + prior) / (having.accounts + PRIOR_WEIGHT),
        int(np.count_nonzero(has_sign)),
        int(present.mrr[has_sign].sum()),
    )


def _explain(
    test: SignTest, present: AccountSigns, past: Mapping[Month, PastFacts], months: int, scope: Scope
) -> SignTest:
    """Return a test that did not take place, with the reason."""
    if test.having.accounts or test.lacking.accounts:
        return replace(test, reason="no_contrast")
    ledger, is_falling = scope.ledger, test.code == "falling_mrr"
    if not is_falling and not present.knows(test.code).any():
        return replace(test, reason="no_data")
    since = ledger.first if is_falling else _find_since(test.code, ledger, past)
    first, needed = since or Month.containing(scope.today), months
    if is_falling:
        first += scope.thresholds.falling_months * measure_spacing(ledger.closes)
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


def build_signs_json(report: SignReport) -> dict[str, Any]:
    """Return the tests as JSON: money in minor units, rates in per cent, lifts with one decimal."""
    return {
        **build_origin_json(report.segments.ledger, report.origin),
        "months": report.months,
        "windows": [{"start": str(window.start), "end": str(window.end)} for window in report.windows],
        "base": _build_count_json(report.base),
        "at_risk": {"accounts": report.accounts, "mrr": report.mrr, "expected_loss": report.expected_loss},
        "signs": [_build_test_json(test, report) for test in report.tests],
        "adoption_below": str(report.thresholds.adoption_low),
        "nps_up_to": str(report.thresholds.nps_low),
    }


def _build_test_json(test: SignTest, report: SignReport) -> dict[str, Any]:
    return {
        "code": test.code,
        "predicts": test.predicts if test.lift else None,
        "with": _build_count_json(test.having),
        "without": _build_count_json(test.lacking),
        "lift": _format_lift(test.lift.value) if test.lift else None,
        "lift_low": _format_lift(test.lift.interval.low) if test.lift else None,
        "lift_high": _format_lift(test.lift.interval.high) if test.lift else None,
        "expected_rate": format_percent(test.rate) if report.rates else None,
        "accounts": test.accounts,
        "mrr": test.mrr,
        "reason": test.reason,
        "since": str(test.since) if test.since else None,
        "months_missing": test.months_missing,
    }


def _build_count_json(count: LossCount) -> dict[str, Any]:
    interval = count.interval
    return {
        "accounts": count.accounts,
        "lost": count.lost,
        "rate": format_percent(count.rate),
        "low": format_percent(interval.low) if interval else None,
        "high": format_percent(interval.high) if interval else None,
    }


def _format_lift(value: Fraction) -> str:
    return str(to_percent(value / 100))
