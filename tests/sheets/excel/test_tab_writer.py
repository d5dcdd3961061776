"""Tables and input tabs as they are written into an .xlsx file."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from core.errors import (
    WorkbookDeniedError,
    WorkbookError,
)
from sheets.excel.tab_writer import TAB_MARK
from sheets.excel.workbook import ExcelWorkbook, create_workbook
from sheets.workbook.input_tabs import InputColumn, InputTab
from sheets.workbook.tables import Table
from tests.support.xlsx_files import METRICS_TABLE, PROBLEMS, SUMMARY, make_file, read_parts


def test_tables_are_written_as_they_should_show(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    written = ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    assert (written.location, written.tabs) == (str(path), ("NRR Metrics", "NRR Problems"))
    assert (written.refused, written.is_copy) == ((), False)
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["MRR", "NRR Metrics", "NRR Problems"]
    sheet = made["NRR Metrics"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [METRICS_TABLE.notice, None, None, None, None],
        list(METRICS_TABLE.headings),
        ["Enterprise", 38, 41230.05, 1.036, dt.datetime(2026, 9, 30)],  # noqa: DTZ001
        ["=HYPERLINK(1)", 0, 0, None, None],
    ]
    assert [cell.number_format for cell in sheet[3]] == ["General", "#,##0", "#,##0.00", "0.0%", "yyyy-mm-dd"]
    assert all(cell.font.bold for cell in sheet[2])
    assert sheet.freeze_panes == "A3"
    assert (sheet["A4"].data_type, sheet["A4"].quotePrefix) == ("s", True)
    assert made["NRR Problems"]["B3"].data_type == "s"
    assert [tab.is_bot_tab for tab in ExcelWorkbook(path).tabs()] == [False, True, True]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "#REF!", "=", "1,5", "a\x00b", "x" * 40_000])
def test_a_text_stays_a_text(tmp_path: Path, text: str) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([Table("NRR Problems", text, (text,), ("text",), ((text,),))])
    expected = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:32_767]
    workbook = ExcelWorkbook(path)
    assert workbook.read(workbook.tabs())[1].rows == [[expected]] * 3
    assert b"<f>" not in read_parts(path)["xl/worksheets/sheet2.xml"]


@pytest.mark.parametrize(("decimals", "number_format"), [(0, "#,##0"), (2, "#,##0.00"), (3, "#,##0.000")])
def test_money_shows_the_decimals_of_its_currency(tmp_path: Path, decimals: int, number_format: str) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([Table("NRR Metrics", "", ("MRR",), ("money",), ((Decimal(5),),), decimals)])
    assert openpyxl.load_workbook(path)["NRR Metrics"]["A3"].number_format == number_format


def test_colours_and_a_chart_are_excels_own(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])
    sheet = openpyxl.load_workbook(path)["NRR Summary"]
    assert [[sheet.cell(row, column).value for column in (1, 2, 5)] for row in (1, 2, 3, 4)] == [
        ["Written by nrrbot.", None, None], ["Orange below.", None, None], ["Segment", "NRR", "To"],
        ["=Whole", 1.036, dt.datetime(2026, 8, 31)],  # noqa: DTZ001
    ]  # fmt: skip
    assert {
        str(cells.sqref): [(rule.operator, rule.formula) for rule in cells.rules]
        for cells in sheet.conditional_formatting
    } == {
        "B4:B5": [("lessThan", ["0.8"]), ("between", ["0.8", "1"]), ("greaterThan", ["1"])],
        "C4 F4": [("lessThan", ["0.925"]), ("between", ["0.925", "0.95"]), ("greaterThan", ["0.95"])],
    }
    assert (sheet.freeze_panes, sheet["E4"].number_format) == ("B4", "mmm yyyy")
    assert [sheet.column_dimensions[letter].width for letter in "AD"] == [20, 2]
    assert (sheet["A4"].font.bold, sheet["A5"].font.bold, sheet["D3"].fill.fill_type) == (True, False, None)
    assert (sheet["A5"].border.top.style, sheet["E5"].border.top.style) == ("thin", None)
    drawing = read_parts(path)["xl/charts/chart1.xml"].decode()
    assert re.findall(r"<(?:c:)?f>([^<]+)<", drawing) == [
        "'NRR Summary'!F3", "'NRR Summary'!$E$4:$E$5", "'NRR Summary'!$F$4:$F$5",
        "'NRR Summary'!G3", "'NRR Summary'!$E$4:$E$5", "'NRR Summary'!$G$4:$G$5",
    ]  # fmt: skip
    assert "Over twelve months" in drawing


def test_a_note_is_shown_whole_after_a_write(tmp_path: Path) -> None:
    path, long = tmp_path / "a.xlsx", "A customer's own id. " * 20
    create_workbook(path, [InputTab("MRR", [InputColumn("Account ID", note=long)], [])])
    heights = []
    for _ in range(2):
        with zipfile.ZipFile(path) as archive:
            shapes = archive.read("xl/drawings/commentsDrawing1.vml").decode()
        heights += re.findall(r"height:(\d+)", shapes)
        ExcelWorkbook(path).write([METRICS_TABLE])
    assert heights[0] == heights[1]
    assert int(heights[0]) > 200


INPUT = InputTab(
    "MRR",
    [
        InputColumn("Account ID", note="Yours", width=20),
        InputColumn("Size", choices=("SMB", "Enterprise"), error_message="Choose"),
        InputColumn("Use", "percent", error_message="A share"),
        InputColumn("Seats", "integer", error_message="A number"),
        InputColumn("Since", "date", error_message="A date"),
        InputColumn(dt.date(2026, 9, 1), "money", error_message="An amount"),
    ],
    [["EXAMPLE", "SMB", Decimal("0.5"), 3, dt.date(2026, 1, 2), Decimal("9.90")]],
    frozen_columns=2,
    has_example=True,
)


def test_an_input_tab_is_made_with_notes_and_checks(tmp_path: Path) -> None:
    create_workbook(tmp_path / "a.xlsx", [INPUT])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["MRR"]
    assert [cell.number_format for cell in sheet[2]] == ["General", "General", "0%", "#,##0", "yyyy-mm-dd", "#,##0.00"]
    assert sheet["F1"].number_format == "yyyy-mm"
    assert sheet["A2"].font.italic
    assert sheet.freeze_panes == "C2"
    assert sheet.column_dimensions["A"].width == 20
    assert [
        (check.type, check.operator, check.formula1, check.error, str(check.sqref))
        for check in sheet.data_validations.dataValidation
    ] == [
        ("list", None, '"SMB,Enterprise"', "Choose", "B2:B2000"),
        ("decimal", "greaterThanOrEqual", "0", "A share", "C2:C2000"),
        ("whole", "greaterThanOrEqual", "0", "A number", "D2:D2000"),
        ("date", "greaterThan", "32874", "A date", "E2:E2000"),
        ("decimal", "greaterThanOrEqual", "0", "An amount", "F2:F2000"),
    ]
    assert not any(tab.is_bot_tab for tab in ExcelWorkbook(tmp_path / "a.xlsx").tabs())
    assert TAB_MARK not in sheet.defined_names


def test_the_same_tabs_make_the_same_bytes(tmp_path: Path) -> None:
    create_workbook(tmp_path / "a.xlsx", [INPUT])
    create_workbook(tmp_path / "b.xlsx", [INPUT])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        assert archive.read("docProps/core.xml").count(b"2026-01-01T00:00:00Z") == 2


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    with pytest.raises(WorkbookDeniedError, match="exists already"):
        create_workbook(path, [INPUT])
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="could not be written: No such file or directory"):
        create_workbook(tmp_path / "none" / "a.xlsx", [INPUT])
