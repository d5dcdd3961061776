"""An input tab to make, for a file or for a Google Sheet alike: headings, notes, checks, rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sheets.workbook.tables import ColumnFormat, Value

# How far down a column of an input tab is checked as people type.
CHECKED_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of an input tab.

    Attributes:
        text: the heading; a date shows as its month, `2026-09`.
        format: how the cells below show, and what may be typed there when `refusal` is given.
        note: what goes into this column, shown when the pointer rests on the heading.
        choices: the values to choose from; empty where anything goes.
        refusal: what the spreadsheet says when something else is typed; empty to allow everything.
        width: in characters, at the least; the heading always fits.

    """

    text: str | dt.date
    format: ColumnFormat = "text"
    note: str = ""
    choices: tuple[str, ...] = ()
    refusal: str = ""
    width: int = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """An input tab to make: headings in row 1, then the rows.

    Attributes:
        title: the tab's title.
        headings: one per column.
        rows: from row 2 on; a row may be shorter than the headings.
        frozen: how many columns stay in sight.
        example: True when the first row is an example to write over, and should look so.

    """

    title: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]]
    frozen: int = 1
    example: bool = False
