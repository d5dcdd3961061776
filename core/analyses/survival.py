"""Survival: the accounts and the MRR that are kept, by months since the first MRR.

Accounts by Kaplan and Meier (Journal of the American Statistical Association 53, 1958): with n accounts at risk at an
age and d of them that leave at it, S = product of (1 - d / n) over all ages so far. An account leaves at the first
close without MRR after its first one with; a return does not count. One that still pays at the last close counts up to
its age there. An account that paid at the first close of the history began before it: it enters at the age that it has
there by its date "Since" (left truncation), and without such a date is in no figure. The 95% band is Greenwood's (1926)
on the scale of log(-log S), so that it is within 0 and 1 (Kalbfleisch and Prentice, 1980).

MRR as GRR: over the accounts whose first MRR is in the history and that are so old, sum min(s, e) / sum s, with s the
first MRR and e the MRR at that age, at the rates of the first; its band is Wilson's at n_eff.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import N_, QuestionError
from core.ledger.arrays import Mask
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.uncertainty import NORMAL, Interval, count_effective_accounts, wilson
from core.months import Month, Window
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.cohorts import whole_history
from core.reports.scope import Origin, QuestionReader, Scope, require_cohort_method, require_ends
from core.sources.members import select_members

# The ages of the answer, in months.
AGES = (1, 3, 6, 9, 12, 18, 24, 36, 48, 60)


@dataclass(frozen=True, slots=True)
class Step:
    """The accounts at one age.

    Attributes:
        months: the age.
        at_risk: number of accounts that reached it and were seen just before.
        departed: number of them that leave at it.
        share: the share that is kept up to and including it.
        band: its 95% band; None where no account or every account has left.

    """

    months: int
    at_risk: int
    departed: int
    share: Fraction
    band: Interval | None


@dataclass(frozen=True, slots=True)
class RevenueKept:
    """The MRR at one age: number of accounts, their first MRR, what is kept of it (minor units), and the GRR's band."""

    accounts: int
    starting: int
    kept: int
    band: Interval

    @property
    def grr(self) -> Fraction:
        """The share that is kept."""
        return Fraction(self.kept, self.starting)


@dataclass(frozen=True, slots=True)
class Survival:
    """The survival of a cut.

    Attributes:
        question: the cut; its period is the whole history.
        steps: every age from one month to the oldest.
        revenue: age -> the MRR at it, of the ages of AGES that an account has.
        accounts: number of accounts in the steps.
        undated: number of accounts that paid at the first close and have no date of their start.
        excluded: number of accounts of the cut that are excluded for errors in the sheet.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    steps: tuple[Step, ...]
    revenue: dict[int, RevenueKept]
    accounts: int
    undated: int
    excluded: int
    segments: Segments
    origin: Origin

    @property
    def listed(self) -> tuple[Step, ...]:
        """The steps of the ages in AGES."""
        return tuple(step for step in self.steps if step.months in AGES)

    @property
    def median(self) -> int | None:
        """The first age at which half of the accounts or more have left; None where fewer have left."""
        return next((step.months for step in self.steps if step.share <= Fraction(1, 2)), None)


def read_survival(text: str, reader: QuestionReader) -> Question:
    """Return what "enterprise" asks for: a cut over the whole history.

    Raises:
        QuestionError: the words are no question.

    """
    return reader.read(text, whole_history(reader.scope.ledger))


def measure_survival(question: Question, scope: Scope) -> Survival:
    """Return the survival of the accounts and of the MRR of a cut, which is taken at each account's first MRR.

    Raises:
        QuestionError: the question names a period, another method, or a dimension or value that the ledger does not
            have, or the sheet has no ends.

    """
    segments, ledger = scope.segments, scope.ledger
    require_cohort_method(question)
    require_ends(ledger)
    if question.period != whole_history(ledger):
        raise QuestionError(
            N_("Survival covers the whole history, and you asked for {period}."),
            N_("Leave the period out."),
            period=question.period,
        )
    members = _select_members(segments, question)
    counted = members & ledger.accounts.counted
    starts = _find_starts(ledger)
    dated = counted & ~np.isnan(starts)
    index = np.flatnonzero(dated)
    departures = _find_departures(ledger)[index]
    last = len(ledger.panel) - 1
    has_left = departures <= last
    exits = np.minimum(departures, last) - starts[index]
    entries = np.maximum(ledger.first_paid[index] - starts[index], 0)
    return Survival(
        question,
        tuple(estimate_survival(entries.astype(np.int64), exits.astype(np.int64), has_left)),
        _measure_revenue(ledger, np.flatnonzero(counted & (ledger.first_paid > 0))),
        len(index),
        int(np.count_nonzero(counted & np.isnan(starts) & (ledger.first_paid <= last))),
        int(np.count_nonzero(members & ledger.accounts.excluded)),
        segments,
        scope.origin,
    )


def estimate_survival(entries: NDArray[np.int64], exits: NDArray[np.int64], has_left: Mask) -> Iterator[Step]:
    """Yield every age from 1 to the oldest exit (Kaplan and Meier).

    Args:
        entries: (n,) the age from which an account is seen; it is at risk at later ages.
        exits: (n,) the age at which it leaves, or up to which it is seen.
        has_left: (n,) True where it leaves at its exit.

    """
    oldest = int(exits.max(initial=0))
    # (oldest + 2,) at risk at an age are those that entered before it, less those that were out before it.
    entered = np.cumsum(np.bincount(entries[exits > entries], minlength=oldest + 2))
    out = np.cumsum(np.bincount(exits[exits > entries], minlength=oldest + 2))
    departed = np.bincount(exits[has_left & (exits > entries)], minlength=oldest + 2)
    share, variance = Fraction(1), 0.0
    for age in range(1, oldest + 1):
        at_risk, lost = int(entered[age - 1] - out[age - 1]), int(departed[age])
        if not at_risk:
            continue
        share *= Fraction(at_risk - lost, at_risk)
        variance += lost / (at_risk * (at_risk - lost)) if lost < at_risk else math.inf
        yield Step(age, at_risk, lost, share, _estimate_band(float(share), variance))


def _estimate_band(share: float, variance: float) -> Interval | None:
    if not 0 < share < 1:
        return None
    spread = math.exp(NORMAL * math.sqrt(variance) / abs(math.log(share)))
    return Interval(Fraction(share**spread), Fraction(share ** (1 / spread)))


def _select_members(segments: Segments, question: Question) -> Mask:
    """Return (accounts,) True for the cut at the close of each account's first MRR."""
    ledger = segments.ledger
    if not question.filters:
        return np.ones(ledger.accounts.count, dtype=np.bool_)
    members = np.zeros(ledger.accounts.count, dtype=np.bool_)
    for row in range(len(ledger.panel)):
        began = ledger.first_paid == row
        close = ledger.first + row
        if began.any():
            members |= began & select_members(segments, question.filters, Window(close, max(close + 1, ledger.last)))
    return members


