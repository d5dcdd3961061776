"""The answer to a question: every figure that a reader can ask for, as a value. No text, no Slack, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from core.advice.assessment import Assessment, CutFacts, assess
from core.advice.cause import Cause, Flip, find_cause, find_flip
from core.advice.loss_levers import suggest_on_losses
from core.advice.size_mix import choose_size_mix, find_size
from core.advice.suggestions import Suggestion, suggest
from core.errors import N_, Sentence, WarehouseError
from core.ledger.arrays import Mask
from core.ledger.history import explain_missing_close, explain_missing_ratio, explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.rates import EuroRate
from core.metrics.contributions import (
    Concentration,
    Contribution,
    list_component_contributions,
    measure_concentration,
)
from core.metrics.movements import compute_compounded_ratios, compute_movements_ratios
from core.metrics.price_effects import PriceEffects, measure_price_effects
from core.metrics.retention import Base, Bridge, measure
from core.metrics.uncertainty import Uncertainty, estimate_uncertainty
from core.money import Currency, compute_ratio
from core.months import Month, Window
from core.playbook.playbook import Playbook
from core.query.base_floor import drop_floor, find_floor
from core.query.question import Question
from core.query.vocabulary import Filter, join_filter_names
from core.reports.scope import COMPONENT_ORDER, YEAR, Origin, Scope, choose_targets, require_cohort_method
from core.sources.cuts import Cuts, Selection
from core.sources.exclusions import Excluded
from core.sources.members import select_members
from core.terms import Component, Method, Metric

NAMED_ACCOUNTS = 3
QUARTER = 3
IT_NEEDS = N_("it {reason}")
NO_FACTS = N_(
    "The warehouse has no facts about accounts, so there are no levers on growth or renewals and no signs of leaving."
)


@dataclass(frozen=True, slots=True)
class WithoutAbsurd:
    """The ratios of a window without the accounts that have an `amount_absurd` cell.

    Attributes:
        ids: the ids of these accounts.
        names: their names.
        nrr: NRR of the other accounts by the question's method; None if they have no base.
        grr: their GRR.

    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    nrr: Fraction | None
    grr: Fraction | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one window.

    Attributes:
        bridge: the cohort bridge, whatever the method.
        complete: False when the period continues after the window's end.
        nrr: NRR by the question's method; None with a `reason`.
        grr: GRR by the question's method; None with a `reason`.
        reason: why there is no ratio.
        contributions: component -> the accounts that make up most of it, largest first.
        concentration: the accounts that weigh most; None when history does not reach back to the window.
        uncertainty: the intervals of the ratios; None where there is no ratio, and by another method than the cohort's.
        without_absurd: the ratios without the accounts of `amount_absurd` cells; None if the window has none.
        price_effects: the price changes of the window, and NRR without them; None if it has none, where there is no
            ratio, and by another method than the cohort's.

    """

    bridge: Bridge
    complete: bool
    nrr: Fraction | None
    grr: Fraction | None
    reason: Sentence | None
    contributions: Mapping[Component, tuple[Contribution, ...]]
    concentration: Concentration | None
    uncertainty: Uncertainty | None
    without_absurd: WithoutAbsurd | None = None
    price_effects: PriceEffects | None = None


@dataclass(frozen=True, slots=True)
class BaseShare:
    """A base from an ARR on, and the base without that floor, at the start of the asked window.

    Attributes:
        accounts: its accounts.
        of_accounts: the accounts without the floor.
        mrr: its MRR, minor units.
        of_mrr: the MRR without the floor, minor units.

    """

    accounts: int
    of_accounts: int
    mrr: int
    of_mrr: int

    @property
    def share(self) -> Fraction | None:
        """Its share of the MRR; None where no account paid."""
        return compute_ratio(self.mrr, self.of_mrr)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    Attributes:
        question: the question.
        currency: the currency of every amount.
        data_through: the last month of the data.
        origin: the snapshot that the answer is computed from.
        asked: the figures of the asked window.
        ttm: those of the twelve months that end with it; None when history is too short, with `ttm_reason`.
        ttm_reason: why `ttm` is None.
        excluded: the accounts that are excluded from the asked window.
        current_only: headings of the dimensions that have only present values, which are used for the past too.
        earlier: the twelve months that end where the asked window begins; three months earlier if it is as long as a
            year, or the twelve months end later; None without their closes.
        assessment: the assessment of the twelve months.
        cause: the one cause of the twelve months; None where nothing misses its aim, and without a verdict.
        euro_rate: the rate at which published amounts are compared; None where it is not known, or nothing is compared.
        flips: ratio -> the one account without which its verdict would be another; only ratios that have one.
        advice: the suggestions, best first.
        base_share: what the base has of that without its floor; None where the question has no floor, or the sheet
            lacks a close of the window.
        usage_months: the months of the mean with which accounts priced by usage count; None where they do not.
        to_date: the figures from the end of the asked window to the end of the data; None if no later data is meant.
        not_given: what a warehouse does not give to it.
        is_advice_known: False where a warehouse does not give the sums that suggestions are made of.

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
    earlier: Bridge | None
    assessment: Assessment
    cause: Cause | None
    euro_rate: EuroRate | None
    flips: Mapping[Metric, Flip]
    advice: tuple[Suggestion, ...]
    base_share: BaseShare | None = None
    usage_months: int | None = None
    to_date: Figures | None = None
    not_given: tuple[Sentence, ...] = ()
    is_advice_known: bool = True


def answer_question(question: Question, scope: Scope) -> Answer:
    """Return the answer to a question.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    return answer_with_selection(question, scope)[0]


