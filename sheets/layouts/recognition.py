"""The table of layouts, and the recognition of a tab's layout from its headings, its title and its cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Literal

from core.errors import N_, Sentence
from sheets.accounts.customer_segments import SEGMENT_KEYS
from sheets.accounts.customers import Customers
from sheets.cells.text import LocaleFormat, fold_cell, fold_heading, read_account_id
from sheets.cells.units import AmountUnit, is_fee_heading
from sheets.evidence import layout_evidence
from sheets.evidence.customer_ids import find_customer_ids
from sheets.evidence.interval_columns import find_interval_column
from sheets.evidence.layout_evidence import TabView
from sheets.evidence.leaving_flags import find_leaving_days, find_leaving_flag
from sheets.evidence.piece_prices import find_line_quantities
from sheets.evidence.refusals import PLAN, Refusal, find_amounts_refusal, find_refusal, is_payments
from sheets.headers.header_row import HeaderRow
from sheets.headers.header_search import find_header_rows
from sheets.headers.headings import CHURN_NAMES
from sheets.layouts import invoices, mrr_long, mrr_movements, mrr_wide, subscriptions
from sheets.layouts.exports import Export, apply_amount_rule, find_export, read_export_header
from sheets.layouts.revenue import Revenue
from sheets.shapes.planned_tabs import is_plan_tab
from sheets.tabs.example_rows import blank_example_rows
from sheets.tabs.merged_cells import fill_merged_cells
from sheets.tabs.read_options import LineRules, ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.origins import StackedOrigin
from sheets.workbook.port import Grid

TabKind = Literal["revenue", "customers", "fx", "targets", "aliases", "words"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of an input tab.

    Attributes:
        name: its name in messages and in the docs.
        kind: the content; a workbook has one tab of `revenue`, and at most one of each other kind.
        titles: the usual titles of such a tab, folded.
        required: keys of the required headings.
        find_evidence: returns why a tab has this layout, even with a required heading missing; None if it has not.
        read: reads a revenue tab; None for the other kinds.
        amount_key: the key of the amounts of a revenue tab with one column of them; empty for others.
        substitutes: key -> the keys whose column takes its place if the tab has no heading of the first, best first.

    """

    name: str
    kind: TabKind
    titles: frozenset[str]
    required: tuple[str, ...]
    find_evidence: Callable[[TabView], Sentence | None]
    read: Callable[[TabReader, Customers], Revenue] | None = None
    amount_key: str = ""
    substitutes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecognisedTab:
    """A tab whose layout is known.

    Attributes:
        layout: its layout.
        grid: the cells to read.
        header: its header row, with the substitutes of the layout.
        evidence: why it has this layout, one sentence.
        unit: the unit of its amounts, if the tool that wrote it settles it.
        export: the export of a tool that it is; None for a tab that people made.

    """

    layout: Layout
    grid: Grid
    header: HeaderRow
    evidence: Sentence
    unit: AmountUnit | None = None
    export: Export | None = None

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.tab.title

    def list_titles(self) -> list[str]:
        """Return the titles of the tabs that it was put together from."""
        origin = self.grid.origin
        return [part.title for part in origin.parts] if isinstance(origin, StackedOrigin) else [self.title]

    def list_amount_columns(self, locale_format: LocaleFormat) -> list[int]:
        """Return the columns of the amounts of a revenue tab: the one that its layout requires, else the months."""
        columns = self.header.columns
        amounts = columns.get(self.layout.amount_key)
        return sorted(self.header.read_months(locale_format)) if amounts is None else [amounts]

    @property
    def is_complete(self) -> bool:
        """Tell whether all required headings are there."""
        return self.header.keys.issuperset(self.layout.required)

    @property
    def is_plan(self) -> bool:
        """Tell whether its amounts are a plan, and so no revenue."""
        return self.layout.kind == "revenue" and not self.export and is_plan_tab(self.grid, self.header)

    def find_amounts_refusal(self, options: ReadOptions) -> Refusal | None:
        """Return why the amounts of a revenue tab are no revenue by month; None if they are, or the config says so."""
        if self.is_plan:
            return PLAN
        is_settled = options.unit or options.amount_is or self.export
        if is_settled or self.layout.name not in ("MRR wide", "MRR long"):
            return None
        return find_amounts_refusal(self.grid, self.header)

    @property
    def rules(self) -> LineRules:
        """How its lines are read."""
        return self.export.rules if self.export else LineRules()


