"""Accounts that pay by usage: a ledger that has some, and an analyst that averages them."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.service.analyst import Analyst
from core.ledger.ledger import Ledger
from core.ledger.usage_pricing import build_usage_pricing
from core.playbook.playbook import load_playbook

# Pricing models as sheets write them.
USAGE_NAMES = ("Usage-based", "À la consommation")
PRICING = (USAGE_NAMES[0], "Per seat", USAGE_NAMES[1])


def price_by_usage(ledger: Ledger, months: int) -> Ledger:
    """Return a ledger whose regions are pricing models, with the rule for accounts that pay by usage."""
    region = ledger.columns["region"]
    values = PRICING[: len(region.values)] + region.values[len(PRICING) :]
    pricing = replace(region, heading="Pricing model", values=values)
    usage = build_usage_pricing(months, load_playbook().pricing_names["usage"])
    return replace(ledger, columns={**ledger.columns, "pricing_model": pricing}, usage=usage)


def average_usage(analyst: Analyst, months: int) -> Analyst:
    """Return the analyst with `company.usage_months`."""
    company = msgspec.structs.replace(analyst.config.company, usage_months=months)
    return replace(analyst, config=msgspec.structs.replace(analyst.config, company=company))
