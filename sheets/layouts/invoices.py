"""The layout "Invoices": a row for each invoice or credit note. Its amount is spread over the period it covers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.arrays import Panel
from core.money import Currency, divide_half_up, to_units
from core.months import Month, find_last_closed_month
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import EARLIEST, add_months, count_months, infer_date_order, read_date
from sheets.cells.numbers import read_scaled_amount
from sheets.cells.statuses import INVOICE_STATUSES
from sheets.cells.text import (
    NO,
    LocaleFormat,
    UnreadableCell,
    fold_cell,
    is_blank,
    read_flag,
    read_text,
    remember_readings,
)
from sheets.checks.duplicates import report_repeated_lines
from sheets.evidence.piece_prices import read_quantities
from sheets.headers.header_row import HeaderRow
from sheets.layouts.revenue import Revenue, RevenueLine, build_line_panel, find_last_month, group_rows_by_account
from sheets.tabs.amount_columns import LARGEST_AMOUNT
from sheets.tabs.amount_units import find_tab_unit
from sheets.tabs.line_statuses import LineStatuses
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

# The words of a column Type, folded.
_CREDIT_TYPES = frozenset(
    {"credit note", "credit", "credit memo", "refund", "avoir", "note de credit", "remboursement"}
)
_ONE_OFF_TYPES = frozenset(
    {
        *("one off", "one time", "setup", "set up", "setup fee", "services", "service", "professional services"),
        *("training", "hardware", "ponctuel", "unique", "frais de mise en service", "mise en service", "formation"),
        *("prestation", "prestations", "non recurrent", "non recurring"),
    }
)
_BETWEEN = re.compile(r"\s+(?:to|until|till|au|à|jusqu['’]au)\s+|\s*(?:→|–|—|\.\.)\s*|\s+-\s+", re.IGNORECASE)
_PERIOD_START = re.compile(r"^(?:du|from|de)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Period:
    """The period that an invoice covers: its first day, its last day, and its length in months."""

    first: dt.date
    last: dt.date
    months: Fraction


def needs_invoice_months(header: HeaderRow, options: ReadOptions) -> bool:
    """Tell whether a list of invoices can be read only once the config says how long an invoice covers."""
    keys = header.keys
    has_period = keys & {"service_period", "interval"} or keys >= {"period_start", "period_end"}
    return not has_period and options.invoice_months is None


def read_invoices(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The panel runs from the first month that an invoice covers through the last month that is billed.

    Raises:
        WorkbookLayoutError: the periods are unknown, no invoice is readable, or the amounts are too large.

    """
    if needs_invoice_months(reader.header, reader.options):
        raise build_invoice_error(reader.title)
    columns = reader.header.columns
    ids = reader.read_account_ids(columns[key] for key in ("amount", "date", "invoice") if key in columns)
    reader.check_headings(ids, figures=True)
    currencies = AccountCurrencies(reader, customers.currencies, [columns["amount"]], ids)
    invoice_reader = _InvoiceReader(reader, ids, currencies)
    lines = list(invoice_reader.read_lines())
    excluded = invoice_reader.statuses.report()
    if not lines:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no invoice that could be read, so no readable month."),
            N_("Every invoice needs a customer, an amount, and the period that it covers."),
            tab=reader.title,
        )
    report_repeated_lines(reader, ids, [line.row for line in lines])
    account_rows = group_rows_by_account(ids)
    through = find_last_closed_month(reader.options.today)
    first = min([through, *(line.first for line in lines)])
    codes = account_rows.codes[[line.row for line in lines]]
    panel = build_line_panel(lines, codes, first, through, len(account_rows.index), reader.title)
    panel = _cut_unbilled_months(reader, panel, first, lines)
    _report_credits(reader, panel, first, list(account_rows.index), lines, codes, currencies)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=first,
        panel=np.maximum(panel, 0),
        stated=currencies.stated,
        excluded=excluded,
    )


def build_invoice_error(title: str) -> WorkbookLayoutError:
    """Return the error for a list of invoices whose periods are unknown."""
    return WorkbookLayoutError(
        N_(
            "The tab “{tab}” is a list of invoices: amounts billed, not changes of MRR. It does not say which period "
            "an invoice covers, so it is not read."
        ),
        N_(
            "Add the columns Period start and Period end, or say in the config how many months an invoice covers: "
            "workbook.invoice_months = 1."
        ),
        tab=title,
    )


