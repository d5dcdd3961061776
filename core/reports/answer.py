"""Question + ledger -> Answer: every figure a reader can ask for, as a value. No text, no Slack, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from core.advice.assessment import Assessment, Gap, SecondOpinion, Verdict, assess
from core.advice.suggestions import Suggestion, suggest
from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import (
    Concentration,
    Contribution,
    LargestAccount,
    StandardErrors,
    estimate_standard_errors,
    largest_contributions,
    measure_concentration,
)
from core.metrics.movements import compounded_ratios, movements_ratios
from core.metrics.retention import Bridge, measure
from core.money import Currency, percent
from core.months import Month, Period, Window
from core.playbook.playbook import Choice, Opinion, Playbook, Published, Targets
from core.query.question import Filter, Question
from core.query.vocabulary import named as call
from core.terms import Component, Method, Metric

YEAR = 12
DRIVERS = 3
TargetSource = Literal["segment", "company", "config"]
COMPONENTS: tuple[Component, ...] = ("expansion", "contraction", "churn")


@dataclass(frozen=True, slots=True)
class Origin:
    """The snapshot that an answer stands on.

    Attributes:
        id: its number in the store.
        synced_at: when the workbook was read, UTC.
        version: the workbook's version then.
        problems: how many problems of each code the sheet had.

    """

    id: int
    synced_at: dt.datetime
    version: str
    problems: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one window.

    Attributes:
        bridge: the cohort bridge, whatever the method.
        complete: False when the period goes on after the window's end.
        nrr: by the method that was asked for; None with a `reason`.
        grr: likewise.
        reason: why there is no ratio.
        drivers: component -> the accounts that make up most of it, largest first.
        concentration: the accounts that weigh most; None when history does not reach back to the window.
        errors: the standard errors of the ratios; None unless the base is small.

    """

    bridge: Bridge
    complete: bool
    nrr: Fraction | None
    grr: Fraction | None
    reason: Sentence | None
    drivers: Mapping[Component, tuple[Contribution, ...]]
    concentration: Concentration | None
    errors: StandardErrors | None


@dataclass(frozen=True, slots=True)
class Excluded:
    """What is left out because the sheet could not be read there.

    Attributes:
        accounts: how many quarantined accounts the question would cover.
        mrr: what could be read of their MRR at the window's start, minor units: the least that is left out.
        unpriced: how many of them have amounts that no rate turns into the reporting currency; `mrr` has none of it.

    """

    accounts: int
    mrr: int
    unpriced: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that can be said to one question.

    Attributes:
        question: what was asked.
        currency: of every amount.
        data_through: the last month whose figures are in.
        origin: the snapshot.
        asked: the figures of the asked window.
        ttm: those of the twelve months that end with it; None when history is too short, with `ttm_reason`.
        ttm_reason: why there are none.
        excluded: what is left out of the asked window.
        current_only: the headings of those dimensions whose present value had to serve for the past.
        reading: what the twelve months say.
        advice: what is worth trying, best first.

    """

    question: Question
    currency: Currency
    data_through: Month
    origin: Origin
    asked: Figures
    ttm: Figures | None
    ttm_reason: Sentence | None
    excluded: Excluded
    current_only: tuple[str, ...]
    reading: Assessment
    advice: tuple[Suggestion, ...]


def select_members(segments: Segments, filters: Sequence[Filter], window: Window) -> Mask:
    """Return (accounts,) True where an account meets a filter of each of their dimensions at the window's start.

    Raises:
        QuestionError: a filter names a dimension or value that does not exist.

    """
    mask = np.ones(segments.ledger.accounts.count, dtype=np.bool_)
    for dimension in dict.fromkeys(wanted.dimension for wanted in filters):
        values = [wanted.value for wanted in filters if wanted.dimension == dimension]
        mask &= np.logical_or.reduce([segments.members(dimension, value, window) for value in values])
    return mask


def require_history(ledger: Ledger, period: Period) -> None:
    """Make sure that the history reaches back to the start of a period.

    Raises:
        QuestionError: it does not.

    """
    if not ledger.covers(period.window):
        raise QuestionError(
            N_("{period} needs the close of {month}, and the history begins with {first}."),
            N_("Ask for a later period."),
            period=period,
            month=period.window.start,
            first=ledger.first,
        )


def require_cohort_method(question: Question) -> None:
    """Make sure that no other method is asked for where there is none.

    Raises:
        QuestionError: one is.

    """
    if question.method != "cohort":
        raise QuestionError(
            N_('This is by the cohort method only, and you asked for "{method}".'),
            N_("Leave that word out; `methods` shows the three side by side."),
            method=question.method,
        )


def answer_question(
    question: Question,
    segments: Segments,
    origin: Origin,
    playbook: Playbook,
    targets: Targets,
    today: dt.date,
) -> Answer:
    """Return everything that can be said to a question.

    Args:
        question: what was asked.
        segments: the ledger and its dimensions.
        origin: the snapshot that the ledger comes from.
        playbook: benchmarks and levers.
        targets: the yearly targets, where the sheet gives none.
        today: for what is counted from today, such as renewals.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    ledger, window = segments.ledger, question.period.window
    asked = measure_figures(segments, question, window, complete=question.period.complete)
    year = Window.ending(window.end, YEAR)
    have = ledger.closes_until(window.end)
    single = question.filters[0] if len(question.filters) == 1 else None
    ttm = measure_figures(segments, question, year, complete=True) if have > YEAR else None
    reading = assess(
        ttm.bridge if ttm else None,
        playbook,
        acv_limits=segments.acv_limits,
        dimension=single.dimension if single else None,
        value=single.value if single else None,
        targets=targets_of_cut(ledger, question.filters, targets),
        left_out=most_excluded_mrr(segments, question.filters, year) if ttm else 0,
        company=int(ledger.mrr(year.start, year.start)[ledger.accounts.counted].sum()) if ttm else None,
        unit=ledger.currency.unit,
    )
    advice = (
        suggest(segments, year, select_members(segments, question.filters, year), reading, playbook, today)
        if ttm
        else ()
    )
    return Answer(
        question=question,
        currency=ledger.currency,
        data_through=ledger.last,
        origin=origin,
        asked=asked,
        ttm=ttm,
        ttm_reason=None if ttm else Sentence(N_("needs 13 month closes, there are {count}"), {"count": have}),
        excluded=excluded_accounts(segments, question.filters, window),
        current_only=tuple(
            segments.heading(dimension)
            for dimension in dict.fromkeys(wanted.dimension for wanted in question.filters)
            if segments.is_current_only(dimension)
        ),
        reading=reading,
        advice=advice,
    )


