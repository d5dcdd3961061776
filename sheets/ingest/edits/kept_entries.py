"""The entries of a plain tab, kept with its rows: whether its months count as before is asked of all rows together."""

from __future__ import annotations

from typing import NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.months import Month
from sheets.layouts.month_entries import CountedMonths, MonthEntries, count_months
from sheets.tabs.read_options import BlankMonth

# Most dates of a tab with months down are in the month after the one before, if they stand for months.
_CONTINUED = 2


class EntryMasks(NamedTuple):
    """The entries of all months: (months, accounts) True where one is filled, is an amount, is above 0."""

    filled: Mask
    present: Mask
    paid: Mask

    def select(self, accounts: NDArray[np.intp]) -> EntryMasks:
        """Return a copy of the entries of some accounts."""
        return EntryMasks(*(mask[:, accounts] for mask in self))

    def write(self, accounts: NDArray[np.intp], masks: EntryMasks) -> None:
        """Write the entries of some accounts."""
        for mask, other in zip(self, masks, strict=True):
            mask[:, accounts] = other

    def equals(self, other: EntryMasks) -> bool:
        """Tell whether other entries are the same."""
        return all(np.array_equal(mask, their) for mask, their in zip(self, other, strict=True))


class KeptEntries(msgspec.Struct, frozen=True):
    """The entries of a tab by month and account of the ledger.

    Attributes:
        first: the month of the first row of the masks, as an ordinal.
        months: the number of months.
        open: the number of these that are not over.
        accounts: the number of accounts.
        counted: the months that count.
        entered: the months with an entry.
        doubled: the accounts with two rows of one month.
        is_dated: whether the tab is one of months because its dates are like months.
        masks: filled, present and paid, as bits.

    """

    first: int
    months: int
    open: int
    accounts: int
    counted: CountedMonths
    entered: list[bool]
    doubled: list[int]
    is_dated: bool
    masks: list[bytes]

    @classmethod
    def keep(
        cls, entries: MonthEntries, owners: NDArray[np.intp], accounts: int, blank_month: BlankMonth, *, is_dated: bool
    ) -> Self:
        """Return entries as they are kept.

        Args:
            entries: the entries.
            owners: the account of each row of the entries; no account has two of these.
            accounts: the number of accounts of the ledger.
            blank_month: how blanks are read.
            is_dated: as in the class.

        """
        months = len(entries.filled)
        masks = EntryMasks(*np.zeros((3, months, accounts), dtype=np.bool_))
        masks.write(owners, EntryMasks(entries.filled, entries.present, entries.paid))
        return cls(
            entries.first.ordinal,
            months,
            entries.open,
            accounts,
            count_months(entries, np.arange(len(owners)), blank_month),
            _list_entered(masks),
            owners[entries.doubled].tolist(),
            is_dated,
            _pack(masks),
        )

    def unpack(self, accounts: int) -> EntryMasks:
        """Return the masks, with more accounts than there were at their ends."""
        masks = EntryMasks(*np.zeros((3, self.months, accounts), dtype=np.bool_))
        for mask, packed in zip(masks, self.masks, strict=True):
            bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=self.months * self.accounts)
            mask[:, : self.accounts] = bits.reshape(self.months, self.accounts)
        return masks

    def replace(self, masks: EntryMasks, blank_month: BlankMonth) -> Self | None:
        """Return the entries with other masks; None if another month counts then, or the tab is read in another way.

        Where a blank may stand for the amount before it, it is in doubt.
        """
        accounts = masks.filled.shape[1]
        entries = MonthEntries(Month(self.first), *masks, has_texts=False, open=self.open)
        if (
            self.counted.is_sparse
            or _list_entered(masks) != self.entered
            or (self.is_dated and not _is_continued(masks.filled))
            or count_months(entries, np.arange(accounts), blank_month) != self.counted
        ):
            return None
        return msgspec.structs.replace(self, accounts=accounts, masks=_pack(masks))


def _pack(masks: EntryMasks) -> list[bytes]:
    return [np.packbits(mask).tobytes() for mask in masks]


def _list_entered(masks: EntryMasks) -> list[bool]:
    return [bool(month.any()) for month in masks.filled]


def _is_continued(filled: Mask) -> bool:
    """Tell whether dates stand for months, as `layout_evidence.is_monthly` does."""
    filled = filled[filled.any(axis=1)]
    earlier = np.count_nonzero(filled[:-1])
    return bool(_CONTINUED * np.count_nonzero(filled[:-1] & filled[1:]) >= earlier)
