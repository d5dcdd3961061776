"""The file on the disk: permissions, locks, and programs that save it at the same time."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import (
    WorkbookBusyError,
    WorkbookDeniedError,
)
from sheets.excel.files import replace_file
from sheets.excel.workbook import ExcelWorkbook
from tests.support.xlsx_files import METRICS_TABLE, make_file


@contextlib.contextmanager
def as_unprivileged_user() -> Iterator[None]:
    """Run as a user with limited permissions; root may read and write every file."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_is_denied(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    path.chmod(0)
    with as_unprivileged_user(), pytest.raises(WorkbookDeniedError, match="may not be read"):
        ExcelWorkbook(Path(path)).version()


def test_the_file_keeps_its_permissions_and_links_to_it_stay_links(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    path.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(path)
    ExcelWorkbook(link).write([METRICS_TABLE])
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [tab.title for tab in ExcelWorkbook(path).tabs()] == ["MRR", "NRR Metrics"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.xlsx", "link.xlsx"]


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_that_is_open_elsewhere_is_not_written_under_its_user(tmp_path: Path, lock: str) -> None:
    path = make_file(tmp_path / "a.xlsx")
    (tmp_path / lock).touch()
    before = path.read_bytes()
    with pytest.raises(WorkbookBusyError, match="is open in Excel or LibreOffice"):
        ExcelWorkbook(path).write([METRICS_TABLE])
    assert path.read_bytes() == before


def test_a_file_saved_while_we_wrote_is_not_overwritten(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    before = path.read_bytes()
    with pytest.raises(WorkbookBusyError, match="was saved by another program"):
        replace_file(path, b"what stood there when it was read", b"new", like=path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_read_only_file_and_a_closed_folder_are_denied(tmp_path: Path) -> None:
    path = make_file(tmp_path / "a.xlsx")
    path.chmod(0o444)
    with pytest.raises(WorkbookDeniedError, match="may not be written"):
        ExcelWorkbook(path).write([METRICS_TABLE])
    path.chmod(0o666)
    tmp_path.chmod(0o555)
    try:
        with as_unprivileged_user(), pytest.raises(WorkbookDeniedError, match="may not be written"):
            replace_file(path, path.name.encode(), b"new", like=path)
    finally:
        tmp_path.chmod(0o700)
