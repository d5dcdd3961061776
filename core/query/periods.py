"""PeriodPhrase -> Period, by the fiscal calendar and the last month with figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period, PeriodKind, Window
from core.query.period_phrases import BEFORE_LAST, LAST, LENGTHS, NEXT, THIS, PeriodPhrase

# The first day that can be the last one of a month.
_FIRST_LAST_DAY = 28
DAY = N_("A day is finer than a month, and revenue is counted at the end of each month.")
ASK_FOR_MONTH = N_("Ask for a month, such as 2025-09.")
_FISCAL_KINDS: frozenset[PeriodKind] = frozenset(("quarter", "half", "fiscal_year"))

AFTER_DATA = N_("{period} begins after the data, which goes through {data_through}.")
ASK_EARLIER = N_("Ask for an earlier period; the last complete quarter is {latest}.")
BACKWARDS = N_("The range {period} ends before it begins.")
START_EARLIER = N_("Write the earlier month first, such as 2025-01..2025-06.")
NOT_AHEAD = N_("This looks ahead from today, so its period has to end in {month} or later.")
ASK_AHEAD = N_("Ask for a number of days, or for a period ahead such as {example}.")


def _merge_pair(phrase: PeriodPhrase, other: PeriodPhrase) -> PeriodPhrase | None:
    """Return one period of two phrases: a year for the first, or an end for the second; None when they do not fit."""
    if other.is_rolling and not phrase.is_rolling:
        return replace(other, last=phrase)
    takes_year = phrase.kind in {"quarter", "half"} or (phrase.kind == "month" and other.kind == "year")
    is_year = other.kind in {"year", "fiscal_year"} and other.year
    if takes_year and is_year and phrase.step is None and phrase.year is None:
        return replace(phrase, year=other.year)
    return None


def merge_periods(phrases: Sequence[PeriodPhrase]) -> PeriodPhrase | None:
    """Return the one period that several phrases name: "Q3 fintech 2025", "TTM at the end of September".

    None when they name two periods. There must be at least one phrase.
    """
    # Parts of a year first, then years, then rolling periods: each phrase completes the merged one before it.
    ordered = sorted(
        dict.fromkeys(phrases), key=lambda phrase: (phrase.is_rolling, phrase.kind in {"year", "fiscal_year"})
    )
    merged: PeriodPhrase | None = ordered[0]
    for other in ordered[1:]:
        merged = _merge_pair(merged, other) if merged else None
    return merged


def _resolve_named(phrase: PeriodPhrase, calendar: Calendar, close: Month) -> tuple[Window, int, int]:
    """Return (window, year, number) of a named period; without a year, the latest one that began before the close."""
    own_calendar = calendar if phrase.kind in _FISCAL_KINDS else Calendar()
    length = LENGTHS[phrase.kind]
    if phrase.step is not None:
        # "last" is the last complete period: the one before the period of the first month without figures.
        last = close + 1 - length
        month = {BEFORE_LAST: last - length, LAST: last, THIS: close, NEXT: close + length}[phrase.step]
        year, number = own_calendar.part_of(month, length)
        return own_calendar.span(year, length, number), year, number
    number = phrase.number or 1
    if phrase.year is not None:
        return own_calendar.span(phrase.year, length, number), phrase.year, number
    # A fiscal year is named after its end, so the next calendar year may name one that has begun.
    windows = ((own_calendar.span(year, length, number), year) for year in range(close.year + 1, close.year - 2, -1))
    window, year = next((window, year) for window, year in windows if window.start < close)
    return window, year, number


def _resolve_range(first: PeriodPhrase, last: PeriodPhrase | None, calendar: Calendar, data_through: Month) -> Window:
    """Return the window from the start of `first` to the end of `last`, or to the end of the data for "since"."""
    if last is None:
        start = _resolve_named(first, calendar, data_through)[0].start
        # If it starts after the data, the window is the one month after `start`, so that the caller refuses it.
        return Window(start, max(data_through, start + 1))
    if last.year is None and first.year is not None:
        start = _resolve_named(first, calendar, data_through)[0].start
        return Window(start, _resolve_named(last, calendar, start + 12)[0].end)
    end = _resolve_named(last, calendar, data_through)[0].end
    start = _resolve_named(first, calendar, end)[0].start
    if start >= end:
        raise QuestionError(BACKWARDS, START_EARLIER, period=f"{start + 1}..{end}")
    return Window(start, end)


def _resolve_whole(phrase: PeriodPhrase, calendar: Calendar, data_through: Month) -> Period:
    """Return the period as named, not yet cut at the end of the data."""
    if phrase.is_rolling:
        end = resolve_period(phrase.last, calendar, data_through).window.end if phrase.last else data_through
        if phrase.kind == "ytd":
            year = calendar.year_of(end)
            return Period("ytd", Window(calendar.year_end(year) - 12, end), year=year)
        return Period(phrase.kind, Window.ending(end, phrase.months or 12))
    if phrase.first:
        return Period("range", _resolve_range(phrase.first, phrase.last, calendar, data_through))
    window, year, number = _resolve_named(phrase, calendar, data_through)
    return Period(phrase.kind, window, year=year, number=number if LENGTHS[phrase.kind] < 12 else 0)


def find_last_quarter(calendar: Calendar, data_through: Month) -> Period:
    """Return the last complete quarter: the period of a question that names none."""
    return _resolve_whole(PeriodPhrase("quarter", step=LAST), calendar, data_through)


def _refuse_days(phrase: PeriodPhrase) -> None:
    """Refuse a period that begins or ends in the middle of a month.

    Raises:
        QuestionError: it does.

    """
    first, last = phrase.first, phrase.last
    begins_late = first is not None and first.day > 1
    ends_early = any(part is not None and 0 < part.day < _FIRST_LAST_DAY for part in (phrase, last))
    if begins_late or ends_early:
        raise QuestionError(DAY, ASK_FOR_MONTH)


def resolve_period(phrase: PeriodPhrase, calendar: Calendar, data_through: Month) -> Period:
    """Return the period of a phrase, cut at `data_through` when it has begun and not ended.

    `Q`, `H`, `FY` and YTD follow the fiscal calendar; a plain year and months do not. "last" is the last complete
    period; "this" is the latest one that has begun, so on the last month of a quarter both are the same. TTM, YTD and
    "last 6 months" end with the data, or with the month that the question names, and are complete.

    Raises:
        QuestionError: the period begins after the data, or a range ends before it begins.

    """
    _refuse_days(phrase)
    period = _resolve_whole(phrase, calendar, data_through)
    window = period.window
    if window.start >= data_through:
        latest = find_last_quarter(calendar, data_through)
        raise QuestionError(AFTER_DATA, ASK_EARLIER, data_through=data_through, period=period, latest=latest)
    if window.end > data_through:
        return replace(period, window=Window(window.start, data_through), complete=False)
    return period


def resolve_period_ahead(phrase: PeriodPhrase, calendar: Calendar, month: Month) -> Period:
    """Return the period of a phrase that looks ahead: in October "Q1" is that of the next year, "Q4" the present one.

    Args:
        phrase: the words for the period.
        calendar: the fiscal calendar.
        month: the present month.

    Raises:
        QuestionError: the period is over, or has no end ("since January"), or a range ends before it begins.

    """
    named = phrase.last or phrase
    if phrase.is_rolling or (phrase.first and not phrase.last):
        raise _explain_not_ahead(month)
    # Of a period without a year, the latest one that begins less than a year after the present one.
    close = month if named.step is not None else month + 12 - LENGTHS[named.kind]
    period = _resolve_whole(phrase, calendar, close)
    if period.window.end < month:
        raise _explain_not_ahead(month)
    return period


def _explain_not_ahead(month: Month) -> QuestionError:
    return QuestionError(NOT_AHEAD, ASK_AHEAD, month=month, example=Period("month", Window.ending(month + 1, 1)))
