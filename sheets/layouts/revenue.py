"""The result of reading a revenue tab of any layout, and the steps that the layouts share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.arrays import EXACT_LIMIT, Mask, Panel
from core.ledger.history import measure_spacing
from core.ledger.ledger import ScheduledChanges
from core.ledger.lines import Lines, Terms, build_terms, sort_lines
from core.money import divide_half_up
from core.months import Month
from sheets.accounts.account_currencies import StatedCurrency
from sheets.cells.numbers import read_amount
from sheets.cells.text import fold_cell, read_text, remember_readings
from sheets.cells.units import AmountUnit
from sheets.layouts.month_entries import MonthEntries
from sheets.tabs.amount_columns import LARGEST_AMOUNT
from sheets.tabs.read_options import EndDate, ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.port import Cell

# A wide tab keeps lines if they are so few, or at most one for so many amounts.
_FEW_LINES, _LINES_PER_AMOUNT = 10_000, 5
# This many amounts, none in the month after another, and this share of the accounts are no accident.
_SPACED_AMOUNTS, _SPACED_SHARE = 2, 0.1
_SPACINGS = {
    12: N_("The tab has the ends of years only, so there are figures of years."),
    6: N_("The tab has the ends of half-years only, so there are figures of half-years and longer."),
    3: N_("The tab has the ends of quarters only, so there are figures of quarters and longer."),
}


@dataclass(frozen=True, slots=True, eq=False)
class Revenue:
    """The MRR of every account of a revenue tab.

    Attributes:
        ids: the accounts, in the order of their first rows in the tab.
        codes: (rows,) the account of each row below the header row, an index into `ids`; -1 for a row of no account.
        first: the month of the panel's first row.
        panel: (months, accounts) int64 minor units of each account's own currency.
        stated: account -> its currency, and the cell that states it, for accounts with amounts.
        ahead: the changes after the panel's last month; None if the layout holds no such months.
        terms: the lines with an end; None if the layout has no lines.
        lines: all lines with their quantities and products; None if the tab has neither.
        known: (months,) True for the months that the sheet has; the others repeat the month before. None for all.
        left_out_rows: the number of rows with amounts and no account.
        left_out_mrr: (months,) int64 minor units of the reporting currency: the MRR of those rows; None for zeros.
        can_leave: False if the tab has no way to show that an account left, so that retention cannot be known.
        excluded: accounts that are excluded from all figures although no problem names them.
        entries: the entries by month, of a tab with an amount for each account and month.

    """

    ids: Sequence[str]
    codes: NDArray[np.intp]
    first: Month
    panel: Panel
    stated: Mapping[str, StatedCurrency]
    ahead: ScheduledChanges | None = None
    terms: Terms | None = None
    lines: Lines | None = None
    known: Mask | None = None
    can_leave: bool = True
    excluded: frozenset[str] = frozenset()
    left_out_rows: int = 0
    left_out_mrr: Panel | None = None
    entries: MonthEntries | None = None


@dataclass(frozen=True, slots=True)
class RevenueLine:
    """A row that was read: MRR in minor units, in force at the closes of `first` to `last`."""

    row: int
    minor: int
    first: Month
    last: Month


# The last close of a line without an end.
NO_END = Month.containing(dt.date.max)


@dataclass(slots=True)
class AccountRows:
    """The rows of a revenue tab by account.

    Attributes:
        index: account -> its number, in the order of the tab.
        codes: (rows,) the number of each row's account; -1 for a row of no account.

    """

    index: Mapping[str, int]
    codes: NDArray[np.intp]


def group_rows_by_account(ids: Sequence[str]) -> AccountRows:
    """Return the rows by account; an empty ID is no account."""
    index: dict[str, int] = {}
    for account in ids:
        if account and account not in index:
            index[account] = len(index)
    codes = np.fromiter((index.get(account, -1) for account in ids), np.intp, len(ids))
    return AccountRows(index, codes)


def fill_gaps(
    options: ReadOptions,
    first: Month,
    panel: Panel,
    filled: Mask,
    report: Callable[[int, int, str], None],
    missing: Sequence[int] = (),
    *,
    carries_on: bool = False,
) -> Panel:
    """Return the panel with the blanks between two values filled: with 0, or with the value before.

    Args:
        options: `blank_month` decides.
        first: the month of the panel's first row.
        panel: (months, n) minor units; changed in place.
        filled: (months, n) True for cells that are not blank, readable or not.
        report: called for each run of blanks that is read as 0, with its column, its first month (a row of the panel)
            and its months in words.
        missing: the months (rows of the panel) that the tab does not have; they repeat the month before and are no
            gap of an account.
        carries_on: True if the blanks after the last value repeat it, too.

    """
    inside = ~filled & np.logical_or.accumulate(filled, axis=0) if carries_on else find_inner_blanks(filled)
    if options.blank_month == "carry":
        # From the first month on, so that a value carries over several blanks.
        for month in range(1, len(panel)):
            panel[month] = np.where(inside[month], panel[month - 1], panel[month])
    else:
        inside[list(missing)] = False
        for place, start, end in _find_runs(inside):
            after = next(month for month in range(end + 1, len(panel)) if month not in missing)
            # A blank between two zeros is a zero like them.
            if panel[start - 1, place] or panel[after, place]:
                report(place, start, str(first + start) if start == end else f"{first + start}..{first + end}")
    for month in sorted(missing):
        panel[month] = panel[month - 1]
    return panel


def settle_blanks(reader: TabReader, *, is_sparse: bool) -> bool:
    """Return whether blanks repeat the amount before them, to the last month; report it if they may."""
    if not is_sparse:
        return False
    if reader.options.blank_month == "zero":
        reader.report("implausible_blanks", -1, reader.header.columns["account_id"], found="")
        return False
    statement = N_(
        "Most amounts are followed by a blank, so blanks repeat the amount before them to the last month. A customer "
        "left where it has 0 or a word such as “churned”."
    )
    reader.decide("months", Sentence(statement))
    return True


def report_missing_months(
    reader: TabReader,
    first: Month,
    known: Mask,
    report: Callable[[Month], None],
    *,
    is_spacing_sure: bool = True,
) -> list[int]:
    """Report the months that a tab does not have, and return their rows of the panel.

    In a tab that has the ends of quarters or years only, the months between them are not missing: that is one decision
    of the reading.

    Args:
        reader: the tab.
        first: the month of the panel's first row.
        known: (months,) True for the months that the tab has, the first and the last among them.
        report: called for each missing month.
        is_spacing_sure: False if the tab may have more months than were read.

    """
    missing: list[int] = np.flatnonzero(~known).tolist()
    closes = [first + row for row in np.flatnonzero(known).tolist()]
    spacing = measure_spacing(closes)
    for row in missing:
        if row % spacing == 0:
            report(first + row)
    if spacing > 1 and is_spacing_sure:
        reader.decide("months", Sentence(_SPACINGS[spacing]))
    return missing


def doubt_spaced_amounts(reader: TabReader, panel: Panel, known: Mask) -> None:
    """Record a doubt if accounts have amounts only every few months, as amounts billed for several months at once are.

    The config can say that they are the MRR of their months.

    Args:
        reader: the tab.
        panel: (months, accounts) minor units.
        known: (months,) True for the months that the tab has.

    """
    accounts = 0 if reader.options.unit else count_spaced(panel, known)
    if not accounts:
        return
    statement = Sentence(
        N_(
            "{count} accounts have amounts only every few months, as if several months were billed at once. They are "
            "read as the MRR of single months."
        ),
        {"count": accounts},
    )
    reader.decide("unit", statement, config_line='workbook.unit = "MRR"', is_doubted=True)


def count_spaced(panel: Panel, known: Mask) -> int:
    """Return the number of accounts with amounts only every few months; 0 if they are few of those with any.

    Args:
        panel: (months, accounts) minor units.
        known: (months,) True for the months that the tab has.

    """
    has_mrr = (panel if known.all() else panel[known]) > 0
    counts = np.count_nonzero(has_mrr, axis=0)
    spaced = int(np.count_nonzero((counts >= _SPACED_AMOUNTS) & ~(has_mrr[1:] & has_mrr[:-1]).any(axis=0)))
    return 0 if spaced < _SPACED_SHARE * np.count_nonzero(counts) else spaced


def decide_words_for_amounts(reader: TabReader) -> None:
    """Record the words such as "churned" that are read as an amount of 0, and the dashes, once for the tab."""
    if reader.cells_of_leaving:
        cells = sorted(reader.cells_of_leaving)
        words = dict.fromkeys(read_text(reader.cell_at(*cell)) for cell in cells)
        statement = Sentence(
            N_("Cells with {words} are read as 0: the customer has left ({count})."),
            {"words": ", ".join(words), "count": len(cells)},
        )
        reader.decide("ends", statement, cells[0])
    if reader.dashes:
        statement = Sentence(N_("Dashes are read as blank cells ({count})."), {"count": len(reader.dashes)})
        reader.decide("unit", statement, min(reader.dashes))


def limit_to_amounts(present: Mask, filled: Mask) -> Mask:
    """Return (months, n) True for amounts, and for unreadable cells between two amounts; both masks have that shape.

    After the last amount an unreadable cell, such as a formula that is loading, makes no blank before it a gap.
    """
    return present | (filled & find_inner_blanks(present))


def find_inner_blanks(filled: Mask) -> Mask:
    """Return (months, n) True for blanks with a filled cell before and another one after; `filled` has that shape."""
    earlier = np.logical_or.accumulate(filled, axis=0)
    later = np.logical_or.accumulate(filled[::-1], axis=0)[::-1]
    return np.asarray(~filled & earlier & later)


def _find_runs(inside: Mask) -> Iterator[tuple[int, int, int]]:
    """Yield (column, first month, last month) of every run of True along the months, column by column."""
    # 1 where a run begins, -1 after its last month; transposed, both lists are in the order of the columns.
    edges = np.diff(inside.astype(np.int8), axis=0, prepend=0, append=0).T
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (account, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield account, start, end - 1


def measure_left_out_rows(
    reader: TabReader, amounts_of_month: Mapping[int, Callable[[int], Cell]], months: int, unit: AmountUnit
) -> Panel:
    """Return (months,) the MRR of the rows without an account, in minor units of the reporting currency.

    Args:
        reader: the tab, whose account IDs have been read.
        amounts_of_month: a month (a row of the panel) -> a function that returns the cell of a row in that month.
        months: the number of months.
        unit: the unit of the amounts.

    """
    totals = np.zeros(months, dtype=np.int64)
    currency = reader.options.currency
    for month, cell_of_row in amounts_of_month.items():
        for row in reader.rows_without_account:
            amount = read_amount(cell_of_row(row), reader.locale_format, currency.code)
            if isinstance(amount, Decimal) and 0 < amount < LARGEST_AMOUNT:
                value = Fraction(amount) * unit.find_factor(currency.unit) * currency.unit
                totals[month] += divide_half_up(value.numerator, value.denominator)
    return totals


def check_sums(totals: NDArray[np.float64], title: str) -> None:
    """Check that the total of each month is small enough for exact sums.

    Args:
        totals: (months,) as floats, since integers would wrap around unseen.
        title: the tab's title.

    Raises:
        WorkbookLayoutError: a total is too large.

    """
    # Half the limit, so that the rounding of the float total does not matter.
    if totals.size and float(totals.max()) >= EXACT_LIMIT / 2:
        raise build_size_error(title)


def build_size_error(title: str) -> WorkbookLayoutError:
    """Return the error for a tab whose amounts cannot be added exactly."""
    return WorkbookLayoutError(
        N_("The amounts of the tab “{tab}” are too large to be added exactly. The tab is not read."),
        N_("Look for amounts with too many digits, or for a column that holds no amounts."),
        tab=title,
    )


@lru_cache(maxsize=4096)
def compute_line_mrr(amount: Decimal, quantity: Decimal, discount: Decimal, months: Fraction, unit: int) -> int:
    """Return the MRR of a line in minor units, rounded half-up once.

    Args:
        amount: the price of one piece for one interval, in whole units.
        quantity: the number of pieces.
        discount: the share of the amount that is not paid, 0 to 1.
        months: the interval, divided by the scale of the amount.
        unit: the minor units in a whole one.

    """
    # Plain integers: Fraction would reduce after each step, which triples the time of a long tab.
    (price, per), (pieces, of), (off, whole) = (x.as_integer_ratio() for x in (amount, quantity, discount))
    return divide_half_up(
        price * pieces * (whole - off) * unit * months.denominator,
        per * of * whole * months.numerator,
    )


def find_last_month(end: dt.date, end_date: EndDate) -> Month:
    """Return the last month at whose close a line that ends on `end` is still in force."""
    month = Month.containing(end)
    return month if end_date == "last_day" and end == month.last_day else month - 1


def list_terms(lines: Sequence[RevenueLine], codes: NDArray[np.intp], through: Month) -> Terms:
    """Return the lines that have an end and an amount, and were in force at a close up to `through`."""
    entries = [
        (account, line.first.ordinal, line.last.ordinal, line.minor)
        for line, account in zip(lines, codes.tolist(), strict=True)
        if line.minor and line.first <= line.last < NO_END and line.first <= through
    ]
    accounts, firsts, lasts, amounts = np.array(entries, dtype=np.int64).reshape(-1, 4).T.copy()
    return build_terms(accounts.astype(np.intp), firsts, lasts, amounts)


def list_product_lines(
    reader: TabReader, rows: NDArray[np.intp], codes: NDArray[np.intp], first: Month, panel: Panel
) -> Lines | None:
    """Return a line for every run of months with one amount, of a tab with a row for each account and product.

    None for a tab without products, and for one in which an account has no second row: then no product can be added to
    another. None too where the amounts change so often that the lines would be more than a fifth of them.

    Args:
        reader: the tab.
        rows: (n,) the rows with an account.
        codes: (n,) the account of each of them.
        first: the month of the panel's first row.
        panel: (months, n) minor units.

    """
    if "product" not in reader.header.columns or len(np.unique(codes)) == len(codes):
        return None
    cells, fold_product = reader.cells_under("product"), remember_readings(fold_cell)
    names = {fold_product(cells[row]): read_text(cells[row]) for row in reversed(rows.tolist())}
    numbers = {product: number for number, product in enumerate(names)}
    if not any(names.values()):
        return None
    by_row = panel.T
    places, firsts = np.nonzero(np.diff(by_row, axis=1, prepend=0))
    if len(places) > max(_FEW_LINES, panel.size // _LINES_PER_AMOUNT):
        return None
    amounts = by_row[places, firsts]
    # A run ends before the next one of its row, else with the last month.
    is_last = np.diff(places, append=-1) != 0
    lasts = np.where(is_last, len(panel) - 1, np.roll(firsts, -1) - 1)
    paid = np.flatnonzero(amounts > 0)
    places, amounts = places[paid], amounts[paid]
    products = np.array([numbers[fold_product(cells[row])] for row in rows.tolist()], dtype=np.int64)
    return sort_lines(
        Lines(
            tuple(names.values()),
            codes[places],
            products[places],
            first.ordinal + firsts[paid],
            first.ordinal + lasts[paid],
            amounts,
            amounts,
            None,
        )
    )


def schedule_changes(lines: Sequence[RevenueLine], codes: NDArray[np.intp], through: Month) -> ScheduledChanges:
    """Return the changes of each account's MRR after `through`, as lines begin or end then; added up by month."""
    changes: dict[tuple[int, int], int] = {}
    for line, account in zip(lines, codes.tolist(), strict=True):
        # A line that is over, or in force at no close, changes nothing later.
        if line.last < max(line.first, through):
            continue
        ends = ((line.last + 1, -line.minor),) if line.last < NO_END else ()
        for month, change in ((line.first, line.minor), *ends):
            if month > through:
                key = account, month.ordinal
                changes[key] = changes.get(key, 0) + change
    # Lines that replace each other may cancel out.
    entries = sorted((*key, change) for key, change in changes.items() if change)
    accounts, months, amounts = np.array(entries, dtype=np.int64).reshape(-1, 3).T.copy()
    return ScheduledChanges(accounts.astype(np.intp), months, amounts)


