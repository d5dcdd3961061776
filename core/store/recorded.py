"""The tables of recorded figures and of restatements, and the pruning of snapshots.

Every function works in a transaction that its caller, the store, has open.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.cube import Cube
from core.metrics.restatements import (
    Cause,
    Cell,
    Edit,
    Move,
    Restated,
    Restatement,
    compare_figures,
    find_restatements,
    index_figures,
    select_closed_periods,
)
from core.metrics.retention import MEASURES, Bridge
from core.money import Currency
from core.months import Month, Window
from core.store.snapshots import Snapshot


def record_closed_periods(
    connection: sqlite3.Connection,
    before: Snapshot | None,
    after: Snapshot,
    segments: Segments,
    figures: Cube,
    load: Callable[[Snapshot], Ledger],
) -> None:
    """Record the figures of the periods that have closed, and the restatements of figures recorded before.

    Args:
        connection: a connection in a transaction.
        before: the previous snapshot of this workbook, if any.
        after: the new one.
        segments: the ledger of the new snapshot.
        figures: the figures of the new snapshot.
        load: returns the ledger of a snapshot; called only when a recorded figure has changed.

    """
    recorded, now = _read_recorded(connection, after.source), index_figures(figures)
    changed = compare_figures({cell: bridge for cell, (_, bridge) in recorded.items()}, now)
    if changed and before:
        settings, snapshots = (before.settings, after.settings), (before.id, after.id)
        for restatement in find_restatements(
            recorded, now, load(before), segments, settings, snapshots, after.synced_at
        ):
            _write_restatement(connection, after.source, restatement)
    fresh = {
        cell: bridge
        for cell, bridge in select_closed_periods(now, segments.ledger.last).items()
        # Without ends these are no figures of retention: the first sheet with ends restates nothing.
        if cell not in recorded and bridge.can_leave
    }
    fresh.update({cell: bridge for cell, (_, bridge) in changed.items()})
    _write_recorded(connection, after, fresh)


_COLUMNS = ", ".join(("source", "start_month", "end_month", "dimension", "value", "snapshot_id", *MEASURES))


def _read_recorded(connection: sqlite3.Connection, source: str) -> dict[Cell, tuple[int, Bridge]]:
    cursor = connection.cursor()
    cursor.row_factory = None
    rows = cursor.execute(
        f"SELECT {_COLUMNS} FROM recorded WHERE source = ?",  # noqa: S608 - the names are constants
        (source,),
    )
    recorded = {}
    for _, start, end, dimension, value, snapshot_id, *integers in rows:
        window = Window(Month(start), Month(end))
        cell = Cell(window, dimension or None, value if dimension else None)
        recorded[cell] = snapshot_id, Bridge(window, *integers)
    return recorded


def _write_recorded(connection: sqlite3.Connection, snapshot: Snapshot, figures: Mapping[Cell, Bridge]) -> None:
    places = ", ".join("?" * (6 + len(MEASURES)))
    connection.executemany(
        f"INSERT OR REPLACE INTO recorded ({_COLUMNS}) VALUES ({places})",  # noqa: S608 - the names are constants
        (
            (
                snapshot.source,
                cell.window.start.ordinal,
                cell.window.end.ordinal,
                cell.dimension or "",
                cell.value or "",
                snapshot.id,
                *(getattr(bridge, name) for name in MEASURES),
            )
            for cell, bridge in figures.items()
        ),
    )


def _write_restatement(connection: sqlite3.Connection, source: str, restatement: Restatement) -> None:
    row = connection.execute(
        "INSERT INTO restatements (source, found_at, before_id, after_id, settings, accounts)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            source,
            restatement.found_at.isoformat(timespec="microseconds"),
            *restatement.snapshots,
            json.dumps(restatement.settings),
            restatement.accounts,
        ),
    )
    connection.executemany(
        "INSERT INTO restated_figures (restatement_id, position, start_month, end_month, dimension, value, recorded_id,"
        " before, after, accounts, largest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                row.lastrowid,
                position,
                figure.cell.window.start.ordinal,
                figure.cell.window.end.ordinal,
                figure.cell.dimension,
                figure.cell.value,
                figure.recorded,
                _encode_sums(figure.before),
                _encode_sums(figure.after),
                figure.accounts,
                json.dumps(figure.largest),
            )
            for position, figure in enumerate(restatement.figures)
        ),
    )
    connection.executemany(
        "INSERT INTO culprits (restatement_id, position, culprit) VALUES (?, ?, ?)",
        ((row.lastrowid, position, _encode_cause(cause)) for position, cause in enumerate(restatement.causes)),
    )


def _encode_sums(bridge: Bridge) -> str:
    sums = {name: value for name in MEASURES if (value := getattr(bridge, name))}
    return json.dumps(sums if bridge.can_leave else {**sums, "can_leave": False})


def _encode_cause(cause: Cause) -> str:
    return json.dumps(
        {
            "id": cause.id,
            "name": cause.name,
            "tab": cause.tab,
            "row": cause.row,
            "currency": [cause.currency.code, cause.currency.exponent],
            "edits": [[edit.month.ordinal, edit.before, edit.after] for edit in cause.edits],
            "moves": [[move.dimension, move.before, move.after] for move in cause.moves],
            "left_out": cause.left_out,
        }
    )


def read_restatements(connection: sqlite3.Connection, source: str, since: int) -> list[Restatement]:
    """Return the restatements of a workbook that came with a snapshot above `since`, the oldest first."""
    rows = connection.execute(
        """
        SELECT r.*, old.currency AS old_currency, old.exponent AS old_exponent, new.currency, new.exponent
        FROM restatements r JOIN snapshots old ON old.id = before_id JOIN snapshots new ON new.id = after_id
        WHERE r.source = ? AND after_id > ? ORDER BY r.id
        """,
        (source, since),
    ).fetchall()
    return [_read_restatement(connection, row) for row in rows]


def _read_restatement(connection: sqlite3.Connection, row: sqlite3.Row) -> Restatement:
    figures = connection.execute(
        "SELECT * FROM restated_figures WHERE restatement_id = ? ORDER BY position", (row["id"],)
    )
    causes = connection.execute("SELECT culprit FROM culprits WHERE restatement_id = ? ORDER BY position", (row["id"],))
    return Restatement(
        found_at=datetime.fromisoformat(row["found_at"]),
        snapshots=(row["before_id"], row["after_id"]),
        currencies=(Currency(row["old_currency"], row["old_exponent"]), Currency(row["currency"], row["exponent"])),
        figures=tuple(_decode_figure(figure) for figure in figures),
        settings={key: (before, after) for key, (before, after) in json.loads(row["settings"]).items()},
        causes=tuple(_decode_cause(json.loads(text)) for (text,) in causes),
        accounts=row["accounts"],
    )


def _decode_figure(row: sqlite3.Row) -> Restated:
    window = Window(Month(row["start_month"]), Month(row["end_month"]))
    return Restated(
        Cell(window, row["dimension"], row["value"]),
        Bridge(window, **json.loads(row["before"])),
        Bridge(window, **json.loads(row["after"])),
        row["recorded_id"],
        row["accounts"],
        tuple(json.loads(row["largest"])),
    )


def _decode_cause(stored: Mapping[str, Any]) -> Cause:
    return Cause(
        id=stored["id"],
        name=stored["name"],
        tab=stored["tab"],
        row=stored["row"],
        currency=Currency(*stored["currency"]),
        edits=tuple(Edit(Month(month), before, after) for month, before, after in stored["edits"]),
        moves=tuple(Move(*move) for move in stored["moves"]),
        left_out=(stored["left_out"][0], stored["left_out"][1]),
    )
