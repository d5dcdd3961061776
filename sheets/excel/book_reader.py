"""Opens an .xlsx file with openpyxl, without the parts that no cell depends on; shared texts are streamed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import openpyxl
from openpyxl.chartsheet import Chartsheet
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from sheets.workbook.limits import CellBudget, refuse_document_type

_ITEM, _TEXT, _PHONETIC = (f"{SHEET_MAIN_NS} {name}" for name in ("si", "t", "rPh"))
_CHUNK_BYTES = 2**16


def open_book(path: Path, data: bytes) -> openpyxl.Workbook:
    """Return the workbook of the package `data`, the content of the file `path`, for reading cells.

    A damaged file can raise any exception, and one beyond the limits of a spreadsheet a WorkbookError.
    """
    reader = _BookReader(io.BytesIO(data), CellBudget(path))
    reader.read()
    book: openpyxl.Workbook = reader.wb
    return book


class _BookReader(ExcelReader):
    def __init__(self, stream: IO[bytes], budget: CellBudget) -> None:
        super().__init__(stream, read_only=True, data_only=True, keep_links=False)
        self._budget = budget

    def read_strings(self) -> None:
        entry: Any = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call] # so in the stubs
        if entry is not None:
            with self.archive.open(entry.PartName[1:]) as part:
                self.shared_strings = _read_shared_texts(part, self._budget)

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:  # noqa: ARG002 - as in openpyxl
        # Its place among the sheets counts for defined names; its chart is not read.
        book: Any = self.wb
        book._add_sheet(Chartsheet(parent=book, title=sheet.name))  # noqa: SLF001 - openpyxl has no public access

    def _skip(self) -> None:
        """Read nothing."""

    read_properties = read_custom = read_theme = _skip


def _read_shared_texts(part: IO[bytes], budget: CellBudget) -> list[str]:
    """Return the shared texts, each without its formats and its phonetic guide."""
    texts, pieces = list[str](), list[str]()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    phonetic = False

    def start(name: str, _: object) -> None:
        nonlocal phonetic
        if name == _TEXT and not phonetic:
            parser.CharacterDataHandler = pieces.append
        elif name == _PHONETIC:
            phonetic = True

    def end(name: str) -> None:
        nonlocal phonetic
        if name == _TEXT:
            parser.CharacterDataHandler = None
        elif name == _ITEM:
            text = "".join(pieces)
            pieces.clear()
            budget.check_text(len(text))
            budget.take(1)
            texts.append(text.replace("x005F_", ""))  # as openpyxl
        elif name == _PHONETIC:
            phonetic = False

    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.StartElementHandler, parser.EndElementHandler = start, end
    while chunk := part.read(_CHUNK_BYTES):
        parser.Parse(chunk, False)  # noqa: FBT003 - expat takes no keyword arguments
        if len(pieces) > 1:  # a text that began in an earlier chunk
            budget.check_text(sum(map(len, pieces)))
    parser.Parse(b"", True)  # noqa: FBT003 - expat takes no keyword arguments
    return texts
