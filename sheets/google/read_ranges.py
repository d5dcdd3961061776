"""The ranges of a read: as large as one request of Google allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

import msgspec

from sheets.workbook.a1 import column_letters
from sheets.workbook.port import Tab

# The limits of one read: cells of the grid, blank ones included, and characters of the address.
CELLS_PER_READ = 4_000_000
ADDRESS_LENGTH = 6_000


class ReadRange(msgspec.Struct, frozen=True):
    """A range of rows of a tab.

    Attributes:
        tab_index: the index of the tab in the read.
        top: the first row, counted from 0.
        address: the range in A1 notation.

    """

    tab_index: int
    top: int
    address: str


def split_read(tabs: Sequence[Tab], rows: int | None) -> Iterator[list[ReadRange]]:
    """Yield the ranges of each request, as large as the limits allow; nearly always one request reads everything."""
    ranges: list[ReadRange] = []
    cells_left, length = CELLS_PER_READ, 0
    for tab_index, tab in enumerate(tabs):
        height = tab.rows if rows is None else min(rows, tab.rows)
        title = tab.title.replace("'", "''")
        top = 0
        while top < height:
            # A request that is still empty takes at least one row, or a very wide tab would never be read.
            bottom = min(height, top + max(cells_left // tab.columns, 0 if ranges else 1))
            address = f"'{title}'!A{top + 1}:{column_letters(tab.columns - 1)}{bottom}"
            added_length = len(quote(address)) + len("&ranges=")
            if ranges and (bottom == top or length + added_length > ADDRESS_LENGTH):
                yield ranges
                ranges, cells_left, length = [], CELLS_PER_READ, 0
                continue
            ranges.append(ReadRange(tab_index, top, address))
            cells_left, length = cells_left - (bottom - top) * tab.columns, length + added_length
            top = bottom
    if ranges:
        yield ranges
