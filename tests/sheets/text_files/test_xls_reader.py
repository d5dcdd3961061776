"""Cells of .xls files, and the limits of the process that reads them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.errors import WorkbookDeniedError, WorkbookError
from sheets.text_files import xls_reader
from sheets.workbook.limits import CellBudget
from tests.support.plain_files import FILES, copy_file, open_file, read_tabs


def midnight(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day)  # noqa: DTZ001 - a cell has no time zone


def test_each_kind_of_cell_is_read(tmp_path: Path) -> None:
    path = copy_file("cells.xls", tmp_path)
    tabs = read_tabs(path)
    assert tabs["MRR"][:4] == [
        ["Account ID", "Name", "Since", midnight(2026, 1, 1), midnight(2026, 2, 1), midnight(2026, 3, 1)],
        ["00123", "Aster", midnight(2025, 11, 10), 1200.5, 1200.5, 0.1],
        ["00124", "Bruyère & Fils", midnight(2025, 11, 10).replace(hour=13, minute=30), "#DIV/0!", "#N/A", 1],
        ["00125", "two\nlines", None, -99.99, 2, 0],
    ]
    assert tabs["MRR"][11] == [None, None, "12:30:00"]
    assert tabs["Hidden"] == [[], [None, "x"]]
    workbook = open_file(path)
    assert [tab.is_hidden for tab in workbook.tabs()] == [False, True]
    assert workbook.read(workbook.tabs())[0].merges == ((7, 0, 9, 3),)


@pytest.mark.parametrize("limits", [{"memory_bytes": 2**20}, {"seconds": 0}])
def test_a_process_beyond_its_limits_is_stopped_and_named(limits: dict[str, int]) -> None:
    path = FILES / "cells.xls"
    with pytest.raises(WorkbookError, match="took too much memory or time"):
        xls_reader.read_xls(path, path.read_bytes(), CellBudget(path), **limits)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html><table><tr><td>Account ID", "its format is .html, not .xls"),
        (b"<?xml version='1.0'?><Workbook>", "its format is .xml, not .xls"),
        (b"Account ID\t2026-01\nA\t5\n", "its format is .csv, not .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), "it is not a file of the format .xls"),
    ],
)
def test_other_content_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    with pytest.raises(WorkbookError, match=words):
        read_tabs(path)


def test_an_encrypted_file_is_named(tmp_path: Path) -> None:
    data = (FILES / "cells.xls").read_bytes()
    # The first record of the workbook is followed by FILEPASS, as Excel writes it.
    start = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    password = b"\x2f\x00\x36\x00\x01\x00\x01\x00\x01\x00" + bytes(48)
    path = tmp_path / "a.xls"
    path.write_bytes(data[: start + 20] + password + data[start + 20 + len(password) :])
    with pytest.raises(WorkbookDeniedError, match="is protected by a password"):
        read_tabs(path)
