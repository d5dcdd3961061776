"""The terms of the field that all packages use."""

from __future__ import annotations

from typing import Literal, get_args

Metric = Literal["nrr", "grr"]
Method = Literal["cohort", "movements", "compounded"]
Component = Literal["churn", "contraction", "expansion"]
Size = Literal["Consumer", "SMB", "Mid-Market", "Enterprise"]
# In ascending order.
SIZES: tuple[Size, ...] = get_args(Size)
# The languages of messages and templates.
Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# The layouts of the revenue tab that a template can have.
RevenueLayout = Literal["wide", "long", "subscriptions", "movements"]
# The source of a snapshot of a warehouse begins with it.
WAREHOUSE = "warehouse:"
