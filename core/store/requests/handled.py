"""Requests of people that were handled, each for 24 hours, and what Slack shows because of them."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from core.store.database import REQUESTS_ENDING
from core.store.requests.side_file import SideFile
from core.store.rows import format_moment

REMEMBERED = timedelta(hours=24)
UNKNOWN = "?"  # in place of the `ts` of a message of which it is not known whether it was posted

_SCHEMA = """
CREATE TABLE IF NOT EXISTS handled (
    key TEXT PRIMARY KEY,              -- the kind of the request, and its id
    person TEXT NOT NULL,              -- the id of the person, where it matters
    message TEXT NOT NULL DEFAULT '',  -- the ts of the message that was posted for it, or ?
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS handled_by_time ON handled (at);
CREATE TABLE IF NOT EXISTS shares (
    channel TEXT NOT NULL,
    message TEXT NOT NULL,             -- the ts of the message
    thread TEXT NOT NULL,              -- the ts of the thread that it is in, or begins
    state TEXT NOT NULL,               -- the value of its button, about the snapshot that it was compared with
    at TEXT NOT NULL,
    PRIMARY KEY (channel, message)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS homes (
    person TEXT PRIMARY KEY,
    shown TEXT NOT NULL,               -- the data that their page shows
    at TEXT NOT NULL                   -- when they opened it
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Handled:
    """A request that was handled.

    Attributes:
        person: the person who made it; empty where that does not matter.
        message: the message that was posted for it; empty while it is under way, `UNKNOWN` where it may be lost.
        at: the time, UTC.

    """

    person: str
    message: str
    at: datetime


class HandledRequests:
    """The file of handled requests, created at the first one. Threads and processes share it.

    The end of a process loses nothing. A loss of power may damage the file, which is then made anew: no request waits
    for the disk. Every method may raise a StoreError.
    """

    def __init__(self, store_path: Path) -> None:
        """Open nothing yet; the file is next to the store."""
        self._file = SideFile(store_path, REQUESTS_ENDING, _SCHEMA, is_disposable=True)

    def claim(self, key: str, person: str, now: datetime, instead: Handled | None = None) -> Handled | None:
        """Return None to exactly one caller within 24 hours, over all processes; to the others the first request.

        Args:
            key: the key of the request.
            person: the person who makes it.
            now: the present moment.
            instead: the first request where this one takes its place.

        """
        with self.transaction() as connection:
            connection.execute("DELETE FROM handled WHERE at < ?", (format_moment(now - REMEMBERED),))
            cursor = connection.execute(
                "INSERT INTO handled (key, person, at) VALUES (?, ?, ?) ON CONFLICT (key) DO"
                " UPDATE SET person = excluded.person, message = '', at = excluded.at WHERE at = ?",
                (key, person, format_moment(now), format_moment(instead.at) if instead else ""),
            )
            if cursor.rowcount == 1:
                return None
            row = connection.execute("SELECT person, message, at FROM handled WHERE key = ?", (key,)).fetchone()
        return Handled(row[0], row[1], datetime.fromisoformat(row[2]))

    def find(self, key: str) -> Handled | None:
        """Return a request that was handled; None if it was not, or is forgotten."""
        with self.transaction() as connection:
            row = connection.execute("SELECT person, message, at FROM handled WHERE key = ?", (key,)).fetchone()
        return Handled(row[0], row[1], datetime.fromisoformat(row[2])) if row else None

    def renew(self, key: str, at: datetime, now: datetime) -> bool:
        """Move a request of a moment to the present; return False where another one has taken its place."""
        with self.transaction() as connection:
            cursor = connection.execute(
                "UPDATE handled SET at = ? WHERE key = ? AND at = ?", (format_moment(now), key, format_moment(at))
            )
        return cursor.rowcount == 1

    def confirm(self, key: str, at: datetime, message: str) -> None:
        """Record the message that was posted for a request of a moment, or `UNKNOWN`."""
        with self.transaction() as connection:
            connection.execute(
                "UPDATE handled SET message = ? WHERE key = ? AND at = ?", (message, key, format_moment(at))
            )

    def release(self, key: str, at: datetime) -> None:
        """Forget a request of a moment that had no effect."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM handled WHERE key = ? AND at = ?", (key, format_moment(at)))

    def close(self) -> None:
        """Close the file; the next request opens it again."""
        self._file.close()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Return a transaction of the file, for its other tables too. It may raise a StoreError."""
        return self._file.transaction()
