"""The facts of past snapshots: which snapshot speaks for a month, and for which account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from core.ledger.columns import encode_values
from core.ledger.ledger import build_accounts
from core.ledger.segments import Segments
from core.metrics.cube import build_cube
from core.months import Month
from core.store.history.pruning import RetentionPolicy
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import Store
from tests.support.generate import EUR
from tests.support.ledgers import build_ledger


def at(month: int, day: int) -> dt.datetime:
    return dt.datetime(2025, month, day, 7, tzinfo=dt.UTC)


def save(
    store: Store,
    moment: dt.datetime,
    accounts: str,
    nps: Sequence[float] = (),
    health: Sequence[str] = (),
    source: str = "file:/a",
    keep: RetentionPolicy | None = None,
) -> Snapshot:
    ledger = build_ledger(
        [[100] * len(accounts)] * 3,
        first=Month.of(2024, 11),
        currency=EUR,
        accounts=build_accounts(list(accounts)),
        facts={"nps": np.array(nps)} if nps else {},
        columns={"health": encode_values("Health", health)} if health else {},
    )
    workbook = SyncedWorkbook(source, "a", str(moment), str(moment))
    return store.save_snapshot(ledger, [], build_cube(Segments(ledger)), workbook, moment, keep=keep)


def read(store: Store, accounts: str, name: str = "nps") -> dict[str, list[float | str | None]]:
    return {
        str(past.month): [past.read(name, number) for number in range(len(accounts))]
        for past in store.load_past_facts("file:/a", list(accounts))
    }


def test_the_newest_snapshot_of_a_month_speaks_for_it_and_stays_in_force_while_nothing_changes(store: Store) -> None:
    save(store, at(1, 5), "ab", [1, 2])
    second = save(store, at(1, 28), "ab", [3, 4])
    store.record_unchanged(second.id, at(3, 2), "2")
    # No sync in April and May: nothing is known of them.
    save(store, at(6, 9), "ab", [5, 6])
    save(store, at(6, 1), "ab", [9, 9], source="file:/b")
    assert read(store, "ab") == {"2025-01": [3, 4], "2025-02": [3, 4], "2025-03": [3, 4], "2025-06": [5, 6]}


def test_facts_follow_their_accounts(store: Store) -> None:
    save(store, at(1, 5), "ab", [1, 2], ["red", ""])
    save(store, at(2, 5), "cba", [3, 2, 1], ["green", "red", "green"])
    assert read(store, "bdac") == {"2025-01": [2, None, 1, None], "2025-02": [2, None, 1, 3]}
    assert read(store, "bdac", "health") == {
        "2025-01": [None, None, "red", None],
        "2025-02": ["red", None, "green", "green"],
    }


def test_a_snapshot_without_the_fact_says_nothing(store: Store) -> None:
    save(store, at(1, 5), "ab")
    save(store, at(2, 5), "ab", [np.nan, 7])
    assert read(store, "ab") == {"2025-01": [None, None], "2025-02": [None, 7]}
    without, some = store.load_past_facts("file:/a", ["a", "b"])
    assert (without.has("nps"), some.has("nps"), some.has("health")) == (False, True, False)


def test_a_fact_that_did_not_change_is_kept_once(store: Store) -> None:
    for month in (1, 2, 3):
        save(store, at(month, 5), "ab", [1, 2 if month < 3 else 3])
    january, february, march = store.load_past_facts("file:/a", ["a", "b"])
    assert january.facts["nps"] is february.facts["nps"]
    assert january.facts["nps"] is not march.facts["nps"]


def test_the_last_snapshot_of_a_month_keeps_its_facts_and_a_pruned_one_has_none(store: Store) -> None:
    save(store, at(1, 5), "ab", [1, 2])
    save(store, at(2, 5), "ab", [7, 8])
    save(store, at(2, 6), "ab", [3, 4])
    save(store, at(3, 5), "ab", [5, 6], keep=RetentionPolicy(snapshots=1, days=50))
    assert read(store, "ab") == {"2025-02": [3, 4], "2025-03": [5, 6]}


def test_a_store_without_the_workbook_has_none(store: Store) -> None:
    assert store.load_past_facts("file:/a", ["a"]) == ()
