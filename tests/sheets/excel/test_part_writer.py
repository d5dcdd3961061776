"""The bot's tabs in files with content that openpyxl cannot write: all other parts keep their bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import openpyxl
import pytest

from core.errors import WorkbookDeniedError
from sheets.excel.parts.elements import Element, parse_elements
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook.port import Note
from tests.support.rich_workbooks import WORKBOOKS, Parts, add_part, make_workbook
from tests.support.xlsx_files import (
    METRICS_TABLE,
    PROBLEMS,
    SUMMARY,
    add_bar_chart,
    change_parts,
    make_file,
    read_parts,
)

# The parts that name the tabs and their styles.
SHARED = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
EACH = pytest.mark.parametrize("features", WORKBOOKS, ids=" ".join)
NOTE = "nrrbot: Expected here: an amount."


def hash_parts(path: Path) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in read_parts(path).items()}


def read_packed(path: Path) -> dict[str, tuple[object, ...]]:
    """Return name -> date, size, packed size and checksum of each entry of the zip."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: (entry.date_time, entry.compress_type, entry.file_size, entry.compress_size, entry.CRC)
            for entry in archive.infolist()
        }


def values_of(path: Path) -> dict[str, list[list[object]]]:
    workbook = ExcelWorkbook(path)
    tabs = workbook.tabs()
    return {tab.title: [list(row) for row in grid.rows] for tab, grid in zip(tabs, workbook.read(tabs), strict=True)}


def load(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about extensions that openpyxl does not read
        return openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


@EACH
def test_all_other_parts_keep_their_bytes(tmp_path: Path, features: tuple[str, ...]) -> None:
    path = make_workbook(tmp_path / "a.xlsm", *features)
    before, packed, values = hash_parts(path), read_packed(path), values_of(path)
    written = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE, PROBLEMS])
    assert (written.location, written.is_copy, written.refused) == (str(path), False, ())
    assert written.tabs == ("NRR Summary", "NRR Metrics", "NRR Problems")
    after = hash_parts(path)
    assert {name for name in before if after[name] != before[name]} <= SHARED
    assert {name: packed[name] for name in packed if name not in SHARED} == {
        name: read_packed(path)[name] for name in packed if name not in SHARED
    }
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsm"]
    # What people have is read as before, and our tabs as they were written to an empty file.
    plain = make_file(tmp_path / "plain.xlsx")
    ExcelWorkbook(plain).write([SUMMARY, METRICS_TABLE, PROBLEMS])
    ours = {title: rows for title, rows in values_of(plain).items() if title.startswith("NRR")}
    assert values_of(path) == {**values, **ours}


@EACH
def test_a_second_write_of_the_same_does_not_touch_the_file(tmp_path: Path, features: tuple[str, ...]) -> None:
    path = make_workbook(tmp_path / "a.xlsm", *features)
    notes, before = [Note("MRR", 1, 1, NOTE), Note("Calc", 0, 2, NOTE)], path.read_bytes()
    first = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE], notes)
    once, inode = path.read_bytes(), path.stat().st_ino
    assert (first.notes.present, first.notes.blocked) == (2, 0)
    again = ExcelWorkbook(path).write([METRICS_TABLE, SUMMARY], notes)
    assert again.notes == first.notes
    assert path.read_bytes() == once
    assert path.stat().st_ino == inode
    # Equal bytes in give equal bytes out.
    twin = tmp_path / "b.xlsm"
    twin.write_bytes(before)
    ExcelWorkbook(twin).write([SUMMARY, METRICS_TABLE], notes)
    assert twin.read_bytes() == once


