"""Tables as lines of text with aligned columns, no wider than a terminal or a phone."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from bot.messages.kit.parts import Grid

TERMINAL_WIDTH = 80
# Characters of a line of lists that are read on a terminal alone.
WIDE = 120
_INDENT, _GAP = "  ", "  "
# Characters: a column of text is not made narrower than this, or its longest word.
_NARROWEST = 16


def align_columns(grid: Grid, width: int = TERMINAL_WIDTH) -> str:
    """Return a table as lines with aligned columns.

    Args:
        grid: the table.
        width: the most characters of a line. Texts and headings that are wider run over several lines; where that is
            not enough, each row becomes a list of its cells.

    """
    room = width - len(_INDENT) - len(_GAP) * (len(grid.align) - 1)
    widths = _choose_widths(grid, room)
    if sum(widths) > room:
        return _list_cells(grid, width)
    return "\n".join(
        line
        for row in grid.rows
        for line in _align_row([_wrap(cell, size) for cell, size in zip(row, widths, strict=True)], widths, grid.align)
    )


def _choose_widths(grid: Grid, room: int) -> list[int]:
    """Return the width of each column: as wide as its widest cell, or narrower where the lines would be too long."""
    columns = list(zip(*grid.rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    narrowest = [
        _measure_words(column, is_text=side == "l", heading=grid.heading)
        for column, side in zip(columns, grid.align, strict=True)
    ]
    while sum(widths) > room:
        spare = [wide - narrow for wide, narrow in zip(widths, narrowest, strict=True)]
        place = max(range(len(widths)), key=lambda column: (spare[column] > 0, widths[column]))
        if spare[place] <= 0:
            break
        widths[place] -= 1
    return widths


def _measure_words(column: Sequence[str], *, is_text: bool, heading: bool) -> int:
    """Return the least width of a column: numbers stay whole, and so do short words."""
    first, cells = (column[:1], column[1:]) if heading else ((), column)
    words = max((len(word) for text in first for word in text.split(" ")), default=0)
    widest = max(map(len, cells), default=0)
    return max(min(words, _NARROWEST) if is_text else words, min(widest, _NARROWEST) if is_text else widest)


def _wrap(cell: str, width: int) -> list[str]:
    return textwrap.wrap(cell, width) or [""] if len(cell) > width else [cell]


def _align_row(cells: Sequence[Sequence[str]], widths: Sequence[int], align: str) -> list[str]:
    lines = []
    for place in range(max(map(len, cells))):
        texts = (cell[place] if place < len(cell) else "" for cell in cells)
        aligned = (
            text.rjust(width) if side == "r" else text.ljust(width)
            for text, width, side in zip(texts, widths, align, strict=True)
        )
        lines.append(_INDENT + _GAP.join(aligned).rstrip())
    return lines


def _list_cells(grid: Grid, width: int) -> str:
    """Return each row as lines: its first cell, then the others, each with its heading."""
    headings, rows = (grid.rows[0], grid.rows[1:]) if grid.heading else ([""] * len(grid.align), grid.rows)
    lines = []
    for row in rows:
        lines += textwrap.wrap(row[0], width, initial_indent=_INDENT, subsequent_indent=_INDENT)
        for heading, cell in zip(headings[1:], row[1:], strict=True):
            text = f"{heading}: {cell}" if heading else cell
            lines += textwrap.wrap(text, width, initial_indent=2 * _INDENT, subsequent_indent=3 * _INDENT)
    return "\n".join(lines)
