"""The rows of a tab that belong to accounts, separated from totals, titles, notes and repeated headings.

A row that is not an account's enters no figure, and is reported unless it is blank. A row headed "Total something" can
be a total or an account: the numbers and names in the workbook decide. If they do not, the row is reported and its
account is excluded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np

from sheets.cells.text import (
    LocaleFormat,
    UnreadableCell,
    fold_cell,
    is_blank,
    read_account_id,
    read_text,
    remember_readings,
)
from sheets.headers.header_row import HeaderRow
from sheets.headers.repeated_headings import RepeatedHeadings
from sheets.tabs.total_rows import TotalHeading, is_sum_formula, read_line_total, read_total_heading
from sheets.tabs.total_sums import AccountSums, SumCheck
from sheets.workbook.origins import StackedOrigin
from sheets.workbook.port import Cell, Formula, Grid

RowCode = Literal[
    "total_row", "total_unclear", "total_not_sum", "missing_id", "section_title", "footnote", "heading_again"
]

# The beginning of a note, in the account ID column.
_NOTE_START = re.compile(
    r"[*†‡§¹²³]|[(\[]\d{1,2}[)\]]|"
    r"(?:notes?|sources?|n\. ?b\.?|nb|p\. ?s\.|remarks?|remarques?|legend|légende) ?[:.\-–—]",
    re.IGNORECASE,
)
# The headings whose values are names of groups of accounts.
_GROUP_KEYS = frozenset({"segment", "industry", "region", "plan", "owner", "pricing_model"})
# A total that is proved can prove others; this many rounds are tried.
_ROUNDS = 5
# A column with more values than this holds something other than names of groups.
_MOST_GROUPS = 1000
# A value under one of these headings is no sign of an account: totals have them too.
_NEUTRAL_KEYS = frozenset({"currency", "interval", "amount", "mrr", "arr", "acv", "tcv", "month", "date"})


@dataclass(frozen=True, slots=True)
class CrossReferences:
    """Names in the other tabs of the workbook, looked up only for rows that are in doubt.

    Attributes:
        account_ids: returns the accounts of the other tab.
        group_names: returns the names of groups of accounts, such as the values of segments.

    """

    account_ids: Callable[[], Collection[str]] = tuple
    group_names: Callable[[], Iterable[str]] = tuple


class FlaggedRow(NamedTuple):
    """A row that is not an account's, or may not be: its problem code and the cell, counted below the header row."""

    code: RowCode
    row: int
    column: int


def classify_rows(
    grid: Grid,
    header: HeaderRow,
    columns: Sequence[int],
    references: CrossReferences,
    locale_format: LocaleFormat,
    read: Callable[[Cell], Decimal | UnreadableCell | None],
) -> tuple[list[str], list[FlaggedRow]]:
    """Return one account ID per row below the header row, empty for a row of no account; and the flagged rows.

    Args:
        grid: the tab.
        header: its header row.
        columns: the columns that matter; a row that is blank in all of them needs no ID.
        references: names of accounts and groups in the other tabs.
        locale_format: the format of dates in the workbook.
        read: reads one cell as an amount.

    Raises:
        WorkbookLayoutError: a second header row with other headings follows further down.

    """
    rows = _RowClassifier(grid, header, columns, locale_format, read)
    rows.classify_plain_rows()
    rows.classify_account_totals()
    rows.classify_lone_ids(references)
    rows.classify_doubtful_rows(references)
    return rows.ids, sorted(rows.flagged.values(), key=lambda flagged: flagged.row)


def find_filled_accounts(grid: Grid, header: HeaderRow) -> frozenset[str]:
    """Return the IDs of a tab's rows that hold more than the ID and are not headed as totals."""
    at = header.columns["account_id"]
    rows = grid.rows[header.row + 1 :]
    ids = {read_account_id(row[at]) for row in rows if at < len(row) and not _holds_only(row, at)}
    return frozenset(account for account in ids if not read_total_heading(account))


