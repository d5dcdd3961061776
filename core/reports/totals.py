"""The totals of a ledger at its last close, and a few accounts as they were read: enough to see a misread sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import WarehouseError
from core.ledger.ledger import Ledger
from core.money import Currency
from core.months import Month, Window
from core.sources.cuts import Cuts

_YEAR = 12
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class AccountExample:
    """An account at the last close.

    Attributes:
        name: its name.
        mrr: its MRR, in minor units of that account's currency.
        currency: that currency.
        segments: its values in the columns that are segments, blanks left out.

    """

    name: str
    mrr: int
    currency: Currency
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The counted accounts of a ledger at its last close; amounts in minor units of the reporting currency.

    Attributes:
        month: the last close.
        accounts: the number of accounts with MRR.
        mrr: their MRR.
        new_accounts: the accounts with MRR now and none twelve months before; None without that close or ends.
        lost_accounts: the accounts with MRR twelve months before and none now; None where `new_accounts` is.
        examples: the first accounts of the sheet with MRR.

    """

    month: Month
    accounts: int
    mrr: int
    new_accounts: int | None
    lost_accounts: int | None
    examples: tuple[AccountExample, ...]

    @property
    def arr(self) -> int:
        """Twelve times the MRR."""
        return _YEAR * self.mrr


def measure_totals(ledger: Ledger) -> Totals:
    """Return the totals of a ledger."""
    counted, now = ledger.accounts.counted, ledger.panel[-1]
    converted = ledger.currencies.convert(now, ledger.last)
    paying = (now > 0) & counted
    new = lost = None
    if ledger.coverage.can_leave and ledger.has_close(ledger.last - _YEAR):
        before = (ledger.panel[-1 - _YEAR] > 0) & counted
        new, lost = int(np.count_nonzero(paying & ~before)), int(np.count_nonzero(before & ~paying))
    return Totals(
        month=ledger.last,
        accounts=int(np.count_nonzero(paying)),
        mrr=int(converted[paying].sum()),
        new_accounts=new,
        lost_accounts=lost,
        examples=_choose_examples(ledger, np.flatnonzero(paying)),
    )


def measure_warehouse_totals(cuts: Cuts, ledger: Ledger) -> Totals | None:
    """Return the totals of a warehouse, without examples; None where they are not stored and it is out of reach."""
    year = Window.ending(ledger.last, _YEAR)
    try:
        mrr, accounts = cuts.measure_close((), ledger.last)
        change = cuts.measure((), year) if ledger.covers(year) else None
    except WarehouseError:
        return None
    new = change.new_accounts + change.reactivated_accounts if change else None
    return Totals(ledger.last, accounts, mrr, new, change.churned if change else None, ())


def _choose_examples(ledger: Ledger, accounts: np.ndarray) -> tuple[AccountExample, ...]:
    """Return the accounts that come first in the revenue tab."""
    first_rows = ledger.source_rows.first_rows
    chosen = sorted(accounts.tolist(), key=lambda account: int(first_rows[account]))[:EXAMPLES]
    return tuple(
        AccountExample(
            ledger.accounts.names[account],
            int(ledger.panel[-1, account]),
            ledger.currencies.of(account),
            tuple(
                column.values[column.codes[account]] for column in ledger.columns.values() if column.codes[account] >= 0
            ),
        )
        for account in chosen
    )
