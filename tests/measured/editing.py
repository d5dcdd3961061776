"""Sync a large sheet, edit one amount and sync again; print the CPU time of the second sync as JSON, in seconds.

FOLDER ACCOUNTS MONTHS. Serves the sheet from a process of its own. Each time is the least of all edits. The transfer is
the time within the HTTP library, which receives and decompresses, and is no part of the others.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

import requests

from core.errors import Sentence
from core.ledger.segments import SizeRules
from core.money import find_currency
from core.store.store import Store
from sheets.connect import open_workbook
from sheets.ingest.sync import sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.measured.sheet_process import SheetProcess, serve_sheet

EDITS = 10
NOW = dt.datetime(2035, 1, 1, tzinfo=dt.UTC)


def main(folder: str, accounts: str, months: str) -> None:
    with serve_sheet(Path(folder), int(accounts), int(months)) as sheet:
        figures = measure(sheet, Path(folder))
    print(json.dumps(figures))  # noqa: T201 - the result


def measure(sheet: SheetProcess, folder: Path) -> dict[str, float]:
    """Return the seconds of a first sync (`whole`), of one after an edit, its transfer, and the rows that it parsed."""
    workbook = open_workbook(sheet.configure(folder / "edited.db"))
    transfers, store, known, rows = _measure_requests(), Store(folder / "edited.db"), "", list[int]()

    def record(step: Sentence) -> None:
        if step.template.startswith("Making sense"):
            rows.append(int(str(step.values["count"])))

    seconds = []
    for number in range(EDITS + 1):
        if number:
            sheet.edit(1000 + number)
        transfers.clear()
        began = time.process_time()
        result = sync_into_store(
            workbook,
            store,
            ReadOptions(find_currency("EUR"), "", NOW.date()),
            SizeRules(),
            NOW + dt.timedelta(minutes=number),
            progress=record,
            known_reading=known,
            rows_file=folder / "edited.db-rows",
        )
        known, transfer = result.reading, sum(transfers)
        seconds.append((time.process_time() - began - transfer, transfer))
    (whole, _), *after = seconds
    edit, transfer = min(after)
    return {"whole": whole, "edit": edit, "transfer": transfer, "rows": max(rows[1:])}


def _measure_requests() -> list[float]:
    """Return a list that gets the CPU seconds of each request."""
    seconds, send = list[float](), requests.Session.send

    def measured(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        began = time.process_time()
        try:
            return send(session, request, **more)
        finally:
            seconds.append(time.process_time() - began)

    requests.Session.send = measured  # type: ignore[assignment,method-assign]  # a measurement
    return seconds


if __name__ == "__main__":
    main(*sys.argv[1:])
