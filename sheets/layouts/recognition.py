"""Which layout a tab is, and from tabs to a ledger and problems. No file, no network, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger.ledger import Ledger, Rates, ScheduledChanges, build_ledger, build_row_index, encode_values
from core.money import currency
from core.months import Month, runs
from core.terms import SIZES
from sheets.cells.text import Style, fold_cell, is_blank, is_failed, read_account_id, shown, text
from sheets.checks import plausibility
from sheets.layouts import aliases, customers, fx_rates, mrr_long, mrr_movements, mrr_wide, subscriptions, targets
from sheets.layouts.customers import Customers, StatedValue
from sheets.layouts.revenue import Revenue, check_sums, too_large
from sheets.problems import Problem
from sheets.tabs import account_rows
from sheets.tabs.header_row import header_candidates
from sheets.tabs.headings import HEAD_ROWS, Header, heading_name
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import column_letters
from sheets.workbook.port import Cell, Grid, Tab

Kind = Literal["revenue", "customers", "fx", "targets", "aliases"]

# What to say where a workbook has several tabs of a kind, beside those of revenue.
_SEVERAL: Mapping[Kind, str] = {
    "customers": N_("There are {count} tabs that hold customers: {tabs}."),
    "fx": N_("There are {count} tabs that hold exchange rates: {tabs}."),
    "targets": N_("There are {count} tabs that hold targets: {tabs}."),
    "aliases": N_("There are {count} tabs that hold aliases: {tabs}."),
}

# As many headings of a tab are named in an error.
_LISTED = 12

__all__ = ["HEAD_ROWS", "LAYOUTS", "Layout", "ReadOptions", "known_tabs", "parse_tabs", "recognise_tabs"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way in which people lay out a tab.

    Attributes:
        name: what we call it.
        kind: what it holds; a workbook has one tab of `revenue`, and at most one of each other kind.
        titles: what people call such a tab, folded.
        required: keys of the headings without which it cannot be read.
        fits: whether a heading row is of this layout, perhaps with a required heading missing; given the header and
            whether the tab bears one of `titles`.
        read: how a revenue tab is read; None for the others.
        stand_in: key -> the key that serves where the tab has no heading of the first.

    """

    name: str
    kind: Kind
    titles: frozenset[str]
    required: tuple[str, ...]
    fits: Callable[[Header, bool], bool]
    read: Callable[[TabReader, Customers], Revenue] | None = None
    stand_in: Mapping[str, str] = field(default_factory=dict)


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
# Pairs of headings that only tabs of figures have.
_LONG = (frozenset({"month", "mrr"}), frozenset({"month", "amount"}), frozenset({"date", "mrr"}))
_CHANGES = (frozenset({"date", "amount"}), frozenset({"date", "change"}), frozenset({"month", "change"}))
_FIGURES = (*_LONG, *_CHANGES, frozenset({"start", "amount"}))


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


def _is_mrr_long(header: Header, titled: bool) -> bool:
    whole = any(header.keys >= pair for pair in _LONG)
    return whole and ("account_id" in header.keys or titled or header.keys >= {"month", "mrr"})


def _is_movements(header: Header, titled: bool) -> bool:
    whole = any(header.keys >= pair for pair in _CHANGES)
    return whole and ("account_id" in header.keys or titled)


def _is_fx(header: Header, titled: bool) -> bool:
    keys = header.keys
    return (
        "account_id" not in keys
        and ("rate" in keys or titled)
        and len(keys & {"month", "date", "currency", "rate"}) > 1
    )


def _is_targets(header: Header, titled: bool) -> bool:
    return "account_id" not in header.keys and len(header.keys & {"segment", "metric", "target"}) > (1 if titled else 2)


