"""One window against another: how the sides are read, and that what explains the difference adds up to it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import QuestionError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import to_percent
from core.months import Month, Period, Window
from core.query.question import Filter, Question
from core.query.sides import split_sides
from core.reports.comparison import Comparison, build_comparison_json, compare_sides, read_comparison
from core.reports.scope import QuestionReader
from core.reports.trend import MADE_OF
from core.terms import Metric
from tests.support.generate import EDGY_RULES, EUR, FIRST, ledger_of, ledgers
from tests.support.ledgers import build_ledger
from tests.support.samples.nine_accounts import build_analyst, build_company
from tests.support.samples.questions import DATA_THROUGH, WORDS, format_filters
from tests.support.scopes import scope_of, windows


def sides(text: str, metric: Metric = "nrr") -> tuple[Question, Question]:
    assert split_sides(text) is not None
    ledger = build_ledger([[100], [100]], first=DATA_THROUGH - 1, currency=EUR)
    return read_comparison(text, QuestionReader(scope_of(ledger), WORDS, metric))


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Q3 vs Q2", "Q3 2025", "Q2 2025"),
        ("vs Q2", "Q3 2025", "Q2 2025"),
        ("Q3 2024 vs Q2", "Q3 2024", "Q2 2024"),
        ("Q2 2024 vs Q4", "Q2 2024", "Q4 2024"),
        ("Q2 2025 vs Q4", "Q2 2025", "Q4 2024"),  # there is no Q4 2025 yet
        ("2024-09 vs T2", "2024-09", "Q2 2024"),
        ("enterprise Q3 2024 vs smb Q2", "segment=Enterprise Q3 2024", "segment=SMB Q2 2024"),
        ("enterprise Q3 vs Q2 2024", "segment=Enterprise Q3 2025", "segment=Enterprise Q2 2024"),
        ("2025 vs 2024", "2025", "2024"),
        ("enterprise vs smb Q3", "segment=Enterprise Q3 2025", "segment=SMB Q3 2025"),
        ("enterprise vs smb Q2", "segment=Enterprise Q2 2025", "segment=SMB Q2 2025"),
        ("enterprise Q2 vs smb", "segment=Enterprise Q2 2025", "segment=SMB Q2 2025"),
        ("enterprise vs smb", "segment=Enterprise Q3 2025", "segment=SMB Q3 2025"),
        ("enterprise Q3 vs smb Q2", "segment=Enterprise Q3 2025", "segment=SMB Q2 2025"),
        ("enterprise vs enterprise Q2", "segment=Enterprise Q3 2025", "segment=Enterprise Q2 2025"),
        ("Q3 vs Q2 enterprise", "segment=Enterprise Q3 2025", "segment=Enterprise Q2 2025"),
        ("the whole company Q3 vs enterprise Q2", "Q3 2025", "segment=Enterprise Q2 2025"),
        ("enterprise TTM vs the whole company", "segment=Enterprise TTM 2025-09", "TTM 2025-09"),
        ("grands comptes T3 face à T3 2024", "segment=Enterprise Q3 2025", "segment=Enterprise Q3 2024"),
    ],
)
def test_each_side_has_from_the_other_what_it_does_not_say(text: str, first: str, second: str) -> None:
    assert [f"{format_filters(side)} {side.period.label}".strip() for side in sides(text)] == [first, second]


def test_the_metric_of_either_side_counts_for_both() -> None:
    assert [side.metric for side in sides("gross Q3 vs Q2")] == ["grr", "grr"]
    assert [side.metric for side in sides("Q3 vs Q2 gross")] == ["grr", "grr"]
    assert [side.metric for side in sides("Q3 vs net Q2", "grr")] == ["nrr", "nrr"]


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("Q3 vs", "Both sides are the same: Q3 2025"),
        ("Q3 vs Q3 2025", "Both sides are the same"),
        ("enterprise Q3 vs Q3", "Both sides are the same"),
        ("Q3 vs entreprize", "no segment"),
        ("elephants vs Q2", "elephants"),
        ("Q3 movements vs Q2", "cohort method only"),
        ("Q3 vs Q2 compounded", "cohort method only"),
    ],
)
def test_what_cannot_be_compared_is_told(text: str, message_text: str) -> None:
    with pytest.raises(QuestionError) as caught:
        sides(text)
    assert message_text in str(caught.value)


def compare(ledger: Ledger, first: Window, second: Window, metric: Metric = "nrr") -> Comparison:
    questions = (Question(metric, (), Period("range", first)), Question(metric, (), Period("range", second)))
    return compare_sides(questions, scope_of(Segments(ledger, EDGY_RULES)))


# Of 200: a grows by 50 in the first month; in the second, of 250, b is lost and a pays 30 less.
TWO = ledger_of("a 100, b 100", "a 150, b 100", "a 120, c 50")


def test_what_explains_a_difference_in_the_readers_notation() -> None:
    comparison = compare(TWO, Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1))
    assert {name: str(to_percent(part)) for name, part in comparison.components.items()} == {
        "expansion": "-25.0",
        "contraction": "-12.0",
        "churn": "-40.0",
    }
    assert [(account.id, account.changes, str(to_percent(account.by("nrr")))) for account in comparison.accounts] == [
        ("b", (-10_000, 0), "-40.0"),
        ("a", (-3_000, 5_000), "-37.0"),
    ]
    assert (comparison.difference("nrr"), comparison.difference("grr")) == (Fraction(-77, 100), Fraction(-52, 100))
    data = build_comparison_json(comparison)
    assert data["difference"] == {"nrr_points": "-77.0", "grr_points": "-52.0"}
    assert data["components"]["churn"] == {"nrr_points": "-40.0", "grr_points": "-40.0"}
    assert data["components"]["expansion"]["grr_points"] is None
    assert data["accounts"][1]["contraction_points"] == "-12.0"
    assert data["other_accounts"] == {"count": 0, "nrr_points": "0.0", "grr_points": "0.0"}


def test_windows_of_different_length_are_said_to_be_unlike() -> None:
    assert not compare(TWO, Window(FIRST, FIRST + 2), Window(FIRST, FIRST + 1)).like_for_like
    assert compare(TWO, Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1)).like_for_like


def test_a_side_without_a_base_explains_nothing() -> None:
    ledger = ledger_of("", "a 100", "a 150")
    comparison = compare(ledger, Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1))
    assert (comparison.components, comparison.accounts, comparison.difference("nrr")) == ({}, (), None)
    assert build_comparison_json(comparison)["other_accounts"]["nrr_points"] is None


def test_a_window_before_the_history_is_refused() -> None:
    with pytest.raises(QuestionError, match="history begins with"):
        compare(TWO, Window(FIRST, FIRST + 1), Window(Month.parse("2019-01"), FIRST))


def test_only_the_largest_are_listed_and_the_others_summed_up() -> None:
    start = ", ".join(f"a{number:03} 100" for number in range(150))
    end = ", ".join(f"a{number:03} {101 + number % 120}" for number in range(150))
    comparison = compare(ledger_of(start, start, end), Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1))
    assert (len(comparison.accounts), comparison.unlisted_accounts) == (100, 50)
    assert [account.id for account in comparison.accounts[:2]] == ["a119", "a118"]
    # Of accounts that weigh the same, the lower id comes first.
    assert [account.id for account in comparison.accounts if account.changes[0] == 2700] == ["a026", "a146"]
    listed = sum((account.by("nrr") for account in comparison.accounts), Fraction(0))
    assert listed + comparison.rest("nrr", 100) == comparison.difference("nrr")


def test_who_lost_as_much_once_by_leaving_is_listed_for_the_components() -> None:
    comparison = compare(
        ledger_of("a 60, b 60", "a 30, b 60", "b 60"), Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1)
    )
    assert [(account.id, account.parts["churn"], account.parts["contraction"]) for account in comparison.accounts] == [
        ("a", Fraction(-1, 3), Fraction(1, 4)),
    ]
    even = compare(ledger_of("a 60", "a 30", "b 9"), Window(FIRST, FIRST + 1), Window(FIRST + 1, FIRST + 2))
    assert even.difference("nrr") == Fraction(1, 2)
    # 30 of 120 by paying less, then 30 of 120 by leaving.
    level = compare(
        ledger_of("a 60, b 60", "a 30, b 90", "b 90"), Window(FIRST + 1, FIRST + 2), Window(FIRST, FIRST + 1), "grr"
    )
    [account] = level.accounts
    assert [account.by("grr"), account.parts["churn"], level.difference("grr")] == [0, Fraction(-1, 4), 0]


def test_two_sides_that_moved_alike_leave_nothing_to_explain() -> None:
    ledger = ledger_of("a 100, b 100", "a 150, b 100", "a 225, b 150")
    comparison = compare(ledger, Window(FIRST, FIRST + 1), Window(FIRST + 1, FIRST + 2))
    [b, a] = comparison.accounts
    assert (a.by("nrr"), b.by("nrr")) == (Fraction(50, 200) - Fraction(75, 250), -Fraction(50, 250))
    even = ledger_of("a 100, b 100", "a 150, b 150", "a 225, b 225")
    comparison = compare(even, Window(FIRST, FIRST + 1), Window(FIRST + 1, FIRST + 2))
    assert [*comparison.accounts, comparison.unlisted_accounts, comparison.difference("nrr")] == [0, 0]


@given(ledgers(), st.data())
@settings(max_examples=80, deadline=None)
def test_what_explains_a_difference_adds_up_to_it(ledger: Ledger, data: st.DataObject) -> None:
    segments = Segments(ledger, EDGY_RULES)
    cuts = st.sampled_from(((), (Filter("size", "SMB"),), (Filter("size", "SMB"), Filter("size", "Mid-Market"))))
    metric: Metric = data.draw(st.sampled_from(("nrr", "grr")))
    window = st.sampled_from(windows(ledger))
    questions = [Question(metric, data.draw(cuts), Period("range", data.draw(window))) for _ in range(2)]
    comparison = compare_sides((questions[0], questions[1]), scope_of(segments))
    if comparison.difference(metric) is None:
        assert comparison.components == {}
        return
    ratios: tuple[Metric, ...] = ("nrr", "grr")
    for wanted in ratios:
        difference = comparison.difference(wanted)
        assert sum(comparison.components[name] for name in MADE_OF[wanted]) == difference
        assert sum(account.by(wanted) for account in comparison.accounts) + comparison.rest(wanted, 100) == difference
    # Seven accounts at most, so all of them are listed, and each component is the sum of its accounts.
    assert comparison.unlisted_accounts == 0
    for name in MADE_OF[metric]:
        assert sum(account.parts[name] for account in comparison.accounts) == comparison.components[name]
    assert comparison.rest(metric, len(comparison.accounts)) == 0
    sizes = [abs(account.by(metric)) for account in comparison.accounts]
    assert sizes == sorted(sizes, reverse=True)
    assert all(any(account.parts.values()) for account in comparison.accounts)


@pytest.mark.parametrize(
    ("text", "message_text"),
    [
        ("enterprise Q3 vs Q2", "(Q3 2025) against"),
        ("Q3 vs 2024", "Not like for like:"),
        ('industry="Q3 vs Q2"', ""),
    ],
)
def test_the_analyst_finds_the_split(text: str, message_text: str, tmp_path: Path) -> None:
    here = build_analyst(tmp_path, "en", build_company())
    if message_text:
        assert message_text in here.reply("/nrr", text).message().text
    else:
        with pytest.raises(QuestionError, match="Q3 vs Q2"):
            here.reply("/nrr", text)


def test_a_period_of_the_year_before_is_complete() -> None:
    """Q2 alone would be the current quarter, which has one close; next to "Q3 2025" it is that of 2025."""
    ledger = build_ledger([[100]] * 20, first=Month.parse("2024-09"), currency=EUR)
    first, second = read_comparison("Q3 2025 vs Q2", QuestionReader(scope_of(ledger), WORDS, "nrr"))
    assert [(side.period.label, side.period.complete) for side in (first, second)] == [
        ("Q3 2025", True),
        ("Q2 2025", True),
    ]
