"""The layout "MRR wide": a row for each account (or each of its products), a column for each month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from types import NoneType

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, WorkbookLayoutError
from core.ledger import Mask, Panel
from core.money import to_minor
from core.months import Month, last_closed
from sheets.cells import Style, Unreadable
from sheets.customers import Customers
from sheets.headings import looks_like_month
from sheets.numbers import amount, plain_text
from sheets.reader import Reader
from sheets.revenue import LARGEST, Pricing, Revenue, check_sums, group
from sheets.workbook import Cell, column_letters

# So many rows are looked at together that their cells stay in the processor's cache.
ROWS_AT_ONCE = 1024
_NUMBERS = frozenset((int, float, NoneType))


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """One column of amounts, row by row: minor units, 0 where there are none; what is readable; what is not."""

    minor: NDArray[np.int64]
    there: Mask
    bad: Mask


def read(reader: Reader, customers: Customers) -> Revenue:
    """Return the MRR of every account, and note the tab's problems in the reader.

    Raises:
        WorkbookLayoutError: no heading is a month, no month has a readable amount, or the amounts are too large.

    """
    months = reader.header.months(reader.style)
    ids = reader.accounts(months)
    reader.check_headings(ids, figures=True)
    columns = _columns(reader, months)
    lines = group(ids)
    pricing = Pricing(reader, customers)
    active = np.array([bool(account) and pricing.fits(row, account) for row, account in enumerate(ids)], dtype=np.bool_)
    # Row by row first: what is blank in one row of an account may be paid in another.
    rows = np.flatnonzero(lines.codes >= 0)
    panel, there, bad = _panel(reader, columns, rows, active, ids)
    used = np.flatnonzero(there.any(axis=1))
    if not used.size:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no month with a readable amount."),
            N_("Give every month a column with a heading such as 2025-01 and amounts below it."),
            tab=reader.title,
        )
    span = slice(int(used[0]), int(used[-1]) + 1)
    first = min(columns) + span.start
    panel = _between(reader, columns, first, rows, ids, panel[span], (there | bad)[span])
    if len(rows) > len(lines.index):
        of_rows, panel = panel, np.zeros((len(panel), len(lines.index)), dtype=np.int64)
        np.add.at(panel.T, lines.codes[rows], of_rows.T)
    return Revenue(
        ids=tuple(lines.index),
        rows=(lines.first + reader.top + 1).astype(np.int32),
        first=first,
        panel=np.ascontiguousarray(panel),
        unpriced=frozenset(pricing.unpriced),
    )


def _columns(reader: Reader, months: Mapping[int, Month]) -> dict[Month, list[int]]:
    """Return month -> its columns, mostly one; report headings that may have been meant as months."""
    columns: dict[Month, list[int]] = {}
    for column, month in months.items():
        columns.setdefault(month, []).append(column)
    for column in reader.header.others:
        if column not in months and looks_like_month(reader.header.heading(column)):
            reader.report("month_unreadable", -1, column)
    # A month that is not over has no close: half filled in, or planned ahead, it would read as churn.
    last = last_closed(reader.options.today)
    for month in sorted(month for month in columns if month > last):
        for column in columns.pop(month):
            if any(cell is not None for cell in reader.column(column)):
                reader.report("month_not_over", -1, column, today=reader.options.today.isoformat())
    if not columns:
        raise WorkbookLayoutError(
            N_("The tab “{tab}” has no column for a month that is over."),
            N_("Give every month a column with a heading such as 2025-01, Jan 2025 or 01/2025."),
            tab=reader.title,
        )
    return columns


def _panel(
    reader: Reader,
    columns: Mapping[Month, Sequence[int]],
    rows: NDArray[np.intp],
    active: Mask,
    ids: Sequence[str],
) -> tuple[Panel, Mask, Mask]:
    """Return (months, rows) minor units, whether there is an amount, whether there is an unreadable one."""
    first = min(columns)
    months = first.until(max(columns)) + 1
    panel = np.zeros((months, len(rows)), dtype=np.int64)
    there, bad = np.zeros((2, months, len(rows)), dtype=np.bool_)
    plain = _plain(reader, [column for all_of_month in columns.values() for column in all_of_month])
    for month, (column, *repeated) in columns.items():
        row = first.until(month)
        cells = _read_column(reader, column, plain[column], active, ids)
        check_sums(np.array([cells.minor.sum(dtype=np.float64)]), reader.title)
        panel[row], there[row], bad[row] = cells.minor[rows], cells.there[rows], cells.bad[rows]
        for again in repeated:
            reader.report("duplicate_heading", -1, again, column=column_letters(column))
            other = _read_column(reader, again, plain[again], active, ids)
            differ = (cells.minor != other.minor) | (cells.there != other.there)
            reader.conflicts(again, column, map(int, np.flatnonzero(differ)), ids)
    return panel, there, bad


def _plain(reader: Reader, columns: Sequence[int]) -> Mapping[int, _Cells]:
    """Return column -> its plain numbers, and as `bad` what somebody has to look at: neither such a number nor blank.

    Some rows at a time: the cells of a row lie together in memory, those of a column of a long tab do not.
    """
    body = reader.body
    read = {
        column: _Cells(np.zeros(len(body), dtype=np.int64), *np.zeros((2, len(body)), dtype=np.bool_))
        for column in columns
    }
    for top in range(0, len(body), ROWS_AT_ONCE):
        block = body[top : top + ROWS_AT_ONCE]
        part = slice(top, top + len(block))
        for column, cells in enumerate(zip_longest(*block)):
            if column in read:
                into = read[column]
                amounts = plain_amounts(cells, 10**reader.options.currency.exponent, reader.style)
                into.minor[part], into.there[part], into.bad[part] = amounts
    return read


def _read_column(reader: Reader, column: int, plain: _Cells, active: Mask, ids: Sequence[str]) -> _Cells:
    """Return a column's amounts: its plain numbers, and what can be read of everything else, cell by cell."""
    exponent, currency = reader.options.currency.exponent, reader.options.currency.code
    minor, there, bad = plain.minor, plain.there & active, np.zeros_like(plain.bad)
    for row in map(int, np.flatnonzero(plain.bad & active)):
        found = amount(reader.body_row(row)[column], reader.style, currency)
        if isinstance(found, Decimal):
            problem = _problem(found, exponent)
            minor[row] = 0 if problem else to_minor(found, exponent)
            there[row] = not problem
        else:
            problem = found
        if problem:
            reader.report(problem.code, row, column, ids[row], **problem.values)
            bad[row] = True
    minor[~there] = 0
    return _Cells(minor, there, bad)


