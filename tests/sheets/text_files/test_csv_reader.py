"""Delimiters, encodings and cells of text files; every cell stays the text that it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import WorkbookBusyError, WorkbookError
from sheets.workbook.port import Cell
from tests.support.plain_files import open_file, read_tabs

ROWS: list[list[Cell]] = [["Account ID", "Name", "2026-01"], ["0012", "Brâlé & Co", "1200.10"], ["7", None, "99.90"]]


def write_rows(path: Path, delimiter: str, encoding: str = "utf-8") -> Path:
    text = "\r\n".join(delimiter.join(str(cell or "") for cell in row) for row in ROWS)
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    assert read_tabs(write_rows(tmp_path / "MRR.csv", delimiter, encoding)) == {"MRR": ROWS}


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", "ID;2026-01;2026-02\nA;1,5;2,5\nB;1,5;2,5\n", [["ID", "2026-01", "2026-02"], ["A", "1,5", "2,5"]]),
        ("a.csv", 'ID,2026-01,2026-02\nA,"1,5","2,5"\n', [["ID", "2026-01", "2026-02"], ["A", "1,5", "2,5"]]),
        ("a.csv", "Revenue, 2026\n\nID;Jan 2026\nA;1,5\nB;2,5\n", [["Revenue, 2026"], [], ["ID", "Jan 2026"]]),
        ("a.csv", "sep=|\nID|a;b\nA|c;d\n", [["ID", "a;b"], ["A", "c;d"]]),
        ("a.csv", '"sep=,"\nID,a;b\nA,c;d\n', [["ID", "a;b"], ["A", "c;d"]]),
        ("a.tsv", "ID\tName\nA\tAcme, Inc; Paris\n", [["ID", "Name"], ["A", "Acme, Inc; Paris"]]),
        ("a.csv", 'ID,Name\nA,"two\nlines, and a ""word"""\n', [["ID", "Name"], ["A", 'two\nlines, and a "word"']]),
        ("a.csv", 'ID,Name\nA,24" screens\n,,\n\n', [["ID", "Name"], ["A", '24" screens']]),
        ("a.csv", "ID\nA\nB\n", [["ID"], ["A"], ["B"]]),
        ("a.csv", "ID;Name;2026-01\nA\nB;Beta\nC;Gamma;1,5\nD\n", [["ID", "Name", "2026-01"], ["A"], ["B", "Beta"]]),
        ("a.csv", "ID,2026-01\r\rA,5\r", [["ID", "2026-01"], [], ["A", "5"]]),
    ],
)
def test_cells_are_divided_as_written(tmp_path: Path, name: str, text: str, rows: list[list[Cell]]) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert read_tabs(path)["a"][: len(rows)] == rows


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", WorkbookBusyError, "is incomplete"),
        (b'ID,Name\nA,B\nC,"D\nE,F\n', WorkbookError, "a quotation mark in line 3 is not closed"),
        (b'ID,Name\nA,"B"x\n', WorkbookError, "a quotation mark in line 2 is not closed or not doubled"),
        (bytes(range(256)) * 9, WorkbookError, "it is not a file of the format .csv"),
        (b"ID,Name\n\x81\x8d,1\n", WorkbookError, "it is not a file of the format .csv"),
        (b"%PDF-1.7\n", WorkbookError, "its format is .pdf, not .csv"),
        (b"\x89PNG\r\n\x1a\n", WorkbookError, "it is not a file of the format .csv"),
        (b"<!DOCTYPE html><title>Sign in</title>", WorkbookError, "its format is .html, not .csv"),
        (b"ID,2026-01,2026-02\nA,1200,50,1300,00\nB,99,90,98,10\n", WorkbookError, "more cells than its headings"),
    ],
)
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, kind: type[WorkbookError], words: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=words) as caught:
        read_tabs(path)
    assert type(caught.value) is kind
    assert str(path) in str(caught.value)
    assert caught.value.fix


def test_a_workbook_named_as_text_is_named_by_its_content(tmp_path: Path) -> None:
    from tests.support.xlsx_files import make_file

    path = make_file(tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    with pytest.raises(WorkbookError, match=r"its format is \.xlsx, not \.csv. Rename it"):
        read_tabs(path)


def test_the_file_is_read_again_only_after_a_change(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "MRR.csv", ",")
    workbook = open_file(path)
    before = workbook.version()
    assert workbook.read(workbook.tabs())[0].rows is workbook.read(workbook.tabs())[0].rows or workbook.tabs()
    write_rows(path, ";")
    assert workbook.version() != before
    assert [list(row) for row in workbook.read(workbook.tabs(), 1)[0].rows] == ROWS[:1]
