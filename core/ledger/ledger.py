"""The ledger: what every account paid at every month's close, as one dense panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.columns import Column, DatedValues
from core.ledger.coverage import Coverage
from core.ledger.lines import Lines, Terms
from core.ledger.price_changes import PriceChange, find_price_changes
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.ledger.usage_pricing import PRICING_MODEL, UsagePricing, average_paid_months
from core.money import Currency
from core.months import Month, Window
from core.query.account_names import AccountNames, index_accounts
from core.query.vocabulary import Filter

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, eq=False)
class AccountTable:
    """The accounts of a ledger, in the order of the panel's columns.

    Attributes:
        ids: the account ids, as the sheet has them.
        names: the name of each account; its id where the sheet gives no name.
        excluded: (accounts,) True where an error touches the account's MRR. Such an account is in no figure; the
            panel keeps what could be read of it, so that reports can say how much is excluded.
        unpriced: (accounts,) True where not even that is known, as a rate of the account's currency is missing.
        consumer: (accounts,) True where the sheet flags the account as a consumer today.
        consumer_changes: the dated flags of the accounts whose flag changes, 1 for a consumer, else 0; None without
            any.
        hidden: (accounts,) True where the reader may not know the account: its name is a number, and no words find
            it; None where they may know all.

    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    excluded: Mask
    unpriced: Mask
    consumer: Mask
    consumer_changes: DatedValues | None = None
    hidden: Mask | None = None

    def __post_init__(self) -> None:
        lengths = {len(entries) for entries in (self.ids, self.names, self.excluded, self.unpriced, self.consumer)}
        if len(lengths) != 1:
            raise ValueError("the accounts need one entry per account in every array")

    @property
    def count(self) -> int:
        """The number of accounts, excluded ones included."""
        return len(self.ids)

    @cached_property
    def counted(self) -> Mask:
        """(accounts,) True where the account takes part in figures."""
        return ~self.excluded

    @cached_property
    def by_name(self) -> AccountNames:
        """The index that finds accounts by their ids and names."""
        if self.hidden is None:
            return index_accounts(self.ids, self.names)
        return AccountNames(self.ids, self.names, np.flatnonzero(~self.hidden).tolist())

    def consumer_at(self, month: Month) -> Mask:
        """Return (accounts,) True where the account is a consumer at the close of `month`."""
        if self.consumer_changes is None:
            return self.consumer
        return self.consumer_changes.codes_at(month, self.consumer.astype(np.int32)) > 0


def build_accounts(
    ids: Sequence[str],
    names: Sequence[str] | None = None,
    *,
    excluded: Mask | None = None,
    unpriced: Mask | None = None,
    consumer: Mask | None = None,
    consumer_changes: DatedValues | None = None,
) -> AccountTable:
    """Return accounts that are called by their ids unless `names` are given, with flags that are False by default."""
    ids = tuple(ids)
    no_account = np.zeros(len(ids), dtype=np.bool_)
    return AccountTable(
        ids,
        ids if names is None else tuple(names),
        no_account if excluded is None else excluded,
        no_account if unpriced is None else unpriced,
        no_account if consumer is None else consumer,
        consumer_changes,
    )


@dataclass(frozen=True, slots=True, eq=False)
class ScheduledChanges:
    """Changes that the sheet already holds for months after the last: lines that end, lines that begin later.

    Attributes:
        accounts: (n,) the account of each change, ascending; the changes of one account by month.
        months: (n,) ordinal of the first close that has the change, always after the ledger's last month.
        amounts: (n,) int64, the change of MRR in minor units of the account's own currency; never 0.

    """

    accounts: NDArray[np.intp]
    months: NDArray[np.int64]
    amounts: Panel


