"""The tab NRR Problems: one row per problem cell, errors first."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import N_
from core.store.store import Snapshot
from sheets.problems import SEVERITIES, Problem
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
)


def build_problems_table(problems: Iterable[Problem], snapshot: Snapshot, translate: Translate) -> Table:
    """Return NRR Problems: one row per cell that is unreadable or implausible, errors first."""
    rows = [
        (
            translate(SEVERITIES[problem.severity]),
            problem.code,
            problem.place,
            problem.account,
            problem.found,
            translate(problem.kind.expected, **problem.values),
            translate(problem.kind.mend, **problem.values),
            problem.link,
        )
        for problem in sorted(problems, key=lambda problem: problem.severity)
    ]
    return Table(
        PROBLEMS_TAB,
        translate(
            N_(
                "Written by nrrbot from the data through {month}. An error leaves its account out of every figure, a "
                "warning does not. What is typed in this tab is overwritten."
            ),
            month=snapshot.data_through,
        ),
        [translate(heading) for heading in _HEADINGS],
        ["text" for _ in _HEADINGS],
        rows,
    )
