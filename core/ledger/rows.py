"""The rows of the revenue tab that each account's MRR comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class RowIndex:
    """All rows of the revenue tab, grouped by account.

    Attributes:
        starts: (accounts + 1,) int32, the place in `numbers` where each account's rows begin; the last entry is
            where the last account's rows end.
        numbers: (n,) int32, row numbers counted from 1, each account's in the order of the tab.

    """

    starts: NDArray[np.int32]
    numbers: NDArray[np.int32]

    def __post_init__(self) -> None:
        if self.starts[0] != 0 or self.starts[-1] != len(self.numbers) or (np.diff(self.starts) < 0).any():
            raise ValueError("the rows of the accounts do not fit together")

    def rows_of(self, account: int) -> NDArray[np.int32]:
        """Return (n,) the rows of an account, ascending; empty where the tab has no row of it."""
        return self.numbers[self.starts[account] : self.starts[account + 1]]

    def select(self, accounts: NDArray[np.intp]) -> RowIndex:
        """Return the rows of some accounts, in their order."""
        starts = np.zeros(len(accounts) + 1, dtype=np.int32)
        np.cumsum(np.diff(self.starts)[accounts], out=starts[1:])
        rows = [self.rows_of(account) for account in accounts.tolist()]
        return RowIndex(starts, np.concatenate([self.numbers[:0], *rows]))

    @property
    def first_rows(self) -> NDArray[np.int32]:
        """(accounts,) the first row of each account, 0 where it has none."""
        first_rows = np.zeros(len(self.starts) - 1, dtype=np.int32)
        # An account without rows starts where the next one starts, so its start must not be looked up.
        with_rows = np.flatnonzero(np.diff(self.starts))
        first_rows[with_rows] = self.numbers[self.starts[with_rows]]
        return first_rows


@dataclass(frozen=True, eq=False)
class SourceRows:
    """The place in the workbook that each account's MRR comes from.

    Attributes:
        tab: the title of the revenue tab.
        first_rows: (accounts,) int32, the first row of the account in that tab (1-based), 0 if none.
        load_index: returns `by_account`. It is called at the first use only, as the index may be half as large as the
            panel. None where the first rows are all that is known.

    """

    tab: str
    first_rows: NDArray[np.int32]
    load_index: Callable[[], RowIndex] | None = None

    @cached_property
    def by_account(self) -> RowIndex:
        """All rows of the revenue tab by account; the first row of each where the others were not kept."""
        return self.load_index() if self.load_index else index_first_rows(self.first_rows)


def build_source_rows(tab: str, index: RowIndex) -> SourceRows:
    """Return the source rows of an index that is in memory already."""
    return SourceRows(tab, index.first_rows, lambda: index)


def build_row_index(owners: NDArray[np.intp], accounts: int, top: int = 1) -> RowIndex:
    """Return the rows of each account.

    Args:
        owners: (rows,) the account of each row, -1 where the row belongs to no account.
        accounts: the number of accounts.
        top: the number of the first of these rows, counted from 1.

    """
    owned = np.flatnonzero(owners >= 0)
    owners = owners[owned]
    starts = np.zeros(accounts + 1, dtype=np.int32)
    np.cumsum(np.bincount(owners, minlength=accounts), out=starts[1:])
    # A stable sort by account keeps the rows of each account in the order of the tab.
    return RowIndex(starts, (owned[np.argsort(owners, kind="stable")] + top).astype(np.int32))


def index_first_rows(first_rows: NDArray[np.int32]) -> RowIndex:
    """Return the index of accounts whose first row alone is known, 0 where an account has none."""
    has_row = first_rows > 0
    starts = np.zeros(len(first_rows) + 1, dtype=np.int32)
    np.cumsum(has_row, out=starts[1:])
    return RowIndex(starts, first_rows[has_row])
