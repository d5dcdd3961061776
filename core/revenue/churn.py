"""Churn of revenue and of accounts, for the asked window and for twelve months, and the accounts that left.

By the cohort method: revenue churn = churn / starting, with contraction 1 - GRR; logo churn = 1 - logo retention.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from core.errors import N_, Sentence, WarehouseError
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, build_contribution, measure_component, rank_accounts
from core.metrics.retention import Bridge
from core.money import compute_ratio
from core.months import Month
from core.query.limits import NO_LIMITS
from core.query.question import Question
from core.reports.answer_json import build_contribution_json, build_head_json, build_window_json, format_percent
from core.reports.scope import YEAR, Origin, Scope, require_cohort_method, require_history
from core.sources.exclusions import Excluded, build_excluded_json
from core.sources.listing import Listing

# Accounts that left in an answer; its JSON has all of them.
LISTED = 10


@dataclass(frozen=True, slots=True)
class ChurnRates:
    """The churn of one window, as shares of its start; all None where the base is empty or no account can leave.

    Attributes:
        bridge: the cohort bridge.
        revenue: MRR lost to accounts that left.
        losses: MRR lost to accounts that left and to contraction, 1 - GRR.
        logo: accounts that left.

    """

    bridge: Bridge
    revenue: Fraction | None
    losses: Fraction | None
    logo: Fraction | None


@dataclass(frozen=True, slots=True)
class LostAccount:
    """An account that left.

    Attributes:
        account: its MRR at the window's start, and its share of the churn.
        month: the first close without MRR since its last one with.

    """

    account: Contribution
    month: Month


@dataclass(frozen=True, slots=True)
class Churn:
    """The churn of a cut.

    Attributes:
        question: the cut and the period.
        asked: the asked window.
        ttm: the twelve months that end with it; None without both closes.
        ttm_reason: why `ttm` is None, a phrase with a verb.
        reason: why the asked window has no rates, a whole clause; None where it has.
        listing: the accounts of the asked window; None where a warehouse does not give them.
        lost: those that left in it, by MRR and then id, at most LISTED.
        excluded: the accounts that are excluded from the asked window.
        segments: the ledger.
        origin: the snapshot that it comes from.
        not_given: what a warehouse does not give of the accounts that left.

    """

    question: Question
    asked: ChurnRates
    ttm: ChurnRates | None
    ttm_reason: Sentence | None
    reason: Sentence | None
    listing: Listing | None
    lost: tuple[LostAccount, ...]
    excluded: Excluded
    segments: Segments
    origin: Origin
    not_given: tuple[Sentence, ...] = ()

    def list_all(self) -> tuple[LostAccount, ...]:
        """Return every account that left in the asked window, by MRR and then id."""
        return _list_lost(self.listing, None)

    def compound(self, rate: Fraction | None) -> Fraction | None:
        """Return the loss of a year in which every month loses `rate`; None where the window is not one month."""
        if rate is None or self.question.period.window.months != 1:
            return None
        return 1 - (1 - rate) ** YEAR


def measure_churn(question: Question, scope: Scope) -> Churn:
    """Return the churn of a cut in the asked window and in the twelve months that end with it.

    Raises:
        QuestionError: the sheet lacks a close of the window, the question names a dimension or value that the ledger
            does not have, or another method.

    """
    ledger, cuts, window = scope.ledger, scope.cuts, question.period.window
    require_cohort_method(question)
    require_history(ledger, question.period)
    year = question.period.twelve_months
    asked = _compute_rates(cuts.measure(question.filters, window))
    ttm = _compute_rates(cuts.measure(question.filters, year)) if ledger.covers(year) else None
    listing: Listing | None = None
    not_given: tuple[Sentence, ...] = ()
    try:
        listing = cuts.list_accounts(question.filters, window, NO_LIMITS)
    except WarehouseError as error:
        not_given = (Sentence(error.problem, error.values),)
    return Churn(
        question,
        asked,
        ttm,
        explain_missing_year(ledger, year.end),
        explain_missing_ratio(ledger) or _explain_empty_base(asked.bridge),
        listing,
        _list_lost(listing, LISTED),
        cuts.exclude(question.filters, window),
        scope.segments,
        scope.origin,
        listing.list_missing(asked.bridge.churned) if listing else not_given,
    )


def _compute_rates(bridge: Bridge) -> ChurnRates:
    if bridge.grr is None or bridge.logo_retention is None:
        return ChurnRates(bridge, None, None, None)
    return ChurnRates(bridge, compute_ratio(bridge.churn, bridge.starting), 1 - bridge.grr, 1 - bridge.logo_retention)


def _explain_empty_base(bridge: Bridge) -> Sentence | None:
    if bridge.base:
        return None
    return Sentence(N_("no account in it paid at the end of {month}"), {"month": bridge.window.start})


def _list_lost(listing: Listing | None, limit: int | None) -> tuple[LostAccount, ...]:
    """Return the accounts that left, by MRR and then id, each with its month; none where none can leave."""
    if listing is None or not listing.is_named or not listing.ledger.coverage.can_leave:
        return ()
    ledger, base = listing.ledger, listing.base
    amounts, whole = measure_component("churn", base.start, base.end), listing.sums["churn"].start
    places = rank_accounts(ledger, base.index, amounts, limit)
    accounts = (
        build_contribution(ledger, account, amount, whole)
        for account, amount in zip(base.index[places].tolist(), amounts[places].tolist(), strict=True)
    )
    months = listing.find_last_paid(places)
    return tuple(LostAccount(account, month + 1) for account, month in zip(accounts, months, strict=True))


def build_churn_json(churn: Churn) -> dict[str, Any]:
    """Return the churn as JSON: a WINDOW with its rates for both windows, and every account that left."""

    def build_rates_json(rates: ChurnRates, *, complete: bool = True) -> dict[str, Any]:
        bridge = rates.bridge
        return {
            **build_window_json(bridge, nrr=bridge.nrr, grr=bridge.grr, complete=complete),
            "revenue_churn": format_percent(rates.revenue),
            "revenue_losses": format_percent(rates.losses),
            "logo_churn": format_percent(rates.logo),
        }

    yearly = churn.compound(churn.asked.revenue)
    return {
        **build_head_json(churn.question, churn.segments.ledger, churn.origin),
        **({"not_given": list(map(str, churn.not_given))} if churn.not_given else {}),
        "window": build_rates_json(churn.asked, complete=churn.question.period.complete),
        "reason": str(churn.reason) if churn.reason else None,
        "trailing_12_months": build_rates_json(churn.ttm) if churn.ttm else None,
        "trailing_12_months_reason": str(churn.ttm_reason) if churn.ttm_reason else None,
        "if_every_month_were_like_this": {
            "revenue_churn": format_percent(yearly),
            "logo_churn": format_percent(churn.compound(churn.asked.logo)),
        }
        if yearly is not None
        else None,
        "accounts": [
            {**build_contribution_json(entry.account), "month": str(entry.month)} for entry in churn.list_all()
        ],
        "excluded": build_excluded_json(churn.excluded),
    }
