"""What can be right and mostly is not: an amount far off the account's others, one customer under two ids.

It looks at the finished ledger, changes nothing in it, and reports warnings only.
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

# An amount of so many times the account's median is doubted, where so many months are not.
TIMES, _OTHERS = 100, 3
# More ids than this under one name are meant: sites, or people of a common name.
_NAMESAKES = 3

_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[^\w\n]+(?=[0-9])|(?<=[0-9])_+(?=[0-9])")
_MARKS = re.compile(r"[^\w\n-]+|_+|(?<![0-9])-+|-+(?![0-9])")
# Ids that a program made tell accounts apart by case too: 0015g00000AbCdE of Salesforce.
_MACHINE = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{15,}")
_STOPS = re.compile(r"[.'’]")
_SIGNS = re.compile(r"[^\w\n]+|_+")
_FORMS = (
    "ab|ag|ltd|limited|inc|incorporated|llc|llp|lp|plc|corp|corporation|co|company|gmbh|kg|ug|sa|sas|sasu|sarl|eurl|sci|snc|"
    "scop|nv|bv|bvba|srl|spa|sl|slu|oy|oyj|as|asa|aps|pty|pte"
)
_FORM = re.compile(rf"^(?:(?:sa|sas|sasu|sarl|eurl|sci|snc) )+(?=\S)|(?<=\S)(?: (?:{_FORMS}))+$", re.MULTILINE)


def report_implausible(ledger: Ledger, reader: TabReader, listing: TabReader | None) -> None:
    """Report what is doubtful in a ledger.

    Args:
        ledger: as it was read.
        reader: the revenue tab.
        listing: the Customers tab, if there is one.

    """
    places = _Places(ledger, reader, listing)
    _report_absurd(ledger, places)
    told = _report_spellings(ledger, places)
    _report_names(ledger, places, told)


class _Places:
    """Finds the cells of accounts. The tabs are searched once, and only when something is to be reported."""

    def __init__(self, ledger: Ledger, reader: TabReader, listing: TabReader | None) -> None:
        self._ledger, self.reader, self._listing = ledger, reader, listing
        self._rows: dict[str, list[int]] | None = None
        self._listed: dict[str, list[int]] | None = None

    def report(self, code: str, account: int, /, **values: str) -> None:
        """Report an account where its id first stands: in the revenue tab, else in Customers."""
        row, name = int(self._ledger.source_rows.first_rows[account]), self._ledger.accounts.ids[account]
        reader = self.reader
        if row:
            row -= reader.top + 1
        elif self._listing:
            reader = self._listing
            self._listed = self._listed or _rows_of(reader)
            row = self._listed[name][0]
        reader.report(code, row, reader.header.columns["account_id"], name, **values)

    def of_amount(self, account: int, month: Month) -> tuple[int, int]:
        """Return (row, column) of the account's largest amount in the column of a month, or in that of all amounts."""
        reader, header = self.reader, self.reader.header
        months = {named: column for column, named in reversed(header.months(reader.style).items())}
        at = header.columns["account_id"]
        column = months.get(month, header.columns.get("mrr", header.columns.get("amount", at)))
        self._rows = self._rows or _rows_of(reader)

        def size(row: int) -> Decimal:
            cells = reader.body[row]
            cell = cells[column] if column < len(cells) else None
            found = None if is_blank(cell) else read_amount(cell, reader.style, reader.options.currency.code)
            return found if isinstance(found, Decimal) else Decimal(-1)

        return max(self._rows[self._ledger.accounts.ids[account]], key=size), column


def _rows_of(reader: TabReader) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for row, cell in enumerate(reader.column(reader.header.columns["account_id"])):
        account = read_account_id(cell)
        rows.setdefault(reader.aliases.get(account, account), []).append(row)
    return rows


