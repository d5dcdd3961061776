"""The table of results of queries to a warehouse, each kept with the snapshot that it was asked about.

Every function works in the caller's transaction.
"""

from __future__ import annotations

import sqlite3


def find_query_result(connection: sqlite3.Connection, snapshot_id: int, key: bytes) -> bytes | None:
    """Return the result that is kept under a key with a snapshot; None where none is."""
    row = connection.execute(
        "SELECT result FROM query_results WHERE snapshot_id = ? AND key = ?", (snapshot_id, key)
    ).fetchone()
    result: bytes | None = row[0] if row else None
    return result


def write_query_result(connection: sqlite3.Connection, snapshot_id: int, key: bytes, result: bytes) -> None:
    """Keep a result with a snapshot; one that was kept meanwhile stays."""
    connection.execute(
        "INSERT INTO query_results (snapshot_id, key, result) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (snapshot_id, key, result),
    )
