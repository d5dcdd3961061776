"""The triggers of the levers: questions put to the ledger, answered with the accounts that called for the lever.

What is not known is never evidence: a blank fact matches nothing, and facts (renewal dates, seats, adoption, ...)
are those of today, so they speak only of a window that ends with the latest close.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from core.benchmarks import (
    EarlyChurn,
    LargeLosses,
    Lever,
    Playbook,
    QuotaUse,
    RecurringContraction,
    Renewals,
    RiskSignals,
    SeatUse,
    Trigger,
)
from core.drivers import amounts_of
from core.ledger import Ledger, Mask, Panel
from core.lexer import key
from core.money import parse_share
from core.months import Window
from core.retention import Base, closes
from core.segments import Segments

Figure = int | str | Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The accounts that pulled a trigger.

    Attributes:
        amounts: (n,) their MRR in minor units, of the accounts of the scene; 0 for the others. What was lost for
            losses, what is paid at the end for everything else.
        figures: what else there is to say of them, by the names that the trigger's function gives.

    """

    amounts: Panel
    figures: Mapping[str, Figure]


@dataclass(frozen=True, eq=False)
class Scene:
    """Where triggers look: the accounts of one cut that have MRR at either close of the window.

    Attributes:
        segments: the ledger and its dimensions.
        window: the twelve months.
        members: (accounts,) the cut; everybody when None.
        today: the day from which renewals are counted.

    """

    segments: Segments
    window: Window
    members: Mask | None
    today: dt.date

    @property
    def ledger(self) -> Ledger:
        """Whose accounts."""
        return self.segments.ledger

    @cached_property
    def base(self) -> Base:
        """The accounts, and their MRR at both closes."""
        return closes(self.ledger, self.window, self.members)

    @cached_property
    def churn(self) -> Panel:
        """(n,) what each account took away by leaving, minor units."""
        return amounts_of("churn", self.base.start, self.base.end)

    @cached_property
    def contraction(self) -> Panel:
        """(n,) by how much each account that stayed pays less, minor units."""
        return amounts_of("contraction", self.base.start, self.base.end)

    @property
    def current(self) -> bool:
        """Whether the window ends with the latest close, so that today's facts speak of it."""
        return self.window.end == self.ledger.last

    def fact(self, name: str) -> NDArray[np.float64]:
        """Return (n,) a fact of the accounts, NaN where it is not known."""
        fact = self.ledger.facts.get(name)
        return np.full(len(self.base.index), np.nan) if fact is None else fact[self.base.index]

    def over(self, mrr: Panel, acv: int) -> Mask:
        """Return (n,) True where 12 x `mrr` is above `acv` whole units."""
        return np.asarray(mrr * 12 > acv * self.ledger.currency.unit)

    def fits(self, lever: Lever, playbook: Playbook) -> Mask | None:
        """Return (n,) True where the account's pricing model is one that the lever fits; None where none is."""
        if not lever.pricing:
            return np.ones(len(self.base.index), dtype=np.bool_)
        column = self.ledger.columns.get("pricing_model")
        if column is None:
            return None
        # The last place is for code -1, the blank cells.
        fitting = np.array([*(playbook.pricing(value) in lever.pricing for value in column.values), False])
        fits: Mask = fitting[column.codes[self.base.index]]
        return fits if fits.any() else None


def find(trigger: Trigger, scene: Scene, fits: Mask) -> Evidence | None:
    """Return the accounts that pull `trigger`; None when it is not pulled.

    Args:
        trigger: the question, with its thresholds.
        scene: where to look.
        fits: (n,) the accounts that the lever fits.

    """
    match trigger:
        case EarlyChurn():
            evidence = _early_churn(trigger, scene)
        case LargeLosses():
            evidence = _large_losses(trigger, scene)
        case RecurringContraction():
            evidence = _recurring_contraction(trigger, scene)
        case Renewals():
            evidence = _renewals(trigger, scene) if scene.current else None
        case RiskSignals():
            evidence = _risk_signals(trigger, scene) if scene.current else None
        case SeatUse():
            evidence = _use(scene, _seat_use(scene), trigger.share, fits) if scene.current else None
        case QuotaUse():
            evidence = _use(scene, scene.fact("quota_use"), trigger.share, fits) if scene.current else None
        case _:
            assert_never(trigger)
    return evidence if evidence is not None and evidence.amounts.any() else None


def _early_churn(trigger: EarlyChurn, scene: Scene) -> Evidence | None:
    """Churn of accounts in their first months. Figures: share (of the churn), base_share (of the base), months."""
    start, churn = scene.base.start, scene.churn
    young = _younger_than(trigger.months, scene)
    left = np.where(young, churn, 0)
    lost, base = int(churn.sum()), int(start.sum())
    if np.count_nonzero(left) < trigger.accounts:
        return None
    share, base_share = Fraction(int(left.sum()), lost), Fraction(int(start[young].sum()), base)
    if share < parse_share(trigger.share) or share <= base_share:
        return None
    return Evidence(left, {"share": share, "base_share": base_share, "months": trigger.months})


