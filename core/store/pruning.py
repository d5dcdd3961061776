"""How many snapshots are kept, and the deletion of the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.store.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The limits of stored history: a snapshot past either limit is pruned, except the newest.

    Attributes:
        snapshots: the number of snapshots kept per workbook.
        days: the age in days up to which a snapshot is kept.

    """

    snapshots: int
    days: int


def prune_snapshots(connection: sqlite3.Connection, newest: Snapshot, keep: RetentionPolicy, now: datetime) -> None:
    """Prune the old snapshots of a workbook: delete ledger, problems and figures of those past a limit of `keep`.

    The newest snapshot, and those that a recorded figure came from, stay complete. A pruned snapshot keeps its row in
    `snapshots` while a restatement or a delivery refers to it; without one, the row is deleted too.
    """
    oldest = (now - timedelta(days=keep.days)).isoformat(timespec="microseconds")
    old = connection.execute(
        """
        SELECT id FROM snapshots WHERE source = :source AND id <> :newest AND pruned_at IS NULL
            AND id NOT IN (SELECT snapshot_id FROM recorded) AND (
            synced_at < :oldest
            OR id NOT IN (SELECT id FROM snapshots WHERE source = :source ORDER BY id DESC LIMIT :most))
        """,
        {"source": newest.source, "newest": newest.id, "oldest": oldest, "most": keep.snapshots},
    ).fetchall()
    pruned = [(id_,) for (id_,) in old]
    for table in _list_snapshot_tables(connection):
        connection.executemany(f"DELETE FROM {table} WHERE snapshot_id = ?", pruned)  # noqa: S608 - from the schema
    moment = now.isoformat(timespec="microseconds")
    connection.executemany("UPDATE snapshots SET pruned_at = ? WHERE id = ?", ((moment, *id_) for id_ in pruned))
    connection.execute(
        """
        DELETE FROM snapshots WHERE pruned_at IS NOT NULL AND id NOT IN (
            SELECT before_id FROM restatements UNION SELECT after_id FROM restatements
            UNION SELECT recorded_id FROM restated_figures
            UNION SELECT snapshot_id FROM deliveries WHERE snapshot_id IS NOT NULL)
        """
    )


def _list_snapshot_tables(connection: sqlite3.Connection) -> Iterable[str]:
    """Return the tables whose rows are deleted with their snapshot."""
    rows = connection.execute(
        """
        SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
        WHERE m.type = 'table' AND f."table" = 'snapshots' AND f.on_delete = 'CASCADE' AND f."from" = 'snapshot_id'
        """
    ).fetchall()
    return [name for (name,) in rows]
