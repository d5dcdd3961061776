"""Words -> a request: a line of the grammar as typed, else the line that a sentence means. It says how it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages.kit.parts import Note
from bot.messages.status.reading import LineNamer, list_reading_notes
from bot.service.commands import COMPARISON, COURTESY, QUESTION, Command, find_command
from core.errors import N_, QuestionError
from core.query.did_you_mean import NO_PERIODS
from core.query.intents.items import Words
from core.query.intents.lines import Line, Side
from core.query.intents.reader import ASKED_BACK, NO_SUCH_NAME, NOT_UNDERSTOOD, REFUSALS, Reading, read_sentence
from core.query.intents.sentence import Moment
from core.query.limits import NO_LIMITS, build_limits_json
from core.query.question import Question
from core.query.tokens import fold_word, tokenize
from core.query.vocabulary import Filter
from core.reports.scope import QuestionReader
from core.terms import Metric
from core.text import clean_text

_MOST_NEAREST = 3
# Words that a question may have without effect, but that ask for something else in a sentence: "customers Q3".
_AMBIGUOUS = frozenset(
    [
        "customer",
        "customers",
        "account",
        "accounts",
        "client",
        "clients",
        "compte",
        "comptes",
        "what",
        "which",
        "how",
        "show",
        "quel",
        "quels",
        "quelle",
        "quelles",
        "revenue",
        "revenu",
        "revenus",
        "figures",
        "chiffres",
        "everyone",
        "end",
        "fin",
    ]
)
_ASK_HELP = N_("{example} lists the questions that I can answer.")
_NEAR_MISS = N_("Did you mean {meant}? There is no “{unknown}” in the sheet.")
_NEAR_PERIOD = N_("Did you mean {meant}? There is no period “{unknown}”.")
_ASK_LINE = N_("If so, ask: {nearest}.")
# Sentences that say better than the grammar why there is no answer.
_SPECIFIC = frozenset((*REFUSALS.values(), *ASKED_BACK))


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was understood.

    Attributes:
        command: the row of the table that answers it.
        words: the words after the sub-command, as the line of the grammar has them.
        parsed: what the row's parser returned.
        read: how the words were understood, as JSON.
        note: how it was read; None for a line of the grammar as typed.

    """

    command: Command
    words: str
    parsed: Any
    read: dict[str, Any]
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads the requests about one snapshot.

    Attributes:
        reader: reads the words of a question.
        words: the words of the snapshot.
        namer: names lines in the reader's language.
        moment: when the request is read.
        can_answer: tells whether a request can be computed.

    """

    reader: QuestionReader
    words: Words
    namer: LineNamer
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
        typed: QuestionError | None = None
        try:
            request = self._read_line(text)
        except QuestionError as error:
            typed = error
        else:
            if request.command not in {QUESTION, COMPARISON} or not _has_ambiguous_words(text):
                return request
        try:
            return self._read_sentence(text)
        except QuestionError as error:
            if typed is None:
                return self._read_line(text)
            raise self._choose_error(typed, error) from error

    def _read_line(self, line: str, reading: Reading | None = None) -> Request:
        row, words = find_command(line)
        parsed = row.parse.resolve()(words, self.reader)
        read = self._describe(row, words, parsed, reading)
        return Request(row, words, parsed, read, self._write_note(reading) if reading else None)

    def _read_sentence(self, text: str) -> Request:
        reading = read_sentence(text, self.words, self.moment)
        if reading.is_courtesy:
            return Request(COURTESY, "", None, {"command": "courtesy"})
        return self._read_line(reading.line, reading)

    def _choose_error(self, typed: QuestionError, sentence: QuestionError) -> QuestionError:
        """Return the error of a text that is no line and no sentence, with the lines that it may mean.

        The grammar's error counts where it understood every word, such as two periods, or has a near name.
        """
        is_specific = sentence.problem in _SPECIFIC
        is_near = bool(typed.values.get("nearest_names")) and bool(sentence.values.get("is_plain")) and not is_specific
        lines: Iterable[str] = sentence.values.get("lines", ())  # type: ignore[assignment]
        example = str(typed.values.get("example", "")).removeprefix(f"/{self.metric}").strip()
        nearest = self._keep_answerable([example, *lines] if is_near else lines)
        if not is_near and not is_specific and not any(typed.values.get("unknown_words", (True,))):
            is_near = True
        chosen = typed if is_near else sentence
        return self._write_error(chosen, nearest, meaning=None if is_near else sentence.values.get("meaning"))

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
        return f"{row.words[0]} {clean_text(words)}".strip()


def _has_ambiguous_words(text: str) -> bool:
    return any(token.kind == "word" and fold_word(token.text) in _AMBIGUOUS for token in tokenize(clean_text(text)))


def _group(filters: Iterable[Filter]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for entry in filters:
        groups.setdefault(entry.dimension, []).append(entry.value)
    return groups