@EACH
def test_notes_come_and_go_and_leave_the_parts_as_they_were(tmp_path: Path, features: tuple[str, ...]) -> None:
    path = make_workbook(tmp_path / "a.xlsm", *features)
    ExcelWorkbook(path).write([METRICS_TABLE])
    before = hash_parts(path)
    first = ExcelWorkbook(path).write([METRICS_TABLE], [Note("MRR", 1, 1, NOTE), Note("Calc", 0, 2, NOTE)])
    assert (first.notes.present, first.notes.removed, first.notes.blocked) == (2, 0, 0)
    changed = {name for name, content in hash_parts(path).items() if before.get(name) != content}
    notes = {name for name in changed if "comment" in name or "vmlDrawing" in name}
    sheets = {f"xl/worksheets/{name}" for name in ("sheet1.xml", "sheet2.xml")}
    sheets |= {f"xl/worksheets/_rels/{name}.rels" for name in ("sheet1.xml", "sheet2.xml")}
    assert changed - notes <= sheets | {"[Content_Types].xml"}
    book = load(path)
    for title, cell in (("MRR", "B2"), ("Calc", "C1")):
        comment = book[title][cell].comment
        assert comment is not None
        assert (comment.text, comment.author) == (NOTE, "nrrbot")
    removed = ExcelWorkbook(path).write([METRICS_TABLE], [Note("MRR", 1, 1, f"{NOTE}\nnrrbot: Again.")])
    assert (removed.notes.present, removed.notes.removed) == (1, 1)
    assert ExcelWorkbook(path).write([METRICS_TABLE], []).notes.removed == 1
    after = hash_parts(path)
    # Where others have notes, ours stays in the list of authors; a type of files stays declared, and a kind of shape.
    rest = {name for name in before if after.get(name) != before[name]} - {"[Content_Types].xml"}
    assert rest <= {name for name in before if "comment" in name or "vmlDrawing" in name}
    assert after.keys() == before.keys()


def raw(content: bytes, elements: list[Element]) -> list[bytes]:
    return [content[element.start : element.end] for element in elements]


def test_styles_are_only_appended(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "a.xlsx", "chart")
    old = read_parts(path)["xl/styles.xml"]
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    new = read_parts(path)["xl/styles.xml"]
    lists = {entry.local_name: entry for entry in parse_elements(new).children}
    for entry in parse_elements(old).children:
        children = raw(new, lists[entry.local_name].children)
        assert children[: len(entry.children)] == raw(old, entry.children)
        if "count" in entry.attributes and entry.local_name != "tableStyles":
            assert int(lists[entry.local_name].get("count")) == len(children)
    assert [*lists] == [
        "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles",
        "colors",
    ]  # fmt: skip


def test_a_replaced_tab_keeps_its_parts_its_place_and_whether_it_is_hidden(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "a.xlsx", "chart")
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    first = read_parts(path)

    def hide(parts: dict[str, bytes]) -> None:
        old, new = b'name="NRR Summary"', b'name="NRR Summary" state="hidden"'
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(old, new)

    change_parts(path, hide)
    ExcelWorkbook(path).write(
        [dataclasses.replace(SUMMARY, notice="Anew."), dataclasses.replace(METRICS_TABLE, rows=())]
    )
    second = read_parts(path)
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == {
        "xl/workbook.xml", "xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml",
    }  # fmt: skip
    assert openpyxl.load_workbook(path)["NRR Summary"].sheet_state == "hidden"


def test_what_people_added_to_our_tab_goes_with_it(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "a.xlsx", "chart", "comments", "calculation chain")
    ExcelWorkbook(path).write([SUMMARY])
    clean = read_parts(path)
    made = ExcelWorkbook(path)

    def add(parts: dict[str, bytes]) -> None:
        sheet, relations = "xl/worksheets/sheet3.xml", "xl/worksheets/_rels/sheet3.xml.rels"
        parts[sheet] = parts[sheet].replace(b"<v>1.036</v>", b"<f>1+1</f><v>2</v>", 1)
        parts["xl/calcChain.xml"] = parts["xl/calcChain.xml"].replace(b"</calcChain>", b'<c r="B4" i="3"/></calcChain>')
        entry = b'<Relationship Id="rId9" Type="urn:x/table" Target="../tables/table9.xml"/></Relationships>'
        parts[relations] = parts[relations].replace(b"</Relationships>", entry)
        parts["xl/tables/table9.xml"] = b"<table/>"
        override = b'<Override PartName="/xl/tables/table9.xml" ContentType="x"/></Types>'
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)

    change_parts(path, add)
    assert made.write([SUMMARY]).tabs == ("NRR Summary",)
    after = read_parts(path)
    # The order of calculation named a cell that has no formula any more, which Excel would call damage.
    assert clean.keys() - after.keys() == {"xl/calcChain.xml"}
    assert after.keys() <= clean.keys()
    assert b"calcChain" not in after["xl/_rels/workbook.xml.rels"] + after["[Content_Types].xml"]
    assert b"table9" not in after["[Content_Types].xml"]
    assert after["xl/worksheets/sheet3.xml"] == clean["xl/worksheets/sheet3.xml"]


