"""The keys and periods by which formulas of people find a row of NRR Metrics: `segment|enterprise|q3 2026`."""

from __future__ import annotations

from core.errors import N_
from core.months import Calendar, Period, Window
from sheets.writeback.translate import Translate

_WHOLE_COMPANY = "all"
_QUARTER, _YEAR = 3, 12


def build_key(dimension: str | None, value: str | None, period: str) -> str:
    """Return the key of a row. Case does not count where a spreadsheet looks a text up; keys are in lower case."""
    return f"{dimension or _WHOLE_COMPANY}|{value or ''}|{period}".lower()


def list_periods(window: Window, calendar: Calendar) -> list[Period]:
    """Return the periods with this window that have a key; the fiscal year follows the same twelve months."""
    if window.months == 1:
        return [Period("month", window)]
    year, number = calendar.part_of(window.end, _QUARTER)
    if window == calendar.span(year, _QUARTER, number):
        return [Period("quarter", window, year=year, number=number)]
    if window.months != _YEAR:
        return [Period("range", window)]
    periods = [Period("ttm", window)]
    if window == calendar.span(year, _YEAR, 1):
        periods.append(Period("fiscal_year", window, year=year))
    return periods


def format_period(period: Period, translate: Translate) -> str:
    """Return the name that a period has in a cell: Q3 2026, 2026-09, TTM 2026-09, FY26; in French T3 2026."""
    if period.kind == "quarter":
        return translate(N_("Q{number} {year}"), number=period.number, year=period.year)
    if period.kind == "ttm":
        return translate(N_("TTM {month}"), month=str(period.window.end))
    return period.label