def _younger_than(months: int, scene: Scene) -> Mask:
    """Return (n,) True where the first MRR came less than `months` before the start close.

    Nobody knows how long an account that already paid at the ledger's first close had done so, unless the sheet says
    since when.
    """
    ledger, start = scene.ledger, scene.window.start
    first = ledger.first_paid[scene.base.index]
    row = ledger.first.until(start)
    since_begin = np.asarray(scene.fact("since") > (start - months).last_day.toordinal())
    return np.asarray(np.where(first > 0, row - first < months, (row < months) & since_begin))


def _large_losses(trigger: LargeLosses, scene: Scene) -> Evidence | None:
    """Churn and contraction of large accounts. Figures: share (of all that was lost), acv (whole units)."""
    lost = scene.churn + scene.contraction
    large = np.where(scene.over(scene.base.start, trigger.acv_above), lost, 0)
    if np.count_nonzero(large) < trigger.accounts:
        return None
    return Evidence(large, {"share": Fraction(int(large.sum()), int(lost.sum())), "acv": trigger.acv_above})


def _recurring_contraction(trigger: RecurringContraction, scene: Scene) -> Evidence | None:
    """Contraction in one value of a dimension, the one with most. Figures: share, base_share, dimension, value."""
    start, contraction = scene.base.start, scene.contraction
    contracted = np.flatnonzero(contraction)
    whole, base = int(contraction[contracted].sum()), int(start.sum())
    best, most = None, 0
    for dimension in trigger.dimensions:
        values = scene.segments.dimensions.get(dimension, ())
        if not values:
            continue
        codes = scene.segments.codes(dimension, scene.window)[scene.base.index]
        here = codes[contracted]
        # Place 0 is code -1, the blank cells: no value, so nothing recurs in them. The sums are exact below 2**53.
        counts = np.bincount(here + 1, minlength=len(values) + 1)[1:]
        amounts = np.bincount(here + 1, contraction[contracted], len(values) + 1)[1:].astype(np.int64)
        for code in np.flatnonzero((counts >= trigger.accounts) & (amounts > most)).tolist():
            amount = int(amounts[code])
            share, base_share = Fraction(amount, whole), Fraction(int(start[codes == code].sum()), base)
            if amount > most and share >= parse_share(trigger.share) and share > base_share:
                figures: dict[str, Figure] = {"share": share, "base_share": base_share}
                figures |= {"dimension": dimension, "value": values[code]}
                best, most = Evidence(np.where(codes == code, contraction, 0), figures), amount
    return best


def _renewals(trigger: Renewals, scene: Scene) -> Evidence | None:
    """Terms of large accounts that end soon, today included. Figures: days, acv (whole units)."""
    term, first = scene.fact("renewal_date"), scene.today.toordinal()
    soon = (term >= first) & (term <= first + trigger.days) & scene.over(scene.base.end, trigger.acv_above)
    return Evidence(np.where(soon, scene.base.end, 0), {"days": trigger.days, "acv": trigger.acv_above})


def _risk_signals(trigger: RiskSignals, scene: Scene) -> Evidence | None:
    """Accounts with a sign of leaving. Figures: how many show each: adoption, nps, health; an account may show more."""
    end = scene.base.end
    signs: dict[str, Mask] = {
        "adoption": scene.fact("feature_adoption") < float(parse_share(trigger.adoption_below)),
        "nps": scene.fact("nps") <= trigger.nps_up_to,
        "health": _has_word(scene, "health", trigger.health),
    }
    any_sign = np.logical_or.reduce(list(signs.values()))
    figures = {name: int(np.count_nonzero(sign & (end > 0))) for name, sign in signs.items()}
    return Evidence(np.where(any_sign, end, 0), figures)


def _has_word(scene: Scene, name: str, words: tuple[str, ...]) -> Mask:
    """Return (n,) True where the account's value in column `name` is one of `words`, in any spelling."""
    column = scene.ledger.columns.get(name)
    if column is None:
        return np.zeros(len(scene.base.index), dtype=np.bool_)
    wanted = {key(word) for word in words}
    matching = np.array([*(key(value) in wanted for value in column.values), False])
    return np.asarray(matching[column.codes[scene.base.index]])


def _seat_use(scene: Scene) -> NDArray[np.float64]:
    """Return (n,) seats used / seats, NaN where either is not known or there are no seats."""
    seats, used = scene.fact("seats"), scene.fact("seats_used")
    use = np.full(len(seats), np.nan)
    np.divide(used, seats, out=use, where=seats > 0)
    return use


def _use(scene: Scene, use: NDArray[np.float64], share: Decimal, fits: Mask) -> Evidence:
    """Accounts of the base that use most of what they pay for. Figures: use (from this share on)."""
    threshold = parse_share(share)
    full = fits & (scene.base.start > 0) & (use >= float(threshold))
    return Evidence(np.where(full, scene.base.end, 0), {"use": threshold})
