"""All that a reading depends on except the workbook, as one hash. It imports nothing that reads or computes."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from functools import lru_cache
from pathlib import Path

import msgspec

from core.config import Config
from core.months import Month, find_last_closed_month, find_local_day
from sheets.workbook.files import stamp_files

_ROOT = Path(__file__).parents[3]
_CODE = (".py", ".toml", ".po")


def hash_basis(config: Config, time_zone: str, now: dt.datetime, today: dt.date | None = None) -> str:
    """Return the hash of settings, code and month.

    Args:
        config: the config.
        time_zone: that of the workbook; empty if it has none, where that of the schedule counts.
        now: the present moment.
        today: the day that counts as today, instead of the day of `now`.

    """
    zones = (time_zone, config.schedule.time_zone)
    days = (find_local_day(now, zone) for zone in zones)
    day = today or next(filter(None, days), now.date())
    company = msgspec.structs.replace(config.company, language="en", product="")
    settings = (company, config.workbook, config.segments, config.benchmarks)
    # The month of the day, and the last one that is over: that is the same month on its last day.
    months = (str(Month.containing(day)), str(find_last_closed_month(day)))
    parts = (months, stamp_code(), stamp_files(Path(config.benchmarks.file)) if config.benchmarks.file else "")
    return hashlib.sha256(msgspec.json.encode((settings, parts))).hexdigest()


@lru_cache(maxsize=1)
def stamp_code() -> str:
    """Return a hash that differs after an update of the bot: of names, sizes and times of its files."""
    digest = hashlib.sha256()
    for room in ("core", "sheets", "bot"):
        for folder, _, names in os.walk(_ROOT / room):
            for name in sorted(names):
                if name.endswith(_CODE):
                    state = os.stat(f"{folder}/{name}")  # noqa: PTH116 - a thousand paths would take longer
                    digest.update(f"{name}:{state.st_size}:{state.st_mtime_ns}".encode())
    return digest.hexdigest()
