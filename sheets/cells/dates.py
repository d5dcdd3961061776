"""One cell to a day, and one heading to a month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace

from core.months import Month
from core.text import fold, plain_characters
from sheets.cells.text import Order, Style, Unreadable
from sheets.workbook.port import Cell

# Day 0 of a spreadsheet's serial numbers.
EPOCH = dt.date(1899, 12, 30)
# Nobody's books of recurring revenue go further back; a serial below it is a year or a count in the wrong column.
EARLIEST = dt.date(1970, 1, 1)
_EARLIEST_SERIAL = (EARLIEST - EPOCH).days
_LATEST_SERIAL = (dt.date.max - EPOCH).days
# A heading beyond these is a number of something else.
FIRST_YEAR, LAST_YEAR = 1970, 2100

_NAMES = (
    "jan january janv janvier",
    "feb february fev fevr fevrier",
    "mar march mars",
    "apr april avr avril",
    "may mai",
    "jun june juin",
    "jul july juil juill juillet",
    "aug august aout",
    "sep sept september septembre",
    "oct october octobre",
    "nov november novembre",
    "dec december decembre",
)
MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z| ?[+-]\d{2}:?\d{2})?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+) (\d{4}|\d{2})", re.ASCII)
_NAMED_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})", re.ASCII)

# Parts of a year by how many there are: quarters (French: trimestres), halves (semestres).
_PARTS = {"q": 4, "t": 4, "h": 2, "s": 2}
_PART_FIRST = re.compile(r"([qths])([1-4]) ?'?(\d{4}|\d{2})", re.ASCII)
_PART_LAST = re.compile(r"(\d{4}) ?([qths])([1-4])", re.ASCII)

_MONTH_YEAR_FIRST = re.compile(r"(\d{4})(?: |m|(?=\d\d))(\d{1,2})", re.ASCII)
_MONTH_YEAR_LAST = re.compile(r"(\d{1,2}) (\d{4})", re.ASCII)
_MONTH_NAMED = re.compile(r"([a-z]+) ?'?(\d{4}|\d{2})", re.ASCII)
_MONTH_NAMED_LAST = re.compile(r"(\d{4}) ([a-z]+)", re.ASCII)


def read_date(cell: Cell, style: Style) -> dt.date | Unreadable | None:
    """Return a cell as a day, None where it is blank.

    Reads dates, serial numbers from 1970 on, ISO, and dates with a month's name in English or French. Digits such as
    03/04/2025 need an order (`column_style`); where only one reading is a day of the calendar, that one is taken.
    A period is no day: of "Q3 2025" or "2025-01", the first and the last day are in the values of the Unreadable.
    """
    if cell is None or isinstance(cell, dt.datetime):
        return cell.date() if cell else None
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return _date_of_text(plain_characters(cell), style)
    return _date_of_number(cell)


def column_style(cells: Iterable[Cell], style: Style) -> Style:
    """Return `style` with the order of day and month that the dates of one column show.

    A text such as 31/01/2025 has one reading, and so shows the order of the column that it stands in. It goes before
    the locale: in a sheet that is set to month first, Google leaves just those texts as they were typed whose day
    cannot be a month. Where some show one order and some the other, there is none, and what could be either is
    ambiguous.
    """
    shown = {order for cell in cells if isinstance(cell, str) and (order := _order_of(plain_characters(cell)))}
    if not shown:
        return style
    return replace(style, order=shown.pop() if len(shown) == 1 else "")


def _order_of(plain: str) -> Order:
    """Return the order that a text of digits shows, empty where it shows none."""
    match = _YEAR_LAST.fullmatch(plain)
    if not match or len(match[4]) == 2:
        return ""
    first, second = int(match[1]), int(match[3])
    if 12 < first <= 31 and 1 <= second <= 12:
        return "dmy"
    return "mdy" if 12 < second <= 31 and 1 <= first <= 12 else ""


def read_month(cell: Cell, style: Style) -> Month | None:
    """Return the month that a heading names, any day of it standing for the month; None where it names none."""
    found = _month_of_text(cell) if isinstance(cell, str) else _month_of_digits(cell)
    if found is None:
        day = read_date(cell, style)
        found = Month.containing(day) if isinstance(day, dt.date) else None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _date_of_number(cell: float) -> dt.date | Unreadable:
    if isinstance(cell, bool) or cell != cell:  # noqa: PLR0124 - only NaN differs from itself
        return Unreadable("date_unreadable")
    if _EARLIEST_SERIAL <= cell <= _LATEST_SERIAL:
        return EPOCH + dt.timedelta(days=int(cell))
    match = _COMPACT.fullmatch(str(cell))
    return _day(match[1], match[2], match[3]) if match else _period(f"{cell:g}")


def _date_of_text(plain: str, style: Style) -> dt.date | Unreadable | None:
    if not plain:
        return None
    match = _YEAR_FIRST.fullmatch(plain)
    if match:
        return _day(match[1], match[3], match[4])
    match = _COMPACT.fullmatch(plain)
    if match:
        return _day(match[1], match[2], match[3])
    match = _YEAR_LAST.fullmatch(plain)
    if match:
        return _ordered(match[1], match[3], match[4], style)
    words = _words(plain)
    match = _NAMED.fullmatch(words)
    if match:
        return _day(match[3], _name(match[2]), match[1])
    match = _NAMED_FIRST.fullmatch(words)
    return _day(match[3], _name(match[1]), match[2]) if match else _period(plain)


def _period(plain: str) -> Unreadable:
    """Return why what is no day cannot be read: it names a period, or nothing that we know."""
    span = _span(plain)
    if span is None or not FIRST_YEAR <= span[0].year <= LAST_YEAR:
        return Unreadable("date_unreadable")
    first, months = span
    values = {"first": first.first_day.isoformat(), "last": (first + months - 1).last_day.isoformat()}
    return Unreadable("date_period", values)


def _span(plain: str) -> tuple[Month, int] | None:
    """Return the first month of a period and how many it has."""
    if re.fullmatch(r"\d{4}", plain, re.ASCII):
        return Month.of(int(plain), 1), 12
    words = _words(plain)
    for pattern, part, number, year in ((_PART_FIRST, 1, 2, 3), (_PART_LAST, 2, 3, 1)):
        match = pattern.fullmatch(words)
        if match and int(match[number]) <= _PARTS[match[part]]:
            months = 12 // _PARTS[match[part]]
            return Month.of(_year(match[year]), 1 + months * (int(match[number]) - 1)), months
    named = _month_of_text(plain)
    return (named, 1) if named else None


def _ordered(first: str, second: str, last: str, style: Style) -> dt.date | Unreadable:
    """Return the day that three numbers mean, the year last; in the locale's order where it matters."""
    if len(last) == 2 and style.order not in ("dmy", "mdy"):
        return Unreadable("date_ambiguous") if not style.order else Unreadable("date_unreadable")
    day_first, month_first = _day(last, second, first), _day(last, first, second)
    if isinstance(day_first, Unreadable) or day_first == month_first:
        return month_first
    if isinstance(month_first, Unreadable):
        return day_first
    if style.order in ("dmy", "mdy"):
        return day_first if style.order == "dmy" else month_first
    return Unreadable("date_ambiguous")


