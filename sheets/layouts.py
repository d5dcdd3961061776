"""Which layout a tab is, and from tabs to a ledger and problems. No file, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np

from core.errors import N_, WorkbookLayoutError
from core.ledger import Ledger, build, encode
from core.segments import SIZES
from sheets import customers, doubts, mrr_wide, rows, subscriptions
from sheets.cells import Style, fold, is_blank, shown
from sheets.customers import Customers
from sheets.header_rows import views
from sheets.headings import HEAD_ROWS, Header, heading_name
from sheets.options import Options
from sheets.problems import Problem
from sheets.reader import Reader
from sheets.revenue import Revenue, check_sums
from sheets.workbook import Cell, Grid, Tab, column_letters

# As many headings of a tab are named in an error.
_LISTED = 12

__all__ = ["HEAD_ROWS", "LAYOUTS", "Layout", "Options", "known_tabs", "parse", "recognise"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which people lay out a tab.

    Attributes:
        name: what we call it.
        kind: `customers`, or `revenue` of which a workbook has one tab.
        titles: what people call such a tab, folded.
        required: keys of the headings without which it cannot be read.
        fits: whether a heading row is of this layout, perhaps with a required heading missing; given the header and
            whether the tab bears one of `titles`.
        read: what is read from a revenue tab; None for Customers.

    """

    name: str
    kind: Literal["customers", "revenue"]
    titles: frozenset[str]
    required: tuple[str, ...]
    fits: Callable[[Header, bool], bool]
    read: Callable[[Reader, Customers], Revenue] | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A tab whose layout is known."""

    layout: Layout
    grid: Grid
    header: Header


_TERMS = frozenset({"end", "interval", "quantity", "discount", "trial", "one_off"})
_FACTS = frozenset(
    {
        *("name", "segment", "industry", "region", "plan", "owner", "pricing_model", "since", "renewal_date"),
        *("feature_adoption", "quota_use", "seats", "seats_used", "nps", "health", "valid_from", "consumer"),
    }
)
# Pairs of headings that only tabs of figures have.
_FIGURES = (frozenset({"month", "mrr"}), frozenset({"date", "amount"}), frozenset({"start", "amount"}))


def _is_subscriptions(header: Header, titled: bool) -> bool:
    keys = header.keys
    present = len(keys & {"account_id", "start", "amount"})
    return present == 3 or (present == 2 and (titled or bool(keys & _TERMS)))


def _is_mrr_wide(header: Header, titled: bool) -> bool:
    months = sorted(header.months(Style()).values())
    if "account_id" in header.keys:
        figures = any(header.keys >= pair for pair in _FIGURES)
        return bool(months) or (titled and not figures and not header.keys & _FACTS)
    # Without an id, a row of headings is one where month follows month; a row of data with dates is not.
    return len(months) >= 2 and all(one + 1 == other for one, other in pairwise(months))


def _is_customers(header: Header, titled: bool) -> bool:
    keys = header.keys
    if "same_as" in keys or any(keys >= pair for pair in _FIGURES):
        return False
    if "account_id" in keys:
        return titled or bool(keys & _FACTS)
    return titled and len(keys & _FACTS) >= 2


# The order matters: a revenue tab may also hold what Customers holds, but not the other way round.
LAYOUTS: tuple[Layout, ...] = (
    Layout(
        name="Subscriptions",
        kind="revenue",
        titles=frozenset({"subscriptions", "abonnements", "contracts", "contrats"}),
        required=("account_id", "start", "amount"),
        fits=_is_subscriptions,
        read=subscriptions.read,
    ),
    Layout(
        name="MRR wide",
        kind="revenue",
        titles=frozenset({"mrr", "mrr wide", "mrr by month", "mrr par mois", "revenue", "revenus"}),
        required=("account_id",),
        fits=_is_mrr_wide,
        read=mrr_wide.read,
    ),
    Layout(
        name="Customers",
        kind="customers",
        titles=frozenset({"customers", "clients", "accounts", "comptes"}),
        required=("account_id",),
        fits=_is_customers,
    ),
)


def recognise(head: Grid, meanings: Mapping[str, str] = MappingProxyType({})) -> Layout | None:
    """Return the layout of a tab from its first rows (HEAD_ROWS of them are looked at), None for any other tab.

    Args:
        head: the tab, or its first rows.
        meanings: what the config says of headings, `options.headings`.

    """
    found = _find(head, meanings)
    return found.layout if found else None


def known_tabs(grids: Sequence[Grid], options: Options) -> list[tuple[Tab, Layout, Header]]:
    """Return every tab of a known layout, with its layout and its headings."""
    found = (_find(grid, options.headings) for grid in grids)
    return [(match.grid.tab, match.layout, match.header) for match in found if match]


def parse(grids: Sequence[Grid], options: Options) -> tuple[Ledger, list[Problem]]:
    """Return the ledger that the tabs hold, and what is wrong in them, cell by cell.

    An account that an error touches is quarantined; what could be read of it stays in the panel. An account that
    stands in Customers only has no MRR. Tabs of no known layout, and the bot's own, are passed over.

    Raises:
        WorkbookLayoutError: there is no revenue tab or more than one, a required heading is missing or stands twice,
            or no month at all is readable.

    """
    found = [match for match in (_find(grid, options.headings) for grid in grids) if match]
    revenue = _only(_named([match for match in found if match.layout.kind == "revenue"], options.revenue_tab))
    if revenue is None or revenue.layout.read is None:
        raise _no_revenue(grids)
    about = _only([match for match in found if match.layout.kind == "customers"])
    _check(revenue)
    known, problems = Customers(), list[Problem]()
    listing = None
    if about:
        _check(about)
        paying = cache(lambda: rows.paying(revenue.grid, revenue.header))
        listing = Reader(about.grid, about.header, options, problems, rows.Known(paying))
        known = customers.read(listing)
    vouching = rows.Known(lambda: frozenset(known.ids), lambda: _groups(known))
    reader = Reader(revenue.grid, revenue.header, options, problems, vouching)
    figures = revenue.layout.read(reader, known)
    _report_unknown(reader, known, figures)
    ledger = _assemble(known, figures, reader)
    doubts.report(ledger, reader, listing)
    return ledger, problems


def _groups(known: Customers) -> set[str]:
    """Return what groups of accounts are called: the sizes, and every value of a segment."""
    return {*SIZES, *(value for _, values in known.segments.values() for value in values)} - {""}


def _find(grid: Grid, meanings: Mapping[str, str]) -> _Found | None:
    """Return the best match: a row that has all required headings, else the first that looks like a layout."""
    if grid.tab.ours:
        return None
    title, partial = fold(grid.tab.title), None
    for view, header in views(grid, meanings):
        for layout in LAYOUTS:
            if not layout.fits(header, title in layout.titles):
                continue
            if header.keys.issuperset(layout.required):
                return _Found(layout, view, header)
            partial = partial or _Found(layout, view, header)
    return partial


def _named(found: Sequence[_Found], wanted: str) -> Sequence[_Found]:
    """Return the one revenue tab that the config names; all of them where it names none.

    Raises:
        WorkbookLayoutError: the config names a tab that holds no revenue, or that is not there.

    """
    if not wanted or not found:
        return found
    named = [match for match in found if fold(match.grid.tab.title) == fold(wanted)]
    if not named:
        raise WorkbookLayoutError(
            N_("The config names “{wanted}” as the tab that holds the revenue; the tabs that do are: {tabs}."),
            N_("Name one of them in workbook.revenue_tab."),
            wanted=wanted,
            tabs=_tabs(found),
        )
    return named


def _tabs(found: Sequence[_Found]) -> str:
    return ", ".join(f"{match.grid.tab.title} ({match.layout.name})" for match in found)


def _only(found: Sequence[_Found]) -> _Found | None:
    """Return the one tab of its kind; of several, the only one that is complete, or that bears the usual title.

    Raises:
        WorkbookLayoutError: several remain.

    """
    complete = [match for match in found if match.header.keys.issuperset(match.layout.required)]
    left = complete or found
    if len(left) > 1 and left[0].layout.kind == "customers":
        left = [match for match in left if fold(match.grid.tab.title) in match.layout.titles] or left
    if len(left) > 1:
        what = N_("There are {count} tabs that hold revenue: {tabs}. Which one is to be read?")
        mend = N_("Name it in the config: workbook.revenue_tab.")
        if left[0].layout.kind == "customers":
            what = N_("There are {count} tabs that hold customers: {tabs}.")
            mend = N_("Keep one of them, or move the others to another workbook.")
        raise WorkbookLayoutError(what, mend, count=len(left), tabs=_tabs(left))
    return left[0] if left else None


def _check(found: _Found) -> None:
    """Raise where a required heading is missing, or where two columns head the account's id."""
    header, tab = found.header, found.grid.tab.title
    missing = [heading_name(key) for key in found.layout.required if key not in header.columns]
    if missing:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” ({layout}) has no column {missing}. Its headings, in row {row}: {found}."),
            N_("Give the column that holds it the heading {missing}."),
            tab=tab,
            layout=found.layout.name,
            missing=", ".join(missing),
            row=header.row + 1,
            found=_listed(header.cells),
        )
    again = [column for column, first in header.repeated.items() if first == header.columns["account_id"]]
    if again:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has two columns for the account ID: {one} and {other}."),
            N_("Change the heading of the one that does not tell the accounts apart."),
            tab=tab,
            one=column_letters(header.columns["account_id"]),
            other=column_letters(again[0]),
        )


