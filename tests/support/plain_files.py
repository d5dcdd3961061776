"""Files that are read as plain cells: real ones in `files`, and packages that are built by hand to be damaged.

`cells.*` and `revenue.*` were written by LibreOffice 7.4 (.ods, .xls) and SheetJS 0.18 (.xlsb).
"""

from __future__ import annotations

import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from sheets.connect import open_workbook
from sheets.text_files.workbook import FileWorkbook
from sheets.workbook.port import Cell
from tests.support.company import write_config

FILES = Path(__file__).with_name("files")
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def copy_file(name: str, folder: Path) -> Path:
    """Copy a real file into a folder."""
    return Path(shutil.copy(FILES / name, folder / name))


def open_file(path: Path, locale: str = "") -> FileWorkbook:
    """Open a file as the config's workbook."""
    from core.config import load_config

    config = load_config(write_config(path.parent / "opened.toml", workbook={"path": str(path), "locale": locale}))
    workbook = open_workbook(config)
    assert isinstance(workbook, FileWorkbook)
    return workbook


def read_tabs(path: Path, locale: str = "") -> dict[str, list[list[Cell]]]:
    """Return the cells of each tab."""
    workbook = open_file(path, locale)
    return {grid.tab.title: [list(row) for row in grid.rows] for grid in workbook.read(workbook.tabs())}


def write_package(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """Write a zip package with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def write_ods(path: Path, rows: str, before: str = "") -> Path:
    """Write an .ods file with one tab, whose XML has these rows."""
    content = (
        f'<?xml version="1.0"?>{before}<office:document-content {_NAMESPACES} {_CALCEXT}><office:body>'
        f'<office:spreadsheet><table:table table:name="MRR">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return write_package(path, {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def build_record(kind: int, content: bytes) -> bytes:
    """Return a record of an .xlsb part."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while length > 0x7F:
        size, length = size + bytes([length & 0x7F | 0x80]), length >> 7
    return head + size + bytes([length]) + content


def build_row(number: int) -> bytes:
    """Return the record that begins a row."""
    return build_record(0, struct.pack("<I", number) + bytes(13))


def build_number(column: int, number: float) -> bytes:
    """Return the record of a cell with a number."""
    return build_record(5, struct.pack("<IId", column, 0, number))


def write_xlsb(path: Path, cells: bytes) -> Path:
    """Replace the cells of the first tab of a real .xlsb file by these records."""
    with zipfile.ZipFile(FILES / "revenue.xlsb") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.bin"] = build_record(145, b"") + cells + build_record(146, b"")
    return write_package(path, parts)
