"""The FX tab: the value of a unit of each currency in the reporting currency, at the close of each month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence
from core.ledger.arrays import Mask, Panel
from core.ledger.rates import PUBLISHED_CURRENCIES, Rates
from core.money import find_currency
from core.months import Month
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.numbers import is_currency_code, read_currency_code, read_number
from sheets.cells.text import LocaleFormat, UnreadableCell, fold_cell, is_blank, read_text, remember_readings
from sheets.headers.header_row import HeaderRow
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid

# A rate outside of these is a slip of the keyboard.
_YEAR = re.compile(r"(?:cy ?)?((?:19|20)\d{2})", re.ASCII | re.IGNORECASE)
# Two currencies: EUR/USD, EUR-USD, EURUSD.
_PAIR = re.compile(r"([A-Za-z]{3})\s*[/\-→:]?\s*([A-Za-z]{3})")
_CODE = re.compile(r"\b[A-Z]{3}\b")
_LEAST, _MOST = Decimal("1e-9"), Decimal("1e9")


# The headings of a column with years instead of months, folded.
_YEAR_HEADINGS = frozenset({"year", "annee", "calendar year", "annee civile"})

# The period of a rate: a month, a year, or None for all months.
RatePeriod = Month | int | None


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """The rates of the FX tab.

    Attributes:
        by_period: (period, code) -> the value of one unit in the reporting currency.

    """

    by_period: Mapping[tuple[RatePeriod, str], Fraction] = field(default_factory=dict)

    def find(self, month: Month, code: str) -> Fraction | None:
        """Return the rate of a month: its own, else that of its year, else the one for all months; None if unknown."""
        for period in (month, month.year, None):
            rate = self.by_period.get((period, code))
            if rate is not None:
                return rate
        return None


def holds_rates(grid: Grid, header: HeaderRow) -> bool:
    """Tell whether an FX tab has a rate; the one of the template has none at first."""
    column = header.columns["rate"]
    return any(column < len(row) and not is_blank(row[column]) for row in grid.rows[header.row + 1 :])


def find_rate_currency(header: HeaderRow) -> str:
    """Return the currency that the heading of the rates names, as in "Rate to EUR"; empty if it names none or two."""
    codes = [code for code in _CODE.findall(header.heading(header.columns["rate"])) if is_currency_code(code)]
    return codes[0] if len(codes) == 1 else ""


def settle_rate_currency(reader: TabReader) -> ReadOptions:
    """Return the options with the currency that the heading of the rates names as the reporting one, and record it."""
    code, column = find_rate_currency(reader.header), reader.header.columns["rate"]
    if not code:
        return reader.options
    statement = N_("Figures are in {code}, because of “{heading}”.")
    values = {"code": code, "heading": reader.header.heading(column)}
    reader.decide("currency", Sentence(statement, values), (-1, column), config_line=f'company.currency = "{code}"')
    return replace(reader.options, currency=find_currency(code))


def read_exchange_rates(reader: TabReader) -> ExchangeRates:
    """Return the rates of the FX tab, and report its problems in the reader; neither of two different rates is read.

    Rates into another currency than the reporting one are not read.

    A tab without months has one rate for all months of each currency. A year instead of a month, or one month in each
    of several years, is a rate for the year.
    """
    columns, reporting = reader.header.columns, reader.options.currency.code
    period_column = find_period_column(reader.header)
    cells = [None] * len(reader.body) if period_column is None else reader.cells_in(period_column)
    locale_format = infer_date_order(cells, reader.locale_format)
    period_of = remember_readings(lambda cell: _read_period(cell, locale_format))
    rates: dict[tuple[RatePeriod, str], Fraction] = {}
    rows: dict[tuple[RatePeriod, str], int] = {}
    contradicted, has_inverse = set(), False
    is_of_other = find_rate_currency(reader.header) not in ("", reporting)
    lines = zip(cells, reader.cells_under("currency"), reader.cells_under("rate"), strict=True)
    for row, (period_cell, currency_cell, rate_cell) in enumerate(lines):
        # A blank rate is one of a month to come.
        if is_blank(rate_cell):
            continue
        period, rate = period_of(period_cell), read_number(rate_cell, reader.locale_format)
        code, is_inverse = _read_currency(currency_cell, reporting)
        has_inverse |= is_inverse
        if period is None and period_column is not None:
            reader.report("fx_month", row, period_column)
        if isinstance(code, UnreadableCell):
            reader.report("fx_currency", row, columns["currency"])
        if (
            is_of_other
            or not isinstance(rate, Decimal)
            or not _LEAST <= rate <= _MOST
            or (code == reporting and rate != 1)
        ):
            reader.report("fx_rate", row, columns["rate"], currency=reporting)
        elif (period is not None or period_column is None) and isinstance(code, str) and code != reporting:
            key, value = (period, code), 1 / Fraction(rate) if is_inverse else Fraction(rate)
            if rates.setdefault(key, value) != value:
                contradicted.add(key)
                first = format_a1(reader.first_row + rows[key], columns["rate"])
                reader.report("fx_twice", row, columns["rate"], other=first)
            rows.setdefault(key, row)
    if has_inverse:
        statement = N_("The rates of pairs that begin with {currency} are read as the price of 1 {currency}.")
        reader.decide("currency", Sentence(statement, {"currency": reporting}), (-1, columns["currency"]))
    return _spread_periods(reader, {key: rate for key, rate in rates.items() if key not in contradicted})


def _read_currency(cell: Cell, reporting: str) -> tuple[str | UnreadableCell, bool]:
    """Return the code of a currency or a pair, and whether its rate is the price of the reporting currency.

    The rate of EUR/USD is the price of 1 EUR in USD.
    """
    if is_blank(cell):
        return UnreadableCell("fx_currency"), False
    pair = _PAIR.fullmatch(read_text(cell))
    if pair is None:
        return read_currency_code(cell, reporting), False
    base, quote = (read_currency_code(code.upper(), reporting) for code in pair.groups())
    if quote == reporting:
        return base, False
    return (quote, True) if base == reporting else (UnreadableCell("fx_currency"), False)


def find_period_column(header: HeaderRow) -> int | None:
    """Return the column of months or years; None if the tab has neither."""
    years = (column for column in header.others if fold_cell(header.heading(column)) in _YEAR_HEADINGS)
    return header.columns.get("month", next(years, None))


def _read_period(cell: Cell, locale_format: LocaleFormat) -> Month | int | None:
    """Return a month, or a year such as 2025; None for any other cell."""
    year = _YEAR.fullmatch(read_text(cell)) if not isinstance(cell, bool) else None
    return int(year[1]) if year else read_month(cell, locale_format)


def _spread_periods(reader: TabReader, rates: Mapping[tuple[RatePeriod, str], Fraction]) -> ExchangeRates:
    """Return the rates, those of one month a year as rates of the years; record what holds for more than a month."""
    periods = {period for period, _ in rates}
    months = {period for period in periods if isinstance(period, Month)}
    # One month in several years, and always the same one: a rate a year. A single month may be all there is so far.
    is_yearly = len(months) > 1 and len({month.number for month in months}) == 1
    if is_yearly:
        rates = {
            (period.year if isinstance(period, Month) else period, code): rate for (period, code), rate in rates.items()
        }
    if is_yearly or any(isinstance(period, int) for period in periods):
        reader.decide(
            "currency", Sentence(N_("The rates of this tab are one a year: each counts for all months of its year."))
        )
    elif None in periods:
        reader.decide("currency", Sentence(N_("The rates of this tab have no months: each counts for all months.")))
    return ExchangeRates(rates)


def list_published_rates(rates: ExchangeRates, first: Month, months: int) -> Rates:
    """Return the rates of the currencies of published amounts in the `months` months from `first` on."""
    stated = {
        (month, code): rates.find(month, code)
        for month in (first + row for row in range(months))
        for code in PUBLISHED_CURRENCIES
    }
    return {key: rate for key, rate in stated.items() if rate is not None}


def select_rates(
    rates: ExchangeRates,
    codes: Sequence[str],
    first: Month,
    panel: Panel,
    currency_of: NDArray[np.int16],
    known: Mask | None = None,
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
        known: (months,) True for the closes that the sheet has, which alone need rates; all of them when None.

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
        stated = {month: rates.find(month, code) for month in months}
        selected |= {(month, code): rate for month, rate in stated.items() if rate is not None}
        if (months[begin], code) in selected:
            selected = {(month, code): selected[months[begin], code] for month in months[:begin]} | selected
        missing = [
            row
            for row in range(begin, len(months))
            if (known is None or known[row]) and (months[row], code) not in selected
        ]
        if missing:
            # An account that left before the first missing rate needs none of them.
            last = len(panel) - 1 - np.argmax(paid[::-1], axis=0)
            needed = paid.any(axis=0) & (last >= missing[0])
            for account, until in zip(accounts[needed].tolist(), last[needed].tolist(), strict=True):
                lacking[account] = [months[row] for row in missing if row <= until]
    return selected, lacking
