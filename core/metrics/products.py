"""Sums of products of amounts, exact at any size: they need more than 64 bits.

Amounts are below 2**53: three parts of 18 bits. The products of two parts add up below 2**53 over 2**17 accounts, and
below 2**63 over 2**27.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel

_PART_BITS, _PARTS, _MOST_ACCOUNTS = 18, 3, 1 << 17


def sum_products(left: Panel, right: Panel) -> int:
    """Return the sum of `left` x `right`.

    Args:
        left: (n,) from 0 to 2**53, at most 2**27 of them.
        right: (n,) from 0 to 2**53.

    """
    halves = [_split(amounts) for amounts in (left, right)]
    return sum(
        int(np.dot(first, second)) << _PART_BITS * (low + high)
        for low, first in enumerate(halves[0])
        for high, second in enumerate(halves[1])
    )


def sum_products_by_key(keys: NDArray[np.int64], left: Panel, right: Panel, size: int) -> list[int]:
    """Return (size,) the sums of `left` x `right` under each key.

    Args:
        keys: (n,) below `size`.
        left: (n,) from 0 to 2**53.
        right: (n,) from 0 to 2**53.
        size: the number of keys.

    """
    totals = [0] * size
    for begin in range(0, len(keys), _MOST_ACCOUNTS):
        chunk = slice(begin, begin + _MOST_ACCOUNTS)
        halves = [_split(amounts[chunk]) for amounts in (left, right)]
        for low, first in enumerate(halves[0]):
            for high, second in enumerate(halves[1]):
                counted = np.bincount(keys[chunk], first * second, size)
                for key in np.flatnonzero(counted).tolist():
                    totals[key] += int(counted[key]) << _PART_BITS * (low + high)
    return totals


def _split(amounts: Panel) -> list[Panel]:
    """Return the parts of amounts, the lowest bits first, without the highest ones if they are zero."""
    parts = [amounts >> _PART_BITS * part & ((1 << _PART_BITS) - 1) for part in range(_PARTS)]
    while parts and not parts[-1].any():
        parts.pop()
    return parts
