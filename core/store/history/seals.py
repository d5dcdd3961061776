"""The seals of the snapshots: a chain of hashes, so that a stored history that was altered is noticed.

The seal of a snapshot is the SHA-256 of the seal before it and of three hashes: of its content, in which accounts are
keyed hashes; of the figures that it restated; of all recorded figures of its workbook. Seals are kept for ever, also
those of pruned snapshots. Every function works in the caller's transaction.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a snapshot.

    Attributes:
        content: the hash of its content.
        difference: the hash of the figures that it restated.
        recorded: the hash of the recorded figures of its workbook after it.
        seal: the hash of the seal before it and of these three.

    """

    content: bytes
    difference: bytes
    recorded: bytes
    seal: bytes


def append_seal(
    connection: sqlite3.Connection, snapshot_id: int, content: bytes, difference: bytes, recorded: bytes
) -> None:
    """Seal a new snapshot, given the three hashes of `Seal`."""
    last = connection.execute("SELECT seal FROM seals ORDER BY snapshot_id DESC LIMIT 1").fetchone()
    seal = _compute_seal(last[0] if last else b"", content, difference, recorded)
    connection.execute("INSERT INTO seals VALUES (?, ?, ?, ?, ?)", (snapshot_id, content, difference, recorded, seal))


def replace_seals(connection: sqlite3.Connection, hashes: Mapping[int, tuple[bytes, bytes, bytes]]) -> int:
    """Seal snapshots anew and all that came after the first of them; return how many seals are different.

    Args:
        connection: in a transaction.
        hashes: snapshot -> the three hashes of `Seal`.

    """
    before, replaced = b"", 0
    for snapshot_id, stored in check_chain(connection).items():
        parts = hashes.get(snapshot_id, (stored.content, stored.difference, stored.recorded))
        before = _compute_seal(before, *parts)
        if before != stored.seal:
            replaced += 1
            connection.execute(
                "UPDATE seals SET content = ?, difference = ?, recorded = ?, seal = ? WHERE snapshot_id = ?",
                (*parts, before, snapshot_id),
            )
    return replaced


def check_chain(connection: sqlite3.Connection) -> dict[int, Seal]:
    """Return the seals of all snapshots by id, the oldest first, after checking that each follows from the one before.

    Raises:
        ValueError: one does not.

    """
    before, seals = b"", {}
    for snapshot_id, *hashes in connection.execute("SELECT * FROM seals ORDER BY snapshot_id"):
        seal = seals[snapshot_id] = Seal(*hashes)
        if _compute_seal(before, seal.content, seal.difference, seal.recorded) != seal.seal:
            raise ValueError(f"the seal of snapshot {snapshot_id} does not hold")
        before = seal.seal
    return seals


def read_seal(connection: sqlite3.Connection, snapshot_id: int) -> Seal:
    """Return the seal of a snapshot.

    Raises:
        ValueError: the snapshot has none.

    """
    row = connection.execute("SELECT * FROM seals WHERE snapshot_id = ?", (snapshot_id,)).fetchone()
    if row is None:
        raise ValueError(f"snapshot {snapshot_id} has no seal")
    return Seal(*row[1:])


def _compute_seal(before: bytes, *hashes: bytes) -> bytes:
    return hashlib.sha256(b"".join((before, *hashes))).digest()
