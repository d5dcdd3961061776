"""The layout "Subscriptions": a row for each subscription line of an account, from a start to an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.arrays import Panel
from core.ledger.ledger import ScheduledChanges
from core.money import Currency, half_up
from core.months import Month, last_closed
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import EARLIEST
from sheets.cells.numbers import read_number, read_scaled_amount, read_share
from sheets.cells.text import UnreadableCell, read_flag, remember_readings
from sheets.checks.duplicates import report_overlaps
from sheets.layouts.revenue import Revenue, check_sums, group_rows_by_account
from sheets.layouts.subscription_units import LineUnit
from sheets.tabs.amount_columns import LARGEST_AMOUNT
from sheets.tabs.read_options import EndDate
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

T = TypeVar("T")

# A row that is blank under all of these headings needs no account ID.
_CONTENT_KEYS = ("start", "end", "amount", "quantity", "product")
_NO_END = Month.containing(dt.date.max)
_ONE, _MONTHLY = Decimal(1), Fraction(1)


@dataclass(frozen=True, slots=True)
class _SubscriptionLine:
    """A row that was read: MRR in minor units, in force at the closes of `first` to `last`."""

    row: int
    minor: int
    first: Month
    last: Month


def read_subscriptions(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The panel runs from the first start through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no line is readable, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids(columns[key] for key in _CONTENT_KEYS if key in columns)
    reader.check_headings(ids, figures=True)
    currencies = AccountCurrencies(reader, customers.currencies, [columns["amount"]], ids)
    line_reader = _LineReader(reader, ids, currencies, LineUnit(reader, ids))
    lines = list(line_reader.read_lines())
    if not line_reader.readable:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a start such as 2025-01-31, and an amount."),
            tab=reader.title,
        )
    report_overlaps(reader, ids, lines)
    account_rows = group_rows_by_account(ids)
    through = last_closed(reader.options.today)
    first = min([through, *(line.first for line in lines)])
    # The account of each line; `account_rows.codes` has the account of each row.
    codes = account_rows.codes[[line.row for line in lines]] if lines else np.zeros(0, dtype=np.intp)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=first,
        panel=_build_panel(lines, codes, first, through, len(account_rows.index), reader.title),
        stated=currencies.stated,
        ahead=_schedule_changes(lines, codes, through),
    )


class _LineReader:
    """Reads the rows of the tab, one by one.

    Attributes:
        readable: the number of rows that were read without an error, trials and one-off fees included.

    """

    def __init__(
        self, reader: TabReader, ids: Sequence[str], currencies: AccountCurrencies, line_unit: LineUnit
    ) -> None:
        options, locale_format = reader.options, reader.locale_format
        self.readable = 0
        self._reader, self._ids, self._currencies = reader, ids, currencies
        self._line_unit, self._scale = line_unit, line_unit.unit.scale
        self._row, self._failed = 0, False
        self._cells: Mapping[str, Sequence[Cell]] = {
            key: reader.cells_under(key)
            for key in ("start", "end", "amount", "interval", "quantity", "discount", "trial", "one_off")
        }
        self._end_date = options.end_date
        # Columns repeat a few values, so each reading is remembered.
        self._read_flag = remember_readings(read_flag)
        self._read_start, self._read_end = reader.day_reader("start"), reader.day_reader("end")
        self._amount_readers: dict[str, Callable[[Cell], Decimal | UnreadableCell | None]] = {}
        self._read_interval = remember_readings(read_interval)
        self._read_quantity = remember_readings(lambda cell: _check_quantity(read_number(cell, locale_format)))
        self._read_share = remember_readings(lambda cell: read_share(cell, locale_format))

    def read_lines(self) -> Iterator[_SubscriptionLine]:
        """Yield every line with MRR; report the cells that are unreadable."""
        for row, account in enumerate(self._ids):
            if account:
                self._row, self._failed = row, False
                line = self._read_line()
                self.readable += not self._failed
                if line:
                    yield line

    def _read_line(self) -> _SubscriptionLine | None:
        # Both cells are read before either decides, so that problems in both are reported.
        excluded = [self._read_value("trial", self._read_flag), self._read_value("one_off", self._read_flag)]
        currency = None if any(excluded) else self._currencies.find_currency(self._row, self._ids[self._row])
        if currency is None:
            return None
        start = self._read_value("start", self._read_start, required=True)
        end = self._read_value("end", self._read_end)
        price = self._read_value("amount", self._amount_reader(currency), required=True)
        interval = self._read_value("interval", self._read_interval) if self._line_unit.has_interval else _MONTHLY
        quantity = self._read_value("quantity", self._read_quantity)
        discount = self._read_value("discount", self._read_share)
        # Every cell has been read and reported by now; a line with any error is left out.
        if start and start < EARLIEST:
            self._report("date_too_early", "start")
        elif start and end and end < start:
            self._report("end_before_start", "end", start=start.isoformat())
        if self._failed or start is None or price is None or interval is None:
            return None
        months = self._line_unit.find_months(interval, start, end, self._end_date)
        if months is None:
            self._report("term_unknown", "end")
            return None
        minor = compute_line_mrr(
            price, _ONE if quantity is None else quantity, discount or Decimal(0), months / self._scale, currency.unit
        )
        if minor >= LARGEST_AMOUNT:
            self._report("amount_too_large", "amount")
            return None
        last = find_last_month(end, self._end_date) if end else _NO_END
        return _SubscriptionLine(self._row, minor, Month.containing(start), last)

    def _amount_reader(self, currency: Currency) -> Callable[[Cell], Decimal | UnreadableCell | None]:
        if currency.code not in self._amount_readers:
            locale_format = self._reader.locale_format
            self._amount_readers[currency.code] = remember_readings(
                lambda cell: _check_not_negative(read_scaled_amount(cell, locale_format, currency.code, self._scale))
            )
        return self._amount_readers[currency.code]

    def _read_value(
        self, key: str, read: Callable[[Cell], T | UnreadableCell | None], *, required: bool = False
    ) -> T | None:
        cell = self._cells[key][self._row]
        value = read(cell)
        if isinstance(value, UnreadableCell):
            self._report(value.code, key, **value.values)
            return None
        if value is None and required:
            self._report("value_missing", key)
        return value

    def _report(self, code: str, key: str, **values: str) -> None:
        self._failed = True
        column = self._reader.header.columns[key]
        heading = self._reader.header.heading(column)
        self._reader.report(code, self._row, column, self._ids[self._row], heading=heading, **values)


def _check_not_negative(amount: Decimal | UnreadableCell | None) -> Decimal | UnreadableCell | None:
    return UnreadableCell("amount_negative") if isinstance(amount, Decimal) and amount < 0 else amount


def _check_quantity(quantity: Decimal | UnreadableCell | None) -> Decimal | UnreadableCell | None:
    if isinstance(quantity, UnreadableCell) or (quantity is not None and quantity < 0):
        return UnreadableCell("quantity_unreadable")
    return quantity


@lru_cache(maxsize=4096)
def compute_line_mrr(amount: Decimal, quantity: Decimal, discount: Decimal, months: Fraction, unit: int) -> int:
    """Return the MRR of a line in minor units, rounded half-up once.

    Args:
        amount: the price of one piece for one interval, in whole units.
        quantity: the number of pieces.
        discount: the share of the amount that is not paid, 0 to 1.
        months: the interval, divided by the scale of the amount.
        unit: the minor units in a whole one.

    """
    # Plain integers: Fraction would reduce after each step, which triples the time of a long tab.
    (price, per), (pieces, of), (off, whole) = (x.as_integer_ratio() for x in (amount, quantity, discount))
    return half_up(
        price * pieces * (whole - off) * unit * months.denominator,
        per * of * whole * months.numerator,
    )


def find_last_month(end: dt.date, end_date: EndDate) -> Month:
    """Return the last month at whose close a line that ends on `end` is still in force."""
    month = Month.containing(end)
    return month if end_date == "last_day" and end == month.last_day else month - 1


def _schedule_changes(lines: Sequence[_SubscriptionLine], codes: NDArray[np.intp], through: Month) -> ScheduledChanges:
    """Return the changes of each account's MRR after `through`, as lines begin or end then; added up by month."""
    changes: dict[tuple[int, int], int] = {}
    for line, account in zip(lines, codes.tolist(), strict=True):
        # A line that is over, or in force at no close, changes nothing later.
        if line.last < max(line.first, through):
            continue
        ends = ((line.last + 1, -line.minor),) if line.last < _NO_END else ()
        for month, change in ((line.first, line.minor), *ends):
            if month > through:
                key = account, month.ordinal
                changes[key] = changes.get(key, 0) + change
    # Lines that replace each other may cancel out.
    entries = sorted((*key, change) for key, change in changes.items() if change)
    accounts, months, amounts = np.array(entries, dtype=np.int64).reshape(-1, 3).T.copy()
    return ScheduledChanges(accounts.astype(np.intp), months, amounts)


