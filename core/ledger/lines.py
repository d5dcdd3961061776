"""The lines of a ledger: those that have an end, and the products that accounts pay for, with their quantities."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.months import Window

# Quantities are integers of this part of a piece.
QUANTITY_UNIT = 1_000_000
# Nine billion pieces; a line of more of them counts as one of so many.
LARGEST_QUANTITY = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Lines of a sheet that has quantities or products, each in force from one close to another.

    Attributes:
        product_names: the names of the products; one empty name where the sheet has none.
        accounts: (n,) the account of each line, ascending; the lines of one account by product and first close.
        products: (n,) the product of each line, an index into `product_names`.
        firsts: (n,) ordinal of the first close at which the line is in force.
        lasts: (n,) ordinal of the last one, not before the first; it may be after the ledger's last month.
        amounts: (n,) int64, the MRR of the line in minor units of the account's own currency.
        list_amounts: (n,) int64, the same without the line's discount; above 0.
        quantities: (n,) int64, pieces in millionths, from 1 to LARGEST_QUANTITY; None where the sheet has none.

    """

    product_names: tuple[str, ...]
    accounts: NDArray[np.intp]
    products: NDArray[np.int64]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]
    amounts: Panel
    list_amounts: Panel
    quantities: NDArray[np.int64] | None

    @property
    def has_products(self) -> bool:
        """Tell whether the sheet says which product a line is of."""
        return self.product_names != ("",)

    @property
    def arrays(self) -> dict[str, NDArray[np.int64] | None]:
        """The arrays by their names."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "product_names"}

    def renumber(self, at: NDArray[np.intp]) -> Lines:
        """Return the lines with other numbers of accounts; `at` has the new number of each."""
        return sort_lines(replace(self, accounts=at[self.accounts]))


@dataclass(frozen=True, slots=True, eq=False)
class KeptProducts:
    """(accounts,) the MRR of the lines of each account in its own currency, products compared one by one.

    Attributes:
        starting: at the start.
        ending: at the end, that of new products too.
        net: at the end, of the products that it had at the start.
        gross: of each product the smaller of both.

    """

    starting: Panel
    ending: Panel
    net: Panel
    gross: Panel


def keep_products(lines: Lines, window: Window, accounts: int) -> KeptProducts:
    """Return what each of `accounts` accounts kept of its products from one close to another; exact below 2**53."""
    is_first = np.diff(lines.accounts, prepend=-1) != 0
    runs = np.flatnonzero(is_first | (np.diff(lines.products, prepend=-1) != 0))
    if not runs.size:
        return KeptProducts(*(np.zeros(accounts, dtype=np.int64) for _ in fields(KeptProducts)))
    start, end = (
        np.add.reduceat(np.where((lines.firsts <= close) & (lines.lasts >= close), lines.amounts, 0), runs)
        for close in (window.start.ordinal, window.end.ordinal)
    )
    owners = lines.accounts[runs]
    sums = (start, end, np.where(start > 0, end, 0), np.minimum(start, end))
    return KeptProducts(*(np.bincount(owners, amounts, accounts).astype(np.int64) for amounts in sums))


def sort_lines(lines: Lines) -> Lines:
    """Return lines in the order that `Lines` has."""
    order = np.lexsort((lines.amounts, lines.lasts, lines.firsts, lines.products, lines.accounts))
    ordered: dict[str, Any] = {name: None if array is None else array[order] for name, array in lines.arrays.items()}
    return Lines(lines.product_names, **ordered)


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Lines with an end, each in force from one close to another. Lines without an end are not among them.

    Attributes:
        accounts: (n,) the account of each line, ascending; the lines of one account by their last close.
        firsts: (n,) ordinal of the first close at which the line is in force.
        lasts: (n,) ordinal of the last one, not before the first; it may be after the ledger's last month.
        amounts: (n,) int64, the MRR of the line in minor units of the account's own currency; above 0.

    """

    accounts: NDArray[np.intp]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]
    amounts: Panel


def build_terms(
    accounts: NDArray[np.intp], firsts: NDArray[np.int64], lasts: NDArray[np.int64], amounts: Panel
) -> Terms:
    """Return terms in the order that `Terms` has."""
    order = np.lexsort((amounts, firsts, lasts, accounts))
    return Terms(accounts[order], firsts[order], lasts[order], amounts[order])
