"""The check of everything that is stored: seals, contents, recorded figures, restatements."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from core.ledger.ledger import Ledger
from core.metrics.cube import Cube
from core.metrics.restatements import PROGRAM, index_figures
from core.metrics.retention import MEASURES, Bridge
from core.store.content.blobs import read_blob
from core.store.content.content import (
    describe_header,
    list_parts,
    read_document,
    read_figures,
    read_ledger,
    read_row_index,
)
from core.store.content.identities import check_tokens
from core.store.content.problems import read_problems
from core.store.database import DatabaseFile
from core.store.history.recorded import hash_differences, hash_recorded, read_recorded, read_restatements
from core.store.history.seals import Seal, check_chain
from core.store.program import hash_program
from core.store.snapshots import Snapshot, find_stored_snapshot
from core.store.state.accepted import read_accepted
from core.store.workbooks import WorkbookState, read_states

# Computes the figures of the newest snapshot anew; None where the current settings give other figures.
Measure = Callable[[Ledger, Snapshot], Cube | None]


@dataclass(frozen=True, slots=True)
class Verified:
    """The counts of what was checked.

    Attributes:
        seals: the snapshots whose seals hold, pruned ones included.
        snapshots: the whole snapshots.
        recorded: the recorded figures.
        restatements: the restatements.
        computed: the figures that were computed anew, with the same result.
        outdated: those of an earlier version of nrrbot that are different now.

    """

    seals: int
    snapshots: int
    recorded: int
    restatements: int
    computed: int
    outdated: int


class DifferingFiguresError(ValueError):
    """The stored figures are not those that are computed from the stored amounts."""


def check_file(file: DatabaseFile, connection: sqlite3.Connection, measure: Measure) -> Verified:
    """Check the pages and references of a file, then its history.

    Raises:
        StoreError: a check failed.

    """
    with file.refuse_damage():
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
            raise ValueError(verdict)
        try:
            return verify_history(connection, measure)
        except DifferingFiguresError as error:
            raise file.error("FIGURES", error) from error


def verify_history(connection: sqlite3.Connection, measure: Measure) -> Verified:
    """Check the seals of all snapshots and all that they cover, and compute the newest figures anew.

    Raises:
        ValueError: a check failed.

    """
    seals = check_chain(connection)
    states = read_states(connection)
    whole = sorted(snapshot_id for state in states for snapshot_id in state.whole)
    stored = "SELECT id FROM snapshots WHERE pruned_at IS NULL ORDER BY id"
    if [snapshot_id for (snapshot_id,) in connection.execute(stored)] != whole:
        raise ValueError("a snapshot is missing")
    checked: set[str] = set()
    for snapshot_id in whole:
        _check_snapshot(connection, find_stored_snapshot(connection, snapshot_id), seals, checked)
    recorded, restatements, computed, outdated = 0, 0, 0, 0
    for state in states:
        restatements += _check_restatements(connection, state, seals)
        read_accepted(connection, state.source)
        if state.whole:
            newest = find_stored_snapshot(connection, state.whole[-1])
            if hash_recorded(connection, state.source) != seals[newest.id].recorded:
                raise ValueError("the recorded figures are not those that were sealed")
            recorded += len(read_recorded(connection, state.source))
            same, different = _compute_figures(connection, newest, measure)
            computed, outdated = computed + same, outdated + different
    return Verified(len(seals), len(whole), recorded, restatements, computed, outdated)


def _check_snapshot(
    connection: sqlite3.Connection, snapshot: Snapshot, seals: dict[int, Seal], checked: set[str]
) -> None:
    """Check that the content of a whole snapshot is the one that was sealed; `checked` has the parts checked so far."""
    seal = seals.get(snapshot.id)
    if seal is None or seal.content != snapshot.content:
        raise ValueError(f"the content of snapshot {snapshot.id} is not the one that was sealed")
    document = read_document(connection, seal.content)
    row = connection.execute("SELECT * FROM snapshots WHERE id = ?", (snapshot.id,)).fetchone()
    if describe_header(row) != document["header"]:
        raise ValueError(f"the row of snapshot {snapshot.id} is not the one that was sealed")
    for part in set(document["accounts"]) - checked:
        check_tokens(connection, part)
    for part in set(list_parts(document)) - checked:
        read_blob(connection, part)
    checked.update(list_parts(document))
    read_problems(connection, snapshot.stored_problems or b"")


def _check_restatements(connection: sqlite3.Connection, state: WorkbookState, seals: dict[int, Seal]) -> int:
    """Check that the restatements of a workbook are those that were sealed; return their number."""
    restatements = read_restatements(connection, state.source, since=0)
    ids = connection.execute("SELECT id FROM snapshots WHERE source = ?", (state.source,)).fetchall()
    for (snapshot_id,) in ids:
        made = [restatement for restatement in restatements if restatement.snapshots[1] == snapshot_id]
        if hash_differences(made) != seals[snapshot_id].difference:
            raise ValueError(f"the restatements by snapshot {snapshot_id} are not those that were sealed")
    return len(restatements)


def _compute_figures(connection: sqlite3.Connection, newest: Snapshot, measure: Measure) -> tuple[int, int]:
    """Compute the figures of the newest snapshot anew.

    Returns:
        The number of stored figures that are equal to them, and of those that an update of nrrbot has changed.

    Raises:
        DifferingFiguresError: one differs, and the code that computed it is this one.

    """
    document = read_document(connection, newest.content or b"")
    cube = measure(read_ledger(connection, document, lambda: read_row_index(connection, document)), newest)
    if cube is None:
        return 0, 0
    stored, computed = index_figures(read_figures(connection, document)), index_figures(cube)
    different = {cell for cell in stored.keys() | computed.keys() if stored.get(cell) != computed.get(cell)}
    # Where the day alone moved on, the recorded figures are those of the day before.
    if newest.recording == "all":
        for cell, (_, bridge) in read_recorded(connection, newest.source).items():
            current = computed.get(cell)
            if current is not None and _list_sums(bridge) != _list_sums(current):
                different.add(cell)
    if different and newest.settings.get(PROGRAM) == hash_program():
        last = max(cell.window.end for cell in different)
        raise DifferingFiguresError(f"{len(different)} figures, the last to {last}")
    return len(stored.keys() - different), len(different)


def _list_sums(bridge: Bridge) -> list[int]:
    return [getattr(bridge, name) for name in MEASURES]