# The first layout that fits wins: a revenue tab can have the headings of Customers, but not the reverse.
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="Subscriptions",
        kind="revenue",
        titles=frozenset({"subscriptions", "abonnements", "contracts", "contrats"}),
        required=("account_id", "start", "amount"),
        find_evidence=layout_evidence.find_subscriptions,
        read=subscriptions.read_subscriptions,
        amount_key="amount",
        substitutes={
            "start": layout_evidence.START_KEYS[1:],
            "amount": ("mrr", "arr", "acv", "tcv"),
            "end": ("contract_end",),
        },
    ),
    Layout(
        name="Invoices",
        kind="revenue",
        titles=layout_evidence.INVOICE_TITLES,
        required=("account_id", "amount"),
        find_evidence=layout_evidence.find_invoices,
        read=invoices.read_invoices,
        amount_key="amount",
        substitutes={"period_start": ("start",), "period_end": ("end", "contract_end")},
    ),
    Layout(
        name="MRR wide",
        kind="revenue",
        titles=frozenset({"mrr", "mrr wide", "mrr by month", "mrr par mois", "revenue", "revenus"}),
        required=("account_id",),
        find_evidence=layout_evidence.find_mrr_wide,
        read=mrr_wide.read_mrr_wide,
    ),
    Layout(
        name="Events",
        kind="revenue",
        titles=frozenset({"events", "mrr events", "evenements"}),
        required=("account_id", "date", "after"),
        find_evidence=layout_evidence.find_events,
        read=mrr_movements.read_mrr_events,
        amount_key="after",
        substitutes={"date": ("month",)},
    ),
    Layout(
        name="MRR long",
        kind="revenue",
        titles=frozenset({"mrr", "mrr long", "mrr by account and month", "revenue", "revenus", "mrr mensuel"}),
        required=("account_id", "month", "mrr"),
        find_evidence=layout_evidence.find_mrr_long,
        read=mrr_long.read_mrr_long,
        amount_key="mrr",
        substitutes={"month": ("date",), "mrr": ("amount", "arr", "acv")},
    ),
    Layout(
        name="Movements",
        kind="revenue",
        titles=layout_evidence.MOVEMENT_TITLES,
        required=("account_id", "date", "amount"),
        find_evidence=layout_evidence.find_movements,
        read=mrr_movements.read_mrr_movements,
        amount_key="amount",
        substitutes={"date": ("month",), "amount": ("change", "mrr", "arr", "acv")},
    ),
    Layout(
        name="FX",
        kind="fx",
        titles=frozenset({"fx", "fx rates", "exchange rates", "rates", "taux", "taux de change", "devises"}),
        required=("currency", "rate"),
        find_evidence=layout_evidence.find_fx,
        substitutes={"month": ("date",)},
    ),
    Layout(
        name="Targets",
        kind="targets",
        titles=frozenset({"targets", "goals", "objectifs", "cibles"}),
        required=("segment", "metric", "target"),
        find_evidence=layout_evidence.find_targets,
    ),
    Layout(
        name="Aliases",
        kind="aliases",
        titles=frozenset({"aliases", "alias", "merged accounts", "comptes fusionnes"}),
        required=("account_id", "same_as"),
        find_evidence=layout_evidence.find_aliases,
    ),
    Layout(
        name="Words",
        kind="words",
        titles=frozenset({"words", "our words", "mots", "nos mots"}),
        required=("word", "means"),
        find_evidence=layout_evidence.find_words,
    ),
    Layout(
        name="Customers",
        kind="customers",
        titles=frozenset({"customers", "clients", "accounts", "comptes"}),
        required=("account_id",),
        find_evidence=layout_evidence.find_customers,
    ),
)
_LAYOUT_BY_NAME = {layout.name: layout for layout in LAYOUTS}


