"""Movements: an account that falls below 0, and changes that are too large to be added exactly."""

from __future__ import annotations

import pytest

from core.errors import WorkbookLayoutError
from tests.support.notation import options, panel, places, read, sheet


def test_an_mrr_below_zero_is_reported_at_its_first_month_below_zero() -> None:
    written = "Account ID|Date|Amount\nb|2025-01-10d|5\na|2025-02-10d|10\na|2025-03-10d|-30"
    _, problems = read(sheet("Movements", written), how=options(""))
    assert places(problems) == "mrr_below_zero C4"
    assert problems[0].values == {"month": "2025-03", "mrr": "-20.00"}


def test_changes_that_cancel_out_must_be_small_enough_for_exact_sums() -> None:
    lines = [f"a|2025-01-10d|{sign}9000000000000" for sign in ("", "-") * 3]
    with pytest.raises(WorkbookLayoutError, match="too large to be added exactly"):
        read(sheet("Movements", "\n".join(["Account ID|Date|Amount", *lines])), how=options(""))


EVENTS = [
    (
        "the level after holds until the next event, the first level before from the beginning",
        """
        Customer | Date | Old MRR | New MRR
        a | 2025-01-05d | 0 | 100
        a | 2025-03-05d | 100 | 150
        b | 2025-02-05d | 80 | 0
        """,
        "2025-01: a 100 100 150, b 80 0 0",
        "",
    ),
    (
        "French, the newest first, two events on one day",
        """
        Client | Date | Ancien MRR | Nouveau MRR
        a | 2025-03-05d | 100 | 150
        a | 2025-02-05d | 120 | 100
        a | 2025-02-05d | 90 | 120
        a | 2025-01-05d | 0 | 90
        """,
        "2025-01: a 90 100 150",
        "",
    ),
    (
        "a level before that is not the last one after is reported, and the level after counts",
        """
        Customer | Month | MRR before | MRR after
        a | 2025-01 | 0 | 100
        a | 2025-03 | 90 | 150
        b | 2025-03 | 0 | lots
        c | soon | 0 | 10
        d | 2025-02 | 0 |
        """,
        "2025-01: a 100 100 150, b* 0 0 0, c* 0 0 0, d* 0 0 0",
        "amount_unreadable D4, date_unreadable B5, value_missing D6, before_differs C3",
    ),
    (
        "products of one account add up",
        """
        Customer | Product | Date | Old MRR | New MRR
        a | base | 2025-01-05d | 0 | 100
        a | extra | 2025-02-05d | 0 | 50
        a | base | 2025-03-05d | 100 | 70
        """,
        "2025-01: a 100 150 120",
        "",
    ),
]


@pytest.mark.parametrize(
    ("written", "expected", "wrong"), [case[1:] for case in EVENTS], ids=[case[0] for case in EVENTS]
)
def test_events_give_the_level_after(written: str, expected: str, wrong: str) -> None:
    ledger, problems = read(sheet("x", written), how=options(""))
    assert panel(ledger) == expected
    assert places(problems) == wrong
