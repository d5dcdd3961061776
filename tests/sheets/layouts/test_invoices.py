"""Invoices: spread over their periods; credit notes, one-off invoices, and lists that do not say their periods."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.errors import WorkbookLayoutError
from sheets.ingest.parse import parse_tabs
from tests.support.notation import options, panel, places, read, sheet

PLAIN = """
Invoice no | Customer | Date | Amount
1 | Aster | 2025-01-01d | 100
2 | Aster | 2025-02-01d | 120
3 | Aster | 2025-03-01d | 120
4 | Birch | 2025-01-15d | 50
5 | Birch | 2025-03-15d | 50
"""
CASES = [
    (
        "a year, a quarter, a month, and a month that begins in the middle of one",
        """
        Invoice no | Customer | Date | Amount | Period start | Period end
        1 | Aster | 2024-12-20d | 1200 | 2025-01-01d | 2025-12-31d
        2 | Birch | 2025-01-10d | 300 | 2025-01-01d | 2025-03-31d
        3 | Cedar | 2025-01-10d | 50 | 2025-01-15d | 2025-02-14d
        4 | Cedar | 2025-02-10d | 60 | 2025-02-15d | 2025-03-14d
        5 | Cedar | 2025-03-10d | 60 | 2025-03-15d | 2025-04-14d
        """,
        "2025-01: Aster 100 100 100, Birch 100 100 100, Cedar 50 60 60",
        "",
    ),
    (
        "the first day after the period, as many tools write it, and a part of a month",
        """
        Invoice no | Customer | Amount | Period start | Period end
        1 | Aster | 300 | 2025-01-01d | 2025-04-01d
        2 | Birch | 150 | 2025-01-17d | 2025-01-31d
        3 | Birch | 310 | 2025-02-01d | 2025-02-28d
        4 | Birch | 310 | 2025-03-01d | 2025-03-31d
        """,
        "2025-01: Aster 100 100 100, Birch 310 310 310",
        "",
    ),
    (
        "the total of the invoice, and the days of a period in the order that one of them shows",
        """
        Invoice | Customer | Date | Period | Total
        1 | Aster | 01/01/2025 | 01/01/2025 - 31/01/2025 | 100
        2 | Aster | 01/02/2025 | 01/02/2025 - 28/02/2025 | 60
        3 | Aster | 01/03/2025 | 01/03/2025 - 31/03/2025 | 100
        """,
        "2025-01: Aster 100 60 100",
        "",
    ),
    (
        "next to taxes, the total before them",
        """
        Invoice | Customer | Period | Subtotal | VAT | Total
        1 | Aster | Q1 2025 | 300 | 60 | 360
        """,
        "2025-01: Aster 100 100 100",
        "",
    ),
    (
        "a period of which nothing shows the order",
        """
        Invoice | Customer | Period | Total
        1 | Aster | Q1 2025 | 300
        2 | Birch | 01/02/2025 - 03/04/2025 | 60
        """,
        "2025-01: Aster 100 100 100, Birch* 0 0 0",
        "date_ambiguous C3",
    ),
    (
        "French, the period in one column",
        """
        N° de facture | Client | Période de service | Montant HT
        F1 | Aster | du 01/01/2025 au 31/03/2025 | 300
        F2 | Birch | T1 2025 | 90
        F3 | Cedar | janv. 2025 – mars 2025 | 30
        F4 | Cedar | mars 2025 | 5
        F5 | Dune | 01/01/2025 jusqu'au 31/03/2025 | 60
        F6 | Elme | 01/01/2025 jusqu’au 31/03/2025 | 90
        """,
        "2025-01: Aster 100 100 100, Birch 30 30 30, Cedar 10 10 15, Dune 20 20 20, Elme 30 30 30",
        "",
    ),
    (
        "credit notes deduct from the period that they cover, by type, mark or sign",
        """
        Invoice no | Customer | Type | Credit note | Amount | Period start | Period end
        1 | Aster | Invoice | | 300 | 2025-01-01d | 2025-03-31d
        2 | Aster | Credit note | | 100 | 2025-03-01d | 2025-03-31d
        3 | Birch | Invoice | | 300 | 2025-01-01d | 2025-03-31d
        4 | Birch | Invoice | yes | 20 | 2025-02-01d | 2025-02-28d
        5 | Cedar | Facture | | 300 | 2025-01-01d | 2025-03-31d
        6 | Cedar | Avoir | | -60 | 2025-01-01d | 2025-03-31d
        7 | Dahlia | Invoice | | 300 | 2025-01-01d | 2025-03-31d
        8 | Dahlia | Invoice | | '-30.00 | 2025-01-01d | 2025-03-31d
        """,
        "2025-01: Aster 100 100 0, Birch 100 80 100, Cedar 80 80 80, Dahlia 90 90 90",
        "",
    ),
    (
        "one-off, draft and void invoices have no MRR",
        """
        Invoice no | Customer | Type | One-off | Status | Amount | Period start | Period end
        1 | Aster | Subscription | | Paid | 300 | 2025-01-01d | 2025-03-31d
        2 | Aster | Setup fee | | Paid | 900 | 2025-01-01d | 2025-03-31d
        3 | Aster | Subscription | yes | Paid | 900 | 2025-01-01d | 2025-03-31d
        4 | Aster | Subscription | | Void | 900 | 2025-01-01d | 2025-03-31d
        5 | Birch | Subscription | | Disputed | 900 | 2025-01-01d | 2025-03-31d
        """,
        "2025-01: Aster 100 100 100, Birch* 0 0 0",
        "status_unknown E6",
    ),
    (
        "what cannot be read leaves the account out",
        """
        Invoice no | Customer | Amount | Period start | Period end | Service period
        1 | Aster | 300 | 2025-01-01d | 2025-03-31d |
        2 | Birch | 300 | 2025-01-01d | |
        3 | Cedar | 300 | 2025-03-01d | 2025-01-31d |
        4 | Dahlia | lots | 2025-03-01d | 2025-03-31d |
        5 | Elm | | 2025-03-01d | 2025-03-31d |
        6 | Fern | 300 | | | some day
        7 | G | 300 | 2025-01-01d | 2025-03-31d |
        8 | G | -400 | 2025-02-01d | 2025-02-28d |
        """,
        "2025-01: Aster 100 100 100, Birch* 0 0 0, Cedar* 0 0 0, Dahlia* 0 0 0, Elm* 0 0 0, Fern* 0 0 0, G* 100 0 100",
        (
            "period_missing D3, end_before_start E4, amount_unreadable C5, value_missing C6, period_unreadable F7, "
            "credit_above_invoices C9"
        ),
    ),
    (
        "a billing period in words counts from the date",
        """
        Invoice no | Customer | Date | Billing period | Amount
        1 | Aster | 2025-01-05d | quarter | 300
        2 | Birch | 2025-01-05d | month | 30
        3 | Birch | 2025-02-05d | month | 30
        4 | Birch | 2025-03-05d | month | 30
        """,
        "2025-01: Aster 100 100 100, Birch 30 30 30",
        "",
    ),
]


@pytest.mark.parametrize(
    ("written", "expected", "wrong"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_invoices_are_spread_over_their_periods(written: str, expected: str, wrong: str) -> None:
    ledger, problems = read(sheet("Export", written), how=options(""))
    assert panel(ledger) == expected
    assert places(problems) == wrong


def test_a_list_that_does_not_say_its_periods_is_refused_by_name() -> None:
    with pytest.raises(WorkbookLayoutError, match="a list of invoices: amounts billed, not changes of MRR") as caught:
        parse_tabs([sheet("Billing", PLAIN)], options(""))
    assert "workbook.invoice_months = 1" in str(caught.value)


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, "2025-01: Aster 100 120 120, Birch 50 0 50"),
        (2, "2025-01: Aster 50 110 120, Birch 25 25 25"),
    ],
)
def test_the_config_says_how_long_an_invoice_covers(months: int, expected: str) -> None:
    ledger, problems = read(sheet("Billing", PLAIN), how=replace(options(""), invoice_months=months))
    assert panel(ledger) == expected
    assert places(problems) == ""


def test_a_list_without_periods_does_not_compete_with_a_tab_that_can_be_read() -> None:
    parsed = parse_tabs([sheet("MRR", "Account ID|2025-01\na|1"), sheet("Billing", PLAIN)], options(""))
    assert parsed.ledger.accounts.ids == ("a",)
    assert [decision.config_line for decision in parsed.decisions if decision.topic == "tabs"] == [
        'workbook.revenue_tab = "Billing"'
    ]


def test_months_that_are_not_billed_yet_are_no_churn() -> None:
    how = replace(options("", today=dt.date(2025, 7, 3)), invoice_months=1)
    more = PLAIN + "6 | Cedar | 2025-03-20d | 1\n7 | Cedar | 2025-04-20d | 1\n"
    parsed = parse_tabs([sheet("Billing", more)], how)
    assert str(parsed.ledger.last) == "2025-03"
    assert [str(decision.statement) for decision in parsed.decisions if decision.topic == "months"] == [
        "The figures end with 2025-03, the last month that is billed."
    ]


def test_a_credit_note_cancels_its_invoice_to_the_cent() -> None:
    written = """
    Invoice no | Customer | Amount | Period start | Period end
    1 | Aster | 100 | 2025-01-01d | 2025-08-31d
    2 | Aster | -100 | 2025-01-01d | 2025-08-31d
    3 | Birch | 1 | 2025-01-01d | 2025-03-31d
    """
    ledger, problems = read(sheet("Billing", written), how=options(""))
    assert panel(ledger).startswith("2025-01: Aster 0")
    assert places(problems) == ""


def test_a_total_with_taxes_in_it_is_no_amount() -> None:
    with pytest.raises(WorkbookLayoutError):
        read(sheet("Invoices", "Invoice|Customer|Period|VAT|Total\n1|Aster|Q1 2025|60|360"), how=options(""))
