"""What is remembered, in one SQLite file: snapshots of the workbook, recorded figures, deliveries.

A Store is no more than a path and may be shared by threads: every method opens a connection of its own (1 ms),
as SQLite connections stay on the thread that made them, and closes it, so that no transaction outlives a call.
Writing is one immediate transaction per method, durable when it returns (WAL, synchronous = full); reading never
waits for it. Reading a file that does not exist makes none, and finds nothing.

sqlite-utils applies the migrations; the statements here go to sqlite3 itself, for 5,000 figures take 18 ms so, and
130 ms through `insert_all`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from itertools import islice, product
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.errors import N_, NoSnapshotError
from core.ledger.columns import Column, DatedValues
from core.ledger.ledger import AccountTable, Ledger, ScheduledChanges
from core.ledger.rates import Currencies
from core.ledger.rows import RowIndex, SourceRows, index_first_rows
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import Cube
from core.metrics.restatements import Restatement, Settings, rules_fingerprint
from core.metrics.retention import MEASURES
from core.money import Currency
from core.months import Month, Window
from core.store.database import DatabaseFile
from core.store.recorded import RetentionPolicy, prune, read_restatements, record_closed_periods

DeliveryState = Literal["claimed", "confirmed", "released"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the workbook held at one sync.

    Attributes:
        id: rises with every snapshot and never comes back.
        synced_at: when it was made, UTC.
        checked_at: when the workbook was last seen to hold the same, UTC.
        source: which workbook, `google:<id>` or `file:<path>`.
        source_name: what people call that workbook.
        source_version: its version when it was last looked at.
        content_hash: what tells this content from any other.
        locale: the workbook's locale, empty where it has none.
        time_zone: the workbook's IANA time zone, empty where it has none.
        currency: of every amount.
        first: the first month of the panel.
        data_through: the last month of the panel.
        accounts: how many there are, quarantined ones included.
        problems: how many there are of each code, in the order in which they were first seen.
        settings: keys of the config that its figures follow from, with their values; none that are not known.
        tabs: the tabs that were read, each a mapping of what JSON can hold.

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


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that is to be sent once, such as the digest of a week.

    Attributes:
        kind: what is sent and where to.
        key: which one; the keys of a kind sort as they follow in time (`2025-W40`).
        state: `claimed` is under way, or was broken off and may or may not have arrived; `confirmed` has arrived;
            `released` has surely not arrived and may be tried again.
        claimed_at: when it was last begun, UTC.
        confirmed_at: when it had arrived, UTC.
        reason: why it was released.
        payload: what the sender wanted to remember of it.
        snapshot_id: the snapshot that it told of, if it told of one.

    """

    kind: str
    key: str
    state: DeliveryState
    claimed_at: datetime
    confirmed_at: datetime | None = None
    reason: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)
    snapshot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """The SQLite file at `path`; made, for its owner only, at the first write.

    Attributes:
        path: the file. Its folder must exist and be writable, as SQLite keeps its log beside the file.
        patience: how many seconds to wait for another writer.

    Every method may raise a StoreError, and no other error of the file or of SQLite.

    """

    path: Path
    patience: float = 10.0

    @property
    def _file(self) -> DatabaseFile:
        return DatabaseFile(self.path, self.patience)

    def latest(self, source: str | None = None) -> Snapshot | None:
        """Return the newest snapshot, of `source` when given; None where there is none."""
        with self._file.reading() as connection:
            return _latest(connection, source)

    def require(self, source: str | None = None) -> Snapshot:
        """Return the newest snapshot.

        Raises:
            NoSnapshotError: there is none.

        """
        snapshot = self.latest(source)
        if snapshot is None:
            raise NoSnapshotError(N_("Nothing was read from the workbook yet."), N_("Run nrrbot sync."))
        return snapshot

    def save(
        self,
        ledger: Ledger,
        problems: Sequence[Mapping[str, object]],
        figures: Cube,
        *,
        source: str,
        source_name: str,
        source_version: str,
        content_hash: str,
        synced_at: datetime,
        locale: str = "",
        time_zone: str = "",
        settings: Settings | None = None,
        keep: RetentionPolicy | None = None,
        tabs: Sequence[Mapping[str, Any]] = (),
    ) -> Snapshot:
        """Store a new snapshot in one transaction, everything or nothing, and return it.

        With it go the figures of the periods that have closed, what this snapshot restates of those that were
        recorded before, and the snapshots that need not be kept any longer.

        Args:
            ledger: what was read.
            problems: each a mapping that JSON can hold, with a `code`.
            figures: the cube of the ledger.
            source: which workbook; see Snapshot for this and the rest.
            source_name: its name.
            source_version: its version.
            content_hash: of what was read.
            synced_at: now, with a time zone.
            locale: the workbook's.
            time_zone: the workbook's.
            settings: the config's, as the snapshot is to remember them.
            keep: how much history to keep; all of it when None.
            tabs: the tabs that were read.

        """
        settings = settings or {}
        counts: dict[str, int] = {}
        for problem in problems:
            code = str(problem["code"])
            counts[code] = counts.get(code, 0) + 1
        values = {
            "synced_at": _moment(synced_at),
            "source": source,
            "source_name": source_name,
            "source_version": source_version,
            "content_hash": content_hash,
            "locale": locale,
            "time_zone": time_zone,
            "currency": ledger.currency.code,
            "exponent": ledger.currency.exponent,
            "first": ledger.first.ordinal,
            "data_through": ledger.last.ordinal,
            "accounts": ledger.accounts.count,
            "problems": json.dumps(counts),
            "settings": json.dumps(settings),
            "tabs": json.dumps(tabs),
        }
        rows = [json.dumps(problem) for problem in problems]
        with self._file.writing() as connection:
            before = _latest(connection, source)
            row = connection.execute(_INSERT_SNAPSHOT, values).fetchone()
            snapshot = _snapshot(row)
            _write_ledger(connection, snapshot.id, ledger)
            connection.executemany(
                "INSERT INTO problems (snapshot_id, position, problem) VALUES (?, ?, ?)",
                ((snapshot.id, position, row) for position, row in enumerate(rows)),
            )
            _write_figures(connection, snapshot.id, figures)
            segments = Segments(ledger, rules_fingerprint(settings, SizeRules()))
            record_closed_periods(
                connection, before, snapshot, segments, figures, lambda old: self._read(connection, old)
            )
            if keep:
                prune(connection, snapshot, keep, snapshot.synced_at)
        return snapshot

    def _read(self, connection: sqlite3.Connection, snapshot: Snapshot) -> Ledger:
        """Return the ledger of `snapshot` within a transaction that is open already."""
        try:
            return _read_ledger(connection, snapshot, lambda: _read_rows(connection, snapshot))
        except ValueError as error:
            raise self._file.error("CORRUPT", error) from error

    def touch(
        self,
        snapshot_id: int,
        checked_at: datetime,
        source_version: str,
        settings: Settings | None = None,
        keep: RetentionPolicy | None = None,
        tabs: Sequence[Mapping[str, Any]] | None = None,
    ) -> Snapshot:
        """Remember that the workbook still holds what the snapshot holds, and return the snapshot.

        Args:
            snapshot_id: which one.
            checked_at: now, with a time zone.
            source_version: the workbook's version now.
            settings: the config's now, from which the same figures follow; as they were when None.
            keep: how much history to keep; all of it when None.
            tabs: the tabs as they are now; as they were when None.

        Raises:
            NoSnapshotError: there is no such snapshot.

        """
        values = {
            "id": snapshot_id,
            "checked_at": _moment(checked_at),
            "version": source_version,
            "settings": None if settings is None else json.dumps(settings),
            "tabs": None if tabs is None else json.dumps(tabs),
        }
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE snapshots SET checked_at = :checked_at, source_version = :version,"
                " settings = ifnull(:settings, settings), tabs = ifnull(:tabs, tabs) WHERE id = :id",
                values,
            )
            snapshot = _find(connection, snapshot_id)
            if keep:
                prune(connection, snapshot, keep, snapshot.checked_at)
            return snapshot

    def load(self, snapshot_id: int) -> Ledger:
        """Return the ledger of a snapshot, every month checked against its control total.

        Raises:
            NoSnapshotError: there is no such snapshot.

        """
        with self._file.reading() as connection:
            snapshot = _whole(connection, snapshot_id)
            return _read_ledger(connection, snapshot, lambda: self._rows(snapshot_id))

    def _rows(self, snapshot_id: int) -> RowIndex:
        with self._file.reading() as connection:
            return _read_rows(connection, _whole(connection, snapshot_id))

    def problems(self, snapshot_id: int) -> list[dict[str, Any]]:
        """Return the problems of a snapshot as they were saved.

        Raises:
            NoSnapshotError: there is no such snapshot.

        """
        with self._file.reading() as connection:
            _whole(connection, snapshot_id)
            rows = connection.execute(
                "SELECT problem FROM problems WHERE snapshot_id = ? ORDER BY position", (snapshot_id,)
            )
            return [json.loads(text) for (text,) in rows]

    def figures(self, snapshot_id: int) -> Cube:
        """Return the figures that were recorded with a snapshot.

        Raises:
            NoSnapshotError: there is no such snapshot.

        """
        with self._file.reading() as connection:
            _whole(connection, snapshot_id)
            return _read_figures(connection, snapshot_id)

    def restatements(self, source: str, since: int = 0) -> list[Restatement]:
        """Return what restated recorded figures of a workbook, the oldest first.

        Args:
            source: which workbook.
            since: the id of a snapshot; only what came with later ones is returned.

        """
        with self._file.reading() as connection:
            return read_restatements(connection, source, since)

    def claim(self, kind: str, key: str, now: datetime) -> bool:
        """Return True to exactly one caller over all processes: the one that is to send this delivery.

        A claim that is neither confirmed nor released stays: better a digest that is missing, and is seen to be
        missing in `unconfirmed`, than one that comes twice.
        """
        with self._file.writing() as connection:
            cursor = connection.execute(
                """
                INSERT INTO deliveries (kind, key, state, claimed_at) VALUES (:kind, :key, 'claimed', :now)
                ON CONFLICT (kind, key) DO UPDATE SET state = 'claimed', claimed_at = :now, reason = ''
                WHERE state = 'released'
                """,
                {"kind": kind, "key": key, "now": _moment(now)},
            )
            return cursor.rowcount == 1

    def confirm(
        self, kind: str, key: str, now: datetime, payload: Mapping[str, object], snapshot_id: int | None = None
    ) -> None:
        """Remember that a claimed delivery has arrived, with what `last_delivery` is to tell of it.

        Args:
            kind: see Delivery.
            key: likewise.
            now: with a time zone.
            payload: what JSON can hold.
            snapshot_id: the snapshot that it told of.

        Raises:
            ValueError: it is not claimed.

        """
        text = json.dumps(payload)
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE deliveries SET state = 'confirmed', confirmed_at = ?, payload = ?, snapshot_id = ?"
                " WHERE kind = ? AND key = ? AND state = 'claimed'",
                (_moment(now), text, snapshot_id, kind, key),
            )
        _expect_claimed(cursor, kind, key)

    def release(self, kind: str, key: str, reason: str) -> None:
        """Give a claimed delivery free again, as it has surely not arrived.

        Raises:
            ValueError: it is not claimed.

        """
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE deliveries SET state = 'released', reason = ? WHERE kind = ? AND key = ? AND state = 'claimed'",
                (reason, kind, key),
            )
        _expect_claimed(cursor, kind, key)

    def last_delivery(self, kind: str, before: str | None = None) -> Delivery | None:
        """Return the confirmed delivery with the highest key, below `before` when given."""
        with self._file.reading() as connection:
            row = connection.execute(
                "SELECT * FROM deliveries WHERE kind = :kind AND state = 'confirmed'"
                " AND (:before IS NULL OR key < :before) ORDER BY key DESC LIMIT 1",
                {"kind": kind, "before": before},
            ).fetchone()
            return _delivery(row) if row else None

    def unconfirmed(self, kind: str) -> list[Delivery]:
        """Return the deliveries that were claimed and neither confirmed nor released, by key."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM deliveries WHERE kind = ? AND state = 'claimed' ORDER BY key", (kind,)
            )
            return [_delivery(row) for row in rows]

    def backup(self, target: Path) -> None:
        """Copy the store as it is at one moment to a new file, for its owner only; others may go on writing.

        Raises:
            StoreError: there is no store yet, the file exists, or it cannot be written.

        """
        self._file.copy_to(target)

    def check(self) -> Snapshot | None:
        """Check the file's pages, its references and the newest ledger; return the newest snapshot, if there is one.

        Raises:
            StoreError: something is wrong.

        """
        with self._file.reading() as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
                raise self._file.error("CORRUPT", verdict)
        snapshot = self.latest()
        if snapshot is not None:
            self.load(snapshot.id)
            self._rows(snapshot.id)
        return snapshot


_INSERT_SNAPSHOT = """
INSERT INTO snapshots (synced_at, checked_at, source, source_name, source_version, content_hash, locale, time_zone,
    currency, exponent, first, data_through, accounts, problems, settings, tabs)
