"""The unit of the amounts of subscription lines: per month, per interval, per year, or for the whole term of a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from core.errors import N_, Sentence, WorkbookLayoutError
from core.months import Month
from sheets.cells.text import fold_cell, fold_heading
from sheets.cells.units import AmountUnit, is_fee_heading
from sheets.evidence.interval_columns import is_billing_heading
from sheets.evidence.piece_prices import check_prices, decide_multiplication, has_quantities, is_piece_price
from sheets.headers.headings import find_key
from sheets.tabs.amount_units import TabUnit, apply_configured_period, find_tab_unit, record_unit
from sheets.tabs.read_options import EndDate
from sheets.tabs.tab_reader import TabReader


class LineUnit:
    """The unit of the amounts of a Subscriptions tab.

    Attributes:
        unit: the unit of all lines; its months are None if each line has an interval or a term.
        has_interval: True if the column Interval divides the amounts.

    """

    def __init__(self, reader: TabReader, ids: Sequence[str]) -> None:
        """Find the unit and record it.

        Raises:
            ConfigError: `workbook.unit` names no unit.
            WorkbookLayoutError: the nearest words contradict each other, or the amounts are totals of terms and no
                column says when these end.

        """
        columns = reader.header.columns
        check_prices(reader, "amount")
        tab_unit = find_tab_unit(reader, [columns["amount"]])
        is_multiplied = has_quantities(reader)
        if is_multiplied and is_piece_price(reader.header.heading(columns["amount"])):
            decide_multiplication(reader, "amount")
            is_multiplied = False
        # An interval describes the billing of an ACV, and the amount of a line under a plain "Amount".
        self.has_interval = "interval" in columns and not tab_unit.states_own_period
        self.unit = tab_unit.unit
        if self.has_interval:
            _record_interval(reader)
            self.unit = AmountUnit(Fraction(1), scale=tab_unit.unit.scale, currency=tab_unit.unit.currency)
            return
        if tab_unit.period is None:
            tab_unit = _settle_period(reader, ids, tab_unit)
        if tab_unit.unit.is_term and not columns.keys() & {"end", "term"}:
            raise WorkbookLayoutError(
                N_("The amounts of the tab “{tab}” are totals of contracts (“{text}”), and no column has their ends."),
                N_("Add a column End; or, if they are no totals, name their unit in workbook.unit."),
                tab=reader.title,
                text=tab_unit.period.text if tab_unit.period else "",
            )
        if not (tab_unit.is_doubted and tab_unit.period is None):
            record_unit(reader, tab_unit)
        if tab_unit.is_measure and is_multiplied:
            _doubt_quantities(reader)
        self.unit = tab_unit.unit

    def find_months(
        self, interval: Fraction, start: dt.date, end: dt.date | None, end_date: EndDate
    ) -> Fraction | None:
        """Return the months that the amount of a line covers, None for a total without an end.

        Args:
            interval: the interval of the line; 1 if it has none.
            start: the first day of the line.
            end: its end, if it has one.
            end_date: what the end means.

        """
        if self.unit.is_term:
            return Fraction(count_term_months(start, end, end_date)) if end else None
        return interval if self.has_interval else self.unit.months or Fraction(1)


def _record_interval(reader: TabReader) -> None:
    """Record the column Interval; it is doubted if only its values say that it is one."""
    column = reader.header.columns["interval"]
    heading = reader.header.heading(column)
    is_stated = bool(reader.stated_unit) or fold_cell(heading) in reader.options.headings
    is_doubted = not (is_stated or is_billing_heading(heading) or find_key(fold_heading(heading)) == "interval")
    statement = Sentence(
        N_("Each amount is divided by the months of its interval, in the column “{heading}”."), {"heading": heading}
    )
    line = 'workbook.unit = "MRR"' if is_doubted else ""
    reader.decide("unit", statement, (-1, column), config_line=line, is_doubted=is_doubted)


def count_term_months(start: dt.date, end: dt.date, end_date: EndDate) -> int:
    """Return the whole months from `start` to the day after the last day covered, at least 1.

    1 January to 31 December is 12. Months are counted like anniversaries: from 31 January the first ends on 28 or 29
    February.
    """
    stop = end if end_date == "first_day_after" or end == dt.date.max else end + dt.timedelta(days=1)
    months = Month.containing(start).until(Month.containing(stop))
    # The anniversary of the last month may not have come: day 31 falls on the last day of a shorter month.
    anniversary = min(start.day, Month.containing(stop).last_day.day)
    return max(1, months - (stop.day < anniversary))


def _settle_period(reader: TabReader, ids: Sequence[str], tab_unit: TabUnit) -> TabUnit:
    """Return the unit of amounts whose period nothing states: the one of the config, else MRR.

    MRR is doubted if the heading is that of a fee, and if most lines run for whole years, which is reported too.
    """
    if reader.options.amount_is:
        return apply_configured_period(reader, tab_unit)
    column = reader.header.columns["amount"]
    heading = reader.header.heading(column)
    runs_years = _run_whole_years(reader, ids)
    if not runs_years and not is_fee_heading(heading):
        return tab_unit
    template = (
        N_("Amounts under “{heading}” are read as monthly, though most lines run for whole years.")
        if runs_years
        else N_("Amounts under “{heading}” are read as monthly, though the heading does not say so.")
    )
    statement = Sentence(template, {"heading": heading})
    reader.decide("unit", statement, (-1, column), config_line='workbook.amount_is = "year"', is_doubted=True)
    if runs_years:
        reader.report("amount_period", -1, column)
    return TabUnit(tab_unit.unit, scale=tab_unit.scale, currency=tab_unit.currency, is_doubted=True)


def _doubt_quantities(reader: TabReader) -> None:
    """Record that a measure such as MRR is multiplied by quantities, as it may be the one of the whole line."""
    columns = reader.header.columns
    values = {key: reader.header.heading(columns[key]) for key in ("amount", "quantity")}
    statement = Sentence(
        N_("“{amount}” is multiplied by “{quantity}”, as if it were the amount of one piece and not of the line."),
        values,
    )
    reader.decide("unit", statement, (-1, columns["quantity"]), is_doubted=True)


def _run_whole_years(reader: TabReader, ids: Sequence[str]) -> bool:
    """Tell whether most lines run from their start to their end for one or more whole years."""
    end_key = "contract_end" if "contract_end" in reader.header.columns else "end"
    starts, ends = reader.cells_under("start"), reader.cells_under(end_key)
    read_start, read_end = reader.day_reader("start"), reader.day_reader(end_key)
    lines = years = 0
    for account, start_cell, end_cell in zip(ids, starts, ends, strict=True):
        start, end = read_start(start_cell), read_end(end_cell)
        if not account or not isinstance(start, dt.date):
            continue
        lines += 1
        if isinstance(end, dt.date) and end > start:
            stop = end if reader.options.end_date == "first_day_after" else end + dt.timedelta(days=1)
            whole = stop.day == start.day or (stop.day == 1 and start.day >= 28)
            years += whole and count_term_months(start, end, reader.options.end_date) % 12 == 0
    return years * 2 > lines
