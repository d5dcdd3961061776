"""What must be known to read a workbook, beside what stands in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.money import Currency

EndDate = Literal["last_day", "first_day_after"]
BlankMonth = Literal["zero", "carry"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    Attributes:
        currency: the reporting currency; the currency of every amount that names no other.
        locale: of the workbook, such as `en_US`; empty when unknown. It decides decimal comma and day-first.
        today: the day of the reading. Subscriptions run through the last month that ended on or before it.
        end_date: whether a subscription's end date is the last day covered or the first day after.
        blank_month: whether a blank between two months of an account reads as 0 (and is reported) or carries on.
        max_segment_values: a column of Customers with more distinct values than this is no segment.
        revenue_tab: the title of the tab that holds the revenue, where more than one does; empty for the only one.
        headings: what headings mean that nobody could guess, as `headings.given` returns it.

    """

    currency: Currency
    locale: str
    today: dt.date
    end_date: EndDate = "last_day"
    blank_month: BlankMonth = "zero"
    max_segment_values: int = 100
    revenue_tab: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
