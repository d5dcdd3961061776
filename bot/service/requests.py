"""Words -> a request: a line of the grammar as typed, else the line that a sentence means. It says how it was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.messages.kit.parts import Note
from bot.messages.status.reading import PASSED_OVER, LineNamer, list_reading_notes
from bot.service.commands import COMPARISON, COURTESY, QUESTION, Command, find_command
from core.errors import N_, QuestionError
from core.ledger.ledger import Ledger
from core.months import Period
from core.query.base_floor import build_base_json, drop_floor, read_floor, read_spoken_floor, spell_floor
from core.query.did_you_mean import FILTER_NO_PERIOD, NO_PERIOD
from core.query.intents.items import Words
from core.query.intents.lines import Line, Side, spell_columns
from core.query.intents.reader import ASKED_BACK, NO_SUCH_NAME, NOT_UNDERSTOOD, REFUSALS, Reading, read_sentence
from core.query.intents.sentence import DID_YOU_MEAN, Moment
from core.query.limits import NO_LIMITS, build_limits_json
from core.query.question import BE_SHORT, MOST_CHARACTERS, TOO_LONG, Question
from core.query.tokens import fold_word, tokenize
from core.query.vocabulary import Filter
from core.reports.scope import QuestionReader
from core.terms import Metric
from core.text import clean_text, fold

_MOST_NEAREST = 3
# Words that a question may have without effect, but that ask for something else in a sentence: "customers Q3".
_AMBIGUOUS = frozenset(
    """
    customer customers account accounts client clients compte comptes what which how show quel quels quelle quelles
    revenue revenu revenus figures chiffres everyone end fin cohort cohorts cohorte cohortes
    entreprise recurring recurrent recurrents annualised annualized annualise annualisee
    """.split()  # noqa: SIM905 - reads better without quotes
)
_ASK_HELP = N_("{example} lists the questions that I can answer.")
_NEAR_MISS = N_("Did you mean {meant}? There is no “{unknown}” in the sheet.")
_NEAR_MISS_IN_TABLES = N_("Did you mean {meant}? There is no “{unknown}” in the data.")
_NEAR_PERIOD = N_("Did you mean {meant}? There is no period “{unknown}”.")
_ASK_LINE = N_("If so, ask: {nearest}.")
_ASK_LINE_OR_WITHOUT = N_("If so, ask: {nearest}. Without that: {without}.")
_MEANT_OR_WITHOUT = N_("Did you mean {nearest}? Without that: {without}.")
_WITHOUT = N_("Without that: {without}.")
# Sentences that say better than the grammar why there is no answer.
_SPECIFIC = frozenset((*REFUSALS.values(), *ASKED_BACK))
# Sub-commands whose line has a cut, with a period or without.
_WITH_PERIOD = frozenset(
    (
        *("why", "methods", "churn", "accounts", "by", "mrr", "arr", "trend", "quickratio", "concentration"),
        *("renewalrate", "pricevolume"),
    )
)
_WITHOUT_PERIOD = frozenset(
    ("risks", "opportunities", "outlook", "renewals", "cohorts", "reconcile", "mix", "survival")
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was understood.

    Attributes:
        command: the row of the table that answers it.
        words: the words after the sub-command, as the line of the grammar has them.
        parsed: what the row's parser returned.
        read: how the words were understood, as JSON.
        note: how it was read; None for a line of the grammar as typed.
        cut: its cut as it is typed; empty for the whole company.
        line: the parts of its line; None where these are not a cut and a period.

    """

    command: Command
    words: str
    parsed: Any
    read: dict[str, Any]
    note: Note | None = None
    cut: str = ""
    line: Line | None = None

    @property
    def takes_period(self) -> bool:
        """Whether its line has a place for a period."""
        return self.command is QUESTION or self.command.name in _WITH_PERIOD

    @property
    def question(self) -> Question | None:
        """The question with its cut and period, the first of two; None for a request that has none."""
        return next(iter(self.questions), None)

    @property
    def questions(self) -> Sequence[Question]:
        """The questions with their cuts and periods: two of a comparison, none of a request without a cut."""
        all_parsed = self.parsed if isinstance(self.parsed, tuple) else (self.parsed,)
        questions = (entry if isinstance(entry, Question) else getattr(entry, "question", None) for entry in all_parsed)
        return [question for question in questions if question]

    def names_any(self, columns: Collection[str]) -> bool:
        """Tell whether the request names an account, or a column of some whose values name accounts or people."""
        dimension = getattr(self.parsed, "dimension", None)
        named = {entry.dimension for question in self.questions for entry in question.filters}
        named |= {*getattr(self.parsed, "columns", ()), *([dimension] if dimension else [])}
        lost = getattr(getattr(self.parsed, "scenario", None), "names", ())
        return self.command.reach == "account" or bool(lost) or not named.isdisjoint(columns)


