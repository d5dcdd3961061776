"""The segments that moved a ratio: effects that add up exactly, their ranks, the mix that turns a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyses.segment_effects import (
    SegmentEffects,
    SegmentEffectsRequest,
    build_segment_effects_json,
    explain_by_segments,
    find_period_before,
    read_segment_effects,
)
from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Calendar, Month, Period, Window
from core.query.question import Filter, Question
from core.sources.members import select_members
from core.terms import Metric
from tests.support.generate import EDGY_RULES, EUR, FIRST, ledgers
from tests.support.ledgers import build_ledger, keep_closes
from tests.support.scopes import reader_of, scope_of

TOLERANCE = Fraction(1, 10**45)


def of(
    data: Ledger | Segments, earlier: Window, later: Window, *filters: Filter, metric: Metric = "nrr"
) -> SegmentEffects:
    question = Question(metric, filters, Period("range", later), "cohort")
    return explain_by_segments(SegmentEffectsRequest(question, Period("range", earlier)), scope_of(data))


def book_of(regions: Mapping[str, Sequence[tuple[int, int, int]]]) -> Ledger:
    """Return three closes of accounts by region."""
    rows = [(region, amounts) for region, accounts in regions.items() for amounts in accounts]
    panel = [[amounts[close] for _, amounts in rows] for close in range(3)]
    return build_ledger(
        panel, first=FIRST, currency=EUR, columns={"region": encode_values("Region", [region for region, _ in rows])}
    )


def by_region(ledger: Ledger) -> SegmentEffects:
    return of(ledger, Window(FIRST, FIRST + 1), Window(FIRST + 1, FIRST + 2))


# North keeps 90% and then 80%, South 100% twice, and North's weight falls from 50% to 90 / 190.
NORTH_FELL = book_of({"North": [(100, 90, 72)], "South": [(100, 100, 100)]})


ZERO = Fraction(0)


def test_a_segment_whose_ratio_fell_explains_the_fall() -> None:
    effects = by_region(NORTH_FELL)
    assert (effects.earlier.ratio, effects.later.ratio) == (Fraction(95, 100), Fraction(172, 190))
    entry = next(entry for entry in effects.dimensions if entry.dimension == "region")
    north, south = entry.effects
    weights = Fraction(100, 200), Fraction(90, 190)
    middle = (Fraction(95, 100) + Fraction(172, 190)) / 2
    assert north.value == "North"
    assert north.change == Fraction(-1, 10)
    assert abs(north.rate - (weights[0] + weights[1]) / 2 * Fraction(-1, 10)) < TOLERANCE
    assert abs(north.mix - (weights[1] - weights[0]) * (Fraction(85, 100) - middle)) < TOLERANCE
    assert (south.rate, south.change) == (ZERO, ZERO)
    assert south.mix == (weights[0] - weights[1]) * (1 - middle)
    assert not entry.is_reversed


def test_a_mix_that_turns_the_whole_is_named() -> None:
    # Both regions fall by two points, and the weight goes to the one that keeps more.
    ledger = book_of({"North": [(100, 20, 8), (100, 80, 38)], "South": [(100, 100, 98), (0, 900, 882)]})
    entry = next(entry for entry in by_region(ledger).dimensions if entry.dimension == "region")
    change = entry.rate + entry.mix
    assert change > 0 > entry.rate
    assert entry.is_reversed
    assert entry.opposed == 1
    # Where one region outweighs the rest by its own ratio, nothing is reversed.
    ledger = book_of({"North": [(100, 100, 10)], "South": [(100, 90, 90), (100, 90, 90)]})
    entry = next(entry for entry in by_region(ledger).dimensions if entry.dimension == "region")
    assert entry.opposed > Fraction(1, 2)
    assert not entry.is_reversed


def test_a_segment_without_mrr_at_one_start_has_no_rate_effect() -> None:
    ledger = book_of({"North": [(100, 90, 80)], "South": [(0, 100, 50)]})
    entry = next(entry for entry in by_region(ledger).dimensions if entry.dimension == "region")
    south = next(effect for effect in entry.effects if effect.value == "South")
    assert (south.earlier.ratio, south.later.ratio, south.rate) == (None, Fraction(1, 2), ZERO)
    assert south.mix == Fraction(100, 190) * (Fraction(1, 2) - (Fraction(90, 100) + Fraction(130, 190)) / 2)


def test_a_dimension_with_one_value_explains_nothing() -> None:
    ledger = book_of({"North": [(100, 90, 80), (50, 50, 50)]})
    assert "region" not in {entry.dimension for entry in by_region(ledger).dimensions}


def test_a_column_led_by_its_blank_cells_comes_last() -> None:
    # The account that leaves has no health today: its blank cell explains all, and names nobody.
    ledger = build_ledger(
        [[100, 100, 100], [100, 100, 100], [100, 0, 100]],
        first=FIRST,
        currency=EUR,
        columns={
            "health": encode_values("Health", ["green", "", "green"]),
            "plan": encode_values("Plan", ["Basic", "Basic", "Pro"]),
        },
    )
    leading = [(entry.dimension, entry.effects[0].value) for entry in by_region(ledger).dimensions]
    assert leading == [("plan", "Basic"), ("health", "Unassigned")]


def test_without_a_base_there_is_no_change() -> None:
    effects = by_region(book_of({"North": [(0, 0, 5)]}))
    assert (effects.change, effects.dimensions) == (None, ())
    assert build_segment_effects_json(effects)["points"] is None


def test_the_value_that_explains_most_beyond_its_share_comes_first() -> None:
    # West has nearly all of the MRR and moves as the whole does; East is small and loses half.
    ledger = book_of({"West": [(1000, 1000, 980)], "East": [(100, 100, 50)]})
    entry = next(entry for entry in by_region(ledger).dimensions if entry.dimension == "region")
    assert [effect.value for effect in entry.effects] == ["East", "West"]


@given(ledgers(), st.data(), st.sampled_from(("nrr", "grr")))
@settings(max_examples=60, deadline=None)
def test_the_effects_add_up_to_the_change(ledger: Ledger, data: st.DataObject, metric: Metric) -> None:
    segments = Segments(ledger, EDGY_RULES)
    closes = [ledger.first + month for month in range(len(ledger.panel))]
    spans = st.tuples(st.sampled_from(closes[:-1]), st.sampled_from(closes[1:])).filter(lambda span: span[0] < span[1])
    earlier, later = (Window(*data.draw(spans)) for _ in range(2))
    filters = data.draw(st.sampled_from(((), (Filter("size", "SMB"),), (Filter("region", "France"),))))
    if any(not segments.dimensions[entry.dimension].count(entry.value) for entry in filters):
        filters = ()
    effects = of(segments, earlier, later, *filters, metric=metric)
    ratios = [
        getattr(measure(ledger, window, select_members(segments, filters, window)), metric)
        for window in (earlier, later)
    ]
    assert [effects.earlier.ratio, effects.later.ratio] == ratios
    if effects.earlier.ratio is None or effects.later.ratio is None:
        assert not effects.dimensions
        return
    for entry in effects.dimensions:
        assert entry.rate + entry.mix == sum(effect.total for effect in entry.effects) == effects.change
        assert sum(effect.share for effect in entry.effects) == 1
        assert sum(effect.later.accounts for effect in entry.effects) == effects.later.accounts
        for effect in entry.effects:
            before, after = effect.earlier, effect.later
            ratio = [part.ratio for part in (before, after)]
            first = ratio[0] if ratio[0] is not None else ratio[1]
            last = ratio[1] if ratio[1] is not None else ratio[0]
            assert first is not None
            assert last is not None
            assert abs(effect.rate - effect.share * (last - first)) < TOLERANCE
            weights = [
                Fraction(part.starting, whole.starting)
                for part, whole in ((before, effects.earlier), (after, effects.later))
            ]
            middle = (first + last - effects.earlier.ratio - effects.later.ratio) / 2
            assert abs(effect.mix - (weights[1] - weights[0]) * middle) < TOLERANCE


LONG = build_ledger(
    [[100, 50]] * 30, first=Month.of(2023, 1), currency=EUR, columns={"region": encode_values("Region", ["A", "B"])}
)


@pytest.mark.parametrize(
    ("text", "earlier", "later", "in_period"),
    [
        ("", "TTM 2025-03", "TTM 2025-06", False),
        ("Q2 2025", "Q1 2025", "Q2 2025", True),
        ("2025-02", "2025-01", "2025-02", True),
        ("2024", "2023", "2024", True),
        ("TTM 2025-06", "TTM 2024-06", "TTM 2025-06", True),
        ("2025-02..2025-03", "2024-12..2025-01", "2025-02..2025-03", True),
        ("H1 2025", "2024-07..2024-12", "H1 2025", True),
    ],
)
def test_the_windows_that_are_compared(text: str, earlier: str, later: str, in_period: bool) -> None:
    request = read_segment_effects(text, reader_of(LONG))
    assert (request.earlier.label, request.question.period.label, request.in_period) == (earlier, later, in_period)


def test_closes_of_years_are_compared_with_the_close_before() -> None:
    yearly = build_ledger([[100]] * 37, first=Month.of(2021, 12), currency=EUR)
    request = read_segment_effects("", reader_of(keep_closes(yearly, [Month.of(2021 + n, 12) for n in range(4)])))
    assert (request.earlier.label, request.question.period.label) == ("TTM 2023-12", "TTM 2024-12")


def test_a_fiscal_quarter_follows_its_calendar() -> None:
    calendar = Calendar(4)
    period = Period("quarter", calendar.span(2026, 3, 1), year=2026, number=1)
    assert find_period_before(period, calendar).label == "Q4 2025"


def test_the_history_must_have_both_windows() -> None:
    ledger = build_ledger([[100, 50]] * 14, first=Month.of(2023, 1), currency=EUR)
    with pytest.raises(QuestionError, match="needs the close of"):
        explain_by_segments(read_segment_effects("", reader_of(ledger)), scope_of(ledger))


def test_rows_have_every_value_of_every_dimension() -> None:
    data = build_segment_effects_json(by_region(NORTH_FELL))
    rows = [row for row in data["rows"] if row["dimension"] == "region"]
    assert [(row["value"], row["rate_points"], row["mix_points"], row["points"]) for row in rows] == [
        ("North", "-4.9", "0.2", "-4.7"),
        ("South", "0.0", "0.2", "0.2"),
    ]
    assert (data["earlier"]["nrr"], data["window"]["nrr"], data["points"]) == ("95.0", "90.5", "-4.5")
