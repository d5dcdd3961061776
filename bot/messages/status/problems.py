"""The problems in a sheet, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.locale.translator import Translator
from core.errors import N_
from core.money import Currency
from sheets.problems import SEVERITIES, Problem

# More problems of one kind than this are one entry with their first cells.
_MOST_ALONE = 3
_LISTED = 5


@dataclass(frozen=True, slots=True)
class RankedProblem:
    """A problem with its weight.

    Attributes:
        problem: the problem.
        mrr: the last MRR above 0 of its account, in minor units of the reporting currency; 0 if it has no account.
        is_accepted: True if a person accepted it, so that it is silent until its cell changes.

    """

    problem: Problem
    mrr: int
    is_accepted: bool


def build_problem_json(entry: RankedProblem, translate: Translator) -> dict[str, object]:
    """Return a problem as `nrrbot problems --json` gives it."""
    problem = entry.problem
    code = problem.kind
    return {
        "code": problem.code,
        "severity": problem.severity,
        "tab": problem.tab,
        "cell": problem.cell,
        "account": problem.account or None,
        "found": problem.found,
        "expected": translate(code.expected, **problem.sentence_values),
        "mend": translate(code.fix, **problem.sentence_values),
        "link": problem.link or None,
        "mrr": entry.mrr,
        "accepted": entry.is_accepted,
    }


def list_problems(entries: Sequence[RankedProblem], currency: Currency, translate: Translator, *, group: bool) -> str:
    """Return every problem that no one accepted, in a sentence or two, and its code, severity, MRR and link below.

    Args:
        entries: the problems, in their order.
        currency: the currency of the MRR at stake.
        translate: the language.
        group: True for one entry for many problems of one code and tab.

    """
    open_entries = [entry for entry in entries if not entry.is_accepted]
    pieces = []
    kinds: dict[tuple[str, str], list[RankedProblem]] = {}
    for entry in open_entries:
        kinds.setdefault((entry.problem.code, entry.problem.tab), []).append(entry)
    for members in kinds.values():
        groups = [members] if group and len(members) > _MOST_ALONE else [[entry] for entry in members]
        pieces += [_describe_group(problems, currency, translate) for problems in groups]
    if accepted := len(entries) - len(open_entries):
        pieces.append(
            translate.plural(
                N_("{count} accepted problem is not listed."), N_("{count} accepted problems are not listed."), accepted
            )
        )
    return "\n\n".join(pieces) if pieces else translate(N_("No problems in the sheet."))


def _describe_group(entries: Sequence[RankedProblem], currency: Currency, translate: Translator) -> str:
    """Return problems of one kind: the first of them in full, the cells of all, and their labels."""
    first = entries[0].problem
    lines = [describe_problem(first, translate)]
    if len(entries) > 1:
        cells = ", ".join(entry.problem.cell or entry.problem.tab for entry in entries[1 : _LISTED + 1])
        others = len(entries) - 1
        more = "" if others <= _LISTED else " ..."
        lines.append(
            translate.plural(
                N_("{count} other cell like this: {cells}"),
                N_("{count} other cells like this: {cells}"),
                others,
                cells=cells + more,
            )
        )
    # An account with several problems has its MRR at stake once.
    mrr = sum({entry.problem.account: entry.mrr for entry in entries}.values())
    at_stake = translate(N_("{amount} of MRR"), amount=translate.format_money(mrr, currency)) if mrr else ""
    labels = (first.code, translate(SEVERITIES[first.severity]), at_stake, first.link)
    lines.append("  ".join(filter(None, labels)))
    return "\n  ".join(lines)


def describe_problem(problem: Problem, translate: Translator) -> str:
    """Return one problem: its place, the text that is there, the text that was expected, the fix."""
    code = problem.kind
    fix = translate(code.fix, **problem.sentence_values)
    expected = translate(code.expected, **problem.sentence_values)
    if not problem.found:
        return translate(N_("{place}: {expected} is missing. {fix}"), place=problem.place, expected=expected, fix=fix)
    return translate(
        N_("{place}: “{found}” is not {expected}. {fix}"),
        place=problem.place,
        found=problem.found,
        expected=expected,
        fix=fix,
    )
