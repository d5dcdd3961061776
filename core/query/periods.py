"""Said -> Period: what was said, set against the fiscal calendar and the last month whose figures are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.errors import N_, QuestionError
from core.months import Calendar, Month, Period, PeriodKind, Window
from core.query.period_phrases import LAST, LENGTHS, NEXT, THIS, PeriodPhrase

_FISCAL: frozenset[PeriodKind] = frozenset(("quarter", "half", "fiscal_year"))

AFTER_DATA = N_("The data goes through {data_through}, and {period} begins after that.")
ASK_EARLIER = N_("The last complete quarter is {latest}.")
BACKWARDS = N_("The range {period} ends before it begins.")
TURN_ROUND = N_("Name the earlier month first, such as 2025-01..2025-06.")


def _pair(said: PeriodPhrase, other: PeriodPhrase) -> PeriodPhrase | None:
    if other.running and not said.running:
        return replace(other, last=said)
    has_place = said.kind in {"quarter", "half"} or (said.kind == "month" and other.kind == "year")
    if has_place and said.step is None and said.year is None and other.kind in {"year", "fiscal_year"} and other.year:
        return replace(said, year=other.year)
    return None


def merge(said: Sequence[PeriodPhrase]) -> PeriodPhrase | None:
    """Return the one period that was said in several places: "Q3 fintech 2025", "TTM at the end of September".

    None when these are two periods; at least one must be given.
    """
    ordered = sorted(dict.fromkeys(said), key=lambda one: (one.running, one.kind in {"year", "fiscal_year"}))
    whole: PeriodPhrase | None = ordered[0]
    for other in ordered[1:]:
        whole = _pair(whole, other) if whole else None
    return whole


def _place(said: PeriodPhrase, calendar: Calendar, before: Month) -> tuple[Window, int, int]:
    """Return (window, year, number) of what has a name; without a year the latest that began before the close."""
    own = calendar if said.kind in _FISCAL else Calendar()
    length = LENGTHS[said.kind]
    if said.step is not None:
        # "last" is the last complete one: the one before that which the first month without figures lies in.
        month = {LAST: before + 1 - length, THIS: before, NEXT: before + length}[said.step]
        year, number = own.part_of(month, length)
        return own.span(year, length, number), year, number
    number = said.number or 1
    years = (said.year,) if said.year is not None else (before.year + 1, before.year, before.year - 1)
    windows = ((own.span(year, length, number), year) for year in years)
    window, year = next(found for found in windows if said.year is not None or found[0].start < before)
    return window, year, number


def _range_window(first: PeriodPhrase, last: PeriodPhrase | None, calendar: Calendar, data_through: Month) -> Window:
    if last is None:
        start = _place(first, calendar, data_through)[0].start
        # Nothing to subtract from yet: let the window be the one month after the data, so that it is refused.
        return Window(start, max(data_through, start + 1))
    if last.year is None and first.year is not None:
        start = _place(first, calendar, data_through)[0].start
        return Window(start, _place(last, calendar, start + 12)[0].end)
    end = _place(last, calendar, data_through)[0].end
    start = _place(first, calendar, end)[0].start
    if start >= end:
        period = f"{start + 1}..{end}"
        raise QuestionError(BACKWARDS, TURN_ROUND, period=period)
    return Window(start, end)


def _whole(said: PeriodPhrase, calendar: Calendar, data_through: Month) -> Period:
    """Return the period as named, the end not yet cut."""
    if said.running:
        end = resolve(said.last, calendar, data_through).window.end if said.last else data_through
        if said.kind == "ytd":
            year = calendar.year_of(end)
            return Period("ytd", Window(calendar.year_end(year) - 12, end), year=year)
        return Period(said.kind, Window.ending(end, said.months or 12))
    if said.first:
        return Period("range", _range_window(said.first, said.last, calendar, data_through))
    window, year, number = _place(said, calendar, data_through)
    return Period(said.kind, window, year=year, number=number if LENGTHS[said.kind] < 12 else 0)


def last_quarter(calendar: Calendar, data_through: Month) -> Period:
    """Return the last complete quarter: the period of a question that names none."""
    return _whole(PeriodPhrase("quarter", step=LAST), calendar, data_through)


def resolve(said: PeriodPhrase, calendar: Calendar, data_through: Month) -> Period:
    """Return the period that was said, cut at `data_through` when it has begun and not ended.

    `Q`, `H`, `FY` and YTD follow the fiscal calendar, a plain year and months do not. "last" is the last complete
    one; "this" is the latest that has begun, so on the last month of a quarter both are the same. TTM, YTD and "last 6
    months" end where the data does, or where they were told to, and are complete.

    Raises:
        QuestionError: the period begins after the data, or a range ends before it begins.

    """
    period = _whole(said, calendar, data_through)
    window = period.window
    if window.start >= data_through:
        latest = last_quarter(calendar, data_through)
        raise QuestionError(AFTER_DATA, ASK_EARLIER, data_through=data_through, period=period, latest=latest)
    if window.end > data_through:
        return replace(period, window=Window(window.start, data_through), complete=False)
    return period
