"""A file of plain cells, or a folder of text files, as a workbook. The bot's own tabs go into a separate .xlsx file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import N_, Sentence, WorkbookBusyError
from sheets.text_files.content import TabContent, build_kind_error, build_password_error, check_size
from sheets.text_files.file_kinds import find_kind
from sheets.text_files.sources import (
    SHORTCUT_SUFFIX,
    TEXT_SUFFIXES,
    SourceFile,
    hash_source,
    raise_shortcut,
    read_source,
)
from sheets.workbook.files import FileBase
from sheets.workbook.limits import CellBudget
from sheets.workbook.port import Grid, Note, Tab, WriteResult
from sheets.workbook.stray_cells import drop_stray_cells
from sheets.workbook.tables import CellRun, Table

SUFFIXES = frozenset({*TEXT_SUFFIXES, ".ods", ".xls", ".xlsb", SHORTCUT_SUFFIX})

# Writes tables into `NAME.nrr.xlsx` in the folder of a file.
WriteCopy = Callable[[Sequence[Table]], WriteResult]


class FileWorkbook(FileBase):
    """A file or folder as a Workbook. It is read whole, and again only after a change."""

    def __init__(self, path: Path, locale: str, write_copy: WriteCopy) -> None:
        """Read nothing yet.

        Args:
            path: the file or folder.
            locale: the configured locale, which comes before the decimal mark that the cells show; may be empty.
            write_copy: writes tables into a separate file.

        """
        super().__init__(path)
        self._configured_locale = locale
        self._write_copy = write_copy
        self._cached: tuple[list[SourceFile], list[TabContent], str] | None = None

    @property
    def locale(self) -> str:
        """The decimal mark that the cells of text files show; empty for other files and with a configured locale."""
        return self._cached[2] if self._cached else ""

    def version(self) -> str:
        """Return the hash of the file, or of the files in the folder."""
        return hash_source(read_source(self._path))

    def tabs(self) -> tuple[Tab, ...]:
        """Return the current tabs, in their order, including hidden ones."""
        return tuple(
            Tab(number, tab.title, len(tab.rows), max(map(len, tab.rows), default=0), is_hidden=tab.is_hidden)
            for number, tab in enumerate(self._load())
        )

    def read(self, tabs: Sequence[Tab], rows: int | None = None) -> tuple[Grid, ...]:
        """Return one grid per tab. The cells of text files are texts; errors are their text."""
        contents = self._load()
        grids = []
        for tab in tabs:
            if tab.id >= len(contents) or contents[tab.id].title != tab.title:
                raise WorkbookBusyError(
                    N_("The tabs of {name} were changed while they were read."), N_("Try again."), name=self.name
                )
            content = contents[tab.id]
            grids.append(Grid(tab, content.rows[:rows], content.merges, content.formats))
        return tuple(grids)

    def write(self, tables: Sequence[Table], notes: Sequence[Note] | None = None) -> WriteResult:  # noqa: ARG002 - the port's signature
        """Write the tables into `NAME.nrr.xlsx` in the same folder. The file itself and its cells stay unchanged."""
        return replace(self._write_copy(tables), reason=self._explain_unchanged())

    def mark_places(self, tab: Tab, row: int, columns: Sequence[int]) -> None:
        """Do nothing: no cells are written."""

    def write_cells(self, tab: Tab, runs: Sequence[CellRun], decimals: int) -> Sentence:  # noqa: ARG002 - the port's signature
        """Write nothing, and say why: such a file has no tab of the bot."""
        return self._explain_unchanged()

    def _explain_unchanged(self) -> Sentence:
        return Sentence(
            N_("{name} itself was not changed: the bot writes only into Excel workbooks (.xlsx) and Google Sheets."),
            {"name": self.name},
        )

    def _load(self) -> list[TabContent]:
        files = read_source(self._path)
        if self._cached is None or self._cached[0] != files:
            from sheets.text_files.decimal_marks import infer_decimal_mark, name_mark

            budget = CellBudget(self._path)
            read = [tab for file in files for tab in _read_file(file, budget)]
            tabs = [replace(tab, rows=drop_stray_cells(list(tab.rows))) for tab in read]
            is_text = files[0].path.suffix.lower() in TEXT_SUFFIXES
            asks_cells = is_text and not self._configured_locale
            self._cached = (files, tabs, name_mark(infer_decimal_mark(self._path, tabs)) if asks_cells else "")
        return self._cached[1]


def _read_file(file: SourceFile, budget: CellBudget) -> list[TabContent]:
    """Return the tabs of a file, whose content must be of the format that its name says."""
    path, data, suffix = file.path, file.data, file.path.suffix.lower()
    check_size(path, data)
    if suffix == SHORTCUT_SUFFIX:
        raise_shortcut(path, data)
    kind = find_kind(path, data)
    if kind == ".encrypted":
        raise build_password_error(path)
    if kind == ".txt" and suffix in TEXT_SUFFIXES:
        from sheets.text_files.csv_reader import read_csv

        return [read_csv(path, data, file.title, budget)]
    if kind != suffix:
        raise build_kind_error(path, suffix, ".csv" if kind == ".txt" else kind)
    if kind == ".ods":
        from sheets.text_files.ods_reader import read_ods

        return read_ods(path, data, budget)
    if kind == ".xlsb":
        from sheets.text_files.xlsb_reader import read_xlsb

        return read_xlsb(path, data, budget)
    from sheets.text_files.xls_reader import read_xls

    return read_xls(path, data, budget)
