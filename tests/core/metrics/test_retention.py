from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import UNASSIGNED, Segments, SizeRules
from core.metrics import movements
from core.metrics.cube import WINDOW_MONTHS, build_cube
from core.metrics.retention import MEASURES, Bridge, measure, select_base
from core.money import to_percent
from core.months import Window
from tests.support.generate import EDGY_RULES, EUR, FIRST, company, ledger_of, ledgers
from tests.support.ledgers import build_ledger
from tests.support.oracle import Oracle
from tests.support.usage import USAGE_NAMES, price_by_usage

START_TO_END = Window(FIRST, FIRST + 1)


def shown(ratio: Fraction | None) -> str:
    return "n/a" if ratio is None else str(to_percent(ratio))


def integers(bridge: Bridge) -> tuple[int, ...]:
    return tuple(getattr(bridge, name) for name in MEASURES)


def whole(ledger: Ledger) -> Window:
    return Window(ledger.first, ledger.last)


@pytest.mark.parametrize(
    ("start", "end", "nrr", "grr", "logos"),
    [
        # definitions, worked cases: a year, a quarter, a year in ARR, a month
        ("up 50000, down 45000, gone 5000", "up 70000, down 43000", "113.0", "93.0", "66.7"),
        ("up 50000, down 35000, gone 15000", "up 60000, down 30000", "90.0", "80.0", "66.7"),
        ("up 500000, down 420000, gone 80000", "up 650000, down 370000", "102.0", "87.0", "66.7"),
        ("up 50000, down 47000, gone 3000", "up 58000, down 45000", "103.0", "95.0", "66.7"),
        # one thing at a time
        ("a 100", "a 100", "100.0", "100.0", "100.0"),
        ("a 100, b 50", "a 120", "80.0", "66.7", "50.0"),
        ("a 100", "a 250", "250.0", "100.0", "100.0"),
        ("a 100", "a 1", "1.0", "1.0", "100.0"),
        ("a 100", "", "0.0", "0.0", "0.0"),
        # a gain of one account never offsets the loss of another in GRR
        ("a 100, b 100", "a 150, b 50", "100.0", "75.0", "100.0"),
        # whoever has nothing at the start is not in the base, and neither is what they pay later
        ("a 100", "a 100, b 900", "100.0", "100.0", "100.0"),
        ("a 100, trial 0", "a 100, trial 900", "100.0", "100.0", "100.0"),
        # an empty base has no ratio, whatever comes after it
        ("", "", "n/a", "n/a", "n/a"),
        ("a 0", "a 0", "n/a", "n/a", "n/a"),
        ("a 0", "a 100", "n/a", "n/a", "n/a"),
        # halves are shown away from zero
        ("a 400", "a 433", "108.3", "100.0", "100.0"),
        ("a 2000", "a 1", "0.1", "0.1", "100.0"),
        ("a 2001", "a 1", "0.0", "0.0", "100.0"),
    ],
)
def test_from_one_close_to_the_next(start: str, end: str, nrr: str, grr: str, logos: str) -> None:
    bridge = measure(ledger_of(start, end), START_TO_END)
    assert (shown(bridge.nrr), shown(bridge.grr), shown(bridge.logo_retention)) == (nrr, grr, logos)


@pytest.mark.parametrize(
    ("closes_of", "expected"),
    [
        # away in between and back by the end: counts at the end MRR, no churn and no reactivation
        (("a 100, b 100", "b 100", "a 70, b 100"), {"contraction": 30, "churn": 0, "reactivated": 0, "retained": 2}),
        # paid before the start, not at it, pays at the end: beside the bridge
        (("a 100, b 10", "b 10", "a 70, b 10"), {"base": 2, "reactivated": 0}),
        (("b 10", "a 5, b 10", "b 10"), {"base": 1, "new": 0, "ending": 10}),
        (("b 10", "b 10", "a 5, b 10"), {"base": 1, "new": 5, "new_accounts": 1, "reactivated": 0}),
        (("a 1", "a 2", "a 3"), {"starting": 1, "expansion": 2, "expanded": 1, "ending": 3}),
    ],
)
def test_only_the_two_closes_count(closes_of: tuple[str, ...], expected: dict[str, int]) -> None:
    ledger = ledger_of(*closes_of)
    assert_bridge(measure(ledger, whole(ledger)), expected)


