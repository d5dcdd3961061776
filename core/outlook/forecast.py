"""Outlook: where the twelve months would end if the last three went on, and if what is known to end does end.

An extrapolation, never a forecast: it says what would follow, not what will happen. Currencies stay as they are.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.money import ratio
from core.months import Calendar, Month, Period, Window
from core.outlook.account_signals import DEFAULTS, RISKS, RenewalSigns, Thresholds
from core.outlook.open_year import OpenYear, measure_open_year, year_ends
from core.playbook.playbook import Playbook
from core.query.periods import last_quarter
from core.query.question import Question
from core.reports.answer import YEAR, Origin, head_json, percent_json, select_members

MONTHS = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """What the last three months came to, together: their amounts over the MRR that they started with.

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
    """What is known to come, of the accounts of one base: how many, and their MRR in minor units."""

    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Range:
    """A ratio at a future close: `low` with what is known to end, `high` without it."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Twelve months that end with a future close.

    Attributes:
        end: the close.
        months: how many months it is away.
        base: how many accounts paid at their start.
        starting: what they paid, minor units.
        ending: what they pay at the last close, at the rates of the start.
        nrr: the range; None where it is `withheld`.
        grr: likewise.
        withheld: why there is none.
        ends: subscriptions that end by then, without a line that follows; 0 where the layout has no ends.
        at_risk: of the others, those that renew by then and show a sign of leaving.
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
        ttm: their bridge; None without 13 closes, as are all the rows.
        rates: of the last three months; None where nobody paid in them.
        rows: the ends of the fiscal quarter and of the fiscal year under way.
        reason: why there are no rows.
        ledger: where the figures are from.
        origin: the snapshot.

    """

    question: Question
    ttm: Bridge | None
    rates: Rates | None
    rows: tuple[ForecastPoint, ...]
    reason: Sentence | None
    ledger: Ledger
    origin: Origin


def forecast(
    question: Question,
    segments: Segments,
    origin: Origin,
    calendar: Calendar,
    playbook: Playbook,
    today: dt.date,
    thresholds: Thresholds = DEFAULTS,
) -> Forecast:
    """Return the outlook of the cut of a question, from the last close.

    Args:
        question: its filters; its period may only be the default.
        segments: the ledger and its dimensions.
        origin: the snapshot.
        calendar: which months end a quarter and a year.
        playbook: for how few accounts nothing is said.
        today: the day it is.
        thresholds: from where on a fact about an account is a sign of leaving.

    Raises:
        QuestionError: the question names a period, or a method other than the cohort's.

    """
    ledger, year = segments.ledger, Window.ending(segments.ledger.last, YEAR)
    if question.period not in (last_quarter(calendar, ledger.last), Period("ttm", year)) or question.method != "cohort":
        raise QuestionError(
            N_("An outlook goes from the last close, {month}, to the ends of the quarter and of the year."),
            N_("Leave the period and the method out: {example}."),
            month=ledger.last,
            example="/nrr outlook enterprise",
        )
    question = replace(question, period=Period("ttm", year))
    if not ledger.covers(year):
        have = len(ledger.panel)
        reason = Sentence(N_("needs 13 month closes, there are {count}"), {"count": have})
        return Forecast(question, None, None, (), reason, ledger, origin)
    ttm = measure(ledger, year, select_members(segments, question.filters, year))
    rates = recent_rates(question, segments)
    risky = RenewalSigns(ledger, today, thresholds).any(RISKS)
    rows = []
    for end in year_ends(calendar, ledger.last):
        stand = measure_open_year(segments, question.filters, end)
        if stand is not None:
            rows.append(_ahead(ledger, stand, rates, risky, playbook.withhold.accounts_below))
    return Forecast(question, ttm, rates, tuple(rows), None, ledger, origin)


def recent_rates(question: Question, segments: Segments) -> Rates | None:
    """Return the rates of the last three months: each a cohort of its own, added up; None where nobody paid."""
    ledger = segments.ledger
    windows = [Window.ending(ledger.last - back, 1) for back in range(MONTHS)]
    bridges = [measure(ledger, each, select_members(segments, question.filters, each)) for each in windows]
    starting = sum(each.starting for each in bridges)
    expansion = ratio(sum(each.expansion for each in bridges), starting)
    loss = ratio(sum(each.churn + each.contraction for each in bridges), starting)
    if expansion is None or loss is None:
        return None
    return Rates(ledger.last - MONTHS + 1, ledger.last, expansion, loss)


