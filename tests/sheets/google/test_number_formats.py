"""Number formats, merged cells and hidden tabs of a Google Sheet."""

from __future__ import annotations

import pytest

from sheets.google import number_formats
from sheets.google.workbook import GoogleWorkbook
from sheets.workbook.port import Area, FormatRun, Tab
from tests.support.google.schema import Json
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given
from tests.support.google_tables import GET, Connect

POUNDS = "[$£-809]#,##0.00"
ROWS: list[list[Given]] = [["Account ID", "2025-01", "2025-02"]]
ROWS += [[f"A-{row}", 100, 0.5] for row in range(1, 12)]


def set_format(top: int, bottom: int, column: int, pattern: str, kind: str = "CURRENCY") -> Json:
    area = {"startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": column, "endColumnIndex": column + 1}
    cell = {"userEnteredFormat": {"numberFormat": {"type": kind, "pattern": pattern}}}
    return {"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}


def read_formats(workbook: GoogleWorkbook) -> tuple[FormatRun, ...]:
    return workbook.read(workbook.tabs())[0].formats


def test_formats_with_a_currency_or_a_unit_are_runs_of_a_column(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS})
    server.batch(sheet, set_format(0, 1000, 1, POUNDS), set_format(1, 4, 2, '0.0"k"', "NUMBER"))
    server.batch(sheet, set_format(4, 6, 2, "0%", "PERCENT"), set_format(6, 9, 2, 'yyyy"y"', "DATE"))
    assert read_formats(connect(sheet)) == (FormatRun(1, 0, 12, POUNDS), FormatRun(2, 1, 4, '0.0"k"'))
    assert server.counts()[GET] == 2


@pytest.mark.parametrize("limit", ["MAX_ROWS", "MAX_CELLS"])
def test_a_uniform_column_of_a_large_tab_has_its_format_in_all_rows(
    server: GoogleServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(number_formats, limit, {"MAX_ROWS": 4, "MAX_CELLS": 4 * 26 + 25}[limit])
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS})
    server.batch(sheet, set_format(1, 12, 1, POUNDS), set_format(1, 3, 2, POUNDS), set_format(3, 12, 2, '0"k"'))
    # Column C has two formats in the rows that are read, so those of the others are unknown.
    assert read_formats(connect(sheet)) == (
        FormatRun(1, 1, 12, POUNDS),
        FormatRun(2, 1, 3, POUNDS),
        FormatRun(2, 3, 4, '0"k"'),
    )
    assert server.calls[-1].query["ranges"] == ["'MRR'!A1:Z4"]


def test_a_format_that_ends_within_the_rows_that_are_read_ends_there(
    server: GoogleServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(number_formats, "MAX_ROWS", 4)
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS})
    server.batch(sheet, set_format(1, 3, 1, POUNDS))
    assert read_formats(connect(sheet)) == (FormatRun(1, 1, 3, POUNDS),)


def test_the_areas_fit_into_one_request() -> None:
    tabs = [Tab(number, f"{number:0100}", 1000, 100) for number in range(100)]
    areas = number_formats.choose_format_areas(tabs, [1000] * 100)
    assert sum(area.rows * area.tab.columns for area in areas) <= number_formats.MAX_CELLS
    assert sum(len(area.address) for area in areas) <= 6_000
    assert number_formats.choose_format_areas(tabs, [0] * 100) == []


def test_the_first_rows_alone_cost_no_request_for_formats(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS, "Blank": []})
    workbook = connect(sheet)
    tabs = workbook.tabs()
    workbook.read(tabs, 5)
    workbook.read(tabs[1:])
    assert server.counts()[GET] == 1


def test_merged_cells_are_those_of_their_tab(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"Notes": [["x"]], "MRR": [["Account ID", "2025-01"], ["a", 1]]})
    tab_id = server.sheet(sheet, "MRR").id
    for top, bottom in ((4, 6), (1, 3)):
        area = {"sheetId": tab_id, "startRowIndex": top, "endRowIndex": bottom, "startColumnIndex": 0}
        server.batch(sheet, {"mergeCells": {"range": {**area, "endColumnIndex": 1}, "mergeType": "MERGE_ALL"}})
    workbook = connect(sheet)
    notes, mrr = workbook.read(workbook.tabs())
    assert (notes.merges, mrr.merges) == ((), (Area(1, 0, 3, 1), Area(4, 0, 6, 1)))


def test_hidden_tabs_are_marked(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS, "Old": ROWS})
    properties = {"sheetId": server.sheet(sheet, "Old").id, "hidden": True}
    server.batch(sheet, {"updateSheetProperties": {"properties": properties, "fields": "hidden"}})
    assert [(tab.title, tab.is_hidden) for tab in connect(sheet).tabs()] == [("MRR", False), ("Old", True)]


def test_a_stray_cell_far_below_is_left_out(server: GoogleServer, connect: Connect) -> None:
    sheet = server.add_spreadsheet("Retention", {"MRR": ROWS}, sizes={"MRR": (300_000, 26)})
    server.edit(sheet, "MRR", "Z300000", "x")
    workbook = connect(sheet)
    assert len(workbook.read(workbook.tabs())[0].rows) == len(ROWS)