def _find_starts(ledger: Ledger) -> NDArray[np.float64]:
    """Return (accounts,) the row of the panel in which each account began; before 0 by its date; NaN if unknown."""
    starts = ledger.first_paid.astype(np.float64)
    starts[ledger.first_paid >= len(ledger.panel)] = np.nan
    began_before = np.flatnonzero(ledger.first_paid == 0)
    starts[began_before] = np.nan
    since = ledger.facts.get("since")
    if since is not None:
        dated = began_before[~np.isnan(since[began_before])]
        days, places = np.unique(since[dated], return_inverse=True)
        months = (Month.containing(dt.date.fromordinal(int(day))) for day in days.tolist())
        rows = np.array([ledger.first.until(month) for month in months], dtype=np.float64)[places]
        # A later date than the first MRR is none of its start.
        starts[dated] = np.where(rows <= 0, rows, np.nan)
    return starts


def _find_departures(ledger: Ledger) -> NDArray[np.int64]:
    """Return (accounts,) the row of the first close without MRR after the first one with; past the panel if none."""
    rows = len(ledger.panel)
    departures = np.full(ledger.accounts.count, rows, dtype=np.int64)
    for row in range(rows - 1, 0, -1):
        np.copyto(departures, row, where=(ledger.panel[row] == 0) & (ledger.first_paid < row))
    return departures


def _measure_revenue(ledger: Ledger, index: NDArray[np.intp]) -> dict[int, RevenueKept]:
    first_rows = ledger.first_paid[index]
    known = np.array([ledger.has_close(ledger.first + row) for row in range(len(ledger.panel))])
    starts: dict[int, list[NDArray[np.int64]]] = {age: [] for age in AGES}
    ends: dict[int, list[NDArray[np.int64]]] = {age: [] for age in AGES}
    for row in range(1, len(ledger.panel)):
        accounts = index[first_rows == row]
        close = ledger.first + row
        start = ledger.currencies.convert(ledger.panel[row].take(accounts), close, accounts)
        for age in AGES:
            if accounts.size and row + age < len(known) and known[row + age]:
                starts[age].append(start)
                ends[age].append(ledger.currencies.convert(ledger.panel[row + age].take(accounts), close, accounts))
    return {age: _build_revenue(starts[age], ends[age]) for age in AGES if starts[age]}


def _build_revenue(starts: Sequence[NDArray[np.int64]], ends: Sequence[NDArray[np.int64]]) -> RevenueKept:
    start, end = np.concatenate(starts), np.concatenate(ends)
    starting, kept = int(start.sum()), int(np.minimum(start, end).sum())
    return RevenueKept(len(start), starting, kept, wilson(kept / starting, count_effective_accounts(start)))


def build_survival_json(survival: Survival) -> dict[str, Any]:
    """Return the survival as JSON, a row for each listed age: money in minor units, shares as strings."""
    return {
        **build_head_json(survival.question, survival.segments.ledger, survival.origin),
        "accounts": survival.accounts,
        "undated_accounts": survival.undated,
        "median_months": survival.median,
        "rows": [_build_row_json(step, survival.revenue.get(step.months)) for step in survival.listed],
        "excluded_accounts": survival.excluded,
    }


def _build_row_json(step: Step, revenue: RevenueKept | None) -> dict[str, Any]:
    return {
        "months": step.months,
        "at_risk": step.at_risk,
        "departed": step.departed,
        "accounts_kept": format_percent(step.share),
        "accounts_low": format_percent(step.band.low if step.band else None),
        "accounts_high": format_percent(step.band.high if step.band else None),
        "revenue_accounts": revenue.accounts if revenue else 0,
        "starting_mrr": revenue.starting if revenue else None,
        "kept_mrr": revenue.kept if revenue else None,
        "grr": format_percent(revenue.grr if revenue else None),
        "grr_low": format_percent(revenue.band.low if revenue else None),
        "grr_high": format_percent(revenue.band.high if revenue else None),
    }