def recognise_layout(head: Grid, meanings: Mapping[str, str] = MappingProxyType({})) -> Layout | None:
    """Return the layout of a tab from its first HEAD_ROWS rows, None for a tab of no known layout.

    Where only the rows below can tell two layouts of revenue apart, it is one of them.

    Args:
        head: the tab, or its first rows.
        meanings: the configured meanings of headings, `options.headings`.

    """
    tab = recognise_tab(head, meanings, is_head=True)
    return tab.layout if tab else None


def recognise_tabs(grids: Sequence[Grid], meanings: Mapping[str, str]) -> list[RecognisedTab]:
    """Return every tab of a known layout, in the order of the workbook."""
    return settle_layouts([tab for grid in grids if (tab := recognise_tab(grid, meanings))])


def settle_layouts(tabs: Sequence[RecognisedTab]) -> list[RecognisedTab]:
    """Return tabs that were recognised one by one, each with the layout that it has next to the others.

    A tab of customers may have a start, an MRR and a status: next to a tab that surely holds revenue, it is Customers;
    with nothing but a start and an MRR it is of no layout.
    Without any other revenue, one with a start and a fee, or with a start and an end, is Subscriptions.
    """
    tabs = _settle_ids(tabs)
    surely = [tab for tab in tabs if _holds_revenue(tab) and not tab.is_plan]
    if not surely:
        return [_take_as_subscriptions(tab) or tab for tab in tabs]
    if len(surely) == 1:
        return _add_lists_of_lines(tabs, surely[0])
    settled = [_take_as_customers(tab) or tab for tab in tabs]
    others = [tab for tab in settled if not _is_bare_list(tab)]
    # Lists of active and of lost customers next to each other hold the revenue themselves.
    choices = (choice for choice in (others, settled) if any(_holds_revenue(tab) for tab in choice))
    return next(choices, list(tabs))


def _holds_revenue(tab: RecognisedTab) -> bool:
    return tab.layout.kind == "revenue" and tab.is_complete


def _is_bare_list(tab: RecognisedTab) -> bool:
    """Tell whether a tab is an untitled list of customers with a start and the MRR of today, and nothing else."""
    layout, columns = _LAYOUT_BY_NAME["Subscriptions"], tab.header.columns
    is_measure = columns.get("amount") in {columns.get(key) for key in layout_evidence.MEASURE_KEYS}
    is_list = tab.layout.name == layout.name and not tab.export and fold_cell(tab.title) not in layout.titles
    return is_list and is_measure and tab.header.keys.isdisjoint(layout_evidence.SUBSCRIPTION_KEYS)


def _add_lists_of_lines(tabs: Sequence[RecognisedTab], lines: RecognisedTab) -> list[RecognisedTab]:
    """Return the tabs, with customers that have a start and an MRR as Subscriptions next to a list of other customers.

    The list of those that left has ends, and the list of those that stay needs none.

    Args:
        tabs: the tabs.
        lines: the one of them that surely holds revenue.

    """
    if lines.layout.name != "Subscriptions" or lines.export:
        return list(tabs)
    accounts = _list_accounts(lines)
    settled = []
    for tab in tabs:
        keys = tab.header.keys
        has_lines = not keys.isdisjoint(layout_evidence.START_KEYS) and not keys.isdisjoint(layout_evidence.AMOUNT_KEYS)
        if tab.layout.name == "Customers" and has_lines and accounts.isdisjoint(_list_accounts(tab)):
            names = (*layout_evidence.START_KEYS, *layout_evidence.AMOUNT_KEYS)
            template = N_("It is read as lines that have not ended, by its headings: {headings}.")
            reason = layout_evidence.describe_headings(TabView(tab.grid, tab.header), names, template)
            settled.append(_build_tab(lines.layout, tab.grid, tab.header, reason))
        else:
            settled.append(tab)
    return settled


