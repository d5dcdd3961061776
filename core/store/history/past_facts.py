"""The facts about accounts in past snapshots. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import Column
from core.ledger.past_facts import COLUMNS, FACTS, PastFacts
from core.store.content.content import Document, read_array, read_document
from core.store.content.identities import read_identities
from core.store.history.pruning import choose_monthly_snapshots
from core.store.snapshots import Snapshot, find_stored_snapshot
from core.store.workbooks import read_state


def read_past_facts(connection: sqlite3.Connection, source: str, ids: Sequence[str]) -> tuple[PastFacts, ...]:
    """Return the facts about accounts at the end of each month in which a snapshot of a workbook was in force.

    A snapshot is in force from its sync to the last sync that found the same content. Pruned snapshots have no facts.

    Args:
        connection: in a transaction.
        source: the workbook.
        ids: the ids of the accounts, in the order in which the facts are returned.

    Raises:
        ValueError: a snapshot is damaged.

    """
    whole = read_state(connection, source).whole
    snapshots = [find_stored_snapshot(connection, snapshot_id) for snapshot_id in whole]
    reader = _ArrayReader(connection, ids)
    by_month = choose_monthly_snapshots(snapshots)
    in_force = {snapshot.id for snapshot in by_month.values()}
    facts = {snapshot.id: reader.read_snapshot(snapshot) for snapshot in snapshots if snapshot.id in in_force}
    return tuple(PastFacts(month, *facts[snapshot.id]) for month, snapshot in by_month.items())


class _ArrayReader:
    """Reads arrays by the accounts of snapshots into arrays by the accounts of the present.

    An array that is equal to that of the snapshot before is the same object: facts change seldom.

    Args:
        connection: in a transaction.
        ids: the ids of the present accounts.

    """

    def __init__(self, connection: sqlite3.Connection, ids: Sequence[str]) -> None:
        self._connection, self._ids = connection, list(ids)
        self._position_of: dict[str, int] = {}
        self._parts: Sequence[str] | None = None
        self._positions: NDArray[np.intp] | int = 0
        self._last: dict[str, tuple[NDArray[np.intp] | int, Sequence[str], NDArray[Any]]] = {}

    def read_snapshot(self, snapshot: Snapshot) -> tuple[dict[str, NDArray[np.float64]], dict[str, Column]]:
        """Return the facts and the columns of a snapshot that signs are read from."""
        document = read_document(self._connection, snapshot.content or b"")
        values = document["values"]
        # Most snapshots have the accounts of the one before.
        if document["accounts"] != self._parts:
            self._parts, self._positions = document["accounts"], self._find_positions(document["accounts"])
        facts = {
            key: self._read(document, key, f"facts/{place}", np.nan)
            for place, key in enumerate(values["facts"])
            if key in FACTS
        }
        columns = {
            key: Column(heading, tuple(texts), self._read(document, key, f"columns/{place}", -1))
            for place, (key, heading, texts) in enumerate(values["columns"])
            if key in COLUMNS
        }
        return facts, columns

    def _find_positions(self, parts: Sequence[str]) -> NDArray[np.intp] | int:
        """Return (accounts of the snapshot,) the position in the present ids of each, -1 for one that is not there.

        Their number where its accounts are the first ones of the present, in their order.
        """
        past_ids = list(read_identities(self._connection, parts)[0])
        # Sheets grow at their end: ten times as fast as a search for each account.
        if past_ids == self._ids[: len(past_ids)]:
            return len(past_ids)
        self._position_of = self._position_of or {id_: position for position, id_ in enumerate(self._ids)}
        return np.fromiter((self._position_of.get(past, -1) for past in past_ids), np.intp, len(past_ids))

    def _read(self, document: Document, key: str, name: str, unknown: float) -> NDArray[Any]:
        """Return (ids,) a stored array by the present accounts, `unknown` where the snapshot lacks the account."""
        positions, parts = self._positions, document["arrays"][name]["parts"]
        last = self._last.get(key)
        if last is not None and last[0] is positions and last[1] == parts:
            return last[2]
        # reshape refuses a wrong length.
        numbers = read_array(self._connection, document, name).reshape(
            positions if isinstance(positions, int) else positions.size
        )
        if isinstance(positions, int):
            # All accounts of today: the numbers as they are. Fewer: those that came since are not known.
            rest = np.full(len(self._ids) - positions, unknown, dtype=numbers.dtype)
            aligned = np.concatenate([numbers, rest]) if rest.size else numbers
        else:
            aligned = np.full(len(self._ids), unknown, dtype=numbers.dtype)
            present = positions >= 0
            aligned[positions[present]] = numbers[present]
        self._last[key] = positions, parts, aligned
        return aligned
