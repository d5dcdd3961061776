"""The write-back: the figures and problems of the newest snapshot into the workbook, where they have changed.

The workbook is the one that the snapshot was read from, or next to a warehouse one that is only written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.locale.translator import Translator
from bot.messages.outlook.account_signals import list_reasons
from bot.messages.status.problems import RankedProblem
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.links import build_row_linker
from bot.service.problem_list import collect_marks, rank_problems
from bot.service.refresh.ask.ask_tab import answer_questions
from bot.service.refresh.changed_rows import find_changed_rows, hash_metrics
from bot.service.refresh.own_writes import record_own_write
from bot.service.refresh.tab_contents import TabContent, describe_table, hash_notes
from core.errors import N_, Sentence
from core.outlook.account_signals import SignalsRequest, find_opportunities, find_risks
from core.reports.scope import build_quarter_question
from core.store.state.polls import Poll
from core.store.state.written import Written, encode_written, follow_reading, read_written
from sheets.ingest.reading import Progress
from sheets.problems import Problem, count_by_severity
from sheets.workbook.port import NotesResult, Tab, Workbook, WriteResult
from sheets.workbook.tables import Table
from sheets.writeback.accounts_tab import build_accounts_table, build_empty_accounts_table
from sheets.writeback.ask_tab import ASK_TAB
from sheets.writeback.cell_notes import build_notes
from sheets.writeback.metrics_tab import METRICS_TAB, MetricsTab
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
    if newest.snapshot.is_of_warehouse:
        # A workbook that is never read is followed from each write on.
        analyst.store.record_reading(workbook.source, Poll(workbook.stamp(), "", analyst.clock()))
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
    snapshot, source, name = newest.snapshot, workbook.source, workbook.name
    progress(Sentence(N_("Writing to {name}"), {"name": name}))
    # What people marked since the last write is kept through this one.
    collect_marks(analyst.store, snapshot.source, newest.problems(), workbook, analyst.clock(), tabs)
    ranked = rank_problems(newest)
    accepted = [entry.problem.fingerprint for entry in ranked if entry.is_accepted]
    open_problems = [entry.problem for entry in ranked if not entry.is_accepted]
    # No cell of a workbook is a row of a warehouse.
    noting = analyst.config.workbook.notes and not snapshot.is_of_warehouse
    notes, notes_over_limit = build_notes(open_problems, analyst.translate) if noting else ([], 0)
    metrics, contents = _list_contents(analyst, newest, tabs, ranked, open_problems)
    known = read_written(analyst.store.find_poll(source)) if only_changes else Written()
    has_other_notes = known.notes != hash_notes(notes)
    changed = _choose_changed(contents, known, tabs)
    if not changed and not has_other_notes:
        return WriteResult(name, (), is_unchanged=True)
    day, rows = str(newest.scope.today), None
    if known.day != day or not source.startswith("google:"):
        # A file is written as a whole anyway.
        changed = contents
    else:
        metrics_content = next((content for content in changed if content.title == metrics.frame.title), None)
        if metrics_content:
            rows = find_changed_rows(metrics, metrics_content.digest, known, analyst.store, workbook, tabs)
        if rows:
            changed = [content for content in changed if content != metrics_content]
    untouched = snapshot.is_of_warehouse or workbook.version() == snapshot.source_version
    written = WriteResult(name, ())
    # Until the write has ended no one knows what the tabs hold: if the program ends now, the next poll writes them.
    poll, problems_tab = analyst.store.find_poll(source), find_own_tab(tabs, PROBLEMS_TAB)
    nothing = Written(problems_tab=problems_tab.id if problems_tab else None)
    analyst.store.record_own_write(source, "", encode_written(nothing))
    if changed or noting or has_other_notes:
        written = workbook.write([content.build() for content in changed], notes if untouched or not noting else None)
    if rows:
        workbook.write_cells(rows.tab, rows.runs, metrics.frame.decimals)
        written = replace(written, tabs=(*written.tabs, rows.tab.title))
    if accepted and choose_title(tabs, PROBLEMS_TAB, analyst.translate.language) in written.tabs:
        analyst.store.record_shown_acceptances(snapshot.source, accepted)
    if noting:
        written = replace(written, notes=_report_notes(written, notes_over_limit, untouched=untouched))
    title = choose_title(tabs, PROBLEMS_TAB, analyst.translate.language)
    nothing = Written(problems_tab=written.ids.get(title, nothing.problems_tab))
    if written.is_copy or written.reason:
        analyst.store.record_own_write(source, poll.stamp if poll else None, encode_written(nothing))
    else:
        # Notes that were left out have to be written after the next reading.
        stamp = workbook.stamp_own_write() if untouched else None
        digests = {content.title: content.digest for content in contents}
        content = Written(snapshot.id, day, digests, hash_notes(notes), problems_tab=nothing.problems_tab)
        content = follow_reading(content, poll) if stamp else nothing
        record_own_write(analyst.store, workbook, snapshot, stamp, encode_written(content))
    return written


def _list_contents(
    analyst: Analyst,
    newest: LoadedSnapshot,
    tabs: Sequence[Tab],
    ranked: Sequence[RankedProblem],
    open_problems: Sequence[Problem],
) -> tuple[MetricsTab, list[TabContent]]:
    """Return NRR Metrics, whose rows are many and not built yet, and the contents of all tabs in their order."""
    snapshot, scope, figures = newest.snapshot, newest.scope, newest.figures()

    def heading(dimension: str) -> str:
        return analyst.translate(scope.segments.heading(dimension))

    def describe(table: Table) -> TabContent:
        return describe_table(replace(table, title=choose_title(tabs, table.title, analyst.translate.language)))

    problems = [entry.problem for entry in ranked]
    accepted = frozenset(entry.problem.fingerprint for entry in ranked if entry.is_accepted)
    people = list_people(scope.ledger, {problem.account for problem in problems})
    title = choose_title(tabs, METRICS_TAB, analyst.translate.language)
    metrics = MetricsTab(figures, heading, snapshot, scope.calendar, analyst.translate, title)
    return metrics, [
        describe(
            build_summary_table(
                figures,
                scope.cuts,
                heading,
                snapshot,
                scope.calendar,
                scope.playbook,
                scope.targets,
                count_by_severity(open_problems),
                analyst.translate,
            )
        ),
        TabContent(
            metrics.frame.title,
            hash_metrics(metrics, figures, list(map(heading, scope.segments.dimensions)), scope.calendar),
            metrics.build_table,
        ),
        describe(build_problems_table(problems, snapshot, analyst.translate, accepted, people)),
        describe(_build_accounts_table(newest, analyst.translate)),
    ]


def _build_accounts_table(newest: LoadedSnapshot, translate: Translator) -> Table:
    snapshot, scope = newest.snapshot, newest.scope
    if scope.warehouse:
        return build_empty_accounts_table(snapshot, translate)
    company, tab = SignalsRequest(build_quarter_question(scope)), scope.ledger.source_rows.tab
    return build_accounts_table(
        {"risks": find_risks(company, scope), "opportunities": find_opportunities(company, scope)},
        lambda reasons: list_reasons(reasons, translate),
        snapshot,
        tab,
        build_row_linker(snapshot, tab),
        translate,
    )


def _choose_changed(contents: Sequence[TabContent], known: Written, tabs: Sequence[Tab]) -> list[TabContent]:
    """Return the contents that the workbook does not have: other ones, or of a tab that a person deleted."""
    titles = {tab.bot_title for tab in tabs}
    return [
        content
        for content in contents
        if content.title not in titles or known.tabs.get(content.title) != content.digest
    ]


def _report_notes(written: WriteResult, notes_over_limit: int, *, untouched: bool) -> NotesResult:
    """Return the result of writing the notes, with the reason where none could be written."""
    if written.is_copy or written.reason:
        return NotesResult(reason=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        reason = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return NotesResult(reason=Sentence(reason))
    return replace(written.notes, over_limit=notes_over_limit)
