"""The table of layouts, and the recognition of a tab's layout from its header row and title."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from sheets.accounts.customers import Customers
from sheets.cells.text import LocaleFormat, fold_cell
from sheets.layouts import mrr_long, mrr_movements, mrr_wide, subscriptions
from sheets.layouts.revenue import Revenue
from sheets.tabs.header_row import HeaderRow
from sheets.tabs.header_search import find_header_rows
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Grid

Kind = Literal["revenue", "customers", "fx", "targets", "aliases"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout of an input tab.

    Attributes:
        name: its name in messages and in the docs.
        kind: the content; a workbook has one tab of `revenue`, and at most one of each other kind.
        titles: the usual titles of such a tab, folded.
        required: keys of the required headings.
        fits: whether a header row has this layout, even with a required heading missing; given the header row and
            whether the tab has one of `titles`.
        read: reads a revenue tab; None for the other kinds.
        substitutes: key -> the key whose column takes its place if the tab has no heading of the first.

    """

    name: str
    kind: Kind
    titles: frozenset[str]
    required: tuple[str, ...]
    fits: Callable[[HeaderRow, bool], bool]
    read: Callable[[TabReader, Customers], Revenue] | None = None
    substitutes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecognisedTab:
    """A tab whose layout is known.

    Attributes:
        layout: its layout.
        grid: the cells to read.
        header: its header row, with the substitutes of the layout.

    """

    layout: Layout
    grid: Grid
    header: HeaderRow

    @property
    def title(self) -> str:
        """The tab's title."""
        return self.grid.tab.title

    def list_amount_columns(self, locale_format: LocaleFormat) -> list[int]:
        """Return the columns of the amounts of a revenue tab: the one that its layout requires, else the months."""
        columns = self.header.columns
        required = [columns[key] for key in ("amount", "mrr") if key in self.layout.required and key in columns]
        return required or sorted(self.header.read_months(locale_format))

    @property
    def is_complete(self) -> bool:
        """Tell whether all required headings are there."""
        return self.header.keys.issuperset(self.layout.required)


_SUBSCRIPTION_KEYS = frozenset({"end", "interval", "quantity", "discount", "trial", "one_off"})
_CUSTOMER_KEYS = frozenset(
    {
        *("name", "segment", "industry", "region", "plan", "owner", "pricing_model", "since", "renewal_date"),
        *(
            "feature_adoption",
            "quota_use",
            "seats",
            "seats_used",
            "nps",
            "complaints",
            "health",
            "valid_from",
            "consumer",
        ),
    }
)
# Pairs of headings that only revenue tabs have.
_LONG_PAIRS = (frozenset({"month", "mrr"}), frozenset({"month", "amount"}), frozenset({"date", "mrr"}))
_MOVEMENT_PAIRS = (frozenset({"date", "amount"}), frozenset({"date", "change"}), frozenset({"month", "change"}))
_REVENUE_PAIRS = (*_LONG_PAIRS, *_MOVEMENT_PAIRS, frozenset({"start", "amount"}))


def _is_subscriptions(header: HeaderRow, titled: bool) -> bool:
    keys = header.keys
    present = len(keys & {"account_id", "start", "amount"})
    if "amount" not in keys and "mrr" in keys:
        # MRR, ARR or ACV instead of Amount; a tab with months is wide or long.
        is_dated = bool(header.read_months(LocaleFormat())) or "month" in keys
        return keys >= {"account_id", "start"} and not is_dated and (titled or bool(keys & _SUBSCRIPTION_KEYS))
    return present == 3 or (present == 2 and (titled or bool(keys & _SUBSCRIPTION_KEYS)))


def _is_mrr_wide(header: HeaderRow, titled: bool) -> bool:
    months = sorted(header.read_months(LocaleFormat()).values())
    if "account_id" in header.keys:
        has_revenue_pair = any(header.keys >= pair for pair in _REVENUE_PAIRS)
        return bool(months) or (titled and not has_revenue_pair and not header.keys & _CUSTOMER_KEYS)
    # Without an ID, consecutive months make a header row; a row of data with dates does not have them.
    return len(months) >= 2 and all(one + 1 == other for one, other in pairwise(months))


def _is_mrr_long(header: HeaderRow, titled: bool) -> bool:
    has_pair = any(header.keys >= pair for pair in _LONG_PAIRS)
    return has_pair and ("account_id" in header.keys or titled or header.keys >= {"month", "mrr"})


def _is_movements(header: HeaderRow, titled: bool) -> bool:
    has_pair = any(header.keys >= pair for pair in _MOVEMENT_PAIRS)
    return has_pair and ("account_id" in header.keys or titled)


