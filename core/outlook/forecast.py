"""The outlook: NRR and GRR of the twelve months that end with a future close, at constant currency.

What the sheet knows of the months to go comes first: subscriptions that end are taken out, and renewals with a sign of
leaving lose the measured rate of their signs. The other MRR changes as `core.outlook.estimate` says, which also gives
the range.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from core.advice.health import AccountSigns
from core.advice.sign_tests import LossRates
from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask, Panel
from core.ledger.history import (
    choose_default_period,
    explain_missing_close,
    explain_missing_ratio,
    explain_missing_year,
    measure_spacing,
)
from core.ledger.ledger import Ledger
from core.metrics.retention import Base, Bridge, measure, select_base
from core.money import round_fraction
from core.months import Month, Period, Window, find_last_closed_month
from core.outlook.estimate import (
    Factors,
    RangeMethod,
    bootstrap_spread,
    estimate_factors,
    find_conformal_spread,
    list_past_forecasts,
)
from core.outlook.open_year import OpenYear, list_year_ends, measure_open_year
from core.outlook.past_windows import PastWindows, sum_past_windows
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, Scope
from core.sources.members import select_members
from core.terms import Metric

METRICS: tuple[Metric, ...] = get_args(Metric)
# The width below which whole per cents would hide a range.
_NARROW = Fraction(4, 100)


@dataclass(frozen=True, slots=True)
class KnownEnds:
    """Ends or renewals that are known for one base: the number of accounts, and their MRR in minor units."""

    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class RiskyRenewals:
    """The renewals with a sign of leaving of one base.

    Attributes:
        accounts: their number.
        mrr: their MRR, minor units.
        expected_loss: the MRR to expect to be lost of it, at the measured rate of each sign; None where no sign is
            tested.

    """

    accounts: int
    mrr: int
    expected_loss: int | None


@dataclass(frozen=True, slots=True)
class EstimateParts:
    """The parts of a point, ratios that add up to it.

    Attributes:
        so_far: the ratio at the last close.
        known_ends: the change by the subscriptions that end.
        renewals_at_risk: the change by the renewals with a sign.
        rates: the change of the rest.
        recent: the factor of the rest by the rates of the last twelve months; None where the history is too short.
        last_year: by the same months of last year.
        past_bases: by past bases with as many months to go.

    """

    so_far: Fraction
    known_ends: Fraction
    renewals_at_risk: Fraction
    rates: Fraction
    recent: Fraction | None
    last_year: Fraction | None
    past_bases: Fraction | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio that is expected at a future close.

    Attributes:
        point: the ratio.
        low: the lower end of its 80% range; None without a `method`.
        high: the upper end.
        method: where the range comes from: the errors of past forecasts, or draws of accounts, which is rough.
        past_forecasts: number of past closes at which the same method made a forecast whose outcome is known.
        mean_error: their mean absolute error, as a ratio; None without any.
        parts: how the point comes about.

    """

    point: Fraction
    low: Fraction | None
    high: Fraction | None
    method: RangeMethod | None
    past_forecasts: int
    mean_error: Fraction | None
    parts: EstimateParts

    @property
    def shown_range(self) -> tuple[Fraction, Fraction] | None:
        """The range in whole per cents, in tenths where it is narrower than 4 points; None without one."""
        if self.low is None or self.high is None:
            return None
        steps = 1000 if self.high - self.low < _NARROW else 100
        low, high = (Fraction(round_fraction(edge * steps), steps) for edge in (self.low, self.high))
        return low, high


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Twelve months that end with a future close.

    Attributes:
        end: the close.
        months: months from the last close to it.
        base: number of accounts that paid at the start.
        starting: their MRR at the start, minor units.
        ending: their MRR at the last close, at the rates of the start.
        nrr: the estimate of NRR; None where it is `withheld`.
        grr: the estimate of GRR; None where it is `withheld`.
        withheld: why there are no estimates.
        ends: subscriptions that end by then, without a line that follows; 0 where the layout has no ends, or where
            ends are those of terms.
        at_risk: of the others, those that renew by then and show a signal of leaving, as in `risks`.
        renewals: all that renew by then.

    """

    end: Month
    months: int
    base: int
    starting: int
    ending: int
    nrr: Estimate | None
    grr: Estimate | None
    withheld: Sentence | None
    ends: KnownEnds
    at_risk: RiskyRenewals
    renewals: KnownEnds

    def estimate(self, metric: Metric) -> Estimate | None:
        """Return the estimate of one ratio; None where it is withheld."""
        return self.nrr if metric == "nrr" else self.grr


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outlook of a cut.

    Attributes:
        question: the cut; the period is the twelve months to the last close.
        ttm: their bridge; None with a `reason`, as are all the rows.
        rows: the ends of the fiscal quarter and fiscal year under way.
        rates: the measured loss rates of the signs of leaving; None where no sign is tested.
        reason: why there are no rows.
        ledger: the ledger of the figures.
        origin: the snapshot.
        ends_are_terms: whether most accounts have an end ahead, so that an end is a renewal and no loss.

    """

    question: Question
    ttm: Bridge | None
    rows: tuple[ForecastPoint, ...]
    rates: LossRates | None
    reason: Sentence | None
    ledger: Ledger
    origin: Origin
    ends_are_terms: bool


