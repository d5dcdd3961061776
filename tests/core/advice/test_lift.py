from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.advice.lift import Lift, compute_tail, measure_lift


def lift_of(text: str) -> Lift:
    """Return the lift of `100>80*`: MRR at both closes, a star for accounts of the group."""
    cells = text.split()
    start, end = (np.array([int(cell.rstrip("*").split(">")[part]) for cell in cells]) for part in (0, 1))
    return measure_lift(start, np.maximum(start - end, 0), np.array([cell.endswith("*") for cell in cells]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # share 100 / 150, share of the base 200 / 800
        ("100>0* 100>100* 100>50 " + "100>100 " * 5, (8, 2, 2, 1, "2/3", "1/4", "8/3", "1/2", "1/12")),
        # an account without MRR at the start is in neither
        ("100>0* 0>100* 100>100 100>100", (3, 1, 1, 1, "1", "1/3", "3", "1", "0")),
    ],
)
def test_shares_and_rates(text: str, expected: tuple[int | str, ...]) -> None:
    lift = lift_of(text)
    shares = (lift.share, lift.base_share, lift.value, lift.rate, lift.other_rate)
    assert (lift.base, lift.changed, lift.group, lift.group_changed, *map(str, shares)) == expected


@pytest.mark.parametrize(
    ("text", "stands_out"),
    [
        ("100>0* " * 2 + "100>100* " * 2 + "100>100 " * 16, True),
        ("100>0* " * 2 + "100>100* " * 2 + "100>100 " * 14 + "100>0 " * 2, False),  # chance 16.2%
        ("100>0* " * 25 + "100>100* " * 15 + "100>0 " * 25 + "100>100 " * 35, True),  # lift 1.25
        ("100>0* " * 25 + "100>100* " * 15 + "101>0 " + "100>0 " * 24 + "100>100 " * 35, False),  # just below
        ("100>100* " * 4 + "100>0 " * 4, False),
        ("100>0* " * 4 + "100>100* " * 4, False),  # no others
        ("100>100* " * 4 + "100>100 " * 4, False),  # no losses
    ],
)
def test_a_group_stands_out_by_lift_and_against_chance(text: str, stands_out: bool) -> None:
    assert lift_of(text).stands_out is stands_out


def count_draws(changed: Sequence[bool], drawn: int, least: int) -> int:
    return sum(sum(draw) >= least for draw in combinations(changed, drawn))


@given(st.data())
def test_the_tail_is_the_share_of_all_draws(data: st.DataObject) -> None:
    base = data.draw(st.integers(1, 11))
    changed, drawn, least = (data.draw(st.integers(0, base)) for _ in range(3))
    accounts = [place < changed for place in range(base)]
    expected = count_draws(accounts, drawn, least) / comb(base, drawn)
    assert compute_tail(base, changed, drawn, least) == pytest.approx(expected, abs=1e-12)


@given(st.data())
def test_the_tail_of_large_bases_is_exact(data: st.DataObject) -> None:
    base = data.draw(st.integers(1, 400))
    changed, drawn, least = (data.draw(st.integers(0, base)) for _ in range(3))
    ways = sum(comb(changed, i) * comb(base - changed, drawn - i) for i in range(least, min(drawn, changed) + 1))
    assert compute_tail(base, changed, drawn, least) == pytest.approx(ways / comb(base, drawn), rel=1e-9, abs=1e-300)


def test_the_tail_of_a_hundred_thousand_accounts() -> None:
    assert compute_tail(100_000, 20_000, 30_000, 6_000) == pytest.approx(0.5033, abs=1e-3)
    assert compute_tail(100_000, 20_000, 30_000, 9_000) == pytest.approx(0.0, abs=1e-12)
