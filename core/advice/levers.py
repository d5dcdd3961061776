"""The triggers of the levers: tests of the ledger that return the accounts for which a lever is suggested.

An unknown fact is never evidence: a blank matches nothing. Facts (renewal dates, seats, adoption, ...) are those of
today, so they count only in a window that ends with the latest close.
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
from core.advice.health import RED, is_at_least, is_below, match_values, renews_within, uses_seats
from core.ledger.arrays import Mask, Panel
from core.ledger.columns import Column
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import measure_component
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
from core.text import fold_key

Figure = int | str | Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The accounts that pulled a trigger.

    Attributes:
        amounts: (n,) the MRR of each account of the context in minor units: the lost MRR for a trigger of losses, the
            MRR at the end for any other; 0 for accounts that did not pull the trigger.
        figures: further figures, under the names in the docstring of the trigger's function.

    """

    amounts: Panel
    figures: Mapping[str, Figure]


@dataclass(frozen=True, eq=False)
class TriggerContext:
    """The input of the triggers: the accounts of one cut that have MRR at either close of the window.

    Attributes:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months, with their MRR at both closes.
        today: the day from which renewals are counted.
        assessment: the assessment of the twelve months.

    """

    segments: Segments
    base: Base
    today: dt.date
    assessment: Assessment

    @property
    def ledger(self) -> Ledger:
        """The ledger of the accounts."""
        return self.segments.ledger

    @property
    def window(self) -> Window:
        """The twelve months."""
        return self.base.window

    @cached_property
    def churn(self) -> Panel:
        """(n,) the churn of each account, minor units."""
        return measure_component("churn", self.base.start, self.base.end)

    @cached_property
    def contraction(self) -> Panel:
        """(n,) the contraction of each account, minor units."""
        return measure_component("contraction", self.base.start, self.base.end)

    @property
    def current(self) -> bool:
        """Whether the window ends with the latest close, so that today's facts apply to it."""
        return self.window.end == self.ledger.last

    def fact(self, name: str) -> NDArray[np.float64]:
        """Return (n,) a fact of the accounts, NaN where it is unknown."""
        fact = self.ledger.facts.get(name)
        return np.full(len(self.base.index), np.nan) if fact is None else fact[self.base.index]

    def column(self, names: Iterable[str]) -> Column | None:
        """Return the first column of the sheet that has one of these names, in any spelling."""
        keys = {fold_key(name) for name in names}
        return next((column for name, column in self.ledger.columns.items() if fold_key(name) in keys), None)

    def has(self, column: Column | None, matching: Sequence[bool]) -> Mask:
        """Return (n,) True where `matching` is True for the account's value in `column`; False for a blank cell."""
        if column is None:
            return np.zeros(len(self.base.index), dtype=np.bool_)
        # The last place is for code -1, the blank cells.
        return np.asarray(np.array([*matching, False])[column.codes[self.base.index]])

    def over(self, mrr: Panel, acv: int) -> Mask:
        """Return (n,) True where 12 x `mrr` is above `acv` whole units."""
        return np.asarray(mrr * 12 > acv * self.ledger.currency.unit)

    def fits(self, lever: Lever, playbook: Playbook) -> Mask | None:
        """Return (n,) True where the lever fits the account's pricing model; None if it fits no account."""
        if not lever.pricing:
            return np.ones(len(self.base.index), dtype=np.bool_)
        column = self.ledger.columns.get("pricing_model")
        if column is None:
            return None
        fits = self.has(column, [playbook.find_pricing_model(value) in lever.pricing for value in column.values])
        return fits if fits.any() else None


def find_evidence(trigger: Trigger, context: TriggerContext, fits: Mask) -> Evidence | None:
    """Return the accounts that pull `trigger`; None when it is not pulled.

    Args:
        trigger: the test, with its thresholds.
        context: the accounts to test.
        fits: (n,) the accounts that the lever fits.

    """
    match trigger:
        case EarlyChurn():
            evidence = _find_early_churn(trigger, context)
        case LargeLosses():
            evidence = _find_large_losses(trigger, context)
        case RecurringContraction():
            evidence = _find_recurring_contraction(trigger, context)
        case Renewals():
            evidence = _find_renewals(trigger, context) if context.current else None
        case RiskSignals():
            evidence = _find_risk_signals(trigger, context) if context.current else None
        case SeatUse() | QuotaUse():
            evidence = _find_heavy_use(trigger, context, fits) if context.current else None
        case UnexplainedLosses():
            evidence = _find_unexplained_losses(trigger, context)
        case SpreadLosses():
            evidence = _find_spread_losses(trigger, context)
        case SingleProduct():
            evidence = _find_single_product(trigger, context) if context.current else None
        case SmallEntries():
            evidence = _find_small_entries(trigger, context)
        case SelfService():
            evidence = _find_self_service(trigger, context) if context.current else None
        case BothShort():
            evidence = _find_both_short(trigger, context)
        case _:
            assert_never(trigger)
    return evidence if evidence is not None and evidence.amounts.any() else None


