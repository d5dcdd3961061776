"""The figures of a waterfall or a table of KPIs, each against that of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from core.ledger.ledger import Ledger
from core.months import Period
from sheets.cells.numbers import read_amount
from sheets.cells.text import load_locale_format, read_text
from sheets.checks.account_causes import AccountCauses
from sheets.checks.account_cells import AccountCells
from sheets.checks.company_figures import measure_figure
from sheets.checks.company_totals import CompanyTotal, find_company_totals
from sheets.checks.sheet_totals import LISTED, NEAR, UNEXPLAINED, Cause, Difference, Reconciliation
from sheets.checks.total_causes import CellCause, explain_close, join_causes
from sheets.tabs.tab_reader import TabReader
from sheets.workbook.a1 import format_a1
from sheets.workbook.port import Grid

# A KPI tab may show rounded figures, or those at other exchange rates.
_ROUNDED = Decimal("0.005")
# A KPI tab may be in whole units, in thousands or in millions.
_SCALES = (1, 1_000, 1_000_000)
# An amount that is rounded more than this may be that of any account by chance.
_MOST_ROUNDED = Decimal("0.5")
_UNEXPLAINED_CHANGE = Cause("implausible_total_change")
_LEVELS = frozenset({"close", "opening"})


class _Entry(NamedTuple):
    """A cell with a figure of the sheet.

    Attributes:
        period: its period.
        place: its row and column.
        theirs: the figure of the sheet.
        ours: the values that the ledger has for it, in the unit of the currency.
        is_converted: True if exchange rates are a part of them.

    """

    period: Period
    place: tuple[int, int]
    theirs: Decimal
    ours: Sequence[Decimal]
    is_converted: bool

    def agrees(self, scale: int) -> bool:
        # A figure is as exact as its last decimal: 39.3 in thousands is 39,250 to 39,350. 39,300 may be rounded too.
        decimals, zeros = (_halve_last_digit(value) * scale for value in (self.theirs, self.theirs.normalize()))
        return any(
            abs(value - self.theirs * scale)
            <= max(NEAR, decimals, abs(value) * _ROUNDED if self.is_converted else min(abs(value) * _ROUNDED, zeros))
            for value in self.ours
        )


def _halve_last_digit(value: Decimal) -> Decimal:
    return Decimal((0, (5,), int(value.as_tuple().exponent) - 1))


class _ComparedTotal(NamedTuple):
    """A total with its compared cells, in the scale under which most of them agree."""

    total: CompanyTotal
    entries: Sequence[_Entry]
    scale: int

    def count_equal(self) -> int:
        """Return the number of cells that agree and are not 0, as 0 agrees with anything that is small."""
        return sum(bool(entry.theirs) and entry.agrees(self.scale) for entry in self.entries)


def compare_company_totals(
    ledger: Ledger, cells: AccountCells, accounts: Sequence[int], grid: Grid
) -> list[Reconciliation]:
    """Return the comparison of each row and column of a tab with the figure of the whole company by period.

    Args:
        ledger: the ledger.
        cells: the cells of the accounts in the revenue tab, among which those are sought that make a difference.
        accounts: the rows of that tab with an account.
        grid: the tab with the totals.

    """
    reader = cells.reader
    totals = find_company_totals(grid, ledger.currency.code, reader.options.fiscal_year_starts)
    compared = [entry for total in totals if (entry := _compare(ledger, reader, total, grid))]
    # A change is the same thing only if the tab is of this company: one of its cells agrees, or a close of the tab.
    is_same = any(entry.total.figure in _LEVELS and 2 * entry.count_equal() >= len(entry.entries) for entry in compared)
    return [
        _reconcile(reader, accounts, entry, grid, AccountCauses(ledger, cells))
        for entry in _drop_sections(compared, grid)
        if entry.total.figure in _LEVELS or is_same or entry.count_equal()
    ]


def _compare(ledger: Ledger, reader: TabReader, total: CompanyTotal, grid: Grid) -> _ComparedTotal | None:
    locale_format, entries = load_locale_format(reader.options.locale), []
    is_converted = len(ledger.currencies.known) > 1
    for period, (row, column) in total.places.items():
        cells = grid.rows[row]
        theirs = read_amount(cells[column] if column < len(cells) else None, locale_format, ledger.currency.code)
        values = measure_figure(ledger, total.figure, period.window)
        if isinstance(theirs, Decimal) and values:
            ours = [Decimal(value * total.factor).scaleb(-ledger.currency.exponent) for value in values]
            # Losses are below 0 in some waterfalls.
            amount = abs(theirs) if total.figure in ("contraction", "churn") else theirs
            entries.append(_Entry(period, (row, column), amount, ours, is_converted))
    if not entries:
        return None
    scaled = [_ComparedTotal(total, entries, scale) for scale in _SCALES]
    best = max(scaled, key=_ComparedTotal.count_equal)
    # Rates: "MRR churn" may be a share of the MRR.
    if not best.count_equal() and total.figure not in _LEVELS and 0 < max(abs(entry.theirs) for entry in entries) <= 1:
        return None
    return best


def _drop_sections(compared: Sequence[_ComparedTotal], grid: Grid) -> list[_ComparedTotal]:
    """Return the totals of the company: of several with one label, those that agree; the others are of groups."""
    labels = [read_text(grid.rows[entry.total.row][entry.total.column]).casefold() for entry in compared]
    return [
        entry
        for entry, label in zip(compared, labels, strict=True)
        if labels.count(label) == 1 or all(cell.agrees(entry.scale) for cell in entry.entries)
    ]


def _reconcile(
    reader: TabReader, accounts: Sequence[int], compared: _ComparedTotal, grid: Grid, causes: AccountCauses
) -> Reconciliation:
    total, scale = compared.total, compared.scale
    differences, cell_causes = [], list[CellCause | None]()
    for entry in compared.entries:
        if entry.agrees(scale):
            continue
        window = entry.period.window
        ours, theirs = entry.ours[0] / total.factor, entry.theirs * scale / total.factor
        cell_cause = None
        if total.figure in _LEVELS:
            close = window.start if total.figure == "opening" else window.end
            cell_cause = explain_close(reader, accounts, close, ours, theirs)
        cell_causes.append(cell_cause)
        parts = cell_cause.list_parts(reader) if cell_cause and cell_cause.texts else ()
        near = max(NEAR, _halve_last_digit(entry.theirs) * scale / total.factor)
        if not parts and near <= _MOST_ROUNDED:
            parts = causes.explain(total.figure, window, ours - theirs, near)
        if not parts and cell_cause:
            parts = cell_cause.list_parts(reader)
        place = format_a1(*entry.place)
        differences.append(
            Difference(entry.period, "", place, entry.ours[0] / scale, entry.theirs, parts, total.factor)
        )
    cause = join_causes(reader, cell_causes, f"{reader.title}!") if total.figure in _LEVELS else _UNEXPLAINED_CHANGE
    if cause in (UNEXPLAINED, _UNEXPLAINED_CHANGE):
        cause = _name_accounts(cause, differences)
    return Reconciliation(
        grid.tab.title,
        format_a1(total.row, total.column),
        read_text(grid.rows[total.row][total.column]),
        total.figure,
        len(compared.entries),
        tuple(differences),
        cause,
    )


def _name_accounts(cause: Cause, differences: Sequence[Difference]) -> Cause:
    """Return the cause that names the accounts of all differences; `cause` if one of them is not that of accounts."""
    parts = list(dict.fromkeys(str(part) for gap in differences for part in gap.parts))
    if not all(gap.parts and all(part.account for part in gap.parts) for gap in differences) or not parts:
        return cause
    more = f" +{len(parts) - LISTED}" if len(parts) > LISTED else ""
    return Cause(f"{cause.code}_accounts", (("accounts", ", ".join(parts[:LISTED]) + more),))
