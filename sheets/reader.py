"""A tab that is being read: its rows below the headings, and the problems met on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheets.cells import Style, Unreadable, account_id, is_blank, remembered, shown, style, text
from sheets.dates import column_style, date
from sheets.headings import Header
from sheets.options import Options
from sheets.problems import Problem
from sheets.workbook import Cell, Grid, a1, column_letters

# What heads a line of totals, in the id column or beside it.
TOTALS = frozenset(
    {
        *("total", "totals", "grand total", "subtotal", "sub-total", "sub total", "sum", "total mrr", "mrr total"),
        *("totaux", "sous-total", "sous total", "total général", "somme"),
    }
)


def is_total(word: str) -> bool:
    """Tell whether a text heads a line of totals."""
    return word.casefold().rstrip(" :") in TOTALS


@dataclass(frozen=True, slots=True)
class Reader:
    """A tab and its heading row.

    Attributes:
        grid: the whole tab.
        header: where its headings stand and what they mean.
        options: how to read.
        problems: filled while reading.
        aliases: account -> the account that it counts as.

    """

    grid: Grid
    header: Header
    options: Options
    problems: list[Problem] = field(default_factory=list)
    aliases: Mapping[str, str] = field(default_factory=dict)

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
        return remembered(lambda cell: date(cell, style))

    def report(
        self, code: str, row: int, column: int, account: str = "", /, *, found: str | None = None, **values: str
    ) -> None:
        """Note a problem in a cell; `row` is counted from the first row below the headings (-1 is the heading row)."""
        index = self.top + row
        cells = self.grid.rows[index]
        stood = shown(cells[column] if column < len(cells) else None) if found is None else found
        self.problems.append(Problem(code, self.title, a1(index, column), stood, account, values=values))

    def accounts(self, columns: Iterable[int]) -> list[str]:
        """Return one account id per row; empty where the row is of no account.

        A line of totals is reported, and so is a row without an id that holds something in one of `columns`.
        """
        at = self.header.columns["account_id"]
        ids = [account_id(cell) for cell in self.column(at)]
        columns = tuple(columns)
        for row, account in enumerate(ids):
            if account and not is_total(account):
                continue
            cells = self.body_row(row)
            if account or (
                _holds(cells, columns) and any(isinstance(cell, str) and is_total(text(cell)) for cell in cells)
            ):
                self.report("total_row", row, at, found=account)
            elif _holds(cells, columns):
                self.report("missing_id", row, at)
            ids[row] = ""
        return [self.aliases.get(account, account) for account in ids] if self.aliases else ids

    def body_row(self, row: int) -> Sequence[Cell]:
        """Return the cells of a row, counted from the first row below the headings."""
        return self.grid.rows[self.top + row]

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
                self.report("column_conflict", row, column, ids[row], other=a1(self.top + row, first))

    def _unheaded(self) -> Iterator[int]:
        width = max((len(row) for row in self.body), default=0)
        for column in range(width):
            headed = column < len(self.header.cells) and not is_blank(self.header.cells[column])
            if not headed and not all(map(is_blank, self.column(column))):
                yield column


def _holds(cells: Sequence[Cell], columns: Sequence[int]) -> bool:
    """Tell whether a row holds something in one of `columns`; the zeros of formulas drawn down too far are nothing."""
    return any(column < len(cells) and not is_blank(cells[column]) and cells[column] != 0 for column in columns)
