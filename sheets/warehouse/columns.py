"""The rows of the SELECT as columns, some thousand rows at a time.

A driver that hands rows over gives an object for each cell: a batch is packed row by row, and its objects are let go
before the next one is fetched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat, starmap
from operator import itemgetter
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.retention import MEASURES
from sheets.warehouse.statement import KEYS, PRODUCTS, REASONS, SUMS

ROWS_AT_ONCE = 20_000
# A product has two parts: the bits below 2**62, and the others.
LOW_BITS = 62
_LOW = (1 << LOW_BITS) - 1
# The number of columns before the texts.
_KEYS = len(KEYS)

_Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Some rows of a statement.

    Attributes:
        texts: why each row is in no figure, and its currency if no rate converts it, both blank for most; then its
            value of each dimension.
        keys: the length of the window of each row, and its start month.
        measures: the sums of each row, in the order of MEASURES.
        products: the low and the high part of each of its sums of products.

    """

    texts: Sequence[Sequence[str]]
    keys: Sequence[_Integers]
    measures: Sequence[_Integers]
    products: Sequence[tuple[_Integers, _Integers]]

    def select(self, rows: Sequence[int], dimensions: int) -> Columns:
        """Return some of the rows, with the values of their first dimensions."""
        return Columns(
            [[column[row] for row in rows] for column in self.texts[: len(REASONS) + dimensions]],
            [column[rows] for column in self.keys],
            [column[rows] for column in self.measures],
            [(low[rows], high[rows]) for low, high in self.products],
        )


def pack_rows(batches: Iterable[Sequence[Sequence[Any]]], dimensions: Sequence[str]) -> Iterator[Columns]:
    """Yield the columns of rows that are sequences of objects; a product may be of any type that is a whole number.

    Args:
        batches: some rows each.
        dimensions: the dimensions of the statement.

    """
    first = _KEYS + len(REASONS) + len(dimensions)
    last = first + len(MEASURES)
    numbers = (*range(_KEYS), *range(first, last))
    pack = Struct(f"{len(numbers)}q").pack
    pick_numbers, pick_products = itemgetter(*numbers), itemgetter(slice(last, None))
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


def list_queries(statement: str, dimensions: Sequence[str]) -> Mapping[str, str]:
    """Return, for each engine that hands over columns, the statement in the form for it; the rows are the same.

    DuckDB has arrays, in which a number of more than 64 bits would be a float. PostgreSQL has the numbers of all rows
    with the same texts as the bytes of one value.
    """
    texts = ", ".join((*REASONS, *(f"d_{name}" for name in dimensions)))
    numbers = (*KEYS, *SUMS[: len(MEASURES)])
    shifted = [
        part
        for name in PRODUCTS
        for part in (f"CAST({name} AS HUGEINT) & {_LOW}", f"CAST({name} AS HUGEINT) >> {LOW_BITS}")
    ]
    divided = [part for name in PRODUCTS for part in (f"MOD({name}, {_LOW + 1})", f"DIV({name}, {_LOW + 1})")]
    arrays = ", ".join([texts, *numbers, *(f"CAST({part} AS BIGINT)" for part in shifted)])
    packed = ", ".join(f"string_agg(int8send(CAST({part} AS BIGINT)), '')" for part in (*numbers, *divided))
    return {
        "duckdb": f"SELECT {arrays} FROM ({statement}) AS summed",
        "postgresql": f"SELECT {texts}, {packed} FROM ({statement}) AS summed GROUP BY {texts}",
    }


def read_arrays(arrays: Mapping[str, NDArray[Any]], dimensions: Sequence[str]) -> Columns:
    """Return the columns of a result of DuckDB."""
    columns = list(arrays.values())
    texts = len(REASONS) + len(dimensions)
    return _build_columns([column.tolist() for column in columns[:texts]], columns[texts:])


def read_packed(rows: Sequence[Sequence[Any]], dimensions: Sequence[str]) -> Columns:
    """Return the columns of a result of PostgreSQL."""
    first = len(REASONS) + len(dimensions)
    columns = list(zip(*rows, strict=True)) or [()] * (first + _KEYS + len(MEASURES) + 2 * len(PRODUCTS))
    counts = [len(numbers) // 8 for numbers in columns[first]]
    texts = [list(chain.from_iterable(map(repeat, column, counts))) for column in columns[:first]]
    return _build_columns(
        texts, [np.frombuffer(b"".join(column), ">i8").astype(np.int64) for column in columns[first:]]
    )


def _build_columns(texts: Sequence[Sequence[str]], numbers: Sequence[_Integers]) -> Columns:
    last = _KEYS + len(MEASURES)
    parts = numbers[last:]
    return Columns(texts, numbers[:_KEYS], numbers[_KEYS:last], list(zip(parts[::2], parts[1::2], strict=True)))
