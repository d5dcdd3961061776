"""The file of requests, next to the store: those that were handled, and what Slack shows because of them.

It is a separate file so that no request waits for a sync that writes the store, and so that the store is as it was
read while people ask. A handled request is remembered for 24 hours.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from core.store.database import LOG_ENDINGS, REQUESTS_ENDING, DatabaseFile
from core.store.rows import format_moment

REMEMBERED = timedelta(hours=24)
PATIENCE = 10.0  # seconds to wait for another process

_DAMAGED = frozenset(("SQLITE_CORRUPT", "SQLITE_NOTADB"))
_SCHEMA = """
CREATE TABLE IF NOT EXISTS handled (
    key TEXT PRIMARY KEY,              -- the kind of the request, and its id
    person TEXT NOT NULL,              -- the id of the person, where it matters
    message TEXT NOT NULL DEFAULT '',  -- the ts of the message that was posted for it
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
        message: the message that was posted for it; empty while that is not known.
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
        self._file = DatabaseFile(store_path.with_name(store_path.name + REQUESTS_ENDING), PATIENCE)
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    def claim(self, key: str, person: str, now: datetime) -> Handled | None:
        """Return None to exactly one caller within 24 hours, over all processes; to the others the first request."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM handled WHERE at < ?", (format_moment(now - REMEMBERED),))
            cursor = connection.execute(
                "INSERT INTO handled (key, person, at) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (key, person, format_moment(now)),
            )
            if cursor.rowcount == 1:
                return None
            row = connection.execute("SELECT person, message, at FROM handled WHERE key = ?", (key,)).fetchone()
        return Handled(row[0], row[1], datetime.fromisoformat(row[2]))

    def confirm(self, key: str, message: str) -> None:
        """Record the message that was posted for a request."""
        with self.transaction() as connection:
            connection.execute("UPDATE handled SET message = ? WHERE key = ?", (message, key))

    def release(self, key: str) -> None:
        """Forget a request that had no effect."""
        with self.transaction() as connection:
            connection.execute("DELETE FROM handled WHERE key = ?", (key,))

    def close(self) -> None:
        """Close the file; the next request opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block in a transaction.

        Raises:
            StoreError: the file cannot be read or written.

        """
        with self._lock, self._file.map_errors():
            try:
                connection = self._open()
                with connection:
                    yield connection
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorname", "") in _DAMAGED:
                    self._remove()
                raise

    def _remove(self) -> None:
        """Remove a damaged file, for the next request to make it anew."""
        if self._connection:
            self._connection.close()
            self._connection = None
        remove_requests(self._file.path)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            path = self._file.path
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)  # the lock serialises
            try:
                connection.execute("PRAGMA journal_mode = wal")
                connection.execute("PRAGMA synchronous = off")
                connection.executescript(_SCHEMA)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def remove_requests(path: Path) -> None:
    """Remove a file of handled requests; no program may have it open."""
    for ending in ("", *LOG_ENDINGS):
        path.with_name(path.name + ending).unlink(missing_ok=True)
