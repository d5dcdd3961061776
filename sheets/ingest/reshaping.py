"""Tabs of other shapes become tabs of a known layout before they are recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import N_, Sentence
from sheets.cells.text import read_text, shorten_cell
from sheets.evidence.layout_evidence import TabView
from sheets.evidence.refusals import find_tab_refusal
from sheets.evidence.segment_names import are_group_names, drop_totals
from sheets.headers.header_search import find_header_rows
from sheets.layouts.recognition import RecognisedTab, recognise_tab
from sheets.problems import Problem
from sheets.shapes.fiscal_periods import has_fiscal_periods, name_fiscal_periods
from sheets.shapes.group_rows import fill_group_labels, read_pivot
from sheets.shapes.planned_rows import leave_out_planned_rows
from sheets.shapes.quarter_columns import date_quarter_column
from sheets.shapes.repeated_blocks import leave_out_repeated_blocks
from sheets.shapes.stacked_tabs import (
    MONTH_HEADING,
    TabToStack,
    read_title_month,
    stack_tabs,
)
from sheets.shapes.turned_tabs import TurnedTab, turn_tab
from sheets.shapes.unit_rows import lift_unit_row
from sheets.shapes.year_columns import date_month_column
from sheets.tabs.decisions import Decision
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Grid

# A company has more customers than this; so few names may be those of segments.
_FEW_CUSTOMERS = 5
_MONTH_TAB_AMOUNTS = ("mrr", "arr", "amount", "acv")


@dataclass(frozen=True, slots=True)
class ReshapedTabs:
    """The tabs of a workbook in the shapes of the layouts.

    Attributes:
        grids: the tabs.
        recognised: those of a known layout, each on its own.
        decisions: the decisions to reshape them.
        problems: the cells that fit no shape.

    """

    grids: Sequence[Grid]
    recognised: Sequence[RecognisedTab]
    decisions: Sequence[Decision]
    problems: Sequence[Problem]


def is_of_other_shape(head: Grid, meanings: Mapping[str, str]) -> bool:
    """Tell whether a tab becomes one of a known layout once it is reshaped, from its first rows."""
    if has_fiscal_periods(head):
        return True
    head = date_quarter_column(head, is_head=True) or date_month_column(head) or head
    if turn_tab(head) is not None or _find_month_tab(head, meanings) is not None:
        return True
    return recognise_tab(leave_out_planned_rows(head, meanings)[0], meanings, is_head=True) is not None


def reshape_tabs(grids: Sequence[Grid], meanings: Mapping[str, str], fiscal_year_starts: int = 1) -> ReshapedTabs:
    """Return the tabs without rows of a plan, with turned tabs turned back and tabs for one month joined.

    Args:
        grids: all tabs.
        meanings: the configured meanings of headings.
        fiscal_year_starts: the first month of the fiscal year in the config, 1 to 12.

    """
    reshaped: list[tuple[Grid, RecognisedTab | None]] = []
    decisions: list[Decision] = []
    problems: list[Problem] = []
    month_tabs: list[TabToStack] = []
    for written in grids:
        fiscal = None if written.tab.is_bot_tab else name_fiscal_periods(written, fiscal_year_starts)
        whole = fiscal[0] if fiscal else written
        if fiscal:
            decisions.append(fiscal[1])
        dated = _date_rows(whole, meanings)
        if dated:
            decisions.append(Decision("months", whole.tab.title, "", dated[1]))
        grid = dated[0] if dated else whole
        pivot = read_pivot(grid)
        if pivot and not are_group_names(pivot.customers):
            grid = pivot.grid
            decisions.append(pivot.decision)
        grid, left_out = leave_out_planned_rows(lift_unit_row(grid, meanings), meanings)
        grid, repeated = leave_out_repeated_blocks(grid)
        grid, of_groups = fill_group_labels(grid, meanings)
        decisions += [*left_out, *repeated, *of_groups]
        tab = recognise_tab(grid, meanings)
        if grid.tab.is_bot_tab or grid.tab.is_hidden or (tab and tab.is_complete and tab.layout.kind == "revenue"):
            reshaped.append((grid, tab))
            continue
        month_tab = _find_month_tab(grid, meanings)
        if month_tab:
            month_tabs.append(month_tab)
            continue
        turned = turn_tab(grid) if find_tab_refusal(grid, meanings) is None else None
        if turned:
            statement = Sentence(N_("It has months down and customers across, and is read turned."))
            decisions.append(Decision("layout", grid.tab.title, "", statement))
            decisions += _doubt_customers(turned, grids, meanings)
            problems += [
                Problem("month_unreadable", grid.tab.title, format_a1(row, 0), shorten_cell(grid.rows[row][0]))
                for row in turned.unreadable_rows
            ]
        reshaped.append((turned.grid, recognise_tab(turned.grid, meanings)) if turned else (grid, tab))
    of_months = [tab.grid for tab in month_tabs]
    if len(month_tabs) > 1:
        months = [read_title_month(tab.title) for tab in month_tabs]
        of_months = [stack_tabs(month_tabs, {MONTH_HEADING: [str(month) for month in months]})]
        titles = ", ".join(tab.title for tab in month_tabs)
        statement = Sentence(N_("The tabs {tabs} are one month each, and are read as one tab."), {"tabs": titles})
        decisions.append(Decision("tabs", "", "", statement))
    reshaped += [(grid, recognise_tab(grid, meanings)) for grid in of_months]
    recognised = [tab for _, tab in reshaped if tab]
    return ReshapedTabs([grid for grid, _ in reshaped], recognised, decisions, problems)


def _date_rows(grid: Grid, meanings: Mapping[str, str]) -> tuple[Grid, Sentence] | None:
    """Return a tab whose rows are quarters, or months without a year, with months in their place, and what was done."""
    if grid.tab.is_bot_tab:
        return None
    quarters = date_quarter_column(grid)
    if quarters and recognise_tab(quarters, meanings):
        return quarters, Sentence(N_("Its rows are quarters, and each is read as the month at its end."))
    months = date_month_column(grid)
    if months:
        return months, Sentence(N_("Its months are written without a year, which a column Year or the title has."))
    return None


def _doubt_customers(turned: TurnedTab, grids: Sequence[Grid], meanings: Mapping[str, str]) -> list[Decision]:
    """Return a doubt if the few names across a tab may be those of segments or products: no tab Customers has them."""
    names = {read_text(name) for name in drop_totals(turned.customers)}
    if len(names) > _FEW_CUSTOMERS:
        return []
    for grid in grids:
        tab = recognise_tab(grid, meanings)
        if tab and tab.layout.kind == "customers":
            view = TabView(tab.grid, tab.header)
            names -= {read_text(cell) for key in ("account_id", "name") for cell in view.cells_under(key)}
    if not names:
        return []
    statement = Sentence(
        N_(
            "Its columns are read as customers: {names}. If they are segments or products, its figures are not "
            "retention; a tab Customers with these names says that they are customers."
        ),
        {"names": ", ".join(sorted(names))},
    )
    return [Decision("account", turned.grid.tab.title, "", statement, is_doubted=True)]


def _find_month_tab(grid: Grid, meanings: Mapping[str, str]) -> TabToStack | None:
    """Return a tab whose title is a month, with its header row: it has accounts and amounts, and no months."""
    if read_title_month(grid.tab.title) is None or grid.tab.is_bot_tab:
        return None
    for view, header in find_header_rows(grid, meanings):
        has_amounts = any(key in header.keys for key in _MONTH_TAB_AMOUNTS)
        if "account_id" in header.keys and has_amounts and not header.keys & {"month", "date", "start"}:
            return TabToStack(view, header)
    return None
