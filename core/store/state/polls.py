"""The table of polls: the state of each workbook when it was last read. While nothing differs, it need not be read.

Every function works in the caller's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Sentence
from core.store.rows import format_moment


@dataclass(frozen=True, slots=True)
class Poll:
    """The state of a workbook when it was last read.

    Attributes:
        stamp: `Workbook.stamp` when it was read, or after the bot's own write; empty where it has none.
        basis: hash of everything else that the reading depends on, such as the settings.
        read_at: the time of the reading, UTC.
        content: hash of all that was read, and the snapshot that it gave; empty if it is not known.
        written: hash of the tabs and notes that were last written into it; empty where none were.
        failure: the reason why it could not be read since; None if the last attempt succeeded.
        failed_on: stamp and basis of the last reading that failed; empty if the last attempt succeeded.
        failed_at: the time of that reading, UTC.
        fix: how to make it readable, a template with the values of `failure`; may be empty.
        failing_since: the time of the first of the readings that failed in a row, UTC.
        notified: the names of the people who were notified of it.

    """

    stamp: str
    basis: str
    read_at: datetime
    content: str = ""
    written: str = ""
    failure: Sentence | None = None
    failed_on: str = ""
    failed_at: datetime | None = None
    fix: str = ""
    failing_since: datetime | None = None
    notified: tuple[str, ...] = ()


def find_poll(connection: sqlite3.Connection, source: str) -> Poll | None:
    """Return the state of a workbook when it was last read; None if that was never tried."""
    row = connection.execute("SELECT * FROM polls WHERE source = ?", (source,)).fetchone()
    if row is None:
        return None
    return Poll(
        stamp=row["stamp"],
        basis=row["basis"],
        read_at=datetime.fromisoformat(row["read_at"]),
        content=row["content"],
        written=row["written"],
        failure=Sentence(*json.loads(row["failure"])) if row["failure"] else None,
        failed_on=row["failed_on"],
        failed_at=datetime.fromisoformat(row["failed_at"]) if row["failed_at"] else None,
        fix=row["fix"],
        failing_since=datetime.fromisoformat(row["failing_since"]) if row["failing_since"] else None,
        notified=tuple(json.loads(row["notified"])),
    )


def write_poll(connection: sqlite3.Connection, source: str, poll: Poll) -> None:
    """Record that a workbook was read: stamp, basis, time and content of the poll."""
    connection.execute(
        "INSERT INTO polls (source, stamp, basis, read_at, content)"
        " VALUES (:source, :stamp, :basis, :read_at, :content)"
        " ON CONFLICT (source) DO UPDATE"
        " SET stamp = :stamp, basis = :basis, read_at = :read_at, content = :content",
        {
            "source": source,
            "stamp": poll.stamp,
            "basis": poll.basis,
            "read_at": format_moment(poll.read_at),
            "content": poll.content,
        },
    )
    clear_failure(connection, source)


def write_own_write(connection: sqlite3.Connection, source: str, stamp: str | None, written: str) -> None:
    """Record a write of the bot; `stamp` is the workbook's stamp after it, None if people changed it too."""
    connection.execute(
        "UPDATE polls SET written = :written, stamp = ifnull(:stamp, stamp) WHERE source = :source",
        {"source": source, "stamp": stamp, "written": written},
    )


def write_failure(
    connection: sqlite3.Connection, source: str, failure: Sentence, fix: str, failed_on: str, failed_at: datetime
) -> None:
    """Record that a workbook cannot be read, and why."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in failure.values.items()}
    connection.execute(
        "INSERT INTO polls (source, stamp, basis, read_at, failure, fix, failed_on, failed_at, failing_since)"
        " VALUES (:source, '', '', :at, :failure, :fix, :on, :at, :at)"
        " ON CONFLICT (source) DO UPDATE SET failure = :failure, fix = :fix, failed_on = :on, failed_at = :at,"
        " failing_since = ifnull(failing_since, :at)",
        {
            "source": source,
            "at": format_moment(failed_at),
            "failure": json.dumps([failure.template, values]),
            "fix": fix,
            "on": failed_on,
        },
    )


def write_notified(connection: sqlite3.Connection, source: str, names: Sequence[str]) -> None:
    """Record who was notified that a workbook cannot be read."""
    connection.execute("UPDATE polls SET notified = ? WHERE source = ?", (json.dumps(names), source))


def clear_failure(connection: sqlite3.Connection, source: str) -> None:
    """Record that a workbook can be read."""
    connection.execute(
        "UPDATE polls SET failure = NULL, fix = '', failed_on = '', failed_at = NULL, failing_since = NULL,"
        " notified = '[]' WHERE source = ?",
        (source,),
    )
