"""Why NRR has fallen: the points and the account, by hand, from small ledgers in the reader's notation."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from core.digests.fall import Fall, find_fall
from core.ledger.ledger import Ledger
from core.metrics.retention import measure
from core.months import Month, Window
from tests.support.generate import ledger_of, ledgers
from tests.support.scopes import scope_of

# With closes of June 2024 to September 2025.
FIRST = Month.of(2024, 6)


def closes(start: str, quarter: str, *third: str) -> Ledger:
    """Return the closes of June to September 2024 alike, then nine to June 2025, then those of July to September."""
    return ledger_of(*[start] * 4, *[quarter] * 9, *third, first=FIRST)


def find(ledger: Ledger) -> Fall | None:
    return find_fall(scope_of(ledger), ())


def test_churn_of_one_account_by_hand() -> None:
    # Of 1000 at the start: 100% to June; 300 and 100 left in August and September: 60%.
    fall = find(closes("a 600, b 300, c 100", "a 600, b 300, c 100", "a 600, b 300, c 100", "a 600, c 100", "a 600"))
    assert fall
    assert (fall.points, fall.component, fall.part) == (Fraction(40, 100), "churn", Fraction(40, 100))
    assert fall.account
    assert (fall.account.id, fall.account.amount, fall.account.share) == ("b", 300_00, Fraction(3, 4))
    assert fall.month == Month.of(2025, 8)


def test_several_accounts_have_no_name() -> None:
    fall = find(
        closes(
            "a 100, b 100, c 100, d 700", "a 100, b 100, c 100, d 700", "a 100, b 100, c 100, d 700", "d 700", "d 700"
        )
    )
    assert fall
    assert (fall.component, fall.account, fall.month) == ("churn", None, None)


def test_contraction_is_in_the_month_of_the_largest_step() -> None:
    fall = find(closes("a 600, b 400", "a 600, b 400", "a 600, b 390", "a 600, b 380", "a 600, b 200"))
    assert fall
    assert (fall.points, fall.component, fall.part) == (Fraction(20, 100), "contraction", Fraction(20, 100))
    assert fall.account
    assert (fall.account.id, fall.account.amount, fall.month) == ("b", 200_00, Month.of(2025, 9))


def test_growth_that_ends_is_less_expansion() -> None:
    # 120% in the year to June; from September to September 110% are left, as August 2024 had 100 more already.
    ledger = ledger_of("a 1000", "a 1000", "a 1000", "a 1100", *["a 1200"] * 12, first=FIRST)
    fall = find(ledger)
    assert fall
    assert (fall.component, fall.account) == ("expansion", None)
    assert fall.points == fall.part == Fraction(1200, 1000) - Fraction(1200, 1100)


@pytest.mark.parametrize("september", ["a 600, b 400", "a 600, b 391", "a 700, b 400"])
def test_less_than_a_point_is_no_fall(september: str) -> None:
    assert find(closes("a 600, b 400", "a 600, b 400", "a 600, b 400", "a 600, b 400", september)) is None


def test_a_sheet_without_the_earlier_year_has_none() -> None:
    assert find(ledger_of(*["a 600, b 400"] * 12, "a 600", first=Month.of(2024, 9))) is None


@given(ledgers(max_months=18))
def test_the_points_are_those_of_the_ratios(ledger: Ledger) -> None:
    fall = find(ledger)
    if fall is None:
        return
    before, now = (measure(ledger, Window.ending(month, 12)).nrr for month in (ledger.last - 3, ledger.last))
    assert before is not None
    assert now is not None
    assert fall.points == before - now >= Fraction(1, 100)
    assert fall.part > 0
    if fall.account:
        assert fall.month
        assert ledger.last - 3 < fall.month <= ledger.last
