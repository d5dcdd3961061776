"""One cell to a day, and one heading to a month."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from core.months import Month, month_names
from core.text import fold, plain_characters
from sheets.cells.plan_words import ACTUAL_WORDS
from sheets.cells.text import DateOrder, LocaleFormat, UnreadableCell
from sheets.cells.units import split_period_unit
from sheets.workbook.port import Cell

# Day 0 of a spreadsheet's serial numbers.
EPOCH = dt.date(1899, 12, 30)
# No books of recurring revenue go further back; a lower serial number is a year or a count in the wrong column.
EARLIEST = dt.date(1970, 1, 1)
_EARLIEST_SERIAL = (EARLIEST - EPOCH).days
_LATEST_SERIAL = (dt.date.max - EPOCH).days
# Fewer dates may by chance all be first days.
_FIRST_DAYS = 3
# A heading outside of these years is some other number.
FIRST_YEAR, LAST_YEAR = 1970, 2100
# Words that the heading of a month may have in addition to the month: "MRR Jan 2025".
MEASURES = frozenset({"mrr", "arr", "acv"})

# In seconds: the largest difference of a calendar to UTC, and the hour that summer time adds.
_QUARTER_HOUR, _SUMMER_SECONDS, _DAY_SECONDS = 900, 3_601, 86_400
_LARGEST_OFFSET = 14 * 3_600 + 1

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?(?:Z| ?[+-]\d{2}:?\d{2})?)?"
_CLOCK = re.compile(rf",?{_TIME}$", re.ASCII)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+) (\d{4}|\d{2})", re.ASCII)
_NAMED_FIRST = re.compile(r"([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})", re.ASCII)

# Parts of a year by how many there are: quarters (French: trimestres), halves (semestres).
_PARTS = {"q": 4, "t": 4, "h": 2, "s": 2}
_PART_FIRST = re.compile(r"([qths])([1-4]) ?'?(\d{4}|\d{2})", re.ASCII)
_PART_LAST = re.compile(r"(\d{4}) ?([qths])([1-4])", re.ASCII)
_PART_BETWEEN = re.compile(r"([1-4])([qths]) ?'?(\d{4}|\d{2})", re.ASCII)
# A period of any calendar: "3 months to 2024-09".
_MONTHS_TO = re.compile(r"(3|6|12) (?:months|mois) (?:to|ending|ended|au|a) (\S.*)", re.ASCII)
_YEAR_ALONE = re.compile(r"((?:19|20)\d{2})(?:\.0)?", re.ASCII)
# Words that the heading of a quarter, half or year may have in addition to it: "Revenue Q1 2025", "CA 2024".
_REVENUE = frozenset({"revenue", "revenues", "revenu", "revenus", "sales", "ca", "turnover", "billings"})

_MONTH_YEAR_FIRST = re.compile(r"(\d{4})(?: |m|(?=\d\d))(\d{1,2})", re.ASCII)
_MONTH_YEAR_LAST = re.compile(r"(\d{1,2}) (\d{4})", re.ASCII)
_MONTH_NAMED = re.compile(r"([a-z]+) ?'?(\d{4}|\d{2})", re.ASCII)
_MONTH_NAMED_LAST = re.compile(r"(\d{4}) ([a-z]+)", re.ASCII)


def read_date(cell: Cell, locale_format: LocaleFormat) -> dt.date | UnreadableCell | None:
    """Return a cell as a day, None if it is blank.

    Reads dates, serial numbers from 1970 on, ISO, and dates with a month's name in English or French. Digits such as
    03/04/2025 need an order (`infer_date_order`), unless only one reading is a day of the calendar. A period such as
    "Q3 2025" or "2025-01" is no day: the values of its UnreadableCell are the first and the last day.
    """
    if cell is None or isinstance(cell, dt.datetime):
        return cell.date() if cell else None
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, str):
        return _read_written_date(plain_characters(cell), locale_format)
    return _read_serial_date(cell)


def infer_date_order(cells: Sequence[Cell], locale_format: LocaleFormat, others: Iterable[Cell] = ()) -> LocaleFormat:
    """Return `locale_format` with the order of day and month that the dates of one column show.

    A text such as 31/01/2025 has one reading, so it shows the order of its whole column. This order comes before the
    locale's: in a sheet with month first, Google leaves as text exactly the dates whose day cannot be a month. If a
    column shows both orders, it has none, and a date with two readings is ambiguous.

    Args:
        cells: the cells of the column.
        locale_format: the format of the locale.
        others: the other dates of the tab; their order counts where the column shows none.

    """
    orders = _list_shown_orders(cells)
    if not orders and _list_number_pairs(cells):
        orders = _list_shown_orders(others)
    if not orders:
        return locale_format
    return replace(locale_format, order=orders.pop() if len(orders) == 1 else "")


def infer_month_order(cells: Sequence[Cell], locale_format: LocaleFormat) -> LocaleFormat:
    """Return `locale_format` with the order in which all dates of a column of months are first days, if one is.

    In the other order 09/01/2025, 10/01/2025 and 11/01/2025 are all days of one January.
    """
    numbers = _list_number_pairs(cells)
    if locale_format.order or len(numbers) < _FIRST_DAYS:
        return locale_format
    firsts, seconds = ({pair[place] for pair in numbers} for place in (0, 1))
    if (firsts == {1}) == (seconds == {1}):
        return locale_format
    return replace(locale_format, order="dmy" if firsts == {1} else "mdy")


def _list_shown_orders(cells: Iterable[Cell]) -> set[DateOrder]:
    """Return the orders that dates of digits show."""
    # A column of a long tab repeats a few texts.
    texts = {cell for cell in cells if isinstance(cell, str)}
    return {order for text in texts if (order := _find_date_order(plain_characters(text)))}


def _list_number_pairs(cells: Iterable[Cell]) -> set[tuple[int, int]]:
    """Return the day and the month of each date of digits, in the order of the cell."""
    texts = {cell for cell in cells if isinstance(cell, str)}
    matches = (_YEAR_LAST.fullmatch(plain_characters(text)) for text in texts)
    return {(int(match[1]), int(match[3])) for match in matches if match}


def _find_date_order(plain: str) -> DateOrder:
    """Return the order that a date of digits shows, empty if both orders are possible."""
    match = _YEAR_LAST.fullmatch(plain)
    if not match or len(match[4]) == 2:
        return ""
    first, second = int(match[1]), int(match[3])
    if 12 < first <= 31 and 1 <= second <= 12:
        return "dmy"
    return "mdy" if 12 < second <= 31 and 1 <= first <= 12 else ""


def read_month(cell: Cell, locale_format: LocaleFormat) -> Month | None:
    """Return the month that a heading names, by its name or by any of its days; None if it names no month.

    It may have a unit: "Jan 2025 (k€)".
    """
    cell = split_period_unit(cell)[0] if isinstance(cell, str) else cell
    month = _read_written_month(cell) if isinstance(cell, str) else _read_compact_month(cell)
    if month is None:
        day = _find_serial_day(cell) if isinstance(cell, int | float) else read_date(cell, locale_format)
        month = Month.containing(day) if isinstance(day, dt.date) else None
    return month if month and FIRST_YEAR <= month.year <= LAST_YEAR else None


def read_period_close(cell: Cell) -> tuple[Month, int] | None:
    """Return the last month of the quarter, half or year that a heading names, and its months; None for another cell.

    Reads Q1 2024, T1 2024, Q1'24, 1Q24, 2024-Q1, H1 2024, 2024 and "3 months to 2024-03", in English and French.
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        match = _YEAR_ALONE.fullmatch(str(cell))
        return (Month.of(int(match[1]), 12), 12) if match else None
    if not isinstance(cell, str):
        return None
    words = " ".join(
        word
        for word in _words(plain_characters(split_period_unit(cell)[0])).split()
        if word not in MEASURES | ACTUAL_WORDS | _REVENUE
    )
    year = _YEAR_ALONE.fullmatch(words)
    if year:
        return Month.of(int(year[1]), 12), 12
    match = _MONTHS_TO.fullmatch(words)
    last = _read_written_month(match[2]) if match else None
    if match and last:
        return last, int(match[1])
    for pattern, part, number, of in ((_PART_FIRST, 1, 2, 3), (_PART_LAST, 2, 3, 1), (_PART_BETWEEN, 2, 1, 3)):
        match = pattern.fullmatch(words)
        if match and int(match[number]) <= _PARTS[match[part]]:
            months = 12 // _PARTS[match[part]]
            return Month.of(_expand_year(match[of]), months * int(match[number])), months
    return None


