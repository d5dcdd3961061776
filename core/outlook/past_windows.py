"""The past windows of a cut, summed: every start close of the ledger, several lengths at once.

A window of the cohort method begins with the accounts of the cut that pay at its start. Forecasts need its three sums
(starting, ending and kept MRR) at every close and for a few lengths, but no bridge, so they are summed in one pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.ledger.usage_pricing import PRICING_MODEL
from core.query.question import Filter
from core.sources.members import begin_window, select_members

# Accounts that are summed at a time: the floats of their months fit into the cache of a core.
_BLOCK = 1024

# Length of the windows in months -> (months,) a sum of each, by the row of its start close.
Sums = Mapping[int, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, eq=False)
class PastWindows:
    """Sums over the accounts of a cut that pay at a start close, NaN where the sheet lacks a close of the window.

    Attributes:
        ending: their MRR at the end; length 0 has their MRR at the start.
        kept: the sum of the lower of both.

    """

    ending: Sums
    kept: Sums

    @property
    def starting(self) -> NDArray[np.float64]:
        """(months,) their MRR at the start."""
        return self.ending[0]


def sum_past_windows(segments: Segments, filters: Sequence[Filter], lengths: Iterable[int]) -> PastWindows:
    """Return the sums of all windows of some lengths, each with the cut at its start.

    Sums of another currency are converted at the rates of the start close, not amount by amount: they differ from
    those of a bridge by less than one minor unit an account.

    Args:
        segments: the ledger and its dimensions.
        filters: the cut.
        lengths: of the windows, in months.

    Raises:
        QuestionError: a filter names a dimension or value that does not exist.

    """
    ledger = segments.ledger
    months, lengths = len(ledger.panel), {0, *lengths}
    ending = {length: np.full(months, np.nan) for length in lengths}
    kept = {length: np.full(months, np.nan) for length in lengths}
    unknown = np.array([not ledger.has_close(ledger.first + row) for row in range(months)])
    for length in lengths:
        rows = max(0, months - length)
        covered = np.flatnonzero(~(unknown[:rows] | unknown[months - rows :]))
        ending[length][covered] = kept[length][covered] = 0
    members = _select_members_by_close(segments, filters)
    panel, dated = _choose_panel(ledger)
    for accounts, factors in _split_by_currency(ledger, members):
        for block in _split_into_blocks(accounts):
            means = (ledger.averaged_panel[:, block], dated[:, block]) if dated is not None else None
            for length, sums in _sum_block(panel[:, block], members[:, block], lengths, means).items():
                rows = len(sums[0])
                ending[length][:rows] += sums[0] * factors[:rows]
                kept[length][:rows] += sums[1] * factors[:rows]
    return PastWindows(ending, kept)


def _select_members_by_close(segments: Segments, filters: Sequence[Filter]) -> Mask:
    """Return (months, accounts) True where an account is in the cut at a close, and counted."""
    ledger = segments.ledger
    counted = ledger.accounts.counted
    if not filters:
        return np.broadcast_to(counted, ledger.panel.shape)
    members = np.zeros(ledger.panel.shape, dtype=np.bool_)
    for close in ledger.closes:
        members[ledger.first.until(close)] = counted & select_members(segments, filters, begin_window(ledger, close))
    return members


def _choose_panel(ledger: Ledger) -> tuple[Panel, Mask | None]:
    """Return the panel whose MRR enters windows, and where it changes with a window's start.

    The second is (months, accounts) True where an account enters the windows from that close with means; None unless
    pricing models are dated.
    """
    if ledger.usage_values is None:
        return ledger.panel, None
    if ledger.columns[PRICING_MODEL].changes is None:
        return ledger.averaged_panel, None
    dated = np.zeros(ledger.panel.shape, dtype=np.bool_)
    for row in range(len(dated)):
        dated[row, ledger.find_usage_accounts(ledger.first + row)] = True
    return ledger.panel, dated


def _split_by_currency(ledger: Ledger, members: Mask) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64]]]:
    """Yield the accounts of the cut that pay in each currency, and (months,) its factor at each close."""
    closes = [ledger.first + row for row in range(len(ledger.panel))]
    counted = members.any(axis=0)
    for code, currency in enumerate(ledger.currencies.known):
        accounts = np.flatnonzero(counted & (ledger.currencies.codes == code))
        yield accounts, np.array([float(ledger.currencies.factor(currency, close)) for close in closes])


def _split_into_blocks(accounts: NDArray[np.intp]) -> Iterator[slice | NDArray[np.intp]]:
    for first in range(0, len(accounts), _BLOCK):
        block = accounts[first : first + _BLOCK]
        # Neighbours are a view of the panel, which is faster than a copy of its columns.
        is_view = block[-1] - block[0] + 1 == len(block)
        yield slice(int(block[0]), int(block[-1]) + 1) if is_view else block


def _sum_block(
    amounts: Panel, members: Mask, lengths: AbstractSet[int], means: tuple[Panel, Mask] | None
) -> dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return length -> the sums at the end and kept of the windows of some accounts, by the row of their start.

    Args:
        amounts: (months, n) their MRR.
        members: (months, n) True where an account counts.
        lengths: of the windows, in months.
        means: (months, n) MRR that counts instead in windows from the closes where the second is True.

    """
    # Floats are exact here, as sums of MRR are below 2**53, and faster than 64-bit integers.
    panel = amounts.astype(np.float64)
    base = (members & (amounts > 0)).astype(np.float64)
    start = (panel if means is None else np.where(means[1], means[0], panel)) * base
    starting = start.sum(axis=1)
    lower, sums = np.empty_like(panel), {0: (starting, starting)}
    for length in lengths - {0}:
        rows = max(0, len(panel) - length)
        later = panel[length:]
        if means is not None:
            later = np.where(means[1][:rows], means[0][length:], later)
        np.minimum(start[:rows], later, out=lower[:rows])
        sums[length] = np.einsum("ij,ij->i", base[:rows], later), lower[:rows].sum(axis=1)
    return sums
