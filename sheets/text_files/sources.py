"""The files that a workbook is read from: one file, or the text files of a folder; and their version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from core.errors import N_, WorkbookDeniedError, WorkbookError, WorkbookMissingError
from sheets.workbook.files import hash_content, read_file

# Google Drive on a computer shows a Google Sheet as such a file, which holds a link and no cells.
SHORTCUT_SUFFIX = ".gsheet"
# The file is a small JSON object whose keys have changed over the years: the ID is the longest such word of a link.
_ID = re.compile(rb"(?:/d/|doc_id\"\s*:\s*\"|spreadsheet:)([A-Za-z0-9_-]{20,})")
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file with its content, and the title of its tab if it is a text file."""

    path: Path
    data: bytes
    title: str


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; a name that no disk can hold is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def read_source(path: Path) -> list[SourceFile]:
    """Return the file at `path`, or the text files in the folder at `path`, by name.

    Raises:
        WorkbookMissingError: there is no such file, or the folder has no text file.
        WorkbookDeniedError: a file may not be read.
        WorkbookError: the disk failed.

    """
    if not is_folder(path):
        return [SourceFile(path, read_file(path), path.stem)]
    try:
        files = [file for file in path.iterdir() if _is_table(file)]
    except PermissionError as error:
        raise WorkbookDeniedError(
            N_("The folder {path} may not be read."), N_("Let the bot's user read the folder."), path=path
        ) from error
    if not files:
        raise WorkbookMissingError(
            N_("The folder {path} has no .csv or .tsv file."),
            N_("Put a file for each tab into it, or name another file or folder."),
            path=path,
        )
    files.sort(key=lambda file: (file.name.casefold(), file.name))
    stems = [file.stem.casefold() for file in files]
    return [
        SourceFile(file, read_file(file), file.stem if stems.count(file.stem.casefold()) == 1 else file.name)
        for file in files
    ]


def _is_table(file: Path) -> bool:
    """Tell whether a file of a folder is a tab: not the hidden copies and locks that programs write."""
    return file.suffix.lower() in TEXT_SUFFIXES and not file.name.startswith((".", "~")) and file.is_file()


def hash_source(files: Sequence[SourceFile]) -> str:
    """Return the version of a workbook: the hash of its file, or of the names and contents of its folder's files."""
    if len(files) == 1 and files[0].path.suffix.lower() not in TEXT_SUFFIXES:
        return hash_content(files[0].data)
    return hash_content("\n".join(f"{hash_content(file.data)} {file.path.name}" for file in files).encode())


def raise_shortcut(path: Path, data: bytes) -> NoReturn:
    """Raise the WorkbookError of a link, with the line of the config that reads the sheet itself."""
    match = _ID.search(data)
    if match is None:
        raise WorkbookError(
            N_("{path} is a link to a Google Sheet, not a workbook."),
            N_(
                "Open it, and set workbook.google in the config to the address of the sheet, in place of workbook.path."
            ),
            path=path,
        )
    raise WorkbookError(
        N_("{path} is a link to a Google Sheet, not a workbook."),
        N_("Set workbook.google = “{address}” in the config, in place of workbook.path."),
        path=path,
        address=f"https://docs.google.com/spreadsheets/d/{match[1].decode()}",
    )
