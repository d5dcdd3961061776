"""The rows of NRR Metrics whose figures differ from those in the workbook: an edit changes few of thousands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.service.refresh.basis import stamp_code
from bot.service.refresh.tab_contents import hash_parts
from core.errors import NoSnapshotError
from core.metrics.cube import Cube
from core.months import Calendar
from core.store.state.written import Written
from core.store.store import Store
from sheets.workbook.port import Tab, Workbook, find_bot_tab
from sheets.workbook.tables import CellRun, Value
from sheets.writeback.metrics_tab import MetricsTab


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """Rows of a tab of the bot to write in the places where they are.

    Attributes:
        tab: the tab.
        runs: their cells.

    """

    tab: Tab
    runs: Sequence[CellRun]


def hash_metrics(metrics: MetricsTab, figures: Cube, headings: Sequence[str], calendar: Calendar) -> str:
    """Return the hash of all but the figures of NRR Metrics, and the hash of its figures, which are not built for it.

    Args:
        metrics: the tab.
        figures: its figures.
        headings: the names of the dimensions.
        calendar: defines the quarters.

    """
    frame = hash_parts([metrics.frame, headings, calendar, stamp_code()])
    return f"{frame} {hash_parts([figures.labels, figures.windows, figures.can_leave, figures.sums.tobytes()])}"


def find_changed_rows(
    metrics: MetricsTab, digest: str, written: Written, store: Store, workbook: Workbook, tabs: Sequence[Tab]
) -> ChangedRows | None:
    """Return the rows of NRR Metrics to write; None if the tab has to be written as a whole.

    It has to if its rows are others than those that were written, or if rows or columns are in other places: someone
    may have sorted the tab, or inserted a column.

    Args:
        metrics: the tab as it is to be.
        digest: its `hash_metrics`.
        written: the content that was written last.
        store: the store.
        workbook: the workbook.
        tabs: its tabs.

    """
    title = metrics.frame.title
    tab = find_bot_tab(tabs, title)
    if tab is None or written.tabs.get(title, "").split()[:1] != digest.split()[:1]:
        return None
    try:
        rows = metrics.list_changed_rows(store.figures(written.snapshot))
    except NoSnapshotError:
        return None
    if rows is None or not _are_in_place(metrics, rows, tab, workbook):
        return None
    top, formats = metrics.frame.header_row_count, metrics.frame.formats
    return ChangedRows(
        tab, [CellRun(top + place, 0, list(zip(row, formats, strict=True))) for place, row in rows.items()]
    )


def _are_in_place(metrics: MetricsTab, rows: Mapping[int, Sequence[Value]], tab: Tab, workbook: Workbook) -> bool:
    """Tell whether the workbook has the headings and the keys of rows in their places."""
    (grid,) = workbook.read([tab])
    top, width = metrics.frame.header_row_count, metrics.key_columns
    if list(grid.rows[top - 1 : top]) != [list(metrics.frame.headings)]:
        return False
    return all(
        top + place < len(grid.rows) and [cell or "" for cell in grid.rows[top + place][:width]] == list(row[:width])
        for place, row in rows.items()
    )
