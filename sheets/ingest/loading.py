"""Waits for formulas of a Google Sheet that are still loading, such as IMPORTRANGE, and reads again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from core.errors import N_, Sentence
from sheets.cells.text import LOADING
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Grid

# The seconds before each further reading. Most formulas take less than ten.
WAITS = (3, 6, 12)

T = TypeVar("T")


def read_until_loaded(
    read: Callable[[], tuple[Sequence[Grid], T]], progress: Callable[[Sentence], None], sleep: Callable[[float], None]
) -> tuple[Sequence[Grid], T]:
    """Return the first result of `read` without a cell that is still loading, else the last one.

    Read as it is, such a cell would exclude its account, and a tab of one formula would be missing.

    Args:
        read: reads the grids of a Google Sheet.
        progress: called with the reason of each wait.
        sleep: waits for a number of seconds.

    """
    for seconds in WAITS:
        result = read()
        place = next(_find_loading_cells(result[0]), None)
        if place is None:
            return result
        values = {"place": place, "seconds": seconds}
        progress(Sentence(N_("{place} is still loading in Google Sheets. Reading again in {seconds} s"), values))
        sleep(seconds)
    return read()


def _find_loading_cells(grids: Sequence[Grid]) -> Iterator[str]:
    """Yield the places of cells that are still loading."""
    for grid in grids:
        for row, cells in enumerate(grid.rows):
            # Nearly all rows have none, and a set compares a row without a loop in Python.
            if not LOADING.isdisjoint(cells):
                column = next(column for column, cell in enumerate(cells) if cell in LOADING)
                yield f"{grid.tab.title}!{format_a1(row, column)}"