def forecast(question: Question, scope: Scope) -> Forecast:
    """Return the outlook of the cut of a question, from the last close.

    Args:
        question: its filters; its period may only be the default.
        scope: the snapshot.

    Raises:
        QuestionError: the question names a period, or a method other than the cohort's.

    """
    segments, ledger = scope.segments, scope.ledger
    year = Window.ending(ledger.last, YEAR)
    periods = choose_default_period(ledger, scope.calendar), Period("ttm", year)
    if question.period.label not in {period.label for period in periods} or question.method != "cohort":
        raise QuestionError(
            N_("An outlook goes from the last close, {month}, to the ends of the quarter and of the year."),
            N_("Leave the period and the method out: {example}."),
            month=ledger.last,
            example="/nrr outlook enterprise",
        )
    question = replace(question, period=Period("ttm", year))
    # A sheet may end well before today: the quarter that is over has no outlook.
    ends = list_year_ends(scope.calendar, max(ledger.last, find_last_closed_month(scope.today)))
    reason = explain_missing_ratio(ledger) or explain_missing_year(ledger, year.end)
    open_years = [] if reason else [measure_open_year(segments, question.filters, end) for end in ends]
    measured = [open_year for open_year in open_years if open_year is not None]
    if not measured:
        # The sheet lacks the closes twelve months before.
        reason = reason or explain_missing_close(ledger, Window.ending(ends[0], YEAR))
        return Forecast(question, None, (), None, reason, ledger, scope.origin, ends_are_terms=False)
    ttm = measure(ledger, year, select_members(segments, question.filters, year))
    spacing = measure_spacing(ledger.closes)
    months = [ledger.last.until(open_year.window.end) for open_year in measured]
    lengths = {spacing, YEAR, *months, *(YEAR - to_go for to_go in months)}
    past = sum_past_windows(segments, question.filters, lengths)
    rows = tuple(_build_point(open_year, past, question, scope) for open_year in measured)
    ends_are_terms, rates = scope.signs.renewals.ends_are_terms, scope.sign_tests.loss_rates
    return Forecast(question, ttm, rows, rates, None, ledger, scope.origin, ends_are_terms=ends_are_terms)


def _find_renewing(signs: AccountSigns, end: Month) -> Mask:
    """Return (accounts,) True where an account renews after the last close and not after the close of `end`."""
    days = signs.renewals.days
    return np.asarray((days > signs.ledger.last.last_day.toordinal()) & (days <= end.last_day.toordinal()))


