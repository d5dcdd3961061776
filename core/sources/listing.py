"""The accounts of a window as a list: what became of each, and the sums of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments
from core.metrics.retention import Base, Bridge
from core.months import Month, Window
from core.sources.port import Kind, KindSum

# In the order of the codes by which `sum_by_kind` adds up.
_CHANGES: tuple[Kind, ...] = ("churn", "contraction", "expansion", "new", "reactivation")
MOST_LISTED = N_("The warehouse gives the {count} largest accounts of each kind.")
UNNAMED = N_("The accounts are listed for readers who may see their names.")


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """The accounts of a cut in a window that meet the limits of a list.

    Attributes:
        ledger: the ledger of the accounts.
        base: the accounts; of a warehouse those with the largest amounts.
        sums: the sums of each kind over all of them.
        counts: the number of accounts of each kind, whether or not they meet the limits.
        read_values: returns dimension -> the values at the start of the accounts at some places of the base.
        find_last_paid: returns the last month with MRR before the end close, of accounts of the base that had MRR at
            the start, at some places.
        most: the largest accounts of each part that are in the base without a gap; None where it has all of them.
        is_named: whether the reader may see which accounts there are.

    """

    ledger: Ledger
    base: Base
    sums: Mapping[Kind, KindSum]
    counts: Mapping[Kind, int]
    read_values: Callable[[NDArray[np.intp]], Mapping[str, Sequence[str]]]
    find_last_paid: Callable[[NDArray[np.intp]], Sequence[Month]]
    most: int | None = None
    is_named: bool = True

    def list_missing(self, accounts: int) -> tuple[Sentence, ...]:
        """Return the sentences about parts that the list lacks.

        Args:
            accounts: the most accounts of a part that would be listed.

        """
        if not self.is_named:
            return (Sentence(UNNAMED),)
        if self.most is not None and accounts > self.most:
            return (Sentence(MOST_LISTED, {"count": self.most}),)
        return ()


def take_accounts(base: Base, met: Mask) -> Base:
    """Return the accounts of a base where `met`, (n,), is True."""
    return Base(base.window, base.index[met], base.start[met], base.end[met], base.returning[met])


def sum_by_kind(base: Base) -> Mapping[Kind, KindSum]:
    """Return the sums of each kind; exact below 2**53, as all sums of money are."""
    # In most windows few accounts change: only those have a kind to find.
    changed = np.flatnonzero(base.start != base.end)
    start, end = base.start[changed], base.end[changed]
    # The sum of the two tests gives the places of churn, contraction and expansion.
    codes = (end > 0).view(np.int8) + (end > start).view(np.int8)
    arrived = start == 0
    codes[arrived] = 3 + base.returning[changed[arrived]].view(np.int8)
    columns = [np.bincount(codes, weights, len(_CHANGES)).astype(np.int64).tolist() for weights in (None, start, end)]
    sums = {kind: KindSum(*row) for kind, row in zip(_CHANGES, zip(*columns, strict=True), strict=True)}
    same = int(base.start.sum()) - int(start.sum())
    return {**sums, "unchanged": KindSum(len(base.start) - len(changed), same, same)}


def build_bridge(window: Window, sums: Mapping[Kind, KindSum]) -> Bridge:
    """Return the bridge of the base of a window from the sums of each kind."""
    none = KindSum()
    grown, shrunk, left, same = (sums.get(kind, none) for kind in ("expansion", "contraction", "churn", "unchanged"))
    base = grown, shrunk, left, same
    return Bridge(
        window,
        starting=sum(entry.start for entry in base),
        expansion=grown.end - grown.start,
        contraction=shrunk.start - shrunk.end,
        churn=left.start,
        ending=sum(entry.end for entry in base),
        base=sum(entry.accounts for entry in base),
        expanded=grown.accounts,
        contracted=shrunk.accounts,
        churned=left.accounts,
        retained=grown.accounts + shrunk.accounts + same.accounts,
    )


def list_last_paid(ledger: Ledger, index: NDArray[np.intp], window: Window) -> Sequence[Month]:
    """Return the last month with MRR before the end of a window, of accounts that had MRR at its start."""
    first, last = ledger.first.until(window.start), ledger.first.until(window.end)
    # (months, n): whether each account pays at the closes of the window but the last, the latest first.
    paying = ledger.panel[first:last, index][::-1] > 0
    return [window.end - (1 + months) for months in paying.argmax(axis=0).tolist()]


def list_values(
    segments: Segments, dimensions: Sequence[str], index: NDArray[np.intp], window: Window
) -> Mapping[str, Sequence[str]]:
    """Return dimension -> the values of some accounts of a ledger at the start of a window."""
    # The last name is for code -1, the blank cells.
    names = {dimension: (*segments.values(dimension), UNASSIGNED) for dimension in dimensions}
    codes = {dimension: segments.codes(dimension, window)[index].tolist() for dimension in dimensions}
    return {dimension: [names[dimension][code] for code in codes[dimension]] for dimension in dimensions}
