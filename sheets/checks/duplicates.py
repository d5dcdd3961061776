"""Lines of one product that are in force at the same time, and lines that stand twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from core.months import Month
from sheets.cells.text import fold_cell, remember_readings, text
from sheets.tabs.tab_reader import TabReader


class Line(Protocol):
    """A row that makes MRR at the closes of `first` to `last`; its row is counted below the headings."""

    @property
    def row(self) -> int:
        """The row."""

    @property
    def minor(self) -> int:
        """MRR in minor units."""

    @property
    def first(self) -> Month:
        """The first close."""

    @property
    def last(self) -> Month:
        """The last close."""


def report_repeated_lines(reader: TabReader, ids: Sequence[str], rows: Iterable[int]) -> None:
    """Report rows that stand twice, the same cell under every heading. Both count.

    Args:
        reader: the tab.
        ids: one account per row.
        rows: those that count.

    """
    headed = _headed(reader)
    stood: dict[tuple[str, ...], int] = {}
    for row in rows:
        before = stood.setdefault(_whole(reader, headed, row), row)
        if before != row:
            column = reader.header.columns["account_id"]
            reader.report("duplicate_line", row, column, ids[row], row=str(reader.top + before + 1))


def _headed(reader: TabReader) -> list[int]:
    return [column for column in range(len(reader.header.cells)) if reader.header.heading(column)]


def _whole(reader: TabReader, headed: Sequence[int], row: int) -> tuple[str, ...]:
    """Return what stands in a row, under every heading."""
    cells = reader.body[row]
    return tuple(text(cells[column]) if column < len(cells) else "" for column in headed)


def report_overlaps(reader: TabReader, ids: list[str], lines: Iterable[Line]) -> None:
    """Report lines that stand twice, and lines of one account and product with a close in common. All of them count.

    A line that stands twice has the same cell under every heading. Lines without a product are of different ones.

    Args:
        reader: the tab.
        ids: one account per row.
        lines: those that could be read.

    """
    headed = _headed(reader)
    products, folded = reader.named("product"), remember_readings(fold_cell)
    accounts: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.minor and line.first <= line.last:
            accounts[ids[line.row]].append(line)
    for several in accounts.values():
        if len(several) < 2:
            continue
        stood: dict[tuple[str, ...], int] = {}
        longest: dict[str, Line] = {}
        for line in sorted(several, key=lambda line: (line.first, line.row)):
            product, number = folded(products[line.row]), str(reader.top + line.row + 1)
            whole = _whole(reader, headed, line.row)
            before = longest.get(product)
            column = reader.header.columns["account_id"]
            if whole in stood:
                reader.report("duplicate_line", line.row, column, ids[line.row], row=str(stood[whole]))
                continue
            stood[whole] = int(number)
            if product and before and line.first <= before.last:
                row = str(reader.top + before.row + 1)
                shown = text(products[line.row])
                column = reader.header.columns["start"]
                reader.report("lines_overlap", line.row, column, ids[line.row], row=row, product=shown)
            if before is None or before.last < line.last:
                longest[product] = line