@pytest.mark.parametrize(
    ("closes_of", "expected"),
    [
        (("a 100, b 10", "b 10", "a 70, b 10"), {"reactivated": 70, "reactivated_accounts": 1, "new": 0, "base": 1}),
        (("b 10", "b 10", "a 70, b 10"), {"reactivated": 0, "new": 70, "new_accounts": 1, "base": 1}),
        (("a 100", "", "a 100"), {"starting": 0, "base": 0, "reactivated": 100, "ending": 0}),
        (("a 100", "", ""), {"starting": 0, "base": 0, "reactivated": 0, "new": 0}),
    ],
)
def test_the_last_month_knows_who_paid_before(closes_of: tuple[str, ...], expected: dict[str, int]) -> None:
    ledger = ledger_of(*closes_of)
    assert_bridge(measure(ledger, Window.ending(ledger.last, 1)), expected)


def assert_bridge(bridge: Bridge, expected: dict[str, int]) -> None:
    """Compare what is named; amounts are expected in whole euros."""
    counts = set(MEASURES[MEASURES.index("base") :])
    got = {name: getattr(bridge, name) for name in expected}
    assert got == {name: number if name in counts else number * 100 for name, number in expected.items()}


def test_the_whole_bridge_of_a_year() -> None:
    ledger = ledger_of("up 50000, down 45000, gone 5000, back 10", "up 50000, down 45000, gone 5000",
                       "up 70000, down 43000, back 300, won 800")  # fmt: skip
    assert measure(ledger, Window.ending(ledger.last, 1)) == Bridge(
        Window.ending(ledger.last, 1),
        starting=10_000_000, expansion=2_000_000, contraction=200_000, churn=500_000, ending=11_300_000,
        new=80_000, reactivated=30_000, fx_effect=0,
        base=3, expanded=1, contracted=1, churned=1, retained=2, new_accounts=1, reactivated_accounts=1,
    )  # fmt: skip


def test_average_acv_is_twelve_times_the_mean_mrr_of_the_base() -> None:
    assert measure(ledger_of("a 100, b 50, c 0", "c 7"), START_TO_END).average_acv == 12 * 7500
    assert measure(ledger_of("a 0", "a 1"), START_TO_END).average_acv is None


def test_excluded_accounts_are_in_no_figure() -> None:
    ledger = ledger_of("a 100, bad 900", "a 120, bad 1", excluded=["bad"])
    bridge = measure(ledger, START_TO_END)
    assert (bridge.starting, bridge.ending, bridge.base) == (10_000, 12_000, 1)
    assert measure(ledger, START_TO_END, np.array([False, True])).base == 0
    assert build_cube(Segments(ledger)).sums[0, 0].tolist() == list(integers(bridge))
    assert {move.account for move in movements.find_account_movements(ledger)} == {0}


def test_a_segment_of_one_account() -> None:
    ledger = build_ledger(
        [[10_000, 5_000], [9_000, 6_000]],
        first=FIRST,
        currency=EUR,
        columns={"region": encode_values("Region", ["UK", "DACH"])},
    )
    by_region = {value: bridge for name, value, bridge in build_cube(Segments(ledger)) if name == "region"}
    assert {value: (shown(bridge.nrr), bridge.base) for value, bridge in by_region.items()} == {
        "DACH": ("120.0", 1),
        "UK": ("90.0", 1),
    }


