"""The tab NRR Problems: one row per problem cell, errors first."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core.errors import N_
from core.store.snapshots import Snapshot
from sheets.cells.text import NO, read_text
from sheets.problems import SEVERITIES, Problem
from sheets.workbook.port import Grid
from sheets.workbook.tables import Table
from sheets.writeback.translate import Translate

PROBLEMS_TAB = "NRR Problems"

_HEADINGS = (
    N_("Severity"),
    N_("Code"),
    N_("Cell"),
    N_("Account"),
    N_("Found"),
    N_("Expected"),
    N_("How to mend it"),
    N_("Link"),
    N_("OK"),
)
_CODE, _PLACE = 1, 2
# The mark of an accepted problem.
_MARK = "x"


def read_marks(grid: Grid) -> dict[tuple[str, str], bool]:
    """Return (code, place) -> whether a person marked it OK, for each row of NRR Problems as it is in the workbook."""
    mark_column = len(_HEADINGS) - 1
    marks: dict[tuple[str, str], bool] = {}
    is_below_headings = False
    for cells in grid.rows:
        mark = read_text(cells[mark_column]) if mark_column < len(cells) else ""
        if is_below_headings and len(cells) > _PLACE:
            is_marked = bool(mark) and mark.casefold() not in NO
            marks[read_text(cells[_CODE]), read_text(cells[_PLACE])] = is_marked
        is_below_headings = is_below_headings or mark == _HEADINGS[mark_column]
    return marks


def build_problems_table(
    problems: Iterable[Problem], snapshot: Snapshot, translate: Translate, accepted: Collection[str] = ()
) -> Table:
    """Return NRR Problems: one row per cell that is unreadable or implausible, in the order given.

    Args:
        problems: the problems.
        snapshot: the snapshot that they belong to.
        translate: the language of the workbook.
        accepted: the fingerprints of the accepted problems, which have a mark under OK.

    """
    rows = [
        (
            translate(SEVERITIES[problem.severity]),
            problem.code,
            problem.place,
            problem.account,
            problem.found,
            translate(problem.kind.expected, **problem.sentence_values),
            translate(problem.kind.fix, **problem.sentence_values),
            problem.link,
            _MARK if problem.fingerprint in accepted else "",
        )
        for problem in problems
    ]
    return Table(
        PROBLEMS_TAB,
        translate(
            N_(
                "Written by nrrbot from the data through {month}. An error leaves its account out of every figure, a "
                "warning does not. A mark under OK accepts a warning until its cell changes. What is typed in any "
                "other column is overwritten."
            ),
            month=snapshot.data_through,
        ),
        [translate(heading) for heading in _HEADINGS],
        ["text" for _ in _HEADINGS],
        rows,
    )