def answer_with_selection(question: Question, scope: Scope) -> tuple[Answer, Selection | None]:
    """Return the answer to a question, and its accounts, for further figures of the same cut.

    These are None where the answer has no twelve months.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have.

    """
    segments, ledger = scope.segments, scope.ledger
    if scope.warehouse:
        require_cohort_method(question)
    window = question.period.window
    year = question.period.twelve_months
    spans = [span for span in dict.fromkeys((window, year)) if ledger.covers(span)]
    selection = scope.cuts.select(question.filters, spans)
    asked, asked_base = measure_figures(question, window, scope, selection, complete=question.period.complete)
    ttm: Figures | None = None
    base = asked_base
    ttm_reason = explain_missing_year(ledger, year.end)
    if ttm_reason:
        base = None
    elif window == year:
        ttm = replace(asked, complete=True)
    else:
        ttm, base = measure_figures(question, year, scope, selection, complete=True)
    if not ledger.coverage.can_leave:
        base = None
    excluded = scope.cuts.exclude(question.filters, window)
    excluded_of_year = excluded if window == year else None
    cut = CutFacts()
    if base:
        cut = collect_cut_facts(scope.cuts, question.filters, base, scope.playbook, excluded_of_year)
    targets = choose_targets(ledger, question.filters, scope.targets)
    assessment = assess(ttm.bridge if ttm else None, scope.playbook, cut, targets)
    answer = Answer(
        question=question,
        currency=ledger.currency,
        data_through=ledger.last,
        origin=scope.origin,
        asked=asked,
        ttm=ttm,
        ttm_reason=ttm_reason,
        excluded=excluded,
        current_only=tuple(
            segments.heading(dimension)
            for dimension in segments.askable
            if any(entry.dimension == dimension for entry in question.filters) and segments.is_current_only(dimension)
        ),
        earlier=_measure_earlier(question, scope) if base else None,
        assessment=assessment,
        cause=find_cause(selection.ledger, assessment, base, asked_base, question.metric) if base else None,
        euro_rate=scope.playbook.find_euro_rate(ledger.currencies, year.start) if base else None,
        flips=_find_flips(selection.ledger, assessment, base) if base else {},
        advice=_list_advice(scope, base, assessment, selection) if base else (),
        base_share=_measure_base_share(question, asked.bridge, scope.cuts) if asked_base else None,
        usage_months=ledger.usage_months,
        to_date=_measure_to_date(question, scope),
        not_given=_list_missing(selection) if scope.warehouse else (),
        is_advice_known=not (base and scope.warehouse) or base.window in selection.groups,
    )
    return answer, selection if base else None