def _ahead(ledger: Ledger, stand: OpenYear, rates: Rates | None, risky: Mask, fewest: int) -> ForecastPoint:
    end, now = stand.window.end, stand.now
    left = np.minimum(
        now, ledger.currencies.convert(np.maximum(ledger.expected(end), 0), stand.window.start)[stand.index]
    )
    renewing = _renewing(ledger, end)[stand.index] & (now > 0)
    at_risk = renewing & risky[stand.index] & (left > 0)
    low: Panel = np.where(at_risk, 0, left)
    withheld = None
    if stand.base < fewest:
        withheld = Sentence(
            N_("with {count} accounts in the base, one more or less would turn it"), {"count": stand.base}
        )
    elif rates is None:
        withheld = Sentence(N_("nobody in it paid in the last three months"))
    nrr = grr = None
    months = ledger.last.until(end)
    if rates is not None and withheld is None:
        nrr, grr = extrapolate(stand, low, rates, months)
    return ForecastPoint(
        end, months, stand.base, stand.starting, stand.ending, nrr, grr, withheld,
        ends=_known(now - left),
        at_risk=_known(np.where(at_risk, left, 0)),
        renewals=_known(np.where(renewing, now, 0)),
    )  # fmt: skip


def extrapolate(stand: OpenYear, low: Panel, rates: Rates, months: int) -> tuple[Range, Range]:
    """Return the ranges of NRR and GRR of a base, exact.

    With S what the base paid at the start, x and l the monthly rates of expansion and loss, k months to go:

        NRR = now x (1 + x - l) ** k / S          GRR = sum min(start, now) x (1 - l) ** k / S

    where `now` is what the accounts pay at the last close for the high end, and `low` for the low one. Losses are
    taken to fall on what is kept as on everything else.

    Args:
        stand: the base, which is not empty.
        low: (n,) what is left of each account's `now` when what is known to end has ended.
        rates: of a month.
        months: how many are to go.

    """
    grows, stays = (1 + rates.expansion - rates.loss) ** months, (1 - rates.loss) ** months
    ends = [int(amounts.sum()) for amounts in (low, stand.now)]
    kept = [int(np.minimum(stand.start, amounts).sum()) for amounts in (low, stand.now)]
    return (
        Range(*(grows * amount / stand.starting for amount in ends)),
        Range(*(stays * amount / stand.starting for amount in kept)),
    )


def _renewing(ledger: Ledger, end: Month) -> Mask:
    """Return (accounts,) True where the renewal date lies after the last close and not after that of `end`."""
    term = ledger.facts.get("renewal_date")
    if term is None:
        return np.zeros(ledger.accounts.count, dtype=np.bool_)
    return np.asarray((term > ledger.last.last_day.toordinal()) & (term <= end.last_day.toordinal()))


def _known(amounts: Panel) -> KnownEnds:
    return KnownEnds(int(np.count_nonzero(amounts)), int(amounts.sum()))


def as_json(found: Forecast) -> dict[str, Any]:
    """Return the outlook as JSON: ratios as strings with one decimal, money in minor units."""

    def span(each: Range | None) -> dict[str, Any] | None:
        return {"low": percent_json(each.low), "high": percent_json(each.high)} if each else None

    def known(each: KnownEnds) -> dict[str, int]:
        return {"accounts": each.accounts, "mrr": each.mrr}

    rates = found.rates
    return {
        **head_json(found.question, found.ledger, found.origin),
        "kind": "extrapolation",
        "now": {"nrr": percent_json(found.ttm.nrr), "grr": percent_json(found.ttm.grr), "accounts": found.ttm.base}
        if found.ttm
        else None,
        "monthly_rates": rates
        and {
            "first": str(rates.first),
            "last": str(rates.last),
            "expansion": percent_json(rates.expansion),
            "loss": percent_json(rates.loss),
        },
        "rows": [
            {
                "end": str(each.end),
                "months_ahead": each.months,
                "accounts": each.base,
                "starting_mrr": each.starting,
                "mrr_so_far": each.ending,
                "nrr": span(each.nrr),
                "grr": span(each.grr),
                "withheld": str(each.withheld) if each.withheld else None,
                "known_ends": known(each.ends),
                "renewals_at_risk": known(each.at_risk),
                "renewals": known(each.renewals),
            }
            for each in found.rows
        ],
        "reason": str(found.reason) if found.reason else None,
    }
