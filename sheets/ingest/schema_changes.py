"""The tabs that are read, as they were at the last sync and as they are now: what appeared, vanished, was renamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from core.months import Month, runs
from sheets.cells.text import fold_cell, style
from sheets.problems import Problem
from sheets.tabs.headings import Header
from sheets.tabs.read_options import ReadOptions
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Tab


@dataclass(frozen=True, slots=True)
class RememberedColumns:
    """A tab that was read.

    Attributes:
        id: see `workbook.Tab`.
        title: likewise.
        layout: the name of its layout.
        row: of its headings, counted from 0.
        headings: what tells a heading from the others of the tab -> the heading as the sheet had it.
        named: the title by which the config meant this tab, if it did.

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
class ColumnShift:
    """What became of the columns since the last sync.

    Attributes:
        appeared: (tab, heading) of every column that is new; months are not among them.
        vanished: a warning for every column and tab that is not there any more.

    """

    appeared: tuple[tuple[str, str], ...] = ()
    vanished: tuple[Problem, ...] = ()


def remembered(
    found: Iterable[tuple[Tab, str, Header]], options: ReadOptions, wanted: str
) -> tuple[RememberedColumns, ...]:
    """Return what to remember of the tabs.

    Args:
        found: each tab with the name of its layout and its headings.
        options: how they were read, `revenue_tab` being the present title.
        wanted: the title that the config has for that tab.

    """
    return tuple(
        RememberedColumns(
            tab.id,
            tab.title,
            layout,
            header.row,
            _identities(header, options),
            wanted if _same(tab.title, options.revenue_tab) else "",
        )
        for tab, layout, header in found
    )


def _identities(header: Header, options: ReadOptions) -> dict[str, str]:
    months = header.months(style(options.locale))
    names = {column: key for key, column in header.columns.items()}
    names |= {column: str(month) for column, month in months.items()}
    for column in header.others:
        names.setdefault(column, fold_cell(header.cells[column]) or header.heading(column))
    return {name: header.heading(column) if column not in months else name for column, name in sorted(names.items())}


def follow(options: ReadOptions, tabs: Sequence[Tab], before: Sequence[Mapping[str, Any]]) -> ReadOptions:
    """Return the options with the present title of the tab that the config means, when it was renamed meanwhile.

    Args:
        options: how to read.
        tabs: the tabs as they are now, whose ids outlast their titles.
        before: the tabs as they were at the last sync, as `Remembered.as_row` gave them.

    """
    wanted = options.revenue_tab
    if not wanted or any(_same(tab.title, wanted) for tab in tabs):
        return options
    ids = {old.id for old in map(_restored, before) if _same(old.named or old.title, wanted)}
    renamed = [tab.title for tab in tabs if tab.id in ids]
    return replace(options, revenue_tab=renamed[0]) if renamed else options


def compare(
    before: Sequence[Mapping[str, Any]], now: Sequence[RememberedColumns], titles: Iterable[str]
) -> ColumnShift:
    """Return what appeared and vanished.

    Args:
        before: the tabs that were read at the last sync, as `Remembered.as_row` gave them.
        now: those that are read now.
        titles: of all tabs that there are.

    """
    appeared: list[tuple[str, str]] = []
    vanished: list[Problem] = []
    left, there = list(now), {title.casefold() for title in titles}
    for old in map(_restored, before):
        new = _same_tab(old, left)
        if new is None:
            if old.title.casefold() not in there and old.layout not in {tab.layout for tab in now}:
                vanished.append(Problem("tab_vanished", old.title, "", "", values={"tab": old.title}))
            continue
        left.remove(new)
        appeared += [(new.title, new.headings[name]) for name in _gone(new, old) if not _is_month(name)]
        vanished += [
            Problem("column_vanished", new.title, format_a1(new.row, 0), "", values={"heading": heading})
            for heading in _headings(old, _gone(old, new))
        ]
    return ColumnShift(tuple(appeared), tuple(vanished))


def _gone(one: RememberedColumns, other: RememberedColumns) -> list[str]:
    return [name for name in one.headings if name not in other.headings]


def _headings(tab: RememberedColumns, names: Sequence[str]) -> Iterator[str]:
    """Yield the headings as the sheet had them, and months that follow each other as one: `2024-01..2024-03`."""
    yield from (tab.headings[name] for name in names if not _is_month(name))
    yield from runs(sorted(Month.parse(name) for name in names if _is_month(name)))


def _is_month(name: str) -> bool:
    try:
        return bool(Month.parse(name))
    except ValueError:
        return False


def _same_tab(old: RememberedColumns, tabs: Sequence[RememberedColumns]) -> RememberedColumns | None:
    """Return the tab of the same layout that `old` is now: by its title, else by its id, else the only one."""
    alike = [tab for tab in tabs if tab.layout == old.layout]
    titled = [tab for tab in alike if _same(tab.title, old.title)]
    numbered = [tab for tab in alike if tab.id == old.id]
    return next(iter(titled or numbered or (alike if len(alike) == 1 else [])), None)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _restored(row: Mapping[str, Any]) -> RememberedColumns:
    return RememberedColumns(**row)
