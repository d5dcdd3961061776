"""The errors for words that were not understood: the part that was, the unknown words, near names, an example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period
from core.query.base_floor import ARR_FLOOR, name_filter, spell_floor
from core.query.period_phrases import list_period_names, match_period
from core.query.periods import resolve_period
from core.query.tokens import fold_word
from core.query.vocabulary import Filter, Vocabulary, is_reserved_word
from core.terms import Metric
from core.text import MOST_COMPARED, find_nearest, fold_key

# Bounds on the names that an error shows, and the similarity that makes a name a near one.
_LEAST_ALIKE = 0.65
# A value has to be nearer than a period: "Belgique" is no misspelt "Logistique".
_VALUE_LEAST_ALIKE = 0.75
_NEAREST = 3
_LISTED = 12
_QUOTED = 60

NOTHING_READ = N_('There is no segment or period "{unknown}".')
PERIOD_READ = N_('I understood the period "{period}", but there is no segment "{unknown}".')
FILTER_READ = N_('I understood "{segment}", but there is no segment or period "{unknown}".')
BOTH_READ = N_('I understood "{segment}" and the period "{period}", but not "{unknown}".')
NO_PERIOD = N_('There is no period "{unknown}".')
FILTER_NO_PERIOD = N_('I understood "{segment}", but there is no period "{unknown}".')
NO_VALUE = N_('There is no "{unknown}" in {dimension}.')
PERIOD_NO_VALUE = N_('I understood the period "{period}", but there is no "{unknown}" in {dimension}.')
WHICH_VALUE = N_("Which {dimension} do you mean?")
NO_DIMENSION = N_('There is no dimension "{unknown}".')

# By (has near names, has names to list).
SEGMENT_FIXES = {
    (True, True): N_("Nearest: {nearest}. Segments: {names}. Example: {example}"),
    (True, False): N_("Nearest: {nearest}. Example: {example}"),
    (False, True): N_("Segments: {names}. Example: {example}"),
    (False, False): N_("Example: {example}"),
}
VALUE_FIXES = SEGMENT_FIXES | {
    (True, True): N_("Nearest: {nearest}. {dimension} has: {names}. Example: {example}"),
    (False, True): N_("{dimension} has: {names}. Example: {example}"),
}
DIMENSION_FIXES = SEGMENT_FIXES | {
    (True, True): N_("Nearest: {nearest}. Dimensions: {names}. Example: {example}"),
    (False, True): N_("Dimensions: {names}. Example: {example}"),
}
PERIOD_FIXES = SEGMENT_FIXES | {
    (False, False): N_("Write a period as Q3 2025, H1 2025, FY25, 2025, Sept. 2025 or TTM. Example: {example}"),
}


@dataclass(frozen=True, slots=True)
class PartialQuestion:
    """The part of a question that was understood; `period` is None if it names no period."""

    vocabulary: Vocabulary
    metric: Metric
    filters: tuple[Filter, ...]
    period: Period | None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name that may be the intended one: its spelling, and its filter, which is None for a period."""

    name: str
    filter: Filter | None = None


