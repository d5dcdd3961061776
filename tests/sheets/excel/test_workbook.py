"""Real .xlsx files: made by openpyxl, by hand, or by this project, and read and written through the port."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from core.errors import (
    WorkbookBusyError,
)
from sheets.excel.workbook import ExcelWorkbook, create_workbook
from sheets.workbook.input_tabs import InputColumn, InputTab
from sheets.workbook.port import Workbook
from sheets.workbook.tables import Table
from tests.support.xlsx_files import METRICS_TABLE, PROBLEMS, SUMMARY, add_bar_chart, make_file


def cells_of(path: Path) -> list[list[list[object]]]:
    """Return the cells of a file as openpyxl reads them: values, types, formats, fonts, fills."""
    return [
        [
            [(cell.value, cell.data_type, cell.number_format, repr(cell.font), repr(cell.fill)) for cell in row]
            for row in sheet.iter_rows()
        ]
        for sheet in openpyxl.load_workbook(path).worksheets
    ]


def test_it_is_a_workbook_of_the_port(tmp_path: Path) -> None:
    workbook: Workbook = ExcelWorkbook(make_file(tmp_path / "Revenue.xlsx"))
    assert workbook.name == "Revenue.xlsx"
    assert workbook.source == f"file:{tmp_path}/Revenue.xlsx"
    assert (workbook.locale, workbook.time_zone) == ("", "")
    assert workbook.link(workbook.tabs()[0], "A1") == ""


def test_tabs_come_in_their_order_hidden_ones_too(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.create_sheet("Second").sheet_state = "hidden"
    made.create_sheet("First", 0).append(["x"])
    made.save(tmp_path / "a.xlsx")
    tabs = ExcelWorkbook(tmp_path / "a.xlsx").tabs()
    assert [(tab.id, tab.title, tab.is_bot_tab) for tab in tabs] == [
        (0, "First", False),
        (1, "Sheet", False),
        (2, "Second", False),
    ]


def test_a_file_saved_meanwhile_is_read_anew(tmp_path: Path) -> None:
    workbook = ExcelWorkbook(make_file(tmp_path / "a.xlsx", ("old",)))
    before, tabs = workbook.version(), workbook.tabs()
    make_file(tmp_path / "a.xlsx", ("new",))
    assert workbook.version() != before
    assert workbook.read(tabs)[0].rows == [["new"]]
    make_file(tmp_path / "a.xlsx", ("new",), title="Other")
    with pytest.raises(WorkbookBusyError, match="were changed while they were read"):
        workbook.read(tabs)


def test_the_version_is_of_what_stands_in_the_file(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    version = ExcelWorkbook(path).version()
    os.utime(path, (0, 0))
    assert ExcelWorkbook(path).version() == version


def test_writing_the_same_again_leaves_the_file_alone(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    first, cells = path.stat(), cells_of(path)
    ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    ExcelWorkbook(path).write([PROBLEMS])
    assert cells_of(path) == cells


def test_a_shorter_table_leaves_nothing_of_the_longer_one_and_takes_its_place(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    ExcelWorkbook(path).write([Table("NRR Metrics", "n", ("Segment",), ("text",), ())])
    workbook = ExcelWorkbook(path)
    assert [tab.title for tab in workbook.tabs()] == ["MRR", "NRR Metrics", "NRR Problems"]
    assert workbook.read(workbook.tabs())[1].rows == [["n"], ["Segment"]]


def test_other_tabs_are_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    create_workbook(
        path,
        [
            InputTab(
                "Customers",
                [InputColumn("Account ID", note="Yours"), InputColumn("Segment", choices=("A",), error_message="No")],
                [],
            ),
            InputTab(
                "MRR",
                [InputColumn("Account ID"), InputColumn(dt.date(2026, 9, 1), "money")],
                [["=a", Decimal("4583.33")]],
            ),
        ],
    )
    before = cells_of(path)
    ExcelWorkbook(path).write([METRICS_TABLE])
    assert cells_of(path)[:2] == before
    sheet = openpyxl.load_workbook(path)["Customers"]
    assert sheet["A1"].comment is not None
    assert sheet["A1"].comment.text == "Yours"
    assert [check.error for check in sheet.data_validations.dataValidation] == ["No"]
    assert sheet.freeze_panes == "B2"


def test_a_tab_with_our_title_that_we_did_not_make_is_refused(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx", ("mine",), title="nrr metrics")
    written = ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    assert (written.tabs, written.refused) == (("NRR Problems",), ("NRR Metrics",))
    workbook = ExcelWorkbook(path)
    assert workbook.read(workbook.tabs())[0].rows == [["mine"]]
    before = path.read_bytes()
    assert ExcelWorkbook(path).write([METRICS_TABLE]).tabs == ()
    assert path.read_bytes() == before


def test_the_mark_goes_with_the_tab_that_bears_it(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS_TABLE])
    made = openpyxl.load_workbook(path)
    made["NRR Metrics"].title = "Kept from May"
    made.create_sheet("NRR Metrics").append(["mine"])
    made.save(path)
    assert [(tab.title, tab.is_bot_tab) for tab in ExcelWorkbook(path).tabs()] == [
        ("MRR", False),
        ("Kept from May", True),
        ("NRR Metrics", False),
    ]
    assert ExcelWorkbook(path).write([METRICS_TABLE]).refused == ("NRR Metrics",)


def test_a_summary_of_someone_is_left_alone_with_its_chart(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx", ("a", 1), ("b", 2), title="NRR Summary")
    made = openpyxl.load_workbook(path)
    add_bar_chart(made["NRR Summary"])
    made.save(path)
    held = path.read_bytes()
    assert ExcelWorkbook(path).write([SUMMARY]).refused == ("NRR Summary",)
    assert path.read_bytes() == held


def test_a_tab_of_ours_in_the_middle_keeps_its_place(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])
    made = openpyxl.load_workbook(path)
    made.create_sheet("Notes").append(["mine"])
    made.save(path)
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["MRR", "NRR Summary", "Notes", "NRR Metrics"]
    assert made["Notes"]["A1"].value == "mine"
    assert len(made["NRR Summary"]._charts) == 1  # type: ignore[attr-defined] # missing from the stubs
