"""The rows of the SELECT, added up into a cube: from combinations of values to the values of each dimension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.cube import Cube, Label
from core.metrics.retention import MEASURES
from core.months import Month, Window
from sheets.warehouse.columns import LOW_BITS, Columns
from sheets.warehouse.statement import PRODUCTS

# Months are below it: year 8333.
_MONTHS_LIMIT = 100_000
# A product is added up in parts of so many bits: the sum of one over 2**21 rows stays below 2**53.
_PART_BITS = 32
_PARTS = (0, _PART_BITS, LOW_BITS, LOW_BITS + _PART_BITS)
# The place of the rows that count among the reasons to leave rows out.
_COUNTED = 0


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


def roll_up(batches: Iterable[Columns], dimensions: Sequence[str]) -> tuple[Cube, tuple[Exclusion, ...]]:
    """Return the cube of the rows of a statement, and the accounts that are in no figure.

    The values of a dimension follow each other by name, but for those of derived ones; "Unassigned" comes first.

    Args:
        batches: the rows as `Statement.sum_windows` describes them, at most 2**21 in each.
        dimensions: the dimensions of the statement.

    """
    windows = _Codes()
    reasons, *groups = (_Group() for _ in range(1 + len(dimensions)))
    reasons.values.encode([""])
    for batch in batches:
        months, starts = batch.keys
        keys, places = np.unique(months * _MONTHS_LIMIT + starts, return_inverse=True)
        rows = windows.encode(keys.tolist())[places]
        weights = _list_weights(batch)
        reason, *values = (
            group.values.encode(texts) for group, texts in zip((reasons, *groups), batch.texts, strict=True)
        )
        reasons.add(rows, reason, weights, len(windows))
        counted = np.flatnonzero(reason == _COUNTED)
        if len(counted) < len(rows):
            rows, values = rows[counted], [columns[counted] for columns in values]
            weights = {key: weight[counted] for key, weight in weights.items()}
        for group, columns in zip(groups, values, strict=True):
            group.add(rows, columns, weights, len(windows))
    return _build_cube(windows, reasons, dict(zip(dimensions, groups, strict=True))), _list_exclusions(windows, reasons)


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


class _Codes(dict[Any, int]):
    """The place of each key, in the order in which they came."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]

    def encode(self, keys: Sequence[Any]) -> NDArray[np.int64]:
        """Return (n,) the places of keys."""
        return np.fromiter(map(self.__getitem__, keys), np.int64, len(keys))


# What is added up: a column of the measures, or a product and one of its parts.
_Weights = Mapping[int | tuple[int, int], NDArray[np.float64]]


def _list_weights(batch: Columns) -> _Weights:
    """Return the measures, and the parts of the products that are not all zero."""
    weights: dict[int | tuple[int, int], NDArray[np.float64]] = {
        number: column.astype(np.float64) for number, column in enumerate(batch.measures)
    }
    for number, halves in enumerate(batch.products):
        parts = (part for half in halves for part in (half & ((1 << _PART_BITS) - 1), half >> _PART_BITS))
        for bits, part in zip(_PARTS, parts, strict=True):
            if part.any():
                weights[number, bits] = part.astype(np.float64)
    return weights


@dataclass(frozen=True, slots=True)
class _Group:
    """The sums by window and value of one dimension.

    Attributes:
        values: value -> its column.
        sums: (windows, values) the sum of each weight; it lacks what came later.

    """

    values: _Codes = field(default_factory=_Codes)
    sums: dict[int | tuple[int, int], NDArray[np.int64]] = field(default_factory=dict)

    def add(self, rows: NDArray[np.int64], columns: NDArray[np.int64], weights: _Weights, windows: int) -> None:
        """Add weights, each to a cell; exact below 2**53, as all sums of money are."""
        shape = (windows, len(self.values))
        cells = rows * shape[1] + columns
        for key, weight in weights.items():
            added = np.bincount(cells, weight, shape[0] * shape[1]).astype(np.int64).reshape(shape)
            self.sums[key] = self.read(key, shape) + added

    def read(self, key: int | tuple[int, int], shape: tuple[int, int]) -> NDArray[np.int64]:
        """Return (windows, values) the sums of a weight, 0 where it has none."""
        sums = self.sums.get(key)
        if sums is not None and sums.shape == shape:
            return sums
        enlarged = np.zeros(shape, dtype=np.int64)
        if sums is not None:
            enlarged[: len(sums), : sums.shape[1]] = sums
        return enlarged

    def read_measures(self, windows: int) -> NDArray[np.int64]:
        """Return (windows, values, measures)."""
        shape = (windows, len(self.values))
        return np.stack([self.read(number, shape) for number in range(len(MEASURES))], axis=-1)

    def read_products(self, windows: int) -> NDArray[np.object_]:
        """Return (windows, values, products) whole numbers of any size."""
        shape = (windows, len(self.values))
        totals = np.zeros((*shape, len(PRODUCTS)), dtype=np.object_)
        for key in self.sums:
            if isinstance(key, tuple):
                product, bits = key
                totals[..., product] += self.read(key, shape).astype(np.object_) << bits
        return totals


def _read_window(key: int) -> Window:
    return Window(Month(key % _MONTHS_LIMIT), Month(key % _MONTHS_LIMIT + key // _MONTHS_LIMIT))


def _build_cube(windows: _Codes, reasons: _Group, groups: Mapping[str, _Group]) -> Cube:
    labels: list[Label] = [(None, None)]
    sums = [reasons.read_measures(len(windows))[:, [_COUNTED]]]
    products = [reasons.read_products(len(windows))[:, [_COUNTED]]]
    for dimension, group in groups.items():
        measures = group.read_measures(len(windows))
        # A value, or a window, whose accounts are all left out has no figures.
        has_figures: Mask = np.asarray(measures.any(axis=(0, 2)))
        names = [name for name in _sort_values(group.values, dimension) if has_figures[group.values[name]]]
        columns = [group.values[name] for name in names]
        labels += [(dimension, name) for name in names]
        sums.append(measures[:, columns])
        products.append(group.read_products(len(windows))[:, columns])
    kept = {key: row for key, row in sorted(windows.items()) if sums[0][row].any()}
    rows = list(kept.values())
    return Cube(
        tuple(labels),
        tuple(map(_read_window, kept)),
        np.concatenate(sums, axis=1)[rows],
        products=np.concatenate(products, axis=1)[rows],
    )


def _sort_values(values: Iterable[str], dimension: str) -> list[str]:
    """Return the values of a dimension in their order."""
    distinct = set(values)
    names = [name for name in DERIVED.get(dimension, ()) if name in distinct]
    return names + sorted(distinct - set(names), key=lambda name: (name != UNASSIGNED, name.casefold(), name))


def _list_exclusions(windows: _Codes, reasons: _Group) -> tuple[Exclusion, ...]:
    starting, *kinds = (MEASURES.index(name) for name in ("starting", "base", "new_accounts", "reactivated_accounts"))
    sums = reasons.read_measures(len(windows))
    accounts = sums[..., kinds].sum(axis=2)
    return tuple(
        Exclusion(_read_window(key), reason, int(accounts[row, column]), int(sums[row, column, starting]))
        for key, row in sorted(windows.items())
        for reason, column in sorted(reasons.values.items())
        if column != _COUNTED and accounts[row, column]
    )
