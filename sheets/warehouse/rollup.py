"""The rows of the SELECT, added up into a cube: from combinations of values to the values of each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.cube import Cube, Label
from core.metrics.retention import MEASURES
from core.months import Month, Window

_KEYS = 3


@dataclass(frozen=True, slots=True)
class Exclusion:
    """The accounts of a window that are in no figure for one reason.

    Attributes:
        window: the window.
        reason: a key of EXCLUSIONS.
        accounts: their number.
        starting: their MRR at the start, minor units of the reporting currency; 0 for those without a rate.

    """

    window: Window
    reason: str
    accounts: int
    starting: int


def roll_up(rows: Sequence[Sequence[Any]], dimensions: Sequence[str]) -> tuple[Cube, tuple[Exclusion, ...]]:
    """Return the cube of the rows of a statement, and the accounts that are in no figure.

    The values of a dimension follow each other by name, but for those of derived ones; "Unassigned" comes first.

    Args:
        rows: the rows as `Statement.sum_windows` describes them.
        dimensions: the dimensions of the statement.

    """
    excluded = [row for row in rows if row[2]]
    counted = [row for row in rows if not row[2]] if excluded else rows
    columns = list(zip(*counted, strict=True)) or [()] * (_KEYS + len(dimensions) + len(MEASURES) + _KEYS)
    spans = np.array(columns[0], dtype=np.int64) * _MONTHS_LIMIT + np.array(columns[1], dtype=np.int64)
    keys, places = np.unique(spans, return_inverse=True)
    windows = tuple(
        Window(Month(key % _MONTHS_LIMIT), Month(key % _MONTHS_LIMIT + key // _MONTHS_LIMIT)) for key in keys.tolist()
    )
    first = _KEYS + len(dimensions)
    measures = [np.array(column, dtype=np.int64) for column in columns[first : first + len(MEASURES)]]
    products = [_to_integers(column) for column in columns[first + len(MEASURES) :]]
    labels: list[Label] = [(None, None)]
    sums = [_add_up(places, 1, len(windows), measures)]
    squares = [_add_up_products(places, 1, len(windows), products)]
    for number, dimension in enumerate(dimensions):
        names, codes = _index_values(columns[_KEYS + number], dimension)
        labels += [(dimension, name) for name in names]
        cells = places * len(names) + codes
        sums.append(_add_up(cells, len(names), len(windows), measures))
        squares.append(_add_up_products(cells, len(names), len(windows), products))
    cube = Cube(tuple(labels), windows, np.concatenate(sums, axis=1), products=np.concatenate(squares, axis=1))
    return cube, _list_exclusions(excluded, dimensions)


# Months are below it: year 8333.
_MONTHS_LIMIT = 100_000


def join_cubes(cubes: Sequence[Cube]) -> Cube:
    """Return one cube of the labels of several, which are of the same windows; the whole company is in each."""
    first, *others = cubes
    if any(cube.windows != first.windows for cube in others):
        raise ValueError("the cubes are of different windows")
    return replace(
        first,
        labels=(*first.labels, *(label for cube in others for label in cube.labels[1:])),
        sums=np.concatenate([first.sums, *(cube.sums[:, 1:] for cube in others)], axis=1),
        products=np.concatenate(
            [cube.products[:, bool(number) :] for number, cube in enumerate(cubes) if cube.products is not None], axis=1
        ),
    )


def _index_values(cells: Sequence[str], dimension: str) -> tuple[list[str], NDArray[np.int64]]:
    """Return the values of a dimension in their order, and the place of the value of each row."""
    distinct = set(cells)
    names = [name for name in DERIVED.get(dimension, ()) if name in distinct]
    names += sorted(distinct - set(names), key=lambda name: (name != UNASSIGNED, name.casefold(), name))
    code_of = {name: code for code, name in enumerate(names)}
    return names, np.fromiter((code_of[cell] for cell in cells), np.int64, len(cells))


def _add_up(
    cells: NDArray[np.int64], labels: int, windows: int, columns: Sequence[NDArray[np.int64]]
) -> NDArray[np.int64]:
    """Return (windows, labels, measures) the sums of columns by cell; exact below 2**53, as all sums of money are."""
    sums = [np.bincount(cells, column, windows * labels) for column in columns]
    return np.stack(sums, axis=-1).astype(np.int64).reshape(windows, labels, len(columns))


def _add_up_products(
    cells: NDArray[np.int64], labels: int, windows: int, columns: Sequence[NDArray[np.object_]]
) -> NDArray[np.object_]:
    """Return (windows, labels, 3) the sums of columns of whole numbers of any size."""
    totals = np.zeros((windows * labels, len(columns)), dtype=np.object_)
    order = np.argsort(cells, kind="stable")
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    if starts.size:
        for number, column in enumerate(columns):
            totals[cells[order][starts], number] = np.add.reduceat(column[order], starts)
    return totals.reshape(windows, labels, len(columns))


def _to_integers(cells: Sequence[Any]) -> NDArray[np.object_]:
    return np.array([int(cell) for cell in cells], dtype=np.object_)


def _list_exclusions(rows: Sequence[Sequence[Any]], dimensions: Sequence[str]) -> tuple[Exclusion, ...]:
    first = _KEYS + len(dimensions)
    starting, base, new, back = (
        first + MEASURES.index(name) for name in ("starting", "base", "new_accounts", "reactivated_accounts")
    )
    totals: dict[tuple[int, int, str], list[int]] = {}
    for row in rows:
        total = totals.setdefault((int(row[0]), int(row[1]), row[2]), [0, 0])
        total[0] += int(row[base]) + int(row[new]) + int(row[back])
        total[1] += int(row[starting])
    return tuple(
        Exclusion(Window(Month(start), Month(start + months)), reason, *total)
        for (months, start, reason), total in sorted(totals.items())
    )
