"""The problems in a sheet, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from bot.locale.translator import Translator
from core.errors import N_
from sheets.problems import SEVERITIES, Problem


def build_problem_json(problem: Problem, translate: Translator) -> dict[str, object]:
    """Return a problem as `nrrbot problems --json` gives it."""
    code = problem.kind
    return {
        "code": problem.code,
        "severity": problem.severity,
        "tab": problem.tab,
        "cell": problem.cell,
        "account": problem.account or None,
        "found": problem.found,
        "expected": translate(code.expected, **problem.values),
        "mend": translate(code.fix, **problem.values),
        "link": problem.link or None,
    }


def list_problems(problems: Sequence[Problem], translate: Translator) -> str:
    """Return every problem in a sentence or two, and its code, severity and link below; errors first."""
    if not problems:
        return translate(N_("No problems in the sheet."))
    return "\n\n".join(
        "\n  ".join((_describe_problem(problem, translate), _format_labels(problem, translate)))
        for problem in sorted(problems, key=lambda problem: problem.severity)
    )


def _format_labels(problem: Problem, translate: Translator) -> str:
    """Return the code and the severity of a problem, and the address of its cell where it has one."""
    return "  ".join(filter(None, (problem.code, translate(SEVERITIES[problem.severity]), problem.link)))


def _describe_problem(problem: Problem, translate: Translator) -> str:
    """Return one problem: its place, the text that is there, the text that was expected, the fix."""
    code = problem.kind
    fix = translate(code.fix, **problem.values)
    expected = translate(code.expected, **problem.values)
    if not problem.found:
        return translate(N_("{place}: {expected} is missing. {fix}"), place=problem.place, expected=expected, fix=fix)
    return translate(
        N_("{place}: “{found}” is not {expected}. {fix}"),
        place=problem.place,
        found=problem.found,
        expected=expected,
        fix=fix,
    )
