"""The table of snapshots. Every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.errors import N_, NoSnapshotError
from core.metrics.restatements import Settings
from core.money import Currency
from core.months import Month
from core.store.rows import check_row, format_moment, update_checksum
from core.store.workbooks import read_state, read_states
from core.terms import WAREHOUSE

# `all` restates what changed, too; `new` records new periods only, as the day moved on and no cell changed; `none`
# nothing, as the clock is in doubt.
Recording = Literal["all", "new", "none"]


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
        recording: the closed periods that were recorded with it, as in Recording.
        content: hash of its stored content; None where the snapshot was pruned.
        stored_problems: hash of its stored problems; None where the snapshot was pruned.

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
    recording: Recording = "all"
    content: bytes | None = field(default=None, compare=False, repr=False)
    stored_problems: bytes | None = field(default=None, compare=False, repr=False)

    @property
    def is_of_warehouse(self) -> bool:
        """Whether it has the sums of a warehouse, whose accounts are not stored."""
        return self.source.startswith(WAREHOUSE)


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
        accounts: the number of accounts of a warehouse, which the ledger does not have; None for a workbook.

    """

    source: str
    source_name: str
    source_version: str
    content_hash: str
    locale: str = ""
    time_zone: str = ""
    tabs: Sequence[Mapping[str, Any]] = ()
    decisions: Sequence[Mapping[str, Any]] = ()
    accounts: int | None = None


_INSERT_SNAPSHOT = """
INSERT INTO snapshots (synced_at, checked_at, source, source_name, source_version, content_hash, locale, time_zone,
    currency, exponent, first, data_through, accounts, problems, settings, tabs, decisions, recording)
VALUES (:synced_at, :synced_at, :source, :source_name, :source_version, :content_hash, :locale, :time_zone,
    :currency, :exponent, :first, :data_through, :accounts, :problems, :settings, :tabs, :decisions, :recording)
"""


def find_latest_snapshot(connection: sqlite3.Connection, source: str | None) -> Snapshot | None:
    """Return the newest snapshot, of `source` when given; None where no snapshot is stored.

    Raises:
        ValueError: the newest snapshot is damaged.

    """
    states = read_states(connection) if source is None else [read_state(connection, source)]
    newest = max((state.whole[-1] for state in states if state.whole), default=None)
    return None if newest is None else find_stored_snapshot(connection, newest)


def find_stored_snapshot(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    """Return a snapshot that the store refers to.

    Raises:
        ValueError: it is missing or damaged.

    """
    row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if row is None:
        raise ValueError(f"snapshot {snapshot_id} is missing")
    return _build_snapshot(row)


def find_whole_snapshot(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    """Return a snapshot whose ledger, problems and figures are still stored.

    Raises:
        NoSnapshotError: the snapshot does not exist, or was pruned.
        ValueError: it is damaged.

    """
    row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if row is None:
        raise NoSnapshotError(N_("There is no snapshot {id}."), N_("Run nrrbot sync."), id=snapshot_id)
    snapshot, pruned_at = _build_snapshot(row), row["pruned_at"]
    if pruned_at:
        raise NoSnapshotError(
            N_("Snapshot {id} was pruned on {day}."),
            N_("store.keep_snapshots and store.keep_days in the config say how long snapshots are kept."),
            id=snapshot_id,
            day=pruned_at[:10],
        )
    return snapshot


def _build_snapshot(row: sqlite3.Row) -> Snapshot:
    check_row(row)
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
        recording=row["recording"],
        content=row["content"],
        stored_problems=row["stored_problems"],
    )


def insert_snapshot(connection: sqlite3.Connection, values: Mapping[str, object]) -> int:
    """Store the row of a new snapshot, given the values of its columns, and return its id.

    `complete_snapshot` makes it readable once its content is stored.
    """
    snapshot_id = connection.execute(_INSERT_SNAPSHOT, values).lastrowid
    assert snapshot_id is not None  # noqa: S101 - the row was inserted
    return snapshot_id


def complete_snapshot(
    connection: sqlite3.Connection, snapshot_id: int, content: bytes, stored_problems: bytes
) -> Snapshot:
    """Store the hashes of the content and the problems of a new snapshot, and return it."""
    connection.execute(
        "UPDATE snapshots SET content = ?, stored_problems = ? WHERE id = ?", (content, stored_problems, snapshot_id)
    )
    return _build_snapshot(update_checksum(connection, "snapshots", snapshot_id))


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
    find_whole_snapshot(connection, snapshot_id)
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
    return _build_snapshot(update_checksum(connection, "snapshots", snapshot_id))
