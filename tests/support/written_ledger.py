"""A stored snapshot whose figures are written into tabs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.months import Month
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import Store
from sheets.problems import Problem
from tests.support.generate import ledger_of

NOW = dt.datetime(2025, 10, 6, 7, tzinfo=dt.UTC)


LEDGER = replace(
    ledger_of("a 300, b 200", "a 311, b 100", "a 311, c 50", first=Month.of(2025, 7)),
    columns={"segment": encode_values("Segment", ["<Large>", "=Small", ""])},
)


def store_snapshot(folder: Path, ledger: Ledger, problems: Sequence[Problem] = ()) -> tuple[Store, Snapshot]:
    folder.mkdir(exist_ok=True)
    store = Store(folder / "nrrbot.db")
    snapshot = store.save_snapshot(
        ledger, [problem.as_row() for problem in problems], build_cube(Segments(ledger)),
        SyncedWorkbook("file:/x", "x", "1", "1"), NOW,
    )  # fmt: skip
    return store, snapshot