def test_a_drawing_that_a_tab_of_people_shows_too_stays(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])

    def share(parts: dict[str, bytes]) -> None:
        # The first tab is the one of people, the second is ours.
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = parts["xl/worksheets/_rels/sheet2.xml.rels"]

    change_parts(path, share)
    before = read_parts(path)
    assert SUMMARY.chart
    ExcelWorkbook(path).write([dataclasses.replace(SUMMARY, chart=dataclasses.replace(SUMMARY.chart, title="New"))])
    after = read_parts(path)
    assert {name for name in before if before[name] != after[name]} <= {
        "[Content_Types].xml", "xl/worksheets/_rels/sheet2.xml.rels", "xl/worksheets/sheet2.xml",
    }  # fmt: skip
    assert after.keys() - before.keys() == {
        "xl/charts/chart2.xml", "xl/drawings/drawing2.xml", "xl/drawings/_rels/drawing2.xml.rels",
    }  # fmt: skip


def test_a_sheet_that_is_a_chart_keeps_its_title(tmp_path: Path) -> None:
    path, book = tmp_path / "a.xlsx", openpyxl.Workbook()
    book.create_chartsheet("NRR Metrics")
    book.save(path)
    written = ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    assert (written.tabs, written.refused) == (("NRR Problems",), ("NRR Metrics",))


def test_excel_is_asked_to_calculate_only_where_a_tab_changed(tmp_path: Path) -> None:
    path = make_workbook(tmp_path / "a.xlsx", "no lists")
    ExcelWorkbook(path).write([METRICS_TABLE])
    asked = b'fullCalcOnLoad="1"'
    assert asked in read_parts(path)["xl/workbook.xml"]
    change_parts(path, lambda parts: parts.update({"xl/workbook.xml": parts["xl/workbook.xml"].replace(asked, b"")}))
    ExcelWorkbook(path).write([METRICS_TABLE], [Note("MRR", 1, 1, NOTE)])
    assert asked not in read_parts(path)["xl/workbook.xml"]
    ExcelWorkbook(path).write([PROBLEMS])
    assert asked in read_parts(path)["xl/workbook.xml"]


def test_the_chart_of_our_tab_comes_and_goes(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE])
    once = path.read_bytes()
    drawn = read_parts(path)["xl/charts/chart1.xml"]
    ExcelWorkbook(path).write([PROBLEMS])
    assert read_parts(path)["xl/charts/chart1.xml"] == drawn
    ExcelWorkbook(path).write([dataclasses.replace(SUMMARY, chart=None)])
    assert [name for name in read_parts(path) if "chart" in name or "drawing" in name] == []
    assert b"chart" not in read_parts(path)["[Content_Types].xml"]
    ExcelWorkbook(path).write([SUMMARY])
    assert read_parts(path)["xl/charts/chart1.xml"] == drawn
    assert path.read_bytes() != once


def test_what_excel_adds_to_our_chart_goes_with_it(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    ExcelWorkbook(path).write([SUMMARY])
    clean = read_parts(path)

    def add_style(parts: Parts) -> None:
        kind = "http://schemas.microsoft.com/office/2011/relationships/chartStyle"
        add_part(parts, "xl/charts/style1.xml", "<x/>", "xl/charts/chart1.xml", kind, "application/x")
        parts["xl/charts/style9.xml"] = b"<x/>"

    change_parts(path, add_style)
    ExcelWorkbook(path).write([SUMMARY])
    # A part that nothing refers to is no one's: it stays.
    assert read_parts(path) == {**clean, "xl/charts/style9.xml": b"<x/>"}


def test_entries_of_every_kind_are_copied(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    parts = read_parts(make_workbook(tmp_path / "b.xlsx", "settings"))
    # A stream that cannot be rewound gets descriptors after the data, as some programs write them.
    with (tmp_path / "pipe").open("wb") as file, zipfile.ZipFile(Forward(file), "w") as archive:
        archive.mkdir("xl")
        for number, (name, content) in enumerate(parts.items()):
            entry = zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6))
            entry.compress_type = zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED
            entry.comment, entry.extra = b"about it", b"\x99\x99\x02\x00ab"
            with archive.open(entry, "w", force_zip64=number % 3 == 0) as target:
                target.write(content)
    (tmp_path / "pipe").rename(path)
    before = read_packed(path)
    ExcelWorkbook(path).write([METRICS_TABLE])
    after = read_packed(path)
    assert {name: entry for name, entry in before.items() if after[name] != entry}.keys() <= SHARED
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("docMetadata/LabelInfo.xml").comment == b"about it"


