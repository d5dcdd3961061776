"""The stored history: its verification, and its daily copy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from bot.service.analyst import Analyst
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.cube import Cube, build_cube
from core.metrics.restatements import read_size_rules
from core.store.snapshots import Snapshot
from core.store.verification import Verified


def verify_store(analyst: Analyst) -> Verified:
    """Check all that is stored, and compute the newest figures anew from the stored amounts.

    Raises:
        StoreError: a check failed.

    """

    def measure(ledger: Ledger, snapshot: Snapshot) -> Cube | None:
        ledger = replace(ledger, usage=analyst.usage)
        # Figures by another rule for accounts that pay by usage cannot be compared.
        if (ledger.usage_months or 0) != snapshot.settings.get("company.usage_months", 0):
            return None
        return build_cube(Segments(ledger, read_size_rules(snapshot.settings, analyst.rules)))

    return analyst.store.verify(measure)


def back_up_daily(analyst: Analyst, now: dt.datetime) -> Path | None:
    """Copy the store into the folder of the config, unless a copy of this day is there; return the new copy.

    Raises:
        StoreError: nothing was synced yet, or the folder cannot be written.

    """
    settings = analyst.config.store
    folder = Path(settings.backup_folder)
    day = f"{now.astimezone(dt.UTC):%Y-%m-%d}"
    if any(day in copy.stem.rpartition("T")[0] for copy in analyst.store.list_backups(folder)):
        return None
    return analyst.store.backup_into(folder, settings.keep_backups, now)
