"""Months, windows between two closes, and the fiscal calendar. No clock: today is passed in."""

from __future__ import annotations

import calendar as _calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.text import fold

PeriodKind = Literal["month", "quarter", "half", "year", "fiscal_year", "ttm", "ytd", "range"]
# The kinds of period that follow each other in a series.
Grain = Literal["month", "quarter", "year"]

# French abbreviations that people type and CLDR does not have, folded.
_TYPED_ABBREVIATIONS = {"fev": 2, "juill": 7, "aou": 8}


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, counted from January of year 0: `ordinal = 12 * year + month - 1`."""

    ordinal: int

    @classmethod
    def of(cls, year: int, month: int) -> Self:
        """Return the month `month` (1 to 12) of `year`."""
        return cls(year * 12 + month - 1)

    @classmethod
    def containing(cls, day: dt.date) -> Self:
        """Return the month of `day`."""
        return cls.of(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written `YYYY-MM`.

        Raises:
            ValueError: `text` is not such a month.

        """
        year, separator, month = text.partition("-")
        if not (separator and len(year) == 4 and len(month) == 2 and 1 <= int(month) <= 12):
            raise ValueError(text)
        return cls.of(int(year), int(month))

    @property
    def year(self) -> int:
        """The calendar year."""
        return self.ordinal // 12

    @property
    def number(self) -> int:
        """The month within its year, 1 to 12."""
        return self.ordinal % 12 + 1

    @property
    def last_day(self) -> dt.date:
        """The day whose end is the close of this month."""
        return dt.date(self.year, self.number, _calendar.monthrange(self.year, self.number)[1])

    @property
    def first_day(self) -> dt.date:
        """The first day of the month."""
        return dt.date(self.year, self.number, 1)

    def __hash__(self) -> int:
        return self.ordinal

    def __add__(self, months: int) -> Month:
        return Month(self.ordinal + months)

    def __sub__(self, months: int) -> Month:
        return Month(self.ordinal - months)

    def until(self, other: Month) -> int:
        """Return the number of months from this close to `other`, negative when `other` is earlier."""
        return other.ordinal - self.ordinal

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@cache
def month_names() -> Mapping[str, int]:
    """Return folded name -> number, for the names and abbreviations of months in English and French.

    Built at the first call, as Babel takes 40 ms to load.
    """
    from babel import Locale

    names: dict[str, int] = {}
    for language in ("en", "fr"):
        widths = Locale(language).months["format"]
        for width in ("wide", "abbreviated"):
            names |= {fold(name).rstrip("."): number for number, name in widths[width].items()}
    return MappingProxyType(names | _TYPED_ABBREVIATIONS)


@cache
def full_month_names() -> tuple[str, ...]:
    """Return the full names of the months, each in English and then in French: `January`, `janvier`, `February`, ..."""
    from babel import Locale

    english, french = (Locale(language).months["format"]["wide"] for language in ("en", "fr"))
    return tuple(names[number] for number in range(1, 13) for names in (english, french))


def format_month_runs(months: Iterable[Month]) -> Iterator[str]:
    """Yield ascending months as text, consecutive ones as one range: `2024-01..2024-03`, `2024-06`."""
    for _, run in groupby(enumerate(months), key=lambda entry: entry[1].ordinal - entry[0]):
        span = [month for _, month in run]
        yield str(span[0]) if len(span) == 1 else f"{span[0]}..{span[-1]}"


def find_last_closed_month(today: dt.date) -> Month:
    """Return the last month that ended on or before `today`."""
    month = Month.containing(today)
    return month if today == month.last_day else month - 1


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A pair of closes: the end of month `start` compared with the end of month `end`, start < end."""

    start: Month
    end: Month

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"{self.start}..{self.end}")

    def __hash__(self) -> int:
        # Figures are looked up by their windows, ten thousand at a time.
        return self.start.ordinal * 131_071 + self.end.ordinal

    @classmethod
    def ending(cls, end: Month, months: int) -> Self:
        """Return the window of `months` months that closes with `end`."""
        return cls(end - months, end)

    @property
    def months(self) -> int:
        """The number of months in the window: 3 for a quarter, 12 for a year."""
        return self.start.until(self.end)


@dataclass(frozen=True, slots=True)
class Period:
    """A window with a name.

    Attributes:
        kind: the kind of period; its name depends on the reader's language.
        window: the two closes. If the period has begun but not ended, the end is the last closed month.
        complete: False when the period continues after the window's end ("to date").
        year: the year in its name, calendar or fiscal by the kind; 0 without a year.
        number: the number of the quarter (1 to 4), half (1 or 2) or month (1 to 12); 0 for other kinds.
        through: where a question names no period, the last month of the data if it is later than the window; else None.

    """

    kind: PeriodKind
    window: Window
    complete: bool = True
    year: int = 0
    number: int = 0
    through: Month | None = None

    @property
    def twelve_months(self) -> Window:
        """The twelve months of an answer: to the end of the window, or to that of the data where none was named."""
        return Window.ending(self.through or self.window.end, 12)

    @property
    def label(self) -> str:
        """The period's name in the interfaces (JSON, the written tabs): `Q3 2025`, `2025-09`, `FY25`, `TTM 2025-09`."""
        names: dict[PeriodKind, str] = {
            "month": str(self.window.end),
            "quarter": f"Q{self.number} {self.year}",
            "half": f"H{self.number} {self.year}",
            "year": f"{self.year}",
            "fiscal_year": f"FY{self.year % 100:02d}",
            "ttm": f"TTM {self.window.end}",
            "ytd": f"YTD {self.window.end}",
            "range": f"{self.window.start + 1}..{self.window.end}",
        }
        return names[self.kind]

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Calendar:
    """The fiscal calendar. A fiscal year is named after the calendar year in which it ends.

    Attributes:
        first_month: the month in which the fiscal year starts, 1 (January) to 12.

    """

    first_month: int = 1

    def year_end(self, year: int) -> Month:
        """Return the last month of fiscal year `year`."""
        return Month.of(year, 12) if self.first_month == 1 else Month.of(year, self.first_month - 1)

    def year_of(self, month: Month) -> int:
        """Return the fiscal year of `month`."""
        return month.year if self.first_month == 1 or month.number < self.first_month else month.year + 1

    def span(self, year: int, months: int, number: int) -> Window:
        """Return the `number`-th part of fiscal year `year` that is `months` long: quarters 3, halves 6, years 12."""
        start = self.year_end(year) - 12 + months * (number - 1)
        return Window(start, start + months)

    def part_of(self, month: Month, months: int) -> tuple[int, int]:
        """Return (fiscal year, number) of the part, `months` long, that contains `month`."""
        year = self.year_of(month)
        return year, ((self.year_end(year) - 12).until(month) - 1) // months + 1


def find_local_day(moment: dt.datetime, time_zone: str) -> dt.date | None:
    """Return the day of a moment in an IANA time zone; None if it has no known name."""
    try:
        return moment.astimezone(ZoneInfo(time_zone)).date() if time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
