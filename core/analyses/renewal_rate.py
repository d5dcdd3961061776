"""The renewal rate: GRR of the MRR whose term ended in a window.

A line of the base is due where it has an end, is in force at the start close a, and is not at a close up to the end
close b. Per account, with d the MRR of its lines that are due, and e its MRR at b less that of its lines that are not
due, so that a follow-on line counts in e:

    renewal rate = sum min(d, e) / sum d

A line without an end is not due, and neither is one whose last close in force is b: what follows shows after it. All is
at the rates of the start close. There is no rate where the sheet has ends of lines that left only: those of the lines
that renew are unknown then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analyses.both_windows import BothWindows
from core.errors import N_, QuestionError
from core.ledger.arrays import Panel
from core.ledger.ledger import Ledger
from core.ledger.lines import Terms
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.money import compute_ratio
from core.months import Window
from core.query.question import Filter, Question
from core.reports.answer_json import build_contribution_json, build_head_json, format_percent
from core.reports.scope import Scope
from core.sources.exclusions import build_excluded_json
from core.sources.members import select_members

_ADD_TERMS = N_("Give every line of the tab Subscriptions the End of its term, those of renewed terms too.")


@dataclass(frozen=True, slots=True, eq=False)
class Renewals:
    """The MRR of one window by whether its term ended; minor units.

    Attributes:
        window: the window.
        starting: MRR at the start.
        index: (n,) the places of the accounts with MRR that was due, ascending.
        due_by_account: (n,) that MRR, above 0.
        renewed_by_account: (n,) the renewed part of it.

    """

    window: Window
    starting: int
    index: NDArray[np.intp]
    due_by_account: Panel
    renewed_by_account: Panel

    @property
    def due(self) -> int:
        """MRR whose term ended in the window."""
        return int(self.due_by_account.sum())

    @property
    def renewed(self) -> int:
        """The renewed part of it."""
        return int(self.renewed_by_account.sum())

    @property
    def not_due(self) -> int:
        """MRR at the start whose term did not end in the window, or that has none."""
        return self.starting - self.due

    @property
    def rate(self) -> Fraction | None:
        """The renewal rate; None where nothing was due."""
        return compute_ratio(self.renewed, self.due)

    @property
    def accounts(self) -> int:
        """The number of accounts with MRR that was due."""
        return len(self.index)

    @property
    def renewed_in_full(self) -> int:
        """The number of accounts that renewed all that was due."""
        return int(np.count_nonzero(self.renewed_by_account == self.due_by_account))

    @property
    def lost(self) -> int:
        """The number of accounts that renewed nothing."""
        return int(np.count_nonzero(self.renewed_by_account == 0))

    def list_losses(self, ledger: Ledger, limit: int | None = None) -> tuple[Contribution, ...]:
        """Return the accounts that renewed less than was due, by the difference and then id, at most `limit`."""
        return list_contributions(ledger, self.index, self.due_by_account - self.renewed_by_account, limit)


class RenewalRate(BothWindows[Renewals]):
    """The renewal rate of a cut."""


def measure_renewal_rate(question: Question, scope: Scope) -> RenewalRate:
    """Return the renewal rate of a cut in the asked window and in the twelve months that end with it.

    Raises:
        QuestionError: the sheet has no terms, or lacks a close of the window, the question names a dimension or value
            that the ledger does not have, or another method.

    """
    terms, segments = _require_terms(scope.ledger), scope.segments
    return RenewalRate.measure(
        question, scope, lambda window: _measure_window(terms, segments, question.filters, window)
    )


def _require_terms(ledger: Ledger) -> Terms:
    """Return the terms of a ledger.

    Raises:
        QuestionError: it has none, or only those of lines that are over.

    """
    terms = ledger.terms
    if terms is None or not terms.accounts.size:
        raise QuestionError(N_("The renewal rate is n/a: the sheet has no terms of lines."), _ADD_TERMS)
    if int(terms.lasts.max()) < ledger.last.ordinal:
        raise QuestionError(
            N_("The renewal rate is n/a: only lines that are over have an end, so renewed terms are unknown."),
            _ADD_TERMS,
        )
    return terms


def _measure_window(terms: Terms, segments: Segments, filters: Sequence[Filter], window: Window) -> Renewals:
    ledger, start, end = segments.ledger, window.start.ordinal, window.end.ordinal
    members = select_members(segments, filters, window) & ledger.accounts.counted
    before, after = ledger.read_own_mrr(window.start), ledger.read_own_mrr(window.end)
    is_due = (terms.firsts <= start) & (terms.lasts >= start) & (terms.lasts < end)
    # (accounts,) exact below 2**53, as every sum of the ledger is.
    due = np.bincount(terms.accounts[is_due], terms.amounts[is_due], len(before)).astype(np.int64)
    index = np.flatnonzero((due > 0) & (before > 0) & members)
    # What is not due is the same at both closes, so the rest of the end is what follows the lines that were due.
    own_due = np.minimum(due, before).take(index)
    follows = after.take(index) - (before.take(index) - own_due)
    renewed = np.minimum(own_due, np.maximum(follows, 0))
    amounts = (ledger.currencies.convert(own, window.start, index) for own in (own_due, renewed))
    return Renewals(window, int(ledger.mrr(window.start, window.start)[members].sum()), index, *amounts)


def build_renewal_rate_json(rate: RenewalRate) -> dict[str, Any]:
    """Return the renewal rate as JSON: money in minor units, and every account that renewed less."""
    ledger = rate.segments.ledger

    def build_window_json(renewals: Renewals) -> dict[str, Any]:
        return {
            "start": str(renewals.window.start),
            "end": str(renewals.window.end),
            "starting_mrr": renewals.starting,
            "not_due_mrr": renewals.not_due,
            "due_mrr": renewals.due,
            "renewed_mrr": renewals.renewed,
            "accounts": {
                "due": renewals.accounts,
                "renewed_in_full": renewals.renewed_in_full,
                "reduced": renewals.accounts - renewals.renewed_in_full - renewals.lost,
                "lost": renewals.lost,
            },
            "renewal_rate": format_percent(renewals.rate),
        }

    return {
        **build_head_json(rate.question, ledger, rate.origin),
        "window": build_window_json(rate.asked),
        "trailing_12_months": build_window_json(rate.ttm) if rate.ttm else None,
        "trailing_12_months_reason": str(rate.ttm_reason) if rate.ttm_reason else None,
        "accounts": [build_contribution_json(account) for account in rate.asked.list_losses(ledger)],
        "excluded": build_excluded_json(rate.excluded),
    }
