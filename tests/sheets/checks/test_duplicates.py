"""MRR long and Movements: from rows to a ledger and problems."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core.errors import WorkbookLayoutError
from tests.support.notation import options, panel, places, read, sheet
from tests.support.samples.tab_cases import LONG_CASES, MOVEMENT_CASES


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in LONG_CASES], ids=[case[0] for case in LONG_CASES]
)
def test_mrr_long(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Revenue", written), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_of_long_rows_no_column_of_a_month_is_spoken_of() -> None:
    written = "Account ID|Month|MRR\na|2025-01|10\na|2025-03|10\na|2025-04|10"
    _, problems = read(sheet("Revenue", written))
    assert sorted(problem.code for problem in problems) == ["month_future", "month_missing"]
    assert not any("column" in problem.kind.expected + problem.kind.fix for problem in problems)


def test_a_gap_of_long_rows_names_its_months_and_may_carry_on() -> None:
    written = "Account ID|Month|MRR\na|2025-01|10\nb|2025-02|1\nb|2025-01|1\na|2025-03|12"
    ledger, [gap] = read(sheet("Revenue", written))
    assert (panel(ledger), gap.values) == ("2025-01: a 10 0 12, b 1 1 0", {"months": "2025-02"})
    ledger, problems = read(sheet("Revenue", written), how=options(blank_month="carry"))
    assert (panel(ledger), problems) == ("2025-01: a 10 10 12, b 1 1 0", [])


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in MOVEMENT_CASES], ids=[case[0] for case in MOVEMENT_CASES]
)
def test_movements(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Movements", written), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_an_account_below_nothing_says_when_and_how_far() -> None:
    written = "Account ID|Date|Amount|Currency\na|2025-01-10d|100|JPY\na|2025-03-20d|-150|JPY"
    _, problems = read(sheet("Movements", written))
    below = next(problem for problem in problems if problem.code == "mrr_below_zero")
    assert (below.cell, below.found, below.values) == ("C3", "-150", {"month": "2025-03", "mrr": "-50"})


@pytest.mark.parametrize(
    ("title", "written", "says"),
    [
        ("Revenue", "Account ID|Month|MRR\na|2025-01|TBD", "The tab “Revenue” has no month with a readable amount."),
        ("Revenue", "Account ID|Month|MRR\na|2025-04|1", "The tab “Revenue” has no month with a readable amount."),
        ("Movements", "Account ID|Date|Amount\na|soon|1", "The tab “Movements” has no line that could be read"),
    ],
)
def test_a_tab_of_lines_that_cannot_be_read_as_a_whole(title: str, written: str, says: str) -> None:
    with pytest.raises(WorkbookLayoutError, match=re.escape(says)) as caught:
        read(sheet(title, written))
    assert caught.value.fix


def test_movements_run_through_the_last_month_that_ended() -> None:
    grid = sheet("Movements", "Account ID|Date|Amount\na|2025-01-15d|10")
    ledger, _ = read(grid, how=options(today=dt.date(2025, 5, 31)))
    assert (str(ledger.first), str(ledger.last)) == ("2025-01", "2025-05")
