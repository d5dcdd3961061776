"""The problems of a snapshot in parts that snapshots share. They name accounts, so no seal covers them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from core.store.content.blobs import read_blob, replace_blob, write_blob
from core.store.content.cuts import PROBLEMS_OF_PART, find_cuts


def write_problems(connection: sqlite3.Connection, snapshot_id: int, problems: Sequence[str]) -> bytes:
    """Store the problems of a snapshot, each as JSON, and return the hash of the list of their parts."""
    cuts = find_cuts(problems, PROBLEMS_OF_PART)
    parts = [
        write_blob(connection, snapshot_id, f"[{','.join(problems[start:end])}]".encode())
        for start, end in zip((0, *cuts), (*cuts, len(problems)), strict=True)
    ]
    return bytes.fromhex(write_blob(connection, snapshot_id, json.dumps(parts).encode()))


def read_problems(connection: sqlite3.Connection, problems_hash: bytes) -> list[dict[str, Any]]:
    """Return the problems of a snapshot as they were stored.

    Raises:
        ValueError: a part is missing or damaged.

    """
    parts = json.loads(read_blob(connection, problems_hash.hex()))
    return [problem for part in parts for problem in json.loads(read_blob(connection, part))]


def replace_problems(
    connection: sqlite3.Connection, snapshot_id: int, problems_hash: bytes, change: Callable[[dict[str, Any]], object]
) -> bytes:
    """Store the problems of a snapshot as `change` returns each; return the new hash of the list of their parts."""
    parts = []
    for part in json.loads(read_blob(connection, problems_hash.hex())):
        problems = json.loads(read_blob(connection, part))
        changed = [change(problem) for problem in problems]
        if changed != problems:
            part = replace_blob(connection, snapshot_id, part, json.dumps(changed).encode())  # noqa: PLW2901
        parts.append(part)
    return bytes.fromhex(replace_blob(connection, snapshot_id, problems_hash.hex(), json.dumps(parts).encode()))
