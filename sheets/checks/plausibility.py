"""Implausible data: an amount far above the account's others, or one customer under two account IDs.

The checks read the finished ledger, change nothing in it, and report warnings only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.cells.text import is_blank, read_account_id
from sheets.tabs.tab_reader import TabReader

# An amount is implausible at this many times the account's median, if at least this many months are plausible.
TIMES, _PLAUSIBLE_MONTHS = 100, 3
# More IDs than this under one name are intended: sites, or people with a common name.
_NAMESAKES = 3

_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[^\w\n]+(?=[0-9])|(?<=[0-9])_+(?=[0-9])")
_MARKS = re.compile(r"[^\w\n-]+|_+|(?<![0-9])-+|-+(?![0-9])")
# IDs made by a program may differ in case only: 0015g00000AbCdE of Salesforce.
_MACHINE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{15,}")
_STOPS = re.compile(r"[.'’]")
_SIGNS = re.compile(r"[^\w\n]+|_+")
_FORMS = (
    "ab|ag|ltd|limited|inc|incorporated|llc|llp|lp|plc|corp|corporation|co|company|gmbh|kg|ug|sa|sas|sasu|sarl|eurl|sci|snc|"
    "scop|nv|bv|bvba|srl|spa|sl|slu|oy|oyj|as|asa|aps|pty|pte"
)
_FORM = re.compile(rf"^(?:(?:sa|sas|sasu|sarl|eurl|sci|snc) )+(?=\S)|(?<=\S)(?: (?:{_FORMS}))+$", re.MULTILINE)


def report_implausible(ledger: Ledger, reader: TabReader, customers_reader: TabReader | None) -> None:
    """Report implausible amounts, and accounts that may be one customer.

    Args:
        ledger: the ledger of the workbook.
        reader: the revenue tab.
        customers_reader: the Customers tab; None if the workbook has none.

    """
    cells = _AccountCells(ledger, reader, customers_reader)
    _report_absurd_amounts(ledger, cells)
    reported = _report_spellings(ledger, cells)
    _report_shared_names(ledger, cells, reported)


class _AccountCells:
    """Finds the cells of accounts. Each tab is searched once, and only if there is something to report."""

    def __init__(self, ledger: Ledger, reader: TabReader, customers_reader: TabReader | None) -> None:
        self._ledger, self.reader, self._customers_reader = ledger, reader, customers_reader
        self._rows: dict[str, list[int]] | None = None
        self._customer_rows: dict[str, list[int]] | None = None

    def report(self, code: str, account: int, /, **values: str) -> None:
        """Report an account at the first cell with its ID: in the revenue tab, else in Customers."""
        row, account_id = int(self._ledger.source_rows.first_rows[account]), self._ledger.accounts.ids[account]
        reader = self.reader
        if row:
            row -= reader.first_row + 1
        elif self._customers_reader:
            reader = self._customers_reader
            self._customer_rows = self._customer_rows or _index_rows(reader)
            row = self._customer_rows[account_id][0]
        reader.report(code, row, reader.header.columns["account_id"], account_id, **values)

    def find_amount(self, account: int, month: Month) -> tuple[int, int]:
        """Return (row, column) of the account's largest amount in a month's column, or in the column of all amounts."""
        reader, header = self.reader, self.reader.header
        # Reversed, so that the first column of a repeated month wins.
        columns = {named: column for column, named in reversed(header.read_months(reader.locale_format).items())}
        id_column = header.columns["account_id"]
        column = columns.get(month, header.columns.get("mrr", header.columns.get("amount", id_column)))
        self._rows = self._rows or _index_rows(reader)

        def read_size(row: int) -> Decimal:
            cells = reader.body[row]
            cell = cells[column] if column < len(cells) else None
            amount = None if is_blank(cell) else read_amount(cell, reader.locale_format, reader.options.currency.code)
            return amount if isinstance(amount, Decimal) else Decimal(-1)

        return max(self._rows[self._ledger.accounts.ids[account]], key=read_size), column


def _index_rows(reader: TabReader) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(reader.cells_in(reader.header.columns["account_id"])):
        account = read_account_id(cell)
        rows.setdefault(reader.aliases.get(account, account), []).append(row)
    return rows


def _report_absurd_amounts(ledger: Ledger, cells: _AccountCells) -> None:
    """Report MRR far above the account's own median, once for each run of months."""
    reported: set[tuple[int, int]] = set()
    for account, median, absurd in find_absurd_amounts(ledger.panel):
        exponent = ledger.currencies.of(account).exponent
        # The edges of the runs; the first month of a run is absurd, the first month after it is not.
        edges = np.flatnonzero(np.diff(absurd, prepend=False))
        for start in (month for month in edges.tolist() if absurd[month]):
            cell = cells.find_amount(account, ledger.first + start)
            if cell in reported:
                continue
            reported.add(cell)
            minor = int(ledger.panel[start, account])
            cells.reader.report(
                "amount_absurd",
                *cell,
                ledger.accounts.ids[account],
                amount=_format_amount(minor, exponent),
                median=_format_amount(median, exponent),
                times=str(minor // median),
            )


def find_absurd_amounts(panel: Panel) -> Iterator[tuple[int, int, Mask]]:
    """Yield (account, median MRR, (months,) True for at least TIMES the median) of every account with such a month.

    The median is of the months with MRR. Of an even number of months it is the upper one of the middle two: a step up
    that has lasted as long as the months before it is plausible. At least three months must be plausible.

    Args:
        panel: (months, accounts) minor units.

    """
    # The median is at least the lowest month, so most accounts need no median.
    lowest = np.where(panel > 0, panel, np.iinfo(np.int64).max).min(axis=0, initial=np.iinfo(np.int64).max)
    for account in np.flatnonzero(panel.max(axis=0, initial=0) // TIMES >= lowest).tolist():
        column = panel[:, account]
        paid = np.sort(column[column > 0])
        median = int(paid[len(paid) // 2])
        absurd = column >= TIMES * median
        if absurd.any() and len(paid) - np.count_nonzero(absurd) >= _PLAUSIBLE_MONTHS:
            yield account, median, absurd


def _format_amount(minor: int, exponent: int) -> str:
    return f"{Decimal(minor).scaleb(-exponent):f}"


def _report_spellings(ledger: Ledger, cells: _AccountCells) -> set[tuple[int, int]]:
    """Report IDs that differ in their spelling only; return the pairs."""
    pairs = set()
    for first, *others in _group_alike(normalise_ids(ledger.accounts.ids)):
        for other in others:
            if not _are_machine_ids(ledger.accounts.ids[first], ledger.accounts.ids[other]):
                pairs.add((first, other))
                cells.report("spelling_account", other, **_describe_pair(ledger, first, other))
    return pairs


def _report_shared_names(ledger: Ledger, cells: _AccountCells, reported: set[tuple[int, int]]) -> None:
    """Report companies with one name under two or three IDs, unless their spelling has been reported."""
    for first, *others in _group_alike(normalise_names(ledger.accounts.names)):
        if len(others) >= _NAMESAKES or ledger.accounts.consumer[[first, *others]].any():
            continue
        for other in others:
            if (first, other) not in reported and not _are_machine_ids(
                ledger.accounts.names[first], ledger.accounts.names[other]
            ):
                cells.report(
                    "same_name", other, name=ledger.accounts.names[other], **_describe_pair(ledger, first, other)
                )


def _are_machine_ids(one: str, other: str) -> bool:
    """Tell whether a program made both IDs; such IDs of two accounts may differ in case only."""
    return bool(_MACHINE.fullmatch(one) and _MACHINE.fullmatch(other))


def _describe_pair(ledger: Ledger, first: int, other: int) -> Mapping[str, str]:
    both = (ledger.panel[:, first] > 0) & (ledger.panel[:, other] > 0)
    return {
        "account": ledger.accounts.ids[other],
        "other": ledger.accounts.ids[first],
        "months": str(np.count_nonzero(both)),
    }


def _group_alike(keys: Sequence[str]) -> Iterator[list[int]]:
    """Yield the groups of two accounts or more with the same key; an empty key makes no group."""
    groups: dict[str, list[int]] = {}
    for account, key in enumerate(keys):
        groups.setdefault(key, []).append(account)
    return (group for key, group in groups.items() if key and len(group) > 1)


def normalise_ids(ids: Sequence[str]) -> list[str]:
    """Return each ID without case, accents, spaces, punctuation and leading zeros: "A-0042" and "a 42" are "a42".

    A mark between two digits stays, as 1-23 is not 12-3.
    """
    # All at once: one pass of an expression over the joined IDs is several times faster than one pass over each.
    joined = _LEADING_ZEROS.sub("", _strip_accents(ids))
    return _MARKS.sub("", _BETWEEN_DIGITS.sub("-", joined)).split("\n")


def normalise_names(names: Sequence[str]) -> list[str]:
    """Return each name without case, accents, punctuation and legal form: "ACME Ltd." is "acme"; a short one is ""."""
    joined = _SIGNS.sub(" ", _STOPS.sub("", _strip_accents(names)))
    stripped = (name.strip() for name in joined.split("\n"))
    plain = _FORM.sub("", "\n".join(stripped)).split("\n")
    return [name if len(name) > 2 else "" for name in plain]


def _strip_accents(texts: Sequence[str]) -> str:
    joined = "\n".join(texts).casefold()
    if joined.isascii():
        return joined
    # Decomposed, an accent is a character by itself, which can be removed.
    decomposed = unicodedata.normalize("NFKD", joined)
    return re.sub(r"[\u0300-\u036f]", "", decomposed)
