"""The currency of each account's amounts, from its rows, from Customers or from a heading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.money import Currency, find_currency
from sheets.accounts.cell_currencies import CellCurrencies, read_cell_currencies
from sheets.cells.numbers import read_currency_code
from sheets.cells.text import UnreadableCell, is_blank, read_text, remember_readings
from sheets.tabs.amount_columns import RowCurrencies
from sheets.tabs.amount_units import find_tab_unit
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1


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

    The Currency cell of a row comes first, then the one in Customers, then the marks of the amounts (number formats and
    signs), then the heading, a title or the tab's title, as in "Amount (USD)". All amounts of an account must be in one
    currency.

    Attributes:
        stated: account -> its currency, with an empty code if unclear, and the first cell that states it.

    """

    def __init__(
        self,
        reader: TabReader,
        customer_currencies: Mapping[str, StatedCurrency],
        columns: Sequence[int],
        ids: Sequence[str],
    ) -> None:
        """Read all that the tab states.

        Args:
            reader: the tab.
            customer_currencies: account -> its currency in Customers.
            columns: the columns of the amounts.
            ids: the account of each row.

        Raises:
            ConfigError: `workbook.unit` names no unit.
            WorkbookLayoutError: the words about the unit contradict each other.

        """
        self.stated: dict[str, StatedCurrency] = {}
        self._reader, self._customer_currencies = reader, customer_currencies
        self._cells = reader.cells_under("currency")
        self._read_code = remember_readings(lambda cell: read_currency_code(cell, reader.options.currency.code))
        self._default = self._read_words(columns)
        self._reported: set[str] = set()
        self._marked = self._read_marks(columns, ids)

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
            return self._customer_currencies.get(account) or self._marked.get(account, self._default)
        code, column = self._read_code(self._cells[row]), reader.header.columns["currency"]
        if isinstance(code, UnreadableCell) and account not in self._reported:
            self._reported.add(account)
            reader.report(code.code, row, column, account)
        return self._state(code if isinstance(code, str) else "", row, column)

    def _state(self, code: str, row: int, column: int) -> StatedCurrency:
        """Return a currency with the place in the workbook of the cell that states it."""
        place = self._reader.grid.locate(self._reader.first_row + row, column)
        return StatedCurrency(code, place.title, format_a1(place.row, place.column))

    def _read_words(self, columns: Sequence[int]) -> StatedCurrency:
        """Return the currency that heading, title or tab state, else the reporting one, and the cell that states it."""
        reader = self._reader
        tab_unit = find_tab_unit(reader, columns)
        reason = tab_unit.currency
        row, column = reason.cell if reason and reason.cell else (-1, columns[0])
        code = tab_unit.unit.currency or reader.options.currency.code
        return self._state(code, row, column)

    def _read_marks(self, columns: Sequence[int], ids: Sequence[str]) -> Mapping[str, StatedCurrency]:
        """Return account -> the currency of its marks, for the accounts that state none in a column.

        At least half of an account's amounts must have the mark: a single sign among plain numbers is reported as
        another currency where it is read.
        """
        cells = read_cell_currencies(self._reader, columns)
        if cells is None:
            return {}
        rows_of_account: dict[str, list[int]] = {}
        for row, account in enumerate(ids):
            if account and account not in self._customer_currencies and is_blank(self._cells[row]):
                rows_of_account.setdefault(account, []).append(row)
        first_places = cells.find_first_of_one_mark().tolist()
        by_account: dict[str, StatedCurrency | None] = {}
        for account, rows in rows_of_account.items():
            place = first_places[rows[0]] if len(rows) == 1 else -1
            if place >= 0:
                code = cells.codes[int(cells.marks[rows[0], place])]
                by_account[account] = self._state(code, rows[0], cells.columns[place])
            else:
                by_account[account] = self._read_account_marks(cells, account, rows)
        return {account: stated for account, stated in by_account.items() if stated}

    def _read_account_marks(self, cells: CellCurrencies, account: str, rows: Sequence[int]) -> StatedCurrency | None:
        reader, marks = self._reader, cells.marks[rows]
        places = np.argwhere(marks >= 0)
        if not places.size:
            return None
        row, place = places[0].tolist()
        code = cells.codes[int(marks[row, place])]
        stated = self._state(code, rows[row], cells.columns[place])
        if len(places) * 2 < int(cells.filled[rows].sum()):
            self._report_odd_formats(cells, account, rows, places)
            return None
        others = places[marks[places[:, 0], places[:, 1]] != marks[row, place]]
        if others.size:
            self._reported.add(account)
            other_row, other_place = others[0].tolist()
            values = {"code": code, "other": stated.place}
            reader.report("currency_mixed", rows[other_row], cells.columns[other_place], account, **values)
            return stated._replace(code="")
        return stated

    def _report_odd_formats(
        self, cells: CellCurrencies, account: str, rows: Sequence[int], places: NDArray[np.intp]
    ) -> None:
        """Report the first number whose format shows another currency; texts are reported where they are read."""
        for row, place in places.tolist():
            column, code = cells.columns[place], cells.codes[int(cells.marks[rows[row], place])]
            if code != self._default.code and not isinstance(self._reader.cell_at(rows[row], column), str):
                content = f"{read_text(self._reader.cell_at(rows[row], column))} {code}"
                self._reader.report(
                    "currency_mismatch", rows[row], column, account, found=content, currency=self._default.code
                )
                return
