"""Edited amounts of a plain tab: the ledger of the last snapshot with these amounts in place of the earlier ones.

Whatever is in doubt is no such edit, and the workbook is read as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import NrrbotError
from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.ledger import Ledger, select_accounts
from sheets.checks.plausibility import IMPLAUSIBLE_FIGURES, find_implausible_figures
from sheets.ingest.edits.kept_reading import KeptReading
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.fetched import ChangedRow
from sheets.workbook.port import Cell, FormatRun, Grid

# Of more rows it is not worth while.
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class AmountEdit:
    """Amounts that were edited.

    Attributes:
        ledger: the ledger with the new amounts.
        before: the ledger of the edited accounts before.
        after: the same accounts now.
        amounts: the number of edited amounts.

    """

    ledger: Ledger
    before: Ledger
    after: Ledger
    amounts: int


def apply_changed_rows(
    kept: KeptReading,
    rows: Sequence[ChangedRow],
    head: Grid,
    ledger: Ledger,
    problems: Sequence[Problem],
    options: ReadOptions,
) -> AmountEdit | None:
    """Return the edit that changed rows are; None if they are anything else than edited amounts.

    Args:
        kept: the reading before.
        rows: the rows that changed since.
        head: the first rows of the revenue tab.
        ledger: the ledger of the reading before; its panel is changed in place.
        problems: the problems of the reading before.
        options: the options of the reading.

    """
    if any(row.tab != kept.tab or row.row < kept.top for row in rows):
        return None
    counts = [_count_edited_amounts(row.before, row.after) for row in rows]
    if not all(counts):
        return None
    sides = [_parse_rows(kept, head, rows, cells, options) for cells in ("before", "after")]
    accounts = [np.flatnonzero(ledger.source_rows.first_rows == row.row + 1) for row in rows]
    if not all(sides) or any(len(places) != 1 for places in accounts):
        return None
    before, after = (side for side in sides if side)
    if before.problems != after.problems or before.decisions != after.decisions:
        return None
    index = np.concatenate(accounts)
    amounts = [_place_amounts(side.ledger, ledger, kept.top, len(rows)) for side in (before, after)]
    if amounts[0] is None or amounts[1] is None:
        return None
    # Read by themselves the rows say what they said within the whole, and each edited cell changed one amount.
    edited = amounts[0] != amounts[1]
    is_as_stored = np.array_equal(amounts[0], ledger.panel[:, index])
    stay_positive = bool((amounts[0][edited] > 0).all() and (amounts[1][edited] > 0).all())
    if not (is_as_stored and stay_positive and np.count_nonzero(edited, axis=0).tolist() == counts):
        return None
    order = np.sort(index)
    ledger_before = select_accounts(ledger, order)
    was_implausible = any(problem.code in IMPLAUSIBLE_FIGURES for problem in problems)
    if not _write_amounts(ledger, index, amounts[1], edited, was_implausible=was_implausible):
        return None
    return AmountEdit(ledger, ledger_before, select_accounts(ledger, order), sum(map(int, counts)))


def _count_edited_amounts(before: Sequence[Cell], after: Sequence[Cell]) -> int:
    """Return the number of numbers that differ; 0 if anything else does."""
    if len(before) != len(after):
        return 0
    cells = zip(before, after, strict=True)
    pairs = [pair for pair in cells if type(pair[0]) is not type(pair[1]) or pair[0] != pair[1]]
    return len(pairs) if all(_is_amount(cell) for pair in pairs for cell in pair) else 0


def _is_amount(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and cell > 0


def _parse_rows(
    kept: KeptReading, head: Grid, rows: Sequence[ChangedRow], cells: str, options: ReadOptions
) -> ParsedWorkbook | None:
    """Return a tab of the rows above the accounts and of the changed rows alone as it is read; None if it is refused.

    Args:
        kept: the reading before.
        head: the first rows of the revenue tab.
        rows: the changed rows.
        cells: `before` or `after`.
        options: the options of the reading.

    """
    numbers = [*range(kept.top), *(row.row for row in rows)]
    formats = tuple(
        FormatRun(run.column, place, place + 1, run.code)
        for run in kept.formats[kept.tab]
        for place, number in enumerate(numbers)
        if run.top <= number < run.bottom
    )
    grid = Grid(
        replace(head.tab, rows=len(numbers)),
        [*head.rows[: kept.top], *(getattr(row, cells) for row in rows)],
        tuple(area for area in head.merges if area.bottom <= kept.top),
        formats,
    )
    try:
        return parse_tabs([grid], options)
    except NrrbotError:
        return None


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
