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
from sheets.cells.numbers import read_amount
from sheets.cells.text import is_blank, load_locale_format, read_text
from sheets.checks.company_totals import find_company_totals
from sheets.problems import Problem
from sheets.tabs.tab_reader import TabReader
from sheets.tabs.total_rows import read_total_heading
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Cell, Grid


class Cause(NamedTuple):
    """The reason of a difference: a problem code, and the values for its templates."""

    code: str
    values: tuple[tuple[str, str], ...] = ()


class _MonthCause(NamedTuple):
    """The reason of the difference of a month: cells that are texts, and the rows of which one is left out."""

    cells: tuple[str, ...]
    rows: frozenset[int] = frozenset()


# Half a minor unit is lost by the rounding of each amount; a total of the sheet is a float.
_NEAR = Decimal("0.01")
# A KPI tab may show rounded figures.
_ROUNDED = Decimal("0.005")
# The most cells that an explanation lists.
_LISTED = 5
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
        cause: the reason of the differences, if all months have one.

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
    accounts = np.flatnonzero(account_codes >= 0).tolist()
    totals = list(_compare_total_rows(reader, account_codes))
    for grid in grids:
        totals += _compare_other_tab(ledger, reader, accounts, grid)
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
    body = reader.body
    for row in np.flatnonzero(account_codes < 0).tolist() if months else ():
        column = next((column for column, cell in enumerate(body[row]) if _is_total(cell)), None)
        if column is not None:
            # With an ID next to the word it is the total of one account.
            if column == id_column or is_blank(reader.cell_at(row, id_column)):
                totals.append((row, column))
        elif is_blank(reader.cell_at(row, id_column)):
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
    differences, causes = [], list[_MonthCause | None]()
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
            causes.append(_explain(reader, month_column, amounts, ours - theirs))
    cause = _join_causes(causes)
    place = reader.grid.locate(reader.first_row + row, column)
    label = read_text(reader.cell_at(row, column))
    return Reconciliation(place.title, format_a1(place.row, place.column), label, compared, tuple(differences), cause)


def _explain(reader: TabReader, column: int, amounts: Mapping[int, Decimal], missing: Decimal) -> _MonthCause | None:
    """Return the cells of a column that make the difference between the sum of the accounts and the sheet's total."""
    texts = [row for row in amounts if isinstance(reader.cell_at(row, column), str) and amounts[row]]
    of_texts = sum((amounts[row] for row in texts), Decimal(0))
    cells = tuple(reader.format_place(row, column) for row in texts)
    if texts and abs(of_texts - missing) <= _NEAR:
        return _MonthCause(cells)
    for in_texts, left_out in (((), missing), (cells, missing - of_texts)):
        alone = [row for row, amount in amounts.items() if amount and abs(amount - left_out) <= _NEAR]
        if alone:
            places = (reader.grid.locate(reader.first_row + row, column) for row in alone)
            return _MonthCause(in_texts, frozenset(place.row + 1 for place in places))
    return None


def _join_causes(causes: Sequence[_MonthCause | None], prefix: str = "") -> Cause:
    """Return the cause of the differences of all months: cells that are texts, a row, or both.

    Several rows may have the amount that is missing in a month; the one that is left out has it in each month.

    Args:
        causes: the cause of each month that differs.
        prefix: the title of the tab with the cells, if the total is in another one.

    """
    explained = [cause for cause in causes if cause is not None]
    cells = [cell for cause in explained for cell in cause.cells]
    candidates = [cause.rows for cause in explained if cause.rows]
    rows = frozenset[int]().union(*candidates).intersection(*candidates)
    if len(explained) < len(causes) or not explained or (candidates and len(rows) != 1):
        return _UNEXPLAINED
    more = f" +{len(cells) - _LISTED}" if len(cells) > _LISTED else ""
    values = [("cells", prefix + ", ".join(cells[:_LISTED]) + more)] if cells else []
    values += [("row", f"{prefix}{row}") for row in rows]
    code = "implausible_total_texts" if cells else "implausible_total_row"
    return Cause("implausible_total_texts_row" if cells and rows else code, tuple(values))


def _read_number(reader: TabReader, row: int, column: int) -> Decimal | None:
    amount = read_amount(reader.cell_at(row, column), reader.locale_format, reader.options.currency.code)
    return amount if isinstance(amount, Decimal) else None


def _compare_other_tab(
    ledger: Ledger, reader: TabReader, accounts: Sequence[int], grid: Grid
) -> Iterator[Reconciliation]:
    """Yield the comparison of each row and column with the MRR or ARR of the whole company by month."""
    for total in find_company_totals(grid, ledger.currency.code):
        differences, causes = [], list[_MonthCause | None]()
        compared = 0
        for month, cell in total.cells.items():
            theirs = read_amount(cell, load_locale_format(reader.options.locale), ledger.currency.code)
            if not isinstance(theirs, Decimal) or not ledger.has_close(month):
                continue
            compared += 1
            # Every account is in the sheet's figure, also those that an error excludes from ours.
            mrr = int(ledger.mrr(month, month).sum())
            ours = Decimal(mrr * total.factor).scaleb(-ledger.currency.exponent)
            if not any(abs(ours - theirs * scale) <= max(_NEAR, ours * _ROUNDED) for scale in _SCALES):
                differences.append(Difference(month, ours, theirs))
                causes.append(_explain_month(reader, accounts, month, ours / total.factor, theirs / total.factor))
        if compared:
            yield Reconciliation(
                grid.tab.title,
                format_a1(total.row, total.column),
                read_text(grid.rows[total.row][total.column]),
                compared,
                tuple(differences),
                _join_causes(causes, f"{reader.title}!"),
            )


def _explain_month(
    reader: TabReader, accounts: Sequence[int], month: Month, ours: Decimal, theirs: Decimal
) -> _MonthCause | None:
    """Return the cells of the revenue tab that make the difference in a month, if its amounts are MRR in that month."""
    header = reader.header
    rows: Sequence[int] = accounts
    column = next((number for number, name in header.read_months(reader.locale_format).items() if name == month), None)
    if column is None:
        column, months = header.columns.get("mrr"), reader.read_row_months()
        rows = [row for row in accounts if months.get(row) == month]
    if column is None:
        return None
    amounts = {row: _read_number(reader, row, column) or Decimal(0) for row in rows}
    is_mrr = abs(sum(amounts.values(), Decimal(0)) - ours) <= _NEAR
    if not is_mrr:
        return None
    return _explain(reader, column, amounts, ours - theirs)
