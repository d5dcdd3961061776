"""The table of forgotten accounts. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime

from core.forgotten import ForgottenAccounts, hash_text
from core.store.content.identities import read_token_key
from core.store.rows import format_moment


def read_forgotten(connection: sqlite3.Connection) -> ForgottenAccounts:
    """Return the accounts that were forgotten."""
    rows = connection.execute("SELECT token, pseudonym FROM forgotten ORDER BY token").fetchall()
    if not rows:
        return ForgottenAccounts()
    return ForgottenAccounts(read_token_key(connection), {row["token"]: row["pseudonym"] for row in rows})


def write_forgotten(connection: sqlite3.Connection, texts: Collection[str], pseudonym: str, now: datetime) -> None:
    """Record the ID and names of an account as keyed hashes."""
    key = read_token_key(connection)
    connection.executemany(
        "INSERT OR REPLACE INTO forgotten (token, pseudonym, forgotten_at) VALUES (?, ?, ?)",
        ((hash_text(key, text), pseudonym, format_moment(now)) for text in texts),
    )
