"""The board: the tab of formulas that is made once, and its figures as of a snapshot for a page on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.service.analyst import Analyst
from bot.service.refresh.writeback import write_back
from core.metrics.retention import Bridge
from core.money import Currency
from core.months import Month, Period, Window
from core.query.periods import find_last_quarter
from core.reports.scope import YEAR
from sheets.ingest.reading import Progress
from sheets.workbook.port import Workbook, WriteResult
from sheets.writeback.board_tab import BOARD_TAB, QUARTERS, build_board, list_cuts, name_cut
from sheets.writeback.lookup_keys import build_key, list_periods
from sheets.writeback.tab_titles import choose_title, has_title

_QUARTER = 3


def add_board(analyst: Analyst, workbook: Workbook, progress: Progress = lambda _: None) -> WriteResult:
    """Write the bot's tabs, whose names the formulas look up, then NRR Board. An existing tab of that name stays.

    Raises:
        WorkbookError: the workbook cannot be written.
        NoSnapshotError: nothing was synced yet.

    """
    newest = analyst.load_newest()
    tabs = workbook.tabs()
    title = choose_title(tabs, BOARD_TAB, analyst.translate.language)
    if has_title(tabs, BOARD_TAB):
        return WriteResult(newest.snapshot.source_name, (), (title,))
    write_back(analyst, workbook, progress)
    scope = newest.scope
    board = build_board(scope.cuts, scope.calendar, analyst.translate)
    return workbook.write([replace(board, title=title)])


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The figures of the board as of one snapshot.

    Attributes:
        snapshot_id: the snapshot's number in the store.
        synced_at: when the workbook was read.
        source_name: the workbook's name.
        data_through: the last close.
        currency: the currency of the money.
        periods: the last eight quarters that have figures, the oldest first, then the twelve months.
        cuts: the names of the whole company and of the segments.
        bridges: for each period, the bridge of each cut; None where it has none.
        hidden: the number of segments that have no place.

    """

    snapshot_id: int
    synced_at: dt.datetime
    source_name: str
    data_through: Month
    currency: Currency
    periods: Sequence[Period]
    cuts: Sequence[str]
    bridges: Sequence[Sequence[Bridge | None]]
    hidden: int


def build_board_page(analyst: Analyst) -> BoardPage:
    """Return the board's figures as of the newest snapshot. Raises NoSnapshotError if nothing was synced yet."""
    newest = analyst.load_newest()
    snapshot, scope = newest.snapshot, newest.scope
    bridges = {
        build_key(dimension, value, period.label): bridge
        for dimension, value, bridge in newest.figures()
        for period in list_periods(bridge.window, scope.calendar)
    }
    end = find_last_quarter(scope.calendar, snapshot.data_through).window.end
    windows = [Window.ending(end - _QUARTER * back, _QUARTER) for back in reversed(range(QUARTERS))]
    windows.append(Window.ending(snapshot.data_through, YEAR))
    periods = [list_periods(window, scope.calendar)[0] for window in windows]
    cuts, hidden = list_cuts(scope.cuts)
    return BoardPage(
        snapshot.id,
        snapshot.synced_at,
        snapshot.source_name,
        snapshot.data_through,
        snapshot.currency,
        periods,
        [name_cut(cut, analyst.translate) for cut in cuts],
        [[bridges.get(build_key(*cut, period.label)) for cut in cuts] for period in periods],
        hidden,
    )
