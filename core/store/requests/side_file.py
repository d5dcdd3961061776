"""A small SQLite file next to the store, for what people do.

It is a separate file so that no request waits for a sync that writes the store, and so that the store is as it was
read while people ask.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from core.store.database import LOG_ENDINGS, DatabaseFile

PATIENCE = 10.0  # seconds to wait for another process

_DAMAGED = frozenset(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


class SideFile:
    """A file next to the store, created at its first use. Threads and processes share it.

    The end of a process loses nothing.
    """

    def __init__(self, store_path: Path, ending: str, schema: str, *, is_disposable: bool) -> None:
        """Open nothing yet.

        Args:
            store_path: the store.
            ending: what its name has after that of the store.
            schema: creates its tables where they do not exist.
            is_disposable: whether it waits for no disk, so that a loss of power may damage it; it is then made anew.

        """
        self._file = DatabaseFile(store_path.with_name(store_path.name + ending), PATIENCE)
        self._schema, self._is_disposable = schema, is_disposable
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection in a transaction. Raises a StoreError."""
        with self._lock, self._file.map_errors():
            try:
                connection = self._open()
                with connection:
                    yield connection
            except sqlite3.DatabaseError as error:
                if self._is_disposable and getattr(error, "sqlite_errorname", "") in _DAMAGED:
                    self._remove()
                raise

    def _remove(self) -> None:
        """Remove a damaged file, for the next request to make it anew."""
        if self._connection:
            self._connection.close()
            self._connection = None
        remove_side_file(self.path)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            path = self.path
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)  # the lock serialises
            try:
                connection.execute("PRAGMA journal_mode = wal")
                connection.execute(f"PRAGMA synchronous = {'off' if self._is_disposable else 'normal'}")
                connection.executescript(self._schema)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def remove_side_file(path: Path) -> None:
    """Remove a file next to the store; no program may have it open."""
    for ending in ("", *LOG_ENDINGS):
        path.with_name(path.name + ending).unlink(missing_ok=True)
