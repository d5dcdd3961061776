"""The Customers tab: the name, segments, facts and currency of each account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.months import Month
from sheets.accounts.account_currencies import StatedCurrency
from sheets.accounts.customer_segments import DatedRow, read_segments
from sheets.cells.numbers import read_currency_code, read_number, read_share
from sheets.cells.text import (
    UnreadableCell,
    is_blank,
    is_failed_formula,
    read_account_id,
    read_flag,
    read_text,
)
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell

DATE_FACTS = ("renewal_date", "since")
# The highest share of each fact. Quotas are overdrawn: 1.2 is 120%. Above ten times a number is no share.
SHARE_FACTS = {"feature_adoption": 1, "quota_use": 10}
NUMBER_FACTS = ("seats", "seats_used", "nps", "complaints")
# The text of an account with the flag Consumer, a value as in a column of segments.
_CONSUMER = "Consumer"

ALL_DAYS = (dt.date.min, dt.date.max)

FactReader = Callable[[Cell], float | UnreadableCell | None]


@dataclass(frozen=True, slots=True)
class Customers:
    """The accounts of the Customers tab; everything in the order of `ids`.

    Attributes:
        title: the tab's title; empty if the workbook has no such tab.
        ids: the account IDs.
        names: the name of each account, else its ID.
        segments: key -> (heading, one text per account, empty if blank).
        history: key -> (account, month, text) of every account with dated rows: its value from that month's close on;
            `consumer` too.
        facts: key -> one number per account, None if blank. Days are proleptic ordinals, 1.0 is 100%.
        consumer: "Consumer" for each account with the flag, else empty.
        currencies: account -> the currency of its amounts, if the tab states one.
        valid_days: the first and the last day on which the same rows are those of today.

    """

    title: str = ""
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    segments: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    history: Mapping[str, Sequence[tuple[int, Month, str]]] = field(default_factory=dict)
    facts: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    consumer: Sequence[str] = ()
    currencies: Mapping[str, StatedCurrency] = field(default_factory=dict)
    valid_days: tuple[dt.date, dt.date] = ALL_DAYS

    @property
    def segment_values(self) -> Sequence[str]:
        """The values of the column Segment, past ones included, in the order of the tab; empty without the column."""
        current = list(self.segments["segment"][1]) if "segment" in self.segments else []
        past = [value for _, _, value in self.history.get("segment", ())]
        return [value for value in dict.fromkeys(current + past) if value]


def read_customers(reader: TabReader) -> Customers:
    """Return the accounts of the Customers tab, and report its problems in the reader."""
    account_of_row = _read_account_ids(reader)
    reader.check_headings(account_of_row, figures=False)
    rows, dated_rows = _choose_rows(reader, account_of_row)
    ids = [account_of_row[row] for row in rows]
    segments, history = read_segments(reader, rows, ids, dated_rows)
    consumer, consumer_history = _read_consumer_flags(reader, rows, ids, dated_rows)
    return Customers(
        title=reader.title,
        ids=ids,
        names=[
            _read_name(cell) or account for cell, account in zip(_cells_of_rows(reader, "name", rows), ids, strict=True)
        ],
        segments=segments,
        history={**history, "consumer": consumer_history},
        facts=_read_facts(reader, rows, ids),
        consumer=consumer,
        currencies=_read_currencies(reader, rows, ids),
        valid_days=_find_valid_days(dated_rows, reader.options.today),
    )


def _read_account_ids(reader: TabReader) -> list[str]:
    """Return one account per row, empty for a row of no account.

    The row of an account with an alias counts only if the other account has no row itself.
    """
    ids = reader.read_account_ids(range(max((len(row) for row in reader.body), default=0)))
    if not reader.aliases:
        return ids
    written_ids = [read_account_id(cell) for cell in reader.cells_under("account_id")]
    own = {account for account, written in zip(ids, written_ids, strict=True) if account == written}
    return [
        "" if account != written and account in own else account
        for account, written in zip(ids, written_ids, strict=True)
    ]


def _choose_rows(reader: TabReader, ids: Sequence[str]) -> tuple[list[int], list[DatedRow]]:
    """Return one row per account, in the order of the tab, and all rows of the accounts that have several.

    The one row is the latest that is valid today, else the earliest. A row without a date is valid from the beginning.
    Of two rows that are valid from the same day the first is read.
    """
    rows_of_account: dict[str, dict[dt.date, int]] = {}
    read_day = reader.day_reader("valid_from")
    cells = reader.cells_under("valid_from")
    for row, account in enumerate(ids):
        if not account:
            continue
        day = read_day(cells[row])
        if isinstance(day, UnreadableCell):
            reader.report("valid_from_unreadable", row, reader.header.columns["valid_from"], account)
            continue
        first = rows_of_account.setdefault(account, {}).setdefault(day or dt.date.min, row)
        if first != row:
            column = reader.header.columns["account_id"]
            reader.report("duplicate_account", row, column, account, row=str(reader.first_row + first + 1))
    chosen, dated_rows = [], []
    for number, row_of_day in enumerate(rows_of_account.values()):
        valid_days = [day for day in row_of_day if day <= reader.options.today]
        chosen.append(row_of_day[max(valid_days) if valid_days else min(row_of_day)])
        if len(row_of_day) > 1:
            dated_rows += [DatedRow(row, number, day) for day, row in sorted(row_of_day.items())]
    return chosen, dated_rows


def _find_valid_days(dated_rows: Sequence[DatedRow], today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day on which the rows that are valid today are so."""
    first, last = ALL_DAYS
    for day in {dated.day for dated in dated_rows}:
        if day <= today:
            first = max(first, day)
        else:
            last = min(last, day - dt.timedelta(days=1))
    return first, last


