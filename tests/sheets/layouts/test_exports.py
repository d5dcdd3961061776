"""Exports of tools: one fixture each, with the headings that the tool writes, and the MRR that comes out."""

# ruff: noqa: E501 - the headings of the tools, one line each

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import parse_tabs
from sheets.layouts.exports import EXPORTS
from sheets.layouts.recognition import recognise_tabs
from sheets.tabs.read_options import AmountPeriod
from tests.support.notation import options, panel, places, read, sheet

TODAY = dt.date(2025, 4, 15)

STRIPE = """
id | Customer ID | Customer Name | Plan | Quantity | Currency | Interval | Amount | Status | Created (UTC) | Start Date (UTC) | Current Period End (UTC) | Canceled At (UTC) | Ended At (UTC)
s1 | c1 | Aster | pro | 2 | eur | month | 100 | active | 2025-01-05d | 2025-01-05d | 2025-05-05d | |
s2 | c2 | Birch | pro | 1 | eur | year | 1200 | canceled | 2025-01-05d | 2025-01-05d | 2025-05-05d | 2025-01-20d | 2025-03-31d
s3 | c3 | Cedar | pro | 1 | eur | month | 50 | trialing | 2025-01-05d | 2025-01-05d | 2025-05-05d | |
s4 | c4 | Dahlia | pro | 1 | eur | month | 70 | active | 2025-01-05d | 2025-01-05d | 2025-05-05d | 2025-02-20d |
"""
CASES = {
    ("Stripe", "subscriptions"): (STRIPE, "2025-01: c1 200 200 200, c2 100 100 0, c3 0 0 0, c4 70 70 70"),
    ("Stripe", "MRR per subscriber per month"): (
        """
        Customer ID | Customer | Customer Email | Currency | 2025-01 | 2025-02 | 2025-03
        c1 | Aster | a@example.org | eur | 100.5 | 100.5 | 0
        c2 | Birch | b@example.org | EUR | 10 | 20 | 30
        """,
        "2025-01: c1 100.5 100.5 0, c2 10 20 30",
    ),
    ("Chargebee", "subscriptions"): (
        """
        Subscription Id | Customer Id | Customer Company | Plan Id | Status | MRR | Currency | Started At | Activated At | Cancelled At
        x1 | c1 | Aster | pro | Active | 100 | EUR | 2024-12-20d | 2025-01-02d |
        x2 | c2 | Birch | pro | Cancelled | 50 | EUR | 2025-01-02d | 2025-01-02d | 2025-03-01d
        x3 | c3 | Cedar | pro | In Trial | 70 | EUR | 2025-01-02d | |
        x4 | c4 | Dahlia | pro | Non Renewing | 30 | EUR | 2025-01-02d | 2025-01-02d | 2025-06-01d
        """,
        "2025-01: c1 100 100 100, c2 50 50 0, c3 0 0 0, c4 30 30 30",
    ),
    ("Stripe", "invoices"): (
        """
        id | Amount Due | Currency | Customer | Date (UTC) | Number | Subtotal | Tax | Total | Status | Minimum Line Item Period Start (UTC) | Maximum Line Item Period End (UTC)
        i1 | 120 | eur | c1 | 2025-01-01d | AB-1 | 110 | 20 | 120 | paid | 2025-01-01d | 2025-02-01d
        i2 | 360 | eur | c2 | 2025-01-01d | AB-2 | 300 | 60 | 360 | open | 2025-01-01d | 2025-04-01d
        i3 | 120 | eur | c1 | 2025-02-01d | AB-3 | 100 | 20 | 120 | paid | 2025-02-01d | 2025-03-01d
        i4 | 120 | eur | c1 | 2025-03-01d | AB-4 | 100 | 20 | 120 | void | 2025-03-01d | 2025-04-01d
        i5 | 96 | eur | c1 | 2025-03-01d | AB-5 | 80 | 16 | 96 | paid | 2025-03-01d | 2025-04-01d
        """,
        "2025-01: c1 100 100 80, c2 100 100 100",
    ),
    ("Chargebee", "subscriptions with the names of their tables"): (
        """
        subscriptions.id | customers.id | subscriptions.status | subscriptions.plan_quantity | subscriptions.plan_unit_price | subscriptions.billing_period | subscriptions.billing_period_unit | subscriptions.activated_at | subscriptions.cancelled_at | subscriptions.mrr
        x1 | c1 | active | 2 | 60 | 1 | month | '02-Jan-2025 10:00 | | 100
        x2 | c2 | cancelled | 2 | 300 | 1 | year | '02-Jan-2025 10:00 | '01-Mar-2025 00:00 | 0
        """,
        "2025-01: c1 100 100 100, c2 50 50 0",
    ),
    ("Chargebee", "subscriptions of the API"): (
        """
        id | customer_id | plan_id | status | mrr | currency_code | activated_at | cancelled_at
        x1 | c1 | pro | active | 10050 | EUR | 2025-01-02d |
        x2 | c2 | pro | cancelled | 5000 | EUR | 2025-01-02d | 2025-03-01d
        """,
        "2025-01: c1 100.5 100.5 100.5, c2 50 50 0",
    ),
    ("Recurly", "subscriptions"): (
        """
        account_code | account_company | plan_code | plan_interval_length | plan_interval_unit | state | quantity | unit_amount | currency | activated_at | canceled_at | expires_at
        a1 | Aster | pro | 3 | months | active | 2 | 150 | EUR | 2025-01-02d | |
        a2 | Birch | pro | 1 | months | canceled | 1 | 50 | EUR | 2025-01-02d | 2025-02-02d | 2025-05-02d
        a3 | Cedar | pro | 1 | months | expired | 1 | 70 | EUR | 2025-01-02d | 2025-02-02d | 2025-03-02d
        """,
        "2025-01: a1 100 100 100, a2 50 50 50, a3 70 70 0",
    ),
    ("ChartMogul", "MRR movements"): (
        """
        DATE | CUSTOMER_NAME | MRR_MOVEMENT | MRR | DESCRIPTION | MOVEMENT_TYPE | CURRENCY_CODE | CUSTOMER_EXTERNAL_ID | CUSTOMER_UUID
        2025-01-05d | Aster | 100000 | 100000 | x | new_biz | EUR | c1 | u1
        2025-02-05d | Aster | 20000 | 120000 | x | expansion | EUR | c1 | u1
        2025-03-05d | Aster | -120000 | 0 | x | churn | EUR | c1 | u1
        2025-02-05d | Birch | 4999 | 4999 | x | new_biz | EUR | c2 | u2
        """,
        "2025-01: c1 1000 1200 0, c2 0 49.99 49.99",
    ),
    ("Baremetrics", "manual subscription import"): (
        """
        plan_oid | plan_name | plan_currency | plan_amount | plan_interval | plan_interval_count | customer_oid | customer_name | customer_email | subscription_oid | subscription_started_at | subscription_canceled_at | subscription_quantity
        p1 | SEO | EUR | 5000 | month | 1 | c1 | Aster | a@example.org | s1 | 2025-01-31 | 2025-03-04 | 1
        p2 | SEM | EUR | 60000 | year | 1 | c2 | Birch | b@example.org | s2 | 2025-01-31 | | 2
        p3 | SEM | EUR | 9000 | month | 3 | c2 | Birch | b@example.org | s3 | 2025-02-28 | |
        """,
        "2025-01: c1 50 50 0, c2 100 130 130",
    ),
    ("ProfitWell", "subscription history"): (
        """
        user_alias | email | subscription_alias | plan_id | plan_interval | plan_currency | status | value | effective_date
        c1 | a@example.org | s1 | pro | month | eur | active | 10000 | 2025-01-05d
        c1 | a@example.org | s1 | max | year | eur | active | 180000 | 2025-02-05d
        c2 | b@example.org | s2 | pro | month | eur | active | 5000 | 2025-01-05d
        c2 | b@example.org | s2 | pro | month | eur | churned_voluntary | 0 | 2025-03-05d
        """,
        "2025-01: c1 100 150 150, c2 50 50 0",
    ),
    ("HubSpot", "deals"): (
        """
        Record ID | Deal Name | Deal Stage | Close Date | Deal owner | Amount | Annual contract value | Term (months) | Associated Company
        1 | Aster 2025 | Closed Won | 2025-01-10d | Ann | 2400 | 1200 | 2 | Aster
        2 | Aster renewal | Closed Won | 2025-03-10d | Ann | 2400 | 1800 | 24 | Aster
        3 | Birch | Closed Lost | 2025-01-10d | Ann | 2400 | 1200 | 12 | Birch
        4 | Cedar | Appointment scheduled | 2025-01-10d | Ann | 600 | 600 | 12 | Cedar
        """,
        "2025-01: Aster 100 100 150, Birch 0 0 0, Cedar 0 0 0",
    ),
    ("Salesforce", "opportunities"): (
        """
        Opportunity Name | Account Name | Stage | Close Date | Amount | TCV | Contract Start Date | Contract Term (months) | Type
        Aster 1 | Aster | Closed Won | 2024-12-10d | 1 | 2400 | 2025-01-01d | 24 | New Business
        Birch 1 | Birch | Closed Won | 2024-12-10d | 1 | 300 | 2025-01-01d | 2 | New Business
        Cedar 1 | Cedar | Negotiation | 2024-12-10d | 1 | 2400 | 2025-01-01d | 24 | New Business
        """,
        "2025-01: Aster 100 100 100, Birch 150 150 0, Cedar 0 0 0",
    ),
}