@pytest.mark.parametrize("window", [Window(FIRST - 1, FIRST), Window(FIRST, FIRST + 2), Window(FIRST + 5, FIRST + 6)])
def test_a_window_outside_the_panel_is_refused(window: Window) -> None:
    with pytest.raises(KeyError, match=r"20\d\d-\d\d"):
        measure(ledger_of("a 1", "a 1"), window)


def test_closes_tell_who_has_mrr_at_either_end() -> None:
    ledger = ledger_of("back 1", "a 10, b 0, c 0, idle 0", "b 5, back 1")
    taken = select_base(ledger, Window.ending(ledger.last, 1))
    names = [ledger.accounts.names[index] for index in taken.index]
    assert list(zip(names, taken.start.tolist(), taken.end.tolist(), taken.returning.tolist(), strict=True)) == [
        ("back", 0, 100, True),
        ("a", 1000, 0, True),
        ("b", 0, 500, False),
    ]


# Invariants, on generated ledgers.


@given(ledger=ledgers(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_what_is_always_true(ledger: Ledger, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(ledger.panel) - 2), label="start")
    end = data.draw(st.integers(start + 1, len(ledger.panel) - 1), label="end")
    bridge = measure(ledger, Window(ledger.first + start, ledger.first + end))
    assert bridge.starting + bridge.expansion - bridge.contraction - bridge.churn == bridge.ending
    assert bridge.retained + bridge.churned == bridge.base
    assert bridge.expanded + bridge.contracted <= bridge.retained
    assert int(ledger.mrr(ledger.first + end, ledger.first + end)[ledger.accounts.counted].sum()) == bridge.total
    assert (bridge.nrr is None) == (bridge.grr is None) == (bridge.base == 0)
    if bridge.nrr is not None and bridge.grr is not None:
        assert 0 <= bridge.grr <= min(Fraction(1), bridge.nrr)


@given(ledger=ledgers())
@settings(max_examples=60, deadline=None)
def test_the_values_of_a_dimension_add_up_to_the_whole(ledger: Ledger) -> None:
    result = build_cube(Segments(ledger, EDGY_RULES))
    assert result.labels[0] == (None, None)
    dimensions = np.array([str(name) for name, _ in result.labels])
    for name in Segments(ledger).dimensions:
        assert np.array_equal(result.sums[:, dimensions == name].sum(axis=1), result.sums[:, 0]), name


# The independent oracle: the same figures by plain SQL.


def assert_same_as_sql(ledger: Ledger, rules: SizeRules, usage_months: int = 0) -> None:
    segments = Segments(ledger, rules)
    result = build_cube(segments)
    oracle = Oracle(ledger, rules, usage_months=usage_months, usage_names=USAGE_NAMES)
    expected = oracle.cube(result.windows)
    nothing = (0,) * len(MEASURES)
    got = {(name, value, bridge.window): integers(bridge) for name, value, bridge in result}
    assert {key: sums for key, sums in got.items() if sums != nothing} == expected
    for name, value, window in got:
        members = None if name is None or value is None else segments.members(name, value, window)
        assert integers(measure(ledger, window, members)) == expected.get((name, value, window), nothing)
    assert [
        (move.account, move.month.ordinal, move.kind, move.amount) for move in movements.find_account_movements(ledger)
    ] == oracle.movements()


@pytest.mark.slow
@given(ledger=ledgers())
@settings(max_examples=80, deadline=None)
def test_small_hostile_ledgers_match_sql(ledger: Ledger) -> None:
    assert_same_as_sql(ledger, EDGY_RULES)


@pytest.mark.slow
@given(ledger=ledgers(max_months=8), months=st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_accounts_priced_by_usage_match_sql(ledger: Ledger, months: int) -> None:
    assert_same_as_sql(price_by_usage(ledger, months), EDGY_RULES, months)


def test_a_company_priced_by_usage_matches_sql() -> None:
    assert_same_as_sql(price_by_usage(company(1, 150, 16, hostile=True), 3), SizeRules(), 3)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "accounts", "months"), [(1, 150, 40), (2, 400, 14), (3, 3, 60)])