def shift_month_ends(cells: Sequence[Cell]) -> dict[int, Month]:
    """Return place -> next month for the headings that are just before a month, if the whole row shows that they are.

    An export in UTC turns 1 January 00:00 of a calendar ahead of UTC into 31 December 23:00, and rounding can turn it
    into a fraction of a second before midnight. So each cell must be a moment before the first of a month by a
    time zone's difference: quarters of an hour, the same in all cells but for the hour of summer time. A row with a
    day without a time, or with the end of a day (23:59:59), is no such row; in it a 31 December is December.

    Args:
        cells: the headings that name months; one of another kind makes the result empty.

    """
    moments = [moment for cell in cells if (moment := _read_moment(cell))]
    seconds = [_count_seconds_to_midnight(moment) for moment in moments]
    if len(seconds) < max(2, len(cells)) or not any(seconds) or max(seconds) - min(seconds) > _SUMMER_SECONDS:
        return {}
    days = [(moment + dt.timedelta(seconds=left)).date() for moment, left in zip(moments, seconds, strict=True)]
    is_offset = all(before <= _LARGEST_OFFSET and -1 < (before + 1) % _QUARTER_HOUR - 1 < 1 for before in seconds)
    if not is_offset or any(day.day != 1 for day in days):
        return {}
    return {place: Month.containing(day) for place, day in enumerate(days) if seconds[place]}


