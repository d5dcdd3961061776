"""The cut as of the last close."""

from __future__ import annotations

from dataclasses import replace

from core.ledger.columns import encode_values
from core.ledger.segments import Segments
from core.months import Month
from core.query.question import Filter
from core.sources.exclusions import select_current_members
from tests.support.generate import EDGY_RULES, ledger_of


def test_a_cut_as_of_the_last_close_has_the_values_of_that_close() -> None:
    dated = [(0, Month.of(2023, 1), "Basic"), (0, Month.of(2023, 2), "Team")]
    ledger = replace(
        ledger_of("a 1, b 1", "a 1, b 20"), columns={"plan": encode_values("Plan", ["Team"] * 2, dated=dated)}
    )
    segments = Segments(ledger, EDGY_RULES)
    assert select_current_members(segments, [Filter("plan", "Team")]).tolist() == [True, True]
    assert select_current_members(segments, [Filter("size", "Enterprise")]).tolist() == [False, True]


def test_a_single_close_is_cut_too() -> None:
    segments = Segments(ledger_of("a 1, b 20"), EDGY_RULES)
    assert select_current_members(segments, [Filter("size", "Enterprise")]).tolist() == [False, True]
