"""What the rows below the headings are: of an account, or totals, titles, notes, headings once more.

Nothing of a row that is no account gets into a figure, and every such row that holds something is reported. Where a
row headed "Total something" can be either, what the sheet itself shows decides; where it shows nothing, nobody does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from core.errors import N_, WorkbookLayoutError
from sheets.cells.text import Style, Unreadable, fold_cell, is_blank, read_account_id, text
from sheets.tabs.headings import Header, read_header
from sheets.tabs.total_rows import Sums, Total, find_total, is_sum
from sheets.workbook.port import Cell, Formula, Grid

Code = Literal["total_row", "total_unclear", "missing_id", "section_title", "footnote", "heading_again"]

# What begins a note, in the row of an id.
_NOTE = re.compile(
    r"[*†‡§¹²³]|[(\[]\d{1,2}[)\]]|"
    r"(?:notes?|sources?|n\. ?b\.?|nb|p\. ?s\.|remarks?|remarques?|legend|légende) ?[:.\-–—]",
    re.IGNORECASE,
)
# What stands under these names groups of accounts.
_GROUPING = frozenset({"segment", "industry", "region", "plan", "owner", "pricing_model"})
# So often it is tried whether a total that was proved proves others.
_ROUNDS = 5
# A column with more values than this names something else.
_MOST_GROUPS = 1000
# A row that has a start is a line of an account; what stands under these says nothing of that.
_NO_TERMS = frozenset({"currency", "interval", "amount", "mrr", "month", "date"})


@dataclass(frozen=True, slots=True)
class Known:
    """What the workbook says elsewhere of a tab's rows. Asked only where a row leaves a doubt.

    Attributes:
        ids: returns the accounts that stand in the other tab.
        groups: returns the names of groups of accounts, such as the values of segments.

    """

    ids: Callable[[], Collection[str]] = tuple
    groups: Callable[[], Iterable[str]] = tuple


class Oddity(NamedTuple):
    """A row that is of no account, or nobody knows: its problem code and the cell, counted below the headings."""

    code: Code
    row: int
    column: int


def classify_rows(
    grid: Grid,
    header: Header,
    columns: Sequence[int],
    known: Known,
    style: Style,
    read: Callable[[Cell], Decimal | Unreadable | None],
) -> tuple[list[str], list[Oddity]]:
    """Return one account id per row below the headings, empty where the row is of no account; and what is odd.

    Args:
        grid: the tab.
        header: its headings.
        columns: those that make a row matter; a row that holds nothing in them may go without an id.
        known: what the workbook says elsewhere.
        style: how dates are written in the workbook.
        read: one cell to an amount.

    Raises:
        WorkbookLayoutError: other headings stand below the headings.

    """
    rows = _Rows(grid, header, columns, style, read)
    rows.look()
    rows.settle_titles(known)
    rows.settle_totals(known)
    return rows.ids, sorted(rows.odd.values(), key=lambda oddity: oddity.row)


def paying_rows(grid: Grid, header: Header) -> frozenset[str]:
    """Return the ids of a tab's rows that hold something beside the id, and are headed by no total."""
    at = header.columns["account_id"]
    rows = grid.rows[header.row + 1 :]
    ids = {read_account_id(row[at]) for row in rows if at < len(row) and not _is_alone(row, at)}
    return frozenset(account for account in ids if not find_total(account))


