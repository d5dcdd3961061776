"""Finds the cells of accounts in the revenue tab and in Customers, for checks that read the finished ledger."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.ledger.ledger import Ledger
from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.cells.text import is_blank, read_account_id, remember_readings
from sheets.tabs.tab_reader import TabReader


class AccountCells:
    """Finds the cells of accounts. Each tab is searched once, and only if there is something to report."""

    def __init__(self, ledger: Ledger, reader: TabReader, customers_reader: TabReader | None) -> None:
        self._ledger, self.reader, self._customers_reader = ledger, reader, customers_reader
        # Reversed, so that the first column of a repeated month wins.
        months = reader.header.read_months(reader.locale_format)
        self._columns = {month: column for column, month in reversed(months.items())}
        self._rows: dict[str, list[int]] | None = None
        self._row_months: Mapping[int, Month] | None = None
        self._customer_rows: dict[str, list[int]] | None = None

    def report(self, code: str, account: int, /, **values: str) -> None:
        """Report an account at the first cell with its ID: in the revenue tab, else in Customers."""
        account_id, reader = self._ledger.accounts.ids[account], self.reader
        rows = self._index_revenue_rows().get(account_id)
        if rows is None and self._customers_reader:
            reader = self._customers_reader
            self._customer_rows = self._customer_rows or _index_rows(reader)
            rows = self._customer_rows[account_id]
        reader.report(code, rows[0] if rows else -1, reader.header.columns["account_id"], account_id, **values)

    def _index_revenue_rows(self) -> dict[str, list[int]]:
        self._rows = self._rows or _index_rows(self.reader)
        return self._rows

    def find_amount(self, account: int, month: Month) -> tuple[int, int]:
        """Return (row, column) of the account's largest amount in a month's column, or in the column of all amounts."""
        reader, header = self.reader, self.reader.header
        id_column = header.columns["account_id"]
        column = self._columns.get(month, header.columns.get("mrr", header.columns.get("amount", id_column)))
        rows = self._index_revenue_rows()

        def read_size(row: int) -> Decimal:
            cell = reader.cell_at(row, column)
            amount = None if is_blank(cell) else read_amount(cell, reader.locale_format, reader.options.currency.code)
            return amount if isinstance(amount, Decimal) else Decimal(-1)

        return max(rows[self._ledger.accounts.ids[account]], key=read_size), column

    def find_cell(self, account: int, month: Month) -> tuple[int, int] | None:
        """Return (row, column) of the account's amount of a month, else of its last month before; None without a row.

        In a tab without months it is the largest amount of the account.
        """
        rows = self._index_revenue_rows().get(self._ledger.accounts.ids[account])
        if not rows:
            return None
        row, column = self.find_amount(account, month)
        if month not in self._columns:
            self._row_months = self._row_months or self.reader.read_row_months()
            dated = [(at, number) for number in rows if (at := self._row_months.get(number)) and at <= month]
            row = max(dated)[1] if dated else row
        return row, column


def _index_rows(reader: TabReader) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    id_of = remember_readings(read_account_id)
    for row, cell in enumerate(reader.cells_in(reader.header.columns["account_id"])):
        account = id_of(cell)
        rows.setdefault(reader.aliases.get(account, account), []).append(row)
    return rows
