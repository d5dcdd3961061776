"""The header row of a tab: the meaning of its cells, and the columns that they head."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from core.months import Month
from sheets.cells.dates import infer_date_order, read_date, read_month, read_period_close, shift_month_ends
from sheets.cells.plan_words import read_figures
from sheets.cells.text import DateOrder, LocaleFormat, UnreadableCell, fold_heading, is_blank, read_text
from sheets.cells.units import is_revenue_heading, name_amount_heading
from sheets.headers.headings import (
    ADDRESS_NAMES,
    BARE_NAMES,
    CURRENT_MRR,
    CUSTOMER_NAMES,
    HEADINGS,
    find_key,
    looks_like_month,
)
from sheets.workbook.port import Cell

# The headings of an invoice's total, folded, the likeliest first.
_TOTALS_BEFORE_TAX = (
    *("total ht", "total net", "net total", "total excl vat", "total excl tax", "subtotal", "sub total"),
    *("sous total", "sous total ht"),
)
_TOTALS = ("total", "invoice total", "total invoice", "total due", "total facture", "total a payer")
# The headings of a date that begins a contract if there is an end, and a movement otherwise; folded.
_RATE = re.compile(
    r"(?:(?:fx |exchange |conversion )?rate (?:to|into|in)|(?:taux|cours)(?: de change| de conversion)? (?:vers|en)"
    r"|to|into|in|vers|en|value in|valeur en) [a-z]{3}"
)
_RECURRING = re.compile(r"\brecurring revenues?\b|\brevenus? recurrents?\b")
_EFFECTIVE = frozenset({"effective date", "date d effet"})
# A column with the name of its table before it: "customers.id".
_OF_TABLE = re.compile(r"([a-z_]+)\.([a-z_]+)", re.IGNORECASE | re.ASCII)
_TAXES = re.compile(r"\b(?:vat|tax|taxes|tva|gst|ttc|incl)\b")
_NO_MEANINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """The header row of a tab.

    Attributes:
        row: its index, counted from 0.
        cells: its cells.
        columns: key of HEADINGS -> its column, the first one if several have it.
        repeated: a column -> the earlier column with the same meaning.
        others: the columns with a heading that is not in HEADINGS.
        other_measures: a month's column -> its title, for months below the title of another measure than MRR, such as
            Seats; they are not among `others`.

    """

    row: int
    cells: Sequence[Cell]
    columns: Mapping[str, int]
    repeated: Mapping[int, int]
    others: tuple[int, ...]
    other_measures: Mapping[int, str] = field(default_factory=dict)
    # Format of dates -> column -> month: they are asked for many times.
    _months: dict[LocaleFormat, dict[int, Month]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the known headings."""
        return frozenset(self.columns)

    @property
    def known_count(self) -> int:
        """The number of different known headings, months included; the higher, the surer it is the header row."""
        return len(self.columns) + len(set(self.read_months(LocaleFormat()).values()))

    @property
    def planned_columns(self) -> tuple[int, ...]:
        """The columns whose heading is a month of a plan, such as "Jan 2025 Budget"."""
        return tuple(
            column
            for column in self.others
            if read_figures(self.heading(column)) == "plan" and looks_like_month(self.heading(column))
        )

    def with_substitutes(self, substitutes: Mapping[str, Sequence[str]]) -> HeaderRow:
        """Return the header row with `substitutes`: missing key -> the keys whose column takes its place."""
        columns = dict(self.columns)
        for key, others in substitutes.items():
            substitute = next((other for other in others if other in self.columns), None)
            if key not in columns and substitute:
                columns[key] = self.columns[substitute]
        return self if columns == self.columns else replace(self, columns=columns)

    def with_column(self, key: str, column: int) -> HeaderRow:
        """Return the header row with another column under a key."""
        others = tuple(other for other in self.others if other != column)
        return replace(self, columns={**self.columns, key: column}, others=others)

    def without_column(self, key: str) -> HeaderRow:
        """Return the header row without a key."""
        return replace(self, columns={other: column for other, column in self.columns.items() if other != key})

    def heading(self, column: int) -> str:
        """Return the heading of a column as the sheet has it; empty if it has none."""
        return read_text(self.cells[column]) if column < len(self.cells) else ""

    def read_months(self, locale_format: LocaleFormat) -> dict[int, Month]:
        """Return column -> month, for every heading that names a month, from left to right.

        01/02/2025 is ambiguous if neither the locale nor another heading shows the date order. Then the order counts
        that makes every heading a different month, if only one does.
        """
        if locale_format not in self._months:
            self._months[locale_format] = self._infer_months(locale_format)
        return dict(self._months[locale_format])

    def _infer_months(self, locale_format: LocaleFormat) -> dict[int, Month]:
        locale_format = infer_date_order([self.cells[column] for column in self.others], locale_format)
        if locale_format.order or not any(_is_ambiguous_date(self.cells[column]) for column in self.others):
            return self._read_months(locale_format)
        orders: tuple[DateOrder, ...] = ("dmy", "mdy")
        readings = [self._read_months(replace(locale_format, order=order)) for order in orders]
        distinct = [reading for reading in readings if len(set(reading.values())) == len(reading)]
        return distinct[0] if len(distinct) == 1 else self._read_months(locale_format)

    def _read_months(self, locale_format: LocaleFormat) -> dict[int, Month]:
        named = ((column, read_month(self.cells[column], locale_format)) for column in self.others)
        months = {column: month for column, month in named if month}
        return {**months, **self.shift_month_ends(list(months))} or self._read_period_closes()

    def _read_period_closes(self) -> dict[int, Month]:
        """Return column -> last month, if two headings or more name quarters, halves or years, all of one length."""
        named = ((column, read_period_close(self.cells[column])) for column in self.others)
        periods = {column: period for column, period in named if period}
        lengths = {months for _, months in periods.values()}
        return {column: month for column, (month, _) in periods.items()} if len(periods) > 1 == len(lengths) else {}

    def shift_month_ends(self, columns: Sequence[int]) -> dict[int, Month]:
        """Return column -> next month for the headings that are just before a month, if those of all `columns` are."""
        shifted = shift_month_ends([self.cells[column] for column in columns])
        return {columns[place]: month for place, month in shifted.items()}


