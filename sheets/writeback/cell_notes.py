"""Notes on the cells that have a problem: which cells, and what the notes say. Places none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from core.errors import N_
from sheets.problems import Problem
from sheets.workbook.a1 import column_index
from sheets.workbook.notes import PREFIX
from sheets.workbook.port import Note

# So many cells get a note, so that a sheet full of problems stays a sheet.
MOST = 500
LINES, LINE_LENGTH = 3, 400

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
# What `str.splitlines` takes for the end of a line, as a heading that is quoted may hold some.
_LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def notes_for(problems: Iterable[Problem], say: Callable[..., str]) -> tuple[list[Note], int]:
    """Return the notes, errors first, at most one a cell and MOST in all; and how many cells more would need one.

    A problem of a whole tab has no cell to put a note on.
    """
    lines: dict[tuple[str, int, int], list[str]] = {}
    for problem in sorted(problems, key=lambda problem: problem.severity):
        place = _CELL.fullmatch(problem.cell)
        if place:
            cell = problem.tab, int(place[2]) - 1, column_index(place[1])
            lines.setdefault(cell, []).append(_line(problem, say))
    notes = [Note(*cell, "\n".join(texts[:LINES])) for cell, texts in lines.items()]
    return notes[:MOST], len(notes[MOST:])


def _line(problem: Problem, say: Callable[..., str]) -> str:
    code = problem.kind
    expected, fix = say(code.expected, **problem.values), say(code.fix, **problem.values)
    text = say(N_("Expected here: {expected}. {fix}"), expected=expected, fix=fix)
    return _LINE_ENDS.sub(" ", f"{PREFIX} {text}")[:LINE_LENGTH]
