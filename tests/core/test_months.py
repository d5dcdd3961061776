"""Months, windows and the fiscal calendar."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.months import (
    Calendar,
    Month,
    Period,
    PeriodKind,
    Window,
    find_last_closed_month,
    full_month_names,
    month_names,
)
from core.query.question import parse_question
from core.query.vocabulary import Vocabulary
from core.text import fold
from sheets.cells.dates import read_month
from sheets.cells.text import LocaleFormat

MONTHS = st.integers(12 * 1900, 12 * 2100).map(Month)


def window(text: str) -> Window:
    start, _, end = text.partition("..")
    return Window(Month.parse(start), Month.parse(end))


@pytest.mark.parametrize(
    ("text", "year", "number", "last_day"),
    [
        ("2025-01", 2025, 1, "2025-01-31"),
        ("2025-02", 2025, 2, "2025-02-28"),
        ("2024-02", 2024, 2, "2024-02-29"),
        ("1900-02", 1900, 2, "1900-02-28"),
        ("2025-12", 2025, 12, "2025-12-31"),
    ],
)
def test_a_month_knows_its_year_number_and_days(text: str, year: int, number: int, last_day: str) -> None:
    month = Month.parse(text)
    assert (month.year, month.number) == (year, number)
    assert month.first_day.isoformat() == f"{text}-01"
    assert month.last_day.isoformat() == last_day


@pytest.mark.parametrize("text", ["2025-13", "2025-00", "2025-1", "25-01", "2025/01", "2025", "2025-01-01", "abcd-01"])
def test_other_texts_are_no_months(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text[:4])):
        Month.parse(text)


@given(MONTHS)
def test_a_month_is_written_as_it_is_read(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.of(month.year, month.number) == month
    assert Month.containing(month.last_day) == Month.containing(month.first_day) == month


@given(MONTHS, st.integers(-500, 500))
def test_adding_and_taking_away_months(month: Month, count: int) -> None:
    assert month + count - count == month
    assert month.until(month + count) == count
    assert ((month + count) > month) == (count > 0)


@pytest.mark.parametrize(
    ("today", "closed"),
    [("2025-09-30", "2025-09"), ("2025-10-01", "2025-09"), ("2025-09-29", "2025-08"), ("2025-01-15", "2024-12")],
)
def test_the_last_closed_month(today: str, closed: str) -> None:
    assert str(find_last_closed_month(dt.date.fromisoformat(today))) == closed


def test_a_window_ends_after_it_starts() -> None:
    assert window("2025-06..2025-09").months == 3
    assert Window.ending(Month.parse("2025-09"), 12) == window("2024-09..2025-09")
    for backwards in ("2025-09..2025-09", "2025-09..2025-06"):
        with pytest.raises(ValueError, match=backwards):
            window(backwards)


@pytest.mark.parametrize(
    ("kind", "year", "number", "label"),
    [
        ("month", 2025, 9, "2025-09"),
        ("quarter", 2025, 3, "Q3 2025"),
        ("half", 2025, 1, "H1 2025"),
        ("year", 2025, 0, "2025"),
        ("fiscal_year", 2025, 0, "FY25"),
        ("fiscal_year", 2009, 0, "FY09"),
        ("ttm", 0, 0, "TTM 2025-09"),
        ("ytd", 2025, 0, "YTD 2025-09"),
        ("range", 0, 0, "2025-07..2025-09"),
    ],
)
def test_labels(kind: PeriodKind, year: int, number: int, label: str) -> None:
    assert Period(kind, window("2025-06..2025-09"), year=year, number=number).label == label


@pytest.mark.parametrize(
    ("first_month", "year", "months", "number", "expected"),
    [
        (1, 2025, 3, 1, "2024-12..2025-03"),
        (1, 2025, 3, 4, "2025-09..2025-12"),
        (1, 2025, 6, 2, "2025-06..2025-12"),
        (1, 2025, 12, 1, "2024-12..2025-12"),
        (4, 2025, 3, 1, "2024-03..2024-06"),
        (4, 2025, 3, 4, "2024-12..2025-03"),
        (4, 2025, 12, 1, "2024-03..2025-03"),
        (7, 2025, 6, 1, "2024-06..2024-12"),
        (7, 2025, 12, 1, "2024-06..2025-06"),
        (10, 2025, 3, 1, "2024-09..2024-12"),
        (10, 2025, 12, 1, "2024-09..2025-09"),
        (12, 2025, 12, 1, "2024-11..2025-11"),
    ],
)
def test_parts_of_a_fiscal_year(first_month: int, year: int, months: int, number: int, expected: str) -> None:
    assert Calendar(first_month).span(year, months, number) == window(expected)


@pytest.mark.parametrize(
    ("first_month", "month", "fiscal_year", "quarter", "half"),
    [
        (1, "2025-01", 2025, 1, 1),
        (1, "2025-12", 2025, 4, 2),
        (4, "2025-03", 2025, 4, 2),
        (4, "2025-04", 2026, 1, 1),
        (4, "2025-12", 2026, 3, 2),
        (7, "2025-06", 2025, 4, 2),
        (7, "2025-07", 2026, 1, 1),
        (10, "2025-09", 2025, 4, 2),
        (10, "2025-10", 2026, 1, 1),
    ],
)
def test_where_a_month_lies(first_month: int, month: str, fiscal_year: int, quarter: int, half: int) -> None:
    calendar = Calendar(first_month)
    assert calendar.year_of(Month.parse(month)) == fiscal_year
    assert calendar.part_of(Month.parse(month), 3) == (fiscal_year, quarter)
    assert calendar.part_of(Month.parse(month), 6) == (fiscal_year, half)


@given(st.integers(1, 12), MONTHS, st.sampled_from([1, 3, 6, 12]))
def test_every_month_lies_in_exactly_its_part(first_month: int, month: Month, months: int) -> None:
    calendar = Calendar(first_month)
    year, number = calendar.part_of(month, months)
    assert 1 <= number <= 12 // months
    part = calendar.span(year, months, number)
    assert part.start < month <= part.end
    assert part.months == months
    assert calendar.year_of(month) == year
    assert calendar.year_end(year).number % 12 + 1 == first_month


@pytest.mark.parametrize(
    ("number", "names"),
    [
        (1, "January Jan janvier janv"),
        (2, "February Feb février févr fev"),
        (6, "June Jun juin"),
        (7, "July Jul juillet juil juill"),
        (8, "August Aug août aout aou"),
        (9, "September Sep Sept septembre"),
        (12, "December Dec décembre déc"),
    ],
)
def test_questions_and_headings_know_the_same_names_of_months(number: int, names: str) -> None:
    for name in names.split():
        question = parse_question(f"{name} 2025", Vocabulary({}, {}), Calendar(), Month.of(2025, 12))
        assert question.period.window.end == Month.of(2025, number), name
        assert read_month(f"{name}. 2025", LocaleFormat()) == Month.of(2025, number), name


def test_every_full_name_is_a_known_name() -> None:
    assert full_month_names()[:4] == ("January", "janvier", "February", "février")
    assert [month_names()[fold(name)] for name in full_month_names()] == [n for n in range(1, 13) for _ in range(2)]
