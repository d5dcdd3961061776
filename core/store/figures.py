"""The figures of a snapshot. Every function works in the caller's transaction."""

from __future__ import annotations

import sqlite3
from itertools import islice, product

import numpy as np

from core.metrics.cube import Cube
from core.metrics.retention import MEASURES
from core.months import Month, Window


def write_figures(connection: sqlite3.Connection, snapshot_id: int, cube: Cube) -> None:
    """Store the cube of a snapshot, by window and then by label."""
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


def read_figures(connection: sqlite3.Connection, snapshot_id: int) -> Cube:
    """Return the cube of a snapshot. The connection yields plain tuples from then on, which are read faster."""
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
    # Rows are sorted by window, and each window has the same labels. A history that is too short has no window: then
    # the whole company is the only label.
    width = len(rows) // len(windows) if windows else 1
    labels = tuple(row[2:4] for row in islice(rows, width)) or ((None, None),)
    sums = np.array([row[4:] for row in rows], dtype=np.int64).reshape(len(windows), width, len(MEASURES))
    (can_leave,) = connection.execute("SELECT can_leave FROM ledgers WHERE snapshot_id = ?", (snapshot_id,)).fetchone()
    return Cube(labels, windows, sums, bool(can_leave))
