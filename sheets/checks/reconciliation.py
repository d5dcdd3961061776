"""Reconciliation: the sheet's own totals, and its waterfall and KPI tabs, against the sums of the accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.ledger.ledger import Ledger
from core.months import Month
from sheets.cells.dates import read_month
from sheets.cells.numbers import read_amount
from sheets.cells.text import LocaleFormat, fold_cell, is_blank, load_locale_format, read_text
from sheets.problems import Problem
from sheets.tabs.read_options import ReadOptions
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid


class Cause(NamedTuple):
    """The reason of a difference: a problem code, and the values for its templates."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


# Half a minor unit is lost by the rounding of each amount; a total of the sheet is a float.
_NEAR = Decimal("0.01")
# A KPI tab may show rounded figures.
_ROUNDED = Decimal("0.005")
# The most cells that an explanation lists.
_LISTED = 5
# The labels of a row with the MRR of the whole company at each close, folded, and the factor to MRR.
_MRR_LABELS: Mapping[str, int] = dict.fromkeys(
    (
        *("mrr", "total mrr", "mrr total", "ending mrr", "mrr end", "end mrr", "closing mrr", "mrr closing"),
        *("mrr at end", "mrr end of month", "mrr fin", "mrr de fin", "mrr final", "mrr fin de mois", "mrr de cloture"),
    ),
    1,
) | dict.fromkeys(("arr", "total arr", "arr total", "ending arr", "closing arr", "arr de fin", "arr final"), 12)
_MONTHS_OF_A_ROW = 2
# A KPI tab may be in whole units, in thousands or in millions.
_SCALES = (1, 1_000, 1_000_000)
_UNEXPLAINED = Cause("implausible_total")


@dataclass(frozen=True, slots=True)
class Difference:
    """A month in which a total of the sheet is not the sum of the accounts, in the unit of that total."""

    month: Month
    ours: Decimal
    theirs: Decimal


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A total of the sheet, month by month against the sum of the accounts.

    Attributes:
        tab: the title of its tab.
        cell: its label, in A1 notation.
        label: the text of the label.
        months: the number of months that were compared.
        differences: the months in which the two differ.
        cause: the reason of the differences, if they all have the same.

    """

    tab: str
    cell: str
    label: str
    months: int
    differences: tuple[Difference, ...]
    cause: Cause


def reconcile(
    ledger: Ledger, reader: TabReader, account_codes: NDArray[np.intp], grids: Sequence[Grid]
) -> list[Reconciliation]:
    """Return every total of the sheet that could be compared, and report those that differ.

    Args:
        ledger: the ledger.
        reader: the revenue tab; problems are reported there.
        account_codes: (rows,) the account of each row of the revenue tab, -1 for a row of no account.
        grids: the other tabs, each of which may be a waterfall or a table of KPIs.

    """
    totals = [*_compare_total_rows(reader, account_codes), *_compare_other_tabs(ledger, reader.options, grids)]
    for total in totals:
        if total.differences:
            first = total.differences[0]
            values = {
                "ours": f"{first.ours:f}",
                "month": str(first.month),
                "count": str(len(total.differences)),
                **dict(total.cause.values),
            }
            reader.problems.append(Problem(total.cause.code, total.tab, total.cell, f"{first.theirs:f}", values=values))
    return totals


def _compare_total_rows(reader: TabReader, account_codes: NDArray[np.intp]) -> Iterator[Reconciliation]:
    """Yield the comparison of the row that totals all accounts, if the months of the revenue tab are columns."""
    months = reader.header.read_months(reader.locale_format)
    id_column = reader.header.columns["account_id"]
    totals: list[tuple[int, int]] = []
    rows_without_id = []
    for row in np.flatnonzero(account_codes < 0).tolist() if months else ():
        column = next((column for column, cell in enumerate(reader.body[row]) if _is_total(cell)), None)
        if column is not None:
            totals.append((row, column))
        elif is_blank(_cell_at(reader.body[row], id_column)):
            rows_without_id.append(row)
    if totals:
        # The total of a group, and one above others, is not the sum of all accounts.
        accounts = np.flatnonzero(account_codes >= 0).tolist()
        yield _compare_total_row(reader, totals[-1], months, accounts, rows_without_id)


def _is_total(cell: Cell) -> bool:
    heading = read_total_heading(read_text(cell)) if isinstance(cell, str) else None
    return heading is not None and heading.certain and not heading.subject


def _compare_total_row(
    reader: TabReader,
    total: tuple[int, int],
    months: Mapping[int, Month],
    accounts: Sequence[int],
    rows_without_id: Sequence[int],
) -> Reconciliation:
    row, column = total
    differences, causes = [], set[Cause]()
    compared = 0
    for month_column, month in months.items():
        theirs = _read_number(reader, row, month_column)
        if theirs is None:
            continue
        compared += 1
        amounts = {account: _read_number(reader, account, month_column) or Decimal(0) for account in accounts}
        ours = sum(amounts.values(), Decimal(0))
        # A row that lacks its ID is reported by itself, and the sheet may add it up.
        without_id = sum((_read_number(reader, row, month_column) or Decimal(0) for row in rows_without_id), Decimal(0))
        if min(abs(ours - theirs), abs(ours + without_id - theirs)) > _NEAR:
            differences.append(Difference(month, ours, theirs))
            causes.add(_explain(reader, month_column, amounts, ours - theirs))
    cause = causes.pop() if len(causes) == 1 else _UNEXPLAINED
    place = reader.grid.locate(reader.first_row + row, column)
    label = read_text(reader.body[row][column])
    return Reconciliation(place.title, format_a1(place.row, place.column), label, compared, tuple(differences), cause)


def _explain(reader: TabReader, column: int, amounts: Mapping[int, Decimal], missing: Decimal) -> Cause:
    """Return the cells of a column that make the difference between the sum of the accounts and the sheet's total."""
    texts = [row for row in amounts if isinstance(_cell_at(reader.body[row], column), str) and amounts[row]]
    if texts and abs(sum((amounts[row] for row in texts), Decimal(0)) - missing) <= _NEAR:
        cells = [reader.format_place(row, column) for row in texts]
        more = len(cells) - _LISTED
        listed = ", ".join(cells[:_LISTED]) + (f" +{more}" if more > 0 else "")
        return Cause("implausible_total_texts", (("cells", listed),))
    alone = [row for row, amount in amounts.items() if amount and abs(amount - missing) <= _NEAR]
    if len(alone) == 1:
        place = reader.grid.locate(reader.first_row + alone[0], column)
        return Cause("implausible_total_row", (("row", str(place.row + 1)),))
    return _UNEXPLAINED


