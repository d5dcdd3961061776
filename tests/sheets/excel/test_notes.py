"""Notes on many cells: the time grows with their number, and merged cells have one note."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Note, NotesResult
from tests.support.xlsx_files import METRICS_TABLE, change_parts, make_file


def write_timed(path: Path, notes: list[Note]) -> tuple[NotesResult, float]:
    """Return the effect of a write and its CPU seconds."""
    start = time.process_time()
    result = ExcelWorkbook(path).write([METRICS_TABLE], notes)
    return result.notes, time.process_time() - start


def test_ten_thousand_notes_next_to_merged_cells_take_no_seconds(tmp_path: Path) -> None:
    count = 10_000
    path = make_file(tmp_path / "a.xlsx", *[("a", None, 100)] * count)
    merges = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, count + 1))

    def merge_cells(parts: dict[str, bytes]) -> None:
        sheet = "xl/worksheets/sheet1.xml"
        content = f"</sheetData><mergeCells>{merges}</mergeCells>".encode()
        parts[sheet] = parts[sheet].replace(b"</sheetData>", content)

    change_parts(path, merge_cells)
    notes = [Note("MRR", row, 2, f"nrrbot: {row} is no amount.") for row in range(count)]
    # Each took 4 s where the time grew with the square of the number.
    added, seconds = write_timed(path, notes)
    assert (added.present, added.removed, added.blocked) == (count, 0, 0)
    assert seconds < 1.5
    removed, seconds = write_timed(path, [])
    assert (removed.present, removed.removed) == (0, count)
    assert seconds < 1.5


def test_of_merged_cells_only_the_first_gets_a_note(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "MRR"
    sheet.append(("a", 1, 2, 3))
    sheet.merge_cells("B2:C4")
    sheet.merge_cells("D1:D9")
    book.save(path)
    cells = [(row, column) for row in range(5) for column in range(4)]
    result = ExcelWorkbook(path).write([METRICS_TABLE], [Note("MRR", *cell, "nrrbot: Here.") for cell in cells])
    noted = {cell.coordinate for row in openpyxl.load_workbook(path)["MRR"].iter_rows() for cell in row if cell.comment}
    covered = {"C2", "B3", "C3", "B4", "C4", "D2", "D3", "D4", "D5"}
    assert noted == {format_a1(*cell) for cell in cells} - covered
    assert result.notes.blocked == len(covered)
