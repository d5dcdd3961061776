"""Total rows by their numbers: each number is the sum of rows near it, or of the other rows of its account."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from sheets.cells.text import UnreadableCell, remember_readings
from sheets.workbook.port import Cell

# The number of columns that are checked in a row, and of sections above it that are tried as its addends.
_COLUMNS, _SECTIONS = 3, 8
_HALF_CENT = 0.005
# Rows at one place of their accounts are totals if this share of them are sums, and this many of different rows.
_SHARE, _DIFFERENT = 0.8, 3
# The accounts that are enough to see that they are not.
_SAMPLE = 50
# A larger amount is a slip of the keyboard, and its rounding error would hide the other addends.
_LARGEST = 1e15


class SumCheck:
    """Checks whether the numbers of a row are sums of rows near it.

    Args of the constructor:
        body: the rows below the header row.
        columns: the columns that may hold amounts.
        read: reads one cell as an amount.
        accounts: (rows,) True for the rows that are added up.
        breaks: the rows that divide the tab into sections, ascending.

    """

    def __init__(
        self,
        body: Sequence[Sequence[Cell]],
        columns: Sequence[int],
        read: Callable[[Cell], Decimal | UnreadableCell | None],
        accounts: Mask,
        breaks: Sequence[int],
    ) -> None:
        self._body, self._columns, self._accounts, self._breaks = body, columns, accounts, breaks
        self._read = remember_readings(read)
        self._amounts: dict[int, tuple[NDArray[np.float64], ...]] = {}
        self._cumulated: dict[int, Sequence[tuple[NDArray[np.float64], NDArray[np.intp]]]] = {}

    def is_sum(self, row: int) -> bool:
        """Tell whether all numbers of a row are sums of the same rows, and one of them of two amounts or more."""
        numbers = self._list_numbers(row)
        for start, end in self._list_ranges(row) if numbers else ():
            addends = [self._count_addends(column, value, row, start, end) for column, value in numbers]
            if min(addends) >= 1 and max(addends) >= 2:
                return True
        return False

    def is_no_sum(self, row: int) -> bool:
        """Tell whether a row cannot be a sum: it is below an amount near it, or there is no amount to add up."""
        for start, end in self._find_sections(row):
            if self._accounts[start:end].any():
                return any(value < self._find_largest(column, start, end) for column, value in self._list_numbers(row))
        return int(np.count_nonzero(self._accounts)) == int(self._accounts[row])

    def _list_numbers(self, row: int) -> list[tuple[int, float]]:
        """Return (column, number) of the first few numbers of a row that are not zero."""
        numbers: list[tuple[int, float]] = []
        for column in self._columns:
            if len(numbers) < _COLUMNS and (value := self._read_value(row, column)):
                numbers.append((column, value))
        return numbers

    def _read_value(self, row: int, column: int) -> float:
        cells = self._body[row]
        return self._read_float(cells[column]) if column < len(cells) else 0.0

    def _read_float(self, cell: Cell) -> float:
        return _to_float(cell, self._read)

    def _find_sections(self, row: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the rows from the last break to `row`, and those from it to the next break."""
        at = bisect_left(self._breaks, row)
        # A row that is a break itself belongs to neither section.
        after = at + (at < len(self._breaks) and self._breaks[at] == row)
        start = self._breaks[at - 1] + 1 if at else 0
        return (start, row), (row + 1, self._breaks[after] if after < len(self._breaks) else len(self._body))

    def _list_ranges(self, row: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges that a row may add up: the section above, more of them, the one below, the whole tab."""
        at = bisect_left(self._breaks, row)
        for start in reversed(self._breaks[max(0, at - _SECTIONS) : at]):
            yield start + 1, row
        yield 0, row
        yield self._find_sections(row)[1]
        yield row + 1, len(self._body)
        yield 0, len(self._body)

    def _count_addends(self, column: int, value: float, row: int, start: int, end: int) -> int:
        """Return the number of amounts of a column, between two rows, that add up to `value`; 0 if they do not."""
        # A row that is taken for an account is among the amounts, and must not be an addend of itself.
        own = start <= row < end and bool(self._accounts[row])
        for sums, counts in self._cumulate(column):
            total = sums[end] - sums[start] - (value if own else 0)
            # The relative part is the rounding of a long float sum.
            if abs(total - value) < _HALF_CENT + abs(value) * 1e-9:
                return int(counts[end] - counts[start]) - own
        return 0

    def _cumulate(self, column: int) -> Sequence[tuple[NDArray[np.float64], NDArray[np.intp]]]:
        """Return (rows + 1,) sums and counts of the amounts before each row: with and without amounts in texts."""
        if column not in self._cumulated:
            self._cumulated[column] = [
                (np.concatenate(([0.0], np.cumsum(values))), np.concatenate(([0], np.cumsum(values != 0))))
                for values in self._read_amounts(column)
            ]
        return self._cumulated[column]

    def _find_largest(self, column: int, start: int, end: int) -> float:
        return float(self._read_amounts(column)[0][start:end].max(initial=0))

    def _read_amounts(self, column: int) -> tuple[NDArray[np.float64], ...]:
        """Return (rows,) the amounts of a column, 0 for rows of no account; twice if some amounts are texts.

        SUM skips texts, so a total may be right without them.
        """
        amounts = self._amounts.get(column)
        if amounts is None:
            cells = [row[column] if column < len(row) else None for row in self._body]
            values = np.fromiter(map(self._read_float, cells), np.float64, len(cells)) * self._accounts
            texts = np.fromiter((isinstance(cell, str) for cell in cells), np.bool_, len(cells))
            amounts = (values, values * ~texts) if (texts & (values != 0)).any() else (values,)
            self._amounts[column] = amounts
        return amounts


class AccountSums:
    """Checks whether rows are the sums of the other rows of their account, in every column.

    Args of the constructor:
        body: the rows below the header row.
        columns: the columns of amounts.
        read: reads one cell as an amount.
        keys: (rows,) the account of each row, or its account and month; None for a row that is not added up.

    """

    def __init__(
        self,
        body: Sequence[Sequence[Cell]],
        columns: Sequence[int],
        read: Callable[[Cell], Decimal | UnreadableCell | None],
        keys: Sequence[Hashable | None],
    ) -> None:
        self._body, self._columns, self._keys = body, columns, keys
        self._read = remember_readings(read)
        self._rows: dict[Hashable, list[int]] = {}
        for row, key in enumerate(keys):
            if key is not None:
                self._rows.setdefault(key, []).append(row)

    def list_other_rows(self, row: int, totals: Collection[int]) -> list[int]:
        """Return the rows of the account of `row` that are not among `totals`."""
        rows = self._rows.get(self._keys[row], [])
        return [other for other in rows if other != row and other not in totals]

    def is_sum(self, row: int, others: Sequence[int]) -> bool:
        """Tell whether each amount of a row is the sum of those of `others`."""
        for column in self._columns:
            value, total = self._read_value(row, column), sum(self._read_value(other, column) for other in others)
            if abs(total - value) >= _HALF_CENT + abs(value) * 1e-9:
                return False
        return True

    def find_rows_at_totals(self) -> Mapping[int, bool]:
        """Return the last rows of their accounts, else the first ones, if nearly all of them are sums; True for sums.

        An account with one row has no total. Few accounts, or a price list in which one product costs as much as two
        others, prove nothing.
        """
        groups = [rows for rows in self._rows.values() if len(rows) > 1]
        for place in (-1, 0):
            sample = self._check_place(groups[:_SAMPLE], place)
            if self._are_totals(sample):
                checked = self._check_place(groups, place)
                return checked if self._are_totals(checked) else {}
        return {}

    def _check_place(self, groups: Sequence[Sequence[int]], place: int) -> dict[int, bool]:
        return {rows[place]: self.is_sum(rows[place], self.list_other_rows(rows[place], ())) for rows in groups}

    def _are_totals(self, checked: Mapping[int, bool]) -> bool:
        if sum(checked.values()) < max(_DIFFERENT, _SHARE * len(checked)):
            return False
        return len({self._list_addends(row) for row, is_sum in checked.items() if is_sum} - {()}) >= _DIFFERENT

    def _list_addends(self, row: int) -> tuple[float, ...]:
        """Return the amounts that a row adds up in the first column in which there are two or more; empty for none."""
        others = self.list_other_rows(row, ())
        for column in self._columns:
            amounts = tuple(filter(None, (self._read_value(other, column) for other in others)))
            if len(amounts) > 1:
                return amounts
        return ()

    def _read_value(self, row: int, column: int) -> float:
        cells = self._body[row]
        return _to_float(cells[column], self._read) if column < len(cells) else 0.0


def _to_float(cell: Cell, read: Callable[[Cell], Decimal | UnreadableCell | None]) -> float:
    """Return an amount, 0 for none; floats are enough, as a spreadsheet's own sums are floats."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if abs(cell) < _LARGEST else 0.0
    amount = read(cell) if isinstance(cell, str) else None
    return float(amount) if isinstance(amount, Decimal) and abs(amount) < _LARGEST else 0.0
