"""The renewal rate: what of the MRR whose term ended goes on, by lines written as in a sheet."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.analyses.renewal_rate import RenewalRate, build_renewal_rate_json, measure_renewal_rate
from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.metrics.retention import measure
from core.months import Month, Period, Window
from core.query.question import Question
from tests.support.notation import options, read, sheet
from tests.support.scopes import scope_of

HEADINGS = "Account ID|Start|End|Amount\n"
TODAY = dt.date(2025, 12, 31)
# An account whose term still runs, so that ends are not only those of lines that left.
RUNNING = "z|2024-01-01d|2026-12-31d|100"


def ledger_of(*lines: str, running: str = RUNNING) -> Ledger:
    ledger, _ = read(sheet("Subscriptions", HEADINGS + "\n".join([*lines, running])), how=options("", today=TODAY))
    return ledger


def of(ledger: Ledger, start: str = "2024-12", end: str = "2025-12") -> RenewalRate:
    window = Window(Month.parse(start), Month.parse(end))
    return measure_renewal_rate(Question("nrr", (), Period("range", window), "cohort"), scope_of(ledger))


def test_a_follow_on_line_counts_up_to_what_was_due() -> None:
    ledger = ledger_of(
        "more|2024-07-01d|2025-06-30d|100", "more|2025-07-01d|2026-06-30d|150",
        "less|2024-07-01d|2025-06-30d|100", "less|2025-07-01d|2026-06-30d|60",
        "gone|2024-07-01d|2025-06-30d|100",
    )  # fmt: skip
    asked = of(ledger).asked
    assert (asked.starting, asked.not_due, asked.due, asked.renewed) == (40000, 10000, 30000, 16000)
    assert asked.rate == Fraction(16, 30)
    data = build_renewal_rate_json(of(ledger))
    assert data["window"]["accounts"] == {"due": 3, "renewed_in_full": 1, "reduced": 1, "lost": 1}
    assert [(row["account"], row["mrr"]) for row in data["accounts"]] == [("gone", 10000), ("less", 4000)]


def test_a_gap_before_the_follow_on_line_is_no_loss() -> None:
    ledger = ledger_of("a|2024-07-01d|2025-06-30d|100", "a|2025-09-01d|2026-08-31d|100")
    assert of(ledger).asked.rate == 1
    assert of(ledger, "2025-06", "2025-07").asked.rate == 0


def test_lines_that_go_on_and_lines_without_an_end_are_not_due() -> None:
    ledger = ledger_of("a|2024-01-01d|2025-03-31d|100", "a|2024-01-01d||40", "a|2024-01-01d|2026-06-30d|30")
    asked = of(ledger).asked
    assert (asked.starting, asked.due, asked.renewed, asked.not_due) == (27000, 10000, 0, 17000)


def test_a_term_to_the_last_day_of_the_window_is_due_in_the_next_one() -> None:
    ledger = ledger_of("a|2024-07-01d|2025-06-30d|100")
    assert of(ledger, "2025-03", "2025-06").asked.rate is None
    assert of(ledger, "2025-06", "2025-09").asked.rate == 0


def test_a_line_won_in_the_window_is_not_in_its_base() -> None:
    ledger = ledger_of("a|2025-01-15d|2025-06-30d|100")
    assert of(ledger).asked.due == 0


def test_without_terms_there_is_no_rate() -> None:
    ledger = ledger_of("a|2024-07-01d|2025-06-30d|100")
    with pytest.raises(QuestionError, match="no terms of lines"):
        of(replace(ledger, terms=None))


def test_the_ends_of_lines_that_left_say_nothing_of_renewals() -> None:
    ledger = ledger_of("a|2024-07-01d|2025-06-30d|100", running="z|2024-01-01d||100")
    with pytest.raises(QuestionError, match="only lines that are over have an end"):
        of(ledger)


MONTHS = [Month.of(2024, 1) + month for month in range(24)]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 22), st.integers(0, 14), st.integers(1, 5)),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    st.integers(0, 22),
    st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_due_and_not_due_make_the_base(lines: list[tuple[str, int, int, int]], start: int, months: int) -> None:
    written = [
        f"{account}|{(MONTHS[0] + first).first_day}d|{(MONTHS[0] + first + length).last_day}d|{amount}"
        for account, first, length, amount in lines
    ]
    ledger = ledger_of(*written)
    window = Window(MONTHS[start], min(MONTHS[start] + months, MONTHS[-1]))
    asked = of(ledger, str(window.start), str(window.end)).asked
    bridge = measure(ledger, window)
    assert asked.due + asked.not_due == asked.starting == bridge.starting
    assert 0 <= asked.renewed <= asked.due
    # By hand: what an account pays at the end, less its lines that were in force at both closes.
    due: dict[str, int] = {}
    follows: dict[str, int] = {}
    for account, first, length, amount in lines:
        last = first + length
        end = MONTHS[0].until(window.end)
        if first <= start <= last < end:
            due[account] = due.get(account, 0) + amount * 100
        elif start < first <= end <= last:
            follows[account] = follows.get(account, 0) + amount * 100
    assert asked.due == sum(due.values())
    assert asked.renewed == sum(min(amount, follows.get(account, 0)) for account, amount in due.items())
