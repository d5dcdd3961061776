"""Reconcile: the words that name a figure, the order of what gives it, what sets it apart, and n/a with a reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from core.errors import QuestionError
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.rates import Currencies
from core.ledger.segments import Segments
from core.money import find_currency
from core.months import Month
from core.reconcile.definitions import DEFINITIONS
from core.reconcile.reconciliation import (
    Reconciliation,
    build_reconciliation_json,
    read_reconciliation,
    reconcile,
)
from core.terms import Metric
from tests.support.generate import EDGY_RULES, EUR, ledger_of
from tests.support.scopes import reader_of

# From 2022-12: a grows, b shrinks, c leaves for good, d left before and is back, e is new.
QUARTER = ledger_of(
    "a 100, b 100, c 50, d 20",
    "a 100, b 100, c 50",
    "a 100, b 90, c 50",
    "a 120, b 90",
    "a 120, b 80, d 30, e 40",
    first=Month.of(2024, 11),
)


def ask(text: str, data: Ledger | Segments = QUARTER, metric: Metric = "nrr") -> Reconciliation:
    reader = reader_of(data, metric)
    return reconcile(read_reconciliation(text, reader), reader.scope)


def name(report: Reconciliation) -> list[str]:
    return [f"{match.metric} {match.definition.key} {match.period.label}" for match in report.matches]


@pytest.mark.parametrize(
    ("text", "percent", "decimals", "low", "high"),
    [
        ("104.1", "104.1", 1, "104.05", "104.15"),
        ("104,1 %", "104.1", 1, "104.05", "104.15"),
        ("Q1 2025 104.1", "104.1", 1, "104.05", "104.15"),
        ("104.0", "104.0", 1, "103.95", "104.05"),
        ("104", "104", 0, "103.5", "104.5"),
        ("nrr 104%, 2025-03", "104", 0, "103.5", "104.5"),
        ("97.25 percent", "97.25", 2, "97.245", "97.255"),
        ("last 12 months 97 pour cent", "97", 0, "96.5", "97.5"),
        ("last 12 months 97", "97", 0, "96.5", "97.5"),
        ("2024-12..2025-03 97", "97", 0, "96.5", "97.5"),
    ],
)
def test_a_figure_has_the_decimals_it_is_typed_with(
    text: str, percent: str, decimals: int, low: str, high: str
) -> None:
    request = read_reconciliation(text, reader_of(QUARTER))
    assert (str(request.percent), request.decimals) == (percent, decimals)
    assert request.bounds == (Fraction(low) / 100, Fraction(high) / 100)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no figure"),
        ("Q1 2025", "There is no figure"),
        ('region="104"', "There is no figure"),
        ("104.1 97.2", "two figures: 104.1 and 97.2"),
        ("104.1 movements", "cohort method only"),
        ("104.1 nonsense", "nonsense"),
        ("104.1 Q1 2020", "the history begins with"),
    ],
)
def test_what_is_no_figure_is_refused(text: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        ask(text)


@pytest.mark.parametrize(
    ("figure", "definition", "starting", "kept"),
    [
        # 200 of 250: our own, no account differs.
        ("80.0", "nrr cohort Q1 2025", 0, 0),
        # b's contraction of 20 is no loss.
        ("88.0", "nrr contraction_ignored Q1 2025", 0, 20),
        # d is back with 30.
        ("92.0", "nrr reactivation_counted Q1 2025", 0, 30),
        # d and e: 30 and 40.
        ("108.0", "nrr new_counted Q1 2025", 0, 70),
        # c is on neither side: 200 of 200.
        ("100.0", "nrr stayed_only Q1 2025", -50, 0),
        # 250 + 20 up - 20 down - 50 lost.
        ("72.0", "grr cohort Q1 2025", 0, 0),
    ],
)
def test_a_definition_by_hand(figure: str, definition: str, starting: int, kept: int) -> None:
    report = ask(f"{figure} Q1 2025")
    assert definition in name(report)
    first = report.matches[0]
    if name(report)[0] == definition:
        assert report.difference is not None
        assert (report.difference.starting_change, report.difference.kept_change) == (starting * 100, kept * 100)
    assert first.ratio == Fraction(figure) / 100


def test_the_plainest_comes_first_and_the_asked_window_before_others() -> None:
    flat = ledger_of(*["a 100"] * 12, "a 110", first=Month.of(2024, 3))
    # The quarter and the twelve months both have 110%: the one that was asked is first.
    assert name(ask("110.0 Q1 2025", flat)) == ["nrr cohort Q1 2025", "nrr cohort TTM 2025-03"]
    assert name(ask("110.0 TTM", flat))[0] == "nrr cohort TTM 2025-03"
    report = ask("110.0", flat)
    assert [period.label for period in report.periods] == ["Q1 2025", "TTM 2025-03", "2025-03"]
    assert all(match.is_ours for match in report.matches)


def test_ratios_that_are_one_on_this_ledger_are_one_match() -> None:
    still = ledger_of("a 100, b 100", "a 90, b 100", first=Month.of(2025, 2))
    report = ask("95.0 2025-03", still)
    # NRR and GRR are one figure here, too.
    assert name(report) == ["nrr cohort 2025-03"]
    assert {"movements", "compounded", "new_counted"} <= {definition.key for definition in report.matches[0].equals}


def test_the_ratio_that_is_asked_for_comes_before_the_other() -> None:
    # Contraction ignored, GRR keeps 200 of 250 as well.
    assert name(ask("80.0 Q1 2025"))[0] == "nrr cohort Q1 2025"
    assert name(ask("grr 80.0 Q1 2025"))[:2] == ["nrr cohort Q1 2025", "grr contraction_ignored Q1 2025"]
    assert name(ask("grr 72.0 Q1 2025"))[0] == name(ask("72.0 Q1 2025", metric="grr"))[0] == "grr cohort Q1 2025"


def test_logo_retention_is_one_match() -> None:
    report = ask("66.7 Q1 2025")
    assert name(report) == ["nrr logos Q1 2025"]
    assert report.difference is None


def test_without_a_match_the_nearest_are_named() -> None:
    data = build_reconciliation_json(ask("311.3 Q1 2025"))
    assert data["matches"] == data["accounts"] == []
    assert data["difference"] is None
    assert len(data["nearest"]) == 3
    distances = [abs(Decimal(entry["distance"])) for entry in data["nearest"]]
    assert distances == sorted(distances)
    for entry in data["nearest"]:
        assert Decimal(entry["figure"]) - Decimal(entry["distance"]) == Decimal("311.3")


def test_the_json_says_what_sets_it_apart() -> None:
    data: dict[str, Any] = build_reconciliation_json(ask("108 Q1 2025"))
    assert (data["percent"], data["from"], data["below"], data["ours"]) == ("108", "107.5", "108.5", "80.0")
    match = data["matches"][0]
    assert (match["definition"], match["figure"], match["ours"], match["points"]) == (
        "new_counted",
        "108",
        "80.0",
        "28.0",
    )
    assert data["difference"] == {
        "starting_mrr": 25000,
        "kept_mrr": 20000,
        "starting_change": 0,
        "kept_change": 7000,
        "accounts": 2,
    }
    assert [(account["name"], account["kept_change"]) for account in data["accounts"]] == [("e", 4000), ("d", 3000)]


def test_excluded_accounts_make_the_difference() -> None:
    data = ledger_of("a 100, x 100", "a 90, x 50", excluded=["x"], first=Month.of(2025, 2))
    report = ask("70.0 2025-03", data)
    assert name(report)[0] == "nrr excluded_counted 2025-03"
    assert report.difference is not None
    assert [(account.id, account.starting, account.kept) for account in report.difference.accounts] == [
        ("x", 10000, 5000)
    ]


def test_an_account_without_a_rate_is_not_counted_as_excluded() -> None:
    data = ledger_of("a 100, x 100", "a 90, x 50", excluded=["x"], first=Month.of(2025, 2))
    unpriced = replace(data, accounts=replace(data.accounts, unpriced=data.accounts.excluded))
    assert ask("70.0 2025-03", unpriced).matches == ()


def test_exchange_rates_make_the_difference() -> None:
    dollar = find_currency("USD")
    data = ledger_of("a 100, b 100", "a 100, b 100", first=Month.of(2025, 2))
    rates = {(Month.of(2025, 2), "USD"): Fraction(1), (Month.of(2025, 3), "USD"): Fraction(9, 10)}
    data = replace(data, currencies=Currencies((EUR, dollar), np.array([0, 1], dtype=np.int16), rates))
    assert name(ask("95.0 2025-03", data))[0] == "nrr moving_rates 2025-03"
    assert name(ask("100.0 2025-03", data))[0] == "nrr cohort 2025-03"


def test_a_segment_that_was_outgrown_makes_the_difference() -> None:
    data = Segments(ledger_of("a 9, b 5", "a 12, b 4", first=Month.of(2025, 2)), EDGY_RULES)
    # a is Mid-Market at the start and Enterprise at the end, so that Mid-Market of the end is b alone.
    assert name(ask("80.0 size=Mid-Market 2025-03", data))[0] == "nrr segment_at_end 2025-03"
    assert name(ask("114.3 size=Mid-Market 2025-03", data))[0] == "nrr cohort 2025-03"
    assert name(ask("28.6 size=Mid-Market 2025-03", data))[0] == "nrr segment_at_each_close 2025-03"


def test_without_a_base_nothing_is_compared() -> None:
    report = ask("100.0 2025-03", ledger_of("", "a 10", first=Month.of(2025, 2)))
    assert (report.matches, report.nearest, report.own, report.tried) == ((), (), None, 0)


def test_a_sheet_without_ends_has_no_retention() -> None:
    with pytest.raises(QuestionError, match="no column of ends"):
        ask("100.0", replace(QUARTER, coverage=Coverage(can_leave=False)))


def test_the_table_of_definitions_is_complete() -> None:
    assert len({definition.key for definition in DEFINITIONS}) == len(DEFINITIONS) >= 20
    assert len({definition.name for definition in DEFINITIONS}) == len(DEFINITIONS)
    assert all(definition.page for definition in DEFINITIONS if definition.publisher)


def test_a_half_is_shown_as_the_higher_figure() -> None:
    # 104.05% is shown as 104.1%, not as 104.0%; 104.15% no longer is.
    at_low_edge = ledger_of("a 10000", "a 10405", first=Month.of(2025, 2))
    assert ask("104.1 2025-03", at_low_edge).matches[0].is_ours
    assert not any(match.is_ours for match in ask("104.0 2025-03", at_low_edge).matches)
    at_high_edge = ledger_of("a 10000", "a 10415", first=Month.of(2025, 2))
    assert not any(match.is_ours for match in ask("104.1 2025-03", at_high_edge).matches)