def test_every_export_has_a_fixture() -> None:
    assert {(export.tool, export.name) for export in EXPORTS} == CASES.keys()
    assert all(export.source for export in EXPORTS)


@pytest.mark.parametrize(("tool", "name"), CASES, ids=[" ".join(key) for key in CASES])
def test_an_export_becomes_the_mrr_that_its_tool_shows(tool: str, name: str) -> None:
    written, expected = CASES[tool, name]
    grid = sheet("export", written)
    (tab,) = recognise_tabs([grid], {})
    assert tab.export is not None
    assert (tab.export.tool, tab.export.name) == (tool, name)
    assert tab.evidence.values == {"tool": tool, "export": name}
    ledger, problems = read(grid, how=options("", today=TODAY))
    assert panel(ledger) == expected
    assert places(problems) == ""


@pytest.mark.parametrize(("tool", "name"), CASES, ids=[" ".join(key) for key in CASES])
def test_further_columns_and_their_order_change_nothing(tool: str, name: str) -> None:
    written, expected = CASES[tool, name]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in written.strip().splitlines()]
    full = [["Our remark", *reversed(head)]]
    full += [["note", *reversed([*row, *[""] * (len(head) - len(row))])] for row in rows]
    ledger, _ = read(sheet("export", "\n".join("|".join(cells) for cells in full)), how=options("", today=TODAY))
    assert panel(ledger) == expected


