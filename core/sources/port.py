"""The port: the sums of all windows, and the accounts of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np

from core.ledger.arrays import Mask, Panel
from core.metrics.cube import Cube
from core.months import Month, Window
from core.query.vocabulary import Filter

# The most dimensions of a query.
MOST_DIMENSIONS = 4

# The values of some dimensions -> the MRR of the accounts that have them, minor units, and the number of these.
Levels = Mapping[tuple[str, ...], tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The accounts of a window that have MRR at either close.

    The order: those whose MRR changed most first, then those with more MRR at the start, then by id.

    Attributes:
        window: the window.
        ids: (n,) the ids of the accounts.
        start: (n,) MRR at the start close, minor units of the reporting currency.
        end: (n,) MRR at the end close, minor units, at the same rates.
        returning: (n,) True where the account had MRR before or at the start close.

    """

    window: Window
    ids: tuple[str, ...]
    start: Panel
    end: Panel
    returning: Mask

    @classmethod
    def build(
        cls, window: Window, ids: Iterable[str], start: Sequence[int], end: Sequence[int], returning: Sequence[bool]
    ) -> Self:
        """Return the accounts of a window from their columns."""
        first, last = np.array(start, dtype=np.int64), np.array(end, dtype=np.int64)
        return cls(window, tuple(ids), first, last, np.array(returning, dtype=np.bool_))


class FigureSource(Protocol):
    """Figures before any ratio. Accounts that are excluded are in none of them."""

    def cube(self, dimensions: Sequence[str], first: Month, through: Month) -> Cube:
        """Return the bridges, with their products, of the windows of 1, 3 and 12 months between two closes.

        Windows in which no account has MRR may be missing.

        Args:
            dimensions: the dimensions to count; the whole company is counted in any case.
            first: the first close at which a window starts.
            through: the last close at which a window ends.

        """
        ...

    def pairs(self, window: Window, cut: Sequence[Filter], limit: int | None) -> Pairs:
        """Return the accounts of a window that meet the filters of `cut`.

        Args:
            window: the window.
            cut: the filters.
            limit: the most accounts of each group, those with the largest amounts: of the accounts that expanded,
                contracted, churned, are new, are reactivated, and have MRR at the start. All accounts when None.

        """
        ...
