"""The workbook's file on the disk: read it whole, replace it in one step, never overwrite it by accident."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.excel.package import check_package
from sheets.workbook.files import read_file


def read_package(path: Path) -> bytes:
    """Return the bytes of the .xlsx file at `path`, after checking that they are a complete package.

    Raises:
        WorkbookMissingError: the file does not exist, or it is a folder.
        WorkbookDeniedError: the file may not be read, or it is encrypted.
        WorkbookBusyError: the file is incomplete because it is being saved or copied.
        WorkbookError: the file is not an .xlsx workbook, or the disk failed.

    """
    data = read_file(path)
    check_package(path, data)
    return data


def create_file(path: Path, data: bytes) -> None:
    """Write a new file.

    Raises:
        WorkbookDeniedError: the file exists already, or the folder may not be written.
        WorkbookError: the folder is missing, or the disk failed.

    """
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise WorkbookDeniedError(
            N_("{path} exists already and was left as it is."), N_("Name another file, or move this one."), path=path
        ) from error
    except OSError as error:
        raise _build_write_error(path, error) from error


def replace_file(path: Path, old: bytes | None, new: bytes, like: Path) -> None:
    """Replace the content `old` of the file by `new` in one step, with the permissions of `like`, a file or folder.

    `old` is None for a new file.

    Raises:
        WorkbookBusyError: the file is open in another program, or was saved since it was read.
        WorkbookDeniedError: the file or its folder may not be written.
        WorkbookError: the disk failed.

    """
    if new == old:
        return
    try:
        for lock in (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#")):
            if lock.exists():
                raise WorkbookBusyError(
                    N_("{path} is open in Excel or LibreOffice, so nothing was written."),
                    N_("Close it there. If it is not open anywhere, delete {lock}."),
                    path=path,
                    lock=lock.name,
                )
        # Replacing a file needs write access to the folder only. A read-only file must stay unchanged nevertheless.
        if old is not None and not path.stat().st_mode & 0o222:
            raise PermissionError(path)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(like.stat().st_mode & (0o666 if like.is_dir() else 0o7777))
            if old is not None and path.read_bytes() != old:
                raise WorkbookBusyError(
                    N_("{path} was saved by another program in the meantime, so nothing was written."),
                    N_("Try again."),
                    path=path,
                )
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise _build_write_error(path, error) from error


def _build_write_error(path: Path, error: OSError) -> WorkbookError:
    """Return the error for a file that could not be written."""
    if isinstance(error, PermissionError):
        return WorkbookDeniedError(
            N_("{path} may not be written."),
            N_("Let the bot's user write the file and its folder."),
            path=path,
        )
    return WorkbookError(
        N_("{path} could not be written: {reason}."),
        N_("Check the folder and the space on the disk."),
        path=path,
        reason=error.strerror or error,
    )