def _is_ambiguous_date(cell: Cell) -> bool:
    """Tell whether a heading is a date of digits in which either number can be the day."""
    day = read_date(cell, LocaleFormat()) if isinstance(cell, str) else None
    return isinstance(day, UnreadableCell) and day.code == "date_ambiguous"


def _find_amounts_with_units(
    words: Mapping[int, str], keys: Mapping[int, str], cells: Sequence[Cell]
) -> Mapping[int, str]:
    """Return column -> key of the headings of amounts with a unit, such as "ARR in k€" or "Montant annuel HT".

    A column whose heading is in HEADINGS comes first: next to an MRR, "MRR net" is some other figure.
    """
    known = set(keys.values())
    with_units = {column: name_amount_heading(read_text(cells[column])) for column in words if column not in keys}
    return {column: key for column, key in with_units.items() if key and key not in known}


def _find_columns_of_tables(words: Mapping[int, str], cells: Sequence[Cell]) -> Mapping[int, str]:
    """Return column -> key of headings such as "subscriptions.mrr"; an id or a name needs its table: "customers.id"."""
    keys = {}
    for column in words:
        match = _OF_TABLE.fullmatch(read_text(cells[column]))
        if match is None:
            continue
        table, name = fold_heading(match[1]), fold_heading(match[2])
        key = find_key(f"{table.removesuffix('s')} {name}") or (find_key(name) if name != "name" else None)
        if key:
            keys[column] = key
    return keys


def _find_invoice_total(words: Mapping[int, str], keys: Mapping[int, str]) -> dict[int, str]:
    """Return the column of an invoice's total before tax, as its amount; next to taxes, Total has them in it."""
    others = {word: column for column, word in words.items() if column not in keys}
    has_taxes = any(_TAXES.search(word) for word in others)
    names = _TOTALS_BEFORE_TAX if has_taxes else (*_TOTALS_BEFORE_TAX, *_TOTALS)
    return next(({others[name]: "amount"} for name in names if name in others), {})


def _find_revenue(words: Mapping[int, str], keys: Mapping[int, str], cells: Sequence[Cell]) -> dict[int, str]:
    """Return the one column of revenue next to a month or date as the amounts, if no other heading has amounts."""
    others = {"amount", "mrr", "arr", "acv", "tcv", "change", "before", "after", "rate"}
    if not {"month", "date"} & set(keys.values()) or others & set(keys.values()):
        return {}
    columns = [column for column in words if column not in keys and is_revenue_heading(read_text(cells[column]))]
    return {columns[0]: "amount"} if len(columns) == 1 else {}


