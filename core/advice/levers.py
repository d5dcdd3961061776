"""The triggers of the levers: questions put to the ledger, answered with the accounts that called for the lever.

What is not known is never evidence: a blank fact matches nothing, and facts (renewal dates, seats, adoption, ...)
are those of today, so they speak only of a window that ends with the latest close.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from core.advice.assessment import Assessment
from core.advice.health import RED, is_at_least, is_below, is_full, renews_within, says
from core.ledger.ledger import Column, Ledger, Mask, Panel
from core.ledger.segments import Segments
from core.metrics.contributions import component_amounts
from core.metrics.retention import Base
from core.money import parse_share
from core.months import Window
from core.playbook.levers import (
    BothShort,
    EarlyChurn,
    LargeLosses,
    Lever,
    QuotaUse,
    RecurringContraction,
    Renewals,
    RiskSignals,
    SeatUse,
    SelfService,
    SingleProduct,
    SmallEntries,
    SpreadLosses,
    Trigger,
    UnexplainedLosses,
)
from core.playbook.playbook import Playbook
from core.text import key

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
class TriggerContext:
    """Where triggers look: the accounts of one cut that have MRR at either close of the window.

    Attributes:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months, with their MRR at both closes.
        today: the day from which renewals are counted.
        reading: what the twelve months say.

    """

    segments: Segments
    base: Base
    today: dt.date
    reading: Assessment

    @property
    def ledger(self) -> Ledger:
        """Whose accounts."""
        return self.segments.ledger

    @property
    def window(self) -> Window:
        """The twelve months."""
        return self.base.window

    @cached_property
    def churn(self) -> Panel:
        """(n,) what each account took away by leaving, minor units."""
        return component_amounts("churn", self.base.start, self.base.end)

    @cached_property
    def contraction(self) -> Panel:
        """(n,) by how much each account that stayed pays less, minor units."""
        return component_amounts("contraction", self.base.start, self.base.end)

    @property
    def current(self) -> bool:
        """Whether the window ends with the latest close, so that today's facts speak of it."""
        return self.window.end == self.ledger.last

    def fact(self, name: str) -> NDArray[np.float64]:
        """Return (n,) a fact of the accounts, NaN where it is not known."""
        fact = self.ledger.facts.get(name)
        return np.full(len(self.base.index), np.nan) if fact is None else fact[self.base.index]

    def column(self, names: Iterable[str]) -> Column | None:
        """Return the first column of the sheet that has one of these names, in any spelling."""
        wanted = {key(name) for name in names}
        return next((column for name, column in self.ledger.columns.items() if key(name) in wanted), None)

    def has(self, column: Column | None, matching: Sequence[bool]) -> Mask:
        """Return (n,) True where the account's value in `column` is one for which `matching` is True; blanks never."""
        if column is None:
            return np.zeros(len(self.base.index), dtype=np.bool_)
        # The last place is for code -1, the blank cells.
        return np.asarray(np.array([*matching, False])[column.codes[self.base.index]])

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
        fits = self.has(column, [playbook.find_pricing_model(value) in lever.pricing for value in column.values])
        return fits if fits.any() else None


def find_evidence(trigger: Trigger, scene: TriggerContext, fits: Mask) -> Evidence | None:
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
        case SeatUse() | QuotaUse():
            evidence = _use(trigger, scene, fits) if scene.current else None
        case UnexplainedLosses():
            evidence = _unexplained_losses(trigger, scene)
        case SpreadLosses():
            evidence = _spread_losses(trigger, scene)
        case SingleProduct():
            evidence = _single_product(trigger, scene) if scene.current else None
        case SmallEntries():
            evidence = _small_entries(trigger, scene)
        case SelfService():
            evidence = _self_service(trigger, scene) if scene.current else None
        case BothShort():
            evidence = _both_short(trigger, scene)
        case _:
            assert_never(trigger)
    return evidence if evidence is not None and evidence.amounts.any() else None


def _early_churn(trigger: EarlyChurn, scene: TriggerContext) -> Evidence | None:
    """Churn of accounts in their first months. Figures: share (of the churn), base_share (of the base), months."""
    start, churn = scene.base.start, scene.churn
    lost, base = int(churn.sum()), int(start.sum())
    for months in trigger.months:
        young = _younger_than(months, scene)
        left = np.where(young, churn, 0)
        if np.count_nonzero(left) < trigger.accounts:
            continue
        share, base_share = Fraction(int(left.sum()), lost), Fraction(int(start[young].sum()), base)
        if share >= parse_share(trigger.share) and share > base_share:
            return Evidence(left, {"share": share, "base_share": base_share, "months": months})
    return None


