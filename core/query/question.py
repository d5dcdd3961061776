"""Words -> Question: "enterprise Q3", "industry=fintech TTM", "grands comptes T3", in any order.

English and French are read together. At each word the longest name wins: a period before a value of the same length,
a value before an impossible period (a plan "S3"). Each word that was not understood is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period
from core.query.did_you_mean import (
    NOTHING_READ,
    PartialQuestion,
    explain_unknown_dimension,
    explain_unknown_value,
    explain_unknown_words,
)
from core.query.period_phrases import IMPOSSIBLE_PERIODS, MOST_WORDS, PeriodPhrase, count_period_words, match_period
from core.query.periods import find_last_quarter, merge_periods, resolve_period, resolve_period_ahead
from core.query.tokens import Token, fold_word, tokenize
from core.query.vocabulary import (
    EXCLUDING_WORDS,
    FILLERS,
    LONGEST_VALUE,
    METHOD_WORDS,
    METRIC_WORDS,
    Filter,
    Vocabulary,
    is_reserved_word,
)
from core.terms import Method, Metric
from core.text import clean_text

__all__ = ["Filter", "Question", "Vocabulary", "parse_question"]

# Longer than any question, and short enough to be parsed quickly whatever it contains.
MOST_CHARACTERS = 500
_LONGEST_DIMENSION = 6
_JOINING_WORDS = frozenset(("and", "or", "nor", "et", "ou", "ni"))

TOO_LONG = N_("The question has {length} characters; the limit is {limit}.")
BE_SHORT = N_('Name a segment and a period, such as "{example}".')
TWO_PERIODS = N_('The question names two periods: "{first}" and "{second}".')
ONE_PERIOD = N_("Ask for one period, or for a range such as 2025-01..2025-06.")
TWO_METHODS = N_('The question names two methods: "{first}" and "{second}".')
ONE_METHOD = N_("Ask for one method at a time; `methods` shows all of them side by side.")
ASKED_AND_EXCLUDED = N_('The question asks for "{value}" and excludes it.')
LEAVE_ONE_OUT = N_("Leave out one of the two.")
WRITE_PERIOD = N_("Write a period as Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM.")


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was understood.

    Attributes:
        metric: the figure that comes first.
        filters: the filters in the order of the question; an account matches one filter of each dimension. Without
            filters, the question is about the whole company.
        period: the period.
        method: the method of calculating the ratios.

    """

    metric: Metric
    filters: tuple[Filter, ...]
    period: Period
    method: Method = "cohort"


