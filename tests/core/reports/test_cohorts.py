"""The triangle: who belongs to which cohort, what is kept of it, and that all cohorts make up the MRR of each close."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Calendar, Month, Period, Window
from core.query.question import Filter, Question
from core.query.vocabulary import Vocabulary
from core.reports.cohorts import (
    Cohorts,
    CohortsRequest,
    Grain,
    build_cohorts,
    build_cohorts_json,
    read_grain,
    whole_history,
)
from core.terms import Method
from tests.support.generate import EDGY_RULES, ledger_of, ledgers
from tests.support.scopes import scope_of


@pytest.mark.parametrize(
    ("text", "grain", "rest"),
    [
        ("", "quarter", ""),
        ("enterprise", "quarter", "enterprise"),
        ("year enterprise", "year", "enterprise"),
        ("by year, enterprise", "year", "enterprise"),
        ("Année PME", "year", "PME"),
        ("par année", "year", ""),
        ("annuelles", "year", ""),
        ("par trimestre PME", "quarter", "PME"),
        ("annual", "quarter", "annual"),
        ("by", "quarter", "by"),
        ("last year", "quarter", "last year"),
    ],
)
def test_by_quarter_or_by_year(text: str, grain: Grain, rest: str) -> None:
    assert read_grain(text, Vocabulary({"billing": ("Annual", "Monthly")}, {})) == (grain, rest)


def of(
    ledger: Ledger,
    *filters: Filter,
    grain: Grain = "quarter",
    first_month: int = 1,
    segments: Segments | None = None,
) -> Cohorts:
    question = Question("nrr", filters, whole_history(ledger))
    scope = scope_of(segments or Segments(ledger, EDGY_RULES), calendar=Calendar(first_month))
    return build_cohorts(CohortsRequest(question, grain), scope)


def shown(cohorts: Cohorts) -> list[str]:
    """Return a cohort a line: `name accounts/base: month MRR kept/accounts kept, ...`, in whole euros."""
    return [
        f"{cohort.label} {cohort.accounts}/{cohort.base}: "
        + ", ".join(
            f"{cell.close} {cell.mrr // 100} {cell.kept_mrr // 100}/{cell.kept_accounts}" for cell in cohort.cells
        )
        for cohort in cohorts.cohorts
    ]


# From January 2023: a is there at once; b comes in February; c comes in April, is gone in June and back in August;
# d comes in May and pays less later; e comes in July, too late for a first close before September; f never pays.
TRIANGLE = ledger_of(
    "a 100",
    "a 100, b 50",
    "a 110, b 50, f 0",
    "a 110, b 50, c 30",
    "a 110, c 30, d 40",
    "a 110, d 40",
    "a 110, d 40, e 9",
    "a 110, c 30, d 20, e 9",
    "a 110, b 60, c 30, d 20, e 9",
    "a 110, b 60, c 30, d 20, e 9, g 5",
)


def test_the_history_begins_with_the_month_of_the_first_close() -> None:
    assert whole_history(TRIANGLE).window == Window(Month.parse("2022-12"), Month.parse("2023-10"))


@pytest.mark.parametrize(("first_month", "label"), [(1, "2023"), (4, "FY24")])
def test_cohorts_of_a_year_bear_its_name(first_month: int, label: str) -> None:
    cohort_table = of(ledger_of(*["a 100"] * 5, *["a 100, b 50"] * 19), grain="year", first_month=first_month)
    assert [cohort.label for cohort in cohort_table.cohorts] == ["before 2023-02", label]


def test_cohorts_in_the_readers_notation() -> None:
    cohort_table = of(TRIANGLE)
    assert shown(cohort_table) == [
        "before 2023-02 1/1: 2023-03 110 110/1, 2023-06 110 110/1, 2023-09 110 110/1",
        "Q1 2023 1/1: 2023-03 50 50/1, 2023-06 0 0/0, 2023-09 60 60/1",
        "Q2 2023 2/1: 2023-06 40 40/1, 2023-09 50 20/1",
        "Q3 2023 1/1: 2023-09 9 9/1",
    ]
    assert (cohort_table.pending, cohort_table.excluded, cohort_table.best) == (1, 0, None)
    second = build_cohorts_json(cohort_table)["cohorts"][2]
    assert (second["cohort"], second["accounts"], second["base"]) == ("Q2 2023", 2, 1)
    assert [(cell["revenue_retention"], cell["logo_retention"]) for cell in second["closes"]] == [
        ("100.0", "100.0"),
        ("50.0", "100.0"),
    ]


def test_years_and_quarters_are_those_of_the_fiscal_calendar() -> None:
    assert shown(of(TRIANGLE, grain="year")) == []
    assert of(TRIANGLE, grain="year").pending == 6
    assert shown(of(TRIANGLE, grain="year", first_month=7)) == [
        "before 2023-02 1/1: 2023-06 110 110/1",
        "FY23 3/1: 2023-06 40 40/1",
    ]
    labels = [cohort.label for cohort in of(TRIANGLE, first_month=2).cohorts]
    assert labels == ["before 2023-02", "Q1 2024", "Q2 2024", "Q3 2024"]


def test_a_cohort_nobody_of_which_stayed_has_no_ratio() -> None:
    cohort_table = of(ledger_of("a 1", "a 1, b 5", "a 1", "a 1", "a 1", "a 1, b 5"))
    empty = cohort_table.cohorts[1]
    assert (empty.accounts, empty.base, [empty.revenue(cell) for cell in empty.cells]) == (1, 0, [None, None])
    assert build_cohorts_json(cohort_table)["cohorts"][1]["closes"][1]["revenue_retention"] is None


def test_best_and_worst_are_cohorts_of_known_start_after_twelve_months() -> None:
    ledger = ledger_of(
        "a 100", "a 100", "a 100, b 100", "a 100, b 100", "a 100, b 100", "a 100, b 100, c 100", *["a 900, b 90"] * 13
    )
    cohort_table = of(ledger)
    assert cohort_table.best is not None
    assert cohort_table.worst is not None
    assert (cohort_table.best.label, cohort_table.worst.label) == ("Q1 2023", "Q2 2023")
    data = build_cohorts_json(cohort_table)
    assert (data["best_after_12_months"], data["worst_after_12_months"]) == ("Q1 2023", "Q2 2023")


@pytest.mark.parametrize(
    ("period", "method", "message_text"),
    [
        (Period("ttm", Window.ending(TRIANGLE.last, 3)), "cohort", "cover the whole history"),
        (whole_history(TRIANGLE), "movements", "cohort method only"),
    ],
)
def test_a_period_and_another_method_are_refused(period: Period, method: Method, message_text: str) -> None:
    with pytest.raises(QuestionError, match=message_text):
        build_cohorts(CohortsRequest(Question("nrr", (), period, method), "quarter"), scope_of(TRIANGLE))


def test_who_comes_at_the_last_close_has_the_size_of_that_close() -> None:
    ledger = ledger_of("a 9", "a 9, b 20", "a 9, b 20, c 9")
    assert shown(of(ledger, Filter("size", "Enterprise"))) == ["Q1 2023 1/1: 2023-03 20 20/1"]
    assert shown(of(ledger, Filter("size", "Mid-Market"))) == [
        "before 2023-02 1/1: 2023-03 9 9/1",
        "Q1 2023 1/1: 2023-03 9 9/1",
    ]


@given(ledgers(), st.sampled_from(("quarter", "year")), st.integers(1, 12), st.data())
@settings(max_examples=80, deadline=None)
def test_all_cohorts_make_up_the_mrr_of_every_close(
    ledger: Ledger, grain: Grain, first_month: int, data: st.DataObject
) -> None:
    segments = Segments(ledger, EDGY_RULES)
    # Values that do not change: then the cut is the same accounts at every close.
    still = [key for key, column in ledger.columns.items() if column.changes is None]
    cuts = [(), *((Filter(key, value),) for key in still for value in ledger.columns[key].values)]
    filters = data.draw(st.sampled_from(cuts))
    cohort_table = of(ledger, *filters, grain=grain, first_month=first_month, segments=segments)
    taken = ledger.accounts.counted.copy()
    for entry in filters:
        taken &= segments.members(entry.dimension, entry.value, Window(ledger.first, ledger.last))
    for close in {cell.close for cohort in cohort_table.cohorts for cell in cohort.cells}:
        cells = [cell for cohort in cohort_table.cohorts for cell in cohort.cells if cell.close == close]
        assert sum(cell.mrr for cell in cells) == int(ledger.mrr(close, close)[taken].sum())
        assert sum(cell.accounts for cell in cells) == int(np.count_nonzero(ledger.mrr(close, close)[taken]))
    ever = int(np.count_nonzero(taken & (ledger.panel > 0).any(axis=0)))
    assert sum(cohort.accounts for cohort in cohort_table.cohorts) + cohort_table.pending == ever


@given(ledgers(), st.sampled_from(((), (Filter("size", "SMB"),), (Filter("size", "Mid-Market"),))))
@settings(max_examples=60, deadline=None)
def test_a_cohort_keeps_what_its_windows_keep(ledger: Ledger, filters: tuple[Filter, ...]) -> None:
    segments = Segments(ledger, EDGY_RULES)
    for cohort in of(ledger, *filters, segments=segments).cohorts:
        first = np.array([next((n for n, mrr in enumerate(row) if mrr), -1) for row in ledger.panel.T])
        if cohort.period is None:
            came = first == 0
        else:
            start, end = (ledger.first.until(month) for month in (cohort.period.window.start, cohort.first))
            came = (first > max(start, 0)) & (first <= end)
        for cell in cohort.cells[1:]:
            window = Window(cohort.first, cell.close)
            frozen = came.copy()
            for entry in filters:
                frozen &= segments.members(entry.dimension, entry.value, Window(cohort.first, ledger.last))
            bridge = measure(ledger, window, frozen)
            assert (bridge.starting, bridge.base) == (cohort.starting, cohort.base)
            assert (bridge.ending, bridge.retained) == (cell.kept_mrr, cell.kept_accounts)
            assert cohort.gross(cell) == bridge.grr
            assert (cohort.revenue(cell), cohort.logos(cell)) == (bridge.nrr, bridge.logo_retention)


def test_the_average_weighs_cohorts_of_known_start_that_are_old_enough() -> None:
    # Q1 keeps 50 of 100 and then grows to 160; Q2 keeps all of 300.
    ledger = ledger_of("z 9", "z 9, a 100", *["z 9, a 100"], *["z 9, a 50, b 300"] * 3, *["z 9, a 160, b 300"] * 3)
    cohorts = of(ledger)
    assert [
        (average.months, average.cohorts, average.is_mature, average.revenue, average.gross, average.logos)
        for average in cohorts.averages
    ] == [
        (3, 2, True, Fraction(350, 400), Fraction(350, 400), Fraction(1)),
        (6, 1, False, Fraction(160, 100), Fraction(1), Fraction(1)),
    ]
    first = build_cohorts_json(cohorts)["averages"][0]
    assert (first["revenue_retention"], first["gross_retention"], first["base"]) == ("87.5", "87.5", 2)


def test_the_best_cohort_is_that_of_the_ratio() -> None:
    # After twelve months Q1 has 300 of 200 with one account gone, Q2 180 of 200 with both.
    start = "z 1, a 100, b 100"
    ledger = ledger_of("z 1", start, start, *[f"{start}, c 100, d 100"] * 11, *["z 1, a 300, c 90, d 90"] * 5)
    segments = Segments(ledger, EDGY_RULES)
    best = {}
    for metric in ("nrr", "grr"):
        question = Question(metric, (), whole_history(ledger))
        cohorts = build_cohorts(CohortsRequest(question, "quarter"), scope_of(segments))
        assert cohorts.best is not None
        best[metric] = cohorts.best.label
    assert best == {"nrr": "Q1 2023", "grr": "Q2 2023"}


def test_every_first_close_is_the_end_of_its_period() -> None:
    for cohort in of(TRIANGLE).cohorts:
        if cohort.period:
            assert cohort.period.window.end == cohort.first
    assert of(TRIANGLE).cohorts[0].first == Month.of(2023, 3)