def _is_fx(header: HeaderRow, titled: bool) -> bool:
    keys = header.keys
    return (
        "account_id" not in keys
        and ("rate" in keys or titled)
        and len(keys & {"month", "date", "currency", "rate"}) > 1
    )


def _is_targets(header: HeaderRow, titled: bool) -> bool:
    return "account_id" not in header.keys and len(header.keys & {"segment", "metric", "target"}) > (1 if titled else 2)


def _is_aliases(header: HeaderRow, titled: bool) -> bool:
    return "same_as" in header.keys and ("account_id" in header.keys or titled)


def _is_customers(header: HeaderRow, titled: bool) -> bool:
    keys = header.keys
    if "same_as" in keys or any(keys >= pair for pair in _REVENUE_PAIRS):
        return False
    if "account_id" in keys:
        return titled or bool(keys & _CUSTOMER_KEYS)
    return titled and len(keys & _CUSTOMER_KEYS) >= 2


# The first layout that fits wins: a revenue tab can have the headings of Customers, but not the reverse.
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="Subscriptions",
        kind="revenue",
        titles=frozenset({"subscriptions", "abonnements", "contracts", "contrats"}),
        required=("account_id", "start", "amount"),
        fits=_is_subscriptions,
        read=subscriptions.read_subscriptions,
        substitutes={"amount": "mrr"},
    ),
    Layout(
        name="MRR wide",
        kind="revenue",
        titles=frozenset({"mrr", "mrr wide", "mrr by month", "mrr par mois", "revenue", "revenus"}),
        required=("account_id",),
        fits=_is_mrr_wide,
        read=mrr_wide.read_mrr_wide,
    ),
    Layout(
        name="MRR long",
        kind="revenue",
        titles=frozenset({"mrr", "mrr long", "mrr by account and month", "revenue", "revenus", "mrr mensuel"}),
        required=("account_id", "month", "mrr"),
        fits=_is_mrr_long,
        read=mrr_long.read_mrr_long,
        substitutes={"month": "date", "mrr": "amount"},
    ),
    Layout(
        name="Movements",
        kind="revenue",
        titles=frozenset({"movements", "mrr movements", "mouvements", "mouvements de mrr"}),
        required=("account_id", "date", "amount"),
        fits=_is_movements,
        read=mrr_movements.read_mrr_movements,
        substitutes={"date": "month", "amount": "change"},
    ),
    Layout(
        name="FX",
        kind="fx",
        titles=frozenset({"fx", "fx rates", "exchange rates", "rates", "taux", "taux de change", "devises"}),
        required=("currency", "rate"),
        fits=_is_fx,
        substitutes={"month": "date"},
    ),
    Layout(
        name="Targets",
        kind="targets",
        titles=frozenset({"targets", "goals", "objectifs", "cibles"}),
        required=("segment", "metric", "target"),
        fits=_is_targets,
    ),
    Layout(
        name="Aliases",
        kind="aliases",
        titles=frozenset({"aliases", "alias", "merged accounts", "comptes fusionnes"}),
        required=("account_id", "same_as"),
        fits=_is_aliases,
    ),
    Layout(
        name="Customers",
        kind="customers",
        titles=frozenset({"customers", "clients", "accounts", "comptes"}),
        required=("account_id",),
        fits=_is_customers,
    ),
)


def recognise_layout(head: Grid, meanings: Mapping[str, str] = MappingProxyType({})) -> Layout | None:
    """Return the layout of a tab from its first HEAD_ROWS rows, None for a tab of no known layout.

    Args:
        head: the tab, or its first rows.
        meanings: the configured meanings of headings, `options.headings`.

    """
    tab = recognise_tab(head, meanings)
    return tab.layout if tab else None


def recognise_tabs(grids: Sequence[Grid], meanings: Mapping[str, str]) -> list[RecognisedTab]:
    """Return every tab of a known layout, in the order of the workbook."""
    tabs = (recognise_tab(grid, meanings) for grid in grids)
    return [tab for tab in tabs if tab]


def recognise_tab(grid: Grid, meanings: Mapping[str, str]) -> RecognisedTab | None:
    """Return the best match: the likeliest header row with all required headings, else the first that fits a layout."""
    if grid.tab.is_bot_tab:
        return None
    title, incomplete = fold_cell(grid.tab.title), None
    for view, plain_header in find_header_rows(grid, meanings):
        for layout in LAYOUTS:
            # In a revenue tab an ARR column is the one of the amounts; in Customers it is one like any other.
            header = plain_header.with_stand_ins() if layout.kind == "revenue" else plain_header
            if not layout.fits(header, title in layout.titles):
                continue
            match = RecognisedTab(layout, view, header.with_substitutes(layout.substitutes))
            if match.is_complete:
                return match
            incomplete = incomplete or match
    return incomplete
