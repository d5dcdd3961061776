"""A sync: workbook -> ledger and problems -> a snapshot, stored in one transaction or not at all."""

from __future__ import annotations

import datetime as dt
import gc
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from core.errors import N_, Sentence, WorkbookBusyError, WorkbookLayoutError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, SizeRules
from core.ledger.usage_pricing import UsagePricing
from core.metrics.cube import build_cube
from core.metrics.restatements import ENTERPRISE_ABOVE, MID_MARKET_FROM, PROGRAM, Restatement, Settings, index_figures
from core.months import find_local_day
from core.store.clock import check_not_earlier, is_far_ahead
from core.store.history.pruning import RetentionPolicy
from core.store.program import hash_program
from core.store.snapshots import Recording, Snapshot, SyncedWorkbook
from core.store.store import SameContentError, Store
from sheets.checks.company_totals import may_hold_totals
from sheets.headers.headings import HEAD_ROWS
from sheets.ingest.content_hash import hash_content, hash_reading
from sheets.ingest.ledger_changes import LedgerChanges, compare_ledgers
from sheets.ingest.loading import read_until_loaded
from sheets.ingest.parse import parse_tabs
from sheets.ingest.reshaping import is_of_other_shape
from sheets.ingest.schema_changes import (
    ColumnChanges,
    RememberedColumns,
    compare_columns,
    follow_renamed_tab,
    remember_columns,
)
from sheets.ingest.understanding import Understanding, describe_parsed, describe_refused, understand_workbook
from sheets.layouts.recognition import RecognisedTab, recognise_layout
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid, Tab, Workbook

ATTEMPTS = 3
# A table of KPIs with more rows than this is something else.
_TABLE_ROWS = 1000

