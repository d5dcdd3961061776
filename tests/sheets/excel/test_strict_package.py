"""Workbooks that Excel saved as Strict Open XML Spreadsheet."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.errors import WorkbookError
from sheets.excel.strict_package import convert_strict_package
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.port import Area
from tests.support.xlsx_files import METRICS_TABLE, change_parts, make_file, read_parts

STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/": b"http://purl.oclc.org/ooxml/spreadsheetml/",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
    b"/relationships/extended-properties": b"/relationships/extendedProperties",
}
ADDRESS = "http://purl.oclc.org/ooxml/spreadsheetml/main"


def make_strict(parts: dict[str, bytes]) -> None:
    """Rename the namespaces of all parts except those in texts, as Excel does, and store the date of B1 as ISO 8601."""
    for name, content in parts.items():
        if name != "[Content_Types].xml":
            for usual, strict in STRICT.items():
                content = content.replace(usual, strict)  # noqa: PLW2901 - one replacement after the other
            parts[name] = content.replace(b"<workbook ", b'<workbook conformance="strict" ')
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert b"<v>46265</v>" in sheet
    start = sheet.rindex(b"<c ", 0, sheet.index(b"<v>46265</v>"))
    end = sheet.index(b"</c>", start)
    iso = b'<c r="B1" s="1" t="d"><v>2026-08-31T00:00:00</v>'
    parts["xl/worksheets/sheet1.xml"] = sheet[:start] + iso + sheet[end:]


@pytest.fixture
def strict_file(tmp_path: Path) -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.append(("Account ID", dt.date(2026, 8, 31)))
    sheet.append((f'xmlns="{ADDRESS}"', 100))
    sheet.append((ADDRESS, 0.5))
    sheet["B2"].number_format = '#,##0 "€"'
    sheet["A5"], sheet["B3"].number_format = "Note", "yyyy-mm-dd"
    sheet.merge_cells("A5:B5")
    made.create_sheet("Old").sheet_state = "veryHidden"
    made.save(tmp_path / "strict.xlsx")
    return change_parts(tmp_path / "strict.xlsx", make_strict)


def test_a_strict_workbook_is_read_as_any_other(strict_file: Path) -> None:
    workbook = ExcelWorkbook(strict_file)
    assert [(tab.title, tab.is_hidden) for tab in workbook.tabs()] == [("Sheet", False), ("Old", True)]
    grid = workbook.read(workbook.tabs())[0]
    assert grid.rows[0] == ["Account ID", dt.datetime(2026, 8, 31)]  # noqa: DTZ001 - what a sheet holds
    assert [run.code for run in grid.formats] == ['#,##0 "€"']
    assert grid.merges == (Area(4, 0, 5, 2),)


def test_a_text_with_such_an_address_stays(strict_file: Path) -> None:
    workbook = ExcelWorkbook(strict_file)
    rows = workbook.read(workbook.tabs())[0].rows
    assert [row[0] for row in rows[1:3]] == [f'xmlns="{ADDRESS}"', ADDRESS]


def test_addresses_that_a_chunk_cuts_are_converted(strict_file: Path) -> None:
    def grow(parts: dict[str, bytes]) -> None:
        sheet = parts["xl/worksheets/sheet1.xml"]
        # A namespace that is declared far inside of the part, across the end of a chunk.
        for shift in range(60):
            filler = b"<!--" + b"x" * (2**16 - 4 - 3 - len(sheet) % 7 - shift) + b"-->"
            sheet = sheet.replace(b"<sheetData", filler + b"<sheetData", 1)
        declared = b'<sheetData xmlns="' + ADDRESS.encode() + b'"'
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"<sheetData", declared, 1)

    change_parts(strict_file, grow)
    with zipfile.ZipFile(io.BytesIO(convert_strict_package(strict_file.read_bytes()))) as package:
        assert ADDRESS.encode() not in package.read("xl/worksheets/sheet1.xml").split(b"<row", 1)[0]
    workbook = ExcelWorkbook(strict_file)
    assert workbook.read(workbook.tabs())[0].rows[1][1] == 100


def test_any_other_package_stays_as_it_is(tmp_path: Path) -> None:
    data = make_file(tmp_path / "a.xlsx").read_bytes()
    assert convert_strict_package(data) is data


def test_a_strict_workbook_is_written_in_place_and_stays_strict(strict_file: Path) -> None:
    before = read_parts(strict_file)
    assert not ExcelWorkbook(strict_file).write([METRICS_TABLE]).is_copy
    after = read_parts(strict_file)
    assert {name for name in before if name.startswith("xl/worksheets/") and after[name] != before[name]} == set()
    assert [tab.title for tab in ExcelWorkbook(strict_file).tabs()][-1] == METRICS_TABLE.title
    assert convert_strict_package(strict_file.read_bytes()) != strict_file.read_bytes()


@pytest.mark.timeout(60)
def test_a_tag_or_a_text_without_an_end_is_not_copied_again_and_again(tmp_path: Path) -> None:
    def add(before: bytes, after: bytes) -> Path:
        def change(parts: dict[str, bytes]) -> None:
            make_strict(parts)
            name = "xl/worksheets/sheet1.xml"
            parts[name] = parts[name].replace(b"</sheetData>", b"</sheetData>" + before + b"x" * 12_000_000 + after)

        made = make_file(tmp_path / "x.xlsx", ("a", dt.date(2026, 8, 31)))
        return change_parts(made, change)

    workbook = ExcelWorkbook(add(b"", b""))
    assert workbook.tabs()
    with pytest.raises(WorkbookError, match="is damaged"):
        ExcelWorkbook(add(b'<x a="', b'"/>')).tabs()
