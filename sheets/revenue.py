"""What a revenue tab comes to, whatever its layout; and which of its amounts are in the reporting currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger import EXACT_LIMIT, Panel
from core.months import Month
from sheets.cells import Unreadable, is_blank, remembered
from sheets.customers import Customers, Stated
from sheets.numbers import currency_code
from sheets.problems import Problem
from sheets.reader import Reader

# An amount beyond this many minor units is a slip of the keyboard, and would endanger exact sums.
LARGEST = 10**15
_BRACKETS = re.compile(r"[(\[](.+?)[)\]]")


@dataclass(frozen=True, slots=True, eq=False)
class Revenue:
    """The MRR of every account of a revenue tab.

    Attributes:
        ids: the accounts, in the order in which they first stand in the tab.
        rows: (accounts,) the first row of each, counted from 1.
        first: the month of the panel's first row.
        panel: (months, accounts) int64 minor units.
        unpriced: accounts with amounts in a currency that has no rate.

    """

    ids: Sequence[str]
    rows: NDArray[np.int32]
    first: Month
    panel: Panel
    unpriced: frozenset[str]


@dataclass(slots=True)
class Lines:
    """The rows of a revenue tab by account.

    Attributes:
        index: account -> its number, in the order of the tab.
        codes: (rows,) the account's number; -1 where the row is of no account.
        first: (accounts,) the first row of each, counted from the first row below the headings.

    """

    index: Mapping[str, int]
    codes: NDArray[np.intp]
    first: NDArray[np.intp]


def group(ids: Sequence[str]) -> Lines:
    """Return which rows belong to which account; an empty id belongs to none."""
    index: dict[str, int] = {}
    first: list[int] = []
    for row, account in enumerate(ids):
        if account and account not in index:
            index[account] = len(index)
            first.append(row)
    codes = np.fromiter((index.get(account, -1) for account in ids), np.intp, len(ids))
    return Lines(index, codes, np.array(first, dtype=np.intp))


class Pricing:
    """Tells which rows are in the reporting currency, and reports every account that has others, once a currency.

    A row's own Currency says so, else the one that Customers gives, else the heading: "Amount (USD)".

    Attributes:
        unpriced: the accounts that have others, of the rows asked for so far.

    """

    def __init__(self, reader: Reader, customers: Customers) -> None:
        self.unpriced: set[str] = set()
        self._reader, self._customers = reader, customers
        self._reporting = reader.options.currency.code
        self._cells = reader.named("currency")
        self._code = remembered(lambda cell: currency_code(cell, self._reporting))
        self._usual = self._of_heading()
        self._told: set[tuple[str, str]] = set()

    def fits(self, row: int, account: str) -> bool:
        """Tell whether the amounts of a row are in the reporting currency."""
        blank = is_blank(self._cells[row])
        stated = self._customers.currencies.get(account) if blank else None
        code = stated.code if stated else self._usual if blank else self._code(self._cells[row])
        if code == self._reporting:
            return True
        self.unpriced.add(account)
        # An unreadable currency of Customers was reported there.
        if code and (account, str(code)) not in self._told:
            self._told.add((account, str(code)))
            # The heading's own cell where neither the row nor Customers says anything.
            self._report(-1 if blank else row, account, code, stated)
        return False

    def _of_heading(self) -> str:
        header = self._reader.header
        match = _BRACKETS.search(header.heading(header.columns["amount"])) if "amount" in header.columns else None
        code = self._code(match[1] if match else None)
        return code if isinstance(code, str) else self._reporting

    def _report(self, row: int, account: str, code: str | Unreadable, stated: Stated | None) -> None:
        """Report a currency where it stands: in Customers, in the row, or in the heading of the amounts."""
        reader, columns = self._reader, self._reader.header.columns
        if isinstance(code, Unreadable):
            reader.report(code.code, row, columns["currency"], account)
            return
        values = {"code": code, "currency": self._reporting}
        if stated:
            title = self._customers.title
            reader.problems.append(Problem("fx_missing", title, stated.cell, code, account, values=values))
        else:
            reader.report("fx_missing", row, columns["amount" if row < 0 else "currency"], account, **values)


def check_sums(totals: NDArray[np.float64], title: str) -> None:
    """Raise where a month's total is too large for exact sums.

    Args:
        totals: (months,) as floats, since integers would wrap around unseen.
        title: the tab's title.

    Raises:
        WorkbookLayoutError: a total is.

    """
    # Half the limit, so that the rounding of the total itself does not matter.
    if totals.size and float(totals.max()) >= EXACT_LIMIT / 2:
        raise WorkbookLayoutError(
            N_("The amounts of the tab “{tab}” are too large to be added exactly."),
            N_("Look for amounts with digits too many, or for a column that holds no amounts."),
            tab=title,
        )