def _build_point(open_year: OpenYear, past: PastWindows, question: Question, scope: Scope) -> ForecastPoint:
    """Return one future close; its estimates are withheld where the base is too small or has no history."""
    # All (n,) over the base: MRR now, and MRR when known ends have come.
    ledger, signs, end, now = scope.ledger, scope.signs, open_year.window.end, open_year.now
    remaining = now
    if not signs.renewals.ends_are_terms:
        expected = np.maximum(ledger.project_mrr(end), 0)[open_year.index]
        projected = ledger.currencies.convert(expected, open_year.window.start, open_year.index)
        # MRR now may be a mean: only a scheduled loss lowers it.
        falls = expected < ledger.read_own_mrr(ledger.last)[open_year.index]
        remaining = np.where(falls, np.minimum(now, projected), now)
    due = _find_renewing(signs, end)[open_year.index] & (now > 0)
    at_risk = due & signs.at_risk[open_year.index] & (remaining > 0)
    rates = scope.sign_tests.loss_rates if at_risk.any() else None
    # [(rate, (n,) True where an account at risk loses at it)]
    groups = [(rate, group[open_year.index] & at_risk) for rate, group in rates.group_accounts(signs)] if rates else []
    months = ledger.last.until(end)
    factors = {metric: estimate_factors(past, metric, months, measure_spacing(ledger.closes)) for metric in METRICS}
    withheld = _explain_withheld(open_year, factors["nrr"], scope)
    estimates: dict[Metric, Estimate] = {}
    if withheld is None:
        forecasts = list_past_forecasts(past, factors["nrr"].median, factors["grr"].median, months)
        window = Window.ending(ledger.last, months)
        base = None
        if ledger.covers(window):
            base = select_base(ledger, window, select_members(scope.segments, question.filters, window))
        for metric in METRICS:
            parts = _split_point(metric, open_year, remaining, groups, factors[metric])
            estimates[metric] = _build_estimate(parts, forecasts.errors(metric), base, metric, estimates.get("nrr"))
    return ForecastPoint(
        end, months, open_year.base, open_year.starting, open_year.ending,
        estimates.get("nrr"), estimates.get("grr"), withheld,
        ends=_count_known(now - remaining),
        at_risk=_count_at_risk(np.where(at_risk, remaining, 0), groups),
        renewals=_count_known(np.where(due, now, 0)),
    )  # fmt: skip


def _explain_withheld(open_year: OpenYear, factors: Factors, scope: Scope) -> Sentence | None:
    if open_year.base < scope.playbook.withhold.accounts_below:
        return Sentence(N_("its base has too few accounts ({count})"), {"count": open_year.base})
    if np.isnan(factors.median[-1]):
        return Sentence(N_("no account in it paid in the twelve months before"))
    return None


def _split_point(
    metric: Metric,
    open_year: OpenYear,
    remaining: Panel,
    groups: Sequence[tuple[Fraction, Mask]],
    factors: Factors,
) -> EstimateParts:
    """Return the parts of a point, exact.

    With S the MRR of the base at its start, f the factor, l the measured loss rate of an account's signs:

        point = (sum rest x f + sum at risk x (1 - l)) / S

    over the MRR that remains when known ends have come; for GRR, over the lower of that and the MRR at the start.
    Where no sign is tested, or one loses no more than the rest is expected to, its accounts change by f.

    Args:
        metric: the ratio.
        open_year: the base.
        remaining: (n,) MRR after the known ends.
        groups: the loss rates of the renewals with a sign, and (n,) True where an account loses at each.
        factors: of the ratio at every close.

    """
    now = open_year.now if metric == "nrr" else np.minimum(open_year.start, open_year.now)
    amounts = remaining if metric == "nrr" else np.minimum(open_year.start, remaining)
    factor = Fraction(float(factors.median[-1]))
    total, risky, lost = int(amounts.sum()), 0, Fraction(0)
    for rate, group in groups:
        if rate > 1 - factor:
            mrr = int(amounts[group].sum())
            risky += mrr
            lost += mrr * rate
    return EstimateParts(
        so_far=Fraction(int(now.sum()), open_year.starting),
        known_ends=Fraction(total - int(now.sum()), open_year.starting),
        renewals_at_risk=-lost / open_year.starting,
        rates=Fraction(total - risky, open_year.starting) * (factor - 1),
        recent=_read_last(factors.recent),
        last_year=_read_last(factors.last_year),
        past_bases=_read_last(factors.past_bases),
    )


def _read_last(values: NDArray[np.float64]) -> Fraction | None:
    return None if np.isnan(values[-1]) else Fraction(float(values[-1]))