def check_length(text: str) -> None:
    """Refuse a question that is too long before any other work: as typed, and with its characters made plain.

    Raises:
        QuestionError: it is too long.

    """
    # One character can become eighteen.
    length = max(len(text), len(clean_text(text[: MOST_CHARACTERS + 1])))
    if length > MOST_CHARACTERS:
        raise QuestionError(TOO_LONG, BE_SHORT, length=length, limit=MOST_CHARACTERS, example="enterprise Q3")


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads the requests about one snapshot.

    Attributes:
        reader: reads the words of a question.
        words: the words of the snapshot.
        namer: names lines in the reader's language.
        moment: when the request is read.
        can_answer: tells whether a request can be computed.
        is_of_warehouse: whether the snapshot is of a warehouse.

    """

    reader: QuestionReader
    words: Words
    namer: LineNamer
    moment: Moment
    can_answer: Callable[[Request], bool]
    is_of_warehouse: bool = False

    @property
    def metric(self) -> Metric:
        """The ratio that comes first by default."""
        return self.reader.metric

    def read(self, text: str) -> Request:
        """Return the request that a text means: a line of the grammar, or a sentence.

        Raises:
            QuestionError: it is too long, or neither. Its values have `nearest_lines`, up to three lines that can be
                asked.

        """
        check_length(text)
        if text.strip() and not any(letter.isalnum() for letter in text) and find_command(text)[0] is QUESTION:
            return Request(COURTESY, "", None, {"command": "courtesy"})
        request: Request | None = None
        typed: QuestionError | None = None
        try:
            # Most texts are no line but a sentence: only where they are none, the error of the line counts.
            request = self._read_line(text, explains=False)
        except QuestionError as error:
            typed = error
        if request and (request.command.takes_names or not self._has_ambiguous_words(request.words)):
            return request
        try:
            spoken = self._read_sentence(text)
        except QuestionError as error:
            if request and error.problem == NOT_UNDERSTOOD:
                return request
            raise self._choose_error(text, typed or error, error) from error
        is_line = request is not None and fold(spoken.read.get("as", "")) == fold(clean_text(text))
        return request if request and is_line else spoken

    def _read_line(self, line: str, reading: Reading | None = None, *, explains: bool = True) -> Request:
        row, words = find_command(line)
        reader, bare_words = replace(self.reader, explains=explains), words
        # Each side of a comparison has its own base.
        if row is not COMPARISON and not row.takes_names:
            floor, bare_words = read_floor(words, reader.scope.ledger.currency.code)
            reader = replace(reader, floor=floor)
        parsed = row.parse.resolve()(bare_words, reader)
        if reader.floor:
            _require_floor(reader.floor, parsed)
        unused: Period | None = getattr(parsed, "unused_period", None)
        line_parts = self._build_line(row, parsed)
        read = self._describe(row, words, parsed, reading, line_parts)
        if unused:
            read["passed_over"].append(unused.label)
        request = Request(row, words, parsed, read, self._write_note(reading, unused), line=line_parts)
        filters = request.question.filters if request.question else ()
        cut = Line(sides=(Side(filters),)).spell(self.words.vocabulary) if filters else ""
        return replace(request, cut=cut)

    def _explain_line(self, text: str, otherwise: QuestionError) -> QuestionError:
        """Return the grammar's error of a text; `otherwise` where it has none."""
        try:
            self._read_line(text)
        except QuestionError as error:
            return error
        return otherwise

    def _read_sentence(self, text: str) -> Request:
        currency = self.reader.scope.ledger.currency.code
        floor, rest = read_floor(text, currency)
        if floor is None:
            floor, rest = read_spoken_floor(text, currency)
        reading = self._read_above(floor, rest) if floor else read_sentence(text, self.words, self.moment)
        if reading.is_courtesy:
            return Request(COURTESY, "", None, {"command": "courtesy"})
        return self._read_line(reading.line, reading)

    def _read_above(self, floor: Filter, text: str) -> Reading:
        """Return the line of a sentence whose base begins at an ARR, which is no longer in its words."""

        def add_floor(line: Line) -> Line:
            return replace(line, sides=tuple(replace(side, filters=(*side.filters, floor)) for side in line.sides))

        try:
            reading = read_sentence(text, self.words, self.moment)
            if reading.meaning and reading.meaning.command == "define":
                # "What is NRR" asks for a definition, "what is NRR of customers above 100k ARR" for a figure.
                reading = read_sentence(f"{text} {self.moment.default.label}", self.words, self.moment)
        except QuestionError as error:
            offered: Sequence[Line] = error.values.get("meanings", ())  # type: ignore[assignment]
            meanings = tuple(map(add_floor, offered))
            lines = tuple(line.spell(self.words.vocabulary) for line in meanings)
            raise QuestionError(
                error.problem, error.fix, **{**error.values, "meanings": meanings, "lines": lines}
            ) from error
        if reading.meaning is None:
            return reading
        meaning = add_floor(reading.meaning)
        return replace(reading, meaning=meaning, line=meaning.spell(self.words.vocabulary))

    def _choose_error(self, text: str, typed: QuestionError, sentence: QuestionError) -> QuestionError:
        """Return the error of a text that is no line and no sentence, with the lines that it may mean.

        The grammar's error counts where it has a near name, or understood every word and says why it has no answer.

        Args:
            text: the text.
            typed: the grammar's error, without near names, as these take longer than a reading.
            sentence: the error of the sentence.

        """
        lines: Sequence[str] = sentence.values.get("lines", ())  # type: ignore[assignment]
        count: int = sentence.values.get("whole", 0)  # type: ignore[assignment]
        whole, shorter = lines[:count], lines[count:]
        if sentence.problem not in _SPECIFIC and not whole:
            if sentence.values.get("is_plain"):
                typed = self._explain_line(text, typed)
            if typed.values.get("nearest_names") and sentence.values.get("is_plain"):
                example = str(typed.values.get("example", "")).removeprefix(f"/{self.metric}").strip()
                return self._write_error(typed, sentence, [example], shorter)
            is_understood = not any(typed.values.get("unknown_words", ()))  # type: ignore[arg-type]
            if is_understood and (sentence.problem == NOT_UNDERSTOOD or "lines" not in sentence.values):
                return self._write_error(typed, sentence, [], shorter)
        return self._write_error(sentence, sentence, whole, shorter)

    def _write_error(
        self, error: QuestionError, sentence: QuestionError, whole: Sequence[str], shorter: Sequence[str]
    ) -> QuestionError:
        """Return an error with the lines that can be asked instead.

        Args:
            error: the error.
            sentence: the error of the sentence, which has the meanings of the lines.
            whole: the lines that leave no word out, the best first.
            shorter: the lines without the words that were not understood.

        """
        requests = self._keep_answerable([*whole, *shorter])
        nearest = tuple(requests)
        names = self._name_lines(requests, sentence)
        meant = [f"/{self.metric} {line}" for line in nearest if line in whole]
        without = [f"/{self.metric} {line}" for line in nearest if line not in whole]
        values = {**error.values, "nearest_lines": nearest, "nearest_meanings": names, "meant": next(iter(names), "")}
        values |= {"nearest": ", ".join(meant) or error.values.get("nearest", ""), "without": ", ".join(without)}
        if not nearest:
            if "lines" not in error.values:
                return QuestionError(error.problem, error.fix, **values)
            return QuestionError(error.problem, _ASK_HELP, **{**values, "example": f"/{self.metric} help"})
        if not meant:
            return QuestionError(error.problem, _WITHOUT if error is sentence else error.fix, **values)
        is_near = bool(error.values.get("nearest_names")) or error.problem == NO_SUCH_NAME
        if values["meant"] and is_near:
            is_period = error.problem in {NO_PERIOD, FILTER_NO_PERIOD}
            ask = _ASK_LINE_OR_WITHOUT if without else _ASK_LINE
            near_miss = _NEAR_MISS_IN_TABLES if self.is_of_warehouse else _NEAR_MISS
            return QuestionError(_NEAR_PERIOD if is_period else near_miss, ask, **values)
        fix = error.fix if "{nearest}" in error.fix else DID_YOU_MEAN
        return QuestionError(error.problem, _MEANT_OR_WITHOUT if without else fix, **values)

    def _has_ambiguous_words(self, text: str) -> bool:
        """Tell whether a word may ask for something else; "comptes" in "grands comptes" is a part of a value."""
        words = [fold_word(token.text) for token in tokenize(clean_text(text)) if token.kind == "word"]
        pairs = list(zip(["", *words], words, strict=False))
        find = self.words.vocabulary.find_filter
        # "Retention net of consumer" is no net retention of Consumer.
        is_net_of = ("net", "of") in pairs
        return is_net_of or any(
            word in _AMBIGUOUS and not (before and find(f"{before} {word}")) for before, word in pairs
        )

    def _name_lines(self, requests: Mapping[str, Request], sentence: QuestionError) -> tuple[str, ...]:
        """Return some lines in words, those of one name with their columns; one of no known parts is its own name."""
        lines: Sequence[str] = sentence.values.get("lines", ())  # type: ignore[assignment]
        meanings: Sequence[Line] = sentence.values.get("meanings", ())  # type: ignore[assignment]
        known = dict(zip(lines, meanings, strict=True))
        parts = {line: known.get(line) or request.line for line, request in requests.items()}
        names = {line: self._name_line(meaning) if meaning else line for line, meaning in parts.items()}
        counts = Counter(names.values())
        return tuple(
            self._name_line(meaning, shows_columns=True) if meaning and counts[names[line]] > 1 else names[line]
            for line, meaning in parts.items()
        )

    def _name_line(self, line: Line, *, shows_columns: bool = False) -> str:
        command, _ = find_command(line.command)
        return self.namer.name_line(line, command.words, shows_columns=shows_columns)

    def _write_note(self, reading: Reading | None, unused: Period | None) -> Note | None:
        """Return how a sentence was read, and its line; of a line as typed only what it does not use."""
        if reading and reading.meaning:
            notes = list_reading_notes(reading, self._name_line(reading.meaning), self.namer.translate)
            return Note(" ".join(notes), f"/{self.metric} {reading.line}")
        return Note(self.namer.translate(PASSED_OVER, words=unused)) if unused else None

    def _keep_answerable(self, lines: Iterable[str]) -> dict[str, Request]:
        """Return up to three lines, each of another meaning, of those that can be answered, with their requests."""
        kept: dict[str, Request] = {}
        for line in lines:
            if len(kept) == _MOST_NEAREST or not line:
                continue
            try:
                request = self._read_line(line, explains=False)
                is_new = all(request.read["as"] != other.read["as"] for other in kept.values())
                if is_new and self.can_answer(request):
                    kept[line] = request
            except QuestionError:
                continue
        return kept

    def _describe(
        self, row: Command, words: str, parsed: Any, reading: Reading | None, parts: Line | None
    ) -> dict[str, Any]:
        """Return how a request was understood, as JSON."""
        name = "answer" if row is QUESTION else "vs" if row is COMPARISON else row.words[0]
        typed = parts.spell(self.words.vocabulary) if parts else f"{name} {clean_text(words)}".strip()
        line = reading.line if reading else typed
        passed_over = list(reading.passed_over) if reading else []
        head = {"command": name, "as": line}
        if isinstance(parsed, tuple):
            sides = [self._describe_question(side) for side in parsed]
            return {**head, "sides": [{**head, **side} for side in sides], "passed_over": passed_over}
        question = parsed if isinstance(parsed, Question) else getattr(parsed, "question", None)
        read: dict[str, Any] = {**head, **(self._describe_question(question) if question else {})}
        read["parts"] = list(getattr(parsed, "parts", ()))
        read["limit"] = build_limits_json(getattr(parsed, "limits", NO_LIMITS))
        if getattr(parsed, "columns", ()):
            read["columns"] = list(parsed.columns)
        arguments = _list_arguments(name, parsed, self.reader.scope.ledger)
        if arguments:
            read["arguments"] = arguments
        return {**read, "passed_over": passed_over}

    def _describe_question(self, question: Question) -> dict[str, Any]:
        window = question.period.window
        filters, base = drop_floor(question.filters), build_base_json(question.filters)
        return {
            "filters": _group(entry for entry in filters if not entry.excluded),
            "exclude": _group(entry for entry in filters if entry.excluded),
            **({"base": base} if base else {}),
            "start": str(window.start),
            "end": str(window.end),
            "metric": question.metric,
        }

    def _build_line(self, row: Command, parsed: Any) -> Line | None:
        """Return the parts of the line of a request; None where these are not cuts and periods."""
        if row in {QUESTION, COMPARISON}:
            questions: Sequence[Question] = parsed if isinstance(parsed, tuple) else (parsed,)
            first = questions[0]
            metric = first.metric if first.metric != self.metric else None
            sides = tuple(Side(question.filters, question.period) for question in questions)
            method = (first.method,) if first.method != "cohort" else ()
            return Line(metric=metric, sides=sides, parts=method)
        name = row.name
        question = parsed if isinstance(parsed, Question) else getattr(parsed, "question", None)
        if question is None or name not in _WITH_PERIOD | _WITHOUT_PERIOD:
            return None
        limits = str(getattr(parsed, "limits", NO_LIMITS))
        columns = spell_columns(getattr(parsed, "columns", ()))
        has_period = name in _WITH_PERIOD or getattr(parsed, "in_period", False)
        return Line(
            name,
            question.metric if question.metric != self.metric else None,
            (Side(question.filters, question.period if has_period else None),),
            _spell_argument(name, parsed),
            (*_list_parts(name, parsed), *filter(None, [limits, columns])),
        )


