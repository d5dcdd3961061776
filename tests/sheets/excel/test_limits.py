"""Files that would take memory or time beyond measure are refused, each limit in its sentence."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.config import Config, Source
from core.errors import WorkbookError
from sheets.connect import open_workbook
from sheets.excel import package_limits
from sheets.excel.workbook import ExcelWorkbook
from sheets.workbook import limits
from tests.support.xlsx_files import change_parts, make_file, make_file_with_cells, read_only_tab

DAMAGED = "is damaged"
ONE_CELL = '<c r="A{row}"><v>1</v></c>'


def read_all(path: Path) -> object:
    workbook = ExcelWorkbook(path)
    return workbook.read(workbook.tabs())


def row(number: object, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (row(4_294_967_295, ONE_CELL.format(row=4_294_967_295)), "rows 1 to 1048576"),
        (row(1_048_577, ONE_CELL.format(row=1_048_577)), "has a row 1048577"),
        (row("1e300", "<c><v>1</v></c>"), "rows 1 to 1048576"),
        (row("1e999", "<c><v>1</v></c>"), DAMAGED),
        (row("nan", "<c><v>1</v></c>"), DAMAGED),
        (row(0, "<c><v>1</v></c>"), "has a row 0"),
        (row(-3, "<c><v>1</v></c>"), "has a row -3"),
        (row(1, '<c r="XFE1"><v>1</v></c>'), "has a column 16385, so it was not read: a spreadsheet has columns 1 to"),
        (row(1, '<c r="ZZZZZZ1"><v>1</v></c>'), DAMAGED),
        (row(1, "<c><v>1</v></c>" * 16_385), "has a column 16385"),
        ("".join(row(n, f'<c r="XFD{n}"><v>1</v></c>') for n in range(1, 1300)), "more than 20000000 cells"),
        (row(1, f"<c t='inlineStr'><is><t>{'x' * 9_000_000}</t></is></c>"), "more than 32767 characters"),
        (row(5, ONE_CELL.format(row=9)) + row(6, ONE_CELL.format(row=2)), DAMAGED),
        (row(2, ONE_CELL.format(row=2)) * 2, DAMAGED),
        (row(2, '<c r="B2"><v>1</v></c><c r="A2"><v>1</v></c>'), DAMAGED),
        (row(2, '<c r="B2"><v>1</v></c><c r="B2"><v>1</v></c>'), DAMAGED),
        (row(1, '<c r="A1" t="s"><v>-1</v></c>'), DAMAGED),
        (row(1, ONE_CELL.format(row=1)) + '</sheetData><mergeCells><mergeCell ref="A1:XFE9"/></mergeCells><sheetData>',
         "has a column 16385"),
    ],
)  # fmt: skip
def test_places_that_no_spreadsheet_has(tmp_path: Path, cells: str, message: str) -> None:
    with pytest.raises(WorkbookError, match=message):
        read_all(make_file_with_cells(tmp_path / "x.xlsx", cells))


def test_rows_are_where_the_file_states(tmp_path: Path) -> None:
    cells = row(3, ONE_CELL.format(row=3)) + row(1, '<c r="B1"><v>2</v></c>') + '<row><c r="A5"><v>3</v></c></row>'
    assert read_only_tab(make_file_with_cells(tmp_path / "x.xlsx", cells)) == [[None, 2], [], [1], [], [3]]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400])
def test_a_number_that_is_too_large_is_an_error_value(tmp_path: Path, number: str) -> None:
    cells = row(1, f'<c r="A1"><v>{number}</v></c>')
    assert read_only_tab(make_file_with_cells(tmp_path / "x.xlsx", cells)) == [["#NUM!"]]


def test_the_last_cell_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    cells = row(1_048_576, '<c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c>')
    last = read_only_tab(make_file_with_cells(tmp_path / "x.xlsx", cells))[-1]
    assert last[0] == 1


def test_entities_are_refused(tmp_path: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        name = "xl/worksheets/sheet1.xml"
        parts[name] = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + parts[name].partition(b"?>")[2]

    with pytest.raises(WorkbookError, match=DAMAGED):
        read_all(change_parts(make_file(tmp_path / "x.xlsx"), add))


def fill_sheet(parts: dict[str, bytes]) -> None:
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(
        b"<sheetData>", b"<sheetData>" + b"<row/>" * 5_000_000
    )


def fill_head(parts: dict[str, bytes]) -> None:
    name = "xl/worksheets/sheet1.xml"
    columns = b"".join(b'<col min="%d" max="2"/>' % number for number in range(600_000))
    parts[name] = parts[name].replace(b"<sheetData>", b"<cols>" + columns + b"</cols><sheetData>")


def fill_formats(parts: dict[str, bytes]) -> None:
    formats = b"".join(b'<xf numFmtId="%d"/>' % number for number in range(140_000))
    parts["xl/styles.xml"] = (
        parts["xl/styles.xml"]
        .replace(b"<cellXfs>", b"<cellXfs>" + formats, 1)
        .replace(b'<cellXfs count="1">', b'<cellXfs count="1">' + formats, 1)
    )


def fill_names(parts: dict[str, bytes]) -> None:
    names = b"".join(b'<definedName name="n%d">1</definedName>' % number for number in range(600_000))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", b"</sheets><definedNames>" + names)


def fill_tabs(parts: dict[str, bytes]) -> None:
    tabs = b"".join(b'<sheet name="t%d" sheetId="%d" r:id="rId1"/>' % (n, n + 2) for n in range(1_001))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", tabs + b"</sheets>")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (fill_sheet, "more than 200 times as large"),
        (fill_head, DAMAGED),
        (fill_formats, "more than 65490 cell formats"),
        (fill_names, "a part that is too large, so it was not read: xl/workbook.xml"),
        (fill_tabs, "more than 1000 tabs"),
    ],
)
def test_parts_that_would_fill_the_memory(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], message: str
) -> None:
    with pytest.raises(WorkbookError, match=message):
        read_all(change_parts(make_file(tmp_path / "x.xlsx"), change))


MANY = b"<a/>" * 1_100_000
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, TYPES = "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"
HOSTILE_SHEET = b"<worksheet %b><sheetData/>" % NAMESPACE + MANY + b"</worksheet>"


def call_sheet(kind: str) -> Callable[[dict[str, bytes]], None]:
    """Return a change that gives a large sheet a second role, in which it would be read as a tree."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/large.xml"] = HOSTILE_SHEET
        entry = b'<Override PartName="/xl/large.xml" ContentType="application/x.%b+xml"/>' % kind.encode()
        parts[TYPES] = parts[TYPES].replace(b"<Override", entry + b"<Override", 1)

    return change