def targets_of_cut(ledger: Ledger, filters: Sequence[Filter], defaults: Targets) -> Targets:
    """Return the yearly targets of a cut: of its segment, else of the whole company, by the sheet, else `defaults`."""
    return Targets(
        target_of_cut(ledger, filters, "nrr", defaults)[0], target_of_cut(ledger, filters, "grr", defaults)[0]
    )


def target_of_cut(
    ledger: Ledger, filters: Sequence[Filter], metric: Metric, defaults: Targets
) -> tuple[Fraction, TargetSource]:
    """Return the yearly target of a cut for one ratio, and who set it: the sheet for its segment or for all, or not."""
    named = [wanted.value for wanted in filters if wanted.dimension in {"segment", "size"}]
    if len(named) == 1 and (named[0], metric) in ledger.targets:
        return ledger.targets[named[0], metric], "segment"
    if ("", metric) in ledger.targets:
        return ledger.targets["", metric], "company"
    return (defaults.nrr if metric == "nrr" else defaults.grr), "config"


def measure_figures(segments: Segments, question: Question, window: Window, *, complete: bool) -> Figures:
    """Return the figures of one window for the accounts that the question is about."""
    ledger = segments.ledger
    if not ledger.covers(window):
        reason = Sentence(
            N_("it needs the close of {month}, and the history begins with {first}"),
            {"month": window.start, "first": ledger.first},
        )
        return Figures(Bridge(window), complete, None, None, reason, {}, None, None)
    members = select_members(segments, question.filters, window)
    bridge = measure(ledger, window, members)
    ratios = _ratios(question.method, ledger, bridge, members)
    return Figures(
        bridge,
        complete,
        *ratios,
        _no_base(question, window) if ratios[0] is None else None,
        {name: largest_contributions(ledger, window, members, name, DRIVERS) for name in COMPONENTS},
        measure_concentration(ledger, window, members),
        estimate_standard_errors(ledger, window, members),
    )


def _ratios(method: Method, ledger: Ledger, bridge: Bridge, members: Mask) -> tuple[Fraction | None, Fraction | None]:
    if method == "movements":
        return movements_ratios(ledger, bridge.window, members)
    if method == "compounded":
        return compounded_ratios(ledger, bridge.window, members)
    return bridge.nrr, bridge.grr


