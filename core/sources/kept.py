"""Queries to a warehouse whose results are kept with the snapshot: each is asked once."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from core.advice.loss_levers import LossBands
from core.metrics.cube import Cube, Exclusion
from core.metrics.retention import MEASURES
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.port import NO_BANDS, ComparedPairs, KindSum, Levels, Pairs, Side
from core.sources.stored import QueriedCut, QuerySource
from core.terms import Metric

Months = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class KeptQueries:
    """Asks a warehouse what was not asked before about a snapshot.

    Attributes:
        queries: the warehouse.
        find: returns the result that is kept under a key; None where none is.
        keep: keeps a result under a key.
        rename: returns the name under which an account may be kept and shown: its id, or its pseudonym.

    """

    queries: QuerySource
    find: Callable[[bytes], bytes | None]
    keep: Callable[[bytes, bytes], None]
    rename: Callable[[str], str]

    def cube_of_cut(self, dimensions: Sequence[str], cut: Sequence[Filter], window: Window | None = None) -> QueriedCut:
        """Return the bridges of the accounts of a cut: of one window, or of the windows of 1, 3 and 12 months."""
        key = _hash_key("cube", [list(dimensions), _write_window(window) if window else None], cut)
        document = self._find(key)
        if document is not None:
            return QueriedCut(_read_cube(document), document["is_newer"])
        queried = self.queries.cube_of_cut(dimensions, cut, window)
        self._keep(key, {**_write_cube(queried.cube), "is_newer": queried.is_newer})
        return queried

    def pairs(
        self,
        window: Window,
        cut: Sequence[Filter],
        limit: int | None,
        dimensions: Sequence[str] = (),
        bands: LossBands = NO_BANDS,
    ) -> Pairs:
        """Return the accounts of a window that meet a cut, at most `limit` of each group."""
        key = _hash_key("pairs", [_write_window(window), limit, list(dimensions), *astuple(bands)], cut)
        document = self._find(key)
        if document is None:
            pairs = self.queries.pairs(window, cut, limit, dimensions, bands)
            ids, names = self._rename_all(pairs.ids, pairs.names)
            columns = [column.tolist() for column in (pairs.start, pairs.end, pairs.since, pairs.paid)]
            parts = [[*key, *astuple(part)] for key, part in pairs.parts.items()]
            document = [ids, names, columns, pairs.values, parts]
            self._keep(key, document)
        ids, names, columns, values, parts = document
        by_key = {(kind, age, amount): KindSum(*sums) for kind, age, amount, *sums in parts}
        return Pairs.build(window, ids, names, columns, values, by_key)

    def compare_pairs(
        self, sides: tuple[Side, Side], starting: tuple[int, int], metric: Metric, limit: int
    ) -> ComparedPairs:
        """Return the accounts that explain most of the difference between a ratio of two sides."""
        spelled = [[_write_window(window), _write_cut(cut)] for window, cut in sides]
        key = _hash_key("compared", [spelled, starting, metric, limit], ())
        document = self._find(key)
        if document is None:
            pairs = self.queries.compare_pairs(sides, starting, metric, limit)
            ids, names = self._rename_all(pairs.ids, pairs.names)
            document = [ids, names, pairs.amounts.tolist(), pairs.explaining, pairs.totals, pairs.excluded]
            self._keep(key, document)
        ids, names, amounts, explaining, totals, excluded = document
        panel = np.array(amounts, dtype=np.int64).reshape(4, -1)
        return ComparedPairs(tuple(ids), tuple(names), panel, explaining, tuple(totals), excluded)

    def _rename_all(self, ids: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the ids and the names of accounts, for one that is forgotten its pseudonym twice."""
        kept = [self.rename(account) for account in ids]
        return kept, [
            self.rename(name) if one == account else one for account, one, name in zip(ids, kept, names, strict=True)
        ]

    def levels(self, dimensions: Sequence[str], closes: Sequence[Month]) -> Mapping[Month, Levels]:
        """Return the MRR and the accounts at some closes, by combination of values; each close is kept on its own."""
        keys = {close: _hash_key("levels", [list(dimensions), close.ordinal], ()) for close in closes}
        kept = {close: self._find(key) for close, key in keys.items()}
        unknown = [close for close, document in kept.items() if document is None]
        asked = self.queries.levels(dimensions, unknown) if unknown else {}
        for close, levels in asked.items():
            self._keep(keys[close], {"levels": [[*values, *level] for values, level in levels.items()]})
        return {close: asked[close] if close in asked else _read_levels(kept[close]["levels"]) for close in closes}

    def _find(self, key: bytes) -> Any:
        content = self.find(key)
        return None if content is None else json.loads(zlib.decompress(content))

    def _keep(self, key: bytes, document: Any) -> None:
        self.keep(key, zlib.compress(json.dumps(document).encode()))


def _hash_key(kind: str, values: list[Any], cut: Sequence[Filter]) -> bytes:
    return hashlib.sha256(json.dumps([kind, values, _write_cut(cut)]).encode()).digest()


def _write_cut(cut: Sequence[Filter]) -> list[list[str | bool]]:
    return sorted([entry.dimension, entry.value, entry.excluded] for entry in cut)


def _write_window(window: Window) -> Months:
    return window.start.ordinal, window.end.ordinal


def _read_window(months: Months) -> Window:
    return Window(*map(Month, months))


def _read_levels(document: list[list[Any]]) -> Levels:
    return {tuple(values): (mrr, accounts) for *values, mrr, accounts in document}


def _write_cube(cube: Cube) -> dict[str, Any]:
    return {
        "labels": cube.labels,
        "windows": [_write_window(window) for window in cube.windows],
        "sums": cube.sums.tolist(),
        "products": None if cube.products is None else cube.products.tolist(),
        "exclusions": [[_write_window(entry.window), *astuple(entry)[1:]] for entry in cube.exclusions],
    }


def _read_cube(document: dict[str, Any]) -> Cube:
    shape = (len(document["windows"]), len(document["labels"]))
    products = document["products"]
    return Cube(
        tuple((dimension, value) for dimension, value in document["labels"]),
        tuple(map(_read_window, document["windows"])),
        np.array(document["sums"], dtype=np.int64).reshape(*shape, len(MEASURES)),
        products=None if products is None else np.array(products, dtype=np.object_).reshape(*shape, 3),
        exclusions=tuple(
            Exclusion(_read_window(months), reason, (label[0], label[1]), *amounts)
            for months, reason, label, *amounts in document["exclusions"]
        ),
    )
