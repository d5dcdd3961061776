"""Tabs as a spreadsheet sent them, whose rows can be compared with those of an earlier reading, not yet decoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from sheets.workbook.port import Cell, FormatRun, Grid, Tab


class ChangedRow(NamedTuple):
    """A row whose cells are not those of an earlier reading.

    Attributes:
        tab: the index of its tab.
        row: its index in the tab, counted from 0.
        before: its cells in the earlier reading; none if the tab ended above it.
        after: its cells; none if the tab ends above it.

    """

    tab: int
    row: int
    before: Sequence[Cell]
    after: Sequence[Cell]


class EarlierAnswer(NamedTuple):
    """An answer of an earlier reading.

    Attributes:
        digest: its hash.
        load: returns the answer; None if it is damaged.

    """

    digest: str
    load: Callable[[], bytes | None]


class FetchedTabs(Protocol):
    """The answers of a spreadsheet about whole tabs, which are not decoded yet."""

    @property
    def tabs(self) -> Sequence[Tab]:
        """The tabs."""

    @property
    def answers(self) -> Sequence[bytes]:
        """The answers that hold the cells."""

    @property
    def parts(self) -> Sequence[Sequence[tuple[int, int]]]:
        """The parts of each answer: the index of a tab and the first row in the part, counted from 0."""

    @property
    def digests(self) -> Sequence[str]:
        """Hash of each answer."""

    @property
    def digest(self) -> str:
        """Hash of the answers."""

    def decode(self) -> tuple[Grid, ...]:
        """Return one grid per tab."""

    def find_changed_rows(self, earlier: Sequence[EarlierAnswer], most: int) -> list[ChangedRow] | None:
        """Return the rows that differ from those in earlier answers with the same parts.

        None if more than `most` differ, or an answer that differs is damaged.
        """

    @property
    def formatted_rows(self) -> int:
        """The number of first rows of a tab whose number formats are read; those of other rows follow from them."""

    def read_formats(self, heights: Sequence[int]) -> Sequence[tuple[FormatRun, ...]]:
        """Return the number formats of each tab as `decode` does, given the number of rows that each grid has."""

    def stamp_formats(self, heights: Sequence[int]) -> str:
        """Return the hash of the number formats of the tabs, given the number of rows that each grid has."""


@runtime_checkable
class FetchesTabs(Protocol):
    """A workbook whose tabs can be fetched without decoding them."""

    def fetch(self, tabs: Sequence[Tab], rows: int | None = None) -> FetchedTabs:
        """Return tabs as they are sent; only the first `rows` rows of each if given."""
