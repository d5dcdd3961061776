"""A file of the version before documents: what was stored in tables comes back from parts, and is sealed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import StoreError
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.store.store import Store
from tests.support.samples.snapshots import assert_same_cube, open_raw

# Written by version 13: three snapshots of Subscriptions in two currencies, two of them pruned but for their lines.
DUMP = Path(__file__).parent / "files" / "version_13.sql"
SOURCE = "file:/data/book.xlsx"


@pytest.fixture
def older(tmp_path: Path) -> Store:
    with closing(sqlite3.connect(tmp_path / "nrrbot.db")) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        connection.executescript(f"PRAGMA user_version = 13; PRAGMA application_id = {int.from_bytes(b'nrrb', 'big')}")
    return Store(tmp_path / "nrrbot.db")


def test_the_newest_snapshot_comes_back_with_its_figures(older: Store) -> None:
    snapshot = older.load_latest_snapshot(SOURCE)
    ledger = older.load(snapshot.id)
    assert (snapshot.id, str(ledger.first), str(ledger.last)) == (3, "2024-11", "2025-05")
    assert (ledger.accounts.ids, ledger.accounts.names[1]) == (("A-0", "A-1", "A-2", "A-3", "A-9"), "Société 1")
    assert ledger.panel[-1].tolist() == [10_000, 20_600, 0, 41_200, 0]
    assert ledger.source_rows.by_account.rows_of(1).tolist() == [3]
    assert ledger.accounts.excluded.tolist() == [False, False, False, True, True]
    assert_same_cube(older.figures(snapshot.id), build_cube(Segments(ledger)))
    assert [problem["code"] for problem in older.problems(snapshot.id)]


def test_history_deliveries_and_acceptances_stay(older: Store) -> None:
    restatements = older.restatements(SOURCE)
    assert [restatement.snapshots for restatement in restatements] == [(1, 2), (2, 3)]
    assert all(restatement.figures and restatement.causes for restatement in restatements)
    assert older.load_accepted(SOURCE) == {"abc": False}
    delivery = older.deliveries.find_last("digest")
    assert delivery
    # The key of a week is its Monday now.
    assert (delivery.key, delivery.snapshot_id) == ("2025-03-31", 2)


def test_a_converted_file_is_sealed(older: Store) -> None:
    assert older.check() == older.find_latest_snapshot()
    with open_raw(older.path) as connection:
        assert connection.execute("SELECT snapshot_id FROM seals").fetchall() == [(1,), (2,), (3,)]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.execute("UPDATE recorded SET starting = starting + 1")
    assert not tables & {"ledgers", "months", "figures", "problems", "culprits"}
    with pytest.raises(StoreError, match="is damaged"):
        older.check()
