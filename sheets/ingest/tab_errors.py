"""The errors for workbooks of which no tab, or no single tab, is the one with the revenue."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import N_, WorkbookLayoutError
from core.money import Currency, find_currency, to_units
from core.months import Month
from sheets.cells.text import is_blank, shorten_cell
from sheets.evidence.refusals import Refusal
from sheets.headers.headings import HEAD_ROWS
from sheets.layouts.recognition import RecognisedTab
from sheets.layouts.revenue import Revenue
from sheets.workbook.port import Cell, Grid

# The most headings of a tab that an error lists.
_LISTED = 12


def name_tab(grid: Grid) -> str:
    """Return the title of a tab, marked if it is hidden."""
    return f"{grid.tab.title} (hidden)" if grid.tab.is_hidden else grid.tab.title


def list_tabs(tabs: Sequence[RecognisedTab]) -> str:
    """Return the titles and layouts of tabs."""
    return ", ".join(f"{name_tab(tab.grid)} ({tab.layout.name})" for tab in tabs)


def build_several_error(
    tabs: Sequence[RecognisedTab], revenues: Sequence[Revenue | None], currency: Currency
) -> WorkbookLayoutError:
    """Return the error for several revenue tabs: how they differ, and the line of the config that names one.

    Args:
        tabs: the tabs.
        revenues: the revenue of each; None for a tab that cannot be read.
        currency: the reporting currency.

    """
    read = [revenue for revenue in revenues if revenue]
    # The last month that all of them have, to compare their totals.
    last = min((_last_month(revenue) for revenue in read), default=None)
    fix = N_("Name it in the config, for example: {line}.")
    if len(read) == len(tabs) and len(set().union(*(revenue.ids for revenue in read))) == sum(
        len(revenue.ids) for revenue in read
    ):
        fix = N_("They have different customers, so none of them has the whole revenue. Put their rows into one tab.")
    return WorkbookLayoutError(
        N_("There are {count} tabs that hold revenue: {tabs}. Which one is to be read?"),
        fix,
        count=len(tabs),
        tabs="; ".join(_compare_tab(tab, revenue, last, currency) for tab, revenue in zip(tabs, revenues, strict=True)),
        line=f'workbook.revenue_tab = "{tabs[0].title}"',
    )


def _last_month(revenue: Revenue) -> Month:
    return revenue.first + (len(revenue.panel) - 1)


def _compare_tab(tab: RecognisedTab, revenue: Revenue | None, last: Month | None, currency: Currency) -> str:
    """Return a tab's title, layout, number of accounts, months, and MRR in the last common month."""
    name = f"{name_tab(tab.grid)} ({tab.layout.name}"
    if revenue is None or last is None:
        return f"{name})"
    months = f"{revenue.first}..{_last_month(revenue)}"
    total = ""
    if revenue.first <= last:
        minor = int(revenue.panel[revenue.first.until(last)].sum())
        codes = {stated.code for stated in revenue.stated.values() if stated.code}
        # A tab in one other currency has its total in that one.
        currency = find_currency(codes.pop()) if len(codes) == 1 else currency
        total = f", {last}: {to_units(minor, currency.exponent)} {currency.code}"
    return f"{name}, {months}, {len(revenue.ids)} ID{total})"


def build_no_revenue_error(
    grids: Sequence[Grid], refused: Sequence[tuple[Grid, Refusal]], hidden: Sequence[RecognisedTab]
) -> WorkbookLayoutError:
    """Return the error for a workbook without a revenue tab: what the likeliest tab is, else the headings of all.

    Args:
        grids: all tabs.
        refused: the tabs that cannot give retention.
        hidden: the hidden tabs that hold revenue.

    """
    for grid, refusal in refused:
        if refusal.holds_revenue and not grid.tab.is_hidden:
            return WorkbookLayoutError(refusal.problem, refusal.fix, tab=grid.tab.title)
    tabs = "; ".join(
        f"{name_tab(grid)} ({list_headings(_find_fullest_row(grid))})" for grid in grids if not grid.tab.is_bot_tab
    )
    if hidden:
        return WorkbookLayoutError(
            N_("Every tab that holds revenue is hidden: {tabs}. A hidden tab is read only if the config names it."),
            N_("Show the tab, or name it in the config: {line}."),
            tabs=list_tabs(hidden),
            line=f'workbook.revenue_tab = "{hidden[0].title}"',
        )
    return WorkbookLayoutError(
        N_(
            "No tab holds revenue. Looked for the headings Account ID, 2025-01, 2025-02 ... / Account ID, Month, MRR / "
            "Account ID, Start, End, MRR / Account ID, Date, Change. Tabs found: {tabs}."
        ),
        N_("Give one tab these headings, within its first {rows} rows."),
        tabs=tabs or "-",
        rows=HEAD_ROWS,
    )


def _find_fullest_row(grid: Grid) -> Sequence[Cell]:
    """Return the likeliest header row: of the first rows, the one with most texts."""
    return max(grid.rows[:HEAD_ROWS], key=lambda cells: sum(isinstance(cell, str) for cell in cells), default=())


def list_headings(cells: Sequence[Cell]) -> str:
    """Return the first headings of a row."""
    headings = [shorten_cell(cell) for cell in cells if not is_blank(cell)]
    return ", ".join(headings[:_LISTED] + ["..."] * (len(headings) > _LISTED)) or "-"
