"""What a revenue tab comes to, whatever its layout; and in which currency each account pays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.ledger import EXACT_LIMIT, Mask, Panel, ScheduledChanges
from core.money import Currency, currency
from core.months import Month
from sheets.cells.numbers import read_currency_code
from sheets.cells.text import Unreadable, is_blank, remember_readings
from sheets.layouts.customers import Customers, StatedValue
from sheets.tabs.amount_columns import Money
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1

_BRACKETS = re.compile(r"[(\[](.+?)[)\]]")


@dataclass(frozen=True, slots=True, eq=False)
class Revenue:
    """The MRR of every account of a revenue tab.

    Attributes:
        ids: the accounts, in the order in which they first stand in the tab.
        codes: (rows,) the account of each row, an index into `ids`, counted from the first row below the headings; -1
            where the row is of none.
        first: the month of the panel's first row.
        panel: (months, accounts) int64 minor units of each account's own currency.
        stated: account -> its currency, and the cell that says so; of those that have amounts.
        ahead: what the tab says of months after the panel's last; None where its layout says nothing of them.

    """

    ids: Sequence[str]
    codes: NDArray[np.intp]
    first: Month
    panel: Panel
    stated: Mapping[str, StatedValue]
    ahead: ScheduledChanges | None = None


@dataclass(slots=True)
class Lines:
    """The rows of a revenue tab by account.

    Attributes:
        index: account -> its number, in the order of the tab.
        codes: (rows,) the account's number; -1 where the row is of no account.

    """

    index: Mapping[str, int]
    codes: NDArray[np.intp]


def group_lines(ids: Sequence[str]) -> Lines:
    """Return which rows belong to which account; an empty id belongs to none."""
    index: dict[str, int] = {}
    for account in ids:
        if account and account not in index:
            index[account] = len(index)
    codes = np.fromiter((index.get(account, -1) for account in ids), np.intp, len(ids))
    return Lines(index, codes)


class Pricing:
    """Tells in which currency each account pays, and reports what does not say it clearly.

    A row's own Currency says so, else the one that Customers gives, else the heading: "Amount (USD)". The amounts of
    one account are in one currency.

    Attributes:
        stated: account -> its currency, empty where that is unclear, and the cell that says so first.

    """

    def __init__(self, reader: TabReader, customers: Customers) -> None:
        self.stated: dict[str, StatedValue] = {}
        self._reader, self._customers = reader, customers
        self._cells = reader.named("currency")
        self._code = remember_readings(lambda cell: read_currency_code(cell, reader.options.currency.code))
        self._usual = self._of_heading()
        self._told: set[str] = set()

    def of(self, row: int, account: str) -> Currency | None:
        """Return the currency of the amounts of a row; None where that is unclear, which is reported once an account.

        Args:
            row: counted from the first row below the headings.
            account: whose row it is.

        """
        stated = self._stated(row, account)
        known = self.stated.setdefault(account, stated)
        if known.code == stated.code:
            return currency(stated.code) if stated.code else None
        # What is unreadable was reported where it stands.
        if known.code and stated.code and account not in self._told:
            self._told.add(account)
            column = self._reader.header.columns["currency"]
            self._reader.report("currency_mixed", row, column, account, code=known.code, other=known.place)
        return None

    def of_rows(self, ids: Sequence[str]) -> Money:
        """Return the currencies of all rows, given the account of each; unclear where it is empty."""
        found: dict[str, int] = {}
        kinds: list[Currency] = []
        codes = np.full(len(ids), -1, dtype=np.intp)
        for row, account in enumerate(ids):
            money = self.of(row, account) if account else None
            if money:
                if money.code not in found:
                    found[money.code] = len(kinds)
                    kinds.append(money)
                codes[row] = found[money.code]
        return Money(kinds, codes)

    def _stated(self, row: int, account: str) -> StatedValue:
        if is_blank(self._cells[row]):
            return self._customers.currencies.get(account, self._usual)
        code, column = self._code(self._cells[row]), self._reader.header.columns["currency"]
        if isinstance(code, Unreadable) and account not in self._told:
            self._told.add(account)
            self._reader.report(code.code, row, column, account)
        return StatedValue(
            code if isinstance(code, str) else "", self._reader.title, format_a1(self._reader.top + row, column)
        )

    def _of_heading(self) -> StatedValue:
        header, reporting = self._reader.header, self._reader.options.currency.code
        column = header.columns.get("amount", header.columns.get("mrr"))
        match = _BRACKETS.search(header.heading(column)) if column is not None else None
        code = self._code(match[1]) if match else reporting
        cell = format_a1(header.row, column) if column is not None else ""
        return StatedValue(code if isinstance(code, str) else reporting, self._reader.title, cell)


def sum_between(
    options: ReadOptions,
    first: Month,
    panel: Panel,
    touched: Mask,
    report: Callable[[int, int, str], None],
    missing: Sequence[int] = (),
) -> Panel:
    """Return the panel with its blanks between two values read as the options say: as 0, or as the value before.

    Args:
        options: `blank_month` decides.
        first: the month of the panel's first row.
        panel: (months, n) minor units.
        touched: (months, n) True where something stands, readable or not.
        report: told each run of blanks that reads as 0: its column, its first month (a row), its months in words.
        missing: the months (rows) that stand nowhere, which are no gap of any account.

    """
    earlier = np.logical_or.accumulate(touched, axis=0)
    later = np.logical_or.accumulate(touched[::-1], axis=0)[::-1]
    inside = ~touched & earlier & later
    if options.blank_month == "carry":
        for month in range(1, len(panel)):
            panel[month] = np.where(inside[month], panel[month - 1], panel[month])
        return panel
    inside[list(missing)] = False
    for place, start, end in _runs(inside):
        report(place, start, str(first + start) if start == end else f"{first + start}..{first + end}")
    return panel


def _runs(inside: Mask) -> Iterator[tuple[int, int, int]]:
    """Yield (column, first month, last month) of every run of True along the months."""
    edges = np.diff(inside.astype(np.int8), axis=0, prepend=0, append=0).T
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (account, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield account, start, end - 1


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
        raise too_large(title)


def too_large(title: str) -> WorkbookLayoutError:
    """Return the error for a tab whose amounts cannot be added exactly."""
    return WorkbookLayoutError(
        N_("The amounts of the tab “{tab}” are too large to be added exactly."),
        N_("Look for amounts with digits too many, or for a column that holds no amounts."),
        tab=title,
    )