def _no_base(question: Question, window: Window) -> Sentence:
    if not question.filters:
        return Sentence(N_("nobody paid at the end of {month}"), {"month": window.start})
    names = call(question.filters, lambda wanted: wanted.value)
    return Sentence(N_("nobody in {segment} paid at the end of {month}"), {"segment": names, "month": window.start})


def excluded_accounts(segments: Segments, filters: Sequence[Filter], window: Window) -> Excluded:
    """Return what is left out of a window: the quarantined accounts that would belong to it."""
    ledger = segments.ledger
    if not ledger.covers(window):
        return Excluded(0, 0, 0)
    left_out = select_members(segments, filters, window) & ledger.accounts.excluded
    return Excluded(
        accounts=int(np.count_nonzero(left_out)),
        mrr=int(ledger.mrr(window.start, window.start)[left_out & ~ledger.accounts.unpriced].sum()),
        unpriced=int(np.count_nonzero(left_out & ledger.accounts.unpriced)),
    )


def most_excluded_mrr(segments: Segments, filters: Sequence[Filter], window: Window) -> int:
    """Return the most that can be left out of a window, as far as anybody knows: each account's highest MRR ever."""
    ledger = segments.ledger
    left_out = select_members(segments, filters, window) & ledger.accounts.excluded & ~ledger.accounts.unpriced
    most = np.zeros(ledger.accounts.count, dtype=np.int64)
    most[left_out] = ledger.panel[:, left_out].max(axis=0)
    return int(ledger.currencies.convert(most, window.start).sum())


def as_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON: money in minor units, ratios as strings with one decimal, or null with the reason."""
    return {
        **_head_json(answer.question, answer.currency, answer.data_through, answer.origin),
        "window": _figures_json(answer.asked),
        "trailing_12_months": _figures_json(answer.ttm) if answer.ttm else None,
        "trailing_12_months_reason": str(answer.ttm_reason) if answer.ttm_reason else None,
        "benchmark": _benchmark_json(answer.reading),
        "reading": _reading_json(answer),
        "advice": [_suggestion_json(suggestion) for suggestion in answer.advice],
        "excluded": {
            "accounts": answer.excluded.accounts,
            "mrr": answer.excluded.mrr,
            "unpriced": answer.excluded.unpriced,
        },
        "current_value_for": list(answer.current_only),
        "problems": dict(answer.origin.problems),
    }


def head_json(question: Question, ledger: Ledger, origin: Origin) -> dict[str, Any]:
    """Return what the JSON of every answer begins with: the question, the currency, the data, the snapshot."""
    return _head_json(question, ledger.currency, ledger.last, origin)


def _head_json(question: Question, currency: Currency, data_through: Month, origin: Origin) -> dict[str, Any]:
    first = next(iter(question.filters), None)
    return {
        "question": {
            "metric": question.metric,
            "dimension": first.dimension if first else None,
            "value": first.value if first else None,
            "filters": [{"dimension": each.dimension, "value": each.value} for each in question.filters],
            "period": question.period.label,
            "method": question.method,
        },
        "currency": currency.code,
        "minor_units": currency.exponent,
        "data_through": str(data_through),
        "snapshot": {
            "id": origin.id,
            "synced_at": f"{origin.synced_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": origin.version,
        },
    }


def window_json(
    bridge: Bridge,
    *,
    nrr: Fraction | None,
    grr: Fraction | None,
    complete: bool = True,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return a bridge as the WINDOW of the interfaces, with the ratios of the method that was asked for."""
    return {
        "start": str(bridge.window.start),
        "end": str(bridge.window.end),
        "complete": complete,
        "starting_mrr": bridge.starting,
        "expansion": bridge.expansion,
        "contraction": bridge.contraction,
        "churn": bridge.churn,
        "ending_mrr": bridge.ending,
        "new_mrr": bridge.new,
        "reactivated_mrr": bridge.reactivated,
        "fx_effect": bridge.fx_effect,
        "accounts": {
            "base": bridge.base,
            "expanded": bridge.expanded,
            "contracted": bridge.contracted,
            "churned": bridge.churned,
            "retained": bridge.retained,
            "new": bridge.new_accounts,
            "reactivated": bridge.reactivated_accounts,
        },
        "nrr": percent_json(nrr),
        "grr": percent_json(grr),
        "logo_retention": percent_json(bridge.logo_retention),
        "nrr_reason": reason if reason or nrr is not None else str(Sentence(N_("the base is empty"))),
    }


