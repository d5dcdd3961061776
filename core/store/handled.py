"""Requests of people that were handled, each for 24 hours, in a file next to the store.

It is a separate file so that no request waits for a sync that writes the store, and so that the store is as it was
read while people ask.
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

from core.store.database import REQUESTS_ENDING, DatabaseFile
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
        with self._transaction() as connection:
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
        with self._transaction() as connection:
            connection.execute("UPDATE handled SET message = ? WHERE key = ?", (message, key))

    def release(self, key: str) -> None:
        """Forget a request that had no effect."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM handled WHERE key = ?", (key,))

    def close(self) -> None:
        """Close the file; the next request opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
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
        for ending in ("", "-wal", "-shm"):
            self._file.path.with_name(self._file.path.name + ending).unlink(missing_ok=True)

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