def _day(year: str, month: str | int, day: str) -> dt.date | Unreadable:
    try:
        return dt.date(_year(year), int(month), int(day))
    except ValueError:
        return Unreadable("date_unreadable")


def _year(digits: str) -> int:
    """Return a year; of two digits, the one from 1970 to 2069."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _words(plain: str) -> str:
    """Return a date or heading in words: lower case, no accents, single spaces for dots, commas and dashes."""
    return " ".join(re.sub(r"[-./,_]+", " ", fold(plain)).split())


def _name(word: str) -> int:
    """Return the number of the month that `word` names, 0 for none."""
    return MONTHS.get(word, 0)


def _month_of_text(heading: str) -> Month | None:
    plain = plain_characters(heading)
    words = " ".join(word for word in _words(plain).split() if word != "mrr")
    for pattern, year, number in ((_MONTH_YEAR_FIRST, 1, 2), (_MONTH_YEAR_LAST, 2, 1)):
        match = pattern.fullmatch(words)
        if match:
            return _month(match[year], int(match[number]))
    for pattern, year, number in ((_MONTH_NAMED, 2, 1), (_MONTH_NAMED_LAST, 1, 2)):
        match = pattern.fullmatch(words)
        if match:
            return _month(match[year], _name(match[number]))
    return None


def _month_of_digits(cell: Cell) -> Month | None:
    """Return the month written as the number 202501."""
    match = re.fullmatch(r"(\d{4})(\d{2})(?:\.0)?", str(cell), re.ASCII) if isinstance(cell, (int, float)) else None
    return _month(match[1], int(match[2])) if match else None


def _month(year: str, number: int) -> Month | None:
    return Month.of(_year(year), number) if 1 <= number <= 12 else None
