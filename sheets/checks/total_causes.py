"""The cells that make the difference between a total of the sheet and the sum of the accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.checks.sheet_totals import LISTED, NEAR, UNEXPLAINED, Cause
from sheets.tabs.tab_reader import TabReader


class CellCause(NamedTuple):
    """The reason of the difference of a cell: cells that are texts, and the rows of which one is left out."""

    cells: tuple[str, ...]
    rows: frozenset[int] = frozenset()


def explain_sum(reader: TabReader, column: int, amounts: Mapping[int, Decimal], missing: Decimal) -> CellCause | None:
    """Return the cells of a column that make the difference between the sum of the accounts and the sheet's total."""
    texts = [row for row in amounts if isinstance(reader.cell_at(row, column), str) and amounts[row]]
    of_texts = sum((amounts[row] for row in texts), Decimal(0))
    cells = tuple(reader.format_place(row, column) for row in texts)
    if texts and abs(of_texts - missing) <= NEAR:
        return CellCause(cells)
    for in_texts, left_out in (((), missing), (cells, missing - of_texts)):
        alone = [row for row, amount in amounts.items() if amount and abs(amount - left_out) <= NEAR]
        if alone:
            places = (reader.grid.locate(reader.first_row + row, column) for row in alone)
            return CellCause(in_texts, frozenset(place.row + 1 for place in places))
    return None


def join_causes(causes: Sequence[CellCause | None], prefix: str = "") -> Cause:
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
        return UNEXPLAINED
    more = f" +{len(cells) - LISTED}" if len(cells) > LISTED else ""
    values = [("cells", prefix + ", ".join(cells[:LISTED]) + more)] if cells else []
    values += [("row", f"{prefix}{row}") for row in rows]
    code = "implausible_total_texts" if cells else "implausible_total_row"
    return Cause("implausible_total_texts_row" if cells and rows else code, tuple(values))


def explain_close(
    reader: TabReader, accounts: Sequence[int], month: Month, ours: Decimal, theirs: Decimal
) -> CellCause | None:
    """Return the cells of the revenue tab that make the difference in a month, if its amounts are MRR in that month."""
    header = reader.header
    rows: Sequence[int] = accounts
    column = next((number for number, name in header.read_months(reader.locale_format).items() if name == month), None)
    if column is None:
        column, months = header.columns.get("mrr"), reader.read_row_months()
        rows = [row for row in accounts if months.get(row) == month]
    if column is None:
        return None
    amounts = {row: read_cell_amount(reader, row, column) or Decimal(0) for row in rows}
    is_mrr = abs(sum(amounts.values(), Decimal(0)) - ours) <= NEAR
    if not is_mrr:
        return None
    return explain_sum(reader, column, amounts, ours - theirs)


def read_cell_amount(reader: TabReader, row: int, column: int) -> Decimal | None:
    """Return the amount of a cell; None if it has none that is readable."""
    amount = read_amount(reader.cell_at(row, column), reader.locale_format, reader.options.currency.code)
    return amount if isinstance(amount, Decimal) else None