def relate_sheet(kind: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    """Return a change that makes a large part a sheet of this kind."""

    def change(parts: dict[str, bytes]) -> None:
        parts["xl/large.xml"] = content
        name = "xl/_rels/workbook.xml.rels"
        address = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
        entry = b'<Relationship Id="rId99" Type="%b%b" Target="/xl/large.xml"/>' % (address, kind.encode())
        parts[name] = parts[name].replace(b"</Relationships>", entry + b"</Relationships>")
        sheet = b'<sheet name="Large" sheetId="9" r:id="rId99" xmlns:r="%b"/></sheets>' % address.rstrip(b"/")
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", sheet)

    return change


def replace_part(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.update({name: content})


def put_before(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    """Return a change that puts `content` before the first element of a part."""
    return lambda parts: parts.update({name: content + parts[name].partition(b"?>")[2]})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (replace_part(STYLES, HOSTILE_SHEET), "was not read: xl/styles.xml"),
        (replace_part(STYLES, b"<!--<worksheet >--><styleSheet>" + MANY + b"</styleSheet>"), "was not read: xl/styles"),
        (replace_part(STYLES, b"<sst %b>" % NAMESPACE + MANY + b"</sst>"), "was not read: xl/styles.xml"),
        (replace_part("xl/theme/theme1.xml", b"<theme>" + MANY + b"</theme>"), "was not read: xl/theme/theme1.xml"),
        (replace_part("xl/workbook.xml", HOSTILE_SHEET), "was not read: xl/workbook.xml"),
        (replace_part("xl/_rels/workbook.xml.rels", HOSTILE_SHEET), "was not read: xl/_rels/workbook.xml.rels"),
        (replace_part(TYPES, HOSTILE_SHEET), r"was not read: \[Content_Types\]"),
        (call_sheet("sharedStrings"), "was not read: xl/large.xml"),
        (call_sheet("main"), "was not read: xl/large.xml"),
        (relate_sheet("chartsheet", HOSTILE_SHEET), "was not read: xl/large.xml"),
        (relate_sheet("worksheet", b"<sst>" + MANY + b"</sst>"), "was not read: xl/large.xml"),
        (relate_sheet("worksheet", b"<worksheet><!-- <sheetData> -->" + MANY + b"</worksheet>"), DAMAGED),
        (relate_sheet("worksheet", b"<!--<worksheet >--><x>" + MANY + b"</x>"), "was not read: xl/large.xml"),
        (put_before(STYLES, b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'), DAMAGED),
        (put_before("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'), DAMAGED),
        (put_before(STYLES, b"<!--" + b"x" * 70_000 + b'--><!DOCTYPE x [<!ENTITY a "aaaa">]>'), DAMAGED),
    ],
)  # fmt: skip
def test_a_part_is_bounded_by_its_role_and_not_by_its_first_element(
    tmp_path: Path, change: Callable[[dict[str, bytes]], None], message: str
) -> None:
    with pytest.raises(WorkbookError, match=message):
        read_all(change_parts(make_file(tmp_path / "x.xlsx"), change))


def read_shared_text(path: Path, text: bytes, before: bytes = b"") -> object:
    """Read a workbook whose only cell is this shared text."""

    def add(parts: dict[str, bytes]) -> None:
        parts["xl/texts.xml"] = before + b"<sst %b><si>" % NAMESPACE + text + b"</si></sst>"
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        entry = b'<Override PartName="/xl/texts.xml" ContentType="%b"/><Override' % kind
        parts[TYPES] = parts[TYPES].replace(b"<Override", entry, 1)

    make_file_with_cells(path, row(1, '<c r="A1" t="s"><v>0</v></c>'))
    return read_only_tab(change_parts(path, add))[0][0]


def test_shared_texts_are_streamed(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    runs = b"<r><rPr><b/></rPr><t>f</t></r><rPh><t>eff</t></rPh>" + MANY + b"<r><t> 1&amp;</t></r>"
    assert read_shared_text(path, runs) == "f 1&"
    for text in (b"<t>" + b"x" * 32_768 + b"</t>", b"<r><t>" + b"x" * 9_000_000 + b"</t></r>"):
        with pytest.raises(WorkbookError, match="more than 32767 characters"):
            read_shared_text(path, text)
    with pytest.raises(WorkbookError, match=DAMAGED):
        read_shared_text(path, b"<t>&a;</t>", b'<!DOCTYPE x [<!ENTITY a "aaaa">]>')


def test_parts_that_are_not_parsed_may_be_large(tmp_path: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        relate_sheet("calcChain", b"<calcChain>" + MANY + b"</calcChain>")(parts)
        parts["xl/media/image1.png"] = MANY + b"<!DOCTYPE svg>"
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="rId1" Type="x/image" Target="../media/image1.png"/></Relationships>'
        )
        parts["xl/workbook.xml"] = re.sub(rb'<sheet name="Large"[^>]*>', b"", parts["xl/workbook.xml"])

    assert read_only_tab(change_parts(make_file(tmp_path / "x.xlsx", ("a",)), add)) == [["a"]]


@pytest.mark.parametrize(
    ("module", "name", "most", "message"),
    [
        (limits, "MOST_PART_BYTES", 400, "larger than 0 MB"),
        (limits, "MOST_UNPACKED_BYTES", 2000, "larger than 0 MB"),
        (limits, "MOST_CELLS", 5, "more than 5 cells"),
        (package_limits, "MOST_TREE_BYTES", 500, "a part that is too large, so it was not read: "),
    ],
)
def test_sizes_that_are_too_large_to_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, most: int, message: str
) -> None:
    monkeypatch.setattr(module, name, most)
    path = make_file(tmp_path / "x.xlsx", *[(f"text {n}",) for n in range(7)])
    with pytest.raises(WorkbookError, match=message):
        read_all(path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with path.open("wb") as file:
        file.truncate(limits.MOST_FILE_BYTES + 1)
    with pytest.raises(WorkbookError, match="larger than 536 MB"):
        read_all(path)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", ["x.xlsx", "x.csv", "x.ods"])
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_a_pipe_or_a_device_is_not_read(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    workbook = open_workbook(Config(workbook=Source(path=str(path))))
    with pytest.raises(WorkbookError, match="is a device or a pipe, not a file"):
        workbook.tabs()


@pytest.mark.slow
@pytest.mark.parametrize(
    "cells",
    [
        row(600_000_000, ONE_CELL.format(row=600_000_000)),
        "".join(row(n, f'<c r="XFD{n}"><v>1</v></c>') for n in range(1, 100_000)),
        row(1, f"<c t='inlineStr'><is><t>{'é' * 15_000_000}</t></is></c>"),
    ],
)
def test_a_hostile_file_takes_little_memory(tmp_path: Path, cells: str) -> None:
    path = make_file_with_cells(tmp_path / "x.xlsx", cells)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    most = 700 * 2**20

    def limit_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    command = [sys.executable, "-m", "bot", "look", str(path)]
    ran = subprocess.run(command, preexec_fn=limit_memory, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "so it was not read" in ran.stderr