VALUES (:synced_at, :synced_at, :source, :source_name, :source_version, :content_hash, :locale, :time_zone,
    :currency, :exponent, :first, :data_through, :accounts, :problems, :settings, :tabs)
RETURNING *
"""


def _latest(connection: sqlite3.Connection, source: str | None) -> Snapshot | None:
    row = connection.execute(
        "SELECT * FROM snapshots WHERE :source IS NULL OR source = :source ORDER BY id DESC LIMIT 1",
        {"source": source},
    ).fetchone()
    return _snapshot(row) if row else None


def _find(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if row is None:
        raise NoSnapshotError(N_("There is no snapshot {id}."), N_("Run nrrbot sync."), id=snapshot_id)
    return _snapshot(row)


def _whole(connection: sqlite3.Connection, snapshot_id: int) -> Snapshot:
    """Return a snapshot whose ledger, problems and figures are still there."""
    snapshot = _find(connection, snapshot_id)
    (pruned_at,) = connection.execute("SELECT pruned_at FROM snapshots WHERE id = ?", (snapshot_id,)).fetchone()
    if pruned_at:
        raise NoSnapshotError(
            N_("Snapshot {id} was pruned on {day}."),
            N_("store.keep_snapshots and store.keep_days in the config say how long snapshots are kept."),
            id=snapshot_id,
            day=pruned_at[:10],
        )
    return snapshot


def _moment(moment: datetime) -> str:
    """Return a moment as text that sorts.

    Raises:
        ValueError: it has no time zone, so nobody knows when it is.

    """
    if moment.tzinfo is None:
        raise ValueError(moment)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _snapshot(row: sqlite3.Row) -> Snapshot:
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
    )


def _delivery(row: sqlite3.Row) -> Delivery:
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


def _expect_claimed(cursor: sqlite3.Cursor, kind: str, key: str) -> None:
    if cursor.rowcount != 1:
        raise ValueError(f"{kind} {key} is not claimed")


def _texts(texts: Sequence[str]) -> str:
    """Return texts as JSON: raw, which is read three times as fast, unless UTF-8 cannot hold them."""
    raw = json.dumps(texts, ensure_ascii=False)
    try:
        raw.encode()
    except UnicodeEncodeError:
        return json.dumps(texts)
    return raw


def _write_ledger(connection: sqlite3.Connection, snapshot_id: int, ledger: Ledger) -> None:
    connection.execute(
        "INSERT INTO ledgers (snapshot_id, tab, ids, names, quarantined, unpriced, consumer, row_numbers, currencies,"
        " currency_of, ahead_accounts, ahead_months, ahead_amounts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            snapshot_id,
            ledger.source_rows.tab,
            _texts(ledger.accounts.ids),
            None if ledger.accounts.names == ledger.accounts.ids else _texts(ledger.accounts.names),
            *(
                mask.astype("?").tobytes()
                for mask in (ledger.accounts.excluded, ledger.accounts.unpriced, ledger.accounts.consumer)
            ),
            ledger.source_rows.first_rows.astype("<i4").tobytes(),
            json.dumps([(currency.code, currency.exponent) for currency in ledger.currencies.known[1:]]),
            ledger.currencies.codes.astype("<i2").tobytes() if ledger.currencies.foreign else None,
            *_ahead(ledger.scheduled_changes),
        ),
    )
    connection.execute(
        "INSERT INTO account_rows (snapshot_id, starts, numbers) VALUES (?, ?, ?)",
        (
            snapshot_id,
            *(
                part.astype("<i4").tobytes()
                for part in (ledger.source_rows.by_account.starts, ledger.source_rows.by_account.numbers)
            ),
        ),
    )
    connection.executemany(
        "INSERT INTO rates (snapshot_id, month, currency, rate) VALUES (?, ?, ?, ?)",
        ((snapshot_id, month.ordinal, code, str(rate)) for (month, code), rate in ledger.currencies.rates.items()),
    )
    connection.executemany(
        "INSERT INTO targets (snapshot_id, value, metric, target) VALUES (?, ?, ?, ?)",
        ((snapshot_id, *key, str(target)) for key, target in ledger.targets.items()),
    )
    connection.executemany(
        "INSERT INTO months (snapshot_id, month, total, mrr) VALUES (?, ?, ?, ?)",
        (
            (snapshot_id, month, int(mrr.sum()), mrr.astype("<i8", copy=False).tobytes())
            for month, mrr in enumerate(ledger.panel, ledger.first.ordinal)
        ),
    )
    connection.executemany(
        "INSERT INTO columns (snapshot_id, position, key, heading, value_list, codes, dated_accounts, dated_months,"
        " dated_codes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                snapshot_id,
                position,
                key,
                column.heading,
                _texts(column.values),
                column.codes.astype("<i4").tobytes(),
                *_changes(column),
            )
            for position, (key, column) in enumerate(ledger.columns.items())
        ),
    )
    connection.executemany(
        "INSERT INTO facts (snapshot_id, position, key, numbers) VALUES (?, ?, ?, ?)",
        (
            (snapshot_id, position, key, numbers.astype("<f8").tobytes())
            for position, (key, numbers) in enumerate(ledger.facts.items())
        ),
    )


def _ahead(ahead: ScheduledChanges | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    if ahead is None:
        return None, None, None
    accounts, months, amounts = (
        array.astype("<i8").tobytes() for array in (ahead.accounts, ahead.months, ahead.amounts)
    )
    return accounts, months, amounts


def _changes(column: Column) -> tuple[bytes | None, bytes | None, bytes | None]:
    changes = column.changes
    if changes is None:
        return None, None, None
    accounts, months = (array.astype("<i8").tobytes() for array in (changes.accounts, changes.months))
    return accounts, months, changes.codes.astype("<i4").tobytes()


def _array(blob: bytes, stored: str, length: int = -1) -> np.ndarray[Any, Any]:
    # Native byte order, which costs nothing where that is little-endian; reshape refuses a wrong length.
    found = np.frombuffer(blob, stored).reshape(length)
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def _read_rows(connection: sqlite3.Connection, snapshot: Snapshot) -> RowIndex:
    """Return the rows of the revenue tab by account; the first ones only, of a snapshot that has no others.

    Raises:
        ValueError: what is stored does not fit together.

    """
    found = connection.execute("SELECT starts, numbers FROM account_rows WHERE snapshot_id = ?", (snapshot.id,))
    for starts, numbers in found:
        return RowIndex(_array(starts, "<i4", snapshot.accounts + 1), _array(numbers, "<i4"))
    (firsts,) = connection.execute("SELECT row_numbers FROM ledgers WHERE snapshot_id = ?", (snapshot.id,)).fetchone()
    return index_first_rows(_array(firsts, "<i4", snapshot.accounts))


def _read_ledger(connection: sqlite3.Connection, snapshot: Snapshot, all_rows: Callable[[], RowIndex]) -> Ledger:
    """Return the ledger of `snapshot`.

    Args:
        connection: in a transaction.
        snapshot: which one.
        all_rows: reads its rows by account later.

    Raises:
        ValueError: what is stored does not fit together.

    """

    def array(blob: bytes, stored: str, length: int = snapshot.accounts) -> np.ndarray[Any, Any]:
        return _array(blob, stored, length)

    def changes(accounts: bytes | None, months: bytes | None, codes: bytes | None) -> DatedValues | None:
        if accounts is None or months is None or codes is None:
            return None
        return DatedValues(array(accounts, "<i8", -1), array(months, "<i8", -1), array(codes, "<i4", -1))

    def rows(query: str) -> sqlite3.Cursor:
        return connection.execute(query, (snapshot.id,))

    panel = np.empty((snapshot.first.until(snapshot.data_through) + 1, snapshot.accounts), dtype=np.int64)
    months = rows("SELECT month, total, mrr FROM months WHERE snapshot_id = ? ORDER BY month")
    for number, (close, (month, total, mrr)) in enumerate(zip(panel, months, strict=True), snapshot.first.ordinal):
        close[:] = array(mrr, "<i8")
        if month != number or int(close.sum()) != total:
            raise ValueError(f"the control total of {Month(number)} does not hold")
    (found,) = rows("SELECT * FROM ledgers WHERE snapshot_id = ?")
    ids = tuple(json.loads(found["ids"]))
    return Ledger(
        first=snapshot.first,
        panel=panel,
        accounts=AccountTable(
            ids,
            ids if found["names"] is None else tuple(json.loads(found["names"])),
            excluded=array(found["quarantined"], "?"),
            unpriced=array(found["unpriced"], "?"),
            consumer=array(found["consumer"], "?"),
        ),
        currencies=Currencies(
            (snapshot.currency, *(Currency(*each) for each in json.loads(found["currencies"]))),
            np.zeros(snapshot.accounts, dtype=np.int16)
            if found["currency_of"] is None
            else array(found["currency_of"], "<i2"),
            {
                (Month(month), code): Fraction(rate)
                for month, code, rate in rows("SELECT month, currency, rate FROM rates WHERE snapshot_id = ?")
            },
        ),
        source_rows=SourceRows(found["tab"], array(found["row_numbers"], "<i4"), all_rows),
        columns={
            key: Column(heading, tuple(json.loads(values)), array(codes, "<i4"), changes(*dated))
            for key, heading, values, codes, *dated in rows(
                "SELECT key, heading, value_list, codes, dated_accounts, dated_months, dated_codes"
                " FROM columns WHERE snapshot_id = ? ORDER BY position"
            )
        },
        facts={
            key: array(numbers, "<f8")
            for key, numbers in rows("SELECT key, numbers FROM facts WHERE snapshot_id = ? ORDER BY position")
        },
        targets={
            (value, metric): Fraction(target)
            for value, metric, target in rows("SELECT value, metric, target FROM targets WHERE snapshot_id = ?")
        },
        scheduled_changes=None
        if found["ahead_accounts"] is None
        else ScheduledChanges(
            *(array(found[f"ahead_{name}"], "<i8", -1) for name in ("accounts", "months", "amounts"))
        ),
    )


def _write_figures(connection: sqlite3.Connection, snapshot_id: int, cube: Cube) -> None:
    keys = product(((window.start.ordinal, window.end.ordinal) for window in cube.windows), cube.labels)
    connection.executemany(
        """
        INSERT INTO figures (snapshot_id, position, start_month, end_month, dimension, value, starting, expansion,
            contraction, churn, ending, new, reactivated, fx_effect, base, expanded, contracted, churned, retained,
            new_accounts, reactivated_accounts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            (snapshot_id, position, *window, *label, *sums)
            for position, ((window, label), sums) in enumerate(
                zip(keys, cube.sums.reshape(-1, len(MEASURES)).tolist(), strict=True)
            )
        ),
    )


def _read_figures(connection: sqlite3.Connection, snapshot_id: int) -> Cube:
    connection.row_factory = None
    rows = connection.execute(
        """
        SELECT start_month, end_month, dimension, value, starting, expansion, contraction, churn, ending, new,
            reactivated, fx_effect, base, expanded, contracted, churned, retained, new_accounts, reactivated_accounts
        FROM figures WHERE snapshot_id = ? ORDER BY position
        """,
        (snapshot_id,),
    ).fetchall()
    windows = tuple(Window(Month(start), Month(end)) for start, end in dict.fromkeys(row[:2] for row in rows))
    # Each window has the same labels. Too short a history has no window, and then only the whole company.
    width = len(rows) // len(windows) if windows else 1
    labels = tuple(row[2:4] for row in islice(rows, width)) or ((None, None),)
    sums = np.array([row[4:] for row in rows], dtype=np.int64).reshape(len(windows), width, len(MEASURES))
    return Cube(labels, windows, sums)
