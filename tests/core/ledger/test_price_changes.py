"""Price changes: months in which most accounts change by the same percentage, and NRR without them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from core.ledger.ledger import Ledger
from core.metrics.price_effects import PriceEffects, measure_price_effects
from core.metrics.retention import measure, select_base
from core.months import Period, Window
from core.query.question import Question
from core.reports.answer import answer_question
from core.reports.answer_json import build_answer_json
from tests.support.generate import ledger_of, ledgers
from tests.support.scopes import scope_of, windows

# 5% more for five of six accounts in February.
RAISED = ledger_of(
    "a 100, b 200, c 300, d 400, e 500, f 600",
    "a 105, b 210, c 315, d 420, e 525, f 600",
    "a 105, b 210, c 315, d 500, f 400, g 100",
)


def find(ledger: Ledger) -> list[tuple[str, Fraction, str]]:
    return [
        (str(change.month), change.rate, "".join(ledger.accounts.ids[place] for place in change.accounts))
        for change in ledger.price_changes
    ]


def measure_effects(ledger: Ledger) -> PriceEffects:
    effects = measure_price_effects(ledger, select_base(ledger, Window(ledger.first, ledger.last)))
    assert effects is not None
    return effects


def test_a_month_in_which_most_accounts_change_alike_is_a_price_change() -> None:
    assert find(RAISED) == [("2023-02", Fraction(5, 100), "abcde")]


PAIRS = [
    ("three of five", "a 105, b 105, c 105, d 100, e 100", "abc"),
    ("two of five", "a 105, b 105, c 100, d 100, e 100", None),
    ("within half a point of the median", "a 10450, b 10500, c 10550, d 100, e 100", "abc"),
    ("beyond it", "a 10440, b 10500, c 10560, d 100, e 100", None),
    ("less", "a 90, b 90, c 90, d 90, e 120", "abcd"),
    ("half a point is no change", "a 10050, b 10050, c 10050, d 10050, e 10050", None),
    ("four that pay at both closes", "a 105, b 105, c 105, d 105", None),
    ("who left does not count", "a 105, b 105, c 105, d 100, e 100, g 100", "abc"),
]


@pytest.mark.parametrize(("after", "accounts"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_the_same_percentage(after: str, accounts: str | None) -> None:
    amounts = {entry.split()[0]: int(entry.split()[1]) for entry in after.split(", ")}
    before = {name: 10_000 if amount > 9_000 else 100 for name, amount in amounts.items() if name != "g"}
    before.setdefault("e", 100)
    ledger = ledger_of(", ".join(f"{name} {amount}" for name, amount in before.items()), after)
    assert [found for _, _, found in find(ledger)] == ([accounts] if accounts else [])


def test_excluded_accounts_do_not_count() -> None:
    closes = "a 100, b 100, c 100, d 100, e 100, f 100", "a 105, b 105, c 105, d 100, e 100, f 105"
    assert [found for _, _, found in find(ledger_of(*closes))] == ["abcf"]
    assert find(ledger_of(*closes, excluded=("e", "f"))) == []


def test_the_closes_of_a_quarterly_sheet_are_compared() -> None:
    ledger = ledger_of(*["a 100, b 100, c 100, d 100, e 100"] * 3, "a 105, b 105, c 105, d 105, e 105")
    unknown = replace(ledger.coverage, unknown=frozenset((ledger.first + 1, ledger.first + 2)))
    assert [month for month, _, _ in find(replace(ledger, coverage=unknown))] == ["2023-04"]


def test_nrr_without_it_keeps_the_other_changes() -> None:
    # a, b, c and d still pay their 5, 10, 15 and 20 more; e left, and f never paid more.
    effects = measure_effects(RAISED)
    (change,) = effects.changes
    assert (change.accounts, change.mrr, effects.mrr) == (5, 5000, 5000)
    assert effects.nrr_without == Fraction(105 + 210 + 315 + 500 + 400 - 50, 2100)


def test_two_price_changes_add_up_to_the_whole_rise() -> None:
    names = "abcde"
    closes = (", ".join(f"{name} {amount}" for name in names) for amount in (1000, 1050, 1155))
    effects = measure_effects(ledger_of(*closes))
    assert [(change.rate, change.mrr) for change in effects.changes] == [
        (Fraction(5, 100), 25000),
        (Fraction(10, 100), 52500),
    ]
    assert effects.nrr_without == 1


def test_a_rise_counts_as_far_as_it_is_still_paid() -> None:
    closes = "a 100, b 100, c 100, d 100, e 100", "a 150, b 150, c 150, d 150, e 150"
    effects = measure_effects(ledger_of(*closes, "a 30, b 150, c 150, d 150"))
    assert (effects.mrr, effects.nrr_without) == (18000, Fraction(3, 5))


def test_an_answer_gives_it_for_both_windows_and_no_other_method() -> None:
    question = Question("nrr", (), Period("range", Window(RAISED.first, RAISED.last)), "cohort")
    data = build_answer_json(answer_question(question, scope_of(RAISED)))
    assert data["window"]["price_changes"] == {
        "changes": [{"month": "2023-02", "percent": "5.0", "accounts": 5, "mrr": 5000}],
        "mrr": 5000,
        "nrr_without": "70.5",
    }
    later = Question("nrr", (), Period("range", Window(RAISED.first + 1, RAISED.last)), "cohort")
    assert build_answer_json(answer_question(later, scope_of(RAISED)))["window"]["price_changes"] is None
    other = build_answer_json(answer_question(replace(question, method="movements"), scope_of(RAISED)))
    assert other["window"]["price_changes"] is None


@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_a_price_rise_for_everyone_is_found_and_taken_out(ledger: Ledger) -> None:
    last = ledger.panel[-1] * 1000
    raised = replace(ledger, panel=np.ascontiguousarray(np.vstack([ledger.panel * 1000, last, last * 107 // 100])))
    payers = np.count_nonzero((last > 0) & raised.accounts.counted)
    found = [change for change in raised.price_changes if change.month == raised.last]
    assert [change.rate for change in found] == ([Fraction(7, 100)] if payers >= 5 else [])
    for window in windows(raised):
        base = select_base(raised, window)
        effects = measure_price_effects(raised, base)
        bridge = measure(raised, window)
        if effects is None:
            continue
        assert effects.nrr_without == Fraction(bridge.ending - effects.mrr, bridge.starting)
        assert effects.nrr_without >= 0
