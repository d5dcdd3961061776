"""A clock that is wrong: it stores nothing, or nothing that changes history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from core.errors import ClockError
from core.ledger.segments import SizeRules
from core.money import Currency
from core.store.history.pruning import RetentionPolicy
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.sync import SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.company import Rows, write_xlsx

NOW = dt.datetime(2025, 4, 2, 7, tzinfo=dt.UTC)
KEEP = RetentionPolicy(snapshots=2, days=400)


def subscriptions(amount: int = 100, rates: int = 3) -> dict[str, Rows]:
    """Return a workbook whose months end with the day of the sync; one account pays in another currency."""
    lines: Rows = [["Account ID", "Start", "End", "Amount", "Interval", "Currency"]]
    lines += [[f"A-{n}", "2024-10-01", "2026-02-28" if n == 2 else None, amount + n, "month", "EUR"] for n in range(4)]
    lines.append(["B-1", "2024-10-01", None, 50, "month", "USD"])
    months = ["2024-10", "2024-11", "2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05"][: 3 + rates]
    customers: Rows = [["Account ID", "Region"]]
    customers += [[f"A-{n}", ("North", "South")[n % 2]] for n in range(4)]
    rates_tab: Rows = [["Month", "Currency", "Rate"]]
    rates_tab += [[month, "USD", 0.9] for month in months]
    return {"Subscriptions": lines, "Customers": customers, "FX": rates_tab}


def sync(folder: Path, now: dt.datetime, *, trust_clock: bool = False) -> SyncResult:
    return sync_into_store(
        ExcelWorkbook(folder / "book.xlsx"),
        Store(folder / "nrrbot.db"),
        ReadOptions(Currency("EUR", 2), "", now.date()),
        SizeRules(),
        now,
        keep=KEEP,
        trust_clock=trust_clock,
    )


def test_a_sync_before_the_last_one_stores_nothing_and_answers_go_on(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "book.xlsx", subscriptions())
    first = sync(tmp_path, NOW)
    write_xlsx(tmp_path / "book.xlsx", subscriptions(200))
    with pytest.raises(ClockError, match=r"clock says 2025-04-02 06:54.* before the last sync at 2025-04-02 07:00"):
        sync(tmp_path, NOW - dt.timedelta(minutes=6))
    store = Store(tmp_path / "nrrbot.db")
    assert store.check() == first.snapshot
    assert sync(tmp_path, NOW - dt.timedelta(minutes=5)).snapshot.id == 2


def test_a_clock_that_is_trusted_by_hand_may_go_back(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "book.xlsx", subscriptions())
    sync(tmp_path, NOW)
    write_xlsx(tmp_path / "book.xlsx", subscriptions(200))
    synced = sync(tmp_path, NOW - dt.timedelta(days=3), trust_clock=True)
    assert (synced.changed, synced.is_far_ahead) == (True, False)
    assert synced.restatements


def test_a_clock_far_ahead_records_and_prunes_nothing_until_it_is_trusted(tmp_path: Path) -> None:
    store = Store(tmp_path / "nrrbot.db")
    for day, amount in enumerate((100, 101, 102)):
        write_xlsx(tmp_path / "book.xlsx", subscriptions(amount))
        sync(tmp_path, NOW + dt.timedelta(days=day))
    kept = store.verify(lambda *_: None)
    write_xlsx(tmp_path / "book.xlsx", subscriptions(500))
    later = NOW + dt.timedelta(days=3650)
    for amount in (500, 500, 501):
        write_xlsx(tmp_path / "book.xlsx", subscriptions(amount))
        synced = sync(tmp_path, later)
        assert (synced.is_far_ahead, synced.restatements) == (True, ())
    verified = store.verify(lambda *_: None)
    assert (verified.snapshots, verified.recorded) == (kept.snapshots + 2, kept.recorded)
    # The edit is a restatement once the clock is right, and its cause is the edit.
    synced = sync(tmp_path, NOW + dt.timedelta(days=4), trust_clock=True)
    (restatement,) = synced.restatements
    assert {cause.id for cause in restatement.causes} >= {"A-0", "A-1", "A-2", "A-3"}
    assert all(edit.before != edit.after for cause in restatement.causes for edit in cause.edits)


def test_a_pause_of_45_days_is_no_doubt(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "book.xlsx", subscriptions(rates=5))
    sync(tmp_path, NOW)
    assert not sync(tmp_path, NOW + dt.timedelta(days=45)).is_far_ahead
    assert sync(tmp_path, NOW + dt.timedelta(days=91)).is_far_ahead


def test_a_day_that_moved_on_restates_nothing(tmp_path: Path) -> None:
    """In April the rate of April is missing, which excludes an account from all figures."""
    write_xlsx(tmp_path / "book.xlsx", subscriptions(rates=3))
    sync(tmp_path, NOW)
    synced = sync(tmp_path, NOW + dt.timedelta(days=30))
    assert synced.changed
    assert (synced.excluded_accounts, synced.restatements) == (1, ())
    # An edit at the same time is a correction.
    write_xlsx(tmp_path / "book.xlsx", subscriptions(200, rates=3))
    assert sync(tmp_path, NOW + dt.timedelta(days=60)).restatements


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_random_steps_of_ten_years_restate_and_prune_nothing(tmp_path: Path, seed: int) -> None:
    store, rng = Store(tmp_path / "nrrbot.db"), np.random.default_rng(seed)
    for day, amount in enumerate((100, 101)):
        write_xlsx(tmp_path / "book.xlsx", subscriptions(amount))
        sync(tmp_path, NOW + dt.timedelta(days=day))
    before = store.restatements(f"file:{tmp_path / 'book.xlsx'}")
    refused, moment = 0, NOW
    for _ in range(1000):
        moment = min(max(moment, NOW - dt.timedelta(days=3650)), NOW + dt.timedelta(days=7300))
        moment += dt.timedelta(seconds=int(rng.integers(-315_576_000, 315_576_000)))
        try:
            sync(tmp_path, moment)
        except ClockError:
            refused += 1
    assert 0 < refused < 1000
    assert store.restatements(f"file:{tmp_path / 'book.xlsx'}") == before
    assert store.load(1).accounts.ids == store.load(2).accounts.ids
    assert store.check()
