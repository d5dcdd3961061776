"""A tab that is being read: its rows below the header row, and the problems found so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.errors import N_, Sentence
from core.months import Month
from sheets.cells.dates import infer_date_order, infer_month_order, read_date, read_month
from sheets.cells.numbers import read_amount
from sheets.cells.text import (
    LocaleFormat,
    UnreadableCell,
    fold_heading,
    is_blank,
    load_locale_format,
    remember_readings,
    shorten_cell,
)
from sheets.cells.units import AmountUnit
from sheets.headers.header_row import HeaderRow
from sheets.headers.headings import ADDRESS_NAMES, BARE_NAMES, CUSTOMER_NAMES
from sheets.problems import Problem
from sheets.tabs.account_rows import CrossReferences, classify_rows
from sheets.tabs.decisions import Decision, Topic
from sheets.tabs.read_options import LineRules, ReadOptions
from sheets.workbook.a1 import column_letters, format_a1
from sheets.workbook.port import Cell, Grid

# The headings whose cells are dates.
DATE_KEYS = (
    *("start", "end", "canceled_at", "date", "month", "period_start", "period_end", "since", "renewal_date"),
    *("valid_from", "from", "go_live", "signed"),
)


@dataclass(frozen=True, slots=True)
class TabReader:
    """A tab and its header row.

    Attributes:
        grid: the whole tab.
        header: the header row and the meaning of its headings.
        options: the options of the reading.
        problems: the problems found so far; reading adds to them.
        aliases: account -> the account that it counts as.
        references: names of accounts and groups in the other tabs.
        decisions: the decisions of the reading so far; reading adds to them.
        rows_without_account: the rows with values and no account; filled by `read_account_ids`.
        cells_of_leaving: row and column of the cells that say in place of an amount that the customer has left; filled
            while amounts are read.
        dashes: row and column of the dashes in place of an amount; filled while amounts are read.
        stated_unit: the unit of the tab's amounts where its layout or tool settles it; None if words decide.
        rules: how the tab's lines are read.

    """

    grid: Grid
    header: HeaderRow
    options: ReadOptions
    problems: list[Problem] = field(default_factory=list)
    aliases: Mapping[str, str] = field(default_factory=dict)
    references: CrossReferences = field(default_factory=CrossReferences)
    decisions: list[Decision] = field(default_factory=list)
    rows_without_account: list[int] = field(default_factory=list, init=False)
    cells_of_leaving: list[tuple[int, int]] = field(default_factory=list, init=False)
    dashes: list[tuple[int, int]] = field(default_factory=list, init=False)
    stated_unit: AmountUnit | None = None
    rules: LineRules = field(default_factory=LineRules)

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.tab.title

    @property
    def locale_format(self) -> LocaleFormat:
        """The format of numbers and dates in the workbook's locale."""
        return load_locale_format(self.options.locale)

    @property
    def first_row(self) -> int:
        """The index of the first row below the header row, counted from 0."""
        return self.header.row + 1

    @property
    def body(self) -> Sequence[Sequence[Cell]]:
        """The rows below the header row, a new list each time: `cell_at` reads one cell."""
        return self.grid.rows[self.first_row :]

    def cell_at(self, row: int, column: int) -> Cell:
        """Return one cell, None beyond the end of its row; `row` is counted as in `report`."""
        cells = self.grid.rows[self.first_row + row]
        return cells[column] if column < len(cells) else None

    def cells_in(self, column: int) -> list[Cell]:
        """Return the cells of a column below its heading."""
        return [row[column] if column < len(row) else None for row in self.body]

    def cells_under(self, key: str) -> list[Cell]:
        """Return the cells under a known heading; blanks if the tab does not have it."""
        column = self.header.columns.get(key)
        return self.cells_in(column) if column is not None else [None] * len(self.body)

    def read_row_months(self) -> dict[int, Month]:
        """Return row -> month, for the rows with a month or a date; empty for a tab without such a column."""
        key = next((key for key in ("month", "date") if key in self.header.columns), None)
        if key is None:
            return {}
        cells = self.cells_under(key)
        locale_format = self.infer_date_format(key)
        month_of = remember_readings(lambda cell: read_month(cell, locale_format))
        return {row: month for row, cell in enumerate(cells) if (month := month_of(cell))}

    def infer_date_format(self, key: str) -> LocaleFormat:
        """Return the format of the dates under a known heading: in the order of the column, the tab or the locale."""
        cells, columns = self.cells_under(key), self.header.columns
        others = (cell for other in DATE_KEYS if other in columns for cell in self.cells_under(other))
        locale_format = infer_date_order(cells, self.locale_format, others)
        # Under Date, some days of January are likelier than one day of each month.
        is_month = key == "month" and columns.get("month") != columns.get("date")
        return infer_month_order(cells, locale_format) if is_month else locale_format

    def day_reader(self, key: str) -> Callable[[Cell], dt.date | UnreadableCell | None]:
        """Return a reader of the days under a known heading, in the format of that column."""
        locale_format = self.infer_date_format(key)
        return remember_readings(lambda cell: read_date(cell, locale_format))

    def report(
        self, code: str, row: int, column: int, account: str = "", /, *, found: str | None = None, **values: str
    ) -> None:
        """Report a problem in a cell; `row` is counted from the first row below the header row, which itself is -1."""
        index = self.first_row + row
        cells = self.grid.rows[index]
        content = shorten_cell(cells[column] if column < len(cells) else None) if found is None else found
        place = self.grid.locate(index, column)
        cell = format_a1(place.row, place.column)
        self.problems.append(Problem(code, place.title, cell, content, account, values=values))

    def format_place(self, row: int, column: int) -> str:
        """Return the A1 address of a cell; `row` is counted as in `report`."""
        place = self.grid.locate(self.first_row + row, column)
        return format_a1(place.row, place.column)

    def decide(
        self,
        topic: Topic,
        statement: Sentence,
        cell: tuple[int, int] | None = None,
        *,
        config_line: str = "",
        is_doubted: bool = False,
    ) -> None:
        """Record a decision; `cell` is the row (counted as in `report`) and column of its reason."""
        place = self.format_place(*cell) if cell else ""
        self.decisions.append(Decision(topic, self.title, place, statement, config_line, is_doubted))

    def read_account_ids(self, columns: Iterable[int]) -> list[str]:
        """Return one account ID per row; empty for a row that is not an account's.

        A row without an account is reported, unless it is blank, or blank in all of `columns`.

        Raises:
            WorkbookLayoutError: a second header row with other headings follows further down.

        """
        columns = tuple(columns)

        def read(cell: Cell) -> Decimal | UnreadableCell | None:
            return read_amount(cell, self.locale_format, self.options.currency.code)

        ids, flagged_rows = classify_rows(self.grid, self.header, columns, self.references, self.locale_format, read)
        self._decide_account_heading()
        for code, row, column in flagged_rows:
            account = ids[row]
            if code == "missing_id":
                self.rows_without_account.append(row)
                account = self._find_account_above(ids, row, columns)
            self.report(code, row, column, account)
        return [self.aliases.get(account, account) for account in ids] if self.aliases else ids

    def _find_account_above(self, ids: Sequence[str], row: int, columns: Collection[int]) -> str:
        """Return the account above a row that has nothing of an account but its amounts: it may be one of its lines."""
        keys = ("account_id", "name", "segment", "industry", "region")
        names = {self.header.columns[key] for key in keys if key in self.header.columns}
        filled = {column for column, cell in enumerate(self.grid.rows[self.first_row + row]) if not is_blank(cell)}
        if filled & names or 2 * len(filled.intersection(columns)) < len(columns):
            return ""
        above = row - 1
        while above in self.rows_without_account:
            above -= 1
        return ids[above] if above >= 0 else ""

    def _decide_account_heading(self) -> None:
        """Record that the heading of the account IDs says no ID."""
        column = self.header.columns["account_id"]
        heading = self.header.heading(column)
        folded = fold_heading(heading)
        if folded in BARE_NAMES | CUSTOMER_NAMES or ADDRESS_NAMES.fullmatch(folded):
            statement = N_("No heading says Customer ID or Account ID, so “{heading}” identifies the customers.")
            self.decide("account", Sentence(statement, {"heading": heading}), (-1, column))

    def check_headings(self, ids: Sequence[str], *, figures: bool) -> None:
        """Report columns without a heading, and headings that appear twice.

        Args:
            ids: one account per row.
            figures: True if the columns make up MRR. Then a row in which two columns with the same heading differ is
                an error, as no rule says which of them is right.

        """
        for column in self._find_unheaded_columns():
            self.report("blank_heading", -1, column)
        for column, first in sorted(self.header.repeated.items()):
            self.report("duplicate_heading", -1, column, column=column_letters(first))
            if figures:
                pairs = zip(self.cells_in(first), self.cells_in(column), strict=True)
                self.report_conflicts(column, first, (row for row, (one, two) in enumerate(pairs) if one != two), ids)

    def report_conflicts(self, column: int, first: int, rows: Iterable[int], ids: Sequence[str]) -> None:
        """Report the rows in which `column` differs from `first`, which has the same meaning."""
        for row in rows:
            if ids[row]:
                self.report("column_conflict", row, column, ids[row], other=self.format_place(row, first))

    def _find_unheaded_columns(self) -> Iterator[int]:
        headings = self.header.cells
        unheaded = [column for column, cell in enumerate(headings) if is_blank(cell)]
        filled = {column for column in unheaded if not all(map(is_blank, self.cells_in(column)))}
        # Few rows are longer than the header row, and one cell far to the right must not cost a scan of each column.
        width = len(headings)
        for row in self.body:
            if len(row) > width:
                filled.update(column for column in range(width, len(row)) if not is_blank(row[column]))
        yield from sorted(filled)
