"""The evidence for each layout: what in a tab's headings, title and cells says that it has that layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence
from sheets.cells.dates import infer_date_order, read_month
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, read_account_id
from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Cell, Grid

# The words of a column of movement types, folded -> the sign of such a change.
_UP = (
    *("new", "new business", "new biz", "expansion", "upgrade", "upsell", "cross sell", "increase", "reactivation"),
    *("reactivated", "opening", "nouveau", "nouvelle", "montee en gamme", "ouverture", "hausse"),
)
_DOWN = (
    *("contraction", "downgrade", "downsell", "decrease", "churn", "churned", "churn delinquent", "cancellation"),
    *("cancelled", "canceled", "resiliation", "attrition", "depart", "perte", "desabonnement", "baisse"),
)
TYPE_SIGNS = dict.fromkeys(_UP, 1) | dict.fromkeys(_DOWN, -1)

# An amount below 0 as a text: -100, CHF -1'000, (500), 500-.
_NEGATIVE = re.compile(r"\s*(?:[A-Za-z]{0,3}[€$£]?\s*[-−(]\s*(?:[A-Za-z]{3}|[€$£])?\s*\d|\D*\d[\d.,' ]*-\s*$)")
# The rows of a tab whose cells are looked at, where some are enough.
_SAMPLE = 500
SUBSCRIPTION_KEYS = frozenset(
    {"end", "contract_end", "canceled_at", "status", "term", "interval", "quantity", "discount", "trial", "one_off"}
)
# The headings of the day that a line ends.
END_KEYS = frozenset({"end", "contract_end", "canceled_at"})
# The headings of the day that a line begins, the surest first.
START_KEYS = ("start", "go_live", "signed")
CUSTOMER_KEYS = frozenset(
    {
        *("name", "segment", "industry", "region", "plan", "owner", "pricing_model", "since", "renewal_date"),
        *("feature_adoption", "quota_use", "seats", "seats_used", "nps", "complaints", "health", "valid_from"),
        "consumer",
    }
)
# The headings that may hold the amount of a line; those of a measure hold a level as often as a change of it.
MEASURE_KEYS = ("mrr", "arr", "acv")
AMOUNT_KEYS = ("amount", *MEASURE_KEYS, "tcv")
MOVEMENT_TITLES = frozenset({"movements", "mrr movements", "mouvements", "mouvements de mrr", "mrr changes"})
INVOICE_TITLES = frozenset({"invoices", "invoice list", "billing", "factures", "facturation", "liste des factures"})


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab with one of its rows taken as the header row.

    Attributes:
        grid: the tab, or its first rows.
        header: the header row.
        is_titled: True if the tab has a usual title of the layout in question.
        is_head: True if `grid` has only the first rows, so that the cells below may say more.

    """

    grid: Grid
    header: HeaderRow
    is_titled: bool = False
    is_head: bool = False

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the known headings."""
        return self.header.keys

    def cells_under(self, key: str) -> list[Cell]:
        """Return the cells under a known heading; blanks if the tab does not have it."""
        column = self.header.columns.get(key)
        first = self.header.row + 1
        return [None] * len(self.grid.rows[first:]) if column is None else self.grid.list_cells(column, first)


def describe_headings(view: TabView, keys: Sequence[str], template: str) -> Sentence:
    """Return a sentence that names the headings of `keys` as the tab has them."""
    headings = [view.header.heading(view.header.columns[key]) for key in keys if key in view.header.columns]
    return Sentence(template, {"headings": ", ".join(headings)})


def find_subscriptions(view: TabView) -> Sentence | None:
    """Return the evidence that each row is a line from a start to an end."""
    keys = view.keys
    amounts = [key for key in AMOUNT_KEYS if key in keys]
    has_start = not keys.isdisjoint(START_KEYS)
    present = ("account_id" in keys) + has_start + bool(amounts)
    if "invoice" in keys or not (present == 3 or (present == 2 and (view.is_titled or keys & SUBSCRIPTION_KEYS))):
        return None
    # Customers may have a start and an MRR, too: only an Amount, or an MRR without attributes, is surely one of a line.
    has_ends = keys & SUBSCRIPTION_KEYS if has_start else keys & {"end", "canceled_at"}
    is_bare = present == 3 and not keys & CUSTOMER_KEYS - {"name"}
    if amounts[:1] != ["amount"] and not (view.is_titled or has_ends or is_bare):
        return None
    return describe_headings(
        view,
        (*START_KEYS, "end", "contract_end", "canceled_at", "status", *amounts[:1]),
        N_("It is read as lines from a start to an end, by its headings: {headings}."),
    )


def find_mrr_wide(view: TabView) -> Sentence | None:
    """Return the evidence that each column is a month."""
    months = sorted(view.header.read_months(LocaleFormat()).values())
    if "account_id" in view.keys:
        has_amounts = view.keys & {*AMOUNT_KEYS, "change", "after"} and view.keys & {"month", "date", "start"}
        if not months and not (view.is_titled and not has_amounts and not view.keys & CUSTOMER_KEYS):
            return None
    # Without an ID, consecutive months make a header row; a row of data with dates does not have them.
    elif len(months) < 2 or not all(one + 1 == other for one, other in pairwise(months)):
        return None
    if not months:
        return Sentence(N_("It is read as MRR by month, by its title."))
    return Sentence(
        N_("It is read as a column for each month, by its {count} headings that are months."), {"count": len(months)}
    )


def find_mrr_long(view: TabView) -> Sentence | None:
    """Return the evidence that each row is an account and month: a heading Month, or dates that are like months."""
    keys = view.keys
    if "change" in keys or "invoice" in keys or not keys & {"mrr", "amount", "arr", "acv"}:
        return None
    if "month" in keys:
        has_account = "account_id" in keys or view.is_titled or keys >= {"month", "mrr"}
        if not has_account or (keys.isdisjoint(MEASURE_KEYS) and _find_change(view)):
            return None
        return describe_headings(
            view,
            ("month", *(key for key in AMOUNT_KEYS if key in keys)),
            N_("It is read as a row for each account and month, by its headings: {headings}."),
        )
    if "date" not in keys or "account_id" not in keys or _find_change(view) or not is_monthly(view):
        return None
    return Sentence(
        N_(
            "It is read as a row for each account and month: no account has two rows in one month, and nothing says "
            "that the amounts are changes."
        )
    )


def find_movements(view: TabView) -> Sentence | None:
    """Return the evidence that each row is a change of MRR: a heading, a type of movement, or amounts below 0."""
    keys = view.keys
    has_amount = keys & {"change", "amount", *MEASURE_KEYS} and keys & {"date", "month"}
    if not has_amount or not ("account_id" in keys or view.is_titled) or "invoice" in keys:
        return None
    return _find_change(view)


def _find_change(view: TabView) -> Sentence | None:
    """Return what says that the amounts are changes of MRR; None if nothing does."""
    if "change" in view.keys:
        return describe_headings(view, ("change",), N_("It is read as changes of MRR, by its heading {headings}."))
    amount = next((key for key in ("amount", *MEASURE_KEYS) if key in view.keys), "")
    types = find_type_column(view.grid, view.header)
    if types >= 0:
        words = set(_list_words(view.grid, view.header, types))
        known = sorted(words & TYPE_SIGNS.keys())
        if known and (amount not in MEASURE_KEYS or _has_negative(view, amount)):
            return Sentence(
                N_("It is read as changes of MRR, by the types of movement in it: {types}."),
                {"types": ", ".join(known)},
            )
    if amount and _has_negative(view, amount):
        return Sentence(N_("It is read as changes of MRR, as some amounts are below 0."))
    if amount == "amount" and fold_cell(view.grid.tab.title) in MOVEMENT_TITLES:
        return Sentence(N_("It is read as changes of MRR, by its title."))
    return None


def find_type_column(grid: Grid, header: HeaderRow) -> int:
    """Return the column of types of movement: the one headed so, else the one with such words alone; -1 if none."""
    if "type" in header.columns:
        return header.columns["type"]
    columns = [
        column for column in header.others if len(set(_list_words(grid, header, column)) & TYPE_SIGNS.keys()) > 1
    ]
    columns = [column for column in columns if TYPE_SIGNS.keys() >= set(_list_words(grid, header, column))]
    return columns[0] if len(columns) == 1 else -1


def _list_words(grid: Grid, header: HeaderRow, column: int) -> list[str]:
    """Return the folded cells in the first rows of a column, without blanks."""
    cells = grid.list_cells(column, header.row + 1)[:_SAMPLE]
    return [fold_cell(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell)]


def find_dated_amounts(view: TabView) -> bool:
    """Tell whether each row has an account, a date and an amount, and no invoice number."""
    keys = view.keys
    has_pair = keys & {"date", "month"} and keys & {"amount", *MEASURE_KEYS}
    return bool(has_pair) and "invoice" not in keys and ("account_id" in keys or view.is_titled)


def find_events(view: TabView) -> Sentence | None:
    """Return the evidence that each row is an event with the MRR before and after it."""
    keys = view.keys
    if not keys >= {"account_id", "before", "after"} or not keys & {"date", "month"}:
        return None
    return describe_headings(
        view,
        ("before", "after"),
        N_("It is read as changes with the MRR before and after, of which the one after counts: {headings}."),
    )


def find_invoices(view: TabView) -> Sentence | None:
    """Return the evidence that each row is an invoice: its number, the tab's title, or credit notes."""
    keys = view.keys
    is_titled = fold_cell(view.grid.tab.title) in INVOICE_TITLES
    has_period = keys & {"service_period", "period_start", "date", "start"}
    if "account_id" not in keys or "amount" not in keys or not has_period:
        return None
    if "invoice" in keys:
        return describe_headings(view, ("invoice",), N_("It is read as invoices, by its heading {headings}."))
    if keys & {"credit_note", "service_period"} or keys >= {"period_start", "period_end"}:
        return describe_headings(
            view,
            ("credit_note", "service_period", "period_start", "period_end"),
            N_("It is read as invoices, by its heading {headings}."),
        )
    return Sentence(N_("It is read as invoices, by its title.")) if is_titled and "date" in keys else None