class _RowClassifier:
    """The rows of a tab while they are classified.

    Attributes:
        ids: one per row; emptied once the row turns out not to be an account's.
        flagged: row -> its code and cell.

    """

    def __init__(
        self,
        grid: Grid,
        header: HeaderRow,
        columns: Sequence[int],
        locale_format: LocaleFormat,
        read: Callable[[Cell], Decimal | UnreadableCell | None],
    ) -> None:
        self._header, self._columns, self._read = header, columns, read
        self._at = at = header.columns["account_id"]
        self._body = grid.rows[header.row + 1 :]
        # The first row of each tab in a grid of several: the total of an account adds up rows of one tab.
        parts = grid.origin.parts if isinstance(grid.origin, StackedOrigin) else ()
        self._tops = [part.top - header.row - 1 for part in parts]
        months = header.read_months(locale_format)
        # Empty unless the columns that matter are months.
        self._months = months if months.keys() >= set(columns) else {}
        self._headings = RepeatedHeadings(grid, header, locale_format)
        id_of = remember_readings(read_account_id)
        self.ids = [id_of(row[at]) if at < len(row) else "" for row in self._body]
        self.flagged: dict[int, FlaggedRow] = {}
        # Rows with an ID that may head a total, with nothing but an ID, and with amounts and no ID.
        self._doubtful: dict[int, TotalHeading] = {}
        self._lone_ids: list[int] = []
        self._without_id: list[int] = []

    def classify_plain_rows(self) -> None:
        """Go through the rows once: nearly all of them are plainly an account's. Keep the others for later."""
        at, id_headings = self._at, self._headings.id_headings
        for row, account in enumerate(self.ids):
            cells = self._body[row]
            if not account:
                self._classify_without_id(row, cells)
            elif account.casefold() in id_headings and self._headings.is_repeat(row, cells):
                self._flag("heading_again", row, at)
            elif total := read_total_heading(account):
                if total.certain:
                    self._flag("total_row", row, at)
                elif _holds_only(cells, at):
                    self._lone_ids.append(row)
                else:
                    self._doubtful[row] = total
            elif _holds_only(cells, at):
                self._lone_ids.append(row)
            elif _NOTE_START.match(account) and _is_note(cells):
                self._flag("footnote", row, at)

    def _classify_without_id(self, row: int, cells: Sequence[Cell]) -> None:
        """Classify a row without an ID; one whose amounts may be sums of others is kept for later."""
        # Zeros of formulas that were copied down too far count as blank.
        filled = [column for column, cell in enumerate(cells) if not is_blank(cell) and cell != 0]
        if not filled:
            return
        matters = any(column in self._columns for column in filled)
        texts = [column for column in filled if _is_text(cells[column])]
        totals = [
            column for column in texts if (total := read_total_heading(read_text(cells[column]))) and total.certain
        ]
        first = filled[0]
        if len(filled) > 1 and self._headings.is_copy(cells):
            self._flag("heading_again", row, first)
        elif totals and (matters or len(filled) == 1):
            self._flag("total_row", row, totals[0])
        elif any(is_sum_formula(cells[column]) for column in filled if column in self._columns):
            self._flag("total_row", row, self._at)
        elif len(filled) == 1 and texts and not isinstance(self._read(cells[first]), Decimal) and first != self._at:
            # A column without a heading is reported once, as a column.
            if self._header.heading(first):
                self._flag("section_title", row, first)
        elif texts and _NOTE_START.match(read_text(cells[first])) and _is_note(cells):
            self._flag("footnote", row, first)
        elif matters:
            self._without_id.append(row)

    def classify_account_totals(self) -> None:
        """Flag the rows that total the other rows of their account: by a word such as Total, or by their place."""
        month = next((self._header.columns[key] for key in ("month", "date") if key in self._header.columns), None)
        if not self._months and month not in self._columns:
            return
        labels = self._find_line_totals(month)
        if not labels and (not self._months or len(set(self.ids)) > len(self.ids) / 2 + 1):
            return
        keys = [self._read_key(row, month) for row in range(len(self.ids))]
        sums = AccountSums(self._body, [column for column in self._columns if column != month], self._read, keys)
        certain = {row for row, (_, total) in labels.items() if total.certain}
        for row, (column, _) in labels.items():
            others = sums.list_other_rows(row, certain)
            formulas = (cell for at, cell in enumerate(self._body[row]) if at in self._columns)
            if others and (sums.is_sum(row, others) or any(map(is_sum_formula, formulas))):
                self._flag("total_row", row, column)
            elif others and row in certain:
                # The ID stays, so that the account is excluded until the sheet is clear.
                self.flagged[row] = FlaggedRow("total_not_sum", row, column)
        for row, is_sum in ({} if labels or not self._months else sums.find_rows_at_totals()).items():
            if is_sum:
                self._flag("total_row", row, self._at)
            else:
                self.flagged[row] = FlaggedRow("total_not_sum", row, self._at)

    def _read_key(self, row: int, month: int | None) -> Hashable | None:
        """Return what the lines of a total have in common: the tab, the account, and the month if it is a column."""
        account, cells = self.ids[row], self._body[row]
        if not account or row in self._doubtful:
            return None
        part = bisect_right(self._tops, row)
        if self._months or month is None:
            return part, account
        return part, account, cells[month] if month < len(cells) else None

    def _find_line_totals(self, month: int | None) -> Mapping[int, tuple[int, TotalHeading]]:
        """Return row -> the column and heading of a total among the texts of rows with an ID, such as products."""
        keys = {column: key for key, column in self._header.columns.items()}
        labels: dict[int, tuple[int, TotalHeading]] = {}
        for column in sorted({*self._header.others, *keys} - {self._at, month, *self._columns, *self._months}):
            if keys.get(column) in _NEUTRAL_KEYS:
                continue
            texts = {cells[column] for cells in self._body if column < len(cells) and _is_text(cells[column])}
            totals = {text: total for text in texts if (total := read_line_total(read_text(text)))}
            for row, cells in enumerate(self._body) if totals else ():
                total = totals.get(cells[column]) if self.ids[row] and column < len(cells) else None
                if total:
                    labels.setdefault(row, (column, total))
        return labels

    def classify_lone_ids(self, references: CrossReferences) -> None:
        """Decide which rows with nothing but an ID are an account's, and which of the others are titles or notes."""
        if self._lone_ids:
            lone_rows = set(self._lone_ids)
            other_ids = {account for row, account in enumerate(self.ids) if account and row not in lone_rows}
            # A tab with nothing but IDs has no titles.
            doubtful = [row for row in self._lone_ids if self.ids[row] not in other_ids] if other_ids else []
            known_ids = references.account_ids() if doubtful else ()
            for row in doubtful:
                if self.ids[row] not in known_ids:
                    self._flag("section_title", row, self._at)
        # After the last account, or with the beginning of a note, a title is a note.
        last = max((row for row, account in enumerate(self.ids) if account), default=len(self.ids))
        for row, (code, _, column) in self.flagged.items():
            if code == "section_title" and (row > last or _NOTE_START.match(read_text(self._body[row][column]))):
                self.flagged[row] = FlaggedRow("footnote", row, column)

    def classify_doubtful_rows(self, references: CrossReferences) -> None:
        """Tell totals from accounts, and from rows that lack an ID, by the numbers and names in the workbook."""
        # A name in the other tab proves an account.
        if self._doubtful:
            known_ids = references.account_ids()
            self._doubtful = {row: total for row, total in self._doubtful.items() if self.ids[row] not in known_ids}
        if not self._doubtful and not self._without_id:
            return
        # A sum of other rows proves a total. The first round adds up only rows that are surely accounts; the next ones
        # add up the doubtful rows too, as long as the round before has proved more totals.
        sums, left = self._find_sums(self._doubtful), len(self.ids) + 1
        for _ in range(_ROUNDS):
            if not 0 < len(self._doubtful) < left:
                break
            left = len(self._doubtful)
            sums = self._find_sums({})
        # The name of a group proves a total, even if its numbers do not add up.
        group_names = self._list_group_names(references)
        for row in self._without_id:
            names_group = any(
                (total := read_total_heading(read_text(cell))) and total.subject in group_names
                for cell in self._body[row]
                if _is_text(cell)
            )
            self._flag("total_row" if names_group else "missing_id", row, self._at)
        for row, total in self._doubtful.items():
            if total.subject in group_names:
                self._flag("total_row", row, self._at)
            elif not self._has_account_values(row, group_names) and not sums.is_no_sum(row):
                # The ID stays, so that the account is excluded until the sheet is clear.
                self.flagged[row] = FlaggedRow("total_unclear", row, self._at)

    def _find_sums(self, excluded: Collection[int]) -> SumCheck:
        """Flag the rows that are sums of others, adding up all accounts but the rows `excluded`; return the check."""
        accounts = np.array([bool(account) for account in self.ids], dtype=np.bool_)
        accounts[list(excluded)] = False
        breaks = sorted({*self.flagged, *excluded, *self._without_id})
        sums = SumCheck(self._body, self._columns, self._read, accounts, breaks)
        for row in [*self._doubtful, *self._without_id]:
            cells = self._body[row]
            formulas = (cells[column] for column in self._columns if column < len(cells))
            if sums.is_sum(row) or any(map(is_sum_formula, formulas)):
                self._flag("total_row", row, self._at)
        self._doubtful = {row: total for row, total in self._doubtful.items() if row not in self.flagged}
        self._without_id = [row for row in self._without_id if row not in self.flagged]
        return sums

    def _list_group_names(self, references: CrossReferences) -> set[str]:
        """Return the folded names of groups of accounts: titles and texts of this tab, and those of other tabs."""
        keys = {column: key for key, column in self._header.columns.items()}
        columns = [column for column in self._header.others if column not in self._columns]
        columns += [column for column, key in keys.items() if key in _GROUP_KEYS]
        titles = {self._body[row][column] for row, (code, _, column) in self.flagged.items() if code == "section_title"}
        names: set[Cell] = {*titles, *references.group_names()}
        for column in columns:
            values = {row[column] for row in self._body if column < len(row) and _is_text(row[column])}
            if len(values) <= _MOST_GROUPS:
                names |= values
        return {fold_cell(name) for name in names} - {""}

    def _has_account_values(self, row: int, group_names: Collection[str]) -> bool:
        """Tell whether a row holds a value that only an account has: a start, or a text such as its name or segment."""
        keys = {column: key for key, column in self._header.columns.items()}
        for column, cell in enumerate(self._body[row]):
            key = keys.get(column, "")
            if is_blank(cell) or column == self._at or key in _NEUTRAL_KEYS or not self._header.heading(column):
                continue
            if key == "start":
                return True
            # A text in a column of amounts is no name.
            if _is_text(cell) and not (column in self._columns and not key):
                total = read_total_heading(read_text(cell))
                if not (total and total.certain) and fold_cell(cell) not in group_names:
                    return True
        return False

    def _flag(self, code: RowCode, row: int, column: int) -> None:
        self.flagged[row] = FlaggedRow(code, row, column)
        self.ids[row] = ""


def _holds_only(cells: Sequence[Cell], at: int) -> bool:
    """Tell whether all cells of a row but the one at `at` are blank."""
    return all(cell is None or column == at or is_blank(cell) for column, cell in enumerate(cells))


def _is_text(cell: Cell) -> bool:
    """Tell whether a cell holds a text, and not a formula that was never computed."""
    return isinstance(cell, str) and not isinstance(cell, Formula)


def _is_note(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds one or two texts and nothing else."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) <= 2 and all(isinstance(cell, str) for cell in filled)
