"""The cube of a ledger with other amounts of some accounts is the cube before, with their parts replaced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ledger.ledger import Ledger, select_accounts
from core.ledger.segments import Segments
from core.metrics.cube import build_cube, update_cube
from tests.support.generate import EDGY_RULES, ledgers
from tests.support.usage import price_by_usage


@given(ledger=ledgers(), data=st.data())
@settings(max_examples=60)
def test_an_updated_cube_is_a_new_one(ledger: Ledger, data: st.DataObject) -> None:
    if "region" in ledger.columns:
        ledger = price_by_usage(ledger, data.draw(st.sampled_from((2, 3)), label="months of usage"))
    every = st.integers(0, ledger.accounts.count - 1)
    edited = np.array(sorted(data.draw(st.sets(every, min_size=1), label="edited")))
    panel = ledger.panel.copy()
    # Most amounts stay, so that most windows have the figures of before.
    amounts = st.lists(st.sampled_from((None, None, None, 0, 1, 5000)), min_size=len(panel), max_size=len(panel))
    for account in edited.tolist():
        for month, amount in enumerate(data.draw(amounts, label=f"amounts of {account}")):
            panel[month, account] = panel[month, account] if amount is None else amount
    after = replace(ledger, panel=panel)
    before, expected = (build_cube(Segments(side, EDGY_RULES)) for side in (ledger, after))
    parts = (Segments(select_accounts(side, edited), EDGY_RULES) for side in (ledger, after))
    updated = update_cube(before, *parts)
    if before.labels != expected.labels:
        assert updated is None
        return
    assert updated is not None
    assert (updated.labels, updated.windows, updated.can_leave) == (expected.labels, expected.windows, True)
    assert updated.sums.tolist() == expected.sums.tolist()
