"""Packages that cannot be read, and parts that a rewrite would lose."""

from __future__ import annotations

import dataclasses
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from core.errors import (
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookMissingError,
)
from sheets.excel.package import find_losses
from sheets.excel.tab_writer import TAB_MARK
from sheets.excel.workbook import ExcelWorkbook
from tests.support.xlsx_files import (
    METRICS_TABLE,
    OLE_FILE,
    PROBLEMS,
    SUMMARY,
    add_bar_chart,
    change_parts,
    make_file,
    make_file_with_cells,
    read_parts,
)


def write_zip(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda _: None, WorkbookMissingError, "There is no file"),
        (Path.mkdir, WorkbookMissingError, "is a folder"),
        (lambda path: path.write_bytes(b""), WorkbookBusyError, "incomplete"),
        (lambda path: path.write_bytes(make_file(path).read_bytes()[:-200]), WorkbookBusyError, "incomplete"),
        (lambda path: path.write_text("Account ID;MRR\n"), WorkbookError, "is not an Excel workbook"),
        (lambda path: path.write_bytes(OLE_FILE), WorkbookError, "is an old .xls workbook"),
        (
            lambda path: path.write_bytes(OLE_FILE + "EncryptedPackage".encode("utf-16-le")),
            WorkbookDeniedError,
            "protected by a password",
        ),
        (lambda path: write_zip(path, "mimetype", "content.xml"), WorkbookError, "its format is .ods"),
        (lambda path: write_zip(path, "xl/workbook.bin"), WorkbookError, "its format is .xlsb"),
        (lambda path: write_zip(path, "photo.jpg"), WorkbookError, "its format is .zip"),
        (lambda path: write_zip(path, "xl/workbook.xml"), WorkbookError, "is damaged"),
        (
            lambda path: make_file_with_cells(path, '<row r="1"><c r="A1"><v>x</v></c></row>'),
            WorkbookError,
            "is damaged",
        ),
        (lambda path: make_file_with_cells(path, "<row>"), WorkbookError, "is damaged"),
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
    assert caught.value.fix
    assert str(path) in str(caught.value)


def test_no_damage_to_a_file_gets_out_as_another_error(tmp_path: Path) -> None:
    path, rng = make_file(tmp_path / "a.xlsx"), random.Random(1)  # noqa: S311 - the same damage every time
    whole = path.read_bytes()
    errors = []
    for _ in range(120):
        damaged = bytearray(whole)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path.write_bytes(damaged)
        workbook = ExcelWorkbook(path)
        for use in (lambda: workbook.read(workbook.tabs()), lambda: workbook.write([METRICS_TABLE])):  # noqa: B023 - used at once
            try:
                use()
            except WorkbookError as error:
                errors.append(str(error))
    assert errors
    assert all(str(path) in error for error in errors)


def write_changed(path: Path, change: Callable[[Worksheet], object]) -> None:
    made = openpyxl.load_workbook(make_file(path))
    change(made.worksheets[0])
    made.save(path)


def add_part(name: str, content: str = "<x/>") -> Callable[[Path], object]:
    return lambda path: change_parts(make_file(path), lambda parts: parts.update({name: content.encode()}))


