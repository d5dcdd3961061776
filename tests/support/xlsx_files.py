"""Small .xlsx files for tests, and the tables that are written into them."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.port import Cell
from sheets.workbook.tables import Band, Chart, Table

METRICS_TABLE = Table(
    title="NRR Metrics",
    notice="Written by nrrbot, which overwrites this tab.",
    headings=("Segment", "Accounts", "MRR", "NRR", "Close"),
    formats=("text", "integer", "money", "percent", "date"),
    rows=(
        ("Enterprise", 38, Decimal("41230.05"), Decimal("1.036"), dt.date(2026, 9, 30)),
        ("=HYPERLINK(1)", 0, Decimal(0), None, None),
    ),
)


PROBLEMS = Table("NRR Problems", "Written by nrrbot.", ("Cell", "Found"), ("text", "text"), (("MRR!A1", "#REF!"),))


def make_file(path: Path, *rows: tuple[Any, ...], title: str = "MRR") -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = title
    for row in rows or (("Account ID", "2026-08", "2026-09"), ("a", 100, 120.5)):
        sheet.append(row)
    made.save(path)
    return path


def change_parts(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of a package in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def make_file_with_cells(path: Path, cells: str, *, dimension: str = '<dimension ref="A1:C9"/>') -> Path:
    """Make a workbook with one tab, whose XML has these cells."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}">{dimension}<sheetData>{cells}</sheetData></worksheet>'
    return change_parts(make_file(path), lambda parts: parts.update({"xl/worksheets/sheet1.xml": sheet.encode()}))


def read_only_tab(path: Path) -> list[list[Cell]]:
    workbook = ExcelWorkbook(path)
    return [list(row) for row in workbook.read(workbook.tabs())[0].rows]


OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def add_bar_chart(sheet: Worksheet) -> None:
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "E2")


SUMMARY = Table(
    "NRR Summary",
    "Written by nrrbot.",
    ("Segment", "NRR", "GRR", "", "To", "NRR", "GRR"),
    ("text", "percent", "percent", "text", "month", "percent", "percent"),
    (
        ("=Whole", Decimal("1.036"), Decimal("0.9"), None, dt.date(2026, 8, 31), Decimal("1.01"), Decimal("0.91")),
        ("SMB", Decimal("0.8"), None, None, dt.date(2026, 9, 30), Decimal("1.036"), Decimal("0.9")),
    ),
    note_lines=("Orange below.",),
    widths=(20, 10, 10, 2, 12, 10, 10),
    frozen_columns=1,
    group_starts=(1,),
    bands=(
        Band([(0, 2, 1)], Decimal("0.8"), Decimal(1)),
        Band([(0, 1, 2), (0, 1, 5)], Decimal("0.925"), Decimal("0.95")),
    ),
    chart=Chart("Over twelve months", 2, 4, (5, 6), Decimal("0.9"), Decimal("1.1"), 3, 600, 360),
)


def read_parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
