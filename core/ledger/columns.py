"""The columns of the Customers tab that can be a segment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.months import Month


@dataclass(frozen=True, slots=True, eq=False)
class DatedValues:
    """The values of a column with the month from which each applies.

    Attributes:
        accounts: (n,) the account of each value, ascending; the values of one account by month.
        months: (n,) ordinal of the first close at which the value applies. An account's first value also applies
            to every close before it.
        codes: (n,) int32, the value, as in `Column.codes`.

    """

    accounts: NDArray[np.intp]
    months: NDArray[np.int64]
    codes: NDArray[np.int32]

    def select(self, accounts: NDArray[np.intp]) -> DatedValues:
        """Return the values of some accounts, which are ascending and are numbered anew in their order."""
        places = np.searchsorted(accounts, self.accounts)
        mine = np.flatnonzero(accounts[np.minimum(places, len(accounts) - 1)] == self.accounts)
        return DatedValues(places[mine], self.months[mine], self.codes[mine])

    def codes_at(self, month: Month, current: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return (accounts,) the codes at the close of `month`; the `current` code of an account without values."""
        codes = current.copy()
        # The values are sorted by account and then by month, so a step in `accounts` marks an account's first value.
        # That one is written first: it also serves closes before its own month.
        firsts = np.flatnonzero(np.diff(self.accounts, prepend=-1))
        codes[self.accounts[firsts]] = self.codes[firsts]
        self._apply_begun(month, codes)
        return codes

    def begun_codes_at(self, month: Month, accounts: int) -> NDArray[np.int32]:
        """Return (accounts,) the codes of the values that apply by `month`; -1 for an account without such a value."""
        codes = np.full(accounts, -1, dtype=np.int32)
        self._apply_begun(month, codes)
        return codes

    def _apply_begun(self, month: Month, codes: NDArray[np.int32]) -> None:
        # Of the values that apply by `month`, the last of each account overwrites it. No account is -1, so the
        # appended -1 closes the last account.
        begun = np.flatnonzero(self.months <= month.ordinal)
        lasts = begun[np.flatnonzero(np.diff(self.accounts[begun], append=-1))]
        codes[self.accounts[lasts]] = self.codes[lasts]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of the Customers tab as a dimension.

    Attributes:
        heading: the heading as the sheet has it.
        values: the distinct values, in the order in which readers see them.
        codes: (accounts,) int32, index into `values` of the current value, -1 where the cell is blank ("Unassigned").
        changes: the values of dated rows; None where the sheet has none and the current value serves for the past.
        is_blank_elsewhere: whether accounts that are not in the ledger have no value: those of a warehouse.

    """

    heading: str
    values: tuple[str, ...]
    codes: NDArray[np.int32]
    changes: DatedValues | None = None
    is_blank_elsewhere: bool = False

    @property
    def has_blanks(self) -> bool:
        """Tell whether an account has, or once had, no value."""
        has_blank_row = self.changes is not None and (self.changes.codes < 0).any()
        return bool(self.is_blank_elsewhere or has_blank_row or (self.codes < 0).any())

    def select(self, accounts: NDArray[np.intp]) -> Column:
        """Return the column of some accounts, as in `DatedValues.select`."""
        changes = self.changes and self.changes.select(accounts)
        return Column(self.heading, self.values, self.codes[accounts], changes)

    def codes_at(self, month: Month) -> NDArray[np.int32]:
        """Return (accounts,) the codes at the close of `month`; the current code of an account without dated rows."""
        return self.codes if self.changes is None else self.changes.codes_at(month, self.codes)


def encode_values(
    heading: str,
    cells: Sequence[str],
    order: Sequence[str] = (),
    dated: Iterable[tuple[int, Month, str]] = (),
) -> Column:
    """Return a column from one text per account; blanks are code -1.

    Values are sorted alphabetically, after those of `order`, which keep their order.

    Args:
        heading: the heading as the sheet has it.
        cells: one text per account, its current value.
        order: the values that come first.
        dated: (account, month, text) of every dated row; the text applies from that month's close.

    """
    dated_rows = sorted((account, month.ordinal, text) for account, month, text in dated)
    rank = {value: number for number, value in enumerate(order)}
    distinct = {cell for cell in (*cells, *(text for _, _, text in dated_rows)) if cell}
    values = tuple(sorted(distinct, key=lambda value: (rank.get(value, len(rank)), value.casefold())))
    code_of = {value: code for code, value in enumerate(values)}
    codes = np.fromiter((code_of.get(cell, -1) for cell in cells), np.int32, len(cells))
    if not dated_rows:
        return Column(heading, values, codes)
    accounts, months, texts = zip(*dated_rows, strict=True)
    changes = DatedValues(
        np.array(accounts, dtype=np.intp),
        np.array(months, dtype=np.int64),
        np.array([code_of.get(text, -1) for text in texts], dtype=np.int32),
    )
    return Column(heading, values, codes, changes)