def _problem(found: Decimal, exponent: int) -> Unreadable | None:
    if found < 0:
        return Unreadable("amount_negative")
    return Unreadable("amount_too_large") if found.scaleb(exponent) >= LARGEST else None


def plain_amounts(cells: Sequence[Cell], unit: int, style: Style) -> tuple[NDArray[np.int64], Mask, Mask]:
    """Return the plain numbers among `cells` in minor units, for which of them that is certainly right, which are left.

    Right is what half-up rounding of the decimal that the sheet shows gives. Below 1e11 minor units the product's
    error is under 1e-4, so the nearest integer is right wherever the product is further than 1e-3 from a half.
    The others, negatives and other texts are left to the caller; blanks are neither.
    """
    plain: Sequence[Cell] = cells
    if not _NUMBERS.issuperset(map(type, cells)):
        is_plain = plain_text(style).fullmatch
        plain = [
            cell if type(cell) in _NUMBERS else _as_float(cell) if type(cell) is str and is_plain(cell) else None
            for cell in cells
        ]
    try:
        values = np.array(plain, dtype=np.float64)
    except OverflowError:  # an integer of more than 308 digits
        values = np.full(len(cells), np.nan)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = values * unit
        nearest = np.rint(scaled)
        settled = (values >= 0) & (scaled < 1e11) & (np.abs(scaled - nearest) < 0.499)
    left = ~settled
    for row in np.flatnonzero(left).tolist() if None in cells else ():
        left[row] = cells[row] is not None
    return np.where(settled, nearest, 0).astype(np.int64), settled, left


def _as_float(digits: str) -> float:
    return float(digits.replace(",", "."))


def _between(
    reader: Reader,
    columns: Mapping[Month, Sequence[int]],
    first: Month,
    rows: NDArray[np.intp],
    ids: Sequence[str],
    panel: Panel,
    touched: Mask,
) -> Panel:
    """Return the panel with its blanks between two values read as the options say; report what is reported."""
    earlier = np.logical_or.accumulate(touched, axis=0)
    later = np.logical_or.accumulate(touched[::-1], axis=0)[::-1]
    inside = ~touched & earlier & later
    missing = [month for month in range(len(panel)) if first + month not in columns]
    for month in missing:
        before = max(column for named, (column, *_) in columns.items() if named < first + month)
        reader.report("month_missing", -1, before, found="", month=str(first + month))
    if reader.options.blank_month == "carry":
        for month in range(1, len(panel)):
            panel[month] = np.where(inside[month], panel[month - 1], panel[month])
        return panel
    inside[missing] = False
    for place, start, end in _runs(inside):
        row, (column, *_) = int(rows[place]), columns[first + start]
        blank = str(first + start) if start == end else f"{first + start}..{first + end}"
        reader.report("gap", row, column, ids[row], months=blank)
    return panel


def _runs(inside: Mask) -> Iterator[tuple[int, int, int]]:
    """Yield (account, first month, last month) of every run of True along the months."""
    accounts = np.flatnonzero(inside.any(axis=0))
    edges = np.diff(inside[:, accounts].astype(np.int8), axis=0, prepend=0, append=0).T
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    for (place, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
        yield int(accounts[place]), start, end - 1
