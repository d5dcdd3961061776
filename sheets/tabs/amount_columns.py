"""Columns of amounts in minor units of each row's currency; plain numbers are read by numpy, a block at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from types import NoneType

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.money import Currency, to_minor
from sheets.cells.numbers import plain_number_pattern, read_scaled_amount
from sheets.cells.statuses import is_dash, says_left
from sheets.cells.text import LocaleFormat, UnreadableCell
from sheets.cells.units import PLAIN_UNIT, AmountUnit
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

# An amount of more minor units is a slip of the keyboard, and would endanger exact sums.
LARGEST_AMOUNT = 10**15

# The rows of a block: few enough that their cells stay in the processor's cache.
ROWS_AT_ONCE = 1024
_NUMBERS = frozenset((int, float, NoneType))


@dataclass(frozen=True, slots=True, eq=False)
class RowCurrencies:
    """The currency of each row's amounts.

    Attributes:
        currencies: the different currencies.
        codes: (rows,) the index of each row's currency, -1 if it is unclear or the row is not an account's.

    """

    currencies: Sequence[Currency]
    codes: NDArray[np.intp]

    @property
    def known(self) -> Mask:
        """(rows,) True for the rows whose currency is known."""
        return np.asarray(self.codes >= 0)

    @property
    def units(self) -> int | NDArray[np.int64]:
        """The minor units in a whole one: one number if all currencies agree, else (rows,)."""
        units = [currency.unit for currency in self.currencies]
        if len(set(units)) < 2:
            return units[0] if units else 1
        return np.array([*units, 1], dtype=np.int64)[self.codes]

    def at(self, row: int) -> Currency:
        """Return the currency of a row whose currency is known."""
        return self.currencies[int(self.codes[row])]


@dataclass(frozen=True, slots=True, eq=False)
class AmountColumn:
    """One column of amounts.

    Attributes:
        minor: (rows,) int64 minor units, 0 if there is no readable amount.
        present: (rows,) True for readable amounts.
        unreadable: (rows,) True for cells that are neither blank nor readable.
        has_texts: whether a cell is neither a plain number nor blank.

    """

    minor: NDArray[np.int64]
    present: Mask
    unreadable: Mask
    has_texts: bool = False


def read_amounts(
    reader: TabReader,
    column: int,
    currencies: RowCurrencies,
    ids: Sequence[str],
    unit: AmountUnit = PLAIN_UNIT,
    *,
    signed: bool = False,
    quantities: Sequence[Decimal | None] | None = None,
) -> AmountColumn:
    """Return one column's amounts as MRR, and report the unreadable ones in the reader.

    Args:
        reader: the tab.
        column: the column.
        currencies: the currency of each row.
        ids: the account of each row.
        unit: the unit of the amounts, `read_monthly_unit`; each is multiplied by its factor and rounded half-up once.
        signed: True if amounts below 0 are valid; else they are problems.
        quantities: (rows,) the quantity that multiplies each amount before it is rounded; None in it if it is
            unreadable, which makes the amount unreadable.

    """
    if quantities is not None:
        rows = len(ids)
        plain = AmountColumn(np.zeros(rows, dtype=np.int64), np.zeros(rows, np.bool_), np.ones(rows, np.bool_))
    else:
        plain = read_plain_columns(reader, [column], currencies, unit, signed=signed)[column]
    return complete_amounts(reader, column, plain, currencies, ids, unit, signed=signed, quantities=quantities)


def read_plain_columns(
    reader: TabReader,
    columns: Sequence[int],
    currencies: RowCurrencies,
    unit: AmountUnit = PLAIN_UNIT,
    *,
    signed: bool = False,
) -> Mapping[int, AmountColumn]:
    """Return column -> its plain numbers; `unreadable` are the cells that are neither such a number nor blank.

    The rows are read in blocks: the cells of a row are close together in memory, those of a long column are not.

    Args:
        reader: the tab.
        columns: the columns to read.
        currencies: the currency of each row.
        unit: the unit of the amounts.
        signed: True if amounts below 0 are valid.

    """
    body = reader.body
    # Minor units are exact as they are.
    units, factor = 1 if unit.is_minor else currencies.units, unit.find_factor(1)
    read = {
        column: AmountColumn(np.zeros(len(body), dtype=np.int64), *np.zeros((2, len(body)), dtype=np.bool_))
        for column in columns
    }
    width = max(columns, default=0) + 1
    for top in range(0, len(body), ROWS_AT_ONCE):
        block = body[top : top + ROWS_AT_ONCE]
        part = slice(top, top + len(block))
        minor_units = units if isinstance(units, int) else units[part]
        if max(map(len, block)) > 2 * width:  # a cell far to the right, and each column costs a pass over the block
            block = [row[:width] for row in block]
        for column, cells in enumerate(zip_longest(*block)):
            if column in read:
                into = read[column]
                amounts = read_plain_amounts(cells, minor_units, reader.locale_format, factor, signed=signed)
                into.minor[part], into.present[part], into.unreadable[part] = amounts
    return read


def complete_amounts(
    reader: TabReader,
    column: int,
    plain: AmountColumn,
    currencies: RowCurrencies,
    ids: Sequence[str],
    unit: AmountUnit = PLAIN_UNIT,
    *,
    signed: bool = False,
    quantities: Sequence[Decimal | None] | None = None,
) -> AmountColumn:
    """Return a column's amounts: its plain numbers, and all others, which are read cell by cell.

    A word such as "churned" is an amount of 0, unless amounts are changes.

    Args:
        reader: the tab; problems are reported there.
        column: the column.
        plain: its plain numbers, from `read_plain_columns`.
        currencies: the currency of each row.
        ids: the account of each row.
        unit: the unit of the amounts.
        signed: True if amounts below 0 are valid; else they are problems.
        quantities: (rows,) as in `read_amounts`.

    """
    # An amount without a currency has no minor units: its row is reported with its currency.
    minor, present, unreadable = plain.minor, plain.present & currencies.known, np.zeros_like(plain.unreadable)
    body = reader.body
    for row in map(int, np.flatnonzero(plain.unreadable & currencies.known)):
        if not signed and says_left(body[row][column]):
            reader.cells_of_leaving.append((row, column))
            present[row] = True
            continue
        # A dash is 0 where a blank is, and no value to carry on.
        if is_dash(body[row][column]) and reader.options.blank_month == "zero":
            reader.dashes.append((row, column))
            continue
        currency = currencies.at(row)
        quantity = Decimal(1) if quantities is None else quantities[row]
        if quantity is None:
            unreadable[row] = True
            continue
        cell = body[row][column] if column < len(body[row]) else None
        value = read_scaled_amount(cell, reader.locale_format, currency.code, unit.find_scale(currency.unit))
        factor = unit.find_factor(currency.unit) * Fraction(quantity)
        if isinstance(value, Decimal):
            # A number of many digits is not multiplied before it is known to be plausible.
            problem = _check_amount(value, currency.exponent, factor, signed=signed)
            minor[row] = 0 if problem else to_minor(Fraction(value) * factor, currency.exponent)
            present[row] = not problem
        elif value is None:
            continue
        else:
            problem = value
        if problem:
            reader.report(problem.code, row, column, ids[row], **problem.values)
            unreadable[row] = True
    minor[~present] = 0
    return AmountColumn(minor, present, unreadable, bool(plain.unreadable.any()))


def _check_amount(amount: Decimal, exponent: int, factor: Fraction, *, signed: bool) -> UnreadableCell | None:
    if amount < 0 and not signed:
        return UnreadableCell("amount_negative")
    return (
        UnreadableCell("amount_too_large")
        if abs(amount).scaleb(exponent) * factor.numerator >= LARGEST_AMOUNT * factor.denominator
        else None
    )


def read_plain_amounts(
    cells: Sequence[Cell],
    minor_units: int | NDArray[np.int64],
    locale_format: LocaleFormat,
    factor: Fraction = Fraction(1),
    *,
    signed: bool = False,
) -> tuple[NDArray[np.int64], Mask, Mask]:
    """Return (n,) the plain numbers among `cells` in minor units, (n,) True where they are exact, (n,) True for others.

    Exact means half-up rounding of the decimal that the sheet shows, times the factor. The float of that decimal, the
    product and the quotient are each off by at most 2**-53 of the value, so below 1e11 minor units the error is under
    1e-4, and the nearest integer is exact if the result is more than 1e-3 from a half. All other numbers, negatives and
    texts are left to the caller; blanks are in neither mask.

    Args:
        cells: the cells of one column.
        minor_units: the minor units in a whole one, of all cells or of each.
        locale_format: the format of numbers in the sheet.
        factor: the factor of the unit; its numerator is at most 1e6, so that its product with the minor units is exact.
        signed: True if numbers below 0 are valid.

    """
    # numpy takes numbers and None only. A text of digits becomes a float, any other cell None, that is NaN.
    numbers: Sequence[Cell] = cells
    if not _NUMBERS.issuperset(map(type, cells)):
        is_plain = plain_number_pattern(locale_format).fullmatch
        numbers = [
            cell if type(cell) in _NUMBERS else _as_float(cell) if type(cell) is str and is_plain(cell) else None
            for cell in cells
        ]
    try:
        values = np.array(numbers, dtype=np.float64)
    except OverflowError:  # an integer of more than 308 digits
        values = np.full(len(cells), np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = values * (minor_units * factor.numerator)
        if factor.denominator != 1:
            scaled /= factor.denominator
        nearest = np.rint(scaled)
        exact = (np.abs(scaled) < 1e11) & (np.abs(scaled - nearest) < 0.499)
        if not signed:
            exact &= values >= 0
    left = ~exact
    # A blank is NaN like a text, but there is nothing left to read in it.
    for row in np.flatnonzero(left).tolist() if None in cells else ():
        left[row] = cells[row] is not None
    return np.where(exact, nearest, 0).astype(np.int64), exact, left


def _as_float(digits: str) -> float:
    return float(digits.replace(",", "."))
