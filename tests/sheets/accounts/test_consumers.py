"""Consumers: flags in Customers and words in the column Segment, at their dates."""

from __future__ import annotations

import pytest

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.months import Month, Window
from tests.support.notation import places, read, sheet

MONTHS = "2025-01|2025-02|2025-03"
FIRST = Month.of(2025, 1)


def consumers_at(ledger: Ledger, months_later: int) -> str:
    flags = ledger.accounts.consumer_at(FIRST + months_later)
    return " ".join(account for account, flag in zip(ledger.accounts.ids, flags, strict=True) if flag)


@pytest.mark.parametrize(
    "customers",
    [
        pytest.param(
            "Account ID|Consumer|Valid from\na|no|2024-01-01d\na|yes|2025-02-10d\nb||", id="a flag with a date"
        ),
        pytest.param(
            "Account ID|Segment|Valid from\na|SMB|2024-01-01d\na|Particuliers|2025-02-10d\nb|SMB|",
            id="a segment with a date",
        ),
    ],
)
def test_an_account_is_a_consumer_from_the_month_of_its_row(customers: str) -> None:
    revenue = sheet("MRR", f"Account ID|{MONTHS}\na|5|5|5\nb|5|5|5")
    ledger, problems = read(revenue, sheet("Customers", customers))
    assert [consumers_at(ledger, month) for month in (-12, 0, 1, 2)] == ["", "", "a", "a"]
    assert ledger.accounts.consumer.tolist() == [True, False]
    assert problems == []
    window = Window(FIRST, FIRST + 2)
    assert Segments(ledger).members("size", "Consumer", window).tolist() == [False, False]
    assert Segments(ledger).members("size", "SMB", window).tolist() == [True, True]


def test_rows_that_agree_need_no_dates() -> None:
    customers = "Account ID|Consumer|Plan|Valid from\na|yes|Old|2024-01-01d\na|yes|New|2025-02-01d\nb|no||"
    ledger, _ = read(sheet("MRR", f"Account ID|{MONTHS}\na|5|5|5\nb|5|5|5"), sheet("Customers", customers))
    assert (consumers_at(ledger, 0), ledger.accounts.consumer_changes) == ("a", None)


def test_a_flag_of_an_earlier_row_that_cannot_be_read_is_reported() -> None:
    customers = "Account ID|Consumer|Valid from\na|perhaps|2024-01-01d\na|yes|2025-02-01d"
    ledger, problems = read(sheet("MRR", f"Account ID|{MONTHS}\na|5|5|5"), sheet("Customers", customers))
    assert (places(problems), consumers_at(ledger, 0), consumers_at(ledger, 1)) == ("fact_flag B2", "", "a")


def test_a_segment_of_the_revenue_tab_makes_a_consumer() -> None:
    ledger, _ = read(sheet("MRR", f"Account ID|Segment|{MONTHS}\na|Consumer|5|5|5\nb|SMB|5|5|5\nc|SMB|5|5|5"))
    assert consumers_at(ledger, 0) == "a"


def test_a_segment_of_customers_comes_before_that_of_the_revenue_tab() -> None:
    revenue = f"Account ID|Segment|{MONTHS}\na|Consumer|5|5|5\nb|SMB|5|5|5\nc|SMB|5|5|5"
    ledger, _ = read(sheet("MRR", revenue), sheet("Customers", "Account ID|Segment\na|SMB\nb|B2C\nc|SMB"))
    assert consumers_at(ledger, 0) == "b"


def test_a_segment_that_changes_in_the_revenue_tab_meets_the_flags_of_customers() -> None:
    rows = [
        *("a|SMB|2025-01|1", "a|Consumer|2025-02|1", "a|Consumer|2025-03|1"),
        *("b|Consumer|2025-01|1", "b|Consumer|2025-02|1", "b|SMB|2025-03|1"),
        *("c|SMB|2025-01|1", "c|SMB|2025-02|1", "c|SMB|2025-03|1"),
        *(f"{account}|SMB|{month}|1" for account in "defghij" for month in MONTHS.split("|")),
    ]
    revenue = sheet("MRR", "\n".join(["Account ID|Segment|Month|MRR", *rows]))
    customers = "Account ID|Consumer|Valid from\nb|no|2025-01-01d\nb|yes|2025-03-01d\nc|yes|"
    ledger, _ = read(revenue, sheet("Customers", customers))
    assert [consumers_at(ledger, month) for month in range(3)] == ["b c", "b c a", "b c a"]