def _no_revenue(grids: Sequence[Grid]) -> WorkbookLayoutError:
    tabs = "; ".join(f"{grid.tab.title} ({_listed(_first_row(grid))})" for grid in grids if not grid.tab.ours)
    return WorkbookLayoutError(
        N_("No tab holds revenue. Looked for the headings {wanted}. Tabs found: {tabs}."),
        N_("Give one tab these headings, within its first {rows} rows."),
        wanted="Account ID, 2025-01, 2025-02 ... / Account ID, Start, Amount",
        tabs=tabs or "-",
        rows=HEAD_ROWS,
    )


def _first_row(grid: Grid) -> Sequence[Cell]:
    """Return the row that most likely holds the headings: of the first ones, the one with most texts."""
    return max(grid.rows[:HEAD_ROWS], key=lambda cells: sum(isinstance(cell, str) for cell in cells), default=())


def _listed(cells: Sequence[Cell]) -> str:
    headings = [shown(cell) for cell in cells if not is_blank(cell)]
    return ", ".join(headings[:_LISTED] + ["..."] * (len(headings) > _LISTED)) or "-"


def _report_unknown(reader: Reader, known: Customers, figures: Revenue) -> None:
    """Report the accounts that have revenue and do not stand in Customers."""
    if not known.title:
        return
    listed, column = set(known.ids), reader.header.columns["account_id"]
    for account, row in zip(figures.ids, figures.rows.tolist(), strict=True):
        if account not in listed:
            reader.report("unknown_account", row - 1 - reader.top, column, account, customers=known.title)


