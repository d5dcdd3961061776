"""Exports of tools, and lists of contracts and subscriptions, as small workbooks."""

from __future__ import annotations

from tests.support.kept_workbooks import FIRST_DAYS, HISTORY, Row, Tabs, day


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


def build_stripe_invoices(*, has_periods: bool, tax: float = 0.2) -> Tabs:
    """Return Stripe's export of invoices: a paid one a month for each account of HISTORY, and a void one in each."""
    headings = "id,Amount Due,Billing,Closed,Currency,Customer,Date (UTC),Due Date (UTC),Number,Paid,Subtotal"
    later = "Total Discount Amount,Tax,Tax Percent,Total,Amount Paid,Status"
    periods = ("Minimum Line Item Period Start (UTC)", "Maximum Line Item Period End (UTC)") if has_periods else ()
    rows: list[Row] = [[*f"{headings},{later}".split(","), *periods]]
    for account, amounts in HISTORY.items():
        for month, amount in enumerate(amounts):
            for status in ("paid", "void") if amount else ():
                net, start = amount or 0, FIRST_DAYS[month]
                after = day(start.year + start.month // 12, start.month % 12 + 1, 1)
                total, names = net * (1 + tax), [f"in_{len(rows)}", f"AB-{len(rows)}"]
                row = [names[0], total, "charge_automatically", True, "eur", account, start, None, names[1], True]
                row += [net + 10, 10, net * tax, tax * 100, total, total, status]
                rows.append([*row, *((start, after) if has_periods else ())])
    return {"invoices": rows}


def build_chargebee(*, has_prices: bool) -> Tabs:
    """Return Chargebee's export of subscriptions, whose ended lines have an MRR of 0: Briar's 600 for six months."""
    headings = "id,plan_id,status,activated_at,cancelled_at,mrr,currency_code"
    prices = "plan_quantity,plan_unit_price,billing_period,billing_period_unit"
    names = f"{headings},{prices}" if has_prices else headings
    rows: list[Row] = [["customers.id", "customers.company", *(f"subscriptions.{name}" for name in names.split(","))]]
    for account, mrr, end, price in (
        ("Alder", 200, None, [2, 100, 1, "month"]),
        ("Briar", 0, "17-Mar-2025 09:30", [2, 300, 6, "month"]),
        ("Clover", 90, None, [1, 1200, 1, "year"]),
    ):
        status = "cancelled" if end else "active"
        row = [f"c-{account}", account, f"s-{account}", "pro", status, "05-Jan-2024 09:30", end, mrr, "EUR"]
        rows.append([*row, *(price if has_prices else [])])
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
