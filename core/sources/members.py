"""The accounts of a cut: those that meet its filters at the start of a window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.months import Month, Window
from core.query.vocabulary import Filter


def select_members(segments: Segments, filters: Sequence[Filter], window: Window) -> Mask:
    """Return (accounts,) True where an account meets a filter of each of their dimensions at the window's start.

    An account with an excluded value is in none of them.

    Raises:
        QuestionError: a filter names a dimension or value that does not exist.

    """
    mask = np.ones(segments.ledger.accounts.count, dtype=np.bool_)
    included = [entry for entry in filters if not entry.excluded]
    for dimension in dict.fromkeys(entry.dimension for entry in included):
        values = [entry.value for entry in included if entry.dimension == dimension]
        mask &= np.logical_or.reduce([segments.members(dimension, value, window) for value in values])
    for entry in filters:
        if entry.excluded:
            mask &= ~segments.members(entry.dimension, entry.value, window)
    return mask


def meets_filters(filters: Sequence[Filter], dimension: str, value: str | None) -> bool:
    """Tell whether a value of a dimension is in a cut, as far as its filters name that dimension."""
    own = [entry for entry in filters if entry.dimension == dimension]
    included = [entry.value for entry in own if not entry.excluded]
    return (not included or value in included) and not any(entry.excluded and entry.value == value for entry in own)


def begin_window(ledger: Ledger, close: Month) -> Window:
    """Return the window from a close to the next one of the sheet.

    A figure of one close takes its cut at the start of this window, so at the close itself. With it, the MRR of a cut
    at a close is the starting MRR of every window of the cut that begins there.
    """
    return Window(close, next((later for later in ledger.closes if later > close), close + 1))
