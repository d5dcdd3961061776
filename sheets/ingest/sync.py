"""A sync: workbook -> ledger and problems -> a snapshot, stored in one transaction or not at all."""

from __future__ import annotations

import datetime as dt
import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, SizeRules
from core.ledger.usage_pricing import UsagePricing
from core.metrics.cube import Cube, build_cube, update_cube
from core.metrics.restatements import ENTERPRISE_ABOVE, MID_MARKET_FROM, PROGRAM, Restatement, Settings, index_figures
from core.months import find_local_day
from core.store.clock import check_not_earlier, is_far_ahead
from core.store.history.pruning import RetentionPolicy
from core.store.program import hash_program
from core.store.snapshots import Recording, Snapshot, SyncedWorkbook
from core.store.store import SameContentError, Store
from sheets.ingest.content_hash import hash_content, hash_reading, is_same_reading, name_reading
from sheets.ingest.edits.comparison import Comparison, compare_reading, hash_frame
from sheets.ingest.edits.kept_reading import KeptReading, remove_reading, save_reading
from sheets.ingest.edits.ledger_edits import LedgerEdit, apply_changed_rows
from sheets.ingest.edits.plain_tabs import describe_plain_reading
from sheets.ingest.ledger_changes import LedgerChanges, compare_ledgers
from sheets.ingest.loading import read_until_loaded
from sheets.ingest.parse import parse_tabs
from sheets.ingest.reading import Progress, Reading, read_workbook, settle_options
from sheets.ingest.schema_changes import (
    VANISHED,
    ColumnChanges,
    RememberedColumns,
    compare_columns,
    follow_renamed_tab,
    remember_columns,
)
from sheets.ingest.understanding import Understanding, describe_parsed, describe_refused, understand_workbook
from sheets.layouts.recognition import RecognisedTab
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid, Tab, Workbook

Explain = Callable[[Understanding], None]


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The result of a sync.

    Attributes:
        snapshot: the current snapshot.
        changes: the changes since the snapshot before; None if there was none, or nothing changed.
        problems: the problems in the sheet.
        excluded_accounts: the number of accounts that are excluded from all figures.
        changed: False if the content is that of the last snapshot, so that no new one was stored.
        restatements: the changes that the new snapshot made to figures of closed periods.
        columns: the columns that appeared or vanished since the last sync.
        new_problems: the number of problems that the snapshot before did not have; all of them if there was none.
        accepted_problems: the number of problems that a person accepted.
        understanding: how the workbook was understood; None if nothing was parsed.
        reading: the name of the reading, `name_reading`; empty if it is not known.
        is_far_ahead: whether the clock is in doubt, so that no closed period was recorded and nothing pruned.
        ledger: the ledger of the snapshot as the store gives it; None where it is not loaded.

    """

    snapshot: Snapshot
    changes: LedgerChanges | None
    problems: tuple[Problem, ...]
    excluded_accounts: int
    changed: bool
    understanding: Understanding | None
    restatements: tuple[Restatement, ...] = ()
    columns: ColumnChanges = field(default_factory=ColumnChanges)
    new_problems: int = 0
    accepted_problems: int = 0
    reading: str = ""
    is_far_ahead: bool = False
    ledger: Ledger | None = None


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector off: the cells of a sheet are millions of objects without circles."""
    is_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Source:
    """A reading, and all that it is read with.

    Attributes:
        workbook: the workbook.
        store: the store of its snapshots.
        last: its last snapshot; None before the first.
        options: the options of the reading, with the locale and the day of the workbook.
        rules: the size limits.
        usage: the rule for accounts that pay by usage.
        far_ahead: whether the clock is in doubt.

    """

    workbook: Workbook
    store: Store
    last: Snapshot | None
    options: ReadOptions
    rules: SizeRules
    usage: UsagePricing | None
    far_ahead: bool

    @property
    def can_confirm(self) -> bool:
        """Whether the last snapshot is that of the workbook if its content is.

        A snapshot of a doubtful clock has recorded nothing, so it is stored again once the clock is right.
        """
        return self.last is not None and (self.far_ahead or self.last.recording != "none")

    def hash_grids(self, grids: Sequence[Grid]) -> str:
        """Return the hash of grids and of all else that a ledger follows from."""
        return hash_reading(grids, self.options, self.rules, self.usage)

    def follow_renamed_tab(self, tabs: Sequence[Tab]) -> ReadOptions:
        """Return the options with the current title of the revenue tab that the config names."""
        # A tab's ID outlasts its title in a Google Sheet only.
        if self.last and self.workbook.source.startswith("google:"):
            return follow_renamed_tab(self.options, tabs, self.last.tabs)
        return self.options

    def list_settings(self, ledger: Ledger) -> Settings:
        """Return the settings that the figures depend on."""
        return _list_settings(self.options, ledger, self.rules)


