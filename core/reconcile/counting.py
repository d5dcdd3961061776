"""The MRR that definitions of retention count: one cut in one window, account by account and month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.money import compute_ratio
from core.months import Month, Window
from core.query.vocabulary import Filter
from core.sources.members import begin_window, select_members
from core.terms import Metric


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """The amounts that a definition divides: its ratio is the sum of `kept` / the sum of `starting`.

    Attributes:
        starting: (accounts,) MRR of each account in the denominator, minor units.
        kept: (accounts,) MRR of each account in the numerator.

    """

    starting: Panel
    kept: Panel

    @property
    def ratio(self) -> Fraction | None:
        """The ratio; None where nothing is in the denominator."""
        return compute_ratio(int(self.kept.sum()), int(self.starting.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The changes of each account from close to close, at the rates of the window's start.

    Attributes:
        lost: (accounts,) the sum of all falls, minor units.
        won_back: (accounts,) the sum of all reactivations.
        was_gone: (accounts,) True where a close of the window has no MRR of the account.

    """

    lost: Panel
    won_back: Panel
    was_gone: Mask


@dataclass(frozen=True, eq=False)
class CutWindow:
    """One cut in one window.

    Attributes:
        segments: the ledger and its dimensions.
        filters: the cut.
        window: both of its closes must be in the panel, and known.

    """

    segments: Segments
    filters: Sequence[Filter]
    window: Window

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.segments.ledger

    @cached_property
    def selected(self) -> Mask:
        """(accounts,) True where an account is in the cut at the window's start, excluded ones too."""
        return select_members(self.segments, self.filters, self.window)

    @cached_property
    def members(self) -> Mask:
        """(accounts,) True where an account counts."""
        return self.selected & self.ledger.accounts.counted

    @cached_property
    def start_of_all(self) -> Panel:
        """(accounts,) MRR of all accounts at the start close, minor units."""
        return self.ledger.mrr(self.window.start, self.window.start)

    @cached_property
    def end_of_all(self) -> Panel:
        """(accounts,) MRR of all accounts at the end close, at the rates of the start close."""
        return self.ledger.mrr(self.window.end, self.window.start)

    @cached_property
    def own_closes(self) -> tuple[Panel, Panel]:
        """(accounts,) the MRR with which the members enter the window by our own definition, at the start and the end.

        It is `start` and `end` but for accounts that pay by usage.
        """
        if not self.ledger.find_usage_accounts(self.window.start).size:
            return self.start, self.end
        start, end = (
            self.ledger.window_mrr(close, self.window.start) for close in (self.window.start, self.window.end)
        )
        return start * self.members, end * self.members

    @cached_property
    def start(self) -> Panel:
        """(accounts,) MRR of the members at the start close, minor units."""
        return self.start_of_all * self.members

    @cached_property
    def end(self) -> Panel:
        """(accounts,) MRR of the members at the end close, at the rates of the start close."""
        return self.end_of_all * self.members

    @cached_property
    def end_at_end(self) -> Panel:
        """(accounts,) the same at the rates of the end close."""
        return self.ledger.mrr(self.window.end, self.window.end) * self.members

    @cached_property
    def members_at_end(self) -> Mask:
        """(accounts,) True where an account that counts is in the cut at the end close."""
        window = begin_window(self.ledger, self.window.end)
        return select_members(self.segments, self.filters, window) & self.ledger.accounts.counted

    @cached_property
    def paid_before(self) -> Mask:
        """(accounts,) True where an account had MRR before or at the start close."""
        return np.asarray(self.ledger.first_paid <= self.ledger.first.until(self.window.start))

    @cached_property
    def closes(self) -> tuple[Month, ...]:
        """The closes of the window that the sheet has."""
        return tuple(close for close in self.ledger.closes if self.window.start <= close <= self.window.end)

    def shift(self, start: int, end: int) -> CutWindow | None:
        """Return the cut in the window whose closes are so many months later; None where the sheet lacks one."""
        first, last = self.window.start + start, self.window.end + end
        if first >= last or not self.ledger.covers(Window(first, last)):
            return None
        # Made anew each time: to keep six more windows would take more memory than all else here.
        return CutWindow(self.segments, self.filters, Window(first, last))

    @cached_property
    def first_amounts(self) -> Panel:
        """(accounts,) the first MRR ever of the members that came in the window; 0 for all others."""
        ledger = self.ledger
        first, last = ledger.first.until(self.window.start), ledger.first.until(self.window.end)
        came = np.flatnonzero(self.members & (ledger.first_paid > first) & (ledger.first_paid <= last))
        amounts = np.zeros(ledger.accounts.count, dtype=np.int64)
        own = ledger.panel[ledger.first_paid[came], came]
        amounts[came] = ledger.currencies.convert(own, self.window.start, came)
        return amounts

    @cached_property
    def path(self) -> Path:
        """The changes of the members from close to close."""
        ledger, at = self.ledger, self.window.start
        rows = [ledger.first.until(close) for close in self.closes]
        # Few accounts change: only their columns are read month by month.
        changed = np.zeros(ledger.accounts.count, dtype=np.bool_)
        for before, after in pairwise(rows):
            changed |= ledger.panel[before] != ledger.panel[after]
        index = np.flatnonzero(changed & self.members)
        months = [ledger.currencies.convert(ledger.panel[row][index], at, index) for row in rows]
        lost, won_back = np.zeros_like(index, dtype=np.int64), np.zeros_like(index, dtype=np.int64)
        was_gone, has_paid = months[0] == 0, self.paid_before[index]
        for before_mrr, mrr in pairwise(months):
            lost += np.maximum(before_mrr - mrr, 0)
            won_back += np.where((before_mrr == 0) & has_paid, mrr, 0)
            was_gone |= mrr == 0
            has_paid = has_paid | (mrr > 0)
        return Path(
            _spread(lost, index, self.start), _spread(won_back, index, self.start), _mark(was_gone, index, self.start)
        )

    @cached_property
    def _monthly_sums(self) -> tuple[tuple[int, int, int], ...]:
        """The starting MRR of each month, and what its base kept of it, net and gross."""
        return tuple(self._sum_month(first, last) for first, last in pairwise(self.closes))

    def _sum_month(self, first: Month, last: Month) -> tuple[int, int, int]:
        # Only the base matters, so that only its amounts are converted.
        ledger = self.ledger
        own = ledger.read_own_mrr(first)
        base = np.flatnonzero(self.members & (own > 0))
        start = ledger.currencies.convert(own[base], first, base)
        end = ledger.currencies.convert(ledger.read_own_mrr(last)[base], first, base)
        return int(start.sum()), int(end.sum()), int(np.minimum(start, end).sum())

    def list_monthly_ratios(self, metric: Metric) -> list[Fraction] | None:
        """Return the ratio from each close to the next, each with its own base; None where one has no base."""
        if not all(starting for starting, _, _ in self._monthly_sums):
            return None
        return [Fraction(net if metric == "nrr" else gross, starting) for starting, net, gross in self._monthly_sums]


def _spread(amounts: Panel, index: NDArray[np.intp], like: Panel) -> Panel:
    spread = np.zeros_like(like)
    spread[index] = amounts
    return spread


def _mark(flags: Mask, index: NDArray[np.intp], like: Panel) -> Mask:
    marked = np.asarray(like == 0)
    marked[index] = flags
    return marked
