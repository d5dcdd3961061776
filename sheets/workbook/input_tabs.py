"""A new input tab, for a file or a Google Sheet: headings, notes, checks, rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sheets.workbook.tables import ColumnFormat, Value

# The rows of an input tab whose cells are checked while people type.
CHECKED_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column of an input tab.

    Attributes:
        heading: the text of row 1; a date is shown as its month, `2026-09`.
        format: the format of the cells below, and their allowed type if `error_message` is given.
        note: the note on the heading, which explains the column.
        choices: the values to choose from; empty to allow any value.
        error_message: the message for a value that fails the check; empty for no check.
        width: the minimum width, in characters; the heading always fits.

    """

    heading: str | dt.date
    format: ColumnFormat = "text"
    note: str = ""
    choices: tuple[str, ...] = ()
    error_message: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True)
class InputTab:
    """An input tab to create: headings in row 1, then the rows.

    Attributes:
        title: the tab's title.
        columns: the columns, from A on.
        rows: the cells from row 2 on; a row may be shorter than the headings.
        frozen_columns: the number of columns that do not scroll.
        has_example: True if the first row is an example to overwrite; it is then formatted as one.

    """

    title: str
    columns: Sequence[InputColumn]
    rows: Sequence[Sequence[Value]]
    frozen_columns: int = 1
    has_example: bool = False
