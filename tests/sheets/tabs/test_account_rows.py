"""The rows that people keep beside their accounts, in the notation of test_layouts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import WorkbookLayoutError
from sheets.cells.text import is_blank
from sheets.checks.plausibility import find_absurd_amounts
from sheets.checks.same_customer import normalise_ids, normalise_names
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.port import Cell, Formula, Grid, Tab
from tests.support.notation import LATER, options, panel, places, read, sheet
from tests.support.samples.tab_cases import AMOUNTS, IDS, MONTHS

CUSTOMERS = """
    Account ID     | Name                | Segment
    a              | Acme                | Enterprise
    b              | Bolt                | SMB
    Total Energies | TotalEnergies SE    | Enterprise
    quiet          | Quiet               | SMB
"""

# What stands in the tab MRR -> the ledger, what is told. "with" a Customers tab above, "alone" without one.
WIDE = [
    (
        "what says that there is no ID is not one account of many rows",
        "alone",
        """
        Account ID | Name | 2025-01 | 2025-02
        a          | Acme | 10      | 20
        TBD        | Bolt | 1       | 5
        tbd        | Cork | 3       | 6
        -          | Dune | 9       | 8
        """,
        "2025-01: a 10 20",
        "missing_id A3, missing_id A4, missing_id A5",
    ),
    (
        "total rows in every form are none of the accounts",
        "alone",
        """
        Account ID         | Name        | 2025-01 | 2025-02
        a                  | Acme        | 10      | 20
        Total              |             | 11      | 11
        TOTAL :            |             | 11      | 11
        — Totals —         |             | 11      | 11
        Sum                |             | 11      | 11
        Somme              |             | 11      | 11
        Sous-total PME     |             | 11      | 11
        Subtotal - SMB     |             | 11      | 11
        Enterprise subtotal |            | 11      | 11
        S/Total            |             | 11      | 11
        Grand total (EUR)  |             | 11      | 11
        Total MRR          |             | 11      | 11
        Total général      |             | 11      | 11
        Total des clients  |             | 11      | 11
        Total 2025         |             | 11      | 11
        Total Jan 2025     |             | 11      | 11
        (Total)            |             | 11      | 11
                           | Total MRR : | 11      | 11
                           |             | 11      | Total
                           | Totals      |         |
        """,
        "2025-01: a 10 20",
        ", ".join([*(f"total_row A{row}" for row in range(3, 19)), "total_row B19", "total_row D20", "total_row B21"]),
    ),
    (
        "an account whose name merely begins with the word is one: it is less than what it would sum up",
        "alone",
        """
        Account ID     | 2025-01 | 2025-02
        a              | 100     | 100
        b              | 50      | 60
        Totally Spies  | 900     | 900
        TOTAL-ENERGIES | 70      | 70
        Total Energies | 700     | 10
        Sum Up         |         | 5
        Totem          | 900     | 900
        TotalEnergies  | 900     | 900
        """,
        (
            "2025-01: a 100 100, b 50 60, Totally Spies 900 900, TOTAL-ENERGIES 70 70, Total Energies 700 10, "
            "Sum Up 0 5, Totem 900 900, TotalEnergies 900 900"
        ),
        "implausible_spelling A6, implausible_spelling A9",
    ),
    (
        "one that stands in Customers is one, whatever its amounts",
        "with",
        """
        Account ID     | 2025-01 | 2025-02
        a              | 100     | 100
        b              | 50      | 60
        Total Energies | 150     | 160
        """,
        "2025-01: a 100 100, b 50 60, Total Energies 150 160, quiet 0 0",
        "",
    ),
    (
        "the sums of the rows above, of a section or of all prove a total; texts count as a spreadsheet counts them",
        "alone",
        """
        Account ID    | 2025-01 | 2025-02
        Somme globo   | 367.3   | 373
        a             | 100     | 100
        b             | 50      | '60 €
        Total Nord    | 150     | 160
        c             | 1       | 2
        d             | 6       | 8
        Total Sud     | 7       | 10
        Total Nordsud | 157     | 170
        e             | 200     | 200
        f             | 10      |
        g             | 0       |
        Total Est     | 210     | 200
        h             | 0.1     | 1
        i             | 0.2     | 2
        Total Ouest   | 0.30000000000000004 | 3
        """,
        "2025-01: a 100 100, b 50 60, c 1 2, d 6 8, e 200 200, f 10 0, g 0 0, h 0.1 1, i 0.2 2",
        "total_row A2, total_row A5, total_row A8, total_row A9, total_row A13, total_row A16",
    ),
    (
        "a total of several sections, one in the middle, one that sums up an account that is called Total",
        "alone",
        """
        Account ID     | 2025-01 | 2025-02
        a              | 100     | 100
        b              | 50      | 60
        Nord           |         |
        c              | 1       | 2
        Total Energies | 1       | 1
        Sud            |         |
        d              | 6       | 8
        Total Pays     | 8       | 11
        Total Monde    | 160     | 173
        e              | 2       | 2
        """,
        "2025-01: a 100 100, b 50 60, c 1 2, Total Energies 1 1, d 6 8, e 2 2",
        "section_title A4, section_title A7, total_row A9, total_row A10",
    ),
    (
        "what is summed up is a segment, a size, or the title of a section",
        "with",
        """
        Account ID       | 2025-01 | 2025-02
        Nord             |         |
        a                | 100     | 100
        Total Enterprise | 999     | 999
        b                | 50      | 60
        SMB Total        | 999     | 999
        Total Mid-Market | 999     | 999
        Total - Nord     | 999     | 999
        """,
        "2025-01: a 100 100, b 50 60, Total Energies 0 0, quiet 0 0",
        "section_title A2, total_row A4, total_row A6, total_row A7, total_row A8",
    ),
    (
        "where nothing tells a total from an account it is left out",
        "alone",
        """
        Account ID     | Name    | 2025-01 | 2025-02
        a              |         | 100     | 100
        b              |         | 50      | 60
        Total Nord     |         | 300     | 300
        Total Sud      | Sud Oil | 300     | 300
        """,
        "2025-01: a 100 100, b 50 60, Total Nord* 300 300, Total Sud 300 300",
        "total_unclear A4",
    ),
    (
        "nothing to sum up, no total",
        "alone",
        """
        Account ID     | 2025-01 | 2025-02
        Total Energies | 300     | 300
        """,
        "2025-01: Total Energies 300 300",
        "",
    ),
    (
        "rows without an id: sums of others are totals, others lack their id",
        "alone",
        """
        Account ID | Name      | 2025-01 | 2025-02
        a          |           | 100     | 100
        b          |           | 50      | 60
                   |           | 150     | 160
                   |           | 150     | 170
                   | Total Oil | 7       |
        c          |           | 9       | 9
                   |           | 9       | 9
                   | Total SMB | 9       | 8
                   |           | 159     | 169
        """,
        "2025-01: a 100 100, b 50 60, c* 9 9",
        ("total_row A4, missing_id A5, missing_id A6, missing_id A8, total_row A9, total_row A10"),
    ),
    (
        "section titles and notes, and the account without MRR that Customers knows",
        "with",
        """
        Account ID            | Owner          | 2025-01 | 2025-02
        Enterprise customers  |                |         |
        a                     |                | 1       | 2
        — SMB —               |                |         |
        quiet                 |                |         |
        b                     |                | 3       | 4
                              | Nordic         |         |
        2024                  |                |         |
        * as of May           |                |         |
        Total Energies        | Ann            | 5       | 6
        later                 | Ann            |         |
                              |                |         |
        Consumer              |                |         |
        Source: billing       |                |         |
        Note :                | see the policy |         |
        * excl. VAT           |                |         |
                              | NB: no tax     |         |
                              |                | to be checked |
                              |                | '12 €   |
        """,
        "2025-01: a 1 2, b 3 4, Total Energies 5 6, quiet 0 0, later 0 0",
        (
            "section_title A2, section_title A4, section_title B7, section_title A8, footnote A9, footnote A13, "
            "footnote A14, footnote A15, footnote A16, footnote B17, footnote C18, missing_id A19, unknown_account A11"
        ),
    ),
    (
        "a text in a column without a heading is told with its column",
        "alone",
        """
        Account ID | 2025-01 |
        a          | 1       |
                   |         | checked by Ann
        b          | 2       |
        """,
        "2025-01: a 1, b 2",
        "blank_heading C1",
    ),
    (
        "a row of an account that has others may be blank",
        "alone",
        """
        Account ID | 2025-01 | 2025-02
        a          | 1       | 2
        a          |         |
        b          |         |
        c          | 0       |
        """,
        "2025-01: a 1 2, c 0 0",
        "section_title A4",
    ),
    (
        "headings once more, in other words too; an account that is called as its heading",
        "alone",
        """
        Client | Owner | 2025-01 | 2025-02
        a      | Ann   | 1       | 2
        Client | Owner | 2025-01 | 2025-02
        CLIENT |       | Jan 2025 | 02/2025
               | Owner | 2025-01 | 2025-02
        Client | Bob   | 3       | 4
        """,
        "2025-01: a 1 2, Client 3 4",
        "heading_again A3, heading_again A4, heading_again B5",
    ),
    (
        "two rows of headings once more",
        "alone",
        """
               | 2025 |    |
        Client | 01   | 02 | 03
        a      | 1    | 2  | 3
               | 2025 |    |
        Client | 01   | 02 | 03
        b      | 4    | 5  | 6
        """,
        "2025-01: a 1 2 3, b 4 5 6",
        "missing_id A4, heading_again A5",
    ),
    (
        "blank rows in the middle",
        "alone",
        """
        Account ID | 2025-01 | 2025-02

        a          | 1       | 2

                   |         |
        b          | 3       | 4
        """,
        "2025-01: a 1 2, b 3 4",
        "",
    ),
]


@pytest.mark.parametrize(
    ("tabs", "written", "means", "wrong"), [case[1:] for case in WIDE], ids=[case[0] for case in WIDE]
)
def test_rows_of_mrr_wide(tabs: str, written: str, means: str, wrong: str) -> None:
    grids = [sheet("MRR", written), *([sheet("Customers", CUSTOMERS)] if tabs == "with" else [])]
    ledger, problems = read(*grids, how=options(today=LATER))
    assert sorted(panel(ledger).removeprefix("2025-01: ").split(", ")) == sorted(
        means.removeprefix("2025-01: ").split(", ")
    )
    assert places(problems) == wrong


def test_a_total_of_formulas_that_were_never_computed() -> None:
    rows: list[list[Cell]] = [
        ["Account ID", "2025-01", "2025-02"],
        ["a", 100, 100],
        ["b", 50, 60],
        ["Total Nord", Formula("=SUM(B2:B3)"), Formula("=SUBTOTAL(9, $C$2:$C$3)")],
        [None, Formula("=SUM(B2:B3)"), Formula("=SUM(C2:C3)")],
        [Formula('="Total "&A2'), 150, 160],
        ["Total Sud", Formula("=SUM(B2,C2)"), 900],
        [None, Formula("=B2*2"), None],
    ]
    ledger, problems = read(Grid(Tab(1, "MRR", 9, 3), rows), how=options(today=LATER))
    assert panel(ledger) == "2025-01: a 100 100, b 50 60, Total Sud* 0 900"
    assert places(problems) == (
        "total_row A4, total_row A5, total_row A6, total_unclear A7, missing_id A8, amount_unreadable B7"
    )


def test_rows_of_customers() -> None:
    customers = """
        Account ID       | Name       | Segment | Seats
        Enterprise       |            |         |
        a                | Acme       | Big     | 10
        b                |            |         |
        Total Big        |            |         | 10
        Account ID       | Name       | Segment | Seats
        — SMB —          |            |         |
        c                | Cee        | Small   | 5
        d                |            |         |
        Total Energies   | Total SE   |         | 500
        Total            | 5 accounts |         | 515
        Note: no resellers |        |         |
    """
    ledger, problems = read(
        sheet("MRR", "Account ID|2025-01\na|1\nb|2\nEnterprise|\nTotal Energies|3\nTotal Big|3"),
        sheet("Customers", customers),
    )
    assert panel(ledger) == "2025-01: a 1, b 2, c 0, Total Energies 3"
    assert places(problems) == (
        "section_title A2, total_row A5, heading_again A6, section_title A7, section_title A9, total_row A11, "
        "footnote A12, section_title A4, total_row A6"
    )


def test_a_list_of_ids_has_no_titles() -> None:
    ledger, problems = read(sheet("MRR", "Account ID|2025-01\na|1"), sheet("Customers", "Account ID|Name\na|\nb|"))
    assert (panel(ledger), places(problems)) == ("2025-01: a 1, b 0", "")


@pytest.mark.parametrize(
    "again",
    ["Account ID|2025-03|2025-04", "Account ID|Name|Segment", "Account ID|45717|45748", "Account ID|2025-02|2025-03"],
)
def test_other_headings_further_down_are_refused(again: str) -> None:
    with pytest.raises(WorkbookLayoutError, match="has a second header row with other headings, in row 3") as caught:
        read(sheet("MRR", f"Account ID|2025-01|2025-02\na|1|2\n{again}\nb|3|4"))
    assert caught.value.fix


@pytest.mark.parametrize("amounts", ["45717|45717", "45748|45717", "45717|", "45717|100", "1|2"])
def test_amounts_that_look_like_days_are_no_headings(amounts: str) -> None:
    ledger, problems = read(sheet("MRR", f"Client|2025-01|2025-02\na|1|2\nClient|{amounts}"))
    assert ledger.accounts.ids == ("a", "Client")
    assert problems == []


LINES = [
    (
        "totals have no start; a line that has one is an account's, unless it adds up",
        """
        Account ID     | Start       | End | Amount | Product
        Enterprise     |             |     |        |
        a              | 2025-03-01d |     | 10     |
        b              | 2025-03-01d |     | 20     |
        Total Nord     |             |     | 30     |
        Total Energies | 2025-03-01d |     | 900    |
        Total Sud      |             |     | 900    |
        SMB Total      |             |     | 7      |
                       |             |     | 930    |
                       |             |     | 7      |
        Note: all net  |             |     |        |
        """,
        "2025-03: a 10, b 20, Total Energies 900, Total Sud* 0",
        (
            "section_title A2, total_row A5, total_unclear A7, total_row A8, missing_id A9, missing_id A10, "
            "footnote A11, value_missing B7"
        ),
    ),
    (
        "lines of one product that are in force at one close",
        """
        Account ID | Start       | End         | Amount | Product
        a          | 2025-02-01d | 2025-03-31d | 10     | Base
        a          | 2025-03-01d |             | 20     | BASE
        a          | 2025-03-01d |             | 5      | Seats
        b          | 2025-02-01d | 2025-02-28d | 10     | Base
        b          | 2025-02-28d |             | 10     | Base
        c          | 2025-02-01d | 2025-02-27d | 10     | Base
        c          | 2025-02-15d |             | 10     | Base
        d          | 2025-02-01d |             | 10     |
        d          | 2025-03-01d |             | 10     |
        e          | 2025-02-01d |             | 10     | Base
        e          | 2025-02-02d | 2025-02-28d | 10     | Base
        e          | 2025-03-03d |             | 10     | Base
        f          | 2025-02-01d |             | 0      | Base
        f          | 2025-02-01d |             | 10     | Base
        g          | 2025-02-01d |             | 10     | Base
        h          | 2025-02-01d |             | 10     | Base
        """,
        "2025-02: a 10 35, b 20 10, c 10 10, d 10 20, e 20 20, f 10 10, g 10 10, h 10 10",
        "lines_overlap B3, lines_overlap B6, lines_overlap B12, lines_overlap B13",
    ),
    (
        "lines that stand twice, with or without a product; another contract is another line",
        """
        Account ID | Start       | End | Amount | Product | Contract
        a          | 2025-03-01d |     | 10     |         | K1
        a          | 2025-03-01d |     | 10     |         | K1
        a          | 2025-03-01d |     | 10     |         | K1
        a          | 2025-03-01d |     | 10     |         | K2
        a          | 2025-03-02d |     | 10     |         | K1
        b          | 2025-03-01d |     | 10     | Base    |
        b          | 2025-03-01d |     | 10     | Base    |
        c          | 2025-03-01d |     | 10     | Base    |
        d          | 2025-03-01d |     | 0      |         |
        d          | 2025-03-01d |     | 0      |         |
        """,
        "2025-03: a 50, b 20, c 10, d 0",
        "duplicate_line A3, duplicate_line A4, duplicate_line A8",
    ),
]


@pytest.mark.parametrize(("written", "means", "wrong"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_rows_of_subscriptions(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("Subscriptions", written))
    assert (panel(ledger), places(problems)) == (means, wrong)


def test_an_overlap_names_the_line_that_runs_longest() -> None:
    _, problems = read(sheet("Subscriptions", LINES[1][1]))
    assert [(p.cell, p.account, p.values["row"], p.values["product"]) for p in problems] == [
        ("B3", "a", "2", "BASE"),
        ("B6", "b", "5", "Base"),
        ("B12", "e", "11", "Base"),
        ("B13", "e", "11", "Base"),
    ]


# The months of an account -> the cells that are doubted, each with its amount, the median and how many times it is.
ABSURD = [
    ("12 12 12 1200", "E2 1200 12 100"),
    ("12 12 12 1199.99", ""),
    ("12 12 1200", ""),
    ("1200 12 12 12", "B2 1200 12 100"),
    ("12 1200 1500 12 12 12 2400 12", "C2 1200 12 100, H2 2400 12 200"),
    ("  12 0 12 0 12 1200", "H2 1200 12 100"),
    ("12 12 12 1200 1200 1200", ""),
    ("12 12 12 12 1200 1200 1200", "F2 1200 12 100"),
    ("0 0 0 1200", ""),
    ("0.01 0.02 0.03 2.05", "E2 2.05 0.03 68"),
]


@pytest.mark.parametrize(("months", "doubted"), [*ABSURD[:-1], ("0.01 0.02 0.02 2.05", "E2 2.05 0.02 102")])
def test_absurd_amounts(months: str, doubted: str) -> None:
    cells = months.replace("  ", " | ").split()
    head = "|".join(f"2025-{month:02d}" for month, _ in enumerate(cells, start=1))
    grid = sheet("MRR", f"Account ID|{head}\na|{'|'.join('' if cell == '|' else cell for cell in cells)}")
    _, problems = read(grid, how=options(today=LATER))
    listed_problems = [problem for problem in problems if problem.code != "gap"]
    assert ", ".join(
        f"{p.cell} {p.values['amount']} {p.values['median']} {p.values['times']}" for p in listed_problems
    ) == (doubted.replace(" 1200 12", " 1200.00 12.00").replace(" 2400 12", " 2400.00 12.00"))
    assert {(p.code, p.account) for p in listed_problems} <= {("amount_absurd", "a")}


def test_an_absurd_amount_is_told_at_the_row_that_holds_it() -> None:
    _, problems = read(
        sheet("MRR", "Account ID|2025-01|2025-02|2025-03|2025-04\na|5|5|5|5\nb|1|1|1|1\na|5|5|5|9999"),
        how=options(today=LATER),
    )
    assert places(problems) == "amount_absurd E4"
    lines = """
        Account ID | Start       | End         | Amount
        a          | 2024-01-01d | 2024-12-31d | 12
        b          | 2024-01-01d |             | 12
        a          | 2025-01-01d |             | 12000
    """
    _, problems = read(sheet("Subscriptions", lines))
    told = [(p.code, p.cell, p.found) for p in problems if not p.code.startswith("implausible")]
    assert told == [("amount_absurd", "D4", "12000")]
    lines = """
        Account ID | Start       | End         | Amount
        a          | 2023-01-01d |             | 12
        a          | 2024-01-01d | 2024-02-29d | 12000
        a          | 2025-01-01d | 2025-02-28d | 12000
    """
    # Two runs of months; both are shown at the largest line, so it is told once.
    _, problems = read(sheet("Subscriptions", lines))
    assert [(p.code, p.cell) for p in problems] == [("amount_absurd", "D3")]


SPELLINGS = [
    ("A-0042, a0042, A 0042, Á_42", "a0042 A-0042, A 0042 A-0042, Á_42 A-0042"),
    ("Acme Ltd, ACME Ltd.", "ACME Ltd. Acme Ltd"),
    ("'007, 7, 70, '0", "7 007"),
    ("A-1-23, A-12-3, A-123, A1 23", "A1 23 A-1-23"),
    ("2025/001, 2025-1, 20251", "2025-1 2025/001"),
    ("A-1, B-1, A-2, A-10", ""),
    ("0015g00000AbCdE, 0015g00000AbCde, 0015g00000ABCDE", ""),
    ("***, +++, !", ""),
    ("Société Générale, societe generale", "societe generale Société Générale"),
]


@pytest.mark.parametrize(("ids", "pairs"), SPELLINGS)
def test_one_account_in_two_spellings(ids: str, pairs: str) -> None:
    rows = "\n".join(f"{account}|1" for account in ids.split(", "))
    ledger, problems = read(sheet("MRR", f"Account ID|2025-01\n{rows}"))
    assert ledger.accounts.count == len(ids.split(", "))
    assert ", ".join(f"{p.account} {p.values['other']}" for p in problems if p.code == "implausible_spelling") == pairs
    assert {p.code for p in problems} <= {"implausible_spelling"}


NAMES = [
    ("Acme Ltd, ACME GmbH, Acme Corp.", "2 1, 3 1"),
    ("SARL Dupont, Dupont S.A.S.", "2 1"),
    ("Dupont, Dupond", ""),
    ("SA, SAS", ""),
    ("Co-op, Coop", ""),
    ("Acme, Acme, Acme, Acme", ""),
    ("Acme France, Acme", ""),
]


@pytest.mark.parametrize(("names", "pairs"), NAMES)
def test_one_name_under_two_ids(names: str, pairs: str) -> None:
    listed = names.split(", ")
    customers = "\n".join(f"{number}|{name}" for number, name in enumerate(listed, start=1))
    revenue = "\n".join(f"{number}|1" for number, _ in enumerate(listed, start=1))
    _, problems = read(
        sheet("MRR", f"Account ID|2025-01\n{revenue}"), sheet("Customers", f"Account ID|Name\n{customers}")
    )
    assert ", ".join(f"{p.account} {p.values['other']}" for p in problems) == pairs
    assert {p.code for p in problems} <= {"same_name"}


RENAMED = "Customer|2024-11|2024-12|2025-01\n"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("Acme|1|1|\nACME Ltd|||1\nZeta|1|1|1", "implausible_rename Acme ACME Ltd"),
        ("Acme|1||\nacme||1|1\nZeta|1|1|1", "implausible_rename Acme acme"),
        ("Acme||1|\nACME Ltd|||1\nZeta|1|1|1", "implausible_rename Acme ACME Ltd"),
        ("ACME Ltd|||1\nAcme||1|\nZeta|1|1|1", "implausible_rename Acme ACME Ltd"),
        # A month in common, or no MRR at all: no customer that was lost.
        ("Acme|1|1|\nACME Ltd||1|1\nZeta|1|1|1", "implausible_spelling ACME Ltd Acme"),
        ("Acme|1|1|\nACME Ltd|||0\nZeta|1|1|1", "same_name ACME Ltd Acme"),
    ],
)
def test_a_customer_that_was_renamed_is_doubted(rows: str, found: str) -> None:
    _, problems = read(sheet("MRR", RENAMED + rows), how=options(today=LATER))
    pairs = [f"{problem.code} {problem.account} {problem.values['other']}" for problem in problems]
    assert [pair for pair in pairs if "Acme" in pair or "acme" in pair] == [found]


def test_people_of_one_name_are_not_doubted() -> None:
    customers = sheet("Customers", "Account ID|Name|Consumer\n1|Ann Lee|yes\n2|Ann Lee|yes")
    assert read(sheet("MRR", "Account ID|2025-01\n1|1\n2|1"), customers)[1] == []


def test_a_second_spelling_is_told_where_it_stands_with_the_months_that_both_pay() -> None:
    revenue = sheet("MRR", "Account ID|2025-01|2025-02\na0042|1|\nB-7|1|2\nb7|0|2")
    customers = sheet("Customers", "Account ID|Name\nA-0042|Acme\nB-7|Bolt\nC 1|Cee\nC-1|Cee")
    _, problems = read(revenue, customers)
    reported = [
        (p.place, p.found, p.values["other"], p.values["months"]) for p in problems if p.code != "unknown_account"
    ]
    assert reported == [
        ("MRR!A2", "a0042", "A-0042", "0"),
        ("MRR!A4", "b7", "B-7", "1"),
        ("Customers!A5", "C-1", "C 1", "0"),
    ]
    assert [p.code for p in problems if p.code != "unknown_account"] == [
        *("spelling_account", "implausible_spelling", "spelling_account")
    ]


@pytest.mark.parametrize(
    ("heading", "means"),
    [
        ("Total", (True, "")),
        ("total enterprise", (False, "enterprise")),
        ("Enterprise Total", (False, "enterprise")),
        ("Total Energies SE", (False, "energies se")),
        ("TOTAL-ENERGIES", (False, "energies")),
        ("Sub Total Oil", (True, "")),
        ("Totaux T3 2025", (True, "")),
        ("Totally", None),
        ("Summit", None),
        ("Subtotalia", None),
        ("Total War Total", (False, "war total")),
        ("", None),
        ("()", None),
    ],
)
def test_what_heads_a_total(heading: str, means: tuple[bool, str] | None) -> None:
    assert read_total_heading(heading) == means


NOISE: list[list[Cell]] = [
    [],
    [None],
    ["", " ", None],
    [None, 0, 0, 0, 0],
    ["Total", 7, 7, 7, 7],
    ["Sous-total PME", "7 €"],
    ["Grand total"],
    [None, 1, 2, 3, "TOTAL :"],
    ["Enterprise customers"],
    ["— SMB —", None, ""],
    [2024],
    [None, "Nordic"],
    ["* excl. VAT"],
    ["Note :", "all net"],
    [None, "Source: billing export"],
    ["(1) as of May"],
    ["Account ID", *MONTHS],
    ["Account ID"],
]
# None marks the place of a true sum of the rows above.
NOISY = st.lists(st.tuples(st.integers(0, 12), st.none() | st.sampled_from(NOISE)), max_size=8)
CLEAN = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.lists(st.sampled_from([*AMOUNTS, ("TBD", 0), (-5, 0)]), min_size=4, max_size=4),
    ).filter(lambda row: not all(is_blank(cell) for cell, _ in row[1])),
    min_size=1,
    max_size=12,
)


def _sum_row(rows: Sequence[list[Cell]]) -> list[Cell]:
    """A row that only its sums give away, as a spreadsheet adds up; none where nothing is summed up twice."""
    columns = [[cell for cell in column if isinstance(cell, int | float)] for column in zip(*rows, strict=True)][1:]
    sums = [sum(column) for column in columns]
    counts = [sum(cell != 0 for cell in column) for column, whole in zip(columns, sums, strict=True) if whole]
    return ["Total Nord", *sums] if max(counts[:3], default=0) > 1 else []


@given(CLEAN, NOISY)
def test_rows_that_are_no_account_do_not_change_the_ledger(
    rows: list[tuple[Cell, list[tuple[Cell, int]]]], noise: list[tuple[int, list[Cell] | None]]
) -> None:
    clean: list[list[Cell]] = [[account, *(cell for cell, _ in cells)] for account, cells in rows]
    expected: dict[str, int] = defaultdict(int)
    for account, cells in rows:
        expected[str(account).strip().removesuffix(".0")] += sum(minor for _, minor in cells)
    noisy = list(clean)
    for place, row in sorted(noise, key=lambda place_and_row: place_and_row[0], reverse=True):
        noisy.insert(place, _sum_row(clean[:place]) if row is None else row)
    ledgers: list[tuple[str, list[tuple[str, str]]]] = []
    for body in (clean, noisy):
        grid = Grid(Tab(1, "MRR", 40, 5), [["Account ID", *MONTHS], *body])
        try:
            ledger, problems = read(grid, how=options(today=LATER))
        except WorkbookLayoutError as error:
            ledgers.append((str(error), []))
            continue
        # A last month that is half filled in is not read.
        assume(not any(problem.code == "month_incomplete" for problem in problems))
        # Amounts of every third month are those of quarters: the months between repeat them.
        assume(not ledger.coverage.unknown)
        # Excluded or not, what could be read of each account is there.
        assert dict(zip(ledger.accounts.ids, ledger.panel.sum(axis=0).tolist(), strict=True)) == expected
        errors = {problem.account for problem in problems if problem.severity == "error"}
        assert {name for name, out in zip(ledger.accounts.ids, ledger.accounts.excluded, strict=True) if out} == errors
        others = sorted((problem.code, problem.account) for problem in problems if problem.code not in ROW_CODES)
        ledgers.append((panel(ledger), others))
    assert ledgers[0] == ledgers[1]


ROW_CODES = {"total_row", "section_title", "footnote", "heading_again"}
ROW_CODES |= {"implausible_total", "implausible_total_texts", "implausible_total_row"}
ROW_CODES |= {"implausible_total_rows", "implausible_total_accounts"}


def test_doubts_take_linear_time_and_little_of_it() -> None:
    panel = np.random.default_rng(7).integers(0, 10**6, (36, 20_000), dtype=np.int64)
    panel[5, :50] = 10**9
    assert sum(1 for _ in find_absurd_amounts(panel)) == 50
    ids = [f"A-{number:06d}" for number in range(20_000)]
    assert len(set(normalise_ids(ids))) == len(set(normalise_names(ids))) == 20_000
