"""The currency of each account's amounts, from its rows, from Customers or from a heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from core.money import Currency, find_currency
from sheets.cells.numbers import read_currency_code
from sheets.cells.text import UnreadableCell, is_blank, remember_readings
from sheets.tabs.amount_columns import RowCurrencies
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1

_BRACKETS = re.compile(r"[(\[](.+?)[)\]]")


class StatedCurrency(NamedTuple):
    """The currency of an account's amounts: its ISO code, empty if unreadable, and the cell that states it."""

    code: str
    tab: str
    cell: str

    @property
    def place(self) -> str:
        """The cell with its tab: `Customers!F12`."""
        return f"{self.tab}!{self.cell}"


class AccountCurrencies:
    """Finds the currency of each account, and reports currencies that are unreadable or mixed.

    The Currency cell of a row comes first, then the one in Customers, then the heading, as in "Amount (USD)". All
    amounts of an account must be in one currency.

    Attributes:
        stated: account -> its currency, with an empty code if unclear, and the first cell that states it.

    """

    def __init__(self, reader: TabReader, customer_currencies: Mapping[str, StatedCurrency]) -> None:
        self.stated: dict[str, StatedCurrency] = {}
        self._reader, self._customer_currencies = reader, customer_currencies
        self._cells = reader.cells_under("currency")
        self._read_code = remember_readings(lambda cell: read_currency_code(cell, reader.options.currency.code))
        self._default = self._read_heading()
        self._reported: set[str] = set()

    def find_currency(self, row: int, account: str) -> Currency | None:
        """Return the currency of the amounts of a row; None if it is unclear, which is reported once per account.

        Args:
            row: counted from the first row below the header row.
            account: the account of the row.

        """
        stated = self._read_row(row, account)
        first = self.stated.setdefault(account, stated)
        if first.code == stated.code:
            return find_currency(stated.code) if stated.code else None
        # An unreadable cell has already been reported.
        if first.code and stated.code and account not in self._reported:
            self._reported.add(account)
            column = self._reader.header.columns["currency"]
            self._reader.report("currency_mixed", row, column, account, code=first.code, other=first.place)
        return None

    def find_row_currencies(self, ids: Sequence[str]) -> RowCurrencies:
        """Return the currencies of all rows, given the account of each; unclear for a row of no account."""
        numbers: dict[str, int] = {}
        currencies: list[Currency] = []
        codes = np.full(len(ids), -1, dtype=np.intp)
        for row, account in enumerate(ids):
            row_currency = self.find_currency(row, account) if account else None
            if row_currency:
                if row_currency.code not in numbers:
                    numbers[row_currency.code] = len(currencies)
                    currencies.append(row_currency)
                codes[row] = numbers[row_currency.code]
        return RowCurrencies(currencies, codes)

    def _read_row(self, row: int, account: str) -> StatedCurrency:
        reader = self._reader
        if is_blank(self._cells[row]):
            return self._customer_currencies.get(account, self._default)
        code, column = self._read_code(self._cells[row]), reader.header.columns["currency"]
        if isinstance(code, UnreadableCell) and account not in self._reported:
            self._reported.add(account)
            reader.report(code.code, row, column, account)
        return StatedCurrency(
            code if isinstance(code, str) else "", reader.title, format_a1(reader.first_row + row, column)
        )

    def _read_heading(self) -> StatedCurrency:
        header, reporting = self._reader.header, self._reader.options.currency.code
        column = header.columns.get("amount", header.columns.get("mrr"))
        match = _BRACKETS.search(header.heading(column)) if column is not None else None
        code = self._read_code(match[1]) if match else reporting
        cell = format_a1(header.row, column) if column is not None else ""
        return StatedCurrency(code if isinstance(code, str) else reporting, self._reader.title, cell)