@dataclass(frozen=True, slots=True)
class _Content:
    """The content of a workbook.

    Attributes:
        ledger: the ledger.
        problems: its problems, linked to their cells.
        tabs: the tabs that were read, as they are stored.
        decisions: the decisions of the reading, as they are stored.
        reading: the name of the reading, `name_reading`; empty if it is not known.
        understanding: how the workbook was understood; None if only changed rows were read.
        columns: the changes of the columns since the last sync.
        vanished: the problems of columns and tabs that have vanished since, linked.
        recording: the closed periods to record with it.
        kept: the reading as it is kept, without its snapshot; None if the next one cannot be compared with it.
        edit: the edit; None if the whole workbook was read.

    """

    ledger: Ledger
    problems: tuple[Problem, ...]
    tabs: Sequence[Mapping[str, Any]]
    decisions: Sequence[Mapping[str, Any]]
    reading: str
    understanding: Understanding | None = None
    columns: ColumnChanges = field(default_factory=ColumnChanges)
    vanished: tuple[Problem, ...] = ()
    recording: Recording = "all"
    kept: KeptReading | None = None
    edit: LedgerEdit | None = None


@_without_collector()
def sync_into_store(
    workbook: Workbook,
    store: Store,
    options: ReadOptions,
    rules: SizeRules,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    keep: RetentionPolicy | None = None,
    sleep: Callable[[float], None] = time.sleep,
    explain_refusal: Explain = lambda _: None,
    usage: UsagePricing | None = None,
    *,
    trust_clock: bool = False,
    known_reading: str = "",
    rows_file: Path | None = None,
) -> SyncResult:
    """Read the workbook and store a snapshot, unless its content is that of the last snapshot.

    Args:
        workbook: the workbook to read.
        store: the store of the snapshot.
        options: the options of the reading; its locale and day apply if the workbook has no locale or time zone.
        rules: the size limits, for the recorded figures.
        now: the moment of the sync, with a time zone.
        today: the day that counts as today, instead of the day of `now`.
        progress: called with each step.
        keep: the snapshots to keep; all of them if None.
        sleep: waits for a number of seconds, while formulas of a Google Sheet are loading.
        explain_refusal: called with how the workbook was understood, if no figure can be read from its tabs.
        usage: the rule for accounts that pay by usage, for the recorded figures.
        trust_clock: whether `now` is right even if it is before the last sync, or far after it.
        known_reading: the `reading` that gave the last snapshot: if it is the same, nothing is parsed.
        rows_file: where the rows are kept, so that after most edits only the changed rows are parsed; None for nowhere.

    Raises:
        ClockError: `now` is before the last sync. Nothing was read or stored.
        WorkbookError: the workbook as a whole cannot be read. Nothing was stored.
        StoreError: the snapshot cannot be stored. Nothing was stored.

    """
    last = store.find_latest_snapshot(workbook.source)
    if last and not trust_clock:
        check_not_earlier(now, last.checked_at)
    reading = read_workbook(workbook, options, progress)
    far_ahead = not trust_clock and is_far_ahead(now, store.find_trusted_moment(workbook.source), workbook.server_time)
    options = settle_options(workbook, options, now, today)
    source = _Source(workbook, store, last, options, rules, usage, far_ahead)
    content, comparison = None, None
    if last and source.can_confirm and known_reading and rows_file:
        comparison = compare_reading(rows_file, reading, source.hash_grids, known_reading, last.id, options.today)
        if comparison and not comparison.rows:
            return _confirm_snapshot(store, last, now, reading.version, keep, known_reading, far_ahead=far_ahead)
        content = _apply_edit(source, last, comparison, progress) if comparison else None
    if content is None:
        grids, reading = _decode_loaded(workbook, options, reading, progress, sleep)
        progress(Sentence(N_("Making sense of {count} rows"), {"count": sum(len(grid.rows) for grid in grids)}))
        hashed = source.hash_grids(grids)
        if last and source.can_confirm and is_same_reading(known_reading, hashed, options.today):
            return _confirm_snapshot(store, last, now, reading.version, keep, known_reading, far_ahead=far_ahead)
        content = _parse_content(source, reading, grids, hashed, explain_refusal)
        del grids  # the cells of a large sheet are most of the memory, and the figures need some too
    result = _store_content(source, content, reading.version, now, keep, progress)
    if rows_file and content.kept and reading.fetched:
        kept = msgspec.structs.replace(content.kept, reading=content.reading, snapshot=result.snapshot.id)
        save_reading(rows_file, kept, reading.fetched, comparison.kept if comparison else None)
    elif rows_file:
        remove_reading(rows_file)
    return result


