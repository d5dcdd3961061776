"""The ledger: what every account paid at every month's close, as one dense panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.money import Currency, half_up
from core.months import Month, Window

Panel = NDArray[np.int64]
Mask = NDArray[np.bool_]

# Sums of money pass through float64 in places (bincount weights); below this they are exact there.
EXACT_LIMIT = 2**53


# What a reading of float64 is certain of: a product below this, further from a half than the margin.
_CERTAIN_BELOW, _CERTAIN_WITHIN = 1e11, 0.499

Rates = Mapping[tuple[Month, str], Fraction]


@dataclass(frozen=True, slots=True, eq=False)
class DatedValues:
    """The dated values of a column: what an account had before, and from when on it had something else.

    Attributes:
        accounts: (n,) which account, ascending; those of one account by month.
        months: (n,) from the close of which month on (ordinals); the first of an account serves before it too.
        codes: (n,) int32, the value from then on, as in `Column.codes`.

    """

    accounts: NDArray[np.intp]
    months: NDArray[np.int64]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ScheduledChanges:
    """What the sheet already says of months after the last: lines that end, and lines that are yet to begin.

    Attributes:
        accounts: (n,) which account, ascending; those of one account by month.
        months: (n,) from the close of which month on (ordinals), all after the ledger's last.
        amounts: (n,) int64, by how much its MRR changes then, minor units of its own currency; never 0.

    """

    accounts: NDArray[np.intp]
    months: NDArray[np.int64]
    amounts: Panel


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of the Customers tab as a dimension.

    Attributes:
        heading: the heading as the sheet has it.
        values: the distinct values, in the order in which readers should see them.
        codes: (accounts,) int32, the index into `values`, -1 where the cell is blank ("Unassigned"), as it is now.
        changes: what was when, where the sheet has dated rows; None where what is now has to serve for the past.

    """

    heading: str
    values: tuple[str, ...]
    codes: NDArray[np.int32]
    changes: DatedValues | None = None

    @property
    def has_blanks(self) -> bool:
        """Tell whether some account has, or had, no value."""
        return bool((self.codes < 0).any() or (self.changes is not None and (self.changes.codes < 0).any()))

    def at(self, month: Month) -> NDArray[np.int32]:
        """Return (accounts,) the codes as they were at the close of `month`; of those without dates, as they are."""
        changes = self.changes
        if changes is None:
            return self.codes
        codes = self.codes.copy()
        # Written in the order of time: of each account its first row, then whatever had begun, the latest last.
        firsts = np.flatnonzero(np.diff(changes.accounts, prepend=-1))
        codes[changes.accounts[firsts]] = changes.codes[firsts]
        begun = np.flatnonzero(changes.months <= month.ordinal)
        lasts = begun[np.flatnonzero(np.diff(changes.accounts[begun], append=-1))]
        codes[changes.accounts[lasts]] = changes.codes[lasts]
        return codes


@dataclass(frozen=True, slots=True, eq=False)
class RowIndex:
    """The rows of the revenue tab that each account's MRR comes from: all of them, those of one account together.

    Attributes:
        starts: (accounts + 1,) int32, where in `numbers` those of each account begin; the last one is where they end.
        numbers: (n,) int32, rows counted from 1, of each account in the order of the tab.

    """

    starts: NDArray[np.int32]
    numbers: NDArray[np.int32]

    def __post_init__(self) -> None:
        if self.starts[0] != 0 or self.starts[-1] != len(self.numbers) or (np.diff(self.starts) < 0).any():
            raise ValueError("the rows of the accounts do not fit together")

    def of(self, account: int) -> NDArray[np.int32]:
        """Return (n,) the rows of an account, from the first on; none where the tab has none of it."""
        return self.numbers[self.starts[account] : self.starts[account + 1]]

    @property
    def firsts(self) -> NDArray[np.int32]:
        """(accounts,) the first row of each account, 0 where it has none."""
        firsts = np.zeros(len(self.starts) - 1, dtype=np.int32)
        some = np.flatnonzero(np.diff(self.starts))
        firsts[some] = self.numbers[self.starts[some]]
        return firsts


