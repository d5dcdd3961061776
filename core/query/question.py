"""Words -> Question: "enterprise Q3", "industry=fintech TTM", "grands comptes T3", in any order.

English and French are read at once. At each word the longest name wins: a period before a value of the same length,
a value before a period that cannot be (a plan "S3"). Nothing that was not understood is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period
from core.query.did_you_mean import ReadSoFar, no_value, unknown_dimension, unknown_words
from core.query.period_phrases import IMPOSSIBLE, LONGEST, PeriodPhrase, match_period
from core.query.periods import last_quarter, merge, resolve
from core.query.tokens import Token, fold_word, tokenize
from core.query.vocabulary import METHODS, METRICS, Filter, Vocabulary, describe_values
from core.terms import Method, Metric
from core.text import clean

__all__ = ["Filter", "Question", "Vocabulary", "parse"]

# Longer than any question, and short enough to be read in a moment whatever stands in it.
LIMIT = 500
_LONGEST_VALUE = 8
_LONGEST_DIMENSION = 6

TOO_LONG = N_("The question has {length} characters, more than the {limit} that I read.")
BE_SHORT = N_('Name a segment and a period, such as "{example}".')
TWO_PERIODS = N_('Two periods: "{first}" and "{second}".')
ONE_PERIOD = N_("Ask for one, or for a range such as 2025-01..2025-06.")
TWOMETHODS = N_('Two methods: "{first}" and "{second}".')
ONE_METHOD = N_("Ask for one at a time; `methods` shows them side by side.")
WRITE_PERIOD = N_("Periods are written Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM.")


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked.

    Attributes:
        metric: which figure stands first.
        filters: in the order in which they were said; an account meets one of each dimension. None: the whole company.
        period: the asked window.
        method: how the ratios are calculated.

    """

    metric: Metric
    filters: tuple[Filter, ...]
    period: Period
    method: Method = "cohort"


@dataclass(slots=True)
class _Scan:
    """A walk over the tokens that gathers what they say. Each reader returns how many tokens it took, 0 for none."""

    tokens: list[Token]
    vocabulary: Vocabulary
    metric: Metric
    periods: list[tuple[PeriodPhrase, slice]] = field(default_factory=list)
    # In the order in which they were said, each once.
    filters: dict[Filter, None] = field(default_factory=dict)
    mentions: list[str] = field(default_factory=list)
    methods: list[tuple[Method, str]] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    unknown: list[slice] = field(default_factory=list)
    # What was told with "=" and is not there; raised at the end, when the period is known too.
    misses: list[Callable[[ReadSoFar], QuestionError]] = field(default_factory=list)

    def run(self) -> None:
        readers: tuple[Callable[[int], int], ...] = (
            self._read_dimension,
            self._read_name,
            self._read_word,
            self._read_unknown,
        )
        at = 0
        while at < len(self.tokens):
            at += next(taken for reader in readers if (taken := reader(at)))

    def text(self, where: slice) -> str:
        return " ".join(token.text for token in self.tokens[where])

    def _text(self, at: int, length: int) -> str:
        return self.text(slice(at, at + length))

    def _is(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].kind == "is"

    def _words_from(self, at: int, longest: int) -> int:
        """Return how many words in a row stand at `at`, at most `longest`."""
        count = 0
        while count < longest and at + count < len(self.tokens) and self.tokens[at + count].kind == "word":
            count += 1
        return count

    def _value(self, at: int, find: Callable[[str], Filter | None]) -> tuple[int, Filter | None]:
        """Return (tokens taken, filter) of the longest value that begins at `at`."""
        if at < len(self.tokens) and self.tokens[at].kind == "quoted":
            return 1, find(self.tokens[at].text)
        # "-smb" is how some exclude a word: better unknown than read as its opposite.
        if at < len(self.tokens) and self.tokens[at].text.startswith("-"):
            return 0, None
        for length in range(self._words_from(at, _LONGEST_VALUE), 0, -1):
            found = find(self._text(at, length))
            if found:
                return length, found
        return 0, None

    def _read_dimension(self, at: int) -> int:
        """Read `industry=fintech`, `industry fintech`, or `industry` alone, which a value elsewhere may explain."""
        for length in range(self._words_from(at, _LONGEST_DIMENSION), 0, -1):
            dimension = self.vocabulary.dimension(self._text(at, length))
            if dimension is not None:
                return self._read_value_of(dimension, at, length)
        return 0

    def _read_value_of(self, dimension: str, at: int, length: int) -> int:
        told = self._is(at + length)
        start = at + length + told

        def find(text: str) -> Filter | None:
            value = self.vocabulary.value(dimension, text)
            return Filter(dimension, value) if value is not None else None

        taken, found = self._value(start, find)
        if found:
            self.filters[found] = None
            return length + told + taken
        if not told:
            return self._mention(dimension, at, length)
        unread = self._until_known(start)
        self.misses.append(partial(no_value, dimension=dimension, words=self._text(start, unread)))
        return length + told + unread

    def _mention(self, dimension: str, at: int, length: int) -> int:
        """Keep a dimension named without a value, unless its name is better read as something else ("Plan B")."""
        if describe_values(self._text(at, length)) or self._period(at)[1] or self._value(at, self._bare)[0] > length:
            return 0
        self.mentions.append(dimension)
        return length

    def _until_known(self, start: int) -> int:
        """Return how many tokens from `start` on belong to a value that nobody knows."""
        if start < len(self.tokens) and self.tokens[start].kind == "quoted":
            return 1
        count = 0
        for at in range(start, start + self._words_from(start, _LONGEST_VALUE)):
            if self._is(at + 1) or self._period(at)[1]:
                break
            count += 1
        return count

    def _period(self, at: int) -> tuple[int, PeriodPhrase | None]:
        words = [fold_word(token.text) for token in self.tokens[at : at + self._words_from(at, LONGEST)]]
        for length in range(len(words), 0, -1):
            said = match_period(" ".join(words[:length]))
            if said:
                return length, said
        return 0, None

    def _bare(self, text: str) -> Filter | None:
        """Find a value without its dimension; "DE" is Germany where the sheet has it so, "de" is a French word."""
        found = self.vocabulary.find(text)
        if found and describe_values(text) and (found.value != text or text.islower()):
            return None
        return found

    def _read_name(self, at: int) -> int:
        """Read a period or a value, whichever is longer."""
        period_length, said = self._period(at)
        value_length, found = self._value(at, self._bare)
        if said and not said.impossible and (period_length >= value_length or not found):
            self.periods.append((said, slice(at, at + period_length)))
            return period_length
        if found:
            self.filters[found] = None
            return value_length
        if said and said.impossible:
            raise QuestionError(IMPOSSIBLE[said.impossible], WRITE_PERIOD, unknown=self._text(at, period_length))
        return 0

    def _read_word(self, at: int) -> int:
        """Read a metric, a method, or a word that changes nothing."""
        token = self.tokens[at]
        word = fold_word(token.text)
        if token.kind == "word" and word in METRICS:
            self.metrics.append(METRICS[word])
        elif token.kind == "word" and word in METHODS:
            self.methods.append((METHODS[word], token.text))
        elif not (token.kind == "is" or (token.kind == "word" and describe_values(word))):
            return 0
        return 1

    def _read_unknown(self, at: int) -> int:
        """Keep what says nothing to us, neighbours together."""
        joined = bool(self.unknown) and self.unknown[-1].stop == at
        run = slice(self.unknown.pop().start if joined else at, at + 1)
        if self.tokens[at].kind == "word" and self._is(at + 1):
            self.misses.append(partial(unknown_dimension, words=self.text(run)))
            return 2 + self._until_known(at + 2)
        self.unknown.append(run)
        return 1

    def before(self, where: slice) -> str:
        """Return the words of the period that stands just before, empty where none does."""
        return next((self.text(place) for _, place in self.periods if place.stop == where.start), "")

    def said(self) -> PeriodPhrase | None:
        """Return the one period that was said, None when none was."""
        if not self.periods:
            return None
        said = merge([said for said, _ in self.periods])
        if said is None:
            first, second = self.text(self.periods[0][1]), self.text(self.periods[-1][1])
            raise QuestionError(TWO_PERIODS, ONE_PERIOD, first=first, second=second)
        return said

    def method(self) -> Method:
        """Return the one method that was said, `cohort` when none was."""
        other = next((said for said in self.methods if said[0] != self.methods[0][0]), None)
        if other:
            raise QuestionError(TWOMETHODS, ONE_METHOD, first=self.methods[0][1], second=other[1])
        return self.methods[0][0] if self.methods else "cohort"

    def read(self, period: Period | None) -> ReadSoFar:
        """Return what was understood."""
        return ReadSoFar(self.vocabulary, self.metric, tuple(self.filters), period)


