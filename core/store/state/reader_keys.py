"""The table of the keys that may read figures over HTTP. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.store.rows import format_moment

KeyScope = Literal["read", "sync"]
KeyState = Literal["valid", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class ReaderKey:
    """A key. The secret itself is not stored.

    Attributes:
        id: the part of the key that is no secret.
        hash: SHA-256 of the whole key, in hexadecimal.
        name: the sheet and the reader, as the admin named them.
        source: the workbook, as its snapshots name it.
        scope: `read` for figures alone, `sync` also for asking for a sync.
        created_at: when it was made, UTC.
        expires_at: from when on it is refused, UTC.
        last_used_at: about when it was last used, UTC; None if never.
        revoked_at: when it was revoked, UTC; None if it was not.

    """

    id: str
    hash: str
    name: str
    source: str
    scope: KeyScope
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> KeyState:
        """Return whether the key is valid now."""
        if self.revoked_at:
            return "revoked"
        return "valid" if now < self.expires_at else "expired"


def insert_reader_key(connection: sqlite3.Connection, key: ReaderKey) -> None:
    """Insert a key."""
    connection.execute(
        "INSERT INTO reader_keys (id, hash, name, source, scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(key.id, key.hash, key.name, key.source, key.scope),
            *(format_moment(key.created_at), format_moment(key.expires_at)),
        ),
    )


def read_reader_keys(connection: sqlite3.Connection) -> list[ReaderKey]:
    """Return all keys, the oldest first."""
    return [_build_key(row) for row in connection.execute("SELECT * FROM reader_keys ORDER BY created_at, id")]


def touch_reader_key(connection: sqlite3.Connection, key_id: str, now: datetime) -> None:
    """Record that a key was used."""
    connection.execute("UPDATE reader_keys SET last_used_at = ? WHERE id = ?", (format_moment(now), key_id))


def revoke_reader_key(connection: sqlite3.Connection, key_id: str, now: datetime) -> bool:
    """Revoke a key; return False where no valid key has that id."""
    cursor = connection.execute(
        "UPDATE reader_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (format_moment(now), key_id)
    )
    return cursor.rowcount == 1


def _build_key(row: sqlite3.Row) -> ReaderKey:
    moments = {name: row[name] for name in ("created_at", "expires_at", "last_used_at", "revoked_at")}
    return ReaderKey(
        **{name: row[name] for name in ("id", "hash", "name", "source", "scope")},
        **{name: datetime.fromisoformat(text) if text else None for name, text in moments.items()},  # type: ignore[arg-type]
    )
