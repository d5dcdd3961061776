"""The outlook: NRR and GRR of the twelve months that end with a future close, at constant currency.

What the sheet knows of the months to go comes first: subscriptions that end are taken out, and renewals with a sign of
leaving lose what past terms lost. The other MRR changes as `core.outlook.estimate` says, which also gives the range.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

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
from core.outlook.past_terms import TermLoss, measure_term_loss
from core.outlook.past_windows import PastWindows, sum_past_windows
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, Scope, select_members
from core.terms import Metric

METRICS: tuple[Metric, ...] = get_args(Metric)
# The share of the paying accounts with an end ahead from which ends are those of terms, not of customers.
_ENDS_OF_TERMS = Fraction(1, 2)
# The width below which whole per cents would hide a range.
_NARROW = Fraction(4, 100)


@dataclass(frozen=True, slots=True)
class KnownEnds:
    """Ends or renewals that are known for one base: the number of accounts, and their MRR in minor units."""

    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True, eq=False)
class KnownChanges:
    """The changes of the months to come that the sheet has already, and what is needed to expect others.

    Attributes:
        risky: (accounts,) True where an account shows a signal of leaving.
        ends_are_terms: whether most accounts have an end ahead, so that an end is a renewal and no loss.
        term_loss: what past terms lost, which renewals with a sign are expected to lose; None without enough terms, or
            without such renewals.

    """

    risky: Mask
    ends_are_terms: bool
    term_loss: TermLoss | None


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
        at_risk: of the others, those that renew by then and show a signal of leaving.
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
    at_risk: KnownEnds
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
        known: what the sheet knows of the months to come; None without rows.
        reason: why there are no rows.
        ledger: the ledger of the figures.
        origin: the snapshot.

    """

    question: Question
    ttm: Bridge | None
    rows: tuple[ForecastPoint, ...]
    known: KnownChanges | None
    reason: Sentence | None
    ledger: Ledger
    origin: Origin


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
    if question.period not in periods or question.method != "cohort":
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
        return Forecast(question, None, (), None, reason, ledger, scope.origin)
    ttm = measure(ledger, year, select_members(segments, question.filters, year))
    known = _find_known_changes(scope, ends[-1])
    spacing = measure_spacing(ledger.closes)
    months = [ledger.last.until(open_year.window.end) for open_year in measured]
    lengths = {spacing, YEAR, *months, *(YEAR - to_go for to_go in months)}
    past = sum_past_windows(segments, question.filters, lengths)
    rows = tuple(_build_point(open_year, past, known, question, scope) for open_year in measured)
    return Forecast(question, ttm, rows, known, None, ledger, scope.origin)


def _find_known_changes(scope: Scope, end: Month) -> KnownChanges:
    """Return what the sheet knows of the months up to the close of `end`."""
    ledger = scope.ledger
    risky = scope.signs.at_risk
    now = ledger.read_own_mrr(ledger.last)
    changes = ledger.scheduled_changes
    ends_are_terms = False
    if changes is not None and changes.months.size:
        after_all = ledger.project_mrr(Month(int(changes.months.max())))
        ending = int(np.count_nonzero((now > after_all) & ledger.accounts.counted))
        ends_are_terms = ending > _ENDS_OF_TERMS * int(np.count_nonzero((now > 0) & ledger.accounts.counted))
    due = _find_renewing(ledger, end, ends_are_terms=ends_are_terms) & risky
    return KnownChanges(risky, ends_are_terms, measure_term_loss(ledger) if due.any() else None)


def _find_renewing(ledger: Ledger, end: Month, *, ends_are_terms: bool) -> Mask:
    """Return (accounts,) True where a term ends after the last close and not after the close of `end`."""
    renewing = np.zeros(ledger.accounts.count, dtype=np.bool_)
    dates = ledger.facts.get("renewal_date")
    if dates is not None:
        renewing |= (dates > ledger.last.last_day.toordinal()) & (dates <= end.last_day.toordinal())
    if ends_are_terms:
        renewing |= ledger.project_mrr(end) < ledger.read_own_mrr(ledger.last)
    return renewing


def _build_point(
    open_year: OpenYear, past: PastWindows, known: KnownChanges, question: Question, scope: Scope
) -> ForecastPoint:
    """Return one future close; its estimates are withheld where the base is too small or has no history."""
    # All (n,) over the base: MRR now, and MRR when known ends have come.
    ledger, end, now = scope.ledger, open_year.window.end, open_year.now
    remaining = now
    if not known.ends_are_terms:
        expected = np.maximum(ledger.project_mrr(end), 0)[open_year.index]
        projected = ledger.currencies.convert(expected, open_year.window.start, open_year.index)
        # MRR now may be a mean: only a scheduled loss lowers it.
        falls = expected < ledger.read_own_mrr(ledger.last)[open_year.index]
        remaining = np.where(falls, np.minimum(now, projected), now)
    due = _find_renewing(ledger, end, ends_are_terms=known.ends_are_terms)[open_year.index] & (now > 0)
    at_risk = due & known.risky[open_year.index] & (remaining > 0)
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
            parts = _split_point(metric, open_year, remaining, at_risk, factors[metric], known.term_loss)
            estimates[metric] = _build_estimate(parts, forecasts.errors(metric), base, metric, estimates.get("nrr"))
    return ForecastPoint(
        end, months, open_year.base, open_year.starting, open_year.ending,
        estimates.get("nrr"), estimates.get("grr"), withheld,
        ends=_count_known(now - remaining),
        at_risk=_count_known(np.where(at_risk, remaining, 0)),
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
    at_risk: Mask,
    factors: Factors,
    term_loss: TermLoss | None,
) -> EstimateParts:
    """Return the parts of a point, exact.

    With S the MRR of the base at its start, f the factor, l the loss of past terms:

        point = (sum rest x f + sum at risk x (1 - l)) / S

    over the MRR that remains when known ends have come; for GRR, over the lower of that and the MRR at the start.
    Where past terms are too few, or lost no more than the rest is expected to, all of it changes by f.

    Args:
        metric: the ratio.
        open_year: the base.
        remaining: (n,) MRR after the known ends.
        at_risk: (n,) True where a renewal has a sign.
        factors: of the ratio at every close.
        term_loss: None where past terms are too few.

    """
    now = open_year.now if metric == "nrr" else np.minimum(open_year.start, open_year.now)
    amounts = remaining if metric == "nrr" else np.minimum(open_year.start, remaining)
    factor = Fraction(float(factors.median[-1]))
    loss = term_loss.rate if term_loss and 1 - factor < term_loss.rate else Fraction(0)
    total, risky = int(amounts.sum()), int(amounts[at_risk].sum()) if loss else 0
    return EstimateParts(
        so_far=Fraction(int(now.sum()), open_year.starting),
        known_ends=Fraction(total - int(now.sum()), open_year.starting),
        renewals_at_risk=-Fraction(risky, open_year.starting) * loss,
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


def build_forecast_json(outlook: Forecast) -> dict[str, Any]:
    """Return the outlook as JSON: ratios and points as strings with one decimal, money in minor units."""

    def build_known_json(known: KnownEnds) -> dict[str, int]:
        return {"accounts": known.accounts, "mrr": known.mrr}

    ttm, known = outlook.ttm, outlook.known
    term_loss = known and known.term_loss
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
                "renewals_at_risk": build_known_json(point.at_risk),
                "renewals": build_known_json(point.renewals),
            }
            for point in outlook.rows
        ],
        "ends_are_terms": known.ends_are_terms if known else None,
        "past_terms": {"count": term_loss.terms, "lost": format_percent(term_loss.rate)} if term_loss else None,
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
