"""A fall of NRR within three months: its size, the component behind it, and the account that weighs most in that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.ledger.ledger import Ledger
from core.metrics.contributions import Contribution, list_contributions, measure_component
from core.metrics.retention import select_base
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.reports.scope import YEAR, Scope
from core.reports.trend import Change, measure_change
from core.sources.members import select_members
from core.terms import Component

MONTHS = 3
# A smaller fall needs no explanation.
_LEAST = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall of the twelve-month NRR within three months.

    Attributes:
        points: the fall as a ratio, above zero: 1/50 is 2 points.
        component: the component that explains most of it.
        part: what it explains, above zero; more than `points` where the others rose.
        account: the account with at least half of that component's loss in the three months, and its MRR lost; None
            where no account has that much.
        month: the close by which that account had lost most of it; None without an account.

    """

    points: Fraction
    component: Component
    part: Fraction
    account: Contribution | None = None
    month: Month | None = None


def find_fall(scope: Scope, filters: Sequence[Filter]) -> Fall | None:
    """Return the fall of a cut's NRR up to the last close; None where it has not fallen by a point."""
    ledger, last = scope.ledger, scope.ledger.last
    years = [Window.ending(close, YEAR) for close in (last - MONTHS, last)]
    if not all(map(ledger.covers, years)):
        return None
    before, now = (scope.cuts.measure(filters, year) for year in years)
    change = measure_change(before, now, MONTHS)
    component = change.main("nrr") if change and change.nrr <= -_LEAST else None
    if change is None or component is None:
        return None
    return _explain(change, component, scope, filters)


def _explain(change: Change, component: Component, scope: Scope, filters: Sequence[Filter]) -> Fall:
    ledger, window = scope.ledger, Window.ending(scope.ledger.last, MONTHS)
    fall = Fall(-change.nrr, component, -change.parts[component])
    # A warehouse does not give the accounts of three months by their values nine months before.
    if component == "expansion" or not ledger.covers(window) or scope.warehouse:
        return fall
    # The cut of the twelve months, as their ratio has fallen.
    year = Window.ending(ledger.last, YEAR)
    base = select_base(ledger, window, select_members(scope.segments, filters, year) if filters else None)
    first = list_contributions(ledger, base.index, measure_component(component, base.start, base.end), 1)
    if not first or first[0].share < Fraction(1, 2):
        return fall
    return Fall(fall.points, component, fall.part, first[0], _find_month(ledger, window, first[0].index))


def _find_month(ledger: Ledger, window: Window, index: int) -> Month:
    """Return the close at which an account's MRR fell most within a window."""
    closes = [close for close in ledger.closes if window.start <= close <= window.end]
    amounts = np.array([ledger.window_mrr(close, window.start)[index] for close in closes])
    return closes[1 + int(np.argmin(np.diff(amounts)))]