def build_line_panel(
    lines: Sequence[RevenueLine],
    codes: NDArray[np.intp],
    first: Month,
    through: Month,
    accounts: int,
    title: str,
) -> Panel:
    """Return (months, accounts) the MRR: each line is added at its first month, subtracted after its last.

    Raises:
        WorkbookLayoutError: the amounts are too large.

    """
    months = first.until(through) + 1
    # (lines,) rows of the panel; one row more, for the lines that end with or after the last month.
    starts = np.clip([first.until(line.first) for line in lines], 0, months).astype(np.intp)
    ends = np.clip([first.until(line.last) + 1 for line in lines], 0, months).astype(np.intp)
    minor = np.array([line.minor for line in lines], dtype=np.int64)
    in_force = starts < ends
    # Sizes, as the line of a credit note is below 0.
    begun = np.bincount(starts[in_force], np.abs(minor[in_force]), months + 1)
    ended = np.bincount(ends[in_force], np.abs(minor[in_force]), months + 1)
    check_sums(np.cumsum(begun - ended), title)
    # The change of each account at each month; summed up over the months this is the MRR.
    steps = np.zeros((months + 1, accounts), dtype=np.int64)
    np.add.at(steps, (starts[in_force], codes[in_force]), minor[in_force])
    np.subtract.at(steps, (ends[in_force], codes[in_force]), minor[in_force])
    return np.ascontiguousarray(np.cumsum(steps, axis=0)[:-1])
