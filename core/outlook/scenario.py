"""What if: twelve months before and after something that is supposed, exact, and what that is worth.

Rates of loss compound: at 5% a month 0.95 ** 12 of the MRR is left after a year, at 3% 0.97 ** 12. Nothing is
rounded before it is shown; amounts are rounded half-up once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any, Literal

import numpy as np

from core.errors import N_, QuestionError, Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import Bridge, measure
from core.money import root, round_fraction
from core.months import Window
from core.query.question import Question
from core.query.scenarios import Lose, Monthly, Reach, Scaled, Supposition
from core.query.tokens import key
from core.reports.answer import YEAR, Origin, head_json, percent_json, select_members

# From how many points of a year on a stated rate is told to be another one than the measured one.
FAR = Fraction(2, 100)
_ALIKE, _COMPARED, _NEAREST = 0.6, 5_000, 3

Scope = Literal["cut", "company"]


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
    """By how much the components of a bridge change, minor units."""

    expansion: Fraction = Fraction(0)
    contraction: Fraction = Fraction(0)
    churn: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a supposition does to one window of one cut.

    Attributes:
        scope: the cut that was asked for, or the whole company.
        window: which one.
        base: how many accounts it has.
        before: without it.
        after: with it.

    """

    scope: Scope
    window: Window
    base: int
    before: State
    after: State

    @property
    def nrr_points(self) -> Fraction | None:
        """How much NRR gains, as a ratio."""
        return ratio_gain(self.before.nrr, self.after.nrr)

    @property
    def grr_points(self) -> Fraction | None:
        """How much GRR gains, as a ratio."""
        return ratio_gain(self.before.grr, self.after.grr)

    @property
    def mrr(self) -> int:
        """How much more MRR the base has at the end, minor units, rounded once."""
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
        name: what to call it.
        mrr: what it pays at the window's end, at that close's rates: MRR at stake.
        counted: it is of the cut, and paid at the start of the twelve months or of the asked window.

    """

    index: int
    id: str
    name: str
    mrr: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """The loss that a supposition changes, as it is.

    Attributes:
        share: what went over the twelve months / MRR at the start.
        monthly: the rate that comes to as much when twelve months of it compound, to 50 digits.
        nrr: NRR of the twelve months.
        far: the rate that was stated is more than `FAR` of a year away from it.

    """

    share: Fraction
    monthly: Fraction
    nrr: Fraction | None
    far: bool


@dataclass(frozen=True, slots=True)
class Scenario:
    """A supposition and what follows from it.

    Attributes:
        question: the cut and the period.
        supposition: what is supposed.
        effects: of the cut over the asked window (accounts that leave only) and over twelve months, then of the
            company over twelve months where the cut is not the company.
        measured: of a monthly rate, what it is in fact.
        lost: the accounts that leave.
        ttm_reason: why there are no twelve months.
        ledger: where the figures are from.
        origin: the snapshot.

    """

    question: Question
    supposition: Supposition
    effects: tuple[Effect, ...]
    measured: Measured | None
    lost: tuple[Lost, ...]
    ttm_reason: Sentence | None
    ledger: Ledger
    origin: Origin

    @property
    def main(self) -> Effect:
        """The cut's own effect, over twelve months where there are."""
        return [each for each in self.effects if each.scope == "cut"][-1]

    @property
    def stake(self) -> int:
        """MRR of the accounts that leave."""
        return sum(each.mrr for each in self.lost)


def ratio_gain(before: Fraction | None, after: Fraction | None) -> Fraction | None:
    """Return after - before, None where one is missing."""
    return None if before is None or after is None else after - before


@dataclass(frozen=True, eq=False)
class AccountFinder:
    """Finds accounts by what people call them: the id or the name, in any case; else in any spelling."""

    ledger: Ledger

    @cached_property
    def _exact(self) -> dict[str, int]:
        return {each: index for index, each in enumerate(self.ledger.accounts.ids)}

    @cached_property
    def _plain(self) -> dict[str, list[int]]:
        return self._by(str.casefold)

    @cached_property
    def _keys(self) -> dict[str, list[int]]:
        return self._by(key)

    def _by(self, spelling: Callable[[str], str]) -> dict[str, list[int]]:
        """Return the accounts under the spelling of their ids and names."""
        found: dict[str, list[int]] = {}
        for index, (account, name) in enumerate(zip(self.ledger.accounts.ids, self.ledger.accounts.names, strict=True)):
            for said in {spelling(account), spelling(name)}:
                found.setdefault(said, []).append(index)
        return found

    def knows(self, name: str) -> bool:
        """Tell whether an account is called so."""
        return bool(self._places(name))

    def _places(self, name: str) -> Sequence[int]:
        if name in self._exact:
            return [self._exact[name]]
        return self._plain.get(name.casefold()) or (self._keys.get(key(name), []) if key(name) else [])

    def find(self, name: str) -> int:
        """Return the account of that id or name.

        Raises:
            QuestionError: there is none, or there are several.

        """
        places = self._places(name)
        if len(places) == 1:
            return places[0]
        if places:
            raise QuestionError(
                N_('{count} accounts are called "{name}": {ids}.'),
                N_("Name the one that you mean by its id."),
                count=len(places),
                name=name[:60],
                ids=", ".join(self.ledger.accounts.ids[place] for place in places[:12]),
            )
        near = self._near(name)
        mend = N_("Nearest: {nearest}.") if near else N_("Name it as the sheet does, or by its id.")
        raise QuestionError(
            N_('I know no account "{name}".'), mend, name=name[:60], nearest=", ".join(near), nearest_names=near
        )

    def _near(self, name: str) -> tuple[str, ...]:
        wanted = key(name)[:60]
        inside = (each for each in self._keys if wanted and (wanted in each or each[:2] == wanted[:2]))
        candidates = list(islice(inside, _COMPARED)) or list(islice(self._keys, _COMPARED))
        alike = difflib.get_close_matches(wanted, candidates, n=_NEAREST, cutoff=_ALIKE)
        alike += [each for each in candidates if len(wanted) > 2 and wanted in each and each not in alike]
        return tuple(self.ledger.accounts.names[self._keys[each][0]] for each in alike[:_NEAREST])