def test_the_names_of_an_export_are_those_of_its_customers() -> None:
    ledger, _ = read(sheet("export", STRIPE), how=options("", today=TODAY))
    assert list(ledger.accounts.names) == ["Aster", "Birch", "Cedar", "Dahlia"]


DEALS = """
Deal Name | Deal Stage | Close Date | Amount | Term (months) | Associated Company
Aster 2025 | Closed Won | 2025-01-10d | 2400 | 12 | Aster
"""


def test_an_amount_that_people_chose_needs_the_config() -> None:
    with pytest.raises(WorkbookLayoutError, match="Its Amount can be for a month, a year or the whole term"):
        parse_tabs([sheet("deals", DEALS)], options("", today=TODAY))


@pytest.mark.parametrize(("amount_is", "mrr"), [("month", "2400"), ("year", "200"), ("term", "200")])
def test_the_config_says_what_the_amount_of_a_deal_is(amount_is: AmountPeriod, mrr: str) -> None:
    how = replace(options("", today=TODAY), amount_is=amount_is)
    ledger, _ = read(sheet("deals", DEALS), how=how)
    assert panel(ledger) == f"2025-01: Aster {mrr} {mrr} {mrr}"


def test_a_meaning_in_the_config_comes_before_that_of_the_export() -> None:
    how = replace(options("", today=TODAY), headings={"created": "start"})
    moved = STRIPE.replace("2025-01-05d | 2025-01-05d", "2025-02-05d | 2025-01-05d")
    ledger, _ = read(sheet("export", moved), how=how)
    assert str(ledger.first) == "2025-02"


