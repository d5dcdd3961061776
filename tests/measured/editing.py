"""Sync a large sheet, edit one amount and follow it to the answers and into the sheet; print CPU times as JSON.

FOLDER ACCOUNTS MONTHS [long]: with months down, and also with rows added. The seconds are those of the edit of each
kind that took the least: of its sync, its write-back, and the first answers. As in the bot, a process that was started
ahead reads and writes the sheet, and another one answers, from the end of the sync on, while the first one writes. A
third one serves the sheet. The transfer is the time within the HTTP library, which receives and decompresses, and is no
part of the others.
"""

from __future__ import annotations

import datetime as dt
import importlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import requests

from bot.jobs.processes.job_process import REFRESH_MODULES
from bot.service.analyst import Analyst
from bot.service.refresh.reading import sync_workbook
from bot.service.refresh.writeback import write_back
from core.config import Config
from core.errors import Sentence
from sheets.connect import open_workbook
from tests.measured.sheet_process import SheetProcess, serve_sheet

EDITS = 10
NOW = dt.datetime(2035, 1, 1, 12, tzinfo=dt.UTC)


def main(folder: str, accounts: str, months: str, layout: str = "") -> None:
    kinds = ("amount", "row", "account") if layout else ("amount",)
    with serve_sheet(Path(folder), int(accounts), int(months), layout) as sheet:
        figures = measure(sheet, sheet.configure(Path(folder) / f"edited{layout}.db"), kinds)
    print(json.dumps(figures))  # noqa: T201 - the result


def measure(sheet: SheetProcess, config: Config, kinds: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the seconds of each step of the first sync, and of an edit of each kind, and the rows that it parsed."""
    now = NOW
    analyst, took = Analyst.open(config, lambda: now), dict[str, list[dict[str, float]]]()
    for number, kind in enumerate(["first", *(kind for kind in kinds for _ in range(EDITS))]):
        if number:
            sheet.edit(1000 + number if kind == "amount" else kind)
        now = NOW + dt.timedelta(minutes=number)
        command = [sys.executable, "-m", "tests.measured.editing", msgspec.json.encode(config).decode(), str(number)]
        turn: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        took.setdefault(kind, []).append({**turn, "answers": _measure(analyst.warm)})
    least = {kind: min(turns, key=_add_up) for kind, turns in took.items()}
    return {kind: {**turn, "rows": max(turn["rows"] for turn in took[kind])} for kind, turn in least.items()}


def _add_up(turn: Mapping[str, float]) -> float:
    return turn["sync"] + turn["write_back"] + turn["answers"]


def follow_edit(config: Config, now: dt.datetime) -> None:
    """Sync and write back; print the seconds of each step, and the rows parsed."""
    for module in REFRESH_MODULES:
        importlib.import_module(module)
    imports, memory = time.process_time(), _read_memory()
    took = _follow_edit(config, now, _measure_requests())
    print(json.dumps({**took, "imports": imports, "memory": memory}))  # noqa: T201 - the result


def _read_memory() -> float:
    """Return the memory of this process in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def _follow_edit(config: Config, now: dt.datetime, transfers: list[float]) -> dict[str, float]:
    rows = list[int]()

    def record(step: Sentence) -> None:
        if step.template.startswith("Making sense"):
            rows.append(int(str(step.values["count"])))

    def sync() -> None:
        sync_workbook(analyst, workbook, now, progress=record, only_changes=True)

    began = time.process_time()
    analyst, workbook = Analyst.open(config, lambda: now), open_workbook(config)
    opened = time.process_time() - began
    synced = opened + _measure(sync)
    transfer = sum(transfers)
    transfers.clear()
    written = _measure(lambda: write_back(analyst, workbook, only_changes=True)) - sum(transfers)
    return {"sync": synced - transfer, "write_back": written, "transfer": transfer, "rows": max(rows, default=0)}


def _measure(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


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
    if len(sys.argv) == 3:
        follow_edit(msgspec.json.decode(sys.argv[1], type=Config), NOW + dt.timedelta(minutes=int(sys.argv[2])))
    else:
        main(*sys.argv[1:])
