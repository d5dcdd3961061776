"""The port: the sums of all windows, and the accounts of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, Self, get_args

import numpy as np

from core.advice.loss_levers import LossBands
from core.ledger.arrays import Mask, Panel
from core.metrics.cube import Cube
from core.metrics.movements import MovementKind
from core.months import Month, Window
from core.query.vocabulary import Filter

# The most dimensions of a query.
MOST_DIMENSIONS = 4
# Filters by an amount have one of these as their dimension, and so many minor units of MRR as their value, which an
# account has at least. No column has such a name.
START_MRR, END_MRR, CHANGE_OF_MRR = "MRR at the start", "MRR at the end", "change of MRR"
AMOUNTS = (START_MRR, END_MRR, CHANGE_OF_MRR)

NO_BANDS = LossBands()
# What became of an account in a window.
Kind = MovementKind | Literal["unchanged"]
KINDS: tuple[Kind, ...] = (*get_args(MovementKind), "unchanged")


@dataclass(frozen=True, slots=True)
class KindSum:
    """All accounts of one kind: their number, and their MRR at both closes in minor units."""

    accounts: int = 0
    start: int = 0
    end: int = 0


# What became of accounts, their band of months and that of amounts at the start -> the sums of these accounts.
KindSums = Mapping[tuple[Kind, int, int], KindSum]
# The values of some dimensions -> the MRR of the accounts that have them, minor units, and the number of these.
Levels = Mapping[tuple[str, ...], tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The accounts of a window that have MRR at either close.

    The order: those whose MRR changed most first, then those with more MRR at the start, then by id.

    Attributes:
        window: the window.
        ids: (n,) the ids of the accounts.
        names: (n,) their names; the id of one without a name.
        start: (n,) MRR at the start close, minor units of the reporting currency.
        end: (n,) MRR at the end close, minor units, at the same rates.
        since: (n,) the first month with MRR, as its ordinal.
        paid: (n,) the last month with MRR before the end close, as its ordinal; 0 without one.
        values: dimension -> (n,) the value of each account at the start, of the dimensions that were asked for.
        parts: the sums over all accounts, whether or not they are within the limit.

    Without a limit `paid` is 0 and `parts` are empty.

    """

    window: Window
    ids: tuple[str, ...]
    names: tuple[str, ...]
    start: Panel
    end: Panel
    since: Panel
    paid: Panel
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: KindSums = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        window: Window,
        ids: Iterable[str],
        names: Iterable[str],
        columns: Sequence[Sequence[int]],
        values: Mapping[str, Sequence[str]],
        parts: KindSums,
    ) -> Self:
        """Return the accounts of a window from their columns: `start`, `end`, `since`, `paid`."""
        start, end, since, paid = (np.array(column, dtype=np.int64) for column in columns)
        return cls(window, tuple(ids), tuple(names), start, end, since, paid, values, parts)

    def hide_accounts(self) -> Self:
        """Return the same sums without the accounts."""
        return self.build(self.window, (), (), [()] * 4, {}, self.parts)

    @property
    def returning(self) -> Mask:
        """(n,) True where the account had MRR before or at the start close."""
        return np.asarray(self.since <= self.window.start.ordinal)

    @property
    def sums(self) -> Mapping[Kind, KindSum]:
        """The sums of each kind."""
        return add_up_kinds(self.parts)


def add_up_kinds(parts: KindSums) -> Mapping[Kind, KindSum]:
    """Return the sums of each kind over all bands."""
    totals = {kind: [0, 0, 0] for kind in KINDS}
    for (kind, _, _), part in parts.items():
        for place, amount in enumerate((part.accounts, part.start, part.end)):
            totals[kind][place] += amount
    return {kind: KindSum(*amounts) for kind, amounts in totals.items()}


# A window, and the filters that its accounts meet at its start.
Side = tuple[Window, Sequence[Filter]]


@dataclass(frozen=True, slots=True, eq=False)
class ComparedPairs:
    """The accounts that explain most of the difference between a ratio of two sides.

    Attributes:
        ids: (n,) their ids.
        names: (n,) their names, as in `Pairs`.
        amounts: (4, n) MRR at the start and at the end of the first side, then of the second one, minor units; 0 where
            an account is not in the base of a side.
        explaining: the number of all accounts that explain any of it.
        totals: the four sums of all accounts.
        excluded: the number of accounts of either side that are in no figure.

    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    amounts: Panel
    explaining: int
    totals: tuple[int, ...]
    excluded: int


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

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet the filters of `cut`.

        Args:
            window: the window.
            cut: the filters.
            limit: the most accounts of each group, those with the largest amounts: of the accounts that expanded,
                contracted, churned, are new, are reactivated, have MRR at the start, and have MRR at both closes. All
                accounts when None.
            dimensions: the dimensions whose values to return.
            bands: the limits between the bands of `parts`.

        """
        ...
