"""The entries of a plain tab, kept with its rows: whether its months count as before is asked of all rows together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.months import Month
from sheets.layouts.month_entries import CountedMonths, MonthEntries, count_months
from sheets.tabs.read_options import BlankMonth

_MASKS = ("filled", "present", "paid")


class KeptEntries(msgspec.Struct, frozen=True):
    """The entries of a tab whose rows are those of an account each.

    Attributes:
        first: the month of the first row of the masks, as an ordinal.
        months: the number of months.
        rows: the number of rows.
        counted: the months that count.
        masks: filled, present and paid, as bits.

    """

    first: int
    months: int
    rows: int
    counted: CountedMonths
    masks: list[bytes]

    @classmethod
    def keep(cls, entries: MonthEntries, counted: CountedMonths) -> Self:
        """Return entries as they are kept."""
        months, rows = entries.filled.shape
        masks = [np.packbits(getattr(entries, name)).tobytes() for name in _MASKS]
        return cls(entries.first.ordinal, months, rows, counted, masks)

    def edit(self, rows: Sequence[int], after: MonthEntries, blank_month: BlankMonth) -> Self | None:
        """Return the entries with those of some rows replaced; None if other months count, or blanks are in doubt.

        Args:
            rows: the rows.
            after: their entries, of the same months.
            blank_month: how blanks are read.

        """
        if self.counted.is_sparse:
            return None
        filled, present, paid = map(self._unpack, self.masks)
        for mask, name in zip((filled, present, paid), _MASKS, strict=True):
            mask[:, rows] = getattr(after, name)
        entries = MonthEntries(Month(self.first), filled, present, paid, has_texts=False)
        counted = count_months(entries, _number_rows(self.rows), blank_month)
        return self.keep(entries, counted) if counted == self.counted else None

    def _unpack(self, mask: bytes) -> Mask:
        bits = np.unpackbits(np.frombuffer(mask, dtype=np.uint8), count=self.months * self.rows)
        return bits.view(np.bool_).reshape(self.months, self.rows)


def keep_entries(entries: MonthEntries, blank_month: BlankMonth) -> KeptEntries:
    """Return the entries of a tab, each of whose rows is that of another account, as they are kept."""
    return KeptEntries.keep(entries, count_months(entries, _number_rows(entries.filled.shape[1]), blank_month))


def _number_rows(rows: int) -> NDArray[np.intp]:
    return np.arange(rows, dtype=np.intp)
