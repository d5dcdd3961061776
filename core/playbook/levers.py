"""The levers and their triggers, as `levers.toml` states them. `core.advice.levers` evaluates the triggers."""

from __future__ import annotations

from decimal import Decimal
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
class EarlyChurn(PlaybookTable, frozen=True, tag="early_churn", tag_field="name"):
    """Churn concentrated in young accounts: the first of `months` that fits, counted up to the window's start.

    At least `accounts` accounts had paid for fewer months than that. They make up at least `share` per cent of the
    churn, and a larger share of the churn than of the base.
    """

    months: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1)]
    share: Decimal
    accounts: Count


class LargeLosses(PlaybookTable, frozen=True, tag="large_losses", tag_field="name"):
    """Churn or contraction of at least `accounts` accounts over `acv_above` (whole units) at the window's start."""

    acv_above: Count
    accounts: Count


class RecurringContraction(PlaybookTable, frozen=True, tag="recurring_contraction", tag_field="name"):
    """Contraction that recurs in one value of one of `dimensions`.

    At least `accounts` accounts with that value contracted. They make up at least `share` per cent of the contraction,
    and a larger share of the contraction than of the base.
    """

    dimensions: Lines
    share: Decimal
    accounts: Count


class Renewals(PlaybookTable, frozen=True, tag="renewals", tag_field="name"):
    """Accounts over `acv_above` (whole units) whose term ends within `days`."""

    acv_above: Count
    days: Count


class RiskSignals(PlaybookTable, frozen=True, tag="risk_signals", tag_field="name"):
    """Accounts that show a risk signal: adoption below a share, a low NPS, or red health."""

    adoption_below: Decimal
    nps_up_to: Annotated[int, msgspec.Meta(ge=-100, le=100)]


class SeatUse(PlaybookTable, frozen=True, tag="seat_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their seats."""

    share: Decimal


class QuotaUse(PlaybookTable, frozen=True, tag="quota_use", tag_field="name"):
    """Accounts that use at least `share` per cent of their quota."""

    share: Decimal


class UnexplainedLosses(PlaybookTable, frozen=True, tag="unexplained_losses", tag_field="name"):
    """At least `accounts` accounts that left without a reason in the first of `columns` that the sheet has."""

    columns: Lines
    accounts: Count


class SpreadLosses(PlaybookTable, frozen=True, tag="spread_losses", tag_field="name"):
    """Churn of at least `accounts` accounts up to `acv_up_to` (whole units), without one cause.

    They make up at least `share` per cent of the churn. Of their churn, no account makes up more than `largest`
    per cent; and no value of `dimensions` makes up both `share` per cent and a larger share than of the base.
    """

    acv_up_to: Count
    accounts: Count
    share: Decimal
    largest: Decimal
    dimensions: Lines


class SingleProduct(PlaybookTable, frozen=True, tag="single_product", tag_field="name"):
    """At least `accounts` accounts with one product while others have several, by the first known one of `columns`."""

    columns: Lines
    accounts: Count


class SmallEntries(PlaybookTable, frozen=True, tag="small_entries", tag_field="name"):
    """Accounts up to `acv_up_to` (whole units) that have not grown, while at least `accounts` such accounts grew.

    Relative to their starting MRR, the accounts up to that ACV together grew more than the larger ones.
    """

    acv_up_to: Count
    accounts: Count


class SelfService(PlaybookTable, frozen=True, tag="self_service", tag_field="name"):
    """At least `accounts` self-service accounts (one of `words` in one of `columns`) that have not grown."""

    columns: Lines
    words: Lines
    accounts: Count


class BothShort(PlaybookTable, frozen=True, tag="both_short", tag_field="name"):
    """Both parts of the gap to the NRR target, losses and missing expansion, are at least `points`."""

    points: Decimal


Trigger = (
    EarlyChurn
    | LargeLosses
    | RecurringContraction
    | Renewals
    | RiskSignals
    | SeatUse
    | QuotaUse
    | UnexplainedLosses
    | SpreadLosses
    | SingleProduct
    | SmallEntries
    | SelfService
    | BothShort
)

# Triggers that show a loss but not its cause. A lever that names a cause ranks before them.
WITHOUT_CAUSE = (UnexplainedLosses, SpreadLosses, BothShort)


class Lever(PlaybookTable, frozen=True):
    """A measure that improves retention.

    Attributes:
        key: its stable name.
        component: the component of the bridge that it moves, or all of them.
        pricing: the pricing models that it fits; empty when it fits all.
        trigger: the condition on the ledger for suggesting it.
        title: the measure in a few words.
        actions: the steps.
        source: the author of the recommendation.
        year: the year of the recommendation.

    """

    key: Line
    component: MovedComponent
    pricing: tuple[Pricing, ...]
    trigger: Trigger
    title: BilingualText
    actions: BilingualSteps
    source: BilingualText
    year: Year


class LeverFile(PlaybookTable, frozen=True):
    """`levers.toml`: the names of the pricing models in sheets, and the levers."""

    pricing: dict[Pricing, Lines]
    levers: Annotated[tuple[Lever, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        refuse_duplicates([lever.key for lever in self.levers])