def _parse_content(
    source: _Source, reading: Reading, grids: Sequence[Grid], hashed: str, explain_refusal: Explain
) -> _Content:
    """Return the content of grids, whose hash is `hashed`."""
    tab_of_title = {grid.tab.title: grid.tab for grid in grids}
    options = source.follow_renamed_tab(list(tab_of_title.values()))
    try:
        parsed = parse_tabs(grids, options)
    except WorkbookLayoutError as error:
        explain_refusal(describe_refused(error, grids, options))
        raise
    ledger, last = replace(parsed.ledger, usage=source.usage), source.last
    problems = _link_problems(source.workbook, tab_of_title, parsed.problems)
    tabs = _remember_tabs(parsed.recognised, options, source.options.revenue_tab, ledger.source_rows.tab)
    recording: Recording = "none" if source.far_ahead else "all"
    if last and source.can_confirm and not source.far_ahead and ledger.last != last.data_through:
        # A sheet that no one edited may say something else on another day: that corrects no recorded figure.
        day = find_local_day(last.checked_at, source.workbook.time_zone) or last.checked_at.date()
        earlier = parse_tabs(grids, replace(options, today=day))
        linked = _link_problems(source.workbook, tab_of_title, earlier.problems)
        if hash_content(replace(earlier.ledger, usage=source.usage), linked, source.rules) == last.content_hash:
            recording = "new"
    columns = compare_columns(last.tabs, tabs, tab_of_title) if last else ColumnChanges()
    frame = hash_frame(reading, source.hash_grids)
    return _Content(
        ledger,
        problems,
        [tab.as_row() for tab in tabs],
        [decision.as_row() for decision in parsed.decisions],
        name_reading(hashed, parsed.valid_days),
        describe_parsed(parsed, grids, options),
        columns,
        _link_problems(source.workbook, tab_of_title, columns.vanished),
        recording,
        describe_plain_reading(reading, grids, parsed, options, frame),
    )


def _apply_edit(source: _Source, last: Snapshot, comparison: Comparison, progress: Progress) -> _Content | None:
    """Return the content of the last snapshot with an edit; None if more than amounts and the last rows changed."""
    problems = tuple(Problem(**row) for row in source.store.problems(last.id))
    # A column that had vanished is a problem of that snapshot alone.
    if source.far_ahead or not VANISHED.isdisjoint(problem.code for problem in problems):
        return None
    ledger = replace(source.store.load(last.id), usage=source.usage)
    progress(Sentence(N_("Making sense of {count} rows"), {"count": len(comparison.rows)}))
    options = source.follow_renamed_tab([comparison.head.tab])
    edit = apply_changed_rows(comparison, ledger, problems, options)
    if edit is None or source.list_settings(edit.ledger) != last.settings:
        return None
    return _Content(edit.ledger, problems, last.tabs, last.decisions, comparison.reading, kept=edit.kept, edit=edit)


