"""From changed rows of a plain tab to the amounts that changed, and to the rows that were added and removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import DatedValues
from core.ledger.ledger import Ledger
from core.ledger.rows import RowIndex
from sheets.cells.plan_words import read_figures
from sheets.cells.text import is_failed_formula, read_account_id, read_text
from sheets.checks.same_customer import normalise_ids, normalise_names
from sheets.ingest.edits.kept_reading import KeptColumns, KeptReading
from sheets.workbook.fetched import ChangedRow
from sheets.workbook.port import Cell
from sheets.workbook.stray_cells import FAR_COLUMNS

_LAST_DIGITS, _NO_STOPS = re.compile(r"0*([0-9]+)[^0-9]*$"), dict.fromkeys(map(ord, ".'\u2019"))
_ANY_DIGIT = str.maketrans("123456789", "000000000")


class EntryChange(NamedTuple):
    """The cell of an account and month that changed.

    Attributes:
        account: the account, a number of the ledger or, after these, of a new account.
        month: the month, as an ordinal.
        before: the number before; None for a blank, or if there was no row.
        after: the number now.

    """

    account: int
    month: int
    before: Cell
    after: Cell


class NewAccount(NamedTuple):
    """An account that had no row.

    Attributes:
        id: its ID.
        name: its name.
        values: the key of a segment -> the place of its value in the column of the ledger.

    """

    id: str
    name: str
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """The changes of a plain tab.

    Attributes:
        entries: the cells that changed.
        added: the row and account of each row that was added, in the order of the tab.
        removed: the rows that were removed.
        new: the new accounts, in the order of their first rows.

    """

    entries: Sequence[EntryChange]
    added: Sequence[tuple[int, int]] = ()
    removed: Sequence[int] = ()
    new: Sequence[NewAccount] = ()

    @property
    def moves_rows(self) -> bool:
        """Whether rows were added or removed."""
        return bool(self.added or self.removed)

    def update_index(self, index: RowIndex) -> RowIndex:
        """Return the rows by account, with those that were added and without those that were removed."""
        counts = np.append(np.diff(index.starts), np.zeros(len(self.new), dtype=np.int32))
        removed = _find_places(index, self.removed)
        numbers = np.delete(index.numbers, removed)
        np.subtract.at(counts, np.searchsorted(index.starts, removed, side="right") - 1, 1)
        starts = np.append(np.int32(0), np.cumsum(counts, dtype=np.int32))
        # Below all rows there were, a row is the last one of its account.
        ends = [starts[account + 1] for _, account in self.added]
        numbers = np.insert(numbers, ends, [row + 1 for row, _ in self.added]).astype(np.int32)
        np.add.at(counts, [account for _, account in self.added], 1)
        return RowIndex(np.append(np.int32(0), np.cumsum(counts, dtype=np.int32)), numbers)


def read_changes(kept: KeptReading, rows: Sequence[ChangedRow], height: int, ledger: Ledger) -> RowChanges | None:
    """Return the changes of the rows of accounts; None if they are anything else than amounts, and rows at the end.

    Args:
        kept: the reading before, with the heights of now.
        rows: the changed rows.
        height: the number of rows of the tab before.
        ledger: the ledger before.

    """
    end = kept.heights[kept.tab]
    known = [row for row in rows if row.row < height]
    owners = _find_owners(ledger.source_rows.by_account, [row.row for row in known])
    if any(row.row < kept.top for row in rows) or len(owners) < len(known):
        return None
    entries: list[EntryChange] = []
    for row in known:
        is_removed = row.row >= end
        cells = _list_removed(kept.columns, row) if is_removed else list_edited(kept.columns, row)
        if cells is None:
            return None
        entries += [EntryChange(owners[row.row], *cell) for cell in cells]
    changes = RowChanges(entries, removed=[row.row for row in known if row.row >= end])
    added = [row for row in rows if row.row >= height]
    if not added and not changes.removed:
        return changes
    is_end = [row.row for row in added] == list(range(height, end)) and changes.removed == list(range(end, height))
    last = _find_owners(ledger.source_rows.by_account, [min(end, height) - 1])
    named = [ledger.accounts.ids[account] for account in {*owners.values(), *last.values()}]
    if not kept.grows or not is_end or not last or any(map(read_figures, named)):
        return None
    # An account without rows is none.
    first_rows = ledger.source_rows.first_rows
    if any(first_rows[owners[row]] > end for row in changes.removed):
        return None
    return _add_rows(kept, changes, added, ledger)


def _find_places(index: RowIndex, rows: Sequence[int]) -> NDArray[np.intp]:
    """Return the places of some rows in the numbers of an index; each is of one account or none."""
    is_among = np.zeros(max(int(index.numbers.max(initial=0)), *rows, 0) + 2, dtype=np.bool_)
    is_among[[row + 1 for row in rows]] = True
    return np.flatnonzero(is_among[index.numbers])


def _find_owners(index: RowIndex, rows: Sequence[int]) -> dict[int, int]:
    """Return row -> its account, for the rows that have one."""
    places = _find_places(index, rows)
    owners = np.searchsorted(index.starts, places, side="right") - 1
    return dict(zip((index.numbers[places] - 1).tolist(), owners.tolist(), strict=True))


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _find_month(columns: KeptColumns, column: int, cells: Sequence[Cell]) -> int | None:
    """Return the month of the amounts in a column of a row; None if it is not over, or the column has no amounts."""
    if column != columns.amount:
        return columns.months.get(column)
    cell = cells[columns.month] if columns.month < len(cells) else None
    return next((month for known, month in columns.month_cells if _is_same(known, cell)), None)


def _is_same(one: Cell, other: Cell) -> bool:
    """Tell whether two cells are the same; 1 and True are not."""
    return type(one) is type(other) and one == other


def list_edited(columns: KeptColumns, row: ChangedRow) -> list[tuple[int, Cell, Cell]] | None:
    """Return month, number before and number after of the edited amounts of a row; None if anything else was edited.

    A number in any other column may be an ID, a name, or the value of a segment.
    """
    edited = []
    for column, (before, after) in enumerate(zip_longest(row.before, row.after)):
        if _is_same(before, after):
            continue
        month = _find_month(columns, column, row.after)
        if month is None or not all(cell is None or _is_number(cell) for cell in (before, after)):
            return None
        edited.append((month, before, after))
    # A row with an ID alone may be a title.
    is_account = all(_holds_more(cells, columns.account_id) for cells in (row.before, row.after))
    return edited if is_account and not _may_be_stray(row.after) else None


def _holds_more(cells: Sequence[Cell], id_column: int) -> bool:
    return any(cell is not None for column, cell in enumerate(cells) if column != id_column)


def _may_be_stray(cells: Sequence[Cell]) -> bool:
    return len(cells) > FAR_COLUMNS and cells[-2] is None


def _list_removed(columns: KeptColumns, row: ChangedRow) -> list[tuple[int, Cell, Cell]] | None:
    """Return month, number before and None for the amounts of a row that was removed; None if it had anything else."""
    amounts, others = _split_cells(columns, row.before)
    return None if others or amounts is None else [(month, cell, None) for month, cell in amounts]


def _split_cells(columns: KeptColumns, cells: Sequence[Cell]) -> tuple[list[tuple[int, Cell]] | None, dict[int, Cell]]:
    """Return the months and amounts of a row, None if one is no number, and the cells of other columns."""
    amounts: list[tuple[int, Cell]] = []
    others: dict[int, Cell] = {}
    for column, cell in enumerate(cells):
        month = _find_month(columns, column, cells)
        if cell is None or column in (columns.account_id, columns.month):
            continue
        if month is None:
            others[column] = cell
        else:
            amounts.append((month, cell))
    is_plain = all(_is_number(cell) for _, cell in amounts) and not _may_be_stray(cells)
    return amounts if amounts and is_plain else None, others


@dataclass(slots=True)
class _AccountFinder:
    """Finds the accounts of rows that were added.

    Attributes:
        kept: the reading before.
        ledger: the ledger before.
        known: the ID of an account that the ledger has -> its number; IDs of these rows only.
        new: the new accounts so far.

    """

    kept: KeptReading
    ledger: Ledger
    known: Mapping[str, int]
    new: list[NewAccount] = field(default_factory=list)

    def find(self, account_id: str, others: Mapping[int, Cell]) -> int | None:
        """Return the account of a row; None if the row says anything else about it than the other rows do.

        Args:
            account_id: its ID.
            others: column -> cell, for the cells that are neither ID, month nor amount.

        """
        name, values = "", dict[str, int]()
        for column, cell in others.items():
            key = self.kept.columns.segments.get(column)
            text = read_text(cell) if isinstance(cell, str) else ""
            if key and cell in self.ledger.columns[key].values:
                values[key] = self.ledger.columns[key].values.index(str(cell))
            elif column == self.kept.columns.names and text and not is_failed_formula(text):
                name = text
            else:
                return None
        known = self.known.get(account_id)
        if known is not None:
            is_known = self.kept.admits or bool(self.ledger.source_rows.first_rows[known])
            return known if is_known and self._agrees(known, name, values) else None
        for number, account in enumerate(self.new, self.ledger.accounts.count):
            if account.id == account_id:
                return number if account == NewAccount(account_id, name or account_id, values) else None
        self.new.append(NewAccount(account_id, name or account_id, values))
        return self.ledger.accounts.count + len(self.new) - 1

    def _agrees(self, account: int, name: str, values: Mapping[str, int]) -> bool:
        """Tell whether an account has a name and values already, and never had others."""
        table, columns = self.ledger.accounts, self.ledger.columns
        # Without a name in its first row, an account has its ID as its name.
        if name and (name != table.names[account] or name == table.ids[account]):
            return False
        return all(
            columns[key].codes[account] == code and not _has_changed(columns[key].changes, account)
            for key, code in values.items()
        )


def _has_changed(changes: DatedValues | None, account: int) -> bool:
    return changes is not None and bool(np.isin(account, changes.accounts))


def _add_rows(kept: KeptReading, changes: RowChanges, rows: Sequence[ChangedRow], ledger: Ledger) -> RowChanges | None:
    """Return changes together with rows that were added below all others; None if these are in doubt."""
    columns = kept.columns
    ids = [
        read_account_id(row.after[columns.account_id]) if columns.account_id < len(row.after) else "" for row in rows
    ]
    # Below the accounts, a row named Budget or Actual is no account.
    if any(map(read_figures, ids)):
        return None
    among = set(ids)
    finder = _AccountFinder(
        kept, ledger, {account: number for number, account in enumerate(ledger.accounts.ids) if account in among}
    )
    entries, added = list(changes.entries), []
    for account_id, row in zip(ids, rows, strict=True):
        amounts, others = _split_cells(columns, row.after)
        account = finder.find(account_id, others) if account_id and amounts else None
        if account is None or amounts is None:
            return None
        entries += [EntryChange(account, month, None, cell) for month, cell in amounts]
        added.append((row.row, account))
    if finder.new and not (kept.welcomes and _are_like_others(finder.new, ledger)):
        return None
    return RowChanges(entries, added, changes.removed, finder.new)


def _are_like_others(new: Sequence[NewAccount], ledger: Ledger) -> bool:
    """Tell whether new IDs differ from those of other accounts in digits alone, so that they are no words, and names.

    Neither may be that of another account in another spelling.
    """
    table, ids = ledger.accounts, [account.id for account in new]
    shapes = set("\n".join(table.ids).translate(_ANY_DIGIT).split("\n"))
    if any(account.translate(_ANY_DIGIT) not in shapes for account in ids):
        return False
    # Addresses of one domain are reported together.
    if not all(any(map(str.isdigit, account)) and "@" not in account for account in ids):
        return False
    names = [account.name for account in new]
    return _are_different(ids, table.ids, normalise_ids) and _are_different(names, table.names, normalise_names)


def _are_different(new: Sequence[str], others: Sequence[str], normalise: Callable[[Sequence[str]], list[str]]) -> bool:
    """Tell whether no text is one of the others, or another new one, in another spelling."""
    keys = [key for key in normalise(new) if key]
    # Of two spellings, both have the last digits of the text. Most others do not, and need not be normalised.
    digits = [_LAST_DIGITS.search(text) for text in new]
    joined = "\n".join(others).translate(_NO_STOPS)
    if joined.isascii() and all(digits):
        among = [match[1] for match in digits if match]
        pairs = zip(others, joined.split("\n"), strict=True)
        others = [other for other, plain in pairs if any(number in plain for number in among)]
    return len(set(keys)) == len(keys) and set(normalise(others)).isdisjoint(keys)