def _is_aliases(header: Header, titled: bool) -> bool:
    return "same_as" in header.keys and ("account_id" in header.keys or titled)


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
        read=subscriptions.read_subscriptions,
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
        stand_in={"month": "date", "mrr": "amount"},
    ),
    Layout(
        name="Movements",
        kind="revenue",
        titles=frozenset({"movements", "mrr movements", "mouvements", "mouvements de mrr"}),
        required=("account_id", "date", "amount"),
        fits=_is_movements,
        read=mrr_movements.read_mrr_movements,
        stand_in={"date": "month", "amount": "change"},
    ),
    Layout(
        name="FX",
        kind="fx",
        titles=frozenset({"fx", "fx rates", "exchange rates", "rates", "taux", "taux de change", "devises"}),
        required=("month", "currency", "rate"),
        fits=_is_fx,
        stand_in={"month": "date"},
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


def recognise_tabs(head: Grid, meanings: Mapping[str, str] = MappingProxyType({})) -> Layout | None:
    """Return the layout of a tab from its first rows (HEAD_ROWS of them are looked at), None for any other tab.

    Args:
        head: the tab, or its first rows.
        meanings: what the config says of headings, `options.headings`.

    """
    found = _find(head, meanings)
    return found.layout if found else None


def known_tabs(grids: Sequence[Grid], options: ReadOptions) -> list[tuple[Tab, Layout, Header]]:
    """Return every tab of a known layout, with its layout and its headings."""
    found = (_find(grid, options.headings) for grid in grids)
    return [(match.grid.tab, match.layout, match.header) for match in found if match]


def parse_tabs(grids: Sequence[Grid], options: ReadOptions) -> tuple[Ledger, list[Problem]]:
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
    others = {kind: _only([match for match in found if match.layout.kind == kind]) for kind in _SEVERAL}
    for match in (revenue, *filter(None, others.values())):
        _check(match)
    problems: list[Problem] = []
    about, rates, goals = others["customers"], others["fx"], others["targets"]
    same = _aliases(others["aliases"], (revenue, about), options, problems)

    def reader(match: _Found, vouching: account_rows.Known | None = None) -> TabReader:
        return TabReader(match.grid, match.header, options, problems, same, vouching or account_rows.Known())

    paying = cache(lambda: account_rows.paying_rows(revenue.grid, revenue.header))
    listing = reader(about, account_rows.Known(paying)) if about else None
    known = customers.read_customers(listing) if listing else Customers()
    paid = reader(revenue, account_rows.Known(lambda: {*known.ids, *same}, lambda: _groups(known)))
    figures = revenue.layout.read(paid, known)
    _report_unknown(paid, known, figures)
    segments = dict.fromkeys((*known.segment_values, *SIZES))
    targeted = targets.read_targets(reader(goals), tuple(segments)) if goals else {}
    ledger = _assemble(known, figures, paid, fx_rates.read_exchange_rates(reader(rates)) if rates else {}, targeted)
    plausibility.report_implausible(ledger, paid, listing)
    return ledger, problems


def _groups(known: Customers) -> set[str]:
    """Return what groups of accounts are called: the sizes, and every value of a segment."""
    return {*SIZES, *(value for _, values in known.segments.values() for value in values)} - {""}


def _aliases(
    found: _Found | None, tabs: Sequence[_Found | None], options: ReadOptions, problems: list[Problem]
) -> Mapping[str, str]:
    """Return what the Aliases tab says, given the tabs in which accounts stand."""
    if not found:
        return {}
    ids = {
        read_account_id(cell)
        for match in tabs
        if match
        for cell in TabReader(match.grid, match.header, options).named("account_id")
    }
    return aliases.read_aliases(TabReader(found.grid, found.header, options, problems), ids)


def _find(grid: Grid, meanings: Mapping[str, str]) -> _Found | None:
    """Return the best match: a row that has all required headings, else the first that looks like a layout."""
    if grid.tab.is_bot_tab:
        return None
    title, partial = fold_cell(grid.tab.title), None
    for view, header in header_candidates(grid, meanings):
        for layout in LAYOUTS:
            if not layout.fits(header, title in layout.titles):
                continue
            complete = header.completed(layout.stand_in)
            if complete.keys.issuperset(layout.required):
                return _Found(layout, view, complete)
            partial = partial or _Found(layout, view, complete)
    return partial


def _named(found: Sequence[_Found], wanted: str) -> Sequence[_Found]:
    """Return the one revenue tab that the config names; all of them where it names none.

    Raises:
        WorkbookLayoutError: the config names a tab that holds no revenue, or that is not there.

    """
    if not wanted or not found:
        return found
    named = [match for match in found if fold_cell(match.grid.tab.title) == fold_cell(wanted)]
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
    if len(left) > 1 and left[0].layout.kind != "revenue":
        left = [match for match in left if fold_cell(match.grid.tab.title) in match.layout.titles] or left
    if len(left) > 1:
        what = N_("There are {count} tabs that hold revenue: {tabs}. Which one is to be read?")
        mend = N_("Name it in the config: workbook.revenue_tab.")
        if left[0].layout.kind in _SEVERAL:
            what = _SEVERAL[left[0].layout.kind]
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
    again = [column for column, first in header.repeated.items() if first == header.columns.get("account_id")]
    if again:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has two columns for the account ID: {one} and {other}."),
            N_("Change the heading of the one that does not tell the accounts apart."),
            tab=tab,
            one=column_letters(header.columns["account_id"]),
            other=column_letters(again[0]),
        )


def _no_revenue(grids: Sequence[Grid]) -> WorkbookLayoutError:
    tabs = "; ".join(f"{grid.tab.title} ({_listed(_first_row(grid))})" for grid in grids if not grid.tab.is_bot_tab)
    return WorkbookLayoutError(
        N_("No tab holds revenue. Looked for the headings {wanted}. Tabs found: {tabs}."),
        N_("Give one tab these headings, within its first {rows} rows."),
        wanted="Account ID, 2025-01, 2025-02 ... / Account ID, Month, MRR / Account ID, Start, Amount / "
        "Account ID, Date, Change",
        tabs=tabs or "-",
        rows=HEAD_ROWS,
    )


def _first_row(grid: Grid) -> Sequence[Cell]:
    """Return the row that most likely holds the headings: of the first ones, the one with most texts."""
    return max(grid.rows[:HEAD_ROWS], key=lambda cells: sum(isinstance(cell, str) for cell in cells), default=())


