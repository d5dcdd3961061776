"""The origin of the cells of a grid that was put together from others, so that problems name the real cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A cell of the workbook: the title of its tab, its row and column, counted from 0."""

    title: str
    row: int
    column: int


class Origin(Protocol):
    """The origin of the cells of a grid."""

    def locate(self, row: int, column: int) -> Place:
        """Return the place in the workbook of a cell of the grid."""


@dataclass(frozen=True, slots=True)
class TurnedOrigin:
    """The cells of one tab with rows and columns exchanged, below its title rows.

    Attributes:
        title: the title of the tab.
        top: the first turned row of the tab; the rows above it are as they were.
        rows: the tab's row of each column of the grid.

    """

    title: str
    top: int
    rows: Sequence[int]

    def locate(self, row: int, column: int) -> Place:
        """Return the place in the workbook of a cell of the grid."""
        if row < self.top:
            return Place(self.title, row, column)
        return Place(self.title, self.rows[column], row - self.top)


@dataclass(frozen=True, slots=True)
class StackedPart:
    """The rows of one tab in a grid of several.

    Attributes:
        title: the title of the tab.
        top: the row of the grid that its first row is.
        first_row: its first row below the header row.
        columns: the tab's column of each column of the grid; -1 where the tab has none.

    """

    title: str
    top: int
    first_row: int
    columns: Sequence[int]


@dataclass(frozen=True, slots=True)
class StackedOrigin:
    """The rows of several tabs, one tab below the other.

    Attributes:
        parts: the tabs, in the order of their rows.
        header_row: the header row of the first tab and of the grid.

    """

    parts: Sequence[StackedPart]
    header_row: int

    def locate(self, row: int, column: int) -> Place:
        """Return the place in the workbook of a cell of the grid."""
        part = self.parts[max(0, bisect_right([part.top for part in self.parts], row) - 1)]
        if row <= self.header_row:
            # A heading is that of the first tab that has the column.
            part = next((part for part in self.parts if part.columns[column] >= 0), part)
            return Place(part.title, part.first_row - 1, max(0, part.columns[column]))
        return Place(part.title, part.first_row + row - part.top, max(0, part.columns[column]))
