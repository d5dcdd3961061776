"""How a workbook was understood: its tabs, the meaning of their headings, the decisions, and three rows as read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_, NrrbotError, Sentence
from core.reports.totals import Totals, measure_totals
from sheets.accounts.customer_segments import SEGMENT_KEYS
from sheets.cells.text import is_blank, read_text
from sheets.checks.sheet_totals import Reconciliation
from sheets.evidence.refusals import find_tab_refusal
from sheets.headers.headings import HeadingMeaning, name_heading
from sheets.ingest.parse import ParsedWorkbook, parse_tabs
from sheets.layouts.recognition import RecognisedTab, TabKind, recognise_tabs
from sheets.layouts.side_tabs.fx_rates import find_period_column
from sheets.problems import Problem
from sheets.tabs.decisions import Decision
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import column_letters
from sheets.workbook.origins import StackedOrigin, TurnedOrigin
from sheets.workbook.port import Cell, Grid


@dataclass(frozen=True, slots=True)
class TabUnderstanding:
    """One tab.

    Attributes:
        title: its title.
        is_hidden: True if people do not see it.
        layout: the name of its layout; empty if it has none.
        is_read: True if figures are read from it.
        statements: why it was taken for its layout, or why it is not read.
        headings: the meaning of its headings; empty if it has no layout.

    """

    title: str
    is_hidden: bool
    layout: str
    is_read: bool
    statements: tuple[Sentence, ...]
    headings: tuple[HeadingMeaning, ...] = ()


@dataclass(frozen=True, slots=True)
class Understanding:
    """A workbook as it was understood.

    Attributes:
        tabs: the tabs but the bot's own, in the order of the workbook.
        decisions: the other decisions of the reading.
        totals: the last close and three accounts; None if the workbook was refused.
        currency: the ISO code of the reporting currency; empty if the workbook was refused.
        excluded_accounts: the number of accounts that an error excludes.
        problems: the problems, cell by cell.
        reconciliations: the sheet's own totals against ours.
        refusal: the reason why no figure can be read; None if the workbook was read.

    """

    tabs: tuple[TabUnderstanding, ...]
    decisions: tuple[Decision, ...] = ()
    totals: Totals | None = None
    currency: str = ""
    excluded_accounts: int = 0
    problems: tuple[Problem, ...] = ()
    reconciliations: tuple[Reconciliation, ...] = ()
    refusal: NrrbotError | None = None


def understand_workbook(grids: Sequence[Grid], options: ReadOptions) -> Understanding:
    """Return how a workbook is understood, also if no figure can be read from it."""
    try:
        parsed = parse_tabs(grids, options)
    except NrrbotError as error:
        return describe_refused(error, grids, options)
    return describe_parsed(parsed, grids, options)


def describe_refused(refusal: NrrbotError, grids: Sequence[Grid], options: ReadOptions) -> Understanding:
    """Return how a workbook from which no figure can be read was understood."""
    recognised = recognise_tabs(grids, options.headings)
    return Understanding(_describe_tabs(grids, recognised, options, {}, ()), refusal=refusal)


def describe_parsed(parsed: ParsedWorkbook, grids: Sequence[Grid], options: ReadOptions) -> Understanding:
    """Return how a workbook that was parsed was understood."""
    ledger = parsed.ledger
    segments = frozenset(column.heading for column in ledger.columns.values())
    tabs = _describe_tabs(grids, parsed.recognised, options, parsed.tabs, parsed.decisions, segments)
    return Understanding(
        tabs=tabs,
        decisions=tuple(
            decision for decision in parsed.decisions if not (decision.tab and decision.topic in ("layout", "tabs"))
        ),
        totals=measure_totals(ledger),
        currency=ledger.currency.code,
        excluded_accounts=int(ledger.accounts.excluded.sum()),
        problems=tuple(parsed.problems),
        reconciliations=tuple(parsed.reconciliations),
    )


def _describe_tabs(
    grids: Sequence[Grid],
    recognised: Sequence[RecognisedTab],
    options: ReadOptions,
    read_tabs: Mapping[TabKind, RecognisedTab],
    decisions: Sequence[Decision],
    segments: Collection[str] = (),
) -> tuple[TabUnderstanding, ...]:
    read_tab_of_title = {title: tab for tab in read_tabs.values() for title in tab.list_titles()}
    # The headings of a tab of another shape are not where the sheet has them.
    tab_of_title = {tab.title: tab for tab in recognised if tab.grid.origin is None}
    statements: dict[str, list[Sentence]] = {}
    for decision in decisions:
        if decision.topic in ("layout", "tabs"):
            statements.setdefault(decision.tab, []).append(decision.statement)
    tabs = []
    for grid in grids:
        if grid.tab.is_bot_tab:
            continue
        title = grid.tab.title
        tab, read_tab = tab_of_title.get(title), read_tab_of_title.get(title)
        described = tab or read_tab
        if not described or (not read_tab and described.find_amounts_refusal(options)):
            evidence = _explain_unread(grid, tab, options)
        elif isinstance(described.grid.origin, StackedOrigin):
            evidence = Sentence(N_("Its amounts are those of the month that its title names."))
        elif read_tab:
            evidence = described.evidence
        else:
            evidence = Sentence(N_("Its headings are those of {layout}."), {"layout": described.layout.name})
        tabs.append(
            TabUnderstanding(
                title=title,
                is_hidden=grid.tab.is_hidden,
                layout=described.layout.name if described else "",
                is_read=read_tab is not None,
                statements=tuple(statements.get(title, [evidence])),
                headings=tuple(_list_tab_meanings(tab or read_tab, grid, options, segments)),
            )
        )
    return tuple(tabs)


def _explain_unread(grid: Grid, tab: RecognisedTab | None, options: ReadOptions) -> Sentence:
    refusal = tab.find_amounts_refusal(options) if tab else find_tab_refusal(grid, options.headings)
    if refusal:
        return Sentence(refusal.problem, {"tab": grid.tab.title})
    if not any(not is_blank(cell) for cells in grid.rows for cell in cells):
        return Sentence(N_("It is empty."))
    return Sentence(N_("Its headings are those of no layout, so it is not read."))


def _list_tab_meanings(
    tab: RecognisedTab | None, grid: Grid, options: ReadOptions, segments: Collection[str]
) -> Sequence[HeadingMeaning]:
    """Return the meaning of each heading where the sheet has it; none for a tab that was put together from several."""
    if tab and isinstance(tab.grid.origin, TurnedOrigin):
        return _list_turned_meanings(grid.rows[tab.grid.origin.top])
    return _list_meanings(tab, options, segments) if tab and tab.grid.origin is None else ()


def _list_turned_meanings(cells: Sequence[Cell]) -> list[HeadingMeaning]:
    """Return the meaning of each heading of a tab with customers across: the first column is that of the months."""
    months, *customers = map(read_text, cells)
    return [HeadingMeaning("A", months, name_heading("month"))] + [
        HeadingMeaning(column_letters(column), heading, "" if read_total_heading(heading) else "account")
        for column, heading in enumerate(customers, start=1)
        if heading
    ]


def _list_meanings(tab: RecognisedTab, options: ReadOptions, segments: Collection[str]) -> list[HeadingMeaning]:
    """Return the meaning of each heading of a tab, from left to right; `segments` are the headings of segments."""
    header = tab.header
    key_of_column = {column: key for key, column in reversed(list(header.columns.items()))}
    if tab.layout.kind == "fx" and (period := find_period_column(header)) is not None:
        key_of_column[period] = "month"
    months = header.read_months(TabReader(tab.grid, header, options).locale_format)
    meanings = []
    for column, cell in enumerate(header.cells):
        if is_blank(cell):
            continue
        key = key_of_column.get(column, "")
        if column in months:
            meaning = str(months[column])
        elif header.heading(column) in segments and (key in SEGMENT_KEYS or not key):
            meaning = "segment"
        else:
            meaning = name_heading(key) if key else ""
        meanings.append(HeadingMeaning(column_letters(column), header.heading(column), meaning))
    return meanings
