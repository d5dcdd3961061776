"""The rows of the SELECT, added up into a cube: from combinations of values to the values of each dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.cube import Cube, Exclusion, Label
from core.metrics.retention import MEASURES
from core.months import Month, Window
from sheets.warehouse.columns import LOW_BITS, Columns
from sheets.warehouse.statement import PRODUCTS

# Months are below it: year 8333.
_MONTHS_LIMIT = 100_000
# A product is added up in parts of so many bits: the sum of one over 2**21 rows stays below 2**53.
_PART_BITS = 32
_PARTS = (0, _PART_BITS, LOW_BITS, LOW_BITS + _PART_BITS)

# The measures that excluded accounts have: their MRR at the start, their highest one, then the kinds of account.
_EXCLUDED = [MEASURES.index(name) for name in ("starting", "ending", "base", "new_accounts", "reactivated_accounts")]
# What is added up: the number of a measure, or that of a product and by how many bits the part is shifted.
_Weight = int | tuple[int, int]
_Weights = Mapping[_Weight, NDArray[np.float64]]


def roll_up(batches: Iterable[Columns], dimensions: Sequence[str]) -> Cube:
    """Return the cube of the rows of a statement, with the accounts that are in no figure.

    The values of a dimension follow each other by name, but for those of derived ones; "Unassigned" comes first.

    Args:
        batches: the rows as `Statement.sum_windows` describes them, at most 2**21 in each.
        dimensions: the dimensions of the statement.

    """
    windows = _Codes()
    counted, excluded = ([_Group(dimension) for dimension in (None, *dimensions)] for _ in range(2))
    # Without a row too, the whole company is there.
    counted[0].values.encode([None])
    for batch in batches:
        months, starts = batch.keys
        keys, places = np.unique(months * _MONTHS_LIMIT + starts, return_inverse=True)
        rows = windows.encode(keys.tolist())[places]
        reasons, unpriced, *texts = batch.texts
        values: list[Sequence[str | None]] = [[None] * len(rows), *texts]
        columns = [group.values.encode(names) for group, names in zip(counted, values, strict=True)]
        weights = _list_weights(batch)
        if any(reasons):
            left_out = [place for place, reason in enumerate(reasons) if reason]
            few: _Weights = {key: weight[left_out] for key, weight in weights.items() if key in _EXCLUDED}
            for group, names in zip(excluded, values, strict=True):
                groups = [(reasons[place], unpriced[place], names[place]) for place in left_out]
                group.add(rows[left_out], group.values.encode(groups), few, len(windows))
            rows, *columns = (np.delete(cells, left_out) for cells in (rows, *columns))
            weights = {key: np.delete(weight, left_out) for key, weight in weights.items()}
        for group, cells in zip(counted, columns, strict=True):
            group.add(rows, cells, weights, len(windows))
    return _build_cube(windows, counted, excluded)


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
        # Each cube has those of the whole company.
        exclusions=tuple(dict.fromkeys(exclusion for cube in cubes for exclusion in cube.exclusions)),
    )


class _Codes(dict[Any, int]):
    """The place of each key, in the order in which they came."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]

    def encode(self, keys: Sequence[Any]) -> NDArray[np.int64]:
        """Return (n,) the places of keys."""
        return np.fromiter(map(self.__getitem__, keys), np.int64, len(keys))


