"""The outlook: the twelve-month ratios at a future close if the last three months continue and known ends come.

It is an extrapolation of known rates, at constant currency; it does not predict new behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask, Panel
from core.ledger.history import (
    choose_default_period,
    explain_missing_close,
    explain_missing_ratio,
    explain_missing_year,
)
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.money import compute_ratio
from core.months import Month, Period, Window
from core.outlook.open_year import OpenYear, list_year_ends, measure_open_year
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, Scope, select_members

MONTHS = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """The monthly rates of the last three months together: their amounts over their starting MRR.

    Attributes:
        first: the first of the three months.
        last: the last of them.
        expansion: per month.
        loss: churn and contraction, per month.

    """

    first: Month
    last: Month
    expansion: Fraction
    loss: Fraction


@dataclass(frozen=True, slots=True)
class KnownEnds:
    """Ends or renewals that are known for one base: the number of accounts, and their MRR in minor units."""

    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Range:
    """A ratio at a future close: `low` with the known ends, `high` without them."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Twelve months that end with a future close.

    Attributes:
        end: the close.
        months: months from the last close to it.
        base: number of accounts that paid at the start.
        starting: their MRR at the start, minor units.
        ending: their MRR at the last close, at the rates of the start.
        nrr: the range of NRR; None where it is `withheld`.
        grr: the range of GRR; None where it is `withheld`.
        withheld: why there are no ranges.
        ends: subscriptions that end by then, without a line that follows; 0 where the layout has no ends.
        at_risk: of the others, those that renew by then and show a signal of leaving.
        renewals: all that renew by then.

    """

    end: Month
    months: int
    base: int
    starting: int
    ending: int
    nrr: Range | None
    grr: Range | None
    withheld: Sentence | None
    ends: KnownEnds
    at_risk: KnownEnds
    renewals: KnownEnds


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outlook of a cut.

    Attributes:
        question: the cut; the period is the twelve months to the last close.
        ttm: their bridge; None with a `reason`, as are all the rows.
        rates: of the last three months; None where no account paid in them.
        rows: the ends of the current fiscal quarter and fiscal year.
        reason: why there are no rows.
        ledger: the ledger of the figures.
        origin: the snapshot.

    """

    question: Question
    ttm: Bridge | None
    rates: Rates | None
    rows: tuple[ForecastPoint, ...]
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
    reason = _explain_missing_forecast(ledger, year)
    if reason:
        return Forecast(question, None, None, (), reason, ledger, scope.origin)
    ttm = measure(ledger, year, select_members(segments, question.filters, year))
    rates = recent_rates(question, segments)
    at_risk = scope.signs.at_risk
    points = []
    for end in list_year_ends(scope.calendar, ledger.last):
        open_year = measure_open_year(segments, question.filters, end)
        if open_year is not None:
            points.append(_build_point(ledger, open_year, rates, at_risk, scope.playbook.withhold.accounts_below))
    if not points:
        # The sheet lacks the closes twelve months before.
        reason = explain_missing_close(ledger, Window.ending(list_year_ends(scope.calendar, ledger.last)[0], YEAR))
    return Forecast(question, ttm, rates, tuple(points), reason, ledger, scope.origin)


def _explain_missing_forecast(ledger: Ledger, year: Window) -> Sentence | None:
    """Return why there is no outlook: it needs twelve months, the last months one by one, and ends."""
    months = (Window.ending(ledger.last - back, 1) for back in range(MONTHS))
    return (
        explain_missing_ratio(ledger)
        or explain_missing_year(ledger, year.end)
        or next((reason for month in months if (reason := explain_missing_close(ledger, month))), None)
    )


def recent_rates(question: Question, segments: Segments) -> Rates | None:
    """Return the rates of the last three months, each a separate cohort, added up; None where no account paid."""
    ledger = segments.ledger
    windows = [Window.ending(ledger.last - back, 1) for back in range(MONTHS)]
    bridges = [measure(ledger, window, select_members(segments, question.filters, window)) for window in windows]
    starting = sum(bridge.starting for bridge in bridges)
    expansion = compute_ratio(sum(bridge.expansion for bridge in bridges), starting)
    loss = compute_ratio(sum(bridge.churn + bridge.contraction for bridge in bridges), starting)
    if expansion is None or loss is None:
        return None
    return Rates(ledger.last - MONTHS + 1, ledger.last, expansion, loss)


