"""The layouts "Movements", a row for each change of an account's MRR, and "Events", with the MRR after each change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, Sentence, WorkbookLayoutError
from core.ledger.arrays import Mask, Panel
from core.money import divide_half_up, to_units
from core.months import Month, find_last_closed_month
from sheets.accounts.account_currencies import AccountCurrencies
from sheets.accounts.customers import Customers
from sheets.cells.billing_intervals import read_interval
from sheets.cells.statuses import SUBSCRIPTION_STATUSES
from sheets.cells.text import UnreadableCell, fold_cell, is_blank, read_text, remember_readings
from sheets.checks.duplicates import report_repeated_lines
from sheets.evidence.layout_evidence import TYPE_SIGNS
from sheets.evidence.piece_prices import read_quantities
from sheets.layouts.mrr_long import read_month_ordinals
from sheets.layouts.revenue import AccountRows, Revenue, check_sums, group_rows_by_account
from sheets.tabs.amount_columns import RowCurrencies, read_amounts
from sheets.tabs.amount_units import read_monthly_unit
from sheets.tabs.line_statuses import LineStatuses
from sheets.tabs.tab_reader import TabReader


def read_mrr_movements(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The panel runs from the month of the first change through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no row has a readable change and date, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids((columns["date"], columns["amount"]))
    reader.check_headings(ids, figures=True)
    currencies = AccountCurrencies(reader, customers.currencies, [columns["amount"]], ids)
    row_currencies = currencies.find_row_currencies(ids)
    unit = read_monthly_unit(reader, [columns["amount"]])
    quantities = read_quantities(reader, "amount", ids)
    changes = read_amounts(reader, columns["amount"], row_currencies, ids, unit, signed=True, quantities=quantities)
    dated = np.array([not is_blank(cell) for cell in reader.cells_under("date")], dtype=np.bool_)
    months = read_month_ordinals(reader, "date", ids, changes.present | changes.unreadable)
    account_rows = group_rows_by_account(ids)
    # A date without a change is a cell to fill in; the currency of the row is reported by itself.
    for row in np.flatnonzero(dated & row_currencies.known & ~changes.present & ~changes.unreadable).tolist():
        heading = reader.header.heading(columns["amount"])
        reader.report("value_missing", row, columns["amount"], ids[row], heading=heading)
    counted = changes.present & (months >= 0) & (account_rows.codes >= 0)
    if not counted.any():
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a date such as 2025-01-31, and the change of MRR on that day."),
            tab=reader.title,
        )
    _sign_by_type(reader, changes.minor, counted)
    _check_types(reader, ids, changes.minor, counted)
    report_repeated_lines(reader, ids, np.flatnonzero(counted).tolist())
    through = find_last_closed_month(reader.options.today).ordinal
    first = min(int(months[counted].min()), through)
    counted &= months <= through
    # Changes are added up by month first, then over time: (months, accounts) the MRR at each close.
    panel = np.zeros((through - first + 1, len(account_rows.index)), dtype=np.int64)
    sizes = np.bincount(months[counted] - first, np.abs(changes.minor[counted]), len(panel))
    check_sums(np.cumsum(sizes), reader.title)
    np.add.at(panel, (months[counted] - first, account_rows.codes[counted]), changes.minor[counted])
    np.cumsum(panel, axis=0, out=panel)
    places = np.where(counted, months - first, -1)
    _report_below_zero(reader, panel, Month(first), account_rows, row_currencies, places)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=Month(first),
        panel=np.maximum(panel, 0),
        stated=currencies.stated,
        left_out_rows=len(reader.rows_without_account),
    )


def _sign_by_type(reader: TabReader, minor: NDArray[np.int64], counted: Mask) -> None:
    """Make the losses of a tab without amounts below 0 negative, as their types say; `minor` is changed in place.

    Without any sign, a change of an unknown type may be a loss: that is doubted.
    """
    signs = np.array([TYPE_SIGNS.get(fold_cell(cell), 0) for cell in reader.cells_under("type")], dtype=np.int64)
    changed = counted & (minor != 0)
    losses = changed & (signs < 0)
    if not losses.any() or (minor[changed] < 0).any():
        return
    minor[losses] *= -1
    column = reader.header.columns["type"]
    statement = N_("No amount is below 0, so a change is a loss where “{heading}” says so ({count}).")
    values = {"heading": reader.header.heading(column), "count": int(losses.sum())}
    reader.decide("unit", Sentence(statement, values), (-1, column))
    unknown = changed & (signs == 0)
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        statement = N_("Changes of an unknown type, such as “{type}”, are read as gains ({count}).")
        values = {"type": read_text(reader.cells_under("type")[row]), "count": int(unknown.sum())}
        reader.decide("unit", Sentence(statement, values), (row, column), is_doubted=True)


def _check_types(reader: TabReader, ids: Sequence[str], minor: NDArray[np.int64], counted: Mask) -> None:
    """Report the changes whose sign contradicts their type."""
    sign_of = remember_readings(lambda cell: TYPE_SIGNS.get(fold_cell(cell), 0))
    types = reader.cells_under("type")
    for row in np.flatnonzero(counted & (minor != 0)).tolist():
        sign = sign_of(types[row])
        if sign * int(minor[row]) < 0:
            reader.report("change_sign", row, reader.header.columns["amount"], ids[row], type=fold_cell(types[row]))


def _report_below_zero(
    reader: TabReader,
    panel: Panel,
    first: Month,
    account_rows: AccountRows,
    row_currencies: RowCurrencies,
    places: NDArray[np.int64],
) -> None:
    """Report the accounts whose MRR is below 0 at a close: the last change of the first such month.

    Args:
        reader: the tab.
        panel: (months, accounts) the sums of the changes.
        first: the panel's first month.
        account_rows: the rows by account.
        row_currencies: the currency of each row.
        places: (rows,) the panel's row of each change, -1 for a row without one.

    """
    ids = list(account_rows.index)
    for account in np.flatnonzero((panel < 0).any(axis=0)).tolist():
        month = int(np.argmax(panel[:, account] < 0))
        # MRR falls only in a month with a change, so there is at least one row.
        row = int(np.flatnonzero((account_rows.codes == account) & (places == month))[-1])
        mrr = to_units(int(panel[month, account]), row_currencies.at(row).exponent)
        column = reader.header.columns["amount"]
        reader.report("mrr_below_zero", row, column, ids[account], month=str(first + month), mrr=str(mrr))


@dataclass(frozen=True, slots=True)
class _Event:
    """A row that was read: the MRR of its product before (None if unknown) and after it, in minor units."""

    row: int
    day: dt.date
    before: int | None
    after: int


def read_mrr_events(reader: TabReader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and report the tab's problems in the reader.

    The MRR after an event holds until the next event of the same account and product. The one before an account's first
    event holds from the first month of the tab on. The panel runs through the last month that ended on or before today.

    Raises:
        WorkbookLayoutError: no row has a readable MRR and date, or the amounts are too large.

    """
    columns = reader.header.columns
    ids = reader.read_account_ids((columns["date"], columns["after"]))
    reader.check_headings(ids, figures=True)
    levels = [columns[key] for key in ("before", "after") if key in columns]
    currencies = AccountCurrencies(reader, customers.currencies, levels, ids)
    row_currencies = currencies.find_row_currencies(ids)
    statuses = LineStatuses(reader, reader.rules.statuses or SUBSCRIPTION_STATUSES)
    events = _read_events(reader, ids, row_currencies, statuses)
    excluded = statuses.report()
    if not events:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no line that could be read, so no readable month."),
            N_("Every line needs an account ID, a date such as 2025-01-31, and the MRR after the change."),
            tab=reader.title,
        )
    through = find_last_closed_month(reader.options.today)
    account_rows = group_rows_by_account(ids)
    products, fold_product = reader.cells_under("product"), remember_readings(fold_cell)
    lines: dict[tuple[int, str], list[_Event]] = {}
    for event in events:
        lines.setdefault((int(account_rows.codes[event.row]), fold_product(products[event.row])), []).append(event)
    first = min(through, *(Month.containing(event.day) for event in events))
    panel = np.zeros((first.until(through) + 1, len(account_rows.index)), dtype=np.int64)
    for (account, _), account_events in lines.items():
        _add_levels(reader, ids, panel[:, account], first, _sort_events(account_events), row_currencies)
    check_sums(panel.sum(axis=1, dtype=np.float64), reader.title)
    return Revenue(
        ids=tuple(account_rows.index),
        codes=account_rows.codes,
        first=first,
        panel=panel,
        stated=currencies.stated,
        left_out_rows=len(reader.rows_without_account),
        excluded=excluded,
    )