def _younger_than(months: int, scene: TriggerContext) -> Mask:
    """Return (n,) True where the first MRR came less than `months` before the start close.

    Nobody knows how long an account that already paid at the ledger's first close had done so, unless the sheet says
    since when.
    """
    ledger, start = scene.ledger, scene.window.start
    first = ledger.first_paid[scene.base.index]
    row = ledger.first.until(start)
    since_begin = np.asarray(scene.fact("since") > (start - months).last_day.toordinal())
    return np.asarray(np.where(first > 0, row - first < months, (row < months) & since_begin))


def _large_losses(trigger: LargeLosses, scene: TriggerContext) -> Evidence | None:
    """Churn and contraction of large accounts. Figures: share (of all that was lost), acv (whole units)."""
    lost = scene.churn + scene.contraction
    large = np.where(scene.over(scene.base.start, trigger.acv_above), lost, 0)
    if np.count_nonzero(large) < trigger.accounts:
        return None
    return Evidence(large, {"share": Fraction(int(large.sum()), int(lost.sum())), "acv": trigger.acv_above})


def _recurring_contraction(trigger: RecurringContraction, scene: TriggerContext) -> Evidence | None:
    """Contraction in one value of a dimension, the one with most. Figures: share, base_share, dimension, value."""
    return _concentrated(scene, scene.contraction, trigger.dimensions, trigger.share, trigger.accounts)


def _concentrated(
    scene: TriggerContext, amounts: Panel, dimensions: Iterable[str], least: Decimal, accounts: int
) -> Evidence | None:
    """Return where `amounts` come back: the value with most of them, of `least` per cent and more than of the base."""
    start = scene.base.start
    moved = np.flatnonzero(amounts)
    whole, base = int(amounts[moved].sum()), int(start.sum())
    best, most = None, 0
    for dimension in dimensions:
        values = scene.segments.dimensions.get(dimension, ())
        if not values:
            continue
        codes = scene.segments.codes(dimension, scene.window)[scene.base.index]
        here = codes[moved]
        # Place 0 is code -1, the blank cells: no value, so nothing recurs in them. The sums are exact below 2**53.
        counts = np.bincount(here + 1, minlength=len(values) + 1)[1:]
        sums = np.bincount(here + 1, amounts[moved], len(values) + 1)[1:].astype(np.int64)
        for code in np.flatnonzero((counts >= accounts) & (sums > most)).tolist():
            amount = int(sums[code])
            share, base_share = Fraction(amount, whole), Fraction(int(start[codes == code].sum()), base)
            if amount > most and share >= parse_share(least) and share > base_share:
                figures: dict[str, Figure] = {"share": share, "base_share": base_share}
                figures |= {"dimension": dimension, "value": values[code]}
                best, most = Evidence(np.where(codes == code, amounts, 0), figures), amount
    return best


def _unexplained_losses(trigger: UnexplainedLosses, scene: TriggerContext) -> Evidence | None:
    """Accounts that left without a reason in the sheet. Figures: share (of the churn)."""
    column = scene.column(trigger.columns)
    told = scene.has(column, [True] * len(column.values) if column else ())
    left = np.where(told, 0, scene.churn)
    if np.count_nonzero(left) < trigger.accounts:
        return None
    return Evidence(left, {"share": Fraction(int(left.sum()), int(scene.churn.sum()))})


def _spread_losses(trigger: SpreadLosses, scene: TriggerContext) -> Evidence | None:
    """Churn of many small accounts without one cause. Figures: share (of the churn), acv (whole units)."""
    left = np.where(scene.over(scene.base.start, trigger.acv_up_to), 0, scene.churn)
    if np.count_nonzero(left) < trigger.accounts:
        return None
    lost = int(left.sum())
    share = Fraction(lost, int(scene.churn.sum()))
    if share < parse_share(trigger.share) or int(left.max()) > parse_share(trigger.largest) * lost:
        return None
    if _concentrated(scene, left, trigger.dimensions, trigger.share, 1):
        return None
    return Evidence(left, {"share": share, "acv": trigger.acv_up_to})


def _single_product(trigger: SingleProduct, scene: TriggerContext) -> Evidence | None:
    """Accounts with one product where others have several. Figures: share (of the MRR at the end), several."""
    column, base = scene.column(trigger.columns), scene.base
    if column is None:
        return None
    counts = [_products(value) for value in column.values]
    kept = (base.start > 0) & (base.end > 0)
    single = np.where(scene.has(column, [count == 1 for count in counts]) & kept, base.end, 0)
    several = int(np.count_nonzero(scene.has(column, [count > 1 for count in counts]) & (base.end > 0)))
    if np.count_nonzero(single) < trigger.accounts or not several:
        return None
    return Evidence(single, {"share": Fraction(int(single.sum()), int(base.end.sum())), "several": several})


