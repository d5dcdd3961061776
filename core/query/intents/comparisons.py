"""Sentences about two sides or several periods: "is SMB better than enterprise?", "last 4 quarters side by side"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from core.months import Period, Window
from core.query.intents.lines import Line, Side
from core.query.intents.sentence import SpokenQuestion
from core.query.period_phrases import LAST, PeriodPhrase
from core.query.periods import merge_periods
from core.query.vocabulary import Filter
from core.text import fold

# What a sentence may ask for, in addition to each of several periods.
_OF_EACH = frozenset(
    ("apart", "by", "trend", "versus", "nrr", "grr", "retention", "mrr", "churn", "company", "howis", "changed",
     "ranking", "better", "fell", "rose", "good", "share", "without", "but", "aside")
)  # fmt: skip


def read_series(spoken: SpokenQuestion) -> Line | None:
    """Return the line of several periods one by one: "last 4 quarters side by side", "2025 quarter by quarter"."""
    series = spoken.series
    is_asked = spoken.has("apart") or (spoken.has("versus") and series and series.count > 2)
    meanings = (item.phrase.meanings for item in spoken.items if item.phrase and item.phrase.meanings)
    if (
        not series
        or not is_asked
        or spoken.dimensions
        or spoken.accounts
        or not all(map(_OF_EACH.intersection, meanings))
    ):
        return None
    if _find_pair(spoken.included):
        return None
    sides = (Side(spoken.filters, series.period),)
    return Line("trend", spoken.name_metric(), sides, words=f"{series.count} {series.grain}s")


def read_comparison(spoken: SpokenQuestion) -> Line | None:
    """Return the line of a comparison of two periods or two cuts; None where the sentence compares nothing."""
    if spoken.has("why") and not spoken.only("versus"):
        return None
    if spoken.amount and not spoken.has("nrr", "grr"):
        return None
    if spoken.has("qoq", "yoy") or (spoken.has("periodbefore") and spoken.has("versus")):
        return Line(metric=spoken.name_metric(), sides=_compare_with_earlier(spoken))
    plain_words = spoken.plain_words
    chooses = spoken.has("better") or (plain_words & {"or", "ou"} and plain_words & {"qui", "who", "mieux"})
    if spoken.has("samequarter", "twoyears") and spoken.has("versus", "better", "trend"):
        return Line(metric=spoken.name_metric(), sides=_compare_same_quarter(spoken))
    if spoken.has("mom"):
        month = spoken.moment.last_month
        months = (Side(spoken.filters, month), Side(spoken.filters, spoken.moment.shift_back(month)))
        return Line(metric=spoken.name_metric(), sides=months)
    moved = _says_change(spoken) and spoken.names_range()
    moved = moved or (spoken.has("apart", "both") and len(spoken.periods) == 2)
    moved = moved or (spoken.has("both") and spoken.names_range())
    if not moved and not spoken.has("versus", "ranking") and not (chooses and _find_pair(spoken.included)):
        return None
    sides = _compare_periods(spoken) or _compare_cuts(spoken)
    return Line(metric=spoken.name_metric(), sides=sides) if sides else None


def _says_change(spoken: SpokenQuestion) -> bool:
    return spoken.has("rose", "fell", "better") or bool(spoken.plain_words & {"better", "worse", "mieux", "pire"})


def _compare_with_earlier(spoken: SpokenQuestion) -> tuple[Side, ...]:
    moment = spoken.moment
    default = moment.default
    if spoken.has("yoy") and not spoken.periods:
        default = Period("ttm", Window.ending(moment.data_through, 12))
    period = spoken.resolve_period(default) or default
    earlier = moment.shift_back(period) if spoken.has("qoq", "periodbefore") else moment.shift_year(period)
    return Side(spoken.filters, period), Side(spoken.filters, earlier)


def _compare_same_quarter(spoken: SpokenQuestion) -> tuple[Side, ...]:
    phrases = spoken.period_phrases
    now = spoken.resolve_phrase(phrases[0]) if phrases else spoken.moment.default
    earlier = spoken.moment.shift_year(now)
    if spoken.has("twoyears"):
        earlier = spoken.moment.shift_year(earlier)
    return Side(spoken.filters, now), Side(spoken.filters, earlier)


def _compare_periods(spoken: SpokenQuestion) -> tuple[Side, ...]:
    """Return the sides of two periods, each with the whole cut; or with one each of two values."""
    phrases = spoken.period_phrases
    is_pair = spoken.names_range() and (spoken.has("versus", "both") or _says_change(spoken))
    if is_pair and phrases[0].first and phrases[0].last:
        # "between July and August", "H1 26 to H1 25": two periods, where two are compared.
        phrases = [phrases[0].first, phrases[0].last]
    elif len(phrases) == 2 and not _stands_between(spoken) and phrases[0].kind != phrases[1].kind:
        if merge_periods(phrases):
            return ()
    elif len(phrases) == 1 and phrases[0].step == LAST and not _find_pair(spoken.included):
        return _compare_with_last(spoken, phrases[0])
    elif spoken.series and spoken.series.count == 2 and not _find_pair(spoken.included):
        last = spoken.resolve_phrase(PeriodPhrase(spoken.series.grain, step=LAST))
        return Side(spoken.filters, last), Side(spoken.filters, spoken.moment.shift_back(last))
    if len(phrases) != 2:
        return ()
    periods = _resolve_both(spoken, phrases)
    pair = _find_pair(spoken.included)
    if pair:
        shared = tuple(entry for entry in spoken.filters if entry not in pair)
        return tuple(Side((entry, *shared), period) for entry, period in zip(pair, periods, strict=True))
    return tuple(Side(spoken.filters, period) for period in periods)


def _stands_between(spoken: SpokenQuestion) -> bool:
    """Tell whether a word such as "against" is between the two periods."""
    first, second = (item.start for item in spoken.periods[:2])
    return any(item.means("versus") and first < item.start < second for item in spoken.items)


def _compare_with_last(spoken: SpokenQuestion, phrase: PeriodPhrase) -> tuple[Side, ...]:
    """Return the sides of "better than last year": the twelve months, quarter or month up to now, and those before."""
    moment = spoken.moment
    if not spoken.has("versus", "better") or spoken.has("company", "others"):
        return ()
    if phrase.kind in {"year", "fiscal_year"}:
        now = Period("ttm", Window.ending(moment.data_through, 12))
        return Side(spoken.filters, now), Side(spoken.filters, moment.shift_year(now))
    now = moment.last_month if phrase.kind == "month" else moment.default
    return Side(spoken.filters, now), Side(spoken.filters, moment.shift_back(now))


def _compare_cuts(spoken: SpokenQuestion) -> tuple[Side, ...]:
    """Return the sides of two values, or of one and the whole company or all others."""
    halves = _split_cuts(spoken)
    if halves:
        period = spoken.resolve_period(spoken.moment.default)
        return tuple(Side(half, period) for half in halves)
    included = spoken.included
    pair = _find_pair(included) or (included if len(included) == 2 else ())
    if not pair and not (len(included) == 1 and spoken.has("company", "others")):
        return ()
    period = spoken.resolve_period(spoken.moment.default)
    if not pair:
        others = (replace(included[0], excluded=True),) if spoken.has("others") else ()
        return Side(spoken.filters, period), Side((*others, *spoken.excluded), period)
    shared = tuple(entry for entry in spoken.filters if entry not in pair)
    return tuple(Side(spoken.sort_filters((entry, *shared)), period) for entry in pair)


def _split_cuts(spoken: SpokenQuestion) -> tuple[tuple[Filter, ...], ...]:
    """Return the two cuts around "against" that have values of the same columns: "Clara's SMB against Jonas's DACH"."""
    place = next((item.start for item in spoken.items if item.means("versus")), None)
    if place is None or spoken.excluded or len(spoken.included) < 4:
        return ()
    named = [(item.start, item.filter) for item in spoken.items if item.filter]
    cuts = [[entry for start, entry in named if (start < place) is first] for first in (True, False)]
    columns = [sorted(entry.dimension for entry in cut) for cut in cuts]
    if columns[0] != columns[1] or len(set(columns[0])) != len(columns[0]):
        return ()
    return tuple(spoken.sort_filters(cut) for cut in cuts)


def _find_pair(included: Sequence[Filter]) -> tuple[Filter, ...]:
    """Return the two values of one column that are compared; empty if there is no such pair, or another one."""
    for entry in included:
        same = tuple(other for other in included if other.dimension == entry.dimension)
        if len(same) == 2 and len(included) <= 3:
            return same
    return ()


def _resolve_both(spoken: SpokenQuestion, phrases: Sequence[PeriodPhrase]) -> list[Period]:
    """Return two periods; one without a year is of the year that the other names, unless they become one."""
    years = [phrase.year for phrase in phrases if phrase.year]
    if len(years) == 1 and _is_now_against_then(spoken):
        return [spoken.resolve_phrase(phrase) for phrase in phrases]
    aligned = list(phrases)
    if len(years) == 1:
        aligned = [
            replace(phrase, year=years[0])
            if phrase.year is None and phrase.step is None and phrase.kind in {"quarter", "half", "month"}
            else phrase
            for phrase in phrases
        ]
    return [spoken.resolve_phrase(phrase) for phrase in (phrases if aligned[0] == aligned[1] else aligned)]


def _is_now_against_then(spoken: SpokenQuestion) -> bool:
    """Tell whether the first period is of now: "H1 compared with the second half of 2025", but not "H1 vs H2 2025"."""
    first, second = (item.text for item in spoken.periods[:2])
    spells_year = re.search(r"(?:\bof|\bde) (?:19|20)\d\d$", fold(second))
    return bool(spells_year) and not re.search(r"(?:19|20)\d\d", first) and _stands_between(spoken)
