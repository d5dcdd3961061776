"""From tabs to a ledger and problems, in the notation of a sheet: columns between bars, a blank is a blank."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import WorkbookLayoutError
from core.months import Month
from sheets.cells.text import fold_cell, load_locale_format
from sheets.headers.header_row import read_header_row
from sheets.headers.headings import BARE_NAMES, CUSTOMER_NAMES, HEAD_ROWS, HEADINGS
from sheets.ingest.parse import parse_tabs
from sheets.layouts.recognition import LAYOUTS, recognise_layout
from sheets.layouts.revenue import find_last_month
from sheets.problems import CODES
from sheets.tabs import amount_columns
from sheets.tabs.amount_columns import read_plain_amounts
from sheets.tabs.read_options import BlankMonth, EndDate
from sheets.workbook.port import Cell, Formula, Grid, Tab
from tests.support.notation import LATER, options, panel, places, read, sheet
from tests.support.samples.tab_cases import (
    ALIAS_CASES,
    AMOUNTS,
    FX_CASES,
    IDS,
    LONG_CASES,
    MONTHS,
    MOVEMENT_CASES,
    TARGET_CASES,
    WORD_CASES,
)

WIDE = [
    (
        "what a blank means: not yet, gone, and 0 between two amounts",
        """
        Account ID | 2025-01 | 2025-02 | 2025-03 | 2025-04
        new        |         | 50      | 50      | 60
        gone       | 100     | 120     |         |
        gap        | 10      |         |         | 20
        zero       | 10      | 0       |         | 20
        """,
        "2025-01: new 0 50 50 60, gone 100 120 0 0, gap 10 0 0 20, zero 10 0 0 20",
        "gap C4, gap D5",
    ),
    (
        "a title, a note and a blank row above, a column of names, ids that are numbers",
        """
        Our MRR |        |          |
                |        |          |
        Account | Name   | Jan 2025 | févr. 2025
        12345.0 | Acme   | 1        | 2
        '00042  | Bolt   | 3        | 4
        """,
        "2025-01: 12345 1 2, 00042 3 4",
        "",
    ),
    (
        "months in any order, as serial numbers, dates and texts; months without any value do not exist",
        """
        Account ID | 45717 | 2025-02-01d | 01/2025 | 2024-12 | 2025-04
        a          | 3     | 2           | 1       |         |
        """,
        "2025-01: a 1 2 3",
        "",
    ),
    (
        "rows of one account are added up",
        """
        Account ID | Product | 2025-01 | 2025-02
        a          | base    | 10.10   | 10.10
        b          | base    | 1       | 1
        a          | extra   | 5       |
        """,
        "2025-01: a 15.1 10.1, b 1 1",
        "",
    ),
    (
        "cents are exact, rounded half-up once a row",
        """
        Account ID | 2025-01 | 2025-02 | 2025-03            | 2025-04
        a          | 1.005   | 0.125   | 33.333333333333336 | 90071992547.11
        b          | 2.675   | '2,675 | '1,234.565         | 0.30000000000000004
        """,
        "2025-01: a 1.01 0.13 33.33 90071992547.11, b 2.68 2675 1234.57 0.3",
        "amount_absurd E2",
    ),
    (
        "what is no amount leaves the account out and its readable months in",
        """
        Account ID | 2025-01 | 2025-02 | 2025-03
        a          | '12,50  | 10      | 10
        b          | TBD     | 10      | 10
        c          | 10      | -10     | 10
        d          | 10      | TRUE    | 10
        e          | 10      | #REF!   | 10
        f          | 10      | '$10    | 10
        g          | 10      | '(1.00) | 10
        h          | 10      | '1e15   | 99999999999999999
        i          | 10      | '10.00  | '1,000 €
        """,
        (
            "2025-01: a* 0 10 10, b* 0 10 10, c* 10 0 10, d* 10 0 10, e* 10 0 10, f* 10 0 10, g* 10 0 10, h* 10 0 0, "
            "i 10 10 1000"
        ),
        (
            "amount_separator B2, amount_unreadable B3, amount_negative C4, amount_unreadable C5, "
            "amount_unreadable C6, currency_mismatch C7, amount_negative C8, amount_unreadable C9, amount_too_large D9"
        ),
    ),
    (
        "a text does not make a month",
        """
        Account ID | 2025-01 | 2025-02
        a          | 10      | TBD
        b          | 10      |
        """,
        "2025-01: a* 10, b 10",
        "amount_unreadable C2",
    ),
    (
        "totals are not accounts, rows without an id are told, zeros drawn down too far are not",
        """
        Account ID  | Name  | 2025-01 | 2025-02
        a           |       | 10      | 20
        Sous-total  |       | 10      | 20
                    | TOTAL | 10      | 20
                    |       | 7       |
                    |       | 0       | 0
                    |       |         |
        Grand total |       | 10      | 20
        #N/A        |       | 5       |
        """,
        "2025-01: a 10 20",
        "total_row A3, total_row B4, missing_id A5, total_row A8, missing_id A9",
    ),
    (
        "a month without a column, headings that are none",
        """
        Account ID | 2025-01 | 2025-03 |   | Q1 2025 | 2025-13 | Owner
        a          | 10      | 20      | 5 | 7       | 8       | Ann
        b          | 10      |         |   |         |         |
        """,
        "2025-01: a 10 10 20, b 10 10 0",
        "blank_heading D1, month_unreadable F1, month_missing B1",
    ),
    (
        "months without a year",
        """
        Account ID | 2025-01 | 2025-02 | Mar | MRR avr. | May (EUR) | Marcus
        a          | 10      | 20      | 5   | 7        | 8         | x
        """,
        "2025-01: a 10 20",
        "month_unreadable D1, month_unreadable E1, month_unreadable F1",
    ),
    (
        "a month that stands twice: where the two differ nobody can tell",
        """
        Account ID | 2025-01 | Jan 2025 | 2025-02
        a          | 10      | 10       | 10
        b          | 10      | 11       | 10
        c          | 10      |          | 10
        """,
        "2025-01: a 10 10, b* 10 10, c* 10 10",
        "duplicate_heading C1, column_conflict C3, column_conflict C4",
    ),
    (
        "a Currency column: amounts in another currency have no rate",
        """
        Account ID | Currency | 2025-01 | 2025-02 | 01/2025
        a          | eur      | 10      | 10      | 10
        b          | USD      | 10      | '$10    | 20
        b          | USD      | 10      | 10      | 10
        c          | Dollars  | 10      | 10      | 10
        d          | €        | 10      | 10      | 10
        """,
        "2025-01: a 10 10, b** 20 20, c** 0 0, d 10 10",
        "currency_unknown B5, duplicate_heading E1, column_conflict E3, fx_missing B3",
    ),
]


@pytest.mark.parametrize(("written", "means", "wrong"), [case[1:] for case in WIDE], ids=[case[0] for case in WIDE])
def test_mrr_wide(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("MRR", written), how=options(today=LATER))
    assert panel(ledger) == means
    assert places(problems) == wrong
    assert ledger.source_rows.tab == "MRR"


@pytest.mark.parametrize(
    ("today", "means", "wrong"),
    [
        ("2025-02-28", "2025-01: a 10 11", "month_future D1, month_future E1"),
        ("2025-03-30", "2025-01: a 10 11", "month_future D1, month_future E1"),
        ("2025-03-31", "2025-01: a 10 11 1", "month_future E1"),
        ("2025-05-31", "2025-01: a 10 11 1 0", ""),
    ],
)
def test_a_month_that_is_not_over_is_not_read(today: str, means: str, wrong: str) -> None:
    grid = sheet("MRR", "Account ID|2025-01|2025-02|2025-03|2025-04|2025-05\na|10|11|1|0|")
    ledger, problems = read(grid, how=options(today=dt.date.fromisoformat(today)))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_a_gap_may_carry_on() -> None:
    grid = sheet("MRR", "Account ID|2025-01|2025-02|2025-04|2025-05\na|10||30|\nb|||5|5")
    ledger, problems = read(grid, how=options(today=LATER, blank_month="carry"))
    assert panel(ledger) == "2025-01: a 10 10 10 30 0, b 0 0 0 5 5"
    assert places(problems) == "month_missing C1"


def test_a_blank_is_of_its_row_where_an_account_has_several() -> None:
    grid = sheet("MRR", "Account ID|2025-01|2025-02|2025-03\na|100|100|100\na|50||50\na||7|")
    ledger, problems = read(grid)
    assert (panel(ledger), places(problems)) == ("2025-01: a 150 107 150", "gap C3")
    ledger, problems = read(grid, how=options(blank_month="carry"))
    assert (panel(ledger), places(problems)) == ("2025-01: a 150 157 150", "")


def test_a_gap_names_its_months() -> None:
    _, problems = read(sheet("MRR", "Account ID|2025-01|2025-02|2025-03|2025-04\na|1|||2"), how=options(today=LATER))
    assert [(p.code, p.account, p.found, dict(p.values)) for p in problems] == [
        ("gap", "a", "", {"months": "2025-02..2025-03"})
    ]


def test_a_problem_has_the_content_its_effect_and_the_fix() -> None:
    _, (problem, *_) = read(sheet("MRR", "Account ID|2025-01|2025-02\nA-0042|'12,50|1"))
    assert (problem.place, problem.found, problem.account, problem.severity) == ("MRR!B2", "12,50", "A-0042", "error")
    assert CODES[problem.code].fix.format(**problem.values) == (
        "The sheet's locale is en_US, which writes decimals with “.”. The account is excluded from all figures until "
        "this is fixed. Write 12.50, or change the sheet's locale."
    )


SUBSCRIPTIONS = [
    (
        "in force at a close: the end is the last day covered",
        """
        Account ID | Start       | End         | Amount
        all        | 2025-01-01d |             | 10
        day        | 2025-01-31d | 2025-02-28d | 10
        early      | 2025-01-01d | 2025-02-27d | 10
        never      | 2025-01-02d | 2025-01-30d | 10
        later      | 2025-05-01d |             | 10
        one        | 2025-01-31d | 2025-01-31d | 10
        free       | 2024-12-05d |             | 0
        """,
        (
            "2024-12: all 0 10 10 10, day 0 10 10 0, early 0 10 0 0, never 0 0 0 0, later 0 0 0 0, "
            "one 0 10 0 0, free 0 0 0 0"
        ),
        "",
    ),
    (
        "a line to MRR: amount x quantity, less discount, by interval, rounded once",
        """
        Account ID | Start   | Amount | Interval | Quantity | Discount
        month      | 2025-03-01d | 10.01 |       |       |
        quarter    | 2025-03-01d | 100   | quarter  | 1  | 0.1
        half       | 2025-03-01d | 100   | Semestriel | 2 | '10%
        year       | 2025-03-01d | 1000  | annual   | 0.5 |
        weeks      | 2025-03-01d | 120   | every 2 weeks | |
        months     | 2025-03-01d | 100   | '18 mois |       | '12,5 %
        free       | 2025-03-01d | 100   | month    | 0  |
        """,
        "2025-03: month 10.01, quarter 30, half 30, year 41.67, weeks 260, months 4.86, free 0",
        "",
    ),
    (
        "trials and one-off fees are no MRR, whatever else stands there",
        """
        Account ID | Start       | Amount | Trial | One-off | Currency
        a          | 2025-03-01d | 10     | FALSE | no
        a          | 2025-03-01d | 99     | TRUE  |
        a          | 2025-03-01d | 99     |       | oui     | USD
        b          |             |        | x     |
        """,
        "2025-03: a 10, b 0",
        "",
    ),
    (
        "what cannot be read",
        """
        Account ID | Start       | End         | Amount | Interval  | Quantity | Discount | Trial
        ok         | 2025-03-01d |             | 10     |           |          |          |
        a          | soon        |             | 10     |           |          |          |
        b          |             |             |        | month     |          |          |
        c          | 2025-03-01d | 2025-02-01d | 10     |           |          |          |
        d          | 2025-03-01d |             | 10     | fortnight | -1       | 10       |
        e          | 2025-03-01d |             | -10    |           |          |          | maybe
        f          | 1925-03-01d |             | 10     |           |          |          |
        g          | 2025-03-01d |             | 99999999999999 | |     |          |
        h          | 2025-03-01d |             | 10     |           | 1        |          |
        i          | 2025-03-01d |             | 10     |           | TRUE     |          |
        h          | 2025-03-01d |             | n/a    |           |          |          |
                   | 2025-03-01d |             | 10     |           |          |          |
        Total      |             |             | 10     |           |          |          |
        """,
        "2025-03: ok 10, a* 0, b* 0, c* 0, d* 0, e* 0, f* 0, g* 0, h* 10, i* 0",
        (
            "missing_id A13, total_row A14, date_unreadable B3, value_missing B4, value_missing D4, "
            "end_before_start C5, interval_unknown E6, quantity_unreadable F6, share_unreadable G6, "
            "flag_unreadable H7, amount_negative D7, date_too_early B8, amount_too_large D9, "
            "quantity_unreadable F11, amount_unreadable D12"
        ),
    ),
    (
        "days in the order that a column of the tab shows; a period is no day",
        """
        Account ID | Start      | End        | Amount
        a          | 31/03/2025 |            | 10
        b          | 04/03/2025 |            | 20
        c          | 04/03/2025 | Q1 2025    | 30
        d          | 04/03/2025 | 04/05/2025 | 40
        """,
        "2025-03: a 10, b 20, c* 0, d 40",
        "date_period C4",
    ),
    (
        "dates of which nothing shows the order",
        """
        Account ID | Start       | End        | Amount
        a          | 2025-01-01d |            | 10
        b          | 04/03/2025  |            | 20
        c          | 2025-01-01d | 04/05/2025 | 40
        """,
        "2025-01: a 10 10 10, b* 0 0 0, c* 0 0 0",
        "date_ambiguous B3, date_ambiguous C4",
    ),
    (
        "currencies: the line's own, else the heading's",
        """
        Account ID | Start       | Price (USD) | Currency
        a          | 2025-03-01d | 10          |
        b          | 2025-03-01d | 10          | EUR
        b          | 2025-03-01d | 10          | GBP
        """,
        "2025-03: a** 10, b* 10",
        "currency_mixed D4, fx_missing C1",
    ),
    (
        "a heading that stands twice",
        """
        Account ID | Start       | Amount | Amount
        a          | 2025-03-01d | 10     | 10
        b          | 2025-03-01d | 10     | 20
        """,
        "2025-03: a 10, b* 10",
        "duplicate_heading D1, column_conflict D3",
    ),
]


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in SUBSCRIPTIONS], ids=[case[0] for case in SUBSCRIPTIONS]
)
def test_subscriptions(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Subscriptions", written), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


@pytest.mark.parametrize(
    ("end", "end_date", "month"),
    [
        ("2025-03-31", "last_day", "2025-03"),
        ("2025-03-30", "last_day", "2025-02"),
        ("2025-03-31", "first_day_after", "2025-02"),
        ("2025-04-01", "first_day_after", "2025-03"),
        ("2025-04-01", "last_day", "2025-03"),
    ],
)
def test_last_month_in_force(end: str, end_date: EndDate, month: str) -> None:
    assert find_last_month(dt.date.fromisoformat(end), end_date) == Month.parse(month)


@pytest.mark.parametrize(("today", "last"), [("2025-03-30", "2025-02"), ("2025-03-31", "2025-03"), ("2020-01-01", "")])
def test_subscriptions_run_through_the_last_month_that_ended(today: str, last: str) -> None:
    grid = sheet("Subscriptions", "Account ID|Start|Amount\na|2025-01-15d|10")
    ledger, _ = read(grid, how=options(today=dt.date.fromisoformat(today)))
    assert str(ledger.last) == (last or "2019-12")
    assert int(ledger.panel[-1, 0]) == (1000 if last else 0)


CUSTOMERS = """
    Account ID | Name | Segment    | Adoption | Quota use | Renewal date | Seats | NPS | Health | Our tier | Since
    a          | Acme | Enterprise | '62%     | 1.2       | 2025-09-30d  | 10    | -5  | red    | Gold     | 45688
    b          |      | smb        | 0.5      |           | soon         | many  |     |        | #N/A     |
    c          | Cee  | SMB        | 62       |           |              |       | 9   | green  | gold     |
    a          | Twin | SMB        |          |           |              |       |     |        |          |
    d          | Dee  | Consumer   |          |           |              |       |     |        | Gold     |
               |      | stray      |          |           |              |       |     |        |          |
    Total      |      |            |          |           |              | 10    |     |        |          |