def parse(
    text: str,
    vocabulary: Vocabulary,
    calendar: Calendar,
    data_through: Month,
    metric: Metric = "nrr",
    default: Period | None = None,
) -> Question:
    """Return the question that a person asked.

    Args:
        text: their words, in any order, at most LIMIT characters.
        vocabulary: the dimensions and values of the ledger.
        calendar: the fiscal calendar.
        data_through: the last month whose figures are in.
        metric: the figure that stands first unless the words name another.
        default: the period where the words name none, handed on as it is; the last complete quarter when None.

    No year means the latest such period that has begun.

    Raises:
        QuestionError: something was not understood or cannot be. Near misses carry `understood`, `unknown_words` and
            `nearest_names` among their values, each a tuple of texts.

    """
    # One character can stand for a whole sentence of others, so the cleaned text has to be short too.
    plain = clean(text[: LIMIT + 1])
    length = max(len(text), len(plain))
    if length > LIMIT:
        raise QuestionError(TOO_LONG, BE_SHORT, length=length, limit=LIMIT, example="enterprise Q3")
    scan = _Scan(list(tokenize(plain)), vocabulary, metric)
    scan.run()
    said, method = scan.said(), scan.method()
    period = resolve(said, calendar, data_through) if said else None
    read = scan.read(period)
    if scan.misses:
        raise scan.misses[0](read)
    if scan.unknown:
        runs = [scan.text(run) for run in scan.unknown]
        raise unknown_words(read, runs, scan.before(scan.unknown[0]), calendar, data_through)
    for dimension in scan.mentions:
        # "the enterprise segment": the word is explained by any filter there, and "segment" by any filter at all.
        named = any(wanted.dimension == dimension for wanted in scan.filters)
        if not named and not (scan.filters and dimension in {"segment", "size"}):
            raise no_value(read, dimension=dimension, words="")
    return Question(
        metric=scan.metrics[0] if scan.metrics else metric,
        filters=tuple(scan.filters),
        period=period or default or last_quarter(calendar, data_through),
        method=method,
    )
