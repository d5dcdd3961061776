"""The intervals of the two ratios: how far they could be elsewhere, had chance moved other accounts.

The accounts of a base count by their MRR, so n accounts of unequal size are worth fewer equal ones:

    n_eff = (sum s)^2 / sum s^2

(Kish, Survey Sampling, 1965), s being the MRR at the start. GRR is a share of the MRR that stays: its interval is
Wilson's (1927) at p = GRR and n = n_eff. NRR has no upper bound: its interval is NRR +- t(n_eff - 1) x se, with the
standard error of a ratio R = sum e / sum s over n accounts (Cochran, Sampling Techniques, 1977, section 6.4, without
the correction for a finite population, as the accounts are a sample of those that could have been won):

    se = sqrt(n / (n - 1) x sum (e - R s)^2) / sum s

All of it follows from sums over the base, with sum (e - R s)^2 = sum e^2 - 2 R sum s e + R^2 sum s^2, and from the
bridge, whose churn and contraction are sum s - sum min(s, e): a cube has the intervals of its cells without an account.

The lift of a sign is the loss rate with it over the loss rate without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from core.ledger.arrays import Panel
from core.metrics.cube import Cube
from core.metrics.products import sum_products
from core.metrics.retention import Base, Bridge
from core.terms import Metric

_FEWEST_EFFECTIVE = 3
_CONFIDENCE = 0.95
NORMAL = NormalDist().inv_cdf((1 + _CONFIDENCE) / 2)
# Intervals are shown where the base is worth fewer accounts, or where one is wider: more accounts need no warning.
_SHOWN_BELOW = 50
# A standard error below it comes from the rounding of floats: all accounts changed in the same proportion.
_NO_ERROR = 1e-9
_SHOWN_WIDER = Fraction(4, 100)


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95% interval of a ratio: `low` and `high` are ratios, `low` <= `high`."""

    low: Fraction
    high: Fraction

    @property
    def width(self) -> Fraction:
        """The distance between the edges."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How sure the ratios of one base are.

    Attributes:
        accounts: number of accounts in the base, above zero.
        effective: n_eff, the number of equal accounts that the base is worth; 1 to `accounts`.
        nrr: the interval of NRR; None where n_eff is below 3, or where all accounts changed in the same proportion.
        grr: the interval of GRR.

    """

    accounts: int
    effective: float
    nrr: Interval | None
    grr: Interval

    @property
    def is_shown(self) -> bool:
        """Whether a reader needs the intervals: n_eff is below 50, or one is wider than 4 points."""
        widest = max(interval.width for interval in (self.nrr, self.grr) if interval is not None)
        return self.effective < _SHOWN_BELOW or widest > _SHOWN_WIDER

    def interval(self, metric: Metric) -> Interval | None:
        """Return the interval of one ratio; None where it has none."""
        return self.nrr if metric == "nrr" else self.grr


def estimate_uncertainty(base: Base) -> Uncertainty | None:
    """Return the intervals of the ratios of a base; None where no account paid at its start."""
    if base.whole and base.products:
        return estimate_from_sums(base.whole, base.products)
    paid = base.start > 0
    start, end = base.start[paid], base.end[paid]
    starting, kept = int(start.sum()), int(np.minimum(start, end).sum())
    churn = int(start[end == 0].sum())
    whole = Bridge(
        base.window,
        starting=starting,
        contraction=starting - kept - churn,
        churn=churn,
        ending=int(end.sum()),
        base=start.size,
    )
    return estimate_from_sums(whole, (sum_products(start, start), sum_products(start, end), sum_products(end, end)))


def estimate_cell_uncertainty(cube: Cube, window: int, label: int) -> Uncertainty | None:
    """Return the intervals of the ratios of one cell, the same as those of its accounts.

    None where the cell has no ratio, and where the cube has no sums of products.

    Args:
        cube: the cube.
        window: the row of the cell.
        label: its column.

    """
    if cube.products is None or not cube.can_leave:
        return None
    return estimate_from_sums(cube.read_bridge(window, label), cube.products[window, label].tolist())


