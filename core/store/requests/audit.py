"""The audit: who asked and changed what, in a file next to the store. It has no amounts and no names of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path

from core.store.requests.side_file import SideFile
from core.store.rows import format_moment

FILE_ENDING = "-audit"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS audit (
    at TEXT NOT NULL,
    person TEXT NOT NULL,    -- the id in Slack, an e-mail address, or the id of a key
    door TEXT NOT NULL,
    action TEXT NOT NULL,
    channel TEXT NOT NULL,   -- the channel that read the answer; empty where the person alone did
    command TEXT NOT NULL,   -- the sub-command
    columns TEXT NOT NULL,   -- the columns of the cut, without values
    period TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_by_time ON audit (at);
"""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A thing that a person did.

    Attributes:
        at: when, UTC.
        person: the id in Slack, an e-mail address, or the id of a key.
        door: where: Slack, the add-in, the command line.
        action: what they did: asked for an answer, shared one, read its CSV, had the sheet read.
        channel: the id of the channel that read the answer; empty where the person alone did.
        command: the sub-command; empty without a question.
        columns: the columns of the cut, without their values.
        period: the closes at which the window begins and ends.
        outcome: whether they were answered.

    """

    at: datetime
    person: str
    door: str
    action: str
    channel: str = ""
    command: str = ""
    columns: str = ""
    period: str = ""
    outcome: str = ""


class AuditFile:
    """The file of the audit, created at the first entry. Every method may raise a StoreError."""

    def __init__(self, store_path: Path, keep_days: int) -> None:
        """Open nothing yet; entries older than some days are deleted."""
        self._file = SideFile(store_path, FILE_ENDING, _SCHEMA, is_disposable=False)
        self._keep = timedelta(days=keep_days)

    def append(self, entry: AuditEntry) -> None:
        """Add an entry."""
        values = (format_moment(entry.at), *astuple(entry)[1:])
        places = ", ".join("?" * len(values))
        with self._file.transaction() as connection:
            connection.execute("DELETE FROM audit WHERE at < ?", (format_moment(entry.at - self._keep),))
            connection.execute(f"INSERT INTO audit VALUES ({places})", values)  # noqa: S608 - only question marks

    def read(self, since: datetime | None = None) -> Sequence[AuditEntry]:
        """Return the entries, the oldest first."""
        if not self._file.path.exists():
            return []
        columns = ", ".join(column.name for column in fields(AuditEntry))
        with self._file.transaction() as connection:
            rows = connection.execute(
                f"SELECT {columns} FROM audit WHERE at >= ? ORDER BY at, rowid",  # noqa: S608 - names of columns
                (format_moment(since) if since else "",),
            ).fetchall()
        return [AuditEntry(datetime.fromisoformat(row[0]), *row[1:]) for row in rows]

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._file.close()