def _assemble(known: Customers, figures: Revenue, reader: Reader) -> Ledger:
    listed = set(known.ids)
    ids = [*known.ids, *(account for account in figures.ids if account not in listed)]
    others = len(ids) - len(listed)
    index = {account: number for number, account in enumerate(ids)}
    at = np.array([index[account] for account in figures.ids], dtype=np.intp)
    panel = np.zeros((len(figures.panel), len(ids)), dtype=np.int64)
    panel[:, at] = figures.panel
    check_sums(panel.sum(axis=1, dtype=np.float64), reader.title)
    rows = np.zeros(len(ids), dtype=np.int32)
    rows[at] = figures.rows
    errors = {problem.account for problem in reader.problems if problem.severity == "error"}
    return build(
        panel,
        first=figures.first,
        currency=reader.options.currency,
        ids=ids,
        names=[*known.names, *ids[len(listed) :]],
        columns={
            key: encode(heading, [*values, *[""] * others], SIZES) for key, (heading, values) in known.segments.items()
        },
        facts={key: np.array([*values, *[None] * others], dtype=np.float64) for key, values in known.facts.items()},
        quarantined=np.array([account in errors or account in figures.unpriced for account in ids], dtype=np.bool_),
        unpriced=np.array([account in figures.unpriced for account in ids], dtype=np.bool_),
        consumer=np.array([*known.consumer, *[False] * others], dtype=np.bool_),
        tab=reader.title,
        rows=rows,
    )
