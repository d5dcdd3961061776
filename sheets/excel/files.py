"""A workbook's file on the disk: read whole, replaced in one step, never overwritten by accident."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError, WorkbookMissingError
from sheets.excel.package import check


def load(path: Path) -> bytes:
    """Return the bytes of the .xlsx file at `path`, known to be a whole zip with a workbook in it.

    Raises:
        WorkbookMissingError: there is no such file, or it is a folder.
        WorkbookDeniedError: it may not be read, or it is encrypted.
        WorkbookBusyError: it is only half there, as while it is being saved or copied.
        WorkbookError: it is something else than an .xlsx workbook, or the disk failed.

    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise WorkbookMissingError(
            N_("There is no file {path}."), N_("Check the name and the folder."), path=path
        ) from error
    except IsADirectoryError as error:
        raise WorkbookMissingError(
            N_("{path} is a folder, not a workbook."), N_("Name the .xlsx file inside it."), path=path
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
    check(path, data)
    return data


def version(path: Path) -> str | None:
    """Return what tells the content of a file from any other; None when it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return None


def digest(data: bytes) -> str:
    """Return what tells these bytes from any other."""
    return hashlib.sha256(data).hexdigest()


def make(path: Path, data: bytes) -> None:
    """Write a file that is not there yet.

    Raises:
        WorkbookDeniedError: there is a file already, or none may be made there.
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
        raise _unwritten(path, error) from error


def replace(path: Path, old: bytes | None, new: bytes, like: Path) -> None:
    """Put `new` where `old` stands, in one step, with the permissions of the file `like`.

    `old` is None where there is no file yet.

    Raises:
        WorkbookBusyError: someone has the file open, or has saved it since it was read.
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
                    N_("Close it there. If nobody has it open, delete {lock}."),
                    path=path,
                    lock=lock.name,
                )
        # Replacing a file needs leave of its folder only; who made the file read-only did not mean that.
        if old is not None and not path.stat().st_mode & 0o222:
            raise PermissionError(path)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(new)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(like.stat().st_mode & 0o7777)
            if old is not None and path.read_bytes() != old:
                raise WorkbookBusyError(
                    N_("{path} was saved by someone else meanwhile, so nothing was written."),
                    N_("Try again."),
                    path=path,
                )
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from error


def _unwritten(path: Path, error: OSError) -> WorkbookError:
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
