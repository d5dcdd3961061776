"""Tabs as Google sent them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import Any, TypeVar

import msgspec

from sheets.google.number_formats import MAX_ROWS, FormatSheets, choose_format_areas, join_formats
from sheets.google.read_ranges import ReadRange
from sheets.google.wire import RawValueRanges, ValueRanges
from sheets.workbook.fetched import ChangedRow, EarlierAnswer
from sheets.workbook.port import Area, Cell, FormatRun, Grid, Tab
from sheets.workbook.stray_cells import drop_stray_cells

T = TypeVar("T")

# The rows that are compared at once.
_ROWS_AT_ONCE = 1024


@dataclass(slots=True)
class GoogleTabs:
    """The answers of Google about tabs. Implements `sheets.workbook.fetched.FetchedTabs`.

    Attributes:
        tabs: the tabs.
        requests: the ranges of each request.
        answers: its answer.
        merges: tab id -> its merged cells.
        with_formats: whether number formats are read, too.
        fetch_formats: returns the answer about the number formats of ranges.
        guard: runs a function, and maps the errors of libraries.

    """

    tabs: Sequence[Tab]
    requests: Sequence[Sequence[ReadRange]]
    answers: Sequence[bytes]
    merges: Mapping[int, tuple[Area, ...]]
    with_formats: bool
    fetch_formats: Callable[[Sequence[str]], bytes]
    guard: Callable[[Callable[[], T]], T]
    _digests: Sequence[str] = field(default=(), init=False)
    # The answer about number formats, and the addresses that it is about.
    _formats: tuple[Sequence[str], bytes] = field(default=((), b""), init=False)

    @property
    def parts(self) -> Sequence[Sequence[tuple[int, int]]]:
        """The parts of each answer: the index of a tab and the first row in the part, counted from 0."""
        return [[(part.tab_index, part.top) for part in ranges] for ranges in self.requests]

    @property
    def digests(self) -> Sequence[str]:
        """Hash of each answer."""
        if not self._digests:
            self._digests = [hashlib.sha256(answer).hexdigest() for answer in self.answers]
        return self._digests

    @property
    def digest(self) -> str:
        """Hash of the answers."""
        return hashlib.sha256(" ".join(self.digests).encode()).hexdigest()

    def decode(self) -> tuple[Grid, ...]:
        """Return one grid per tab: text, numbers, booleans; dates as serial numbers; errors as their text.

        Number formats are read with whole tabs only, in one further request for the first rows (see
        `sheets.google.number_formats`).
        """
        cells: list[list[Sequence[Cell]]] = [[] for _ in self.tabs]
        for ranges, answer in zip(self.requests, self.answers, strict=True):
            decoded = self.guard(partial(msgspec.json.decode, answer, type=ValueRanges))
            for part, block in zip(ranges, decoded.value_ranges, strict=True):
                grid = cells[part.tab_index]
                # Google omits trailing blank rows of each range: fill up to the first row of this one.
                grid.extend([[]] * (part.top - len(grid)))
                # Most rows have no blanks, and copying them all would be most of the work.
                grid.extend(_blank_cells(row) if "" in row else row for row in block.values)
        cells = [drop_stray_cells(grid) for grid in cells]
        formats = self._read_formats(cells) if self.with_formats else [()] * len(self.tabs)
        digest = self.digest
        return tuple(
            Grid(tab, grid, self.merges.get(tab.id, ()), runs, digest=digest)
            for tab, grid, runs in zip(self.tabs, cells, formats, strict=True)
        )

    def find_changed_rows(self, earlier: Sequence[EarlierAnswer], most: int) -> list[ChangedRow] | None:
        """Return the rows that differ from those in earlier answers with the same parts.

        None if more than `most` differ, or an answer that differs is damaged.
        """
        changed: list[ChangedRow] = []
        for number, (ranges, answer) in enumerate(zip(self.requests, earlier, strict=True)):
            if answer.digest == self.digests[number]:
                continue
            content = answer.load()
            if content is None:
                return None
            before, after = self._split_rows(content), self._split_rows(self.answers[number])
            if not len(before) == len(after) == len(ranges):
                return None
            for part, old, new in zip(ranges, before, after, strict=True):
                # The rows are compared as they were sent; only those that differ are decoded.
                for row in _find_differences(old, new):
                    if len(changed) == most:
                        return None
                    pair = (self._decode_row(rows[row]) if row < len(rows) else () for rows in (old, new))
                    changed.append(ChangedRow(part.tab_index, part.top + row, *pair))
        return changed

    def _split_rows(self, answer: bytes) -> list[list[msgspec.Raw]]:
        """Return the rows of each range in an answer, as they were sent."""
        decoded = self.guard(partial(msgspec.json.decode, answer, type=RawValueRanges))
        return [block.values for block in decoded.value_ranges]

    def _decode_row(self, row: msgspec.Raw) -> Sequence[Cell]:
        return _blank_cells(self.guard(partial(msgspec.json.decode, row, type=list[Any])))

    @property
    def formatted_rows(self) -> int:
        """The number of first rows of a tab whose number formats are read; those of other rows follow from them."""
        return MAX_ROWS

    def read_formats(self, heights: Sequence[int]) -> Sequence[tuple[FormatRun, ...]]:
        """Return the number formats of each tab as `decode` does, given the number of rows that each grid has."""
        cells: list[list[Sequence[Cell]]] = [[()] * height for height in heights]
        for ranges, answer in zip(self.requests, self.answers, strict=True):
            # Formats are those of the first rows.
            if all(part.top >= MAX_ROWS for part in ranges):
                continue
            for part, lines in zip(ranges, self._split_rows(answer), strict=True):
                rows = cells[part.tab_index]
                last = min(len(rows), MAX_ROWS) - part.top
                for row, line in enumerate(lines[: max(0, last)], part.top):
                    rows[row] = self._decode_row(line)
        return self._read_formats(cells)

    def stamp_formats(self, heights: Sequence[int]) -> str:
        """Return the hash of the number formats of the tabs, given the number of rows that each grid has."""
        return hashlib.sha256(self._load_formats(heights)).hexdigest()

    def _read_formats(self, cells: Sequence[Sequence[Sequence[Cell]]]) -> list[tuple[FormatRun, ...]]:
        """Return the number formats of each tab, whose cells are `cells`."""
        answer = self._load_formats([len(rows) for rows in cells])
        blocks = self.guard(partial(msgspec.json.decode, answer, type=FormatSheets)).by_tab() if answer else {}
        return [join_formats(rows, blocks.get(tab.id, ())) for tab, rows in zip(self.tabs, cells, strict=True)]

    def _load_formats(self, heights: Sequence[int]) -> bytes:
        """Return the answer about the number formats, from one request for all tabs; empty if they have no rows."""
        # The bot's own tabs hold no amounts that are read.
        rows = [0 if tab.is_bot_tab else height for tab, height in zip(self.tabs, heights, strict=True)]
        addresses = [area.address for area in choose_format_areas(self.tabs, rows)]
        if addresses and addresses != self._formats[0]:
            self._formats = addresses, self.fetch_formats(addresses)
        return self._formats[1] if addresses else b""


def _find_differences(old: Sequence[msgspec.Raw], new: Sequence[msgspec.Raw]) -> Iterator[int]:
    """Yield the places at which two lists differ, those beyond the end of one of them included."""
    for top in range(0, max(len(old), len(new)), _ROWS_AT_ONCE):
        before, after = old[top : top + _ROWS_AT_ONCE], new[top : top + _ROWS_AT_ONCE]
        # Nearly all blocks are equal, and two lists are compared in no loop of Python.
        if before != after:
            pairs = enumerate(zip_longest(before, after), top)
            yield from (place for place, (one, other) in pairs if one != other)


def _blank_cells(row: Sequence[Cell]) -> Sequence[Cell]:
    return [None if cell == "" else cell for cell in row]
