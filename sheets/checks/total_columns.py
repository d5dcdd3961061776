"""The total columns of a wide revenue tab: each against the sum of its row's months.

The check reads the cells, changes nothing, and reports warnings only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_column
from sheets.workbook.a1 import column_letters

# Half a minor unit is lost by the rounding of each amount; a total of the sheet is a float.
_NEAR = Decimal("0.01")
# The most cells that a problem lists.
_LISTED = 5
# Of two months, the sum without one of them is the other month, which a column "Total" may hold for another reason.
_LEAST_MONTHS = 3
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def report_total_columns(reader: TabReader, accounts: Sequence[int]) -> None:
    """Report the total columns that differ from the sums of their rows, each once, at the first row that differs.

    A column whose heading is a total may hold something else. It is compared if half of its rows are sums of months,
    or if every difference has the same reason.

    Args:
        reader: the revenue tab.
        accounts: its rows with an account.

    """
    months = reader.header.read_months(reader.locale_format)
    if len(months) < _LEAST_MONTHS:
        return
    for column in reader.header.others:
        heading = read_total_column(reader.header.heading(column))
        if column not in months and heading and heading.certain and not heading.subject:
            _TotalColumn(reader, column, accounts).report(months)


class _TotalColumn:
    """A column headed as a total, and the rows in which it has a number."""

    def __init__(self, reader: TabReader, column: int, accounts: Sequence[int]) -> None:
        self._reader, self._column = reader, column
        self._totals = {row: total for row in accounts if (total := self._read(row, column)) is not None}

    def report(self, months: Mapping[int, Month]) -> None:
        """Report the column at the first row that differs from the sum of its months."""
        amounts = {
            row: {column: amount for column in months if (amount := self._read(row, column))} for row in self._totals
        }
        # The months that the column may add up: those under which most rows agree.
        ranges = [(columns, self._find_missing(amounts, columns)) for columns in self._list_ranges(months)]
        columns, missing = min(ranges, key=lambda entry: len(entry[1]))
        code, cells = self._explain(amounts, missing, columns)
        if not missing or (2 * len(missing) > len(self._totals) and code == "implausible_total_column"):
            return
        row = next(iter(missing))
        self._reader.report(
            code,
            row,
            self._column,
            ours=f"{self._totals[row] + missing[row]:f}",
            heading=self._reader.header.heading(self._column),
            count=str(len(missing)),
            cells=cells,
        )

    def _list_ranges(self, months: Mapping[int, Month]) -> Iterator[Sequence[int]]:
        """Yield the columns of months that the heading and the place of the column suggest."""
        named = _YEAR.search(self._reader.header.heading(self._column))
        if named:
            yield [column for column, month in months.items() if month.year == int(named[0])]
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
        return {row: gap for row, gap in gaps.items() if abs(gap) > _NEAR}

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
            texts[row] and abs(sum((amounts[row][column] for column in texts[row]), Decimal(0)) - gap) <= _NEAR
            for row, gap in missing.items()
        ):
            places = [(row, column) for row, in_row in texts.items() for column in in_row]
            return "implausible_total_column_texts", self._list_cells(places)
        left_out = [
            column
            for column in columns
            if all(abs(amounts[row].get(column, Decimal(0)) - gap) <= _NEAR for row, gap in missing.items())
        ]
        if len(left_out) == 1:
            return "implausible_total_column_month", column_letters(left_out[0])
        return "implausible_total_column", self._list_cells([(row, self._column) for row in missing])

    def _list_cells(self, places: Sequence[tuple[int, int]]) -> str:
        cells = ", ".join(self._reader.format_place(row, column) for row, column in places[:_LISTED])
        return f"{cells} +{len(places) - _LISTED}" if len(places) > _LISTED else cells

    def _read(self, row: int, column: int) -> Decimal | None:
        reader = self._reader
        amount = read_amount(reader.cell_at(row, column), reader.locale_format, reader.options.currency.code)
        return amount if isinstance(amount, Decimal) else None