def _find_addresses(words: Mapping[int, str], keys: Mapping[int, str], cells: Sequence[Cell]) -> dict[int, str]:
    """Return the one column of addresses as the account IDs, in a tab of amounts that has neither IDs nor names."""
    known = set(keys.values())
    columns = [column for column, word in words.items() if column not in keys and ADDRESS_NAMES.fullmatch(word)]
    if len(columns) != 1 or known & {"account_id", "name"}:
        return {}
    if known & {"month", "date", "start", "period_start", "service_period"}:
        has_amounts = bool(known & {"mrr", "amount", "arr", "acv", "tcv", "change", "after"})
    else:
        has_amounts = sum(read_month(cell, LocaleFormat()) is not None for cell in cells) > 1
    return {columns[0]: "account_id"} if has_amounts else {}


def _find_rates(words: Mapping[int, str], keys: Mapping[int, str]) -> dict[int, str]:
    """Return the column headed "Rate to EUR", or "To EUR" next to currencies, as that of the rates."""
    if "rate" in keys.values() or "currency" not in keys.values():
        return {}
    return {column: "rate" for column, word in words.items() if column not in keys and _RATE.fullmatch(word)}


def _settle_dates(words: Mapping[int, str], keys: Mapping[int, str]) -> dict[int, str]:
    """Return column -> key of the dates whose meaning depends on the other headings.

    "Effective date" is a start next to an end. "Period end" or "Period" is the date of an MRR that has no other date.
    """
    by_key = {key: column for column, key in sorted(keys.items(), reverse=True)}
    date, ends = by_key.get("date", -1), by_key.keys() & {"end", "contract_end", "canceled_at", "term"}
    if ends and words.get(date) in _EFFECTIVE and by_key.keys().isdisjoint({"start", "change", "type", "before"}):
        return {date: "start"}
    amount = words.get(by_key.get("amount", -1), "")
    is_recurring = "mrr" in by_key or "arr" in by_key or _RECURRING.search(amount)
    if not is_recurring or by_key.keys() & {"date", "month", "start", "since", "invoice"}:
        return {}
    periods = [by_key[key] for key in ("period_end", "service_period") if key in by_key]
    return {periods[0]: "date"} if len(periods) == 1 else {}


def read_header_row(row: int, cells: Sequence[Cell], meanings: Mapping[str, str] = _NO_MEANINGS) -> HeaderRow:
    """Return the meaning of the cells of row `row` as headings.

    Args:
        row: its index, counted from 0.
        cells: its cells.
        meanings: the configured meanings of headings. They come before HEADINGS: if the config gives a meaning to a
            column, no other column has it.

    """
    folded = {column: fold_heading(cell) for column, cell in enumerate(cells) if not is_blank(cell)}
    # First the config, then the table of headings, and last the bare words, whose meaning depends on the others.
    configured = {column: meanings[word] for column, word in folded.items() if word in meanings}
    keys = {column: key for column, key in configured.items() if key in HEADINGS}
    words = {
        column: word for column, word in folded.items() if column not in configured and isinstance(cells[column], str)
    }
    configured_keys = frozenset(keys.values())
    known = {column: key for column, word in words.items() if (key := find_key(word))}
    keys |= {column: key for column, key in known.items() if key not in configured_keys}
    for column, key in _find_columns_of_tables(words, cells).items():
        if key not in keys.values():
            keys[column] = key
    for column, word in words.items():
        if word in BARE_NAMES:
            bare_key = "account_id" if "account_id" not in keys.values() else "name"
            if bare_key not in keys.values():
                keys[column] = bare_key
    # Without any of these the first column of customers' names tells the accounts apart.
    names = [column for column, word in words.items() if word in CUSTOMER_NAMES]
    if names and "account_id" not in keys.values():
        keys[names[0]] = "account_id"
    for column, key in _find_amounts_with_units(words, keys, cells).items():
        keys[column] = key
    if "before" in keys.values() and "after" not in keys.values():
        keys |= {column: "after" for column, word in words.items() if word == CURRENT_MRR}
    if "invoice" in keys.values() and "amount" not in keys.values():
        keys |= _find_invoice_total(words, keys)
    keys |= _find_revenue(words, keys, cells)
    keys |= _find_addresses(words, keys, cells)
    keys |= _settle_dates(words, keys)
    keys |= _find_rates(words, keys)
    columns: dict[str, int] = {}
    for column in sorted(keys):
        columns.setdefault(keys[column], column)
    repeated = {column: columns[key] for column, key in keys.items() if columns[key] != column}
    others = tuple(column for column in folded if column not in keys)
    # A heading that the config calls a month is replaced with that month, so that it is read as one.
    cells = [configured.get(column, cell) if column not in keys else cell for column, cell in enumerate(cells)]
    return HeaderRow(row, cells, columns, repeated, others)
