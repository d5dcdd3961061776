"""The table of accepted problems. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from core.store.database import format_moment


def read_accepted(connection: sqlite3.Connection, source: str) -> dict[str, bool]:
    """Return fingerprint -> whether the workbook shows its acceptance, for every accepted problem of a workbook."""
    rows = connection.execute("SELECT fingerprint, is_shown FROM accepted WHERE source = ?", (source,))
    return {fingerprint: bool(is_shown) for fingerprint, is_shown in rows}


def write_accepted(connection: sqlite3.Connection, source: str, codes: Mapping[str, str], now: datetime) -> None:
    """Accept the problems `codes`, fingerprint -> code; one that is accepted already stays as it is."""
    connection.executemany(
        "INSERT OR IGNORE INTO accepted (source, fingerprint, code, accepted_at) VALUES (?, ?, ?, ?)",
        ((source, fingerprint, code, format_moment(now)) for fingerprint, code in codes.items()),
    )


def delete_accepted(connection: sqlite3.Connection, source: str, fingerprints: Iterable[str]) -> None:
    """Withdraw the acceptance of problems."""
    connection.executemany(
        "DELETE FROM accepted WHERE source = ? AND fingerprint = ?",
        ((source, fingerprint) for fingerprint in fingerprints),
    )


def mark_accepted_as_shown(connection: sqlite3.Connection, source: str, fingerprints: Iterable[str]) -> None:
    """Record that the workbook shows the acceptance of these problems, so that a cleared mark withdraws it."""
    connection.executemany(
        "UPDATE accepted SET is_shown = 1 WHERE source = ? AND fingerprint = ?",
        ((source, fingerprint) for fingerprint in fingerprints),
    )
