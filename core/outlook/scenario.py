"""Scenarios: twelve months before and after a scenario, exact, and the difference in MRR.

Rates of loss compound: at 5% a month 0.95 ** 12 of the MRR is left after a year, at 3% 0.97 ** 12. Nothing is
rounded before it is shown; amounts are rounded half-up once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask
from core.ledger.history import explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.money import compute_root, round_fraction
from core.months import Window
from core.query import scenarios
from core.query.question import Question
from core.query.scenarios import Lose, Monthly, Reach, Scaled, Scenario
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_ends, require_history
from core.sources.members import select_members

# Difference of a year's loss above which a stated rate is reported as not the measured one.
FAR = Fraction(2, 100)

Extent = Literal["cut", "company"]


@dataclass(frozen=True, slots=True)
class State:
    """A bridge whose components may have been changed: exact amounts of MRR in minor units."""

    starting: int
    expansion: Fraction
    contraction: Fraction
    churn: Fraction

    @property
    def ending(self) -> Fraction:
        """MRR of the base at the end."""
        return self.starting + self.expansion - self.contraction - self.churn

    @property
    def nrr(self) -> Fraction | None:
        """Net revenue retention; None when the base is empty."""
        return self.ending / self.starting if self.starting else None

    @property
    def grr(self) -> Fraction | None:
        """Gross revenue retention; None when the base is empty."""
        return (self.starting - self.contraction - self.churn) / self.starting if self.starting else None


@dataclass(frozen=True, slots=True)
class Shift:
    """The changes of the components of a bridge, minor units."""

    expansion: Fraction = Fraction(0)
    contraction: Fraction = Fraction(0)
    churn: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a scenario on one window of one cut.

    Attributes:
        extent: the cut that was asked for, or the whole company.
        window: the window.
        base: number of accounts in its base.
        before: the components without the scenario.
        after: the components with it.

    """

    extent: Extent
    window: Window
    base: int
    before: State
    after: State

    @property
    def nrr_points(self) -> Fraction | None:
        """The gain of NRR, as a ratio."""
        return ratio_gain(self.before.nrr, self.after.nrr)

    @property
    def grr_points(self) -> Fraction | None:
        """The gain of GRR, as a ratio."""
        return ratio_gain(self.before.grr, self.after.grr)

    @property
    def mrr(self) -> int:
        """The gain of the base's MRR at the end, minor units, rounded once."""
        return round_fraction(self.after.ending - self.before.ending)

    @property
    def arr(self) -> int:
        """12 x mrr."""
        return 12 * self.mrr


