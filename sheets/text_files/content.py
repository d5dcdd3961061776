"""The tabs that a file was read into, and the errors that its readers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.workbook.limits import MOST_FILE_BYTES, build_size_error
from sheets.workbook.port import Area, Cell, FormatRun


@dataclass(frozen=True, slots=True)
class TabContent:
    """A tab of a file, read whole.

    Attributes:
        title: its title.
        rows: its cells, without the blank rows at the end.
        is_hidden: True if people do not see the tab.
        merges: the merged cells.
        formats: the number formats with a currency.

    """

    title: str
    rows: Sequence[Sequence[Cell]]
    is_hidden: bool = False
    merges: tuple[Area, ...] = ()
    formats: tuple[FormatRun, ...] = ()


def check_size(path: Path, data: bytes) -> None:
    """Check that a file is neither empty nor larger than MOST_FILE_BYTES.

    Raises:
        WorkbookBusyError: the file is empty.
        WorkbookError: the file is too large.

    """
    if not data:
        raise build_incomplete_error(path)
    if len(data) > MOST_FILE_BYTES:
        raise build_size_error(path, MOST_FILE_BYTES)


def build_incomplete_error(path: Path) -> WorkbookBusyError:
    """Return the error for a file that is empty or breaks off."""
    return WorkbookBusyError(
        N_("{path} is incomplete: it is probably being saved or copied."),
        N_("Try again in a moment. If it is still incomplete, save the workbook again."),
        path=path,
    )


def build_password_error(path: Path) -> WorkbookDeniedError:
    """Return the error for an encrypted file."""
    return WorkbookDeniedError(
        N_("{path} is protected by a password."), N_("Save it without a password to open."), path=path
    )


def build_kind_error(path: Path, expected: str, actual: str) -> WorkbookError:
    """Return the error for a file whose name ends in `expected` and whose content has another format."""
    if not actual:
        return WorkbookError(
            N_("{path} does not hold what its name says: it is not a file of the format {expected}."),
            N_("Export or save it again, as an Excel workbook (.xlsx) or as CSV."),
            path=path,
            expected=expected,
        )
    return WorkbookError(
        N_("{path} does not hold what its name says: its format is {actual}, not {expected}."),
        N_("Rename it so that its name ends in {actual}, or save it as an Excel workbook (.xlsx)."),
        path=path,
        actual=actual,
        expected=expected,
    )
