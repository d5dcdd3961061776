"""Snapshots for tests of the store: made, saved, compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.ledger.columns import DatedValues
from core.ledger.ledger import Ledger
from core.metrics.cube import Cube
from core.metrics.retention import MEASURES
from core.months import Month, Window
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import Store

NOW = datetime(2025, 10, 2, 7, 0, 12, 345678, tzinfo=UTC)
PROBLEMS: list[dict[str, object]] = [
    {"code": "gap", "tab": "MRR", "cell": "D7", "found": "", "values": {"month": "2025-03"}},
    {"code": "amount_unreadable", "tab": "MRR", "cell": "D17", "found": '"12,50"\x00\ud83d', "values": {}},
    {"code": "gap", "tab": "MRR", "cell": "E9", "found": "", "values": {}},
]


def make_figures(seed: int = 0, labels: int = 5, windows: int = 7) -> Cube:
    """Return made-up figures that add up, the same for the same seed."""
    rng = np.random.default_rng(seed)
    sums = rng.integers(0, 2**50, (windows, labels, len(MEASURES)))
    place = {measure: position for position, measure in enumerate(MEASURES)}
    starting, expansion, contraction, churn = (sums[..., position] for position in range(4))
    sums[..., place["ending"]] = starting + expansion - contraction - churn
    sums[..., place["base"]] = sums[..., place["retained"]] + sums[..., place["churned"]]
    values: list[tuple[str | None, str | None]] = [("segment", f"Größe {number}") for number in range(1, labels)]
    end = Month.of(2025, 1)
    return Cube(((None, None), *values), tuple(Window.ending(end + n, 1 + n % 3) for n in range(windows)), sums)


def save_snapshot(
    store: Store, ledger: Ledger, cube: Cube | None = None, source: str = "file:/a.xlsx", content_hash: str = "h"
) -> Snapshot:
    return store.save_snapshot(
        ledger,
        PROBLEMS,
        cube or make_figures(),
        SyncedWorkbook(source, "a.xlsx", "v1", content_hash, "fr_FR", "Europe/Paris"),
        NOW,
    )


def assert_same_ledger(actual: Ledger, expected: Ledger) -> None:
    assert (actual.currency, actual.first, actual.source_rows.tab) == (
        expected.currency,
        expected.first,
        expected.source_rows.tab,
    )
    assert actual.coverage == expected.coverage
    assert (actual.accounts.ids, actual.accounts.names) == (expected.accounts.ids, expected.accounts.names)
    assert_same_array(actual.panel, expected.panel)
    assert_same_array(actual.source_rows.first_rows, expected.source_rows.first_rows)
    for name in ("excluded", "unpriced", "consumer"):
        assert_same_array(getattr(actual.accounts, name), getattr(expected.accounts, name))
    assert_same_dated_values(actual.accounts.consumer_changes, expected.accounts.consumer_changes)
    for name in ("starts", "numbers"):
        assert_same_array(getattr(actual.source_rows.by_account, name), getattr(expected.source_rows.by_account, name))
    assert list(actual.columns) == list(expected.columns)
    for key, column in expected.columns.items():
        assert (actual.columns[key].heading, actual.columns[key].values) == (column.heading, column.values)
        assert_same_array(actual.columns[key].codes, column.codes)
        assert_same_dated_values(actual.columns[key].changes, column.changes)
    assert list(actual.facts) == list(expected.facts)
    for key, numbers in expected.facts.items():
        assert_same_array(actual.facts[key], numbers)
    assert dict(actual.workspace_words) == dict(expected.workspace_words)
    assert (actual.scheduled_changes is None) == (expected.scheduled_changes is None)
    if actual.scheduled_changes and expected.scheduled_changes:
        for name in ("accounts", "months", "amounts"):
            assert_same_array(getattr(actual.scheduled_changes, name), getattr(expected.scheduled_changes, name))
    assert (actual.terms is None) == (expected.terms is None)
    if actual.terms and expected.terms:
        for name in ("accounts", "firsts", "lasts", "amounts"):
            assert_same_array(getattr(actual.terms, name), getattr(expected.terms, name))
    assert (actual.lines is None) == (expected.lines is None)
    if actual.lines and expected.lines:
        assert actual.lines.product_names == expected.lines.product_names
        for name, array in expected.lines.arrays.items():
            stored = actual.lines.arrays[name]
            assert (stored is None) == (array is None)
            if stored is not None and array is not None:
                assert_same_array(stored, array)


def assert_same_dated_values(actual: DatedValues | None, expected: DatedValues | None) -> None:
    assert (actual is None) == (expected is None)
    if actual and expected:
        for name in ("accounts", "months", "codes"):
            assert_same_array(getattr(actual, name), getattr(expected, name))


def assert_same_array(actual: np.ndarray[Any, Any], expected: np.ndarray[Any, Any]) -> None:
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def assert_same_cube(actual: Cube, expected: Cube) -> None:
    assert (actual.labels, actual.windows, actual.can_leave) == (expected.labels, expected.windows, expected.can_leave)
    assert_same_array(actual.sums, expected.sums)


@contextmanager
def open_raw(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that knows nothing of nrrbot, each statement committed at once."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection
