"""The terms of a ledger: the lines of the sheet that have an end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel


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
