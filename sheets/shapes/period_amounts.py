"""Columns that are quarters, halves or years: their amounts are those of the whole period, or the MRR at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from core.errors import N_, Sentence
from core.ledger.history import YEAR, measure_spacing
from core.months import Month
from core.text import fold
from sheets.cells.dates import read_period_close
from sheets.cells.units import AmountUnit, Period
from sheets.tabs.amount_units import Reason, TabUnit, find_tab_unit, list_unit_texts
from sheets.tabs.tab_reader import TabReader

# Words for amounts that are earned or billed over a period: a quarter has three months of them.
_REVENUE = re.compile(
    r"\b(?:revenues?|revenus?|sales|turnover|billings?|billed|invoiced|income|ca|chiffres? d\W?affaires?|ventes"
    r"|factures?|facturation|recettes)\b"
)
# The months of a column -> the doubt where nothing says what its amounts are.
_DOUBTS: Mapping[int, str] = {
    3: N_("The columns are quarters. Their amounts are read as the MRR at the end of each quarter."),
    6: N_("The columns are half-years. Their amounts are read as the MRR at the end of each half-year."),
    12: N_("The columns are years. Their amounts are read as the MRR at the end of each year."),
}


def find_period_unit(reader: TabReader, columns: Sequence[int], months: int = 0) -> TabUnit:
    """Return the unit of a tab with a column for each month, quarter, half or year, or with rows of `months` each.

    Where the columns are longer than a month and a heading or title says revenue, sales or the like, an amount is that
    of the whole period. Words such as MRR, ARR or "per month", and the config, come first.

    Raises:
        ConfigError: `workbook.unit` names no unit.
        WorkbookLayoutError: the words about the unit contradict each other.

    """
    tab_unit = find_tab_unit(reader, columns)
    months = months or _measure_columns(reader, columns)
    if not months or tab_unit.period is not None or reader.options.amount_is:
        return tab_unit
    texts = (text for text in list_unit_texts(reader, columns) if text.level != "format")
    revenue = next((text for text in texts if _REVENUE.search(fold(text.text))), None)
    if revenue is None:
        return tab_unit
    first = reader.header.heading(columns[0])
    text = revenue.text if revenue.level == "heading" else f"{revenue.text}, {first}"
    return tab_unit.with_period(Period(Fraction(months)), Reason(revenue.level, text, revenue.cell))


def doubt_period_amounts(reader: TabReader, columns: Mapping[Month, Sequence[int]], unit: AmountUnit) -> None:
    """Record a doubt if the columns are quarters, halves or years and nothing says what their amounts are.

    Args:
        reader: the tab.
        columns: month -> its columns.
        unit: the unit of the amounts.

    """
    months = _measure_columns(reader, [column for of_month in columns.values() for column in of_month])
    if not months and len(columns) > 1 and measure_spacing(sorted(columns)) == YEAR:
        months = YEAR
    if months and unit.months is None and not unit.is_term:
        reader.decide("unit", Sentence(_DOUBTS[months]), config_line='workbook.unit = "MRR"', is_doubted=True)


def doubt_row_amounts(reader: TabReader, unit: AmountUnit) -> None:
    """Record a doubt if the rows are quarters and nothing says what their amounts are."""
    if unit.months is None and not unit.is_term:
        statement = Sentence(N_("The rows are quarters. Their amounts are read as the MRR at the end of each quarter."))
        reader.decide("unit", statement, config_line='workbook.unit = "MRR"', is_doubted=True)


def _measure_columns(reader: TabReader, columns: Sequence[int]) -> int:
    """Return the months of each column, 0 if the headings are months or days."""
    periods = [read_period_close(reader.header.cells[column]) for column in columns]
    lengths = {period[1] if period else 0 for period in periods}
    return lengths.pop() if len(lengths) == 1 else 0
