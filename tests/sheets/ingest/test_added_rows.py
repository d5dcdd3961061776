"""Rows at the end of a tab are parsed alone, and so are edits of a tab with months down."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheets.ingest.ledger_changes import LedgerChanges
from tests.support.edited_books import REVENUE, Rows
from tests.support.edited_pairs import Pair, check_books, write_tabs
from tests.support.google.server import GoogleServer
from tests.support.google.state import Given
from tests.support.long_books import EditedLongBook

MONTHS = [f"2025-{month:02}" for month in range(1, 10)]


def long_rows(accounts: int) -> Rows:
    """Return a tab with months down: a row for each account and month, by month; the next month has begun."""
    rows: Rows = [[f"A-{account:03}", month, 100 + account] for month in MONTHS for account in range(accounts)]
    return [["Account ID", "Month", "MRR"], *rows, ["A-000", "2025-10", 100]]


def sync_rows(pair: Pair, rows: Rows) -> tuple[int, LedgerChanges | None]:
    """Return how many rows were parsed after an edit of the revenue tab, and what changed."""
    write_tabs(pair.google, pair.sheet, {REVENUE: rows})
    changes: LedgerChanges | None = pair.sync()["said"][1]
    return pair.edited.parsed, changes


def test_edits_and_rows_of_a_tab_with_months_down_are_parsed_alone(google: GoogleServer, tmp_path: Path) -> None:
    # Of so many rows the number formats of the last ones follow from those of the first.
    rows = long_rows(115)
    pair = Pair(google, tmp_path, {REVENUE: rows})
    rows[600][2], rows[5][2] = 77, 78
    assert sync_rows(pair, rows) == (2, LedgerChanges(arrived=0, gone=0, months=0, amounts=2))
    edits: list[tuple[Rows, LedgerChanges]] = [
        ([["A-007", "2025-10", 90]], LedgerChanges(arrived=0, gone=0, months=0, amounts=0)),
        ([["A-200", "2025-09", 90]], LedgerChanges(arrived=1, gone=0, months=0, amounts=0)),
        ([["A-201", "2025-08", 9], ["A-201", "2025-09", 9]], LedgerChanges(arrived=1, gone=0, months=0, amounts=0)),
        ([["A-200", "2025-08", 80]], LedgerChanges(arrived=0, gone=0, months=0, amounts=1)),
    ]
    for added, changes in edits:
        rows += added
        assert sync_rows(pair, rows) == (len(added), changes)
    assert sync_rows(pair, rows[:-1]) == (1, LedgerChanges(arrived=0, gone=0, months=0, amounts=1))
    # Without a row there is no account, and with two rows in one month there may be one too many.
    assert sync_rows(pair, rows[:-3]) == (len(rows) - 3, LedgerChanges(arrived=0, gone=1, months=0, amounts=0))
    assert sync_rows(pair, [*rows[:-3], ["A-003", "2025-09", 1]])[0] == len(rows) - 2


def wide_rows() -> Rows:
    rows: Rows = [[f"A-{row:02}", f"Firm {row}", ("Basic", "Pro")[row % 2], *[100 + row] * 9] for row in range(30)]
    return [["Account ID", "Customer name", "Plan", *MONTHS], *rows]


@pytest.mark.parametrize(
    ("added", "parsed"),
    [
        (["A-30", "Firm 30", "Pro", *[50] * 9], 1),
        (["A-30", None, None, *[None] * 6, 50, 60, 70], 1),
        (["A-30", "Firm 30", "Gold", *[50] * 9], 32),
        (["A-30", "Firm 3", "Pro", *[50] * 9], 32),
        (["A-1", "Firm 30", "Pro", *[50] * 9], 32),
        (["Acme", "Firm 30", "Pro", *[50] * 9], 32),
        (["A-30", "Firm 30", "Pro", *[50] * 3, None, *[50] * 5], 32),
        (["A-30", "Firm 30", "Pro", *[50] * 8, "n/a"], 32),
        (["Total", None, None, *[3435] * 9], 32),
    ],
)
def test_a_new_account_is_parsed_alone_if_nothing_but_its_digits_is_new(
    google: GoogleServer, tmp_path: Path, added: list[Given], parsed: int
) -> None:
    rows = wide_rows()
    pair = Pair(google, tmp_path, {REVENUE: rows})
    assert sync_rows(pair, [*rows, added])[0] == parsed


def test_rows_of_accounts_that_only_customers_has_are_parsed_alone(google: GoogleServer, tmp_path: Path) -> None:
    rows = long_rows(20)
    listed: Rows = [[f"A-{account:03}", "North"] for account in range(22)]
    customers: Rows = [["Account ID", "Region"], *listed]
    pair = Pair(google, tmp_path, {REVENUE: rows, "Customers": customers})
    for account, parsed in (("A-021", 1), ("A-022", len(rows) + 25)):
        rows.append([account, "2025-09", 100])
        write_tabs(google, pair.sheet, {REVENUE: rows, "Customers": customers})
        pair.sync()
        assert pair.edited.parsed == parsed


def test_a_row_that_may_be_a_plan_is_no_account(google: GoogleServer, tmp_path: Path) -> None:
    rows = long_rows(20)
    rows[3][0] = "Budget"
    pair = Pair(google, tmp_path, {REVENUE: rows})
    rows.append(["Budget", "2025-10", 100])
    assert sync_rows(pair, rows)[0] == len(rows)


@pytest.mark.slow
def test_random_edits_of_tabs_with_months_down_give_the_snapshot_of_a_whole_reading(
    google: GoogleServer, tmp_path: Path
) -> None:
    counts = check_books(google, tmp_path, map(EditedLongBook, range(102, 107)), 10)
    assert sum(count for (_, is_alone), count in counts.items() if is_alone) > 10
    never = ("negative", "text", "ID", "month", "moved", "deleted", "row with a text", "segment")
    assert not any(counts[name, True] for name in never)
