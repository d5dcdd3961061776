"""The ledger: what every account paid at every month's close, as one dense panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.money import Currency
from core.months import Month, Window

Panel = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Sums of money pass through float64 in places (bincount weights); below this they are exact there.
EXACT_LIMIT = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of the Customers tab as a dimension.

    Attributes:
        heading: the heading as the sheet has it.
        values: the distinct values, in the order in which readers should see them.
        codes: (accounts,) int32, the index into `values`, -1 where the cell is blank ("Unassigned").

    """

    heading: str
    values: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ledger:
    """Accounts x months, dense.

    Attributes:
        currency: of every amount here.
        first: the month of the panel's first row.
        panel: (months, accounts) int64, C order: MRR at each close in minor units, never negative.
        ids: the account ids, as the sheet has them.
        names: what to call each account; its id where the sheet gives no name.
        columns: key -> Column, for every column of the Customers tab that can be a segment. Keys are the standard
            ones (`segment`, `industry`, `region`, `plan`, `owner`, `pricing_model`, ...) or the heading, lower case.
        facts: key -> (accounts,) float64, NaN where blank: `renewal_date` and `since` (proleptic ordinals of days),
            `feature_adoption` and `quota_use` (1.0 is 100%), `seats`, `seats_used`, `nps`. Never money.
        quarantined: (accounts,) True where an error touches the account's MRR. Such an account is left out of every
            figure; what could be read of it stays in the panel so that it can be said how much is left out.
        unpriced: (accounts,) True where not even that is known, as the amounts are in a currency without a rate.
        consumer: (accounts,) True where the sheet flags the account as a consumer.
        tab: the revenue tab's title, for provenance.
        rows: (accounts,) int32, the first row of that tab (1-based) that the account's MRR comes from, 0 if none.

    """

    currency: Currency
    first: Month
    panel: Panel
    ids: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    facts: Mapping[str, NDArray[np.float64]]
    quarantined: Mask
    unpriced: Mask
    consumer: Mask
    tab: str
    rows: NDArray[np.int32]

    def __post_init__(self) -> None:
        months, accounts = self.panel.shape
        if not months:
            raise ValueError("a ledger needs at least one month")
        if self.panel.dtype != np.int64 or not self.panel.flags.c_contiguous:
            raise ValueError("the panel must be int64 in C order")
        if not len(self.ids) == len(self.names) == len(self.quarantined) == len(self.rows) == accounts:
            raise ValueError("every array of a ledger has one entry per account")

    @property
    def last(self) -> Month:
        """The last month of the panel: data through."""
        return self.first + (len(self.panel) - 1)

    @property
    def accounts(self) -> int:
        """How many accounts there are, quarantined ones included."""
        return len(self.ids)

    @cached_property
    def counted(self) -> Mask:
        """(accounts,) True where the account takes part in figures."""
        return ~self.quarantined

    @cached_property
    def first_paid(self) -> NDArray[np.int32]:
        """(accounts,) the panel row of the first MRR above zero; the number of rows where there is none."""
        months, accounts = self.panel.shape
        first = np.full(accounts, months, dtype=np.int32)
        # From the last row up, so that the earliest wins; a row is contiguous, a column is not.
        for row in range(months - 1, -1, -1):
            first[self.panel[row] > 0] = row
        return first

    def has(self, month: Month) -> bool:
        """Tell whether the close of `month` is in the panel."""
        return self.first <= month <= self.last

    def covers(self, window: Window) -> bool:
        """Tell whether both closes of `window` are in the panel."""
        return self.has(window.start) and self.has(window.end)

    def at(self, month: Month) -> Panel:
        """Return (accounts,) the MRR of every account at the close of `month`, a view.

        Raises:
            KeyError: the month is not in the panel.

        """
        if not self.has(month):
            raise KeyError(str(month))
        row: Panel = self.panel[self.first.until(month)]
        return row

    def closes_until(self, month: Month) -> int:
        """Return how many month closes there are up to and including `month`."""
        return max(0, self.first.until(min(month, self.last)) + 1)


def build(
    panel: Sequence[Sequence[int]] | Panel,
    *,
    first: Month,
    currency: Currency,
    ids: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    columns: Mapping[str, Column] | None = None,
    facts: Mapping[str, NDArray[np.float64]] | None = None,
    quarantined: Mask | None = None,
    unpriced: Mask | None = None,
    consumer: Mask | None = None,
    tab: str = "",
    rows: NDArray[np.int32] | None = None,
) -> Ledger:
    """Return a ledger from a panel (months x accounts) and whatever else is known of its accounts.

    Raises:
        ValueError: an amount is negative, or the amounts are too large to be added exactly.

    """
    array = np.ascontiguousarray(panel, dtype=np.int64)
    accounts = array.shape[1]
    if array.size and int(array.min()) < 0:
        raise ValueError("MRR is never negative")
    if (
        array.size
        and int(array.max()) * accounts >= EXACT_LIMIT
        and any(int(row.sum()) >= EXACT_LIMIT for row in array)
    ):
        raise ValueError("the amounts are too large to be added exactly")
    ids = tuple(ids) if ids is not None else tuple(str(number) for number in range(accounts))
    nobody = np.zeros(accounts, dtype=np.bool_)
    return Ledger(
        currency=currency,
        first=first,
        panel=array,
        ids=ids,
        names=tuple(names) if names is not None else ids,
        columns=dict(columns or {}),
        facts=dict(facts or {}),
        quarantined=nobody if quarantined is None else quarantined,
        unpriced=nobody if unpriced is None else unpriced,
        consumer=nobody if consumer is None else consumer,
        tab=tab,
        rows=np.zeros(accounts, dtype=np.int32) if rows is None else rows,
    )


def encode(heading: str, cells: Sequence[str], order: Sequence[str] = ()) -> Column:
    """Return a column from one text per account; blanks are code -1.

    Values stand in alphabetical order, those of `order` before them and in that order.
    """
    place = {value: number for number, value in enumerate(order)}
    found = {cell for cell in cells if cell}
    values = tuple(sorted(found, key=lambda value: (place.get(value, len(place)), value.casefold())))
    index = {value: code for code, value in enumerate(values)}
    return Column(heading, values, np.fromiter((index.get(cell, -1) for cell in cells), np.int32, len(cells)))
