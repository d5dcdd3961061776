"""The cells of .xlsx files: made by openpyxl or by hand, and read through the port."""

from __future__ import annotations

import datetime as dt
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from sheets.excel.workbook import ExcelWorkbook
from sheets.templates.sample import SAMPLE
from sheets.workbook.port import Area, Cell, FormatRun
from tests.support.xlsx_files import change_parts, make_file, make_file_with_cells, read_only_tab


def test_values_keep_their_kind(tmp_path: Path) -> None:
    day, noon = dt.datetime(2026, 9, 1), dt.time(12, 30)  # noqa: DTZ001 - what a sheet holds
    path = make_file(
        tmp_path / "a.xlsx", ("00123", 12, 12.5, True, day, noon, "#REF!", None, " é "), (None,), ("last",)
    )
    assert read_only_tab(path) == [["00123", 12, 12.5, True, day, "12:30:00", "#REF!", None, " é "], [], ["last"]]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c r="B1"><f>1+2</f><v>3</v></c>', 3),
        ('<c r="B1" t="str"><f>A1</f><v>yes</v></c>', "yes"),
        ('<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="B1" t="str"><f>IF(1,"")</f><v></v></c>', None),
        ('<c r="B1"><f>A1+C1</f></c>', "=A1+C1"),
        ('<c r="B1"><f>A1+C1</f><v></v></c>', "=A1+C1"),
        ('<c r="B1"><f t="array" ref="B1">SUM(A1)</f></c>', "=SUM(A1)"),
        ('<c r="B1"><f t="shared" si="0"/></c>', "="),
    ],
)
def test_a_formula_reads_as_what_it_last_showed_and_never_silently_as_blank(
    tmp_path: Path, cell: str, read: Cell
) -> None:
    path = make_file_with_cells(
        tmp_path / "a.xlsx", f'<row r="1"><c r="A1"><v>1</v></c>{cell}<c r="C1"><v>2</v></c></row>'
    )
    assert read_only_tab(path) == [[1, read, 2]]


def test_a_formula_that_shares_anothers_reads_as_its_own(tmp_path: Path) -> None:
    first = '<c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f></c>'
    cells = f'<row r="1">{first}</row><row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
    assert read_only_tab(make_file_with_cells(tmp_path / "a.xlsx", cells)) == [[None, "=A1*2"], [None, "=A2*2"]]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('t="inlineStr"><is><t>a b</t></is>', "a b"),
        ('t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r></is>', "a b"),
        ('t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is>', "東京"),
        ('t="str"><v>a &amp; b<!-- c --></v>', "a & b"),
        ('t="str"><v><![CDATA[<v>1</v>]]></v>', "<v>1</v>"),
        ("><v> 3 </v>\n", 3),
        ("><v>5.0</v>", 5.0),
        ("><v>12345678901234567890</v>", 12345678901234567890),
        ("><v>0.30000000000000004</v>", 0.30000000000000004),
        ('t="e"><v>#SPILL!</v>', "#SPILL!"),
        ('t="d"><v>2026-01-02T03:04:05</v>', dt.datetime(2026, 1, 2, 3, 4, 5)),  # noqa: DTZ001 - what a sheet holds
        ('t="d"><v>2026-01-31</v>', dt.date(2026, 1, 31)),
        ('t="d"><v>31 January</v>', "31 January"),
        ("><v></v>", None),
        ('><v>1</v><extLst><ext uri="x"/></extLst>', 1),
    ],
)
def test_every_way_to_store_a_value(tmp_path: Path, cell: str, read: Cell) -> None:
    cells = f'<row r="1.0">\n<c r="A1"><v>0</v></c>\n<c r="B1" {cell}</c>\n<c r="C1"><v>2</v></c></row>'
    path = make_file_with_cells(tmp_path / "a.xlsx", cells)
    assert read_only_tab(path) == [[0, read, 2]]
    assert type(read_only_tab(path)[0][1]) is type(read)


