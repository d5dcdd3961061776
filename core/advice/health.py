"""The tests for signs of risk and growth on accounts, shared by the lists of accounts and by the levers.

An unknown fact (NaN, a blank) is never a sign. Shares are compared as the sheet shows them, not as floats hold them:
0.58 is 58%, not 57.999999999999986%.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.columns import Column
from core.text import fold_key

ShareArray = NDArray[np.float64]

# The values of Health that are signs, in any spelling. Other words, and scores, are no sign.
RED = frozenset(
    map(fold_key, ("red", "rouge", "bad", "mauvais", "mauvaise", "at risk", "à risque", "critical", "critique"))
)
GREEN = frozenset(map(fold_key, ("green", "vert", "verte", "good", "bon", "bonne", "healthy", "sain", "saine")))


def is_below(share: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is below `per_cent`."""
    return np.asarray(_round_per_cent(share) < per_cent)


def is_at_least(share: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is `per_cent` or more."""
    return np.asarray(_round_per_cent(share) >= per_cent)


def uses_seats(seats: ShareArray, used: ShareArray, per_cent: float) -> Mask:
    """Return (n,) True where at least `per_cent` of the seats are used; False for accounts without seats."""
    return np.asarray((seats > 0) & (used * 100 >= per_cent * seats))


def renews_within(date: ShareArray, today: dt.date, days: int, since: int = 0) -> Mask:
    """Return (n,) True where a date (a proleptic ordinal) is `since` to `days` days from today."""
    ahead = date - today.toordinal()
    return np.asarray((ahead >= since) & (ahead <= days))


def match_values(column: Column | None, words: Iterable[str]) -> NDArray[np.bool_]:
    """Return (values + 1,) True where a value is one of `words`, given as keys; the last entry is for blanks."""
    keys = frozenset(words)
    return np.array([*(fold_key(value) in keys for value in column.values), False] if column else [False])


def _round_per_cent(share: ShareArray) -> ShareArray:
    rounded: ShareArray = np.round(share * 100, 6)
    return rounded