def _figures_json(figures: Figures) -> dict[str, Any]:
    reason = str(figures.reason) if figures.reason else None
    weights = figures.concentration
    return {
        **window_json(figures.bridge, nrr=figures.nrr, grr=figures.grr, complete=figures.complete, reason=reason),
        "drivers": {name: [driver_json(each) for each in found] for name, found in figures.drivers.items()},
        "largest_account": _heaviest_json(weights.base if weights else None),
        "largest_change": _heaviest_json(weights.change if weights else None),
        "standard_error": {"nrr": percent_json(figures.errors.nrr), "grr": percent_json(figures.errors.grr)}
        if figures.errors
        else None,
    }


def percent_json(ratio: Fraction | None) -> str | None:
    """Return a ratio as the interfaces have it: per cent with one decimal as a text, or null."""
    return None if ratio is None else str(percent(ratio))


def driver_json(driver: Contribution) -> dict[str, Any]:
    """Return an account behind a figure as JSON."""
    return {
        "account": driver.id,
        "name": driver.name,
        "row": driver.row or None,
        "mrr": driver.amount,
        "share": percent_json(driver.share),
    }


def _heaviest_json(heaviest: LargestAccount | None) -> dict[str, Any] | None:
    if heaviest is None:
        return None
    return {**driver_json(heaviest.account), "nrr_without": percent_json(heaviest.nrr_without)}


def _benchmark_json(reading: Assessment) -> dict[str, Any] | None:
    choice: Choice | None = reading.choice
    if choice is None:
        return None
    return {
        "segment": choice.size,
        "chosen_by": choice.by,
        "window_months": YEAR,
        "nrr": _verdict_json(reading.nrr),
        "grr": _verdict_json(reading.grr),
        "best_in_class": reading.best_in_class,
        "second_opinions": [_opinion_json(opinion) for opinion in reading.opinions],
    }


def _verdict_json(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "low": percent_json(verdict.low),
        "high": percent_json(verdict.high),
        "verdict": verdict.state,
        "points": percent_json(verdict.distance),
        **_published_json(verdict.benchmark),
    }


def _published_json(source: Published) -> dict[str, Any]:
    return {"source": source.source.en, "year": source.year, "sample": source.sample.en, "trust": source.trust.en}


def _opinion_json(opinion: SecondOpinion) -> dict[str, Any]:
    row = opinion.row
    return {
        "set": opinion.source.set,
        "metric": opinion.metric,
        "by": opinion.source.by if isinstance(opinion.source, Opinion) else "size",
        "product": row.product,
        "from": row.at_least,
        "below": row.below,
        "says": row.says,
        "low": percent_json(opinion.low),
        "middle": percent_json(opinion.middle),
        "high": percent_json(opinion.high),
        "verdict": opinion.state,
        "points": percent_json(opinion.distance),
        **_published_json(opinion.source),
    }


def _reading_json(answer: Answer) -> dict[str, Any]:
    reading = answer.reading
    main = reading.main
    return {
        "withheld": reading.withheld,
        "band": reading.band,
        "diagnosis": reading.diagnosis,
        "larger_gap": reading.larger_gap,
        "nrr_target": _gap_json(reading.nrr_gap),
        "grr_target": _gap_json(reading.grr_gap),
        "main_component": {"component": main.component, "mrr": main.amount, "points": percent_json(main.points)}
        if main
        else None,
        "questions": list(reading.questions),
        "strengths": list(reading.strengths),
        "ordinary_grr": [percent_json(median) for median in reading.ordinary_grr],
    }


def _gap_json(gap: Gap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"target": percent_json(gap.target), "points_missing": percent_json(gap.points), "mrr_missing": gap.mrr}


def _suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    effect = suggestion.effect
    goal = effect.goal
    return {
        "lever": suggestion.lever,
        "moves": suggestion.component,
        "evidence": {
            "trigger": suggestion.trigger,
            **{
                name: str(percent(value)) if isinstance(value, Fraction) else value
                for name, value in suggestion.figures.items()
            },
            "largest": [driver_json(driver) for driver in suggestion.behind],
        },
        "effect": {
            "kind": effect.kind,
            "mrr": effect.mrr,
            "arr": effect.arr,
            "nrr_points": str(percent(effect.nrr)),
            "grr_points": str(percent(effect.grr)),
            "goal": goal and {"name": goal.name, "metric": goal.metric, "value": str(percent(goal.value))},
        },
        "source": f"{suggestion.source.en}, {suggestion.year}",
    }
