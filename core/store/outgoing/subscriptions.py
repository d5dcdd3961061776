"""The table of subscriptions: who gets which digest, and when."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from core.schedules import Schedule
from core.store.database import DatabaseFile
from core.store.outgoing.deliveries import THREAD
from core.store.rows import format_moment
from core.terms import Language

SubscriptionState = Literal["active", "paused", "ended"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription.

    Attributes:
        id: its number; 0 before it is stored.
        channel: the id of the channel, or of the person for direct messages.
        owner: the id of the person who subscribed; empty for that of the config.
        cut: the cut as a line of the grammar; empty for the whole company.
        column: the column whose values its thread lists; empty for the first one.
        subject: `digest`, or `accounts` for the accounts of an owner.
        schedule: when it is due.
        language: its language; empty for that of its readers in Slack.
        since: nothing that was due before is sent.
        state: whether it is sent.

    """

    id: int
    channel: str
    owner: str
    cut: str
    column: str
    subject: Literal["digest", "accounts"]
    schedule: Schedule
    language: Language | Literal[""]
    since: datetime
    state: SubscriptionState = "active"

    @property
    def kind(self) -> str:
        """The kind of its deliveries."""
        return f"digest:{self.id}"

    @property
    def is_direct(self) -> bool:
        """Whether it is sent to a person."""
        return self.channel.startswith(("U", "W"))


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscriptions of a store. Each method that writes is one transaction."""

    _file: DatabaseFile

    def list_all(self) -> list[Subscription]:
        """Return the subscriptions that have not ended, the oldest first."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM subscriptions WHERE state <> 'ended' ORDER BY id")
            return [_build_subscription(row) for row in rows]

    def find(self, subscription_id: int) -> Subscription | None:
        """Return a subscription, one that has ended too; None if the number is unknown."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT * FROM subscriptions WHERE id = ?", (subscription_id,)).fetchone()
        return _build_subscription(row) if row else None

    def find_sent(self, kind: str) -> Subscription | None:
        """Return the subscription that a kind of delivery is of, or of whose thread; None for other messages."""
        while kind.startswith(THREAD):
            kind = kind.removeprefix(THREAD)
        prefix, _, number = kind.partition(":")
        return self.find(int(number)) if prefix == "digest" and number.isdigit() else None

    def add(self, subscription: Subscription) -> Subscription:
        """Store a subscription; the same cut for the same channel is one, whose schedule changes."""
        with self._file.writing() as connection:
            return _write(connection, subscription)

    def configure(self, subscription: Subscription | None) -> Subscription | None:
        """Make the subscription of the config the one given, or end it; a pause stays. Writes only what has changed."""
        stored = [entry for entry in self.list_all() if not entry.owner]
        if subscription is None and not stored:
            return None
        if subscription and len(stored) == 1 and _is_same(stored[0], subscription):
            return stored[0]
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE subscriptions SET state = 'ended' WHERE owner = '' AND channel <> ? AND state <> 'ended'",
                (subscription.channel if subscription else "",),
            )
            return _write(connection, subscription) if subscription else None

    def set_state(self, subscription_id: int, state: SubscriptionState, now: datetime) -> None:
        """Pause, resume or end a subscription; what was due before it is resumed is not sent."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE subscriptions SET state = :state, since = CASE :state WHEN 'active' THEN :now ELSE since END"
                " WHERE id = :id",
                {"id": subscription_id, "state": state, "now": format_moment(now)},
            )


def _is_same(stored: Subscription, subscription: Subscription) -> bool:
    return replace(stored, id=subscription.id, state=subscription.state, since=subscription.since) == subscription


def _write(connection: sqlite3.Connection, subscription: Subscription) -> Subscription:
    schedule = subscription.schedule
    # A channel has one digest of a cut, by the last who subscribed it; that of the config has no owner.
    same = (subscription.channel, not subscription.owner, subscription.subject, subscription.cut, subscription.column)
    changing = (
        *(schedule.every, schedule.day, schedule.hour, schedule.minute, schedule.time_zone),
        *(subscription.language, format_moment(subscription.since)),
    )
    row = connection.execute(
        "UPDATE subscriptions SET owner = ?, every = ?, day = ?, hour = ?, minute = ?, time_zone = ?, language = ?,"
        " since = CASE owner WHEN '' THEN since ELSE ? END,"
        " state = CASE WHEN owner = '' AND state = 'paused' THEN 'paused' ELSE 'active' END"
        " WHERE channel = ? AND (owner = '') = ? AND subject = ? AND cut = ? AND dimension = ? RETURNING *",
        (subscription.owner, *changing, *same),
    ).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO subscriptions (every, day, hour, minute, time_zone, language, since,"
            " channel, owner, subject, cut, dimension, state)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active') RETURNING *",
            (*changing, same[0], subscription.owner, *same[2:]),
        ).fetchone()
    return _build_subscription(row)


def _build_subscription(row: sqlite3.Row) -> Subscription:
    schedule = Schedule(row["every"], row["day"], row["hour"], row["minute"], row["time_zone"])
    return Subscription(
        **{name: row[name] for name in ("id", "channel", "owner", "cut", "subject", "language", "state")},
        column=row["dimension"],
        schedule=schedule,
        since=datetime.fromisoformat(row["since"]),
    )