def _list_missing(selection: Selection) -> tuple[Sentence, ...]:
    """Return what the warehouse does not give to an answer, and why accounts are missing."""
    return (Sentence(NO_FACTS), *([selection.reason] if selection.reason else []))


def _measure_to_date(question: Question, scope: Scope) -> Figures | None:
    ledger, period = scope.ledger, question.period
    if not period.through or not ledger.coverage.can_leave:
        return None
    window = Window(period.window.end, period.through)
    try:
        bridge = scope.cuts.measure(question.filters, window)
    except WarehouseError:
        # Months that the cube of a warehouse does not have: the answer is given without them.
        return None
    members = select_members(scope.segments, question.filters, window)
    nrr, grr = measure_ratios(question.method, ledger, bridge, members)
    reason = explain_empty_base(question, window) if nrr is None else None
    return Figures(
        bridge, complete=False, nrr=nrr, grr=grr, reason=reason, contributions={}, concentration=None, uncertainty=None
    )


def _list_advice(scope: Scope, base: Base, assessment: Assessment, selection: Selection) -> tuple[Suggestion, ...]:
    if not scope.playbook.most:
        # The signs of all accounts are not needed for the rows of a table.
        return ()
    if scope.warehouse:
        groups = selection.groups.get(base.window)
        if groups is None:
            return ()
        return suggest_on_losses(scope.segments, selection.ledger, base, assessment, scope.playbook, groups)
    return suggest(scope.segments, base, assessment, scope.playbook, scope.signs, lambda: scope.sign_tests)


def _measure_base_share(question: Question, bridge: Bridge, cuts: Cuts) -> BaseShare | None:
    if not find_floor(question.filters):
        return None
    whole = cuts.measure(drop_floor(question.filters), bridge.window)
    return BaseShare(bridge.base, whole.base, bridge.starting, whole.starting)


def _find_flips(ledger: Ledger, assessment: Assessment, base: Base) -> dict[Metric, Flip]:
    verdicts = (verdict for verdict in (assessment.nrr, assessment.grr) if verdict)
    return {verdict.metric: flip for verdict in verdicts if (flip := find_flip(ledger, verdict, base))}


def _measure_earlier(question: Question, scope: Scope) -> Bridge | None:
    """Return the twelve months to compare those of the answer with; None without their closes."""
    period, window = question.period, question.period.window
    end = window.start if window.months < YEAR and not period.through else period.twelve_months.end - QUARTER
    year = Window.ending(end, YEAR)
    return scope.cuts.measure(question.filters, year) if scope.ledger.covers(year) else None


def collect_cut_facts(
    cuts: Cuts, filters: Sequence[Filter], base: Base, playbook: Playbook, excluded: Excluded | None = None
) -> CutFacts:
    """Return the facts that decide which verdict the twelve months of a cut get.

    Args:
        cuts: the figures.
        filters: the cut.
        base: its accounts over the twelve months.
        playbook: the published figures, whose amounts are in euros.
        excluded: the excluded accounts of the twelve months, where they were measured before.

    """
    ledger, year = cuts.segments.ledger, base.window
    rate = playbook.find_euro_rate(ledger.currencies, year.start)
    condition = filters[0] if len(filters) == 1 else None
    # A cut that is named by its size needs no other.
    sizes = {} if condition and find_size(condition) else cuts.sum_by_size(filters, base)
    has_floor = find_floor(filters) is not None
    return CutFacts(
        None if has_floor else choose_size_mix(condition, sizes),
        estimate_uncertainty(base),
        left_out=cuts.bound_exclusions(filters, year),
        left_out_accounts=(excluded or cuts.exclude(filters, year)).accounts,
        company=cuts.sum_company(year),
        unit=rate.value * ledger.currency.unit if rate else None,
        has_floor=has_floor,
    )


