"""How a forecast is estimated from the past windows of a cut, and how far the same estimates were off before.

A base keeps the share `factor` of its MRR over the months to go. The factor of NRR (of GRR) is the median of three:

    the rates of the last twelve months, (1 + x - l) ** k (of GRR (1 - l) ** k), with x and l the expansion and the loss
    of each window from one close to the next, added up and divided by their starting MRR, and k such windows to go
    the same months of last year: ending / starting (kept / starting) of that window
    past bases with as many months to go: the mean of their ending (kept) MRR at the end over that at this point

The range is that of split conformal prediction (Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World, 2005):
with n absolute errors of past forecasts, plus and minus the ceil(0.8 (n + 1))-th smallest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.metrics.retention import Base
from core.outlook.past_windows import PastWindows
from core.terms import Metric

YEAR = 12
COVERAGE = Fraction(8, 10)
FEWEST_FORECASTS = 6
# Of the bootstrap: how often accounts are drawn, and how many parts they are drawn in where there are more.
_DRAWS, _PARTS, _SEED = 400, 400, 14

Floats = NDArray[np.float64]
RangeMethod = Literal["conformal", "bootstrap"]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """The three factors of a ratio at each close, (months,) by row; NaN where the history before it is too short.

    Attributes:
        recent: by the rates of the last twelve months.
        last_year: of the same months of last year.
        past_bases: the mean of past bases with as many months to go.

    """

    recent: Floats
    last_year: Floats
    past_bases: Floats

    @property
    def median(self) -> Floats:
        """(months,) the median of those that exist; NaN without any."""
        ordered = np.sort(np.stack([self.recent, self.last_year, self.past_bases]), axis=0)
        count = np.count_nonzero(~np.isnan(ordered), axis=0)
        rows = np.arange(ordered.shape[1])
        # NaN sorts last.
        lower, upper = ordered[np.maximum(count - 1, 0) // 2, rows], ordered[count // 2, rows]
        return np.asarray((lower + upper) / 2)


def estimate_factors(past: PastWindows, metric: Metric, months: int, spacing: int) -> Factors:
    """Return the factors of a ratio at every close of the ledger, each from the closes up to it only.

    Args:
        past: the windows of `spacing`, `months`, 12 - `months` and 12 months.
        metric: the ratio.
        months: to go, 1 to 12.
        spacing: months from one close of the sheet to the next.

    """
    sums, starting = past.ending if metric == "nrr" else past.kept, past.starting
    steps = ~np.isnan(sums[spacing])
    # Prefix sums over the windows of one step: a close sees those that begin up to 12 months before it.
    ended, begun = (_add_before(np.where(steps, amounts, 0)) for amounts in (sums[spacing], starting))
    whole_year = slice(0, max(0, len(starting) - YEAR))
    last_step = slice(YEAR - spacing + 1, len(starting) - spacing + 1)
    recent = _divide(ended[last_step] - ended[whole_year], begun[last_step] - begun[whole_year])
    shares = _divide(sums[YEAR], sums[YEAR - months])
    count = _add_before(~np.isnan(shares))[1:]
    means = _divide(_add_before(np.nan_to_num(shares))[1:], count.astype(np.float64))
    return Factors(
        _shift(recent ** (months / spacing), len(starting)),
        _shift(_divide(sums[months], starting)[whole_year], len(starting)),
        _shift(means[whole_year], len(starting)),
    )


def _add_before(values: NDArray[np.generic]) -> Floats:
    """Return (n + 1,) the sum of the values before each place."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def _divide(parts: Floats, wholes: Floats) -> Floats:
    """Return parts / wholes, NaN where the whole is 0."""
    return np.divide(parts, wholes, out=np.full_like(wholes, np.nan), where=wholes > 0)


def _shift(values: Floats, rows: int) -> Floats:
    """Return (rows,) the values a year later, NaN in the first year."""
    return np.concatenate([np.full(min(YEAR, rows), np.nan), values])


@dataclass(frozen=True, slots=True, eq=False)
class PastForecasts:
    """The absolute errors of the forecasts that the same method made at past closes, (n,) each, oldest first."""

    nrr: Floats
    grr: Floats

    def errors(self, metric: Metric) -> Floats:
        """Return those of one ratio."""
        return self.nrr if metric == "nrr" else self.grr


def list_past_forecasts(past: PastWindows, nrr: Floats, grr: Floats, months: int) -> PastForecasts:
    """Return the errors of the forecasts at every past close whose outcome the ledger has.

    Args:
        past: the windows that the factors come from.
        nrr: (months,) the factor of NRR at each close.
        grr: (months,) that of GRR.
        months: to go.

    """
    # By the row of the start of a base: its forecast was made YEAR - months after it.
    rows = max(0, len(past.starting) - YEAR)
    made = slice(YEAR - months, YEAR - months + rows)
    starting = past.starting[:rows]
    nrr_points = _divide(past.ending[YEAR - months][:rows], starting) * nrr[made]
    grr_points = _divide(past.kept[YEAR - months][:rows], starting) * grr[made]
    errors = [
        np.abs(points - _divide(sums[YEAR][:rows], starting))
        for points, sums in (
            (nrr_points, past.ending),
            (np.clip(grr_points, 0, np.minimum(1, nrr_points)), past.kept),
        )
    ]
    known = ~np.isnan(errors[0])
    return PastForecasts(errors[0][known], errors[1][known])


def find_conformal_spread(errors: Floats) -> float | None:
    """Return the ceil(0.8 (n + 1))-th smallest error; None where there are fewer than 6."""
    if len(errors) < FEWEST_FORECASTS:
        return None
    rank = math.ceil(COVERAGE * (len(errors) + 1))
    return float(np.sort(errors)[rank - 1])


def bootstrap_spread(base: Base, metric: Metric) -> float | None:
    """Return the distance from a ratio of a past window within which it is in 8 of 10 draws of its accounts.

    Accounts are drawn with replacement (Efron 1979), always the same draws; of many accounts, parts of them chosen by
    chance. None where no account lost MRR (for NRR: changed), as such draws say nothing about losses.

    Args:
        base: of the last window as long as the months to go.
        metric: the ratio.

    """
    paid = base.start > 0
    start, end = base.start[paid].astype(np.float64), base.end[paid].astype(np.float64)
    if metric == "grr":
        end = np.minimum(start, end)
    if not start.size or bool((start == end).all()):
        return None
    random = np.random.default_rng(_SEED)
    parts = min(start.size, _PARTS)
    places = random.permutation(start.size) % parts
    sums = np.stack([np.bincount(places, amounts, parts) for amounts in (start, end)])
    drawn = sums[:, random.integers(0, parts, (_DRAWS, parts))].sum(axis=2)
    deviations = np.sort(np.abs(drawn[1] / drawn[0] - end.sum() / start.sum()))
    return float(deviations[math.ceil(COVERAGE * _DRAWS) - 1])