def read_days_as_years(cells: Sequence[Cell]) -> list[Month]:
    """Return the months that headings had before a spreadsheet took their years for days; empty if they had none.

    "Sep-24" becomes 24 September of the current year. So all days must be of one year, and with their numbers as years
    the months must follow each other; as days they do not.
    """
    days = [day for cell in cells if isinstance(day := read_date(cell, LocaleFormat()), dt.date)]
    if len(days) < max(3, len(cells)) or len({day.year for day in days}) > 1:
        return []
    months = [Month.of(2000 + day.day, day.month) for day in days]
    follows = all(one + 1 == other for one, other in pairwise(months))
    return months if follows and any(one >= other for one, other in pairwise(days)) else []


def _read_moment(cell: Cell) -> dt.datetime | None:
    """Return the moment of a heading with a date and a time; None if it is anything else."""
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, str):
        try:
            return dt.datetime.fromisoformat(plain_characters(cell)).replace(tzinfo=None)
        except ValueError:
            return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and _EARLIEST_SERIAL <= cell <= _LATEST_SERIAL:
        return dt.datetime.combine(EPOCH, dt.time()) + dt.timedelta(days=cell)
    return None


def _count_seconds_to_midnight(moment: dt.datetime) -> float:
    """Return the seconds from a moment to the next midnight; 0 at midnight."""
    midnight = dt.datetime.combine(moment.date(), dt.time())
    return -(moment - midnight).total_seconds() % _DAY_SECONDS


def _read_serial_date(cell: float) -> dt.date | UnreadableCell:
    return _find_serial_day(cell) or _explain_no_day(f"{cell:g}")


def _find_serial_day(cell: float) -> dt.date | UnreadableCell | None:
    """Return the day of a serial number, or of a number such as 20250131; None if it is neither."""
    if isinstance(cell, bool) or cell != cell:  # noqa: PLR0124 - only NaN differs from itself
        return UnreadableCell("date_unreadable")
    if _EARLIEST_SERIAL <= cell <= _LATEST_SERIAL:
        return EPOCH + dt.timedelta(days=int(cell))
    match = _COMPACT.fullmatch(str(cell))
    return _build_day(match[1], match[2], match[3]) if match else None


def _read_written_date(plain: str, locale_format: LocaleFormat) -> dt.date | UnreadableCell | None:
    if not plain:
        return None
    match = _YEAR_FIRST.fullmatch(plain)
    if match:
        return _build_day(match[1], match[3], match[4])
    match = _COMPACT.fullmatch(plain)
    if match:
        return _build_day(match[1], match[2], match[3])
    match = _YEAR_LAST.fullmatch(plain)
    if match:
        return _read_digits(match[1], match[3], match[4], locale_format)
    words = _words(_CLOCK.sub("", plain))
    match = _NAMED.fullmatch(words)
    if match:
        return _build_day(match[3], month_names().get(match[2], 0), match[1])
    match = _NAMED_FIRST.fullmatch(words)
    return _build_day(match[3], month_names().get(match[1], 0), match[2]) if match else _explain_no_day(plain)