@dataclass(slots=True)
class _QuestionReader:
    """Reads the tokens from left to right. Each `_read_...` returns the number of tokens it has read, 0 for none.

    Attributes:
        tokens: the tokens of the question.
        vocabulary: the dimensions and values of the ledger.
        metric: the figure that comes first by default.
        explains: whether all words that were not understood are reported, and not the first one alone.
        periods: the phrases that name a period, and their tokens.
        filters: the filters in the order of the question, each once; the values are None.
        dimensions: the dimensions named without a value.
        methods: the methods, and their words.
        metrics: the metrics.
        unknown: the runs of tokens that were not understood.
        misses: the errors for names after or before "=" that do not exist. They are raised at the end, when the period
            is known too.
        names: place -> the number of words from there on that can be one name.

    """

    tokens: list[Token]
    vocabulary: Vocabulary
    metric: Metric
    explains: bool
    periods: list[tuple[PeriodPhrase, slice]] = field(default_factory=list)
    filters: dict[Filter, None] = field(default_factory=dict)
    dimensions: list[str] = field(default_factory=list)
    methods: list[tuple[Method, str]] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    unknown: list[slice] = field(default_factory=list)
    misses: list[Callable[[PartialQuestion], QuestionError]] = field(default_factory=list)
    names: dict[int, int] = field(default_factory=dict)

    def read_tokens(self) -> None:
        """Read all tokens. At each place, the first reader that recognises something takes it."""
        readers: tuple[Callable[[int], int], ...] = (
            self._read_exclusion,
            self._read_dimension,
            self._read_name,
            self._read_word,
            self._read_unknown,
        )
        at = 0
        while at < len(self.tokens):
            at += next(length for reader in readers if (length := reader(at)))

    def join_text(self, run: slice) -> str:
        """Return the text of a run of tokens."""
        return " ".join(token.text for token in self.tokens[run])

    def _text(self, at: int, length: int) -> str:
        return self.join_text(slice(at, at + length))

    def _is_equals_sign(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].kind == "is"

    def _count_words(self, at: int, most: int) -> int:
        """Return the number of consecutive words from `at` on, at most `most`."""
        count = 0
        while count < most and at + count < len(self.tokens) and self.tokens[at + count].kind == "word":
            count += 1
        return count

    def _count_name(self, at: int) -> int:
        """Return the number of words from `at` on that can be one name."""
        if at not in self.names:
            words = self.tokens[at : at + self._count_words(at, LONGEST_VALUE)]
            self.names[at] = self.vocabulary.count_words([token.text for token in words])
        return self.names[at]

    def _match_value(self, at: int, find: Callable[[str], Filter | None]) -> tuple[int, Filter | None]:
        """Return (tokens, filter) of the longest value that begins at `at`."""
        if at < len(self.tokens) and self.tokens[at].kind == "quoted":
            return 1, find(self.tokens[at].text)
        # Some people exclude a word by "-smb" or "!smb": report it as unknown instead of reading it as its opposite.
        if at < len(self.tokens) and self.tokens[at].text.startswith(("-", "!")):
            return 0, None
        for length in range(self._count_name(at), 0, -1):
            value_filter = find(self._text(at, length))
            if value_filter:
                return length, value_filter
        return 0, None

    def _read_exclusion(self, at: int) -> int:
        """Read `not segment=consumer` or "except the consumers": the values after it, joined by "and" or a comma."""
        if self.tokens[at].kind != "word" or fold_word(self.tokens[at].text) not in EXCLUDING_WORDS:
            return 0
        included, self.filters, stop = self.filters, {}, at
        start: int | None = at + 1
        while start is not None:
            start = self._skip_fillers(start)
            length = self._read_filter(start) if start < len(self.tokens) else 0
            if not length:
                break
            stop = start + length
            start = self._find_next_excluded(stop)
        self.filters = included | dict.fromkeys(replace(entry, excluded=True) for entry in self.filters)
        return stop - at

    def _find_next_excluded(self, at: int) -> int | None:
        """Return where the next excluded value begins: after "and", or after a comma if it is of the same column."""
        if at >= len(self.tokens) or not self.filters:
            return None
        if fold_word(self.tokens[at].text) in _JOINING_WORDS:
            return at + 1
        dimension = next(reversed(self.filters)).dimension

        def find(text: str) -> Filter | None:
            value = self.vocabulary.find_value(dimension, text)
            return Filter(dimension, value) if value is not None else None

        return at if self.tokens[at].after_comma and self._match_value(at, find)[0] else None

    def _skip_fillers(self, at: int) -> int:
        while at < len(self.tokens) and self.tokens[at].kind == "word" and fold_word(self.tokens[at].text) in FILLERS:
            at += 1
        return at

    def _read_filter(self, at: int) -> int:
        """Read `industry=fintech` or a value alone; nothing else."""
        filters, dimensions, misses = len(self.filters), len(self.dimensions), len(self.misses)
        length = self._read_dimension(at)
        if len(self.filters) > filters or len(self.misses) > misses:
            return length
        del self.dimensions[dimensions:]
        length, value_filter = self._match_value(at, self._find_bare_value)
        if value_filter:
            self.filters[value_filter] = None
        return length

    def _read_dimension(self, at: int) -> int:
        """Read `industry=fintech`, `industry fintech`, or `industry` alone, which a value elsewhere may explain."""
        for length in range(min(self._count_name(at), _LONGEST_DIMENSION), 0, -1):
            dimension = self.vocabulary.find_dimension(self._text(at, length))
            if dimension is not None:
                return self._read_value(dimension, at, length)
        return 0

    def _read_value(self, dimension: str, at: int, length: int) -> int:
        """Read the value after the name of a dimension, which has `length` tokens from `at` on."""
        has_sign = self._is_equals_sign(at + length)
        start = at + length + has_sign

        def find(text: str) -> Filter | None:
            value = self.vocabulary.find_value(dimension, text)
            return Filter(dimension, value) if value is not None else None

        value_length, value_filter = self._match_value(start, find)
        if value_filter:
            self.filters[value_filter] = None
            return length + has_sign + value_length
        if not has_sign:
            return self._read_bare_dimension(dimension, at, length)
        unknown_length = self._count_unknown(start)
        self.misses.append(partial(explain_unknown_value, dimension=dimension, words=self._text(start, unknown_length)))
        return length + has_sign + unknown_length

    def _read_bare_dimension(self, dimension: str, at: int, length: int) -> int:
        """Read a dimension named without a value, unless its name is better read as something else ("Plan B")."""
        is_period = self._match_period(at)[1] is not None
        is_longer_value = self._match_value(at, self._find_bare_value)[0] > length
        if is_reserved_word(self._text(at, length)) or is_period or is_longer_value:
            return 0
        self.dimensions.append(dimension)
        return length

    def _count_unknown(self, start: int) -> int:
        """Return the number of tokens from `start` on that belong to an unknown value."""
        if start < len(self.tokens) and self.tokens[start].kind == "quoted":
            return 1
        count = 0
        for at in range(start, start + self._count_words(start, LONGEST_VALUE)):
            if self._is_equals_sign(at + 1) or self._match_period(at)[1]:
                break
            count += 1
        return count

    def _match_period(self, at: int) -> tuple[int, PeriodPhrase | None]:
        """Return (tokens, phrase) of the longest period that begins at `at`."""
        words = [fold_word(token.text) for token in self.tokens[at : at + self._count_words(at, MOST_WORDS)]]
        for length in range(count_period_words(words), 0, -1):
            phrase = match_period(" ".join(words[:length]))
            if phrase:
                return length, phrase
        return 0, None

    def _find_bare_value(self, text: str) -> Filter | None:
        """Find a value without its dimension; "DE" is Germany if the sheet writes it so, "de" is a French word."""
        value_filter = self.vocabulary.find_filter(text)
        if value_filter and is_reserved_word(text) and (value_filter.value != text or text.islower()):
            return None
        return value_filter

    def _read_name(self, at: int) -> int:
        """Read a period or a value, whichever is longer."""
        period_length, phrase = self._match_period(at)
        value_length, value_filter = self._match_value(at, self._find_bare_value)
        is_possible = phrase is not None and not phrase.impossible_kind
        if phrase and is_possible and (period_length >= value_length or not value_filter):
            self.periods.append((phrase, slice(at, at + period_length)))
            return period_length
        if value_filter:
            self.filters[value_filter] = None
            return value_length
        if phrase and phrase.impossible_kind:
            problem = IMPOSSIBLE_PERIODS[phrase.impossible_kind]
            raise QuestionError(problem, WRITE_PERIOD, unknown=self._text(at, period_length))
        return 0

    def _read_word(self, at: int) -> int:
        """Read a metric, a method, or a word without effect."""
        token = self.tokens[at]
        word = fold_word(token.text)
        if token.kind == "word" and word in METRIC_WORDS:
            self.metrics.append(METRIC_WORDS[word])
        elif token.kind == "word" and word in METHOD_WORDS:
            self.methods.append((METHOD_WORDS[word], token.text))
        elif not (token.kind == "is" or (token.kind == "word" and is_reserved_word(word))):
            return 0
        return 1

    def _read_unknown(self, at: int) -> int:
        """Keep a token that was not understood, joined with the unknown tokens before it."""
        is_joined = bool(self.unknown) and self.unknown[-1].stop == at
        run = slice(self.unknown.pop().start if is_joined else at, at + 1)
        if self.tokens[at].kind == "word" and self._is_equals_sign(at + 1):
            self.misses.append(partial(explain_unknown_dimension, words=self.join_text(run)))
            return 2 + self._count_unknown(at + 2)
        if not self.explains:
            raise _build_short_error(self.join_text(run))
        self.unknown.append(run)
        return 1

    def period_before(self, run: slice) -> str:
        """Return the words of the period just before a run of tokens, empty if there is no period there."""
        return next((self.join_text(place) for _, place in self.periods if place.stop == run.start), "")

    def merge_phrases(self) -> PeriodPhrase | None:
        """Return the one period of the question, None without a period.

        Raises:
            QuestionError: the question names two periods.

        """
        if not self.periods:
            return None
        merged = merge_periods([phrase for phrase, _ in self.periods])
        if merged is None:
            first, second = self.join_text(self.periods[0][1]), self.join_text(self.periods[-1][1])
            raise QuestionError(TWO_PERIODS, ONE_PERIOD, first=first, second=second)
        return merged

    def choose_method(self) -> Method:
        """Return the one method of the question, `cohort` without a method.

        Raises:
            QuestionError: the question names two methods.

        """
        other = next((entry for entry in self.methods if entry[0] != self.methods[0][0]), None)
        if other:
            raise QuestionError(TWO_METHODS, ONE_METHOD, first=self.methods[0][1], second=other[1])
        return self.methods[0][0] if self.methods else "cohort"


