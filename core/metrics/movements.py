"""Month-by-month movements, and the two ratios that other tools make of them.

For every account and month: new (first MRR ever), reactivation (none before, some earlier), expansion, contraction,
churn. A month is a window of one month, so its movements are its cohort bridge with new and reactivated put in:

    end = start + new + reactivation + expansion - contraction - churn

and where accounts pay in several currencies, + the month's FX effect: each month is at the rates of its start.
Where the sheet does not have the close of a month, its changes are in the next close that it has: a quarter of a sheet
of quarter ends is one step. Movements are as billed, also where a rule averages accounts that pay by usage; compounded
ratios, which are cohort ratios of single months, follow that rule. Neither ratio here is the headline figure: over more
than a month they differ from the cohort method of core.metrics.retention, so a message names the method.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, starmap
from typing import Literal, NamedTuple

import numpy as np

from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.metrics.retention import Bridge, measure, select_base
from core.money import compute_ratio
from core.months import Month, Window

MovementKind = Literal["new", "reactivation", "expansion", "contraction", "churn"]
Ratios = tuple[Fraction | None, Fraction | None]


class Movement(NamedTuple):
    """The change of one account's MRR from one close to the next.

    Attributes:
        account: the index of the account in the ledger.
        month: the month; the change is from the close before it that the sheet has to its own close.
        kind: the kind of change.
        amount: the size of the change, minor units, always above zero.

    """

    account: int
    month: Month
    kind: MovementKind
    amount: int


def measure_monthly_movements(ledger: Ledger, members: Mask | None = None) -> tuple[Bridge, ...]:
    """Return the bridge of every close from the ledger's second one on; `Bridge.total` is the MRR at its end.

    Args:
        ledger: the ledger.
        members: (accounts,) True for the accounts to count; all of them when None.

    """
    if ledger.first == ledger.last:
        return ()
    return _measure_months(ledger.as_billed, Window(ledger.first, ledger.last), members)


def find_account_movements(ledger: Ledger) -> Iterator[Movement]:
    """Yield every movement of every account, by month and then in the ledger's order, excluded accounts left out."""
    for window in starmap(Window, pairwise(ledger.closes)):
        base = select_base(ledger.as_billed, window)
        changed = np.flatnonzero(base.start != base.end)
        fields = (base.index, base.start, base.end, base.returning)
        for account, start, close, returning in zip(*(field[changed].tolist() for field in fields), strict=True):
            yield Movement(
                account, window.end, classify_movement(start, close, returning=returning), abs(close - start)
            )


def compute_movements_ratios(ledger: Ledger, window: Window, members: Mask | None = None) -> Ratios:
    """Return (NRR, GRR) of the method `movements`, None where there is no MRR at the start or no account can leave.

    The month-by-month movements of all customers in the window, those won in it included, over MRR at the start, all
    at the rates of the window's start:

        NRR = (start + expansion + reactivation - contraction - churn) / start
        GRR = (start - contraction - churn) / start

    This is how billing analytics compute net MRR churn. Losses among customers won after the start count against a
    base that they were never in, so this GRR can fall below zero.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    if not ledger.coverage.can_leave:
        return None, None
    months = _measure_months(ledger.as_billed, window, members, window.start)
    starting = months[0].starting
    lost = sum(month.contraction + month.churn for month in months)
    gained = sum(month.expansion + month.reactivated for month in months)
    return compute_ratio(starting + gained - lost, starting), compute_ratio(starting - lost, starting)


def compute_compounded_ratios(ledger: Ledger, window: Window, members: Mask | None = None) -> Ratios:
    """Return (NRR, GRR) of the method `compounded`: the products of the monthly cohort ratios.

    Each month is at the rates of its start. None where a month begins without any MRR, as it has no ratio, and where no
    account can leave.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    nrr = grr = Fraction(1)
    for month in _measure_months(ledger, window, members):
        if month.nrr is None or month.grr is None:
            return None, None
        nrr *= month.nrr
        grr *= month.grr
    return nrr, grr


def _measure_months(
    ledger: Ledger, window: Window, members: Mask | None, at: Month | None = None
) -> tuple[Bridge, ...]:
    """Return the bridges from each close of `window` to the next, at the rates of `at`, or of its start if None.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    if not ledger.covers(window):
        raise KeyError(str(window))
    closes = [close for close in ledger.closes if window.start <= close <= window.end]
    return tuple(measure(ledger, step, members, at) for step in starmap(Window, pairwise(closes)))


def classify_movement(start: int, end: int, *, returning: bool) -> MovementKind:
    """Name the movement of an account whose MRR went from `start` to another amount, `end`."""
    if start == 0:
        return "reactivation" if returning else "new"
    if end == 0:
        return "churn"
    return "expansion" if end > start else "contraction"
