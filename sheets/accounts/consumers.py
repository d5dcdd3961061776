"""The accounts that are consumers: by a flag in Customers, or by a word for consumers in the column Segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.columns import Column, DatedValues
from core.months import Month
from sheets.cells.text import fold_cell

# The values that make an account a consumer, folded.
_CONSUMER_WORDS = frozenset({"consumer", "consumers", "b2c", "particulier", "particuliers", "grand public"})


def find_consumers(columns: Sequence[Column]) -> tuple[Mask, DatedValues | None]:
    """Return (accounts,) True where a column has a word for consumers today, and the flags of accounts that change.

    Args:
        columns: at least one; a value in any of them makes an account a consumer.

    """
    # Code -1, a blank cell, indexes the last entry.
    flag_of_code = [
        np.array([*(fold_cell(value) in _CONSUMER_WORDS for value in column.values), False]) for column in columns
    ]

    def unite_flags(codes_of: Iterable[NDArray[np.int32]]) -> Mask:
        flags: Mask = np.logical_or.reduce([flags[codes] for flags, codes in zip(flag_of_code, codes_of, strict=True)])
        return flags

    current = unite_flags(column.codes for column in columns)
    dated = {
        row
        for column in columns
        if column.changes
        for row in zip(column.changes.accounts.tolist(), column.changes.months.tolist(), strict=True)
    }
    # (n, 2) account and month of every dated value of any column, by account and then by month.
    accounts, months = np.array(sorted(dated), dtype=np.int64).reshape(-1, 2).T
    codes = np.zeros(len(accounts), dtype=np.int32)
    for month in np.unique(months).tolist():
        at_month = months == month
        flags = unite_flags(column.codes_at(Month(month)) for column in columns)
        codes[at_month] = flags[accounts[at_month]]
    # An account that is a consumer at every date, or at none, needs no dates.
    changes = np.isin(accounts, accounts[codes != current[accounts]])
    if not changes.any():
        return current, None
    return current, DatedValues(accounts[changes].astype(np.intp), months[changes], codes[changes])
