"""Cells of people that a write hit, because columns or rows had moved since the tab was read: they are given back.

Google has no write that depends on what a cell held. So what was read before a write is kept: where the tab has
another shape after it, each cell that was hit gets again what it held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sheets.workbook.port import Cell
from sheets.workbook.tables import CellRun, Value
from sheets.writeback.ask_tab import AskSheet, format_cell, to_value

_Place = tuple[int, int]
# Rows and columns by which a heading is searched for that was written over.
_MOST_ROWS, _MOST_COLUMNS = 10, 4


def apply_runs(cells: Sequence[Sequence[Cell]], runs: Sequence[CellRun]) -> list[list[Cell]]:
    """Return the cells as they are meant to be after the write."""
    meant = [list(row) for row in cells]
    for (row, column), value in _list_written(runs).items():
        meant += [[] for _ in range(row + 1 - len(meant))]
        meant[row] += [None] * (column + 1 - len(meant[row]))
        meant[row][column] = format_cell(value) or None
    return meant


def plan_returns(before: AskSheet, runs: Sequence[CellRun], after: AskSheet) -> tuple[list[CellRun], AskSheet]:
    """Return the cells of people that the write of `runs` hit, as they were in the tab read `before` it.

    Returns:
        The cells, and the tab `after` the write with its headings where they belong.

    """
    written, meant = _list_written(runs), apply_runs(before.cells, runs)
    move = _find_move(before, written, meant, after)
    if move is None:
        return [], after
    now = {was: column for column, was in move.columns.items()}
    columns = {key: now[column] for key, column in before.columns.items() if column in now}
    returns = list(_list_returns(before, meant, written, after, move))
    return returns, replace(after, columns=columns, top=move.top) if returns else after


@dataclass(frozen=True)
class _Move:
    """Where the cells of the tab were when it was read.

    Attributes:
        top: the row of the headings now.
        rows: a row now -> the row then.
        columns: a column now -> the column then.

    """

    top: int
    rows: Mapping[int, int]
    columns: Mapping[int, int]


def _list_written(runs: Sequence[CellRun]) -> dict[_Place, Value]:
    return {(run.row, run.column + i): value for run in runs for i, (value, _) in enumerate(run.cells)}


def _read(cells: Sequence[Sequence[Cell]], row: int, column: int) -> str:
    return format_cell(_take(cells, row, column))


def _take(cells: Sequence[Sequence[Cell]], row: int, column: int) -> Cell:
    return cells[row][column] if 0 <= row < len(cells) and 0 <= column < len(cells[row]) else None


def _find_move(
    before: AskSheet, written: Mapping[_Place, Value], meant: Sequence[Sequence[Cell]], after: AskSheet
) -> _Move | None:
    """Return how the tab moved; None where its headings are where they are meant to be."""
    width = max((len(row) for row in (*before.cells, *after.cells)), default=0)
    of_people = {before.columns.get("question"), before.columns.get("freeze")}
    is_at_home = all(
        _read(after.cells, before.top, column) == _read(meant, before.top, column) for column in range(width)
    )
    if is_at_home:
        if not any(column in of_people for _, column in written):
            return None
        columns = {column: column for column in range(width)}
        return _Move(before.top, _match_rows(before, written, after, before.top, columns), columns)
    was = [_read(before.cells, before.top, column) for column in range(width)]
    down, right = _find_shift(before, written, after)
    top = before.top + down
    if any((top, column) in written for column in range(width)):
        columns = {column: column - right for column in range(width)}
    else:
        columns = _match_columns(was, [_read(after.cells, top, column) for column in range(width)])
    return _Move(top, _match_rows(before, written, after, top, columns), columns)


def _find_shift(before: AskSheet, written: Mapping[_Place, Value], after: AskSheet) -> _Place:
    """Return by how many rows and columns the headings moved; some of them may have been written over."""
    if after.can_be_answered and not any(row == after.top for row, _ in written):
        return after.top - before.top, 0
    places = [
        (row, column)
        for row in range(len(before.cells))
        for column in range(len(before.cells[row]))
        if _read(before.cells, row, column)
    ]

    def score(shift: _Place) -> tuple[int, int, int]:
        found = [
            row
            for row, column in places
            if (row + shift[0], column + shift[1]) not in written
            and _read(after.cells, row + shift[0], column + shift[1]) == _read(before.cells, row, column)
        ]
        return found.count(before.top), len(found), -abs(shift[0]) - abs(shift[1])

    shifts = [
        (down, right)
        for down in range(-before.top, _MOST_ROWS + 1)
        for right in range(-_MOST_COLUMNS, _MOST_COLUMNS + 1)
    ]
    return max(shifts, key=score)


def _match_columns(was: Sequence[str], now: Sequence[str]) -> dict[int, int]:
    """Return the column that each column was, by its heading."""
    columns = {
        block.b + i: block.a + i
        for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        for i in range(block.size)
    }
    for column, heading in enumerate(now):
        if heading and column not in columns and heading in was and was.index(heading) not in columns.values():
            columns[column] = was.index(heading)
    return columns


def _match_rows(
    before: AskSheet, written: Mapping[_Place, Value], after: AskSheet, top: int, columns: Mapping[int, int]
) -> dict[int, int]:
    """Return the row that each row was: that of its question; where this was written over, of one that is lost."""
    down, height = top - before.top, max(len(before.cells), len(after.cells))
    rows = {row: row - down for row in range(top + 1)}
    then = before.columns.get("question", 0)
    now = next((column for column, was in columns.items() if was == then), None)
    if now is None:
        return rows | {row: row - down for row in range(top + 1, height + down)}
    free: dict[str, list[int]] = {}
    for row in range(before.top + 1, height):
        free.setdefault(_read(before.cells, row, then), []).append(row)
    kept = [row for row in range(top + 1, height + down) if (row, now) not in written]
    hit = [row for row in range(top + 1, height + down) if (row, now) in written]
    for chosen in (kept, hit):
        # A row that did not move is the one that it was, before others are looked for.
        for row in chosen:
            text = _read(
                (before if chosen is hit else after).cells,
                row - down if chosen is hit else row,
                then if chosen is hit else now,
            )
            if row - down in free.get(text, ()):
                free[text].remove(row - down)
                rows[row] = row - down
        for row in (row for row in chosen if row not in rows):
            if chosen is hit:
                lost = sorted(place for text, places in free.items() if text for place in places)
                if lost:
                    rows[row] = lost[0]
                    free[_read(before.cells, lost[0], then)].remove(lost[0])
            elif free.get(_read(after.cells, row, now)):
                rows[row] = free[_read(after.cells, row, now)].pop(0)
    return rows


def _list_returns(
    before: AskSheet, meant: Sequence[Sequence[Cell]], written: Mapping[_Place, Value], after: AskSheet, move: _Move
) -> Iterator[CellRun]:
    """Yield each cell that the write hit, or missed, and that is not one of an answer."""
    of_bot = {column for key, column in before.columns.items() if key not in {"question", "freeze"}}
    places = {
        (row, column)
        for row, was_row in move.rows.items()
        for column, was_column in move.columns.items()
        if (was_row, was_column) in written
    }
    for row, column in sorted(places | written.keys()):
        was_row, was_column = move.rows.get(row, -1), move.columns.get(column, -1)
        if row > move.top and was_column in of_bot:
            continue
        now, then = _read(after.cells, row, column), _read(before.cells, was_row, was_column)
        is_ours = now == (format_cell(written[row, column]) if (row, column) in written else then)
        value = _take(meant, was_row, was_column)
        if is_ours and now != format_cell(value):
            yield CellRun(row, column, [(to_value(value), "text" if isinstance(value, str) else "any")])
