"""The concentration of MRR at a close: the largest accounts, their shares, and what NRR is without each of them.

The accounts count by their MRR: n_eff = (sum of MRR)^2 / sum of MRR^2 is the number of equal accounts that they are
worth (Kish, Survey Sampling, 1965).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from core.errors import Sentence
from core.ledger.arrays import Mask
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.retention import Bridge, measure
from core.metrics.uncertainty import count_effective_accounts
from core.money import compute_ratio
from core.months import Month, Period, Window
from core.query.question import Question
from core.reports.answer_json import build_contribution_json, build_head_json, build_window_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_close, require_cohort_method
from core.sources.exclusions import Excluded, build_excluded_json, measure_excluded_accounts
from core.sources.members import begin_window, select_members

# Accounts that are listed, and numbers of largest accounts whose share is given.
LISTED = 10
COUNTS = (1, 5, 10)


@dataclass(frozen=True, slots=True)
class Concentration:
    """The largest accounts of a cut at a close.

    Attributes:
        question: the cut and the period; only its end counts.
        mrr: MRR of the cut at the close, minor units.
        accounts: number of accounts that pay there.
        effective: n_eff, the number of equal accounts that they are worth; 0 without any.
        largest: the accounts with most MRR, by MRR and then id, at most LISTED.
        shares: number of largest accounts -> their share of the MRR; empty without MRR.
        ttm: the bridge of the twelve months that end with the close; None without both closes.
        nrr_without: NRR of these twelve months without each of `largest`; None where they have no NRR; empty
            without the twelve months.
        ttm_reason: why the twelve months have no NRR; None where they have.
        excluded: the accounts that are excluded at the close.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    mrr: int
    accounts: int
    effective: float
    largest: tuple[Contribution, ...]
    shares: Mapping[int, Fraction]
    ttm: Bridge | None
    nrr_without: tuple[Fraction | None, ...]
    ttm_reason: Sentence | None
    excluded: Excluded
    segments: Segments
    origin: Origin

    @property
    def close(self) -> Month:
        """The close."""
        return self.question.period.window.end


def read_concentration(text: str, reader: QuestionReader) -> Question:
    """Return what "enterprise 2026-08" asks for: a cut and a close, the last one where none is named.

    Raises:
        QuestionError: the words are no question.

    """
    last = reader.scope.ledger.last
    return reader.read(text, Period("month", Window.ending(last, 1), year=last.year, number=last.number))


def measure_concentration_at_close(question: Question, scope: Scope) -> Concentration:
    """Return the largest accounts of a cut at the close that ends a period.

    Raises:
        QuestionError: the sheet does not have that close, the question names a dimension or value that the ledger does
            not have, or another method.

    """
    segments, ledger, close = scope.segments, scope.ledger, question.period.window.end
    require_cohort_method(question)
    require_close(ledger, question.period)
    now = begin_window(ledger, close)
    index = np.flatnonzero(select_members(segments, question.filters, now) & ledger.accounts.counted)
    mrr = ledger.mrr(close, close).take(index)
    whole = int(mrr.sum())
    largest = list_contributions(ledger, index, mrr, LISTED)
    year = Window.ending(close, YEAR)
    ttm = None
    nrr_without: tuple[Fraction | None, ...] = ()
    if ledger.covers(year):
        members = select_members(segments, question.filters, year)
        ttm = measure(ledger, year, members)
        nrr_without = tuple(_compute_nrr_without(largest, ttm, members, segments))
    return Concentration(
        question,
        whole,
        int(np.count_nonzero(mrr)),
        count_effective_accounts(mrr),
        largest,
        {count: Fraction(sum(entry.amount for entry in largest[:count]), whole) for count in COUNTS} if whole else {},
        ttm,
        nrr_without,
        explain_missing_ratio(ledger) or explain_missing_year(ledger, close),
        measure_excluded_accounts(segments, question.filters, now),
        segments,
        scope.origin,
    )


def _compute_nrr_without(
    accounts: Sequence[Contribution], bridge: Bridge, members: Mask, segments: Segments
) -> Iterator[Fraction | None]:
    """Yield NRR of the others of a base without each account; for one outside of the base, that of all."""
    ledger, window = segments.ledger, bridge.window
    start, end = (ledger.window_mrr(month, window.start) for month in (window.start, window.end))
    for account in accounts:
        before, after = int(start[account.index]), int(end[account.index])
        if before and members[account.index] and ledger.coverage.can_leave:
            yield compute_ratio(bridge.ending - after, bridge.starting - before)
        else:
            yield bridge.nrr


def build_concentration_json(concentration: Concentration) -> dict[str, Any]:
    """Return the concentration as JSON: money in minor units, shares and NRR as strings with one decimal."""
    ttm = concentration.ttm
    rows = [{**build_contribution_json(account), "nrr_without": None} for account in concentration.largest]
    for row, nrr in zip(rows, concentration.nrr_without, strict=False):
        row["nrr_without"] = format_percent(nrr)
    return {
        **build_head_json(concentration.question, concentration.segments.ledger, concentration.origin),
        "close": str(concentration.close),
        "mrr": concentration.mrr,
        "accounts": concentration.accounts,
        "effective_accounts": f"{concentration.effective:.1f}",
        "shares": [{"largest": count, "share": format_percent(share)} for count, share in concentration.shares.items()],
        "rows": rows,
        "trailing_12_months": build_window_json(ttm, nrr=ttm.nrr, grr=ttm.grr) if ttm else None,
        "trailing_12_months_reason": str(concentration.ttm_reason) if concentration.ttm_reason else None,
        "excluded": build_excluded_json(concentration.excluded),
    }
