"""A ledger from whatever a test has to say about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Panel
from core.ledger.columns import Column
from core.ledger.ledger import AccountTable, Ledger, build_accounts, check_amounts
from core.ledger.lines import Lines
from core.ledger.rates import Currencies
from core.ledger.rows import SourceRows
from core.money import Currency
from core.months import Month


def use_one_currency(currency: Currency, accounts: int) -> Currencies:
    """Return the currencies of accounts that all pay in the reporting currency."""
    return Currencies((currency,), np.zeros(accounts, dtype=np.int16))


def build_ledger(
    panel: Sequence[Sequence[int]] | Panel,
    *,
    first: Month,
    currency: Currency,
    accounts: AccountTable | None = None,
    columns: Mapping[str, Column] | None = None,
    facts: Mapping[str, NDArray[np.float64]] | None = None,
    source_rows: SourceRows | None = None,
    currencies: Currencies | None = None,
    lines: Lines | None = None,
) -> Ledger:
    """Return a checked ledger; accounts are called 0, 1, 2, ... and pay in `currency` unless the test says more."""
    array = np.ascontiguousarray(panel, dtype=np.int64)
    count = array.shape[1]
    ledger = Ledger(
        first,
        array,
        accounts or build_accounts([str(number) for number in range(count)]),
        currencies or use_one_currency(currency, count),
        source_rows or SourceRows("", np.zeros(count, dtype=np.int32)),
        columns or {},
        facts or {},
        lines=lines,
    )
    check_amounts(ledger)
    return ledger


def keep_closes(ledger: Ledger, closes: Collection[Month]) -> Ledger:
    """Return a ledger as a sheet that has only these closes gives it: the others repeat the close before.

    The first and the last close of the ledger must be among them.
    """
    panel = ledger.panel.copy()
    unknown = [row for row in range(len(panel)) if ledger.first + row not in closes]
    for row in unknown:
        panel[row] = panel[row - 1]
    coverage = replace(ledger.coverage, unknown=frozenset(ledger.first + row for row in unknown))
    return replace(ledger, panel=panel, coverage=coverage)


def raise_prices(ledger: Ledger, month: Month, percent: int) -> Ledger:
    """Return a ledger in which every account pays so many percent more from the close of `month` on."""
    panel = ledger.panel.copy()
    rows = panel[ledger.first.until(month) :]
    rows += rows * percent // 100
    return replace(ledger, panel=panel)