@lru_cache(maxsize=2)
def account_finder(ledger: Ledger) -> AccountFinder:
    """Return the directory of a ledger; made once, as going through 100,000 names takes longer than an answer."""
    return AccountFinder(ledger)


def measure_scenario(question: Question, supposition: Supposition, segments: Segments, origin: Origin) -> Scenario:
    """Return what follows from a supposition for the cut and the period of a question; the cohort method throughout.

    Raises:
        QuestionError: the history is too short, the base is empty, or the supposition cannot be.

    """
    question = replace(question, method="cohort")
    ledger, year = segments.ledger, Window.ending(question.period.window.end, YEAR)
    have = ledger.closes_until(year.end)
    reason = None if have > YEAR else Sentence(N_("needs 13 month closes, there are {count}"), {"count": have})
    if isinstance(supposition, Lose):
        lost, effects = _losing(question, supposition, segments, year)
        return Scenario(question, supposition, effects, None, lost, reason, ledger, origin)
    if reason:
        raise QuestionError(
            N_("A supposition about rates is one about twelve months, which needs 13 month closes; there are {count}."),
            N_("What losing an account does to a shorter window can be asked: {example}."),
            count=have,
            example='whatif lose "Acme"',
        )
    bridge = measure(ledger, year, select_members(segments, question.filters, year))
    if not bridge.starting:
        raise QuestionError(
            N_("Nobody in it paid at the end of {month}, so there is nothing to suppose."),
            N_("Ask for another segment or period."),
            month=year.start,
        )
    before, after = shifts(supposition, bridge)
    effects = (Effect("cut", year, bridge.base, shifted(bridge, before), shifted(bridge, after)),)
    if question.filters:
        whole = measure(ledger, year)
        effects += (Effect("company", year, whole.base, shifted(whole, before), shifted(whole, after)),)
    return Scenario(question, supposition, effects, _measured(supposition, bridge), (), None, ledger, origin)


def shifts(supposition: Monthly | Scaled | Reach, bridge: Bridge) -> tuple[Shift, Shift]:
    """Return how far a bridge of twelve months, whose base is not empty, moves before and after what is supposed.

    Before is where the person starts from: a rate that they state, else what was measured.

    Raises:
        QuestionError: more would be lost than there is, or NRR would need an expansion below zero.

    """
    start = bridge.starting
    match supposition:
        case Monthly(component, stated, rate):
            measured = getattr(bridge, component)
            before = Fraction(0) if stated is None else yearly(stated) * start - measured
            moved = _shift(component, before), _shift(component, yearly(rate) * start - measured)
        case Scaled(component, change):
            amount = getattr(bridge, component)
            moved = Shift(), _shift(component, Fraction(round_fraction(amount * (1 + change)) - amount))
        case Reach("grr", value):
            lost, wanted = bridge.contraction + bridge.churn, (1 - value) * start
            # Losses change in proportion; where there are none yet, an account has to leave.
            contraction = wanted * bridge.contraction / lost if lost else Fraction(0)
            moved = (
                Shift(),
                Shift(contraction=contraction - bridge.contraction, churn=wanted - contraction - bridge.churn),
            )
        case Reach(_, value):
            moved = Shift(), Shift(expansion=value * start - bridge.ending)
    for each in moved:
        state = shifted(bridge, each)
        if state.contraction + state.churn > start:
            raise QuestionError(
                N_("Churn and contraction together would be more than the whole MRR at the start."),
                N_("Suppose a lower rate."),
            )
        if state.expansion < 0:
            raise QuestionError(
                N_("Without any expansion NRR is GRR, {grr}%: less than that is a matter of losses."),
                N_("Suppose a GRR or a churn instead."),
                grr=percent_json(bridge.grr),
            )
    return moved


def yearly(monthly: Fraction) -> Fraction:
    """Return what is lost over twelve months at a monthly rate: 1 - (1 - rate) ** 12."""
    return 1 - (1 - monthly) ** YEAR