def _has_negative(view: TabView, key: str) -> bool:
    """Tell whether an amount is below 0, as a number or as a text such as (500)."""
    cells = view.cells_under(key)
    return any(cell < 0 for cell in cells if isinstance(cell, (int, float))) or any(
        _NEGATIVE.match(cell) for cell in cells if isinstance(cell, str)
    )


def is_monthly(view: TabView) -> bool:
    """Tell whether the dates stand for months: one row for each account, product and month, and accounts go on.

    In a list of months most accounts of a month are there in the next month that the tab has, too. A list of deals,
    payments or events has gaps. The first rows alone decide nothing.
    """
    if view.is_head:
        return True
    dates = view.cells_under("date")
    locale_format = infer_date_order(dates, LocaleFormat())
    # (rows,) numbers of accounts, products and months, -1 for a row that has none; months in their order.
    accounts = _number_cells(view.cells_under("account_id"), lambda cell: read_account_id(cell) or None)
    products = _number_cells(view.cells_under("product"), fold_cell)
    months = _number_cells(dates, lambda cell: read_month(cell, locale_format))
    known = (accounts >= 0) & (months >= 0)
    if not known.any():
        return True
    lines = accounts[known] * (int(products.max()) + 1) + products[known]
    months = months[known]
    # One number for each line and month; a step of 2 keeps the last month of a line from the first one of the next.
    width = int(months.max()) + 2
    keys, counts = np.unique(lines * width + months, return_counts=True)
    if (counts > 1).any():
        return False
    continues = np.isin(keys + 1, keys, assume_unique=True)[keys % width < width - 2]
    return bool(2 * continues.sum() >= len(continues))