def test_a_cell_in_the_last_corner_is_kept_when_its_row_has_more(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="A1048576"><v>2</v></c><c r="B1048576"><v>3</v></c></row>'
    cells = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>1</v></c></row>{far}'
    rows = read_only_tab(make_file_with_cells(tmp_path / "a.xlsx", cells))
    assert (rows[0], len(rows), rows[-1]) == ([1, 1], 1_048_576, [2, 3])


def test_merged_cells_are_reported_in_order(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["A3"] = "SMB", "Enterprise"
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("A1:B2")
    made.save(tmp_path / "a.xlsx")
    workbook = ExcelWorkbook(tmp_path / "a.xlsx")
    assert workbook.read(workbook.tabs())[0].merges == (Area(0, 0, 2, 2), Area(2, 0, 4, 1))


def test_number_formats_with_a_currency_or_a_unit_are_runs_of_a_column(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    for values in (("Account ID", "2026-08", "Share"), ("a", 1, 0.5), ("b", None, 0.5), ("c", 3, 0.5)):
        sheet.append(values)
    for cell, code in (("B2", "[$£-809]#,##0.00"), ("B4", "[$£-809]#,##0.00"), ("C2", "0%"), ("C3", '0.0"k"')):
        sheet[cell].number_format = code
    sheet["B9"].number_format = '"€"0'
    made.save(tmp_path / "a.xlsx")
    workbook = ExcelWorkbook(tmp_path / "a.xlsx")
    assert workbook.read(workbook.tabs())[0].formats == (
        FormatRun(1, 1, 4, "[$£-809]#,##0.00"),
        FormatRun(2, 2, 3, '0.0"k"'),
    )


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_tabs_are_marked(tmp_path: Path, state: str) -> None:
    made = openpyxl.Workbook()
    made.create_sheet("Old").sheet_state = state
    made.save(tmp_path / "a.xlsx")
    assert [(tab.title, tab.is_hidden) for tab in ExcelWorkbook(tmp_path / "a.xlsx").tabs()] == [
        ("Sheet", False),
        ("Old", True),
    ]


def test_what_openpyxl_saves_with_formulas_is_read_as_formulas(tmp_path: Path) -> None:
    assert read_only_tab(make_file(tmp_path / "a.xlsx", ("a", 1, "=B1*2"))) == [["a", 1, "=B1*2"]]


def test_of_merged_cells_the_first_holds_the_value(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["C1"] = "SMB", 5
    sheet.merge_cells("A1:B2")
    made.save(tmp_path / "a.xlsx")
    assert read_only_tab(tmp_path / "a.xlsx") == [["SMB", None, 5]]


def read_with_openpyxl(path: Path) -> list[list[list[object]]]:
    """Return the rows of each tab as openpyxl reads them, without the blanks at the ends of rows and tabs."""
    tabs = []
    for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
        rows: list[list[object]] = []
        for cells in sheet.iter_rows(values_only=True):
            shown = (str(cell) if isinstance(cell, (dt.time, dt.timedelta)) else cell for cell in cells)
            row: list[object] = [None if cell == "" else cell for cell in shown]
            while row and row[-1] is None:
                row.pop()
            rows.append(row)
        while rows and not rows[-1]:
            rows.pop()
        tabs.append(rows)
    return tabs


def read_through_port(path: Path) -> list[list[list[object]]]:
    workbook = ExcelWorkbook(path)
    return [[list(row) for row in grid.rows] for grid in workbook.read(workbook.tabs())]


def are_equal(one: list[list[list[object]]], other: list[list[list[object]]]) -> bool:
    """Return True if both have the same values of the same types: 5 is not 5.0, and True is not 1."""
    return repr(one) == repr(other)


def test_the_sample_reads_as_openpyxl_alone_reads_it() -> None:
    assert are_equal(read_through_port(SAMPLE), read_with_openpyxl(SAMPLE))


FORMATS = ("General", "0.00", "0%", "yyyy-mm-dd", "mmm yy", "h:mm", "[h]:mm", '"d" 0', "[Red]0", "@")


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(-1e308, 1e308),  # openpyxl writes the largest ones rounded up to infinity
    st.integers(-5, 60_000),
    st.floats(0, 60_000),
    st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t <&_x\"'="), max_size=8),
    st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - what a sheet holds
    st.times(),
    st.sampled_from(["#REF!", "#N/A", "#DIV/0!", "_x000D_", "00123", " a ", "1E5"]),
)


CELLS = st.tuples(st.integers(1, 12), st.integers(1, 60), VALUES, st.sampled_from(FORMATS))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS, max_size=25), st.booleans(), st.booleans())
def test_any_file_reads_as_openpyxl_alone_reads_it(
    cells: list[tuple[int, int, Any, str]], since_1904: bool, rows_are_named: bool
) -> None:
    made = openpyxl.Workbook()
    made.epoch = MAC_EPOCH if since_1904 else WINDOWS_EPOCH
    sheet = made.worksheets[0]
    for row, column, value, number_format in cells:
        cell = sheet.cell(row, column)
        cell.value, cell.number_format = value, number_format
        if cell.data_type == "f":
            cell.data_type = "s"  # what looks like a formula is a text here; formulas have their own tests
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        made.save(path)
        if not rows_are_named:
            # Some programs leave the places out; a row is then the next one, and so is a cell.
            change_parts(path, without_places)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a date that is none
            assert are_equal(read_through_port(path), read_with_openpyxl(path))


def without_places(parts: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(rb'(<(?:c|row)) r="[A-Z0-9]+"', rb"\1", parts[name])


@pytest.mark.parametrize("dimension", ['<dimension ref="A1"/>', ""])
def test_the_size_that_a_file_claims_is_not_believed(tmp_path: Path, dimension: str) -> None:
    cells = '<row r="2"><c r="B2"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row><row r="9"><c r="A9"/></row>'
    path = make_file_with_cells(tmp_path / "a.xlsx", cells, dimension=dimension)
    assert read_only_tab(path) == [[], [None, 1], [2]]
    tab = ExcelWorkbook(path).tabs()[0]
    assert (tab.rows, tab.columns) == ((1, 1) if dimension else (3, 2))


def test_only_the_first_rows_are_read_when_asked(tmp_path: Path) -> None:
    workbook = ExcelWorkbook(make_file(tmp_path / "a.xlsx", *((number,) for number in range(1, 8))))
    assert workbook.read(workbook.tabs(), rows=2)[0].rows == [[1], [2]]
