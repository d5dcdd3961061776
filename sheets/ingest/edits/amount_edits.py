"""Edited amounts of a plain tab: the ledger of the last snapshot with these amounts in place of the earlier ones.

Whatever is in doubt is no such edit, and the workbook is read as a whole.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.errors import NrrbotError
from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.ledger import Ledger, select_accounts
from sheets.cells.numbers import read_amount
from sheets.cells.text import load_locale_format
from sheets.checks.plausibility import IMPLAUSIBLE_FIGURES, find_implausible_figures
from sheets.checks.same_customer import SAME_CUSTOMER
from sheets.checks.sheet_totals import NEAR
from sheets.ingest.edits.comparison import Comparison
from sheets.ingest.edits.kept_reading import KeptReading
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.layouts.month_entries import MonthEntries
from sheets.layouts.recognition import recognise_tab
from sheets.layouts.revenue import find_spaced
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.fetched import ChangedRow
from sheets.workbook.port import Cell, FormatRun, Grid

# Next to the changed rows are read so many accounts that pay in all months, and so many for each changed row: with them
# the same months count as in the whole tab.
_OTHERS, _OTHERS_PER_ROW = 3, 10
# Problems of the tab, not of a row: the first are computed again, the others follow from the months that count.
_PROBLEMS_OF_TAB = IMPLAUSIBLE_FIGURES | {"implausible_blanks", "month_incomplete", "month_missing"}


@dataclass(frozen=True, slots=True)
class AmountEdit:
    """Amounts that were edited.

    Attributes:
        ledger: the ledger with the new amounts.
        before: the ledger of the edited accounts before.
        after: the same accounts now.
        amounts: the number of amounts that differ.
        kept: the reading as it is kept now, without its name and snapshot.

    """

    ledger: Ledger
    before: Ledger
    after: Ledger
    amounts: int
    kept: KeptReading


def apply_changed_rows(
    comparison: Comparison, ledger: Ledger, problems: Sequence[Problem], options: ReadOptions
) -> AmountEdit | None:
    """Return the edit that changed rows are; None if they are anything else than edited amounts.

    Args:
        comparison: the changed rows.
        ledger: the ledger of the reading before; its panel is changed in place.
        problems: the problems of the reading before.
        options: the options of the reading.

    """
    kept = comparison.kept
    if not (_has_same_headings(comparison, options) and all(_has_edited_amounts(kept, row) for row in comparison.rows)):
        return None
    rows = _list_rows(comparison)
    kept_totals = _edit_totals(comparison, rows, options)
    if not rows or kept_totals is None:
        return None
    kept = kept_totals
    before, after = (_parse_rows(comparison, rows, cells, options) for cells in ("before", "after"))
    accounts = [np.flatnonzero(ledger.source_rows.first_rows == row.row + 1) for row in rows]
    if not before or not after or any(len(places) != 1 for places in accounts) or not _say_the_same(before, after):
        return None
    index = np.concatenate(accounts)
    amounts = [_place_amounts(side.ledger, ledger, kept.top, len(rows)) for side in (before, after)]
    # Read by themselves the rows say what they said within the whole.
    if amounts[0] is None or amounts[1] is None or not np.array_equal(amounts[0], ledger.panel[:, index]):
        return None
    own_entries = [_select_rows(side.entries, len(rows)) for side in (before, after)]
    if not _are_equal(*own_entries):
        numbers = np.sort(ledger.source_rows.first_rows)
        places = np.searchsorted(numbers[numbers > 0], [row.row + 1 for row in rows]).tolist()
        updated = _edit_entries(comparison, kept, places, own_entries[1], options)
        ids = {ledger.accounts.ids[account] for account in index.tolist()}
        if updated is None or _are_twins(ids, problems) or _space_amounts(ledger, amounts[0], amounts[1]):
            return None
        kept = updated
    edited = amounts[0] != amounts[1]
    order = np.sort(index)
    ledger_before = select_accounts(ledger, order)
    was_implausible = any(problem.code in IMPLAUSIBLE_FIGURES for problem in problems)
    if not _write_amounts(ledger, index, amounts[1], edited, was_implausible=was_implausible):
        return None
    return AmountEdit(ledger, ledger_before, select_accounts(ledger, order), int(np.count_nonzero(edited)), kept)


def _has_edited_amounts(kept: KeptReading, row: ChangedRow) -> bool:
    """Tell whether amounts of months that are over, as numbers or blanks, are all that differs in a row of an account.

    A number in any other column may be an ID, a name, or the value of a segment.
    """
    if row.tab != kept.tab or row.row < kept.top:
        return False
    for column, (before, after) in enumerate(zip_longest(row.before, row.after)):
        if type(before) is type(after) and before == after:
            continue
        if column not in kept.months or not all(cell is None or _is_number(cell) for cell in (before, after)):
            return False
    # A row with an ID alone may be a title.
    return all(_holds_more(cells, kept.id_column) for cells in (row.before, row.after))


def _has_same_headings(comparison: Comparison, options: ReadOptions) -> bool:
    """Tell whether the first rows of the tab have the header row and the layout that they had."""
    if list(comparison.head.rows) == list(comparison.head_before.rows):
        return True
    tabs = (recognise_tab(head, options.headings) for head in (comparison.head_before, comparison.head))
    understood = [(tab.header, tab.layout) for tab in tabs if tab]
    return len(understood) == 2 and understood[0] == understood[1]


def _list_rows(comparison: Comparison) -> list[ChangedRow]:
    """Return the changed rows of accounts; with one of the first rows, from which a tab is understood, all of these."""
    kept, changed = comparison.kept, {row.row: row for row in comparison.rows}
    if any(row < len(comparison.head.rows) for row in changed):
        first = zip(comparison.head_before.rows, comparison.head.rows, strict=True)
        for number, (before, after) in enumerate(first):
            if number >= kept.top and any(cell is not None for cell in after):
                changed.setdefault(number, ChangedRow(kept.tab, number, before, after))
    return [changed[number] for number in sorted(changed) if number != kept.total_row]


def _holds_more(cells: Sequence[Cell], id_column: int) -> bool:
    return any(cell is not None for column, cell in enumerate(cells) if column != id_column)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _edit_totals(comparison: Comparison, rows: Sequence[ChangedRow], options: ReadOptions) -> KeptReading | None:
    """Return the kept reading with the sums of the accounts now; None if the row of totals has others.

    Args:
        comparison: the changed rows.
        rows: those of accounts.
        options: the options of the reading.

    """
    kept, locale_format = comparison.kept, load_locale_format(options.locale)
    if not kept.totals:
        return kept

    def read(cells: Sequence[Cell], column: int) -> Decimal:
        cell = cells[column] if column < len(cells) else None
        amount = read_amount(cell, locale_format, options.currency.code)
        return amount if isinstance(amount, Decimal) else Decimal(0)

    total = next((row for row in comparison.rows if row not in rows), None)
    # The figures that are compared are the same ones as before.
    if total and any((one is None) != (other is None) for one, other in zip_longest(total.before, total.after)):
        return None
    totals = {}
    for column, (ours, theirs) in kept.totals.items():
        changes = (read(row.after, column) - read(row.before, column) for row in rows)
        totals[column] = sum(changes, ours), read(total.after, column) if total else theirs
    is_right = all(abs(ours - theirs) <= NEAR for ours, theirs in totals.values())
    return msgspec.structs.replace(kept, totals=totals) if is_right else None


def _parse_rows(
    comparison: Comparison, rows: Sequence[ChangedRow], cells: str, options: ReadOptions
) -> ParsedWorkbook | None:
    """Return a tab of the rows above the accounts, the changed rows, and other accounts; None if it is refused.

    Args:
        comparison: the changed rows.
        rows: those of accounts.
        cells: `before` or `after`.
        options: the options of the reading.

    """
    kept, head = comparison.kept, comparison.head
    numbers = [*range(kept.top), *(row.row for row in rows)]
    formats = tuple(
        FormatRun(run.column, place, place + 1, run.code)
        for run in kept.formats[kept.tab]
        for place, number in enumerate(numbers)
        if run.top <= number < run.bottom
    )
    others = [_build_account(kept, number) for number in range(_OTHERS + _OTHERS_PER_ROW * len(rows))]
    lines = [*head.rows[: kept.top], *(getattr(row, cells) for row in rows), *others]
    merges = tuple(area for area in head.merges if area.bottom <= kept.top)
    try:
        return parse_tabs([Grid(replace(head.tab, rows=len(lines)), lines, merges, formats)], options)
    except NrrbotError:
        return None


def _build_account(kept: KeptReading, number: int) -> Sequence[Cell]:
    """Return the row of an account that pays in all months that count."""
    cells: list[Cell] = [None] * (1 + max(kept.id_column, *kept.filled_months))
    cells[kept.id_column] = f"other account {number}"
    for column in kept.filled_months:
        cells[column] = 1
    return cells


def _say_the_same(before: ParsedWorkbook, after: ParsedWorkbook) -> bool:
    """Tell whether two readings of the changed rows differ in amounts alone."""
    problems = [
        [problem for problem in side.problems if problem.code not in _PROBLEMS_OF_TAB] for side in (before, after)
    ]
    accounts = [(side.ledger.accounts.excluded.tolist(), side.ledger.currencies) for side in (before, after)]
    currencies = [(currency.known, currency.codes.tolist()) for _, currency in accounts]
    return (
        problems[0] == problems[1]
        and before.decisions == after.decisions
        and accounts[0][0] == accounts[1][0]
        and currencies[0] == currencies[1]
    )


def _select_rows(entries: MonthEntries | None, rows: int) -> MonthEntries | None:
    """Return the entries of the first rows."""
    if entries is None:
        return None
    masks = {name: getattr(entries, name)[:, :rows] for name in ("filled", "present", "paid")}
    return replace(entries, **masks)


def _are_equal(before: MonthEntries | None, after: MonthEntries | None) -> bool:
    names = ("filled", "present", "paid")
    return all(np.array_equal(getattr(before, name), getattr(after, name)) for name in names)


def _edit_entries(
    comparison: Comparison,
    kept: KeptReading,
    places: Sequence[int],
    after: MonthEntries | None,
    options: ReadOptions,
) -> KeptReading | None:
    """Return the kept reading with other entries; None if other months count then, or the formats are others.

    Args:
        comparison: the changed rows.
        kept: the kept reading.
        places: the places of the changed rows among those of accounts.
        after: the entries of the changed rows.
        options: the options of the reading.

    """
    entries = kept.entries.edit(places, after, options.blank_month) if kept.entries and after else None
    # The format of a cell that is not blank may be the first of its column.
    if entries is None or list(comparison.fetched.read_formats(kept.heights)) != kept.formats:
        return None
    return msgspec.structs.replace(kept, entries=entries)


def _are_twins(ids: Collection[str], problems: Sequence[Problem]) -> bool:
    """Tell whether an account may be the same customer as another one: then their months are compared."""
    named = {
        id_
        for problem in problems
        if problem.code in SAME_CUSTOMER
        for id_ in (problem.account, problem.values.get("other"))
    }
    return not named.isdisjoint(ids)


def _space_amounts(ledger: Ledger, before: Panel, after: Panel) -> bool:
    """Tell whether other accounts have amounts every few months only, or none; (months, rows) each."""
    known = np.array([ledger.first + month not in ledger.coverage.unknown for month in range(len(before))])
    return any(
        not np.array_equal(one, other)
        for one, other in zip(find_spaced(before, known), find_spaced(after, known), strict=True)
    )


def _place_amounts(part: Ledger, whole: Ledger, top: int, rows: int) -> Panel | None:
    """Return (months, rows) the amounts of a ledger of changed rows in the months of the whole one; None beyond them.

    Args:
        part: the ledger of the changed rows.
        whole: the whole ledger.
        top: the number of rows above the changed ones.
        rows: their number.

    """
    places = [np.flatnonzero(part.source_rows.first_rows == top + row + 1) for row in range(rows)]
    start, months = whole.first.until(part.first), len(part.panel)
    if any(len(place) != 1 for place in places) or start < 0 or start + months > len(whole.panel):
        return None
    amounts = np.zeros((len(whole.panel), rows), dtype=np.int64)
    amounts[start : start + months] = part.panel[:, np.concatenate(places)]
    return amounts


def _write_amounts(
    ledger: Ledger, index: NDArray[np.intp], amounts: Panel, edited: Mask, *, was_implausible: bool
) -> bool:
    """Write edited amounts into a ledger; return False if they change more than the figures of their accounts.

    Args:
        ledger: the ledger.
        index: (rows,) the account of each row.
        amounts: (months, rows) the new amounts.
        edited: (months, rows) True where they differ from the earlier ones.
        was_implausible: whether a figure was implausible before.

    """
    earlier = ledger.panel[:, index]
    ledger.panel[:, index] = amounts
    # Well below the limit, the amounts can be added exactly as before.
    if any(4 * int(ledger.panel[month].sum()) >= EXACT_LIMIT for month in np.flatnonzero(edited.any(axis=1)).tolist()):
        return False
    implausible = list(find_implausible_figures(ledger))
    if not implausible and not was_implausible:
        return True
    ledger.panel[:, index] = earlier
    is_same = implausible == list(find_implausible_figures(ledger))
    ledger.panel[:, index] = amounts
    return is_same
