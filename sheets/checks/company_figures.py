"""The figures of the whole company that a waterfall or a table of KPIs has too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from core.ledger.arrays import Panel
from core.ledger.ledger import Ledger
from core.months import Month, Window
from sheets.checks.sheet_totals import Figure, PartKind

# A sheet may count a customer who is back as new or as expansion, and all that is lost as churn.
_WIDER: Mapping[str, str] = {"new": "reactivation", "expansion": "reactivation", "churn": "contraction"}


def measure_figure(ledger: Ledger, figure: Figure, window: Window) -> Sequence[int]:
    """Return the values that a figure of the company may have in minor units, the one by our definition first.

    Every account counts: the sheet's figure includes those that an error excludes from ours. The changes of several
    months may be the sum of each month's, or the change from the first close to the last.

    Args:
        ledger: the ledger.
        figure: a figure of the company.
        window: the period; an opening is that of its start.

    Returns:
        The values; empty if the ledger lacks a close, or if exchange rates are a part of the changes.

    """
    if figure == "close":
        return [_sum_mrr(ledger, window.end)] if ledger.has_close(window.end) else []
    if figure == "opening":
        return [_sum_mrr(ledger, window.start)] if ledger.has_close(window.start) else []
    if not ledger.covers(window):
        return []
    if figure == "net":
        return [_sum_mrr(ledger, window.end) - _sum_mrr(ledger, window.start)]
    if len(ledger.currencies.known) > 1:
        return []
    closes = [close for close in ledger.closes if window.start <= close <= window.end]
    steps = [_sum_changes(ledger, Window(*step)) for step in pairwise(closes)]
    by_step = {kind: sum(step[kind] for step in steps) for kind in steps[0]}
    values = []
    for changes in (by_step, _sum_changes(ledger, window)):
        values.append(changes[figure])
        if figure in _WIDER:
            values.append(changes[figure] + changes[_WIDER[figure]])
    return values


def _sum_mrr(ledger: Ledger, close: Month) -> int:
    return int(ledger.mrr(close, close).sum())


def _sum_changes(ledger: Ledger, window: Window) -> dict[str, int]:
    """Return the MRR of each kind of change between two closes."""
    return {kind: int(amounts.sum()) for kind, amounts in split_changes(ledger, window).items()}


def split_changes(ledger: Ledger, window: Window) -> dict[PartKind, Panel]:
    """Return kind -> (accounts,) the MRR of each kind of change between two closes, a loss above 0."""
    start, end = ledger.read_own_mrr(window.start), ledger.read_own_mrr(window.end)
    arrived, change = (start == 0) & (end > 0), end - start
    returning = arrived & (ledger.first_paid <= ledger.first.until(window.start))
    stayed = (start > 0) & (end > 0)
    return {
        "new": np.where(arrived & ~returning, end, 0),
        "reactivation": np.where(returning, end, 0),
        "expansion": np.where(stayed & (change > 0), change, 0),
        "contraction": np.where(stayed & (change < 0), -change, 0),
        "churn": np.where(end == 0, start, 0),
    }
