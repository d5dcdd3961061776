"""The trend: every month is what `measure` says of its windows, months follow each other, changes are explained."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.money import to_percent
from core.months import Period, Window
from core.query.question import Filter, Question
from core.query.vocabulary import Vocabulary
from core.reports.scope import COMPONENT_ORDER, QuestionReader
from core.reports.trend import MADE_OF, Trend, TrendRequest, build_trend, build_trend_json, read_trend
from core.sources.members import select_members
from core.terms import Metric
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
from tests.support.scopes import scope_of


def of(ledger: Ledger, *filters: Filter, metric: Metric = "nrr", segments: Segments | None = None) -> Trend:
    period = Period("ttm", Window.ending(ledger.last, 12))
    request = TrendRequest(Question(metric, filters, period))
    return build_trend(request, scope_of(segments or Segments(ledger, EDGY_RULES)))


# Thirteen closes and three more: a expands at once, b is lost in the 15th month, c comes in the second.
GROWING = ledger_of("a 100, b 100", *["a 150, b 100, c 10"] * 13, "a 150, c 10", "a 150, c 8")


def test_months_in_the_readers_notation() -> None:
    trend = of(GROWING)
    shown = [
        f"{point.month} new {point.bridge.new // 100} expansion {point.bridge.expansion // 100} churn "
        f"{point.bridge.churn // 100} end {point.bridge.total // 100}"
        + (
            f" NRR {to_percent(point.ttm.nrr)} GRR {to_percent(point.ttm.grr)}"
            if point.ttm and point.ttm.nrr and point.ttm.grr
            else ""
        )
        for point in trend.points
        if point.ttm or point.bridge.new
    ]
    assert shown == [
        "2023-02 new 10 expansion 50 churn 0 end 260",
        "2024-01 new 0 expansion 0 churn 0 end 260 NRR 125.0 GRR 100.0",
        "2024-02 new 0 expansion 0 churn 0 end 260 NRR 100.0 GRR 100.0",
        "2024-03 new 0 expansion 0 churn 100 end 160 NRR 61.5 GRR 61.5",
        "2024-04 new 0 expansion 0 churn 0 end 158 NRR 60.8 GRR 60.8",
    ]
    [change] = trend.changes
    assert (change.months, to_percent(change.nrr), to_percent(change.grr)) == (
        3,
        to_percent(Fraction(158, 260) - Fraction(5, 4)),
        to_percent(Fraction(158, 260) - 1),
    )
    assert (change.main("nrr"), change.main("grr")) == ("churn", "churn")
    assert trend.best is not None
    assert trend.worst is not None
    assert (str(trend.best.month), str(trend.worst.month), trend.reason) == ("2024-01", "2024-04", None)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("quarters", ["Q2 2023", "Q3 2023", "Q4 2023", "Q1 2024"]),
        ("2 quarters", ["Q4 2023", "Q1 2024"]),
        ("by quarter", ["Q2 2023", "Q3 2023", "Q4 2023", "Q1 2024"]),
        ("2 trimestres Q3 2023", ["Q2 2023", "Q3 2023"]),
        ("3 months", ["2024-02", "2024-03", "2024-04"]),
        ("3 months 2023-12", ["2023-10", "2023-11", "2023-12"]),
        ("quarter 1", [str(GROWING.first + 1 + at) for at in range(14)]),
    ],
)
def test_a_number_of_quarters_or_months_ends_with_the_period(text: str, labels: list[str]) -> None:
    scope = scope_of(GROWING)
    trend = build_trend(read_trend(text, QuestionReader(scope, Vocabulary({}, {}), "nrr")), scope)
    assert [point.period.label for point in trend.points] == labels
    for point in trend.points:
        assert point.bridge == measure(GROWING, point.period.window)


def test_a_quarter_in_json_has_its_own_ratios() -> None:
    scope = scope_of(GROWING)
    trend = build_trend(read_trend("1 quarter", QuestionReader(scope, Vocabulary({}, {}), "nrr")), scope)
    [quarter] = build_trend_json(trend)["months"]
    assert (quarter["period"], quarter["nrr"], quarter["grr"], quarter["churn"]) == ("Q1 2024", "61.5", "61.5", 10000)


@pytest.mark.parametrize("grain", ["quarter", "year"])
def test_without_a_complete_quarter_or_year_there_is_no_such_trend(grain: str) -> None:
    scope = scope_of(ledger_of("a 100", "a 100"))
    request = read_trend(f"{grain}s", QuestionReader(scope, Vocabulary({}, {}), "nrr"))
    with pytest.raises(QuestionError, match=f"no complete {grain} up to 2023-02"):
        build_trend(request, scope)


def test_a_value_of_the_sheet_is_no_grain() -> None:
    vocabulary = Vocabulary({"plan": ("Quarters",)}, {})
    request = read_trend("quarters", QuestionReader(scope_of(GROWING), vocabulary, "nrr"))
    assert (request.grain, request.question.filters) == ("month", (Filter("plan", "Quarters"),))


def test_of_equal_months_the_latest_is_named() -> None:
    trend = of(ledger_of(*["a 100"] * 16))
    assert trend.best is trend.worst is trend.points[-1]
    assert [change.main("nrr") for change in trend.changes] == [None]


def test_without_13_closes_the_movements_remain() -> None:
    trend = of(ledger_of("a 100", "a 120"))
    assert ([point.ttm for point in trend.points], trend.changes, trend.best) == ([None], (), None)
    assert str(trend.reason) == "needs 13 month closes, there are 2"
    [month] = build_trend_json(trend)["months"]
    assert build_trend_json(trend)["reason"] == "needs 13 month closes, there are 2"
    assert build_trend_json(of(GROWING))["reason"] is None
    assert (month["expansion"], month["trailing_12_months"]) == (2000, None)
    assert month["trailing_12_months_reason"] == "needs 13 month closes, there are 2"
    assert of(ledger_of("a 100")).points == ()


def test_a_month_without_a_base_has_no_ratio_and_ends_no_change() -> None:
    trend = of(ledger_of("a 100", *[""] * 15))
    assert [point.ratio("nrr") for point in trend.points[-2:]] == [None, None]
    assert trend.changes == ()
    assert build_trend_json(trend)["months"][-1]["trailing_12_months"]["nrr_reason"] == "the base is empty"


def test_what_changes_segment_stands_beside_the_movements() -> None:
    # From 9.00 MRR, SMB, to 20.00, Enterprise by the edgy rules: expansion within SMB, then no longer in it.
    trend = of(ledger_of("a 9", "a 20", "a 20"), Filter("size", "Mid-Market"))
    assert [(point.bridge.starting, point.reclassified, point.bridge.total) for point in trend.points] == [
        (900, 0, 2000),
        (0, -2000, 0),
    ]


def test_another_method_is_refused() -> None:
    period = Period("ttm", Window.ending(GROWING.last, 12))
    with pytest.raises(QuestionError, match="cohort method only"):
        build_trend(TrendRequest(Question("nrr", (), period, "movements")), scope_of(GROWING))


@given(ledgers(max_months=17))
@settings(max_examples=40, deadline=None)
def test_every_month_is_what_its_own_windows_say(ledger: Ledger) -> None:
    segments = Segments(ledger, EDGY_RULES)
    for filters in ((), (Filter("size", "SMB"),), (Filter("tenure", "Under 1 year"),)):
        trend = of(ledger, *filters, segments=segments)
        assert [point.month for point in trend.points] == [ledger.first + n for n in range(1, len(ledger.panel))]
        for trend_point, before in zip(trend.points, (None, *trend.points), strict=False):
            month, year = Window.ending(trend_point.month, 1), Window.ending(trend_point.month, 12)
            assert trend_point.bridge == measure(ledger, month, select_members(segments, filters, month))
            covered = ledger.covers(year)
            assert trend_point.ttm == (
                measure(ledger, year, select_members(segments, filters, year)) if covered else None
            )
            if before:
                assert trend_point.bridge.starting == before.bridge.total + trend_point.reclassified
            if not filters:
                assert trend_point.reclassified == 0
        for change in trend.changes:
            now, then = trend.points[-1], trend.points[-1 - change.months]
            assert change.nrr == now.ratio("nrr") - then.ratio("nrr")  # type: ignore[operator]
            assert change.grr == now.ratio("grr") - then.ratio("grr")  # type: ignore[operator]
            assert sum(change.parts.values()) == change.nrr
            for metric in MADE_OF:
                main = change.main(metric)
                assert (main is None) == (change.by(metric) == 0)
                if main:
                    assert change.parts[main] * change.by(metric) > 0
        assert set(COMPONENT_ORDER) >= {change.main("grr") for change in trend.changes} - {None}
