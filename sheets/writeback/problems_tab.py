"""The tab NRR Problems: one row per problem cell, errors first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from core.errors import N_
from core.ledger.ledger import Ledger
from core.store.snapshots import Snapshot
from sheets.cells.text import NO, read_text
from sheets.problems import SEVERITIES, Problem
from sheets.workbook.port import Grid
from sheets.workbook.tables import Link, Table, Value
from sheets.writeback.translate import Translate

PROBLEMS_TAB = "NRR Problems"

_HEADINGS = (
    N_("Severity"),
    N_("Code"),
    N_("Cell"),
    N_("Account"),
    N_("Name"),
    N_("Owner"),
    N_("Found"),
    N_("Expected"),
    N_("How to fix it"),
    N_("Link"),
    N_("OK"),
)
# Widths in characters, so that each column shows its content.
_WIDTHS = (10, 22, 20, 14, 24, 16, 26, 34, 60, 16, 6)
_CODE, _PLACE = 1, 2
# The mark of an accepted problem.
_MARK = "x"


def read_marks(grid: Grid) -> dict[tuple[str, str], bool]:
    """Return (code, place) -> whether a person marked it OK, for each row of NRR Problems as it is in the workbook."""
    mark_column: int | None = None
    marks: dict[tuple[str, str], bool] = {}
    for cells in grid.rows:
        texts = [read_text(cell) for cell in cells]
        if mark_column is None:
            # By its heading: the tab of an earlier version has fewer columns.
            mark_column = texts.index(_HEADINGS[-1]) if _HEADINGS[-1] in texts else None
        elif len(texts) > _PLACE:
            mark = texts[mark_column] if mark_column < len(texts) else ""
            marks[texts[_CODE], texts[_PLACE]] = bool(mark) and mark.casefold() not in NO
    return marks


@dataclass(frozen=True, slots=True)
class Person:
    """The name of an account, and its owner; each empty where it is not known."""

    name: str = ""
    owner: str = ""


def list_people(ledger: Ledger) -> dict[str, Person]:
    """Return ID of an account -> its name and its present owner."""
    accounts, column = ledger.accounts, ledger.columns.get("owner")
    codes = column.codes.tolist() if column else [-1] * accounts.count
    owners = [column.values[code] if column and code >= 0 else "" for code in codes]
    return {id_: Person(name, owner) for id_, name, owner in zip(accounts.ids, accounts.names, owners, strict=True)}


def build_problems_table(
    problems: Iterable[Problem],
    snapshot: Snapshot,
    translate: Translate,
    accepted: Collection[str] = (),
    people: Mapping[str, Person] | None = None,
) -> Table:
    """Return NRR Problems: one row per cell that is unreadable or implausible, in the order given.

    Args:
        problems: the problems.
        snapshot: the snapshot that they belong to.
        translate: the language of the workbook.
        accepted: the fingerprints of the accepted problems, which have a mark under OK.
        people: ID of an account -> its name and its owner.

    """
    known, unknown = people or {}, Person()
    rows = [
        (
            translate(SEVERITIES[problem.severity]),
            problem.code,
            _link_place(problem),
            problem.account,
            known.get(problem.account, unknown).name,
            known.get(problem.account, unknown).owner,
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
        widths=_WIDTHS,
        is_list=True,
    )


def _link_place(problem: Problem) -> Value:
    """Return the place of a problem, which opens its cell."""
    title = problem.tab.replace("'", "''")
    address = problem.link or (f"#'{title}'!{problem.cell}" if problem.cell else "")
    return Link(problem.place, address) if address else problem.place
