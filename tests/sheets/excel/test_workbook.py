"""Real .xlsx files: made by openpyxl, by hand, or by this project, and read and written through the port."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import random
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import (
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookMissingError,
)
from sheets.excel.files import replace_file
from sheets.excel.package import find_losses
from sheets.excel.tab_writer import TAB_MARK
from sheets.excel.workbook import ExcelWorkbook, create_workbook
from sheets.templates.sample import SAMPLE
from sheets.workbook.input_tabs import InputColumn, InputTab
from sheets.workbook.port import Cell, Workbook
from sheets.workbook.tables import Band, Chart, Table

METRICS = Table(
    title="NRR Metrics",
    notice="Written by nrrbot, which overwrites this tab.",
    headings=("Segment", "Accounts", "MRR", "NRR", "Close"),
    formats=("text", "integer", "money", "percent", "date"),
    rows=(
        ("Enterprise", 38, Decimal("41230.05"), Decimal("1.036"), dt.date(2026, 9, 30)),
        ("=HYPERLINK(1)", 0, Decimal(0), None, None),
    ),
)
PROBLEMS = Table("NRR Problems", "Likewise.", ("Cell", "Found"), ("text", "text"), (("MRR!A1", "#REF!"),))


def book(path: Path, *rows: tuple[Any, ...], title: str = "MRR") -> Path:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet.title = title
    for row in rows or (("Account ID", "2026-08", "2026-09"), ("a", 100, 120.5)):
        sheet.append(row)
    made.save(path)
    return path


def reworked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Change the parts of a package in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def with_cells(path: Path, cells: str, *, dimension: str = '<dimension ref="A1:C9"/>') -> Path:
    """Make a workbook whose only tab holds `cells`, as they stand in the file."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}">{dimension}<sheetData>{cells}</sheetData></worksheet>'
    return reworked(book(path), lambda parts: parts.update({"xl/worksheets/sheet1.xml": sheet.encode()}))


def cells_of(path: Path) -> list[list[list[object]]]:
    """Everything that openpyxl sees of the cells of a file: values, types, formats, fonts, fills."""
    return [
        [
            [(cell.value, cell.data_type, cell.number_format, repr(cell.font), repr(cell.fill)) for cell in row]
            for row in sheet.iter_rows()
        ]
        for sheet in openpyxl.load_workbook(path).worksheets
    ]


