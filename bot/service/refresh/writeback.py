"""The write-back: the figures and problems of the newest snapshot into the workbook, where they have changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.messages.outlook.account_signals import list_reasons
from bot.service.analyst import Analyst
from bot.service.links import build_row_linker
from bot.service.problem_list import collect_marks, rank_problems
from core.errors import N_, Sentence
from core.outlook.account_signals import SignalsRequest, find_opportunities, find_risks
from core.reports.scope import build_quarter_question
from core.store.snapshots import Snapshot
from sheets.ingest.sync import Progress
from sheets.workbook.port import Note, NotesResult, Workbook, WriteResult
from sheets.workbook.tables import Table
from sheets.writeback.accounts_tab import build_accounts_table
from sheets.writeback.cell_notes import build_notes
from sheets.writeback.metrics_tab import build_metrics_table
from sheets.writeback.problems_tab import PROBLEMS_TAB, build_problems_table, list_people
from sheets.writeback.summary_tab import build_summary_table


def write_back(
    analyst: Analyst, workbook: Workbook, progress: Progress = lambda _: None, *, only_changes: bool = False
) -> WriteResult:
    """Write the figures and problems of the newest snapshot into the bot's own tabs of the workbook.

    With `only_changes` write nothing if it would be what was written last, and the bot's tabs are still there.

    With `workbook.notes` also write a note on each cell that has a problem; without it, remove the bot's notes. A
    workbook that has changed since it was read keeps its notes as they are: the cells may have moved.

    Raises:
        WorkbookError: the workbook cannot be written.
        NoSnapshotError: nothing was synced yet.

    """
    newest = analyst.load_newest()
    snapshot, scope = newest.snapshot, newest.scope
    progress(Sentence(N_("Writing to {name}"), {"name": snapshot.source_name}))
    # What people marked since the last write is kept through this one.
    collect_marks(analyst.store, snapshot.source, newest.problems(), workbook, analyst.clock())
    ranked, figures = rank_problems(newest), newest.figures()
    problems = [entry.problem for entry in ranked]
    accepted = [entry.problem.fingerprint for entry in ranked if entry.is_accepted]
    open_problems = [entry.problem for entry in ranked if not entry.is_accepted]

    def heading(dimension: str) -> str:
        return analyst.translate(scope.segments.heading(dimension))

    company = SignalsRequest(build_quarter_question(scope))
    signals = {"risks": find_risks(company, scope), "opportunities": find_opportunities(company, scope)}
    revenue_tab = scope.ledger.source_rows.tab
    noting = analyst.config.workbook.notes
    notes, notes_over_limit = build_notes(open_problems, analyst.translate) if noting else ([], 0)
    tables = [
        build_summary_table(
            figures,
            scope.segments,
            heading,
            snapshot,
            scope.calendar,
            scope.playbook,
            scope.targets,
            Counter(problem.severity for problem in open_problems),
            analyst.translate,
        ),
        build_metrics_table(figures, heading, snapshot, scope.calendar, analyst.translate),
        build_problems_table(problems, snapshot, analyst.translate, frozenset(accepted), list_people(scope.ledger)),
        build_accounts_table(
            signals,
            lambda reasons: list_reasons(reasons, analyst.translate),
            snapshot,
            revenue_tab,
            build_row_linker(snapshot, revenue_tab),
            analyst.translate,
        ),
    ]
    content = _hash_written(tables, notes)
    if only_changes:
        poll = analyst.store.find_poll(snapshot.source)
        if poll and poll.written == content and _has_tabs(workbook, tables):
            return WriteResult(snapshot.source_name, (), is_unchanged=True)
    untouched = workbook.version() == snapshot.source_version
    written = workbook.write(tables, notes if untouched or not noting else None)
    if accepted and PROBLEMS_TAB in written.tabs:
        analyst.store.record_shown_acceptances(snapshot.source, accepted)
    if noting:
        written = replace(written, notes=_report_notes(written, notes_over_limit, untouched=untouched))
    if not written.is_copy and not written.reason:
        # Notes that were left out have to be written after the next reading.
        _record_write(analyst, workbook, snapshot, content if untouched else "", is_only_change=untouched)
    return written


def _hash_written(tables: Sequence[Table], notes: Sequence[Note]) -> str:
    """Return the hash of what a write-back writes."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(repr(replace(table, rows=())).encode())
        for row in table.rows:
            digest.update(repr(row).encode())
    digest.update(repr(notes).encode())
    return digest.hexdigest()


def _has_tabs(workbook: Workbook, tables: Sequence[Table]) -> bool:
    """Tell whether the bot's tabs are in the workbook: a person may have deleted one."""
    titles = {tab.title for tab in workbook.tabs() if tab.is_bot_tab}
    return titles.issuperset(table.title for table in tables)


def _record_write(
    analyst: Analyst, workbook: Workbook, snapshot: Snapshot, content: str, *, is_only_change: bool
) -> None:
    """Record what was written. If it is the only change of the workbook since it was read, it causes no reading."""
    stamp = workbook.stamp_own_write() if is_only_change else None
    analyst.store.record_own_write(snapshot.source, stamp, content)
    if stamp is not None:
        is_google = workbook.source.startswith("google:")
        analyst.store.record_unchanged(snapshot.id, snapshot.checked_at, stamp if is_google else workbook.version())


def _report_notes(written: WriteResult, notes_over_limit: int, *, untouched: bool) -> NotesResult:
    """Return the result of writing the notes, with the reason where none could be written."""
    if written.is_copy or written.reason:
        return NotesResult(reason=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        reason = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return NotesResult(reason=Sentence(reason))
    return replace(written.notes, over_limit=notes_over_limit)