@dataclass(frozen=True, eq=False)
class Ledger:
    """AccountTable x months, dense.

    Attributes:
        first: the month of the panel's first row.
        panel: (months, accounts) int64, C order: MRR at each close in minor units of the account's own currency,
            never negative.
        accounts: the accounts.
        currencies: the currency of each account, and the rates.
        source_rows: the tab and the rows that the panel was read from.
        columns: key -> Column, for every column of the Customers tab that can be a segment. Keys are the standard
            ones (`segment`, `industry`, `region`, `plan`, `owner`, `pricing_model`, ...) or the heading, lower case.
        facts: key -> (accounts,) float64, NaN where blank: `renewal_date` and `since` (proleptic ordinals of days),
            `feature_adoption` and `quota_use` (1.0 is 100%), `seats`, `seats_used`, `nps`. Never money.
        targets: (value of the segment, or empty for the whole company; `nrr` or `grr`) -> the target in the sheet.
        workspace_words: a word or phrase of the tab Words -> the value that it means.
        scheduled_changes: changes after the last month; None where the layout cannot hold any.
        terms: the lines with an end; None where the layout has no lines.
        lines: all lines with their quantities and products; None where the sheet has neither.
        coverage: what the sheet cannot say about its months and accounts.
        usage: the rule for accounts that pay by usage; None where they count as billed.

    """

    first: Month
    panel: Panel
    accounts: AccountTable
    currencies: Currencies
    source_rows: SourceRows
    columns: Mapping[str, Column] = field(default_factory=dict)
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    targets: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    workspace_words: Mapping[str, Filter] = field(default_factory=dict)
    scheduled_changes: ScheduledChanges | None = None
    terms: Terms | None = None
    lines: Lines | None = None
    coverage: Coverage = field(default_factory=Coverage)
    usage: UsagePricing | None = None

    def __post_init__(self) -> None:
        months, accounts = self.panel.shape
        if not months:
            raise ValueError("a ledger needs at least one month")
        if not all(self.first < month < self.last for month in self.coverage.unknown):
            raise ValueError("a close that is not known is between two closes that are")
        if len(self.coverage.left_out_mrr) not in {0, months}:
            raise ValueError("the MRR left out has one entry per close")
        if self.panel.dtype != np.int64 or not self.panel.flags.c_contiguous:
            raise ValueError("the panel must be int64 in C order")
        if not self.accounts.count == len(self.currencies.codes) == len(self.source_rows.first_rows) == accounts:
            raise ValueError("every array of a ledger has one entry per account")

    @property
    def currency(self) -> Currency:
        """The currency in which figures are reported."""
        return self.currencies.reporting

    @property
    def last(self) -> Month:
        """The last month of the panel: data through."""
        return self.first + (len(self.panel) - 1)

    @cached_property
    def first_paid(self) -> NDArray[np.int32]:
        """(accounts,) the panel row of the first MRR above zero; the number of rows if it never is."""
        first = np.zeros(self.accounts.count, dtype=np.int32)
        has_paid = np.zeros(self.accounts.count, dtype=np.bool_)
        # The rows before the first one with MRR are counted; a row is contiguous, a column is not.
        for row in self.panel:
            has_paid |= row > 0
            first += ~has_paid
        return first

    @cached_property
    def closes(self) -> tuple[Month, ...]:
        """The closes that the sheet has, ascending."""
        months = (Month(ordinal) for ordinal in range(self.first.ordinal, self.last.ordinal + 1))
        return tuple(month for month in months if month not in self.coverage.unknown)

    @cached_property
    def price_changes(self) -> tuple[PriceChange, ...]:
        """The months in which most accounts change by the same percentage, ascending."""
        closes = [(month, self.read_own_mrr(month)) for month in self.closes]
        return find_price_changes(closes, self.accounts.counted)

    def has_close(self, month: Month) -> bool:
        """Tell whether the close of `month` is in the panel and known."""
        return self.first <= month <= self.last and month not in self.coverage.unknown

    def covers(self, window: Window) -> bool:
        """Tell whether both closes of `window` are in the panel and known."""
        return self.has_close(window.start) and self.has_close(window.end)

    def read_own_mrr(self, month: Month) -> Panel:
        """Return (accounts,) the MRR of every account at the close of `month`, each in its own currency; a view.

        Raises:
            KeyError: the month is not in the panel, or its close is not known.

        """
        if not self.has_close(month):
            raise KeyError(str(month))
        row: Panel = self.panel[self.first.until(month)]
        return row

    def mrr(self, month: Month, at: Month) -> Panel:
        """Return (accounts,) the MRR at the close of `month` in the reporting currency, at the rates of close `at`.

        A view where every account pays in the reporting currency.

        Raises:
            KeyError: the month is not in the panel, or its close is not known.

        """
        return self.currencies.convert(self.read_own_mrr(month), at)

    def window_mrr(self, month: Month, start: Month, at: Month | None = None) -> Panel:
        """Return (accounts,) the MRR at the close of `month` with which each account enters a window.

        It is that of the close, but for accounts that pay by usage: theirs is the mean of the closes that the sheet
        has, among the last months of the rule, at which the account pays. The mean is rounded half-up to the minor
        unit of the account's own currency, before any conversion. The pricing model is that of the window's start.

        Args:
            month: either close of the window.
            start: the start of the window.
            at: the month whose closing rates apply; the window's start when None.

        Raises:
            KeyError: the month is not in the panel, or its close is not known.

        """
        at = start if at is None else at
        if self.usage_values is None:
            return self.mrr(month, at)
        own, mean = self.read_own_mrr(month), self.averaged_panel[self.first.until(month)]
        pricing = self.columns[PRICING_MODEL]
        if pricing.changes is not None:
            mean = np.where(self.usage_values[pricing.codes_at(start)], mean, own)
        return self.currencies.convert(mean, at)

    @cached_property
    def averaged_panel(self) -> Panel:
        """(months, accounts) the panel with the means of the accounts that pay, or once paid, by usage."""
        averaged = self.panel.copy()
        if self.usage is None or self.usage_values is None:
            return averaged
        pricing = self.columns[PRICING_MODEL]
        by_usage = self.usage_values[pricing.codes]
        if pricing.changes is not None:
            by_usage[pricing.changes.accounts[self.usage_values[pricing.changes.codes]]] = True
        accounts = np.flatnonzero(by_usage)
        rows = {close: self.read_own_mrr(close).take(accounts) for close in self.closes}
        for close in self.closes:
            before = (close - back for back in range(self.usage.months - 1, 0, -1))
            near = [rows[month] for month in before if month in rows]
            averaged[self.first.until(close), accounts] = average_paid_months([*near, rows[close]])
        return averaged

    def find_usage_accounts(self, start: Month) -> NDArray[np.intp]:
        """Return (n,) the accounts that pay by usage at the close of `start`; none without a rule for them."""
        if self.usage_values is None:
            return np.empty(0, dtype=np.intp)
        return np.flatnonzero(self.usage_values[self.columns[PRICING_MODEL].codes_at(start)])

    @cached_property
    def usage_values(self) -> Mask | None:
        """(values + 1,) True where a pricing model is usage, the blank cells last; None where none is averaged."""
        column = self.columns.get(PRICING_MODEL)
        # Without ends there is no ratio that a volatile month could distort.
        if self.usage is None or column is None or not self.coverage.can_leave:
            return None
        is_usage = self.usage.flag_values(column)
        return is_usage if is_usage.any() else None

    @property
    def usage_months(self) -> int | None:
        """The months of the mean with which accounts priced by usage enter a window; None where all enter as billed."""
        return self.usage.months if self.usage is not None and self.usage_values is not None else None

    @cached_property
    def as_billed(self) -> Ledger:
        """The same ledger with the MRR of each close as it is: for month-by-month movements."""
        return self if self.usage is None else replace(self, usage=None)

    def project_mrr(self, month: Month) -> Panel:
        """Return (accounts,) the MRR that each will pay at a later close, in its own currency, by the sheet of today.

        An account without scheduled changes pays what it pays at the last close.
        """
        expected = self.read_own_mrr(self.last).copy()
        changes = self.scheduled_changes
        if changes is not None:
            due = changes.months <= month.ordinal
            # An account may have several changes: `+=` would apply only one of them.
            np.add.at(expected, changes.accounts[due], changes.amounts[due])
        return expected

    def closes_until(self, month: Month) -> int:
        """Return the number of closes that the sheet has, up to and including that of `month`."""
        return sum(close <= month for close in self.closes)


