"""Store snapshots of a ledger with one edit each; print what the store holds. PATH ACCOUNTS SYNCS.

One edit an hour, of a random account in a random month. The CPU time is that of storing alone.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.store.history.pruning import RetentionPolicy
from core.store.snapshots import SyncedWorkbook
from core.store.store import Store
from tests.support.generate import company

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def grow(path: Path, accounts: int, syncs: int) -> dict[str, Any]:
    """Return the CPU seconds of each sync, the bytes of the file after each, and the whole snapshots at the end."""
    store, rng, ledger = Store(path), np.random.default_rng(7), company(1, accounts, 36)
    seconds, sizes = [], []
    for number in range(syncs):
        if number:
            panel = ledger.panel.copy()
            panel[rng.integers(len(panel)), rng.integers(accounts)] += 100 * int(rng.integers(1, 99))
            ledger = replace(ledger, panel=panel)
        cube = build_cube(Segments(ledger))
        workbook = SyncedWorkbook("google:growing", "Growing", str(number), f"{number:064}")
        begin = time.process_time()
        store.save_snapshot(
            ledger, [], cube, workbook, BEGIN + dt.timedelta(hours=number), keep=RetentionPolicy(50, 400)
        )
        seconds.append(time.process_time() - begin)
        sizes.append(sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*")))
    return {"seconds": seconds, "sizes": sizes, "whole": store.verify(lambda *_: None).snapshots}


if __name__ == "__main__":
    print(json.dumps(grow(Path(sys.argv[1]), *map(int, sys.argv[2:]))))  # noqa: T201 - the result
