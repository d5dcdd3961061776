"""Where long contents are cut into parts.

The cuts follow the texts, not their positions: a text is the first of a part if its own hash says so. An account that
is added or removed in the middle therefore changes one part of each array, and all other parts are shared.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# About 64 KB of amounts: an edit of one cell stores as much, and the list of the parts stays short.
ACCOUNTS_OF_PART = 8192
PROBLEMS_OF_PART = 128
# Texts that are all the same must not make a part each.
_LEAST = 16


def find_cuts(texts: Sequence[str], mean: int) -> list[int]:
    """Return the places between the parts of `texts`, ascending; a part has about `mean` texts."""
    cuts = [0]
    for place, text in enumerate(texts):
        if zlib.crc32(text.encode("utf-8", "surrogatepass")) % mean == 0 and place - cuts[-1] >= mean // _LEAST:
            cuts.append(place)
    return cuts[1:]


def cut_by_account(accounts: NDArray[np.intp], cuts: Sequence[int]) -> list[int]:
    """Return the places between the parts of an array whose entries belong to `accounts`, which are ascending."""
    places: list[int] = np.searchsorted(accounts, cuts).tolist()
    return places