def measure_figures(
    question: Question, window: Window, scope: Scope, selection: Selection | None = None, *, complete: bool
) -> tuple[Figures, Base | None]:
    """Return the figures of one window for the accounts of the question, and their base.

    Everything but the bridge and the ratios follows from the base. It is None if the history does not have the closes
    of the window.

    Args:
        question: the question.
        window: the window.
        scope: the snapshot.
        selection: the accounts of the question in the window; they are selected when None.
        complete: False when the period continues after the window's end.

    """
    ledger = scope.ledger
    missing = explain_missing_close(ledger, window)
    if missing:
        reason = Sentence(IT_NEEDS, {"reason": missing})
        return Figures(Bridge(window), complete, None, None, reason, {}, None, None), None
    selection = selection or scope.cuts.select(question.filters, [window])
    base = selection.bases[window]
    bridge = base.whole or scope.cuts.measure(question.filters, window)
    # Without accounts there is nothing to select, and only the cohort method.
    members = select_members(scope.segments, question.filters, window)
    nrr, grr = measure_ratios(question.method, ledger, bridge, members)
    figures = Figures(
        bridge,
        complete,
        nrr,
        grr,
        explain_missing_ratio(ledger) or (explain_empty_base(question, window) if nrr is None else None),
        {name: list_component_contributions(selection.ledger, base, name, NAMED_ACCOUNTS) for name in COMPONENT_ORDER},
        measure_concentration(selection.ledger, base) if bridge.can_leave else None,
        estimate_uncertainty(base) if bridge.can_leave and question.method == "cohort" else None,
        _measure_without_absurd(question.method, scope, window, members) if nrr is not None else None,
        measure_price_effects(ledger, base)
        if nrr is not None and question.method == "cohort" and not scope.warehouse
        else None,
    )
    return figures, base


def _measure_without_absurd(method: Method, scope: Scope, window: Window, members: Mask) -> WithoutAbsurd | None:
    """Return the ratios without the accounts of `amount_absurd` cells; None if none of them is in the window."""
    ledger, absurd_ids = scope.ledger, scope.origin.absurd_accounts
    if not absurd_ids:
        return None
    is_absurd = np.array([account in absurd_ids for account in ledger.accounts.ids], dtype=np.bool_)
    is_absurd &= members & ledger.accounts.counted
    first = ledger.first.until(window.start)
    # The cohort method takes the accounts of the base, the others all that pay in the window.
    rows = 1 if method == "cohort" else window.months + 1
    is_absurd &= (ledger.panel[first : first + rows] > 0).any(axis=0)
    places = np.flatnonzero(is_absurd).tolist()
    if not places:
        return None
    others = members & ~is_absurd
    return WithoutAbsurd(
        tuple(ledger.accounts.ids[place] for place in places),
        tuple(ledger.accounts.names[place] for place in places),
        *measure_ratios(method, ledger, measure(ledger, window, others), others),
    )


def measure_ratios(
    method: Method, ledger: Ledger, bridge: Bridge, members: Mask
) -> tuple[Fraction | None, Fraction | None]:
    """Return NRR and GRR of the members by a method; both None where they have no base.

    Args:
        method: the method.
        ledger: the ledger.
        bridge: their bridge.
        members: (accounts,) True for the accounts to count.

    """
    if method == "movements":
        return compute_movements_ratios(ledger, bridge.window, members)
    if method == "compounded":
        return compute_compounded_ratios(ledger, bridge.window, members)
    return bridge.nrr, bridge.grr


def explain_empty_base(question: Question, window: Window) -> Sentence:
    """Return why the cut of a question has no base in a window, a whole clause."""
    if not any(not entry.excluded for entry in question.filters):
        return Sentence(N_("nobody paid at the end of {month}"), {"month": window.start})
    if find_floor(question.filters):
        return Sentence(N_("no account in it had that ARR at the end of {month}"), {"month": window.start})
    names = join_filter_names(question.filters, lambda entry: entry.value)
    return Sentence(N_("nobody in {segment} paid at the end of {month}"), {"segment": names, "month": window.start})
