"""Print how long an edit of a large Google Sheet takes to the answers, as JSON in seconds. FOLDER ACCOUNTS MONTHS.

The slowest of 100 answers while nothing else runs and while the sheet is read, from an edit to the new answer, and the
CPU time of a poll without a change.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import time
from pathlib import Path

from bot.jobs.processes.job_process import REFRESH_MODULES, JobProcess
from bot.service.analyst import Analyst
from bot.service.refresh.polling import confirm_unchanged
from sheets.connect import open_workbook
from tests.measured.sheet_process import serve_sheet

QUESTIONS = ("", "SMB", "by industry", "trend", "risks", "region=France", "why")
_IDLE_ROUNDS, _SYNCS, _POLLS = 120, 15, 25


def main(folder: str, accounts: str, months: str) -> None:
    with serve_sheet(Path(folder), int(accounts), int(months)) as sheet:
        config, process = sheet.configure(Path(folder) / "changed.db"), JobProcess(modules_ahead=REFRESH_MODULES)
        analyst = Analyst.open(config, lambda: dt.datetime.now(dt.UTC))
        to_answer: list[float] = []

        def sync() -> None:
            sheet.edit(1000 + len(to_answer))
            began = time.perf_counter()

            def warm(number: int, is_new: bool) -> None:
                del number, is_new
                analyst.warm()
                to_answer.append(time.perf_counter() - began)

            with analyst.expect_snapshot():
                process.run(config, dt.datetime.now(dt.UTC), warm)

        sync()
        waits: dict[str, list[float]] = {"idle": [], "syncing": []}
        for _ in range(_IDLE_ROUNDS):
            waits["idle"] += measure_answers(analyst)
        for _ in range(_SYNCS):
            thread = threading.Thread(target=sync)
            thread.start()
            while thread.is_alive():
                waits["syncing"] += measure_answers(analyst)
        process.stop()
        figures = {name: sorted(times)[len(times) * 99 // 100] for name, times in waits.items()}
        took = {**figures, "to_answer": min(to_answer), "poll": measure_poll(analyst), "cells": sheet.started["cells"]}
    print(json.dumps(took))  # noqa: T201 - the result


def measure_answers(analyst: Analyst) -> list[float]:
    """Return the seconds that each question takes, nothing of it remembered."""
    times = []
    for question in QUESTIONS:
        analyst._memories.replies.forget()
        began = time.perf_counter()
        analyst.reply("/nrr", question).message()
        times.append(time.perf_counter() - began)
        time.sleep(0.01)  # people do not ask without a pause
    return times


def measure_poll(analyst: Analyst) -> float:
    """Return the CPU seconds of a poll of the unchanged workbook, of the fastest one."""
    workbook, times = open_workbook(analyst.config), []
    for _ in range(_POLLS):
        began = time.process_time()
        if not confirm_unchanged(analyst, workbook.source, workbook.stamp(), analyst.clock()):
            raise ValueError("the workbook has changed")
        times.append(time.process_time() - began)
    return min(times)


if __name__ == "__main__":
    main(*sys.argv[1:])
