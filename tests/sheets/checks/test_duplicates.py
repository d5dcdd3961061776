"""MRR long and Movements: from rows to a ledger and problems."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from core.errors import WorkbookLayoutError
from tests.support.notation import options, panel, places, read, sheet

LONG = [
    (
        "a row for each account and month, in any order; months as texts, dates and serial numbers",
        """
        Account ID | Month       | MRR
        a          | 2025-02     | 12
        a          | janv. 2025  | 10
        b          | 2025-02-28d | '1 200,50
        b          | 45717       | 5
        """,
        "2025-01: a 10 12 0, b 0 1200.5 5",
        "",
    ),
    (
        "what a blank means: not yet, gone, and 0 between two amounts",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        a          | 2025-03 | 30
        b          | 2025-02 | 5
        c          | 2025-01 | 7
        c          | 2025-02 |
        c          | 2025-03 | 0
        """,
        "2025-01: a 10 0 30, b 0 5 0, c 7 0 0",
        "gap B2, gap B5",
    ),
    (
        "products of one account are added up; the same one twice is told",
        """
        Account ID | Month   | MRR | Product
        a          | 2025-01 | 10  | base
        a          | 2025-01 | 5   | add-on
        a          | 2025-01 | 5   | Add-On
        b          | 2025-01 | 1   |
        """,
        "2025-01: a 20, b 1",
        "month_again B4",
    ),
    (
        "a month that nobody has is told once",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        b          | 2025-01 | 10
        a          | 2025-03 | 10
        b          | 2025-03 | 10
        """,
        "2025-01: a 10 0 10, b 10 0 10",
        "month_missing B1",
    ),
    (
        "a date that is either is told as such, unless its column tells",
        """
        Account ID | Month      | MRR
        a          | 2025-01    | 10
        b          | 03/02/2025 | 10
        """,
        "2025-01: a 10, b* 0",
        "date_ambiguous B3",
    ),
    (
        "what cannot be read: a month, an amount, a month that is missing, a total, a row of nobody",
        """
        Account ID | Month   | MRR
        a          | 2025-01 | 10
        a          | soon    | 10
        b          | 2025-01 | TBD
        c          |         | 10
        d          | 2025-01 | -5
        e          | 2025-01 | 7
        e          |         |
        Total      | 2025-01 | 27
                   | 2025-01 | 5
        """,
        "2025-01: a* 10, b* 0, c* 0, d* 0, e 7",
        "total_row A9, missing_id A10, amount_unreadable C4, amount_negative C6, row_month B3, value_missing B5",
    ),
    (
        "a month that is not over is not read yet",
        """
        Account ID | Month   | MRR
        a          | 2025-03 | 10
        a          | 2025-04 | 3
        b          | 2025-04 | 3
        a          | 2025-05 | 12
        """,
        "2025-03: a 10, b 0",
        "month_not_over B3, month_not_over B5",
    ),
    (
        "French headings, an Amount for an MRR, currencies",
        """
        ID client | Mois    | Montant (USD) | Devise
        a         | 2025-01 | 10            | EUR
        b         | 2025-01 | 10            |
        """,
        "2025-01: a 10, b** 10",
        "fx_missing C1",
    ),
]

MOVEMENTS = [
    (
        "changes of MRR, in any order, by day; what comes after the last month that is over is not there yet",
        """
        Account ID | Date        | Amount | Type
        a          | 2025-01-31d | 100    | New
        a          | 2025-03-01d | 20     | Expansion
        a          | 2025-03-31d | -5     | Contraction
        b          | 2025-02-10d | 50     | New
        b          | 2025-03-10d | -50    | Churn
        b          | 2025-04-10d | 70     | Reactivation
        """,
        "2025-01: a 100 100 115, b 0 50 0",
        "",
    ),
    (
        "French, by month",
        """
        Compte | Mois       | Variation | Mouvement
        a      | janv. 2025 | '1 000,00 | Nouveau
        a      | 03/2025    | '(250,50) | Baisse
        """,
        "2025-01: a 1000 1000 749.5",
        "",
    ),
    (
        "MRR never falls below nothing, and a change has the sign of its type",
        """
        Account ID | Date        | Amount | Type
        a          | 2025-01-10d | 100    |
        a          | 2025-02-10d | -60    |
        a          | 2025-02-20d | -60    |
        b          | 2025-01-10d | 100    | New
        b          | 2025-02-10d | 100    | Churn
        c          | 2025-01-10d | -60    | an odd one
        c          | 2025-01-20d | 100    | an odd one
        """,
        "2025-01: a* 100 0 0, b* 100 200 200, c 40 40 40",
        "change_sign C6, mrr_below_zero C4",
    ),
    (
        "a row that stands twice counts twice, and is told",
        """
        Account ID | Date        | Amount | Note
        a          | 2025-01-10d | 100    | x
        a          | 2025-01-10d | 100    | y
        a          | 2025-01-10d | '100   | x
        """,
        "2025-01: a 300 300 300",
        "duplicate_line A4",
    ),
    (
        "what cannot be read",
        """
        Account ID | Date        | Amount
        a          | 2025-01-10d | 100
        a          | soon        | 20
        b          | 2025-01-10d |
        c          |             | 20
        d          | 2025-01-10d | lots
        Total      |             | 140
        """,
        "2025-01: a* 100 100 100, b* 0 0 0, c* 0 0 0, d* 0 0 0",
        "total_row A7, amount_unreadable C6, row_month B3, value_missing B5, value_missing C4",
    ),
]


@pytest.mark.parametrize(("written", "means", "wrong"), [case[1:] for case in LONG], ids=[case[0] for case in LONG])
def test_mrr_long(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Revenue", written), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_of_long_rows_no_column_of_a_month_is_spoken_of() -> None:
    written = "Account ID|Month|MRR\na|2025-01|10\na|2025-03|10\na|2025-04|10"
    _, problems = read(sheet("Revenue", written))
    assert sorted(problem.code for problem in problems) == ["month_missing", "month_not_over"]
    assert not any("column" in problem.kind.expected + problem.kind.fix for problem in problems)


def test_a_gap_of_long_rows_names_its_months_and_may_carry_on() -> None:
    written = "Account ID|Month|MRR\na|2025-01|10\nb|2025-02|1\nb|2025-01|1\na|2025-03|12"
    ledger, [gap] = read(sheet("Revenue", written))
    assert (panel(ledger), gap.values) == ("2025-01: a 10 0 12, b 1 1 0", {"months": "2025-02"})
    ledger, problems = read(sheet("Revenue", written), how=options(blank_month="carry"))
    assert (panel(ledger), problems) == ("2025-01: a 10 10 12, b 1 1 0", [])


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in MOVEMENTS], ids=[case[0] for case in MOVEMENTS]
)
def test_movements(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Movements", written), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_an_account_below_nothing_says_when_and_how_far() -> None:
    written = "Account ID|Date|Amount|Currency\na|2025-01-10d|100|JPY\na|2025-03-20d|-150|JPY"
    _, problems = read(sheet("Movements", written))
    below = next(problem for problem in problems if problem.code == "mrr_below_zero")
    assert (below.cell, below.found, below.values) == ("C3", "-150", {"month": "2025-03", "mrr": "-50"})


@pytest.mark.parametrize(
    ("title", "written", "says"),
    [
        ("Revenue", "Account ID|Month|MRR\na|2025-01|TBD", "The tab “Revenue” has no month with a readable amount."),
        ("Revenue", "Account ID|Month|MRR\na|2025-04|1", "The tab “Revenue” has no month with a readable amount."),
        ("Movements", "Account ID|Date|Amount\na|soon|1", "The tab “Movements” has no line that could be read"),
    ],
)
def test_a_tab_of_lines_that_cannot_be_read_as_a_whole(title: str, written: str, says: str) -> None:
    with pytest.raises(WorkbookLayoutError, match=re.escape(says)) as caught:
        read(sheet(title, written))
    assert caught.value.mend


def test_movements_run_through_the_last_month_that_ended() -> None:
    grid = sheet("Movements", "Account ID|Date|Amount\na|2025-01-15d|10")
    ledger, _ = read(grid, how=options(today=dt.date(2025, 5, 31)))
    assert (str(ledger.first), str(ledger.last)) == ("2025-01", "2025-05")
