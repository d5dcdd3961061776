"""The table of results of queries to a warehouse, each kept with the snapshot that it was asked about.

A result is compressed JSON: sums are a mapping, and the accounts of a window a list that begins with that of their ids.
Every function works in the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from typing import Any

from core.forgotten import NameRedaction


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


def list_kept_accounts(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield the ids of the accounts in all results; one may come several times."""
    for _, _, document in _read_results(connection):
        if isinstance(document, list):
            yield from document[0]


def redact_query_results(
    connection: sqlite3.Connection, account: str, pseudonym: str, redaction: NameRedaction
) -> frozenset[int]:
    """Put a pseudonym in the place of an account, and delete results with values that name it.

    Return the snapshots whose results had the account.
    """
    having = set()
    for snapshot_id, key, document in _read_results(connection):
        where = (snapshot_id, key)
        # The accounts of a list come first.
        ids, others = (document[0], document[1:]) if isinstance(document, list) else ([], document)
        if account in ids:
            having.add(snapshot_id)
        if redaction.redact(others) != others:
            connection.execute("DELETE FROM query_results WHERE snapshot_id = ? AND key = ?", where)
        elif account in ids:
            renamed = [pseudonym if entry == account else entry for entry in ids]
            result = zlib.compress(json.dumps([renamed, *others]).encode())
            update = "UPDATE query_results SET result = ? WHERE snapshot_id = ? AND key = ?"
            connection.execute(update, (result, *where))
    return frozenset(having)


def _read_results(connection: sqlite3.Connection) -> Iterator[tuple[int, bytes, Any]]:
    for snapshot_id, key, result in connection.execute("SELECT snapshot_id, key, result FROM query_results").fetchall():
        yield snapshot_id, key, json.loads(zlib.decompress(result))