def build_row_index(owners: NDArray[np.intp], accounts: int, top: int = 1) -> RowIndex:
    """Return which rows are of which account.

    Args:
        owners: (rows,) the account of each row, -1 where it is of none.
        accounts: how many accounts there are.
        top: the number of the first of these rows, counted from 1.

    """
    owned = np.flatnonzero(owners >= 0)
    of = owners[owned]
    starts = np.zeros(accounts + 1, dtype=np.int32)
    np.cumsum(np.bincount(of, minlength=accounts), out=starts[1:])
    return RowIndex(starts, (owned[np.argsort(of, kind="stable")] + top).astype(np.int32))


@dataclass(frozen=True, eq=False)
class Ledger:
    """Accounts x months, dense.

    Attributes:
        currency: in which figures are reported.
        first: the month of the panel's first row.
        panel: (months, accounts) int64, C order: MRR at each close in minor units of the account's own currency,
            never negative.
        ids: the account ids, as the sheet has them.
        names: what to call each account; its id where the sheet gives no name.
        columns: key -> Column, for every column of the Customers tab that can be a segment. Keys are the standard
            ones (`segment`, `industry`, `region`, `plan`, `owner`, `pricing_model`, ...) or the heading, lower case.
        facts: key -> (accounts,) float64, NaN where blank: `renewal_date` and `since` (proleptic ordinals of days),
            `feature_adoption` and `quota_use` (1.0 is 100%), `seats`, `seats_used`, `nps`. Never money.
        quarantined: (accounts,) True where an error touches the account's MRR. Such an account is left out of every
            figure; what could be read of it stays in the panel so that it can be said how much is left out.
        unpriced: (accounts,) True where not even that is known, as a rate of the account's currency is missing.
        consumer: (accounts,) True where the sheet flags the account as a consumer.
        tab: the revenue tab's title, for provenance.
        rows: (accounts,) int32, the first row of that tab (1-based) that the account's MRR comes from, 0 if none.
        currencies: those of the accounts; the first one is `currency`.
        currency_of: (accounts,) int16, the index into `currencies`.
        rates: (month, code) -> units of `currency` for one unit of that currency at the month's close.
        targets: (value of the segment, or empty for the whole company; `nrr` or `grr`) -> what the sheet aims at.
        all_rows: returns `row_index`; called when it is first asked for, as it may be half as large as the panel.
        ahead: what is known of later months; None where the layout says nothing of them.

    """

    currency: Currency
    first: Month
    panel: Panel
    ids: tuple[str, ...]
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    facts: Mapping[str, NDArray[np.float64]]
    quarantined: Mask
    unpriced: Mask
    consumer: Mask
    tab: str
    rows: NDArray[np.int32]
    currencies: tuple[Currency, ...]
    currency_of: NDArray[np.int16]
    rates: Rates = field(default_factory=dict)
    targets: Mapping[tuple[str, str], Fraction] = field(default_factory=dict)
    all_rows: Callable[[], RowIndex] | None = None
    ahead: ScheduledChanges | None = None

    def __post_init__(self) -> None:
        months, accounts = self.panel.shape
        if not months:
            raise ValueError("a ledger needs at least one month")
        if self.panel.dtype != np.int64 or not self.panel.flags.c_contiguous:
            raise ValueError("the panel must be int64 in C order")
        if not len(self.ids) == len(self.names) == len(self.quarantined) == len(self.rows) == accounts:
            raise ValueError("every array of a ledger has one entry per account")

    @property
    def last(self) -> Month:
        """The last month of the panel: data through."""
        return self.first + (len(self.panel) - 1)

    @property
    def accounts(self) -> int:
        """How many accounts there are, quarantined ones included."""
        return len(self.ids)

    @cached_property
    def row_index(self) -> RowIndex:
        """All rows of the revenue tab by account; where nobody has kept them, the first one of each."""
        return self.all_rows() if self.all_rows else first_rows(self.rows)

    @cached_property
    def counted(self) -> Mask:
        """(accounts,) True where the account takes part in figures."""
        return ~self.quarantined

    @cached_property
    def first_paid(self) -> NDArray[np.int32]:
        """(accounts,) the panel row of the first MRR above zero; the number of rows where there is none."""
        months, accounts = self.panel.shape
        first = np.full(accounts, months, dtype=np.int32)
        # From the last row up, so that the earliest wins; a row is contiguous, a column is not.
        for row in range(months - 1, -1, -1):
            first[self.panel[row] > 0] = row
        return first

    def has(self, month: Month) -> bool:
        """Tell whether the close of `month` is in the panel."""
        return self.first <= month <= self.last

    def covers(self, window: Window) -> bool:
        """Tell whether both closes of `window` are in the panel."""
        return self.has(window.start) and self.has(window.end)

    @cached_property
    def foreign(self) -> Sequence[tuple[Currency, NDArray[np.intp]]]:
        """The currencies other than the reporting one, each with the accounts that pay in it."""
        return self._foreign_among(np.arange(self.accounts))

    def _foreign_among(self, index: NDArray[np.intp]) -> Sequence[tuple[Currency, NDArray[np.intp]]]:
        """Return the currencies other than the reporting one, each with the places in `index` that pay in it."""
        codes = self.currency_of[index]
        others = ((currency, np.flatnonzero(codes == at)) for at, currency in enumerate(self.currencies) if at)
        return [(currency, places) for currency, places in others if places.size]

    def own(self, month: Month) -> Panel:
        """Return (accounts,) the MRR of every account at the close of `month`, each in its own currency; a view.

        Raises:
            KeyError: the month is not in the panel.

        """
        if not self.has(month):
            raise KeyError(str(month))
        row: Panel = self.panel[self.first.until(month)]
        return row

    def mrr(self, month: Month, at: Month) -> Panel:
        """Return (accounts,) the MRR at the close of `month` in the reporting currency, at the rates of close `at`.

        A view where every account pays in the reporting currency.

        Raises:
            KeyError: the month is not in the panel.

        """
        return self.priced(self.own(month), at)

    def priced(self, amounts: Panel, at: Month, index: NDArray[np.intp] | None = None) -> Panel:
        """Return (n,) amounts in the accounts' own currencies as the reporting one, at the rates of close `at`.

        They are of the accounts of `index` (n,), or of every account when None.

        Each account is rounded half-up once; what is above zero stays above zero, so that an account pays or does
        not whatever the rate is. What has no rate is 0: such an account is quarantined.
        """
        if not self.foreign:
            return amounts
        priced = amounts.copy()
        foreign = self.foreign if index is None else self._foreign_among(index)
        for currency, accounts in foreign:
            rate = self.rates.get((at, currency.code), Fraction(0)) * self.currency.unit / currency.unit
            priced[accounts] = convert_amounts(amounts[accounts], rate)
        return priced

    def expected(self, month: Month) -> Panel:
        """Return (accounts,) what each will pay at a close after the last, in its own currency, by the sheet of today.

        What it pays at the last close, where nothing is known.
        """
        expected = self.own(self.last).copy()
        if self.ahead is not None:
            known = self.ahead.months <= month.ordinal
            np.add.at(expected, self.ahead.accounts[known], self.ahead.amounts[known])
        return expected

    def closes_until(self, month: Month) -> int:
        """Return how many month closes there are up to and including `month`."""
        return max(0, self.first.until(min(month, self.last)) + 1)