def _read_number(reader: TabReader, row: int, column: int) -> Decimal | None:
    amount = read_amount(_cell_at(reader.body[row], column), reader.locale_format, reader.options.currency.code)
    return amount if isinstance(amount, Decimal) else None


def _cell_at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else None


def _compare_other_tabs(ledger: Ledger, options: ReadOptions, grids: Sequence[Grid]) -> Iterator[Reconciliation]:
    """Yield the comparison of each row with the MRR or ARR of the whole company, by months, in the other tabs."""
    for grid in grids:
        months: Mapping[int, Month] = {}
        for row, cells in enumerate(grid.rows):
            named = _read_month_headings(cells)
            if len(named) >= _MONTHS_OF_A_ROW:
                months = named
                continue
            label_column = next((column for column, cell in enumerate(cells) if not is_blank(cell)), None)
            factor = _MRR_LABELS.get(fold_cell(cells[label_column])) if label_column is not None else None
            if months and factor and label_column is not None:
                yield _compare_other_row(ledger, options, grid, (row, label_column), months, factor)


def _read_month_headings(cells: Sequence[Cell]) -> dict[int, Month]:
    named = {column: read_month(cell, LocaleFormat()) for column, cell in enumerate(cells) if not is_blank(cell)}
    return {column: month for column, month in named.items() if month}


def _compare_other_row(
    ledger: Ledger,
    options: ReadOptions,
    grid: Grid,
    place: tuple[int, int],
    months: Mapping[int, Month],
    factor: int,
) -> Reconciliation:
    row, label_column = place
    differences = []
    compared = 0
    for column, month in months.items():
        theirs = read_amount(_cell_at(grid.rows[row], column), load_locale_format(options.locale), ledger.currency.code)
        if not isinstance(theirs, Decimal) or not ledger.first <= month <= ledger.last:
            continue
        compared += 1
        # Every account is in the sheet's figure, also those that an error excludes from ours.
        total = int(ledger.currencies.convert(ledger.panel[ledger.first.until(month)], month).sum())
        ours = Decimal(total * factor).scaleb(-ledger.currency.exponent)
        if not any(abs(ours - theirs * scale) <= max(_NEAR, ours * _ROUNDED) for scale in _SCALES):
            differences.append(Difference(month, ours, theirs))
    label = read_text(grid.rows[row][label_column])
    cell = format_a1(row, label_column)
    return Reconciliation(grid.tab.title, cell, label, compared, tuple(differences), _UNEXPLAINED)
