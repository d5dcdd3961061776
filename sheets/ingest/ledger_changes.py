"""The differences between two ledgers: accounts, months and amounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True)
class LedgerChanges:
    """The differences between two ledgers.

    Attributes:
        arrived: the number of new accounts.
        gone: the number of accounts that are missing now.
        months: the number of additional month closes, negative if there are fewer.
        amounts: the number of MRR values that differ, of accounts and months in both.

    """

    arrived: int
    gone: int
    months: int
    amounts: int


def compare_ledgers(before: Ledger, after: Ledger) -> LedgerChanges:
    """Return the differences between two ledgers, account by account and month by month."""
    position = {account: index for index, account in enumerate(before.accounts.ids)}
    both = [(position[account], index) for index, account in enumerate(after.accounts.ids) if account in position]
    first, last = max(before.first, after.first), min(before.last, after.last)
    amounts = 0
    if both and first <= last:
        # The two panels cut to the months in both, with the accounts in both in one order.
        old, new = (list(side) for side in zip(*both, strict=True))
        span = first.until(last) + 1
        old_panel = before.panel[before.first.until(first) :][:span, old]
        amounts = int(np.count_nonzero(old_panel != after.panel[after.first.until(first) :][:span, new]))
    return LedgerChanges(
        arrived=after.accounts.count - len(both),
        gone=before.accounts.count - len(both),
        months=len(after.panel) - len(before.panel),
        amounts=amounts,
    )