"""
REVENUE = "Account ID|2025-01|2025-02\nb|1|2\na|3|4\nx|5|6"


def test_customers() -> None:
    ledger, problems = read(sheet("MRR", REVENUE), sheet("Customers", CUSTOMERS))
    assert panel(ledger) == "2025-01: a 3 4, b 1 2, c 0 0, d 0 0, x 5 6"
    assert ledger.accounts.names == ("Acme", "b", "Cee", "Dee", "x")
    assert ledger.source_rows.first_rows.tolist() == [3, 2, 0, 0, 4]
    assert ledger.accounts.consumer.tolist() == [False, False, False, True, False]
    texts = {
        key: [column.values[code] if code >= 0 else "" for code in column.codes]
        for key, column in ledger.columns.items()
    }
    assert texts == {
        "segment": ["Enterprise", "smb", "smb", "Consumer", ""],
        "health": ["red", "", "green", "", ""],
        "our tier": ["Gold", "", "Gold", "Gold", ""],
    }
    assert ledger.columns["our tier"].heading == "Our tier"
    facts = {key: [None if math.isnan(x) else x for x in values] for key, values in ledger.facts.items()}
    day = float(dt.date(2025, 9, 30).toordinal())
    assert facts == {
        "feature_adoption": [0.62, 0.5, None, None, None],
        "quota_use": [1.2, None, None, None, None],
        "renewal_date": [day, None, None, None, None],
        "since": [float(dt.date(2025, 1, 31).toordinal()), None, None, None, None],
        "seats": [10, None, None, None, None],
        "nps": [-5, None, 9, None, None],
    }
    assert places(problems) == (
        "footnote C7, total_row A8, duplicate_account A5, spelling C4, segment_unreadable J3, spelling J4, "
        "fact_date F3, fact_share D4, fact_number G3, unknown_account A4"
    )
    assert not ledger.accounts.excluded.any()


def test_dated_rows_of_customers_give_the_one_that_is_valid_today() -> None:
    customers = """
        Account ID | Segment | Valid from
        a          | SMB     | 2024-01-01d
        a          | Mid     | 2025-04-01d
        a          | Big     | 2025-05-01d
        b          | Late    | 2026-05-01d
        b          | Later   | 2026-06-01d
        c          | One     |
        c          | Two     | 2025-01-01d
        d          | Next    | 2025-06-01d
        d          | Now     | 2025-02-01d
        d          | Then    | 2025-01-01d
    """
    ledger, problems = read(sheet("MRR", "Account ID|2025-01\na|1\nb|1\nc|1"), sheet("Customers", customers))
    segment = ledger.columns["segment"]
    assert [segment.values[code] for code in segment.codes] == ["Mid", "Late", "Two", "Now"]
    assert problems == []
    assert {
        month: " ".join(segment.values[code] for code in segment.codes_at(Month.parse(month)))
        for month in ("2024-12", "2025-01", "2025-03", "2025-04", "2025-05", "2025-06")
    } == {
        "2024-12": "SMB Late One Then",
        "2025-01": "SMB Late Two Then",
        "2025-03": "SMB Late Two Now",
        "2025-04": "Mid Late Two Now",
        "2025-05": "Big Late Two Now",
        "2025-06": "Big Late Two Next",
    }


def test_a_day_of_a_dated_row_that_cannot_be_read_is_no_row() -> None:
    customers = "Account ID|Segment|Valid from\na|SMB|2024-01-01d\na|Mid|soon"
    ledger, problems = read(sheet("MRR", "Account ID|2025-01\na|1"), sheet("Customers", customers))
    assert ledger.columns["segment"].values == ("SMB",)
    assert places(problems) == "valid_from_unreadable C3"


def test_names_come_from_customers_else_from_the_revenue_tab() -> None:
    ledger, _ = read(
        sheet("MRR", "Account ID|Name|2025-01\na|Acme Inc|1\na|Acme base|1\nb|Bolt|1\nc||1\nd|#REF!|1\ne|=Echo|1"),
        sheet("Customers", "Account ID|Name\na|Acme\nb|\nz|Zed"),
    )
    names = dict(zip(ledger.accounts.ids, ledger.accounts.names, strict=True))
    assert names == {"a": "Acme", "b": "Bolt", "z": "Zed", "c": "c", "d": "d", "e": "=Echo"}


def test_values_that_differ_in_case_only_are_one_as_most_have_it() -> None:
    customers = sheet("Customers", "Account ID|Plan\na|PRO\nb|Pro\nx|PRO\nc|pro\nd|Pro\ne|Pro")
    ledger, problems = read(sheet("MRR", REVENUE), customers)
    assert ledger.columns["plan"].values == ("Pro",)
    assert [(p.code, p.cell, p.found, p.values["other"]) for p in problems] == [
        ("spelling", "B2", "PRO", "Pro"),
        ("spelling", "B5", "pro", "Pro"),
    ]


def test_a_column_of_too_many_values_is_no_segment() -> None:
    customers = sheet("Customers", "Account ID|Segment|Team\na|SMB|x\nb|SMB|y\nc|Big|z")
    ledger, problems = read(sheet("MRR", REVENUE), customers, how=options(most=2))
    assert set(ledger.columns) == {"segment"}
    assert places(problems) == "too_many_values C1, unknown_account A4"


def test_a_flag_makes_a_consumer() -> None:
    ledger, problems = read(
        sheet("MRR", REVENUE), sheet("Clients", "Account ID|Particulier\na|oui\nb|non\nx|peut-être")
    )
    assert ledger.accounts.consumer.tolist() == [True, False, False]
    assert places(problems) == "fact_flag B4"


def test_a_currency_of_customers_holds_for_the_account() -> None:
    customers = sheet("Customers", "Account ID|Currency\na|USD\nb|EUR\nx|pebbles")
    how = options("")
    ledger, problems = read(sheet("MRR", REVENUE.replace("|3|4", "|'$3|n/a")), customers, how=how)
    assert panel(ledger) == "2025-01: a** 3 0, b 1 2, x** 0 0"
    assert places(problems) == "currency_unknown B4, amount_unreadable C3, fx_missing B2"
    assert problems[2].place == "Customers!B2"
    ledger, problems = read(sheet("S", "Account ID|Start|Amount|Currency\na|2025-03-01d|5|EUR"), customers, how=how)
    assert panel(ledger) == "2025-03: a 5, b 0, x* 0"


def test_headings_of_customers_that_stand_twice() -> None:
    ledger, problems = read(
        sheet("MRR", REVENUE), sheet("Customers", "Account ID|Region|région|Tier|TIER\na|1|2|3|4\nb||||\nx||||")
    )
    assert {key: column.values for key, column in ledger.columns.items()} == {"region": ("1",), "tier": ("3",)}
    assert places(problems) == "duplicate_heading C1, duplicate_heading E1"
    assert [problem.values["column"] for problem in problems] == ["B", "D"]


@pytest.mark.parametrize(
    ("title", "head", "layout"),
    [
        ("Feuille 1", "Identifiant client|Début|Montant", "Subscriptions"),
        ("x", "ID CLIENT *|Date de fin|DATE DE DÉBUT|Prix unitaire|Essai", "Subscriptions"),
        ("x", "Account ID|2025-01", "MRR wide"),
        ("x", "Client|Nom|Segment|janv. 2025|févr. 2025", "MRR wide"),
        ("x", "Account ID|Name", "Customers"),
        ("Comptes", "Account ID|Whatever", "Customers"),
        ("x", "Customer ID|Customer|MRR|Region", "Customers"),
        ("MRR", "Account ID|Name|2025-01", "MRR wide"),
        ("MRR", "Account ID|Something", "MRR wide"),
        ("x", "2025-01|2025-02|2025-03", "MRR wide"),
        ("Subscriptions", "Start|Amount|Plan", "Subscriptions"),
        ("x", "Account ID|Month|MRR", "MRR long"),
        ("x", "Compte|Mois|Montant", "MRR long"),
        ("x", "Account ID|Date|MRR|Product", "MRR long"),
        ("x", "Account ID|Date|Amount|Currency", "MRR long"),
        ("Mouvements", "Compte|Date|Montant", "Movements"),
        ("x", "Compte|Date|Variation", "Movements"),
        ("x", "Customer|Date|Old MRR|New MRR", "Events"),
        ("x", "Client|Mois|Ancien MRR|Nouveau MRR", "Events"),
        ("x", "Invoice no|Customer|Date|Amount", "Invoices"),
        ("Factures", "Client|Date|Montant HT", "Invoices"),
        ("x", "N° de facture|Client|Période du|Période au|Montant", "Invoices"),
        ("x", "Customer|Service period|Amount", "Invoices"),
        ("x", "Customer ID|Start date|End date|MRR|Plan|Status", "Subscriptions"),
        ("x", "Client|Début|Résilié le|ARR", "Subscriptions"),
        ("Contrats", "Client|Début|Fin|Valeur totale du contrat", "Subscriptions"),
        ("Customers", "Customer ID|Name|Start date|MRR|Region", "Customers"),
        ("x", "ID client|Mois|Variation de MRR", "Movements"),
        ("x", "Account ID|Same as|From", "Aliases"),
        ("x", "Word|Means", "Words"),
        ("x", "Notes|Mot|Veut dire", "Words"),
        # Another tab called Words does not stop a sync.
        ("Words", "Word|Count", None),
        ("x", "Term|Definition", None),
        ("x", "Account ID|Word|Means", None),
        ("x", "Month|Currency|Rate", "FX"),
        ("Taux", "Mois|Devise|Valeur", "FX"),
        ("x", "Mois|Devise|Cours", "FX"),
        ("x", "Segment|Indicateur|Objectif", "Targets"),
        ("Objectifs", "Segment|Objectif", "Targets"),
        ("x", "Segment|Objectif", None),
        ("x", "A-1|45000|2025-01-31d|100", None),
        ("x", "Account ID|Ticket|Opened", None),
        ("x", "Account ID|Month|Currency|Rate", None),
        ("Customers", "Name|Segment|Start|Amount", None),
        ("x", "Month|MRR|Segment", "MRR long"),
        ("x", "", None),
    ],
)
def test_recognise(title: str, head: str, layout: str | None) -> None:
    grid = sheet(title, f"Our figures\n\n{head}\nA-1|5|6|7")
    recognised = recognise_layout(grid)
    assert (recognised.name if recognised else None) == layout


def test_only_the_first_rows_are_searched_for_headings() -> None:
    rows: list[list[Cell]] = [["note"] for _ in range(HEAD_ROWS - 1)]
    rows.append(["Account ID", "2025-01"])
    assert recognise_layout(Grid(Tab(1, "x", 99, 2), rows))
    assert not recognise_layout(Grid(Tab(1, "x", 99, 2), [["note"], *rows]))


def test_every_code_is_reported_by_a_table_above() -> None:
    reported = " ".join(wrong for _, _, _, wrong in WIDE + SUBSCRIPTIONS + LONG_CASES + MOVEMENT_CASES)
    reported += " ".join(wrong for *_, wrong in FX_CASES + TARGET_CASES + ALIAS_CASES + WORD_CASES)
    elsewhere = {"amount_ambiguous", "unknown_account", "duplicate_account", "too_many_values"}
    elsewhere |= {
        *("fact_date", "fact_share", "fact_number", "fact_flag", "segment_unreadable", "spelling"),
        *("valid_from_unreadable", "account_forgotten"),
    }
    elsewhere |= {
        "total_unclear",
        "total_not_sum",
        "section_title",
        "footnote",
        "heading_again",
        "spelling_account",
        "same_name",
    }
    elsewhere |= {"amount_absurd", "lines_overlap", "duplicate_line"}  # all of these in test_rows.py
    elsewhere |= {code for code in CODES if code.startswith("implausible_")}  # in checks/
    elsewhere |= {
        "month_incomplete",
        "segment_varies",
        "id_two_names",
        "renamed",
        "month_overlap",
    }  # in accounts/ and shapes/
    elsewhere |= {"column_vanished", "tab_vanished"}  # of two syncs, in test_sync.py
    elsewhere |= {
        "month_shifted",
        "amount_period",
        "term_unknown",
        "end_missing",
        "term_unreadable",
        "status_unknown",
        "status_counted",
    }
    elsewhere |= {"status_not_counted", "before_differs"}  # in test_subscriptions.py and test_mrr_movements.py
    elsewhere |= {"period_unreadable", "period_missing", "credit_above_invoices"}  # in test_invoices.py
    assert set(re.findall(r"[a-z_]{3,}", reported)) - elsewhere == set(CODES) - elsewhere


@pytest.mark.parametrize(
    ("wanted", "means"),
    [("Old", "2025-01: a 7 7 7"), ("  OLD ", "2025-01: a 7 7 7"), ("MRR", "2025-01: a 1 2"), ("mrr", "2025-01: a 1 2")],
)
def test_the_config_names_one_of_two_revenue_tabs(wanted: str, means: str) -> None:
    grids = [
        sheet("MRR", "Account ID|2025-01|2025-02\na|1|2"),
        sheet("Old", "Account ID|Start|Amount\na|2025-01-01d|7"),
    ]
    ledger = parse_tabs(grids, replace(options(), revenue_tab=wanted)).ledger
    assert panel(ledger) == means


def test_a_name_in_the_config_that_no_revenue_tab_bears_is_refused() -> None:
    with pytest.raises(WorkbookLayoutError, match=r"The config names “Revenue” .* are: MRR \(MRR wide\)"):
        parse_tabs([sheet("MRR", "Account ID|2025-01\na|1")], replace(options(), revenue_tab="Revenue"))


def test_no_heading_means_two_things() -> None:
    for key, (english, french) in HEADINGS.items():
        for name in (*english, *french, english[0].upper(), f" {english[0]} * "):
            # Without an ID a customer's name heads the account IDs.
            meant = "account_id" if key == "name" and fold_cell(name) in CUSTOMER_NAMES | BARE_NAMES else key
            assert read_header_row(0, [name]).columns == {meant: 0}, name
    assert {key for layout in LAYOUTS for key in layout.required} <= set(HEADINGS)


def test_a_bare_word_heads_the_ids_only_where_no_column_says_id() -> None:
    assert read_header_row(0, ["Customer", "Segment"]).columns == {"account_id": 0, "segment": 1}
    assert read_header_row(0, ["Customer", "Customer ID"]).columns == {"name": 0, "account_id": 1}
    full = read_header_row(0, ["Customer ID", "Name", "Customer"])
    assert (full.columns, full.repeated, full.others) == ({"account_id": 0, "name": 1}, {}, (2,))


ERRORS = [
    ("no tab", [], "No tab holds revenue. Looked for the headings Account ID, 2025-01"),
    ("an empty tab", [sheet("MRR", "")], "Tabs found: MRR (-)."),
    (
        "no revenue tab",
        [sheet("Notes", "Hello\nWhat|Who\n1|2"), sheet("Customers", CUSTOMERS)],
        "Tabs found: Notes (What, Who); Customers (Account ID, Name, Segment, Adoption",
    ),
    (
        "two revenue tabs",
        [sheet("MRR", REVENUE), sheet("Old", "Account ID|Start|Amount\na|2025-01-01d|1")],
        (
            "There are 2 tabs that hold revenue: MRR (MRR wide, 2025-01..2025-02, 3 ID, 2025-02: 12.00 EUR); "
            "Old (Subscriptions, 2025-01..2025-03, 1 ID, 2025-02: 1.00 EUR). Which one is to be read? Name it in the "
            'config, for example: workbook.revenue_tab = "MRR".'
        ),
    ),
    (
        "two customers tabs",
        [sheet("MRR", REVENUE), sheet("A", "Account ID|Name"), sheet("B", "Account ID|Name")],
        "There are 2 tabs that hold customers: A (Customers), B (Customers).",
    ),
    (
        "no amount",
        [sheet("Subs", "Note\nAccount ID|Start|List of prices|Interval\na|2025-01-01d|1|year")],
        "The tab “Subs” (Subscriptions) has no column Amount. Its headings, in row 2: Account ID, Start, List of",
    ),
    (
        "a price per seat without seats",
        [sheet("Subs", "Note\nAccount ID|Start|Price per seat|Interval\na|2025-01-01d|1|year")],
        "“Price per seat” (tab “Subs”) is the price of one piece, and no column says how many there are.",
    ),
    (
        "a price per seat with two numbers of them",
        [sheet("Subs", "Account ID|Start|Price per seat|Seats|Users\na|2025-01-01d|1|2|3")],
        "“Price per seat” (tab “Subs”) is the price of one piece, and it is unclear what multiplies it: Seats, Users.",
    ),
    (
        "no id",
        [sheet("MRR", "Who|2025-01|2025-02\na|1|2")],
        "The tab “MRR” (MRR wide) has no column Account ID.",
    ),
    (
        "two ids",
        [sheet("MRR", "Account ID|Customer ID|2025-01\na|b|1")],
        "The tab “MRR” has two columns for the account ID: A and B.",
    ),
    ("no month", [sheet("MRR", "Account ID|Something\na|1")], "The tab “MRR” has no column for a month that is over."),
    (
        "no amount in any month",
        [sheet("MRR", "Account ID|2025-01\na|TBD\nb|")],
        "The tab “MRR” has no month with a readable amount.",
    ),
    (
        "no line",
        [sheet("Subs", "Account ID|Start|Amount\na|soon|1")],
        "The tab “Subs” has no line that could be read",
    ),
    (
        "too large",
        [sheet("MRR", "Account ID|2025-01\n" + "\n".join(f"a{n}|9999999999999" for n in range(5)))],
        "too large to be added exactly",
    ),
    (
        "too large in lines",
        [sheet("S", "Account ID|Start|Amount\n" + "\n".join(f"a{n}|2025-01-01d|9999999999999" for n in range(5)))],
        "too large to be added exactly",
    ),
]


@pytest.mark.parametrize(("grids", "says"), [case[1:] for case in ERRORS], ids=[case[0] for case in ERRORS])
def test_a_workbook_that_cannot_be_read_as_a_whole(grids: list[Grid], says: str) -> None:
    with pytest.raises(WorkbookLayoutError, match=re.escape(says)) as caught:
        parse_tabs(grids, options())
    assert caught.value.fix


def test_the_tabs_of_the_bot_and_those_without_a_layout_are_passed_over() -> None:
    ours = sheet("NRR Accounts", "Account ID|2025-01\nz|1", ours=True)
    half = sheet("Chart", "2025-01|2025-02\n1|2")
    ledger, problems = read(ours, sheet("Notes", "Hello"), half, sheet("MRR", REVENUE))
    assert ledger.accounts.ids == ("b", "a", "x")
    assert problems == []


def test_the_customers_tab_is_the_one_that_is_called_so() -> None:
    ledger, _ = read(sheet("MRR", REVENUE), sheet("Tickets", "Account ID|Owner\nb|1"), sheet("Clients", CUSTOMERS))
    assert ledger.accounts.names[0] == "Acme"


@pytest.mark.parametrize("unit", [1, 100, 1000])
@given(st.lists(st.none() | st.integers(-(10**18), 10**18) | st.floats() | st.decimals(0, 10**7, places=3), max_size=9))
def test_the_fast_path_rounds_as_the_slow_one(unit: int, values: list[int | float | Decimal | None]) -> None:
    as_numbers: list[Cell] = [float(value) if isinstance(value, Decimal) else value for value in values]
    as_texts: list[Cell] = [str(value).replace(".", ",") if isinstance(value, Decimal) else value for value in values]
    for cells in (as_numbers, as_texts):
        minor, settled, left = read_plain_amounts(cells, unit, load_locale_format("fr_FR"))
        assert (settled | left).tolist() == [value is not None for value in values]
        assert not (settled & left).any()
        for value, fast_amount, sure in zip(values, minor.tolist(), settled.tolist(), strict=True):
            if sure:
                assert value is not None
                exact = Fraction(value if isinstance(value, Decimal) else Decimal(repr(value))) * unit
                assert fast_amount == math.floor(exact + Fraction(1, 2))
            else:
                assert fast_amount == 0


def test_plain_numbers_and_plain_texts_take_the_fast_path() -> None:
    cells: list[Cell] = [10, 12.34, 100 / 3, "12.34", "0012", 0, None, "x", -1, 0.125, "1e3", True]
    minor, settled, left = read_plain_amounts(cells, 100, load_locale_format("en_US"))
    assert settled.tolist() == [True] * 6 + [False] * 6
    assert left.tolist() == [False] * 7 + [True] * 5
    assert minor.tolist() == [1000, 1234, 3333, 1234, 1200, 0] + [0] * 6


# Every row is of another length, and what is odd in it stands in another column.
UNEVEN = """
Account ID | 2025-01 | 2025-02 | 2025-03
a          | 10
b          |         | 1.005   | 3
c          | 10      |         | '€ 7
d          | 'x      | 2       |
           |         | 5