def _build_point(ledger: Ledger, open_year: OpenYear, rates: Rates | None, risky: Mask, fewest: int) -> ForecastPoint:
    """Return one future close; its ranges are withheld where the base has fewer accounts than `fewest`."""
    # All (n,) over the base: MRR now, MRR left once known ends have come, and what is lost if risky renewals fail.
    end, now = open_year.window.end, open_year.now
    remaining = np.minimum(
        now, ledger.currencies.convert(np.maximum(ledger.project_mrr(end), 0), open_year.window.start)[open_year.index]
    )
    renewing = _find_renewing(ledger, end)[open_year.index] & (now > 0)
    at_risk = renewing & risky[open_year.index] & (remaining > 0)
    low: Panel = np.where(at_risk, 0, remaining)
    withheld = None
    if open_year.base < fewest:
        withheld = Sentence(
            N_("with {count} accounts in the base, one more or less would turn it"), {"count": open_year.base}
        )
    elif rates is None:
        withheld = Sentence(N_("nobody in it paid in the last three months"))
    nrr = grr = None
    months = ledger.last.until(end)
    if rates is not None and withheld is None:
        nrr, grr = extrapolate(open_year, low, rates, months)
    return ForecastPoint(
        end, months, open_year.base, open_year.starting, open_year.ending, nrr, grr, withheld,
        ends=_count_known(now - remaining),
        at_risk=_count_known(np.where(at_risk, remaining, 0)),
        renewals=_count_known(np.where(renewing, now, 0)),
    )  # fmt: skip


def extrapolate(open_year: OpenYear, low: Panel, rates: Rates, months: int) -> tuple[Range, Range]:
    """Return the ranges of NRR and GRR of a base, exact.

    With S the MRR of the base at the start, x and l the monthly rates of expansion and loss, k months to go:

        NRR = now x (1 + x - l) ** k / S          GRR = sum min(start, now) x (1 - l) ** k / S

    where `now` is the MRR at the last close for the high end, and `low` for the low one. Losses are assumed to fall on
    the kept MRR at the same rate as on all MRR.

    Args:
        open_year: the base, which is not empty.
        low: (n,) MRR of each account after the known ends.
        rates: of a month.
        months: months to go.

    """
    grows, stays = (1 + rates.expansion - rates.loss) ** months, (1 - rates.loss) ** months
    ends = [int(amounts.sum()) for amounts in (low, open_year.now)]
    retained = [int(np.minimum(open_year.start, amounts).sum()) for amounts in (low, open_year.now)]
    return (
        Range(*(grows * amount / open_year.starting for amount in ends)),
        Range(*(stays * amount / open_year.starting for amount in retained)),
    )


def _find_renewing(ledger: Ledger, end: Month) -> Mask:
    """Return (accounts,) True where the renewal date is after the last close and not after the close of `end`."""
    term = ledger.facts.get("renewal_date")
    if term is None:
        return np.zeros(ledger.accounts.count, dtype=np.bool_)
    return np.asarray((term > ledger.last.last_day.toordinal()) & (term <= end.last_day.toordinal()))


def _count_known(amounts: Panel) -> KnownEnds:
    return KnownEnds(int(np.count_nonzero(amounts)), int(amounts.sum()))


def build_forecast_json(outlook: Forecast) -> dict[str, Any]:
    """Return the outlook as JSON: ratios as strings with one decimal, money in minor units."""

    def build_range_json(span: Range | None) -> dict[str, Any] | None:
        return {"low": format_percent(span.low), "high": format_percent(span.high)} if span else None

    def build_known_json(known: KnownEnds) -> dict[str, int]:
        return {"accounts": known.accounts, "mrr": known.mrr}

    rates, ttm = outlook.rates, outlook.ttm
    return {
        **build_head_json(outlook.question, outlook.ledger, outlook.origin),
        "kind": "extrapolation",
        "now": {"nrr": format_percent(ttm.nrr), "grr": format_percent(ttm.grr), "accounts": ttm.base} if ttm else None,
        "monthly_rates": rates
        and {
            "first": str(rates.first),
            "last": str(rates.last),
            "expansion": format_percent(rates.expansion),
            "loss": format_percent(rates.loss),
        },
        "rows": [
            {
                "end": str(point.end),
                "months_ahead": point.months,
                "accounts": point.base,
                "starting_mrr": point.starting,
                "mrr_so_far": point.ending,
                "nrr": build_range_json(point.nrr),
                "grr": build_range_json(point.grr),
                "withheld": str(point.withheld) if point.withheld else None,
                "known_ends": build_known_json(point.ends),
                "renewals_at_risk": build_known_json(point.at_risk),
                "renewals": build_known_json(point.renewals),
            }
            for point in outlook.rows
        ],
        "reason": str(outlook.reason) if outlook.reason else None,
    }