def _require_floor(floor: Filter, parsed: Any) -> None:
    """Check that the base of what was parsed begins at an ARR.

    Raises:
        QuestionError: it is about no base.

    """
    question = parsed if isinstance(parsed, Question) else getattr(parsed, "question", None)
    if question is None or floor not in question.filters:
        raise QuestionError(
            N_("“{words}” has no effect on this answer."), N_("Leave it out."), words=spell_floor(floor)
        )


def _spell_argument(name: str, parsed: Any) -> str:
    """Return what a sub-command takes before its cut: a column, a number of days, a grain."""
    if name == "renewals":
        return "" if parsed.in_period else str(parsed.days)
    if name == "trend":
        return str(parsed)
    if name == "reconcile":
        return str(parsed.percent)
    dimension = getattr(parsed, "dimension", None)
    if dimension:
        return dimension if name == "by" else f"by {dimension}"
    return parsed.grain if name == "cohorts" else ""


def _list_arguments(name: str, parsed: Any, ledger: Ledger) -> dict[str, Any]:
    """Return the further arguments of a sub-command, as JSON."""
    if name == "account":
        return {"account": ledger.accounts.ids[parsed]}
    if name == "renewals":
        return {} if parsed.in_period else {"days": parsed.days}
    if name == "define":
        return {"term": parsed.names[0].lower()}
    if name == "reconcile":
        return {"percent": str(parsed.percent)}
    if name == "benchmarks":
        return {"percent": f"{float(parsed.asked * 100):g}"} if parsed.asked is not None else {}
    if name == "cohorts":
        return {"grain": parsed.grain}
    if name == "trend":
        return {"grain": parsed.grain, "count": parsed.count} if str(parsed) else {}
    dimension = getattr(parsed, "dimension", None)
    return {"dimension": dimension} if dimension else {}


def _list_parts(name: str, parsed: Any) -> tuple[str, ...]:
    """Return the parts that a line names: not those that `accounts` lists by default."""
    if name != "accounts":
        return ()
    from core.reports.accounts import DEFAULT  # here, as a plain answer needs nothing of it

    return () if parsed.parts == DEFAULT else parsed.parts


def _group(filters: Iterable[Filter]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for entry in filters:
        groups.setdefault(entry.dimension, []).append(entry.value)
    return groups
