"""The refresh: a workbook into the store, and its figures back into the workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.messages.outlook.account_signals import reason_text
from bot.service.analyst import Analyst
from core.errors import N_, Sentence
from core.money import currency
from core.outlook.account_signals import OPPORTUNITIES, RISKS, find_signals
from core.query.periods import last_quarter
from core.query.question import Question
from core.store.recorded import RetentionPolicy
from sheets.ingest.sync import Progress, SyncResult, sync_into_store
from sheets.problems import Problem
from sheets.tabs.headings import read_configured_headings
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import Noted, Workbook, Written
from sheets.writeback.cell_notes import notes_for
from sheets.writeback.metrics_tab import accounts_table, metrics_table, problems_table
from sheets.writeback.summary_tab import summary_table


def sync_workbook(
    analyst: Analyst,
    workbook: Workbook,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
) -> SyncResult:
    """Read the workbook into the store.

    Raises:
        ConfigError: `workbook.headings` names a meaning that there is none of.
        WorkbookError: it cannot be read; the last snapshot goes on serving.
        StoreError: the snapshot cannot be stored.

    """
    config = analyst.config
    options = ReadOptions(
        currency=currency(config.company.currency),
        locale=config.workbook.locale,
        today=now.astimezone(analyst.zone).date(),
        end_date=config.workbook.end_date,
        blank_month=config.workbook.blank_month,
        max_segment_values=config.workbook.max_segment_values,
        revenue_tab=config.workbook.revenue_tab,
        headings=read_configured_headings(config.workbook.headings),
    )
    keep = RetentionPolicy(config.store.keep_snapshots, config.store.keep_days)
    return sync_into_store(workbook, analyst.store, options, analyst.rules, now, today, progress, keep)


def write_back(analyst: Analyst, workbook: Workbook, progress: Progress = lambda _: None) -> Written:
    """Write the figures and problems of the newest snapshot into the bot's own tabs of the workbook.

    With `workbook.notes` also put a note on each cell that has a problem; without, take away those that were put. A
    workbook that has changed since it was read keeps its notes as they are: the cells may have moved.

    Raises:
        WorkbookError: the workbook cannot be written.
        NoSnapshotError: nothing was synced yet.

    """
    snapshot, segments = analyst.latest()
    progress(Sentence(N_("Writing to {name}"), {"name": snapshot.source_name}))
    problems = [Problem.restore(row) for row in analyst.store.problems(snapshot.id)]
    figures = analyst.store.figures(snapshot.id)

    def heading(dimension: str) -> str:
        return analyst.translate(segments.heading(dimension))

    whole, origin = Question("nrr", (), last_quarter(analyst.calendar, snapshot.data_through)), analyst.origin(snapshot)
    found = {
        kind: find_signals(codes, whole, segments, origin, analyst.today, analyst.thresholds)
        for kind, codes in (("risks", RISKS), ("opportunities", OPPORTUNITIES))
    }
    untouched = workbook.version() == snapshot.source_version
    noting = analyst.config.workbook.notes
    notes, over = notes_for(problems, analyst.translate) if noting else ([], 0)
    written = workbook.write(
        [
            summary_table(figures, segments, heading, snapshot, analyst.calendar, analyst.playbook, analyst.translate),
            metrics_table(figures, heading, snapshot, analyst.translate),
            problems_table(problems, snapshot, analyst.translate),
            accounts_table(found, lambda reason: reason_text(reason, analyst.translate), snapshot, analyst.translate),
        ],
        notes if untouched or not noting else None,
    )
    if noting:
        written = replace(written, noted=_noted(written, over, untouched=untouched))
    if untouched and not written.aside:
        # What changed is only what we wrote: it is no reason to read the workbook again.
        analyst.store.touch(snapshot.id, snapshot.checked_at, workbook.version())
    return written


def _noted(written: Written, over: int, *, untouched: bool) -> Noted:
    """Return what became of the notes, with the reason where none could be put."""
    if written.aside:
        return Noted(why=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        moved = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return Noted(why=Sentence(moved))
    return replace(written.noted, over=over)