def select_accounts(ledger: Ledger, accounts: NDArray[np.intp]) -> Ledger:
    """Return the ledger of one account or more, which are ascending: their part of every figure of MRR.

    Raises:
        ValueError: the ledger has lines, terms or changes after its last month.

    """
    if ledger.lines or ledger.terms or ledger.scheduled_changes:
        raise ValueError("lines cannot be selected by account")
    table = ledger.accounts
    return replace(
        ledger,
        panel=np.ascontiguousarray(ledger.panel[:, accounts]),
        accounts=AccountTable(
            tuple(table.ids[account] for account in accounts.tolist()),
            tuple(table.names[account] for account in accounts.tolist()),
            table.excluded[accounts],
            table.unpriced[accounts],
            table.consumer[accounts],
            table.consumer_changes and table.consumer_changes.select(accounts),
        ),
        currencies=replace(ledger.currencies, codes=ledger.currencies.codes[accounts]),
        source_rows=SourceRows(
            ledger.source_rows.tab,
            ledger.source_rows.first_rows[accounts],
            lambda: ledger.source_rows.by_account.select(accounts),
        ),
        columns={key: column.select(accounts) for key, column in ledger.columns.items()},
        facts={key: numbers[accounts] for key, numbers in ledger.facts.items()},
    )


