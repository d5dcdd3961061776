"""Tabs of other shapes become tabs of a known layout before they are recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_, Sentence
from sheets.cells.text import LocaleFormat
from sheets.evidence.refusals import find_tab_refusal
from sheets.headers.header_search import find_header_rows
from sheets.layouts.recognition import RecognisedTab, recognise_tab
from sheets.shapes.planned_rows import leave_out_planned_rows
from sheets.shapes.stacked_tabs import (
    ENTITY_HEADING,
    MONTH_HEADING,
    Overlap,
    TabToStack,
    find_overlaps,
    is_title_of_year,
    read_title_month,
    stack_tabs,
)
from sheets.shapes.turned_tabs import turn_tab
from sheets.tabs.decisions import Decision
from sheets.workbook.port import Grid

# Tabs with more of their account-months in common than this are versions of each other, not parts.
_MOST_COMMON = 0.2
_MONTH_TAB_AMOUNTS = ("mrr", "arr", "amount", "acv")


@dataclass(frozen=True, slots=True)
class JoinedTabs:
    """Revenue tabs that are parts of one.

    Attributes:
        tab: all of them as one tab.
        decision: the decision to join them.
        overlaps: the cells of accounts and months that two of them have.
        titles: their titles.

    """

    tab: RecognisedTab
    decision: Decision
    overlaps: Sequence[Overlap]
    titles: tuple[str, ...]


def is_of_other_shape(head: Grid, meanings: Mapping[str, str]) -> bool:
    """Tell whether a tab becomes one of a known layout once it is reshaped, from its first rows."""
    if turn_tab(head) is not None or _find_month_tab(head, meanings) is not None:
        return True
    return recognise_tab(leave_out_planned_rows(head, meanings)[0], meanings, is_head=True) is not None


def reshape_tabs(grids: Sequence[Grid], meanings: Mapping[str, str]) -> tuple[list[Grid], list[Decision]]:
    """Return the tabs without rows of a plan, turned tabs turned back and tabs for one month joined; and the decisions.

    Args:
        grids: all tabs.
        meanings: the configured meanings of headings.

    """
    reshaped: list[Grid] = []
    decisions: list[Decision] = []
    month_tabs: list[TabToStack] = []
    for whole in grids:
        grid, left_out = leave_out_planned_rows(whole, meanings)
        decisions += left_out
        tab = recognise_tab(grid, meanings)
        if grid.tab.is_bot_tab or grid.tab.is_hidden or (tab and tab.is_complete and tab.layout.kind == "revenue"):
            reshaped.append(grid)
            continue
        month_tab = _find_month_tab(grid, meanings)
        if month_tab:
            month_tabs.append(month_tab)
            continue
        turned = turn_tab(grid) if find_tab_refusal(grid, meanings) is None else None
        if turned:
            statement = Sentence(N_("It has months down and customers across, and is read turned."))
            decisions.append(Decision("layout", grid.tab.title, "", statement))
        reshaped.append(turned or grid)
    if len(month_tabs) > 1:
        months = [read_title_month(tab.title) for tab in month_tabs]
        reshaped.append(stack_tabs(month_tabs, {MONTH_HEADING: [str(month) for month in months]}))
        titles = ", ".join(tab.title for tab in month_tabs)
        statement = Sentence(N_("The tabs {tabs} are one month each, and are read as one tab."), {"tabs": titles})
        decisions.append(Decision("tabs", "", "", statement))
    else:
        reshaped += [tab.grid for tab in month_tabs]
    return reshaped, decisions


def _find_month_tab(grid: Grid, meanings: Mapping[str, str]) -> TabToStack | None:
    """Return a tab whose title is a month, with its header row: it has accounts and amounts, and no months."""
    if read_title_month(grid.tab.title) is None or grid.tab.is_bot_tab:
        return None
    for view, header in find_header_rows(grid, meanings):
        has_amounts = any(key in header.keys for key in _MONTH_TAB_AMOUNTS)
        if "account_id" in header.keys and has_amounts and not header.keys & {"month", "date", "start"}:
            return TabToStack(view, header)
    return None


def join_revenue_tabs(tabs: Sequence[RecognisedTab], meanings: Mapping[str, str]) -> JoinedTabs | None:
    """Return several MRR wide tabs as one: a tab for each year, or for each entity; None if they are versions.

    Args:
        tabs: the complete revenue tabs, two or more.
        meanings: the configured meanings of headings.

    """
    if any(tab.layout.name != "MRR wide" or tab.grid.origin for tab in tabs):
        return None
    parts = [TabToStack(tab.grid, tab.header) for tab in tabs]
    overlaps = find_overlaps(parts)
    filled = [part.list_account_months() for part in parts]
    smallest = min(map(len, filled))
    common = sum(map(len, filled)) - len({key for cells in filled for key in cells})
    if not smallest or common > _MOST_COMMON * smallest:
        return None
    months = [frozenset(tab.header.read_months(LocaleFormat()).values()) for tab in tabs]
    are_disjoint = sum(map(len, months)) == len(frozenset().union(*months))
    are_years = are_disjoint or all(is_title_of_year(part.title) for part in parts)
    entities = {} if are_years else {ENTITY_HEADING: [part.title for part in parts]}
    joined = recognise_tab(stack_tabs(parts, entities), meanings)
    if joined is None:
        return None
    titles = tuple(part.title for part in parts)
    template = (
        N_("The tabs {tabs} have different months, and are read as one tab.")
        if are_years
        else N_("The tabs {tabs} have different customers, and are read as one tab with the segment Entity.")
    )
    decision = Decision("tabs", "", "", Sentence(template, {"tabs": ", ".join(titles)}))
    return JoinedTabs(joined, decision, overlaps, titles)
