"""The table of questions that are too long for a button. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3


def write_question(connection: sqlite3.Connection, key: str, question: str) -> None:
    """Store a question under its key."""
    connection.execute(
        "INSERT INTO questions (key, question) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, question)
    )


def read_question(connection: sqlite3.Connection, key: str) -> str | None:
    """Return the question with a key; None where it is not stored."""
    row = connection.execute("SELECT question FROM questions WHERE key = ?", (key,)).fetchone()
    return row["question"] if row else None