def estimate_from_sums(whole: Bridge, products: Sequence[int]) -> Uncertainty | None:
    """Return the intervals of the ratios of a base; None where no account paid at its start.

    All is whole numbers until one division each, so that a cube and its accounts give the same floats.

    Args:
        whole: the bridge of the base.
        products: its sums of s^2, s e and e^2.

    """
    if not whole.starting:
        return None
    effective = whole.starting**2 / products[0]
    kept = whole.starting - whole.contraction - whole.churn
    nrr = _estimate_nrr_interval(whole, products, effective)
    return Uncertainty(whole.base, effective, nrr, wilson(kept / whole.starting, effective))


def count_effective_accounts(start: Panel) -> float:
    """Return n_eff (Kish 1965) of some accounts' MRR, minor units; 0 where it is zero in all."""
    weights = start.astype(np.float64)
    squares = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def wilson(share: float, count: float) -> Interval:
    """Return the 95% interval of a share observed in `count` draws (Wilson 1927), within [0, 1].

    Args:
        share: from 0 to 1.
        count: above zero; it may be a fraction, as n_eff is.

    """
    square = NORMAL * NORMAL
    center = share + square / (2 * count)
    spread = NORMAL * math.sqrt(max(0.0, share * (1 - share) / count + square / (4 * count * count)))
    low, high = (center - spread) / (1 + square / count), (center + spread) / (1 + square / count)
    return Interval(Fraction(min(max(low, 0.0), share)), Fraction(max(min(high, 1.0), share)))


@dataclass(frozen=True, slots=True)
class Lift:
    """A rate over another rate, with its 95% interval."""

    value: Fraction
    interval: Interval


def estimate_lift(events: int, count: int, other_events: int, other_count: int) -> Lift:
    """Return the rate of a group over that of another (log method: Katz et al., Biometrics, 1978).

    0.5 is added to each of the four cells, so that the lift is finite without an event.

    Args:
        events: the events in the group.
        count: its size, above zero.
        other_events: the events in the other group.
        other_count: its size, above zero.

    """
    hits, size, other_hits, other_size = events + 0.5, count + 1, other_events + 0.5, other_count + 1
    value = hits / size / (other_hits / other_size)
    spread = math.exp(NORMAL * math.sqrt(1 / hits - 1 / size + 1 / other_hits - 1 / other_size))
    return Lift(Fraction(value), Interval(Fraction(value / spread), Fraction(value * spread)))


def _estimate_nrr_interval(whole: Bridge, products: Sequence[int], effective: float) -> Interval | None:
    if effective < _FEWEST_EFFECTIVE:
        return None
    starting, ending = whole.starting, whole.ending
    start_squares, crossed, end_squares = products
    # starting^2 x sum (e - R s)^2
    residuals = starting**2 * end_squares - 2 * starting * ending * crossed + ending**2 * start_squares
    error = math.sqrt(whole.base * residuals / ((whole.base - 1) * starting**4))
    if error < _NO_ERROR:
        return None
    ratio = ending / starting
    spread = find_t_quantile(effective - 1) * error
    return Interval(Fraction(max(0.0, ratio - spread)), Fraction(ratio + spread))


def find_t_quantile(freedom: float) -> float:
    """Return t such that Student's distribution has 95% within -t and t (Hill, algorithm 396, CACM 1970).

    Args:
        freedom: the degrees of freedom, from 2; they may be a fraction.

    """
    # The names are those of the published algorithm: n degrees of freedom, P the share outside of -t and t.
    n, share = freedom, 1 - _CONFIDENCE
    a = 1 / (n - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * n
    x = d * share
    y = x ** (2 / n)
    if y > 0.05 + a:
        # Far from the tail: an expansion around the normal quantile.
        x = -NORMAL
        y = x * x
        c += 0.3 * (n - 4.5) * (x + 0.6) if n < 5 else 0
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y * y)
    else:
        y = ((1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4)) * y - 1) * (n + 1) / (
            n + 2
        ) + 1 / y
    return math.sqrt(n * y)