e          | 1       | -2
f          |
g          | 7       | TRUE    | 8
Total      | 28      | 8       | 18
"""


@pytest.mark.parametrize("blank_month", ["zero", "carry"])
@pytest.mark.parametrize("rows", [1, 2, 3, 7, 9, 1024])
def test_however_many_rows_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch, rows: int, blank_month: BlankMonth
) -> None:
    monkeypatch.setattr(amount_columns, "ROWS_AT_ONCE", rows)
    uneven = sheet("MRR", UNEVEN)
    grid = replace(
        uneven, rows=[row[: max((at + 1 for at, cell in enumerate(row) if cell), default=0)] for row in uneven.rows]
    )
    ledger, problems = read(grid, how=options(blank_month=blank_month))
    filled = "10" if blank_month == "carry" else "0"
    assert panel(ledger) == (f"2025-01: a 10 0 0, b 0 1.01 3, c 10 {filled} 7, d* 0 2 0, e* 1 0 0, g* 7 0 8")
    gap = "" if blank_month == "carry" else ", gap C4"
    assert places(problems) == (
        "missing_id A6, section_title A8, total_row A10, amount_unreadable B5, amount_negative C7, "
        "amount_unreadable C9" + gap + ", implausible_total A10"
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(IDS), st.lists(st.sampled_from(AMOUNTS), min_size=4, max_size=4)),
        min_size=1,
        max_size=12,
    )
)
def test_account_by_account_the_ledger_holds_what_the_sheet_holds(
    rows: list[tuple[Cell, list[tuple[Cell, int]]]],
) -> None:
    expected: dict[str, int] = defaultdict(int)
    blank = [all(cell in (None, "") for cell, _ in cells) for _, cells in rows]
    for (account, cells), nothing in zip(rows, blank, strict=True):
        if nothing:  # a title, unless other rows of the account hold something
            continue
        expected[str(account).strip().removesuffix(".0")] += sum(minor for _, minor in cells)
    body: list[list[Cell]] = [[account, *(cell for cell, _ in cells)] for account, cells in rows]
    grid = Grid(Tab(1, "MRR", 20, 5), [["Account ID", *MONTHS], *body])
    if all(blank):
        with pytest.raises(WorkbookLayoutError, match="“MRR” has no month"):
            parse_tabs([grid], options())
        return
    ledger, problems = read(grid, how=options(today=LATER))
    if any(problem.code == "month_incomplete" for problem in problems):
        # A last month that is half filled in is not read.
        totals = dict(zip(ledger.accounts.ids, ledger.panel.sum(axis=0).tolist(), strict=True))
        assert all(total <= expected[name] for name, total in totals.items())
        return
    if any(problem.code == "month_missing" for problem in problems):
        # A month without any entry repeats the one before it.
        return
    assert dict(zip(ledger.accounts.ids, ledger.panel.sum(axis=0).tolist(), strict=True)) == expected
    assert {problem.code for problem in problems} <= {"gap", "amount_absurd", "section_title", "footnote"}


HEADS: list[Cell] = [
    *("Account ID", "Account ID", "Client", "2025-01", "2025-02", "Feb 2025", "2025-07", 45658, "Start", "Amount"),
    *("End", "Interval", "Quantity", "Discount", "Trial", "Currency", "Name", "Segment", "Seats", "Adoption"),
    *("Valid from", "Consumer", "", None, "Total", "2025-13", dt.date(2025, 3, 1), True),
    *("Month", "Month", "MRR", "MRR", "Date", "Change", "Type", "Same as", "From", "Rate", "Metric", "Target"),
]
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=6),
    st.dates(),
    st.datetimes(),
    st.sampled_from(["Total a", "Total Nord", "Sum", "* net", "Account ID", "Feb 2025", Formula("=SUM(B2:B9)")]),
    st.sampled_from(["a", "b", "Total", "EUR", "USD", "12,50", "10%", "year", "2025-01-01", "#REF!", "yes", 45688, 10]),
)
GRIDS = st.tuples(
    st.sampled_from(["MRR", "Subscriptions", "Movements", "Customers", "FX", "Targets", "Aliases", "Words", "Sheet1"]),
    st.lists(st.lists(CELLS, max_size=3), max_size=2),
    st.lists(st.sampled_from(HEADS), max_size=8),
    st.lists(st.lists(CELLS, max_size=9), max_size=6),
)


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(GRIDS, max_size=4), st.sampled_from(["", "en_US", "fr_FR"]), st.sampled_from(["zero", "carry"]))
def test_any_workbook_gives_a_ledger_and_problems_or_says_why_not(
    tabs: list[tuple[str, list[list[Cell]], list[Cell], list[list[Cell]]]], locale: str, blank_month: BlankMonth
) -> None:
    grids = [Grid(Tab(at, title, 9, 9), [*above, head, *body]) for at, (title, above, head, body) in enumerate(tabs)]
    try:
        ledger, problems = read(*grids, how=options(locale, blank_month=blank_month))
    except WorkbookLayoutError as error:
        str(error)  # its templates find their values
        return
    errors = {problem.account for problem in problems if problem.severity == "error"} - {""}
    assert {
        account for account, left in zip(ledger.accounts.ids, ledger.accounts.excluded, strict=True) if left
    } >= errors
    assert len(set(ledger.accounts.ids)) == ledger.accounts.count
    assert np.all(ledger.panel >= 0)