@dataclass(frozen=True, slots=True)
class _Group:
    """The sums by window and value of one dimension.

    Attributes:
        dimension: the dimension; None is the whole company, whose one value is None.
        values: value -> its column; of excluded accounts each reason, currency without a rate, and value.
        sums: (windows, values) the sum of each weight; it lacks what came later.

    """

    dimension: str | None
    values: _Codes = field(default_factory=_Codes)
    sums: dict[_Weight, NDArray[np.int64]] = field(default_factory=dict)

    def add(self, rows: NDArray[np.int64], columns: NDArray[np.int64], weights: _Weights, windows: int) -> None:
        """Add weights, each to a cell; exact below 2**53, as all sums of money are."""
        shape = (windows, len(self.values))
        cells = rows * shape[1] + columns
        for key, weight in weights.items():
            added = np.bincount(cells, weight, shape[0] * shape[1]).astype(np.int64).reshape(shape)
            self.sums[key] = self.read(key, windows) + added

    def read(self, key: _Weight, windows: int) -> NDArray[np.int64]:
        """Return (windows, values) the sums of a weight, 0 where it has none."""
        shape, sums = (windows, len(self.values)), self.sums.get(key)
        if sums is not None and sums.shape == shape:
            return sums
        enlarged = np.zeros(shape, dtype=np.int64)
        if sums is not None:
            enlarged[: len(sums), : sums.shape[1]] = sums
        return enlarged

    def read_measures(self, windows: int) -> NDArray[np.int64]:
        """Return (windows, values, measures)."""
        return np.stack([self.read(number, windows) for number in range(len(MEASURES))], axis=-1)

    def read_products(self, windows: int) -> NDArray[np.object_]:
        """Return (windows, values, products) whole numbers of any size."""
        totals = np.zeros((windows, len(self.values), len(PRODUCTS)), dtype=np.object_)
        for key in self.sums:
            if isinstance(key, tuple):
                product, bits = key
                totals[..., product] += self.read(key, windows).astype(np.object_) << bits
        return totals


def _list_weights(batch: Columns) -> _Weights:
    """Return the measures, and the parts of the products that are not all zero."""
    weights: dict[_Weight, NDArray[np.float64]] = {
        number: column.astype(np.float64) for number, column in enumerate(batch.measures)
    }
    for number, halves in enumerate(batch.products):
        parts = (part for half in halves for part in (half & ((1 << _PART_BITS) - 1), half >> _PART_BITS))
        for bits, part in zip(_PARTS, parts, strict=True):
            if part.any():
                weights[number, bits] = part.astype(np.float64)
    return weights


def _read_window(key: int) -> Window:
    months, start = divmod(key, _MONTHS_LIMIT)
    return Window(Month(start), Month(start + months))


def _build_cube(windows: _Codes, counted: Sequence[_Group], excluded: Sequence[_Group]) -> Cube:
    labels: list[Label] = []
    sums, products = [], []
    for group in counted:
        measures = group.read_measures(len(windows))
        # A value, or a window, whose accounts are all left out has no figures.
        has_figures: Mask = np.asarray(measures.any(axis=(0, 2)))
        names = [name for name in _sort_values(group) if name is None or has_figures[group.values[name]]]
        columns = [group.values[name] for name in names]
        labels += [(group.dimension, name) for name in names]
        sums.append(measures[:, columns])
        products.append(group.read_products(len(windows))[:, columns])
    kept = {key: row for key, row in sorted(windows.items()) if sums[0][row].any()}
    rows = list(kept.values())
    return Cube(
        tuple(labels),
        tuple(map(_read_window, kept)),
        np.concatenate(sums, axis=1)[rows],
        products=np.concatenate(products, axis=1)[rows],
        exclusions=tuple(_list_exclusions(windows, excluded)),
    )


def _sort_values(group: _Group) -> Sequence[str | None]:
    """Return the values of a dimension in their order."""
    if group.dimension is None:
        return [None]
    distinct = set(group.values)
    names = [name for name in DERIVED.get(group.dimension, ()) if name in distinct]
    return names + sorted(distinct - set(names), key=lambda name: (name != UNASSIGNED, name.casefold(), name))


def _list_exclusions(windows: _Codes, excluded: Sequence[_Group]) -> Iterator[Exclusion]:
    for group in excluded:
        starting, highest, *kinds = (group.read(measure, len(windows)) for measure in _EXCLUDED)
        accounts = np.sum(kinds, axis=0)
        for key, row in sorted(windows.items()):
            for (reason, unpriced, value), column in sorted(group.values.items(), key=str):
                if accounts[row, column]:
                    label = (group.dimension, value)
                    number, mrr, most = (int(sums[row, column]) for sums in (accounts, starting, highest))
                    yield Exclusion(_read_window(key), reason, label, number, mrr, most, unpriced)
