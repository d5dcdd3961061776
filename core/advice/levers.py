"""The triggers of the levers: tests of the ledger that return the accounts for which a lever is suggested.

An unknown fact is never evidence: a blank matches nothing. Facts (renewal dates, seats, adoption, ...) are those of
today, so they count only in a window that ends with the latest close.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import assert_never

import numpy as np

from core.advice.health import RISKS, AccountSigns, match_values
from core.advice.lift import LIFT_FROM
from core.ledger.arrays import Mask, Panel
from core.ledger.columns import Column
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import measure_component
from core.metrics.retention import Base
from core.money import parse_share, round_fraction
from core.months import Window
from core.playbook.levers import (
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
    Trigger,
)
from core.playbook.playbook import Playbook
from core.text import fold_key

Figure = int | str | Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The accounts in a trigger.

    Attributes:
        group: (n,) True for the accounts of the context that are in the trigger.
        changed: (n,) the MRR that each account of the base lost, or gained, over the twelve months, minor units; None
            for renewals and signs of today, which say nothing of the twelve months.
        signs: the signs of risk that the trigger rests on; only those of renewals and signs of today do.
        figures: further figures, under the names in the docstring of the trigger's function.

    """

    group: Mask
    changed: Panel | None = None
    figures: Mapping[str, Figure] = field(default_factory=dict)
    signs: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class TriggerContext:
    """The input of the triggers: the accounts of one cut that have MRR at either close of the window.

    Attributes:
        segments: the ledger and its dimensions.
        base: the accounts of the cut over the twelve months, with their MRR at both closes.
        signs: the signs of the ledger's accounts as of today.
        euro_rate: units of the reporting currency for one euro of the playbook's amounts; None if unknown.

    """

    segments: Segments
    base: Base
    signs: AccountSigns
    euro_rate: Fraction | None

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

    @cached_property
    def expansion(self) -> Panel:
        """(n,) the expansion of each account, minor units."""
        return measure_component("expansion", self.base.start, self.base.end)

    @property
    def current(self) -> bool:
        """Whether the window ends with the latest close, so that today's facts apply to it."""
        return self.window.end == self.ledger.last

    @cached_property
    def sellable(self) -> Mask:
        """(n,) True where an account pays today and shows no sign of leaving, so that more may be sold to it."""
        return np.asarray((self.signs.paying & ~self.signs.at_risk)[self.base.index] & (self.base.end > 0))

    def sign(self, code: str) -> Mask:
        """Return (n,) True where an account has a sign."""
        return np.asarray(self.signs.masks[code][self.base.index])

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

    def convert(self, euros: int) -> int | None:
        """Return an amount of the playbook in whole units of the reporting currency; None without a rate."""
        return None if self.euro_rate is None else round_fraction(euros * self.euro_rate)

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


def list_evidence(trigger: Trigger, context: TriggerContext, fits: Mask) -> Iterator[Evidence]:
    """Yield the groups of accounts in `trigger`, the one to prefer first. Whether they stand out is not tested yet.

    Args:
        trigger: the trigger, with its thresholds.
        context: the accounts to test.
        fits: (n,) the accounts that the lever fits.

    """
    match trigger:
        case EarlyChurn():
            yield from _list_early_churn(trigger, context)
        case LargeLosses():
            if (acv := context.convert(trigger.acv_above)) is not None:
                large = context.over(context.base.start, acv)
                yield Evidence(large, context.churn + context.contraction, {"acv": acv})
        case RecurringContraction():
            yield from _list_recurring_contraction(trigger, context)
        case SmallEntries():
            if (acv := context.convert(trigger.acv_up_to)) is not None:
                yield Evidence(~context.over(context.base.start, acv), context.expansion, {"acv": acv})
        case SeatUse() | QuotaUse() | SingleProduct() | SelfService() | Renewals() | RiskSignals():
            if context.current:
                yield from _list_evidence_of_today(trigger, context, fits)
        case _:
            assert_never(trigger)


