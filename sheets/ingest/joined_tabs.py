"""Revenue tabs that are parts of one: a tab for each year, each entity, or each status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.errors import N_, Sentence, WorkbookLayoutError
from core.months import Month
from sheets.accounts.cell_currencies import read_cell_currencies
from sheets.cells.statuses import SUBSCRIPTION_STATUSES
from sheets.cells.text import LocaleFormat, fold_cell
from sheets.cells.units import AmountUnit
from sheets.evidence.refusals import find_waterfall_parts
from sheets.headers.headings import name_heading
from sheets.layouts.recognition import RecognisedTab, recognise_tab, settle_layouts
from sheets.shapes.period_amounts import find_period_unit
from sheets.shapes.stacked_tabs import (
    ENTITY_HEADING,
    Overlap,
    TabToStack,
    blank_repeated_amounts,
    find_overlaps,
    is_title_of_year,
    stack_tabs,
)
from sheets.tabs.decisions import Decision
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

# Layout -> the keys of the month of a row, the first that the tab has; none for a column for each month.
_MONTH_KEYS: Mapping[str, Sequence[str]] = {
    "MRR wide": (),
    "MRR long": ("month",),
    "Subscriptions": ("start",),
    "Movements": ("date",),
    "Invoices": ("period_start", "date"),
}
# Tabs with more of their account-months in common than this are versions of each other, not parts.
_MOST_COMMON = 0.2


@dataclass(frozen=True, slots=True)
class JoinedTabs:
    """Revenue tabs that are parts of one.

    Attributes:
        tab: all of them as one tab.
        decisions: the decisions to join them, and to count repeated amounts once.
        overlaps: the cells of accounts and months that two of them have.
        titles: their titles.

    """

    tab: RecognisedTab
    decisions: Sequence[Decision]
    overlaps: Sequence[Overlap]
    titles: tuple[str, ...]


def join_revenue_tabs(tabs: Sequence[RecognisedTab], options: ReadOptions) -> JoinedTabs | None:
    """Return several tabs of one layout as one: a tab for each year, or for each entity; None if they are versions.

    Lines of an account that start in different months are different ones, in one tab or in two. Tabs of different
    units are versions, such as MRR and ARR, and so are tabs of the same accounts in different currencies. Tabs of
    different accounts may have a currency each.

    Args:
        tabs: the complete revenue tabs, two or more.
        options: the options of the reading.

    Raises:
        ConfigError: `workbook.unit` names no unit.
        WorkbookLayoutError: the words of a tab about its unit contradict each other, or some tabs of different
            accounts name a currency and others do not.

    """
    layout, month_keys = tabs[0].layout.name, _MONTH_KEYS.get(tabs[0].layout.name)
    if month_keys is None or any(
        tab.layout.name != layout or tab.export != tabs[0].export or tab.grid.origin for tab in tabs
    ):
        return None
    parts = [_take_apart(tab, month_keys) for tab in tabs]
    if month_keys and any(part.month_column is None for part in parts):
        return None
    if month_keys:
        months = [frozenset(month for _, month in part.list_account_months()) for part in parts]
    else:
        months = [frozenset(tab.header.read_months(LocaleFormat()).values()) for tab in tabs]
    repeated: list[Month] = []
    if layout in ("MRR wide", "MRR long") and _are_successive(months):
        parts, repeated = blank_repeated_amounts(parts)
    filled = [part.list_account_months() for part in parts]
    smallest = min(map(len, filled))
    common = sum(map(len, filled)) - len({key for cells in filled for key in cells})
    if not smallest or common > _MOST_COMMON * smallest:
        return None
    accounts = [{account for account, _ in cells} for cells in filled]
    have_other_accounts = sum(map(len, accounts)) == len(set().union(*accounts))
    # The tabs New, Expansion and Churn are parts of a waterfall; next to Active, Churned is a list of customers.
    waterfall_parts = [part for part in find_waterfall_parts([tab.title for tab in tabs]) if part]
    if len(waterfall_parts) > (1 if have_other_accounts else 0):
        return None
    units = [_read_unit(tab, options) for tab in tabs]
    if len({(unit.months or 1, unit.is_term, unit.scale) for unit, _ in units}) > 1:
        return None
    are_years = _are_successive(months) or all(is_title_of_year(part.title) for part in parts)
    are_entities = not (are_years or all(_names_status(part.title) for part in parts))
    extra: dict[str, Sequence[Cell]] = {ENTITY_HEADING: [part.title for part in parts]} if are_entities else {}
    currencies = [currency for _, currency in units]
    if len(set(currencies)) > 1:
        have_own_currencies = not are_years and have_other_accounts
        codes = _settle_currencies(tabs, currencies, options, are_entities=have_own_currencies)
        if not have_own_currencies and len({*codes} - {None}) > 1:
            return None
        extra[name_heading("currency")] = codes
    joined = recognise_tab(stack_tabs(parts, extra), options.headings)
    if joined is None or joined.layout.name != layout:
        return None
    joined = settle_layouts([joined])[0]
    titles = tuple(part.title for part in parts)
    if layout == "Subscriptions" and not have_other_accounts:
        template = N_("The tabs {tabs} have different lines, and are read as one tab.")
    elif are_years:
        template = N_("The tabs {tabs} have different months, and are read as one tab.")
    elif are_entities:
        template = N_("The tabs {tabs} have different customers, and are read as one tab with the segment Entity.")
    else:
        template = N_("The tabs {tabs} have different customers, and are read as one tab.")
    values = {"tabs": ", ".join(titles)}
    decisions = [Decision("tabs", "", "", Sentence(template, values))]
    if repeated:
        statement = N_("Amounts of {months} that two of the tabs {tabs} have count once.")
        named = ", ".join(map(str, repeated))
        decisions.append(Decision("months", "", "", Sentence(statement, {"months": named, **values})))
    return JoinedTabs(joined, decisions, find_overlaps(parts), titles)


def _take_apart(tab: RecognisedTab, month_keys: Sequence[str]) -> TabToStack:
    """Return a tab with the column of the months of its rows, if its layout has one."""
    columns = tab.header.columns
    month = next((columns[key] for key in month_keys if key in columns), None)
    return TabToStack(tab.grid, tab.header, month, columns.get(tab.layout.amount_key, 0))


def _are_successive(months: Sequence[frozenset[Month]]) -> bool:
    """Tell whether no two tabs share a month, but for the last one of a year at the beginning of the next."""
    pairs = combinations(sorted(months, key=min), 2) if all(months) else ()
    return all(not one & other or (one & other == {max(one)} == {min(other)} < one) for one, other in pairs)


def _names_status(title: str) -> bool:
    """Tell whether the title of a tab says that its customers are active, or that they left."""
    words = {form for word in fold_cell(title).split() for form in (word, word.removesuffix("s"))}
    return bool(words & SUBSCRIPTION_STATUSES.words.keys())


def _read_unit(tab: RecognisedTab, options: ReadOptions) -> tuple[AmountUnit, str | None]:
    """Return the unit of a tab's amounts and their currency: empty if nothing says it, None if its rows say it."""
    reader = TabReader(tab.grid, tab.header, options, stated_unit=tab.unit, rules=tab.rules)
    columns = tab.list_amount_columns(reader.locale_format)
    unit = find_period_unit(reader, columns).unit
    if "currency" in tab.header.columns:
        return unit, None
    marks = read_cell_currencies(reader, columns)
    codes = marks.count_by_code() if marks else {}
    if marks and 2 * sum(codes.values()) >= int(marks.filled.sum()):
        return unit, next(iter(codes)) if len(codes) == 1 else None
    return unit, unit.currency


def _settle_currencies(
    tabs: Sequence[RecognisedTab], currencies: Sequence[str | None], options: ReadOptions, *, are_entities: bool
) -> list[str | None]:
    """Return the currency of each tab, None for one whose rows say it.

    A tab that names none is in the currency of the config, else in that of the other tabs of the same accounts.

    Raises:
        WorkbookLayoutError: a tab of other accounts names no currency, and neither does the config.

    """
    stated = {code for code in currencies if code}
    default = options.currency.code if options.currency_is_configured else ""
    if not default and not are_entities and len(stated) == 1:
        default = next(iter(stated))
    silent = [tab.title for tab, code in zip(tabs, currencies, strict=True) if code == ""]
    if silent and are_entities and not default:
        raise WorkbookLayoutError(
            N_("The tabs {tabs} have different customers, and not all name their currency: {silent}. None is read."),
            N_("Write it into the title of each tab, such as “{example}”."),
            tabs=", ".join(tab.title for tab in tabs),
            silent=", ".join(silent),
            example=f"{silent[0]} (EUR)",
        )
    return [default if code == "" else code for code in currencies]