def shifted(bridge: Bridge, shift: Shift) -> State:
    """Return a bridge with its components moved."""
    return State(
        bridge.starting,
        bridge.expansion + shift.expansion,
        bridge.contraction + shift.contraction,
        bridge.churn + shift.churn,
    )


def _shift(component: str, amount: Fraction) -> Shift:
    return replace(Shift(), **{component: amount})


def _measured(supposition: Supposition, bridge: Bridge) -> Measured | None:
    if not isinstance(supposition, Monthly):
        return None
    share = Fraction(getattr(bridge, supposition.component), bridge.starting)
    stated = supposition.before
    far = stated is not None and abs(yearly(stated) - share) > FAR
    return Measured(share, 1 - root(1 - share, YEAR), bridge.nrr, far)


def _losing(
    question: Question, supposition: Lose, segments: Segments, year: Window
) -> tuple[tuple[Lost, ...], tuple[Effect, ...]]:
    ledger, window = segments.ledger, question.period.window
    if not ledger.covers(window):
        raise QuestionError(
            N_("{period} needs the close of {month}, and the history begins with {first}."),
            N_("Ask for a later period."),
            period=question.period,
            month=window.start,
            first=ledger.first,
        )
    indices = list(dict.fromkeys(account_finder(ledger).find(name) for name in supposition.names))
    left_out = next((index for index in indices if ledger.accounts.excluded[index]), None)
    if left_out is not None:
        raise QuestionError(
            N_("{name} is left out of every figure for an error in the sheet, so losing it changes none."),
            N_("Mend what the tab NRR Problems says of it."),
            name=ledger.accounts.names[left_out],
        )
    gone: Mask = np.zeros(ledger.accounts.count, dtype=np.bool_)
    gone[indices] = True
    effects, counted = [], np.zeros(ledger.accounts.count, dtype=np.bool_)
    for span in dict.fromkeys((window, year)):
        if ledger.covers(span):
            members = select_members(segments, question.filters, span)
            effects.append(lose(ledger, "cut", span, members, gone))
            counted |= members & (ledger.mrr(span.start, span.start) > 0)
    if question.filters and ledger.covers(year):
        effects.append(lose(ledger, "company", year, np.ones_like(gone), gone))
    now = ledger.mrr(window.end, window.end)
    lost = (Lost(i, ledger.accounts.ids[i], ledger.accounts.names[i], int(now[i]), bool(counted[i])) for i in indices)
    return tuple(sorted(lost, key=lambda each: -each.mrr)), tuple(effects)


def lose(ledger: Ledger, scope: Scope, window: Window, members: Mask, gone: Mask) -> Effect:
    """Return what it does to a window when the accounts of `gone` pay nothing at its end.

    Bridges add up over accounts: theirs is taken out, and put back as one in which all of it churned.

    Raises:
        KeyError: a close of the window is not in the panel.

    """
    whole, part = measure(ledger, window, members), measure(ledger, window, members & gone)
    shift = Shift(
        expansion=Fraction(-part.expansion),
        contraction=Fraction(-part.contraction),
        churn=Fraction(part.starting - part.churn),
    )
    return Effect(scope, window, whole.base, shifted(whole, Shift()), shifted(whole, shift))


def as_json(found: Scenario) -> dict[str, Any]:
    """Return the supposition as JSON: ratios and points as strings with one decimal, money in minor units."""

    def state(each: State) -> dict[str, Any]:
        amounts = {name: round_fraction(getattr(each, name)) for name in ("expansion", "contraction", "churn")}
        return {"nrr": percent_json(each.nrr), "grr": percent_json(each.grr), **amounts}

    def effect(each: Effect) -> dict[str, Any]:
        return {
            "of": each.scope,
            "start": str(each.window.start),
            "end": str(each.window.end),
            "accounts": each.base,
            "starting_mrr": each.before.starting,
            "before": state(each.before),
            "after": state(each.after),
            "nrr_points": percent_json(each.nrr_points),
            "grr_points": percent_json(each.grr_points),
            "mrr": each.mrr,
            "arr": each.arr,
        }

    measured = found.measured
    return {
        **head_json(found.question, found.ledger, found.origin),
        "supposed": _supposed(found.supposition),
        "measured": measured
        and {
            "twelve_months": percent_json(measured.share),
            "monthly": percent_json(measured.monthly),
            "nrr": percent_json(measured.nrr),
            "stated_is_far": measured.far,
        },
        "lost": [
            {"account": each.id, "name": each.name, "mrr": each.mrr, "arr": 12 * each.mrr, "counted": each.counted}
            for each in found.lost
        ],
        "effects": [effect(each) for each in found.effects],
        "trailing_12_months_reason": str(found.ttm_reason) if found.ttm_reason else None,
    }


def _supposed(supposition: Supposition) -> dict[str, Any]:
    match supposition:
        case Monthly(component, before, after):
            return {"kind": "monthly", "what": component, "from": percent_json(before), "to": percent_json(after)}
        case Scaled(component, change):
            return {"kind": "change", "what": component, "by": percent_json(change)}
        case Reach(metric, value):
            return {"kind": "reach", "what": metric, "to": percent_json(value)}
        case Lose():
            return {"kind": "lose", "what": "accounts"}