def add_accounts(
    ledger: Ledger,
    ids: Sequence[str],
    names: Sequence[str],
    values: Sequence[Mapping[str, int]],
    source_rows: SourceRows,
) -> Ledger:
    """Return the ledger with more accounts at its end, which have no amount and pay in the reporting currency.

    Args:
        ledger: the ledger.
        ids: the IDs of the new accounts.
        names: their names.
        values: key -> the code of the value, for each of them; they have no value of the other columns.
        source_rows: the rows of all accounts.

    """
    table, more = ledger.accounts, len(ids)

    def extend(array: NDArray[T], fill: float = 0) -> NDArray[T]:
        return np.concatenate([array, np.full((*array.shape[:-1], more), fill, dtype=array.dtype)], axis=-1)

    return replace(
        ledger,
        panel=extend(ledger.panel),
        accounts=replace(
            table,
            ids=(*table.ids, *ids),
            names=(*table.names, *names),
            excluded=extend(table.excluded),
            unpriced=extend(table.unpriced),
            consumer=extend(table.consumer),
        ),
        currencies=replace(ledger.currencies, codes=extend(ledger.currencies.codes)),
        source_rows=source_rows,
        columns={
            key: replace(
                column,
                codes=np.append(column.codes, np.array([of.get(key, -1) for of in values], dtype=np.int32)),
            )
            for key, column in ledger.columns.items()
        },
        facts={key: extend(numbers, np.nan) for key, numbers in ledger.facts.items()},
    )


def check_amounts(ledger: Ledger) -> None:
    """Check that the amounts are MRR, and that figures can add them exactly.

    Raises:
        ValueError: an amount is negative, or the amounts are too large to be added exactly.

    """
    panel = ledger.panel
    if panel.size and int(panel.min()) < 0:
        raise ValueError("MRR is never negative")
    # The cheap bound first: most ledgers need no sum at all.
    if (
        panel.size
        and int(panel.max()) * ledger.accounts.count >= EXACT_LIMIT
        and any(int(row.sum()) >= EXACT_LIMIT for row in panel)
    ):
        raise ValueError("the amounts are too large to be added exactly")
    if ledger.currencies.foreign and not is_exact_at_every_rate(ledger):
        raise ValueError("the amounts are too large to be added exactly")


def is_exact_at_every_rate(ledger: Ledger) -> bool:
    """Tell whether every close can be added exactly in the reporting currency, at the highest rate of each currency."""
    factors = ledger.currencies.highest_rates()[ledger.currencies.codes]
    # Half of the limit, as these products are floats themselves and amounts are rounded up to 1.
    return bool((ledger.panel @ factors < EXACT_LIMIT / 2).all())
