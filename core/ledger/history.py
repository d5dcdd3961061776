"""The history of a ledger: why a window has no figures, and the period of a question that names none."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import N_, Sentence
from core.ledger.ledger import Ledger
from core.months import Calendar, Month, Period, PeriodKind, Window
from core.query.period_phrases import LAST, PeriodPhrase
from core.query.periods import find_last_quarter, resolve_period

YEAR = 12
# The reason why no figure of a sheet without ends says anything about retention.
CANNOT_LEAVE = N_(
    "the tab does not show which MRR was lost: it has no column of ends, or no amounts of those that left"
)

# Months from one close of a sheet to the next -> why it has no close between them.
_ONLY_ENDS = {
    12: N_("needs the close of {month}, and the data has only the ends of years"),
    6: N_("needs the close of {month}, and the data has only the ends of half-years"),
    3: N_("needs the close of {month}, and the data has only the ends of quarters"),
    1: N_("needs the close of {month}, and the data has no {month}"),
}


def measure_spacing(closes: Sequence[Month]) -> int:
    """Return the months from one close to the next: 12, 6 or 3 if all closes are so many months apart, else 1.

    Several times as many count as that: of quarters, one may be missing.
    """
    step = math.gcd(*(closes[0].until(close) for close in closes))
    return next(months for months in _ONLY_ENDS if step % months == 0) if step else 1


def explain_missing_close(ledger: Ledger, window: Window) -> Sentence | None:
    """Return why a window has no figures, a phrase with a verb such as "needs the close of ..."; None if it has some.

    A window needs both of its closes: in the panel, and in the sheet.
    """
    if window.start < ledger.first:
        template = N_("needs the close of {month}, and the history begins with {first}")
        return Sentence(template, {"month": window.start, "first": ledger.first})
    missing = next((month for month in (window.start, window.end) if not ledger.has_close(month)), None)
    if missing is None:
        return None
    spacing = measure_spacing(ledger.closes)
    # A quarter that is missing among quarters is missing by itself.
    on_grid = ledger.first.until(missing) % spacing == 0
    return Sentence(_ONLY_ENDS[1 if on_grid else spacing], {"month": missing})


def explain_missing_year(ledger: Ledger, end: Month) -> Sentence | None:
    """Return why there are no twelve months to `end`, a phrase with a verb; None if there are."""
    year = Window.ending(end, YEAR)
    if year.start < ledger.first and measure_spacing(ledger.closes) == 1:
        return Sentence(N_("needs 13 month closes, there are {count}"), {"count": ledger.closes_until(end)})
    return explain_missing_close(ledger, year)


def explain_missing_ratio(ledger: Ledger) -> Sentence | None:
    """Return why no window of the ledger has retention, a whole clause; None if windows can have it."""
    return None if ledger.coverage.can_leave else Sentence(CANNOT_LEAVE)


def choose_default_period(ledger: Ledger, calendar: Calendar) -> Period:
    """Return the period of a question that names none: the last complete quarter, with the end of later data.

    If the sheet lacks a close of it: the latest of the four quarters, the two half-years and the fiscal year before
    the end of the data that have both closes; else the months from the close before the last one on.
    """
    period = _choose_last_period(ledger, calendar)
    is_later = ledger.last > period.window.end and ledger.covers(Window.ending(ledger.last, YEAR))
    return replace(period, through=ledger.last) if is_later else period


def _choose_last_period(ledger: Ledger, calendar: Calendar) -> Period:
    quarter = find_last_quarter(calendar, ledger.last)
    if not ledger.coverage.unknown or len(ledger.closes) < 2:
        return quarter
    candidates = [period for period in _list_last_periods(ledger, calendar) if ledger.covers(period.window)]
    # The latest end, and of equal ends the shortest.
    latest = max(candidates, key=lambda period: (period.window.end, period.window.start), default=None)
    return latest or Period("range", Window(ledger.closes[-2], ledger.last))


def _list_last_periods(ledger: Ledger, calendar: Calendar) -> Iterator[Period]:
    year: PeriodKind = "year" if calendar.first_month == 1 else "fiscal_year"
    kinds: tuple[tuple[PeriodKind, int, int], ...] = (("quarter", 4, 3), ("half", 2, 6), (year, 1, 12))
    for kind, count, months in kinds:
        for back in range(count):
            yield resolve_period(PeriodPhrase(kind, step=LAST), calendar, ledger.last - months * back)


def is_old(ledger: Ledger, today: dt.date) -> bool:
    """Tell whether more than one close of the sheet is missing before `today`: a month, a quarter, a year."""
    return ledger.last.until(Month.containing(today)) - 1 > measure_spacing(ledger.closes)
