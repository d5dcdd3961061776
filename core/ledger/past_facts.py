"""The facts about accounts as past snapshots had them, and a ledger as it was at a past close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.ledger.columns import Column
from core.ledger.ledger import Ledger
from core.months import Month

# The facts and columns that signs of risk are read from: of past snapshots, these are read.
FACTS = ("feature_adoption", "nps", "complaints", "renewal_date")
COLUMNS = ("health",)


@dataclass(frozen=True, slots=True, eq=False)
class PastFacts:
    """The facts about accounts at the end of a month, by the snapshot that was in force then.

    Attributes:
        month: the month.
        facts: as in Ledger, by the accounts of the present ledger; NaN where the snapshot does not have the account.
        columns: the same; code -1 where the snapshot does not have the account.

    """

    month: Month
    facts: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Tell whether a fact or a column is known of any account."""
        column = self.columns.get(name)
        if column is not None:
            return bool((column.codes >= 0).any())
        return name in self.facts and not bool(np.isnan(self.facts[name]).all())

    def read(self, name: str, account: int) -> float | str | None:
        """Return a fact or a column's value of one account; None where it is not known."""
        column = self.columns.get(name)
        if column is not None:
            code = int(column.codes[account])
            return column.values[code] if code >= 0 else None
        number = float(self.facts[name][account]) if name in self.facts else np.nan
        return None if np.isnan(number) else number


def rewind_ledger(ledger: Ledger, close: Month, past: PastFacts | None) -> Ledger:
    """Return a ledger as it was at a past close: the panel up to it, and what was known of the accounts then.

    Of the columns, those that signs are read from: one with dated rows has the values that applied by that close; an
    account whose first dated row is later has none. Other facts and columns are those of `past`.

    Args:
        ledger: the present ledger.
        close: a close of it.
        past: the facts at that close; None where no snapshot keeps them.

    """
    months = ledger.first.until(close) + 1
    coverage = ledger.coverage
    dated = {
        key: replace(column, codes=column.changes.begun_codes_at(close, ledger.accounts.count), changes=None)
        for key, column in ledger.columns.items()
        if key in COLUMNS and column.changes is not None
    }
    return replace(
        ledger,
        panel=ledger.panel[:months],
        columns={**(past.columns if past else {}), **dated},
        facts=past.facts if past else {},
        scheduled_changes=None,
        coverage=replace(
            coverage,
            unknown=frozenset(month for month in coverage.unknown if month < close),
            left_out_mrr=coverage.left_out_mrr[:months],
        ),
    )
