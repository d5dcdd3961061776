"""Subscriptions: lines that are over before a close, and changes after the last closed month."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from core.ledger.ledger import Ledger
from core.ledger.lines import QUANTITY_UNIT
from core.months import Month
from sheets.accounts.customers import Customers
from sheets.ingest.parse import parse_tabs
from sheets.layouts.recognition import recognise_tabs
from sheets.layouts.subscriptions import read_subscriptions
from sheets.tabs.tab_reader import TabReader
from tests.support.notation import options, panel, places, read, sheet


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


def test_lines_with_an_end_are_terms() -> None:
    written = (
        "Account ID|Start|End|Amount\nb|2025-01-01d|2025-05-31d|10\nb|2025-01-10d|2025-02-28d|5\n"
        "a|2025-01-01d||20\nc|2025-01-05d|2025-01-20d|7\nd|2025-06-01d|2025-12-31d|9\nb|2025-02-01d|2025-03-31d|0"
    )
    ledger, _ = read(sheet("Subscriptions", written), how=options(""))
    terms = ledger.terms
    assert terms is not None
    rows = zip(*(getattr(terms, name).tolist() for name in ("accounts", "firsts", "lasts", "amounts")), strict=True)
    # A line without an end, one in force at no close, one that has not begun and one without an amount are none.
    assert [
        (ledger.accounts.ids[account], str(Month(first)), str(Month(last)), amount)
        for account, first, last, amount in rows
    ] == [("b", "2025-01", "2025-02", 500), ("b", "2025-01", "2025-05", 1000)]


def list_lines(ledger: Ledger) -> list[str]:
    """Return the lines as `account product first-last MRR of list MRR x pieces`; NO_END is a blank."""
    lines = ledger.lines
    assert lines is not None
    quantities = lines.quantities if lines.quantities is not None else np.zeros(len(lines.accounts), dtype=np.int64)
    rows = zip(
        *(lines.accounts, lines.products, lines.firsts, lines.lasts, lines.amounts, lines.list_amounts, quantities),
        strict=True,
    )
    return [
        f"{ledger.accounts.ids[account]} {lines.product_names[product]} {Month(first)}"
        f"..{'' if last > ledger.last.ordinal + 99 else Month(last)}"
        f" {amount} of {list_amount} x {quantity / QUANTITY_UNIT:g}"
        for account, product, first, last, amount, list_amount, quantity in rows
    ]


def test_lines_have_their_products_quantities_and_discounts() -> None:
    written = (
        "Account ID|Start|End|Unit price|Quantity|Discount|Product|Interval\n"
        "b|2025-01-01d|2025-05-31d|120|5|20%|Base|year\nb|2025-01-01d||10|2.5||  base|month\n"
        "a|2025-01-01d||20|||Extra|month\nc|2025-01-05d|2025-01-20d|7|1||Extra|month\n"
        "d|2025-06-01d|2025-12-31d|9|1||Extra|month\nb|2025-02-01d|2025-03-31d|0|3||Extra|month\n"
        "e|2025-01-01d||8|3|100%||month"
    )
    ledger, _ = read(sheet("Subscriptions", written), how=options(""))
    # A line in force at no close, one that has not begun and one without a price are none.
    assert list_lines(ledger) == [
        "b Base 2025-01..2025-05 4000 of 5000 x 5",
        "b Base 2025-01.. 2500 of 2500 x 2.5",
        "a Extra 2025-01.. 2000 of 2000 x 1",
        "e  2025-01.. 0 of 2400 x 3",
    ]


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("Account ID|Start|End|Amount|Product", "a|2025-01-01d||20|Base"),
        ("Account ID|Start|End|Unit price|Quantity", "a|2025-01-01d||20|3"),
    ],
)
def test_lines_are_kept_where_the_sheet_has_products_or_quantities(headings: str, line: str) -> None:
    ledger, _ = read(sheet("Subscriptions", f"{headings}\n{line}"), how=options(""))
    assert len(list_lines(ledger)) == 1
    assert ledger.lines is not None
    assert ledger.lines.has_products == ("Product" in headings)
    assert (ledger.lines.quantities is None) == ("Quantity" not in headings)


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("Account ID|Start|End|Amount", "a|2025-01-01d||20"),
        ("Account ID|Start|End|Amount|Product", "a|2025-01-01d||20|"),
        ("Account ID|Start|End|Unit price|Quantity", "a|2025-01-01d||20|1"),
    ],
)
def test_other_sheets_keep_no_lines(headings: str, line: str) -> None:
    ledger, _ = read(sheet("Subscriptions", f"{headings}\n{line}"), how=options(""))
    assert ledger.lines is None


ENDS = [
    (
        "the end by any of its names, and words for none",
        """
        Customer | Start date | Churn date | Amount
        a | 2025-01-01d | 2025-02-28d | 10
        b | 2025-01-01d | N/A | 10
        c | 2025-01-01d | ongoing | 10
        d | 2025-01-01d | – | 10
        e | 2025-01-01d | someday | 10
        """,
        "2025-01: a 10 10 0, b 10 10 10, c 10 10 10, d 10 10 10, e* 0 0 0",
        "date_unreadable C6",
    ),
    (
        "French",
        """
        Client | Date de début | Résilié le | Montant | Statut
        a | 2025-01-01d | 2025-02-28d | 10 | résilié
        b | 2025-01-01d | en cours | 10 | actif
        c | 2025-01-01d | | 10 | en essai
        """,
        "2025-01: a 10 10 0, b 10 10 10, c 0 0 0",
        "",
    ),
    (
        "a cancellation is the end only of a line that left, or where nothing says whether it did",
        """
        Customer | Start | Ended at | Cancelled at | Amount | Status
        a | 2025-01-01d | 2025-03-31d | 2025-01-10d | 10 | canceled
        b | 2025-01-01d | | 2025-02-10d | 10 | canceled
        c | 2025-01-01d | | 2025-02-10d | 10 | active
        d | 2025-01-01d | | 2025-02-10d | 10 |
        """,
        "2025-01: a 10 10 10, b 10 0 0, c 10 10 10, d 10 10 10",
        "",
    ),
    (
        "a cancellation without a status and without another end is the end",
        "Customer|Start|Cancelled on|Amount\na|2025-01-01d|2025-02-28d|10\nb|2025-01-01d||10",
        "2025-01: a 10 10 0, b 10 10 10",
        "",
    ),
    (
        "a line that left needs its end",
        """
        Customer | Start | End | Amount | Status
        a | 2025-01-01d | | 10 | churned
        b | 2025-01-01d | | 10 | active
        """,
        "2025-01: a* 0 0 0, b 10 10 10",
        "end_missing C2",
    ),
    (
        "one problem for each status that a person has to decide",
        """
        Customer | Start | End | Amount | Status
        a | 2025-01-01d | | 10 | past_due
        b | 2025-01-01d | | 10 | past_due
        c | 2025-01-01d | | 10 | unpaid
        d | 2025-01-01d | | 10 | Mystery
        e | 2025-01-01d | | 10 | mystery
        f | 2025-01-01d | | 10 | paused
        """,
        "2025-01: a 10 10 10, b 10 10 10, c 0 0 0, d* 0 0 0, e* 0 0 0, f 0 0 0",
        "status_counted E2, status_not_counted E4, status_unknown E5",
    ),
    (
        "MRR, ARR, ACV and TCV instead of Amount; an MRR comes before an Amount without an interval",
        """
        Customer | Start | End | Amount | MRR
        a | 2025-01-01d | 2025-12-31d | 1200 | 100
        """,
        "2025-01: a 100 100 100",
        "",
    ),
    ("an ARR", "Client|Début|Fin|ARR\na|2025-01-01d||1200.60", "2025-01: a 100.05 100.05 100.05", ""),
    ("an ACV", "Client|Début|Fin|ACV\na|2025-01-01d||1200", "2025-01: a 100 100 100", ""),
    (
        "a TCV needs a term",
        """
        Customer | Start | End | Term | TCV
        a | 2025-01-01d | 2025-12-31d | | 1200
        b | 2025-01-01d | | 24 | 2400
        c | 2025-01-01d | | 2 years | 2400
        d | 2025-01-01d | | | 2400
        e | 2025-01-01d | | long | 2400
        """,
        "2025-01: a 100 100 100, b 100 100 100, c 100 100 100, d* 0 0 0, e* 0 0 0",
        "term_unknown D5, term_unreadable D6",
    ),
]


@pytest.mark.parametrize(("written", "expected", "wrong"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS])
def test_ends_and_statuses(written: str, expected: str, wrong: str) -> None:
    ledger, problems = read(sheet("Contracts", written), how=options(""))
    assert panel(ledger) == expected
    assert places(problems) == wrong


def test_the_config_decides_a_status() -> None:
    written = "Customer|Start|End|Amount|Status\na|2025-01-01d||10|past_due\nb|2025-01-01d||10|Mystery"
    how = replace(options(""), status_counts={"past due": False, "mystery": True})
    parsed = parse_tabs([sheet("Contracts", written)], how)
    assert panel(parsed.ledger) == "2025-01: a 0 0 0, b 10 10 10"
    assert parsed.problems == []


def test_the_config_line_of_a_status_is_one_that_the_config_reads() -> None:
    written = "Customer|Start|End|Amount|Status\na|2025-01-01d||10|past_due\nb|2025-01-01d||10|Much too late"
    parsed = parse_tabs([sheet("Contracts", written)], options(""))
    lines = [problem.values["line"] for problem in parsed.problems]
    assert [tomllib.loads(line)["workbook"]["status_counts"] for line in lines] == [
        {"past_due": False},
        {"Much too late": True},
    ]


@pytest.mark.parametrize(("follow_on", "is_doubted"), [("a", False), ("c", True)])
def test_a_deal_that_was_won_ends_where_others_are_renewed(follow_on: str, is_doubted: bool) -> None:
    written = (
        "Deal Name|Deal Stage|Close Date|Company|Contract start date|Contract end date|Monthly recurring revenue\n"
        "1|Closed won|2024-01-01d|a|2024-01-01d|2024-12-31d|120\n"
        f"2|Closed won|2025-01-01d|{follow_on}|2025-01-01d|2026-12-31d|120\n"
        "3|Closed won|2024-01-01d|b|2024-01-01d|2024-12-31d|120"
    )
    parsed = parse_tabs([sheet("Deals", written)], options(""))
    assert [decision.is_doubted for decision in parsed.decisions if decision.topic == "ends"] == [True] * is_doubted


@pytest.mark.parametrize(
    ("written", "can_leave"),
    [
        ("Customer|Start|Amount\na|2025-01-01d|10", False),
        ("Customer|Start|Amount|Status\na|2025-01-01d|10|active", False),
        ("Customer|Start|Amount|Status\na|2025-01-01d|10|active\nb|2025-01-01d|10|churned", False),
        ("Customer|Start|Amount|End\na|2025-01-01d|10|", True),
        ("Customer|Start|Amount|Cancelled at\na|2025-01-01d|10|", True),
    ],
)
def test_a_tab_without_ends_cannot_show_anyone_leaving(written: str, can_leave: bool) -> None:
    parsed = parse_tabs([sheet("Contracts", written)], options(""))
    assert [decision.is_doubted for decision in parsed.decisions if decision.topic == "ends"] == [True] * (
        not can_leave
    )
    reader_tab = recognise_tabs([sheet("Contracts", written)], {})[0]
    reader = TabReader(reader_tab.grid, reader_tab.header, options(""))
    assert read_subscriptions(reader, Customers()).can_leave == can_leave


@pytest.mark.parametrize(
    ("heading", "doubted"),
    [("Interval", []), ("Billed", []), ("Contract type", ["in the column “Contract type”."])],
)
def test_a_column_that_only_its_values_make_an_interval_is_doubted(heading: str, doubted: list[str]) -> None:
    written = f"Account ID|Start|End|{heading}|Amount\na|2025-01-01d||yearly|120\nb|2025-01-01d|2025-02-28d|Monthly|10"
    parsed = parse_tabs([sheet("Subscriptions", written)], options(""))
    assert panel(parsed.ledger) == "2025-01: a 10 10 10, b 10 10 0"
    statements = [str(decision.statement) for decision in parsed.decisions if decision.is_doubted]
    assert [statement.partition(", ")[2] for statement in statements] == doubted


def test_an_mrr_has_no_interval_and_its_billing_is_a_segment() -> None:
    written = "Account ID|Start|End|Billing|MRR\na|2025-01-01d||yearly|120\nb|2025-01-01d|2025-02-28d|monthly|10"
    ledger, _ = read(sheet("Subscriptions", written), how=options(""))
    assert panel(ledger) == "2025-01: a 120 120 120, b 10 10 0"
    assert "billing" in ledger.columns


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        # The ends show the order of the starts, too; if the ends show both orders, nothing does.
        ("a|01/02/2025|31/03/2025|10", ""),
        ("a|02/01/2025|03/31/2025|10", ""),
        ("a|01/02/2025|31/03/2025|10\nb|01/02/2025|03/31/2025|10", "date_ambiguous"),
        ("a|01/02/2025|01/03/2025|10", "date_ambiguous"),
        # First days of months, or days of January.
        ("a|01/02/2025||10\nb|01/03/2025||10\nc|01/04/2025||10", "date_ambiguous"),
    ],
)
def test_a_date_has_the_order_of_the_other_dates_of_its_tab(rows: str, code: str) -> None:
    ledger, problems = read(
        sheet("Subscriptions", f"Account ID|Start|End|MRR\n{rows}\nz|2025-02-01d||1"), how=options("")
    )
    assert {problem.code for problem in problems if problem.code.startswith("date")} == {code} - {""}
    if code:
        assert "workbook.locale" in problems[0].kind.fix
    else:
        assert panel(ledger) == "2025-02: a 10 10, z 1 1"


def test_a_total_is_divided_by_its_contract_and_ends_with_its_churn_date() -> None:
    written = (
        "Customer|Start|Churn date|End date|TCV\na|2025-01-01d||2025-12-31d|120\n"
        "b|2025-01-01d|2025-02-28d|2026-12-31d|240"
    )
    ledger, _ = read(sheet("Contracts", written), how=options(""))
    assert panel(ledger) == "2025-01: a 10 10 10, b 10 10 0"


@pytest.mark.parametrize(
    ("rows", "months", "is_doubted"),
    [
        ("a|2025-01-01d|2025-02-28d|10|Base\na|2025-02-28d||10|Base", "10 20 10", True),
        ("a|2025-01-01d|2025-02-27d|10|Base\na|2025-02-28d||10|Base", "10 10 10", False),
        ("a|2025-01-01d|2025-02-15d|10|Base\na|2025-02-15d||10|Base", "10 10 10", False),
        ("a|2025-01-01d|2025-02-28d|10|Base\na|2025-02-28d||10|Support", "10 20 10", False),
    ],
)
def test_lines_that_meet_on_the_last_day_of_a_month_are_doubted(rows: str, months: str, is_doubted: bool) -> None:
    grid = sheet("Subscriptions", f"Account ID|Start|End|Amount|Product\n{rows}")
    parsed = parse_tabs([grid], options(""))
    assert panel(parsed.ledger) == f"2025-01: a {months}"
    lines = [decision.config_line for decision in parsed.decisions if decision.is_doubted]
    assert lines == ['workbook.end_date = "first_day_after"'] * is_doubted


@pytest.mark.parametrize("headings", ["Price per seat|Quantity|Amount", "Prix unitaire|Quantité|Montant"])
def test_the_amount_of_a_line_is_not_multiplied_next_to_the_price_of_a_piece(headings: str) -> None:
    ledger, _ = read(sheet("Subscriptions", f"Account ID|Start|End|{headings}\na|2025-01-01d||10|3|30"))
    assert panel(ledger) == "2025-01: a 30 30 30"