def test_cents_that_a_tool_does_not_document_are_doubted() -> None:
    written, _ = CASES["Chargebee", "subscriptions of the API"]
    parsed = parse_tabs([sheet("export", written)], options("", today=TODAY))
    assert [(decision.topic, decision.config_line) for decision in parsed.decisions if decision.is_doubted] == [
        ("unit", 'workbook.unit = "cents"')
    ]


def test_only_open_subscriptions_cannot_show_anyone_leaving() -> None:
    current = """
    id | Customer ID | Plan | Quantity | Currency | Interval | Amount | Status | Created (UTC) | Start Date (UTC)
    s1 | c1 | pro | 1 | eur | month | 100 | active | 2025-01-05d | 2025-01-05d
    s2 | c2 | pro | 1 | eur | month | 70 | past_due | 2025-01-05d | 2025-01-05d
    """
    parsed = parse_tabs([sheet("subscriptions", current)], options("", today=TODAY))
    assert panel(parsed.ledger) == "2025-01: c1 100 100 100, c2 70 70 70"
    assert places(parsed.problems) == "status_counted H3"
    doubted = [decision for decision in parsed.decisions if decision.is_doubted]
    assert [decision.topic for decision in doubted] == ["ends"]


def test_deals_that_were_lost_and_dates_as_texts_make_no_segment() -> None:
    deals = """
        Deal Name | Deal Stage | Close Date | Deal owner | Last activity | Amount | MRR | Associated Company
        Aster | Closed Won | 2025-01-10d | Ann | 2025-02-01 10:12 | 1 | 100 | Aster
        Aster 2 | Closed Lost | 2025-02-10d | Bob | 2025-03-01 10:12 | 1 | 100 | Aster
        Birch | Closed Won | 2025-01-10d | Bob | 03/04/2025 | 1 | 50 | Birch
    """
    ledger, problems = read(sheet("export", deals), how=options("", today=TODAY))
    assert not problems
    values = {key: [column.values[code] for code in column.codes] for key, column in ledger.columns.items()}
    assert values["owner"] == ["Ann", "Bob"]
    assert "last activity" not in values


def test_invoices_without_a_column_of_tax_are_doubted() -> None:
    written, _ = CASES["Stripe", "invoices"]
    parsed = parse_tabs([sheet("export", written.replace("| Tax |", "| Fee |"))], options("", today=TODAY))
    assert panel(parsed.ledger) == "2025-01: c1 120 120 96, c2 120 120 120"
    doubts = [str(decision.statement) for decision in parsed.decisions if decision.is_doubted]
    assert doubts == ["No column says how much tax is in “Total”, which is read as if there were none."]


def test_a_total_whose_tax_is_unreadable_is_a_problem() -> None:
    written, _ = CASES["Stripe", "invoices"]
    ledger, problems = read(sheet("export", written.replace("100 | 20 | 120 | void", "100 | ? | 120 | paid")))
    assert places(problems) == "amount_unreadable I5"
    assert "c1*" in panel(ledger)


def test_settings_of_a_tool_are_no_segments() -> None:
    head, *lines = STRIPE.strip().splitlines()
    written = "\n".join([f"{head} | Cancel At Period End | Team", *(f"{line} | FALSE | Blue" for line in lines)])
    ledger, _ = read(sheet("export", written), how=options("", today=TODAY))
    assert set(ledger.columns) == {"plan", "team"}
