"""Movements: an account that falls below 0, and changes that are too large to be added exactly."""

from __future__ import annotations

import pytest

from core.errors import WorkbookLayoutError
from tests.support.notation import options, places, read, sheet


def test_an_mrr_below_zero_is_reported_at_its_first_month_below_zero() -> None:
    written = "Account ID|Date|Amount\nb|2025-01-10d|5\na|2025-02-10d|10\na|2025-03-10d|-30"
    _, problems = read(sheet("Movements", written), how=options(""))
    assert places(problems) == "mrr_below_zero C4"
    assert problems[0].values == {"month": "2025-03", "mrr": "-20.00"}


def test_changes_that_cancel_out_must_be_small_enough_for_exact_sums() -> None:
    lines = [f"a|2025-01-10d|{sign}9000000000000" for sign in ("", "-") * 3]
    with pytest.raises(WorkbookLayoutError, match="too large to be added exactly"):
        read(sheet("Movements", "\n".join(["Account ID|Date|Amount", *lines])), how=options(""))