class _Rows:
    """The rows of a tab that are being told apart.

    Attributes:
        ids: one per row; emptied where the row turns out to be of no account.
        odd: row -> what it is.

    """

    def __init__(
        self,
        grid: Grid,
        header: Header,
        columns: Sequence[int],
        style: Style,
        read: Callable[[Cell], Decimal | Unreadable | None],
    ) -> None:
        self._title, self._header, self._columns, self._style, self._read = grid.tab.title, header, columns, style, read
        self._at = at = header.columns["account_id"]
        self._body = grid.rows[header.row + 1 :]
        self._headings = _heading_rows(grid, header)
        self.ids = [read_account_id(row[at]) if at < len(row) else "" for row in self._body]
        self.odd: dict[int, Oddity] = {}
        # Rows with an id that may head a total, with an id and nothing else, and with amounts and no id.
        self._doubtful: dict[int, Total] = {}
        self._alone: list[int] = []
        self._nameless: list[int] = []

    def look(self) -> None:
        """Go through the rows once: nearly all of them are plainly of an account."""
        at = self._at
        heads = {text(row[at]).casefold() for row in self._headings if at < len(row)} - {""}
        for row, account in enumerate(self.ids):
            cells = self._body[row]
            if not account:
                self._look_nameless(row, cells)
            elif account.casefold() in heads and self._is_heading(row, cells):
                self._set("heading_again", row, at)
            elif found := find_total(account):
                if found.certain:
                    self._set("total_row", row, at)
                elif _is_alone(cells, at):
                    self._alone.append(row)
                else:
                    self._doubtful[row] = found
            elif _is_alone(cells, at):
                self._alone.append(row)
            elif _NOTE.match(account) and _is_note(cells):
                self._set("footnote", row, at)

    def _look_nameless(self, row: int, cells: Sequence[Cell]) -> None:
        """Tell what a row without an id is; one whose amounts may sum up others is settled later."""
        # The zeros of formulas that were drawn down too far are nothing.
        filled = [column for column, cell in enumerate(cells) if not is_blank(cell) and cell != 0]
        if not filled:
            return
        matters = any(column in self._columns for column in filled)
        texts = [column for column in filled if _is_text(cells[column])]
        heads = [column for column in texts if (found := find_total(text(cells[column]))) and found.certain]
        first = filled[0]
        if len(filled) > 1 and self._repeats(cells):
            self._set("heading_again", row, first)
        elif heads and (matters or len(filled) == 1):
            self._set("total_row", row, heads[0])
        elif any(is_sum(cells[column]) for column in filled if column in self._columns):
            self._set("total_row", row, self._at)
        elif len(filled) == 1 and texts and not isinstance(self._read(cells[first]), Decimal) and first != self._at:
            # A column without a heading is told as a whole.
            if self._header.heading(first):
                self._set("section_title", row, first)
        elif texts and _NOTE.match(text(cells[first])) and _is_note(cells):
            self._set("footnote", row, first)
        elif matters:
            self._nameless.append(row)

    def settle_titles(self, known: Known) -> None:
        """Tell which rows that hold an id and nothing else are of an account, and titles from notes."""
        if self._alone:
            alone = set(self._alone)
            others = {account for row, account in enumerate(self.ids) if account and row not in alone}
            # A list of ids has no titles.
            doubtful = [row for row in self._alone if self.ids[row] not in others] if others else []
            listed = known.ids() if doubtful else ()
            for row in doubtful:
                if self.ids[row] not in listed:
                    self._set("section_title", row, self._at)
        last = max((row for row, account in enumerate(self.ids) if account), default=len(self.ids))
        for row, (code, _, column) in self.odd.items():
            if code == "section_title" and (row > last or _NOTE.match(text(self._body[row][column]))):
                self.odd[row] = Oddity("footnote", row, column)

    def settle_totals(self, known: Known) -> None:
        """Tell totals from accounts, and from rows that lack an id, by what the workbook itself shows."""
        if self._doubtful:
            listed = known.ids()
            self._doubtful = {row: found for row, found in self._doubtful.items() if self.ids[row] not in listed}
        if not self._doubtful and not self._nameless:
            return
        # What may be a total is not added up at first; then what is left of it is, as long as that proves more totals.
        sums, left = self._prove(self._doubtful), len(self.ids) + 1
        for _ in range(_ROUNDS):
            if not 0 < len(self._doubtful) < left:
                break
            left = len(self._doubtful)
            sums = self._prove({})
        groups = self._groups(known)
        for row in self._nameless:
            named = any(
                (found := find_total(text(cell))) and found.what in groups for cell in self._body[row] if _is_text(cell)
            )
            self._set("total_row" if named else "missing_id", row, self._at)
        for row, found in self._doubtful.items():
            if found.what in groups:
                self._set("total_row", row, self._at)
            elif not self._has_terms(row, groups) and not sums.is_less(row):
                # The id stays: the account is left out until someone tells what it is.
                self.odd[row] = Oddity("total_unclear", row, self._at)

    def _prove(self, aside: Collection[int]) -> Sums:
        """Report the rows that sum up others, where the rows `aside` are not added up; return the sums."""
        accounts = np.array([bool(account) for account in self.ids], dtype=np.bool_)
        accounts[list(aside)] = False
        sums = Sums(self._body, self._columns, self._read, accounts, sorted({*self.odd, *aside, *self._nameless}))
        for row in [*self._doubtful, *self._nameless]:
            cells = self._body[row]
            if sums.prove(row) or any(is_sum(cells[column]) for column in self._columns if column < len(cells)):
                self._set("total_row", row, self._at)
        self._doubtful = {row: found for row, found in self._doubtful.items() if row not in self.odd}
        self._nameless = [row for row in self._nameless if row not in self.odd]
        return sums

    def _groups(self, known: Known) -> set[str]:
        """Return what groups of accounts are called, folded: here, as titles or in columns of texts, and elsewhere."""
        keys = {column: key for key, column in self._header.columns.items()}
        columns = [column for column in self._header.others if column not in self._columns]
        columns += [column for column, key in keys.items() if key in _GROUPING]
        titles = {self._body[row][column] for row, (code, _, column) in self.odd.items() if code == "section_title"}
        found: set[Cell] = {*titles, *known.groups()}
        for column in columns:
            values = {row[column] for row in self._body if column < len(row) and _is_text(row[column])}
            if len(values) <= _MOST_GROUPS:
                found |= values
        return {fold_cell(group) for group in found} - {""}

    def _has_terms(self, row: int, groups: Collection[str]) -> bool:
        """Tell whether a row holds what only an account has: a start, or a text such as its name or segment."""
        keys = {column: key for key, column in self._header.columns.items()}
        for column, cell in enumerate(self._body[row]):
            key = keys.get(column, "")
            if is_blank(cell) or column == self._at or key in _NO_TERMS or not self._header.heading(column):
                continue
            if key == "start":
                return True
            if _is_text(cell) and not (column in self._columns and not key):
                found = find_total(text(cell))
                if not (found and found.certain) and fold_cell(cell) not in groups:
                    return True
        return False

    def _repeats(self, cells: Sequence[Cell]) -> bool:
        """Tell whether every cell of a row stands in the heading row too, in its column."""
        filled = [(column, text(cell).casefold()) for column, cell in enumerate(cells) if not is_blank(cell)]
        return any(
            all(column < len(heading) and text(heading[column]).casefold() == word for column, word in filled)
            for heading in self._headings
        )

    def _is_heading(self, row: int, cells: Sequence[Cell]) -> bool:
        """Tell whether the headings stand in a row once more, perhaps written differently.

        Raises:
            WorkbookLayoutError: other headings do: what stands below them would be read under the first ones.

        """
        if self._repeats(cells):
            return True
        again = read_header(0, cells)
        months = again.months(self._style)
        dates = list(months.values())
        # Amounts may look like days: of months each must follow the one before.
        if len(again.columns) < 2 and (len(dates) < 2 or any(one + 1 != other for one, other in pairwise(dates))):
            return False
        first = self._header.months(self._style)
        if again.columns.items() <= self._header.columns.items() and months.items() <= first.items():
            return True
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has other headings again in row {row}."),
            N_("Put what stands below them under the first headings, or into a tab of its own."),
            tab=self._title,
            row=self._header.row + row + 2,
        )

    def _set(self, code: Code, row: int, column: int) -> None:
        self.odd[row] = Oddity(code, row, column)
        self.ids[row] = ""


def _heading_rows(grid: Grid, header: Header) -> list[Sequence[Cell]]:
    """Return the headings as they are read and as they stand, with the row above where the two were joined."""
    stands = grid.rows[header.row] if header.row < len(grid.rows) else ()
    joined = any(column >= len(stands) or stands[column] != cell for column, cell in enumerate(header.cells))
    return [header.cells, stands, *([grid.rows[header.row - 1]] if joined and header.row else [])]


def _is_alone(cells: Sequence[Cell], at: int) -> bool:
    """Tell whether a row holds nothing but what stands at `at`."""
    return all(cell is None or column == at or is_blank(cell) for column, cell in enumerate(cells))


def _is_text(cell: Cell) -> bool:
    """Tell whether a text stands in a cell, and not a formula that was never computed."""
    return isinstance(cell, str) and not isinstance(cell, Formula)


def _is_note(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds one or two texts and nothing else."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) <= 2 and all(isinstance(cell, str) for cell in filled)