def _listed(cells: Sequence[Cell]) -> str:
    headings = [shown(cell) for cell in cells if not is_blank(cell)]
    return ", ".join(headings[:_LISTED] + ["..."] * (len(headings) > _LISTED)) or "-"


def _report_unknown(reader: TabReader, known: Customers, figures: Revenue) -> None:
    """Report the accounts that have revenue and do not stand in Customers."""
    if not known.title:
        return
    listed, column = set(known.ids), reader.header.columns["account_id"]
    firsts = build_row_index(figures.codes, len(figures.ids), 0).firsts
    for account, row in zip(figures.ids, firsts.tolist(), strict=True):
        if account not in listed:
            reader.report("unknown_account", row, column, account, customers=known.title)


def _assemble(
    known: Customers,
    figures: Revenue,
    reader: TabReader,
    rates: Rates,
    targeted: Mapping[tuple[str, str], Fraction],
) -> Ledger:
    listed = set(known.ids)
    ids = [*known.ids, *(account for account in figures.ids if account not in listed)]
    others = len(ids) - len(listed)
    index = {account: number for number, account in enumerate(ids)}
    at = np.array([index[account] for account in figures.ids], dtype=np.intp)
    panel = np.zeros((len(figures.panel), len(ids)), dtype=np.int64)
    panel[:, at] = figures.panel
    check_sums(panel.sum(axis=1, dtype=np.float64), reader.title)
    # The last place is for code -1, the rows of no account.
    owners = np.append(at, -1)[figures.codes]

    reporting = reader.options.currency
    codes = sorted({stated.code for stated in figures.stated.values()} - {"", reporting.code})
    number = {code: place for place, code in enumerate(codes, start=1)}
    stated = [figures.stated.get(account) for account in figures.ids]
    currency_of = np.zeros(len(ids), dtype=np.int16)
    currency_of[at] = [number.get(each.code, 0) if each else 0 for each in stated]
    used, lacking = fx_rates.rates_for(rates, codes, figures.first, panel, currency_of)
    for account, months in lacking.items():
        _report_lacking(reader, figures.stated[ids[account]], ids[account], months)
    unclear = {account for account, each in figures.stated.items() if not each.code}
    unpriced = np.array([account in unclear for account in ids], dtype=np.bool_)
    unpriced[list(lacking)] = True

    errors = {problem.account for problem in reader.problems if problem.severity == "error"}
    try:
        return build_ledger(
            panel,
            first=figures.first,
            currency=reporting,
            ids=ids,
            names=_names(known, ids, figures, reader),
            columns={
                key: encode_values(heading, [*values, *[""] * others], SIZES, known.history.get(key, ()))
                for key, (heading, values) in known.segments.items()
            },
            facts={key: np.array([*values, *[None] * others], dtype=np.float64) for key, values in known.facts.items()},
            quarantined=np.array([account in errors for account in ids], dtype=np.bool_) | unpriced,
            unpriced=unpriced,
            consumer=np.array([*known.consumer, *[False] * others], dtype=np.bool_),
            tab=reader.title,
            rows=build_row_index(owners, len(ids), reader.top + 1),
            currencies=[currency(code) for code in codes],
            currency_of=currency_of,
            rates=used,
            targets=targeted,
            ahead=figures.ahead and _among(at, figures.ahead),
        )
    except ValueError as error:
        # Exact in each currency, but not any more at the rates of the tab FX.
        raise too_large(reader.title) from error


def _names(known: Customers, ids: Sequence[str], figures: Revenue, reader: TabReader) -> list[str]:
    """Return what to call each account: by Customers, else by the first of its rows in the revenue tab, else its id."""
    called = [text(cell) for cell in reader.named("name")]
    firsts = build_row_index(figures.codes, len(figures.ids), 0).firsts
    first = dict(zip(figures.ids, firsts.tolist(), strict=True))
    said = dict(zip(known.ids, known.names, strict=True))

    def name(account: str) -> str:
        if said.get(account, account) != account:
            return said[account]
        found = called[first[account]] if account in first else ""
        return account if not found or is_failed(found) else found

    return [name(account) for account in ids]


def _among(at: NDArray[np.intp], ahead: ScheduledChanges) -> ScheduledChanges:
    """Return what is ahead of the revenue tab's accounts as that of the ledger's, where they stand at `at`."""
    accounts = at[ahead.accounts]
    order = np.lexsort((ahead.months, accounts))
    return ScheduledChanges(accounts[order], ahead.months[order], ahead.amounts[order])


def _report_lacking(reader: TabReader, stated: StatedValue, account: str, months: Sequence[Month]) -> None:
    """Report an account whose currency has no rate for some months, where its currency is stated."""
    values = {"code": stated.code, "currency": reader.options.currency.code, "months": ", ".join(runs(months))}
    reader.problems.append(Problem("fx_missing", stated.tab, stated.cell, stated.code, account, values=values))
