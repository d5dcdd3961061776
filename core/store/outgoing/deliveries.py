"""The table of deliveries: messages that are sent once, each in one of these states.

    claimed   -> sending     nothing was sent; anyone may take it over once it is due
    sending   -> confirmed   it has arrived
              -> refused     it has not arrived, and is due again, or never
              -> uncertain   it may have arrived: a person decides

`sending` is committed just before the request. A process that ends during the request leaves it behind, and so do
errors after which it is not known whether the message arrived.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from core.errors import Sentence
from core.store.database import DatabaseFile
from core.store.rows import format_moment

DeliveryState = Literal["claimed", "sending", "confirmed", "refused", "uncertain"]
# Before the kind of a delivery: the rest of its messages, in its thread.
THREAD = "thread:"
# Before the kind of an alert: its channel.
ALERT = "alert:"
# Before the kinds of the notices to a person, which may come twice: it does less harm than none.
NOTICES = ("failure:", "doubt:", "pause:", "expiry:")
# A claim that was not sent after this time may be taken over.
LEASE = timedelta(minutes=2)
# A request takes less than this, so a longer one was interrupted.
SENDING_LIMIT = timedelta(seconds=40)
# The least time for the attempts of a thread.
REST_GRACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is sent once, such as the digest of a day.

    Attributes:
        kind: the message and its recipient.
        key: its number within the kind; keys sort by time (`2025-10-06`).
        state: see above.
        channel: the id of the channel or person that it goes to.
        thread: the `ts` of the message that it replies to; empty outside of threads.
        body: the messages as JSON, the first of which is sent and the others in its thread; empty until it is built.
        attempts: the number of claims.
        claimed_at: the time of the last claim, or of the request while it is sending, UTC.
        due_at: when it may be claimed next, UTC; None for never.
        expires_at: the end of its attempts, UTC; None without an end.
        confirmed_at: the time of arrival, UTC.
        reason: the reason of the last refusal.
        payload: the sender's notes about it.
        snapshot_id: the snapshot that it reports, if any.

    """

    kind: str
    key: str
    state: DeliveryState
    channel: str
    claimed_at: datetime
    thread: str = ""
    body: str = ""
    attempts: int = 0
    due_at: datetime | None = None
    expires_at: datetime | None = None
    confirmed_at: datetime | None = None
    reason: Sentence | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The deliveries of a store. Each method that writes is one transaction."""

    _file: DatabaseFile

    def plan(
        self,
        kind: str,
        key: str,
        channel: str,
        now: datetime,
        expires_at: datetime | None = None,
        *,
        body: str = "",
        thread: str = "",
    ) -> bool:
        """Plan a delivery, due now; return False where it was planned before.

        An earlier one of its kind that has not been sent is sent no more.
        """
        with self._file.writing() as connection:
            is_new = insert_delivery(connection, kind, key, channel, now, expires_at, body, thread)
            if is_new:
                connection.execute(
                    "UPDATE deliveries SET due_at = NULL, body = ''"
                    " WHERE kind = ? AND key < ? AND state IN ('claimed', 'refused') AND due_at IS NOT NULL",
                    (kind, key),
                )
        return is_new

    def make_due(self, kind: str, key: str, now: datetime, expires_at: datetime) -> None:
        """Let a delivery that has not arrived be sent now, whenever it would be due."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET due_at = :now, expires_at = :expires WHERE kind = :kind AND key = :key"
                " AND (state = 'refused' OR state = 'claimed' AND ifnull(due_at, '') <= :now)",
                {"kind": kind, "key": key, "now": format_moment(now), "expires": format_moment(expires_at)},
            )

    def cancel(self, kind: str) -> None:
        """Send the deliveries of a kind that have not arrived no more."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET due_at = NULL, body = '' WHERE kind = ? AND state IN ('claimed', 'refused')",
                (kind,),
            )

    def give_up(self, now: datetime) -> list[Delivery]:
        """Send the deliveries that are past their end no more, and return them as they were, without their texts."""
        with self._file.writing() as connection:
            rows = connection.execute(
                "UPDATE deliveries SET due_at = NULL, body = ''"
                " WHERE state IN ('claimed', 'refused') AND due_at IS NOT NULL AND expires_at < ? RETURNING *",
                (format_moment(now),),
            ).fetchall()
        return [_build_delivery(row) for row in rows]

    def claim(self, kind: str, key: str, now: datetime) -> Delivery | None:
        """Return a delivery that is due to exactly one caller over all processes; None to the others."""
        with self._file.writing() as connection:
            row = connection.execute(
                _CLAIM, {"kind": kind, "key": key, "now": format_moment(now), "lease": format_moment(now + LEASE)}
            ).fetchone()
        return _build_delivery(row) if row else None

    def keep(self, claimed: Delivery, body: str, payload: Mapping[str, object], snapshot_id: int | None) -> None:
        """Keep the messages of a claimed delivery, so that another process that takes it over sends the same."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET body = ?, payload = ?, snapshot_id = ?"
                " WHERE kind = ? AND key = ? AND state = 'claimed' AND attempts = ?",
                (body, json.dumps(payload), snapshot_id, claimed.kind, claimed.key, claimed.attempts),
            )

    def begin_sending(self, claimed: Delivery, now: datetime) -> bool:
        """Record that the request is about to be made; return False where it was taken over or cancelled."""
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE deliveries SET state = 'sending', claimed_at = ?, due_at = NULL"
                " WHERE kind = ? AND key = ? AND state = 'claimed' AND due_at IS NOT NULL AND attempts = ?",
                (format_moment(now), claimed.kind, claimed.key, claimed.attempts),
            )
        return cursor.rowcount == 1

    def postpone(self, claimed: Delivery, due_at: datetime) -> None:
        """Give a claim back: the delivery is due at another time."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET due_at = ? WHERE kind = ? AND key = ? AND state = 'claimed' AND attempts = ?",
                (format_moment(due_at), claimed.kind, claimed.key, claimed.attempts),
            )

    def confirm(self, sent: Delivery, now: datetime, channel: str, ts: str, rest: str = "") -> None:
        """Record that a delivery has arrived, as the message `ts` of a channel, and plan the rest of it as a reply."""
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE deliveries SET state = 'confirmed', confirmed_at = ?, due_at = NULL, reason = '', body = ''"
                " WHERE kind = ? AND key = ? AND state IN ('sending', 'uncertain')",
                (format_moment(now), sent.kind, sent.key),
            )
            if cursor.rowcount and rest:
                _insert_rest(connection, sent, now, channel, sent.thread or ts, rest)

    def refuse(self, delivery: Delivery, reason: Sentence, due_at: datetime) -> None:
        """Record that a delivery has not arrived, and when it is due again."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE deliveries SET state = 'refused', reason = ?, due_at = ?"
                " WHERE kind = ? AND key = ? AND state IN ('claimed', 'sending') AND attempts = ?",
                (
                    *(format_sentence(reason), format_moment(due_at)),
                    *(delivery.kind, delivery.key, delivery.attempts),
                ),
            )

    def doubt(self, sent: Delivery) -> bool:
        """Record that it is not known whether a delivery arrived; return False where that was known or recorded."""
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE deliveries SET state = 'uncertain', due_at = NULL"
                " WHERE kind = ? AND key = ? AND state = 'sending' AND attempts = ?",
                (sent.kind, sent.key, sent.attempts),
            )
        return cursor.rowcount == 1

    def settle(self, kind: str, key: str, now: datetime, *, has_arrived: bool, expires_at: datetime) -> bool:
        """Decide about an uncertain delivery: it is there, or it is due again. Return False where it is not uncertain.

        Args:
            kind: see Delivery.
            key: see Delivery.
            now: the present moment.
            has_arrived: whether it is there; the rest of its messages is planned then.
            expires_at: the end of further attempts.

        """
        with self._file.writing() as connection:
            row = connection.execute(
                "SELECT * FROM deliveries WHERE kind = ? AND key = ? AND state = 'uncertain'", (kind, key)
            ).fetchone()
            if row is None:
                return False
            connection.execute(
                _ARRIVED if has_arrived else _DUE_AGAIN,
                {"kind": kind, "key": key, "now": format_moment(now), "expires": format_moment(expires_at)},
            )
            sent = replace(_build_delivery(row), expires_at=expires_at)
            messages = json.loads(sent.body or "[]")
            if has_arrived and messages[1:]:
                # The `ts` of the message is not known, so the rest of a new thread follows it in the channel.
                _insert_rest(connection, sent, now, sent.channel, sent.thread, json.dumps(messages[1:]))
        return True

    def find(self, kind: str, key: str) -> Delivery | None:
        """Return a delivery; None if it was never planned."""
        rows = self._list("kind = ? AND key = ?", (kind, key))
        return rows[0] if rows else None

    def find_planned(self, deliveries: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return those of many deliveries, each its kind and key, that were planned."""
        query = "SELECT 1 FROM deliveries WHERE kind = ? AND key = ?"
        with self._file.reading() as connection:
            return {delivery for delivery in deliveries if connection.execute(query, delivery).fetchone()}

    def find_last(self, kind: str, before: str | None = None) -> Delivery | None:
        """Return the confirmed delivery with the highest key, below `before` when given."""
        rows = self._list(
            "kind = ?1 AND state = 'confirmed' AND (?2 IS NULL OR key < ?2) ORDER BY key DESC LIMIT 1", (kind, before)
        )
        return rows[0] if rows else None

    def list_kind(self, kind: str, most: int = 5) -> list[Delivery]:
        """Return the deliveries of a kind with the highest keys, the highest first."""
        return self._list("kind = ? ORDER BY key DESC LIMIT ?", (kind, most))

    def is_pending(self, kind: str) -> bool:
        """Return whether a delivery of a kind will be sent, or tried again."""
        return bool(self._list("kind = ? AND state IN ('claimed', 'refused') AND due_at IS NOT NULL", (kind,)))

    def list_due(self, now: datetime) -> list[Delivery]:
        """Return the deliveries that can be claimed, those first that have been due for longest."""
        return self._list(f"{_IS_DUE} ORDER BY due_at, kind, key", {"now": format_moment(now)})

    def list_interrupted(self, now: datetime) -> list[Delivery]:
        """Return the deliveries whose request has begun too long ago to be under way."""
        return self._list("state = 'sending' AND claimed_at < ?", (format_moment(now - SENDING_LIMIT),))

    def list_uncertain(self, kind: str = "") -> list[Delivery]:
        """Return the deliveries that a person has to decide about, of a kind when given."""
        return self._list("state = 'uncertain' AND ?1 IN ('', kind) ORDER BY kind, key", (kind,))

    def count_by_state(self) -> dict[str, int]:
        """Return the number of deliveries in each state."""
        with self._file.reading() as connection:
            return dict(map(tuple, connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state")))

    def _list(self, condition: str, values: Sequence[object] | Mapping[str, object]) -> list[Delivery]:
        with self._file.reading() as connection:
            rows = connection.execute(f"SELECT * FROM deliveries WHERE {condition}", values)  # noqa: S608 - a constant
            return [_build_delivery(row) for row in rows]


_IS_DUE = "state IN ('claimed', 'refused') AND due_at <= :now AND (expires_at IS NULL OR expires_at >= :now)"

_CLAIM = f"""
    UPDATE deliveries SET state = 'claimed', claimed_at = :now, due_at = :lease, attempts = attempts + 1
    WHERE kind = :kind AND key = :key AND {_IS_DUE} RETURNING *
"""  # noqa: S608 - a constant


_ARRIVED = "UPDATE deliveries SET state = 'confirmed', confirmed_at = :now, body = '' WHERE kind = :kind AND key = :key"
_DUE_AGAIN = """
    UPDATE deliveries SET state = 'refused', due_at = :now, expires_at = :expires WHERE kind = :kind AND key = :key
"""


def format_sentence(sentence: Sentence) -> str:
    """Return a sentence as JSON."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in sentence.values.items()}
    return json.dumps([sentence.template, values])


def read_sentence(text: str) -> Sentence | None:
    """Return the sentence that `format_sentence` has written; None for an empty text."""
    return Sentence(*json.loads(text)) if text else None


def insert_delivery(
    connection: sqlite3.Connection,
    kind: str,
    key: str,
    channel: str,
    now: datetime,
    expires_at: datetime | None,
    body: str,
    thread: str = "",
    payload: Mapping[str, object] | None = None,
) -> bool:
    """Insert a delivery that is due now, in the caller's transaction; return False where it exists."""
    cursor = connection.execute(
        "INSERT INTO deliveries (kind, key, state, channel, thread, body, claimed_at, due_at, expires_at, payload)"
        " VALUES (?1, ?2, 'claimed', ?3, ?4, ?5, ?6, ?6, ?7, ?8) ON CONFLICT (kind, key) DO NOTHING",
        (
            *(kind, key, channel, thread, body, format_moment(now)),
            format_moment(expires_at) if expires_at else None,
            json.dumps(payload or {}),
        ),
    )
    return cursor.rowcount == 1


def _insert_rest(
    connection: sqlite3.Connection, sent: Delivery, now: datetime, channel: str, thread: str, rest: str
) -> None:
    """Insert the messages after the first one of a delivery that has arrived."""
    kind, key = (sent.kind, f"{sent.key}+") if sent.thread else (f"{THREAD}{sent.kind}", sent.key)
    payload = {"view": sent.payload.get("view")}
    # A message that arrived late has its thread all the same.
    expires_at = max(sent.expires_at, now + REST_GRACE) if sent.expires_at else None
    insert_delivery(connection, kind, key, channel, now, expires_at, rest, thread, payload)


def split_key(delivery: Delivery) -> tuple[str, int]:
    """Return the key of the delivery whose rest this is, or its own, and how many messages of that went before it."""
    if not delivery.kind.startswith(THREAD):
        return delivery.key, 0
    key = delivery.key.rstrip("+")
    return key, 1 + len(delivery.key) - len(key)


def _build_delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        **{name: row[name] for name in ("kind", "key", "state", "channel", "thread", "body", "attempts")},
        claimed_at=datetime.fromisoformat(row["claimed_at"]),
        due_at=_read_moment(row["due_at"]),
        expires_at=_read_moment(row["expires_at"]),
        confirmed_at=_read_moment(row["confirmed_at"]),
        reason=read_sentence(row["reason"]),
        payload=json.loads(row["payload"]),
        snapshot_id=row["snapshot_id"],
    )


def _read_moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
