"""The table of accounts that people have called, as keyed hashes. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from core.forgotten import hash_text
from core.store.content.identities import read_token_key
from core.store.rows import format_moment


def write_call(connection: sqlite3.Connection, person: str, account_id: str, now: datetime, until: datetime) -> None:
    """Record that a person has called an account, and delete the calls that are over."""
    connection.execute("DELETE FROM called_accounts WHERE until <= ?", (format_moment(now),))
    token = hash_text(read_token_key(connection), account_id)
    connection.execute(
        "INSERT OR REPLACE INTO called_accounts (person, token, until) VALUES (?, ?, ?)",
        (person, token, format_moment(until)),
    )


def delete_calls(connection: sqlite3.Connection, account_id: str, person: str | None = None) -> None:
    """Delete the calls of an account, by one person or by all."""
    token = hash_text(read_token_key(connection), account_id)
    connection.execute(
        "DELETE FROM called_accounts WHERE token = :token AND person = ifnull(:person, person)",
        {"token": token, "person": person},
    )


def find_called(
    connection: sqlite3.Connection, person: str, account_ids: Iterable[str], now: datetime
) -> frozenset[str]:
    """Return those of some accounts that a person has called, and whose time is not over."""
    rows = connection.execute(
        "SELECT token FROM called_accounts WHERE person = ? AND until > ?", (person, format_moment(now))
    ).fetchall()
    if not rows:
        return frozenset()
    tokens, key = {token for (token,) in rows}, read_token_key(connection)
    return frozenset(account_id for account_id in account_ids if hash_text(key, account_id) in tokens)
