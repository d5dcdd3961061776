"""Words -> a request: a line of the grammar as typed, else the line that a sentence means. It says how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.service.commands import COMPARISON, COURTESY, QUESTION, Command, find_command
from core.errors import N_, QuestionError, Sentence
from core.query.intents.items import Words
from core.query.intents.lines import Line, Side
from core.query.intents.reader import NOT_UNDERSTOOD, Reading, read_sentence
from core.query.intents.sentence import Moment
from core.query.limits import NO_LIMITS, build_limits_json
from core.query.question import Question
from core.query.tokens import fold_word, tokenize
from core.query.vocabulary import Filter
from core.reports.accounts import DEFAULT as ALL_CHANGES
from core.reports.scope import QuestionReader
from core.terms import Metric
from core.text import clean_text

_MOST_NEAREST = 3
# Words that a question may have without effect, but that ask for something else in a sentence: "customers Q3".
_AMBIGUOUS = frozenset(
    """
    customer customers account accounts client clients compte comptes what which how show quel quels quelle quelles
    revenue revenu revenus figures chiffres everyone end fin cohort cohorts cohorte cohortes
    """.split()  # noqa: SIM905 - reads better without quotes
)
# Sub-commands whose line has a cut, with a period or without.
_WITH_PERIOD = frozenset(("why", "methods", "churn", "accounts", "by", "mrr", "arr"))
_WITHOUT_PERIOD = frozenset(("risks", "opportunities", "outlook"))
_READ_AS = N_("I read this as {command}.")
_CORRECTED = N_("“{typed}” as “{meant}”")
_CORRECTIONS = N_("I read {corrections}.")
_PASSED_OVER = N_("Not used here: {words}.")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was understood.

    Attributes:
        command: the row of the table that answers it.
        words: the words after the sub-command, as the line of the grammar has them.
        parsed: what the row's parser returned.
        read: how the words were understood, as JSON.
        notes: what the reader should know of it; empty for a line of the grammar as typed.

    """

    command: Command
    words: str
    parsed: Any
    read: dict[str, Any]
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads the requests about one snapshot.

    Attributes:
        reader: reads the words of a question.
        words: the words of the snapshot.
        moment: when the request is read.
        can_answer: tells whether a request can be computed.

    """

    reader: QuestionReader
    words: Words
    moment: Moment
    can_answer: Callable[[Request], bool]

    @property
    def metric(self) -> Metric:
        """The ratio that comes first by default."""
        return self.reader.metric

    def read(self, text: str) -> Request:
        """Return the request that a text means: a line of the grammar, or a sentence.

        Raises:
            QuestionError: it is neither. Its values have `nearest_lines`, up to three lines that can be asked.

        """
        if text.strip() and not any(letter.isalnum() for letter in text) and find_command(text)[0] is QUESTION:
            return Request(COURTESY, "", None, {"command": "courtesy"})
        typed: QuestionError | None = None
        try:
            request = self._read_line(text)
        except QuestionError as error:
            typed = error
        else:
            if request.command.takes_names or not _has_ambiguous_words(request.words):
                return request
        try:
            return self._read_sentence(text)
        except QuestionError as error:
            if typed is None and error.problem == NOT_UNDERSTOOD:
                return self._read_line(text)
            raise self._choose_error(typed or error, error) from error

    def _read_line(self, line: str, reading: Reading | None = None) -> Request:
        row, words = find_command(line)
        parsed = row.parse.resolve()(words, self.reader)
        read = self._describe(row, words, parsed, reading)
        return Request(row, words, parsed, read, tuple(_list_notes(reading)) if reading else ())

    def _read_sentence(self, text: str) -> Request:
        reading = read_sentence(text, self.words, self.moment)
        if reading.is_courtesy:
            return Request(COURTESY, "", None, {"command": "courtesy"})
        return self._read_line(reading.line, reading)

    def _choose_error(self, typed: QuestionError, sentence: QuestionError) -> QuestionError:
        """Return the error of a text that is no line and no sentence, with the lines that it may mean."""
        lines: Iterable[str] = sentence.values.get("lines", ())  # type: ignore[assignment]
        example = str(typed.values.get("example", "")).removeprefix(f"/{self.metric}").strip()
        near = bool(typed.values.get("nearest_names"))
        candidates = [example, *lines] if near and sentence.values.get("is_plain") else [*lines]
        nearest = self._keep_answerable(candidates)
        chosen = typed if near and sentence.values.get("is_plain") else sentence
        values = {**chosen.values, "nearest_lines": nearest}
        if chosen is sentence:
            values["nearest"] = ", ".join(f"/{self.metric} {line}" for line in nearest)
            if not nearest:
                return QuestionError(
                    chosen.problem, N_("Ask {example} for what I know."), **values, example=f"/{self.metric} help"
                )
        return QuestionError(chosen.problem, chosen.fix, **values)

    def _keep_answerable(self, lines: Iterable[str]) -> tuple[str, ...]:
        """Return up to three lines, each once, of those that can be answered."""
        kept: list[str] = []
        for line in lines:
            if len(kept) == _MOST_NEAREST or not line or line in kept:
                continue
            try:
                if self.can_answer(self._read_line(line)):
                    kept.append(line)
            except QuestionError:
                continue
        return tuple(kept)

    def _describe(self, row: Command, words: str, parsed: Any, reading: Reading | None) -> dict[str, Any]:
        """Return how a request was understood, as JSON."""
        name = "answer" if row is QUESTION else "vs" if row is COMPARISON else row.words[0]
        line = reading.line if reading else self._spell(row, words, parsed)
        passed_over = list(reading.passed_over) if reading else []
        head = {"command": name, "as": line}
        if isinstance(parsed, tuple):
            sides = [self._describe_question(side) for side in parsed]
            return {**head, "sides": [{**head, **side} for side in sides], "passed_over": passed_over}
        question = parsed if isinstance(parsed, Question) else getattr(parsed, "question", None)
        read: dict[str, Any] = {**head, **(self._describe_question(question) if question else {})}
        read["parts"] = list(getattr(parsed, "parts", ()))
        read["limit"] = build_limits_json(getattr(parsed, "limits", NO_LIMITS))
        arguments = getattr(parsed, "arguments", None)
        if arguments:
            read["arguments"] = dict(arguments)
        return {**read, "passed_over": passed_over}

    def _describe_question(self, question: Question) -> dict[str, Any]:
        window = question.period.window
        return {
            "filters": _group(entry for entry in question.filters if not entry.excluded),
            "exclude": _group(entry for entry in question.filters if entry.excluded),
            "start": str(window.start),
            "end": str(window.end),
            "metric": question.metric,
        }

    def _spell(self, row: Command, words: str, parsed: Any) -> str:
        """Return the line of a request that was typed as a line."""
        if row in {QUESTION, COMPARISON}:
            questions: Sequence[Question] = parsed if isinstance(parsed, tuple) else (parsed,)
            first = questions[0]
            metric = first.metric if first.metric != self.metric else None
            sides = tuple(Side(question.filters, question.period) for question in questions)
            method = (first.method,) if first.method != "cohort" else ()
            return Line(metric=metric, sides=sides, parts=method).spell(self.words.vocabulary)
        name = row.words[0]
        question = parsed if isinstance(parsed, Question) else getattr(parsed, "question", None)
        if question is None or name not in _WITH_PERIOD | _WITHOUT_PERIOD:
            return f"{name} {clean_text(words)}".strip()
        dimension, parts = getattr(parsed, "dimension", None), getattr(parsed, "parts", ())
        limits = str(getattr(parsed, "limits", NO_LIMITS))
        return Line(
            name,
            question.metric if question.metric != self.metric else None,
            (Side(question.filters, question.period if name in _WITH_PERIOD else None),),
            f"by {dimension}" if dimension and name != "by" else dimension or "",
            (*(parts if parts != ALL_CHANGES else ()), *([limits] if limits else [])),
        ).spell(self.words.vocabulary)


def _has_ambiguous_words(text: str) -> bool:
    return any(token.kind == "word" and fold_word(token.text) in _AMBIGUOUS for token in tokenize(clean_text(text)))


def _group(filters: Iterable[Filter]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for entry in filters:
        groups.setdefault(entry.dimension, []).append(entry.value)
    return groups


def _list_notes(reading: Reading) -> Iterable[Sentence]:
    yield Sentence(_READ_AS, {"command": reading.line})
    yield from reading.notes
    if reading.corrected:
        pairs = [Sentence(_CORRECTED, {"typed": typed, "meant": meant}) for typed, meant in reading.corrected]
        yield Sentence(_CORRECTIONS, {"corrections": ", ".join(map(str, pairs))})
    if reading.passed_over:
        yield Sentence(_PASSED_OVER, {"words": ", ".join(reading.passed_over)})