def _store_content(
    source: _Source,
    content: _Content,
    version: str,
    now: dt.datetime,
    keep: RetentionPolicy | None,
    progress: Progress,
) -> SyncResult:
    """Store a snapshot of the content of a version of the workbook, unless the last snapshot has it."""
    workbook, store, last, ledger = source.workbook, source.store, source.last, content.ledger
    settings, excluded_accounts = source.list_settings(ledger), int(np.count_nonzero(ledger.accounts.excluded))
    content_hash = hash_content(ledger, content.problems, source.rules)

    def record_unchanged(newest: Snapshot) -> SyncResult:
        touched = store.record_unchanged(
            newest.id, now, version, settings, keep, content.tabs, content.decisions, is_doubtful=source.far_ahead
        )
        stored_problems = tuple(Problem(**row) for row in store.problems(newest.id))
        return SyncResult(
            touched,
            None,
            stored_problems,
            excluded_accounts,
            changed=False,
            understanding=content.understanding,
            columns=content.columns,
            accepted_problems=_count_accepted(store, workbook.source, stored_problems),
            is_far_ahead=source.far_ahead,
            reading=content.reading,
        )

    is_same = last is not None and last.content_hash == content_hash
    if last and is_same and source.can_confirm and not _has_other_figures(store, last, ledger, source.rules):
        return record_unchanged(last)
    # Vanished columns depend on the sync before, so they are problems of this snapshot, but not part of its hash.
    problems = content.problems + content.vanished
    # Compared before the new snapshot is stored, which may delete the one before.
    earlier_problems = {Problem.restore(row).fingerprint for row in store.problems(last.id)} if last else set()
    changes = _compare_with_last(source, content)
    progress(Sentence(N_("Computing the figures of {count} accounts"), {"count": ledger.accounts.count}))
    try:
        snapshot = store.save_snapshot(
            ledger,
            [problem.as_row() for problem in problems],
            _build_figures(source, content),
            SyncedWorkbook(
                workbook.source,
                workbook.name,
                version,
                content_hash,
                workbook.locale,
                workbook.time_zone,
                content.tabs,
                content.decisions,
            ),
            now,
            settings,
            keep,
            recording=content.recording,
            compared_with=last.id if last else 0,
            edited=(content.edit.before, content.edit.after) if content.edit else None,
        )
    except SameContentError as error:
        return record_unchanged(error.snapshot)
    return SyncResult(
        snapshot,
        changes,
        problems,
        excluded_accounts,
        changed=True,
        understanding=content.understanding,
        restatements=tuple(store.restatements(workbook.source, since=snapshot.id - 1)),
        columns=content.columns,
        new_problems=sum(problem.fingerprint not in earlier_problems for problem in problems),
        accepted_problems=_count_accepted(store, workbook.source, problems),
        is_far_ahead=source.far_ahead,
        reading=content.reading,
        # After an edit it is the last one, with the edited amounts in it.
        ledger=ledger if content.edit else None,
    )


def _compare_with_last(source: _Source, content: _Content) -> LedgerChanges | None:
    """Return the changes since the last snapshot; None if there was none."""
    if content.edit:
        return LedgerChanges(arrived=content.edit.arrived, gone=0, months=0, amounts=content.edit.amounts)
    return compare_ledgers(source.store.load(source.last.id), content.ledger) if source.last else None


def _build_figures(source: _Source, content: _Content) -> Cube:
    """Return the figures: after an edit those of the last snapshot, with the parts of the edited accounts replaced."""
    if source.last and content.edit:
        before, after = (Segments(side, source.rules) for side in (content.edit.before, content.edit.after))
        updated = update_cube(source.store.figures(source.last.id), before, after)
        if updated:
            return updated
    return build_cube(Segments(content.ledger, source.rules))


def _confirm_snapshot(
    store: Store,
    last: Snapshot,
    now: dt.datetime,
    version: str,
    keep: RetentionPolicy | None,
    reading: str,
    *,
    far_ahead: bool,
) -> SyncResult:
    """Record that the workbook has the cells of the last snapshot, though it has another version."""
    touched = store.record_unchanged(last.id, now, version, keep=keep, is_doubtful=far_ahead)
    problems = tuple(Problem(**row) for row in store.problems(last.id))
    excluded_accounts = int(np.count_nonzero(store.load(last.id).accounts.excluded))
    return SyncResult(
        touched,
        None,
        problems,
        excluded_accounts,
        changed=False,
        understanding=None,
        accepted_problems=_count_accepted(store, last.source, problems),
        reading=reading,
        is_far_ahead=far_ahead,
    )