@dataclass(frozen=True, slots=True)
class Lost:
    """An account that is supposed to leave.

    Attributes:
        index: its place in the ledger.
        id: its id.
        name: its name.
        mrr: its MRR at the window's end, at that close's rates: MRR at stake.
        counted: whether it is in the cut and paid at the start of the twelve months or of the asked window.

    """

    index: int
    id: str
    name: str
    mrr: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """The measured loss that a scenario changes.

    Attributes:
        share: MRR lost over the twelve months / MRR at the start.
        monthly: the monthly rate that compounds to it over twelve months, to 50 digits.
        nrr: NRR of the twelve months.
        far: whether the stated rate differs from it by more than `FAR` a year.

    """

    share: Fraction
    monthly: Fraction
    nrr: Fraction | None
    far: bool


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario and its effects.

    Attributes:
        question: the cut and the period.
        scenario: the scenario.
        effects: of the cut over the asked window (accounts that leave only) and over twelve months, then of the
            company over twelve months where the cut is not the company.
        measured: for a supposed monthly rate, the measured one.
        lost: the accounts that leave.
        ttm_reason: why there are no twelve months.
        ledger: the ledger of the figures.
        origin: the snapshot.

    """

    question: Question
    scenario: Scenario
    effects: tuple[Effect, ...]
    measured: Measured | None
    lost: tuple[Lost, ...]
    ttm_reason: Sentence | None
    ledger: Ledger
    origin: Origin

    @property
    def main(self) -> Effect:
        """The effect on the cut, over twelve months where history reaches back so far."""
        return [effect for effect in self.effects if effect.extent == "cut"][-1]

    @property
    def stake(self) -> int:
        """MRR of the accounts that leave."""
        return sum(account.mrr for account in self.lost)


def ratio_gain(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    """Return after - before; None where one is missing."""
    return None if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class ScenarioRequest:
    """A cut and a period, and the scenario about them."""

    question: Question
    scenario: Scenario


def read_scenario(text: str, reader: QuestionReader) -> ScenarioRequest:
    """Return what "churn 5%->3% enterprise" asks for: a scenario, and the cut and period of the other words.

    Raises:
        QuestionError: the text has no scenario, or its other words are no question.

    """
    scope = reader.scope
    names = scope.ledger.accounts.by_name
    # A warehouse has no accounts to find: `measure_scenario` refuses to lose one.
    scenario, question_text = scenarios.parse_scenario(text, lambda words: bool(scope.warehouse or names.find(words)))
    return ScenarioRequest(reader.read(question_text), scenario)


def read_loss(text: str, reader: QuestionReader) -> ScenarioRequest:
    """Return what `lose "Acme"` asks for, given the words after `lose`.

    Raises:
        QuestionError: the text names no account, or its other words are no question.

    """
    return read_scenario(f"lose {text}", reader)


def measure_scenario(request: ScenarioRequest, scope: Scope) -> ScenarioResult:
    """Return the effects of a scenario on the cut and the period of a question; the cohort method throughout.

    Raises:
        QuestionError: the history is too short, the base is empty, the sheet has no ends, or the scenario is
            impossible.

    """
    question, scenario = replace(request.question, method="cohort"), request.scenario
    segments, ledger, origin = scope.segments, scope.ledger, scope.origin
    year = question.period.twelve_months
    require_ends(ledger)
    reason = explain_missing_year(ledger, year.end)
    if isinstance(scenario, Lose) and scope.warehouse:
        raise QuestionError(
            N_("The cost of losing an account needs every account’s history, which the warehouse does not give."),
            N_("Suppose a rate: {example}."),
            example="whatif churn 5%->3%",
        )
    if isinstance(scenario, Lose):
        lost, effects = _lose_accounts(question, scenario, segments, year)
        return ScenarioResult(question, scenario, effects, None, lost, reason, ledger, origin)
    if reason:
        raise QuestionError(
            N_("A supposition about rates is one about twelve months, which {reason}."),
            N_("A shorter window can only be asked about a lost account: {example}."),
            reason=reason,
            example='whatif lose "Acme"',
        )
    bridge = scope.cuts.measure(question.filters, year)
    if not bridge.starting:
        raise QuestionError(
            N_("No account in it paid at the end of {month}, so a supposition would change nothing."),
            N_("Ask for another segment or period."),
            month=year.start,
        )
    before, after = find_shifts(scenario, bridge)
    effects = (Effect("cut", year, bridge.base, apply_shift(bridge, before), apply_shift(bridge, after)),)
    if question.filters:
        whole = scope.cuts.measure((), year)
        effects += (Effect("company", year, whole.base, apply_shift(whole, before), apply_shift(whole, after)),)
    return ScenarioResult(question, scenario, effects, _measure_rates(scenario, bridge), (), None, ledger, origin)


def find_shifts(scenario: Monthly | Scaled | Reach, bridge: Bridge) -> tuple[Shift, Shift]:
    """Return the shifts of a bridge of twelve months, whose base is not empty, without and with the scenario.

    Without it, the shift is to the rate that the person states, else zero: the measured rate.

    Raises:
        QuestionError: more would be lost than the MRR at the start, or NRR would need an expansion below zero.

    """
    start = bridge.starting
    match scenario:
        case Monthly(component, stated, rate):
            measured = getattr(bridge, component)
            before = Fraction(0) if stated is None else compute_yearly_loss(stated) * start - measured
            shifts = (
                _build_shift(component, before),
                _build_shift(component, compute_yearly_loss(rate) * start - measured),
            )
        case Scaled(component, change):
            amount = getattr(bridge, component)
            shifts = Shift(), _build_shift(component, Fraction(round_fraction(amount * (1 + change)) - amount))
        case Reach("grr", value):
            lost, target_loss = bridge.contraction + bridge.churn, (1 - value) * start
            # Losses change in proportion; where there are none yet, an account has to leave.
            contraction = target_loss * bridge.contraction / lost if lost else Fraction(0)
            shifts = (
                Shift(),
                Shift(contraction=contraction - bridge.contraction, churn=target_loss - contraction - bridge.churn),
            )
        case Reach(_, value):
            shifts = Shift(), Shift(expansion=value * start - bridge.ending)
    for shift in shifts:
        state = apply_shift(bridge, shift)
        if state.contraction + state.churn > start:
            raise QuestionError(
                N_("Churn and contraction together would be more than the whole MRR at the start."),
                N_("Suppose a lower rate."),
            )
        if state.expansion < 0:
            raise QuestionError(
                N_("Without any expansion NRR is GRR, {grr}%: less than that is a matter of losses."),
                N_("Suppose a GRR or a churn instead."),
                grr=format_percent(bridge.grr),
            )
    return shifts


def compute_yearly_loss(monthly: Fraction) -> Fraction:
    """Return the share lost over twelve months at a monthly rate: 1 - (1 - rate) ** 12."""
    return 1 - (1 - monthly) ** YEAR


def apply_shift(bridge: Bridge, shift: Shift) -> State:
    """Return a bridge with its components moved."""
    return State(
        bridge.starting,
        bridge.expansion + shift.expansion,
        bridge.contraction + shift.contraction,
        bridge.churn + shift.churn,
    )


def _build_shift(component: str, amount: Fraction) -> Shift:
    return replace(Shift(), **{component: amount})


def _measure_rates(scenario: Scenario, bridge: Bridge) -> Measured | None:
    if not isinstance(scenario, Monthly):
        return None
    share = Fraction(getattr(bridge, scenario.component), bridge.starting)
    stated = scenario.before
    far = stated is not None and abs(compute_yearly_loss(stated) - share) > FAR
    return Measured(share, 1 - compute_root(1 - share, YEAR), bridge.nrr, far)


def _lose_accounts(
    question: Question, scenario: Lose, segments: Segments, year: Window
) -> tuple[tuple[Lost, ...], tuple[Effect, ...]]:
    ledger, window = segments.ledger, question.period.window
    require_history(ledger, question.period)
    indices = list(dict.fromkeys(ledger.accounts.by_name.require(name, "lose") for name in scenario.names))
    excluded = next((index for index in indices if ledger.accounts.excluded[index]), None)
    if excluded is not None:
        raise QuestionError(
            N_("{name} is excluded from every figure for an error in the sheet, so losing it changes no figure."),
            N_("Fix the problem that the tab NRR Problems lists for it."),
            name=ledger.accounts.names[excluded],
        )
    lost_members: Mask = np.zeros(ledger.accounts.count, dtype=np.bool_)
    lost_members[indices] = True
    effects, counted = [], np.zeros(ledger.accounts.count, dtype=np.bool_)
    for span in dict.fromkeys((window, year)):
        if ledger.covers(span):
            members = select_members(segments, question.filters, span)
            effects.append(measure_loss(ledger, "cut", span, members, lost_members))
            counted |= members & (ledger.mrr(span.start, span.start) > 0)
    if question.filters and ledger.covers(year):
        effects.append(measure_loss(ledger, "company", year, np.ones_like(lost_members), lost_members))
    now = ledger.mrr(window.end, window.end)
    lost = (Lost(i, ledger.accounts.ids[i], ledger.accounts.names[i], int(now[i]), bool(counted[i])) for i in indices)
    return tuple(sorted(lost, key=lambda account: -account.mrr)), tuple(effects)


def measure_loss(ledger: Ledger, extent: Extent, window: Window, members: Mask, lost_members: Mask) -> Effect:
    """Return the effect on a window when the accounts of `lost_members` pay nothing at its end.

    Bridges add up over accounts: that of `lost_members` is subtracted, and added again with all of its MRR churned.

    Raises:
        KeyError: a close of the window is not in the panel.

    """
    whole, part = measure(ledger, window, members), measure(ledger, window, members & lost_members)
    shift = Shift(
        expansion=Fraction(-part.expansion),
        contraction=Fraction(-part.contraction),
        churn=Fraction(part.starting - part.churn),
    )
    return Effect(extent, window, whole.base, apply_shift(whole, Shift()), apply_shift(whole, shift))


def build_scenario_json(result: ScenarioResult) -> dict[str, Any]:
    """Return the scenario as JSON: ratios and points as strings with one decimal, money in minor units."""
    measured = result.measured
    return {
        **build_head_json(result.question, result.ledger, result.origin),
        "supposed": _build_supposed_json(result.scenario),
        "measured": measured
        and {
            "twelve_months": format_percent(measured.share),
            "monthly": format_percent(measured.monthly),
            "nrr": format_percent(measured.nrr),
            "stated_is_far": measured.far,
        },
        "lost": [
            {
                "account": account.id,
                "name": account.name,
                "mrr": account.mrr,
                "arr": 12 * account.mrr,
                "counted": account.counted,
            }
            for account in result.lost
        ],
        "effects": [build_effect_json(effect) for effect in result.effects],
        "trailing_12_months_reason": str(result.ttm_reason) if result.ttm_reason else None,
    }


def build_effect_json(effect: Effect) -> dict[str, Any]:
    """Return the effect on one window as JSON."""
    return {
        "of": effect.extent,
        "start": str(effect.window.start),
        "end": str(effect.window.end),
        "accounts": effect.base,
        "starting_mrr": effect.before.starting,
        "before": _build_state_json(effect.before),
        "after": _build_state_json(effect.after),
        "nrr_points": format_percent(effect.nrr_points),
        "grr_points": format_percent(effect.grr_points),
        "mrr": effect.mrr,
        "arr": effect.arr,
    }


def _build_state_json(state: State) -> dict[str, Any]:
    amounts = {name: round_fraction(getattr(state, name)) for name in ("expansion", "contraction", "churn")}
    return {"nrr": format_percent(state.nrr), "grr": format_percent(state.grr), **amounts}


def _build_supposed_json(scenario: Scenario) -> dict[str, Any]:
    match scenario:
        case Monthly(component, before, after):
            return {
                "kind": "monthly",
                "what": component,
                "from": format_percent(before),
                "to": format_percent(after),
            }
        case Scaled(component, change):
            return {"kind": "change", "what": component, "by": format_percent(change)}
        case Reach(metric, value):
            return {"kind": "reach", "what": metric, "to": format_percent(value)}
        case Lose():
            return {"kind": "lose", "what": "accounts"}
