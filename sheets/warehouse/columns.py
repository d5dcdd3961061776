"""The rows of the SELECT as columns, some thousand rows at a time.

A driver that hands rows over gives an object for each cell: a batch is packed row by row, and its objects are let go
before the next one is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from operator import itemgetter
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.retention import MEASURES
from sheets.warehouse.statement import PRODUCTS

ROWS_AT_ONCE = 50_000
# A product has two parts: the bits below 2**62, and the others.
LOW_BITS = 62
_LOW = (1 << LOW_BITS) - 1
# The columns before the texts, and the texts that are no value of a dimension.
_KEYS, _REASONS = 2, 1

_Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Some rows of a statement.

    Attributes:
        texts: why each row is in no figure, blank for most; then its value of each dimension.
        keys: the length of the window of each row, and its start month.
        measures: the sums of each row, in the order of MEASURES.
        products: the low and the high part of each of its sums of products.

    """

    texts: Sequence[Sequence[str]]
    keys: Sequence[_Integers]
    measures: Sequence[_Integers]
    products: Sequence[tuple[_Integers, _Integers]]


def pack_rows(batches: Iterable[Sequence[Sequence[Any]]], dimensions: int) -> Iterator[Columns]:
    """Yield the columns of rows that are sequences of objects; a product may be of any type that is a whole number.

    Args:
        batches: some rows each.
        dimensions: the number of dimensions of the statement.

    """
    first = _KEYS + _REASONS + dimensions
    last = first + len(MEASURES)
    numbers = (*range(_KEYS), *range(first, last))
    pack, pick_numbers, pick_products = (
        Struct(f"{len(numbers)}q").pack,
        itemgetter(*numbers),
        itemgetter(slice(last, None)),
    )
    for rows in batches:
        packed = np.frombuffer(b"".join(starmap(pack, map(pick_numbers, rows))), np.int64)
        columns = list(np.ascontiguousarray(packed.reshape(len(rows), len(numbers)).T))
        yield Columns(
            [list(map(itemgetter(place), rows)) for place in range(_KEYS, first)],
            columns[:_KEYS],
            columns[_KEYS:],
            _split_cells(list(map(int, chain.from_iterable(map(pick_products, rows)))), len(rows)),
        )


def _split_cells(cells: list[int], rows: int) -> list[tuple[_Integers, _Integers]]:
    """Return the parts of each product, of cells in the order of the rows."""
    shape = (rows, len(PRODUCTS))
    try:
        low = np.array(cells, dtype=np.int64).reshape(shape).T
        high = np.zeros_like(low)
    except OverflowError:
        integers = np.array(cells, dtype=np.object_).reshape(shape).T
        low, high = (integers & _LOW).astype(np.int64), (integers >> LOW_BITS).astype(np.int64)
    return list(zip(low, high, strict=True))


def split_columns(columns: Sequence[NDArray[Any]], dimensions: int) -> Columns:
    """Return the columns of a result as arrays, in the order of the statement; each product is in two parts."""
    first = _KEYS + _REASONS + dimensions
    last = first + len(MEASURES)
    parts = columns[last:]
    return Columns(
        [column.tolist() for column in columns[_KEYS:first]],
        columns[:_KEYS],
        columns[first:last],
        list(zip(parts[::2], parts[1::2], strict=True)),
    )


def split_products(statement: str) -> str:
    """Return a statement for DuckDB with the same rows, in which each product is in two parts.

    As an array it would be of floats.
    """
    parts = ", ".join(
        f"CAST(CAST({name} AS HUGEINT) & {_LOW} AS BIGINT), CAST(CAST({name} AS HUGEINT) >> {LOW_BITS} AS BIGINT)"
        for name in PRODUCTS
    )
    return f"SELECT * EXCLUDE ({', '.join(PRODUCTS)}), {parts} FROM ({statement}) AS summed"
