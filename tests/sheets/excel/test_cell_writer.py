"""Single cells put into a sheet of people: the part's other bytes stay, whatever form its rows and cells have."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from core.errors import WorkbookBusyError
from sheets.excel.parts.sheet_cells import put_cells
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.tables import NOT_AVAILABLE, CellRun, Link, OwnFormula
from tests.support.xlsx_files import METRICS_TABLE, make_file

HEAD = b'<worksheet xmlns="x">'
NEW = '<c r="{}"><v>9</v></c>'


@pytest.mark.parametrize(
    ("data", "cells", "expected"),
    [
        ('<row r="2"><c r="A2"/></row>', ["B2"], '<row r="2"><c r="A2"/>*B2*</row>'),
        ('<row r="2"><c r="A2"/><c r="B2" s="1"><v>1</v></c></row>', ["B2"], '<row r="2"><c r="A2"/>*B2*</row>'),
        ('<row r="2"><c r="A2"/><c r="D2"/></row>', ["B2", "C2"], '<row r="2"><c r="A2"/>*B2**C2*<c r="D2"/></row>'),
        # Without addresses a row is below, and a cell right of, the one before.
        ("<row><c/></row><row><c/><c/></row>", ["B2"], "<row><c/></row><row><c/>*B2*</row>"),
        ('<row r="2"/>', ["B2"], '<row r="2">*B2*</row>'),
        ('<row r="3"/>', ["A1", "B2"], '<row r="1">*A1*</row><row r="2">*B2*</row><row r="3"/>'),
        ('<row r="1"/>', ["B2"], '<row r="1"/><row r="2">*B2*</row>'),
        ("", ["B2"], '<row r="2">*B2*</row>'),
        ('<row r="2" spans="1:1"><c r="A2"/></row>', ["C2"], '<row r="2" spans="1:3"><c r="A2"/>*C2*</row>'),
    ],
)
def test_cells_take_their_places(data: str, cells: list[str], expected: str) -> None:
    placed = {(int(name[1:]) - 1, ord(name[0]) - 65): NEW.format(name) for name in cells}
    content = HEAD + f"<sheetData>{data}</sheetData><pageMargins/></worksheet>".encode()
    for name in cells:
        expected = expected.replace(f"*{name}*", NEW.format(name))
    written = put_cells(content, placed)
    assert written == HEAD + f"<sheetData>{expected}</sheetData><pageMargins/></worksheet>".encode()


def test_the_size_of_the_sheet_grows_with_its_cells() -> None:
    content = HEAD + b'<dimension ref="A1:B3"/><sheetData/></worksheet>'
    assert b'<dimension ref="A1:D5"/>' in put_cells(content, {(4, 3): NEW.format("D5")})
    assert b'<dimension ref="A1:B3"/>' in put_cells(content, {(1, 1): NEW.format("B2")})


def test_every_kind_of_value_is_read_again(tmp_path: Path) -> None:
    path = make_file(tmp_path / "Book.xlsx")
    workbook = ExcelWorkbook(path)
    workbook.write([METRICS_TABLE])
    tab = next(tab for tab in workbook.tabs() if tab.is_bot_tab)
    values = (
        *((Decimal("0.968"), "percent"), (Decimal("592400.50"), "money"), (12, "integer"), ("=A & <b>", "text")),
        *((dt.date(2026, 9, 30), "date"), (NOT_AVAILABLE, "percent"), (None, "text"), ("é\N{SNOWMAN}", "text")),
        *((Link('17 "x"', "#'NRR Accounts'!A1"), "text"), (OwnFormula("SUM(A1;A2)"), "any")),
    )
    assert workbook.write_cells(tab, [CellRun(40, 1, values)], 2) is None  # type: ignore[arg-type] # names of formats
    sheet = openpyxl.load_workbook(path)[tab.title]
    cells = [sheet.cell(41, column) for column in range(2, 12)]
    assert [cell.value for cell in cells[:8]] == [
        *(0.968, 592400.5, 12, "=A & <b>", dt.datetime(2026, 9, 30), "#N/A", None, "é\N{SNOWMAN}")  # noqa: DTZ001 - a cell has no time zone
    ]
    assert [cell.number_format for cell in cells[:5]] == ["0.0%", "#,##0.00", "#,##0", "General", "yyyy-mm-dd"]
    assert (cells[3].data_type, cells[3].quotePrefix, cells[5].data_type) == ("s", True, "e")
    assert (cells[8].value, cells[9].value) == ('=HYPERLINK("#\'NRR Accounts\'!A1","17 ""x""")', "=SUM(A1,A2)")
    # The link has its text for programs that do not calculate.
    [grid] = workbook.read([tab])
    assert grid.rows[40][9] == '17 "x"'


def test_a_tab_that_vanished_meanwhile_is_reported(tmp_path: Path) -> None:
    path = make_file(tmp_path / "Book.xlsx")
    workbook = ExcelWorkbook(path)
    workbook.write([METRICS_TABLE])
    tab = next(tab for tab in workbook.tabs() if tab.is_bot_tab)
    book = openpyxl.load_workbook(path)
    book.remove(book[tab.title])
    book.save(path)
    with pytest.raises(WorkbookBusyError, match="were changed while they were read"):
        workbook.write_cells(tab, [CellRun(2, 1, [("x", "text")])], 2)


def test_a_file_that_was_saved_since_it_was_marked_is_left_as_it_is(tmp_path: Path) -> None:
    path = make_file(tmp_path / "Book.xlsx")
    workbook = ExcelWorkbook(path)
    workbook.write([METRICS_TABLE])
    tab = next(tab for tab in workbook.tabs() if tab.is_bot_tab)
    workbook.mark_places(tab, 1, [0, 1])
    run = CellRun(2, 1, [("x", "text")])
    workbook.write_cells(tab, [run], 2)
    workbook.write_cells(tab, [run], 2)
    book = openpyxl.load_workbook(path)
    book[tab.title].insert_cols(1)
    book.save(path)
    saved = path.read_bytes()
    with pytest.raises(WorkbookBusyError, match="were changed while they were read"):
        workbook.write_cells(tab, [run], 2)
    assert path.read_bytes() == saved
