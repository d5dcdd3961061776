"""The table of answers: the output of commands about the newest snapshot, as it was printed.

Nothing is imported here that computes: a command that finds its answer starts in a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.store.database import DatabaseFile
from core.store.rows import check_row, hash_value
from core.store.workbooks import read_state, read_states

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
            states = read_states(connection) if source is None else [read_state(connection, source)]
            newest = max((state for state in states if state.whole), key=lambda state: state.whole[-1], default=None)
            if newest is None:
                return None
            row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (newest.whole[-1],)).fetchone()
            if row is None:
                raise ValueError(f"snapshot {newest.whole[-1]} is missing")
            check_row(row)
        content = hash_value([row["checksum"], newest.accepted]).hex()
        return StoredState(row["id"], datetime.fromisoformat(row["checked_at"]), row["time_zone"], content)

    def find(self, key: str) -> str | None:
        """Return the answer of a key; None if it is not stored."""
        with DatabaseFile(self.path, 0).reading() as connection:
            row = connection.execute("SELECT * FROM answers WHERE key = ?", (key,)).fetchone()
            return check_row(row)["answer"] if row else None

    def record(self, key: str, state: StoredState, answer: str) -> None:
        """Store an answer, and delete those about other snapshots."""
        values = {"key": key, "snapshot_id": state.snapshot, "answer": answer}
        with DatabaseFile(self.path, 0).writing() as connection:
            connection.execute(
                "DELETE FROM answers WHERE snapshot_id <> ? OR (SELECT count(*) FROM answers) >= ?",
                (state.snapshot, _MOST),
            )
            connection.execute(
                "INSERT OR REPLACE INTO answers (key, snapshot_id, answer, checksum) VALUES (?, ?, ?, ?)",
                (*values.values(), hash_value([[name, value] for name, value in values.items()])),
            )
