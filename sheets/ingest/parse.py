"""From tabs to a ledger and problems. No file, no network, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence
from core.forgotten import NameRedaction
from core.ledger.columns import Column, encode_values
from core.ledger.coverage import Coverage
from core.ledger.ledger import Ledger, ScheduledChanges, build_accounts, check_amounts
from core.ledger.lines import Terms, build_terms
from core.ledger.rates import PUBLISHED_CURRENCIES, Currencies
from core.ledger.rows import SourceRows, build_row_index, build_source_rows
from core.ledger.segments import Segments
from core.money import find_currency
from core.months import Month, format_month_runs
from core.terms import SIZES
from sheets.accounts.account_aliases import read_aliases
from sheets.accounts.account_names import report_two_names
from sheets.accounts.consumers import find_consumers
from sheets.accounts.converted_amounts import choose_amounts
from sheets.accounts.customers import Customers, read_customers
from sheets.accounts.forgotten_accounts import withhold_accounts
from sheets.accounts.joined_names import join_accounts
from sheets.accounts.reporting_currency import settle_reporting_currency
from sheets.accounts.revenue_segments import RevenueSegment, read_revenue_segments
from sheets.cells.plan_words import is_plan_title
from sheets.cells.text import is_failed_formula, read_account_id, read_text
from sheets.checks.account_cells import AccountCells
from sheets.checks.plausibility import report_absurd_amounts, report_implausible_figures
from sheets.checks.reconciliation import reconcile
from sheets.checks.same_customer import report_same_customers
from sheets.checks.sheet_totals import Reconciliation
from sheets.ingest.reshaping import reshape_tabs
from sheets.ingest.tab_choice import choose_tabs
from sheets.layouts.month_entries import MonthEntries
from sheets.layouts.recognition import RecognisedTab, TabKind, settle_layouts
from sheets.layouts.revenue import Revenue, build_size_error, check_sums
from sheets.layouts.side_tabs.fx_rates import (
    ExchangeRates,
    holds_rates,
    list_published_rates,
    read_exchange_rates,
    select_rates,
    settle_rate_currency,
)
from sheets.layouts.side_tabs.targets import read_targets
from sheets.layouts.side_tabs.workspace_words import read_workspace_words
from sheets.problems import Problem
from sheets.tabs.account_rows import CrossReferences, find_filled_accounts
from sheets.tabs.decisions import Decision
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Grid

# The most accounts that a decision lists.
_LISTED = 5


@dataclass(frozen=True, slots=True)
class ParsedWorkbook:
    """A workbook that was read.

    Attributes:
        ledger: the accounts and their MRR.
        problems: the problems, cell by cell.
        decisions: how the workbook was understood where it could be understood in another way.
        reconciliations: the sheet's own totals, month by month against ours.
        tabs: kind -> the tab that was read.
        recognised: all tabs of a known layout.
        valid_days: the first and the last day, of those with the same last closed month, on which all else is the same.
        entries: the entries of a revenue tab with an amount for each account and month.

    """

    ledger: Ledger
    problems: list[Problem]
    decisions: list[Decision]
    reconciliations: list[Reconciliation]
    tabs: Mapping[TabKind, RecognisedTab]
    recognised: Sequence[RecognisedTab]
    valid_days: tuple[dt.date, dt.date]
    entries: MonthEntries | None


def parse_tabs(grids: Sequence[Grid], options: ReadOptions) -> ParsedWorkbook:
    """Return the ledger of the tabs, their problems, and the decisions of the reading.

    An account with an error is excluded; its readable amounts stay in the panel. An account that is in Customers
    only has no MRR. Tabs of no known layout, and the bot's own, are skipped.

    Raises:
        WorkbookLayoutError: there is no revenue tab or more than one, a required heading is missing or repeated, or
            no month is readable.

    """
    reshaped = reshape_tabs(grids, options.headings, options.fiscal_year_starts)
    grids = reshaped.grids
    problems = list(reshaped.problems)
    recognised, redactions = _withhold_accounts(settle_layouts(reshaped.recognised), options, problems)
    choice = choose_tabs(recognised, options, grids)
    tabs = choice.tabs
    revenue_tab, customers_tab = tabs["revenue"], tabs.get("customers")
    read_titles = {title for tab in tabs.values() for title in tab.list_titles()}
    # Rows that were left out of a tab that is not read are of no interest.
    decisions = [
        decision for decision in reshaped.decisions if decision.topic != "account" or decision.tab in read_titles
    ]
    decisions += choice.decisions
    problems += [
        Problem(
            "month_overlap",
            overlap.title,
            overlap.cell,
            overlap.content,
            overlap.account,
            values={"other": overlap.other},
        )
        for overlap in choice.overlaps
    ]
    fx_tab = tabs.get("fx")
    if fx_tab and not holds_rates(fx_tab.grid, fx_tab.header):
        fx_tab = None
    revenue_tab, are_converted = _choose_amounts(
        revenue_tab, customers_tab, options, decisions, has_rates=fx_tab is not None
    )
    recognised = [revenue_tab if tab is tabs["revenue"] else tab for tab in recognised]
    tabs = {**tabs, "revenue": revenue_tab}
    if not options.currency_is_configured and not fx_tab:
        options = _settle_currency(revenue_tab, customers_tab, options, decisions)
    elif fx_tab and not options.currency_is_configured:
        options = settle_rate_currency(TabReader(fx_tab.grid, fx_tab.header, options, decisions=decisions))
    # Aliases first: in all other tabs an account counts under its alias.
    aliases = _read_aliases(tabs.get("aliases"), (revenue_tab, customers_tab), options, problems)

    def open_tab(tab: RecognisedTab, references: CrossReferences | None = None) -> TabReader:
        references = references or CrossReferences()
        return TabReader(tab.grid, tab.header, options, problems, aliases, references, decisions, tab.unit, tab.rules)

    # A row of Customers with nothing but an ID is an account if the revenue tab has amounts of it; a row of the revenue
    # tab that looks like a total is one if Customers has it, and a total if Customers has a group of that name.
    paying_accounts = cache(lambda: find_filled_accounts(revenue_tab.grid, revenue_tab.header))
    customers_reader = open_tab(customers_tab, CrossReferences(paying_accounts)) if customers_tab else None
    customers = read_customers(customers_reader) if customers_reader else Customers()
    if are_converted:
        customers = replace(customers, currencies={})
    joined = _join_accounts(revenue_tab, customers, customers_reader, options, aliases, decisions)
    aliases = {**joined, **aliases}
    references = CrossReferences(lambda: {*customers.ids, *aliases}, lambda: _list_group_names(customers))
    reader = open_tab(revenue_tab, references)
    read_revenue = revenue_tab.layout.read
    if read_revenue is None:
        raise TypeError(f"the layout {revenue_tab.layout.name} is of kind revenue and has no `read`")
    revenue = read_revenue(reader, customers)
    report_two_names(reader, revenue.ids, revenue.codes)
    segments_of_revenue = read_revenue_segments(reader, revenue.ids, revenue.codes)
    _report_unknown_accounts(reader, customers, revenue)

    # Targets, rates and words need the segments and the accounts, so they come last.
    segments = dict.fromkeys((*customers.segment_values, *SIZES))
    targets = read_targets(open_tab(tabs["targets"]), tuple(segments)) if "targets" in tabs else {}
    rates = read_exchange_rates(open_tab(fx_tab)) if fx_tab else None
    ledger = _build_ledger(customers, revenue, reader, rates, targets, segments_of_revenue)
    if "words" in tabs:
        ledger = replace(ledger, workspace_words=read_workspace_words(open_tab(tabs["words"]), Segments(ledger)))
    cells = AccountCells(ledger, reader, customers_reader)
    report_absurd_amounts(ledger, cells)
    report_same_customers(ledger, cells, set(customers.ids))
    report_implausible_figures(ledger, reader)
    other_tabs = [
        grid
        for grid in grids
        if grid.tab.title not in read_titles and not grid.tab.is_bot_tab and not is_plan_title(grid.tab.title)
    ]
    reconciliations = reconcile(ledger, cells, revenue.codes, other_tabs)
    for redaction in redactions:
        decisions = [_redact_decision(decision, redaction) for decision in decisions]
        problems = [
            replace(problem, found=redaction.redact(problem.found), values=redaction.redact(problem.values))
            for problem in problems
        ]
    return ParsedWorkbook(
        ledger, problems, decisions, reconciliations, tabs, recognised, customers.valid_days, revenue.entries
    )


def _withhold_accounts(
    recognised: Sequence[RecognisedTab], options: ReadOptions, problems: list[Problem]
) -> tuple[Sequence[RecognisedTab], Sequence[NameRedaction]]:
    """Return the tabs with pseudonyms for the accounts that were forgotten, which are reported.

    Also the redactions of their names, which other cells and earlier decisions may quote.
    """
    if not options.forgotten:
        return recognised, ()
    tabs: list[RecognisedTab] = []
    texts: dict[str, set[str]] = {}
    for tab in recognised:
        other_keys = ("same_as",) if tab.layout.kind == "aliases" else ()
        withheld = withhold_accounts(tab.grid, tab.header, options.forgotten, other_keys)
        tabs.append(replace(tab, grid=withheld.grid))
        reader = TabReader(withheld.grid, tab.header, options, problems)
        for pseudonym, row in withheld.rows.items():
            reader.report("account_forgotten", row, tab.header.columns["account_id"], pseudonym, found=pseudonym)
            texts.setdefault(pseudonym, set()).update(withheld.texts[pseudonym])
    return tabs, [NameRedaction(names, pseudonym) for pseudonym, names in texts.items()]


def _redact_decision(decision: Decision, redaction: NameRedaction) -> Decision:
    statement = decision.statement
    return replace(decision, statement=replace(statement, values=redaction.redact(statement.values)))


def _join_accounts(
    revenue_tab: RecognisedTab,
    customers: Customers,
    customers_reader: TabReader | None,
    options: ReadOptions,
    aliases: Mapping[str, str],
    decisions: list[Decision],
) -> Mapping[str, str]:
    """Return the accounts of the revenue tab that are found in Customers by names or addresses, and record it."""
    joined = join_accounts(TabReader(revenue_tab.grid, revenue_tab.header, options), customers, customers_reader)
    customer_of_account = {**joined.by_address, **joined.by_name}
    if customer_of_account:
        statement = Sentence(
            N_(
                "{count} accounts are found in the tab “{customers}” without their IDs: {names} by their names, "
                "{addresses} by e-mail addresses or domains."
            ),
            {
                "count": len(customer_of_account),
                "customers": customers.title,
                "names": len(joined.by_name),
                "addresses": len(joined.by_address),
            },
        )
        decisions.append(Decision("account", revenue_tab.title, "", statement))
    candidates = {account: others for account, others in joined.candidates.items() if account not in aliases}
    if candidates:
        listed = [f"{account} = {' / '.join(others)}" for account, others in candidates.items()]
        statement = Sentence(
            N_(
                "{count} accounts may be customers of the tab “{customers}”, and are not joined, as nothing is sure: "
                "{pairs}. Say so in the tab Aliases where they are."
            ),
            {"count": len(candidates), "customers": customers.title, "pairs": _list_first(listed)},
        )
        decisions.append(Decision("account", revenue_tab.title, "", statement))
    shared = [members for members in joined.shared_domains.values() if not set(members) <= aliases.keys()]
    if any(sum(account not in aliases for account in members) > 1 for members in shared):
        statement = Sentence(
            N_(
                "E-mail addresses of one domain count as different customers: {addresses}. Where they are one, say so "
                "in the tab Aliases."
            ),
            {"addresses": _list_first([", ".join(members) for members in shared])},
        )
        decisions.append(Decision("account", revenue_tab.title, "", statement, is_doubted=True))
    return customer_of_account


def _list_first(texts: Sequence[str]) -> str:
    """Return the first of several texts as a list."""
    return "; ".join(texts[:_LISTED]) + ("; ..." if len(texts) > _LISTED else "")


def _choose_amounts(
    revenue: RecognisedTab,
    customers: RecognisedTab | None,
    options: ReadOptions,
    decisions: list[Decision],
    *,
    has_rates: bool,
) -> tuple[RecognisedTab, bool]:
    """Return the revenue tab with the amounts whose currency is known, and whether these are converted ones."""
    key = revenue.layout.amount_key
    if not key or revenue.export:
        return revenue, False
    reader = TabReader(revenue.grid, revenue.header, options, decisions=decisions)
    has_currencies = customers is not None and "currency" in customers.header.keys
    header, are_converted = choose_amounts(reader, key, has_rates=has_rates, has_currencies=has_currencies)
    return replace(revenue, header=header), are_converted


def _settle_currency(
    revenue: RecognisedTab, customers: RecognisedTab | None, options: ReadOptions, decisions: list[Decision]
) -> ReadOptions:
    """Return the options with the reporting currency that the tabs state, before any amount is read."""
    reader = TabReader(
        revenue.grid, revenue.header, options, decisions=decisions, stated_unit=revenue.unit, rules=revenue.rules
    )
    customers_reader = TabReader(customers.grid, customers.header, options) if customers else None
    columns = revenue.list_amount_columns(reader.locale_format)
    return settle_reporting_currency(reader, columns, customers_reader) if columns else options


def _list_group_names(customers: Customers) -> set[str]:
    """Return the names of groups of accounts: the sizes, and every value of a segment."""
    return {*SIZES, *(value for _, values in customers.segments.values() for value in values)} - {""}


def _read_aliases(
    tab: RecognisedTab | None,
    other_tabs: Sequence[RecognisedTab | None],
    options: ReadOptions,
    problems: list[Problem],
) -> Mapping[str, str]:
    """Return the aliases of the workbook; an alias must name an account of the other tabs."""
    if not tab:
        return {}
    ids = {
        read_account_id(cell)
        for other in other_tabs
        if other
        for cell in TabReader(other.grid, other.header, options).cells_under("account_id")
    }
    return read_aliases(TabReader(tab.grid, tab.header, options, problems), ids)


def _report_unknown_accounts(reader: TabReader, customers: Customers, revenue: Revenue) -> None:
    """Report the accounts that have revenue and are not in Customers."""
    if not customers.title:
        return
    known_ids, column = set(customers.ids), reader.header.columns["account_id"]
    firsts = build_row_index(revenue.codes, len(revenue.ids), 0).first_rows
    for account, row in zip(revenue.ids, firsts.tolist(), strict=True):
        if account not in known_ids:
            reader.report("unknown_account", row, column, account, customers=customers.title)


def _build_ledger(
    customers: Customers,
    revenue: Revenue,
    reader: TabReader,
    rates: ExchangeRates | None,
    targets: Mapping[tuple[str, str], Fraction],
    segments_of_revenue: Mapping[str, RevenueSegment],
) -> Ledger:
    # The ledger's accounts are those of Customers, then those of the revenue tab alone; `at` is the place of each
    # account of the revenue tab among them.
    known_ids = set(customers.ids)
    ids = [*customers.ids, *(account for account in revenue.ids if account not in known_ids)]
    others = len(ids) - len(known_ids)
    index = {account: number for number, account in enumerate(ids)}
    at = np.array([index[account] for account in revenue.ids], dtype=np.intp)
    panel = np.zeros((len(revenue.panel), len(ids)), dtype=np.int64)
    panel[:, at] = revenue.panel
    check_sums(panel.sum(axis=1, dtype=np.float64), reader.title)
    # Code -1, a row of no account, indexes the last place.
    owners = np.append(at, -1)[revenue.codes]

    # Currency 0 is the reporting one, the others follow by code. An account without a clear currency, or without a
    # rate, is unpriced.
    reporting = reader.options.currency
    codes = sorted({stated.code for stated in revenue.stated.values()} - {"", reporting.code})
    numbers = {code: number for number, code in enumerate(codes, start=1)}
    stated_currencies = [revenue.stated.get(account) for account in revenue.ids]
    currency_of = np.zeros(len(ids), dtype=np.int16)
    currency_of[at] = [numbers.get(stated.code, 0) if stated else 0 for stated in stated_currencies]
    used_rates, missing_rates = select_rates(
        rates or ExchangeRates(), codes, revenue.first, panel, currency_of, revenue.known
    )
    _report_missing_rates(reader, revenue, ids, missing_rates, has_rates=rates is not None)
    if rates and reporting.code not in PUBLISHED_CURRENCIES:
        used_rates = {**list_published_rates(rates, revenue.first, len(panel)), **used_rates}
    unclear = {account for account, stated in revenue.stated.items() if not stated.code}
    unpriced = np.array([account in unclear for account in ids], dtype=np.bool_)
    unpriced[list(missing_rates)] = True

    columns = {
        key: encode_values(heading, [*values, *[""] * others], SIZES, customers.history.get(key, ()))
        for key, (heading, values) in customers.segments.items()
    } | {
        # A column of Customers with the same heading comes first.
        key: _encode_revenue_segment(segment, ids, index)
        for key, segment in segments_of_revenue.items()
        if key not in customers.segments
    }
    flags = encode_values("", [*customers.consumer, *[""] * others], dated=customers.history.get("consumer", ()))
    consumer, consumer_changes = find_consumers([flags, columns["segment"]] if "segment" in columns else [flags])

    # Every problem is reported by now but the implausible amounts, which are warnings.
    errors = {problem.account for problem in reader.problems if problem.severity == "error"} | revenue.excluded
    try:
        ledger = Ledger(
            first=revenue.first,
            panel=panel,
            accounts=build_accounts(
                ids,
                _name_accounts(customers, ids, revenue, reader),
                excluded=np.array([account in errors for account in ids], dtype=np.bool_) | unpriced,
                unpriced=unpriced,
                consumer=consumer,
                consumer_changes=consumer_changes,
            ),
            currencies=Currencies((reporting, *(find_currency(code) for code in codes)), currency_of, used_rates),
            source_rows=_list_source_rows(reader, owners, len(ids)),
            columns=columns,
            facts={
                key: np.array([*values, *[None] * others], dtype=np.float64) for key, values in customers.facts.items()
            },
            targets=targets,
            scheduled_changes=revenue.ahead and _renumber_accounts(at, revenue.ahead),
            terms=revenue.terms and _renumber_terms(at, revenue.terms),
            lines=revenue.lines and revenue.lines.renumber(at),
            coverage=_build_coverage(revenue),
        )
        check_amounts(ledger)
    except ValueError as error:
        # The sums are exact in each currency, but not at the rates of the tab FX.
        raise build_size_error(reader.title) from error
    return ledger


def _encode_revenue_segment(segment: RevenueSegment, ids: Sequence[str], index: Mapping[str, int]) -> Column:
    values = [segment.values.get(account, "") for account in ids]
    changes = [(index[account], month, value) for account, month, value in segment.changes]
    return encode_values(segment.heading, values, SIZES, changes)


def _list_source_rows(reader: TabReader, owners: NDArray[np.intp], accounts: int) -> SourceRows:
    """Return the rows of each account in the revenue tab; none if the tab was put together from other rows."""
    if reader.grid.origin:
        owners = np.full_like(owners, -1)
    return build_source_rows(reader.title, build_row_index(owners, accounts, reader.first_row + 1))


def _build_coverage(revenue: Revenue) -> Coverage:
    """Return what the revenue tab cannot say about its months and accounts."""
    unknown = () if revenue.known is None else np.flatnonzero(~revenue.known).tolist()
    return Coverage(
        unknown=frozenset(revenue.first + row for row in unknown),
        can_leave=revenue.can_leave,
        left_out_rows=revenue.left_out_rows,
        left_out_mrr=() if revenue.left_out_mrr is None else tuple(revenue.left_out_mrr.tolist()),
    )


def _name_accounts(customers: Customers, ids: Sequence[str], revenue: Revenue, reader: TabReader) -> list[str]:
    """Return the name of each account: from Customers, else from its first row in the revenue tab, else its ID."""
    cells = [read_text(cell) for cell in reader.cells_under("name")]
    firsts = build_row_index(revenue.codes, len(revenue.ids), 0).first_rows
    first_rows = dict(zip(revenue.ids, firsts.tolist(), strict=True))
    customer_names = dict(zip(customers.ids, customers.names, strict=True))

    def choose_name(account: str) -> str:
        if customer_names.get(account, account) != account:
            return customer_names[account]
        name = cells[first_rows[account]] if account in first_rows else ""
        return account if not name or is_failed_formula(name) else name

    return [choose_name(account) for account in ids]


def _renumber_accounts(at: NDArray[np.intp], ahead: ScheduledChanges) -> ScheduledChanges:
    """Return scheduled changes with the ledger's numbers of accounts; `at` maps those of the revenue tab to them."""
    accounts = at[ahead.accounts]
    order = np.lexsort((ahead.months, accounts))
    return ScheduledChanges(accounts[order], ahead.months[order], ahead.amounts[order])


