"""The cells that make the difference between a total of the sheet and the sum of the accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from core.months import Month
from sheets.cells.numbers import read_amount
from sheets.cells.text import read_text
from sheets.checks.sheet_totals import LISTED, NEAR, UNEXPLAINED, Cause, Part
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1


class CellCause(NamedTuple):
    """The reason of the difference of a cell.

    Attributes:
        column: the column of the amounts.
        texts: the rows whose amounts are texts.
        rows: the rows of which one is left out; empty if the texts are the whole reason.

    """

    column: int
    texts: tuple[int, ...]
    rows: frozenset[int] = frozenset()

    def list_parts(self, reader: TabReader) -> tuple[Part, ...]:
        """Return the cells and the row; nothing if each of several rows may be the one that is left out."""
        if len(self.rows) > 1:
            return ()
        texts = tuple(Part("text", format_cell(reader, row, self.column)) for row in self.texts)
        return texts + tuple(_name_row(reader, row, self.column) for row in self.rows)


def explain_sum(reader: TabReader, column: int, amounts: Mapping[int, Decimal], missing: Decimal) -> CellCause | None:
    """Return the cells of a column that make the difference between the sum of the accounts and the sheet's total."""
    texts = tuple(row for row in amounts if isinstance(reader.cell_at(row, column), str) and amounts[row])
    of_texts = sum((amounts[row] for row in texts), Decimal(0))
    if texts and abs(of_texts - missing) <= NEAR:
        return CellCause(column, texts)
    for in_texts, left_out in (((), missing), (texts, missing - of_texts)):
        alone = [row for row, amount in amounts.items() if amount and abs(amount - left_out) <= NEAR]
        if alone:
            return CellCause(column, in_texts, frozenset(alone))
    return None


def join_causes(reader: TabReader, causes: Sequence[CellCause | None], prefix: str = "") -> Cause:
    """Return the cause of the differences of all months: cells that are texts, a row, or both.

    Several rows may have the amount that is missing in a month; the one that is left out has it in each month.

    Args:
        reader: the revenue tab.
        causes: the cause of each month that differs.
        prefix: the title of the tab with the cells, if the total is in another one.

    """
    explained = [cause for cause in causes if cause is not None]
    cells = [reader.format_place(row, cause.column) for cause in explained for row in cause.texts]
    candidates = [cause.rows for cause in explained if cause.rows]
    rows = frozenset[int]().union(*candidates).intersection(*candidates)
    if len(explained) < len(causes) or not explained or (candidates and len(rows) != 1):
        return UNEXPLAINED
    more = f" +{len(cells) - LISTED}" if len(cells) > LISTED else ""
    values = [("cells", prefix + ", ".join(cells[:LISTED]) + more)] if cells else []
    column = explained[0].column
    values += [("row", f"{prefix}{reader.grid.locate(reader.first_row + row, column).row + 1}") for row in rows]
    code = "implausible_total_texts" if cells else "implausible_total_row"
    return Cause("implausible_total_texts_row" if cells and rows else code, tuple(values))


def explain_last_rows(reader: TabReader, months: Sequence[tuple[int, Mapping[int, Decimal], Decimal]]) -> Cause:
    """Return the cause if a sum ends above the last rows: they have what is missing in each month that differs.

    Args:
        reader: the revenue tab.
        months: the column, row -> amount and missing amount of each month that differs.

    """
    rows = sorted(months[0][1]) if months else []
    counts = [
        count
        for count in range(2, len(rows))
        if all(
            abs(sum((amounts[row] for row in rows[-count:]), Decimal(0)) - missing) <= NEAR
            for _, amounts, missing in months
        )
    ]
    if len(counts) != 1:
        return UNEXPLAINED
    column = months[0][0]
    first, last = (reader.grid.locate(reader.first_row + rows[at], column).row + 1 for at in (-counts[0], -1))
    return Cause("implausible_total_rows", (("first", str(first)), ("last", str(last))))


def explain_close(
    reader: TabReader, accounts: Sequence[int], month: Month, ours: Decimal, theirs: Decimal
) -> CellCause | None:
    """Return the cells of the revenue tab that make the difference in a month, if its amounts are MRR in that month."""
    column, amounts = read_month_amounts(reader, accounts, month)
    is_mrr = abs(sum(amounts.values(), Decimal(0)) - ours) <= NEAR
    if column is None or not is_mrr:
        return None
    return explain_sum(reader, column, amounts, ours - theirs)


def read_month_amounts(
    reader: TabReader, rows: Sequence[int], month: Month
) -> tuple[int | None, Mapping[int, Decimal]]:
    """Return the column of the amounts of a month, and row -> amount; no column if the tab has no amounts by month."""
    header = reader.header
    column = next((number for number, name in header.read_months(reader.locale_format).items() if name == month), None)
    if column is None:
        column, months = header.columns.get("mrr"), reader.read_row_months()
        rows = [row for row in rows if months.get(row) == month]
    if column is None:
        return None, {}
    return column, {row: read_cell_amount(reader, row, column) or Decimal(0) for row in rows}


def read_cell_amount(reader: TabReader, row: int, column: int) -> Decimal | None:
    """Return the amount of a cell; None if it has none that is readable."""
    amount = read_amount(reader.cell_at(row, column), reader.locale_format, reader.options.currency.code)
    return amount if isinstance(amount, Decimal) else None


def format_cell(reader: TabReader, row: int, column: int) -> str:
    """Return a cell with its tab: `MRR!C7`."""
    place = reader.grid.locate(reader.first_row + row, column)
    return f"{place.title}!{format_a1(place.row, place.column)}"


def _name_row(reader: TabReader, row: int, column: int) -> Part:
    columns = reader.header.columns
    account = read_text(reader.cell_at(row, columns["account_id"]))
    name = read_text(reader.cell_at(row, columns["name"])) if "name" in columns else ""
    return Part("row", format_cell(reader, row, column), account, name or account)
