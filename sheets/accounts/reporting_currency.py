"""The reporting currency of a workbook whose config names none: that of its amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.errors import N_, Sentence
from core.money import find_currency
from sheets.accounts.cell_currencies import find_unclear_mark, read_cell_currencies
from sheets.cells.currency_words import resolve_mark
from sheets.cells.text import is_blank, read_text
from sheets.tabs.amount_units import find_tab_unit
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell


def settle_reporting_currency(
    reader: TabReader, columns: Sequence[int], customers_reader: TabReader | None
) -> ReadOptions:
    """Return the options with the reporting currency of a workbook without rates, and record it in the reader.

    It is the only currency that the workbook states; of several, the one of `options.currency` if it is among them,
    else the one that is stated most often.

    Args:
        reader: the revenue tab.
        columns: its columns of amounts.
        customers_reader: the tab Customers, if there is one.

    """
    options, counts = reader.options, _count_stated(reader, columns, customers_reader)
    if not counts:
        template = N_("The workbook names no currency, so amounts are read as {code}.")
        if mark := find_unclear_mark(reader, columns):
            template = N_("Amounts have the sign “{mark}” of several currencies, and are read as {code}.")
        statement = Sentence(template, {"code": options.currency.code, **({"mark": mark} if mark else {})})
        config_line = f'company.currency = "{options.currency.code}"'
        reader.decide("currency", statement, config_line=config_line, is_doubted=bool(mark))
        return options
    usual = options.currency.code
    code = usual if len(counts) > 1 and usual in counts else counts.most_common(1)[0][0]
    others = ", ".join(sorted(set(counts) - {code}))
    template = N_("Every amount is in {code}, so the figures are in {code}.")
    if others:
        template = N_("Figures are in {code}. Amounts in {others} need a tab FX with their rates.")
    statement = Sentence(template, {"code": code, "others": others})
    reader.decide("currency", statement, config_line=f'company.currency = "{code}"')
    return replace(options, currency=find_currency(code))


def _count_stated(reader: TabReader, columns: Sequence[int], customers_reader: TabReader | None) -> Counter[str]:
    """Return the number of statements of each currency, from the first source on that leaves no amount open."""
    counts: Counter[str] = Counter()
    for tab in (reader, customers_reader):
        if tab is None or "currency" not in tab.header.columns:
            continue
        accounts, cells = tab.cells_under("account_id"), tab.cells_under("currency")
        of_accounts = [cell for account, cell in zip(accounts, cells, strict=True) if not is_blank(account)]
        counts += _count_codes(of_accounts, reader.options.currency.code)
        if counts and not any(map(is_blank, of_accounts)):
            return counts
    marks = read_cell_currencies(reader, columns)
    if marks:
        by_code, filled = marks.count_by_code(), int(marks.filled.sum())
        # A few signs among plain numbers are slips, and no statement about the others.
        if sum(by_code.values()) * 2 >= filled:
            return counts + Counter(by_code)
    stated = find_tab_unit(reader, columns).unit.currency
    return counts + Counter([stated] if stated else [])


def _count_codes(cells: Iterable[Cell], preferred: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for word, count in Counter(map(read_text, cells)).items():
        code = resolve_mark(word, preferred) if word else ""
        if code:
            counts[code] += count
    return counts