def _renumber_terms(at: NDArray[np.intp], terms: Terms) -> Terms:
    """Return terms with the ledger's numbers of accounts; `at` maps those of the revenue tab to them."""
    return build_terms(at[terms.accounts], terms.firsts, terms.lasts, terms.amounts)


def _report_missing_rates(
    reader: TabReader,
    revenue: Revenue,
    ids: Sequence[str],
    missing: Mapping[int, Sequence[Month]],
    *,
    has_rates: bool,
) -> None:
    """Report each currency that has no rate for some months, once, at the first cell that states it.

    Args:
        reader: the revenue tab.
        revenue: its accounts.
        ids: the accounts of the ledger.
        missing: account of the ledger -> the months without a rate.
        has_rates: True if the workbook has a tab FX with rates. Without one, a workbook whose amounts are all in one
            currency is in another currency than the config.

    """
    reporting = reader.options.currency.code
    by_code: dict[str, list[int]] = {}
    for account in sorted(missing):
        by_code.setdefault(revenue.stated[ids[account]].code, []).append(account)
    is_foreign = not has_rates and {stated.code for stated in revenue.stated.values() if stated.code} == set(by_code)
    for code, accounts in by_code.items():
        stated = revenue.stated[ids[accounts[0]]]
        months = sorted({month for account in accounts for month in missing[account]})
        values = {
            "code": code,
            "currency": reporting,
            "months": ", ".join(format_month_runs(months)),
            "count": str(len(accounts)),
        }
        # A problem of one account says which.
        owner = ids[accounts[0]] if len(accounts) == 1 else ""
        problem = "currency_mismatch" if is_foreign and len(by_code) == 1 else "fx_missing"
        reader.problems.append(Problem(problem, stated.tab, stated.cell, code, owner, values=values))
