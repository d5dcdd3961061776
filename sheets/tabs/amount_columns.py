"""A column of amounts at once: minor units of each row's currency, plain numbers through numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from types import NoneType

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.money import Currency, to_minor
from sheets.cells.numbers import plain_text, read_amount
from sheets.cells.text import Style, Unreadable
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

# An amount beyond this many minor units is a slip of the keyboard, and would endanger exact sums.
LARGEST = 10**15

# So many rows are looked at together that their cells stay in the processor's cache.
ROWS_AT_ONCE = 1024
_NUMBERS = frozenset((int, float, NoneType))


@dataclass(frozen=True, slots=True, eq=False)
class Money:
    """In which currency the amounts of each row are.

    Attributes:
        currencies: those that there are.
        codes: (rows,) the index of each row's currency, -1 where it is unclear or the row is of no account.

    """

    currencies: Sequence[Currency]
    codes: NDArray[np.intp]

    @property
    def clear(self) -> Mask:
        """(rows,) True where the currency is known."""
        return np.asarray(self.codes >= 0)

    @property
    def units(self) -> int | NDArray[np.int64]:
        """How many minor units make one: of all rows where that is the same, else (rows,)."""
        units = [currency.unit for currency in self.currencies]
        if len(set(units)) < 2:
            return units[0] if units else 1
        return np.array([*units, 1], dtype=np.int64)[self.codes]

    def of(self, row: int) -> Currency:
        """Return the currency of a row that has a clear one."""
        return self.currencies[int(self.codes[row])]


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """One column of amounts, row by row: minor units, 0 where there are none; what is readable; what is not."""

    minor: NDArray[np.int64]
    there: Mask
    bad: Mask


def read_amounts(reader: TabReader, column: int, money: Money, ids: Sequence[str], *, signed: bool = False) -> Amounts:
    """Return one column's amounts; `plain` and `settle` say how."""
    return settle_amounts(
        reader, column, plain_amounts_mask(reader, [column], money, signed=signed)[column], money, ids, signed=signed
    )


def plain_amounts_mask(
    reader: TabReader, columns: Sequence[int], money: Money, *, signed: bool = False
) -> Mapping[int, Amounts]:
    """Return column -> its plain numbers, and as `bad` what somebody has to look at: neither such a number nor blank.

    Some rows at a time: the cells of a row lie together in memory, those of a column of a long tab do not.

    Args:
        reader: of the tab.
        columns: which ones.
        money: the currency of each row.
        signed: True where amounts below 0 are meant.

    """
    body, units = reader.body, money.units
    read = {
        column: Amounts(np.zeros(len(body), dtype=np.int64), *np.zeros((2, len(body)), dtype=np.bool_))
        for column in columns
    }
    for top in range(0, len(body), ROWS_AT_ONCE):
        block = body[top : top + ROWS_AT_ONCE]
        part = slice(top, top + len(block))
        unit = units if isinstance(units, int) else units[part]
        for column, cells in enumerate(zip_longest(*block)):
            if column in read:
                into = read[column]
                amounts = plain_amounts(cells, unit, reader.style, signed=signed)
                into.minor[part], into.there[part], into.bad[part] = amounts
    return read


def settle_amounts(
    reader: TabReader, column: int, found: Amounts, money: Money, ids: Sequence[str], *, signed: bool = False
) -> Amounts:
    """Return a column's amounts: its plain numbers, and what can be read of everything else, cell by cell.

    Args:
        reader: of the tab; the problems go there.
        column: which one.
        found: what `plain` gives of it.
        money: the currency of each row.
        ids: the account of each row.
        signed: True where amounts below 0 are meant; else they are problems.

    """
    minor, there, bad = found.minor, found.there & money.clear, np.zeros_like(found.bad)
    body = reader.body
    for row in map(int, np.flatnonzero(found.bad & money.clear)):
        currency = money.of(row)
        value = read_amount(body[row][column], reader.style, currency.code)
        if isinstance(value, Decimal):
            problem = _problem(value, currency.exponent, signed=signed)
            minor[row] = 0 if problem else to_minor(value, currency.exponent)
            there[row] = not problem
        elif value is None:
            continue
        else:
            problem = value
        if problem:
            reader.report(problem.code, row, column, ids[row], **problem.values)
            bad[row] = True
    minor[~there] = 0
    return Amounts(minor, there, bad)


def _problem(found: Decimal, exponent: int, *, signed: bool) -> Unreadable | None:
    if found < 0 and not signed:
        return Unreadable("amount_negative")
    return Unreadable("amount_too_large") if abs(found).scaleb(exponent) >= LARGEST else None


def plain_amounts(
    cells: Sequence[Cell], unit: int | NDArray[np.int64], style: Style, *, signed: bool = False
) -> tuple[NDArray[np.int64], Mask, Mask]:
    """Return the plain numbers among `cells` in minor units, for which of them that is certainly right, which are left.

    Right is what half-up rounding of the decimal that the sheet shows gives. Below 1e11 minor units the product's
    error is under 1e-4, so the nearest integer is right wherever the product is further than 1e-3 from a half.
    The others, negatives and other texts are left to the caller; blanks are neither.

    Args:
        cells: of one column.
        unit: how many minor units make one, of all the cells or of each.
        style: how the sheet writes numbers.
        signed: True where numbers below 0 are amounts too.

    """
    known: Sequence[Cell] = cells
    if not _NUMBERS.issuperset(map(type, cells)):
        is_plain = plain_text(style).fullmatch
        known = [
            cell if type(cell) in _NUMBERS else _as_float(cell) if type(cell) is str and is_plain(cell) else None
            for cell in cells
        ]
    try:
        values = np.array(known, dtype=np.float64)
    except OverflowError:  # an integer of more than 308 digits
        values = np.full(len(cells), np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = values * unit
        nearest = np.rint(scaled)
        settled = (np.abs(scaled) < 1e11) & (np.abs(scaled - nearest) < 0.499)
        if not signed:
            settled &= values >= 0
    left = ~settled
    for row in np.flatnonzero(left).tolist() if None in cells else ():
        left[row] = cells[row] is not None
    return np.where(settled, nearest, 0).astype(np.int64), settled, left


def _as_float(digits: str) -> float:
    return float(digits.replace(",", "."))
