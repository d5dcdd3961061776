"""Content-addressed blobs: each content is stored once, under its hash, while a snapshot refers to it.

A blob that was damaged on disk no longer has its hash, so it is refused when it is read.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Iterable


def write_blob(connection: sqlite3.Connection, snapshot_id: int, content: bytes) -> str:
    """Store a content for a snapshot, unless it is stored already, and return its hash in hexadecimal."""
    digest = hashlib.sha256(content).digest()
    row = connection.execute("SELECT id FROM blobs WHERE hash = ?", (digest,)).fetchone()
    blob_id = row[0] if row else connection.execute(
        "INSERT INTO blobs (hash, content) VALUES (?, ?)", (digest, content)
    ).lastrowid  # fmt: skip
    connection.execute(
        "INSERT OR IGNORE INTO snapshot_blobs (snapshot_id, blob_id) VALUES (?, ?)", (snapshot_id, blob_id)
    )
    return digest.hex()


def share_blobs(connection: sqlite3.Connection, snapshot_id: int, hashes: Collection[str]) -> None:
    """Refer to contents that are stored already, given their hashes in hexadecimal.

    Raises:
        ValueError: one is missing.

    """
    digests = [(snapshot_id, bytes.fromhex(digest)) for digest in set(hashes)]
    cursor = connection.executemany(
        "INSERT INTO snapshot_blobs (snapshot_id, blob_id) SELECT ?, id FROM blobs WHERE hash = ?", digests
    )
    if cursor.rowcount != len(digests):
        raise ValueError("a part of a snapshot is missing or damaged")


def read_blob(connection: sqlite3.Connection, hexadecimal: str) -> bytes:
    """Return the content with a hash.

    Raises:
        ValueError: it is missing or damaged.

    """
    digest = bytes.fromhex(hexadecimal)
    row = connection.execute("SELECT content FROM blobs WHERE hash = ?", (digest,)).fetchone()
    if row is None or hashlib.sha256(row[0]).digest() != digest:
        raise ValueError("a part of a snapshot is missing or damaged")
    content: bytes = row[0]
    return content


def replace_blob(connection: sqlite3.Connection, snapshot_id: int, hexadecimal: str, content: bytes) -> str:
    """Store a content for a snapshot in the place of another one, and return its hash in hexadecimal."""
    replaced = write_blob(connection, snapshot_id, content)
    if replaced != hexadecimal:
        (blob_id,) = connection.execute("SELECT id FROM blobs WHERE hash = ?", (bytes.fromhex(hexadecimal),)).fetchone()
        connection.execute("DELETE FROM snapshot_blobs WHERE snapshot_id = ? AND blob_id = ?", (snapshot_id, blob_id))
        connection.execute(
            "DELETE FROM blobs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM snapshot_blobs WHERE blob_id = blobs.id)",
            (blob_id,),
        )
    return replaced


def delete_blobs(connection: sqlite3.Connection, snapshot_ids: Iterable[int]) -> None:
    """Delete the blobs that only these snapshots refer to."""
    for snapshot_id in snapshot_ids:
        # Two steps, as a blob that is referred to cannot be deleted.
        unshared = connection.execute(
            "SELECT blob_id FROM snapshot_blobs AS own WHERE snapshot_id = ? AND NOT EXISTS ("
            "SELECT 1 FROM snapshot_blobs WHERE blob_id = own.blob_id AND snapshot_id <> own.snapshot_id)",
            (snapshot_id,),
        ).fetchall()
        connection.execute("DELETE FROM snapshot_blobs WHERE snapshot_id = ?", (snapshot_id,))
        connection.executemany("DELETE FROM blobs WHERE id = ?", ((blob_id,) for (blob_id,) in unshared))