def _build_estimate(
    parts: EstimateParts, errors: NDArray[np.float64], base: Base | None, metric: Metric, nrr: Estimate | None
) -> Estimate:
    """Return the estimate of a ratio; GRR, which comes with that of NRR, is within [0, min(1, NRR)]."""
    before_rates = parts.so_far + parts.known_ends
    point = _clip(before_rates + parts.renewals_at_risk + parts.rates, nrr.point if nrr else None)
    parts = replace(parts, rates=point - before_rates - parts.renewals_at_risk)
    mean_error = Fraction(float(errors.mean())) if errors.size else None
    method: RangeMethod = "conformal"
    spread = find_conformal_spread(errors)
    if spread is None:
        method = "bootstrap"
        drawn = bootstrap_spread(base, metric) if base else None
        if drawn is None:
            return Estimate(point, None, None, None, errors.size, mean_error, parts)
        spread = drawn * float(before_rates)
    low = _clip(point - Fraction(spread), nrr.low if nrr else None)
    high = _clip(point + Fraction(spread), nrr.high if nrr else None)
    return Estimate(point, low, high, method, errors.size, mean_error, parts)


def _clip(value: Fraction, highest: Fraction | None) -> Fraction:
    """Return a ratio of at least 0; where there is an NRR, at most 1 and at most that."""
    return max(Fraction(0), value if highest is None else min(value, Fraction(1), highest))


def _count_known(amounts: Panel) -> KnownEnds:
    return KnownEnds(int(np.count_nonzero(amounts)), int(amounts.sum()))


def _count_at_risk(amounts: Panel, groups: Sequence[tuple[Fraction, Mask]]) -> RiskyRenewals:
    lost = sum((int(amounts[group].sum()) * rate for rate, group in groups), Fraction(0))
    known = _count_known(amounts)
    return RiskyRenewals(known.accounts, known.mrr, round_fraction(lost) if groups else None)


def build_forecast_json(outlook: Forecast) -> dict[str, Any]:
    """Return the outlook as JSON: ratios and points as strings with one decimal, money in minor units."""

    def build_known_json(known: KnownEnds) -> dict[str, int]:
        return {"accounts": known.accounts, "mrr": known.mrr}

    ttm, rates = outlook.ttm, outlook.rates
    return {
        **build_head_json(outlook.question, outlook.ledger, outlook.origin),
        "kind": "forecast",
        "now": {"nrr": format_percent(ttm.nrr), "grr": format_percent(ttm.grr), "accounts": ttm.base} if ttm else None,
        "rows": [
            {
                "end": str(point.end),
                "months_ahead": point.months,
                "accounts": point.base,
                "starting_mrr": point.starting,
                "mrr_so_far": point.ending,
                "nrr": _build_estimate_json(point.nrr),
                "grr": _build_estimate_json(point.grr),
                "withheld": str(point.withheld) if point.withheld else None,
                "known_ends": build_known_json(point.ends),
                "renewals_at_risk": {
                    "accounts": point.at_risk.accounts,
                    "mrr": point.at_risk.mrr,
                    "expected_loss": point.at_risk.expected_loss,
                },
                "renewals": build_known_json(point.renewals),
            }
            for point in outlook.rows
        ],
        "ends_are_terms": outlook.ends_are_terms if outlook.rows else None,
        "loss_rates": rates
        and {"months": rates.months, **{code: format_percent(rate) for code, rate in rates.by_code.items()}},
        "reason": str(outlook.reason) if outlook.reason else None,
    }


def _build_estimate_json(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    parts = estimate.parts
    low, high = estimate.shown_range or (None, None)
    return {
        "point": format_percent(estimate.point),
        "low": format_percent(low),
        "high": format_percent(high),
        "method": estimate.method,
        "past_forecasts": estimate.past_forecasts,
        "mean_error": format_percent(estimate.mean_error),
        "parts": {
            name: format_percent(getattr(parts, name)) for name in ("so_far", "known_ends", "renewals_at_risk", "rates")
        },
        "factors": {name: format_percent(getattr(parts, name)) for name in ("recent", "last_year", "past_bases")},
    }
