"""The table of failures that people are notified of, and the causes of alerts: each is reported once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Sentence
from core.store.database import DatabaseFile
from core.store.outgoing.deliveries import format_sentence, insert_delivery
from core.store.rows import format_moment

# Before the channel in the kind of the deliveries of alerts.
ALERT = "alert:"
_DAY = timedelta(days=1)


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
    """A message with alerts, as JSON, and its channel."""

    channel: str
    body: str


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
                kind, expires = f"{ALERT}{alert.channel}", now + _DAY
                insert_delivery(connection, kind, format_moment(now), alert.channel, now, expires, alert.body, "")


def _build_failure(row: sqlite3.Row) -> Failure:
    reason = Sentence(*json.loads(row["reason"]))
    return Failure(
        row["key"], reason, row["fix"], datetime.fromisoformat(row["since"]), tuple(json.loads(row["people"]))
    )
