"""The levers and their triggers, as `levers.toml` states them. `core.advice.levers` evaluates the triggers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from core.playbook.schema import (
    BilingualSteps,
    BilingualText,
    Count,
    Line,
    Lines,
    PlaybookTable,
    Year,
    refuse_duplicates,
)

MovedComponent = Literal["churn", "contraction", "expansion", "all"]

Pricing = Literal["per_seat", "usage", "tiered", "flat"]


# The triggers: each is a condition on the ledger, with its thresholds.
class MeasuredTrigger(PlaybookTable, frozen=True, tag_field="name"):
    """A group of accounts that lost, or grew, more than their share over twelve months, by `core.advice.lift`.

    Attributes:
        accounts: the least number of accounts of the group that lost, or grew.

    """

    accounts: Count


class EarlyChurn(MeasuredTrigger, frozen=True, tag="early_churn"):
    """Churn of accounts that had paid for fewer months, at the window's start, than the first of `months` that fits."""

    months: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)]


class LargeLosses(MeasuredTrigger, frozen=True, tag="large_losses"):
    """Churn and contraction of the accounts over `acv_above` (whole units) at the window's start."""

    acv_above: Count


class RecurringContraction(MeasuredTrigger, frozen=True, tag="recurring_contraction"):
    """Contraction in one value of one of `dimensions`, the one that contracted most."""

    dimensions: Lines


class SeatUse(MeasuredTrigger, frozen=True, tag="seat_use"):
    """Expansion of accounts that use most of their seats, by `[signals]`."""


class QuotaUse(MeasuredTrigger, frozen=True, tag="quota_use"):
    """Expansion of accounts that use most of their quota, by `[signals]`."""


class SingleProduct(MeasuredTrigger, frozen=True, tag="single_product"):
    """Expansion of accounts with one product while others have several, by the first known one of `columns`."""

    columns: Lines


class SmallEntries(MeasuredTrigger, frozen=True, tag="small_entries"):
    """Expansion of the accounts up to `acv_up_to` (whole units) at the window's start."""

    acv_up_to: Count


class SelfService(MeasuredTrigger, frozen=True, tag="self_service"):
    """Expansion of self-service accounts: one of `words` in one of `columns`."""

    columns: Lines
    words: Lines


class Renewals(PlaybookTable, frozen=True, tag="renewals", tag_field="name"):
    """Accounts over `acv_above` (whole units) that renew within the days of `[signals]`."""

    acv_above: Count


class RiskSignals(PlaybookTable, frozen=True, tag="risk_signals", tag_field="name"):
    """Accounts with a sign of leaving, by `[signals]`."""


Trigger = (
    EarlyChurn
    | LargeLosses
    | RecurringContraction
    | SeatUse
    | QuotaUse
    | SingleProduct
    | SmallEntries
    | SelfService
    | Renewals
    | RiskSignals
)


class Lever(PlaybookTable, frozen=True):
    """A measure that improves retention.

    Attributes:
        key: its stable name.
        component: the component of the bridge that it moves, or all of them.
        pricing: the pricing models that it fits; empty when it fits all.
        trigger: the condition on the ledger for suggesting it; None for a lever that is never suggested, as no ledger
            can show the need for it.
        title: the measure in a few words.
        actions: the steps.
        source: the author of the recommendation.
        year: the year of the recommendation.

    """

    key: Line
    component: MovedComponent
    pricing: tuple[Pricing, ...]
    title: BilingualText
    actions: BilingualSteps
    source: BilingualText
    year: Year
    trigger: Trigger | None = None


class LeverFile(PlaybookTable, frozen=True):
    """`levers.toml`: the names of the pricing models in sheets, and the levers."""

    pricing: dict[Pricing, Lines]
    levers: Annotated[tuple[Lever, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        refuse_duplicates([lever.key for lever in self.levers])