def _list_accounts(tab: RecognisedTab) -> set[str]:
    """Return the account IDs of a tab."""
    return set(map(read_account_id, TabView(tab.grid, tab.header).cells_under("account_id"))) - {""}


def _settle_ids(tabs: Sequence[RecognisedTab]) -> list[RecognisedTab]:
    """Return the tabs, each with its column ID as that of the accounts if it has one ID for each customer."""

    def list_accounts(others: Sequence[RecognisedTab]) -> set[str]:
        return {
            account for tab in others if tab.layout.kind in ("revenue", "customers") for account in _list_accounts(tab)
        }

    settled = []
    for place, tab in enumerate(tabs):
        others = [*tabs[:place], *tabs[place + 1 :]]
        header = tab.header
        if not tab.export:
            header = find_customer_ids(TabView(tab.grid, header), partial(list_accounts, others))
        settled.append(replace(tab, header=header))
    return settled


def recognise_tab(grid: Grid, meanings: Mapping[str, str], *, is_head: bool = False) -> RecognisedTab | None:
    """Return the best match: the likeliest header row with all required headings, else the first that fits a layout."""
    if grid.tab.is_bot_tab:
        return None
    headers = list(find_header_rows(grid, meanings))
    for view, header in headers:
        export = find_export(header)
        if export:
            return _build_export_tab(view, header, export, meanings)
    if find_refusal(grid, headers, is_head=is_head):
        return None
    title, incomplete = fold_cell(grid.tab.title), None
    for view, row in headers:
        header = find_leaving_days(TabView(view, row))
        for layout in LAYOUTS:
            own_header = _settle_flag(layout, view, header)
            reason = own_header and layout.find_evidence(TabView(view, own_header, title in layout.titles, is_head))
            if not own_header or not reason:
                continue
            match = _build_tab(layout, view, own_header, reason)
            if match.is_complete:
                return match
            incomplete = incomplete or match
    # Payments have a status and a customer as lines have, and neither a start nor a period.
    has_payments = incomplete is not None and incomplete.layout.kind == "revenue" and is_payments(incomplete.header)
    return None if has_payments else incomplete


def _settle_flag(layout: Layout, grid: Grid, header: HeaderRow) -> HeaderRow | None:
    """Return the header row of lines with a column of yes or no, such as Churned, as their status.

    None where no column has the day of leaving: customers that left would count as long as those that stay.
    """
    if layout.name != "Subscriptions" or "status" in header.keys:
        return header
    flag = find_leaving_flag(TabView(grid, header))
    if flag is None:
        return header
    return header.with_column("status", flag) if header.keys & layout_evidence.END_KEYS else None


def _build_tab(layout: Layout, grid: Grid, header: HeaderRow, reason: Sentence) -> RecognisedTab:
    keys = header.keys
    if layout.name == "Subscriptions" and "mrr" in keys and "amount" in keys and "interval" not in keys:
        # An MRR is sure, an Amount without an interval is not.
        header = header.with_column("amount", header.columns["mrr"])
    if layout.name == "Subscriptions":
        header = _prefer_churn_dates(header)
    header = header.with_substitutes(layout.substitutes)
    if layout.amount_key:
        header = find_line_quantities(grid, header, layout.amount_key)
    if layout.name == "Movements" and (types := layout_evidence.find_type_column(grid, header)) >= 0:
        header = header.with_column("type", types)
    if layout.name in ("Subscriptions", "Invoices"):
        header = find_interval_column(grid, header, "amount")
    grid = blank_example_rows(_fill_merged_cells(grid, header), header)
    return RecognisedTab(layout, grid, header, reason)


