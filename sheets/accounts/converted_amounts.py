"""Amounts that a tab has twice: in the currency of each row, and converted to one currency."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import N_, Sentence
from core.text import fold
from sheets.accounts.cell_currencies import read_cell_currencies
from sheets.cells.currency_words import find_currencies, resolve_mark
from sheets.cells.text import fold_heading, read_text
from sheets.cells.units import name_amount_heading
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import find_key
from sheets.tabs.tab_reader import TabReader

# Words of a heading of amounts in the reporting currency.
_CONVERTED = re.compile(r"\b(?:converted|reporting|group|consolidated|converti(?:e|s|es)?|groupe|consolidee?s?)\b")
_IN_ROW_CURRENCY = N_(
    "“{heading}” is read, in the currency of each row: the tab FX converts it at constant rates. “{others}” is not "
    "read."
)
_WITHOUT_RATES = N_(
    "“{heading}” is read, in the currency of each row, as “{others}” is in another currency than the one of the config."
)
_IN_ONE_CURRENCY = N_("“{heading}” is read, as all rows are in one currency. “{others}” is not read.")
_CONVERTED_BY_SHEET = N_(
    "“{heading}” is read, as no tab FX converts “{others}”. Where its rates change from month to month, the figures "
    "include the effect; a tab FX with the rates leaves it out."
)
_CONTRADICTED = N_(
    "“{heading}” names {code}, and the column “{currency}” other currencies. Each amount is read in the currency of "
    "its row. If the amounts are converted to {code}, delete the column “{currency}”."
)


@dataclass(frozen=True, slots=True)
class _AmountColumns:
    """The columns of one measure: those in the currency of each row, and column -> code of the others."""

    local: Sequence[int]
    converted: Mapping[int, str]


def choose_amounts(
    reader: TabReader, amount_key: str, *, has_rates: bool, has_currencies: bool
) -> tuple[HeaderRow, bool]:
    """Return the header row with the amounts whose currency is known, and whether they are converted; record it.

    With rates these are the amounts in the currency of each row, without rates the converted ones. A tab of converted
    amounts has no column of currencies, as that one is about the others.

    Args:
        reader: the revenue tab.
        amount_key: the key of its amounts.
        has_rates: True if the workbook has a tab FX.
        has_currencies: True if another tab has the currencies of the customers.

    """
    header = reader.header
    amounts = _find_amount_columns(reader, header.columns[amount_key])
    columns = [*amounts.local, *amounts.converted]
    if len(amounts.local) > 1 or not amounts.converted:
        return header, False
    if len(columns) == 1:
        _doubt_contradiction(reader, columns[0], amounts.converted[columns[0]])
        return header, False
    is_stated = has_currencies or "currency" in header.keys
    is_local_sure = bool(amounts.local) and (is_stated or read_cell_currencies(reader, amounts.local) is not None)
    reporting = [column for column, code in amounts.converted.items() if code == reader.options.currency.code]
    if not reporting and not reader.options.currency_is_configured:
        reporting = list(amounts.converted)
    is_one = is_local_sure and _have_one_currency(reader)
    is_local = is_local_sure and (has_rates or is_one or not reporting)
    chosen = amounts.local[0] if is_local else (reporting or columns)[0]
    others = [column for column in columns if column != chosen]
    template = _CONVERTED_BY_SHEET
    if is_local:
        template = _IN_ONE_CURRENCY if is_one else _IN_ROW_CURRENCY if has_rates else _WITHOUT_RATES
    values = {
        "heading": header.heading(chosen),
        "others": ", ".join(map(header.heading, others)),
    }
    is_monthly = bool(header.keys & {"month", "date"})
    statement = Sentence(template, values)
    # Where no row says its currency, the other amounts may be the ones that customers pay.
    reader.decide("currency", statement, (-1, chosen), is_doubted=not is_local and (is_monthly or not is_local_sure))
    header = _keep_column(header, columns, chosen)
    return (header, False) if is_local else (header.without_column("currency"), True)


def _have_one_currency(reader: TabReader) -> bool:
    """Tell whether all rows are in one currency, which the config does not contradict: nothing needs converting."""
    if "currency" not in reader.header.keys:
        return False
    configured = reader.options.currency.code
    codes = {resolve_mark(read_text(cell), configured) for cell in reader.cells_under("currency")} - {""}
    return len(codes) == 1 and (not reader.options.currency_is_configured or codes == {configured})


def _find_amount_columns(reader: TabReader, column: int) -> _AmountColumns:
    """Return the columns with the measure of the amounts in `column`."""
    header = reader.header
    measure = _name_measure(header.heading(column))
    local: list[int] = []
    converted: dict[int, str] = {}
    for other in range(len(header.cells)):
        heading = header.heading(other)
        if other != column and (not measure or _name_measure(heading) != measure):
            continue
        codes = set(find_currencies(heading, is_heading=True))
        if not codes and _CONVERTED.search(fold(heading)):
            codes = {reader.options.currency.code}
        if len(codes) == 1:
            converted[other] = codes.pop()
        else:
            local.append(other)
    return _AmountColumns(local, converted)


def _name_measure(heading: str) -> str:
    """Return the key of a heading of amounts, with or without the words of a currency; empty for another heading."""
    return find_key(fold_heading(heading)) or name_amount_heading(heading)


def _keep_column(header: HeaderRow, columns: Sequence[int], chosen: int) -> HeaderRow:
    """Return the header row with one of `columns`, under the keys of all of them."""
    return replace(
        header,
        columns={key: chosen if column in columns else column for key, column in header.columns.items()},
        repeated={column: first for column, first in header.repeated.items() if column not in columns},
        others=tuple(column for column in header.others if column not in columns),
    )


def _doubt_contradiction(reader: TabReader, column: int, code: str) -> None:
    """Record a doubt if the heading of the only amounts names a currency, and the rows name others."""
    if "currency" not in reader.header.keys:
        return
    named = {resolve_mark(read_text(cell), code) for cell in reader.cells_under("currency")} - {"", code}
    if named:
        values = {
            "heading": reader.header.heading(column),
            "code": code,
            "currency": reader.header.heading(reader.header.columns["currency"]),
        }
        reader.decide("currency", Sentence(_CONTRADICTED, values), (-1, column), is_doubted=True)
