"""The table of deliveries. Every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.store.rows import format_moment

DeliveryState = Literal["claimed", "confirmed", "released"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is sent once, such as the digest of a week.

    Attributes:
        kind: the message and its recipient.
        key: its number within the kind; keys sort by time (`2025-W40`).
        state: `claimed` is being sent, or was interrupted and may or may not have arrived; `confirmed` has arrived;
            `released` has not arrived and may be sent again.
        claimed_at: the time of the last attempt, UTC.
        confirmed_at: the time of arrival, UTC.
        reason: the reason for the release.
        payload: the sender's notes about it.
        snapshot_id: the snapshot that it reports, if any.

    """

    kind: str
    key: str
    state: DeliveryState
    claimed_at: datetime
    confirmed_at: datetime | None = None
    reason: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)
    snapshot_id: int | None = None


def _build_delivery(row: sqlite3.Row) -> Delivery:
    confirmed = row["confirmed_at"]
    return Delivery(
        kind=row["kind"],
        key=row["key"],
        state=row["state"],
        claimed_at=datetime.fromisoformat(row["claimed_at"]),
        confirmed_at=datetime.fromisoformat(confirmed) if confirmed else None,
        reason=row["reason"],
        payload=json.loads(row["payload"]),
        snapshot_id=row["snapshot_id"],
    )


def _check_claimed(cursor: sqlite3.Cursor, kind: str, key: str) -> None:
    if cursor.rowcount != 1:
        raise ValueError(f"{kind} {key} is not claimed")


def claim_delivery(connection: sqlite3.Connection, kind: str, key: str, now: datetime) -> bool:
    """Claim a delivery that is new or released; return False when it is claimed or confirmed already."""
    cursor = connection.execute(
        """
        INSERT INTO deliveries (kind, key, state, claimed_at) VALUES (:kind, :key, 'claimed', :now)
        ON CONFLICT (kind, key) DO UPDATE SET state = 'claimed', claimed_at = :now, reason = ''
        WHERE state = 'released'
        """,
        {"kind": kind, "key": key, "now": format_moment(now)},
    )
    return cursor.rowcount == 1


def confirm_delivery(
    connection: sqlite3.Connection, kind: str, key: str, now: datetime, payload: str, snapshot_id: int | None
) -> None:
    """Confirm a claimed delivery, with its payload as JSON.

    Raises:
        ValueError: it is not claimed.

    """
    cursor = connection.execute(
        "UPDATE deliveries SET state = 'confirmed', confirmed_at = ?, payload = ?, snapshot_id = ?"
        " WHERE kind = ? AND key = ? AND state = 'claimed'",
        (format_moment(now), payload, snapshot_id, kind, key),
    )
    _check_claimed(cursor, kind, key)


def release_delivery(connection: sqlite3.Connection, kind: str, key: str, reason: str) -> None:
    """Release a claimed delivery.

    Raises:
        ValueError: it is not claimed.

    """
    cursor = connection.execute(
        "UPDATE deliveries SET state = 'released', reason = ? WHERE kind = ? AND key = ? AND state = 'claimed'",
        (reason, kind, key),
    )
    _check_claimed(cursor, kind, key)


def read_last_delivery(connection: sqlite3.Connection, kind: str, before: str | None) -> Delivery | None:
    """Return the confirmed delivery with the highest key, below `before` when given."""
    row = connection.execute(
        "SELECT * FROM deliveries WHERE kind = :kind AND state = 'confirmed'"
        " AND (:before IS NULL OR key < :before) ORDER BY key DESC LIMIT 1",
        {"kind": kind, "before": before},
    ).fetchone()
    return _build_delivery(row) if row else None


def read_unconfirmed_deliveries(connection: sqlite3.Connection, kind: str) -> list[Delivery]:
    """Return the deliveries that were claimed and neither confirmed nor released, by key."""
    rows = connection.execute("SELECT * FROM deliveries WHERE kind = ? AND state = 'claimed' ORDER BY key", (kind,))
    return [_build_delivery(row) for row in rows]
