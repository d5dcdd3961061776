"""The table of accounts that people have called: they are on no list of theirs for some time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.forgotten import hash_text
from core.store.content.identities import read_token_key
from core.store.database import DatabaseFile
from core.store.rows import format_moment


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a store, whose accounts are keyed hashes. Each method that writes is one transaction."""

    _file: DatabaseFile

    def keep(self, person: str, account_id: str, now: datetime, until: datetime) -> None:
        """Keep that a person has called an account, and forget the calls that are over."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM called_accounts WHERE until <= ?", (format_moment(now),))
            token = hash_text(read_token_key(connection), account_id)
            connection.execute(
                "INSERT OR REPLACE INTO called_accounts (person, token, until) VALUES (?, ?, ?)",
                (person, token, format_moment(until)),
            )

    def withdraw(self, person: str, account_id: str) -> None:
        """Forget that a person has called an account."""
        with self._file.writing() as connection:
            forget_calls(connection, account_id, person)

    def find_called(self, person: str, account_ids: Iterable[str], now: datetime) -> frozenset[str]:
        """Return those of some accounts that a person has called, and whose time is not over."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT token FROM called_accounts WHERE person = ? AND until > ?", (person, format_moment(now))
            ).fetchall()
            if not rows:
                return frozenset()
            tokens, key = {token for (token,) in rows}, read_token_key(connection)
        return frozenset(account_id for account_id in account_ids if hash_text(key, account_id) in tokens)


def forget_calls(connection: sqlite3.Connection, account_id: str, person: str | None = None) -> None:
    """Remove the calls of an account, by one person or by all, in the caller's transaction."""
    token = hash_text(read_token_key(connection), account_id)
    connection.execute(
        "DELETE FROM called_accounts WHERE token = :token AND person = ifnull(:person, person)",
        {"token": token, "person": person},
    )
