"""What is a sign on an account: each a line of numpy over facts, for the lists of accounts and for the levers alike.

A fact that is not known (NaN, a blank) is never a sign. Shares are compared as the sheet shows them, not as floats
have them: 0.58 is 58%, not 57.999999999999986%.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Column, Mask
from core.text import key

Facts = NDArray[np.float64]

# What Health says, in any spelling. Other words, and scores, say neither.
RED = frozenset(map(key, ("red", "rouge", "bad", "mauvais", "mauvaise", "at risk", "à risque", "critical", "critique")))
GREEN = frozenset(map(key, ("green", "vert", "verte", "good", "bon", "bonne", "healthy", "sain", "saine")))


def is_below(share: Facts, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is below so many per cent."""
    return np.asarray(_per_cent(share) < per_cent)


def is_at_least(share: Facts, per_cent: float) -> Mask:
    """Return (n,) True where a share (1 is 100%) is so many per cent or more."""
    return np.asarray(_per_cent(share) >= per_cent)


def is_full(seats: Facts, used: Facts, per_cent: float) -> Mask:
    """Return (n,) True where so many per cent of the seats or more are used; nowhere where there are no seats."""
    return np.asarray((seats > 0) & (used * 100 >= per_cent * seats))


def renews_within(date: Facts, today: dt.date, days: int, since: int = 0) -> Mask:
    """Return (n,) True where a date (a proleptic ordinal) is `since` to `days` days from today."""
    ahead = date - today.toordinal()
    return np.asarray((ahead >= since) & (ahead <= days))


def says(column: Column | None, words: Iterable[str]) -> NDArray[np.bool_]:
    """Return (values + 1,) which values of a column are one of `words`, given as keys; the last is for blanks."""
    wanted = frozenset(words)
    return np.array([*(key(value) in wanted for value in column.values), False] if column else [False])


def _per_cent(share: Facts) -> Facts:
    rounded: Facts = np.round(share * 100, 6)
    return rounded