def test_companies_match_sql(seed: int, accounts: int, months: int) -> None:
    ledger = company(seed, accounts, months, hostile=True)
    assert_same_as_sql(ledger, SizeRules())
    assert ledger.accounts.excluded.any() or accounts < 10


def test_the_hostile_company_has_every_trap() -> None:
    ledger = company(1, 150, 40, hostile=True)
    result = build_cube(Segments(ledger))
    sums = dict(zip(MEASURES, result.sums.max(axis=(0, 1)).tolist(), strict=True))
    assert {name for name, most in sums.items() if most == 0} == {"fx_effect"}
    assert {("region", "Only one"), ("region", UNASSIGNED), ("size", "Consumer"), ("tenure", "Over 3 years")} <= set(
        result.labels
    )
    assert result.sums[:, result.labels.index(("region", "Only one")), MEASURES.index("base")].max() == 1


def test_the_cube_has_every_window_once() -> None:
    result = build_cube(Segments(company(4, 50, 15)), ["plan"])
    assert [window.months for window in result.windows] == [1] * 14 + [3] * 12 + [12] * 3
    for earlier, later in pairwise(result.windows):
        assert (earlier.months, earlier.end) < (later.months, later.end)
    assert {name for name, _ in result.labels} == {None, "plan"}


def test_columns_with_many_values_are_counted_apart_from_the_others() -> None:
    accounts = 300
    columns = {
        key: encode_values(key, [f"{key} {number % values}" if number % 7 else "" for number in range(accounts)])
        for key, values in {"owner": 150, "city": 299, "plan": 3, "phone": 300}.items()
    }
    plain = company(5, accounts, 15, hostile=True)
    ledger = build_ledger(
        plain.panel, first=plain.first, currency=EUR, columns=columns, accounts=plain.accounts
    )  # fmt: skip
    assert_same_as_sql(ledger, SizeRules())
    only = build_cube(Segments(ledger), ["phone", "plan"])
    everything = build_cube(Segments(ledger))
    kept = [everything.labels.index(label) for label in only.labels]
    assert np.array_equal(only.sums, everything.sums[:, kept])


def test_a_ledger_too_short_for_a_window_has_none() -> None:
    result = build_cube(Segments(ledger_of("a 1")))
    assert (result.windows, result.sums.shape, list(result)) == ((), (0, 1, len(MEASURES)), [])
    assert [window.months for window in build_cube(Segments(ledger_of("a 1", "a 1"))).windows] == [1]
    assert WINDOW_MONTHS == (1, 3, 12)


# Month-by-month movements, and the other two methods.