def _report_absurd(ledger: Ledger, places: _Places) -> None:
    """Report MRR far above the account's own median, once for each run of months."""
    told: set[tuple[int, int]] = set()
    for account, median, doubted in absurd_amounts(ledger.panel):
        unit = ledger.currencies.known[ledger.currencies.codes[account]].exponent
        edges = np.flatnonzero(np.diff(doubted, prepend=False))
        for start in (month for month in edges.tolist() if doubted[month]):
            place = places.of_amount(account, ledger.first + start)
            if place in told:
                continue
            told.add(place)
            minor = int(ledger.panel[start, account])
            places.reader.report(
                "amount_absurd",
                *place,
                ledger.accounts.ids[account],
                amount=_money(minor, unit),
                median=_money(median, unit),
                times=str(minor // median),
            )


def absurd_amounts(panel: Panel) -> Iterator[tuple[int, int, Mask]]:
    """Yield (account, its median MRR, (months,) where it has at least TIMES that) of every account with such a month.

    The median is of the months with MRR; of an even number it is the upper one of the middle two, so that a step up
    that has lasted as long as what was before is not doubted. At least three months are not doubted.

    Args:
        panel: (months, accounts) minor units.

    """
    # The median is at least the lowest month: most accounts are settled by that.
    lowest = np.where(panel > 0, panel, np.iinfo(np.int64).max).min(axis=0, initial=np.iinfo(np.int64).max)
    for account in np.flatnonzero(panel.max(axis=0, initial=0) // TIMES >= lowest).tolist():
        column = panel[:, account]
        paid = np.sort(column[column > 0])
        median = int(paid[len(paid) // 2])
        doubted = column >= TIMES * median
        if doubted.any() and len(paid) - np.count_nonzero(doubted) >= _OTHERS:
            yield account, median, doubted


def _money(minor: int, exponent: int) -> str:
    return f"{Decimal(minor).scaleb(-exponent):f}"


def _report_spellings(ledger: Ledger, places: _Places) -> set[tuple[int, int]]:
    """Report ids that differ in their spelling only; return the pairs."""
    pairs = set()
    for first, *others in _alike(similar_spellings(ledger.accounts.ids)):
        for other in others:
            if not _by_program(ledger.accounts.ids[first], ledger.accounts.ids[other]):
                pairs.add((first, other))
                places.report("spelling_account", other, **_pair(ledger, first, other))
    return pairs


def _report_names(ledger: Ledger, places: _Places, told: set[tuple[int, int]]) -> None:
    """Report companies of one name under two or three ids, where their spelling did not tell it."""
    for first, *others in _alike(plain_names(ledger.accounts.names)):
        if len(others) >= _NAMESAKES or ledger.accounts.consumer[[first, *others]].any():
            continue
        for other in others:
            if (first, other) not in told and not _by_program(
                ledger.accounts.names[first], ledger.accounts.names[other]
            ):
                places.report("same_name", other, name=ledger.accounts.names[other], **_pair(ledger, first, other))


def _by_program(one: str, other: str) -> bool:
    """Tell whether a program made both ids, which a difference in case alone may tell apart."""
    return bool(_MACHINE.fullmatch(one) and _MACHINE.fullmatch(other))


def _pair(ledger: Ledger, first: int, other: int) -> Mapping[str, str]:
    both = (ledger.panel[:, first] > 0) & (ledger.panel[:, other] > 0)
    return {
        "account": ledger.accounts.ids[other],
        "other": ledger.accounts.ids[first],
        "months": str(np.count_nonzero(both)),
    }


def _alike(keys: Sequence[str]) -> Iterator[list[int]]:
    """Yield the accounts, two or more, that have one key; an empty key is nobody's."""
    groups: dict[str, list[int]] = {}
    for account, key in enumerate(keys):
        groups.setdefault(key, []).append(account)
    return (group for key, group in groups.items() if key and len(group) > 1)


def similar_spellings(ids: Sequence[str]) -> list[str]:
    """Return each id without case, accents, spaces, punctuation and leading zeros: "A-0042" and "a 42" are "a42".

    A mark between two digits stays, as 1-23 is not 12-3.
    """
    # All at once: one pass of each expression over one text is several times faster than one over each id.
    joined = _LEADING_ZEROS.sub("", _plain(ids))
    return _MARKS.sub("", _BETWEEN_DIGITS.sub("-", joined)).split("\n")


def plain_names(names: Sequence[str]) -> list[str]:
    """Return each name without case, accents, punctuation and legal form: "ACME Ltd." is "acme"; a short one is ""."""
    joined = _SIGNS.sub(" ", _STOPS.sub("", _plain(names)))
    stripped = (name.strip() for name in joined.split("\n"))
    plain = _FORM.sub("", "\n".join(stripped)).split("\n")
    return [name if len(name) > 2 else "" for name in plain]


def _plain(texts: Sequence[str]) -> str:
    joined = "\n".join(texts).casefold()
    if joined.isascii():
        return joined
    # Decomposed, so that the accents stand by themselves; they are no word characters, so they fall away as marks.
    decomposed = unicodedata.normalize("NFKD", joined)
    return re.sub(r"[\u0300-\u036f]", "", decomposed)
