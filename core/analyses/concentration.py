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

from core.errors import N_, QuestionError, Sentence
from core.ledger.history import explain_missing_ratio, explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.contributions import Contribution, list_contributions
from core.metrics.retention import Base, Bridge
from core.metrics.uncertainty import count_effective_accounts
from core.money import compute_ratio
from core.months import Month, Period, Window
from core.query.question import Question
from core.reports.answer_json import build_contribution_json, build_head_json, build_window_json, format_percent
from core.reports.scope import YEAR, Origin, QuestionReader, Scope, require_close, require_cohort_method
from core.sources.cuts import Selection
from core.sources.exclusions import Excluded, build_excluded_json
from core.sources.listing import UNNAMED
from core.sources.members import begin_window

# Accounts that are listed, and numbers of largest accounts whose share is given.
LISTED = 10
COUNTS = (1, 5, 10)
BEYOND_LISTED = N_("NRR without an account is n/a if the warehouse does not give the account’s twelve months.")


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
        nrr_without: NRR of these twelve months without each of `largest`; None where they have no NRR, or where a
            warehouse does not give the account; empty without the twelve months.
        ttm_reason: why the twelve months have no NRR; None where they have.
        excluded: the accounts that are excluded at the close.
        segments: the ledger.
        origin: the snapshot that it comes from.
        not_given: why a warehouse does not give NRR without each account.

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
    not_given: tuple[Sentence, ...] = ()

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
            not have, or another method, or a warehouse does not give the accounts.

    """
    ledger, cuts, close = scope.ledger, scope.cuts, question.period.window.end
    require_cohort_method(question)
    require_close(ledger, question.period)
    whole, accounts = cuts.measure_close(question.filters, close)
    selection = cuts.select_close(question.filters, close)
    (base,) = selection.bases.values()
    largest = list_contributions(selection.ledger, base.index, base.start, LISTED, whole)
    if whole and not largest:
        reason = selection.reason or Sentence(UNNAMED)
        raise QuestionError(reason.template, N_("Ask for the MRR of a segment."), **reason.values)
    year = Window.ending(close, YEAR)
    ttm = None
    nrr_without: tuple[Fraction | None, ...] = ()
    not_given = [selection.reason] if selection.reason else []
    if ledger.covers(year):
        of_year = cuts.select(question.filters, [year])
        ttm = of_year.bases[year].whole or cuts.measure(question.filters, year)
        nrr_without = tuple(_compute_nrr_without(largest, ttm, selection.ledger, of_year))
        if None in nrr_without and ttm.nrr is not None:
            not_given.append(of_year.reason or Sentence(BEYOND_LISTED))
    return Concentration(
        question,
        whole,
        accounts,
        _count_effective(base),
        largest,
        {count: Fraction(sum(entry.amount for entry in largest[:count]), whole) for count in COUNTS} if whole else {},
        ttm,
        nrr_without,
        explain_missing_ratio(ledger) or explain_missing_year(ledger, close),
        cuts.exclude(question.filters, begin_window(ledger, close)),
        scope.segments,
        scope.origin,
        tuple(not_given),
    )


def _count_effective(base: Base) -> float:
    if base.whole is None or base.products is None:
        return count_effective_accounts(base.start)
    return base.starting**2 / base.products[0] if base.starting else 0.0


def _compute_nrr_without(
    accounts: Sequence[Contribution], bridge: Bridge, ledger: Ledger, selection: Selection
) -> Iterator[Fraction | None]:
    """Yield NRR of the others of a base without each account; for one outside of the base, that of all.

    None where the selection has not all accounts, and not this one.
    """
    ids, base = selection.ledger.accounts.ids, selection.bases[bridge.window]
    for account in accounts:
        position = account.index
        # A warehouse gives other accounts of each window.
        if selection.ledger is not ledger:
            position = ids.index(account.id) if account.id in ids else -1
        places = np.flatnonzero(base.index == position)
        before, after = (int(column[places].sum()) for column in (base.start, base.end))
        if before and bridge.can_leave:
            yield compute_ratio(bridge.ending - after, bridge.starting - before)
        else:
            yield bridge.nrr if places.size or base.is_complete else None


def build_concentration_json(concentration: Concentration) -> dict[str, Any]:
    """Return the concentration as JSON: money in minor units, shares and NRR as strings with one decimal."""
    ttm = concentration.ttm
    rows = [{**build_contribution_json(account), "nrr_without": None} for account in concentration.largest]
    for row, nrr in zip(rows, concentration.nrr_without, strict=False):
        row["nrr_without"] = format_percent(nrr)
    return {
        **build_head_json(concentration.question, concentration.segments.ledger, concentration.origin),
        **({"not_given": list(map(str, concentration.not_given))} if concentration.not_given else {}),
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
