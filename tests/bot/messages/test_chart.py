"""Charts of characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.revenue.chart import draw_bars


@pytest.mark.parametrize(
    ("values", "bars"),
    [([], ""), ([0, 0], "··"), ([1], "█"), ([0, 1, 8, 4, 5, 100], "·▁▁▁▁█"), ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█")],
)
def test_bars(values: list[int], bars: str) -> None:
    assert draw_bars(values) == bars


@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_a_bar_is_never_lower_than_that_of_less(values: list[int]) -> None:
    bars = draw_bars(values)
    assert len(bars) == len(values)
    order = "·▁▂▃▄▅▆▇█"
    pairs = sorted(zip(values, map(order.index, bars), strict=True))
    assert [height for _, height in pairs] == sorted(height for _, height in pairs)
    assert all((value == 0) == (height == 0) for value, height in pairs)