def parse_question(
    text: str,
    vocabulary: Vocabulary,
    calendar: Calendar,
    data_through: Month,
    metric: Metric = "nrr",
    default: Period | None = None,
    ahead: Month | None = None,
    floor: Filter | None = None,
    *,
    explains: bool = True,
) -> Question:
    """Return the question that a text asks.

    Args:
        text: the words, in any order, at most `MOST_CHARACTERS` characters.
        vocabulary: the dimensions and values of the ledger.
        calendar: the fiscal calendar.
        data_through: the last month with figures.
        metric: the figure that comes first unless the words name another one.
        default: the period if the words name no period; None for the last complete quarter.
        ahead: the present month where the period is one to come; None where it has figures.
        floor: the ARR from which the base begins, the last filter of the question; None where all accounts count.
        explains: whether the error of words that were not understood names what was, and near names.

    A period without a year is the latest such period that has begun.

    Raises:
        QuestionError: a word was not understood, or the question is impossible. For unknown words, the values of the
            error include `understood`, `unknown_words` and `nearest_names`, each a tuple of texts.

    """
    # Cleaning can turn one character into a whole sentence, so the cleaned text has to be short too.
    plain = clean_text(text[: MOST_CHARACTERS + 1])
    length = max(len(text), len(plain))
    if length > MOST_CHARACTERS:
        raise QuestionError(TOO_LONG, BE_SHORT, length=length, limit=MOST_CHARACTERS, example="enterprise Q3")
    reader = _QuestionReader(list(tokenize(plain)), vocabulary, metric, explains)
    reader.read_tokens()
    if floor:
        reader.filters[floor] = None
    phrase, method = reader.merge_phrases(), reader.choose_method()
    period = None
    if phrase:
        period = (
            resolve_period_ahead(phrase, calendar, ahead) if ahead else resolve_period(phrase, calendar, data_through)
        )
    understood = PartialQuestion(vocabulary, metric, tuple(reader.filters), period)
    if reader.misses:
        raise reader.misses[0](understood)
    asked = [entry for entry in reader.filters if not entry.excluded]
    contradiction = next((entry for entry in asked if replace(entry, excluded=True) in reader.filters), None)
    if contradiction:
        raise QuestionError(ASKED_AND_EXCLUDED, LEAVE_ONE_OUT, value=contradiction.value)
    if reader.unknown:
        runs = [reader.join_text(run) for run in reader.unknown]
        before = reader.period_before(reader.unknown[0])
        raise explain_unknown_words(understood, runs, before, calendar, data_through)
    for dimension in reader.dimensions:
        # "the enterprise segment": any filter on a dimension explains its name, and any filter explains "segment".
        is_filtered = any(entry.dimension == dimension for entry in reader.filters)
        if not is_filtered and not (reader.filters and dimension in {"segment", "size"}):
            raise explain_unknown_value(understood, dimension=dimension, words="")
    return Question(
        metric=reader.metrics[0] if reader.metrics else metric,
        filters=tuple(reader.filters),
        period=period or default or find_last_quarter(calendar, data_through),
        method=method,
    )


def _build_short_error(unknown: str) -> QuestionError:
    """Return the error of a question with a word that was not understood, which names nothing else."""
    return QuestionError(NOTHING_READ, BE_SHORT, unknown=unknown, example="", unknown_words=(unknown,))
