"""Edits of a plain tab: the ledger of the last snapshot with the changed amounts and rows.

Whatever is in doubt is no such edit, and the workbook is read as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.ledger import Ledger, add_accounts, select_accounts
from core.ledger.rows import build_source_rows
from core.money import to_minor
from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.cells.text import load_locale_format
from sheets.checks.plausibility import IMPLAUSIBLE_FIGURES, find_absurd_amounts, find_implausible_figures
from sheets.checks.same_customer import SAME_CUSTOMER
from sheets.checks.sheet_totals import NEAR
from sheets.ingest.edits.changed_entries import RowChanges, list_edited, read_changes
from sheets.ingest.edits.comparison import Comparison
from sheets.ingest.edits.kept_reading import KeptReading
from sheets.layouts.recognition import recognise_tab
from sheets.layouts.revenue import count_spaced, fill_gaps, limit_to_amounts
from sheets.problems import Problem
from sheets.tabs.amount_columns import read_plain_amounts
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.fetched import ChangedRow
from sheets.workbook.port import Cell

# A larger amount may be one too large.
_LARGEST = 10**9
# The month, the place of its account among the edited ones, and the amounts before and after.
_Amounts = Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class LedgerEdit:
    """An edit.

    Attributes:
        ledger: the ledger with the edit.
        before: the ledger of the edited accounts before.
        after: the same accounts now, and new ones.
        amounts: the number of amounts that differ, of accounts that there were.
        arrived: the number of new accounts.
        kept: the reading as it is kept now, without its name and snapshot.

    """

    ledger: Ledger
    before: Ledger
    after: Ledger
    amounts: int
    arrived: int
    kept: KeptReading


def apply_changed_rows(
    comparison: Comparison, ledger: Ledger, problems: Sequence[Problem], options: ReadOptions
) -> LedgerEdit | None:
    """Return the edit that changed rows are; None if they are anything else than changed amounts, and rows at the end.

    Args:
        comparison: the changed rows.
        ledger: the ledger of the reading before; its panel is changed in place.
        problems: the problems of the reading before.
        options: the options of the reading.

    """
    rows = [row for row in comparison.rows if row.row != comparison.kept.total_row]
    if any(row.tab != comparison.kept.tab for row in comparison.rows):
        return None
    if not rows or not _has_same_headings(comparison, options):
        return None
    kept = _edit_totals(comparison, rows, options)
    changes = read_changes(kept, rows, comparison.height, ledger) if kept else None
    amounts = _read_amounts(kept, changes, options) if kept and changes else None
    if kept is None or changes is None or amounts is None:
        return None
    index = np.unique([entry.account for entry in changes.entries])
    edit = _edit_entries(kept, changes, amounts, index, ledger.accounts.count, options)
    names_twin = edit is not None and edit.changes_months and _are_twins(_list_ids(ledger, index), problems)
    if edit is None or names_twin or (ledger.first, len(ledger.panel)) != edit.span:
        return None
    # Known accounts come first, and one more costs less than a case without any.
    known_index = np.union1d(index[index < ledger.accounts.count], [0])
    ledger_before = select_accounts(ledger, known_index)
    if changes.moves_rows:
        ledger = _move_rows(ledger, changes)
    earlier = ledger.panel[:, index]
    panel = _edit_panel(edit, ledger, earlier, options, moves_rows=changes.moves_rows)
    was_implausible = any(problem.code in IMPLAUSIBLE_FIGURES for problem in problems)
    if panel is None or not _write_amounts(ledger, index, panel, edit, options, was_implausible=was_implausible):
        return None
    return LedgerEdit(
        ledger,
        ledger_before,
        select_accounts(ledger, np.union1d(index, [0])),
        int(np.count_nonzero((panel != earlier)[:, index < ledger.accounts.count - len(changes.new)])),
        len(changes.new),
        edit.kept,
    )


def _has_same_headings(comparison: Comparison, options: ReadOptions) -> bool:
    """Tell whether the first rows of the tab have the header row and the layout that they had."""
    if list(comparison.head.rows) == list(comparison.head_before.rows):
        return True
    heads = comparison.head_before, comparison.head
    tabs = (recognise_tab(head, options.headings, is_head=True) for head in heads)
    understood = [(tab.header, tab.layout) for tab in tabs if tab]
    return len(understood) == 2 and understood[0] == understood[1]


def _edit_totals(comparison: Comparison, rows: Sequence[ChangedRow], options: ReadOptions) -> KeptReading | None:
    """Return the kept reading with the sums of the accounts now; None if the row of totals has others.

    Args:
        comparison: the changed rows.
        rows: those of accounts.
        options: the options of the reading.

    """
    kept, locale_format = comparison.kept, load_locale_format(options.locale)

    def read(cells: Sequence[Cell], column: int) -> Decimal:
        cell = cells[column] if column < len(cells) else None
        amount = read_amount(cell, locale_format, options.currency.code)
        return amount if isinstance(amount, Decimal) else Decimal(0)

    total = next((row for row in comparison.rows if row.row == kept.total_row), None)
    if total and list_edited(kept.columns, total) is None:
        return None
    # The figures that are compared are the same ones as before.
    if total and any((one is None) != (other is None) for one, other in zip_longest(total.before, total.after)):
        return None
    totals = {}
    for column, (ours, theirs) in kept.totals.items():
        changes = (read(row.after, column) - read(row.before, column) for row in rows)
        totals[column] = sum(changes, ours), read(total.after, column) if total else theirs
    is_right = all(abs(ours - theirs) <= NEAR for ours, theirs in totals.values())
    return msgspec.structs.replace(kept, totals=totals) if is_right else None


def _are_twins(ids: Collection[str], problems: Sequence[Problem]) -> bool:
    """Tell whether an account may be the same customer as another one: then their months are compared."""
    named = {
        id_
        for problem in problems
        if problem.code in SAME_CUSTOMER
        for id_ in (problem.account, problem.values.get("other"))
    }
    return not named.isdisjoint(ids)


@dataclass(frozen=True, slots=True, eq=False)
class _EditedEntries:
    """The entries of the edited accounts, in the months that count.

    Attributes:
        kept: the reading with the entries of now.
        span: the first month and the number of months.
        present: (months, accounts) True for amounts, before and now.
        filled: (months, accounts) True for amounts and for unreadable cells between two of them, before and now.
        amounts: the amounts that changed: the month as a row of the masks, the account as a column, before, now.
        changes_months: whether an account has amounts, or amounts above 0, in other months.

    """

    kept: KeptReading
    span: tuple[Month, int]
    present: tuple[Mask, Mask]
    filled: tuple[Mask, Mask]
    amounts: _Amounts
    changes_months: bool


def _read_amounts(kept: KeptReading, changes: RowChanges, options: ReadOptions) -> list[tuple[int, int]] | None:
    """Return the minor units before and after of each changed cell, 0 for a blank; None if one is no plain amount."""
    units, *factor = kept.factor
    sides, locale_format = [], load_locale_format(options.locale)
    for cells in ([entry.before for entry in changes.entries], [entry.after for entry in changes.entries]):
        minor, _, others = read_plain_amounts(cells, units, locale_format, Fraction(*factor))
        for place in np.flatnonzero(others).tolist():
            amount = read_amount(cells[place], locale_format, options.currency.code)
            if not isinstance(amount, Decimal) or not 0 <= amount < _LARGEST:
                return None
            minor[place] = to_minor(Fraction(amount) * units * Fraction(*factor), 0)
        sides.append(minor.tolist())
    return list(zip(*sides, strict=True))


def _edit_entries(
    kept: KeptReading,
    changes: RowChanges,
    amounts: Sequence[tuple[int, int]],
    index: NDArray[np.intp],
    accounts: int,
    options: ReadOptions,
) -> _EditedEntries | None:
    """Return the entries of the edited accounts; None if other months count now, or an entry is not as it was kept.

    Args:
        kept: the reading before.
        changes: the changes.
        amounts: the amounts of its entries.
        index: the edited accounts.
        accounts: the number of accounts before.
        options: the options of the reading.

    """
    entries, places = kept.entries, {account: place for place, account in enumerate(index.tolist())}
    masks = entries.unpack(accounts + len(changes.new))
    before, after = masks.select(index), masks.select(index)
    cells = [(entry.month - entries.first, places[entry.account]) for entry in changes.entries]
    if not all(0 <= month < entries.months for month, _ in cells) or len(set(cells)) < len(cells):
        return None
    for cell, entry, (earlier, now) in zip(cells, changes.entries, amounts, strict=True):
        was_filled = entry.before is not None
        if [mask[cell] for mask in before] != [was_filled, was_filled, earlier > 0]:
            return None
        for mask, is_true in zip(after, (entry.after is not None, entry.after is not None, now > 0), strict=True):
            mask[cell] = is_true
    # An unreadable amount, and a second row of a month, are reported by their row.
    if kept.columns.month >= 0 and not np.array_equal(before.filled, before.present):
        return None
    if not set(entries.doubled).isdisjoint(places):
        return None
    if not kept.fills and not np.array_equal(before.filled, after.filled):
        return None
    if not before.equals(after):
        masks.write(index, after)
        updated = entries.replace(masks, options.blank_month)
        if updated is None:
            return None
        kept = msgspec.structs.replace(kept, entries=updated)
    start, stop = entries.counted.start, entries.counted.stop
    present = before.present[start:stop], after.present[start:stop]
    filled = before.filled[start:stop], after.filled[start:stop]
    return _EditedEntries(
        kept,
        (Month(entries.first + start), stop - start),
        present,
        (limit_to_amounts(present[0], filled[0]), limit_to_amounts(present[1], filled[1])),
        [(month - start, place, *pair) for (month, place), pair in zip(cells, amounts, strict=True)],
        changes_months=not before.equals(after),
    )


def _list_ids(ledger: Ledger, index: NDArray[np.intp]) -> set[str]:
    return {ledger.accounts.ids[account] for account in index.tolist() if account < ledger.accounts.count}


def _move_rows(ledger: Ledger, changes: RowChanges) -> Ledger:
    """Return the ledger with the rows of now, and with new accounts, which have no amount yet."""
    rows = changes.update_index(ledger.source_rows.by_account)
    source_rows = build_source_rows(ledger.source_rows.tab, rows)
    if not changes.new:
        return replace(ledger, source_rows=source_rows)
    ids, names, values = zip(*changes.new, strict=True)
    return add_accounts(ledger, ids, names, values, source_rows)


def _edit_panel(
    edit: _EditedEntries, ledger: Ledger, earlier: Panel, options: ReadOptions, *, moves_rows: bool
) -> Panel | None:
    """Return (months, accounts) the amounts of the edited accounts; None if a problem of theirs is another one now.

    Args:
        edit: the entries.
        ledger: the ledger.
        earlier: the amounts of these accounts before.
        options: the options of the reading.
        moves_rows: whether rows were added or removed.

    """
    written = np.where(edit.present[0], earlier, 0), np.where(edit.present[0], earlier, 0)
    for month, place, *amounts in edit.amounts:
        if 0 <= month < len(earlier):
            if written[0][month, place] != amounts[0]:
                return None
            written[1][month, place] = amounts[1]
    missing = sorted(ledger.first.until(month) for month in ledger.coverage.unknown)
    gaps: tuple[list[tuple[int, int, str]], ...] = [], []

    def fill(side: int) -> Panel:
        def report(*gap: Any) -> None:
            gaps[side].append(gap)

        return fill_gaps(options, ledger.first, written[side], edit.filled[side], report, missing)

    panels = fill(0), fill(1)
    # Read by themselves the rows say what they said within the whole.
    if not np.array_equal(panels[0], earlier) or gaps[0] != gaps[1] or (gaps[0] and moves_rows):
        return None
    return None if any(True for panel in panels for _ in find_absurd_amounts(panel)) else panels[1]


def _write_amounts(
    ledger: Ledger,
    index: NDArray[np.intp],
    amounts: Panel,
    edit: _EditedEntries,
    options: ReadOptions,
    *,
    was_implausible: bool,
) -> bool:
    """Write edited amounts into a ledger; return False if they change more than the figures of their accounts.

    Args:
        ledger: the ledger.
        index: (n,) the edited accounts.
        amounts: (months, n) their amounts.
        edit: their entries.
        options: the options of the reading.
        was_implausible: whether a figure was implausible before.

    """
    known = np.array([ledger.first + month not in ledger.coverage.unknown for month in range(len(amounts))])
    spaced = count_spaced(ledger.panel, known) if edit.changes_months and not options.unit else 0
    earlier = ledger.panel[:, index]
    ledger.panel[:, index] = amounts
    if edit.changes_months and not options.unit and count_spaced(ledger.panel, known) != spaced:
        return False
    # Well below the limit, the amounts can be added exactly as before.
    edited = np.flatnonzero((amounts != earlier).any(axis=1)).tolist()
    if any(4 * int(ledger.panel[month].sum()) >= EXACT_LIMIT for month in edited):
        return False
    implausible = list(find_implausible_figures(ledger))
    if not implausible and not was_implausible:
        return True
    ledger.panel[:, index] = earlier
    is_same = implausible == list(find_implausible_figures(ledger))
    ledger.panel[:, index] = amounts
    return is_same