def _read_events(
    reader: TabReader, ids: Sequence[str], row_currencies: RowCurrencies, statuses: LineStatuses
) -> list[_Event]:
    columns = reader.header.columns
    unit = read_monthly_unit(reader, [columns[key] for key in ("before", "after") if key in columns])
    after = read_amounts(reader, columns["after"], row_currencies, ids, unit)
    before = read_amounts(reader, columns["before"], row_currencies, ids, unit) if "before" in columns else None
    days, read_day = reader.cells_under("date"), reader.day_reader("date")
    intervals = reader.cells_under("interval")
    events = []
    for row, account in enumerate(ids):
        if not account or not row_currencies.known[row] or after.unreadable[row]:
            continue
        meaning = statuses.read(row, account)
        day = _take_month(read_day(days[row]))
        has_level = bool(after.present[row]) or meaning in ("left", "free")
        if not has_level or not isinstance(day, dt.date):
            if has_level or not is_blank(days[row]):
                key = "date" if has_level else "after"
                code = day.code if has_level and isinstance(day, UnreadableCell) else "value_missing"
                values = dict(day.values) if isinstance(day, UnreadableCell) else {}
                heading = reader.header.heading(columns[key])
                reader.report(code, row, columns[key], account, **{"heading": heading, **values})
            continue
        months = read_interval(intervals[row])
        if isinstance(months, UnreadableCell):
            reader.report(months.code, row, columns["interval"], account)
            continue
        level = 0 if meaning in ("left", "free") else _divide(int(after.minor[row]), months)
        known = before is not None and bool(before.present[row])
        events.append(_Event(row, day, _divide(int(before.minor[row]), months) if before and known else None, level))
    return events


