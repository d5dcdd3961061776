"""MRR at a close: the parts add up to the whole, movements to the change, and a cut is taken at the close itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from core.errors import QuestionError
from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Month
from core.query.question import Filter
from core.revenue.recurring_revenue import (
    Movements,
    RecurringRevenue,
    build_recurring_revenue_json,
    measure_recurring_revenue,
    read_arr,
    read_mrr,
)
from core.sources.members import begin_window, select_members
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
from tests.support.ledgers import keep_closes
from tests.support.samples.questions import format_filters
from tests.support.scopes import reader_of

# Five closes: a grows, b leaves and comes back, c is new, d shrinks.
MOVING = ledger_of("a 100, b 50, d 40", "a 150, b 50, d 40", "a 150, d 40", "a 150, c 10, d 30", "a 160, b 60, c 10")


def of(data: Ledger | Segments, text: str) -> RecurringRevenue:
    reader = reader_of(data)
    return measure_recurring_revenue(read_mrr(text, reader), reader.scope)


def show(movements: Movements) -> str:
    names = ("start", "new", "reactivation", "expansion", "contraction", "churn", "fx_effect", "reclassified", "end")
    amounts = {name: getattr(movements, name) // 100 for name in names}
    window = movements.window
    return f"{window.start}..{window.end} " + " ".join(f"{name} {amount}" for name, amount in amounts.items() if amount)


def with_segments(ledger: Ledger) -> Ledger:
    column = encode_values("Segment", ["Enterprise", "SMB", "", "SMB"], order=("SMB", "Enterprise"))
    return replace(ledger, columns={"segment": column, "region": encode_values("Région", ["By the sea", "", "", ""])})


@pytest.mark.parametrize(
    ("text", "filters", "dimension", "period"),
    [
        ("", "", None, "2023-05"),
        ("2023-03", "", None, "2023-03"),
        ("Q1 2023", "", None, "Q1 2023"),
        ("enterprise 2023-03", "segment=Enterprise", None, "2023-03"),
        ("by segment 2023-03", "", "segment", "2023-03"),
        ("by région enterprise 2023-03", "segment=Enterprise", "region", "2023-03"),
        ("SMB 2023-03 par segment", "segment=SMB", "segment", "2023-03"),
        ('"By the sea"', "region=By the sea", None, "2023-05"),
        ("by", "", "segment", "2023-05"),
    ],
)
def test_a_cut_a_column_and_a_close(text: str, filters: str, dimension: str | None, period: str) -> None:
    reader = reader_of(with_segments(MOVING))
    for read, measure_name in ((read_mrr, "mrr"), (read_arr, "arr")):
        request = read(text, reader)
        assert request.measure == measure_name
        assert (format_filters(request.question), request.dimension) == (filters, dimension)
        assert request.question.period.label == period


def test_no_period_is_the_last_close() -> None:
    assert build_recurring_revenue_json(of(MOVING, "")) == build_recurring_revenue_json(of(MOVING, "2023-05"))


def test_a_close_in_the_readers_notation() -> None:
    revenue = of(MOVING, "2023")
    assert (revenue.whole.mrr, revenue.whole.accounts) == (23000, 3)
    assert [account.name + f" {account.amount // 100}" for account in revenue.largest] == ["a 160", "b 60", "c 10"]
    assert [(change.months, change.amount, change.accounts) for change in revenue.changes] == [
        (1, 4000, 0),
        (3, -1000, 0),
        (12, None, None),
    ]
    assert str(revenue.changes[2].reason) == "needs the close of 2022-05, and the history begins with 2023-01"
    # The year begins before the history: only the last month has movements.
    assert str(revenue.movements_reason) == "needs the close of 2022-12, and the history begins with 2023-01"
    [month] = revenue.movements
    assert show(month) == "2023-04..2023-05 start 190 reactivation 60 expansion 10 churn 30 end 230"


def test_a_longer_period_has_the_sums_of_its_months() -> None:
    month, period = of(MOVING, "2023-02..2023-05").movements
    assert show(month).startswith("2023-04..2023-05 start 190")
    assert show(period) == (
        "2023-01..2023-05 start 190 new 10 reactivation 60 expansion 60 contraction 10 churn 80 end 230"
    )


def test_a_cut_is_taken_at_the_close_itself() -> None:
    dated = [(0, Month.of(2023, 1), "Basic"), (0, Month.of(2023, 2), "Team")]
    column = encode_values("Plan", ["Team", "Team"], dated=dated)
    ledger = replace(ledger_of("a 100, b 10", "a 120, b 10"), columns={"plan": column})
    assert [(row.value, row.mrr) for row in of(ledger, "by plan 2023-01").rows] == [("Basic", 10000), ("Team", 1000)]
    assert [(row.value, row.mrr) for row in of(ledger, "by plan 2023-02").rows] == [("Team", 13000)]
    [team], [basic] = (of(ledger, text).movements for text in ("plan=Team", "plan=Basic"))
    assert show(team) == "2023-01..2023-02 start 10 reclassified 120 end 130"
    assert show(basic) == "2023-01..2023-02 start 100 expansion 20 reclassified -120"


def test_the_first_close_has_mrr_and_no_change() -> None:
    revenue = of(MOVING, "2023-01")
    assert (revenue.whole.mrr, revenue.movements) == (19000, ())
    assert [change.amount for change in revenue.changes] == [None] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2022-12", "2022-12 needs the close of 2022-12, and the history begins with 2023-01. Ask for a later period"),
        ("2023-06", "begins after the data, which goes through 2023-05"),
        ("by elephants 2023-03", "By what"),
        ("movements", "cohort method only"),
    ],
)
def test_questions_without_an_answer(text: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        of(MOVING, text)


def test_a_period_that_is_not_over_is_to_date() -> None:
    data = build_recurring_revenue_json(of(MOVING, "Q2 2023"))
    assert (data["close"], data["complete"]) == ("2023-05", False)


def test_a_sheet_of_quarter_ends_has_the_movements_of_a_quarter() -> None:
    ledger = keep_closes(
        ledger_of(*["a 100"] * 3, *["a 110, b 5"] * 4, first=Month.of(2022, 12)),
        [Month.of(2022, 12), Month.of(2023, 3), Month.of(2023, 6)],
    )
    [quarter] = of(ledger, "Q2 2023").movements
    assert str(quarter.window.start) == "2023-03"
    assert [change.amount for change in of(ledger, "").changes] == [None, 0, None]
    with pytest.raises(QuestionError, match="only the ends of quarters"):
        of(ledger, "2023-05")


def test_without_ends_churn_is_unknown() -> None:
    data = build_recurring_revenue_json(of(replace(MOVING, coverage=Coverage(can_leave=False)), ""))
    assert (data["movements"][0]["churn"], data["whole"]["mrr"]) == (None, 23000)
    assert "no column of ends" in data["churn_reason"]


def test_an_average_is_rounded_once() -> None:
    data = build_recurring_revenue_json(of(ledger_of("a 1, b 1, c 3"), ""))
    assert (data["whole"]["average_mrr"], data["whole"]["average_arr"]) == (167, 2000)
    nothing = build_recurring_revenue_json(of(ledger_of("a 1", ""), ""))
    assert (nothing["whole"]["average_mrr"], nothing["whole"]["share"]) == (None, None)


@given(ledgers())
@settings(max_examples=60, deadline=None)
def test_parts_add_up_to_the_whole_and_movements_to_the_change(ledger: Ledger) -> None:
    segments = Segments(ledger, EDGY_RULES)
    span = f"{ledger.first + 1}..{ledger.last}"
    for text, filters in ((span, ()), (f"size=SMB {span}", (Filter("size", "SMB"),))):
        revenue = of(segments, text)
        window = begin_window(ledger, ledger.last - 1)
        bridge = measure(ledger, window, select_members(segments, filters, window))
        assert revenue.changes[0].before == bridge.starting
        assert revenue.movements[0].start == bridge.starting
        for movements in revenue.movements:
            gains = movements.new + movements.reactivation + movements.expansion + movements.fx_effect
            losses = movements.contraction + movements.churn
            assert movements.start + gains - losses + movements.reclassified == movements.end == revenue.whole.mrr
            assert filters or movements.reclassified == 0
        for dimension in segments.dimensions:
            rows = of(segments, f"by {dimension} {text}").rows
            assert sum(row.mrr for row in rows) == revenue.whole.mrr
            assert sum(row.accounts for row in rows) == revenue.whole.accounts
            assert [row.mrr for row in rows] == sorted((row.mrr for row in rows), reverse=True)
            if revenue.whole.year_ago is not None:
                assert sum(row.year_ago or 0 for row in rows) == revenue.whole.year_ago
