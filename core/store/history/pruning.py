"""How many snapshots are kept, and the deletion of the others."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.months import Month
from core.store.content.blobs import delete_blobs
from core.store.rows import format_moment, update_checksum
from core.store.snapshots import Snapshot, find_stored_snapshot
from core.store.workbooks import read_state, update_state

# Signs of risk are tested on the facts of past months, so the last snapshot of a month outlives its neighbours.
MONTHS_KEPT = 24


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """The limits of stored history: a snapshot past either limit is pruned, except the newest.

    Attributes:
        snapshots: the number of snapshots kept per workbook, in addition to the last one of each of 24 months.
        days: the age in days up to which a snapshot is kept.

    """

    snapshots: int
    days: int


def choose_monthly_snapshots(snapshots: Iterable[Snapshot]) -> dict[Month, Snapshot]:
    """Return month -> the newest of `snapshots` that was in force in it, months ascending.

    A snapshot is in force from its sync to the last sync that found the same content.
    """
    chosen = {}
    for snapshot in snapshots:
        first, last = (Month.containing(moment.date()) for moment in (snapshot.synced_at, snapshot.checked_at))
        chosen.update({Month(ordinal): snapshot for ordinal in range(first.ordinal, last.ordinal + 1)})
    return dict(sorted(chosen.items()))


def prune_snapshots(connection: sqlite3.Connection, newest: Snapshot, keep: RetentionPolicy, now: datetime) -> None:
    """Prune the old snapshots of a workbook: delete ledger, problems and figures of those past a limit of `keep`.

    The newest snapshot stays complete, and so do the newest of each of the last 24 months within the limit of days. A
    pruned snapshot keeps its row in `snapshots` while a recorded figure, a restatement or a delivery refers to it;
    without one, the row is deleted too. Its seal stays.
    """
    whole = read_state(connection, newest.source).whole
    snapshots = [find_stored_snapshot(connection, snapshot_id) for snapshot_id in whole]
    monthly = list(choose_monthly_snapshots(snapshots).values())[-MONTHS_KEPT:]
    kept = {*whole[-keep.snapshots :], *(snapshot.id for snapshot in monthly)}
    oldest = now - timedelta(days=keep.days)
    pruned = [
        snapshot.id
        for snapshot in snapshots
        if snapshot.id != newest.id and (snapshot.id not in kept or snapshot.synced_at < oldest)
    ]
    if not pruned:
        return
    delete_blobs(connection, pruned)
    connection.executemany("DELETE FROM query_results WHERE snapshot_id = ?", [(number,) for number in pruned])
    update_state(connection, newest.source, whole=tuple(id_ for id_ in whole if id_ not in pruned))
    connection.execute(
        """
        DELETE FROM snapshots WHERE id IN (SELECT value FROM json_each(?)) AND id NOT IN (
            SELECT before_id FROM restatements UNION SELECT after_id FROM restatements
            UNION SELECT snapshot_id FROM recorded
            UNION SELECT snapshot_id FROM deliveries WHERE snapshot_id IS NOT NULL)
        """,
        (json.dumps(pruned),),
    )
    remaining = connection.execute(
        "UPDATE snapshots SET pruned_at = ?, content = NULL, stored_problems = NULL, tabs = '[]', decisions = '[]'"
        " WHERE id IN (SELECT value FROM json_each(?)) RETURNING id",
        (format_moment(now), json.dumps(pruned)),
    ).fetchall()
    for (snapshot_id,) in remaining:
        update_checksum(connection, "snapshots", snapshot_id)