def _take_month(day: dt.date | UnreadableCell | None) -> dt.date | UnreadableCell | None:
    """Return the first day of a date that is a whole month; any other date as it is."""
    if not isinstance(day, UnreadableCell) or day.code != "date_period":
        return day
    first, last = (dt.date.fromisoformat(day.values[edge]) for edge in ("first", "last"))
    return first if Month.containing(first) == Month.containing(last) else day


def _divide(minor: int, months: Fraction) -> int:
    return divide_half_up(minor * months.denominator, months.numerator)


def _sort_events(events: Sequence[_Event]) -> list[_Event]:
    """Return the events in the order of time; those of one day so that each begins where the one before it ends."""
    ordered: list[_Event] = []
    left = sorted(events, key=lambda event: (event.day, event.row))
    while left:
        same_day = [event for event in left if event.day == left[0].day]
        level = ordered[-1].after if ordered else None
        event = next((event for event in same_day if event.before == level), None)
        if event is None:
            afters = {event.after for event in same_day}
            event = next((event for event in same_day if event.before not in afters), same_day[0])
        ordered.append(event)
        left.remove(event)
    return ordered


def _add_levels(
    reader: TabReader,
    ids: Sequence[str],
    levels: NDArray[np.int64],
    first: Month,
    events: Sequence[_Event],
    row_currencies: RowCurrencies,
) -> None:
    """Add the MRR of an account's product to `levels`, (months,); report a level before that is not the last one after.

    Args:
        reader: the tab.
        ids: one account per row.
        levels: the MRR at each close from `first` on; changed in place.
        first: the first month.
        events: the events, in the order of time.
        row_currencies: the currency of each row.

    """
    start, level = 0, events[0].before or 0
    for number, event in enumerate(events):
        if number and event.before is not None and event.before != level:
            mrr = to_units(level, row_currencies.at(event.row).exponent)
            reader.report("before_differs", event.row, reader.header.columns["before"], ids[event.row], mrr=str(mrr))
        place = min(max(first.until(Month.containing(event.day)), 0), len(levels))
        levels[start:place] += level
        start, level = place, event.after
    levels[start:] += level
