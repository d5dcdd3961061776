"""What a revenue tab comes to, whatever its layout; and which of its amounts are in the reporting currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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


@dataclass(slots=True)
class Pricing:
    """Tells which rows are in the reporting currency.

    A row's own Currency says so, else the one that Customers gives, else the heading: "Amount (USD)".
    """

    reader: Reader
    customers: Customers
    unpriced: set[str] = field(default_factory=set)

    def priced(self, ids: Sequence[str]) -> list[bool]:
        """Return True for each row that can be read; report every account that has others, once a currency."""
        reporting = self.reader.options.currency.code
        usual, code_of = self._of_heading(), remembered(lambda cell: currency_code(cell, reporting))
        told: set[tuple[str, str]] = set()
        fit = []
        for row, (account, cell) in enumerate(zip(ids, self.reader.named("currency"), strict=True)):
            stated = self.customers.currencies.get(account) if is_blank(cell) else None
            code = stated.code if stated else usual if is_blank(cell) else code_of(cell)
            fit.append(bool(account) and code == reporting)
            if not account or code == reporting:
                continue
            self.unpriced.add(account)
            # An unreadable currency of Customers was reported there.
            if code and (account, str(code)) not in told:
                told.add((account, str(code)))
                # The heading's own cell where neither the row nor Customers says anything.
                self._report(-1 if is_blank(cell) else row, account, code, stated)
        return fit

    def _of_heading(self) -> str:
        reporting, header = self.reader.options.currency.code, self.reader.header
        match = _BRACKETS.search(header.heading(header.columns["amount"])) if "amount" in header.columns else None
        code = currency_code(match[1], reporting) if match else reporting
        return code if isinstance(code, str) else reporting

    def _report(self, row: int, account: str, code: str | Unreadable, stated: Stated | None) -> None:
        """Report a currency where it stands: in Customers, in the row, or in the heading of the amounts."""
        reader, columns = self.reader, self.reader.header.columns
        if isinstance(code, Unreadable):
            reader.report(code.code, row, columns["currency"], account)
            return
        values = {"code": code, "currency": reader.options.currency.code}
        if stated:
            title = self.customers.title
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
