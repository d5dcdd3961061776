"""The options of a reading that the config gives."""

from __future__ import annotations

import datetime as dt

from bot.service.analyst import Analyst
from core.money import DEFAULT_CURRENCY, find_currency
from sheets.cells.text import fold_cell
from sheets.headers.headings import read_configured_headings
from sheets.tabs.read_options import ReadOptions


def build_read_options(analyst: Analyst, now: dt.datetime) -> ReadOptions:
    """Return the options of a reading that the config and the store give.

    Raises:
        ConfigError: `workbook.headings` names an unknown meaning.
        StoreError: the store cannot be read.

    """
    config = analyst.config
    return ReadOptions(
        currency=find_currency(config.company.currency or DEFAULT_CURRENCY),
        locale=config.workbook.locale,
        today=now.astimezone(analyst.zone).date(),
        end_date=config.workbook.end_date,
        blank_month=config.workbook.blank_month,
        max_segment_values=config.workbook.max_segment_values,
        revenue_tab=config.workbook.revenue_tab,
        headings=read_configured_headings(config.workbook.headings),
        currency_is_configured=bool(config.company.currency),
        unit=config.workbook.unit,
        amount_is=config.workbook.amount_is,
        invoice_months=config.workbook.invoice_months or None,
        status_counts={fold_cell(status): counts for status, counts in config.workbook.status_counts.items()},
        fiscal_year_starts=config.company.fiscal_year_starts,
        forgotten=analyst.store.load_forgotten(),
    )
