"""The limits of the parts of an .xlsx file that openpyxl reads as a tree, checked before it does."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from core.errors import N_, WorkbookError
from sheets.workbook.limits import (
    MOST_CELLS,
    MOST_FORMATS,
    MOST_TABS,
    CellBudget,
    build_damage_error,
    check_unpacked_sizes,
)

# The first element of the parts that are streamed, or not read at all: they may be large.
_STREAMED = frozenset({b"worksheet", b"sst", b"pivotCacheRecords"})
_FIRST_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")
_FORMAT = re.compile(rb"<(?:[\w.-]+:)?xf[\s/>]")
_TAB = re.compile(rb"<(?:[\w.-]+:)?sheet[\s/>]")
_SHARED_TEXT = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_SHORTEST_SHARED_TEXT = len(b"<si/>")
# Tags of a part that is read as a tree: those of all formats that Excel allows are fewer.
MOST_TAGS = 1_000_000
# The cells of a sheet begin within these bytes: before them are its columns and views.
MOST_HEAD_BYTES = 2**23
_HEAD_BYTES = 2**12
_CHUNK_BYTES = 2**20


def check_parts(path: Path, data: bytes) -> None:
    """Check the sizes and contents of the parts of a package.

    Raises:
        WorkbookError: a limit is exceeded.
        zipfile.BadZipFile, zlib.error: the package is damaged.

    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked_sizes(path, archive.infolist())
        for entry in archive.infolist():
            with archive.open(entry) as part:
                _check_part(path, entry, part)


def _check_part(path: Path, entry: zipfile.ZipInfo, part: IO[bytes]) -> None:
    head = part.read(_HEAD_BYTES)
    first = _FIRST_ELEMENT.search(head)
    name = first[1] if first else b""
    if name == b"worksheet":
        _check_sheet_head(path, head + part.read(MOST_HEAD_BYTES) if b"sheetData" not in head else head)
    elif name == b"sst" and entry.file_size > MOST_CELLS * _SHORTEST_SHARED_TEXT:
        CellBudget(path).take(sum(len(_SHARED_TEXT.findall(chunk)) for chunk in _read_chunks(head, part)))
    elif name not in _STREAMED:
        _check_tree(path, entry.filename, head, part)


def _check_sheet_head(path: Path, head: bytes) -> None:
    # openpyxl reads everything before the cells as a tree.
    if len(head) > MOST_HEAD_BYTES and b"sheetData" not in head:
        raise build_damage_error(path)


def _check_tree(path: Path, name: str, head: bytes, part: IO[bytes]) -> None:
    tags = formats = tabs = 0
    for chunk in _read_chunks(head, part):
        tags += chunk.count(b"<")
        formats += len(_FORMAT.findall(chunk))
        tabs += len(_TAB.findall(chunk))
        if tabs > MOST_TABS:
            raise WorkbookError(
                N_("{path} has more than {count} tabs, so it was not read."),
                N_("Keep only the tabs with revenue and customers in it."),
                path=path,
                count=MOST_TABS,
            )
        # Excel has as many formats of cells, and as many named ones.
        if formats > 2 * MOST_FORMATS:
            raise WorkbookError(
                N_("{path} has more than {count} cell formats, so it was not read: Excel allows no more."),
                N_("Copy its tabs into a new workbook, as values."),
                path=path,
                count=MOST_FORMATS,
            )
        if tags > MOST_TAGS:
            raise WorkbookError(
                N_("{path} has a part that is too large, so it was not read: {part}."),
                N_("Copy its tabs into a new workbook, as values."),
                path=path,
                part=name,
            )


def _read_chunks(head: bytes, part: IO[bytes]) -> Iterator[bytes]:
    yield head
    while chunk := part.read(_CHUNK_BYTES):
        yield chunk