def read_period(cell: Cell, locale_format: LocaleFormat) -> _Period | UnreadableCell | None:
    """Return a cell as a period, None if it is blank: "2025-01-01 to 2025-03-31", "Q1 2025", "Jan 2025"."""
    if is_blank(cell):
        return None
    day = read_date(cell, locale_format)
    if isinstance(day, UnreadableCell) and day.code == "date_period":
        return _build_period(dt.date.fromisoformat(day.values["first"]), dt.date.fromisoformat(day.values["last"]))
    parts = _split_period(cell)
    if len(parts) != 2:
        return UnreadableCell("period_unreadable")
    if any(read_date(part, locale_format) == UnreadableCell("date_ambiguous") for part in parts):
        return UnreadableCell("date_ambiguous")
    first, last = (
        _read_edge(part, locale_format, is_last=is_last) for part, is_last in zip(parts, (False, True), strict=True)
    )
    return _build_period(first, last) if first and last and first <= last else UnreadableCell("period_unreadable")


def _split_period(cell: Cell) -> list[str]:
    """Return the first and the last day of a period as texts; another number of texts for any other cell."""
    return [part.strip() for part in _BETWEEN.split(_PERIOD_START.sub("", read_text(cell).strip()))]


def _read_edge(text: str, locale_format: LocaleFormat, *, is_last: bool) -> dt.date | None:
    day = read_date(text, locale_format)
    if isinstance(day, UnreadableCell) and day.code == "date_period":
        return dt.date.fromisoformat(day.values["last" if is_last else "first"])
    return day if isinstance(day, dt.date) else None


def _build_period(first: dt.date, last: dt.date) -> _Period:
    """Return the period; 1 January to 1 February is a month, as many tools write the first day after the period."""
    months = Month.containing(first).until(Month.containing(last))
    if months > 0 and add_months(first, months) == last:
        last -= dt.timedelta(days=1)
    return _Period(first, last, count_months(first, last + dt.timedelta(days=1)))


class _InvoiceReader:
    """Reads the invoices, one by one.

    Attributes:
        statuses: the statuses of the invoices.

    """

    def __init__(self, reader: TabReader, ids: Sequence[str], currencies: AccountCurrencies) -> None:
        self.statuses = LineStatuses(reader, reader.rules.statuses or INVOICE_STATUSES)
        self._reader, self._ids, self._currencies = reader, ids, currencies
        self._row, self._failed = 0, False
        self._cells = {
            key: reader.cells_under(key)
            for key in (
                *("date", "amount", "type", "one_off", "credit_note"),
                *("period_start", "period_end", "service_period", "interval"),
            )
        }
        self._read_days = {key: reader.day_reader(key) for key in ("date", "period_start", "period_end")}
        edges = [edge for cell in self._cells["service_period"] for edge in _split_period(cell)]
        self._period_format = infer_date_order(edges, reader.locale_format, self._cells["date"])
        self._fold = remember_readings(fold_cell)
        # The period of an invoice is its own; a title may say that the amounts are in thousands.
        self._unit = find_tab_unit(reader, [reader.header.columns["amount"]]).unit
        self._quantities = read_quantities(reader, "amount", ids)

    def read_lines(self) -> Iterator[RevenueLine]:
        """Yield every invoice with MRR, credit notes below 0; report the cells that are unreadable."""
        for row, account in enumerate(self._ids):
            if account:
                self._row, self._failed = row, False
                line = self._read_line()
                if line:
                    yield line

    def _read_line(self) -> RevenueLine | None:
        one_off = read_flag(self._cells["one_off"][self._row])
        if isinstance(one_off, UnreadableCell):
            self._report(one_off, "one_off")
        invoice_type = self._fold(self._cells["type"][self._row])
        status = self.statuses.read(self._row, self._ids[self._row])
        if one_off is True or invoice_type in _ONE_OFF_TYPES or status == "free":
            return None
        currency = self._currencies.find_currency(self._row, self._ids[self._row])
        period = self._find_period()
        amount = self._read_amount(currency, invoice_type) if currency else None
        if self._failed or period is None or amount is None or currency is None:
            return None
        minor = _spread(amount, period.months / self._unit.find_scale(currency.unit), currency)
        if abs(minor) >= LARGEST_AMOUNT:
            self._report(UnreadableCell("amount_too_large"), "amount")
            return None
        return RevenueLine(self._row, minor, Month.containing(period.first), find_last_month(period.last, "last_day"))

    def _read_amount(self, currency: Currency, invoice_type: str) -> Decimal | None:
        """Return the amount, below 0 for a credit note, whatever its sign in the sheet."""
        cell = self._cells["amount"][self._row]
        amount = read_scaled_amount(
            cell, self._reader.locale_format, currency.code, self._unit.find_scale(currency.unit)
        )
        if isinstance(amount, UnreadableCell):
            self._report(amount, "amount")
            return None
        if amount is None:
            self._report(UnreadableCell("value_missing"), "amount")
            return None
        quantity = Decimal(1) if self._quantities is None else self._quantities[self._row]
        if quantity is None:
            return None
        mark = read_text(self._cells["credit_note"][self._row]).casefold()
        is_credit = invoice_type in _CREDIT_TYPES or (bool(mark) and mark not in NO)
        return (-abs(amount) if is_credit else amount) * quantity

    def _find_period(self) -> _Period | None:
        """Return the period of the invoice: its own, else the interval or the configured months from its date on."""
        whole = read_period(self._cells["service_period"][self._row], self._period_format)
        if isinstance(whole, UnreadableCell):
            self._report(whole, "service_period")
            return None
        if whole:
            return whole
        days = {key: self._read_day(key) for key in self._read_days}
        first, last = days["period_start"], days["period_end"]
        if self._failed:
            return None
        if first and last:
            if last < first:
                self._report(UnreadableCell("end_before_start", {"start": first.isoformat()}), "period_end")
                return None
            return _build_period(first, last)
        first = first or days["date"]
        months = self._read_interval() or self._reader.options.invoice_months
        if first is None or not months:
            key = next(key for key in ("period_start", "service_period", "date", "amount") if key in self._keys)
            if not self._failed:
                self._report(UnreadableCell("period_missing"), key)
            return None
        return _Period(first, add_months(first, int(months)) - dt.timedelta(days=1), Fraction(months))

    def _read_interval(self) -> int | None:
        cell = self._cells["interval"][self._row]
        if is_blank(cell):
            return None
        months = read_interval(cell)
        if isinstance(months, UnreadableCell) or months.denominator != 1:
            self._report(UnreadableCell("interval_unknown"), "interval")
            return None
        return int(months)

    def _read_day(self, key: str) -> dt.date | None:
        day = self._read_days[key](self._cells[key][self._row])
        if isinstance(day, dt.date) and day < EARLIEST:
            day = UnreadableCell("date_too_early")
        if isinstance(day, UnreadableCell):
            self._report(day, key)
            return None
        return day

    @property
    def _keys(self) -> frozenset[str]:
        return self._reader.header.keys

    def _report(self, problem: UnreadableCell, key: str) -> None:
        self._failed = True
        column = self._reader.header.columns[key]
        values = {"heading": self._reader.header.heading(column), **problem.values}
        self._reader.report(problem.code, self._row, column, self._ids[self._row], **values)


