"""The write-back: the figures and problems of the newest snapshot into the workbook, where they have changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.messages.outlook.account_signals import list_reasons
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.links import build_row_linker
from bot.service.problem_list import collect_marks, rank_problems
from bot.service.refresh.ask_tab import answer_questions
from bot.service.refresh.own_writes import record_own_write
from core.errors import N_, Sentence
from core.outlook.account_signals import SignalsRequest, find_opportunities, find_risks
from core.reports.scope import build_quarter_question
from sheets.ingest.reading import Progress
from sheets.workbook.port import Note, NotesResult, Tab, Workbook, WriteResult
from sheets.workbook.tables import Table
from sheets.writeback.accounts_tab import build_accounts_table
from sheets.writeback.ask_tab import ASK_TAB
from sheets.writeback.cell_notes import build_notes
from sheets.writeback.metrics_tab import build_metrics_table
from sheets.writeback.problems_tab import PROBLEMS_TAB, build_problems_table, list_people
from sheets.writeback.summary_tab import build_summary_table
from sheets.writeback.tab_titles import choose_title, find_own_tab


def write_back(
    analyst: Analyst, workbook: Workbook, progress: Progress = lambda _: None, *, only_changes: bool = False
) -> WriteResult:
    """Write the figures and problems of the newest snapshot into the workbook, and answer the questions of NRR Ask.

    With `only_changes` write nothing if it would be what was written last, and the bot's tabs are still there.

    With `workbook.notes` also write a note on each cell that has a problem; without it, remove the bot's notes. A
    workbook that has changed since it was read keeps its notes as they are: the cells may have moved.

    Raises:
        WorkbookError: the workbook cannot be written.
        NoSnapshotError: nothing was synced yet.

    """
    newest, tabs = analyst.load_newest(), workbook.tabs()
    written = _write_tabs(analyst, newest, workbook, tabs, progress, only_changes=only_changes)
    if written.is_copy or written.reason or find_own_tab(tabs, ASK_TAB) is None:
        return written
    asked = answer_questions(analyst, workbook)
    return replace(written, answered=asked.answered, ask_reason=asked.reason) if asked else written


def _write_tabs(
    analyst: Analyst,
    newest: LoadedSnapshot,
    workbook: Workbook,
    tabs: Sequence[Tab],
    progress: Progress,
    *,
    only_changes: bool,
) -> WriteResult:
    snapshot, scope = newest.snapshot, newest.scope
    progress(Sentence(N_("Writing to {name}"), {"name": snapshot.source_name}))
    # What people marked since the last write is kept through this one.
    collect_marks(analyst.store, snapshot.source, newest.problems(), workbook, analyst.clock(), tabs)
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
    language = analyst.translate.language
    tables = [replace(table, title=choose_title(tabs, table.title, language)) for table in tables]
    content = _hash_written(tables, notes)
    if only_changes:
        poll = analyst.store.find_poll(snapshot.source)
        if poll and poll.written == content and _has_tabs(tabs, tables):
            return WriteResult(snapshot.source_name, (), is_unchanged=True)
    untouched = workbook.version() == snapshot.source_version
    written = workbook.write(tables, notes if untouched or not noting else None)
    if accepted and choose_title(tabs, PROBLEMS_TAB, language) in written.tabs:
        analyst.store.record_shown_acceptances(snapshot.source, accepted)
    if noting:
        written = replace(written, notes=_report_notes(written, notes_over_limit, untouched=untouched))
    if not written.is_copy and not written.reason:
        # Notes that were left out have to be written after the next reading.
        stamp = workbook.stamp_own_write() if untouched else None
        record_own_write(analyst.store, workbook, snapshot, stamp, content if untouched else "")
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


def _has_tabs(tabs: Sequence[Tab], tables: Sequence[Table]) -> bool:
    """Tell whether the bot's tabs are in the workbook: a person may have deleted one."""
    titles = {tab.bot_title for tab in tabs}
    return titles.issuperset(table.title for table in tables)


def _report_notes(written: WriteResult, notes_over_limit: int, *, untouched: bool) -> NotesResult:
    """Return the result of writing the notes, with the reason where none could be written."""
    if written.is_copy or written.reason:
        return NotesResult(reason=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        reason = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return NotesResult(reason=Sentence(reason))
    return replace(written.notes, over_limit=notes_over_limit)
