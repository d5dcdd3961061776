"""The facts about accounts in past snapshots. Every function works in the caller's transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import Column
from core.ledger.past_facts import COLUMNS, FACTS, PastFacts
from core.months import Month


def read_past_facts(connection: sqlite3.Connection, source: str, ids: Sequence[str]) -> tuple[PastFacts, ...]:
    """Return the facts about accounts at the end of each month in which a snapshot of a workbook was in force.

    A snapshot is in force from its sync to the last sync that found the same content. Pruned snapshots have no facts.

    Args:
        connection: in a transaction.
        source: the workbook.
        ids: the ids of the accounts, in the order in which the facts are returned.

    """
    snapshot_by_month = _choose_snapshots(connection, source)
    chosen = json.dumps(sorted(set(snapshot_by_month.values())))
    reader = _ArrayReader(ids, _index_accounts(connection, chosen, ids))
    facts: dict[int, dict[str, NDArray[np.float64]]] = {}
    for snapshot_id, key, numbers in connection.execute(
        "SELECT snapshot_id, key, numbers FROM facts WHERE snapshot_id IN (SELECT value FROM json_each(?))"
        " AND key IN (SELECT value FROM json_each(?)) ORDER BY snapshot_id",
        (chosen, json.dumps(FACTS)),
    ):
        facts.setdefault(snapshot_id, {})[key] = reader.read(snapshot_id, key, numbers, "<f8", np.nan)
    columns: dict[int, dict[str, Column]] = {}
    for snapshot_id, key, heading, values, codes in connection.execute(
        "SELECT snapshot_id, key, heading, value_list, codes FROM columns"
        " WHERE snapshot_id IN (SELECT value FROM json_each(?)) AND key IN (SELECT value FROM json_each(?))"
        " ORDER BY snapshot_id",
        (chosen, json.dumps(COLUMNS)),
    ):
        aligned = reader.read(snapshot_id, key, codes, "<i4", -1)
        columns.setdefault(snapshot_id, {})[key] = Column(heading, tuple(json.loads(values)), aligned)
    return tuple(
        PastFacts(Month(month), facts.get(snapshot_id, {}), columns.get(snapshot_id, {}))
        for month, snapshot_id in sorted(snapshot_by_month.items())
    )


def _choose_snapshots(connection: sqlite3.Connection, source: str) -> Mapping[int, int]:
    """Return ordinal of a month -> the newest snapshot that was in force in it."""
    chosen = {}
    for snapshot_id, *moments in connection.execute(
        "SELECT id, synced_at, checked_at FROM snapshots WHERE source = ? AND pruned_at IS NULL ORDER BY id", (source,)
    ):
        first, last = (Month.containing(datetime.fromisoformat(moment).date()).ordinal for moment in moments)
        chosen.update(dict.fromkeys(range(first, last + 1), snapshot_id))
    return chosen


def _index_accounts(
    connection: sqlite3.Connection, chosen: str, ids: Sequence[str]
) -> Mapping[int, NDArray[np.intp] | int]:
    """Return snapshot -> (its accounts,) the position in `ids` of each, -1 for one that is not there.

    Their number where its accounts are the first ones of `ids`, in their order.
    """
    present_ids = list(ids)
    position_of: dict[str, int] = {}
    indexed: dict[int, NDArray[np.intp] | int] = {}
    text_before = ""
    positions: NDArray[np.intp] | int = 0
    for snapshot_id, text in connection.execute(
        "SELECT snapshot_id, ids FROM ledgers WHERE snapshot_id IN (SELECT value FROM json_each(?))"
        " ORDER BY snapshot_id",
        (chosen,),
    ):
        # Most snapshots have the accounts of the one before.
        if text != text_before:
            past_ids, text_before = json.loads(text), text
            positions = len(past_ids)
            # Sheets grow at their end: ten times as fast as a search for each account.
            if past_ids != present_ids[: len(past_ids)]:
                position_of = position_of or {account_id: position for position, account_id in enumerate(ids)}
                positions = np.fromiter((position_of.get(past, -1) for past in past_ids), np.intp, len(past_ids))
        indexed[snapshot_id] = positions
    return indexed


class _ArrayReader:
    """Reads arrays by the accounts of snapshots into arrays by the accounts of the present.

    An array that is equal to that of the snapshot before is the same object: facts change seldom.

    Args:
        ids: the ids of the present accounts.
        positions: snapshot -> (its accounts,) the position in `ids` of each, -1 for one that is not there; their
            number where they are the first ones.

    """

    def __init__(self, ids: Sequence[str], positions: Mapping[int, NDArray[np.intp] | int]) -> None:
        self._count, self._positions = len(ids), positions
        self._last: dict[str, tuple[NDArray[np.intp] | int, bytes, NDArray[Any]]] = {}

    def read(self, snapshot_id: int, key: str, blob: bytes, stored: str, unknown: float) -> NDArray[Any]:
        """Return (ids,) a stored array by the present accounts, `unknown` where the snapshot lacks the account."""
        positions = self._positions[snapshot_id]
        last = self._last.get(key)
        if last is not None and last[0] is positions and last[1] == blob:
            return last[2]
        # reshape refuses a wrong length.
        if isinstance(positions, int):
            # All accounts of today: the bytes as they are. Fewer: those that came since are not known.
            numbers = np.frombuffer(blob, stored).reshape(positions)
            rest = np.full(self._count - positions, unknown, dtype=numbers.dtype)
            aligned = np.concatenate([numbers, rest]) if rest.size else numbers
        else:
            numbers = np.frombuffer(blob, stored).reshape(positions.size)
            aligned = np.full(self._count, unknown, dtype=numbers.dtype)
            present = positions >= 0
            aligned[positions[present]] = numbers[present]
        self._last[key] = positions, blob, aligned
        return aligned
