"""The refresh: a workbook into the store, and its figures back into the workbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.messages.outlook.account_signals import list_reasons
from bot.service.analyst import Analyst
from bot.service.problem_list import collect_marks, rank_problems
from core.errors import N_, Sentence
from core.money import DEFAULT_CURRENCY, find_currency
from core.outlook.account_signals import SignalsRequest, find_opportunities, find_risks
from core.reports.scope import build_quarter_question
from core.store.history.pruning import RetentionPolicy
from sheets.cells.text import fold_cell
from sheets.headers.headings import read_configured_headings
from sheets.ingest.sync import Explain, Progress, SyncResult, sync_into_store
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.port import NotesResult, Workbook, WriteResult
from sheets.writeback.accounts_tab import build_accounts_table
from sheets.writeback.cell_notes import build_notes
from sheets.writeback.metrics_tab import build_metrics_table
from sheets.writeback.problems_tab import PROBLEMS_TAB, build_problems_table
from sheets.writeback.summary_tab import build_summary_table


def sync_workbook(
    analyst: Analyst,
    workbook: Workbook,
    now: dt.datetime,
    today: dt.date | None = None,
    progress: Progress = lambda _: None,
    explain_refusal: Explain = lambda _: None,
    *,
    trust_clock: bool = False,
) -> SyncResult:
    """Read the workbook into the store; `explain_refusal` and `trust_clock` are those of `sync_into_store`.

    Raises:
        ClockError: the clock is before the last sync.
        ConfigError: `workbook.headings` names an unknown meaning.
        WorkbookError: it cannot be read; answers continue to come from the last snapshot.
        StoreError: the snapshot cannot be stored.

    """
    config = analyst.config
    keep = RetentionPolicy(config.store.keep_snapshots, config.store.keep_days)
    return sync_into_store(
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
    )


def build_read_options(analyst: Analyst, now: dt.datetime) -> ReadOptions:
    """Return the options of a reading that the config gives.

    Raises:
        ConfigError: `workbook.headings` names an unknown meaning.

    """
    config = analyst.config
    return ReadOptions(
        currency=find_currency(config.company.currency or DEFAULT_CURRENCY),
        locale=config.workbook.locale,
        today=now.astimezone(analyst.zone).date(),
        end_date=config.workbook.end_date,
        blank_month=config.workbook.blank_month,
        max_segment_values=config.workbook.max_segment_values,
        revenue_tab=config.workbook.revenue_tab,
        headings=read_configured_headings(config.workbook.headings),
        currency_is_configured=bool(config.company.currency),
        unit=config.workbook.unit,
        amount_is=config.workbook.amount_is,
        invoice_months=config.workbook.invoice_months or None,
        status_counts={fold_cell(status): counts for status, counts in config.workbook.status_counts.items()},
        fiscal_year_starts=config.company.fiscal_year_starts,
    )


def write_back(analyst: Analyst, workbook: Workbook, progress: Progress = lambda _: None) -> WriteResult:
    """Write the figures and problems of the newest snapshot into the bot's own tabs of the workbook.

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
    untouched = workbook.version() == snapshot.source_version
    noting = analyst.config.workbook.notes
    notes, notes_over_limit = build_notes(open_problems, analyst.translate) if noting else ([], 0)
    written = workbook.write(
        [
            build_summary_table(
                figures, scope.segments, heading, snapshot, scope.calendar, scope.playbook, analyst.translate
            ),
            build_metrics_table(figures, heading, snapshot, analyst.translate),
            build_problems_table(problems, snapshot, analyst.translate, frozenset(accepted)),
            build_accounts_table(
                signals, lambda reasons: list_reasons(reasons, analyst.translate), snapshot, analyst.translate
            ),
        ],
        notes if untouched or not noting else None,
    )
    if accepted and PROBLEMS_TAB in written.tabs:
        analyst.store.record_shown_acceptances(snapshot.source, accepted)
    if noting:
        written = replace(written, notes=_report_notes(written, notes_over_limit, untouched=untouched))
    if untouched and not written.is_copy and not written.reason:
        # This write is the only change of the workbook: the next sync need not read it again.
        analyst.store.record_unchanged(snapshot.id, snapshot.checked_at, workbook.version())
    return written


def _report_notes(written: WriteResult, notes_over_limit: int, *, untouched: bool) -> NotesResult:
    """Return the result of writing the notes, with the reason where none could be written."""
    if written.is_copy or written.reason:
        return NotesResult(reason=Sentence(N_("So there are no notes on its cells either.")))
    if not untouched:
        reason = N_("The notes on cells were left as they are: the workbook has changed since it was read.")
        return NotesResult(reason=Sentence(reason))
    return replace(written.notes, over_limit=notes_over_limit)
