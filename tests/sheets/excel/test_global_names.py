"""The names for formulas in an .xlsx file: ranges, the native table, the functions NRR and GRR; errors as figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table as NativeTable

from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.tables import NOT_AVAILABLE, DateLine, Link, Lookup, Table
from tests.support.xlsx_files import METRICS_TABLE, PROBLEMS, change_parts, make_file, read_parts


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


# Written by hand from what Excel saves for a LAMBDA in the Name Manager, never from our builder. No equals sign;
# `_xlfn.` before a function that is newer than the file format, here LAMBDA and LET ([MS-XLSX] 2.2.2, future functions;
# XlsxWriter's pages "Formulas added in Excel 2010 and later" and "The Excel 365 LAMBDA() function"); `_xlpm.` before
# each parameter of LAMBDA and each name of LET, wherever it is used; commas in every language. A file that Excel for
# Windows saved has `_xlfn.LAMBDA(_xlpm.x,_xlpm.x*2)` for LAMBDA(x, x*2).
NRR_IN_ENGLISH = (
    "_xlfn.LAMBDA(_xlpm.segment,_xlpm.period,_xlfn.LET("
    '_xlpm.when,IF(ISNUMBER(_xlpm.period),YEAR(_xlpm.period)&"-"&RIGHT("0"&MONTH(_xlpm.period),2),_xlpm.period),'
    '_xlpm.tail,IF(ISNUMBER(FIND("|",_xlpm.segment)),"","|")&_xlpm.segment&"|"&_xlpm.when,'
    "_xlpm.hit,SIGN((RIGHT(NRR_Key,LEN(_xlpm.tail))=_xlpm.tail)),"
    '_xlpm.first,SIGN((NRR_Key="segment"&_xlpm.tail)),'
    '_xlpm.own,_xlpm.hit*(LEFT(NRR_Key,5)<>"size|"),'
    "_xlpm.place,IF(SUM(_xlpm.first)=1,_xlpm.first,IF(SUM(_xlpm.own)=1,_xlpm.own,_xlpm.hit)),"
    "IF(SUM(_xlpm.place)=1,INDEX(NRR_NRR,MATCH(1,_xlpm.place,0)),NA())))"
)
NRR_IN_FRENCH = NRR_IN_ENGLISH.replace(
    "SIGN((RIGHT(NRR_Key,LEN(_xlpm.tail))=_xlpm.tail))",
    "SIGN((RIGHT(NRR_Key,LEN(_xlpm.tail))=_xlpm.tail)+(RIGHT(NRR_Cle,LEN(_xlpm.tail))=_xlpm.tail))",
).replace(
    'SIGN((NRR_Key="segment"&_xlpm.tail))',
    'SIGN((NRR_Key="segment"&_xlpm.tail)+(NRR_Cle="segment"&_xlpm.tail))',
)


@pytest.mark.parametrize(("is_french", "expected"), [(False, NRR_IN_ENGLISH), (True, NRR_IN_FRENCH)])
def test_functions_are_stored_as_excel_stores_them(tmp_path: Path, expected: str, *, is_french: bool) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([make_lookup_table(2, is_french=is_french)])
    # No other attribute than the name: with `function` or `vbProcedure` Excel refuses the file as one with macros.
    [text] = re.findall(r'<definedName name="NRR">(.*?)</definedName>', read_parts(path)["xl/workbook.xml"].decode())
    assert unescape(text) == expected
    # What Excel accepts: balanced brackets and quotes, at most 8,192 characters.
    assert expected.count("(") == expected.count(")")
    assert expected.count('"') % 2 == 0
    assert len(expected) <= 8192


def test_functions_that_libreoffice_saved_are_written_again(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([make_lookup_table(2)])

    def spell_as_libreoffice(parts: dict[str, bytes]) -> None:
        part = parts["xl/workbook.xml"]
        assert b">_xlfn.LAMBDA(" in part
        parts["xl/workbook.xml"] = part.replace(b"_xlfn.LAMBDA(", b"_xlfn.lambda(").replace(
            b"_xlfn.LET(", b"_xlfn.let("
        )

    change_parts(path, spell_as_libreoffice)
    ExcelWorkbook(path).write([make_lookup_table(2)])
    assert read_global_names(path)["NRR"] == NRR_IN_ENGLISH


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
