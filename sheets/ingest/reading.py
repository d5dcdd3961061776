"""A reading of a workbook: the tabs that count in full, the first rows of the others, all of one version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.errors import N_, Sentence, WorkbookBusyError
from core.months import find_local_day
from sheets.checks.company_totals import may_hold_totals
from sheets.headers.headings import HEAD_ROWS
from sheets.ingest.reshaping import is_of_other_shape
from sheets.layouts.recognition import recognise_layout
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.fetched import FetchedTabs, FetchesTabs
from sheets.workbook.port import Grid, Tab, Workbook

ATTEMPTS = 3
# A table of KPIs with more rows than this is something else.
_TABLE_ROWS = 1000

Progress = Callable[[Sentence], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """A workbook as it was read.

    Attributes:
        version: the version of the workbook.
        heads: the first rows of each tab.
        longer: tab id -> more rows of a tab of no known layout that may hold totals.
        whole: tab id -> the tab in full, for tabs of a known layout that came decoded.
        fetched: the tabs of a known layout, if they are not decoded yet.

    """

    version: str
    heads: Sequence[Grid]
    longer: Mapping[int, Grid]
    whole: Mapping[int, Grid]
    fetched: FetchedTabs | None

    def decode(self) -> Sequence[Grid]:
        """Return the grids of all tabs, as far as they were read."""
        fetched = {grid.tab.id: grid for grid in self.fetched.decode()} if self.fetched else {}
        grids = {**self.whole, **fetched, **self.longer}
        return tuple(grids.get(head.tab.id, head) for head in self.heads)


def read_workbook(workbook: Workbook, options: ReadOptions, progress: Progress) -> Reading:
    """Read the tabs of a known layout in full, and the first rows of the others.

    Of a tab with periods across or down, such as a table of KPIs, these are many more: it may hold totals.
    The protocol cannot read at a version, so the version is compared before and after.

    Raises:
        WorkbookError: it cannot be read.

    """
    version = workbook.version()
    for _ in range(ATTEMPTS):
        tabs = [tab for tab in workbook.tabs() if not tab.is_bot_tab]
        # The workbook has its name once its tabs are known.
        progress(Sentence(N_("Reading {name}"), {"name": workbook.name}))
        heads = workbook.read(tabs, HEAD_ROWS)
        known = [head.tab for head in heads if _is_input(head, options)]
        fetched, whole = _read_whole(workbook, known)
        tables = [
            head.tab for head in heads if head.tab not in known and head.tab.rows > HEAD_ROWS and may_hold_totals(head)
        ]
        longer = workbook.read(tables, _TABLE_ROWS) if tables else ()
        after = workbook.version()
        if after == version:
            # One that looks like an input by now was read in part only.
            unknown = {grid.tab.id: grid for grid in longer if not _is_input(grid, options)}
            return Reading(version, heads, unknown, whole, fetched)
        version = after
    raise WorkbookBusyError(
        N_("{name} was edited each of the {count} times that it was read. Nothing was changed."),
        N_("Try again when no one is editing it."),
        name=workbook.name,
        count=ATTEMPTS,
    )


def settle_options(
    workbook: Workbook, options: ReadOptions, now: dt.datetime, today: dt.date | None = None
) -> ReadOptions:
    """Return the options with the locale and the day of a workbook that was read."""
    locale = workbook.locale or options.locale
    day = today or find_local_day(now, workbook.time_zone) or options.today
    return replace(options, locale=locale, today=day)


def _read_whole(workbook: Workbook, tabs: Sequence[Tab]) -> tuple[FetchedTabs | None, Mapping[int, Grid]]:
    if not tabs:
        return None, {}
    if isinstance(workbook, FetchesTabs):
        return workbook.fetch(tabs), {}
    return None, {grid.tab.id: grid for grid in workbook.read(tabs)}


def _is_input(head: Grid, options: ReadOptions) -> bool:
    """Tell whether a tab is read in full, from its first rows."""
    is_known = recognise_layout(head, options.headings) is not None
    return is_known or is_of_other_shape(head, options.headings)
