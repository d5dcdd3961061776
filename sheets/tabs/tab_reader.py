"""A tab that is being read: its rows below the headings, and the problems met on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sheets.cells.dates import column_style, read_date
from sheets.cells.numbers import read_amount
from sheets.cells.text import Style, Unreadable, is_blank, remember_readings, shown, style
from sheets.problems import Problem
from sheets.tabs.account_rows import Known, classify_rows
from sheets.tabs.headings import Header
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.a1 import column_letters, format_a1
from sheets.workbook.port import Cell, Grid


@dataclass(frozen=True, slots=True)
class TabReader:
    """A tab and its heading row.

    Attributes:
        grid: the whole tab.
        header: where its headings stand and what they mean.
        options: how to read.
        problems: filled while reading.
        aliases: account -> the account that it counts as.
        known: what the workbook says elsewhere of its rows.

    """

    grid: Grid
    header: Header
    options: ReadOptions
    problems: list[Problem] = field(default_factory=list)
    aliases: Mapping[str, str] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.tab.title

    @property
    def style(self) -> Style:
        """How numbers and dates are written in the workbook."""
        return style(self.options.locale)

    @property
    def top(self) -> int:
        """The index of the first row below the headings, counted from 0."""
        return self.header.row + 1

    @property
    def body(self) -> Sequence[Sequence[Cell]]:
        """The rows below the headings."""
        return self.grid.rows[self.top :]

    def column(self, column: int) -> list[Cell]:
        """Return the cells of a column below its heading."""
        return [row[column] if column < len(row) else None for row in self.body]

    def named(self, key: str) -> list[Cell]:
        """Return the cells under a known heading; blanks where the tab has no such heading."""
        column = self.header.columns.get(key)
        return self.column(column) if column is not None else [None] * len(self.body)

    def days(self, key: str) -> Callable[[Cell], dt.date | Unreadable | None]:
        """Return how to read the days under a known heading: in the order that its column shows, else the locale's."""
        style = column_style(self.named(key), self.style)
        return remember_readings(lambda cell: read_date(cell, style))

    def report(
        self, code: str, row: int, column: int, account: str = "", /, *, found: str | None = None, **values: str
    ) -> None:
        """Note a problem in a cell; `row` is counted from the first row below the headings (-1 is the heading row)."""
        index = self.top + row
        cells = self.grid.rows[index]
        stood = shown(cells[column] if column < len(cells) else None) if found is None else found
        self.problems.append(Problem(code, self.title, format_a1(index, column), stood, account, values=values))

    def accounts(self, columns: Iterable[int]) -> list[str]:
        """Return one account id per row; empty where the row is of no account.

        What else such a row is, is reported; but not where it holds nothing, or nothing in one of `columns`.

        Raises:
            WorkbookLayoutError: other headings stand below the headings.

        """

        def read(cell: Cell) -> Decimal | Unreadable | None:
            return read_amount(cell, self.style, self.options.currency.code)

        ids, odd = classify_rows(self.grid, self.header, tuple(columns), self.known, self.style, read)
        for code, row, column in odd:
            self.report(code, row, column, ids[row])
        return [self.aliases.get(account, account) for account in ids] if self.aliases else ids

    def check_headings(self, ids: Sequence[str], *, figures: bool) -> None:
        """Report columns without a heading and headings that stand twice.

        Args:
            ids: one account per row.
            figures: True where the columns make up MRR. Then a row in which two columns of one heading differ is an
                error, as nobody can tell which of them holds.

        """
        for column in self._unheaded():
            self.report("blank_heading", -1, column)
        for column, first in sorted(self.header.repeated.items()):
            self.report("duplicate_heading", -1, column, column=column_letters(first))
            if figures:
                pairs = zip(self.column(first), self.column(column), strict=True)
                self.conflicts(column, first, (row for row, (one, two) in enumerate(pairs) if one != two), ids)

    def conflicts(self, column: int, first: int, rows: Iterable[int], ids: Sequence[str]) -> None:
        """Report the rows in which `column` differs from `first`, which means the same."""
        for row in rows:
            if ids[row]:
                self.report("column_conflict", row, column, ids[row], other=format_a1(self.top + row, first))

    def _unheaded(self) -> Iterator[int]:
        width = max((len(row) for row in self.body), default=0)
        for column in range(width):
            headed = column < len(self.header.cells) and not is_blank(self.header.cells[column])
            if not headed and not all(map(is_blank, self.column(column))):
                yield column
