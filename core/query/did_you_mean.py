"""What to say when a question was read in part: what was understood, what was not, the nearest names, an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period
from core.query.period_phrases import NAMES, match_period
from core.query.periods import resolve
from core.query.tokens import fold_word
from core.query.vocabulary import Filter, Vocabulary, describe_values
from core.terms import Metric
from core.text import find_nearest, key

# Bounds on the work, and on what a person is asked to read.
_COMPARED = 5_000
_ALIKE = 0.65
_NEAREST = 3
_LISTED = 12
_QUOTED = 60

NOTHING_READ = N_('I know no segment or period "{unknown}".')
PERIOD_READ = N_('I read the period "{period}" but know no segment "{unknown}".')
FILTER_READ = N_('I read "{segment}" but know no segment or period "{unknown}".')
BOTH_READ = N_('I read "{segment}" and the period "{period}" but not "{unknown}".')
NO_PERIOD = N_('I know no period "{unknown}".')
FILTER_NO_PERIOD = N_('I read "{segment}" but know no period "{unknown}".')
NO_VALUE = N_('I know no "{unknown}" in {dimension}.')
PERIOD_NO_VALUE = N_('I read the period "{period}" but know no "{unknown}" in {dimension}.')
WHICH_VALUE = N_("Which {dimension} do you mean?")
NO_DIMENSION = N_('I know no dimension "{unknown}".')

# By (are there near names, are there names to list).
SEGMENT_MENDS = {
    (True, True): N_("Nearest: {nearest}. Segments: {names}. Example: {example}"),
    (True, False): N_("Nearest: {nearest}. Example: {example}"),
    (False, True): N_("Segments: {names}. Example: {example}"),
    (False, False): N_("Example: {example}"),
}
VALUE_MENDS = SEGMENT_MENDS | {
    (True, True): N_("Nearest: {nearest}. {dimension} has: {names}. Example: {example}"),
    (False, True): N_("{dimension} has: {names}. Example: {example}"),
}
DIMENSION_MENDS = SEGMENT_MENDS | {
    (True, True): N_("Nearest: {nearest}. Dimensions: {names}. Example: {example}"),
    (False, True): N_("Dimensions: {names}. Example: {example}"),
}
PERIOD_MENDS = SEGMENT_MENDS | {
    (False, False): N_("Periods are written Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM. Example: {example}"),
}


@dataclass(frozen=True, slots=True)
class ReadSoFar:
    """What was understood of a question; `period` is None when none was said."""

    vocabulary: Vocabulary
    metric: Metric
    filters: tuple[Filter, ...]
    period: Period | None


@dataclass(frozen=True, slots=True)
class _Hint:
    """A name that may have been meant: what to call it, and the filter to try it with, None where it is a period."""

    name: str
    wanted: Filter | None = None


def unknown_words(
    read: ReadSoFar, runs: Sequence[str], after: str, calendar: Calendar, data_through: Month
) -> QuestionError:
    """Return the error for words that name nothing.

    Args:
        read: what was understood.
        runs: the unknown words, neighbours together; the sentence speaks of the first.
        after: the words of the period that stands just before the first, empty where none does.
        calendar: the fiscal calendar.
        data_through: the last month whose figures are in.

    """
    words = runs[0]
    hints = _nearest(words, _names(read.vocabulary, data_through))
    period_meant = hints[0].wanted is None if hints else any(letter.isdigit() for letter in words)
    # The best tells what was meant; a plan that happens to be spelt like a period only confuses.
    hints = tuple(hint for hint in hints if (hint.wanted is None) == period_meant)
    phrases = [f"{after} {hint.name}" for hint in hints if after and period_meant]
    wholes = tuple(_Hint(phrase) for phrase in phrases if _can_be_asked(phrase, calendar, data_through))
    if wholes:
        # "Q3 20205": what was read as the period is one half of it.
        hints, runs = wholes, (f"{after} {words}", *runs[1:])
    if period_meant and (hints or not read.period):
        what = FILTER_NO_PERIOD if read.filters else NO_PERIOD
        return _error(what, PERIOD_MENDS, read, runs, hints, (), _example(read, hints, "last quarter", period=True))
    what = {
        (False, False): NOTHING_READ,
        (False, True): PERIOD_READ,
        (True, False): FILTER_READ,
        (True, True): BOTH_READ,
    }[bool(read.filters), bool(read.period)]
    dimension = next(iter(read.vocabulary.dimensions), "")
    values = read.vocabulary.dimensions.get(dimension, ())
    example = _example(read, hints, _any_of(read.vocabulary, dimension))
    return _error(what, SEGMENT_MENDS, read, runs, hints, values, example)


def no_value(read: ReadSoFar, *, dimension: str, words: str) -> QuestionError:
    """Return the error for a dimension that has no such value, or that was named without any (`words` empty)."""
    vocabulary = read.vocabulary
    hints = _nearest(words, _value_names(vocabulary, dimension))
    values = vocabulary.dimensions[dimension]
    example = _example(read, hints, _any_of(vocabulary, dimension))
    what = (PERIOD_NO_VALUE if read.period else NO_VALUE) if words else WHICH_VALUE
    return _error(what, VALUE_MENDS, read, (words,), hints, values, example, vocabulary.heading(dimension))


def unknown_dimension(read: ReadSoFar, *, words: str) -> QuestionError:
    """Return the error for `words=...` where no dimension is called so."""
    vocabulary = read.vocabulary
    names = _dimension_names(vocabulary)
    hints = _nearest(words, names)
    wanted = next((hint.wanted for hint in (*hints, *names.values()) if hint.wanted), None)
    example = _example(read, (), _explicit(wanted) if wanted else "")
    headings = tuple(map(vocabulary.heading, vocabulary.dimensions))
    return _error(NO_DIMENSION, DIMENSION_MENDS, read, (words,), hints, headings, example)


def _error(
    what: str,
    mends: Mapping[tuple[bool, bool], str],
    read: ReadSoFar,
    runs: Sequence[str],
    hints: Sequence[_Hint],
    names: Sequence[str],
    example: str,
    dimension: str = "",
) -> QuestionError:
    segments = tuple(kept.value for kept in read.filters)
    return QuestionError(
        what,
        mends[bool(hints), bool(names)],
        unknown=_short(runs[0], _QUOTED),
        period=read.period or "",
        segment=", ".join(segments),
        dimension=dimension,
        nearest=", ".join(hint.name for hint in hints),
        names=", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else ""),
        example=example,
        understood=(*segments, read.period.label) if read.period else segments,
        unknown_words=tuple(runs),
        nearest_names=tuple(hint.name for hint in hints),
    )


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _example(read: ReadSoFar, hints: Sequence[_Hint], otherwise: str, *, period: bool = False) -> str:
    """Return a question that can be asked: the nearest name, or what was read, or else `otherwise`."""
    kept = [_typed(read.vocabulary, wanted) for wanted in read.filters]
    nearest = _typed(read.vocabulary, hints[0].wanted) if hints and hints[0].wanted else hints[0].name if hints else ""
    if period:
        parts = [*kept, nearest or otherwise]
    else:
        parts = [nearest] if nearest else kept or [otherwise]
        parts += [read.period.label] if read.period else []
    return " ".join([f"/{read.metric}", *filter(None, parts)])


def _any_of(vocabulary: Vocabulary, dimension: str) -> str:
    """Return how to type some value of a dimension; empty where it has none."""
    values = vocabulary.dimensions.get(dimension)
    return _typed(vocabulary, Filter(dimension, values[0])) if values else ""


def _typed(vocabulary: Vocabulary, wanted: Filter) -> str:
    """Return how to type a filter: the bare value where that is enough, else `dimension="value"`."""
    bare = wanted.value.lower()
    plain = re.fullmatch(r"[^\W\d_]+(?:[ -][^\W_]+){0,2}", bare) and not _is_period(bare) and not describe_values(bare)
    if plain and vocabulary.find(bare) == wanted and vocabulary.dimension(bare) is None:
        return bare
    return _explicit(wanted)


def _explicit(wanted: Filter) -> str:
    value = wanted.value.replace('"', "")
    return f'{wanted.dimension}="{value}"'


def _is_period(text: str) -> bool:
    return match_period(" ".join(map(fold_word, text.split()))) is not None


def _can_be_asked(phrase: str, calendar: Calendar, data_through: Month) -> bool:
    said = match_period(" ".join(map(fold_word, phrase.split())))
    if said is None or said.impossible:
        return False
    try:
        resolve(said, calendar, data_through)
    except QuestionError:
        return False
    return True


def _value_names(vocabulary: Vocabulary, dimension: str) -> dict[str, _Hint]:
    return {
        name: _Hint(value, Filter(dimension, value))
        for name, value in islice(vocabulary.spellings[dimension].items(), _COMPARED)
    }


def _dimension_names(vocabulary: Vocabulary) -> dict[str, _Hint]:
    """Return the dimensions that have a value, each typed with its first one."""
    return {
        key(name): _Hint(vocabulary.heading(dimension), Filter(dimension, values[0]))
        for dimension, values in vocabulary.dimensions.items()
        if values
        for name in (dimension, vocabulary.heading(dimension))
    }


def _names(vocabulary: Vocabulary, data_through: Month) -> dict[str, _Hint]:
    """Return all that can be asked for, values before dimensions before periods where they are spelt alike."""
    names = {key(name): _Hint(name) for name in _periods(data_through)}
    names |= _dimension_names(vocabulary)
    for dimension in reversed(tuple(vocabulary.dimensions)):
        names |= _value_names(vocabulary, dimension)
    return names


def _periods(data_through: Month) -> Iterable[str]:
    yield from NAMES
    yield from (str(data_through.year - back) for back in range(3))


def _nearest(words: str, names: Mapping[str, _Hint]) -> tuple[_Hint, ...]:
    """Return up to three names like `words`, the best first; like any one of the words where none is like all."""
    for wanted in ([words], words.split()[:8]):
        found = {names[name].name: names[name] for one in wanted for name in find_nearest(key(one), names, 6, _ALIKE)}
        if found:
            return tuple(found.values())[:_NEAREST]
    return ()