def explain_unknown_words(
    understood: PartialQuestion, runs: Sequence[str], after: str, calendar: Calendar, data_through: Month
) -> QuestionError:
    """Return the error for words that are no known name.

    Args:
        understood: the part of the question that was understood.
        runs: the unknown words, neighbours together; the sentence names the first run.
        after: the words of the period just before the first run; empty if there is no period there.
        calendar: the fiscal calendar.
        data_through: the last month with figures.

    """
    words = runs[0]
    candidates = _find_candidates(words, _list_all_names(understood.vocabulary, data_through))
    is_period = candidates[0].filter is None if candidates else any(letter.isdigit() for letter in words)
    # The best candidate decides the kind; a plan that happens to be spelt like a period would only confuse.
    candidates = tuple(candidate for candidate in candidates if (candidate.filter is None) == is_period)
    phrases = [f"{after} {candidate.name}" for candidate in candidates if after and is_period]
    whole_periods = tuple(_Candidate(phrase) for phrase in phrases if _can_be_asked(phrase, calendar, data_through))
    if whole_periods:
        # "Q3 20205": the period that was understood is only its first half.
        candidates, runs = whole_periods, (f"{after} {words}", *runs[1:])
    if is_period and (candidates or not understood.period):
        problem = FILTER_NO_PERIOD if understood.filters else NO_PERIOD
        return _build_error(
            problem,
            PERIOD_FIXES,
            understood,
            runs,
            candidates,
            (),
            _build_example(understood, candidates, "last quarter", period=True),
        )
    problem = {
        (False, False): NOTHING_READ,
        (False, True): PERIOD_READ,
        (True, False): FILTER_READ,
        (True, True): BOTH_READ,
    }[bool(understood.filters), bool(understood.period)]
    dimension = next(iter(understood.vocabulary.dimensions), "")
    values = understood.vocabulary.dimensions.get(dimension, ())
    example = _build_example(understood, candidates, _spell_first_value(understood.vocabulary, dimension))
    return _build_error(problem, SEGMENT_FIXES, understood, runs, candidates, values, example)


def explain_unknown_value(understood: PartialQuestion, *, dimension: str, words: str) -> QuestionError:
    """Return the error for a dimension without the value `words`, or named without a value (`words` empty)."""
    vocabulary = understood.vocabulary
    candidates = _find_candidates(words, _list_values(vocabulary, dimension))
    values = vocabulary.dimensions[dimension]
    example = _build_example(understood, candidates, _spell_first_value(vocabulary, dimension))
    problem = (PERIOD_NO_VALUE if understood.period else NO_VALUE) if words else WHICH_VALUE
    return _build_error(
        problem, VALUE_FIXES, understood, (words,), candidates, values, example, vocabulary.heading(dimension)
    )


def explain_unknown_dimension(understood: PartialQuestion, *, words: str) -> QuestionError:
    """Return the error for `words=...`, where `words` is no dimension."""
    vocabulary = understood.vocabulary
    names = _list_dimensions(vocabulary)
    candidates = _find_candidates(words, names)
    example_filter = next((entry.filter for entry in (*candidates, *names.values()) if entry.filter), None)
    example = _build_example(understood, (), _spell_explicitly(example_filter) if example_filter else "")
    headings = tuple(map(vocabulary.heading, vocabulary.dimensions))
    return _build_error(NO_DIMENSION, DIMENSION_FIXES, understood, (words,), candidates, headings, example)


def _build_error(
    problem: str,
    fixes: Mapping[tuple[bool, bool], str],
    understood: PartialQuestion,
    runs: Sequence[str],
    candidates: Sequence[_Candidate],
    names: Sequence[str],
    example: str,
    dimension: str = "",
) -> QuestionError:
    segments = tuple(map(name_filter, understood.filters))
    return QuestionError(
        problem,
        fixes[bool(candidates), bool(names)],
        unknown=_shorten(runs[0], _QUOTED),
        period=understood.period or "",
        segment=", ".join(segments),
        dimension=dimension,
        nearest=", ".join(candidate.name for candidate in candidates),
        names=", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else ""),
        example=example,
        understood=(*segments, understood.period.label) if understood.period else segments,
        unknown_words=tuple(runs),
        nearest_names=tuple(candidate.name for candidate in candidates),
    )


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _build_example(
    understood: PartialQuestion, candidates: Sequence[_Candidate], otherwise: str, *, period: bool = False
) -> str:
    """Return a question that can be asked: with the nearest name, or the understood part, or else `otherwise`."""
    segments = [spell_filter(understood.vocabulary, entry) for entry in understood.filters]
    nearest = (
        spell_filter(understood.vocabulary, candidates[0].filter)
        if candidates and candidates[0].filter
        else candidates[0].name
        if candidates
        else ""
    )
    if period:
        parts = [*segments, nearest or otherwise]
    else:
        parts = [nearest] if nearest else segments or [otherwise]
        parts += [understood.period.label] if understood.period else []
    return " ".join([f"/{understood.metric}", *filter(None, parts)])