def _build_panel(
    lines: Sequence[_SubscriptionLine],
    codes: NDArray[np.intp],
    first: Month,
    through: Month,
    accounts: int,
    title: str,
) -> Panel:
    """Return (months, accounts) the MRR: each line is added at its first month, subtracted after its last."""
    months = first.until(through) + 1
    # (lines,) rows of the panel; one row more, for the lines that end with or after the last month.
    starts = np.clip([first.until(line.first) for line in lines], 0, months).astype(np.intp)
    ends = np.clip([first.until(line.last) + 1 for line in lines], 0, months).astype(np.intp)
    minor = np.array([line.minor for line in lines], dtype=np.int64)
    in_force = starts < ends
    begun = np.bincount(starts[in_force], minor[in_force], months + 1)
    ended = np.bincount(ends[in_force], minor[in_force], months + 1)
    check_sums(np.cumsum(begun - ended), title)
    # The change of each account at each month; summed up over the months this is the MRR.
    steps = np.zeros((months + 1, accounts), dtype=np.int64)
    np.add.at(steps, (starts[in_force], codes[in_force]), minor[in_force])
    np.subtract.at(steps, (ends[in_force], codes[in_force]), minor[in_force])
    return np.ascontiguousarray(np.cumsum(steps, axis=0)[:-1])
