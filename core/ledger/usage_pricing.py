"""The rule for accounts that pay by usage: they enter a window with means of several months, not with two months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import N_
from core.ledger.arrays import Mask, Panel
from core.ledger.columns import Column
from core.text import fold_key

# The column of Customers that holds the pricing model.
PRICING_MODEL = "pricing_model"
USAGE_MEAN = N_("Accounts priced by usage: mean of their last {count} months.")


@dataclass(frozen=True, slots=True)
class UsagePricing:
    """Which accounts pay by usage, and how many months their mean has.

    Attributes:
        months: the months of the mean, that of the close included.
        names: the names of the pricing model in the sheet, as keys.

    """

    months: int
    names: frozenset[str]

    def flag_values(self, column: Column) -> Mask:
        """Return (values + 1,) True where a value of the column is usage; the last place is for code -1, blank."""
        return np.array([*(fold_key(value) in self.names for value in column.values), False], dtype=np.bool_)


def build_usage_pricing(months: int, names: Iterable[str]) -> UsagePricing | None:
    """Return the rule with these names of the pricing model; None for fewer than two months, as nothing is averaged."""
    return UsagePricing(months, frozenset(map(fold_key, names))) if months > 1 else None


def average_paid_months(rows: Sequence[Panel]) -> Panel:
    """Return (n,) the mean of the amounts above zero of each account, rounded half-up once; 0 where the last is 0.

    Args:
        rows: (n,) MRR at consecutive closes, the last one being the close that is asked for.

    """
    total, count = rows[-1].copy(), np.ones(len(rows[-1]), dtype=np.int64)
    for row in rows[:-1]:
        total += row
        count += row > 0
    mean: Panel = (2 * total + count) // (2 * count)
    mean[rows[-1] == 0] = 0
    return mean
