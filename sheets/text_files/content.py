"""The tabs that a file was read into, the limits of a file, and the errors that its readers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_, WorkbookBusyError, WorkbookDeniedError, WorkbookError
from sheets.workbook.port import Area, Cell, FormatRun

# The limits of a file: bytes of the file, bytes of one unpacked part, and cells of all tabs, blank ones included. A
# Google Sheet has at most ten million cells; Excel has 1,048,576 rows and 16,384 columns.
MOST_FILE_BYTES = 2**29
MOST_PART_BYTES = 2**30
MOST_CELLS = 20_000_000
MOST_ROWS, MOST_COLUMNS = 2**20, 2**14


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


class CellBudget:
    """Counts the cells of a file while it is read, so that a small file cannot become more than memory holds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._left = MOST_CELLS

    def take(self, cells: int) -> None:
        """Count `cells` more. Raises WorkbookError if the file has more than MOST_CELLS."""
        self._left -= cells
        if self._left < 0:
            raise WorkbookError(
                N_("{path} has more than {count} cells, so it was not read."),
                N_("Look for cells that were filled far to the right or far below, and delete them."),
                path=self._path,
                count=MOST_CELLS,
            )

    def check_place(self, row: int, column: int) -> None:
        """Raise WorkbookError if no spreadsheet has a cell at this row and column, counted from 0."""
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            raise build_damage_error(self._path)


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


def build_size_error(path: Path, most: int) -> WorkbookError:
    """Return the error for a file that is larger than `most` bytes, or would be once it is unpacked."""
    return WorkbookError(
        N_("{path} is larger than {megabytes} MB, so it was not read."),
        N_("Keep only the tabs with revenue and customers in it."),
        path=path,
        megabytes=most // 10**6,
    )


def build_incomplete_error(path: Path) -> WorkbookBusyError:
    """Return the error for a file that is empty or breaks off."""
    return WorkbookBusyError(
        N_("{path} is incomplete: it is probably being saved or copied."),
        N_("Try again in a moment. If it is still incomplete, save the workbook again."),
        path=path,
    )


def build_damage_error(path: Path) -> WorkbookError:
    """Return the error for a file whose content breaks the rules of its format."""
    return WorkbookError(
        N_("{path} is damaged, or was written by a program that does not keep to the format."),
        N_("Open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx)."),
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
