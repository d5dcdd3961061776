"""A pass over the tab NRR Ask: read the questions, write the answers in one step, read again, clear what moved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from bot.locale.translator import get_translator
from bot.service.analyst import Analyst, LoadedSnapshot
from bot.service.refresh.ask.account_links import AccountLinks
from bot.service.refresh.ask.ask_answers import QuestionAnswerer
from bot.service.refresh.basis import stamp_code
from bot.service.refresh.own_writes import OwnWrites
from core.errors import N_, Sentence, WorkbookError
from sheets.workbook.port import Tab, Workbook, WriteResult
from sheets.writeback.accounts_tab import ACCOUNTS_TAB
from sheets.writeback.ask_tab import (
    ASK_TAB,
    AskPlanner,
    AskSheet,
    Key,
    build_ask_table,
    list_ask_headings,
    read_ask_sheet,
)
from sheets.writeback.tab_titles import choose_title, find_own_tab, has_title

# Marks and writes of one pass while people work in the tab; what is left then is for the next poll.
_STEPS = 12
_NO_COLUMNS = N_(
    "The columns Read as and Receipt of the tab {title} have other headings, so its questions were not answered. Give "
    "them back, or delete the tab and make it anew: nrrbot template --ask."
)


@dataclass(frozen=True, slots=True)
class AskResult:
    """The effect of a pass.

    Attributes:
        answered: the number of questions that were answered.
        reason: why none could be; None if they could.

    """

    answered: int
    reason: Sentence | None = None


def add_ask_tab(analyst: Analyst, workbook: Workbook) -> WriteResult:
    """Add NRR Ask to the workbook. An existing tab of that name stays. Raises WorkbookError."""
    tabs = workbook.tabs()
    title = choose_title(tabs, ASK_TAB, analyst.translate.language)
    if has_title(tabs, ASK_TAB):
        return WriteResult(workbook.name, (), (title,))
    return workbook.write([replace(build_ask_table(analyst.translate), title=title)])


def answer_questions(analyst: Analyst, workbook: Workbook) -> AskResult | None:
    """Answer the questions of NRR Ask from the newest snapshot; None if the workbook has no such tab.

    Raises:
        WorkbookError: the tab cannot be read or written.
        NoSnapshotError: nothing was synced yet.

    """
    reader = _AskReader(workbook, list_ask_headings([get_translator("en"), get_translator("fr")]))
    sheet = reader.read()
    if sheet is None or reader.tab is None:
        return None
    if not sheet.can_be_answered:
        return AskResult(0, Sentence(_NO_COLUMNS, {"title": reader.tab.title}))
    if not sheet.rows:
        return AskResult(0)
    newest = analyst.load_newest()
    links = AccountLinks(workbook, find_own_tab(reader.tabs, ACCOUNTS_TAB))
    planner = _build_planner(analyst, newest, links)
    if not planner.plan_answers(sheet):
        return AskResult(0)
    open_before, own_writes = planner.count_open(sheet), OwnWrites(analyst.store, workbook)
    outcome = _write_answers(planner, reader, links, own_writes, sheet, newest.snapshot.currency.exponent)
    if outcome.reason or outcome.sheet is None:
        return AskResult(0, outcome.reason)
    left = planner.count_open(outcome.sheet)
    # A question that was typed meanwhile is answered after the next poll, which must not take the sheet for read.
    if outcome.is_settled and not left:
        own_writes.record(newest.snapshot)
    return AskResult(max(0, open_before - left))


@dataclass
class _AskReader:
    """Reads the tab, whose size and place may differ each time.

    Attributes:
        workbook: the workbook.
        headings: the headings in every language.
        tabs: the tabs at the last reading.
        tab: the tab at the last reading; None without it.

    """

    workbook: Workbook
    headings: Mapping[str, Key]
    tabs: Sequence[Tab] = ()
    tab: Tab | None = None

    def read(self) -> AskSheet | None:
        """Return the tab as it is now; None without it."""
        self.tabs = self.workbook.tabs()
        self.tab = find_own_tab(self.tabs, ASK_TAB)
        if self.tab is None:
            return None
        [grid] = self.workbook.read([self.tab])
        return read_ask_sheet(grid, self.headings)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The end of the writes of a pass.

    Attributes:
        sheet: the tab as it was read last; None if someone deleted it.
        is_settled: whether nothing was left to write.
        reason: why nothing can be written.

    """

    sheet: AskSheet | None
    is_settled: bool = False
    reason: Sentence | None = None


def _write_answers(
    planner: AskPlanner, reader: _AskReader, links: AccountLinks, own_writes: OwnWrites, sheet: AskSheet, decimals: int
) -> _Outcome:
    """Write the answers, then clear those whose rows moved meanwhile, until the tab is as it should be.

    The headings are marked before the first write, and the tab is read again: so the marks are known to be right, and
    no write hits anything but the columns of the bot below them.
    """
    plan, marked = planner.plan_answers, None
    for _ in range(_STEPS):
        runs = plan(sheet)
        if not runs or reader.tab is None:
            return _Outcome(sheet, is_settled=sheet.can_be_answered)
        own_writes.begin()
        links.write_views(planner.list_kept_lines(sheet))
        if marked != (sheet.top, sheet.columns):
            marked = sheet.top, sheet.columns
            reader.workbook.mark_places(reader.tab, sheet.top, sorted(sheet.columns.values()))
        else:
            try:
                reason = reader.workbook.write_cells(reader.tab, runs, decimals)
            except WorkbookError:
                latest = reader.read()
                if latest is None or latest == sheet:
                    raise
                sheet = latest
                continue
            if reason:
                return _Outcome(sheet, reason=reason)
            plan = planner.plan_repairs
        own_writes.end()
        latest = reader.read()
        if latest is None:
            return _Outcome(None)
        sheet = latest
    return _Outcome(sheet)


def _build_planner(analyst: Analyst, newest: LoadedSnapshot, links: AccountLinks) -> AskPlanner:
    answerer = QuestionAnswerer(analyst, newest)
    return AskPlanner(
        answerer.answer,
        answerer.describe_restatement,
        answerer.describe_limit,
        newest.snapshot.id,
        _hash_basis(analyst, newest),
        lambda answer: links.link(answer.line, answerer.list_base(answer)),
    )


def _hash_basis(analyst: Analyst, newest: LoadedSnapshot) -> str:
    """Return the hash of all that answers depend on: while it is the same, they need not be worked out again."""
    accepted = sorted(newest.load_accepted())
    parts = (newest.snapshot.id, newest.snapshot.content_hash, str(analyst.today), accepted, stamp_code())
    return hashlib.sha256(msgspec.json.encode((analyst.config, analyst.translate.language, parts))).hexdigest()
