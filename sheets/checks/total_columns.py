"""The total columns of a wide revenue tab: each against the sum of its row's months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from core.months import Month
from sheets.cells.dates import read_period_close
from sheets.cells.text import read_text
from sheets.checks.sheet_totals import LISTED, NEAR, Cause, Difference, Reconciliation
from sheets.checks.total_causes import read_cell_amount
from sheets.headers.header_row import HeaderRow
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_column
from sheets.workbook.a1 import column_letters, format_a1

# Of two months, the sum without one of them is the other month, which a column "Total" may hold for another reason.
_LEAST_MONTHS = 3
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def compare_total_columns(reader: TabReader, accounts: Sequence[int]) -> list[Reconciliation]:
    """Return the comparison of each total column with the sums of its rows, and report those that differ once.

    A column whose heading is a total may hold something else. It is compared if half of its rows are sums of months,
    or if every difference has the same reason.

    Args:
        reader: the revenue tab.
        accounts: its rows with an account.

    """
    months = reader.header.read_months(reader.locale_format)
    if len(months) < _LEAST_MONTHS:
        return []
    columns = find_total_columns(reader.header, months)
    compared = [_TotalColumn(reader, column, accounts).compare(months) for column in columns]
    return [total for total in compared if total]


def find_total_columns(header: HeaderRow, months: Mapping[int, Month]) -> Iterator[int]:
    """Yield the columns whose heading is a total or a period longer than a month; `months` are the other ones."""
    for column in header.others:
        heading = read_total_column(header.heading(column))
        is_total = heading is not None and heading.certain and not heading.subject
        if column not in months and (is_total or read_period_close(header.cells[column])):
            yield column


class _TotalColumn:
    """A column headed as a total, and the rows in which it has a number."""

    def __init__(self, reader: TabReader, column: int, accounts: Sequence[int]) -> None:
        self._reader, self._column = reader, column
        self._totals = {row: total for row in accounts if (total := self._read(row, column)) is not None}

    def compare(self, months: Mapping[int, Month]) -> Reconciliation | None:
        """Return the comparison with the sums of the months, and report it at the first row that differs.

        None for a column of something else.
        """
        amounts = {
            row: {column: amount for column in months if (amount := self._read(row, column))} for row in self._totals
        }
        # The months that the column may add up: those under which most rows agree.
        ranges = [(columns, self._find_missing(amounts, columns)) for columns in self._list_ranges(months)]
        # A column of quarters may have the last month of each; one that differs from it is something else.
        ranges = [(columns, missing) for columns, missing in ranges if len(columns) > 1 or not missing]
        if not ranges or not self._totals:
            return None
        columns, missing = min(ranges, key=lambda entry: len(entry[1]))
        code, cells = self._explain(amounts, missing, columns)
        if 2 * len(missing) > len(self._totals) and code == "implausible_total_column":
            return None
        reader, column = self._reader, self._column
        values = {"heading": reader.header.heading(column), "count": str(len(missing)), "cells": cells}
        if missing:
            row = next(iter(missing))
            ours = self._totals[row] + missing[row]
            reader.report(code, row, column, ours=f"{ours:f}", **values)
        place = reader.grid.locate(reader.first_row - 1, column)
        differences = [
            Difference(None, self._name(row), reader.format_place(row, column), total + missing[row], total)
            for row, total in self._totals.items()
            if row in missing
        ]
        return Reconciliation(
            place.title,
            format_a1(place.row, place.column),
            values["heading"],
            "months" if len(columns) > 1 else "last_month",
            len(self._totals),
            tuple(differences),
            Cause(code, tuple(values.items())),
        )

    def _name(self, row: int) -> str:
        columns = self._reader.header.columns
        return read_text(self._reader.cell_at(row, columns.get("name", columns["account_id"])))

    def _list_ranges(self, months: Mapping[int, Month]) -> Iterator[Sequence[int]]:
        """Yield the columns of months that the heading and the place of the column suggest."""
        named = _YEAR.search(self._reader.header.heading(self._column))
        if named:
            yield [column for column, month in months.items() if month.year == int(named[0])]
        period = read_period_close(self._reader.header.cells[self._column])
        if period:
            close, count = period
            of_period = [column for column, month in months.items() if close - count < month <= close]
            yield from filter(None, (of_period, of_period[-1:]))
            return
        before = [column for column in months if column < self._column]
        # The months since the last column that is no month.
        run = [column for column in before if all(other in months for other in range(column, self._column))]
        yield from filter(None, (run, before, list(months)))

    def _find_missing(self, amounts: Mapping[int, Mapping[int, Decimal]], columns: Sequence[int]) -> dict[int, Decimal]:
        """Return row -> the sum of its months less the total, for the rows that differ."""
        gaps = {
            row: sum((of_row.get(column, Decimal(0)) for column in columns), Decimal(0)) - self._totals[row]
            for row, of_row in amounts.items()
        }
        return {row: gap for row, gap in gaps.items() if abs(gap) > NEAR}

    def _explain(
        self,
        amounts: Mapping[int, Mapping[int, Decimal]],
        missing: Mapping[int, Decimal],
        columns: Sequence[int],
    ) -> tuple[str, str]:
        """Return the code of the differences, and the cells or the column that make them or show them."""
        texts = {
            row: [
                column
                for column in columns
                if column in amounts[row] and isinstance(self._reader.cell_at(row, column), str)
            ]
            for row in missing
        }
        if all(
            texts[row] and abs(sum((amounts[row][column] for column in texts[row]), Decimal(0)) - gap) <= NEAR
            for row, gap in missing.items()
        ):
            places = [(row, column) for row, in_row in texts.items() for column in in_row]
            return "implausible_total_column_texts", self._list_cells(places)
        left_out = [
            column
            for column in columns
            if all(abs(amounts[row].get(column, Decimal(0)) - gap) <= NEAR for row, gap in missing.items())
        ]
        if len(left_out) == 1:
            return "implausible_total_column_month", column_letters(left_out[0])
        return "implausible_total_column", self._list_cells([(row, self._column) for row in missing])

    def _list_cells(self, places: Sequence[tuple[int, int]]) -> str:
        cells = ", ".join(self._reader.format_place(row, column) for row, column in places[:LISTED])
        return f"{cells} +{len(places) - LISTED}" if len(places) > LISTED else cells

    def _read(self, row: int, column: int) -> Decimal | None:
        return read_cell_amount(self._reader, row, column)