def _find_early_churn(trigger: EarlyChurn, context: TriggerContext) -> Evidence | None:
    """Churn of accounts in their first months. Figures: share (of the churn), base_share (of the base), months."""
    start, churn = context.base.start, context.churn
    lost, base = int(churn.sum()), int(start.sum())
    for months in trigger.months:
        young = _is_younger_than(months, context)
        early_churn = np.where(young, churn, 0)
        if np.count_nonzero(early_churn) < trigger.accounts:
            continue
        share, base_share = Fraction(int(early_churn.sum()), lost), Fraction(int(start[young].sum()), base)
        if share >= parse_share(trigger.share) and share > base_share:
            return Evidence(early_churn, {"share": share, "base_share": base_share, "months": months})
    return None


def _is_younger_than(months: int, context: TriggerContext) -> Mask:
    """Return (n,) True where the first MRR came less than `months` before the start close.

    An account that already paid at the ledger's first close may have begun long before. It counts as young only if the
    sheet has its start date.
    """
    ledger, start = context.ledger, context.window.start
    first = ledger.first_paid[context.base.index]
    row = ledger.first.until(start)
    since_begin = np.asarray(context.fact("since") > (start - months).last_day.toordinal())
    return np.asarray(np.where(first > 0, row - first < months, (row < months) & since_begin))


def _find_large_losses(trigger: LargeLosses, context: TriggerContext) -> Evidence | None:
    """Churn and contraction of large accounts. Figures: share (of all lost MRR), acv (whole units)."""
    lost = context.churn + context.contraction
    large = np.where(context.over(context.base.start, trigger.acv_above), lost, 0)
    if np.count_nonzero(large) < trigger.accounts:
        return None
    return Evidence(large, {"share": Fraction(int(large.sum()), int(lost.sum())), "acv": trigger.acv_above})


def _find_recurring_contraction(trigger: RecurringContraction, context: TriggerContext) -> Evidence | None:
    """Contraction in one value of a dimension, the one with most. Figures: share, base_share, dimension, value."""
    return _find_concentration(context, context.contraction, trigger.dimensions, trigger.share, trigger.accounts)


def _find_concentration(
    context: TriggerContext, amounts: Panel, dimensions: Iterable[str], least: Decimal, accounts: int
) -> Evidence | None:
    """Return the value with the largest sum of `amounts`, as evidence, or None.

    Its share of all amounts must be at least `least` per cent, and larger than its share of the base.
    """
    start = context.base.start
    changed = np.flatnonzero(amounts)
    whole, base = int(amounts[changed].sum()), int(start.sum())
    best, most = None, 0
    for dimension in dimensions:
        values = context.segments.dimensions.get(dimension, ())
        if not values:
            continue
        codes = context.segments.codes(dimension, context.window)[context.base.index]
        here = codes[changed]
        # Place 0 is code -1, the blank cells: no value, so nothing recurs in them. The sums are exact below 2**53.
        counts = np.bincount(here + 1, minlength=len(values) + 1)[1:]
        sums = np.bincount(here + 1, amounts[changed], len(values) + 1)[1:].astype(np.int64)
        for code in np.flatnonzero((counts >= accounts) & (sums > most)).tolist():
            amount = int(sums[code])
            share, base_share = Fraction(amount, whole), Fraction(int(start[codes == code].sum()), base)
            if amount > most and share >= parse_share(least) and share > base_share:
                figures: dict[str, Figure] = {"share": share, "base_share": base_share}
                figures |= {"dimension": dimension, "value": values[code]}
                best, most = Evidence(np.where(codes == code, amounts, 0), figures), amount
    return best


def _find_unexplained_losses(trigger: UnexplainedLosses, context: TriggerContext) -> Evidence | None:
    """Accounts that left without a reason in the sheet. Figures: share (of the churn)."""
    column = context.column(trigger.columns)
    explained = context.has(column, [True] * len(column.values) if column else ())
    unexplained_churn = np.where(explained, 0, context.churn)
    if np.count_nonzero(unexplained_churn) < trigger.accounts:
        return None
    return Evidence(unexplained_churn, {"share": Fraction(int(unexplained_churn.sum()), int(context.churn.sum()))})


def _find_spread_losses(trigger: SpreadLosses, context: TriggerContext) -> Evidence | None:
    """Churn of many small accounts without one cause. Figures: share (of the churn), acv (whole units)."""
    small_churn = np.where(context.over(context.base.start, trigger.acv_up_to), 0, context.churn)
    if np.count_nonzero(small_churn) < trigger.accounts:
        return None
    lost = int(small_churn.sum())
    share = Fraction(lost, int(context.churn.sum()))
    if share < parse_share(trigger.share) or int(small_churn.max()) > parse_share(trigger.largest) * lost:
        return None
    if _find_concentration(context, small_churn, trigger.dimensions, trigger.share, 1):
        return None
    return Evidence(small_churn, {"share": share, "acv": trigger.acv_up_to})