Progress = Callable[[Sentence], None]
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
        reading: hash of all that was read; empty if it is not known.
        is_far_ahead: whether the clock is in doubt, so that no closed period was recorded and nothing pruned.

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

    Raises:
        ClockError: `now` is before the last sync. Nothing was read or stored.
        WorkbookError: the workbook as a whole cannot be read. Nothing was stored.
        StoreError: the snapshot cannot be stored. Nothing was stored.

    """
    last = store.find_latest_snapshot(workbook.source)
    if last and not trust_clock:
        check_not_earlier(now, last.checked_at)
    grids, version, options = _read_workbook(workbook, options, now, today, progress, sleep)
    far_ahead = not trust_clock and is_far_ahead(now, store.find_trusted_moment(workbook.source), workbook.server_time)
    progress(Sentence(N_("Making sense of {count} rows"), {"count": sum(len(grid.rows) for grid in grids)}))
    reading = hash_reading(grids, options, rules, usage)
    # A snapshot of a doubtful clock has recorded nothing, so it is stored again once the clock is right.
    can_confirm = last is not None and (far_ahead or last.recording != "none")
    if last and can_confirm and reading and reading == known_reading:
        return _confirm_snapshot(store, last, now, version, keep, reading, far_ahead=far_ahead)
    settings_options = options
    configured_title, tab_of_title = options.revenue_tab, {grid.tab.title: grid.tab for grid in grids}
    # A tab's ID outlasts its title in a Google Sheet only.
    if last and workbook.source.startswith("google:"):
        options = follow_renamed_tab(options, list(tab_of_title.values()), last.tabs)
    try:
        parsed = parse_tabs(grids, options)
    except WorkbookLayoutError as error:
        explain_refusal(describe_refused(error, grids, options))
        raise
    ledger, understanding = replace(parsed.ledger, usage=usage), describe_parsed(parsed, grids, options)
    settings = _list_settings(settings_options, ledger, rules)
    problems = _link_problems(workbook, tab_of_title, parsed.problems)
    decisions = [decision.as_row() for decision in parsed.decisions]
    tabs = _remember_tabs(parsed.recognised, options, configured_title, ledger.source_rows.tab)
    tab_rows = [tab.as_row() for tab in tabs]
    content_hash = hash_content(ledger, problems, rules)
    is_same = last is not None and last.content_hash == content_hash
    recording: Recording = "none" if far_ahead else "all"
    if last and can_confirm and not far_ahead and not is_same and ledger.last != last.data_through:
        # A sheet that no one edited may say something else on another day: that corrects no recorded figure.
        day = find_local_day(last.checked_at, workbook.time_zone) or last.checked_at.date()
        earlier = parse_tabs(grids, replace(options, today=day))
        linked = _link_problems(workbook, tab_of_title, earlier.problems)
        if hash_content(replace(earlier.ledger, usage=usage), linked, rules) == last.content_hash:
            recording = "new"
    del grids, parsed  # the cells of a large sheet are most of the memory, and the figures need some too
    columns = compare_columns(last.tabs, tabs, tab_of_title) if last else ColumnChanges()
    excluded_accounts = int(np.count_nonzero(ledger.accounts.excluded))

    def record_unchanged(newest: Snapshot) -> SyncResult:
        touched = store.record_unchanged(
            newest.id, now, version, settings, keep, tab_rows, decisions, is_doubtful=far_ahead
        )
        stored_problems = tuple(Problem(**row) for row in store.problems(newest.id))
        return SyncResult(
            touched,
            None,
            stored_problems,
            excluded_accounts,
            changed=False,
            understanding=understanding,
            columns=columns,
            accepted_problems=_count_accepted(store, workbook.source, stored_problems),
            is_far_ahead=far_ahead,
            reading=reading,
        )

    if last and is_same and can_confirm and not _has_other_figures(store, last, ledger, rules):
        return record_unchanged(last)
    # Vanished columns depend on the sync before, so they are problems of this snapshot, but not part of its hash.
    problems += _link_problems(workbook, tab_of_title, columns.vanished)
    # Compared before the new snapshot is stored, which may delete the one before.
    earlier_problems = {Problem.restore(row).fingerprint for row in store.problems(last.id)} if last else set()
    changes = compare_ledgers(store.load(last.id), ledger) if last else None
    progress(Sentence(N_("Computing the figures of {count} accounts"), {"count": ledger.accounts.count}))
    try:
        snapshot = store.save_snapshot(
            ledger,
            [problem.as_row() for problem in problems],
            build_cube(Segments(ledger, rules)),
            SyncedWorkbook(
                workbook.source,
                workbook.name,
                version,
                content_hash,
                workbook.locale,
                workbook.time_zone,
                tab_rows,
                decisions,
            ),
            now,
            settings,
            keep,
            recording=recording,
            compared_with=last.id if last else 0,
        )
    except SameContentError as error:
        return record_unchanged(error.snapshot)
    restated = store.restatements(workbook.source, since=snapshot.id - 1)
    return SyncResult(
        snapshot,
        changes,
        problems,
        excluded_accounts,
        changed=True,
        understanding=understanding,
        restatements=tuple(restated),
        columns=columns,
        new_problems=sum(problem.fingerprint not in earlier_problems for problem in problems),
        accepted_problems=_count_accepted(store, workbook.source, problems),
        is_far_ahead=far_ahead,
        reading=reading,
    )


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
    grids, _, options = _read_workbook(workbook, options, now, today, progress, sleep)
    return understand_workbook(grids, options)


def _read_workbook(
    workbook: Workbook,
    options: ReadOptions,
    now: dt.datetime,
    today: dt.date | None,
    progress: Progress,
    sleep: Callable[[float], None],
) -> tuple[Sequence[Grid], str, ReadOptions]:
    """Return the grids, their version, and the options with the locale and the day of the workbook."""

    def read() -> tuple[Sequence[Grid], str]:
        return _read_unchanged(workbook, options, progress)

    # The cells of a file are those that Excel stored: waiting changes nothing.
    is_google = workbook.source.startswith("google:")
    grids, version = read_until_loaded(read, progress, sleep) if is_google else read()
    locale = workbook.locale or options.locale
    day = today or find_local_day(now, workbook.time_zone) or options.today
    return grids, version, replace(options, locale=locale, today=day)


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


def _read_unchanged(workbook: Workbook, options: ReadOptions, progress: Progress) -> tuple[tuple[Grid, ...], str]:
    """Return the grids and their version: tabs of a known layout in full, of other tabs the first rows.

    Of a tab with periods across or down, such as a table of KPIs, these are many more: it may hold totals.
    The protocol cannot read at a version, so the version is compared before and after.
    """
    version = workbook.version()
    for _ in range(ATTEMPTS):
        tabs = [tab for tab in workbook.tabs() if not tab.is_bot_tab]
        # The workbook has its name once its tabs are known.
        progress(Sentence(N_("Reading {name}"), {"name": workbook.name}))
        heads = workbook.read(tabs, HEAD_ROWS)
        known = [head.tab for head in heads if _is_input(head, options)]
        full: dict[int, Grid] = {grid.tab.id: grid for grid in workbook.read(known)} if known else {}
        tables = [
            head.tab for head in heads if head.tab not in known and head.tab.rows > HEAD_ROWS and may_hold_totals(head)
        ]
        longer = workbook.read(tables, _TABLE_ROWS) if tables else ()
        # One that looks like an input by now was read in part only.
        full |= {grid.tab.id: grid for grid in longer if not _is_input(grid, options)}
        after = workbook.version()
        if after == version:
            return tuple(full.get(head.tab.id, head) for head in heads), version
        version = after
    raise WorkbookBusyError(
        N_("{name} was edited each of the {count} times that it was read. Nothing was changed."),
        N_("Try again when no one is editing it."),
        name=workbook.name,
        count=ATTEMPTS,
    )


def _is_input(head: Grid, options: ReadOptions) -> bool:
    """Tell whether a tab is read in full, from its first rows."""
    is_known = recognise_layout(head, options.headings) is not None
    return is_known or is_of_other_shape(head, options.headings)
