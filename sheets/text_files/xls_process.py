"""Reads an .xls file with xlrd: the program of a separate process, which limits its memory and time first.

Reads the file from standard input and writes JSON to standard output: `{"tabs": [...]}`, or `{"error": "password"}`
or `{"error": "damage"}`. It is run by its path, so it imports nothing of nrrbot.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def main(memory_bytes: str, cpu_seconds: str) -> None:
    """Read standard input within these limits, and write the result."""
    _limit_resources(int(memory_bytes), int(cpu_seconds))
    import xlrd

    # xlrd writes its warnings to this file; standard output has the result only.
    with open(os.devnull, "w", encoding="utf-8") as log:  # noqa: PTH123 - os.devnull is no path of a file
        try:
            book = xlrd.open_workbook(
                file_contents=sys.stdin.buffer.read(), logfile=log, formatting_info=True, ragged_rows=True
            )
            result: dict[str, Any] = {"tabs": [_read_sheet(book, sheet) for sheet in book.sheets()]}
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged file can raise any exception
            result = {"error": "password" if "encrypted" in str(error).lower() else "damage"}
    sys.stdout.write(json.dumps(result))


def _limit_resources(memory_bytes: int, cpu_seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows; the caller's time limit remains
        return
    for kind, most in ((resource.RLIMIT_AS, memory_bytes), (resource.RLIMIT_CPU, cpu_seconds)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _read_sheet(book: Any, sheet: Any) -> dict[str, Any]:
    """Return title, rows, dates as `[row, column, text]`, merged cells, and runs of number formats.

    A run is `[column, first row, row below the last one, code]`: cells of a column whose numbers have one format.
    """
    import xlrd
    from xlrd.xldate import XLDateError, xldate_as_datetime

    rows, dates, formats, runs = [], [], [], dict[int, list[Any]]()
    for number in range(sheet.nrows):
        row: list[Any] = []
        for column, cell in enumerate(sheet.row(number)):
            value = cell.value
            if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} or value == "":
                value = None
            elif cell.ctype == xlrd.XL_CELL_ERROR:
                value = _ERRORS.get(value, "#ERROR!")
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                value = bool(value)
            elif cell.ctype == xlrd.XL_CELL_NUMBER and value.is_integer():
                value = int(value)
            elif cell.ctype == xlrd.XL_CELL_DATE:
                try:
                    dates.append([number, column, xldate_as_datetime(value, book.datemode).isoformat()])
                except (XLDateError, OverflowError, ValueError):  # Excel shows "#####" for such a date
                    value = "#VALUE!"
            if cell.ctype == xlrd.XL_CELL_NUMBER:
                code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                run = runs.get(column)
                if run is None or run[3] != code:
                    run = runs[column] = [column, number, number, code]
                    formats.append(run)
                run[2] = number + 1
            row.append(value)
        rows.append(row)
    return {
        "title": sheet.name,
        "is_hidden": sheet.visibility != 0,
        "rows": rows,
        "dates": dates,
        "merges": [[top, left, bottom, right] for top, bottom, left, right in sheet.merged_cells],
        "formats": formats,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
