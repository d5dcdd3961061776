"""Exports of tools, and lists of contracts and subscriptions, as small workbooks."""

from __future__ import annotations

from tests.support.kept_workbooks import Row, Tabs, day


def build_stripe(statuses: tuple[str, ...]) -> Tabs:
    """Return Stripe's export of subscriptions of 100 a month; a canceled one ends on 5 March 2025."""
    headings = "id,Customer ID,Customer Name,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC)"
    times = "Start Date (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC),Trial Start (UTC)"
    start = day(2024, 1, 5)
    canceled = [day(2025, 2, 20), day(2025, 3, 5)]
    rows: list[Row] = [f"{headings},{times}".split(",")]
    for number, status in enumerate(statuses):
        names = [f"s{number}", f"c{number}", f"Firm {number}", "pro", 1, "eur", "month", 100, status, start, start]
        rows.append([*names, day(2025, 10, 5), *(canceled if status == "canceled" else [None] * 2), None])
    return {"subscriptions": rows}


def build_current_stripe() -> Tabs:
    """Return Stripe's export of the subscriptions that are alive: no column of ends."""
    headings = "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC)"
    rows: list[Row] = [f"{headings},Start Date (UTC),Current Period End (UTC),Customer Name".split(",")]
    for number in range(8):
        start = day(2024, 9 + number % 3, 5)
        status = "trialing" if number > 5 else "active"
        names = [f"sub_{number}", f"cus_{number}", f"{number}@example.org", 1622, 1, "dkk", "month", 149, status]
        rows.append([*names, start, start, day(2026, 1, 1), f"Person {number}"])
    return {"subscriptions": rows}


MOVEMENTS: Tabs = {
    "mrr_movements": [
        [
            *("DATE", "CUSTOMER_NAME", "MRR_MOVEMENT", "MRR", "DESCRIPTION", "MOVEMENT_TYPE"),
            *("CURRENCY_CODE", "CUSTOMER_EXTERNAL_ID"),
        ],
        [day(2024, 1, 5), "Alder", 100_000, 100_000, "x", "new_biz", "EUR", "c1"],
        [day(2024, 6, 5), "Alder", 20_000, 120_000, "x", "expansion", "EUR", "c1"],
        [day(2025, 3, 5), "Alder", -120_000, 0, "x", "churn", "EUR", "c1"],
    ]
}
CONTRACTS: Tabs = {
    "Contracts": [
        ["Customer", "Start date", "End date", "ACV"],
        ["Alder", day(2024, 1, 1), day(2024, 12, 31), 12_000],
        ["Alder", day(2025, 1, 1), day(2026, 12, 31), 18_000],
        ["Briar", day(2024, 3, 1), day(2025, 2, 28), 6_000],
    ]
}
SUBSCRIPTIONS: Tabs = {
    "Subscriptions": [
        ["Customer ID", "Start date", "End date", "MRR", "Plan", "Status"],
        ["Alder", day(2024, 1, 1), None, 1000, "Pro", "active"],
        ["Briar", day(2024, 3, 1), day(2025, 2, 28), 500, "Pro", "canceled"],
        ["Clover", day(2024, 3, 1), None, 500, "Pro", "trialing"],
    ]
}
BAREMETRICS: Tabs = {
    "template": [
        [
            *("plan_oid", "plan_name", "plan_currency", "plan_amount", "plan_interval", "plan_interval_count"),
            *("customer_oid", "customer_name", "customer_email", "subscription_oid"),
            *("subscription_started_at", "subscription_canceled_at", "subscription_quantity"),
        ],
        ["p1", "A", "EUR", 5_000, "month", 1, "c1", "Alder", "a@example.org", "s1", "2024-03-31", "2025-05-04", 1],
        ["p2", "B", "EUR", 60_000, "year", 1, "c2", "Briar", "b@example.org", "s2", "2024-03-31", None, 2],
    ]
}