def test_movements_of_each_month() -> None:
    ledger = ledger_of("a 100, b 50", "a 120, c 30", "a 90, b 50, c 30", "a 90, b 50, c 30")
    assert [
        (str(move.month), ledger.accounts.names[move.account], move.kind, move.amount // 100)
        for move in movements.find_account_movements(ledger)
    ] == [
        ("2023-02", "a", "expansion", 20),
        ("2023-02", "b", "churn", 50),
        ("2023-02", "c", "new", 30),
        ("2023-03", "a", "contraction", 30),
        ("2023-03", "b", "reactivation", 50),
    ]
    assert [(month.starting, month.total) for month in movements.measure_monthly_movements(ledger)] == [
        (15_000, 15_000),
        (15_000, 17_000),
        (17_000, 17_000),
    ]
    assert movements.measure_monthly_movements(ledger_of("a 1")) == ()
    only_b = movements.measure_monthly_movements(ledger, np.array([False, True, False]))
    assert [(month.churn, month.reactivated) for month in only_b] == [(5_000, 0), (0, 5_000), (0, 0)]


@pytest.mark.parametrize(
    ("closes_of", "cohort", "by_movements", "compounded"),
    [
        # one month: the three methods agree
        (("a 100, b 50", "a 120"), ("80.0", "66.7"), ("80.0", "66.7"), ("80.0", "66.7")),
        # away and back: movements count a loss and a gain, the compounded ratio never sees the return
        (("a 100, b 100", "a 100", "a 100, b 100"), ("100.0", "100.0"), ("100.0", "50.0"), ("50.0", "50.0")),
        # won after the start and lost again: only the cohort leaves it out, and GRR by movements goes below zero
        (("a 100", "a 100, b 300", "a 100"), ("100.0", "100.0"), ("-200.0", "-200.0"), ("25.0", "25.0")),
        # up and down again: a loss in every method but the cohort
        (("a 100", "a 200", "a 100"), ("100.0", "100.0"), ("100.0", "0.0"), ("100.0", "50.0")),
        # nothing at the start; then nothing in the middle
        (("a 0", "a 100", "a 100"), ("n/a", "n/a"), ("n/a", "n/a"), ("n/a", "n/a")),
        (("a 100", "", "a 100"), ("100.0", "100.0"), ("100.0", "0.0"), ("n/a", "n/a")),
    ],
)
def test_three_methods(
    closes_of: tuple[str, ...],
    cohort: tuple[str, str],
    by_movements: tuple[str, str],
    compounded: tuple[str, str],
) -> None:
    ledger = ledger_of(*closes_of)
    window = whole(ledger)
    bridge = measure(ledger, window)
    assert (shown(bridge.nrr), shown(bridge.grr)) == cohort
    for method, expected in (
        (movements.compute_movements_ratios, by_movements),
        (movements.compute_compounded_ratios, compounded),
    ):
        nrr, grr = method(ledger, window)
        assert (shown(nrr), shown(grr)) == expected


@given(ledger=ledgers(), data=st.data())
@settings(max_examples=80, deadline=None)
def test_the_other_methods_match_sql(ledger: Ledger, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(ledger.panel) - 2), label="start")
    end = data.draw(st.integers(start + 1, len(ledger.panel) - 1), label="end")
    members = np.array(
        data.draw(st.lists(st.booleans(), min_size=ledger.accounts.count, max_size=ledger.accounts.count))
    )
    window = Window(ledger.first + start, ledger.first + end)
    got = (
        movements.compute_movements_ratios(ledger, window, members),
        movements.compute_compounded_ratios(ledger, window, members),
    )
    assert got == Oracle(ledger, EDGY_RULES, members).ratios(window)


@given(ledger=ledgers())
@settings(max_examples=60, deadline=None)
def test_each_month_closes_and_leads_to_the_next(ledger: Ledger) -> None:
    months = movements.measure_monthly_movements(ledger)
    assert len(months) == len(ledger.panel) - 1
    for earlier, later in pairwise(months):
        assert earlier.total == later.starting
    by_kind: dict[tuple[str, str], int] = {}
    for move in movements.find_account_movements(ledger):
        assert move.amount > 0
        key = (str(move.month), move.kind)
        by_kind[key] = by_kind.get(key, 0) + move.amount
    named = {"new": "new", "reactivation": "reactivated", "expansion": "expansion", "contraction": "contraction"}
    for month in months:
        for kind, measure_name in {**named, "churn": "churn"}.items():
            assert by_kind.get((str(month.window.end), kind), 0) == getattr(month, measure_name)


def test_monthly_churn_from_five_to_three_percent_compounds_to_fifteen_points() -> None:
    def year(keeps: str) -> Fraction:
        price = 10**9
        rows = [[price * Fraction(keeps) ** month] for month in range(13)]
        ledger = build_ledger([[round(amount) for amount in row] for row in rows], first=FIRST, currency=EUR)
        _, grr = movements.compute_compounded_ratios(ledger, whole(ledger))
        assert grr is not None
        return grr

    assert to_percent(year("0.97") - year("0.95")) == Decimal("15.3")
