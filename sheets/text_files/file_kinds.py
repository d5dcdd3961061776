"""Recognises the format of a file by its content, and opens the zip packages of .ods and .xlsb files.

A wrong name is reported instead of read as damage, and the unpacked size of a part is bounded.
"""

from __future__ import annotations

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from sheets.text_files.content import build_incomplete_error, build_password_error
from sheets.workbook.limits import build_damage_error, check_unpacked_sizes

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_MAGIC = b"PK\x03\x04"
_OTHER_MAGIC = (
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ\x90",
)
# Excel 2 to 4 wrote a plain stream of records, without an OLE file around it.
_OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<meta", b"<head", b"<body", b"<div")


def find_kind(path: Path, data: bytes) -> str:
    """Return the format of the content `data` of the file `path`, as the end of a name: `.xlsx`, `.ods`, `.html`, ...

    Returns `.txt` for a text of any kind, and an empty text for content that no reader knows. An encrypted workbook
    of Excel is `.encrypted`.

    Raises:
        WorkbookBusyError: the file is a package that breaks off.

    """
    if data.startswith(_ZIP_MAGIC):
        return _find_package_kind(path, data)
    if data.startswith(OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return ".encrypted"
        has_workbook = any(f"{name}\0".encode("utf-16-le") in data for name in ("Workbook", "Book", "WORKBOOK", "BOOK"))
        return ".xls" if has_workbook else ""
    if data.startswith(_OLD_BIFF):
        return ".xls"
    if data.startswith(_OTHER_MAGIC):
        return ".pdf" if data.startswith(b"%PDF-") else ""
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return ".html"
    if start.startswith(b"<?xml"):
        return ".html" if b"<html" in start else ".xml"
    return "" if _is_binary(data) else ".txt"


def _find_package_kind(path: Path, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise build_incomplete_error(path) from error
    if "content.xml" in names or "encrypted-package" in names:
        return ".ods"
    if "xl/workbook.bin" in names:
        return ".xlsb"
    return ".xlsx" if any(name.startswith("xl/workbook") for name in names) else ".zip"


def _is_binary(data: bytes) -> bool:
    """Tell whether the content has control characters that no text has; UTF-16 has a zero in nearly each character."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    sample = data[: 2**16]
    if find_utf16(sample):
        return False
    return any(byte in sample for byte in (0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25))


def find_utf16(sample: bytes) -> str:
    """Return the encoding of a text in UTF-16 without a byte order mark; empty if it is no such text.

    Nearly all characters of a table are Latin ones, digits and marks: every other byte is zero.
    """
    sample = sample[: len(sample) // 2 * 2]
    high, low = sample[1::2], sample[::2]
    if not sample or 0 not in sample:
        return ""
    if high.count(0) > 0.7 * len(high) and low.count(0) < 0.01 * len(low) + 1:
        return "utf-16-le"
    if low.count(0) > 0.7 * len(low) and high.count(0) < 0.01 * len(high) + 1:
        return "utf-16-be"
    return ""


class Package:
    """A package in memory. Every method raises a WorkbookError for damage, and KeyError for a missing part."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path = path
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise build_incomplete_error(path) from error
        check_unpacked_sizes(path, self._archive.infolist())
        self.names = frozenset(self._archive.namelist())

    @contextlib.contextmanager
    def open_part(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part for reading. zipfile never unpacks more than the declared size, which was checked."""
        info = self._archive.getinfo(name)
        if info.flag_bits & 1:
            raise build_password_error(self._path)
        try:
            with self._archive.open(info) as part:
                yield part
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise build_damage_error(self._path) from error

    def read_part(self, name: str) -> bytes:
        """Return the content of a part."""
        with self.open_part(name) as part:
            return part.read()
