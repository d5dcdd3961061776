"""Rows of Actual and Budget above or below a row of months, for pairs of columns or for all later months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sheets.cells.plan_words import Figures, read_figures
from sheets.cells.text import LocaleFormat, is_blank, read_text
from sheets.headers.header_row import read_header_row
from sheets.workbook.port import Area, Cell

# A band is at most this many rows above the months, below titles and notes.
_ROWS_ABOVE = 4
# A for actual and B for budget, where a row has nothing but such letters.
_LETTERS: Mapping[str, Figures] = {"a": "actual", "r": "actual", "b": "plan", "f": "plan", "p": "plan"}
_WORDS: Mapping[Figures, str] = {"actual": "Actual", "plan": "Budget"}


@dataclass(frozen=True, slots=True)
class FigureBand:
    """A row that says which columns of months are actual and which are planned.

    Attributes:
        row: its index.
        cells: its cells, with the word of a group in all columns of the group.

    """

    row: int
    cells: Sequence[Cell]


def find_band(
    rows: Mapping[int, Sequence[Cell]], merges: Sequence[Area], top: int, bottom: int, headings: Sequence[Cell]
) -> FigureBand | None:
    """Return the band of a header row: the row below it, else the nearest of the rows above it; None without one.

    Args:
        rows: row -> its cells, of the rows that name a plan.
        merges: the merged cells of the tab.
        top: the first row of the header row.
        bottom: its last row.
        headings: its headings.

    """
    places = [row for row in (bottom + 1, *range(top - 1, top - 1 - _ROWS_ABOVE, -1)) if row in rows]
    if not places:
        return None
    months = sorted(read_header_row(bottom, headings).read_months(LocaleFormat()))
    if not months:
        return None
    # A month may be merged over the columns of its pair, so the last one extends as far as the others.
    width = min((later - month for month, later in pairwise(months)), default=1)
    columns = range(months[0], months[-1] + width)
    for row in places:
        cells = _fill_band(rows[row], columns, [area for area in merges if area.top <= row < area.bottom])
        if cells:
            return FigureBand(row, cells)
    return None


def mark_planned(headings: Sequence[Cell], band: FigureBand) -> Sequence[Cell]:
    """Return the headings with the words of a band above them: a planned "Jan 2025" becomes "Jan 2025 Budget"."""
    marked = list(headings)
    for column, word in enumerate(band.cells[: len(headings)]):
        if not is_blank(headings[column]) and not is_blank(word) and read_figures(read_text(word)) == "plan":
            marked[column] = f"{read_text(headings[column])} {read_text(word)}"
    return marked


def find_plan_rows(rows: Sequence[Sequence[Cell]]) -> Mapping[int, Sequence[Cell]]:
    """Return row -> its cells, of the rows with a cell that names a plan."""
    return {row: cells for row, cells in enumerate(rows) if any(map(_names_plan, cells))}


def _names_plan(cell: Cell) -> bool:
    return isinstance(cell, str) and (read_figures(cell) == "plan" or _LETTERS.get(cell.strip().casefold()) == "plan")


def _fill_band(cells: Sequence[Cell], columns: range, merges: Sequence[Area]) -> Sequence[Cell] | None:
    """Return the cells of a row with each word in all columns of its group; None if the row is no band."""
    stop = min(columns.stop, len(cells))
    words = {column: cells[column] for column in range(columns.start, stop) if not is_blank(cells[column])}
    # Amounts are no words: a row of data may say Budget, too.
    if not all(isinstance(word, str) and any(map(str.isalpha, word)) for word in words.values()):
        return None
    letters = {column: _LETTERS.get(read_text(word).casefold()) for column, word in words.items()}
    if set(letters.values()) == {"actual", "plan"}:
        words = {column: _WORDS[letter] for column, letter in letters.items() if letter}
    if not any(_names_plan(word) for word in words.values()):
        return None
    filled = [*cells, *[None] * (columns.stop - len(cells))]
    for column, end in _find_extents(words, columns.stop, merges):
        filled[column:end] = [words[column]] * (end - column)
    return filled


def _find_extents(words: Mapping[int, Cell], stop: int, merges: Sequence[Area]) -> Iterator[tuple[int, int]]:
    """Yield the first column of each word's group and the column after its last one.

    A merged cell says its width. Other words extend to the next one, unless the next one is the same plan again: then
    each heads one column, and those between have no word.
    """
    rights = {area.left: area.right for area in merges}
    following = [*sorted(words), stop]
    alone = {
        read_text(words[column])
        for column, after in pairwise(following)
        if after in words and after > column + 1 and words[after] == words[column] and _names_plan(words[column])
    }
    for column, after in pairwise(following):
        is_alone = read_text(words[column]) in alone
        yield column, min(rights.get(column, column + 1 if is_alone else after), stop)