def _number_cells(cells: Sequence[Cell], read: Callable[[Cell], object]) -> NDArray[np.int64]:
    """Return (rows,) a number for each value that the cells mean, in the order of the values; -1 for None."""
    meant = {cell: read(cell) for cell in dict.fromkeys(cells)}
    numbers = {value: number for number, value in enumerate(sorted({*meant.values()} - {None}))}  # type: ignore[type-var]
    number_of = {cell: numbers.get(value, -1) for cell, value in meant.items()}
    return np.fromiter(map(number_of.__getitem__, cells), np.int64, len(cells))


def find_fx(view: TabView) -> Sentence | None:
    """Return the evidence of exchange rates."""
    keys = view.keys
    fits = (
        "account_id" not in keys
        and ("rate" in keys or view.is_titled)
        and len(keys & {"month", "date", "currency", "rate"}) > 1
    )
    names = ("month", "date", "currency", "rate")
    return describe_headings(view, names, N_("It is read as exchange rates, by: {headings}.")) if fits else None


def find_targets(view: TabView) -> Sentence | None:
    """Return the evidence of targets."""
    names = ("segment", "metric", "target")
    fits = "account_id" not in view.keys and len(view.keys & set(names)) > (1 if view.is_titled else 2)
    return describe_headings(view, names, N_("It is read as targets, by: {headings}.")) if fits else None


def find_aliases(view: TabView) -> Sentence | None:
    """Return the evidence of accounts with several IDs."""
    if "same_as" not in view.keys or not ("account_id" in view.keys or view.is_titled):
        return None
    return describe_headings(view, ("same_as",), N_("It is read as accounts with several IDs, by: {headings}."))


def find_words(view: TabView) -> Sentence | None:
    """Return the evidence of words for values: both headings, as nothing is read from one of them alone."""
    names = ("word", "means")
    fits = view.keys.issuperset(names) and "account_id" not in view.keys
    return describe_headings(view, names, N_("It is read as words for values, by: {headings}.")) if fits else None


def find_customers(view: TabView) -> Sentence | None:
    """Return the evidence of a list of customers with attributes, and without revenue."""
    keys = view.keys
    # Customers may have the day of their start and their MRR of today.
    has_revenue = (keys & {"month", "date"} and keys & {*AMOUNT_KEYS, "change"}) or keys >= {"start", "amount"}
    if "same_as" in keys or has_revenue or "after" in keys:
        return None
    attributes = keys & CUSTOMER_KEYS
    if ("account_id" in keys and (view.is_titled or attributes)) or (view.is_titled and len(attributes) >= 2):
        named = sorted(attributes) or ["account_id"]
        return describe_headings(view, named, N_("It is read as a row for each customer, by: {headings}."))
    return None
