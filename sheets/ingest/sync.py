"""The way in: workbook -> ledger and problems -> a snapshot, in one transaction, or nothing at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from core.errors import N_, Sentence, WorkbookBusyError
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments, SizeRules
from core.metrics.restatements import ENTERPRISE_ABOVE, MID_MARKET_FROM, Restatement, Settings
from core.metrics.retention import build_cube
from core.store.recorded import RetentionPolicy
from core.store.store import Snapshot, Store
from sheets.ingest.schema_changes import ColumnShift, RememberedColumns, follow, remembered
from sheets.ingest.schema_changes import compare as compare_columns
from sheets.layouts.recognition import known_tabs, parse_tabs, recognise_tabs
from sheets.problems import Problem
from sheets.tabs.headings import HEAD_ROWS
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Grid, Tab, Workbook

ATTEMPTS = 3

Progress = Callable[[Sentence], None]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two ledgers.

    Attributes:
        arrived: how many accounts are there that were not.
        gone: how many are not there any more.
        months: how many month closes more, negative when fewer.
        amounts: how many MRR values differ, of accounts and months that both have.

    """

    arrived: int
    gone: int
    months: int
    amounts: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did.

    Attributes:
        snapshot: the snapshot that serves now.
        changes: against the snapshot before; None when there was none, or nothing changed.
        problems: what is wrong in the sheet.
        quarantined: how many accounts are left out of every figure.
        changed: False when the workbook held what the last snapshot holds, so that no new one was made.
        restatements: what the new snapshot changed in figures of closed periods.
        columns: which columns appeared or vanished since the last sync.

    """

    snapshot: Snapshot
    changes: Changes | None
    problems: tuple[Problem, ...]
    quarantined: int
    changed: bool
    restatements: tuple[Restatement, ...] = ()
    columns: ColumnShift = field(default_factory=ColumnShift)


def sync_into_store(
    workbook: Workbook,
    store: Store,
    options: ReadOptions,
    rules: SizeRules,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    keep: RetentionPolicy | None = None,
) -> Synced:
    """Read the workbook and store what it holds, unless that is what the last snapshot holds.

    Args:
        workbook: what to read.
        store: where to.
        options: how to read; its locale and day serve where the workbook has no locale or time zone of its own.
        rules: the size limits, for the recorded figures.
        now: the moment of the sync, with a time zone.
        today: the day that counts as today, whatever the clock says.
        progress: is told what is being done.
        keep: how much history to keep; all of it when None.

    Raises:
        WorkbookError: the workbook as a whole cannot be read. Nothing was changed.
        StoreError: the snapshot cannot be stored. Nothing was changed.

    """
    grids, version = _read(workbook, options, progress)
    options = replace(
        options,
        locale=workbook.locale or options.locale,
        today=today or _today(now, workbook.time_zone) or options.today,
    )
    progress(Sentence(N_("Making sense of {count} rows"), {"count": sum(len(grid.rows) for grid in grids)}))
    last = store.latest(workbook.source)
    settings = _settings(options, rules)
    wanted, titles = options.revenue_tab, {grid.tab.title: grid.tab for grid in grids}
    # Only a Google Sheet's tabs have ids that outlast their titles.
    if last and workbook.source.startswith("google:"):
        options = follow(options, list(titles.values()), last.tabs)
    ledger, found = parse_tabs(grids, options)
    problems = _linked(workbook, titles, found)
    tabs = _tabs(grids, options, wanted, ledger.tab)
    del grids  # the cells of a large sheet are most of the memory, and the figures need some too
    shift = compare_columns(last.tabs, tabs, titles) if last else ColumnShift()
    rows = [tab.as_row() for tab in tabs]
    quarantined = int(np.count_nonzero(ledger.quarantined))
    fingerprint = _fingerprint(ledger, problems, rules)
    if last and last.content_hash == fingerprint:
        touched = store.touch(last.id, now, version, settings, keep, rows)
        stored = tuple(Problem(**row) for row in store.problems(last.id))
        return Synced(touched, None, stored, quarantined, changed=False, columns=shift)
    # What vanished is told against the sync before: it belongs to this snapshot, but does not tell its content apart.
    problems += _linked(workbook, titles, shift.vanished)
    # Before anything is stored: what is stored may prune the snapshot before.
    changes = compare(store.load(last.id), ledger) if last else None
    progress(Sentence(N_("Computing the figures of {count} accounts"), {"count": ledger.accounts}))
    snapshot = store.save(
        ledger,
        [problem.as_row() for problem in problems],
        build_cube(Segments(ledger, rules)),
        source=workbook.source,
        source_name=workbook.name,
        source_version=version,
        content_hash=fingerprint,
        synced_at=now,
        locale=workbook.locale,
        time_zone=workbook.time_zone,
        settings=settings,
        keep=keep,
        tabs=rows,
    )
    restated = store.restatements(workbook.source, since=snapshot.id - 1)
    return Synced(snapshot, changes, problems, quarantined, changed=True, restatements=tuple(restated), columns=shift)


def _linked(workbook: Workbook, tabs: Mapping[str, Tab], problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems, each with the address of its cell; a tab that is not there has none."""
    return tuple(
        replace(problem, link=workbook.link(tabs[problem.tab], problem.cell)) if problem.tab in tabs else problem
        for problem in problems
    )


