"""Cells of .xlsb files, and files with far cells."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path

import pytest

from core.errors import WorkbookError
from sheets.text_files.xlsb_records import read_records, read_rk
from sheets.workbook import limits
from sheets.workbook.port import Area
from tests.support.plain_files import build_number, build_record, build_row, copy_file, open_file, read_tabs, write_xlsb
from tests.support.xlsx_files import change_parts


def midnight(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day)  # noqa: DTZ001 - a cell has no time zone


@pytest.mark.parametrize("name", ["cells.xlsb", "inline.xlsb"])
def test_each_kind_of_cell_is_read(tmp_path: Path, name: str) -> None:
    path = copy_file(name, tmp_path)
    assert read_tabs(path) == {
        "MRR": [
            ["Account ID", "Name", "Since", midnight(2026, 1, 1), midnight(2026, 2, 1), midnight(2026, 3, 1)],
            ["00123", "Aster", midnight(2025, 11, 10), 1200.5, 1200.5, 0.1],
            ["00124", "Bruyère & Fils", midnight(2025, 11, 10).replace(hour=13, minute=30), "#DIV/0!", "#N/A", 1],
            ["00125", "two\nlines", None, -99.99, 2],
            [],
            ["00126", "far", None, 123456789012345, 12.345, "text"],
            [],
            ["merged"],
            [],
            [],
            [],
            [None, None, "12:30:00"],
        ],
        "Hidden": [[], [None, "x"]],
    }
    workbook = open_file(path)
    assert [tab.is_hidden for tab in workbook.tabs()] == [False, True]
    assert workbook.read(workbook.tabs())[0].merges == (Area(7, 0, 9, 3),)


@pytest.mark.parametrize(
    ("packed", "number"),
    [
        (5 << 2 | 2, 5),
        (-5 << 2 & 0xFFFFFFFF | 2, -5),
        (12345 << 2 | 3, 123.45),
        (struct.unpack("<I", struct.pack("<d", 1.5)[4:])[0], 1.5),
        (struct.unpack("<I", struct.pack("<d", 150.0)[4:])[0] | 1, 1.5),
    ],
)
def test_packed_numbers_are_exact(packed: int, number: float) -> None:
    assert read_rk(struct.pack("<I", packed), 0) == number


def test_records_of_any_type_and_size_are_divided() -> None:
    records = [(5, b"x"), (617, b""), (16_000, b"y" * 300), (145, b"z" * 70_000)]
    assert list(read_records(b"".join(build_record(*record) for record in records))) == records


def test_a_stray_far_cell_is_left_out(tmp_path: Path) -> None:
    cells = build_row(0) + build_number(0, 1) + build_row(2**20 - 1) + build_number(2**14 - 1, 2)
    path = write_xlsb(tmp_path / "a.xlsb", cells)
    assert [cell for row in read_tabs(path)["MRR"] for cell in row if cell is not None] == [1]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (build_row(2**31) + build_number(0, 1), "rows 1 to 1048576"),
        (build_row(0) + build_number(2**31, 1), "columns 1 to 16384"),
        (build_row(0) + build_number(0, float("nan")), "is damaged"),
        (build_row(0) + build_record(7, struct.pack("<III", 0, 0, 10**6)), "is damaged"),
        (build_row(0) + build_record(6, struct.pack("<III", 0, 0, 10**6)), "is damaged"),
        (build_row(0) + build_record(5, b"\0"), "is damaged"),
        (b"\x85", "is damaged"),
        (b"\x05\xff\xff\xff\x7f", "is damaged"),
        (b"".join(build_row(row) + build_number(2**14 - 1, 1) for row in range(1300)), "has more than 20000000 cells"),
    ],
)
def test_damage_and_bombs_are_refused(tmp_path: Path, cells: bytes, words: str) -> None:
    with pytest.raises(WorkbookError, match=words):
        read_tabs(write_xlsb(tmp_path / "a.xlsb", cells))


RELATIONS = "xl/_rels/workbook.bin.rels"


@pytest.mark.parametrize(
    ("name", "before", "content", "words"),
    [
        (RELATIONS, b'<?xml version="1.0" encoding="nan"?>', None, "is damaged"),
        (RELATIONS, b"<!DOCTYPE x [<!ENTITY a 'b'>]>", None, "is damaged"),
        ("xl/styles.bin", b"", build_record(617, b"") + build_record(47, bytes(16)) * 140_000, "65490 cell formats"),
    ],
)
def test_other_parts_are_bounded_too(
    tmp_path: Path, name: str, before: bytes, content: bytes | None, words: str
) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = before + (parts[name].partition(b"?>")[2] if content is None else content)

    path = write_xlsb(tmp_path / "a.xlsb", build_row(0) + build_number(0, 1))
    with pytest.raises(WorkbookError, match=words):
        read_tabs(change_parts(path, change))


def test_shared_texts_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CELLS", 5)
    with pytest.raises(WorkbookError, match="more than 5 cells"):
        read_tabs(copy_file("cells.xlsb", tmp_path))
