"""The comparison of a reading with the kept rows of the last one."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from sheets.ingest.content_hash import is_valid_on, rename_reading
from sheets.ingest.edits.kept_reading import KeptReading, load_reading
from sheets.ingest.reading import Reading
from sheets.workbook.fetched import ChangedRow, FetchedTabs
from sheets.workbook.port import Grid

# Of more rows it is not worth while.
MOST_ROWS = 100

# Returns the hash of grids together with all settings that a ledger follows from, as `hash_reading` does.
HashGrids = Callable[[Sequence[Grid]], str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reading that differs from the last one in some rows, or in none.

    Attributes:
        kept: the last reading.
        rows: the rows that changed.
        reading: the name of the reading.
        head: the first rows of the revenue tab.
        head_before: these rows in the last reading.
        fetched: the tabs that were read in full.

    """

    kept: KeptReading
    rows: Sequence[ChangedRow]
    reading: str
    head: Grid
    head_before: Grid
    fetched: FetchedTabs


def hash_frame(reading: Reading, hash_grids: HashGrids) -> str:
    """Return the hash of a reading without number formats, and of the tabs that were fetched in full the first rows."""
    # What was sent for the first rows has those of all tabs.
    heads = [replace(head, digest=hashlib.sha256(repr(head.rows).encode()).hexdigest()) for head in reading.heads]
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
    rows = fetched.find_changed_rows(answers, MOST_ROWS)
    if rows is None or fetched.stamp_formats(kept.heights) != kept.formats_stamp:
        return None
    tab_id = fetched.tabs[kept.tab].id
    head = next((head for head in reading.heads if head.tab.id == tab_id), None)
    if head is None:
        return None
    head_before = _restore_head(head, [row for row in rows if row.tab == kept.tab])
    before = replace(reading, heads=[head_before if other is head else other for other in reading.heads])
    if hash_frame(before, hash_grids) != kept.frame:
        return None
    kept = msgspec.structs.replace(kept, frame=hash_frame(reading, hash_grids))
    name = rename_reading(known_reading, hash_grids(_stamp_grids(reading, fetched, kept)))
    return Comparison(kept, rows, name, head, head_before, fetched)


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
