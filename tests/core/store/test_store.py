"""The store on real files: round trips, threads, processes that race or are killed, and every way a file can fail."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import NoSnapshotError, Sentence, StoreError
from core.ledger.columns import encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.lines import Lines
from core.ledger.rows import SourceRows, build_row_index, build_source_rows
from core.ledger.segments import Segments, SizeRules
from core.metrics.cube import Cube, build_cube
from core.metrics.restatements import compare_figures, index_figures, select_closed_periods
from core.metrics.retention import MEASURES
from core.money import Currency
from core.months import Month
from core.query.vocabulary import Filter
from core.store.database import ERROR_TEXTS, DatabaseFile, has_log
from core.store.history.pruning import RetentionPolicy
from core.store.outgoing.deliveries import LEASE, SENDING_LIMIT, Delivery
from core.store.schema.migrations import MIGRATIONS, VERSION, migrate
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import Store
from sheets.excel.workbook import ExcelWorkbook
from sheets.ingest.sync import sync_into_store
from sheets.tabs.read_options import ReadOptions
from tests.support.company import Rows, write_xlsx
from tests.support.ledgers import build_ledger
from tests.support.samples.snapshots import (
    NOW,
    PROBLEMS,
    assert_same_cube,
    assert_same_ledger,
    make_figures,
    open_raw,
    save_snapshot,
)

EUR = Currency("EUR", 2)
# Children are forked from a process that has only this module of the project: no file, no thread, no lock.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def plan(
    store: Store, key: str, now: datetime = NOW, *, kind: str = "digest", expires_at: datetime | None = None
) -> bool:
    return store.deliveries.plan(kind, key, "C0GENERAL", now, expires_at)


def deliver(store: Store, key: str, *, snapshot_id: int | None = None, rest: str = "") -> None:
    """Plan a delivery and let it arrive."""
    plan(store, key)
    claimed = store.deliveries.claim("digest", key, NOW)
    assert claimed
    store.deliveries.keep(claimed, "[]", {}, snapshot_id)
    assert store.deliveries.begin_sending(claimed, NOW)
    store.deliveries.confirm(claimed, NOW, "C0GENERAL", "1.1", rest)


def sample(seed: int = 0, accounts: int = 40, months: int = 14) -> Ledger:
    """Return a ledger that is told by its seed: the same every time."""
    rng = np.random.default_rng(seed)
    region = rng.choice(["", "DACH", "Île-de-France"], accounts)
    return build_ledger(
        rng.integers(0, 5, (months, accounts)) * 10_000,
        first=Month.of(2024, 8),
        currency=EUR,
        accounts=build_accounts(
            [f"A-{number:04d}" for number in range(accounts)],
            [f"Société {number}" for number in range(accounts)],
            excluded=rng.random(accounts) < 0.1,
            unpriced=rng.random(accounts) < 0.05,
            consumer=rng.random(accounts) < 0.2,
        ),
        columns={"region": encode_values("Région", [str(cell) for cell in region])},
        facts={"nps": np.where(rng.random(accounts) < 0.5, np.nan, rng.random(accounts))},
        source_rows=build_source_rows(
            "MRR",
            build_row_index(np.append(rng.permutation(accounts), rng.integers(-1, accounts, 20)), accounts, 2),
        ),
    )


# --- What is saved comes back ---------------------------------------------------------------------------------------


def test_a_snapshot_comes_back_as_it_was_saved(store: Store) -> None:
    ledger = sample()
    snapshot = save_snapshot(store, ledger)
    assert snapshot == Snapshot(
        id=1,
        synced_at=NOW,
        checked_at=NOW,
        source="file:/a.xlsx",
        source_name="a.xlsx",
        source_version="v1",
        content_hash="h",
        locale="fr_FR",
        time_zone="Europe/Paris",
        currency=EUR,
        first=Month.of(2024, 8),
        data_through=Month.of(2025, 9),
        accounts=40,
        problems={"gap": 2, "amount_unreadable": 1},
    )
    assert store.find_latest_snapshot() == store.load_latest_snapshot() == store.check() == snapshot
    assert_same_ledger(store.load(1), ledger)
    assert_same_cube(store.figures(1), make_figures())
    assert store.problems(1) == PROBLEMS


def test_the_words_of_a_workspace_come_back(store: Store) -> None:
    words = {"big customers": Filter("region", "DACH"), "les îliens": Filter("region", "Île-de-France")}
    ledger = replace(sample(), workspace_words=words)
    save_snapshot(store, ledger)
    assert_same_ledger(store.load(1), ledger)


@pytest.mark.parametrize(
    "ids",
    [
        pytest.param([], id="no account at all"),
        pytest.param([""], id="empty"),
        pytest.param(["a\nb", "a", "b", "\n"], id="newlines"),
        pytest.param(['"', "'", "\\", '","', "[]", "null"], id="quotes"),
        pytest.param(["Æther 客户", "🦊", "e\u0301", "\u2028", "\u202e"], id="unicode"),
        pytest.param(["a\x00b", "\x1b", "\x7f"], id="control characters"),
        pytest.param(["\ud83d", "fine"], id="half of a surrogate pair"),
        pytest.param(["007", "7", "7.0", "1e3"], id="numbers as text"),
    ],
)
def test_odd_ids_and_names_survive(store: Store, ids: list[str]) -> None:
    ledger = build_ledger(
        [[100] * len(ids)] * 2,
        first=Month.of(2025, 1),
        currency=Currency("JPY", 0),
        accounts=build_accounts(ids, ids[::-1]),
        columns={"owner": encode_values("Owner\n", [""] * len(ids))},
    )
    assert_same_ledger(store.load(save_snapshot(store, ledger).id), ledger)


text = st.text(st.characters(codec=None), max_size=8)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    accounts, months = draw(st.integers(0, 6)), draw(st.integers(1, 5))

    def each(element: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(element, min_size=accounts, max_size=accounts))

    ids = each(text)
    dated_flags = [
        (account, Month.of(2025, 1) + 7 * account, draw(st.sampled_from("yn"))) for account in range(accounts)
    ]
    ledger = build_ledger(
        np.array([each(st.integers(0, 2**49)) for _ in range(months)], dtype=np.int64).reshape(months, accounts),
        first=Month.of(draw(st.integers(1990, 2100)), draw(st.integers(1, 12))),
        currency=Currency(draw(st.sampled_from(["EUR", "JPY", "KWD"])), draw(st.integers(0, 4))),
        accounts=build_accounts(
            ids,
            draw(st.sampled_from([None, ids[::-1]])),
            excluded=np.array(each(st.booleans()), dtype=np.bool_),
            unpriced=np.array(each(st.booleans()), dtype=np.bool_),
            consumer=np.array(each(st.booleans()), dtype=np.bool_),
            consumer_changes=draw(st.sampled_from([None, encode_values("", [], dated=dated_flags).changes])),
        ),
        columns={key: encode_values(key.upper(), each(st.sampled_from(["", "a", "b é"]))) for key in ("plan", "owner")},
        facts={"seats": np.array(each(st.floats()), dtype=np.float64)},
        source_rows=SourceRows(draw(st.text(max_size=5)), np.array(each(st.integers(0, 2**31 - 1)), dtype=np.int32)),
    )
    return replace(ledger, lines=draw(st.none() | lines()))


@st.composite
def lines(draw: st.DrawFn) -> Lines:
    """Draw lines with or without quantities, of products with any names."""
    columns = draw(st.lists(st.lists(st.integers(0, 2**60), min_size=7, max_size=7), max_size=5))
    accounts, products, firsts, lasts, amounts, list_amounts, quantities = (
        np.array(columns, dtype=np.int64).reshape(-1, 7).T.copy()
    )
    return Lines(
        tuple(draw(st.lists(text, max_size=3))),
        accounts.astype(np.intp),
        products,
        firsts,
        lasts,
        amounts,
        list_amounts,
        draw(st.sampled_from([None, quantities])),
    )


@given(ledger=ledgers(), seed=st.integers(0, 2**32), labels=st.integers(1, 4), windows=st.integers(1, 5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_ledger_survives(store: Store, ledger: Ledger, seed: int, labels: int, windows: int) -> None:
    snapshot = save_snapshot(store, ledger, make_figures(seed, labels, windows))
    assert_same_ledger(store.load(snapshot.id), ledger)
    assert_same_cube(store.figures(snapshot.id), make_figures(seed, labels, windows))


@pytest.mark.parametrize("months", [1, 2, 13])
def test_the_cube_of_a_ledger_comes_back(store: Store, months: int) -> None:
    ledger = sample(months=months)
    expected = build_cube(Segments(ledger))
    assert_same_cube(store.figures(save_snapshot(store, ledger, expected).id), expected)
    assert bool(expected.windows) == (months > 1)


def test_the_latest_is_the_last_one_saved_of_that_source(store: Store) -> None:
    for source in ("file:/a.xlsx", "google:b", "file:/a.xlsx", "google:c"):
        save_snapshot(store, sample(), source=source)
    latest = {source: store.find_latest_snapshot(source) for source in (None, "file:/a.xlsx", "google:b", "google:d")}
    assert {source: snapshot and snapshot.id for source, snapshot in latest.items()} == {
        None: 4,
        "file:/a.xlsx": 3,
        "google:b": 2,
        "google:d": None,
    }


def test_the_number_of_a_snapshot_never_comes_back(store: Store) -> None:
    save_snapshot(store, sample())
    with open_raw(store.path) as connection:
        for table in ("recorded", "workbooks", "seals", "snapshot_blobs", "snapshots"):
            connection.execute(f"DELETE FROM {table}")
    assert save_snapshot(store, sample()).id == 2


def test_touching_a_snapshot_changes_only_when_it_was_checked(store: Store) -> None:
    before = save_snapshot(store, sample())
    later = datetime(2025, 10, 2, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    after = store.record_unchanged(before.id, later, "v2")
    assert store.find_latest_snapshot() == after
    assert (after.checked_at, after.source_version, after.synced_at) == (later, "v2", NOW)
    assert after.checked_at.tzinfo is UTC
    assert_same_ledger(store.load(before.id), sample())


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="2025"):
        plan(store, "2025-10-06", NOW.replace(tzinfo=None))


# --- Nothing there --------------------------------------------------------------------------------------------------


def test_reading_a_file_that_is_not_there_finds_nothing_and_makes_none(store: Store) -> None:
    lookups = (
        store.find_latest_snapshot(),
        store.check(),
        store.deliveries.find_last("digest"),
        store.deliveries.list_due(NOW),
    )
    assert lookups == (None, None, None, [])
    with pytest.raises(NoSnapshotError, match="Run nrrbot sync"):
        store.load_latest_snapshot()
    assert not store.path.exists()


@pytest.mark.parametrize(
    "use",
    [Store.load, Store.problems, Store.figures, lambda store, number: store.record_unchanged(number, NOW, "v")],
    ids=["load", "problems", "figures", "touch"],
)
def test_a_snapshot_that_does_not_exist_is_named(store: Store, use: Callable[[Store, int], object]) -> None:
    save_snapshot(store, sample())
    with pytest.raises(NoSnapshotError, match="no snapshot 2"):
        use(store, 2)


# --- Everything or nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["starting", "expansion", "contraction", "churn", "ending", "base", "retained"])
def test_figures_that_do_not_add_up_are_not_stored_nor_anything_with_them(store: Store, measure: str) -> None:
    before = save_snapshot(store, sample(1))
    wrong = make_figures()
    wrong.sums[-1, -1, MEASURES.index(measure)] += 1
    with pytest.raises(StoreError, match="do not add up"):
        save_snapshot(store, sample(2), wrong)
    assert store.find_latest_snapshot() == before
    with open_raw(store.path) as connection:
        tables = ("snapshots", "seals", "workbooks")
        assert [connection.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables] == [(1,)] * 3


def save_for_ever(path: Path, progress: Connection) -> None:
    store = Store(path)
    for seed in range(1, 10_000):
        progress.send(seed)
        save_snapshot(store, sample(seed, accounts=500), make_figures(seed, windows=100), content_hash=str(seed))


@pytest.mark.slow
def test_a_kill_in_the_middle_of_a_save_leaves_whole_snapshots_only(store: Store) -> None:
    save_snapshot(store, sample(0, accounts=500), make_figures(0, windows=100), content_hash="0")
    for attempt in range(20):
        receive, send = PROCESSES.Pipe(duplex=False)
        child = PROCESSES.Process(target=save_for_ever, args=(store.path, send))
        child.start()
        send.close()
        while receive.recv() <= attempt % 3:
            pass
        time.sleep(attempt * 0.001)
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        assert child.exitcode == -signal.SIGKILL
        child.close()
        snapshot = store.check()
        assert snapshot
        seed = int(snapshot.content_hash)
        assert_same_ledger(store.load(snapshot.id), sample(seed, accounts=500))
        assert_same_cube(store.figures(snapshot.id), make_figures(seed, windows=100))
        assert store.problems(snapshot.id) == PROBLEMS
    with open_raw(store.path) as connection:
        (count, last) = connection.execute("SELECT count(*), max(id) FROM snapshots").fetchone()
        assert 1 < count == last
        assert connection.execute("SELECT count(*) FROM snapshots WHERE content IS NOT NULL").fetchone() == (count,)


# Two contents are synced in turn, and each restates the other.
KILLS = 200
ROWS = 20


def content(turn: int) -> dict[str, Rows]:
    customers: Rows = [["Account ID", "Segment"]]
    mrr: Rows = [["Account ID", *(f"2024-{month:02d}" for month in range(1, 13))]]
    for number in range(ROWS):
        customers.append([f"A-{number}", ("Large", "Small")[(number + turn) % 2]])
        mrr.append([f"A-{number}", *[100 + number + turn] * 12])
    return {"Customers": customers, "MRR": mrr}


def sync_in_turn(path: Path, turns: Iterable[int], progress: Callable[[object], None] = lambda _: None) -> None:
    store, options = Store(path), ReadOptions(EUR, "", NOW.date())
    for step, turn in enumerate(turns):
        edited, book = path.with_name("edited.xlsx"), path.with_name("book.xlsx")
        shutil.copyfile(path.with_name(f"{turn}.xlsx"), edited)
        edited.replace(book)
        moment = NOW + timedelta(seconds=step)
        keep = RetentionPolicy(snapshots=2, days=400)
        sync_into_store(ExcelWorkbook(book), store, options, SizeRules(), moment, progress=progress, keep=keep)


def sync_for_ever(path: Path, progress: Connection) -> None:
    sync_in_turn(path, cycle((1, 0)), lambda _: progress.send(None))


def contents(path: Path) -> tuple[str, list[int], int]:
    """Return the newest snapshot's fingerprint and MRR, checked, and how many restatements there are."""
    store = Store(path)
    snapshot = store.check()
    assert snapshot
    ledger = store.load(snapshot.id)
    assert_same_cube(store.figures(snapshot.id), build_cube(Segments(ledger)))
    with open_raw(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        whole = [number for (number,) in connection.execute("SELECT id FROM snapshots WHERE pruned_at IS NULL")]
        assert connection.execute("SELECT whole FROM workbooks").fetchone() == (str(whole),)
        restating = [number for (number,) in connection.execute("SELECT after_id FROM restatements ORDER BY id")]
    # A snapshot after the first and its restatement are there together or not at all.
    assert restating == list(range(2, snapshot.id + 1))
    return snapshot.content_hash, ledger.read_own_mrr(ledger.last).tolist(), len(restating)


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_two_hundred_kills_during_syncs_leave_the_old_snapshot_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "nrrbot.db"
    known = []
    for turn in (1, 0):
        write_xlsx(tmp_path / f"{turn}.xlsx", content(turn))
        sync_in_turn(path, [turn])
        known.append(contents(path))
    rng = np.random.default_rng(200)
    synced, restatements = 0, known[1][2]
    for _ in range(KILLS):
        receive, send = PROCESSES.Pipe(duplex=False)
        child = PROCESSES.Process(target=sync_for_ever, args=(path, send))
        child.start()
        send.close()
        # A sync tells of three steps, the last one before it stores: after one to six of them, and a moment more.
        for _ in range(rng.integers(1, 7)):
            receive.recv()
        time.sleep(float(rng.uniform(0, 0.03)))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        assert child.exitcode == -signal.SIGKILL
        child.close()
        fingerprint, mrr, restating = contents(path)
        assert (fingerprint, mrr) in [contents_before[:2] for contents_before in known]
        synced, restatements = synced + (restating > restatements), restating
    assert KILLS // 10 < synced < KILLS  # some were killed in their first sync, some in a later one


# --- What is let go, and what is not ---------------------------------------------------------------------------------


def kept(store: Store) -> dict[int, bool]:
    """Return the snapshots there are -> whether they are whole."""
    with open_raw(store.path) as connection:
        return {
            number: pruned is None
            for number, pruned in connection.execute("SELECT id, pruned_at FROM snapshots ORDER BY id")
        }


def save_day(
    store: Store, day: int, keep: RetentionPolicy | None, source: str = "file:/a.xlsx", seed: int = 0
) -> Snapshot:
    ledger = sample(seed)
    return store.save_snapshot(
        ledger,
        PROBLEMS,
        build_cube(Segments(ledger)),
        SyncedWorkbook(source, "a.xlsx", "v1", "h"),
        NOW + timedelta(days=day),
        keep=keep,
    )


@pytest.mark.parametrize(
    ("keep", "whole"),
    [
        (None, [1, 2, 3, 4, 5, 6]),
        (RetentionPolicy(snapshots=6, days=100), [1, 2, 3, 4, 5, 6]),
        # The third is the last one of October.
        (RetentionPolicy(snapshots=3, days=100), [3, 4, 5, 6]),
        (RetentionPolicy(snapshots=1, days=100), [3, 6]),
        (RetentionPolicy(snapshots=6, days=25), [4, 5, 6]),
        (RetentionPolicy(snapshots=2, days=25), [5, 6]),
        (RetentionPolicy(snapshots=6, days=1), [6]),
    ],
)
def test_old_snapshots_are_pruned_but_not_the_newest_nor_the_last_one_of_a_month(
    store: Store, keep: RetentionPolicy | None, whole: list[int]
) -> None:
    for number in range(5):
        save_day(store, number * 10, None)
    save_day(store, 50, keep)
    # The recorded figures came from the first, whose line stays.
    assert kept(store) == {1: False} | dict.fromkeys(whole, True)
    assert store.check()
    with open_raw(store.path) as connection:
        rows = connection.execute("SELECT DISTINCT snapshot_id FROM snapshot_blobs ORDER BY 1").fetchall()
        assert [number for (number,) in rows] == whole
        unused = "SELECT count(*) FROM blobs WHERE id NOT IN (SELECT blob_id FROM snapshot_blobs)"
        assert connection.execute(unused).fetchone() == (0,)


def test_a_sync_that_finds_nothing_new_prunes_too(store: Store) -> None:
    for day in (0, 1, 2):
        save_day(store, day, None)
    store.record_unchanged(3, NOW + timedelta(days=102), "v", keep=RetentionPolicy(snapshots=9, days=100))
    assert kept(store) == {1: False, 3: True}


def test_a_sheet_without_ends_records_no_figures_of_retention(store: Store) -> None:
    ledger = sample()
    endless = replace(ledger, coverage=Coverage(can_leave=False))
    for content_hash, version in (("1", endless), ("2", ledger)):
        save_snapshot(store, version, build_cube(Segments(version)), content_hash=content_hash)
        # Its losses appear with its ends: they correct no figure that was given before.
        assert store.restatements("file:/a.xlsx") == []
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT DISTINCT snapshot_id FROM recorded").fetchall() == [(2,)]


def edit_amount(ledger: Ledger, month: int) -> Ledger:
    """Return a ledger in which the first counted account that pays in a month pays more."""
    panel = ledger.panel.copy()
    account = np.flatnonzero(ledger.accounts.counted & (panel[month] > 0))[0]
    panel[month, account] += 700
    return replace(ledger, panel=panel)


def test_a_ledger_is_the_same_with_months_of_an_earlier_one(store: Store, tmp_path: Path) -> None:
    ledger = sample()
    versions = [ledger, edit_amount(ledger, 3), replace(ledger, first=ledger.first + 1), sample(2)]
    snapshots = [
        save_snapshot(store, version, build_cube(Segments(version)), content_hash=str(number))
        for number, version in enumerate(versions)
    ]
    other = Store(tmp_path / "other.db")
    save_snapshot(other, versions[1], build_cube(Segments(versions[1])), content_hash="1")
    loaded = [store.load(snapshot.id) for snapshot in snapshots]
    for earlier in zip(snapshots, loaded, strict=True):
        for snapshot, version in zip(snapshots, versions, strict=True):
            assert np.array_equal(store.load(snapshot.id, earlier).panel, version.panel)
        # The number is that of another snapshot there.
        assert np.array_equal(other.load(1, earlier).panel, versions[1].panel)
    damaged = replace(loaded[0], panel=loaded[0].panel + 1)
    months = store.load(snapshots[1].id, (snapshots[0], damaged)).panel - versions[1].panel
    assert months.any(axis=1).tolist() == [month != 3 for month in range(len(months))]


def test_the_restated_figures_are_those_that_differ(store: Store) -> None:
    ledger = sample()
    edited = edit_amount(ledger, 3)
    figures = [build_cube(Segments(version)) for version in (ledger, edited)]
    for number, (version, cube) in enumerate(zip((ledger, edited), figures, strict=True)):
        save_snapshot(store, version, cube, content_hash=str(number))
    [restatement] = store.restatements("file:/a.xlsx")
    before, after = map(index_figures, figures)
    changes = compare_figures(select_closed_periods(before, ledger.last), after)
    assert {figure.cell: (figure.before, figure.after) for figure in restatement.figures} == changes
    assert 0 < len(changes) < len(before)


def test_what_a_restatement_or_a_digest_names_keeps_its_line(store: Store) -> None:
    keep = RetentionPolicy(snapshots=1, days=100)
    save_day(store, 0, None, seed=1)
    for day in (1, 2, 3):
        save_day(store, day, None, seed=1)
    deliver(store, "2025-10-06", snapshot_id=3)
    save_day(store, 4, None, seed=2)  # restates 1, whose figures were recorded, against 4
    save_day(store, 5, keep, seed=2)
    assert kept(store) == {1: False, 3: False, 4: False, 5: False, 6: True}
    [restatement] = store.restatements("file:/a.xlsx")
    assert (restatement.snapshots, {figure.recorded for figure in restatement.figures}) == ((4, 5), {1})
    assert restatement.causes
    last = store.deliveries.find_last("digest")
    assert last
    assert last.snapshot_id == 3


def test_a_pruned_snapshot_says_so(store: Store) -> None:
    save_day(store, 0, None)
    save_day(store, 1, None)
    deliver(store, "2025-10-06", snapshot_id=2)
    save_day(store, 2, RetentionPolicy(snapshots=1, days=9))
    for use in (Store.load, Store.problems, Store.figures):
        with pytest.raises(NoSnapshotError, match=r"Snapshot 2 was pruned on 2025-10-04\. store\.keep_snapshots"):
            use(store, 2)


def test_each_workbook_has_its_own_history(store: Store) -> None:
    keep = RetentionPolicy(snapshots=1, days=100)
    save_day(store, 0, keep, "google:b")
    for day in (1, 2, 3):
        save_day(store, day, keep)
    assert kept(store) == {1: True, 2: False, 4: True}


def test_figures_that_were_there_before_recording_began_are_recorded_by_the_migration(store: Store) -> None:
    with open_raw(store.path) as connection:
        migrate(connection, MIGRATIONS[:2])
        connection.execute(
            "INSERT INTO snapshots VALUES (1, :now, :now, 'file:/a.xlsx', 'a', 'v', 'h', '', '', 'EUR', 2, :first,"
            " :last, 0, '{}')",
            {"now": NOW.isoformat(), "first": Month.of(2025, 1).ordinal, "last": Month.of(2025, 3).ordinal},
        )
        connection.executemany(
            "INSERT INTO figures VALUES (1, ?, NULL, NULL, ?, ?, 7, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)",
            [(month, Month.of(2025, month).ordinal, Month.of(2025, month + 1).ordinal) for month in (1, 2)],
        )
        connection.execute("INSERT INTO ledgers VALUES (1, 'MRR', '[]', NULL, x'', x'', x'', x'')")
        for month in (1, 2, 3):
            connection.execute("INSERT INTO months VALUES (1, ?, 0, x'')", (Month.of(2025, month).ordinal,))
    assert store.restatements("file:/a.xlsx") == []
    with open_raw(store.path) as connection:
        rows = connection.execute("SELECT end_month, snapshot_id, dimension, value, starting FROM recorded").fetchall()
    assert rows == [(Month.of(2025, 2).ordinal, 1, "", "", 7)]


# --- A copy ---------------------------------------------------------------------------------------------------------


def test_a_backup_is_the_store_at_one_moment_while_others_write(store: Store, tmp_path: Path) -> None:
    save_snapshot(store, sample(0, accounts=500), make_figures(0, windows=100), content_hash="0")
    receive, send = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=save_for_ever, args=(store.path, send))
    child.start()
    copies = []
    try:
        for number in range(5):
            receive.recv()
            target = tmp_path / f"copy-{number}.db"
            store.backup(target)
            assert stat.S_IMODE(target.stat().st_mode) == 0o600
            copies.append(Store(target))
            snapshot = copies[-1].load_latest_snapshot()
            assert copies[-1].check() == snapshot
            assert_same_ledger(copies[-1].load(snapshot.id), sample(int(snapshot.content_hash), accounts=500))
    finally:
        child.kill()
        child.join()
    last = copies[-1]
    assert save_snapshot(last, sample()).id == snapshot.id + 1  # it can take the store's place
    with last._file.writing() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_backup_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    save_snapshot(store, sample())
    (tmp_path / "there").write_text("something else")
    for target in (tmp_path / "there", store.path, tmp_path):
        with pytest.raises(StoreError, match="already exists, and a backup never overwrites a file"):
            store.backup(target)
    assert (tmp_path / "there").read_text() == "something else"
    assert store.check()