def build_ledger(
    panel: Sequence[Sequence[int]] | Panel,
    *,
    first: Month,
    currency: Currency,
    ids: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    columns: Mapping[str, Column] | None = None,
    facts: Mapping[str, NDArray[np.float64]] | None = None,
    quarantined: Mask | None = None,
    unpriced: Mask | None = None,
    consumer: Mask | None = None,
    tab: str = "",
    rows: NDArray[np.int32] | RowIndex | None = None,
    currencies: Sequence[Currency] = (),
    currency_of: NDArray[np.int16] | None = None,
    rates: Rates | None = None,
    targets: Mapping[tuple[str, str], Fraction] | None = None,
    ahead: ScheduledChanges | None = None,
) -> Ledger:
    """Return a ledger from a panel (months x accounts) and whatever else is known of its accounts.

    `currencies` are those beside the reporting one, which `currency_of` counts from 1; `rows` may be the first row of
    each account only.

    Raises:
        ValueError: an amount is negative, or the amounts are too large to be added exactly.

    """
    array = np.ascontiguousarray(panel, dtype=np.int64)
    accounts = array.shape[1]
    if array.size and int(array.min()) < 0:
        raise ValueError("MRR is never negative")
    if (
        array.size
        and int(array.max()) * accounts >= EXACT_LIMIT
        and any(int(row.sum()) >= EXACT_LIMIT for row in array)
    ):
        raise ValueError("the amounts are too large to be added exactly")
    ids = tuple(ids) if ids is not None else tuple(str(number) for number in range(accounts))
    nobody = np.zeros(accounts, dtype=np.bool_)
    index = rows if isinstance(rows, RowIndex) else None
    firsts = rows.firsts if isinstance(rows, RowIndex) else rows
    ledger = Ledger(
        currency=currency,
        first=first,
        panel=array,
        ids=ids,
        names=tuple(names) if names is not None else ids,
        columns=dict(columns or {}),
        facts=dict(facts or {}),
        quarantined=nobody if quarantined is None else quarantined,
        unpriced=nobody if unpriced is None else unpriced,
        consumer=nobody if consumer is None else consumer,
        tab=tab,
        rows=np.zeros(accounts, dtype=np.int32) if firsts is None else firsts,
        all_rows=(lambda: index) if index else None,
        currencies=(currency, *currencies),
        currency_of=np.zeros(accounts, dtype=np.int16) if currency_of is None else currency_of,
        rates=dict(rates or {}),
        targets=dict(targets or {}),
        ahead=ahead,
    )
    if ledger.foreign and not is_exact_at_every_rate(ledger):
        raise ValueError("the amounts are too large to be added exactly")
    return ledger