def _spread(amount: Decimal, months: Fraction, currency: Currency) -> int:
    """Return the MRR in minor units, rounded half-up in size, so that a credit note cancels its invoice."""
    size = abs(Fraction(amount)) * currency.unit / months
    minor = divide_half_up(size.numerator, size.denominator)
    return minor if amount >= 0 else -minor


def _cut_unbilled_months(reader: TabReader, panel: Panel, first: Month, lines: Sequence[RevenueLine]) -> Panel:
    """Return the panel without the trailing months that are not billed yet.

    A month after that of the last invoice counts if no account's cover ends before it: one whose cover ends may have
    left, or its next invoice is not written yet. The month of the last invoice counts if at least half of the accounts
    of the month before are covered.
    """
    covered = panel > 0
    counts = covered.sum(axis=1)
    months = min(len(panel), first.until(max(line.first for line in lines)) + 1)
    billed = covered[months - 1]
    while months < len(panel) and not (billed & ~covered[months]).any():
        months += 1
    while months > 1 and 2 * counts[months - 1] < counts[months - 2]:
        months -= 1
    if months < len(panel):
        statement = N_("The figures end with {month}, the last month that is billed.")
        reader.decide("months", Sentence(statement, {"month": first + (months - 1)}))
    return panel[:months]


def _report_credits(
    reader: TabReader,
    panel: Panel,
    first: Month,
    ids: Sequence[str],
    lines: Sequence[RevenueLine],
    codes: NDArray[np.intp],
    currencies: AccountCurrencies,
) -> None:
    """Report the accounts whose credits exceed their invoices in a month: a credit note of the first such month."""
    for account in np.flatnonzero((panel < 0).any(axis=0)).tolist():
        month = first + int(np.argmax(panel[:, account] < 0))
        line = next(
            line
            for line, code in zip(lines, codes.tolist(), strict=True)
            if code == account and line.minor < 0 and line.first <= month <= line.last
        )
        currency = currencies.find_currency(line.row, ids[account])
        mrr = to_units(int(panel[month.ordinal - first.ordinal, account]), currency.exponent if currency else 2)
        column = reader.header.columns["amount"]
        reader.report("credit_above_invoices", line.row, column, ids[account], month=str(month), mrr=str(mrr))
