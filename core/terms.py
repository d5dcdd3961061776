"""The terms of the field that every room uses."""

from __future__ import annotations

from typing import Literal

Metric = Literal["nrr", "grr"]
Method = Literal["cohort", "movements", "compounded"]
Component = Literal["churn", "contraction", "expansion"]
