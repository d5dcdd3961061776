"""Month headings shortly before midnight, as in an export in UTC, from a file and from a Google Sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from core.errors import WorkbookLayoutError
from core.ledger.ledger import Ledger
from sheets.problems import Problem
from sheets.workbook.port import Cell, Grid, Tab
from tests.support.command_line import nrrbot
from tests.support.company import Form, MakeCompany, Medium
from tests.support.notation import LATER, options, panel, places, read, sheet


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: int = 0) -> Cell:
    return dt.datetime(year, month, day, hour, minute, second, fraction)  # noqa: DTZ001 - what a sheet holds


def read_headings(*headings: Cell) -> tuple[Ledger, list[Problem]]:
    rows: list[Sequence[Cell]] = [["Account ID", *headings], ["a", *range(1, len(headings) + 1)]]
    return read(Grid(Tab(7, "MRR", 2, len(headings) + 1), rows), how=options(today=LATER))


@pytest.mark.parametrize(
    "headings",
    [
        (at(2024, 12, 31, 23), at(2025, 1, 31, 23), at(2025, 2, 28, 23)),
        # A calendar with summer time, and one whose winter is UTC.
        (at(2024, 12, 31, 22), at(2025, 1, 31, 23), at(2025, 2, 28, 23)),
        (at(2024, 12, 31, 23), at(2025, 2, 1), at(2025, 3, 1)),
        # India, and a fraction of a second, also as serial numbers and as ISO 8601.
        (at(2024, 12, 31, 18, 30), at(2025, 1, 31, 18, 30), at(2025, 2, 28, 18, 30)),
        (at(2024, 12, 31, 23, 59, 59, 999_000), at(2025, 1, 31, 23, 59, 59, 999_000), at(2025, 3, 1)),
        (45657 + 23 / 24, 45688 + 23 / 24, 45716 + 23 / 24),
        (45657.9999999, 45688.9999999999, 45716.9999999),
        ("2024-12-31T23:00:00.000Z", "2025-01-31T23:00:00.000Z", "2025-02-28T23:00:00.000Z"),
    ],
)
def test_headings_shortly_before_a_month_are_that_month(headings: Sequence[Cell]) -> None:
    ledger, problems = read_headings(*headings)
    assert panel(ledger) == "2025-01: a 1 2 3"
    assert places(problems) == "month_shifted B1"
    assert problems[0].values == {"month": "2025-01"}


@pytest.mark.parametrize(
    "headings",
    [
        (at(2025, 1, 31), at(2025, 2, 28), at(2025, 3, 31)),
        # The end of a day, as some systems write it.
        (at(2025, 1, 31, 23, 59, 59), at(2025, 2, 28, 23, 59, 59), at(2025, 3, 31, 23, 59, 59)),
        # No difference of a time zone: too large, of 7 minutes, not the same in the whole row, not at a month's end.
        (at(2025, 1, 31, 9), at(2025, 2, 28, 9), at(2025, 3, 31, 9)),
        (at(2025, 1, 31, 23, 53), at(2025, 2, 28, 23, 53), at(2025, 3, 31, 23, 53)),
        (at(2025, 1, 31, 23), at(2025, 2, 28, 23), at(2025, 3, 31, 18)),
        (at(2025, 1, 31, 23), at(2025, 2, 28, 23), at(2025, 3, 31)),
        (at(2025, 1, 31, 23), at(2025, 2, 28, 23), "2025-03"),
        (at(2025, 1, 15, 23), at(2025, 2, 15, 23), at(2025, 3, 15, 23)),
        (at(2025, 1, 1, 5), at(2025, 2, 1, 5), at(2025, 3, 1, 5)),
    ],
)
def test_any_other_day_is_of_its_own_month(headings: Sequence[Cell]) -> None:
    ledger, problems = read_headings(*headings)
    assert (panel(ledger), places(problems)) == ("2025-01: a 1 2 3", "")


@pytest.mark.parametrize("medium", ["xlsx", "google"])
def test_a_sync_of_shifted_headings(company: MakeCompany, medium: Medium) -> None:
    headings = [at(2025, 6, 30, 22), at(2025, 7, 31, 22), at(2025, 8, 31, 22)]
    form = company("wide", medium, content={"MRR": [["Account ID", *headings], ["a", 100, 100, 120]]})
    synced = nrrbot("sync", "--config", form.config, "--today", "2025-10-06")
    assert (synced.code, synced.err) == (0, "")
    assert store_ledger(form) == "2025-07: a 100 100 120"
    assert "month_shifted" in nrrbot("problems", "--config", form.config).out


def store_ledger(form: Form) -> str:
    store = form.setup().analyst.store
    return panel(store.load(store.load_latest_snapshot(None).id))


@pytest.mark.parametrize(
    ("title", "rows", "months"),
    [
        ("2025", "Customer|Jan|Feb|Total\na|1|2|3", "2025-01: a 1 2"),
        ("MRR", "MRR 2025|||\nCustomer|MRR Jan|Feb Actual|Feb Budget\na|1|2|9", "2025-01: a 1 2"),
        # A December before January is of the year before.
        ("MRR 2025", "Customer|Dec|Jan|Feb|YTD 2025\na|1|2|3|5", "2024-12: a 1 2 3"),
        ("FY 2025", "Customer|Jan|Feb|FY 2025\na|1|2|3", "2025-01: a 1 2"),
    ],
)
def test_months_without_a_year_have_the_year_of_a_title(title: str, rows: str, months: str) -> None:
    ledger, problems = read(sheet(title, rows), how=options(today=LATER))
    assert panel(ledger) == months
    assert not problems


@pytest.mark.parametrize(
    ("title", "rows"),
    [
        ("MRR", "Customer|Jan|Feb|Mar\na|1|2|3"),
        # Two years, the months of a fiscal year, a date.
        ("MRR 2025", "MRR 2024|||\n|||\nCustomer|Jan|Feb|Mar\na|1|2|3"),
        ("MRR 2025", "Customer|Nov|Dec|Jan|Feb\na|1|2|3|4"),
        ("FY2025", "Customer|Apr|May|Jun\na|1|2|3"),
        ("MRR", "Updated in March 2025|||\nCustomer|Jan|Feb|Mar\na|1|2|3"),
    ],
)
def test_months_whose_year_is_not_sure_are_refused(title: str, rows: str) -> None:
    with pytest.raises(WorkbookLayoutError, match="have no year"):
        read(sheet(title, rows), how=options(today=LATER))
