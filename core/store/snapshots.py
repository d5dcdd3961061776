"""The table of snapshots, and the problems of each. Every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.errors import N_, NoSnapshotError
from core.metrics.restatements import Settings
from core.money import Currency
from core.months import Month
from core.store.database import format_moment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The content of the workbook at one sync.

    Attributes:
        id: a number that rises with every snapshot and is never used again.
        synced_at: the time of the sync, UTC.
        checked_at: the time when the workbook was last seen with the same content, UTC.
        source: the workbook, `google:<id>` or `file:<path>`.
        source_name: the workbook's name.
        source_version: the workbook's version at `checked_at`.
        content_hash: hash of the content.
        locale: the workbook's locale, empty where it has none.
        time_zone: the workbook's IANA time zone, empty where it has none.
        currency: the reporting currency.
        first: the first month of the panel.
        data_through: the last month of the panel.
        accounts: the number of accounts, excluded ones included.
        problems: code -> number of problems, in the order in which the codes were first seen.
        settings: the settings that its figures depend on; a setting that was unknown at the time is missing.
        tabs: the tabs that were read, each a mapping that JSON can hold.
        decisions: how the workbook was understood where it could be understood in another way, each a mapping that
            JSON can hold.

    """

    id: int
    synced_at: datetime
    checked_at: datetime
    source: str
    source_name: str
    source_version: str
    content_hash: str
    locale: str
    time_zone: str
    currency: Currency
    first: Month
    data_through: Month
    accounts: int
    problems: Mapping[str, int]
    settings: Settings = field(default_factory=dict)
    tabs: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class SyncedWorkbook:
    """A workbook as a sync read it: everything but its ledger, problems and figures.

    Attributes:
        source: the workbook, as in Snapshot.
        source_name: the workbook's name.
        source_version: the workbook's version.
        content_hash: hash of the content.
        locale: the workbook's locale, empty where it has none.
        time_zone: the workbook's IANA time zone, empty where it has none.
        tabs: the tabs that were read, each a mapping that JSON can hold.
        decisions: how the workbook was understood, each a mapping that JSON can hold.

    """

    source: str
    source_name: str
    source_version: str
    content_hash: str
    locale: str = ""
    time_zone: str = ""
    tabs: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Mapping[str, Any]] = ()


_INSERT_SNAPSHOT = """
INSERT INTO snapshots (synced_at, checked_at, source, source_name, source_version, content_hash, locale, time_zone,
    currency, exponent, first, data_through, accounts, problems, settings, tabs, decisions)
VALUES (:synced_at, :synced_at, :source, :source_name, :source_version, :content_hash, :locale, :time_zone,
    :currency, :exponent, :first, :data_through, :accounts, :problems, :settings, :tabs, :decisions)
RETURNING *
"""


def find_latest_snapshot(connection: sqlite3.Connection, source: str | None) -> Snapshot | None:
    """Return the newest snapshot, of `source` when given; None where no snapshot is stored."""
    row = connection.execute(
        "SELECT * FROM snapshots WHERE :source IS NULL OR source = :source ORDER BY id DESC LIMIT 1",
        {"source": source},
    ).fetchone()
    return _build_snapshot(row) if row else None


def find_snapshot(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    """Return a snapshot, pruned or not.

    Raises:
        NoSnapshotError: the snapshot does not exist.

    """
    row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if row is None:
        raise NoSnapshotError(N_("There is no snapshot {id}."), N_("Run nrrbot sync."), id=snapshot_id)
    return _build_snapshot(row)


def find_whole_snapshot(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    """Return a snapshot whose ledger, problems and figures are still stored.

    Raises:
        NoSnapshotError: the snapshot does not exist, or was pruned.

    """
    snapshot = find_snapshot(connection, snapshot_id)
    (pruned_at,) = connection.execute("SELECT pruned_at FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if pruned_at:
        raise NoSnapshotError(
            N_("Snapshot {id} was pruned on {day}."),
            N_("store.keep_snapshots and store.keep_days in the config say how long snapshots are kept."),
            id=snapshot_id,
            day=pruned_at[:10],
        )
    return snapshot


def _build_snapshot(row: sqlite3.Row) -> Snapshot:
    return Snapshot(
        id=row["id"],
        synced_at=datetime.fromisoformat(row["synced_at"]),
        checked_at=datetime.fromisoformat(row["checked_at"]),
        source=row["source"],
        source_name=row["source_name"],
        source_version=row["source_version"],
        content_hash=row["content_hash"],
        locale=row["locale"],
        time_zone=row["time_zone"],
        currency=Currency(row["currency"], row["exponent"]),
        first=Month(row["first"]),
        data_through=Month(row["data_through"]),
        accounts=row["accounts"],
        problems=json.loads(row["problems"]),
        settings=json.loads(row["settings"]),
        tabs=tuple(json.loads(row["tabs"])),
        decisions=tuple(json.loads(row["decisions"])),
    )


def insert_snapshot(connection: sqlite3.Connection, values: Mapping[str, object]) -> Snapshot:
    """Store a new snapshot, given the values of its columns, and return it."""
    return _build_snapshot(connection.execute(_INSERT_SNAPSHOT, values).fetchone())


def touch_snapshot(
    connection: sqlite3.Connection,
    snapshot_id: int,
    checked_at: datetime,
    source_version: str,
    settings: str | None,
    tabs: str | None,
    decisions: str | None,
) -> Snapshot:
    """Update the moment, version, settings, tabs and decisions of a snapshot, and return it.

    None keeps the stored settings, tabs or decisions.

    Raises:
        NoSnapshotError: the snapshot does not exist.

    """
    connection.execute(
        "UPDATE snapshots SET checked_at = :checked_at, source_version = :version,"
        " settings = ifnull(:settings, settings), tabs = ifnull(:tabs, tabs),"
        " decisions = ifnull(:decisions, decisions) WHERE id = :id",
        {
            "id": snapshot_id,
            "checked_at": format_moment(checked_at),
            "version": source_version,
            "settings": settings,
            "tabs": tabs,
            "decisions": decisions,
        },
    )
    return find_snapshot(connection, snapshot_id)


def write_problems(connection: sqlite3.Connection, snapshot_id: int, problems: Sequence[str]) -> None:
    """Store the problems of a snapshot, each as JSON."""
    connection.executemany(
        "INSERT INTO problems (snapshot_id, position, problem) VALUES (?, ?, ?)",
        ((snapshot_id, position, problem) for position, problem in enumerate(problems)),
    )


def read_problems(connection: sqlite3.Connection, snapshot_id: int) -> list[dict[str, Any]]:
    """Return the problems of a snapshot as they were stored."""
    rows = connection.execute("SELECT problem FROM problems WHERE snapshot_id = ? ORDER BY position", (snapshot_id,))
    return [json.loads(text) for (text,) in rows]
