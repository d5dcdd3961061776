"""The Customers tab: what is known of each account beside its revenue."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from core.ledger.segments import UNASSIGNED
from core.months import Month
from sheets.cells.numbers import read_currency_code, read_number, read_share
from sheets.cells.text import Unreadable, fold_cell, is_blank, is_failed, read_account_id, read_flag, text
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import column_letters, format_a1
from sheets.workbook.port import Cell

# The headings that make segments, beside every column that HEADINGS does not know.
TEXTS = ("segment", "industry", "region", "plan", "owner", "pricing_model", "health")
DATES = ("renewal_date", "since")
# Quotas are overdrawn: 1.2 is 120%. Above ten times a number is no share.
SHARES = {"feature_adoption": 1, "quota_use": 10}
NUMBERS = ("seats", "seats_used", "nps", "complaints")
# Headings of other tabs that mean nothing of their own here: such a column is a segment like any other.
OTHERS = (
    *("start", "end", "interval", "product", "trial", "one_off", "month", "mrr", "date", "amount", "quantity"),
    *("change", "type", "rate", "metric", "target", "from"),
)
# What people write for a blank cell when they mean one.
_UNASSIGNED = frozenset({UNASSIGNED.casefold(), "non attribué"})
CONSUMERS = frozenset({"consumer", "consumers", "b2c", "particulier", "particuliers", "grand public"})


class StatedValue(NamedTuple):
    """The currency of an account's amounts: its ISO code, empty where it is unreadable, and the cell that says so."""

    code: str
    tab: str
    cell: str

    @property
    def place(self) -> str:
        """The cell with its tab: `Customers!F12`."""
        return f"{self.tab}!{self.cell}"


@dataclass(frozen=True, slots=True)
class Customers:
    """What the Customers tab says; everything in the order of `ids`.

    Attributes:
        title: the tab's title; empty where the workbook has no such tab.
        ids: the accounts.
        names: what to call each.
        segments: key -> (heading, one text per account, empty where blank).
        history: key -> (account, month, text) of every account that has dated rows: from that month's close on.
        facts: key -> one number per account, None where blank. Days are proleptic ordinals, 1.0 is 100%.
        consumer: True where the account is a consumer.
        currencies: account -> the currency of its amounts, where the tab gives one.

    """

    title: str = ""
    ids: Sequence[str] = ()
    names: Sequence[str] = ()
    segments: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)
    history: Mapping[str, Sequence[tuple[int, Month, str]]] = field(default_factory=dict)
    facts: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    consumer: Sequence[bool] = ()
    currencies: Mapping[str, StatedValue] = field(default_factory=dict)

    @property
    def segment_values(self) -> Sequence[str]:
        """The values of the column Segment, as they are spelled and in their order; empty without such a column."""
        values = list(self.segments["segment"][1]) if "segment" in self.segments else []
        return [
            value for value in dict.fromkeys(values + [text for _, _, text in self.history.get("segment", ())]) if value
        ]


def read_customers(reader: TabReader) -> Customers:
    """Return what the Customers tab says, and note its problems in the reader."""
    found = reader.accounts(range(max((len(row) for row in reader.body), default=0)))
    if reader.aliases:
        # The row of an account that counts as another serves only where the other has none of its own.
        said = [read_account_id(cell) for cell in reader.named("account_id")]
        own = {account for account, spelled in zip(found, said, strict=True) if account == spelled}
        found = [
            "" if account != spelled and account in own else account
            for account, spelled in zip(found, said, strict=True)
        ]
    reader.check_headings(found, figures=False)
    rows, dated = _rows(reader, found)
    ids = [found[row] for row in rows]
    segments, history = _segments(reader, rows, ids, dated)
    return Customers(
        title=reader.title,
        ids=ids,
        names=[_clean_text(cell) or account for cell, account in zip(_pick(reader, "name", rows), ids, strict=True)],
        segments=segments,
        history=history,
        facts=_facts(reader, rows, ids),
        consumer=_consumers(reader, rows, ids, segments),
        currencies=_currencies(reader, rows, ids),
    )