def _spell_first_value(vocabulary: Vocabulary, dimension: str) -> str:
    """Return the first value of a dimension as people type it; empty without values."""
    values = vocabulary.dimensions.get(dimension)
    return spell_filter(vocabulary, Filter(dimension, values[0])) if values else ""


def spell_filter(vocabulary: Vocabulary, value_filter: Filter) -> str:
    """Return a filter as people type it: the bare value if that is enough, otherwise `dimension="value"`."""
    if value_filter.dimension == ARR_FLOOR:
        return spell_floor(value_filter)
    bare = value_filter.value.lower()
    plain = re.fullmatch(r"[^\W\d_]+(?:[ -][^\W_]+){0,2}", bare) and not _is_period(bare) and not is_reserved_word(bare)
    if plain and vocabulary.find_filter(bare) == value_filter and vocabulary.find_dimension(bare) is None:
        return bare
    return _spell_explicitly(value_filter)


def _spell_explicitly(value_filter: Filter) -> str:
    value = value_filter.value.replace('"', "")
    return f'{value_filter.dimension}="{value}"'


def _is_period(text: str) -> bool:
    return match_period(" ".join(map(fold_word, text.split()))) is not None


def _can_be_asked(phrase: str, calendar: Calendar, data_through: Month) -> bool:
    period_phrase = match_period(" ".join(map(fold_word, phrase.split())))
    if period_phrase is None or period_phrase.impossible_kind:
        return False
    try:
        resolve_period(period_phrase, calendar, data_through)
    except QuestionError:
        return False
    return True


def _list_values(vocabulary: Vocabulary, dimension: str) -> dict[str, _Candidate]:
    phrases = vocabulary.workspace_words.items()
    workspace_words = {
        fold_key(phrase): _Candidate(phrase, entry) for phrase, entry in phrases if entry.dimension == dimension
    }
    return workspace_words | {
        name: _Candidate(value, Filter(dimension, value))
        for name, value in islice(vocabulary.spellings[dimension].items(), MOST_COMPARED)
    }


def _list_dimensions(vocabulary: Vocabulary) -> dict[str, _Candidate]:
    """Return the dimensions that have values, each with a filter on its first value."""
    return {
        fold_key(name): _Candidate(vocabulary.heading(dimension), Filter(dimension, values[0]))
        for dimension, values in vocabulary.dimensions.items()
        if values
        for name in (dimension, vocabulary.heading(dimension))
    }


# Each sentence asks for it, as it is no line of the grammar.
@lru_cache(maxsize=4)
def _list_all_names(vocabulary: Vocabulary, data_through: Month) -> dict[str, _Candidate]:
    """Return all names that a question can use. If spelt alike, a value goes before a dimension before a period."""
    names = {fold_key(name): _Candidate(name) for name in _list_periods(data_through)}
    names |= _list_dimensions(vocabulary)
    for dimension in reversed(tuple(vocabulary.dimensions)):
        names |= _list_values(vocabulary, dimension)
    return names


def _list_periods(data_through: Month) -> Iterable[str]:
    yield from list_period_names()
    yield from (str(data_through.year - back) for back in range(3))


def _find_candidates(words: str, names: Mapping[str, _Candidate]) -> tuple[_Candidate, ...]:
    """Return up to three names like `words`, the best first; if no name is like all words, names like one of them."""
    for texts in ([words], words.split()[:8]):
        # By name, since two spellings may lead to one name: hence more matches than candidates are asked for.
        candidates = {
            names[spelling].name: names[spelling]
            for text in texts
            for spelling in find_nearest(fold_key(text), names, 2 * _NEAREST, _LEAST_ALIKE)
            if names[spelling].filter is None or find_nearest(fold_key(text), [spelling], 1, _VALUE_LEAST_ALIKE)
        }
        if candidates:
            return tuple(candidates.values())[:_NEAREST]
    return ()