def _find_single_product(trigger: SingleProduct, context: TriggerContext) -> Evidence | None:
    """Accounts with one product where others have several. Figures: share (of the MRR at the end), several."""
    column, base = context.column(trigger.columns), context.base
    if column is None:
        return None
    counts = [_count_products(value) for value in column.values]
    retained = (base.start > 0) & (base.end > 0)
    single = np.where(context.has(column, [count == 1 for count in counts]) & retained, base.end, 0)
    several = int(np.count_nonzero(context.has(column, [count > 1 for count in counts]) & (base.end > 0)))
    if np.count_nonzero(single) < trigger.accounts or not several:
        return None
    return Evidence(single, {"share": Fraction(int(single.sum()), int(base.end.sum())), "several": several})


def _count_products(text: str) -> int:
    """Return the number of products in a cell: `2`, or `CRM, Billing`."""
    if text.strip().isdecimal():
        return int(text)
    return sum(bool(part.strip()) for part in re.split(r"[,;|/+&\n]", text))


def _find_small_entries(trigger: SmallEntries, context: TriggerContext) -> Evidence | None:
    """Small accounts that have not grown, where other small accounts did, and small ones grow more than large ones.

    Figures: grew (accounts), growth (expansion of the small accounts / their MRR at the start), others (the same ratio
    of the larger accounts), acv (whole units).
    """
    start, end = context.base.start, context.base.end
    expansion = measure_component("expansion", start, end)
    large = context.over(start, trigger.acv_up_to)
    small = (start > 0) & ~large
    grew = int(np.count_nonzero(expansion[small]))
    still = np.where(small & (expansion == 0), end, 0)
    if grew < trigger.accounts or not large.any():
        return None
    growth, large_growth = (Fraction(int(expansion[some].sum()), int(start[some].sum())) for some in (small, large))
    if growth <= large_growth:
        return None
    return Evidence(still, {"grew": grew, "growth": growth, "others": large_growth, "acv": trigger.acv_up_to})


def _find_self_service(trigger: SelfService, context: TriggerContext) -> Evidence | None:
    """Accounts that serve themselves and have not grown. Figures: share (of the MRR at the end)."""
    if context.column(trigger.columns) is None:
        return None
    start, end = context.base.start, context.base.end
    themselves = np.logical_or.reduce(
        [_has_value(context, name, map(fold_key, trigger.words)) for name in trigger.columns]
    )
    still = np.where(themselves & (start > 0) & (end <= start), end, 0)
    if np.count_nonzero(still) < trigger.accounts:
        return None
    return Evidence(still, {"share": Fraction(int(still.sum()), int(end.sum()))})


def _find_both_short(trigger: BothShort, context: TriggerContext) -> Evidence | None:
    """Losses above and expansion below what the targets allow. Figures: loss_points, growth_points."""
    gaps = {part.component: part.gap for part in context.assessment.parts}
    if not gaps:
        return None
    losses, growth = gaps["churn"] + gaps["contraction"], gaps["expansion"]
    if min(losses, growth) < parse_share(trigger.points) or min(losses, growth) <= 0:
        return None
    return Evidence(context.churn + context.contraction, {"loss_points": losses, "growth_points": growth})


def _find_renewals(trigger: Renewals, context: TriggerContext) -> Evidence | None:
    """Terms of large accounts that end soon, today included. Figures: days, acv (whole units)."""
    soon = renews_within(context.fact("renewal_date"), context.today, trigger.days) & context.over(
        context.base.end, trigger.acv_above
    )
    return Evidence(np.where(soon, context.base.end, 0), {"days": trigger.days, "acv": trigger.acv_above})


def _find_risk_signals(trigger: RiskSignals, context: TriggerContext) -> Evidence | None:
    """Accounts with a sign of leaving. Figures: the accounts by sign, adoption, nps and health; some show several."""
    end = context.base.end
    signs: dict[str, Mask] = {
        "adoption": is_below(context.fact("feature_adoption"), float(trigger.adoption_below)),
        "nps": np.asarray(context.fact("nps") <= trigger.nps_up_to),
        "health": _has_value(context, "health", RED),
    }
    any_sign = np.logical_or.reduce(list(signs.values()))
    figures = {name: int(np.count_nonzero(sign & (end > 0))) for name, sign in signs.items()}
    return Evidence(np.where(any_sign, end, 0), figures)


def _find_heavy_use(trigger: SeatUse | QuotaUse, context: TriggerContext, fits: Mask) -> Evidence:
    """Accounts of the base that use most of their seats or quota. Figures: use (the lowest share that counts)."""
    share = float(trigger.share)
    if isinstance(trigger, SeatUse):
        used = uses_seats(context.fact("seats"), context.fact("seats_used"), share)
    else:
        used = is_at_least(context.fact("quota_use"), share)
    amounts = np.where(fits & used & (context.base.start > 0), context.base.end, 0)
    return Evidence(amounts, {"use": parse_share(trigger.share)})


def _has_value(context: TriggerContext, name: str, words: Iterable[str]) -> Mask:
    """Return (n,) True where the account's value in the column `name` is one of `words`, given as keys."""
    column = context.column([name])
    return context.has(column, match_values(column, words)[:-1].tolist())
