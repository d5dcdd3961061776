"""The tabs of a workbook that are read: one of each kind, with all required headings, or an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import N_, WorkbookLayoutError
from sheets.cells.text import fold_cell, is_blank, shorten_cell
from sheets.layouts.recognition import Kind, RecognisedTab
from sheets.tabs.headings import HEAD_ROWS, name_heading
from sheets.workbook.a1 import column_letters
from sheets.workbook.port import Cell, Grid

# The error for a workbook with several tabs of a kind other than revenue.
_SEVERAL_TABS: Mapping[Kind, str] = {
    "customers": N_("There are {count} tabs that hold customers: {tabs}."),
    "fx": N_("There are {count} tabs that hold exchange rates: {tabs}."),
    "targets": N_("There are {count} tabs that hold targets: {tabs}."),
    "aliases": N_("There are {count} tabs that hold aliases: {tabs}."),
}

# Keys whose columns hold amounts, so that their headings state a unit.
AMOUNT_KEYS = frozenset({"amount", "mrr"})

# The most headings of a tab that an error lists.
_LISTED = 12


def choose_tabs(tabs: Sequence[RecognisedTab], revenue_tab: str, grids: Sequence[Grid]) -> Mapping[Kind, RecognisedTab]:
    """Return the tab to read of each kind; `revenue` is always there.

    Args:
        tabs: the tabs of known layouts.
        revenue_tab: the configured title of the revenue tab; empty for the only one.
        grids: all tabs, for the error that lists them.

    Raises:
        WorkbookLayoutError: there is no revenue tab or more than one, or a required heading is missing or repeated.

    """
    revenue_tabs = [tab for tab in tabs if tab.layout.kind == "revenue"]
    revenue = _select_one(_select_configured(revenue_tabs, revenue_tab))
    if revenue is None:
        raise _build_no_revenue_error(grids)
    chosen: dict[Kind, RecognisedTab] = {"revenue": revenue}
    for kind in _SEVERAL_TABS:
        tab = _select_one([tab for tab in tabs if tab.layout.kind == kind])
        if tab:
            chosen[kind] = tab
    for tab in chosen.values():
        _check_headings(tab)
    return chosen


def _select_configured(tabs: Sequence[RecognisedTab], title: str) -> Sequence[RecognisedTab]:
    """Return the revenue tab that the config names; all of them if it names none.

    Raises:
        WorkbookLayoutError: the named tab holds no revenue, or does not exist.

    """
    if not title or not tabs:
        return tabs
    named = [tab for tab in tabs if fold_cell(tab.title) == fold_cell(title)]
    if not named:
        raise WorkbookLayoutError(
            N_("The config names “{wanted}” as the tab that holds the revenue; the tabs that do are: {tabs}."),
            N_("Name one of them in workbook.revenue_tab."),
            wanted=title,
            tabs=_list_tabs(tabs),
        )
    return named


def _list_tabs(tabs: Sequence[RecognisedTab]) -> str:
    return ", ".join(f"{tab.title} ({tab.layout.name})" for tab in tabs)


def _select_one(tabs: Sequence[RecognisedTab]) -> RecognisedTab | None:
    """Return the one tab of its kind; of several, the only one that is complete, or that has the usual title.

    Raises:
        WorkbookLayoutError: several remain.

    """
    candidates = [tab for tab in tabs if tab.is_complete] or tabs
    if len(candidates) > 1 and candidates[0].layout.kind != "revenue":
        candidates = [tab for tab in candidates if fold_cell(tab.title) in tab.layout.titles] or candidates
    if len(candidates) > 1:
        problem = N_("There are {count} tabs that hold revenue: {tabs}. Which one is to be read?")
        fix = N_("Name it in the config: workbook.revenue_tab.")
        if candidates[0].layout.kind in _SEVERAL_TABS:
            problem = _SEVERAL_TABS[candidates[0].layout.kind]
            fix = N_("Keep one of them, or move the others to another workbook.")
        raise WorkbookLayoutError(problem, fix, count=len(candidates), tabs=_list_tabs(candidates))
    return candidates[0] if candidates else None


def _check_headings(tab: RecognisedTab) -> None:
    """Raise if a required heading is missing, or if two columns head the account ID."""
    header = tab.header
    missing_keys = [key for key in tab.layout.required if key not in header.columns]
    missing = [name_heading(key) for key in missing_keys]
    if missing:
        fix = N_("Give the column that holds it the heading {missing}.")
        if AMOUNT_KEYS & set(missing_keys):
            # "Amount" over yearly amounts would make MRR of 12 times the size.
            fix = N_(
                "Give the column with the amounts a heading that says what they are: MRR, ARR, ACV or TCV; or Amount, "
                "with a column Interval."
            )
        raise WorkbookLayoutError(
            N_("The tab “{tab}” ({layout}) has no column {missing}. Its headings, in row {row}: {found}."),
            fix,
            tab=tab.title,
            layout=tab.layout.name,
            missing=", ".join(missing),
            row=header.row + 1,
            found=_list_headings(header.cells),
        )
    again = [column for column, first in header.repeated.items() if first == header.columns.get("account_id")]
    if again:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has two columns for the account ID: {one} and {other}."),
            N_("Change the heading of the one that does not tell the accounts apart."),
            tab=tab.title,
            one=column_letters(header.columns["account_id"]),
            other=column_letters(again[0]),
        )


def _build_no_revenue_error(grids: Sequence[Grid]) -> WorkbookLayoutError:
    tabs = "; ".join(
        f"{grid.tab.title} ({_list_headings(_find_fullest_row(grid))})" for grid in grids if not grid.tab.is_bot_tab
    )
    return WorkbookLayoutError(
        N_("No tab holds revenue. Looked for the headings {wanted}. Tabs found: {tabs}."),
        N_("Give one tab these headings, within its first {rows} rows."),
        wanted="Account ID, 2025-01, 2025-02 ... / Account ID, Month, MRR / Account ID, Start, End, MRR / "
        "Account ID, Date, Change",
        tabs=tabs or "-",
        rows=HEAD_ROWS,
    )


def _find_fullest_row(grid: Grid) -> Sequence[Cell]:
    """Return the likeliest header row: of the first rows, the one with most texts."""
    return max(grid.rows[:HEAD_ROWS], key=lambda cells: sum(isinstance(cell, str) for cell in cells), default=())


def _list_headings(cells: Sequence[Cell]) -> str:
    headings = [shorten_cell(cell) for cell in cells if not is_blank(cell)]
    return ", ".join(headings[:_LISTED] + ["..."] * (len(headings) > _LISTED)) or "-"
