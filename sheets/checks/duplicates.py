"""Duplicate rows, and subscription lines of one product that are in force at the same time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Protocol

from core.months import Month
from sheets.cells.text import fold_cell, read_text, remember_readings
from sheets.tabs.tab_reader import TabReader


class SubscriptionLine(Protocol):
    """A row with MRR at the closes of `first` to `last`; `row` is counted below the header row."""

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
    """Report rows that are the same as an earlier one, cell by cell under every heading. Both count.

    Args:
        reader: the tab.
        ids: one account per row.
        rows: the rows that count.

    """
    columns = _list_headed_columns(reader)
    first_rows: dict[tuple[str, ...], int] = {}
    for row in rows:
        first = first_rows.setdefault(_read_row_texts(reader, columns, row), row)
        if first != row:
            column = reader.header.columns["account_id"]
            reader.report("duplicate_line", row, column, ids[row], row=str(reader.first_row + first + 1))


def _list_headed_columns(reader: TabReader) -> list[int]:
    return [column for column in range(len(reader.header.cells)) if reader.header.heading(column)]


def _read_row_texts(reader: TabReader, columns: Sequence[int], row: int) -> tuple[str, ...]:
    """Return the texts of a row in `columns`."""
    cells = reader.grid.rows[reader.first_row + row]
    return tuple([read_text(cells[column]) if column < len(cells) else "" for column in columns])


def report_overlaps(reader: TabReader, ids: list[str], lines: Iterable[SubscriptionLine]) -> None:
    """Report duplicate lines, and lines of one account and product with a close in common. All of them count.

    A duplicate has the same cell under every heading. Lines without a product count as different products.

    Args:
        reader: the tab.
        ids: one account per row.
        lines: the readable lines.

    """
    columns = _list_headed_columns(reader)
    products, fold_product = reader.cells_under("product"), remember_readings(fold_cell)
    lines_of_account: dict[str, list[SubscriptionLine]] = defaultdict(list)
    for line in lines:
        # A line without MRR, or in force at no close, overlaps with nothing.
        if line.minor and line.first <= line.last:
            lines_of_account[ids[line.row]].append(line)
    for account_lines in lines_of_account.values():
        if len(account_lines) < 2:
            continue
        number_of_texts: dict[tuple[str, ...], int] = {}
        # In the order of their starts, a line overlaps with an earlier one if it begins before the latest end so far.
        latest: dict[str, SubscriptionLine] = {}
        for line in sorted(account_lines, key=lambda line: (line.first, line.row)):
            product, number = fold_product(products[line.row]), reader.first_row + line.row + 1
            texts = _read_row_texts(reader, columns, line.row)
            if texts in number_of_texts:
                column, first = reader.header.columns["account_id"], str(number_of_texts[texts])
                reader.report("duplicate_line", line.row, column, ids[line.row], row=first)
                continue
            number_of_texts[texts] = number
            earlier = latest.get(product)
            if product and earlier and line.first <= earlier.last:
                column, first = reader.header.columns["start"], str(reader.first_row + earlier.row + 1)
                name = read_text(products[line.row])
                reader.report("lines_overlap", line.row, column, ids[line.row], row=first, product=name)
            if earlier is None or earlier.last < line.last:
                latest[product] = line
