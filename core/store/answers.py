"""The table of answers: the output of commands about the newest snapshot, as it was printed.

Nothing is imported here that computes: a command that finds its answer starts in a fraction of the time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.store.database import DatabaseFile

# Answers to more questions than this are not kept.
_MOST = 200


@dataclass(frozen=True, slots=True)
class StoredState:
    """The part of the store that an answer follows from.

    Attributes:
        snapshot: the number of the newest snapshot.
        checked_at: the time when the workbook was last seen with the same content, UTC.
        time_zone: the workbook's IANA time zone, empty where it has none.
        content: hash of the snapshot and of the accepted problems.

    """

    snapshot: int
    checked_at: datetime
    time_zone: str
    content: str


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """The answers in the SQLite file at `path`. Every method may raise a StoreError."""

    path: Path

    def find_state(self, source: str | None) -> StoredState | None:
        """Return the state of the newest snapshot, of `source` when given; None where no snapshot is stored."""
        with DatabaseFile(self.path, 0).reading() as connection:
            row = connection.execute(
                "SELECT id, source, checked_at, time_zone, source_version, content_hash FROM snapshots"
                " WHERE :source IS NULL OR source = :source ORDER BY id DESC LIMIT 1",
                {"source": source},
            ).fetchone()
            if row is None:
                return None
            accepted = connection.execute(
                "SELECT fingerprint FROM accepted WHERE source = ? ORDER BY fingerprint", (row["source"],)
            ).fetchall()
        content = json.dumps([tuple(row), [fingerprint for (fingerprint,) in accepted]])
        return StoredState(
            row["id"],
            datetime.fromisoformat(row["checked_at"]),
            row["time_zone"],
            hashlib.sha256(content.encode()).hexdigest(),
        )

    def find(self, key: str) -> str | None:
        """Return the answer of a key; None if it is not stored."""
        with DatabaseFile(self.path, 0).reading() as connection:
            row = connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            return row["answer"] if row else None

    def record(self, key: str, state: StoredState, answer: str) -> None:
        """Store an answer, and delete those about other snapshots."""
        with DatabaseFile(self.path, 0).writing() as connection:
            connection.execute(
                "DELETE FROM answers WHERE snapshot_id <> ? OR (SELECT count(*) FROM answers) >= ?",
                (state.snapshot, _MOST),
            )
            connection.execute(
                "INSERT OR REPLACE INTO answers (key, snapshot_id, answer) VALUES (?, ?, ?)",
                (key, state.snapshot, answer),
            )
