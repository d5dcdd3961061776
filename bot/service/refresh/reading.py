"""A reading: the workbook into the store, with the options of the config."""

from __future__ import annotations

import datetime as dt

from bot.service.analyst import Analyst
from bot.service.refresh.basis import hash_basis
from bot.service.refresh.options import build_read_options
from core.store.database import ROWS_ENDING
from core.store.history.pruning import RetentionPolicy
from core.store.state.polls import Poll
from sheets.ingest.reading import Progress
from sheets.ingest.sync import Explain, SyncResult, sync_into_store
from sheets.workbook.port import Workbook


def sync_workbook(
    analyst: Analyst,
    workbook: Workbook,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    explain_refusal: Explain = lambda _: None,
    *,
    only_changes: bool = False,
    trust_clock: bool = False,
) -> SyncResult:
    """Read the workbook into the store; `explain_refusal` and `trust_clock` are those of `sync_into_store`.

    With `only_changes` nothing is parsed if the cells are those of the last snapshot, and of a plain revenue tab with
    edited amounts nothing but their rows. They are found by the rows that are kept next to the store.

    Raises:
        ClockError: the clock is before the last sync.
        ConfigError: `workbook.headings` names an unknown meaning.
        WorkbookError: it cannot be read; answers continue to come from the last snapshot.
        StoreError: the snapshot cannot be stored.

    """
    config = analyst.config
    keep = RetentionPolicy(config.store.keep_snapshots, config.store.keep_days)
    is_google = workbook.source.startswith("google:")
    stamp = "" if is_google else workbook.stamp()
    result = sync_into_store(
        workbook,
        analyst.store,
        build_read_options(analyst, now),
        analyst.rules,
        now,
        today,
        progress,
        keep,
        explain_refusal=explain_refusal,
        usage=analyst.usage,
        trust_clock=trust_clock,
        known_reading=_find_known_reading(analyst, workbook.source, now, today) if only_changes else "",
        rows_file=analyst.store.path.with_name(analyst.store.path.name + ROWS_ENDING) if is_google else None,
    )
    snapshot = result.snapshot
    if result.ledger:
        analyst.keep_ledger(snapshot, result.ledger)
    # Of a Google Sheet both are Drive's version, and the one that was read is known exactly.
    stamp = snapshot.source_version if is_google else stamp
    basis = hash_basis(config, snapshot.time_zone, now, today)
    content = f"{snapshot.id}:{result.reading}"
    analyst.store.record_reading(workbook.source, Poll(stamp, basis, now, content))
    return result


def _find_known_reading(analyst: Analyst, source: str, now: dt.datetime, today: dt.date | None) -> str:
    """Return the reading that gave the last snapshot; empty if it is not known, or settings or code are others."""
    poll, snapshot = analyst.store.find_poll(source), analyst.store.find_latest_snapshot(source)
    if poll is None or snapshot is None or poll.basis != hash_basis(analyst.config, snapshot.time_zone, now, today):
        return ""
    number, _, reading = poll.content.partition(":")
    return reading if number == str(snapshot.id) else ""