@contextlib.contextmanager
def as_a_mere_user() -> Iterator[None]:
    """Run as somebody whom permissions bind; root reads and writes whatever it wants."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def only_rows(path: Path) -> list[list[Cell]]:
    workbook = ExcelWorkbook(path)
    return [list(row) for row in workbook.read(workbook.tabs())[0].rows]


# Reading


def test_it_is_a_workbook_of_the_port(tmp_path: Path) -> None:
    workbook: Workbook = ExcelWorkbook(book(tmp_path / "Revenue.xlsx"))
    assert workbook.name == "Revenue.xlsx"
    assert workbook.source == f"file:{tmp_path}/Revenue.xlsx"
    assert (workbook.locale, workbook.time_zone) == ("", "")
    assert workbook.link(workbook.tabs()[0], "A1") == ""


def test_values_keep_their_kind(tmp_path: Path) -> None:
    day, noon = dt.datetime(2026, 9, 1), dt.time(12, 30)  # noqa: DTZ001 - what a sheet holds
    path = book(tmp_path / "a.xlsx", ("00123", 12, 12.5, True, day, noon, "#REF!", None, " é "), (None,), ("last",))
    assert only_rows(path) == [["00123", 12, 12.5, True, day, "12:30:00", "#REF!", None, " é "], [], ["last"]]


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
    path = with_cells(tmp_path / "a.xlsx", f'<row r="1"><c r="A1"><v>1</v></c>{cell}<c r="C1"><v>2</v></c></row>')
    assert only_rows(path) == [[1, read, 2]]


def test_a_formula_that_shares_anothers_reads_as_its_own(tmp_path: Path) -> None:
    first = '<c r="B1"><f t="shared" ref="B1:B2" si="0">A1*2</f></c>'
    cells = f'<row r="1">{first}</row><row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
    assert only_rows(with_cells(tmp_path / "a.xlsx", cells)) == [[None, "=A1*2"], [None, "=A2*2"]]


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
        ("><v></v>", None),
        ('><v>1</v><extLst><ext uri="x"/></extLst>', 1),
    ],
)
def test_every_way_to_store_a_value(tmp_path: Path, cell: str, read: Cell) -> None:
    cells = f'<row r="1.0">\n<c r="A1"><v>0</v></c>\n<c r="B1" {cell}</c>\n<c r="C1"><v>2</v></c></row>'
    path = with_cells(tmp_path / "a.xlsx", cells)
    assert only_rows(path) == [[0, read, 2]]
    assert type(only_rows(path)[0][1]) is type(read)


def test_a_stray_cell_in_the_last_corner_costs_nothing(tmp_path: Path) -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    rows = only_rows(with_cells(tmp_path / "a.xlsx", cells))
    assert (rows[0], len(rows), len(rows[-1]), rows[-1][-1]) == ([1], 1_048_576, 16_384, 2)


def test_what_openpyxl_saves_with_formulas_is_read_as_formulas(tmp_path: Path) -> None:
    assert only_rows(book(tmp_path / "a.xlsx", ("a", 1, "=B1*2"))) == [["a", 1, "=B1*2"]]


def test_of_merged_cells_the_first_holds_the_value(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    sheet["A1"], sheet["C1"] = "SMB", 5
    sheet.merge_cells("A1:B2")
    made.save(tmp_path / "a.xlsx")
    assert only_rows(tmp_path / "a.xlsx") == [["SMB", None, 5]]


def by_openpyxl(path: Path) -> list[list[list[object]]]:
    """What openpyxl alone reads of each tab of a file, without the blanks at the ends of rows and of the tab."""
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


def by_us(path: Path) -> list[list[list[object]]]:
    workbook = ExcelWorkbook(path)
    return [[list(row) for row in grid.rows] for grid in workbook.read(workbook.tabs())]


def same(one: list[list[list[object]]], other: list[list[list[object]]]) -> bool:
    """Tell whether both hold the same values of the same types: 5 is not 5.0, and True is not 1."""
    return repr(one) == repr(other)


def test_the_sample_reads_as_openpyxl_alone_reads_it() -> None:
    assert same(by_us(SAMPLE), by_openpyxl(SAMPLE))


FORMATS = ("General", "0.00", "0%", "yyyy-mm-dd", "mmm yy", "h:mm", "[h]:mm", '"d" 0', "[Red]0", "@")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 60_000),
    st.floats(0, 60_000),
    st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t <&_x\"'="), max_size=8),
    st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - what a sheet holds
    st.times(),
    st.sampled_from(["#REF!", "#N/A", "#DIV/0!", "_x000D_", "00123", " a ", "1E5"]),
)
CELLS = st.tuples(st.integers(1, 12), st.integers(1, 60), VALUES, st.sampled_from(FORMATS))


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
            reworked(path, without_places)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a date that is none
            assert same(by_us(path), by_openpyxl(path))


def without_places(parts: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    parts[name] = re.sub(rb'(<(?:c|row)) r="[A-Z0-9]+"', rb"\1", parts[name])


@pytest.mark.parametrize("dimension", ['<dimension ref="A1"/>', ""])
def test_the_size_that_a_file_claims_is_not_believed(tmp_path: Path, dimension: str) -> None:
    cells = '<row r="2"><c r="B2"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row><row r="9"><c r="A9"/></row>'
    path = with_cells(tmp_path / "a.xlsx", cells, dimension=dimension)
    assert only_rows(path) == [[], [None, 1], [2]]
    tab = ExcelWorkbook(path).tabs()[0]
    assert (tab.rows, tab.columns) == ((1, 1) if dimension else (3, 2))


def test_only_the_first_rows_are_read_when_asked(tmp_path: Path) -> None:
    workbook = ExcelWorkbook(book(tmp_path / "a.xlsx", *((number,) for number in range(1, 8))))
    assert workbook.read(workbook.tabs(), rows=2)[0].rows == [[1], [2]]


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
    workbook = ExcelWorkbook(book(tmp_path / "a.xlsx", ("old",)))
    before, tabs = workbook.version(), workbook.tabs()
    book(tmp_path / "a.xlsx", ("new",))
    assert workbook.version() != before
    assert workbook.read(tabs)[0].rows == [["new"]]
    book(tmp_path / "a.xlsx", ("new",), title="Other")
    with pytest.raises(WorkbookBusyError, match="were changed while they were read"):
        workbook.read(tabs)


def test_the_version_is_of_what_stands_in_the_file(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    version = ExcelWorkbook(path).version()
    os.utime(path, (0, 0))
    assert ExcelWorkbook(path).version() == version


# What cannot be read

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _zip_of(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda _: None, WorkbookMissingError, "There is no file"),
        (Path.mkdir, WorkbookMissingError, "is a folder"),
        (lambda path: path.write_bytes(b""), WorkbookBusyError, "incomplete"),
        (lambda path: path.write_bytes(book(path).read_bytes()[:-200]), WorkbookBusyError, "incomplete"),
        (lambda path: path.write_text("Account ID;MRR\n"), WorkbookError, "is not an Excel workbook"),
        (lambda path: path.write_bytes(_OLE), WorkbookError, "is an old .xls workbook"),
        (
            lambda path: path.write_bytes(_OLE + "EncryptedPackage".encode("utf-16-le")),
            WorkbookDeniedError,
            "protected by a password",
        ),
        (lambda path: _zip_of(path, "mimetype", "content.xml"), WorkbookError, "its format is .ods"),
        (lambda path: _zip_of(path, "xl/workbook.bin"), WorkbookError, "its format is .xlsb"),
        (lambda path: _zip_of(path, "photo.jpg"), WorkbookError, "its format is .zip"),
        (lambda path: _zip_of(path, "xl/workbook.xml"), WorkbookError, "is damaged"),
        (lambda path: with_cells(path, '<row r="1"><c r="A1"><v>x</v></c></row>'), WorkbookError, "is damaged"),
        (lambda path: with_cells(path, "<row>"), WorkbookError, "is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason_and_the_mend(
    tmp_path: Path, make: Callable[[Path], object], kind: type[WorkbookError], words: str
) -> None:
    path = tmp_path / "a.xlsx"
    make(path)
    workbook = ExcelWorkbook(path)
    with pytest.raises(WorkbookError, match=words) as caught:
        workbook.read(workbook.tabs())
    assert type(caught.value) is kind
    assert caught.value.mend
    assert str(path) in str(caught.value)


def test_no_damage_to_a_file_gets_out_as_another_error(tmp_path: Path) -> None:
    path, rng = book(tmp_path / "a.xlsx"), random.Random(1)  # noqa: S311 - the same damage every time
    whole = path.read_bytes()
    errors = []
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        workbook = ExcelWorkbook(path)
        for use in (lambda: workbook.read(workbook.tabs()), lambda: workbook.write([METRICS])):  # noqa: B023 - used at once
            try:
                use()
            except WorkbookError as error:
                errors.append(str(error))
    assert errors
    assert all(str(path) in error for error in errors)


def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    path.chmod(0)
    with as_a_mere_user(), pytest.raises(WorkbookDeniedError, match="may not be read"):
        ExcelWorkbook(Path(path)).version()


# Writing


def test_tables_are_written_as_they_should_show(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    written = ExcelWorkbook(path).write([METRICS, PROBLEMS])
    assert (written.location, written.tabs) == (str(path), ("NRR Metrics", "NRR Problems"))
    assert (written.refused, written.is_copy) == ((), False)
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["MRR", "NRR Metrics", "NRR Problems"]
    sheet = made["NRR Metrics"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [METRICS.notice, None, None, None, None],
        list(METRICS.headings),
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
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([Table("NRR Problems", text, (text,), ("text",), ((text,),))])
    expected = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:32_767]
    workbook = ExcelWorkbook(path)
    assert workbook.read(workbook.tabs())[1].rows == [[expected]] * 3
    assert find_losses(path.read_bytes()) == ()


@pytest.mark.parametrize(("decimals", "number_format"), [(0, "#,##0"), (2, "#,##0.00"), (3, "#,##0.000")])
def test_money_shows_the_decimals_of_its_currency(tmp_path: Path, decimals: int, number_format: str) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([Table("NRR Metrics", "", ("MRR",), ("money",), ((Decimal(5),),), decimals)])
    assert openpyxl.load_workbook(path)["NRR Metrics"]["A3"].number_format == number_format


def test_writing_the_same_again_leaves_the_file_alone(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS, PROBLEMS])
    first, cells = path.stat(), cells_of(path)
    ExcelWorkbook(path).write([METRICS, PROBLEMS])
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    ExcelWorkbook(path).write([PROBLEMS])
    assert cells_of(path) == cells


def test_a_shorter_table_leaves_nothing_of_the_longer_one_and_takes_its_place(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS, PROBLEMS])
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
    ExcelWorkbook(path).write([METRICS])
    assert cells_of(path)[:2] == before
    sheet = openpyxl.load_workbook(path)["Customers"]
    assert sheet["A1"].comment is not None
    assert sheet["A1"].comment.text == "Yours"
    assert [check.error for check in sheet.data_validations.dataValidation] == ["No"]
    assert sheet.freeze_panes == "B2"


def test_a_tab_with_our_title_that_we_did_not_make_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ("mine",), title="nrr metrics")
    written = ExcelWorkbook(path).write([METRICS, PROBLEMS])
    assert (written.tabs, written.refused) == (("NRR Problems",), ("NRR Metrics",))
    workbook = ExcelWorkbook(path)
    assert workbook.read(workbook.tabs())[0].rows == [["mine"]]
    before = path.read_bytes()
    assert ExcelWorkbook(path).write([METRICS]).tabs == ()
    assert path.read_bytes() == before


def test_the_mark_goes_with_the_tab_that_bears_it(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([METRICS])
    made = openpyxl.load_workbook(path)
    made["NRR Metrics"].title = "Kept from May"
    made.create_sheet("NRR Metrics").append(["mine"])
    made.save(path)
    assert [(tab.title, tab.is_bot_tab) for tab in ExcelWorkbook(path).tabs()] == [
        ("MRR", False),
        ("Kept from May", True),
        ("NRR Metrics", False),
    ]
    assert ExcelWorkbook(path).write([METRICS]).refused == ("NRR Metrics",)


def test_the_file_keeps_its_permissions_and_links_to_it_stay_links(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    path.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(path)
    ExcelWorkbook(link).write([METRICS])
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [tab.title for tab in ExcelWorkbook(path).tabs()] == ["MRR", "NRR Metrics"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.xlsx", "link.xlsx"]


# What cannot be written


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_that_is_open_elsewhere_is_not_written_under_its_user(tmp_path: Path, lock: str) -> None:
    path = book(tmp_path / "a.xlsx")
    (tmp_path / lock).touch()
    before = path.read_bytes()
    with pytest.raises(WorkbookBusyError, match="is open in Excel or LibreOffice"):
        ExcelWorkbook(path).write([METRICS])
    assert path.read_bytes() == before


def test_a_file_saved_while_we_wrote_is_not_overwritten(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    before = path.read_bytes()
    with pytest.raises(WorkbookBusyError, match="was saved by another program"):
        replace_file(path, b"what stood there when it was read", b"new", like=path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_read_only_file_and_a_closed_folder_are_denied(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    path.chmod(0o444)
    with pytest.raises(WorkbookDeniedError, match="may not be written"):
        ExcelWorkbook(path).write([METRICS])
    path.chmod(0o666)
    tmp_path.chmod(0o555)
    try:
        with as_a_mere_user(), pytest.raises(WorkbookDeniedError, match="may not be written"):
            replace_file(path, path.name.encode(), b"new", like=path)
    finally:
        tmp_path.chmod(0o700)


# Beside the file


def _chart(sheet: Worksheet) -> None:
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "E2")


def _changed(path: Path, change: Callable[[Worksheet], object]) -> None:
    made = openpyxl.load_workbook(book(path))
    change(made.worksheets[0])
    made.save(path)


def _with_part(name: str, content: str = "<x/>") -> Callable[[Path], object]:
    return lambda path: reworked(book(path), lambda parts: parts.update({name: content.encode()}))


def _in_sheet(content: str) -> Callable[[Path], object]:
    def change(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"</worksheet>", f"{content}</worksheet>".encode())

    return lambda path: reworked(book(path), change)


@pytest.mark.parametrize(
    ("make", "lost"),
    [
        (lambda path: _changed(path, _chart), "xl/charts/chart1.xml"),
        (lambda path: book(path, ("a", "=1+1")), "xl/worksheets/sheet1.xml: formulas"),
        (_in_sheet('<extLst><ext uri="{A}"/></extLst>'), "xl/worksheets/sheet1.xml: extensions"),
        (_in_sheet("<customSheetViews/>"), "xl/worksheets/sheet1.xml: extensions"),
        (_with_part("xl/pivotTables/pivotTable1.xml"), "xl/pivotTables/pivotTable1.xml"),
        (_with_part("xl/vbaProject.bin"), "xl/vbaProject.bin"),
        (_with_part("xl/slicers/slicer1.xml"), "xl/slicers/slicer1.xml"),
        (_with_part("xl/threadedComments/threadedComment1.xml"), "xl/threadedComments/threadedComment1.xml"),
        (_with_part("xl/externalLinks/externalLink1.xml"), "xl/externalLinks/externalLink1.xml"),
        (_with_part("xl/media/image1.png"), "xl/media/image1.png"),
        (_with_part("docMetadata/LabelInfo.xml"), "docMetadata/LabelInfo.xml"),
        (
            _with_part("xl/drawings/vmlDrawing1.vml", '<x:ClientData ObjectType="Button">'),
            "xl/drawings/vmlDrawing1.vml: form controls",
        ),
        (
            _with_part("xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:oneCellAnchor>"),
            "xl/drawings/drawing1.xml: drawings",
        ),
        (_with_part("docProps/custom.xml", "<vt:ui4>1</vt:ui4>"), "docProps/custom.xml: custom properties"),
    ],
)
def test_where_a_rewrite_would_lose_something_the_tabs_are_written_beside(
    tmp_path: Path, make: Callable[[Path], object], lost: str
) -> None:
    path = tmp_path / "Revenue.xlsx"
    make(path)
    path.chmod(0o640)
    before = path.read_bytes()
    assert lost in find_losses(before)
    written = ExcelWorkbook(path).write([METRICS])
    beside = tmp_path / "Revenue.nrr.xlsx"
    assert (written.location, written.tabs, written.is_copy) == (str(beside), ("NRR Metrics",), True)
    assert path.read_bytes() == before
    assert [(tab.title, tab.is_bot_tab) for tab in ExcelWorkbook(beside).tabs()] == [("NRR Metrics", True)]
    assert beside.stat().st_mode & 0o777 == 0o640


def _note(sheet: Worksheet) -> None:
    sheet["A1"].comment = Comment("ours since May", "Clara")


@pytest.mark.parametrize(
    "make",
    [
        book,
        lambda path: _changed(path, _note),
        lambda path: book(path, ("the <f> tag, and <extLst> as a text",)),
        _with_part("xl/printerSettings/printerSettings1.bin"),
        _with_part("xl/drawings/drawing1.xml", "<xdr:wsDr/>"),
        _with_part("xl/worksheets/"),
    ],
)
def test_what_survives_a_rewrite_is_written_in_place(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "a.xlsx"
    make(path)
    assert find_losses(path.read_bytes()) == ()
    assert not ExcelWorkbook(path).write([METRICS]).is_copy


def test_the_file_beside_is_written_as_carefully(tmp_path: Path) -> None:
    path, beside = book(tmp_path / "a.xlsx", ("=1",)), tmp_path / "a.nrr.xlsx"
    ExcelWorkbook(path).write([METRICS])
    ExcelWorkbook(path).write([PROBLEMS])
    assert [tab.title for tab in ExcelWorkbook(beside).tabs()] == ["NRR Metrics", "NRR Problems"]
    first = beside.stat()
    ExcelWorkbook(path).write([METRICS, PROBLEMS])
    assert (beside.stat().st_ino, beside.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    # A chart on our own tabs goes with them, as their notice says; a tab of someone's is never overwritten.
    made = openpyxl.load_workbook(beside)
    _chart(made.worksheets[0])
    made.save(beside)
    assert ExcelWorkbook(path).write([METRICS]).tabs == ("NRR Metrics",)
    made = openpyxl.load_workbook(beside)
    made.create_sheet("Mine")
    made.save(beside)
    before = beside.read_bytes()
    with pytest.raises(WorkbookDeniedError, match="holds tabs that the bot did not make"):
        ExcelWorkbook(path).write([METRICS])
    assert beside.read_bytes() == before


# Colours and a chart of our own

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


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_colours_and_a_chart_are_excels_own(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
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
    drawing = parts_of(path)["xl/charts/chart1.xml"].decode()
    assert re.findall(r"<(?:c:)?f>([^<]+)<", drawing) == [
        "'NRR Summary'!F3", "'NRR Summary'!$E$4:$E$5", "'NRR Summary'!$F$4:$F$5",
        "'NRR Summary'!G3", "'NRR Summary'!$E$4:$E$5", "'NRR Summary'!$G$4:$G$5",
    ]  # fmt: skip
    assert "Over twelve months" in drawing


def test_our_own_chart_does_not_send_us_beside_the_file(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    first = ExcelWorkbook(path).write([SUMMARY, METRICS])
    once = path.read_bytes()
    assert find_losses(once) != ()
    assert find_losses(once, TAB_MARK) == ()
    again = ExcelWorkbook(path).write([SUMMARY, METRICS])
    assert (first.is_copy, again.is_copy) == (False, False)
    assert path.read_bytes() == once
    # Also when it is not among what is written now, nor named as it was.
    drawn = parts_of(path)["xl/charts/chart1.xml"]
    ExcelWorkbook(path).write([PROBLEMS])
    assert parts_of(path)["xl/charts/chart1.xml"] == drawn
    ExcelWorkbook(path).write([dataclasses.replace(METRICS, rows=()), SUMMARY])
    assert [name for name in parts_of(path) if "chart" in name] == ["xl/charts/chart1.xml"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_what_excel_adds_to_our_chart_is_no_loss_either(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])

    def saved_by_excel(parts: dict[str, bytes]) -> None:
        kind = "http://schemas.microsoft.com/office/2011/relationships/chartStyle"
        relation = f'<Relationship Id="rId1" Type="{kind}" Target="style1.xml"/>'
        namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
        parts["xl/charts/_rels/chart1.xml.rels"] = (
            f'<Relationships xmlns="{namespace}">{relation}</Relationships>'.encode()
        )
        parts["xl/charts/style1.xml"] = b"<x/>"

    reworked(path, saved_by_excel)
    assert not ExcelWorkbook(path).write([SUMMARY]).is_copy
    assert "xl/charts/style1.xml" not in parts_of(path)
    reworked(path, lambda parts: parts.update({"xl/charts/style9.xml": b"<x/>"}))
    assert find_losses(path.read_bytes(), TAB_MARK) == ("xl/charts/style9.xml",)


def test_a_drawing_that_a_tab_of_someone_shows_too_is_theirs(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])

    def share(parts: dict[str, bytes]) -> None:
        # The first tab is the one of people, the second is ours.
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = parts["xl/worksheets/_rels/sheet2.xml.rels"]

    reworked(path, share)
    assert "xl/charts/chart1.xml" in find_losses(path.read_bytes(), TAB_MARK)


@pytest.mark.parametrize("before", [True, False])
def test_a_chart_of_someone_still_does(tmp_path: Path, *, before: bool) -> None:
    path = book(tmp_path / "a.xlsx")
    if not before:
        ExcelWorkbook(path).write([SUMMARY])
    made = openpyxl.load_workbook(path)
    _chart(made["MRR"])
    made.save(path)
    held = path.read_bytes()
    lost = find_losses(held, TAB_MARK)
    assert any(name.startswith("xl/charts/") for name in lost)
    assert sum(name.startswith("xl/charts/") for name in lost) == 1
    for _ in range(2):
        written = ExcelWorkbook(path).write([SUMMARY, METRICS])
        assert (written.is_copy, written.location) == (True, str(tmp_path / "a.nrr.xlsx"))
        assert path.read_bytes() == held
    beside = (tmp_path / "a.nrr.xlsx").read_bytes()
    ExcelWorkbook(path).write([SUMMARY, METRICS])
    assert (tmp_path / "a.nrr.xlsx").read_bytes() == beside


def test_a_summary_of_someone_is_left_alone_with_its_chart(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", ("a", 1), ("b", 2), title="NRR Summary")
    assert ExcelWorkbook(path).write([SUMMARY]).refused == ("NRR Summary",)
    made = openpyxl.load_workbook(path)
    _chart(made["NRR Summary"])
    made.save(path)
    held = path.read_bytes()
    assert ExcelWorkbook(path).write([SUMMARY]).is_copy
    assert path.read_bytes() == held


def test_a_tab_of_ours_in_the_middle_keeps_its_place(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])
    made = openpyxl.load_workbook(path)
    made.create_sheet("Notes").append(["mine"])
    made.save(path)
    ExcelWorkbook(path).write([SUMMARY, METRICS])
    made = openpyxl.load_workbook(path)
    assert made.sheetnames == ["MRR", "NRR Summary", "Notes", "NRR Metrics"]
    assert made["Notes"]["A1"].value == "mine"
    assert len(made["NRR Summary"]._charts) == 1  # type: ignore[attr-defined] # missing from the stubs


def test_a_note_is_shown_whole_after_a_write(tmp_path: Path) -> None:
    path, long = tmp_path / "a.xlsx", "A customer's own id. " * 20
    create_workbook(path, [InputTab("MRR", [InputColumn("Account ID", note=long)], [])])
    heights = []
    for _ in range(2):
        with zipfile.ZipFile(path) as archive:
            shapes = archive.read("xl/drawings/commentsDrawing1.vml").decode()
        heights += re.findall(r"height:(\d+)", shapes)
        ExcelWorkbook(path).write([METRICS])
    assert heights[0] == heights[1]
    assert int(heights[0]) > 200


# Making a workbook

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