@dataclass(frozen=True, slots=True)
class _Dated:
    """A row of an account that has several: from which day on it holds, and which account it is of (its number)."""

    row: int
    account: int
    day: dt.date


def _rows(reader: TabReader, found: Sequence[str]) -> tuple[list[int], list[_Dated]]:
    """Return one row per account, in the order of the tab, and all rows of the accounts that have dated ones.

    The one row is the first, or of dated rows the one that is valid today. A row without a date among dated ones
    holds from the beginning. Of two rows that hold from the same day the first is read.
    """
    of: dict[str, dict[dt.date, int]] = {}
    days = reader.days("valid_from")
    cells = reader.named("valid_from")
    for row, account in enumerate(found):
        if not account:
            continue
        day = days(cells[row])
        if isinstance(day, Unreadable):
            reader.report("valid_from_unreadable", row, reader.header.columns["valid_from"], account)
            continue
        known = of.setdefault(account, {})
        before = known.setdefault(day or dt.date.min, row)
        if before != row:
            at = reader.header.columns["account_id"]
            reader.report("duplicate_account", row, at, account, row=str(reader.top + before + 1))
    chosen, dated = [], []
    for number_, known in enumerate(of.values()):
        begun = [day for day in known if day <= reader.options.today]
        chosen.append(known[max(begun) if begun else min(known)])
        if len(known) > 1:
            dated += [_Dated(row, number_, day) for day, row in sorted(known.items())]
    return chosen, dated


def _pick(reader: TabReader, key: str, rows: Sequence[int]) -> list[Cell]:
    cells = reader.named(key)
    return [cells[row] for row in rows]


def _clean_text(cell: Cell) -> str:
    found = text(cell)
    return "" if is_failed(found) else found


def _segments(
    reader: TabReader, rows: Sequence[int], ids: Sequence[str], dated: Sequence[_Dated]
) -> tuple[dict[str, tuple[str, Sequence[str]]], dict[str, Sequence[tuple[int, Month, str]]]]:
    """Return the columns that are segments: what each account has now, and what those with dated rows had when."""
    columns = {key: reader.header.columns[key] for key in (*TEXTS, *OTHERS) if key in reader.header.columns}
    taken = {*columns, *reader.header.columns}
    for column in reader.header.others:
        key = reader.header.heading(column).casefold()
        if key in taken:
            reader.report("duplicate_heading", -1, column, column=_earlier(reader, columns, key))
        else:
            taken.add(key)
            columns[key] = column
    segments: dict[str, tuple[str, Sequence[str]]] = {}
    history: dict[str, Sequence[tuple[int, Month, str]]] = {}
    # The rows that serve now, then those that are dated: each row once.
    now = set(rows)
    earlier = [each for each in dated if each.row not in now]
    every = [*rows, *(each.row for each in earlier)]
    owners = [*ids, *(ids[each.account] for each in earlier)]
    for key, column in columns.items():
        values = _spelled(reader, column, every, _texts(reader, column, every, owners))
        # Who writes our own word for a blank cell means a blank cell.
        values = ["" if value.casefold() in _UNASSIGNED else value for value in values]
        count, most = len(set(values) - {""}), reader.options.max_segment_values
        if count > most:
            reader.report("too_many_values", -1, column, count=str(count), most=str(most))
        elif count:
            segments[key] = (reader.header.heading(column), values[: len(rows)])
            said = dict(zip(every, values, strict=True))
            # What is valid from a day on holds at the close of its month.
            history[key] = [(each.account, Month.containing(each.day), said[each.row]) for each in dated]
    return segments, {key: changes for key, changes in history.items() if changes}


def _earlier(reader: TabReader, columns: Mapping[str, int], key: str) -> str:
    return column_letters(columns.get(key, reader.header.columns.get(key, 0)))


