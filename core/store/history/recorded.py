"""The tables of recorded figures and of restatements.

Every function works in a transaction that its caller, the store, has open.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
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
    compare_settings,
    find_restatements,
    index_figures,
    select_closed_periods,
)
from core.metrics.retention import MEASURES, Bridge
from core.money import Currency
from core.months import Month, Window
from core.store.rows import check_row, format_moment, hash_value, update_checksum
from core.store.snapshots import Snapshot, find_stored_snapshot
from core.store.workbooks import read_state, update_state

_KEY = ("source", "start_month", "end_month", "dimension", "value", "snapshot_id")
_COLUMNS = ", ".join((*_KEY, *MEASURES))
# A restatement of one cell names some fifty figures, most of them alike: a tenth of the space.
_COMPRESSION = 6

NO_DIFFERENCE = hash_value([])

# Start and end of a window, and a dimension, as they are stored.
_Part = tuple[int, int, str]


def record_closed_periods(
    connection: sqlite3.Connection,
    before: Snapshot | None,
    after: Snapshot,
    segments: Segments,
    figures: Cube,
    load: Callable[[Snapshot], Ledger],
    sealed: bytes | None = None,
) -> bytes:
    """Record the figures of the periods that have closed, and the restatements of figures recorded before.

    Args:
        connection: a connection in a transaction.
        before: the previous snapshot of this workbook, if any.
        after: the new one.
        segments: the ledger of the new snapshot.
        figures: the figures of the new snapshot.
        load: returns the ledger of a snapshot; called only when a recorded figure has changed.
        sealed: the hash of the recorded figures that was sealed; None where there is no seal yet.

    Returns:
        The hash of the figures that were restated.

    Raises:
        ValueError: the recorded figures are not those that were sealed.

    """
    rows = _select_recorded(connection, after.source).fetchall()
    if sealed is not None and _hash_rows(rows) != sealed:
        raise ValueError("the recorded figures are damaged")
    same: Collection[_Part] = ()
    if before is None or not compare_settings(before.settings, after.settings):
        # An edit leaves most figures as they were: they need not become bridges. A change of settings may change some,
        # and edits change them back.
        same = _find_same(rows, figures)
    recorded = _index_rows(row for row in rows if row[1:4] not in same)
    now = index_figures(figures.select(lambda window, dimension: _key_part(window, dimension) not in same))
    changed = compare_figures({cell: bridge for cell, (_, bridge) in recorded.items()}, now)
    restatements: list[Restatement] = []
    if after.recording == "new":
        changed = {}
    if changed and before:
        settings, snapshots = (before.settings, after.settings), (before.id, after.id)
        restatements = find_restatements(
            recorded, now, load(before), segments, settings, snapshots, after.synced_at, changed
        )
        write_restatements(connection, after.source, restatements)
    fresh = {
        cell: bridge
        for cell, bridge in select_closed_periods(now, segments.ledger.last).items()
        # Without ends these are no figures of retention: the first sheet with ends restates nothing.
        if cell not in recorded and bridge.can_leave
    }
    fresh.update({cell: bridge for cell, (_, bridge) in changed.items()})
    _write_recorded(connection, after, fresh)
    return hash_differences(restatements)


def _key_part(window: Window, dimension: str | None) -> _Part:
    return window.start.ordinal, window.end.ordinal, dimension or ""


def _find_same(rows: Iterable[tuple[Any, ...]], figures: Cube) -> frozenset[_Part]:
    """Return the windows and dimensions of which all figures are those that were recorded."""
    recorded: dict[_Part, dict[str, list[int]]] = {}
    for _, start, end, dimension, value, _, *integers in rows:
        recorded.setdefault((start, end, dimension), {})[value] = integers
    now: dict[_Part, dict[str, list[int]]] = {}
    for window, sums in zip(figures.windows, figures.sums.tolist(), strict=True):
        for (dimension, value), integers in zip(figures.labels, sums, strict=True):
            now.setdefault(_key_part(window, dimension), {})[value or ""] = integers
    return frozenset(part for part, values in recorded.items() if now.get(part) == values)


def hash_recorded(connection: sqlite3.Connection, source: str) -> bytes:
    """Return the hash of all recorded figures of a workbook."""
    return _hash_rows(_select_recorded(connection, source))


def _hash_rows(rows: Iterable[tuple[Any, ...]]) -> bytes:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.digest()


def _select_recorded(connection: sqlite3.Connection, source: str) -> sqlite3.Cursor:
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(
        f"SELECT {_COLUMNS} FROM recorded WHERE source = ?"  # noqa: S608 - the names are constants
        " ORDER BY start_month, end_month, dimension, value",
        (source,),
    )


def read_recorded(connection: sqlite3.Connection, source: str) -> dict[Cell, tuple[int, Bridge]]:
    """Return the recorded figures of a workbook, each with the snapshot that it came from."""
    return _index_rows(_select_recorded(connection, source))


def _index_rows(rows: Iterable[tuple[Any, ...]]) -> dict[Cell, tuple[int, Bridge]]:
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


def write_restatements(connection: sqlite3.Connection, source: str, restatements: Iterable[Restatement]) -> None:
    """Store restatements of figures of a workbook."""
    for restatement in restatements:
        document = zlib.compress(json.dumps(_encode_restatement(restatement)).encode(), _COMPRESSION)
        row = connection.execute(
            "INSERT INTO restatements (source, found_at, before_id, after_id, document) VALUES (?, ?, ?, ?, ?)",
            (source, format_moment(restatement.found_at), *restatement.snapshots, document),
        )
        update_checksum(connection, "restatements", row.lastrowid or 0)
        count = read_state(connection, source).restatements + 1
        update_state(connection, source, restatements=count)


def hash_differences(restatements: Iterable[Restatement]) -> bytes:
    """Return the hash of the figures that one snapshot restated, without the accounts that caused it."""
    documents = (_encode_restatement(restatement) for restatement in restatements)
    # The last entry of a figure has the ids of accounts.
    return hash_value([[every["settings"], [figure[:-1] for figure in every["figures"]]] for every in documents])


def _encode_restatement(restatement: Restatement) -> dict[str, Any]:
    return {
        "settings": dict(restatement.settings),
        "figures": [
            [
                [figure.cell.window.start.ordinal, figure.cell.window.end.ordinal],
                [figure.cell.dimension, figure.cell.value],
                figure.recorded,
                _encode_sums(figure.before),
                _encode_sums(figure.after),
                figure.accounts,
                figure.largest,
            ]
            for figure in restatement.figures
        ],
        "causes": [_encode_cause(cause) for cause in restatement.causes],
        "accounts": restatement.accounts,
    }


def _encode_sums(bridge: Bridge) -> dict[str, int]:
    sums = {name: value for name in MEASURES if (value := getattr(bridge, name))}
    return sums if bridge.can_leave else {**sums, "can_leave": False}


def _encode_cause(cause: Cause) -> dict[str, Any]:
    return {
        "id": cause.id,
        "name": cause.name,
        "tab": cause.tab,
        "row": cause.row,
        "currency": [cause.currency.code, cause.currency.exponent],
        "edits": [[edit.month.ordinal, edit.before, edit.after] for edit in cause.edits],
        "moves": [[move.dimension, move.before, move.after] for move in cause.moves],
        "left_out": cause.left_out,
    }


def read_restatements(connection: sqlite3.Connection, source: str, since: int) -> list[Restatement]:
    """Return the restatements of a workbook that came with a snapshot above `since`, the oldest first.

    Raises:
        ValueError: one is missing or damaged.

    """
    rows = connection.execute("SELECT * FROM restatements WHERE source = ? ORDER BY id", (source,)).fetchall()
    if len(rows) != read_state(connection, source).restatements:
        raise ValueError("a restatement is missing")
    return [_read_restatement(connection, row) for row in rows if check_row(row)["after_id"] > since]


def _read_restatement(connection: sqlite3.Connection, row: sqlite3.Row) -> Restatement:
    document = json.loads(zlib.decompress(row["document"]))
    before, after = (find_stored_snapshot(connection, row[key]) for key in ("before_id", "after_id"))
    return Restatement(
        found_at=datetime.fromisoformat(row["found_at"]),
        snapshots=(before.id, after.id),
        currencies=(before.currency, after.currency),
        figures=tuple(_decode_figure(*figure) for figure in document["figures"]),
        settings={key: (before, after) for key, (before, after) in document["settings"].items()},
        causes=tuple(_decode_cause(cause) for cause in document["causes"]),
        accounts=document["accounts"],
    )


def _decode_figure(
    months: tuple[int, int],
    label: tuple[str | None, str | None],
    recorded: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    accounts: int,
    largest: list[str],
) -> Restated:
    window = Window(*map(Month, months))
    return Restated(
        Cell(window, *label), Bridge(window, **before), Bridge(window, **after), recorded, accounts, tuple(largest)
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
