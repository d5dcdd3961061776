"""Header rows that appear again below the header row of a tab."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.errors import N_, WorkbookLayoutError
from sheets.cells.text import LocaleFormat, is_blank, read_text
from sheets.headers.header_row import HeaderRow, read_header_row
from sheets.workbook.port import Cell, Grid


class RepeatedHeadings:
    """Recognises rows that repeat the header row of a tab.

    Attributes:
        id_headings: the headings of the account ID column, in lower case: only a row with one of them can be a repeat.

    """

    def __init__(self, grid: Grid, header: HeaderRow, locale_format: LocaleFormat) -> None:
        self._title, self._header, self._locale_format = grid.tab.title, header, locale_format
        self._rows = _list_heading_rows(grid, header)
        column = header.columns["account_id"]
        self.id_headings = {read_text(row[column]).casefold() for row in self._rows if column < len(row)} - {""}

    def is_copy(self, cells: Sequence[Cell]) -> bool:
        """Tell whether every cell of a row is also in the header row, in the same column."""
        filled = [(column, read_text(cell).casefold()) for column, cell in enumerate(cells) if not is_blank(cell)]
        return any(
            all(column < len(heading) and read_text(heading[column]).casefold() == word for column, word in filled)
            for heading in self._rows
        )

    def is_repeat(self, row: int, cells: Sequence[Cell]) -> bool:
        """Tell whether a row has the meaning of the header row, even if it is written differently.

        Args:
            row: its index below the header row.
            cells: its cells.

        Raises:
            WorkbookLayoutError: it is a header row with other headings, so the rows below it would be read under the
                wrong ones.

        """
        if self.is_copy(cells):
            return True
        again = read_header_row(0, cells)
        months = again.read_months(self._locale_format)
        dates = list(months.values())
        # Amounts can look like days, so months count only if each follows the one before.
        if len(again.columns) < 2 and (len(dates) < 2 or any(one + 1 != other for one, other in pairwise(dates))):
            return False
        first = self._header.read_months(self._locale_format)
        if again.columns.items() <= self._header.columns.items() and months.items() <= first.items():
            return True
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has a second header row with other headings, in row {row}. The tab is not read."),
            N_("Move the rows below it under the first headings, or into another tab."),
            tab=self._title,
            row=self._header.row + row + 2,
        )


def _list_heading_rows(grid: Grid, header: HeaderRow) -> list[Sequence[Cell]]:
    """Return the headings as they are read and as they are written, and the row above if the two were joined."""
    written = grid.rows[header.row] if header.row < len(grid.rows) else ()
    joined = any(column >= len(written) or written[column] != cell for column, cell in enumerate(header.cells))
    return [header.cells, written, *([grid.rows[header.row - 1]] if joined and header.row else [])]
