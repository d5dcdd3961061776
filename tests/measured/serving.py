"""Load a snapshot and compute the whole cube and one window; print the peak memory. STORE DIMENSIONS."""

from __future__ import annotations

import sys
from pathlib import Path

from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.metrics.retention import measure
from core.months import Window
from core.store.store import Store
from tests.measured.memory import read_peak


def main(path: str, dimensions: str) -> None:
    store = Store(Path(path))
    ledger = store.load(store.load_latest_snapshot().id)
    segments = Segments(ledger)
    build_cube(segments, dimensions.split())
    window = Window.ending(ledger.last, 12)
    measure(ledger, window, segments.members("size", "SMB", window))
    print(read_peak())  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
