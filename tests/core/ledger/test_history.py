"""The history of a sheet that does not have every close: why a window is n/a, and the period that is asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from core.ledger.coverage import Coverage
from core.ledger.history import (
    choose_default_period,
    explain_missing_close,
    explain_missing_year,
    is_old,
    measure_spacing,
)
from core.ledger.ledger import Ledger
from core.months import Calendar, Month, Window
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger, keep_closes


def build_history(closes: str) -> Ledger:
    """Return a ledger of one account with the closes that a text names, such as `2024-03 2024-06`."""
    months = [Month.parse(text) for text in closes.split()]
    count = months[0].until(months[-1]) + 1
    return keep_closes(build_ledger([[100]] * count, first=months[0], currency=EUR), months)


def find_window(text: str) -> Window:
    start, end = map(Month.parse, text.split(".."))
    return Window(start, end)


QUARTERS = "2024-03 2024-06 2024-09 2024-12 2025-03 2025-06 2025-09"
YEARS = "2022-12 2023-12 2024-12"
MONTHS = " ".join(f"2025-{month:02d}" for month in range(1, 10))
NO_JULY = MONTHS.replace("2025-07 ", "")


@pytest.mark.parametrize(
    ("closes", "months"),
    [
        (QUARTERS, 3),
        (QUARTERS.replace("2024-12 ", ""), 3),
        ("2024-06 2024-12 2025-06", 6),
        (YEARS, 12),
        ("2022-12 2024-12", 12),
        (MONTHS, 1),
        (NO_JULY, 1),
        ("2025-01 2025-03 2025-05", 1),
        ("2025-01", 1),
    ],
)
def test_the_months_between_closes(closes: str, months: int) -> None:
    assert measure_spacing(build_history(closes).closes) == months


@pytest.mark.parametrize(
    ("closes", "window", "reason"),
    [
        (QUARTERS, "2025-06..2025-09", None),
        (QUARTERS, "2024-09..2025-09", None),
        (QUARTERS, "2025-06..2025-07", "needs the close of 2025-07, and the data has only the ends of quarters"),
        (QUARTERS, "2025-08..2025-09", "needs the close of 2025-08, and the data has only the ends of quarters"),
        (QUARTERS, "2023-12..2024-03", "needs the close of 2023-12, and the history begins with 2024-03"),
        (
            QUARTERS.replace("2025-06 ", ""),
            "2025-06..2025-09",
            "needs the close of 2025-06, and the data has no 2025-06",
        ),
        (
            "2024-06 2024-12 2025-06",
            "2025-03..2025-06",
            "needs the close of 2025-03, and the data has only the ends of half-years",
        ),
        (YEARS, "2024-09..2024-12", "needs the close of 2024-09, and the data has only the ends of years"),
        (NO_JULY, "2025-07..2025-08", "needs the close of 2025-07, and the data has no 2025-07"),
        (NO_JULY, "2025-06..2025-08", None),
    ],
)  # fmt: skip
def test_a_window_needs_both_of_its_closes(closes: str, window: str, reason: str | None) -> None:
    ledger = build_history(closes)
    found = explain_missing_close(ledger, find_window(window))
    assert (None if found is None else str(found)) == reason
    assert ledger.covers(find_window(window)) is (reason is None)


@pytest.mark.parametrize(
    ("closes", "end", "reason"),
    [
        (QUARTERS, "2025-09", None),
        (QUARTERS, "2024-12", "needs the close of 2023-12, and the history begins with 2024-03"),
        (QUARTERS, "2025-08", "needs the close of 2024-08, and the data has only the ends of quarters"),
        (MONTHS, "2025-09", "needs 13 month closes, there are 9"),
        (NO_JULY, "2025-09", "needs 13 month closes, there are 8"),
    ],
)
def test_twelve_months_need_both_of_their_closes(closes: str, end: str, reason: str | None) -> None:
    found = explain_missing_year(build_history(closes), Month.parse(end))
    assert (None if found is None else str(found)) == reason


@pytest.mark.parametrize(
    ("closes", "first_month", "period"),
    [
        (MONTHS, 1, "Q3 2025"),
        (QUARTERS, 1, "Q3 2025"),
        ("2024-06 2024-12 2025-06", 1, "H1 2025"),
        (YEARS, 1, "2024"),
        ("2023-06 2024-06 2025-06", 7, "FY25"),
        # June is missing: neither the third quarter nor the second has both of its closes.
        ("2024-12 2025-01 2025-02 2025-03 2025-04 2025-05 2025-07 2025-08 2025-09", 1, "Q1 2025"),
        # The fiscal quarters of a year that begins in February end between the closes.
        (QUARTERS, 2, "2025-07..2025-09"),
    ],
)
def test_a_question_without_a_period_gets_one_that_has_figures(closes: str, first_month: int, period: str) -> None:
    ledger = build_history(closes)
    chosen = choose_default_period(ledger, Calendar(first_month))
    assert chosen.label == period
    assert chosen.complete
    assert ledger.covers(chosen.window) or not ledger.coverage.unknown


def test_a_ledger_refuses_closes_that_cannot_repeat_one_before() -> None:
    for month in ("2025-01", "2025-03", "2025-04"):
        with pytest.raises(ValueError, match="between two closes"):
            Ledger(
                **{
                    **vars(build_ledger([[1]] * 3, first=Month.parse("2025-01"), currency=EUR)),
                    "coverage": Coverage(unknown=frozenset([Month.parse(month)])),
                }
            )


def test_a_close_that_is_not_known_has_no_mrr() -> None:
    ledger = build_history(QUARTERS)
    with pytest.raises(KeyError, match="2025-08"):
        ledger.read_own_mrr(Month.parse("2025-08"))


@pytest.mark.parametrize(
    ("closes", "today", "old"),
    [
        ("2023-01 2023-02", "2023-03-01", False),
        ("2023-01 2023-02", "2023-04-30", False),
        ("2023-01 2023-02", "2023-05-01", True),
        # the ends of quarters
        ("2022-12 2023-03 2023-06", "2023-09-30", False),
        ("2022-12 2023-03 2023-06", "2023-10-31", False),
        ("2022-12 2023-03 2023-06", "2023-12-01", True),
    ],
)
def test_data_is_old_where_more_than_one_close_is_missing(closes: str, today: str, *, old: bool) -> None:
    assert is_old(build_history(closes), dt.date.fromisoformat(today)) is old
