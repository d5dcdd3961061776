"""The MRR and the accounts of a cut at a close, which has its segments at that close itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.ledger.segments import UNASSIGNED, Segments
from core.months import Month
from core.query.vocabulary import Filter
from core.sources.members import begin_window, select_members

# MRR in minor units of the reporting currency, and the number of accounts that pay it.
Level = tuple[int, int]


def measure_close(segments: Segments, filters: Sequence[Filter], close: Month) -> Level:
    """Return the MRR and the accounts of a cut at a close."""
    ledger = segments.ledger
    members = select_members(segments, filters, begin_window(ledger, close)) & ledger.accounts.counted
    mrr = ledger.mrr(close, close)[members]
    return int(mrr.sum()), int(np.count_nonzero(mrr))


def split_close(segments: Segments, filters: Sequence[Filter], dimension: str, close: Month) -> Mapping[str, Level]:
    """Return the MRR and the accounts of each value of a dimension at a close, "Unassigned" last."""
    ledger, window = segments.ledger, begin_window(segments.ledger, close)
    mrr = ledger.mrr(close, close)
    paying = np.flatnonzero(select_members(segments, filters, window) & ledger.accounts.counted & (mrr > 0))
    # The last name is for code -1, the blank cells.
    names = (*segments.values(dimension), UNASSIGNED)
    codes = segments.codes(dimension, window)[paying] % len(names)
    sums = np.bincount(codes, mrr[paying], len(names)).tolist()
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return {name: (int(amount), count) for name, amount, count in zip(names, sums, counts, strict=True)}
