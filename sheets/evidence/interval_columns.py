"""Columns of billing intervals whose heading is not the usual one: "Billing cycle", "Payment frequency"."""

from __future__ import annotations

from fractions import Fraction

from sheets.cells.billing_intervals import read_interval
from sheets.cells.text import fold_heading, is_blank
from sheets.cells.units import read_unit_words
from sheets.headers.header_row import HeaderRow
from sheets.workbook.port import Cell, Grid

# Words of a heading of billing intervals, folded.
_BILLING_WORDS = frozenset(
    {
        *("billing", "billed", "payment", "payments", "invoicing", "frequency", "cycle", "recurrence", "cadence"),
        *("facturation", "facture", "paiement", "reglement", "frequence", "periodicite", "echeance"),
    }
)


def find_interval_column(grid: Grid, header: HeaderRow, key: str) -> HeaderRow:
    """Return the header row with the column Interval, if one unknown column has nothing but intervals.

    Where its heading speaks of billing, half of them are enough: the others are to be corrected. Amounts whose heading
    names their period have no intervals.

    Args:
        grid: the tab.
        header: its header row.
        key: the key of the amounts of its layout.

    """
    columns = header.columns
    if key not in columns or "interval" in columns:
        return header
    if read_unit_words(header.heading(columns[key]), is_heading=True).periods:
        return header
    intervals = [column for column in header.others if _holds_intervals(grid, header, column)]
    return header.with_column("interval", intervals[0]) if len(intervals) == 1 else header


def is_billing_heading(heading: str) -> bool:
    """Tell whether a heading speaks of billing, and so of intervals of billing."""
    return not _BILLING_WORDS.isdisjoint(fold_heading(heading).split())


def _holds_intervals(grid: Grid, header: HeaderRow, column: int) -> bool:
    cells = [row[column] for row in grid.rows[header.row + 1 :] if column < len(row) and not is_blank(row[column])]
    count = sum(map(_is_interval, cells))
    return count > 0 and (
        count == len(cells) or (is_billing_heading(header.heading(column)) and 2 * count >= len(cells))
    )


def _is_interval(cell: Cell) -> bool:
    return isinstance(cell, str) and isinstance(read_interval(cell), Fraction)
