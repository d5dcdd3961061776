"""Reads an .xls file (Excel 97 to 2003, and older ones) in a separate process, so that no file can end the bot.

xlrd tells errors from blanks, which python-calamine does not.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from core.errors import N_, WorkbookError
from sheets.text_files.content import TabContent, build_password_error
from sheets.workbook.limits import CellBudget, build_damage_error
from sheets.workbook.number_formats import shows_unit
from sheets.workbook.port import Area, Cell, FormatRun

# The limits of the process. The largest .xls file has 16.7 million cells in a tab, but real ones have a fraction.
MEMORY_BYTES = 3 * 2**30
SECONDS = 120
_PROGRAM = Path(__file__).with_name("xls_process.py")


class _Sheet(msgspec.Struct):
    title: str
    is_hidden: bool
    rows: list[list[str | int | float | bool | None]]
    dates: list[tuple[int, int, str]]
    merges: list[tuple[int, int, int, int]]
    formats: list[tuple[int, int, int, str]]


class _Result(msgspec.Struct):
    tabs: list[_Sheet] = []
    error: str = ""


def read_xls(
    path: Path, data: bytes, budget: CellBudget, memory_bytes: int = MEMORY_BYTES, seconds: int = SECONDS
) -> list[TabContent]:
    """Return the tabs of an .xls file, in their order.

    Args:
        path: the file, for errors.
        data: its content.
        budget: counts the cells.
        memory_bytes: the memory that the process may use.
        seconds: the time that the process may take.

    Raises:
        WorkbookDeniedError: the file is encrypted.
        WorkbookError: the file is damaged, or needs more memory or time than the limits.

    """
    command = [sys.executable, "-I", str(_PROGRAM), str(memory_bytes), str(seconds)]
    try:
        finished = subprocess.run(command, input=data, capture_output=True, timeout=seconds, check=False)  # noqa: S603 - the command is ours
    except subprocess.TimeoutExpired as error:
        raise _build_limit_error(path) from error
    if finished.returncode:
        # Ended by a limit, or by damage that xlrd did not notice in time.
        raise _build_limit_error(path)
    try:
        result = msgspec.json.decode(finished.stdout, type=_Result)
    except msgspec.MsgspecError as error:
        raise build_damage_error(path) from error
    if result.error:
        raise build_password_error(path) if result.error == "password" else build_damage_error(path)
    return [_build_tab(sheet, budget) for sheet in result.tabs]


def _build_tab(sheet: _Sheet, budget: CellBudget) -> TabContent:
    rows: list[list[Any]] = list(sheet.rows)
    for row, column, text in sheet.dates:
        rows[row][column] = _convert_date(text)
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    budget.take(sum(map(len, rows)))
    formats = sorted(FormatRun(*run) for run in sheet.formats if shows_unit(run[3]))
    return TabContent(sheet.title, rows, sheet.is_hidden, tuple(Area(*area) for area in sheet.merges), tuple(formats))


def _convert_date(text: str) -> Cell:
    """Return a date and time; a time of day alone, which no input column has, is a text."""
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.year > 1904 else text.partition("T")[2]


def _build_limit_error(path: Path) -> WorkbookError:
    return WorkbookError(
        N_("Reading {path} took too much memory or time, so it was stopped: the file is damaged or very large."),
        N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
        path=path,
    )
