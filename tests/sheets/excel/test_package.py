"""Packages that cannot be read."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import (
    WorkbookBusyError,
    WorkbookDeniedError,
    WorkbookError,
    WorkbookMissingError,
)
from sheets.excel.workbook import ExcelWorkbook
from tests.support.xlsx_files import (
    METRICS_TABLE,
    OLE_FILE,
    make_file,
    make_file_with_cells,
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
