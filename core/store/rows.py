"""How rows are written: moments as text, and a checksum of each row, so that a damaged one is refused."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, datetime


def format_moment(moment: datetime) -> str:
    """Return a moment as text that sorts by time.

    Raises:
        ValueError: it has no time zone, so that it is ambiguous.

    """
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def hash_value(value: object) -> bytes:
    """Return the SHA-256 of a value that JSON can hold; bytes in it count as hexadecimal text."""
    return hashlib.sha256(json.dumps(value, default=bytes.hex).encode()).digest()


def hash_row(row: sqlite3.Row) -> bytes:
    """Return the checksum of a row: all its columns but `checksum`."""
    return hash_value([[key, row[key]] for key in row.keys() if key != "checksum"])  # noqa: SIM118 - a Row is no mapping


def check_row(row: sqlite3.Row) -> sqlite3.Row:
    """Return a row whose checksum holds.

    Raises:
        ValueError: it does not hold: the row was damaged on disk.

    """
    if row["checksum"] != hash_row(row):
        raise ValueError("the checksum of a row does not hold")
    return row


def update_checksum(connection: sqlite3.Connection, table: str, row_id: int) -> sqlite3.Row:
    """Store the checksum of the row of `table` with an id, and return the row."""
    connection.row_factory = sqlite3.Row
    select = f"SELECT * FROM {table} WHERE id = ?"  # noqa: S608 - the names are constants
    checksum = hash_row(connection.execute(select, (row_id,)).fetchone())
    connection.execute(f"UPDATE {table} SET checksum = ? WHERE id = ?", (checksum, row_id))  # noqa: S608
    row: sqlite3.Row = connection.execute(select, (row_id,)).fetchone()
    return row
