"""The FX tab: what a unit of each currency was worth in the reporting currency at the close of each month."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Panel, Rates
from core.months import Month
from sheets.cells.dates import column_style, read_month
from sheets.cells.numbers import read_currency_code, read_number
from sheets.cells.text import Unreadable, is_blank, remember_readings
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1

# A rate beyond these is a slip of the keyboard.
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


def read_exchange_rates(reader: TabReader) -> dict[tuple[Month, str], Fraction]:
    """Return the rates of the FX tab, and note its problems in the reader; two rates that differ are none at all."""
    columns, reporting = reader.header.columns, reader.options.currency.code
    dates = column_style(reader.named("month"), reader.style)
    month_of = remember_readings(lambda cell: read_month(cell, dates))
    rates: dict[tuple[Month, str], Fraction] = {}
    rows: dict[tuple[Month, str], int] = {}
    refused = set()
    for row, cells in enumerate(zip(*(reader.named(key) for key in ("month", "currency", "rate")), strict=True)):
        if is_blank(cells[2]):
            # Months ahead whose rates are still to come.
            continue
        when, rate = month_of(cells[0]), read_number(cells[2], reader.style)
        code = Unreadable("fx_currency") if is_blank(cells[1]) else read_currency_code(cells[1], reporting)
        if when is None:
            reader.report("fx_month", row, columns["month"])
        if isinstance(code, Unreadable):
            reader.report("fx_currency", row, columns["currency"])
        if not isinstance(rate, Decimal) or not _LEAST <= rate <= _MOST or (code == reporting and rate != 1):
            reader.report("fx_rate", row, columns["rate"], currency=reporting)
        elif when is not None and isinstance(code, str) and code != reporting:
            key = when, code
            if rates.setdefault(key, Fraction(rate)) != Fraction(rate):
                refused.add(key)
                reader.report(
                    "fx_twice", row, columns["rate"], other=format_a1(reader.top + rows[key], columns["rate"])
                )
            rows.setdefault(key, row)
    return {key: rate for key, rate in rates.items() if key not in refused}


def rates_for(
    known: Rates,
    codes: Sequence[str],
    first: Month,
    panel: Panel,
    currency_of: NDArray[np.int16],
) -> tuple[Rates, dict[int, list[Month]]]:
    """Return the rates of a panel's months, and the accounts that lack some: account -> the months.

    An account needs a rate for every close up to its last MRR, as each is the start of a window that it takes part
    in. Before anybody paid in a currency nobody retains any of it: where the sheet has no rate there, the first one
    that is needed serves.

    Args:
        known: the rates of the sheet.
        codes: the currencies other than the reporting one.
        first: the month of the panel's first row.
        panel: (months, accounts) MRR in the accounts' own currencies.
        currency_of: (accounts,) 0 for the reporting currency, else the place in `codes`, counted from 1.

    """
    rates: dict[tuple[Month, str], Fraction] = {}
    lacking: dict[int, list[Month]] = {}
    for number_, code in enumerate(codes, start=1):
        accounts = np.flatnonzero(currency_of == number_)
        paid = panel[:, accounts] > 0
        some = np.flatnonzero(paid.any(axis=1))
        if not some.size:
            continue
        months = [first + row for row in range(int(some[-1]) + 1)]
        begin = int(some[0])
        rates |= {(when, code): known[when, code] for when in months if (when, code) in known}
        if (months[begin], code) in rates:
            rates = {(when, code): rates[months[begin], code] for when in months[:begin]} | rates
        missing = [row for row in range(len(months)) if row >= begin and (months[row], code) not in rates]
        if missing:
            last = len(panel) - 1 - np.argmax(paid[::-1], axis=0)
            needed = paid.any(axis=0) & (last >= missing[0])
            for account, until in zip(accounts[needed].tolist(), last[needed].tolist(), strict=True):
                lacking[account] = [months[row] for row in missing if row <= until]
    return rates, lacking