def look_at_workbook(
    workbook: Workbook,
    options: ReadOptions,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Understanding:
    """Return how a workbook is understood; nothing is stored. The arguments are those of `sync_into_store`.

    Raises:
        WorkbookError: the workbook as a whole cannot be read.

    """
    return understand_workbook(*read_grids(workbook, options, now, today, progress, sleep))


def read_grids(
    workbook: Workbook,
    options: ReadOptions,
    now: dt.datetime,
    today: dt.date | None,
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Sequence[Grid], ReadOptions]:
    """Return the tabs of a workbook, and the options to parse them with; nothing is stored.

    The arguments are those of `sync_into_store`.

    Raises:
        WorkbookError: the workbook as a whole cannot be read.

    """
    reading = read_workbook(workbook, options, progress)
    options = settle_options(workbook, options, now, today)
    return _decode_loaded(workbook, options, reading, progress, sleep)[0], options


def _decode_loaded(
    workbook: Workbook, options: ReadOptions, first: Reading, progress: Progress, sleep: Callable[[float], None]
) -> tuple[Sequence[Grid], Reading]:
    """Return the grids of a reading, or of a later one if formulas are still loading, and that reading."""
    readings = chain([first], iter(lambda: read_workbook(workbook, options, progress), None))

    def decode() -> tuple[Sequence[Grid], Reading]:
        reading = next(readings)
        return reading.decode(), reading

    # The cells of a file are those that Excel stored: waiting changes nothing.
    is_google = workbook.source.startswith("google:")
    return read_until_loaded(decode, progress, sleep) if is_google else decode()


def _count_accepted(store: Store, source: str, problems: Iterable[Problem]) -> int:
    accepted = store.load_accepted(source)
    return sum(problem.fingerprint in accepted for problem in problems) if accepted else 0


def _link_problems(workbook: Workbook, tabs: Mapping[str, Tab], problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems with links to their cells; a problem of a vanished tab has no link."""
    return tuple(
        replace(problem, link=workbook.link(tabs[problem.tab], problem.cell)) if problem.tab in tabs else problem
        for problem in problems
    )


def _remember_tabs(
    recognised: Sequence[RecognisedTab], options: ReadOptions, configured_title: str, revenue_title: str
) -> tuple[RememberedColumns, ...]:
    """Return the columns of the tabs that were read; of several revenue tabs, only of the one that counts.

    The columns of a tab of another shape are not those of the sheet.
    """
    read_tabs = [
        tab
        for tab in recognised
        if tab.grid.origin is None
        and (tab.title == revenue_title or (tab.layout.kind != "revenue" and not tab.grid.tab.is_hidden))
    ]
    return remember_columns(read_tabs, options, configured_title)


def _list_settings(options: ReadOptions, ledger: Ledger, rules: SizeRules) -> Settings:
    """Return the settings that the figures depend on, by their keys in the config."""
    return {
        "company.currency": ledger.currency.code,
        "company.usage_months": ledger.usage_months or 0,
        "workbook.locale": options.locale,
        "workbook.end_date": options.end_date,
        "workbook.blank_month": options.blank_month,
        "workbook.max_segment_values": options.max_segment_values,
        "workbook.revenue_tab": options.revenue_tab,
        "workbook.headings": json.dumps(options.headings, sort_keys=True, default=str),
        MID_MARKET_FROM: rules.mid_market_from,
        ENTERPRISE_ABOVE: rules.enterprise_above,
        PROGRAM: hash_program(),
    }


def _has_other_figures(store: Store, last: Snapshot, ledger: Ledger, rules: SizeRules) -> bool:
    """Tell whether an update of nrrbot computes other figures of the content of the last snapshot."""
    if last.settings.get(PROGRAM) == hash_program():
        return False
    return index_figures(store.figures(last.id)) != index_figures(build_cube(Segments(ledger, rules)))
