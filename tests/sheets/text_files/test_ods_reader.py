"""Cells of .ods files, and files that would become more than memory holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from core.errors import WorkbookDeniedError, WorkbookError
from sheets.workbook.port import Area, Formula
from tests.support.plain_files import copy_file, open_file, read_tabs, write_ods, write_package

FLOAT = 'office:value-type="float" office:value='
ROW, ROWS, CELL, CELLS = (
    "<table:table-row>",
    "<table:table-row table:number-rows-repeated=",
    "<table:table-cell ",
    "<table:table-cell table:number-columns-repeated=",
)
END, END_CELL = "</table:table-row>", "</table:table-cell>"
ONE = f'<table:table-cell {FLOAT}"1"/>'
NOTE = "<office:annotation><text:p>note</text:p></office:annotation>"
TEXT = '<table:table-cell office:value-type="string">'


def test_each_kind_of_cell_is_read(tmp_path: Path) -> None:
    path = copy_file("cells.ods", tmp_path)
    assert read_tabs(path) == {
        "MRR": [
            ["Account ID", "Name", "Since", dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1)],
            ["00123", "Aster", dt.date(2025, 11, 10), 1200.5, 1200.5, 0.1],
            ["00124", "Bruyère & Fils", dt.datetime(2025, 11, 10, 13, 30), "#DIV/0!", "#N/A", 1],  # noqa: DTZ001 - a cell has no time zone
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
    ("cell", "value"),
    [
        (f'<table:table-cell {FLOAT}"1234567890123456789"/>', 1234567890123456789),
        (f'<table:table-cell {FLOAT}"1.5e3"/>', 1500.0),
        ('<table:table-cell table:formula="of:=[.A2]+1"/>', Formula("=[.A2]+1")),
        ('<table:table-cell table:formula="of:=X"><text:p>Err:508</text:p></table:table-cell>', "#ERROR!"),
        (f'<table:table-cell table:formula="of:=X" {FLOAT}"0"><text:p>#DIV/0!</text:p></table:table-cell>', "#DIV/0!"),
        ('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>', True),
        (
            f'{TEXT}{NOTE}<text:p>a<text:s text:c="2"/>b<text:span>c</text:span></text:p><text:p>d</text:p>{END_CELL}',
            "a  bc\nd",
        ),
        (f"{TEXT}<text:p>a{NOTE}b</text:p>{END_CELL}", "ab"),
    ],
)
def test_a_cell_is_exact(tmp_path: Path, cell: str, value: object) -> None:
    path = write_ods(tmp_path / "a.ods", f"<table:table-row>{cell}</table:table-row>")
    ((read,),) = read_tabs(path)["MRR"]
    assert (read, type(read)) == (value, type(value))


def test_repeated_cells_and_rows_are_repeated_and_blank_ones_cost_nothing(tmp_path: Path) -> None:
    rows = f'{ROWS}"2">{CELLS}"3" {FLOAT}"1"/>{CELLS}"16381"/>{END}{ROWS}"1048574">{CELLS}"16384"/>{END}'
    assert read_tabs(write_ods(tmp_path / "a.ods", rows)) == {"MRR": [[1, 1, 1]] * 2}


def test_a_stray_far_cell_is_left_out(tmp_path: Path) -> None:
    rows = f'{ROW}{ONE}{END}{ROWS}"1048574"/>{ROW}{CELLS}"16383"/>{CELL}{FLOAT}"2"/>{END}'
    cells = [cell for row in read_tabs(write_ods(tmp_path / "a.ods", rows))["MRR"] for cell in row if cell is not None]
    assert cells == [1]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f'{ROWS}"1000000">{CELLS}"16000" {FLOAT}"1"/>{END}', "has more than 20000000 cells"),
        (f'{ROW}{CELLS}"2000000000"/>{ONE}{END}', "columns 1 to 16384"),
        (f'{ROWS}"2000000000"/>{ROW}{ONE}{END}', "rows 1 to 1048576"),
        (f'{ROW}{CELLS}"-5" {FLOAT}"1"/>{END}', "is damaged"),
        (f'<table:table-row><table:table-cell {FLOAT}"x"/></table:table-row>', "is damaged"),
        (f'<table:table-row><table:table-cell {FLOAT}"NaN"/></table:table-row>', "is damaged"),
        ("<table:table-row>", "is damaged"),
    ],
)
def test_bombs_and_damage_are_refused(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(WorkbookError, match=words):
        read_tabs(write_ods(tmp_path / "a.ods", rows))


def test_entities_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="is damaged"):
        read_tabs(write_ods(tmp_path / "a.ods", "", before='<!DOCTYPE x [<!ENTITY a "aaaa">]>'))


def test_an_unknown_encoding_is_damage(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="is damaged"):
        read_tabs(write_ods(tmp_path / "a.ods", "", before='<?xml version="1.0" encoding="nan"?>'))


@pytest.mark.parametrize(
    "parts",
    [
        {"content.xml": "junk", "META-INF/manifest.xml": "<manifest:encryption-data/>"},
        {"encrypted-package": "junk", "META-INF/manifest.xml": "<x/>"},
    ],
)
def test_an_encrypted_file_is_named(tmp_path: Path, parts: dict[str, str]) -> None:
    with pytest.raises(WorkbookDeniedError, match="is protected by a password"):
        read_tabs(write_package(tmp_path / "a.ods", parts))
