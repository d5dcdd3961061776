"""The problems of the newest snapshot: filtered, ranked by the MRR at stake, and accepted by people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.messages.status.problems import RankedProblem
from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger
from core.text import find_nearest, fold_key
from sheets.problems import CODES, Problem, Severity
from sheets.writeback.problems_tab import PROBLEMS_TAB, read_marks
from sheets.writeback.tab_titles import find_own_tab

if TYPE_CHECKING:
    from bot.service.analyst import LoadedSnapshot
    from core.store.store import Store
    from sheets.workbook.port import Tab, Workbook


@dataclass(frozen=True, slots=True)
class ProblemFilter:
    """The problems to list; an empty text is no condition.

    Attributes:
        code: their code.
        tab: the title of their tab, in any case.
        severity: their severity.

    """

    code: str = ""
    tab: str = ""
    severity: Severity | None = None

    def selects(self, problem: Problem) -> bool:
        """Tell whether a problem meets all conditions."""
        return (
            self.code in ("", problem.code)
            and (not self.tab or fold_key(self.tab) == fold_key(problem.tab))
            and self.severity in (None, problem.severity)
        )


def check_code(code: str) -> None:
    """Check that a code exists.

    Raises:
        QuestionError: there is no such code.

    """
    if code and code not in CODES:
        raise QuestionError(
            N_("There is no problem code “{code}”."),
            N_("Did you mean {near}?"),
            code=code,
            near=", ".join(find_nearest(code, CODES, 3, 0.5) or sorted(CODES)[:3]),
        )


def rank_problems(newest: LoadedSnapshot, conditions: ProblemFilter = ProblemFilter()) -> list[RankedProblem]:
    """Return the problems of a snapshot: errors first, then by the MRR at stake; accepted ones last."""
    accepted = newest.load_accepted()
    problems = [problem for problem in newest.problems() if conditions.selects(problem)]
    mrr_of_account = _measure_last_mrr(newest.scope.ledger, {problem.account for problem in problems})
    ranked = [
        RankedProblem(problem, mrr_of_account.get(problem.account, problem.at_stake), problem.fingerprint in accepted)
        for problem in problems
    ]
    return sorted(ranked, key=lambda entry: (entry.is_accepted, entry.problem.severity, -entry.mrr))


def _measure_last_mrr(ledger: Ledger, ids: Collection[str]) -> dict[str, int]:
    """Return account -> its last MRR above 0, in minor units of the reporting currency, for the accounts of `ids`."""
    places = [place for place, id_ in enumerate(ledger.accounts.ids) if id_ in ids] if ids else []
    if not places:
        return {}
    panel = ledger.panel[:, places]
    # The last True of each account, from the end of the panel.
    last = len(panel) - 1 - (panel > 0)[::-1].argmax(axis=0)
    amounts = panel[last, range(len(places))]
    currencies = replace(ledger.currencies, codes=ledger.currencies.codes[places])
    converted = currencies.convert(amounts, ledger.last).tolist()
    return {ledger.accounts.ids[place]: mrr for place, mrr in zip(places, converted, strict=True)}


def accept_problems(newest: LoadedSnapshot, marks: Iterable[str], now: dt.datetime) -> list[Problem]:
    """Accept the problems at `marks`, each CODE:TAB!CELL, and return them.

    Raises:
        QuestionError: a mark names no problem of the snapshot, or an error, which cannot be accepted.

    """
    chosen = _find_marked(newest, marks)
    for problem in chosen:
        if problem.severity == "error":
            raise QuestionError(
                N_("{place} cannot be accepted: it is an error, and its account is excluded from all figures."),
                N_("Correct the cell."),
                place=problem.place,
            )
    newest.store.accept_problems(newest.snapshot.source, {problem.fingerprint: problem.code for problem in chosen}, now)
    return chosen


def withdraw_acceptances(newest: LoadedSnapshot, marks: Iterable[str]) -> list[Problem]:
    """Withdraw the acceptance of the problems at `marks`, each CODE:TAB!CELL, and return them.

    Raises:
        QuestionError: a mark names no problem of the snapshot.

    """
    chosen = _find_marked(newest, marks)
    newest.store.withdraw_acceptances(newest.snapshot.source, [problem.fingerprint for problem in chosen])
    return chosen


def _find_marked(newest: LoadedSnapshot, marks: Iterable[str]) -> list[Problem]:
    """Return the problems at `marks`; the tab may be left out where only one tab has the code at that cell."""
    problems = newest.problems()
    chosen: list[Problem] = []
    for mark in marks:
        code, _, place = mark.partition(":")
        check_code(code)
        matching = [
            problem
            for problem in problems
            if problem.code == code and place.casefold() in (problem.place.casefold(), problem.cell.casefold())
        ]
        if not matching or len({problem.tab for problem in matching}) > 1:
            raise QuestionError(
                N_("There is no problem {mark}, or it is in several tabs."),
                N_("Write it as {example}, its code, tab and cell; nrrbot problems lists them."),
                mark=mark,
                example="gap:MRR!D17",
            )
        chosen += matching
    return chosen


def collect_marks(
    store: Store,
    source: str,
    problems: Sequence[Problem],
    workbook: Workbook,
    now: dt.datetime,
    tabs: Sequence[Tab] | None = None,
) -> None:
    """Store what people marked in the column OK of NRR Problems: accepted, or the mark cleared again.

    `tabs` are the current tabs of the workbook, if they are known.

    Raises:
        WorkbookError: the tab cannot be read.

    """
    # A sheet without problems has no marks, and needs no call.
    if not problems:
        return
    current = workbook.tabs() if tabs is None else tabs
    tab = find_own_tab(current, PROBLEMS_TAB)
    if tab is None:
        return
    (grid,) = workbook.read([tab])
    marks = read_marks(grid)
    accepted = store.load_accepted(source)
    new: dict[str, str] = {}
    cleared = []
    for problem in problems:
        is_marked = marks.get((problem.code, problem.place))
        if is_marked and problem.severity == "warning":
            new[problem.fingerprint] = problem.code
        elif is_marked is False and accepted.get(problem.fingerprint):
            cleared.append(problem.fingerprint)
    if new:
        store.accept_problems(source, new, now)
        store.record_shown_acceptances(source, list(new))
    if cleared:
        store.withdraw_acceptances(source, cleared)
