"""The company of the sample workbook, asked in this process; and whether two of its answers are the same."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.cli.setup import Setup
from bot.messages.status.help import build_refusal_json
from bot.service.analyst import Analyst
from core.errors import QuestionError
from core.terms import Language

WORKBOOK = Path(__file__).parents[2] / "sheets" / "templates" / "sample.xlsx"
TODAY = dt.datetime(2026, 10, 5)  # noqa: DTZ001 - a day, as the command line reads it

# Names in the JSON of an answer that depend on its words or its moment. A window has the closes of a period, and its
# reason names the values in the order of the question.
_VOLATILE = frozenset(("read", "snapshot", "period", "complete", "metric", "nrr_reason"))
# Names that say which accounts were asked for. "Not Consumer" and a list of all other segments are one cut.
_CUT = frozenset(("filters", "exclude", "question", "dimension", "value"))
# Answers with fewer figures can be equal by chance.
_ENOUGH_FIGURES = 8
# What surrounds the figures of an answer, and what they are compared with.
_SURROUNDINGS = frozenset(
    ("read", "snapshot", "question", "minor_units", "benchmark", "reading", "advice", "problems", "excluded")
)
_RATIO = re.compile(r"[+-]?\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a question.

    Attributes:
        answer: the JSON of the answer; None where it was refused.
        refusal: the JSON of the refusal; None where it was answered.

    """

    answer: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None

    @property
    def has_figures(self) -> bool:
        """True for an answer with a figure other than 0."""
        return self.answer is not None and any(_list_figures(self.answer))

    @property
    def nearest(self) -> list[str]:
        """The lines that a refusal offers."""
        return [] if self.refusal is None else self.refusal["nearest"]


@dataclass
class SampleCompany:
    """The company of the sample workbook on 5 October 2026.

    Attributes:
        folder: the folder of its store.
        lines: (line, language) -> the outcome of a line of the grammar that was asked before.

    """

    folder: Path
    lines: dict[tuple[str, Language], Outcome] = field(default_factory=dict)

    def load_analyst(self, language: Language = "en") -> Analyst:
        """Return the analyst that answers in a language; the workbook is read once."""
        return _load_analyst(self.folder, language)

    def ask(self, text: str, language: Language = "en") -> Outcome:
        """Return the outcome of `/nrr text`; its message is made too."""
        analyst = self.load_analyst(language)
        try:
            reply = analyst.reply("/nrr", text)
        except QuestionError as error:
            return Outcome(refusal=build_refusal_json(error, analyst.translate))
        reply.message()
        return Outcome(answer=reply.json())

    def ask_line(self, line: str, language: Language = "en") -> Outcome:
        """Return the outcome of a line of the grammar, which is asked once."""
        if (line, language) not in self.lines:
            self.lines[line, language] = self.ask(line, language)
        return self.lines[line, language]


@cache
def _load_analyst(folder: Path, language: Language) -> Analyst:
    setup = Setup(None, WORKBOOK, folder / "sample.db", TODAY, language, lambda: dt.datetime.now(dt.UTC))
    return setup.prepare_analyst()


def is_same_answer(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Tell whether two answers in JSON have the same figures of the same accounts; either ratio may come first."""
    if _normalise(first, _VOLATILE) == _normalise(second, _VOLATILE):
        return True
    has_enough = sum(_list_figures(first)) >= _ENOUGH_FIGURES
    return has_enough and _normalise(first, _VOLATILE | _CUT) == _normalise(second, _VOLATILE | _CUT)


def _normalise(node: Any, ignored: frozenset[str], parent: str = "") -> Any:
    """Return JSON as tuples, without some of its names; lists in an order that depends on their entries alone."""
    if isinstance(node, Mapping):
        # Of a question its method has an effect on the figures, and its cut is in `filters`.
        kept = {"filters", "method"} if parent == "question" else node.keys()
        names = sorted(name for name in node if name in kept and name not in ignored)
        return tuple((name, _normalise(node[name], ignored, name)) for name in names)
    if isinstance(node, (list, tuple)):
        return tuple(sorted((_normalise(entry, ignored) for entry in node), key=repr))
    return node


def _list_figures(node: Any) -> Iterator[bool]:
    """Yield True for each figure other than 0 in the JSON of an answer."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            if name not in _SURROUNDINGS:
                yield from _list_figures(value)
    elif isinstance(node, (list, tuple)):
        for entry in node:
            yield from _list_figures(entry)
    elif isinstance(node, str):
        if _RATIO.fullmatch(node) and float(node):
            yield True
    elif node and not isinstance(node, bool):
        yield True
