"""The tabs of a workbook that are read: one of each kind, with all required headings, or an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from core.errors import N_, NrrbotError, Sentence, WorkbookLayoutError
from sheets.accounts.customers import Customers
from sheets.cells.text import fold_cell
from sheets.cells.units import AmountUnit, includes_tax
from sheets.evidence.layout_evidence import TabView
from sheets.evidence.leaving_flags import names_leavers
from sheets.evidence.refusals import LEAVERS, Refusal, find_tab_refusal
from sheets.headers.headings import name_heading
from sheets.ingest.joined_tabs import JoinedTabs, join_revenue_tabs
from sheets.ingest.tab_errors import build_no_revenue_error, build_several_error, list_headings, list_tabs, name_tab
from sheets.layouts.exports import describe_amounts
from sheets.layouts.invoices import build_invoice_error, needs_invoice_months
from sheets.layouts.recognition import RecognisedTab, TabKind
from sheets.layouts.revenue import Revenue
from sheets.shapes.planned_rows import check_scenarios
from sheets.shapes.repeated_blocks import check_blocks
from sheets.shapes.stacked_tabs import Overlap
from sheets.tabs.decisions import Decision
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import column_letters
from sheets.workbook.origins import StackedOrigin
from sheets.workbook.port import Grid

# The error for a workbook with several tabs of a kind other than revenue.
_SEVERAL_TABS: Mapping[TabKind, str] = {
    "customers": N_("There are {count} tabs that hold customers: {tabs}."),
    "fx": N_("There are {count} tabs that hold exchange rates: {tabs}."),
    "targets": N_("There are {count} tabs that hold targets: {tabs}."),
    "aliases": N_("There are {count} tabs that hold aliases: {tabs}."),
    "words": N_("There are {count} tabs that hold words for values: {tabs}."),
}

_PERIOD_UNITS = {
    "month": AmountUnit(months=Fraction(1)),
    "year": AmountUnit(months=Fraction(12)),
    "term": AmountUnit(is_term=True),
}
# Keys whose columns hold amounts, so that their headings state a unit.
AMOUNT_KEYS = frozenset({"amount", "mrr"})


@dataclass(frozen=True, slots=True)
class ChosenTabs:
    """The tabs to read, and why.

    Attributes:
        tabs: kind -> its tab; `revenue` is always there.
        decisions: what each tab was taken for, and the tabs that are not read.
        overlaps: the cells of accounts and months that an earlier one of several joined tabs has, too.

    """

    tabs: Mapping[TabKind, RecognisedTab]
    decisions: list[Decision]
    overlaps: Sequence[Overlap] = ()


def choose_tabs(tabs: Sequence[RecognisedTab], options: ReadOptions, grids: Sequence[Grid]) -> ChosenTabs:
    """Return the tab to read of each kind.

    A hidden tab is read only if the config names it.

    Args:
        tabs: the tabs of known layouts.
        options: the title of the revenue tab, empty for the only one; the meaning of amounts and invoices.
        grids: all tabs, for the error that lists them.

    Raises:
        WorkbookLayoutError: there is no revenue tab or more than one, a required heading is missing or repeated, or
            the config must say what the amounts are.

    """
    refused = _find_refused_tabs(tabs, grids, options)
    other_amounts = _find_other_amounts(tabs, options)
    tabs = [tab for tab in tabs if tab.title not in other_amounts]
    refused += [(grid, other_amounts[grid.tab.title]) for grid in grids if grid.tab.title in other_amounts]
    visible = [tab for tab in tabs if not tab.grid.tab.is_hidden]
    joined = _join_revenue_tabs(visible, options)
    revenue = joined.tab if joined else _choose_revenue_tab(tabs, options)
    if revenue is None:
        # A list of customers that says who has left is likelier meant than a table of KPIs.
        lists = [tab for tab in visible if tab.layout.kind == "customers"]
        refused = [(tab.grid, LEAVERS) for tab in lists if names_leavers(TabView(tab.grid, tab.header))] + refused
        raise build_no_revenue_error(grids, refused, [tab for tab in tabs if tab.layout.kind == "revenue"])
    check_scenarios(revenue.grid, revenue.header)
    check_blocks(revenue.grid)
    chosen: dict[TabKind, RecognisedTab] = {"revenue": _settle_amounts(revenue, options)}
    for kind in _SEVERAL_TABS:
        tab = _select_one([tab for tab in visible if tab.layout.kind == kind], options)
        if tab:
            chosen[kind] = tab
    for tab in chosen.values():
        _check_headings(tab)
    # Tabs that were put together have a reason each.
    single = [tab for tab in chosen.values() if not isinstance(tab.grid.origin, StackedOrigin)]
    decisions = [Decision("layout", tab.title, "", tab.evidence) for tab in single]
    decisions += _describe_unread_tabs(tabs, chosen, refused, joined.titles if joined else ())
    if joined:
        decisions += joined.decisions
    if revenue.export and not revenue.export.is_unit_sure:
        decisions.append(
            Decision(
                "unit",
                revenue.title,
                "",
                Sentence(
                    N_("The amounts are read as cents, as {tool} usually writes them."), {"tool": revenue.export.tool}
                ),
                'workbook.unit = "cents"',
                is_doubted=not options.unit,
            )
        )
    decisions += _describe_export_amounts(revenue)
    return ChosenTabs(chosen, decisions, joined.overlaps if joined else ())


def _describe_export_amounts(revenue: RecognisedTab) -> list[Decision]:
    """Return the decision how the amounts of an export became those of its lines, if they did."""
    described = describe_amounts(revenue.export, revenue.header) if revenue.export else None
    if described is None:
        return []
    template, is_doubted = described
    values = {"amount": revenue.header.heading(revenue.header.columns["amount"])}
    return [Decision("unit", revenue.title, "", Sentence(template, values), is_doubted=is_doubted)]


def _find_other_amounts(tabs: Sequence[RecognisedTab], options: ReadOptions) -> Mapping[str, Refusal]:
    """Return title -> kind of the tabs with other amounts than revenue; one that the config names is read."""
    named = fold_cell(options.revenue_tab)
    others = {tab.title: tab.find_amounts_refusal(options) for tab in tabs if fold_cell(tab.title) != named}
    return {title: refusal for title, refusal in others.items() if refusal}


def _join_revenue_tabs(visible: Sequence[RecognisedTab], options: ReadOptions) -> JoinedTabs | None:
    """Return the complete revenue tabs as one, unless the config names one of them or they are no parts of one."""
    complete = [tab for tab in visible if tab.layout.kind == "revenue" and tab.is_complete]
    return join_revenue_tabs(complete, options) if len(complete) > 1 and not options.revenue_tab else None


def _choose_revenue_tab(tabs: Sequence[RecognisedTab], options: ReadOptions) -> RecognisedTab | None:
    revenue_tabs = [tab for tab in tabs if tab.layout.kind == "revenue"]
    if options.revenue_tab and revenue_tabs:
        return _select_one(_select_configured(revenue_tabs, options.revenue_tab), options)
    visible = [tab for tab in revenue_tabs if not tab.grid.tab.is_hidden]
    # A list of invoices without periods cannot be read, so it does not compete with a tab that can.
    readable = [tab for tab in visible if not _is_unreadable_invoices(tab, options)]
    return _select_one(readable or visible, options)


def _is_unreadable_invoices(tab: RecognisedTab, options: ReadOptions) -> bool:
    return tab.layout.name == "Invoices" and needs_invoice_months(tab.header, options)


def _find_refused_tabs(
    tabs: Sequence[RecognisedTab], grids: Sequence[Grid], options: ReadOptions
) -> list[tuple[Grid, Refusal]]:
    """Return the tabs of no known layout whose kind has a name."""
    titles = {tab.title for tab in tabs}
    others = [grid for grid in grids if grid.tab.title not in titles]
    return [(grid, refusal) for grid in others if (refusal := find_tab_refusal(grid, options.headings))]


def _describe_unread_tabs(
    tabs: Sequence[RecognisedTab],
    chosen: Mapping[TabKind, RecognisedTab],
    refused: Sequence[tuple[Grid, Refusal]],
    joined: Sequence[str],
) -> list[Decision]:
    """Return a decision for each tab that looks like one to read and is not read."""
    used = {*joined, *(tab.title for tab in chosen.values())}
    decisions = []
    for tab in tabs:
        if tab.title in used:
            continue
        line = f'workbook.revenue_tab = "{tab.title}"' if tab.layout.kind == "revenue" else ""
        if tab.grid.tab.is_hidden:
            statement = Sentence(N_("The tab “{tab}” (hidden) is not read."), {"tab": tab.title})
        else:
            statement = Sentence(
                N_("The tab “{tab}” ({layout}) is not read."), {"tab": tab.title, "layout": tab.layout.name}
            )
        decisions.append(Decision("tabs", tab.title, "", statement, line))
    for grid, refusal in refused:
        statement = Sentence(refusal.problem, {"tab": name_tab(grid)})
        decisions.append(Decision("tabs", grid.tab.title, "", statement))
    return decisions


def _settle_amounts(tab: RecognisedTab, options: ReadOptions) -> RecognisedTab:
    """Return the tab with the unit of its amounts, where its tool lets people choose it.

    Raises:
        WorkbookLayoutError: the config must say what the amounts are, or how long an invoice covers.

    """
    if _is_unreadable_invoices(tab, options):
        raise build_invoice_error(tab.title)
    if tab.export is None or tab.unit is not None:
        return tab
    if not options.amount_is:
        raise WorkbookLayoutError(
            N_(
                "The tab “{tab}” is the export “{export}” of {tool}. Its Amount can be for a month, a year or the "
                "whole term, so the MRR is unknown and the tab is not read."
            ),
            N_('Say it in the config, for example: workbook.amount_is = "year".'),
            tab=tab.title,
            export=tab.export.name,
            tool=tab.export.tool,
        )
    return replace(tab, unit=_PERIOD_UNITS[options.amount_is])


def _select_configured(tabs: Sequence[RecognisedTab], title: str) -> Sequence[RecognisedTab]:
    """Return the revenue tab that the config names.

    Raises:
        WorkbookLayoutError: the named tab holds no revenue, or does not exist.

    """
    named = [tab for tab in tabs if fold_cell(tab.title) == fold_cell(title)]
    if not named:
        raise WorkbookLayoutError(
            N_("The config names “{wanted}” as the tab that holds the revenue; the tabs that do are: {tabs}."),
            N_("Name one of them in workbook.revenue_tab."),
            wanted=title,
            tabs=list_tabs(tabs),
        )
    return named


def _select_one(tabs: Sequence[RecognisedTab], options: ReadOptions) -> RecognisedTab | None:
    """Return the one tab of its kind; of several, the only one that is complete, or that has the usual title.

    Raises:
        WorkbookLayoutError: several remain.

    """
    candidates = [tab for tab in tabs if tab.is_complete] or tabs
    if len(candidates) > 1 and candidates[0].layout.kind == "revenue":
        raise build_several_error(candidates, [_try_to_read(tab, options) for tab in candidates], options.currency)
    if len(candidates) > 1:
        candidates = [tab for tab in candidates if fold_cell(tab.title) in tab.layout.titles] or candidates
    if len(candidates) > 1:
        raise WorkbookLayoutError(
            _SEVERAL_TABS[candidates[0].layout.kind],
            N_("Keep one of them, or move the others to another workbook."),
            count=len(candidates),
            tabs=list_tabs(candidates),
        )
    return candidates[0] if candidates else None


def _try_to_read(tab: RecognisedTab, options: ReadOptions) -> Revenue | None:
    """Return the revenue of one of several tabs, None if it cannot be read."""
    try:
        _check_headings(tab)
        tab = _settle_amounts(tab, options)
        reader = TabReader(tab.grid, tab.header, options, stated_unit=tab.unit, rules=tab.rules)
        return tab.layout.read(reader, Customers()) if tab.layout.read else None
    except NrrbotError:
        return None


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
            if any(includes_tax(header.heading(column)) for column in header.others):
                fix = N_("MRR is without tax. Add a column of the amounts without tax, headed Amount excl. tax.")
        raise WorkbookLayoutError(
            N_("The tab “{tab}” ({layout}) has no column {missing}. Its headings, in row {row}: {found}."),
            fix,
            tab=tab.title,
            layout=tab.layout.name,
            missing=", ".join(missing),
            row=header.row + 1,
            found=list_headings(header.cells),
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
