"""The tabs beside Customers and revenue: FX, Targets, Aliases, Words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from core.metrics.retention import measure
from core.money import to_percent
from core.months import Month, Window
from sheets.workbook.port import Grid
from tests.support.notation import options, panel, places, read, sheet
from tests.support.samples.tab_cases import ALIAS_CASES, FX_CASES, TARGET_CASES, WORD_CASES

MRR = """
    Account ID | Currency | 2025-01 | 2025-02 | 2025-03
    a          | EUR      | 100     | 100     | 100
    b          | USD      |         | 100     | 120
    c          | JPY      | 16000   | 16000   |
"""

TWO = "Account ID|2025-01|2025-02|2025-03\na|10||\nold|5|5|\nnew|1|1|6\nz|7|7|7"


@pytest.mark.parametrize(
    ("rates", "means", "wrong"), [case[1:] for case in FX_CASES], ids=[case[0] for case in FX_CASES]
)
def test_fx(rates: str, means: str, wrong: str) -> None:
    # The yen has no minor unit: 16,000 of them print as 160.
    ledger, problems = read(sheet("MRR", MRR), sheet("FX", rates), how=options(""))
    assert panel(ledger) == means
    assert places(problems) == wrong


def test_retention_is_at_the_rates_of_the_start_and_the_rest_is_fx_effect() -> None:
    ledger, _ = read(sheet("MRR", MRR), sheet("FX", FX_CASES[0][1]), how=options(""))
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
    assert problem.values == {"code": "USD", "currency": "EUR", "months": "2025-01, 2025-03", "count": "1"}
    assert ledger.accounts.excluded.tolist() == ledger.accounts.unpriced.tolist() == [False, True]


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in TARGET_CASES], ids=[case[0] for case in TARGET_CASES]
)
def test_targets(written: str, means: dict[tuple[str, str], str], wrong: str) -> None:
    customers = sheet("Customers", "Account ID|Segment\na|Enterprise")
    ledger, problems = read(sheet("MRR", "Account ID|2025-01\na|1"), customers, sheet("x", written), how=options(""))
    assert {key: str(to_percent(target)) for key, target in ledger.targets.items()} == means
    assert places(problems) == wrong


@pytest.mark.parametrize(
    ("written", "means", "wrong"), [case[1:] for case in ALIAS_CASES], ids=[case[0] for case in ALIAS_CASES]
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
    ("written", "means", "wrong"), [case[1:] for case in WORD_CASES], ids=[case[0] for case in WORD_CASES]
)
def test_words(written: str, means: dict[str, str], wrong: str) -> None:
    customers = "Account ID|Name|Segment|Owner\na|Acme|Enterprise|Lea\nold|O|SMB|Lea\nnew|N|Mid-Market|\nz|Z|SMB|Lea"
    ledger, problems = read(sheet("MRR", TWO), sheet("Customers", customers), sheet("Words", written))
    assert {phrase: f"{entry.dimension}={entry.value}" for phrase, entry in ledger.workspace_words.items()} == means
    assert places(problems) == wrong


def test_a_problem_with_a_word_names_its_part_and_the_other_row() -> None:
    words = sheet("Words", "Word|Means\nlovely churn|SMB\npets|SMB\npets|Enterprise\ncats|Dogs")
    _, problems = read(sheet("MRR", TWO), words)
    assert [(problem.cell, problem.values) for problem in problems] == [
        ("A2", {"part": "churn"}),
        ("B4", {"row": "3"}),
        ("B5", {"example": "Size=Enterprise"}),
    ]


@pytest.mark.parametrize(
    ("grids", "says"),
    [
        ([sheet("x", "Month|Currency|Rate\n2025-01|USD|1")] * 2, "There are 2 tabs that hold exchange rates"),
        ([sheet("x", "Segment|Metric|Target\nSMB|NRR|1")] * 2, "There are 2 tabs that hold targets"),
        ([sheet("x", "Account ID|Same as\nz|a")] * 2, "There are 2 tabs that hold aliases"),
        ([sheet("x", "Word|Means\nwhales|SMB")] * 2, "There are 2 tabs that hold words for values"),
    ],
)
def test_two_tabs_of_a_kind_are_one_too_many(grids: list[Grid], says: str) -> None:
    with pytest.raises(Exception, match=says):
        read(sheet("MRR", TWO), *grids)