def _cells_of_rows(reader: TabReader, key: str, rows: Sequence[int]) -> list[Cell]:
    cells = reader.cells_under(key)
    return [cells[row] for row in rows]


def _read_name(cell: Cell) -> str:
    name = read_text(cell)
    return "" if is_failed_formula(name) else name


def _read_facts(reader: TabReader, rows: Sequence[int], ids: Sequence[str]) -> dict[str, Sequence[float | None]]:
    locale_format = reader.locale_format

    def date_reader(key: str) -> FactReader:
        read_day = reader.day_reader(key)
        return lambda cell: float(day.toordinal()) if isinstance(day := read_day(cell), dt.date) else day

    def share_reader(most: int) -> FactReader:
        return lambda cell: _to_float(read_share(cell, locale_format, most))

    def read_plain(cell: Cell) -> float | UnreadableCell | None:
        return _to_float(read_number(cell, locale_format))

    facts: list[tuple[str, str, FactReader]] = [
        *((key, "fact_date", date_reader(key)) for key in DATE_FACTS),
        *((key, "fact_share", share_reader(most)) for key, most in SHARE_FACTS.items()),
        *((key, "fact_number", read_plain) for key in NUMBER_FACTS),
    ]
    return {
        key: _read_fact(reader, key, code, read, rows, ids) for key, code, read in facts if key in reader.header.columns
    }


def _read_fact(
    reader: TabReader, key: str, code: str, read: FactReader, rows: Sequence[int], ids: Sequence[str]
) -> list[float | None]:
    values: list[float | None] = []
    for row, account, cell in zip(rows, ids, _cells_of_rows(reader, key, rows), strict=True):
        value = read(cell)
        if isinstance(value, UnreadableCell):
            reader.report(code, row, reader.header.columns[key], account)
            value = None
        values.append(value)
    return values


def _to_float(value: Decimal | UnreadableCell | None) -> float | UnreadableCell | None:
    return float(value) if isinstance(value, Decimal) else value


def _read_consumer_flags(
    reader: TabReader, rows: Sequence[int], ids: Sequence[str], dated_rows: Sequence[DatedRow]
) -> tuple[list[str], list[tuple[int, Month, str]]]:
    """Return the flag of each account today and its history, as in `Customers`."""
    cells = reader.cells_under("consumer")
    account_of_row = dict(zip(rows, ids, strict=True)) | {dated.row: ids[dated.account] for dated in dated_rows}
    text_of_row: dict[int, str] = {}
    for row, account in account_of_row.items():
        flag = read_flag(cells[row])
        if isinstance(flag, UnreadableCell):
            reader.report("fact_flag", row, reader.header.columns["consumer"], account)
        text_of_row[row] = _CONSUMER if flag is True else ""
    history = [(dated.account, Month.containing(dated.day), text_of_row[dated.row]) for dated in dated_rows]
    return [text_of_row[row] for row in rows], history


def _read_currencies(reader: TabReader, rows: Sequence[int], ids: Sequence[str]) -> dict[str, StatedCurrency]:
    stated: dict[str, StatedCurrency] = {}
    for row, account, cell in zip(rows, ids, _cells_of_rows(reader, "currency", rows), strict=True):
        if is_blank(cell):
            continue
        column = reader.header.columns["currency"]
        code = read_currency_code(cell, reader.options.currency.code)
        if isinstance(code, UnreadableCell):
            reader.report(code.code, row, column, account)
        place = format_a1(reader.first_row + row, column)
        stated[account] = StatedCurrency(code if isinstance(code, str) else "", reader.title, place)
    return stated
