"""The options of a reading: everything that a workbook needs and does not say itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.forgotten import ForgottenAccounts
from core.money import Currency
from sheets.cells.statuses import StatusWords

EndDate = Literal["last_day", "first_day_after"]
BlankMonth = Literal["zero", "carry"]
AmountPeriod = Literal["", "month", "year", "term"]


@dataclass(frozen=True, slots=True)
class LineRules:
    """How the lines of one tab are read; the rules of a tool come before those of the config.

    Attributes:
        statuses: the words of its column Status; None for the usual ones of its layout.
        end_date: as in `ReadOptions`; None for the configured one.
        ends_with_term: True if a line without an end ends with its term.

    """

    statuses: StatusWords | None = None
    end_date: EndDate | None = None
    ends_with_term: bool = False


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The options of a reading.

    Attributes:
        currency: the reporting currency; the currency of every amount that names no other.
        locale: the workbook's, such as `en_US`; empty if unknown. It decides the decimal mark and the date order.
        today: the day of the reading. Subscriptions run through the last month that ended on or before it.
        end_date: whether a subscription's end date is the last day covered or the first day after.
        blank_month: whether a blank between two months of an account reads as 0 (and is reported) or as the value
            before it.
        max_segment_values: a column of Customers with more distinct values than this is no segment.
        revenue_tab: the title of the tab with the revenue, for a workbook with several; empty for the only one.
        headings: the configured meanings of headings, as `read_configured_headings` returns them.
        currency_is_configured: True if the config names the currency; else `currency` is only a default.
        unit: the configured unit of all amounts, in the words that a heading may have ("ARR", "k€"); empty if the
            sheet's own words decide.
        amount_is: the period of an amount whose heading does not say it; empty to read it as monthly and doubt it.
        invoice_months: the months that an invoice without a period covers; None if unknown.
        status_counts: folded status -> whether a line with it has MRR.
        fiscal_year_starts: the first month of the fiscal year, 1 to 12.
        forgotten: the accounts whose IDs and names must not be stored.

    """

    currency: Currency
    locale: str
    today: dt.date
    end_date: EndDate = "last_day"
    blank_month: BlankMonth = "zero"
    max_segment_values: int = 100
    revenue_tab: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    currency_is_configured: bool = True
    unit: str = ""
    amount_is: AmountPeriod = ""
    invoice_months: int | None = None
    status_counts: Mapping[str, bool] = field(default_factory=dict)
    fiscal_year_starts: int = 1
    forgotten: ForgottenAccounts = field(default_factory=ForgottenAccounts)
