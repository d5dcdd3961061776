"""The comparison of a reading with the kept rows of the last one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import msgspec

from sheets.ingest.content_hash import is_valid_on, rename_reading
from sheets.ingest.edits.kept_reading import KeptReading, load_reading
from sheets.ingest.reading import Reading
from sheets.workbook.fetched import ChangedRow, FetchedTabs
from sheets.workbook.port import FormatRun, Grid

# Of more rows it is not worth while.
MOST_ROWS = 1000

# Returns the hash of grids together with all settings that a ledger follows from, as `hash_reading` does.
HashGrids = Callable[[Sequence[Grid]], str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reading that differs from the last one in some rows, or in none.

    Attributes:
        kept: the last reading, with the frame, heights, formats and parts of this one.
        rows: the rows that changed.
        height: the number of rows that the revenue tab had.
        reading: the name of the reading.
        head: the first rows of the revenue tab.
        head_before: these rows in the last reading.
        fetched: the tabs that were read in full.

    """

    kept: KeptReading
    rows: Sequence[ChangedRow]
    height: int
    reading: str
    head: Grid
    head_before: Grid
    fetched: FetchedTabs


def hash_frame(reading: Reading, hash_grids: HashGrids) -> str:
    """Return the hash of a reading without number formats, and of the tabs that were fetched in full the first rows."""
    fetched = {tab.id for tab in reading.fetched.tabs} if reading.fetched else set()
    # What was sent for the first rows has those of all tabs. A tab that grows has more rows, also blank ones.
    heads = [
        replace(
            head,
            tab=replace(head.tab, rows=0) if head.tab.id in fetched else head.tab,
            digest=hashlib.sha256(repr(head.rows).encode()).hexdigest(),
        )
        for head in reading.heads
    ]
    return hash_grids([*heads, *reading.longer.values()])


def compare_reading(
    file: Path, reading: Reading, hash_grids: HashGrids, known_reading: str, snapshot_id: int, today: dt.date
) -> Comparison | None:
    """Return what differs from the last reading; None if more than some rows does, or the last one was not kept.

    Args:
        file: the file of the last reading.
        reading: the reading.
        hash_grids: returns the hash of grids.
        known_reading: the name of the last reading.
        snapshot_id: the snapshot that it gave.
        today: the day of the reading.

    """
    fetched, loaded = reading.fetched, load_reading(file)
    if fetched is None or loaded is None:
        return None
    kept, answers = loaded
    if (kept.reading, kept.snapshot) != (known_reading, snapshot_id) or not is_valid_on(known_reading, today):
        return None
    rows = fetched.find_changed_rows(answers, MOST_ROWS) if fetched.parts == kept.parts else None
    if rows is None or fetched.stamp_formats(kept.heights) != kept.formats_stamp:
        return None
    tab_id, height = fetched.tabs[kept.tab].id, kept.heights[kept.tab]
    head = next((head for head in reading.heads if head.tab.id == tab_id), None)
    if head is None:
        return None
    head_before = _restore_head(head, [row for row in rows if row.tab == kept.tab])
    before = replace(reading, heads=[head_before if other is head else other for other in reading.heads])
    if hash_frame(before, hash_grids) != kept.frame:
        return None
    updated = _update_formats(kept, rows, fetched)
    if updated is None:
        return None
    kept = msgspec.structs.replace(updated, frame=hash_frame(reading, hash_grids))
    name = rename_reading(known_reading, hash_grids(_stamp_grids(reading, fetched, kept)))
    return Comparison(kept, rows, height, name, head, head_before, fetched)


def _update_formats(kept: KeptReading, rows: Sequence[ChangedRow], fetched: FetchedTabs) -> KeptReading | None:
    """Return the reading with the heights and number formats of now; None if a column has a format for another cell.

    The formats that were sent are the same, but a format counts only where a cell is not blank.
    """
    if all((before is None) == (after is None) for row in rows for before, after in zip_longest(row.before, row.after)):
        return kept
    heights = list(kept.heights)
    if all(row.tab == kept.tab for row in rows):
        heights[kept.tab] = _find_height(heights[kept.tab], rows)
    if all(row.row >= fetched.formatted_rows for row in rows):
        formats = [
            tuple(run._replace(bottom=height) if run.bottom == earlier else run for run in runs)
            for runs, earlier, height in zip(kept.formats, kept.heights, heights, strict=True)
        ]
        return msgspec.structs.replace(kept, heights=heights, formats=formats)
    formats = list(fetched.read_formats(heights))
    if list(map(_list_first_places, formats)) != list(map(_list_first_places, kept.formats)):
        return None
    return msgspec.structs.replace(kept, heights=heights, formats=formats, formats_stamp=fetched.stamp_formats(heights))


def _find_height(height: int, rows: Sequence[ChangedRow]) -> int:
    """Return the number of rows of a tab in which some have changed."""
    filled = [row.row + 1 for row in rows if any(cell is not None for cell in row.after)]
    blank = {row.row for row in rows if all(cell is None for cell in row.after)}
    while height - 1 in blank:
        height -= 1
    return max(height, *filled, 0)


def _list_first_places(formats: Sequence[FormatRun]) -> list[tuple[int, str, int]]:
    """Return each column and its number formats, with the first row of each."""
    first_rows: dict[tuple[int, str], int] = {}
    for run in formats:
        first_rows.setdefault((run.column, run.code), run.top)
    return sorted((*key, row) for key, row in first_rows.items())


def _restore_head(head: Grid, rows: Sequence[ChangedRow]) -> Grid:
    """Return the first rows of a tab as they were before."""
    restored = list(head.rows)
    for row in rows:
        if row.row < len(restored):
            restored[row.row] = row.before
    return replace(head, rows=restored)


def _stamp_grids(reading: Reading, fetched: FetchedTabs, kept: KeptReading) -> list[Grid]:
    """Return the grids of a reading, those of the tabs that were fetched in full without their rows."""
    digest = fetched.digest
    formats = {tab.id: runs for tab, runs in zip(fetched.tabs, kept.formats, strict=True)}
    return [
        replace(head, rows=(), formats=formats[head.tab.id], digest=digest)
        if head.tab.id in formats
        else reading.longer.get(head.tab.id, head)
        for head in reading.heads
    ]
