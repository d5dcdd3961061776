"""The layout "Subscriptions": a row for each subscription line of an account, from a start to an end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.lines import LARGEST_QUANTITY, QUANTITY_UNIT, Lines, sort_lines
from core.money import Currency, round_fraction
from core.months import Month, find_last_closed_month
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.billing_intervals import read_interval
from sheets.cells.dates import EARLIEST, add_months, read_month
from sheets.cells.numbers import read_number, read_scaled_amount, read_share
from sheets.cells.statuses import SUBSCRIPTION_STATUSES, StatusMeaning, is_open_end
from sheets.cells.text import (
    LocaleFormat,
    UnreadableCell,
    fold_cell,
    fold_heading,
    is_blank,
    read_flag,
    read_text,
    remember_readings,
)
from sheets.checks.duplicates import report_overlaps
from sheets.evidence.piece_prices import check_quantity, has_quantities
from sheets.headers.headings import CHURN_MONTH_NAMES
from sheets.layouts.revenue import (
    NO_END,
    Revenue,
    RevenueLine,
    build_line_panel,
    compute_line_mrr,
    find_last_month,
    group_rows_by_account,
    list_terms,
    schedule_changes,
)
from sheets.layouts.subscription_units import LineUnit
from sheets.tabs.amount_columns import LARGEST_AMOUNT
from sheets.tabs.line_statuses import LineStatuses, format_count_line
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

T = TypeVar("T")

# A row that is blank under all of these headings needs no account ID.
_CONTENT_KEYS = ("start", "end", "amount", "quantity", "product")
# The headings that show that a line ended.
_END_KEYS = frozenset({"end", "canceled_at"})
_NOTHING, _ONE, _WHOLE_PERCENT = Decimal(0), Decimal(1), Decimal(100)
# No contract runs longer, in months.
_LONGEST_TERM = 240
# Words of a heading of amounts that are those of today.
_CURRENT = re.compile(r"\b(?:current|latest|now|today|actuel(?:le)?s?)\b")


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
    through = find_last_closed_month(reader.options.today)
    counted_lines = list(line_reader.read_lines())
    _doubt_renewals(reader, line_reader, counted_lines, ids)
    lines = _settle_passed_ends(reader, line_reader.statuses, counted_lines, ids, through)
    if not line_reader.readable:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a start such as 2025-01-31, and an amount."),
            tab=reader.title,
        )
    excluded = line_reader.statuses.report()
    _doubt_current_amounts(reader)
    report_overlaps(reader, ids, lines)
    account_rows = group_rows_by_account(ids)
    first = min([through, *(line.first for line in lines)])
    # The account of each line; `account_rows.codes` has the account of each row.
    codes = account_rows.codes[[line.row for line in lines]] if lines else np.zeros(0, dtype=np.intp)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=first,
        panel=build_line_panel(lines, codes, first, through, len(account_rows.index), reader.title),
        stated=currencies.stated,
        left_out_rows=len(reader.rows_without_account),
        ahead=schedule_changes(lines, codes, through),
        terms=list_terms(lines, codes, through),
        lines=_list_lines(reader, line_reader, lines, codes, through),
        can_leave=_check_ends(reader, line_reader.statuses) and _check_ended_amounts(reader, lines, ids, through),
        excluded=excluded,
    )


def _list_lines(
    reader: TabReader,
    line_reader: _LineReader,
    lines: Sequence[RevenueLine],
    codes: NDArray[np.intp],
    through: Month,
) -> Lines | None:
    """Return the lines in force at a close up to `through`; None for a tab without quantities and products."""
    if not line_reader.keeps_pieces:
        return None
    cells, fold_product = reader.cells_under("product"), remember_readings(fold_cell)
    # Folded name -> its number; the first spelling is the name.
    numbers: dict[str, int] = {}
    names: list[str] = []
    entries = []
    for line, account in zip(lines, codes.tolist(), strict=True):
        list_minor, quantity = line_reader.pieces_of_row[line.row]
        if not list_minor or not line.first <= line.last or line.first > through:
            continue
        product = fold_product(cells[line.row])
        if product not in numbers:
            numbers[product] = len(numbers)
            names.append(read_text(cells[line.row]))
        entries.append(
            (account, numbers[product], line.first.ordinal, line.last.ordinal, line.minor, list_minor, quantity)
        )
    if not line_reader.has_quantities and not any(names):
        return None
    accounts, products, firsts, lasts, amounts, list_amounts, quantities = (
        np.array(entries, dtype=np.int64).reshape(-1, 7).T.copy()
    )
    return sort_lines(
        Lines(
            tuple(names) or ("",),
            accounts.astype(np.intp),
            products,
            firsts,
            lasts,
            amounts,
            list_amounts,
            quantities if line_reader.has_quantities else None,
        )
    )


def _doubt_renewals(
    reader: TabReader, line_reader: _LineReader, lines: Sequence[RevenueLine], ids: Sequence[str]
) -> None:
    """Record a doubt if lines end on the last day of a month and the next line of the account starts on that day.

    Both count at that close, unless the ends are the first days after the lines.
    """
    products, days = reader.cells_under("product"), line_reader.days_of_row
    keys = {line.row: (ids[line.row], fold_cell(products[line.row])) for line in lines}
    starts = {(*keys[row], start) for row, (start, _) in days.items()}
    doubled = [
        line.row
        for line in lines
        if (end := days[line.row][1])
        and days[line.row][0] < end == line.last.last_day
        and (*keys[line.row], end) in starts
    ]
    if doubled:
        statement = Sentence(
            N_(
                "Lines end on the last day of a month, on which the next line of the account starts ({count}). Both "
                "count on that day."
            ),
            {"count": len(doubled)},
        )
        reader.decide(
            "ends",
            statement,
            (doubled[0], reader.header.columns["start"]),
            config_line='workbook.end_date = "first_day_after"',
            is_doubted=True,
        )


def _settle_passed_ends(
    reader: TabReader, statuses: LineStatuses, lines: Sequence[RevenueLine], ids: Sequence[str], through: Month
) -> Sequence[RevenueLine]:
    """Return the lines, those without an end that the config counts by their status, as terms that were renewed.

    Without the config the last lines of accounts that ended, with a status such as "active", are a doubted decision.
    A deal that was won says nothing about its end: where most ended terms have a follow-on deal, the others ended.
    """
    latest: dict[str, Month] = {}
    for line in lines:
        latest[ids[line.row]] = max(line.last, latest.get(ids[line.row], line.last))
    passed = [
        line
        for line in lines
        if line.last == latest[ids[line.row]] and line.last < through and statuses.says_paying(line.row)
    ]
    followed = [line for line in lines if line.last < latest[ids[line.row]]]
    if reader.rules.ends_with_term and len(followed) >= len(passed):
        passed = [line for line in passed if statuses.is_counted(line.row)]
    renewed = {line.row for line in passed if statuses.is_counted(line.row)}
    rows_by_status: dict[str, list[int]] = {}
    for line in passed:
        if line.row not in renewed:
            rows_by_status.setdefault(statuses.show(line.row), []).append(line.row)
    for status, rows in rows_by_status.items():
        statement = Sentence(
            N_(
                "Lines with the status “{status}” have an end that has passed ({count}), and are read as ended. If "
                "their terms renew, count them by their status; if they ended, correct the status."
            ),
            {"count": len(rows), "status": status},
        )
        config_line = format_count_line(status, counts=True)
        reader.decide(
            "ends", statement, (rows[0], reader.header.columns["status"]), config_line=config_line, is_doubted=True
        )
    return [replace(line, last=NO_END) if line.row in renewed else line for line in lines]


def _check_ends(reader: TabReader, statuses: LineStatuses) -> bool:
    """Return whether the tab can show that an account left; if not, that is a doubted decision."""
    columns = reader.header.columns
    if "contract_end" in columns and columns["contract_end"] != columns["end"]:
        values = {key: reader.header.heading(columns[key]) for key in ("end", "contract_end")}
        statement = N_(
            "“{end}” is the day that an account left, and “{contract_end}” the end of a term that may renew."
        )
        reader.decide("ends", Sentence(statement, values), (-1, columns["end"]))
    if _names_churn_month(reader):
        statement = N_(
            "“{heading}” is the month in which a customer left: its last MRR is at the close of the one before."
        )
        values = {"heading": reader.header.heading(columns["end"])}
        reader.decide("ends", Sentence(statement, values), (-1, columns["end"]))
    if reader.header.keys & _END_KEYS or (reader.rules.ends_with_term and "term" in reader.header.keys):
        return True
    statement = N_(
        "The tab has no column of ends and no line that ended, so no one in it can have left, and retention is "
        "unknown. Add a column End, or export canceled lines too."
    )
    if statuses.has_left:
        statement = N_(
            "Lines have a status of leaving, and the tab has no column of ends, so no one knows when their accounts "
            "left, and retention is unknown. Add a column End."
        )
    reader.decide("ends", Sentence(statement), is_doubted=True)
    return False


def _doubt_current_amounts(reader: TabReader) -> None:
    """Record a doubt if the amounts are those of today: what a customer paid before is unknown."""
    column = reader.header.columns["amount"]
    heading = reader.header.heading(column)
    if _CURRENT.search(fold_heading(heading)):
        statement = N_(
            "“{heading}” is the MRR of today, and is read as paid from the start on, so no expansion and no "
            "contraction can be seen."
        )
        reader.decide("unit", Sentence(statement, {"heading": heading}), (-1, column), is_doubted=True)


def _check_ended_amounts(reader: TabReader, lines: Sequence[RevenueLine], ids: Sequence[str], through: Month) -> bool:
    """Return whether the amounts of most customers that left are known; if not, that is a doubted decision.

    A list with the MRR of today has 0 for those that left, whatever they paid.
    """
    lines_of_account: dict[str, list[RevenueLine]] = {}
    for line in lines:
        lines_of_account.setdefault(ids[line.row], []).append(line)
    ended = [account for account in lines_of_account.values() if max(line.last for line in account) < through]
    unpaid = [account for account in ended if not any(line.minor for line in account)]
    if 2 * len(unpaid) <= len(ended):
        return True
    column = reader.header.columns["amount"]
    statement = N_(
        "{count} of {total} customers that left have an amount of 0 under “{heading}”. What they paid is unknown, and "
        "so is retention. Write their last MRR there."
    )
    values = {"count": len(unpaid), "total": len(ended), "heading": reader.header.heading(column)}
    reader.decide("ends", Sentence(statement, values), (unpaid[0][0].row, column), is_doubted=True)
    return False


def _names_churn_month(reader: TabReader) -> bool:
    """Tell whether the ends are months in which customers left."""
    column = reader.header.columns.get("end")
    return column is not None and fold_heading(reader.header.heading(column)) in CHURN_MONTH_NAMES


def _read_churn_month(cell: Cell, locale_format: LocaleFormat) -> dt.date | UnreadableCell | None:
    """Return the first day of the month in which a customer left, None if it is blank."""
    if is_blank(cell):
        return None
    month = read_month(cell, locale_format)
    return month.first_day if month else UnreadableCell("row_month")


class _LineReader:
    """Reads the rows of the tab, one by one.

    Attributes:
        readable: the number of rows that were read without an error, trials and one-off fees included.
        statuses: the statuses of the lines.
        days_of_row: row -> the start and the end of its line.
        has_quantities: True if the tab has quantities other than 1.
        keeps_pieces: True if the tab has quantities or products, so that expansion can be taken apart.
        pieces_of_row: row -> the MRR of its line without the discount, and its quantity in millionths; empty unless
            `keeps_pieces`.

    """

    def __init__(
        self, reader: TabReader, ids: Sequence[str], currencies: AccountCurrencies, line_unit: LineUnit
    ) -> None:
        options, locale_format = reader.options, reader.locale_format
        self._keys = reader.header.keys
        self.readable = 0
        self.days_of_row: dict[int, tuple[dt.date, dt.date | None]] = {}
        self.has_quantities = "quantity" in self._keys and has_quantities(reader)
        self.keeps_pieces = self.has_quantities or "product" in self._keys
        self.pieces_of_row: dict[int, tuple[int, int]] = {}
        self._reader, self._ids, self._currencies = reader, ids, currencies
        self._line_unit = line_unit
        self._row, self._failed = 0, False
        self._cells: Mapping[str, Sequence[Cell]] = {
            key: reader.cells_under(key)
            for key in (
                *(
                    "start",
                    "end",
                    "contract_end",
                    "canceled_at",
                    "term",
                    "amount",
                    "interval",
                    "interval_count",
                    "quantity",
                ),
                *("discount", "trial", "one_off"),
            )
        }
        self.statuses = LineStatuses(reader, reader.rules.statuses or SUBSCRIPTION_STATUSES)
        self._end_date = reader.rules.end_date or options.end_date
        # Columns repeat a few values, so each reading is remembered.
        self._read_flag = remember_readings(read_flag)
        self._read_start = reader.day_reader("start")
        self._read_days = {
            key: _skip_open_ends(reader.day_reader(key)) for key in ("end", "contract_end", "canceled_at")
        }
        self._ends_in_months = _names_churn_month(reader)
        if self._ends_in_months:
            month_format = reader.infer_date_format("end")
            self._read_days["end"] = _skip_open_ends(
                remember_readings(lambda cell: _read_churn_month(cell, month_format))
            )
        self._amount_readers: dict[str, Callable[[Cell], Decimal | UnreadableCell | None]] = {}
        self._read_interval = remember_readings(read_interval)
        self._read_count = remember_readings(lambda cell: _check_count(cell, read_number(cell, locale_format)))
        self._read_term = remember_readings(lambda cell: read_term(cell, locale_format))
        self._read_quantity = remember_readings(lambda cell: check_quantity(read_number(cell, locale_format)))
        is_percent = _holds_percents(reader)
        self._read_share = remember_readings(lambda cell: _read_discount(cell, locale_format, is_percent=is_percent))

    def read_lines(self) -> Iterator[RevenueLine]:
        """Yield every line with MRR; report the cells that are unreadable."""
        for row, account in enumerate(self._ids):
            if account:
                self._row, self._failed = row, False
                line = self._read_line()
                self.readable += not self._failed
                if line:
                    yield line

    def _read_line(self) -> RevenueLine | None:
        # Both cells are read before either decides, so that problems in both are reported.
        excluded = [self._read_value("trial", self._read_flag), self._read_value("one_off", self._read_flag)]
        status = self.statuses.read(self._row, self._ids[self._row])
        has_mrr = not any(excluded) and status != "free"
        currency = self._currencies.find_currency(self._row, self._ids[self._row]) if has_mrr else None
        if currency is None:
            return None
        start = self._read_value("start", self._read_start, required=True)
        end = self._find_end(status, start)
        price = self._read_value("amount", self._amount_reader(currency), required=True)
        term_end = end
        if self._line_unit.unit.is_term and "contract_end" in self._keys:
            term_end = self._read_value("contract_end", self._read_days["contract_end"]) or end
        months = self._find_months(start, term_end)
        quantity = self._read_value("quantity", self._read_quantity)
        discount = self._read_value("discount", self._read_share)
        # Every cell has been read and reported by now; a line with any error is left out.
        if start and start < EARLIEST:
            self._report("date_too_early", "start")
        elif start and end and end < start:
            self._report("end_before_start", "end" if "end" in self._keys else "canceled_at", start=start.isoformat())
        if self._failed or start is None or price is None or months is None:
            return None
        pieces, share = _ONE if quantity is None else quantity, discount or _NOTHING
        divisor = months / self._line_unit.unit.find_scale(currency.unit)
        minor = compute_line_mrr(price, pieces, share, divisor, currency.unit)
        if minor >= LARGEST_AMOUNT:
            self._report("amount_too_large", "amount")
            return None
        last = find_last_month(end, self._end_date) if end else NO_END
        self.days_of_row[self._row] = start, end
        if self.keeps_pieces:
            list_minor = compute_line_mrr(price, pieces, _NOTHING, divisor, currency.unit) if share else minor
            self.pieces_of_row[self._row] = min(list_minor, LARGEST_AMOUNT), _count_pieces(pieces)
        return RevenueLine(self._row, minor, Month.containing(start), last)

    def _find_end(self, status: StatusMeaning, start: dt.date | None) -> dt.date | None:
        """Return the end of the line, None if it has not ended; report a line that left and has none.

        A cancellation can be scheduled, so its date is the end only of a line that left, or where nothing else says
        whether it did.
        """
        end = self._read_value("end", self._read_days["end"])
        is_silent = "end" not in self._keys and not self.statuses.is_stated(self._row)
        if end is None and not self._failed and (status == "left" or is_silent):
            end = self._read_value("canceled_at", self._read_days["canceled_at"])
        if (
            end
            and start
            and end < start
            and self._ends_in_months
            and (end.year, end.month) == (start.year, start.month)
        ):
            end = start
        if end is None and start and self._reader.rules.ends_with_term:
            term = self._read_value("term", self._read_term)
            end = self._end_of_term(start, term) if term else None
        if end is None and status == "left" and not self._failed:
            key = next(key for key in ("end", "canceled_at", "status") if key in self._keys)
            self._report("end_missing", key, status=self.statuses.show(self._row))
        return end

    def _end_of_term(self, start: dt.date, term: int) -> dt.date:
        after = add_months(start, term)
        return after if self._end_date == "first_day_after" else after - dt.timedelta(days=1)

    def _find_months(self, start: dt.date | None, end: dt.date | None) -> Fraction | None:
        """Return the months that the amount pays for; None if they are unknown."""
        interval: Fraction | None = Fraction(1)
        if self._line_unit.has_interval:
            interval = self._read_value("interval", self._read_interval)
            count = self._read_value("interval_count", self._read_count)
            interval = interval and interval * Fraction(count or 1)
        term = self._read_value("term", self._read_term) if self._line_unit.unit.is_term else None
        if term or start is None or interval is None:
            return Fraction(term) if term else None
        months = self._line_unit.find_months(interval, start, end if end and end >= start else None, self._end_date)
        if months is None and not self._failed and not (end and end < start):
            self._report("term_unknown", next(key for key in ("term", "end", "amount") if key in self._keys))
        return months

    def _amount_reader(self, currency: Currency) -> Callable[[Cell], Decimal | UnreadableCell | None]:
        if currency.code not in self._amount_readers:
            locale_format, scale = self._reader.locale_format, self._line_unit.unit.find_scale(currency.unit)
            self._amount_readers[currency.code] = remember_readings(
                lambda cell: _check_not_negative(read_scaled_amount(cell, locale_format, currency.code, scale))
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


@lru_cache(maxsize=4096)
def _count_pieces(quantity: Decimal) -> int:
    """Return a quantity in millionths, at least one of them where a line has a price."""
    return min(max(round_fraction(Fraction(quantity) * QUANTITY_UNIT), 1), LARGEST_QUANTITY)


def _check_not_negative(amount: Decimal | UnreadableCell | None) -> Decimal | UnreadableCell | None:
    return UnreadableCell("amount_negative") if isinstance(amount, Decimal) and amount < 0 else amount


def _holds_percents(reader: TabReader) -> bool:
    """Tell whether discounts are percents, 20 for 20%: their heading has a % and one is above 1; record it."""
    column = reader.header.columns.get("discount")
    if column is None or "%" not in reader.header.heading(column):
        return False
    numbers = (read_number(cell, reader.locale_format) for cell in reader.cells_in(column))
    if not any(isinstance(number, Decimal) and 1 < number <= _WHOLE_PERCENT for number in numbers):
        return False
    statement = Sentence(
        N_("Numbers under “{heading}” are read as percents: 20 is 20%."), {"heading": reader.header.heading(column)}
    )
    reader.decide("unit", statement, (-1, column))
    return True


def _read_discount(cell: Cell, locale_format: LocaleFormat, *, is_percent: bool) -> Decimal | UnreadableCell | None:
    number = read_number(cell, locale_format) if is_percent else None
    if isinstance(number, Decimal) and 0 <= number <= _WHOLE_PERCENT:
        return number.scaleb(-2)
    return read_share(cell, locale_format)


def _check_count(cell: Cell, count: Decimal | UnreadableCell | None) -> Decimal | UnreadableCell | None:
    if cell is None or count is None:
        return None
    is_whole = isinstance(count, Decimal) and count == count.to_integral_value() and 0 < count <= _LONGEST_TERM
    return count if is_whole else UnreadableCell("interval_unknown")


def read_term(cell: Cell, locale_format: LocaleFormat) -> int | UnreadableCell | None:
    """Return the number of months of a contract's term, None if it is blank: 12, "12 months" or "1 year"."""
    if is_open_end(cell):
        return None
    number = read_number(cell, locale_format)
    months = Fraction(number) if isinstance(number, Decimal) else read_interval(cell)
    if isinstance(months, UnreadableCell) or months.denominator != 1 or not 0 < months <= _LONGEST_TERM:
        return UnreadableCell("term_unreadable")
    return int(months)


def _skip_open_ends(
    read: Callable[[Cell], dt.date | UnreadableCell | None],
) -> Callable[[Cell], dt.date | UnreadableCell | None]:
    return lambda cell: None if is_open_end(cell) else read(cell)
