"""The buttons under an answer: natural next questions, how it is computed, the CSV, sharing it, doubting it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.locale.translator import Translator
from bot.messages.kit.limits import shorten
from bot.messages.kit.parts import Button
from core.errors import N_
from core.months import Month, Period, Window

# Characters of a label, for a row of buttons that is read at a glance.
_LABEL = 30
NEXT_QUESTIONS = {
    "figures": N_("NRR and GRR"),
    "why": N_("Why"),
    "accounts": N_("Accounts"),
    "trend": N_("Trend"),
    "by": N_("By {heading}"),
    "risks": N_("At risk"),
    "renewals": N_("Renewals"),
    "targets": N_("Targets"),
    "outlook": N_("Outlook"),
    "lose": N_("If it left"),
    "cohorts": N_("Cohorts"),
    "signs": N_("Signs"),
}
_OF_A_CUT = ("figures", "why", "trend")
# Sub-command -> the questions that come next; those of a cut where a sub-command is not here.
_STEPS: Mapping[str, Sequence[str]] = {
    "answer": ("why", "accounts", "trend", "by", "before", "after"),
    "why": ("accounts", "trend", "risks"),
    "by": ("figures", "why", "trend"),
    "accounts": ("figures", "why", "before", "after"),
    "trend": ("figures", "why", "cohorts"),
    "churn": ("accounts", "risks", "before", "after"),
    "account": ("lose", "risks"),
    "risks": ("renewals", "signs", "figures"),
    "signs": ("risks",),
    "renewals": ("risks", "outlook"),
    "opportunities": ("risks", "renewals"),
    "targets": ("outlook", "figures"),
    "outlook": ("targets", "risks"),
    "lose": ("risks", "renewals"),
    "data": ("figures",),
    "define": ("figures",),
}
# These take a cut and a period, these neither; the others a cut alone.
_WITH_PERIOD = frozenset(("figures", "why", "accounts", "by"))
_WITHOUT_CUT = frozenset(("signs",))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered, as its next questions need it.

    Attributes:
        command: the name of its sub-command.
        line: the question as it was read.
        cut: the cut as it is typed; empty for the whole company.
        period: the period; None where it has none.
        column: the key and the heading of a column to cut by; None where no column is left.
        account: the account that it is about; empty where it is about more.
        first: the first close of the data.
        last: the last close of the data.
        has_rows: whether the answer is a table that can be a CSV.
        has_cut: whether it can be asked about another segment.

    """

    command: str
    line: str
    cut: str
    period: Period | None
    column: tuple[str, str] | None
    account: str
    first: Month
    last: Month
    has_rows: bool
    has_cut: bool


def build_next_steps(
    asked: Asked, write: Callable[[str], str], translate: Translator, is_offered: Callable[[str], bool]
) -> Iterator[Button]:
    """Yield the buttons that ask what comes next, also where a question has no answer.

    Args:
        asked: the question.
        write: returns the value of a button that asks a line.
        translate: the reader's language.
        is_offered: tells whether a next question, a line, is one for the reader.

    """
    for name, label, line in list_next_questions(asked, translate):
        if is_offered(line):
            yield Button(shorten(label, _LABEL), "answer", write(line), name)
    if asked.has_cut:
        yield Button(translate(N_("Another segment or period")), "another", write(asked.line))


def build_buttons(
    asked: Asked, write: Callable[[str], str], translate: Translator, is_offered: Callable[[str], bool]
) -> Iterator[Button]:
    """Yield the buttons under an answer: those of `build_next_steps`, and what is done with the answer."""
    yield from build_next_steps(asked, write, translate, is_offered)
    value = write(asked.line)
    if asked.command == "answer":
        yield Button(translate(N_("How it is computed")), "definition", value)
    if asked.has_rows:
        yield Button(translate(N_("CSV")), "csv", value)
    yield Button(translate(N_("Share in the channel")), "share", value)
    yield Button(translate(N_("Wrong figure?")), "wrong", value)


def list_next_questions(asked: Asked, translate: Translator) -> Iterator[tuple[str, str, str]]:
    """Yield the name, the label and the line of each question that comes next."""
    period = asked.period
    label = period.label if period and _has_closes(asked, period.window) else ""
    for name in _STEPS.get(asked.command, _OF_A_CUT):
        match name:
            case "before" | "after":
                neighbour = find_neighbour(asked, 1 if name == "after" else -1)
                if neighbour:
                    words = "" if asked.command == "answer" else asked.command
                    yield name, translate.format_period(neighbour), _join(words, asked.cut, neighbour.label)
            case "by":
                if asked.column:
                    key, heading = asked.column
                    title = translate(NEXT_QUESTIONS[name], heading=translate(heading))
                    yield name, title, _join("by", key, asked.cut, label)
            case "lose":
                if asked.account:
                    yield name, translate(NEXT_QUESTIONS[name]), _join("lose", asked.account)
            case _:
                words = "" if name == "figures" else name
                cut = "" if name in _WITHOUT_CUT else asked.cut
                line = _join(words, cut, label if name in _WITH_PERIOD else "")
                yield name, translate(NEXT_QUESTIONS[name]), line


def _join(*words: str) -> str:
    return " ".join(filter(None, words))


def _has_closes(asked: Asked, window: Window) -> bool:
    return asked.first <= window.start and window.end <= asked.last


def find_neighbour(asked: Asked, step: int) -> Period | None:
    """Return the period before (-1) or after (1) that of a question; None where the data does not have it."""
    period = asked.period
    if period is None or not period.complete:
        return None
    months = step * period.window.months
    window = Window(period.window.start + months, period.window.end + months)
    if not _has_closes(asked, window):
        return None
    parts = {"quarter": 4, "half": 2}.get(period.kind, 1)
    number = period.year * parts + (period.number - 1 if parts > 1 else 0) + step
    if period.kind == "month":
        return replace(period, window=window, year=window.end.year, number=window.end.number)
    return replace(
        period, window=window, year=number // parts, number=number % parts + 1 if parts > 1 else period.number
    )