def _prefer_churn_dates(header: HeaderRow) -> HeaderRow:
    """Return the header row with the day that an account left as its end, if another end may be that of a term."""
    ends = [
        header.columns.get("end"),
        *(other for other, first in header.repeated.items() if first == header.columns.get("end")),
    ]
    churn = [column for column in ends if column is not None and fold_heading(header.heading(column)) in CHURN_NAMES]
    if len(ends) != 2 or len(churn) != 1 or "contract_end" in header.keys:
        return header
    term = next(column for column in ends if column is not None and column not in churn)
    header = header.with_column("end", churn[0]).with_column("contract_end", term)
    return replace(header, repeated={other: first for other, first in header.repeated.items() if other not in ends})


def _fill_merged_cells(grid: Grid, header: HeaderRow) -> Grid:
    """Return the grid with the merged IDs, names and segments in all their rows."""
    if not grid.merges:
        return grid
    columns = {header.columns[key] for key in ("account_id", "name", *SEGMENT_KEYS) if key in header.columns}
    months = header.read_months(LocaleFormat())
    return fill_merged_cells(grid, header.row, {*columns, *(set(header.others) - set(months))})


def _build_export_tab(grid: Grid, header: HeaderRow, export: Export, meanings: Mapping[str, str]) -> RecognisedTab:
    header, unit = read_export_header(export, grid, header, meanings)
    reason = Sentence(
        N_("It is read as the export “{export}” of {tool}, by its headings."),
        {"export": export.name, "tool": export.tool},
    )
    grid = apply_amount_rule(export, grid, header)
    return RecognisedTab(_LAYOUT_BY_NAME[export.layout], grid, header, reason, unit, export)


def _take_as_subscriptions(tab: RecognisedTab) -> RecognisedTab | None:
    """Return a tab of customers, or of lines without an amount, as Subscriptions: its fees, from Customer since on."""
    layout = _LAYOUT_BY_NAME["Subscriptions"]
    header, keys = tab.header, tab.header.keys
    has_since = "since" in keys and keys.isdisjoint(layout_evidence.START_KEYS)
    if tab.export or tab.layout.name not in (layout.name, "Customers") or ("amount" in keys and not has_since):
        return None
    fees = [column for column in header.others if is_fee_heading(header.heading(column))]
    if len(fees) == 1 and "amount" not in keys:
        header = header.with_column("amount", fees[0])
    if has_since:
        header = header.with_column("start", header.columns["since"])
    settled = _settle_flag(layout, tab.grid, header)
    # Without any other revenue, a start and an MRR are those of a line that runs on.
    has_start = not keys.isdisjoint(layout_evidence.START_KEYS)
    reason = settled and layout_evidence.find_subscriptions(TabView(tab.grid, settled, is_titled=has_start))
    return _build_tab(layout, tab.grid, settled, reason) if settled and reason else None


def _take_as_customers(tab: RecognisedTab) -> RecognisedTab | None:
    """Return the tab as Customers if its only sign of revenue is an MRR that customers may have, too."""
    stands_in = tab.header.columns.get("amount") in {
        tab.header.columns.get(key) for key in ("mrr", "arr", "acv", "tcv")
    }
    if tab.layout.name != "Subscriptions" or not stands_in or tab.export:
        return None
    layout = _LAYOUT_BY_NAME["Customers"]
    is_titled = fold_cell(tab.title) in layout.titles
    columns = tab.header.columns
    begins_otherwise = columns["start"] in {columns.get(key) for key in layout_evidence.START_KEYS[1:]}
    if not is_titled and not begins_otherwise and not tab.header.keys & layout_evidence.CUSTOMER_KEYS:
        return None
    header = tab.header.without_column("amount")
    reason = Sentence(N_("It is read as a row for each customer, as another tab holds the revenue."))
    return RecognisedTab(layout, tab.grid, header, reason)
