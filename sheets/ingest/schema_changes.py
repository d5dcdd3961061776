"""Changes of the columns and tabs between two syncs: appeared, vanished, renamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.months import Month, format_month_runs
from sheets.cells.text import fold_cell, load_locale_format
from sheets.headers.header_row import HeaderRow
from sheets.layouts.recognition import RecognisedTab
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Tab

# The codes of `ColumnChanges.vanished`.
VANISHED = frozenset({"tab_vanished", "column_vanished"})


@dataclass(frozen=True, slots=True)
class RememberedColumns:
    """The columns of a tab at a sync.

    Attributes:
        id: the tab's ID, as in `port.Tab`.
        title: the tab's title.
        layout: the name of its layout.
        row: the index of the header row, counted from 0.
        headings: a key of each heading, unique in the tab -> the heading as the sheet had it.
        named: the title of this tab in the config, if the config names it.

    """

    id: int
    title: str
    layout: str
    row: int
    headings: Mapping[str, str]
    named: str = ""

    def as_row(self) -> dict[str, Any]:
        """Return the tab as a plain mapping, for the store."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ColumnChanges:
    """The changes of the columns since the last sync.

    Attributes:
        appeared: (tab, heading) of every new column, except months.
        vanished: a warning for every missing column and tab.

    """

    appeared: tuple[tuple[str, str], ...] = ()
    vanished: tuple[Problem, ...] = ()


def remember_columns(
    tabs: Iterable[RecognisedTab], options: ReadOptions, configured_title: str
) -> tuple[RememberedColumns, ...]:
    """Return the columns of the tabs, to compare the next sync with.

    Args:
        tabs: the tabs that were read.
        options: the options of the reading; its `revenue_tab` is the current title.
        configured_title: the title of that tab in the config.

    """
    return tuple(
        RememberedColumns(
            tab.grid.tab.id,
            tab.title,
            tab.layout.name,
            tab.header.row,
            _identify_columns(tab.header, options),
            configured_title if _is_same_title(tab.title, options.revenue_tab) else "",
        )
        for tab in tabs
    )


def _identify_columns(header: HeaderRow, options: ReadOptions) -> dict[str, str]:
    """Return identity -> heading: the identity stays the same if a heading is respelled or its column moves."""
    months = header.read_months(load_locale_format(options.locale))
    names = {column: key for key, column in header.columns.items()}
    names |= {column: str(month) for column, month in months.items()}
    for column in header.others:
        names.setdefault(column, fold_cell(header.cells[column]) or header.heading(column))
    return {name: header.heading(column) if column not in months else name for column, name in sorted(names.items())}


def follow_renamed_tab(options: ReadOptions, tabs: Sequence[Tab], before: Sequence[Mapping[str, Any]]) -> ReadOptions:
    """Return the options with the current title of the configured revenue tab, if it was renamed since the last sync.

    Args:
        options: the options of the reading.
        tabs: the tabs at this sync; their IDs outlast their titles.
        before: the tabs at the last sync, as `RememberedColumns.as_row` returned them.

    """
    title = options.revenue_tab
    if not title or any(_is_same_title(tab.title, title) for tab in tabs):
        return options
    ids = {old.id for old in map(_restore, before) if _is_same_title(old.named or old.title, title)}
    renamed = [tab.title for tab in tabs if tab.id in ids]
    return replace(options, revenue_tab=renamed[0]) if renamed else options


def compare_columns(
    before: Sequence[Mapping[str, Any]], now: Sequence[RememberedColumns], titles: Iterable[str]
) -> ColumnChanges:
    """Return the columns and tabs that appeared and vanished.

    Args:
        before: the tabs that were read at the last sync, as `RememberedColumns.as_row` returned them.
        now: the tabs that are read now.
        titles: the titles of all tabs.

    """
    appeared: list[tuple[str, str]] = []
    vanished: list[Problem] = []
    unmatched, folded_titles = list(now), {title.casefold() for title in titles}
    for old in map(_restore, before):
        new = _find_same_tab(old, unmatched)
        if new is None:
            # A tab that is still there, or whose layout another tab has now, was not lost by mistake.
            if old.title.casefold() not in folded_titles and old.layout not in {tab.layout for tab in now}:
                vanished.append(Problem("tab_vanished", old.title, "", "", values={"tab": old.title}))
            continue
        unmatched.remove(new)
        appeared += [(new.title, new.headings[name]) for name in _list_missing(new, old) if not _is_month(name)]
        vanished += [
            Problem("column_vanished", new.title, format_a1(new.row, 0), "", values={"heading": heading})
            for heading in _list_headings(old, _list_missing(old, new))
        ]
    return ColumnChanges(tuple(appeared), tuple(vanished))


def _list_missing(one: RememberedColumns, other: RememberedColumns) -> list[str]:
    return [name for name in one.headings if name not in other.headings]


def _list_headings(tab: RememberedColumns, names: Sequence[str]) -> Iterator[str]:
    """Yield the headings as the sheet had them, consecutive months as one range: `2024-01..2024-03`."""
    yield from (tab.headings[name] for name in names if not _is_month(name))
    yield from format_month_runs(sorted(Month.parse(name) for name in names if _is_month(name)))


def _is_month(name: str) -> bool:
    try:
        return bool(Month.parse(name))
    except ValueError:
        return False


def _find_same_tab(old: RememberedColumns, tabs: Sequence[RememberedColumns]) -> RememberedColumns | None:
    """Return the tab that `old` is now: of those with its layout by title, else by ID, else the only one."""
    same_layout = [tab for tab in tabs if tab.layout == old.layout]
    same_title = [tab for tab in same_layout if _is_same_title(tab.title, old.title)]
    same_id = [tab for tab in same_layout if tab.id == old.id]
    return next(iter(same_title or same_id or (same_layout if len(same_layout) == 1 else [])), None)


def _is_same_title(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _restore(row: Mapping[str, Any]) -> RememberedColumns:
    return RememberedColumns(**row)
