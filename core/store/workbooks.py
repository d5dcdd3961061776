"""The state of each workbook: its whole snapshots, the last trusted clock, a hash of its accepted problems.

Everything that is read begins here. A row of another table that is damaged or cannot be found any more is noticed, as
this row names it. Every function works in the caller's transaction.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.store.rows import check_row, format_moment, hash_value


@dataclass(frozen=True, slots=True)
class WorkbookState:
    """The state of a workbook.

    Attributes:
        source: the workbook, as in Snapshot.
        whole: the ids of its whole snapshots, ascending; the last one is the newest.
        trusted_at: the time of its last sync with a clock that is not doubted, UTC; None before the first.
        accepted: the hash of its accepted problems.
        restatements: the number of its restatements.

    """

    source: str
    whole: tuple[int, ...] = ()
    trusted_at: datetime | None = None
    accepted: bytes = hashlib.sha256(b"[]").digest()
    restatements: int = 0


def read_state(connection: sqlite3.Connection, source: str) -> WorkbookState:
    """Return the state of a workbook; that of a new one where it was never synced.

    Raises:
        ValueError: it is damaged.

    """
    row = connection.execute("SELECT * FROM workbooks WHERE source = ?", (source,)).fetchone()
    return _build_state(row) if row else WorkbookState(source)


def read_states(connection: sqlite3.Connection) -> list[WorkbookState]:
    """Return the states of all workbooks.

    Raises:
        ValueError: one is damaged.

    """
    return [_build_state(row) for row in connection.execute("SELECT * FROM workbooks").fetchall()]


def _build_state(row: sqlite3.Row) -> WorkbookState:
    check_row(row)
    trusted_at = row["trusted_at"]
    return WorkbookState(
        row["source"],
        tuple(json.loads(row["whole"])),
        datetime.fromisoformat(trusted_at) if trusted_at else None,
        row["accepted"],
        row["restatements"],
    )


def update_state(connection: sqlite3.Connection, source: str, **changes: Any) -> WorkbookState:
    """Store changes of the state of a workbook, by the names of its attributes, and return it."""
    state = replace(read_state(connection, source), **changes)
    values: dict[str, object] = {
        "source": source,
        "whole": json.dumps(state.whole),
        "trusted_at": format_moment(state.trusted_at) if state.trusted_at else None,
        "accepted": state.accepted,
        "restatements": state.restatements,
    }
    connection.execute(
        "INSERT OR REPLACE INTO workbooks (source, whole, trusted_at, accepted, restatements, checksum)"
        " VALUES (:source, :whole, :trusted_at, :accepted, :restatements, :checksum)",
        {**values, "checksum": hash_value([[key, value] for key, value in values.items()])},
    )
    return state
