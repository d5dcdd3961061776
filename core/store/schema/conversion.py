"""Migration 0015: snapshots that were rows of ten tables become documents whose parts are shared and sealed."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.metrics.retention import MEASURES
from core.store.content.content import Arrays, Content, StoredArray, describe_header, write_content
from core.store.content.cuts import ACCOUNTS_OF_PART, find_cuts
from core.store.content.problems import write_problems
from core.store.history.recorded import NO_DIFFERENCE, hash_differences, hash_recorded, read_restatements
from core.store.history.seals import append_seal
from core.store.rows import update_checksum
from core.store.state.accepted import hash_accepted
from core.store.workbooks import update_state

_CREATE = """
-- Contents, each stored once under its hash as long as a snapshot refers to it.
CREATE TABLE blobs (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,             -- SHA-256
    content BLOB NOT NULL
) STRICT;
CREATE TABLE snapshot_blobs (
    snapshot_id INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
    blob_id INTEGER NOT NULL REFERENCES blobs,
    PRIMARY KEY (snapshot_id, blob_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshot_blobs_by_blob ON snapshot_blobs (blob_id);

-- The ids and names of the accounts whose tokens a blob holds. No seal covers them, so that they can be deleted.
CREATE TABLE identities (
    blob_id INTEGER PRIMARY KEY REFERENCES blobs ON DELETE CASCADE,
    accounts TEXT NOT NULL CHECK (json_valid(accounts)),
    checksum BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE token_keys (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL
) STRICT;

CREATE TABLE seals (
    snapshot_id INTEGER PRIMARY KEY,       -- pruned snapshots too
    content BLOB NOT NULL,
    difference BLOB NOT NULL,
    recorded BLOB NOT NULL,
    seal BLOB NOT NULL
) STRICT;

CREATE TABLE workbooks (
    source TEXT PRIMARY KEY,
    whole TEXT NOT NULL CHECK (json_valid(whole)),
    trusted_at TEXT,
    accepted BLOB NOT NULL,
    restatements INTEGER NOT NULL,
    checksum BLOB NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE snapshots ADD COLUMN recording TEXT NOT NULL DEFAULT 'all' CHECK (recording IN ('all', 'new', 'none'));
ALTER TABLE snapshots ADD COLUMN content BLOB;             -- hash of the document; NULL: pruned
ALTER TABLE snapshots ADD COLUMN stored_problems BLOB;     -- hash of the list of parts; NULL: pruned
ALTER TABLE snapshots ADD COLUMN checksum BLOB;

-- Answers are only remembered, so those without a checksum are dropped.
DELETE FROM answers;
ALTER TABLE answers ADD COLUMN checksum BLOB;

ALTER TABLE restatements ADD COLUMN document BLOB;         -- its figures and causes, as compressed JSON
ALTER TABLE restatements ADD COLUMN checksum BLOB;
"""

_DROP = """
DROP TABLE ledgers;
DROP TABLE account_rows;
DROP TABLE rates;
DROP TABLE targets;
DROP TABLE workspace_words;
DROP TABLE months;
DROP TABLE columns;
DROP TABLE facts;
DROP TABLE problems;
DROP TABLE figures;
DROP TABLE restated_figures;
DROP TABLE culprits;
ALTER TABLE restatements DROP COLUMN settings;
ALTER TABLE restatements DROP COLUMN accounts;
"""

# The name of each array -> its columns in the row of `ledgers` and their type, for those with one entry per line.
_LINES = {
    "scheduled": {"accounts": "ahead_accounts", "months": "ahead_months", "amounts": "ahead_amounts"},
    "consumer_changes/dated": {
        "accounts": "consumer_accounts",
        "months": "consumer_months",
        "codes": "consumer_codes",
    },
    "terms": {name: f"term_{name}" for name in ("accounts", "firsts", "lasts", "amounts")},
    "lines": {
        name: f"line_{name}"
        for name in ("accounts", "products", "firsts", "lasts", "amounts", "list_amounts", "quantities")
    },
}


def convert_snapshots(db: Database) -> None:
    """Write the content of every snapshot, seal it, and drop the tables that it was in."""
    connection: sqlite3.Connection = db.conn
    connection.row_factory = sqlite3.Row
    db.executescript(_CREATE)
    for row in connection.execute("SELECT * FROM restatements").fetchall():
        document = zlib.compress(json.dumps(_describe_restatement(connection, row)).encode())
        connection.execute("UPDATE restatements SET document = ? WHERE id = ?", (document, row["id"]))
    snapshots = connection.execute("SELECT * FROM snapshots ORDER BY id").fetchall()
    whole: dict[str, list[int]] = {row["source"]: [] for row in snapshots}
    contents: dict[int, bytes] = {}
    for row in snapshots:
        if row["pruned_at"] is None:
            whole[row["source"]].append(row["id"])
            contents[row["id"]] = _convert_snapshot(connection, row)
    db.executescript(_DROP)
    for (restatement_id,) in connection.execute("SELECT id FROM restatements").fetchall():
        update_checksum(connection, "restatements", restatement_id)
    for row in snapshots:
        update_checksum(connection, "snapshots", row["id"])
    for source, ids in whole.items():
        (count,) = connection.execute("SELECT count(*) FROM restatements WHERE source = ?", (source,)).fetchone()
        newest = [row["checked_at"] for row in snapshots if row["source"] == source][-1]
        update_state(
            connection,
            source,
            whole=tuple(ids),
            trusted_at=datetime.fromisoformat(newest),
            accepted=hash_accepted(connection, source),
            restatements=count,
        )
    for row in snapshots:
        _seal(connection, row, contents.get(row["id"], b""), is_newest=row["id"] in whole[row["source"]][-1:])


def _seal(connection: sqlite3.Connection, row: sqlite3.Row, content: bytes, *, is_newest: bool) -> None:
    source = row["source"]
    restatements = read_restatements(connection, source, since=row["id"] - 1)
    made = [restatement for restatement in restatements if restatement.snapshots[1] == row["id"]]
    # The recorded figures are known as they are now, so the seal of the newest snapshot alone can cover them.
    recorded = hash_recorded(connection, source) if is_newest else b""
    append_seal(connection, row["id"], content, hash_differences(made) if made else NO_DIFFERENCE, recorded)


def _convert_snapshot(connection: sqlite3.Connection, row: sqlite3.Row) -> bytes:
    """Write the content and the problems of a whole snapshot; return the hash of the content."""
    snapshot_id = row["id"]
    content = write_content(connection, snapshot_id, describe_header(row), _read_content(connection, row))
    problems = [text for (text,) in _select(connection, "problem FROM problems", snapshot_id, "position")]
    connection.execute(
        "UPDATE snapshots SET content = ?, stored_problems = ? WHERE id = ?",
        (content, write_problems(connection, snapshot_id, problems), snapshot_id),
    )
    return content


def _select(connection: sqlite3.Connection, columns: str, snapshot_id: int, order: str = "1") -> list[sqlite3.Row]:
    query = f"SELECT {columns} WHERE snapshot_id = ? ORDER BY {order}"
    return connection.execute(query, (snapshot_id,)).fetchall()


def _read_content(connection: sqlite3.Connection, snapshot: sqlite3.Row) -> Content:
    """Return the content of a whole snapshot from the tables of version 13."""

    def select(columns: str, order: str = "1") -> list[sqlite3.Row]:
        return _select(connection, columns, snapshot["id"], order)

    (ledger,) = select("* FROM ledgers")
    ids = json.loads(ledger["ids"])
    cuts = find_cuts(ids, ACCOUNTS_OF_PART)
    columns = select("* FROM columns", "position")
    facts = select("key, numbers FROM facts", "position")
    months = select("month, mrr FROM months", "month")
    first_rows = _decode(ledger["row_numbers"], "<i4")
    rows = select("starts, numbers FROM account_rows")
    arrays: Arrays = {
        **{f"mrr/{month}": StoredArray(_decode(mrr, "<i8"), cuts) for month, mrr in months},
        "excluded": StoredArray(_decode(ledger["quarantined"], "?"), cuts),
        "unpriced": StoredArray(_decode(ledger["unpriced"], "?"), cuts),
        "consumer": StoredArray(_decode(ledger["consumer"], "?"), cuts),
        "first_rows": StoredArray(first_rows, cuts, is_differences=True),
        # Snapshots from before the other rows were kept have the first ones only.
        "rows/counts": StoredArray(
            np.diff(_decode(rows[0]["starts"], "<i4")) if rows else (first_rows > 0).astype("<i4"), cuts
        ),
        "rows/numbers": StoredArray(
            _decode(rows[0]["numbers"], "<i4") if rows else first_rows[first_rows > 0], is_differences=True
        ),
        **{f"facts/{place}": StoredArray(_decode(row["numbers"], "<f8"), cuts) for place, row in enumerate(facts)},
        **dict(_read_line_arrays(ledger)),
    }
    if ledger["currency_of"] is not None:
        arrays["currency_of"] = StoredArray(_decode(ledger["currency_of"], "<i2"), cuts)
    for place, row in enumerate(columns):
        arrays[f"columns/{place}"] = StoredArray(_decode(row["codes"], "<i4"), cuts)
        if row["dated_accounts"] is not None:
            arrays[f"columns/{place}/dated/accounts"] = StoredArray(
                _decode(row["dated_accounts"], "<i8"), is_differences=True
            )
            arrays[f"columns/{place}/dated/months"] = StoredArray(_decode(row["dated_months"], "<i8"))
            arrays[f"columns/{place}/dated/codes"] = StoredArray(_decode(row["dated_codes"], "<i4"))
    labels, windows, sums = _read_figures(select(f"start_month, end_month, dimension, value, {', '.join(MEASURES)}"
                                                 " FROM figures", "position"))  # fmt: skip
    arrays["figures"] = StoredArray(sums)
    left_out = ledger["left_out_mrr"]
    products = ledger["line_product_names"]
    values: dict[str, Any] = {
        "first": snapshot["first"],
        "months": len(months),
        "count": snapshot["accounts"],
        "tab": ledger["tab"],
        "currencies": [[snapshot["currency"], snapshot["exponent"]], *json.loads(ledger["currencies"])],
        "rates": [list(row) for row in select("month, currency, rate FROM rates")],
        "targets": [list(row) for row in select("value, metric, target FROM targets")],
        "words": [list(row) for row in select("phrase, dimension, value FROM workspace_words")],
        "columns": [[row["key"], row["heading"], json.loads(row["value_list"])] for row in columns],
        "facts": [row["key"] for row in facts],
        "product_names": json.loads(products) if products else None,
        "unknown_months": json.loads(ledger["unknown_months"]),
        "can_leave": bool(ledger["can_leave"]),
        "left_out_rows": ledger["left_out_rows"],
        "left_out_mrr": _decode(left_out, "<i8").tolist() if left_out else [],
        "labels": labels,
        "windows": windows,
    }
    return Content(ids, json.loads(ledger["names"]) if ledger["names"] else ids, cuts, values, arrays)


def _read_line_arrays(ledger: sqlite3.Row) -> Iterator[tuple[str, StoredArray]]:
    for name, columns in _LINES.items():
        for key, column in columns.items():
            if ledger[column] is not None:
                array = _decode(ledger[column], "<i4" if key == "codes" else "<i8")
                yield f"{name}/{key}", StoredArray(array, is_differences=key == "accounts")


def _read_figures(rows: list[sqlite3.Row]) -> tuple[list[Any], list[Any], NDArray[np.int64]]:
    """Return labels, windows and sums of the figures: rows by window, each window with the same labels."""
    windows = list(dict.fromkeys((row[0], row[1]) for row in rows))
    width = len(rows) // len(windows) if windows else 1
    labels = [list(row)[2:4] for row in rows[:width]] or [[None, None]]
    sums = np.array([list(row)[4:] for row in rows], dtype="<i8").reshape(len(windows), width, len(MEASURES))
    return labels, windows, sums


def _decode(blob: bytes, stored: str) -> NDArray[Any]:
    return np.frombuffer(blob, stored)


def _describe_restatement(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    figures = connection.execute(
        "SELECT * FROM restated_figures WHERE restatement_id = ? ORDER BY position", (row["id"],)
    )
    causes = connection.execute("SELECT culprit FROM culprits WHERE restatement_id = ? ORDER BY position", (row["id"],))
    return {
        "settings": json.loads(row["settings"]),
        "figures": [
            [
                [figure["start_month"], figure["end_month"]],
                [figure["dimension"], figure["value"]],
                figure["recorded_id"],
                json.loads(figure["before"]),
                json.loads(figure["after"]),
                figure["accounts"],
                json.loads(figure["largest"]),
            ]
            for figure in figures
        ],
        "causes": [json.loads(text) for (text,) in causes],
        "accounts": row["accounts"],
    }
