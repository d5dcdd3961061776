"""The store grows by what changed, and keeps as many snapshots whole as it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.measured.growing import grow

YEAR = 365 * 24


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_five_hundred_edits_of_five_thousand_accounts_stay_small(tmp_path: Path) -> None:
    grown = grow(tmp_path / "nrrbot.db", 5_000, 500)
    assert grown["whole"] <= 74
    assert grown["sizes"][-1] < 150e6
    # Each edit stores a few parts and one restatement.
    assert grown["sizes"][-1] < 5 * grown["sizes"][0]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_year_of_hourly_edits_of_a_hundred_thousand_accounts_stays_below_half_a_gigabyte(tmp_path: Path) -> None:
    sizes = grow(tmp_path / "nrrbot.db", 100_000, 90)["sizes"]
    # From the fiftieth on each sync prunes one.
    growth = (sizes[89] - sizes[59]) / 30
    assert sizes[89] + (YEAR - 90) * growth < 500e6
