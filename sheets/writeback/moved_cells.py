"""Cells of people that a write hit, because columns or rows had moved since the tab was read: they are given back.

Google has no write that depends on what a cell held. So what was read before a write is kept: where the tab has
another shape after it, each cell that was hit gets again what it held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sheets.workbook.port import Cell
from sheets.workbook.tables import CellRun, Value
from sheets.writeback.ask_tab import AskSheet, format_cell, to_value

_Place = tuple[int, int]
# Rows and columns by which a heading is searched for that was written over.
_MOST_ROWS, _MOST_COLUMNS = 10, 4
# A heading says more of a column than all of its cells.
_HEADING = 10_000


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
        return _Move(before.top, _match_rows(before, written, meant, after, _Move(before.top, {}, columns)), columns)
    top = before.top + _find_shift(before, written, after)
    columns = _match_columns(before, written, after, top, width)
    return _Move(top, _match_rows(before, written, meant, after, _Move(top, {}, columns)), columns)


def _find_shift(before: AskSheet, written: Mapping[_Place, Value], after: AskSheet) -> int:
    """Return by how many rows the headings moved; some of them may have been written over."""
    if after.can_be_answered and not any(row == after.top for row, _ in written):
        return after.top - before.top
    places = [
        (row, column)
        for row in range(len(before.cells))
        for column in range(len(before.cells[row]))
        if _read(before.cells, row, column)
    ]

    def score(shift: _Place) -> tuple[int, int, int]:
        matched = [
            row
            for row, column in places
            if (row + shift[0], column + shift[1]) not in written
            and _read(after.cells, row + shift[0], column + shift[1]) == _read(before.cells, row, column)
        ]
        return matched.count(before.top), len(matched), -abs(shift[0]) - abs(shift[1])

    shifts = [
        (down, right)
        for down in range(-before.top, _MOST_ROWS + 1)
        for right in range(-_MOST_COLUMNS, _MOST_COLUMNS + 1)
    ]
    return max(shifts, key=score)[0]


def _match_columns(
    before: AskSheet, written: Mapping[_Place, Value], after: AskSheet, top: int, width: int
) -> dict[int, int]:
    """Return the column that each column was: by its heading, or by its cells where that was written over."""
    was = [_read(before.cells, before.top, column) for column in range(width)]
    now = [None if (top, column) in written else _read(after.cells, top, column) for column in range(width)]
    cells_then = [_count_column(before.cells, before.top, column, ()) for column in range(width)]
    cells_now = [_count_column(after.cells, top, column, written) for column in range(width)]

    def score(then: int, column: int) -> float:
        if now[column] is not None and now[column] != was[then]:
            return 0
        kept = (cells_then[then] & cells_now[column]).total()
        return kept + (_HEADING if now[column] else 0.5 if was[then] else 0.25)

    columns: dict[int, int] = dict(_align(width, score))
    for column, heading in enumerate(now):
        if heading and column not in columns and heading in was and was.index(heading) not in columns.values():
            columns[column] = was.index(heading)
    return columns


def _count_column(cells: Sequence[Sequence[Cell]], top: int, column: int, written: Container[_Place]) -> Counter[str]:
    """Count the texts below the headings that were not written."""
    texts = (_read(cells, row, column) for row in range(top + 1, len(cells)) if (row, column) not in written)
    return Counter(text for text in texts if text)


def _align(width: int, score: Callable[[int, int], float]) -> Iterator[_Place]:
    """Yield the pairs (now, then) of the best alignment of columns that kept their order."""
    best = [[0.0] * (width + 1) for _ in range(width + 1)]
    for then in reversed(range(width)):
        for now in reversed(range(width)):
            pair = score(then, now)
            joined = pair + best[then + 1][now + 1] if pair else 0.0
            best[then][now] = max(joined, best[then + 1][now], best[then][now + 1])
    then = now = 0
    while then < width and now < width:
        pair = score(then, now)
        if pair and best[then][now] == pair + best[then + 1][now + 1]:
            yield now, then
            then, now = then + 1, now + 1
        elif best[then][now] == best[then + 1][now]:
            then += 1
        else:
            now += 1


def _match_rows(
    before: AskSheet,
    written: Mapping[_Place, Value],
    meant: Sequence[Sequence[Cell]],
    after: AskSheet,
    move: _Move,
) -> dict[int, int]:
    """Return the row that each row was: that of its question; where this was written over, of one that is lost."""
    top, columns = move.top, move.columns
    down, height = top - before.top, max(len(before.cells), len(after.cells))
    rows = {row: row - down for row in range(top + 1)}
    then = before.columns.get("question", 0)
    now = next((column for column, was in columns.items() if was == then), None)
    if now is None:
        return rows | {row: row - down for row in range(top + 1, height + down)}
    free: dict[str, list[int]] = {}
    for row in range(before.top + 1, height):
        free.setdefault(_read(meant, row, then), []).append(row)
    below = range(top + 1, height + down)
    # First the rows that have the question that they are meant to have, then those that moved.
    is_same = {row: _read(after.cells, row, now) == _read(meant, row - down, then) for row in below}
    for row in sorted(below, key=lambda row: not is_same[row]):
        is_hit = (row, now) in written and not ((row - down, then) in written and is_same[row])
        places = [] if is_hit else free.get(_read(after.cells, row, now), [])
        if places:
            rows[row] = places.pop(places.index(row - down) if row - down in places else 0)
    lost = sorted(place for text, places in free.items() if text for place in places)
    hit = [row for row in below if row not in rows and ((row, now) in written or (row - down, then) in written)]
    for row in sorted(hit, key=lambda row: row - down not in lost):
        if lost:
            rows[row] = lost.pop(lost.index(row - down) if row - down in lost else 0)
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