class Forward(io.RawIOBase):
    """A file that can be written from start to end only."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._file.write(data)


def make_strict(parts: Parts) -> None:
    for name, content in parts.items():
        for old, new in (
            (b"http://schemas.openxmlformats.org/spreadsheetml/2006/", b"http://purl.oclc.org/ooxml/spreadsheetml/"),
            (b"http://schemas.openxmlformats.org/drawingml/2006/", b"http://purl.oclc.org/ooxml/drawingml/"),
            (b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"),
        ):
            content = content.replace(old, new)  # noqa: PLW2901 - three times the same part
        parts[name] = content


def test_a_strict_workbook_stays_strict(tmp_path: Path) -> None:
    path = change_parts(make_workbook(tmp_path / "a.xlsx", "chart", "comments"), make_strict)
    before = hash_parts(path)
    notes = [Note("MRR", 1, 1, NOTE), Note("Calc", 0, 2, NOTE)]
    written = ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE], notes)
    assert (written.is_copy, written.notes.present) == (False, 2)
    parts, after = read_parts(path), hash_parts(path)
    assert {name for name in before if after[name] != before[name]} <= SHARED | {
        "xl/worksheets/sheet2.xml", "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml",
    }  # fmt: skip
    transitional = re.compile(rb"schemas\.openxmlformats\.org/(?!package/)")
    assert [name for name, content in parts.items() if transitional.search(content)] == []
    ExcelWorkbook(path).write([SUMMARY, METRICS_TABLE], notes)
    assert hash_parts(path) == after


def sign(parts: Parts) -> None:
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    add_part(parts, "_xmlsignatures/origin.sigs", b"", "", kind, "application/x")


def add_to_book(content: str) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<workbookProtection />", content.encode())

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (sign, "any change would break its digital signature"),
        (add_to_book('<workbookProtection lockStructure="1"/>'), "its structure is protected"),
        (add_to_book('<fileSharing userName="A" reservationPassword="CC1A"/>'), "a password is needed to modify it"),
        (
            lambda parts: add_part(parts, "xl/revisions/h.xml", "<x/>", "xl/workbook.xml", "revisionHeaders"),
            "a shared workbook with a history of changes",
        ),
    ],
)
def test_a_signed_or_locked_file_gets_a_copy_beside_it(
    tmp_path: Path, change: Callable[[Parts], None], reason: str
) -> None:
    path, copy = change_parts(make_file(tmp_path / "a.xlsx"), change), tmp_path / "a.nrr.xlsx"
    path.chmod(0o640)
    before = path.read_bytes()
    written = ExcelWorkbook(path).write([METRICS_TABLE], [Note("MRR", 1, 1, NOTE)])
    assert (written.location, written.tabs, written.is_copy) == (str(copy), ("NRR Metrics",), True)
    assert written.reason
    assert reason in str(written.reason.template)
    assert written.notes.present == 0
    assert copy.stat().st_mode & 0o777 == 0o640
    ExcelWorkbook(path).write([PROBLEMS])
    assert [(tab.title, tab.is_bot_tab) for tab in ExcelWorkbook(copy).tabs()] == [
        ("NRR Metrics", True),
        ("NRR Problems", True),
    ]
    first = copy.stat()
    ExcelWorkbook(path).write([METRICS_TABLE, PROBLEMS])
    assert (copy.stat().st_ino, copy.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    # A chart on our own tabs goes with them, as their notice says; a tab of a person is never overwritten.
    made = openpyxl.load_workbook(copy)
    add_bar_chart(made.worksheets[0])
    made.save(copy)
    assert ExcelWorkbook(path).write([METRICS_TABLE]).tabs == ("NRR Metrics",)
    assert "xl/charts/chart1.xml" not in read_parts(copy)
    made = openpyxl.load_workbook(copy)
    made.create_sheet("Mine")
    made.save(copy)
    held = copy.read_bytes()
    with pytest.raises(WorkbookDeniedError, match="holds tabs that the bot did not make"):
        ExcelWorkbook(path).write([METRICS_TABLE])
    assert copy.read_bytes() == held
    assert path.read_bytes() == before
