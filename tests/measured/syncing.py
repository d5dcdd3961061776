"""Sync a large sheet; print the time of each step, the peak memory and the problems. URL SPREADSHEET KEY_FILE STORE.

The steps are reading, parsing, and computing with storing. The CPU time of this process while it reads is decoding.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from itertools import pairwise
from pathlib import Path

from core.ledger.segments import SizeRules
from core.money import find_currency
from core.store.store import Store
from sheets.google.workbook import GoogleWorkbook
from sheets.ingest.sync import sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.measured.memory import read_peak


def main(url: str, spreadsheet: str, key_file: str, path: str) -> None:
    workbook = GoogleWorkbook(
        spreadsheet,
        Path(key_file),
        timeout_seconds=180,
        retry_seconds=600,
        sheets_url=url,
        drive_url=url,
        token_url=f"{url}/token",
    )
    moments: list[tuple[float, float]] = []

    def record(_: object = None) -> None:
        moments.append((time.perf_counter(), time.process_time()))

    options = ReadOptions(find_currency("EUR"), "", dt.date(2026, 10, 1))
    result = sync_into_store(
        workbook, Store(Path(path)), options, SizeRules(), dt.datetime.now(dt.UTC), progress=record
    )
    record()
    wall, worked = ([after - before for before, after in pairwise(clock)] for clock in zip(*moments, strict=True))
    figures = {"wall": wall, "worked": worked, "peak": read_peak(), "problems": len(result.problems)}
    print(json.dumps(figures))  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
