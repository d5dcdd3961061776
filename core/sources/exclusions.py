"""The accounts and rows of a question that are in no figure: how many, and how much MRR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.ledger.arrays import Mask
from core.ledger.segments import Segments
from core.months import Window
from core.query.question import Filter
from core.sources.members import begin_window, select_members


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Accounts in a currency without a rate: their number, and their MRR in minor units of that currency."""

    accounts: int
    mrr: int


@dataclass(frozen=True, slots=True)
class Excluded:
    """The accounts and rows that the sheet's errors keep out of every figure of a question.

    MRR is that of the window's start, minor units: the least that is excluded. Of a window that the sheet does not
    have, accounts and MRR are those of the last close.

    Attributes:
        accounts: number of excluded accounts that the question would cover.
        counted: number of accounts that it does cover.
        mrr: the readable MRR of the excluded accounts, without that of unpriced ones.
        unpriced: code of the currency -> the excluded accounts whose amounts no rate converts, and their MRR.
        rows: number of rows that belong to no account; which segment they are in is not known.
        rows_mrr: their MRR.
        is_of_warehouse: whether they are those of a warehouse.

    """

    accounts: int = 0
    counted: int = 0
    mrr: int = 0
    unpriced: Mapping[str, Unpriced] = field(default_factory=dict)
    rows: int = 0
    rows_mrr: int = 0
    is_of_warehouse: bool = False

    @property
    def unpriced_accounts(self) -> int:
        """The number of the excluded accounts that are in currencies without a rate."""
        return sum(unpriced.accounts for unpriced in self.unpriced.values())


def measure_excluded_accounts(segments: Segments, filters: Sequence[Filter], window: Window) -> Excluded:
    """Return the accounts with an error that would belong to a window, and the rows of no account."""
    ledger = segments.ledger
    covered = ledger.covers(window)
    close = window.start if covered else ledger.last
    members = select_members(segments, filters, window) if covered else select_current_members(segments, filters)
    mrr = ledger.mrr(close, close)
    excluded, unpriced = members & ledger.accounts.excluded, members & ledger.accounts.unpriced
    own = ledger.read_own_mrr(close)
    by_currency = {}
    # Code 0 is the reporting currency: such an account states none, or several.
    codes = ledger.currencies.codes[unpriced]
    for code in np.flatnonzero(np.bincount(codes[codes > 0])).tolist():
        accounts = unpriced & (ledger.currencies.codes == code)
        currency = ledger.currencies.known[code]
        by_currency[currency.code] = Unpriced(int(np.count_nonzero(accounts)), int(own[accounts].sum()))
    left_out = ledger.coverage.left_out_mrr
    return Excluded(
        accounts=int(np.count_nonzero(excluded)),
        counted=int(np.count_nonzero(members & ledger.accounts.counted & (mrr > 0))),
        mrr=int(mrr[excluded & ~unpriced].sum()),
        unpriced=by_currency,
        rows=ledger.coverage.left_out_rows,
        rows_mrr=left_out[ledger.first.until(close)] if left_out else 0,
    )


def select_current_members(segments: Segments, filters: Sequence[Filter]) -> Mask:
    """Return (accounts,) True where an account meets the filters at the last close."""
    return select_members(segments, filters, begin_window(segments.ledger, segments.ledger.last))


def bound_excluded_mrr(segments: Segments, filters: Sequence[Filter], window: Window) -> int:
    """Return the most MRR that can be excluded from a window, minor units, without accounts that have no rate.

    That is each excluded account's highest known MRR, and for the whole company the highest MRR of the rows of no
    account.
    """
    ledger = segments.ledger
    excluded = select_members(segments, filters, window) & ledger.accounts.excluded & ~ledger.accounts.unpriced
    most = np.zeros(ledger.accounts.count, dtype=np.int64)
    most[excluded] = ledger.panel[:, excluded].max(axis=0)
    of_rows = 0 if filters else max(ledger.coverage.left_out_mrr, default=0)
    return int(ledger.currencies.convert(most, window.start).sum()) + of_rows


def build_excluded_json(excluded: Excluded) -> dict[str, Any]:
    """Return the excluded accounts and rows as JSON: money in minor units of the reporting or the own currency."""
    return {
        "accounts": excluded.accounts,
        "counted": excluded.counted,
        "mrr": excluded.mrr,
        "unpriced": {
            code: {"accounts": unpriced.accounts, "mrr": unpriced.mrr} for code, unpriced in excluded.unpriced.items()
        },
        "rows": excluded.rows,
        "rows_mrr": excluded.rows_mrr,
    }
