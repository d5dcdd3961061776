"""Write the bot's tabs and two notes into a large .xlsx file; print the seconds and the CPU seconds of each write,
and the peak memory. PATH.

The writes are the first one, the same again, one of other figures, and one that removes the notes.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.port import Note
from tests.measured.memory import read_peak
from tests.support.xlsx_files import METRICS_TABLE, PROBLEMS, SUMMARY


def main(path: str) -> None:
    workbook = ExcelWorkbook(Path(path))
    title = "MRR"
    notes = [Note(title, 1, 1, "nrrbot: One."), Note(title, 2, 2, "nrrbot: Two.")]
    tables = [SUMMARY, METRICS_TABLE, PROBLEMS]
    changed = [SUMMARY, dataclasses.replace(METRICS_TABLE, rows=list(METRICS_TABLE.rows) * 1000), PROBLEMS]
    seconds, cpu_seconds = [], []
    for written, noted in ((tables, notes), (tables, notes), (changed, notes), (changed, [])):
        start, cpu_start = time.perf_counter(), time.process_time()
        workbook.write(written, noted)
        seconds.append(time.perf_counter() - start)
        cpu_seconds.append(time.process_time() - cpu_start)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak": read_peak()}))  # noqa: T201 - the result


if __name__ == "__main__":
    main(*sys.argv[1:])