def _list_evidence_of_today(
    trigger: SeatUse | QuotaUse | SingleProduct | SelfService | Renewals | RiskSignals,
    context: TriggerContext,
    fits: Mask,
) -> Iterator[Evidence]:
    """Yield the accounts in a trigger on today's facts. Figures: use (of seats and quota, the lowest that counts)."""
    thresholds = context.signs.thresholds
    match trigger:
        case SeatUse():
            use = parse_share(str(thresholds.seats_high))
            yield Evidence(fits & context.sign("seats_nearly_used"), context.expansion, {"use": use})
        case QuotaUse():
            use = parse_share(str(thresholds.quota_high))
            yield Evidence(fits & context.sign("quota_nearly_used"), context.expansion, {"use": use})
        case SingleProduct():
            yield from _list_single_product(trigger, context)
        case SelfService():
            words = frozenset(map(fold_key, trigger.words))
            columns = (context.column([name]) for name in trigger.columns)
            yield Evidence(
                np.logical_or.reduce(
                    [context.has(column, match_values(column, words)[:-1].tolist()) for column in columns]
                ),
                context.expansion,
            )
        case Renewals():
            yield from _list_renewals(trigger, context)
        case RiskSignals():
            yield Evidence(context.signs.at_risk[context.base.index], signs=RISKS)
        case _:
            assert_never(trigger)


def _list_early_churn(trigger: EarlyChurn, context: TriggerContext) -> Iterator[Evidence]:
    """Yield the accounts in their first months. Figures: months."""
    for months in trigger.months:
        yield Evidence(_is_younger_than(months, context), context.churn, {"months": months})


def _is_younger_than(months: int, context: TriggerContext) -> Mask:
    """Return (n,) True where the first MRR came less than `months` before the start close.

    An account that already paid at the ledger's first close may have begun long before. It counts as young only if the
    sheet has its start date.
    """
    ledger, start = context.ledger, context.window.start
    first = ledger.first_paid[context.base.index]
    row = ledger.first.until(start)
    since = context.signs.read_fact("since")[context.base.index]
    since_begin = np.asarray(since > (start - months).last_day.toordinal())
    return np.asarray(np.where(first > 0, row - first < months, (row < months) & since_begin))


def _list_recurring_contraction(trigger: RecurringContraction, context: TriggerContext) -> Iterator[Evidence]:
    """Yield the values of the dimensions, by their contraction. Figures: dimension, value."""
    candidates: list[tuple[int, str, int]] = []
    start, contraction = context.base.start, context.contraction
    total, contracted = float(start.sum()), float(contraction.sum())
    codes_by_dimension = {}
    for dimension in trigger.dimensions:
        values = context.segments.dimensions.get(dimension, ())
        if not values:
            continue
        codes = np.asarray(context.segments.codes(dimension, context.window)[context.base.index])
        codes_by_dimension[dimension] = codes
        # Place 0 is code -1, the blank cells: no value, so nothing recurs in them. The sums are exact below 2**53.
        bases, sums = (np.bincount(codes + 1, amounts, len(values) + 1)[1:] for amounts in (start, contraction))
        # Many values have too small a lift: the exact test is for the others, so this one may only err upwards.
        may_stand_out = sums * total >= 0.999 * float(LIFT_FROM) * bases * contracted
        candidates += [
            (int(sums[code]), dimension, code) for code in np.flatnonzero((sums > 0) & may_stand_out).tolist()
        ]
    for _, dimension, code in sorted(candidates, key=lambda candidate: -candidate[0]):
        figures = {"dimension": dimension, "value": context.segments.dimensions[dimension][code]}
        yield Evidence(codes_by_dimension[dimension] == code, contraction, figures)


def _list_single_product(trigger: SingleProduct, context: TriggerContext) -> Iterator[Evidence]:
    """Yield the accounts with one product where others have several. Figures: several (accounts)."""
    column = context.column(trigger.columns)
    if column is None:
        return
    counts = [_count_products(value) for value in column.values]
    several = int(np.count_nonzero(context.has(column, [count > 1 for count in counts]) & (context.base.end > 0)))
    if several:
        yield Evidence(context.has(column, [count == 1 for count in counts]), context.expansion, {"several": several})


def _count_products(text: str) -> int:
    """Return the number of products in a cell: `2`, or `CRM, Billing`."""
    if text.strip().isdecimal():
        return int(text)
    return sum(bool(part.strip()) for part in re.split(r"[,;|/+&\n]", text))


def _list_renewals(trigger: Renewals, context: TriggerContext) -> Iterator[Evidence]:
    """Yield the large accounts that renew soon, all of them where it is not known which are large.

    Figures: days; acv (whole units) where smaller ones renew too.
    """
    days, acv = context.signs.thresholds.renewal_days, context.convert(trigger.acv_above)
    soon = context.signs.renews_within(days)[context.base.index]
    large = soon if acv is None else soon & context.over(context.base.end, acv)
    figures = {"days": days} if acv is None or np.array_equal(soon, large) else {"days": days, "acv": acv}
    yield Evidence(large, None, figures, ("renewal_at_risk",))
