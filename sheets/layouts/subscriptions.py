"""The layout "Subscriptions": a row for each line that an account pays, from a start to an end."""

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
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import EARLIEST
from sheets.cells.numbers import read_amount, read_number, read_share
from sheets.cells.text import Unreadable, read_flag, remember_readings
from sheets.checks.duplicates import report_overlaps
from sheets.layouts.customers import Customers
from sheets.layouts.revenue import Pricing, Revenue, check_sums, group_lines
from sheets.tabs.amount_columns import LARGEST
from sheets.tabs.read_options import EndDate
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

T = TypeVar("T")

# The headings in whose cells something on a row means that the row is of an account.
_SUBSTANCE = ("start", "end", "amount", "quantity", "product")
_FOREVER = Month.containing(dt.date.max)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that was read: MRR in minor units, in force at the closes of `first` to `last`."""

    row: int
    minor: int
    first: Month
    last: Month


def read_subscriptions(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and note the tab's problems in the reader.

    The panel runs from the first start through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no line at all could be read, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.accounts(columns[key] for key in _SUBSTANCE if key in columns)
    reader.check_headings(ids, figures=True)
    pricing = Pricing(reader, customers)
    rows = _Rows(reader, ids, pricing)
    lines = list(rows.lines())
    if not rows.readable:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a start such as 2025-01-31, and an amount."),
            tab=reader.title,
        )
    report_overlaps(reader, ids, lines)
    accounts = group_lines(ids)
    through = last_closed(reader.options.today)
    first = min([through, *(line.first for line in lines)])
    codes = accounts.codes[[line.row for line in lines]] if lines else np.zeros(0, dtype=np.intp)
    return Revenue(
        ids=tuple(accounts.index),
        codes=accounts.codes,
        first=first,
        panel=_spread(lines, codes, first, through, len(accounts.index), reader.title),
        stated=pricing.stated,
        ahead=_ahead(lines, codes, through),
    )


class _Rows:
    """The rows of the tab, read one by one.

    Attributes:
        readable: how many rows were read without an error, trials and one-off fees included.

    """

    def __init__(self, reader: TabReader, ids: Sequence[str], pricing: Pricing) -> None:
        options, style = reader.options, reader.style
        self.readable = 0
        self._reader, self._ids, self._pricing = reader, ids, pricing
        self._row, self._failed = 0, False
        self._cells: Mapping[str, Sequence[Cell]] = {
            key: reader.named(key)
            for key in ("start", "end", "amount", "interval", "quantity", "discount", "trial", "one_off")
        }
        self._end_date = options.end_date
        self._flag = remember_readings(read_flag)
        self._start, self._end = reader.days("start"), reader.days("end")
        self._amounts: dict[str, Callable[[Cell], Decimal | Unreadable | None]] = {}
        self._interval = remember_readings(read_interval)
        self._quantity = remember_readings(lambda cell: _quantity(read_number(cell, style)))
        self._share = remember_readings(lambda cell: read_share(cell, style))

    def lines(self) -> Iterator[_Line]:
        """Yield every line that makes MRR; report what could not be read."""
        for row, account in enumerate(self._ids):
            if account:
                self._row, self._failed = row, False
                line = self._line()
                self.readable += not self._failed
                if line:
                    yield line

    def _line(self) -> _Line | None:
        # Both are looked at, so that both are reported.
        excluded = [self._value("trial", self._flag), self._value("one_off", self._flag)]
        money = None if any(excluded) else self._pricing.of(self._row, self._ids[self._row])
        if money is None:
            return None
        start = self._value("start", self._start, required=True)
        end = self._value("end", self._end)
        price = self._value("amount", self._amount_in(money), required=True)
        months = self._value("interval", self._interval)
        quantity = self._value("quantity", self._quantity)
        discount = self._value("discount", self._share)
        if start and start < EARLIEST:
            self._report("date_too_early", "start")
        elif start and end and end < start:
            self._report("end_before_start", "end", start=start.isoformat())
        if self._failed or start is None or price is None or months is None:
            return None
        minor = line_mrr(price, _ONE if quantity is None else quantity, discount or Decimal(0), months, money.unit)
        if minor >= LARGEST:
            self._report("amount_too_large", "amount")
            return None
        last = last_in_force(end, self._end_date) if end else _FOREVER
        return _Line(self._row, minor, Month.containing(start), last)

    def _amount_in(self, money: Currency) -> Callable[[Cell], Decimal | Unreadable | None]:
        if money.code not in self._amounts:
            style = self._reader.style
            self._amounts[money.code] = remember_readings(
                lambda cell: _not_negative(read_amount(cell, style, money.code))
            )
        return self._amounts[money.code]

    def _value(self, key: str, read: Callable[[Cell], T | Unreadable | None], *, required: bool = False) -> T | None:
        cell = self._cells[key][self._row]
        found = read(cell)
        if isinstance(found, Unreadable):
            self._report(found.code, key, **found.values)
            return None
        if found is None and required:
            self._report("value_missing", key)
        return found

    def _report(self, code: str, key: str, **values: str) -> None:
        self._failed = True
        column = self._reader.header.columns[key]
        heading = self._reader.header.heading(column)
        self._reader.report(code, self._row, column, self._ids[self._row], heading=heading, **values)


def _not_negative(found: Decimal | Unreadable | None) -> Decimal | Unreadable | None:
    return Unreadable("amount_negative") if isinstance(found, Decimal) and found < 0 else found


def _quantity(found: Decimal | Unreadable | None) -> Decimal | Unreadable | None:
    if isinstance(found, Unreadable) or (found is not None and found < 0):
        return Unreadable("quantity_unreadable")
    return found


@lru_cache(maxsize=4096)
def line_mrr(amount: Decimal, quantity: Decimal, discount: Decimal, months: Fraction, unit: int) -> int:
    """Return the MRR of a line in minor units, rounded half-up once.

    Args:
        amount: of one piece for one interval, in whole units.
        quantity: how many pieces.
        discount: the share of the amount that is not paid, 0 to 1.
        months: the interval.
        unit: minor units in a whole one.

    """
    # Plain integers: Fraction would reduce after each step, which triples the time of a long tab.
    (price, per), (pieces, of), (off, whole) = (x.as_integer_ratio() for x in (amount, quantity, discount))
    return half_up(
        price * pieces * (whole - off) * unit * months.denominator,
        per * of * whole * months.numerator,
    )


def last_in_force(end: dt.date, end_date: EndDate) -> Month:
    """Return the last month at whose close a line that ends on `end` is in force."""
    month = Month.containing(end)
    return month if end_date == "last_day" and end == month.last_day else month - 1


def _ahead(lines: Sequence[_Line], codes: NDArray[np.intp], through: Month) -> ScheduledChanges:
    """Return by how much each account's MRR changes after `through`, as lines begin or end then; added up by month."""
    changes: dict[tuple[int, int], int] = {}
    for line, account in zip(lines, codes.tolist(), strict=True):
        if line.last < max(line.first, through):
            continue
        ends = ((line.last + 1, -line.minor),) if line.last < _FOREVER else ()
        for month, change in ((line.first, line.minor), *ends):
            if month > through:
                place = account, month.ordinal
                changes[place] = changes.get(place, 0) + change
    known = sorted((*place, change) for place, change in changes.items() if change)
    accounts, months, amounts = np.array(known, dtype=np.int64).reshape(-1, 3).T.copy()
    return ScheduledChanges(accounts.astype(np.intp), months, amounts)


def _spread(
    lines: Sequence[_Line],
    codes: NDArray[np.intp],
    first: Month,
    through: Month,
    accounts: int,
    title: str,
) -> Panel:
    """Return (months, accounts): each line added at its first month, taken away after its last, and summed up."""
    months = first.until(through) + 1
    starts = np.clip([first.until(line.first) for line in lines], 0, months).astype(np.intp)
    ends = np.clip([first.until(line.last) + 1 for line in lines], 0, months).astype(np.intp)
    minor = np.array([line.minor for line in lines], dtype=np.int64)
    some = starts < ends
    totals = np.bincount(starts[some], minor[some], months + 1) - np.bincount(ends[some], minor[some], months + 1)
    check_sums(np.cumsum(totals), title)
    steps = np.zeros((months + 1, accounts), dtype=np.int64)
    np.add.at(steps, (starts[some], codes[some]), minor[some])
    np.subtract.at(steps, (ends[some], codes[some]), minor[some])
    return np.ascontiguousarray(np.cumsum(steps, axis=0)[:-1])