def _tabs(grids: Sequence[Grid], options: ReadOptions, wanted: str, revenue: str) -> tuple[RememberedColumns, ...]:
    """Return what to remember of the tabs that were read: of several that hold revenue, the one that counts."""
    found = known_tabs(grids, options)
    read = [each for each in found if each[1].kind != "revenue" or each[0].title == revenue]
    return remembered(((tab, layout.name, header) for tab, layout, header in read), options, wanted)


def _settings(options: ReadOptions, rules: SizeRules) -> Settings:
    """Return the settings that figures follow from, by their keys in the config."""
    return {
        "company.currency": options.currency.code,
        "workbook.locale": options.locale,
        "workbook.end_date": options.end_date,
        "workbook.blank_month": options.blank_month,
        "workbook.max_segment_values": options.max_segment_values,
        "workbook.revenue_tab": options.revenue_tab,
        "workbook.headings": json.dumps(options.headings, sort_keys=True, default=str),
        MID_MARKET_FROM: rules.mid_market_from,
        ENTERPRISE_ABOVE: rules.enterprise_above,
    }


def _read(workbook: Workbook, options: ReadOptions, progress: Progress) -> tuple[tuple[Grid, ...], str]:
    """Return the grids and the version they belong to: in full those that a layout is known for, else their heads.

    The protocol gives no way to read at a version, so the version is asked before and after.
    """
    version = workbook.version()
    for _ in range(ATTEMPTS):
        tabs = [tab for tab in workbook.tabs() if not tab.is_bot_tab]
        # Only now, as the name comes with the tabs.
        progress(Sentence(N_("Reading {name}"), {"name": workbook.name}))
        heads = workbook.read(tabs, HEAD_ROWS)
        known = [head.tab for head in heads if recognise_tabs(head, options.headings) is not None]
        full: Mapping[int, Grid] = {grid.tab.id: grid for grid in workbook.read(known)} if known else {}
        after = workbook.version()
        if after == version:
            return tuple(full.get(head.tab.id, head) for head in heads), version
        version = after
    raise WorkbookBusyError(
        N_("{name} was edited each of the {count} times that it was read."),
        N_("Nothing was changed. Try again when nobody is typing."),
        name=workbook.name,
        count=ATTEMPTS,
    )


def _today(now: dt.datetime, time_zone: str) -> dt.date | None:
    """Return the day of `now` where the workbook is kept; None when it has no time zone that we know."""
    try:
        return now.astimezone(ZoneInfo(time_zone)).date() if time_zone else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _fingerprint(ledger: Ledger, problems: Sequence[Problem], rules: SizeRules) -> str:
    """Return what tells this content, and the figures that follow from it, from any other."""
    digest = hashlib.sha256()
    texts = [
        ledger.currency.code,
        str(ledger.first),
        ledger.ids,
        ledger.names,
        {key: (column.heading, column.values) for key, column in ledger.columns.items()},
        sorted(ledger.facts),
        ledger.tab,
        [problem.as_row() for problem in problems],
        [rules.mid_market_from, rules.enterprise_above],
        [each.code for each in ledger.currencies],
        sorted((str(month), code, str(rate)) for (month, code), rate in ledger.rates.items()),
        sorted((*key, str(target)) for key, target in ledger.targets.items()),
    ]
    digest.update(json.dumps(texts).encode())
    arrays = [ledger.panel, ledger.quarantined, ledger.unpriced, ledger.consumer, ledger.rows, ledger.currency_of]
    arrays += [ledger.row_index.starts, ledger.row_index.numbers]
    arrays += [column.codes for column in ledger.columns.values()]
    for changes in (column.changes for column in ledger.columns.values()):
        arrays += [changes.accounts, changes.months, changes.codes] if changes else []
    ahead = ledger.ahead
    arrays += [ahead.accounts, ahead.months, ahead.amounts] if ahead else []
    for array in arrays + [ledger.facts[key] for key in sorted(ledger.facts)]:
        digest.update(array.tobytes())
    return digest.hexdigest()


def compare(before: Ledger, after: Ledger) -> Changes:
    """Return what differs between two ledgers, account by account and month by month."""
    position = {account: index for index, account in enumerate(before.ids)}
    both = [(position[account], index) for index, account in enumerate(after.ids) if account in position]
    first, last = max(before.first, after.first), min(before.last, after.last)
    amounts = 0
    if both and first <= last:
        old, new = (list(side) for side in zip(*both, strict=True))
        span = first.until(last) + 1
        old_panel = before.panel[before.first.until(first) :][:span, old]
        amounts = int(np.count_nonzero(old_panel != after.panel[after.first.until(first) :][:span, new]))
    return Changes(
        arrived=after.accounts - len(both),
        gone=before.accounts - len(both),
        months=len(after.panel) - len(before.panel),
        amounts=amounts,
    )
