"""The table of accepted problems. Every function works in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from core.store.rows import format_moment
from core.store.workbooks import read_state, update_state


def read_accepted(connection: sqlite3.Connection, source: str) -> dict[str, bool]:
    """Return fingerprint -> whether the workbook shows its acceptance, for every accepted problem of a workbook.

    Raises:
        ValueError: the rows are damaged.

    """
    rows = _select_rows(connection, source)
    if _hash_rows(rows) != read_state(connection, source).accepted:
        raise ValueError("the accepted problems are damaged")
    return {fingerprint: bool(is_shown) for fingerprint, is_shown in rows}


def write_accepted(connection: sqlite3.Connection, source: str, codes: Mapping[str, str], now: datetime) -> None:
    """Accept the problems `codes`, fingerprint -> code; one that is accepted already stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO accepted (source, fingerprint, code, accepted_at) VALUES (?, ?, ?, ?)",
        ((source, fingerprint, code, format_moment(now)) for fingerprint, code in codes.items()),
    )
    _update_hash(connection, source)


def delete_accepted(connection: sqlite3.Connection, source: str, fingerprints: Iterable[str]) -> None:
    """Withdraw the acceptance of problems."""
    connection.executemany(
        "DELETE FROM accepted WHERE source = ? AND fingerprint = ?",
        ((source, fingerprint) for fingerprint in fingerprints),
    )
    _update_hash(connection, source)


def mark_accepted_as_shown(connection: sqlite3.Connection, source: str, fingerprints: Iterable[str]) -> None:
    """Record that the workbook shows the acceptance of these problems, so that a cleared mark withdraws it."""
    connection.executemany(
        "UPDATE accepted SET is_shown = 1 WHERE source = ? AND fingerprint = ?",
        ((source, fingerprint) for fingerprint in fingerprints),
    )
    _update_hash(connection, source)


def hash_accepted(connection: sqlite3.Connection, source: str) -> bytes:
    """Return the hash of the accepted problems of a workbook."""
    return _hash_rows(_select_rows(connection, source))


def _update_hash(connection: sqlite3.Connection, source: str) -> None:
    update_state(connection, source, accepted=hash_accepted(connection, source))


def _select_rows(connection: sqlite3.Connection, source: str) -> list[tuple[str, int]]:
    rows = connection.execute(
        "SELECT fingerprint, is_shown FROM accepted WHERE source = ? ORDER BY fingerprint", (source,)
    )
    return [(fingerprint, is_shown) for fingerprint, is_shown in rows]


def _hash_rows(rows: list[tuple[str, int]]) -> bytes:
    return hashlib.sha256(json.dumps(rows).encode()).digest()
