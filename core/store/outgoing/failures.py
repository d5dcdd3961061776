"""The table of failures that people are notified of, and the causes of alerts: each is reported once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Sentence
from core.store.database import DatabaseFile
from core.store.outgoing.deliveries import ALERT, format_sentence, insert_delivery
from core.store.rows import format_moment

# Alerts are few, and each is sent once, so they are tried for longer than digests.
_ALERT_GRACE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure that lasts.

    Attributes:
        key: what fails: `sheet`, `stale`, or a kind of delivery.
        reason: the problem.
        fix: how to fix it, a template with the values of the reason; may be empty.
        since: when it was noticed, UTC.
        people: the ids of the people to tell.

    """

    key: str
    reason: Sentence
    fix: str
    since: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedAlert:
    """A message with alerts.

    Attributes:
        channel: the id of its channel.
        body: the message as JSON.
        without_names: it without the names of accounts, for when its readers may not see them any more.

    """

    channel: str
    body: str
    without_names: str


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of a store. Each method that writes is one transaction."""

    _file: DatabaseFile

    def list_open(self) -> list[Failure]:
        """Return the failures that last, by key."""
        with self._file.reading() as connection:
            return [_build_failure(row) for row in connection.execute("SELECT * FROM failures ORDER BY key")]

    def open(self, key: str, reason: Sentence, fix: str, people: Sequence[str], now: datetime) -> Failure:
        """Record a failure, which keeps its beginning while it lasts, and return it."""
        with self._file.writing() as connection:
            row = connection.execute(
                "INSERT INTO failures (key, reason, fix, since, people) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET reason = excluded.reason, fix = excluded.fix, people = excluded.people RETURNING *",
                (key, format_sentence(reason), fix, format_moment(now), json.dumps(people)),
            ).fetchone()
        return _build_failure(row)

    def close(self, key: str) -> None:
        """Record that a failure is over."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM failures WHERE key = ?", (key,))

    def list_causes(self) -> set[str]:
        """Return the causes of alerts that were reported, or need not be."""
        with self._file.reading() as connection:
            return {cause for (cause,) in connection.execute("SELECT cause FROM alert_causes")}

    def find_looked(self) -> int:
        """Return the id of the snapshot in which alerts were last looked for; 0 before the first one."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT cause FROM alert_causes WHERE cause LIKE 'looked %'").fetchone()
        return int(row["cause"].split()[1]) if row else 0

    def keep_looked(self, snapshot_id: int, now: datetime) -> None:
        """Keep the id of the snapshot in which alerts were looked for."""
        if self.find_looked() == snapshot_id:
            return
        with self._file.writing() as connection:
            connection.execute("DELETE FROM alert_causes WHERE cause LIKE 'looked %'")
            connection.execute(
                "INSERT INTO alert_causes (cause, at) VALUES (?, ?)", (f"looked {snapshot_id}", format_moment(now))
            )

    def keep_causes(self, causes: Sequence[str], alert: PlannedAlert | None, now: datetime) -> None:
        """Keep causes of alerts, and plan the message that reports them; where one was kept before, nothing is done."""
        with self._file.writing() as connection:
            known = {cause for (cause,) in connection.execute("SELECT cause FROM alert_causes")}
            if known.intersection(causes):
                return
            connection.executemany(
                "INSERT INTO alert_causes (cause, at) VALUES (?, ?)", [(cause, format_moment(now)) for cause in causes]
            )
            if alert:
                kind, expires = f"{ALERT}{alert.channel}", now + _ALERT_GRACE
                payload = {"without_names": alert.without_names}
                insert_delivery(
                    connection, kind, format_moment(now), alert.channel, now, expires, alert.body, payload=payload
                )


def _build_failure(row: sqlite3.Row) -> Failure:
    reason = Sentence(*json.loads(row["reason"]))
    return Failure(
        row["key"], reason, row["fix"], datetime.fromisoformat(row["since"]), tuple(json.loads(row["people"]))
    )
