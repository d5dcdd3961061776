"""Notes on problem cells: which cells get one, and its text. `sheets.google` and `sheets.excel` write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.errors import N_
from sheets.problems import Problem
from sheets.workbook.a1 import column_index
from sheets.workbook.notes import NOTE_PREFIX
from sheets.workbook.port import Note
from sheets.writeback.translate import Translate

# The number of cells with a note is limited, so that a sheet full of problems stays usable.
MAX_NOTES = 500
MAX_LINES, LINE_LENGTH = 3, 400

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
# The line ends of `str.splitlines`: a quoted heading may contain some.
_LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def build_notes(problems: Iterable[Problem], translate: Translate) -> tuple[list[Note], int]:
    """Return the notes, errors first, at most one a cell and MAX_NOTES in all; and the number of cells left without.

    A problem of a whole tab has no cell and gets no note.
    """
    lines_by_cell: dict[tuple[str, int, int], list[str]] = {}
    for problem in sorted(problems, key=lambda problem: problem.severity):
        match = _CELL.fullmatch(problem.cell)
        if match:
            cell = problem.tab, int(match[2]) - 1, column_index(match[1])
            lines_by_cell.setdefault(cell, []).append(_format_line(problem, translate))
    notes = [Note(*cell, "\n".join(lines[:MAX_LINES])) for cell, lines in lines_by_cell.items()]
    return notes[:MAX_NOTES], len(notes[MAX_NOTES:])


def _format_line(problem: Problem, translate: Translate) -> str:
    code = problem.kind
    expected, fix = translate(code.expected, **problem.sentence_values), translate(code.fix, **problem.sentence_values)
    text = translate(N_("Expected here: {expected}. {fix}"), expected=expected, fix=fix)
    return _LINE_ENDS.sub(" ", f"{NOTE_PREFIX} {text}")[:LINE_LENGTH]