def _texts(reader: TabReader, column: int, rows: Sequence[int], ids: Sequence[str]) -> list[str]:
    cells = reader.column(column)
    values = [text(cells[row]) for row in rows]
    for index, value in enumerate(values):
        if is_failed(value):
            reader.report("segment_unreadable", rows[index], column, ids[index], heading=reader.header.heading(column))
            values[index] = ""
    return values


def _spelled(reader: TabReader, column: int, rows: Sequence[int], values: Sequence[str]) -> list[str]:
    """Return the values spelled alike where they differ in case only: as most cells have it, else as the first."""
    spellings: dict[str, str] = {}
    for value, _ in Counter(values).most_common():
        spellings.setdefault(value.casefold(), value)
    told: set[str] = set()
    for row, value in zip(rows, values, strict=True):
        other = spellings[value.casefold()]
        if value != other and value not in told:
            told.add(value)
            reader.report("spelling", row, column, other=other)
    return [spellings[value.casefold()] for value in values]


def _facts(reader: TabReader, rows: Sequence[int], ids: Sequence[str]) -> dict[str, Sequence[float | None]]:
    style = reader.style

    def day(key: str) -> Callable[[Cell], float | Unreadable | None]:
        read = reader.days(key)
        return lambda cell: float(found.toordinal()) if isinstance(found := read(cell), dt.date) else found

    def part(most: int) -> Callable[[Cell], float | Unreadable | None]:
        return lambda cell: _float(read_share(cell, style, most))

    kinds: list[tuple[str, str, Callable[[Cell], float | Unreadable | None]]] = [
        *((key, "fact_date", day(key)) for key in DATES),
        *((key, "fact_share", part(most)) for key, most in SHARES.items()),
        *((key, "fact_number", lambda cell: _float(read_number(cell, style))) for key in NUMBERS),
    ]
    return {
        key: _fact(reader, key, code, value_of, rows, ids)
        for key, code, value_of in kinds
        if key in reader.header.columns
    }


def _fact(
    reader: TabReader,
    key: str,
    code: str,
    value_of: Callable[[Cell], float | Unreadable | None],
    rows: Sequence[int],
    ids: Sequence[str],
) -> list[float | None]:
    values: list[float | None] = []
    for row, account, cell in zip(rows, ids, _pick(reader, key, rows), strict=True):
        value = value_of(cell)
        if isinstance(value, Unreadable):
            reader.report(code, row, reader.header.columns[key], account)
            value = None
        values.append(value)
    return values


def _float(value: Decimal | Unreadable | None) -> float | Unreadable | None:
    return float(value) if isinstance(value, Decimal) else value


def _consumers(
    reader: TabReader,
    rows: Sequence[int],
    ids: Sequence[str],
    segments: Mapping[str, tuple[str, Sequence[str]]],
) -> list[bool]:
    flags = []
    for row, account, cell in zip(rows, ids, _pick(reader, "consumer", rows), strict=True):
        value = read_flag(cell)
        if isinstance(value, Unreadable):
            reader.report("fact_flag", row, reader.header.columns["consumer"], account)
        flags.append(value is True)
    _, values = segments.get("segment", ("", [""] * len(ids)))
    folded = {value: fold_cell(value) for value in set(values)}
    return [flagged or folded[value] in CONSUMERS for flagged, value in zip(flags, values, strict=True)]


def _currencies(reader: TabReader, rows: Sequence[int], ids: Sequence[str]) -> dict[str, StatedValue]:
    stated: dict[str, StatedValue] = {}
    for row, account, cell in zip(rows, ids, _pick(reader, "currency", rows), strict=True):
        if is_blank(cell):
            continue
        column = reader.header.columns["currency"]
        code = read_currency_code(cell, reader.options.currency.code)
        if isinstance(code, Unreadable):
            reader.report(code.code, row, column, account)
        stated[account] = StatedValue(
            code if isinstance(code, str) else "", reader.title, format_a1(reader.top + row, column)
        )
    return stated
