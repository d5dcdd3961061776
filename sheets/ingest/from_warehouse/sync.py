"""A sync from a warehouse: one refresh of the cube -> a snapshot, unless its figures are those of the last one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from core.errors import N_, Sentence
from core.ledger.columns import Column, DatedValues, encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger, build_accounts
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.segments import DERIVED, UNASSIGNED, SizeRules
from core.metrics.cube import Cube
from core.metrics.restatements import ENTERPRISE_ABOVE, MID_MARKET_FROM, Restatement, Settings
from core.metrics.retention import Bridge
from core.months import Month
from core.store.clock import check_not_earlier, is_far_ahead
from core.store.history.pruning import RetentionPolicy
from core.store.snapshots import Snapshot, SyncedWorkbook
from core.store.store import SameContentError, Store
from core.terms import SIZES
from sheets.ingest.ledger_changes import LedgerChanges
from sheets.ingest.reading import Progress
from sheets.ingest.sync import SyncResult
from sheets.warehouse.inspection.problems import WarehouseProblem, list_excluded_accounts
from sheets.warehouse.recognition import Recognition

_NO_ROWS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SyncedWarehouse:
    """A warehouse that is synced.

    Attributes:
        source: its name in the store.
        name: its name for people.
        recognition: the tables that were found in it.
        problems: the rows of these that break a rule; None for those that the cube shows.

    """

    source: str
    name: str
    recognition: Recognition
    problems: tuple[WarehouseProblem, ...] | None


def sync_cube_into_store(
    warehouse: SyncedWarehouse,
    store: Store,
    rules: SizeRules,
    now: dt.datetime,
    progress: Progress = lambda _: None,
    keep: RetentionPolicy | None = None,
    *,
    trust_clock: bool = False,
) -> SyncResult:
    """Read the cube of a warehouse and store a snapshot, unless its figures are those of the last snapshot.

    Args:
        warehouse: the warehouse to read.
        store: the store of the snapshot.
        rules: the size limits.
        now: the moment of the sync, with a time zone.
        progress: called with each step.
        keep: the snapshots to keep; all of them if None.
        trust_clock: whether `now` is right even if it is before the last sync, or far after it.

    Raises:
        ClockError: `now` is before the last sync. Nothing was read or stored.
        WarehouseError: the warehouse cannot be read. Nothing was stored.
        StoreError: the snapshot cannot be stored. Nothing was stored.

    """
    recognition, last = warehouse.recognition, store.find_latest_snapshot(warehouse.source)
    if last and not trust_clock:
        check_not_earlier(now, last.checked_at)
    far_ahead = not trust_clock and is_far_ahead(now, store.find_trusted_moment(warehouse.source), None)
    progress(Sentence(N_("Adding up the amounts in the warehouse")))
    cube = recognition.source.cube(recognition.dimensions, recognition.first, recognition.through)
    ledger, settings = build_ledger(recognition, cube), _list_settings(recognition, rules)
    cube = _order_labels(cube, ledger)
    rename = store.load_forgotten().rename
    broken = list_excluded_accounts(recognition, cube) if warehouse.problems is None else warehouse.problems
    problems = [problem.as_row(rename) for problem in broken]
    content_hash = _hash_cube(ledger, cube, settings, problems)

    def record_unchanged(newest: Snapshot) -> SyncResult:
        touched = store.record_unchanged(newest.id, now, "", settings, keep, is_doubtful=far_ahead)
        return _build_result(touched, cube, changed=False, far_ahead=far_ahead)

    # A snapshot of a doubtful clock has recorded nothing, so it is stored again once the clock is right.
    if last and last.content_hash == content_hash and (far_ahead or last.recording != "none"):
        return record_unchanged(last)
    synced = SyncedWorkbook(
        warehouse.source, warehouse.name, "", content_hash, accounts=_count_accounts(cube, recognition.through)
    )
    try:
        snapshot = store.save_snapshot(
            ledger,
            problems,
            cube,
            synced,
            now,
            settings,
            keep,
            recording="none" if far_ahead else "all",
            compared_with=last.id if last else 0,
        )
    except SameContentError as error:
        return record_unchanged(error.snapshot)
    restatements = tuple(store.restatements(warehouse.source, since=snapshot.id - 1))
    return _build_result(snapshot, cube, changed=True, far_ahead=far_ahead, last=last, restatements=restatements)


def _build_result(
    snapshot: Snapshot,
    cube: Cube,
    *,
    changed: bool,
    far_ahead: bool,
    last: Snapshot | None = None,
    restatements: tuple[Restatement, ...] = (),
) -> SyncResult:
    changes = None
    if last:
        rise = snapshot.accounts - last.accounts
        changes = LedgerChanges(max(rise, 0), max(-rise, 0), last.data_through.until(snapshot.data_through), 0)
    return SyncResult(
        snapshot,
        changes,
        (),
        _count_excluded(cube, snapshot.data_through),
        changed=changed,
        understanding=None,
        restatements=restatements,
        new_problems=_count_new_problems(snapshot, last) if changed else 0,
        is_far_ahead=far_ahead,
    )


def build_ledger(recognition: Recognition, cube: Cube) -> Ledger:
    """Return the ledger of a warehouse: its months, its currency and the values of its dimensions, and no account."""
    months = [month.ordinal for month in recognition.months]
    unknown = (range(before + 1, after) for before, after in pairwise(months))
    return Ledger(
        first=recognition.first,
        panel=np.zeros((months[-1] - months[0] + 1, 0), dtype=np.int64),
        accounts=build_accounts(()),
        currencies=Currencies((recognition.currency,), np.zeros(0, dtype=np.int16)),
        source_rows=SourceRows("", np.zeros(0, dtype=np.int32)),
        columns={
            name: _build_column(name, cube, is_dated=name in recognition.columns.get("history", ()))
            for name in recognition.dimensions
            if name not in DERIVED
        },
        coverage=Coverage(frozenset(Month(ordinal) for gap in unknown for ordinal in gap)),
    )


def _build_column(name: str, cube: Cube, *, is_dated: bool) -> Column:
    cells = [value for dimension, value in cube.labels if dimension == name and value is not None]
    values = encode_values(name, [value for value in cells if value != UNASSIGNED], SIZES).values
    changes = DatedValues(_NO_ROWS.astype(np.intp), _NO_ROWS, _NO_ROWS.astype(np.int32)) if is_dated else None
    heading = name.replace("_", " ").capitalize()
    return Column(heading, values, _NO_ROWS.astype(np.int32), changes, is_blank_elsewhere=UNASSIGNED in cells)


def _order_labels(cube: Cube, ledger: Ledger) -> Cube:
    """Return the cube with its labels in the order that the cube of a ledger has."""
    values = [(name, value) for name, column in ledger.columns.items() for value in (UNASSIGNED, *column.values)]
    derived = [(name, value) for name, names in DERIVED.items() for value in names]
    places = {label: place for place, label in enumerate(cube.labels)}
    order = [places[label] for label in ((None, None), *values, *derived) if label in places]
    products = None if cube.products is None else cube.products[:, order]
    return replace(
        cube, labels=tuple(cube.labels[place] for place in order), sums=cube.sums[:, order], products=products
    )


def _list_settings(recognition: Recognition, rules: SizeRules) -> Settings:
    """Return the settings that the figures depend on, by their keys in the config."""
    return {
        "company.currency": recognition.currency.code,
        MID_MARKET_FROM: rules.mid_market_from,
        ENTERPRISE_ABOVE: rules.enterprise_above,
    }


def _hash_cube(ledger: Ledger, cube: Cube, settings: Settings, problems: Sequence[Mapping[str, object]]) -> str:
    """Return the hash of all that the figures and messages of a snapshot depend on."""
    texts = [
        dict(settings),
        [str(month) for month in ledger.closes],
        [[column.heading, column.values, column.changes is None] for column in ledger.columns.values()],
        cube.labels,
        [str(window) for window in cube.windows],
        [
            [str(entry.window), entry.reason, *entry.label, entry.accounts, entry.starting, entry.unpriced]
            for entry in cube.exclusions
        ],
        [] if cube.products is None else cube.products.tolist(),
        problems,
    ]
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(cube.sums).data)
    return digest.hexdigest()


def _count_accounts(cube: Cube, close: Month) -> int:
    """Return the number of accounts that pay at a close."""
    last = _find_last_bridge(cube, close)
    return last.retained + last.new_accounts + last.reactivated_accounts if last else 0


def _count_new_problems(snapshot: Snapshot, last: Snapshot | None) -> int:
    """Return by how many each kind of problem has grown."""
    before = last.problems if last else {}
    return sum(max(count - before.get(code, 0), 0) for code, count in snapshot.problems.items())


def _find_last_bridge(cube: Cube, close: Month) -> Bridge | None:
    rows = [row for row, window in enumerate(cube.windows) if window.end == close]
    return cube.read_bridge(rows[0], 0) if rows else None


def _count_excluded(cube: Cube, close: Month) -> int:
    """Return the number of accounts that are excluded from the last window of the whole company."""
    entries = [entry for entry in cube.exclusions if entry.label == (None, None) and entry.window.end == close]
    first = min((entry.window.months for entry in entries), default=0)
    return sum(entry.accounts for entry in entries if entry.window.months == first)