def _explain_no_day(plain: str) -> UnreadableCell:
    """Return the problem of a text that is no day: it names a period, or it is unreadable."""
    period = _find_period(plain)
    if period is None or not FIRST_YEAR <= period[0].year <= LAST_YEAR:
        return UnreadableCell("date_unreadable")
    first, months = period
    values = {"first": first.first_day.isoformat(), "last": (first + months - 1).last_day.isoformat()}
    return UnreadableCell("date_period", values)


def _find_period(plain: str) -> tuple[Month, int] | None:
    """Return the first month of a period and its number of months."""
    if re.fullmatch(r"\d{4}", plain, re.ASCII):
        return Month.of(int(plain), 1), 12
    words = _words(plain)
    for pattern, part, number, year in ((_PART_FIRST, 1, 2, 3), (_PART_LAST, 2, 3, 1)):
        match = pattern.fullmatch(words)
        if match and int(match[number]) <= _PARTS[match[part]]:
            months = 12 // _PARTS[match[part]]
            return Month.of(_expand_year(match[year]), 1 + months * (int(match[number]) - 1)), months
    named = _read_written_month(plain)
    return (named, 1) if named else None


def _read_digits(first: str, second: str, last: str, locale_format: LocaleFormat) -> dt.date | UnreadableCell:
    """Return the day of three numbers, the year last, in the locale's order if both orders are possible."""
    if len(last) == 2 and locale_format.order not in ("dmy", "mdy"):
        return UnreadableCell("date_ambiguous") if not locale_format.order else UnreadableCell("date_unreadable")
    # With one possible reading the order does not matter; 05/05/2025 is the same day in both.
    day_first, month_first = _build_day(last, second, first), _build_day(last, first, second)
    if isinstance(day_first, UnreadableCell) or day_first == month_first:
        return month_first
    if isinstance(month_first, UnreadableCell):
        return day_first
    if locale_format.order in ("dmy", "mdy"):
        return day_first if locale_format.order == "dmy" else month_first
    return UnreadableCell("date_ambiguous")


def _build_day(year: str, month: str | int, day: str) -> dt.date | UnreadableCell:
    try:
        return dt.date(_expand_year(year), int(month), int(day))
    except ValueError:
        return UnreadableCell("date_unreadable")


def _expand_year(digits: str) -> int:
    """Return a year; of two digits, the one from 1970 to 2069."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 70 else 1900)


def _words(plain: str) -> str:
    """Return a date or heading as words: lower case, no accents, single spaces for dots, commas and dashes."""
    return " ".join(re.sub(r"[-./,_]+", " ", fold(plain)).split())


def _read_written_month(heading: str) -> Month | None:
    plain = plain_characters(heading)
    words = " ".join(word for word in _words(plain).split() if word not in MEASURES | ACTUAL_WORDS)
    for pattern, year, number in ((_MONTH_YEAR_FIRST, 1, 2), (_MONTH_YEAR_LAST, 2, 1)):
        match = pattern.fullmatch(words)
        if match:
            return _build_month(match[year], int(match[number]))
    for pattern, year, number in ((_MONTH_NAMED, 2, 1), (_MONTH_NAMED_LAST, 1, 2)):
        match = pattern.fullmatch(words)
        if match:
            return _build_month(match[year], month_names().get(match[number], 0))
    return None


def _read_compact_month(cell: Cell) -> Month | None:
    """Return the month written as the number 202501."""
    match = re.fullmatch(r"(\d{4})(\d{2})(?:\.0)?", str(cell), re.ASCII) if isinstance(cell, (int, float)) else None
    return _build_month(match[1], int(match[2])) if match else None


def _build_month(year: str, number: int) -> Month | None:
    return Month.of(_expand_year(year), number) if 1 <= number <= 12 else None


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, or the last day of that month if it is shorter."""
    month = Month.containing(day) + months
    return month.first_day.replace(day=min(day.day, month.last_day.day))


def count_months(first: dt.date, after: dt.date) -> Fraction:
    """Return the months from `first` to the day before `after`: whole months, else each month's share of days.

    1 January to 31 December is 12, 15 January to 14 February is 1, 17 January to 31 January is 15/31.
    """
    whole = Month.containing(first).until(Month.containing(after))
    if whole > 0 and add_months(first, whole) == after:
        return Fraction(whole)
    months = Fraction(0)
    day = first
    while day < after:
        month = Month.containing(day)
        following = min(after, (month + 1).first_day)
        months += Fraction((following - day).days, month.last_day.day)
        day = following
    return months
