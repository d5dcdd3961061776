"""Sums of past windows: those of the bridges of the same windows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.retention import measure
from core.months import Window
from core.outlook.past_windows import sum_past_windows
from core.query.question import Filter
from core.sources.members import select_members
from tests.support.generate import EDGY_RULES, FIRST, company, ledger_of, ledgers
from tests.support.ledgers import keep_closes
from tests.support.usage import price_by_usage

CUTS = [(), (Filter("size", "SMB"),), (Filter("size", "SMB", excluded=True), Filter("tenure", "Under 1 year"))]


@given(ledgers(), st.sampled_from(CUTS), st.sets(st.integers(1, 12), max_size=3), st.sampled_from((0, 3)))
@settings(max_examples=150, deadline=None)
def test_sums_are_those_of_the_bridges(
    ledger: Ledger, filters: tuple[Filter, ...], lengths: set[int], usage_months: int
) -> None:
    ledger = price_by_usage(ledger, usage_months)
    segments, count = Segments(ledger, EDGY_RULES), ledger.accounts.count
    past = sum_past_windows(segments, filters, lengths)
    for length in lengths:
        for row in range(len(ledger.panel)):
            if row + length >= len(ledger.panel):
                assert np.isnan([past.ending[length][row], past.kept[length][row]]).all()
                continue
            window = Window(ledger.first + row, ledger.first + row + length)
            bridge = measure(ledger, window, select_members(segments, filters, window))
            # A bridge rounds each converted amount, to one minor unit at least.
            rounding = count if ledger.currencies.foreign else 0
            assert past.starting[row] == pytest.approx(bridge.starting, abs=rounding)
            assert past.ending[length][row] == pytest.approx(bridge.ending, abs=rounding)
            kept = bridge.starting - bridge.contraction - bridge.churn
            assert past.kept[length][row] == pytest.approx(kept, abs=rounding)


def test_accounts_of_all_blocks_are_summed() -> None:
    ledger = company(3, 2500, 14, hostile=True)
    for filters in ((), (Filter("region", "France"),)):
        past = sum_past_windows(Segments(ledger), filters, {12})
        window = Window(ledger.first + 1, ledger.last)
        bridge = measure(ledger, window, select_members(Segments(ledger), filters, window))
        assert (past.starting[1], past.ending[12][1]) == (bridge.starting, bridge.ending)


def test_windows_without_a_close_have_no_sums() -> None:
    ledger = ledger_of("a 1", "a 2", "a 3", "a 4", "a 5")
    quarters = keep_closes(ledger, {FIRST, FIRST + 3, FIRST + 4})
    past = sum_past_windows(Segments(quarters), (), {1, 3})
    assert np.nan_to_num(past.starting, nan=-1).tolist() == [100, -1, -1, 400, 500]
    assert np.nan_to_num(past.ending[3], nan=-1).tolist() == [400, -1, -1, -1, -1]
    assert np.nan_to_num(past.ending[1], nan=-1).tolist() == [-1, -1, -1, 500, -1]