def first_rows(rows: NDArray[np.int32]) -> RowIndex:
    """Return the index of which only the first row of each account is known, 0 where it has none."""
    some = rows > 0
    starts = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum(some, out=starts[1:])
    return RowIndex(starts, rows[some])


def is_exact_at_every_rate(ledger: Ledger) -> bool:
    """Tell whether every close can be added exactly in the reporting currency, at the highest rate of each currency."""
    highest = np.ones(len(ledger.currencies))
    for at, currency in enumerate(ledger.currencies):
        known = [rate for (_, code), rate in ledger.rates.items() if at and code == currency.code]
        highest[at] = float(max(known, default=Fraction(1))) * ledger.currency.unit / currency.unit
    return bool((ledger.panel @ highest[ledger.currency_of] < EXACT_LIMIT / 2).all())


def convert_amounts(amounts: Panel, rate: Fraction) -> Panel:
    """Return (n,) amounts times `rate`, each rounded half-up; above zero where the amount and the rate are.

    Exact at any size: floats decide only what they are certain of, the others are multiplied as integers.
    """
    if not rate:
        return np.zeros_like(amounts)
    scaled = amounts * float(rate)
    nearest = np.rint(scaled)
    converted: Panel = nearest.astype(np.int64)
    for place in np.flatnonzero((scaled >= _CERTAIN_BELOW) | (np.abs(scaled - nearest) > _CERTAIN_WITHIN)).tolist():
        converted[place] = half_up(int(amounts[place]) * rate.numerator, rate.denominator)
    return np.maximum(converted, amounts > 0)


def encode_values(
    heading: str,
    cells: Sequence[str],
    order: Sequence[str] = (),
    dated: Iterable[tuple[int, Month, str]] = (),
) -> Column:
    """Return a column from one text per account; blanks are code -1.

    Values stand in alphabetical order, those of `order` before them and in that order.

    Args:
        heading: as the sheet has it.
        cells: one text per account, as it is now.
        order: the values that come first.
        dated: (account, month, text) of every account that has dated rows: from that month's close on.

    """
    rows = sorted((account, month.ordinal, text) for account, month, text in dated)
    place = {value: number for number, value in enumerate(order)}
    found = {cell for cell in (*cells, *(text for _, _, text in rows)) if cell}
    values = tuple(sorted(found, key=lambda value: (place.get(value, len(place)), value.casefold())))
    index = {value: code for code, value in enumerate(values)}
    codes = np.fromiter((index.get(cell, -1) for cell in cells), np.int32, len(cells))
    if not rows:
        return Column(heading, values, codes)
    accounts, months, texts = zip(*rows, strict=True)
    changes = DatedValues(
        np.array(accounts, dtype=np.intp),
        np.array(months, dtype=np.int64),
        np.array([index.get(text, -1) for text in texts], dtype=np.int32),
    )
    return Column(heading, values, codes, changes)
