"""The file of a workbook on the disk: what all workbooks in files have in common, its content and its hash."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

from core.errors import N_, WorkbookDeniedError, WorkbookError, WorkbookMissingError
from sheets.workbook.limits import MOST_FILE_BYTES, build_size_error
from sheets.workbook.port import RowView, Tab


class FileBase:
    """The part of the port that is the same for all files: they have no locale, no time zone and no addresses."""

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()

    @property
    def name(self) -> str:
        """The name of the file or folder."""
        return self._path.name

    @property
    def source(self) -> str:
        """`file:` and the absolute path."""
        return f"file:{self._path}"

    @property
    def locale(self) -> str:
        """Empty: Excel shows a file in the locale of its user."""
        return ""

    @property
    def time_zone(self) -> str:
        """Empty: a file has none."""
        return ""

    @property
    def server_time(self) -> dt.datetime | None:
        """None: no server has a file."""
        return None

    def stamp(self) -> str:
        """Return the sizes and times of the file, or of the files in the folder. A reading reports a missing one."""
        return stamp_files(self._path) or "unreadable"

    def stamp_own_write(self) -> str | None:
        """Return the stamp: a write replaces the file in one step, and only if it is unchanged."""
        return self.stamp()

    def link(self, tab: Tab, cell: str) -> str:  # noqa: ARG002 - the port's signature
        """Return an empty text: a cell of a file has no address."""
        return ""

    def link_view(self, tab: Tab, title: str) -> str:  # noqa: ARG002 - the port's signature
        """Return an empty text: a file has no views."""
        return ""

    def write_views(self, tab: Tab, views: Sequence[RowView], kept: Collection[str]) -> None:
        """Do nothing."""


def stamp_files(path: Path) -> str:
    """Return a text that differs after a change of a file, or of the files in a folder; empty if it cannot be seen.

    It is made of names, sizes and times. The time of the last change of the inode is one of them, as a copy or a
    download can keep the time of the content.
    """
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        states = [(file.name, file.stat()) for file in files]
    except OSError:
        return ""
    return " ".join(
        f"{name}:{state.st_size}:{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_ino}" for name, state in states
    )


def read_file(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        WorkbookMissingError: the file does not exist, or it is a folder, a device or a pipe.
        WorkbookDeniedError: the file may not be read.
        WorkbookError: the file is too large, or the disk failed.

    """
    try:
        state = path.stat()
        if not path.is_dir() and not path.is_file():
            # A pipe may never end, and a device neither.
            raise WorkbookMissingError(
                N_("{path} is a device or a pipe, not a file."), N_("Name the workbook's file."), path=path
            )
        if state.st_size > MOST_FILE_BYTES:
            raise build_size_error(path, MOST_FILE_BYTES)
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkbookMissingError(
            N_("There is no file {path}."), N_("Check the name and the folder."), path=path
        ) from error
    except IsADirectoryError as error:
        raise WorkbookMissingError(
            N_("{path} is a folder, not a workbook."), N_("Name the workbook inside it."), path=path
        ) from error
    except PermissionError as error:
        raise WorkbookDeniedError(
            N_("{path} may not be read."),
            N_("Let the bot's user read the file, and close it in Excel if it is open there."),
            path=path,
        ) from error
    except OSError as error:
        raise WorkbookError(
            N_("{path} could not be read: {reason}."), N_("Check the disk."), path=path, reason=error.strerror or error
        ) from error


def hash_content(content: bytes) -> str:
    """Return the SHA-256 of the content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
