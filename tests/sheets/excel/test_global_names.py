"""The names for formulas in an .xlsx file: ranges, the native table, the functions NRR and GRR; errors as figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as NativeTable

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.tables import NOT_AVAILABLE, DateLine, Link, Lookup, Table
from tests.support.xlsx_files import METRICS_TABLE, PROBLEMS, make_file, read_parts


def make_lookup_table(rows: int, *, is_french: bool = False) -> Table:
    lookup = Lookup(
        "NRR_Metrics", {"NRR_Key": 0, "NRR_Cle": 0 if is_french else None}, {"NRR_NRR": 3}, {"NRR": "NRR_NRR"}
    )
    dates = [DateLine("Figures as of", dt.date(2026, 9, 30), "NRR_AsOf")]
    row = ("segment|smb|q3 2026", 38, Decimal(1), NOT_AVAILABLE, None)
    return dataclasses.replace(METRICS_TABLE, rows=[row] * rows, date_lines=dates, lookup=lookup)


def read_global_names(path: Path) -> dict[str, str]:
    return {name: defined.attr_text for name, defined in openpyxl.load_workbook(path).defined_names.items()}


def test_names_table_and_errors_of_a_lookup(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([make_lookup_table(2, is_french=True), PROBLEMS])
    names = read_global_names(path)
    assert names["NRR_Key"] == names["NRR_Cle"] == "'NRR Metrics'!$A$4:$A$5"
    assert (names["NRR_NRR"], names["NRR_AsOf"]) == ("'NRR Metrics'!$D$4:$D$5", "'NRR Metrics'!$B$2")
    sheet = openpyxl.load_workbook(path)["NRR Metrics"]
    assert (sheet["D4"].value, sheet["D4"].data_type) == ("#N/A", "e")
    assert sheet.tables["NRR_Metrics"].ref == "A3:E5"
    once = path.read_bytes()
    ExcelWorkbook(path).write([make_lookup_table(2, is_french=True), PROBLEMS])
    assert path.read_bytes() == once
    ExcelWorkbook(path).write([make_lookup_table(7)])
    names = read_global_names(path)
    assert names["NRR_Key"] == "'NRR Metrics'!$A$4:$A$10"
    assert "NRR_Cle" not in names
    assert openpyxl.load_workbook(path)["NRR Metrics"].tables["NRR_Metrics"].ref == "A3:E10"


def test_functions_are_stored_as_excel_stores_them(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([make_lookup_table(2)])
    [text] = re.findall(r'<definedName name="NRR">(.*?)</definedName>', read_parts(path)["xl/workbook.xml"].decode())
    # As Excel 365 writes =LAMBDA(segment,period,LET(when,...)) in a name: no equals sign, a mark before each function
    # that is newer than the format, another before each parameter.
    assert text.startswith("_xlfn.LAMBDA(_xlpm.segment,_xlpm.period,_xlfn.LET(_xlpm.when,IF(ISNUMBER(_xlpm.period),")
    functions = {*re.findall(r"([A-Za-z_.]+)\(", text)}
    known = {"IF", "ISNUMBER", "YEAR", "RIGHT", "MONTH", "FIND", "SIGN", "LEN", "LEFT", "SUM", "INDEX", "MATCH", "NA"}
    assert functions == known | {"_xlfn.LAMBDA", "_xlfn.LET"}
    assert not re.search(r"(?<![._;])\b(?:period|when|tail|hit|own|place)\b", text)


def test_names_and_tables_of_people_stay_theirs(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    book.defined_names["nrr_nrr"] = DefinedName("nrr_nrr", attr_text="MRR!$A$1")
    book["MRR"].append(("b", 1, 2))
    book["MRR"].add_table(NativeTable(displayName="NRR_Metrics", ref="A1:C3"))
    book.save(path)
    for rows in (2, 5):
        ExcelWorkbook(path).write([make_lookup_table(rows)])
        book = openpyxl.load_workbook(path)
        assert book.defined_names["nrr_nrr"].attr_text == "MRR!$A$1"
        assert [table.ref for table in book["MRR"].tables.values()] == ["A1:C3"]
        [table] = book["NRR Metrics"].tables.values()
        assert (table.displayName, table.ref, table.id) == ("NRR_Metrics_2", f"A3:E{3 + rows}", 2)


def test_a_list_has_links_and_a_filter(tmp_path: Path) -> None:
    rows = [(Link("MRR!B2", "#'MRR'!B2"), "=x"), (Link("MRR!C2", "https://example.com/"), "long " * 30)]
    table = Table(
        "NRR Problems", "n", ("Cell", "Found"), ("text", "text"), rows, widths=(20, 30), is_list=True
    )  # fmt: skip
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([table])
    once = path.read_bytes()
    ExcelWorkbook(path).write([table])
    assert path.read_bytes() == once
    sheet = openpyxl.load_workbook(path)["NRR Problems"]
    links = [sheet[cell].hyperlink for cell in ("A3", "A4")]
    assert (links[0].location, links[1]) == ("'MRR'!B2", None)
    assert (sheet["A3"].value, sheet["B3"].value, sheet["B3"].data_type) == ("MRR!B2", "=x", "s")
    assert sheet.auto_filter.ref == "A2:B4"
    assert sheet["B4"].alignment.wrap_text
    assert b'name="_xlnm._FilterDatabase" localSheetId="1" hidden="1"' in read_parts(path)["xl/workbook.xml"]
