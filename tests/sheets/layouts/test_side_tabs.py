"""The tabs beside Customers and revenue: FX, Targets, Aliases."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.metrics.retention import measure
from core.money import percent
from core.months import Month, Window
from sheets.workbook.port import Grid
from tests.support.notation import options, panel, places, read, sheet

MRR = """
    Account ID | Currency | 2025-01 | 2025-02 | 2025-03
    a          | EUR      | 100     | 100     | 100
    b          | USD      |         | 100     | 120
    c          | JPY      | 16000   | 16000   |
"""

FX = [
    (
        "months and currencies as people write them; months before anybody paid in a currency need no rate",
        """
        Month      | Currency | Rate
        2025-01    | JPY      | 0.00625
        Feb 2025   | jpy      | '0.006
        2025-02    | US$      | 0.90
        2025-03-31d| USD      | 0.80
        2025-04    | USD      |
        """,
        "2025-01: a 100 100 100, b 0 100 120, c 160 160 0",
        "",
    ),
    (
        "a rate that is missing leaves its accounts out",
        """
        Mois    | Devise | Taux
        2025-01 | JPY    | 0.00625
        2025-02 | JPY    | 0.00625
        2025-02 | USD    | 0.90
        """,
        "2025-01: a 100 100 100, b** 0 100 120, c 160 160 0",
        "fx_missing B3",
    ),
    (
        "what cannot be read is no rate",
        """
        Month   | Currency | Rate
        soon    | USD      | 0.9
        2025-02 | bucks    | 0.9
        2025-02 | USD      | -1
        2025-03 | USD      | 0.9
        2025-03 | USD      | 0.8
        2025-01 | EUR      | 2
        2025-01 | JPY      | 0.00625
        2025-02 | JPY      | 0.00625
        2025-02 | JPY      | 0.00625
        """,
        "2025-01: a 100 100 100, b** 0 100 120, c 160 160 0",
        "fx_month A2, fx_currency B3, fx_rate C4, fx_twice C6, fx_rate C7, fx_missing B3",
    ),
]

TARGETS = [
    (
        "ratios, percentages and numbers, for the company and for segments",
        """
        Segment    | Metric | Target
                   | NRR    | 110%
        Total      | GRR    | 90
        enterprise | ndr    | 1.2
        SMB        | GRR    |
        """,
        {("", "nrr"): "110.0", ("", "grr"): "90.0", ("Enterprise", "nrr"): "120.0"},
        "",
    ),
    (
        "French",
        "Segment|Indicateur|Objectif\ntous|NRR|'110 %\nMid-Market|GRR|'92,5 %",
        {("", "nrr"): "110.0", ("Mid-Market", "grr"): "92.5"},
        "",
    ),
    (
        "what cannot be read is no target",
        """
        Segment   | Metric | Target
        Elephants | NRR    | 110
        SMB       | churn  | 50
        SMB       | NRR    | lots
        SMB       | GRR    | 10
        SMB       | GRR    | 80
        SMB       | GRR    | 85
        """,
        {("SMB", "grr"): "80.0"},
        "target_segment A2, target_metric B3, target_unreadable C4, target_unreadable C5, target_twice C7",
    ),
]

TWO = "Account ID|2025-01|2025-02|2025-03\na|10||\nold|5|5|\nnew|1|1|6\nz|7|7|7"
ALIASES = [
    (
        "two accounts that are one: their histories are added up",
        "Account ID|Same as|From\nold|new|2025-03-01d",
        "2025-01: a 10 0 0, new 6 6 6, z 7 7 7",
        "",
    ),
    (
        "aliases of aliases; one that begins later waits",
        "Compte|Identique à|À partir du\na|old|\nold|new|janv. 2025\nz|new|2026-01",
        "2025-01: new 16 6 6, z 7 7 7",
        "",
    ),
    (
        "what cannot be read merges nothing",
        """
        Account ID | Same as | From
        a          |         |
        z          | z       |
        old        | new     | soon
        new        | nobody  |
        """,
        "2025-01: a 10 0 0, old 5 5 0, new 1 1 6, z 7 7 7",
        "section_title A2, alias_other B3, alias_from C4, alias_unknown B5",
    ),
    (
        "circles and second thoughts",
        """
        Account ID | Same as
        a          | old
        old        | a
        new        | z
        new        | a
        """,
        "2025-01: a 10 0 0, old 5 5 0, z 8 8 13",
        "alias_twice B5, alias_circle B2, alias_circle B3",
    ),
]


@pytest.mark.parametrize(("rates", "means", "wrong"), [case[1:] for case in FX], ids=[case[0] for case in FX])
def test_fx(rates: str, means: str, wrong: str) -> None:
    # The yen has no minor unit: 16,000 of them print as 160.
    ledger, problems = read(sheet("MRR", MRR), sheet("FX", rates), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_retention_is_at_the_rates_of_the_start_and_the_rest_is_fx_effect() -> None:
    ledger, _ = read(sheet("MRR", MRR), sheet("FX", FX[0][1]), how=options(""))
    # a 100 -> 100; b 90 -> 108 at 0.90 and 96 at 0.80; c 16,000 yen at 0.006 are 96 and leave.
    bridge = measure(ledger, Window(Month.parse("2025-02"), Month.parse("2025-03")))
    assert (bridge.starting, bridge.expansion, bridge.churn, bridge.ending) == (28600, 1800, 9600, 20800)
    assert (bridge.fx_effect, bridge.total) == (-1200, 19600)
    assert bridge.nrr == Fraction(208, 286)


def test_an_account_that_lacks_rates_says_for_which_months_and_where_its_currency_stands() -> None:
    customers = sheet("Customers", "Account ID|Currency\na|\nb|USD")
    ledger, [problem] = read(
        sheet("MRR", "Account ID|2025-01|2025-02|2025-03\na|1|1|1\nb|1|1|1"),
        customers,
        sheet("FX", "Month|Currency|Rate\n2025-02|USD|0.9"),
    )
    assert problem.place == "Customers!B3"
    assert problem.values == {"code": "USD", "currency": "EUR", "months": "2025-01, 2025-03"}
    assert ledger.accounts.excluded.tolist() == ledger.accounts.unpriced.tolist() == [False, True]


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in TARGETS], ids=[case[0] for case in TARGETS]
)
def test_targets(written: str, means: dict[tuple[str, str], str], wrong: str) -> None:
    customers = sheet("Customers", "Account ID|Segment\na|Enterprise")
    ledger, problems = read(sheet("MRR", "Account ID|2025-01\na|1"), customers, sheet("x", written), how=options(""))
    assert {key: str(percent(target)) for key, target in ledger.targets.items()} == means
    assert places(problems) == wrong


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in ALIASES], ids=[case[0] for case in ALIASES]
)
def test_aliases(written: str, means: str, wrong: str) -> None:
    ledger, problems = read(sheet("MRR", TWO), sheet("Aliases", written))
    assert panel(ledger) == means
    assert places(problems) == wrong


@pytest.mark.parametrize(
    ("customers", "name", "others"),
    [
        # The customer that stays says what it is called and where it belongs; where it has no row, the other one does.
        ("Account ID|Name|Segment\nold|Old|SMB\nnew|New|Enterprise", "New", ["a", "z"]),
        ("Account ID|Name|Segment\nold|Old|SMB", "Old", ["a", "z"]),
    ],
)
def test_what_customers_says_of_two_that_became_one(customers: str, name: str, others: list[str]) -> None:
    alias = sheet("Aliases", "Account ID|Same as\nold|new")
    ledger, problems = read(sheet("MRR", TWO), sheet("Customers", customers), alias)
    assert dict(zip(ledger.accounts.ids, ledger.accounts.names, strict=True)) == {"new": name, "a": "a", "z": "z"}
    assert [problem.account for problem in problems if problem.code == "unknown_account"] == others
    assert {problem.code for problem in problems} == {"unknown_account"}


@pytest.mark.parametrize(
    ("grids", "says"),
    [
        ([sheet("x", "Month|Currency|Rate\n2025-01|USD|1")] * 2, "There are 2 tabs that hold exchange rates"),
        ([sheet("x", "Segment|Metric|Target\nSMB|NRR|1")] * 2, "There are 2 tabs that hold targets"),
        ([sheet("x", "Account ID|Same as\nz|a")] * 2, "There are 2 tabs that hold aliases"),
    ],
)
def test_two_tabs_of_a_kind_are_one_too_many(grids: list[Grid], says: str) -> None:
    with pytest.raises(Exception, match=says):
        read(sheet("MRR", TWO), *grids)
