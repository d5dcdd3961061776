"""Backups and their restoration, also while other programs have the store open."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.money import Currency
from core.months import Month
from core.store.requests.handled import HandledRequests
from core.store.schema.migrations import VERSION
from core.store.state.polls import Poll
from core.store.store import Store
from tests.support.ledgers import build_ledger
from tests.support.samples.snapshots import NOW, open_raw, save_snapshot

LEDGER = build_ledger([[100, 200], [150, 0], [150, 0]], first=Month.of(2025, 1), currency=Currency("EUR", 2))


def save(store: Store, content_hash: str) -> None:
    save_snapshot(store, LEDGER, content_hash=content_hash)


@pytest.fixture
def copy(store: Store, tmp_path: Path) -> Path:
    """Return a backup with the snapshot `old`, after which the store got the snapshot `new`."""
    save(store, "old")
    store.backup(tmp_path / "copy.db")
    save(store, "new")
    return tmp_path / "copy.db"


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_takes_the_place_of_the_store_which_is_kept(store: Store, copy: Path) -> None:
    replaced = store.restore(copy)
    assert store.load_latest_snapshot().content_hash == "old"
    assert replaced == store.path.with_name("nrrbot.db.replaced")
    assert Store(replaced).load_latest_snapshot().content_hash == "new"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert list_names(copy.parent) == ["copy.db", "nrrbot.db", "nrrbot.db.replaced"]
    save(store, "newest")
    assert store.check()


def test_requests_go_with_a_backup_and_the_cache_does_not(store: Store, tmp_path: Path) -> None:
    save(store, "old")
    rows = store.path.with_name("nrrbot.db-rows")
    rows.write_bytes(b"rows")
    claim_request(store, "first")
    (tmp_path / "elsewhere").mkdir()
    copy = store.backup_into(tmp_path / "backups", 1, NOW)
    claim_request(store, "second")
    moved = Store(tmp_path / "elsewhere" / "nrrbot.db")
    moved.restore(copy)
    assert [claim_request(moved, key) for key in ("first", "second")] == [False, True]
    # On the machine itself nothing that was handled since is handled again.
    store.restore(copy)
    assert [claim_request(store, key) for key in ("first", "second", "third")] == [False, False, True]
    assert not rows.exists()
    newer = store.backup_into(tmp_path / "backups", 1, NOW + timedelta(hours=1))
    assert list_names(newer.parent) == [newer.name, f"{newer.name}-requests"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in newer.parent.iterdir()} == {0o600}


def claim_request(store: Store, key: str) -> bool:
    requests = HandledRequests(store.path)
    try:
        return requests.claim(key, "U1", NOW) is None
    finally:
        requests.close()


def test_a_restored_store_reads_and_writes_the_workbook_anew(store: Store, copy: Path) -> None:
    source = store.load_latest_snapshot().source
    for path in (store.path, copy):
        Store(path).record_reading(source, Poll("7", "basis", NOW, "1:reading"))
    store.restore(copy)
    assert store.find_poll(source) is None


def test_a_backup_is_restored_where_no_store_is(store: Store, copy: Path) -> None:
    store.path.unlink()
    assert store.restore(copy) is None
    assert store.load_latest_snapshot().content_hash == "old"


def test_a_damaged_store_is_replaced_with_its_logs(store: Store, copy: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        store.path.with_name(f"nrrbot.db{suffix}").write_bytes(b"no database" * 1000)
    store.restore(copy)
    assert store.load_latest_snapshot().content_hash == "old"
    assert list_names(copy.parent) == ["copy.db", "nrrbot.db", "nrrbot.db.replaced"]


def test_a_store_that_is_in_use_stays(store: Store, copy: Path) -> None:
    with store.hold(), pytest.raises(StoreError, match=r"in use, so nothing was restored\. Stop nrrbot"):
        store.restore(copy)
    assert store.load_latest_snapshot().content_hash == "new"
    # Without the program that had it open, it can be restored.
    store.restore(copy)
    assert store.load_latest_snapshot().content_hash == "old"


def run_sql(script: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with open_raw(path) as connection:
            connection.executescript(script)

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (run_sql("UPDATE seals SET seal = zeroblob(32)"), "is damaged"),
        (run_sql("UPDATE recorded SET churn = churn + 1"), "is damaged"),
        (run_sql("UPDATE blobs SET content = zeroblob(16) WHERE id = 1"), "is damaged"),
        (run_sql(f"PRAGMA user_version = {VERSION + 1}"), "newer nrrbot"),
        (run_sql("PRAGMA application_id = 7"), "not an nrrbot database"),
        (lambda path: path.write_text("account,mrr\n" * 100), "not an nrrbot database"),
        (Path.unlink, "not a backup that can be restored"),
    ],
)
def test_a_backup_that_is_damaged_or_not_ours_is_not_restored(
    store: Store, copy: Path, damage: Callable[[Path], object], message: str
) -> None:
    damage(copy)
    with pytest.raises(StoreError, match=message) as caught:
        store.restore(copy)
    assert str(copy) in str(caught.value)
    assert store.load_latest_snapshot().content_hash == "new"
    assert set(list_names(copy.parent)) <= {"copy.db", "nrrbot.db"}


def test_the_store_is_no_backup_of_itself(store: Store, copy: Path) -> None:
    with pytest.raises(StoreError, match="not a backup"):
        store.restore(store.path)
    assert copy.exists()


def test_the_newest_dated_copies_are_kept_and_other_files_stay(store: Store, tmp_path: Path) -> None:
    save(store, "old")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "nrrbot-notes.db").touch()
    for hours in range(5):
        copy = store.backup_into(folder, 3, NOW + timedelta(hours=hours))
    assert copy.name == "nrrbot-2025-10-02T110012Z.db"
    assert list_names(folder) == [
        "nrrbot-2025-10-02T090012Z.db",
        "nrrbot-2025-10-02T100012Z.db",
        "nrrbot-2025-10-02T110012Z.db",
        "nrrbot-notes.db",
    ]
    assert Store(copy).check()


def test_a_copy_that_a_killed_process_left_is_removed_by_the_next(store: Store, tmp_path: Path) -> None:
    save(store, "old")
    left = [tmp_path / ".old.db.nrrbot-part", tmp_path / ".copy.db.nrrbot-part-wal"]
    for path in left:
        path.touch()
    store.backup(tmp_path / "copy.db")
    assert list_names(tmp_path) == ["copy.db", "nrrbot.db"]
