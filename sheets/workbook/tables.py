"""A table for the bot's own tab: rows, formats, colours, chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

# What we write: text, exact numbers, dates, nothing. Never a formula.
Value = str | int | Decimal | dt.date | None

ColumnFormat = Literal["text", "integer", "money", "percent", "date", "month", "rate"]

# The colours of a ratio against its usual range, red-green-blue: told apart by all eyes, and readable in print.
BELOW, INSIDE, ABOVE = "FBD5B5", "DCEBD2", "C6DDF3"

# Headings, the lines of a chart in their order, and what is said beside the figures.
INK, LINES, ASIDE = "1F3B4D", ("1F3B4D", "D0782A"), "7F7F7F"


@dataclass(frozen=True, slots=True)
class Band:
    """Cells of a table that the spreadsheet itself colours: below a range, inside it (both edges included), above it.

    Attributes:
        areas: (first row, row below the last, column) of each run of cells, counted from 0 within `Table.rows`.
        low: the range's lower edge.
        high: its upper edge.

    """

    areas: Sequence[tuple[int, int, int]]
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart of columns of a table, their headings being the names of the lines.

    Attributes:
        title: what stands above it.
        rows: how many rows it draws, from the first on.
        axis: the column of the months along it.
        lines: the columns that it draws, as percentages.
        low: where its vertical axis begins.
        high: where it ends.
        place: the column at whose first row its corner lies.
        width: in pixels.
        height: likewise.

    """

    title: str
    rows: int
    axis: int
    lines: Sequence[int]
    low: Decimal
    high: Decimal
    place: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Table:
    """A tab of ours to write: one line for people, further ones if need be, one row of headings, then the rows.

    Attributes:
        title: the tab's title.
        notice: the text of cell A1: what this tab is, and that the bot overwrites it.
        headings: the row above `rows`; an empty one stands over a column that keeps things apart.
        formats: one per heading; `money` and `percent` are numbers (`percent`: 1.036 shows as 103.6%), `date` and
            `month` are dates.
        rows: below the headings, each as long as they are.
        decimals: how many decimals `money` shows.
        notes: lines between the notice and the headings.
        widths: of each column, in characters; where there are none a file's columns are fitted to what is in them,
            and those of a Google Sheet stay as they are.
        frozen: how many columns stay in sight.
        groups: rows that begin a group and have a line above; those before the first group are totals, and bold.
        bands: which cells are coloured by the spreadsheet.
        chart: what is drawn beside the figures.

    """

    title: str
    notice: str
    headings: Sequence[str]
    formats: Sequence[ColumnFormat]
    rows: Sequence[Sequence[Value]]
    decimals: int = 2
    notes: Sequence[str] = ()
    widths: Sequence[int] = ()
    frozen: int = 0
    groups: Sequence[int] = ()
    bands: Sequence[Band] = ()
    chart: Chart | None = None

    @property
    def top(self) -> int:
        """How many rows stand above `rows`, the headings included."""
        return 2 + len(self.notes)

    @property
    def lead(self) -> int:
        """How many columns stand side by side from the left, before the first that keeps things apart."""
        return next((number for number, heading in enumerate(self.headings) if not heading), len(self.headings))