def add_to_sheet(content: str) -> Callable[[Path], object]:
    def change(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = parts[name].replace(b"</worksheet>", f"{content}</worksheet>".encode())

    return lambda path: change_parts(make_file(path), change)


@pytest.mark.parametrize(
    ("make", "lost"),
    [
        (lambda path: write_changed(path, add_bar_chart), "xl/charts/chart1.xml"),
        (lambda path: make_file(path, ("a", "=1+1")), "xl/worksheets/sheet1.xml: formulas"),
        (add_to_sheet('<extLst><ext uri="{A}"/></extLst>'), "xl/worksheets/sheet1.xml: extensions"),
        (add_to_sheet("<customSheetViews/>"), "xl/worksheets/sheet1.xml: extensions"),
        (add_part("xl/pivotTables/pivotTable1.xml"), "xl/pivotTables/pivotTable1.xml"),
        (add_part("xl/vbaProject.bin"), "xl/vbaProject.bin"),
        (add_part("xl/slicers/slicer1.xml"), "xl/slicers/slicer1.xml"),
        (add_part("xl/threadedComments/threadedComment1.xml"), "xl/threadedComments/threadedComment1.xml"),
        (add_part("xl/externalLinks/externalLink1.xml"), "xl/externalLinks/externalLink1.xml"),
        (add_part("xl/media/image1.png"), "xl/media/image1.png"),
        (add_part("docMetadata/LabelInfo.xml"), "docMetadata/LabelInfo.xml"),
        (
            add_part("xl/drawings/vmlDrawing1.vml", '<x:ClientData ObjectType="Button">'),
            "xl/drawings/vmlDrawing1.vml: form controls",
        ),
        (
            add_part("xl/drawings/drawing1.xml", "<xdr:wsDr><xdr:oneCellAnchor>"),
            "xl/drawings/drawing1.xml: drawings",
        ),
        (add_part("docProps/custom.xml", "<vt:ui4>1</vt:ui4>"), "docProps/custom.xml: custom properties"),
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
    written = ExcelWorkbook(path).write([METRICS_TABLE])
    beside = tmp_path / "Revenue.nrr.xlsx"
    assert (written.location, written.tabs, written.is_copy) == (str(beside), ("NRR Metrics",), True)
    assert path.read_bytes() == before
    assert [(tab.title, tab.is_bot_tab) for tab in ExcelWorkbook(beside).tabs()] == [("NRR Metrics", True)]
    assert beside.stat().st_mode & 0o777 == 0o640


def add_note(sheet: Worksheet) -> None:
    sheet["A1"].comment = Comment("ours since May", "Clara")


@pytest.mark.parametrize(
    "make",
    [
        make_file,
        lambda path: write_changed(path, add_note),
        lambda path: make_file(path, ("the <f> tag, and <extLst> as a text",)),
        add_part("xl/printerSettings/printerSettings1.bin"),
        add_part("xl/drawings/drawing1.xml", "<xdr:wsDr/>"),
        add_part("xl/worksheets/"),
    ],
)
def test_what_survives_a_rewrite_is_written_in_place(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "a.xlsx"
    make(path)
    assert find_losses(path.read_bytes()) == ()
    assert not ExcelWorkbook(path).write([METRICS_TABLE]).is_copy


def test_our_own_chart_does_not_send_us_beside_the_file(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    first = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    once = path.read_bytes()
    assert find_losses(once) != ()
    assert find_losses(once, TAB_MARK) == ()
    again = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    assert (first.is_copy, again.is_copy) == (False, False)
    assert path.read_bytes() == once
    # Also when it is not among what is written now, nor named as it was.
    drawn = read_parts(path)["xl/charts/chart1.xml"]
    ExcelWorkbook(path).write([PROBLEMS])
    assert read_parts(path)["xl/charts/chart1.xml"] == drawn
    ExcelWorkbook(path).write([dataclasses.replace(METRICS_TABLE, rows=()), SUMMARY])
    assert [name for name in read_parts(path) if "chart" in name] == ["xl/charts/chart1.xml"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_what_excel_adds_to_our_chart_is_no_loss_either(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])

    def saved_by_excel(parts: dict[str, bytes]) -> None:
        kind = "http://schemas.microsoft.com/office/2011/relationships/chartStyle"
        relation = f'<Relationship Id="rId1" Type="{kind}" Target="style1.xml"/>'
        namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
        parts["xl/charts/_rels/chart1.xml.rels"] = (
            f'<Relationships xmlns="{namespace}">{relation}</Relationships>'.encode()
        )
        parts["xl/charts/style1.xml"] = b"<x/>"

    change_parts(path, saved_by_excel)
    assert not ExcelWorkbook(path).write([SUMMARY]).is_copy
    assert "xl/charts/style1.xml" not in read_parts(path)
    change_parts(path, lambda parts: parts.update({"xl/charts/style9.xml": b"<x/>"}))
    assert find_losses(path.read_bytes(), TAB_MARK) == ("xl/charts/style9.xml",)


def test_a_drawing_that_a_tab_of_someone_shows_too_is_theirs(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])

    def share(parts: dict[str, bytes]) -> None:
        # The first tab is the one of people, the second is ours.
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = parts["xl/worksheets/_rels/sheet2.xml.rels"]

    change_parts(path, share)
    assert "xl/charts/chart1.xml" in find_losses(path.read_bytes(), TAB_MARK)


@pytest.mark.parametrize("before", [True, False])
def test_a_chart_of_someone_still_does(tmp_path: Path, *, before: bool) -> None:
    path = make_file(tmp_path / "a.xlsx")
    if not before:
        ExcelWorkbook(path).write([SUMMARY])
    made = openpyxl.load_workbook(path)
    add_bar_chart(made["MRR"])
    made.save(path)
    held = path.read_bytes()
    lost = find_losses(held, TAB_MARK)
    assert any(name.startswith("xl/charts/") for name in lost)
    assert sum(name.startswith("xl/charts/") for name in lost) == 1
    for _ in range(2):
        written = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
        assert (written.is_copy, written.location) == (True, str(tmp_path / "a.nrr.xlsx"))
        assert path.read_bytes() == held
    beside = (tmp_path / "a.nrr.xlsx").read_bytes()
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    assert (tmp_path / "a.nrr.xlsx").read_bytes() == beside
