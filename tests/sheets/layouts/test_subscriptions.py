"""Subscriptions: lines that are over before a close, and changes after the last closed month."""

from __future__ import annotations

from tests.support.notation import options, panel, read, sheet


def test_a_line_that_ends_before_its_first_close_has_no_mrr() -> None:
    written = (
        "Account ID|Start|End|Amount\na|2025-01-05d|2025-01-20d|10\nb|2025-01-05d||20\nc|2025-02-01d|2025-02-27d|30"
    )
    ledger, _ = read(sheet("Subscriptions", written), how=options(""))
    assert panel(ledger) == "2025-01: a 0 0 0, b 20 20 20, c 0 0 0"


def test_lines_that_begin_or_end_later_are_scheduled_changes() -> None:
    written = (
        "Account ID|Start|End|Amount\na|2025-01-01d|2025-05-31d|10\nb|2025-06-15d||20\n"
        "c|2025-01-01d|2025-04-30d|5\nc|2025-05-01d||5\nd|2025-01-01d|2025-02-28d|7"
    )
    ledger, _ = read(sheet("Subscriptions", written), how=options(""))
    ahead = ledger.scheduled_changes
    assert ahead is not None
    changes = zip(ahead.accounts.tolist(), ahead.months.tolist(), ahead.amounts.tolist(), strict=True)
    assert [
        (ledger.accounts.ids[account], month - ledger.last.ordinal, amount) for account, month, amount in changes
    ] == [
        ("a", 3, -1000),
        ("b", 3, 2000),
    ]
