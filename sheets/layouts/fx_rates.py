"""The FX tab: the value of a unit of each currency in the reporting currency, at the close of each month."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.ledger.rates import Rates
from core.months import Month
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.numbers import read_currency_code, read_number
from sheets.cells.text import UnreadableCell, is_blank, remember_readings
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1

# A rate outside of these is a slip of the keyboard.
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


def read_exchange_rates(reader: TabReader) -> dict[tuple[Month, str], Fraction]:
    """Return the rates of the FX tab, and report its problems in the reader; neither of two different rates is read."""
    columns, reporting = reader.header.columns, reader.options.currency.code
    locale_format = infer_date_order(reader.cells_under("month"), reader.locale_format)
    month_of = remember_readings(lambda cell: read_month(cell, locale_format))
    rates: dict[tuple[Month, str], Fraction] = {}
    rows: dict[tuple[Month, str], int] = {}
    contradicted = set()
    lines = zip(*(reader.cells_under(key) for key in ("month", "currency", "rate")), strict=True)
    for row, (month_cell, currency_cell, rate_cell) in enumerate(lines):
        # A blank rate is one of a month to come.
        if is_blank(rate_cell):
            continue
        month, rate = month_of(month_cell), read_number(rate_cell, reader.locale_format)
        code = (
            UnreadableCell("fx_currency") if is_blank(currency_cell) else read_currency_code(currency_cell, reporting)
        )
        if month is None:
            reader.report("fx_month", row, columns["month"])
        if isinstance(code, UnreadableCell):
            reader.report("fx_currency", row, columns["currency"])
        if not isinstance(rate, Decimal) or not _LEAST <= rate <= _MOST or (code == reporting and rate != 1):
            reader.report("fx_rate", row, columns["rate"], currency=reporting)
        elif month is not None and isinstance(code, str) and code != reporting:
            key = month, code
            if rates.setdefault(key, Fraction(rate)) != Fraction(rate):
                contradicted.add(key)
                first = format_a1(reader.first_row + rows[key], columns["rate"])
                reader.report("fx_twice", row, columns["rate"], other=first)
            rows.setdefault(key, row)
    return {key: rate for key, rate in rates.items() if key not in contradicted}


def select_rates(
    rates: Rates,
    codes: Sequence[str],
    first: Month,
    panel: Panel,
    currency_of: NDArray[np.int16],
) -> tuple[Rates, dict[int, list[Month]]]:
    """Return the rates of a panel's months, and the accounts that lack some: account -> the months.

    An account needs a rate for every close up to its last MRR, as each close is the start of a window that includes
    it. Before the first MRR in a currency no amount is converted: months without a rate get the first rate that is
    needed.

    Args:
        rates: the rates of the sheet.
        codes: the currencies other than the reporting one.
        first: the month of the panel's first row.
        panel: (months, accounts) MRR in the accounts' own currencies.
        currency_of: (accounts,) 0 for the reporting currency, else the place in `codes`, counted from 1.

    """
    selected: dict[tuple[Month, str], Fraction] = {}
    lacking: dict[int, list[Month]] = {}
    for number, code in enumerate(codes, start=1):
        accounts = np.flatnonzero(currency_of == number)
        paid = panel[:, accounts] > 0
        paid_rows = np.flatnonzero(paid.any(axis=1))
        if not paid_rows.size:
            continue
        # The months from the panel's first to the last with MRR in this currency; `begin` is the first with MRR.
        months = [first + row for row in range(int(paid_rows[-1]) + 1)]
        begin = int(paid_rows[0])
        selected |= {(month, code): rates[month, code] for month in months if (month, code) in rates}
        if (months[begin], code) in selected:
            selected = {(month, code): selected[months[begin], code] for month in months[:begin]} | selected
        missing = [row for row in range(len(months)) if row >= begin and (months[row], code) not in selected]
        if missing:
            # An account that left before the first missing rate needs none of them.
            last = len(panel) - 1 - np.argmax(paid[::-1], axis=0)
            needed = paid.any(axis=0) & (last >= missing[0])
            for account, until in zip(accounts[needed].tolist(), last[needed].tolist(), strict=True):
                lacking[account] = [months[row] for row in missing if row <= until]
    return selected, lacking