def test_a_backup_of_nothing_or_to_nowhere_says_so_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to copy"):
        store.backup(tmp_path / "copy.db")
    save_snapshot(store, sample())
    with pytest.raises(StoreError, match="cannot be opened"):
        store.backup(tmp_path / "missing" / "copy.db")
    store.path.write_text("account,mrr\n" * 100)
    with pytest.raises(StoreError, match="not an nrrbot database"):
        store.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_disk_that_is_full_leaves_no_half_of_a_backup(store: Store, tmp_path: Path) -> None:
    save_snapshot(store, sample(0, accounts=2000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(StoreError, match=r"copy\.db"):
            store.backup(tmp_path / "copy.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert not (tmp_path / "copy.db").exists()


# --- Threads and processes ------------------------------------------------------------------------------------------


def test_one_store_serves_many_threads(store: Store) -> None:
    def work(seed: int) -> None:
        snapshot = save_snapshot(store, sample(seed), content_hash=str(seed))
        assert_same_ledger(store.load(snapshot.id), sample(seed))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(24)))
    with open_raw(store.path) as connection:
        hashes = connection.execute("SELECT content_hash FROM snapshots").fetchall()
    assert sorted(int(content) for (content,) in hashes) == list(range(24))


def test_a_file_is_made_once_however_many_threads_need_it_first(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        for number in range(6):
            store = Store(tmp_path / f"{number}.db")
            claims = threads.map(lambda week, store=store: plan(store, f"W{week % 3}"), range(6))
            assert sum(claims) == 3


def test_reading_does_not_wait_for_a_writer(store: Store) -> None:
    save_snapshot(store, sample())
    with open_raw(store.path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM snapshots")
        assert Store(store.path, patience=0).load_latest_snapshot().id == 1


def claim_all(path: Path, weeks: range, answer: Connection) -> None:
    store = Store(path)
    answer.send("ready")
    answer.recv()
    answer.send([week for week in weeks if plan(store, f"2025-W{week:02d}")])


@pytest.mark.parametrize("racers", [2, 3, 6])
def test_each_week_is_claimed_once_by_processes_that_race_from_the_making_of_the_file(
    store: Store, racers: int
) -> None:
    weeks = range(1, 20)
    children, pipes = [], []
    for _ in range(racers):
        ours, theirs = PROCESSES.Pipe()
        children.append(PROCESSES.Process(target=claim_all, args=(store.path, weeks, theirs)))
        children[-1].start()
        theirs.close()
        pipes.append(ours)
    assert [pipe.recv() for pipe in pipes] == ["ready"] * len(pipes)
    for pipe in pipes:
        pipe.send("go")
    won = [week for pipe in pipes for week in pipe.recv()]
    for child in children:
        child.join()
    assert sorted(won) == list(weeks)


# --- Deliveries -----------------------------------------------------------------------------------------------------


def test_a_delivery_is_planned_claimed_and_confirmed_once(store: Store) -> None:
    deliveries = store.deliveries
    assert [plan(store, "2025-10-06") for _ in range(2)] == [True, False]
    assert plan(store, "2025-10-06", kind="report")
    claimed = deliveries.claim("digest", "2025-10-06", NOW)
    assert claimed
    assert deliveries.claim("digest", "2025-10-06", NOW) is None
    deliveries.keep(claimed, "[]", {"nrr": "103.6", "accounts": [1, None]}, None)
    assert [deliveries.begin_sending(claimed, NOW) for _ in range(2)] == [True, False]
    deliveries.confirm(claimed, NOW, "C0GENERAL", "1.1")
    assert deliveries.claim("digest", "2025-10-06", NOW) is None
    payload = {"nrr": "103.6", "accounts": [1, None]}
    assert deliveries.find_last("digest") == Delivery(
        "digest", "2025-10-06", "confirmed", "C0GENERAL", NOW, attempts=1, confirmed_at=NOW, payload=payload
    )


def test_a_claim_that_was_not_sent_is_taken_over_after_its_lease(store: Store) -> None:
    plan(store, "2025-10-06")
    first = store.deliveries.claim("digest", "2025-10-06", NOW)
    assert store.deliveries.list_due(NOW + LEASE - timedelta(seconds=1)) == []
    second = store.deliveries.claim("digest", "2025-10-06", NOW + LEASE)
    assert first
    assert second
    assert not store.deliveries.begin_sending(first, NOW + LEASE)
    assert store.deliveries.begin_sending(second, NOW + LEASE)
    # A request that was begun is never taken over.
    assert store.deliveries.claim("digest", "2025-10-06", NOW + timedelta(days=1)) is None
    assert store.deliveries.list_interrupted(NOW + LEASE + SENDING_LIMIT) == []
    later = NOW + LEASE + SENDING_LIMIT + timedelta(seconds=1)
    [interrupted] = store.deliveries.list_interrupted(later)
    assert [store.deliveries.doubt(interrupted) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("has_arrived", [True, False])
def test_a_person_decides_about_an_uncertain_delivery_once(store: Store, *, has_arrived: bool) -> None:
    plan(store, "2025-10-06")
    claimed = store.deliveries.claim("digest", "2025-10-06", NOW)
    assert claimed
    assert not store.deliveries.settle("digest", "2025-10-06", NOW, has_arrived=has_arrived, expires_at=NOW)
    store.deliveries.begin_sending(claimed, NOW)
    store.deliveries.doubt(claimed)
    decide = [
        store.deliveries.settle("digest", "2025-10-06", NOW, has_arrived=has_arrived, expires_at=NOW) for _ in range(2)
    ]
    assert decide == [True, False]
    assert len(store.deliveries.list_due(NOW)) == (not has_arrived)
    # The answer of Slack that comes after all is no second delivery.
    store.deliveries.confirm(claimed, NOW, "C0GENERAL", "1.1")
    last = store.deliveries.find_last("digest")
    assert (last is not None) == has_arrived


def test_a_refused_delivery_is_due_again_until_it_expires(store: Store) -> None:
    hour = timedelta(hours=1)
    plan(store, "2025-10-06", expires_at=NOW + 3 * hour)
    claimed = store.deliveries.claim("digest", "2025-10-06", NOW)
    assert claimed
    store.deliveries.refuse(claimed, Sentence("no {name}", {"name": "x"}), NOW + hour)
    assert [bool(store.deliveries.list_due(NOW + hours * hour)) for hours in (0, 1, 3, 4)] == [False, True, True, False]
    [refused] = store.deliveries.list_due(NOW + hour)
    assert str(refused.reason) == "no x"
    # A later one replaces it.
    plan(store, "2025-10-13")
    assert [delivery.key for delivery in store.deliveries.list_due(NOW + hour)] == ["2025-10-13"]


def test_the_rest_of_a_delivery_is_a_reply_to_it(store: Store) -> None:
    deliver(store, "2025-10-06", rest="[1, 2]")
    [reply] = store.deliveries.list_due(NOW)
    assert (reply.kind, reply.key, reply.channel, reply.thread) == ("thread:digest", "2025-10-06", "C0GENERAL", "1.1")
    claimed = store.deliveries.claim(reply.kind, reply.key, NOW)
    assert claimed
    assert store.deliveries.begin_sending(claimed, NOW)
    store.deliveries.confirm(claimed, NOW, "C0GENERAL", "1.2", "[2]")
    [last] = store.deliveries.list_due(NOW)
    assert (last.kind, last.key, last.thread, last.body) == ("thread:digest", "2025-10-06+", "1.1", "[2]")


@pytest.mark.parametrize("before", [None, "2025-10-20", "2025-10-13", "2025-10-06", "2025-09-29"])
def test_the_last_delivery_is_the_highest_confirmed_key(store: Store, before: str | None) -> None:
    for key in ("2025-10-13", "2025-10-06"):
        deliver(store, key)
    plan(store, "2025-10-27")
    delivery = store.deliveries.find_last("digest", before)
    expected = {None: "2025-10-13", "2025-10-20": "2025-10-13", "2025-10-13": "2025-10-06"}.get(before)
    assert (delivery.key if delivery else None) == expected


# --- The file -------------------------------------------------------------------------------------------------------


def test_the_file_and_its_log_are_for_their_owner_only(store: Store) -> None:
    save_snapshot(store, sample())
    with open_raw(store.path) as connection:
        connection.execute("SELECT * FROM snapshots").fetchall()
        files = sorted(store.path.parent.iterdir())
        assert [file.name for file in files] == ["nrrbot.db", "nrrbot.db-shm", "nrrbot.db-wal"]
        assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 3


def test_connections_are_opened_as_they_should_be(store: Store) -> None:
    save_snapshot(store, sample())
    with store._file.writing() as connection:
        settings = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "temp_store")
        pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in settings]
    assert pragmas == ["wal", 2, 1, 30_000, 2]


def test_every_table_of_ours_is_strict(store: Store) -> None:
    save_snapshot(store, sample())
    with open_raw(store.path) as connection:
        loose = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND NOT strict").fetchall()
    assert {name for (name,) in loose} == {"_sqlite_migrations", "sqlite_schema", "sqlite_sequence"}


def test_migrations_are_numbered_without_a_gap() -> None:
    assert [int(name[:4]) for name, _ in MIGRATIONS] == list(range(1, VERSION + 1))


@pytest.mark.parametrize("version", range(VERSION))
def test_an_older_file_is_brought_up_to_date(store: Store, version: int) -> None:
    with open_raw(store.path) as connection:
        migrate(connection, MIGRATIONS[:version])
    snapshot = save_snapshot(store, sample())
    assert plan(store, "2025-10-06")
    with open_raw(store.path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        names = connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
    assert [name for (name,) in names] == [name for name, _ in MIGRATIONS]
    assert store.find_latest_snapshot() == snapshot


def test_an_older_program_that_waited_for_a_newer_one_to_migrate_changes_nothing(store: Store) -> None:
    snapshot = save_snapshot(store, sample())
    with open_raw(store.path) as connection:
        migrate(connection, MIGRATIONS[:1])
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert store.check() == snapshot


def test_a_migration_that_fails_leaves_the_file_as_it_was(store: Store) -> None:
    save_snapshot(store, sample())
    broken = (*MIGRATIONS, ("9999", "CREATE TABLE more (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"))
    with open_raw(store.path) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, broken)
        assert not connection.in_transaction
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    assert store.check()


def run_sql(script: str) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with open_raw(path) as connection:
            connection.executescript(script)

    return damage


def write_text(path: Path) -> None:
    path.write_text("account,mrr\n" * 100)


def overwrite(path: Path) -> None:
    """Write nonsense over every page but the first."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(16_384)
        file.write(b"\xa5" * (size - 16_384))


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a newer schema": (run_sql(f"PRAGMA user_version = {VERSION + 1}"), "newer nrrbot. Update"),
    "another program's id": (run_sql("PRAGMA application_id = 7"), "not an nrrbot database"),
    "not marked as ours": (run_sql("PRAGMA application_id = 0"), "not an nrrbot database"),
    "a text file": (write_text, "not an nrrbot database"),
    "pages overwritten": (overwrite, "is damaged"),
    "cut short": (lambda path: os.truncate(path, 3 * 16_384), "is damaged"),
    "a part": (run_sql("UPDATE blobs SET content = zeroblob(length(content)) WHERE id = 5"), "is damaged"),
    "a part missing": (run_sql("PRAGMA foreign_keys = off; DELETE FROM blobs WHERE id = 5"), "is damaged"),
    "a hash": (run_sql("UPDATE blobs SET hash = zeroblob(32) WHERE id = 5"), "is damaged"),
    "the document": (run_sql("UPDATE snapshots SET content = zeroblob(32)"), "is damaged"),
    "ids": (run_sql("UPDATE identities SET accounts = replace(accounts, '0', '1')"), "is damaged"),
    "no ids": (run_sql("DELETE FROM identities"), "is damaged"),
    "a key of the tokens": (run_sql("UPDATE token_keys SET key = zeroblob(32)"), "is damaged"),
    "counts": (run_sql("UPDATE snapshots SET problems = '{}'"), "is damaged"),
    "a date": (run_sql("UPDATE snapshots SET synced_at = '2025-10-03T07:00:12.345678+00:00'"), "is damaged"),
    "no snapshot": (run_sql("DELETE FROM snapshots"), "is damaged"),
    "another workbook": (run_sql("UPDATE workbooks SET source = 'file:/b.xlsx'"), "is damaged"),
    "the name of a column": (run_sql("ALTER TABLE workbooks RENAME COLUMN checksum TO checksun"), "is damaged"),
    "an orphan": (run_sql("PRAGMA foreign_keys = off; INSERT INTO snapshot_blobs VALUES (9, 1)"), "is damaged"),
    "a seal": (run_sql("UPDATE seals SET seal = zeroblob(32)"), "is damaged"),
    "no seal": (run_sql("DELETE FROM seals"), "is damaged"),
    "a recorded figure": (run_sql("UPDATE recorded SET churn = churn + 1"), "is damaged"),
    "no recorded figure": (run_sql("DELETE FROM recorded"), "is damaged"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_damaged_or_not_ours_is_said_to_be_so(store: Store, damage: str) -> None:
    save_snapshot(store, sample())
    act, message = DAMAGES[damage]
    act(store.path)
    with pytest.raises(StoreError, match=message) as caught:
        store.check()
    assert str(store.path) in str(caught.value)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as a user to whom permissions apply, as they do not to root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def public() -> Iterator[Path]:
    """Yield a folder that other users can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_file_that_may_only_be_read_is_read_and_says_so_when_written(public: Path) -> None:
    store = Store(public / "nrrbot.db")
    snapshot = save_snapshot(store, sample())
    store.path.chmod(0o444)
    public.chmod(0o777)
    with unprivileged():
        assert store.find_latest_snapshot() == snapshot
        with pytest.raises(StoreError, match=r"may not be written\. Let the user"):
            plan(store, "2025-10-06")
    assert_same_ledger(store.load(snapshot.id), sample())


def test_a_file_that_may_not_be_read_says_so(public: Path) -> None:
    store = Store(public / "nrrbot.db")
    save_snapshot(store, sample())
    store.path.chmod(0)
    with unprivileged(), pytest.raises(StoreError, match="cannot be opened"):
        store.find_latest_snapshot()


def test_a_folder_that_may_only_be_read_says_so(public: Path) -> None:
    public.chmod(0o555)
    with unprivileged(), pytest.raises(StoreError, match="may not be written"):
        save_snapshot(Store(public / "nrrbot.db"), sample())
    assert list(public.iterdir()) == []


def test_a_file_in_a_folder_that_may_only_be_read_is_read(public: Path) -> None:
    store = Store(public / "nrrbot.db")
    snapshot = save_snapshot(store, sample())
    store.path.chmod(0o666)
    public.chmod(0o555)
    with unprivileged():
        assert store.find_latest_snapshot() == snapshot
        assert_same_ledger(store.load(snapshot.id), sample())
        with pytest.raises(StoreError, match="may not be written"):
            plan(store, "2025-10-06")
    assert [file.name for file in public.iterdir()] == ["nrrbot.db"]


def test_a_log_that_another_program_removes_meanwhile_is_not_there(tmp_path: Path) -> None:
    log, is_over = tmp_path / "nrrbot.db-wal", threading.Event()

    def make_and_remove() -> None:
        while not is_over.is_set():
            log.touch()
            log.unlink()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(make_and_remove)
        try:
            assert not any(has_log(tmp_path / "nrrbot.db") for _ in range(10_000))
        finally:
            is_over.set()


@pytest.mark.parametrize("place", ["missing/nrrbot.db", ".", "file/nrrbot.db"])
def test_a_path_where_no_file_can_be_says_so(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot be opened\. Check that its folder exists"):
        save_snapshot(Store(tmp_path / place), sample())


def test_a_file_that_stays_locked_says_so(store: Store) -> None:
    snapshot = save_snapshot(store, sample())
    with open_raw(store.path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use by another program"):
            Store(store.path, patience=0.05).record_unchanged(snapshot.id, NOW, "v2")
    assert store.find_latest_snapshot() == snapshot


def test_a_disk_that_takes_no_more_leaves_the_last_snapshot(store: Store) -> None:
    snapshot = save_snapshot(store, sample())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size + 100_000, limits[1]))
    try:
        with pytest.raises(StoreError, match="The data stored so far is unchanged"):
            save_snapshot(store, sample(accounts=20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.check() == snapshot


def test_a_broken_character_where_sql_needs_text_is_named(store: Store) -> None:
    broken = Cube(((None, None), ("plan", "\ud83d")), make_figures(labels=2).windows, make_figures(labels=2).sums)
    with pytest.raises(StoreError, match=r"cannot be stored: .* broken character"):
        save_snapshot(store, sample(), broken)
    assert store.find_latest_snapshot() is None


# --- The edge -------------------------------------------------------------------------------------------------------

FOREIGN = {thing for thing in vars(sqlite3).values() if isinstance(thing, type) and issubclass(thing, Exception)}


def test_every_exception_of_sqlite_is_known() -> None:
    assert {error.__name__ for error in FOREIGN} == {
        "DataError", "DatabaseError", "Error", "IntegrityError", "InterfaceError", "InternalError",
        "NotSupportedError", "OperationalError", "ProgrammingError", "Warning",
    }  # fmt: skip


@pytest.mark.parametrize("foreign", sorted(FOREIGN | {OSError}, key=str))
def test_no_foreign_exception_gets_out(store: Store, foreign: type[Exception]) -> None:
    for use in (store._file.reading, store._file.writing):
        with pytest.raises(StoreError) as caught, use():
            raise foreign("what happened")
        assert isinstance(caught.value.__cause__, foreign)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("PRAGMA max_page_count = 1; CREATE TABLE t AS SELECT zeroblob(9999999);", "The disk is full"),
        ("PRAGMA query_only = on; CREATE TABLE t (x);", "may not be written"),
        ("ATTACH '/nowhere/at/all.db' AS other;", "cannot be opened"),
        ("SELECT * FROM nowhere;", "no such table: nowhere"),
    ],
)
def test_an_error_of_sqlite_is_said_in_words(store: Store, script: str, message: str) -> None:
    with pytest.raises(StoreError, match=message), store._file.reading() as connection:
        connection.executescript(script)


@pytest.mark.parametrize("name", [*ERROR_TEXTS, "PERM", "LOCKED", "MISUSE"])
def test_every_error_names_the_file_or_the_detail_and_the_mend(name: str) -> None:
    error = DatabaseFile(Path("/data/nrrbot.db"), 1).error(name, "a detail")
    assert "/data/nrrbot.db" in str(error) or "a detail" in str(error)
    assert error.fix
    assert "{" not in str(error)


def test_a_workbook_fails_since_the_first_of_its_failures_and_anew_after_a_reading(tmp_path: Path) -> None:
    store = Store(tmp_path / "nrrbot.db")
    failure, first = Sentence("Busy."), datetime(2025, 10, 6, 8, tzinfo=UTC)
    for minutes in (0, 1, 2):
        store.record_failure("file:x", failure, "", first + timedelta(minutes=minutes), "Wait.")
    store.record_notified("file:x", ["Inès"])
    poll = store.find_poll("file:x")
    assert poll
    assert (poll.failing_since, poll.failed_at, poll.fix) == (first, first + timedelta(minutes=2), "Wait.")
    assert poll.notified == ("Inès",)
    store.record_reading("file:x", replace(poll, failure=None))
    store.record_failure("file:x", failure, "", first + timedelta(days=1))
    poll = store.find_poll("file:x")
    assert poll
    assert (poll.failing_since, poll.notified) == (first + timedelta(days=1), ())