def _products(text: str) -> int:
    """Return how many products a cell names: `2`, or `CRM, Billing`."""
    if text.strip().isdecimal():
        return int(text)
    return sum(bool(part.strip()) for part in re.split(r"[,;|/+&\n]", text))


def _small_entries(trigger: SmallEntries, scene: TriggerContext) -> Evidence | None:
    """Small accounts that have not grown, where others like them did and small ones grow more than large ones.

    Figures: grew (accounts), growth (expansion of all small ones / their MRR at the start), others (likewise of the
    larger ones), acv (whole units).
    """
    start, end = scene.base.start, scene.base.end
    expansion = component_amounts("expansion", start, end)
    large = scene.over(start, trigger.acv_up_to)
    small = (start > 0) & ~large
    grew = int(np.count_nonzero(expansion[small]))
    still = np.where(small & (expansion == 0), end, 0)
    if grew < trigger.accounts or not large.any():
        return None
    growth, others = (Fraction(int(expansion[some].sum()), int(start[some].sum())) for some in (small, large))
    if growth <= others:
        return None
    return Evidence(still, {"grew": grew, "growth": growth, "others": others, "acv": trigger.acv_up_to})


def _self_service(trigger: SelfService, scene: TriggerContext) -> Evidence | None:
    """Accounts that serve themselves and have not grown. Figures: share (of the MRR at the end)."""
    if scene.column(trigger.columns) is None:
        return None
    start, end = scene.base.start, scene.base.end
    themselves = np.logical_or.reduce(
        [_has_stated_reason(scene, name, map(key, trigger.words)) for name in trigger.columns]
    )
    still = np.where(themselves & (start > 0) & (end <= start), end, 0)
    if np.count_nonzero(still) < trigger.accounts:
        return None
    return Evidence(still, {"share": Fraction(int(still.sum()), int(end.sum()))})


def _both_short(trigger: BothShort, scene: TriggerContext) -> Evidence | None:
    """Losses above and expansion below what the targets allow. Figures: loss_points, growth_points."""
    gaps = {part.component: part.gap for part in scene.reading.parts}
    if not gaps:
        return None
    losses, growth = gaps["churn"] + gaps["contraction"], gaps["expansion"]
    if min(losses, growth) < parse_share(trigger.points) or min(losses, growth) <= 0:
        return None
    return Evidence(scene.churn + scene.contraction, {"loss_points": losses, "growth_points": growth})


def _renewals(trigger: Renewals, scene: TriggerContext) -> Evidence | None:
    """Terms of large accounts that end soon, today included. Figures: days, acv (whole units)."""
    soon = renews_within(scene.fact("renewal_date"), scene.today, trigger.days) & scene.over(
        scene.base.end, trigger.acv_above
    )
    return Evidence(np.where(soon, scene.base.end, 0), {"days": trigger.days, "acv": trigger.acv_above})


def _risk_signals(trigger: RiskSignals, scene: TriggerContext) -> Evidence | None:
    """Accounts with a sign of leaving. Figures: how many show each: adoption, nps, health; an account may show more."""
    end = scene.base.end
    signs: dict[str, Mask] = {
        "adoption": is_below(scene.fact("feature_adoption"), float(trigger.adoption_below)),
        "nps": np.asarray(scene.fact("nps") <= trigger.nps_up_to),
        "health": _has_stated_reason(scene, "health", RED),
    }
    any_sign = np.logical_or.reduce(list(signs.values()))
    figures = {name: int(np.count_nonzero(sign & (end > 0))) for name, sign in signs.items()}
    return Evidence(np.where(any_sign, end, 0), figures)


def _use(trigger: SeatUse | QuotaUse, scene: TriggerContext, fits: Mask) -> Evidence:
    """Accounts of the base that use most of what they pay for. Figures: use (from this share on)."""
    share = float(trigger.share)
    if isinstance(trigger, SeatUse):
        used = is_full(scene.fact("seats"), scene.fact("seats_used"), share)
    else:
        used = is_at_least(scene.fact("quota_use"), share)
    amounts = np.where(fits & used & (scene.base.start > 0), scene.base.end, 0)
    return Evidence(amounts, {"use": parse_share(trigger.share)})


def _has_stated_reason(scene: TriggerContext, name: str, words: Iterable[str]) -> Mask:
    """Return (n,) True where the account's value in the column `name` is one of `words`, given as keys."""
    column = scene.column([name])
    return scene.has(column, says(column, words)[:-1].tolist())
