"""Cohort retention: the bridge from the MRR at a window's start to the MRR at its end.

The cohort method: the base is every account with MRR above zero at the start close. With s the MRR of an account
at the start and e at the end,

    expansion = sum max(e - s, 0)    contraction = sum (s - e) where 0 < e < s    churn = sum s where e = 0
    NRR = sum e / sum s              GRR = sum min(s, e) / sum s

Accounts won after the start never enter. All sums are integers in minor units; ratios come last, as exact fractions.
Where accounts pay in several currencies, both closes are taken at the rates of the start close, so that a rate that
moves retains and loses nothing; its effect on the total is reported next to the bridge as the FX effect.
With a rule for accounts that pay by usage, s and e of these are means of several months (`Ledger.window_mrr`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.ledger.arrays import Mask, Panel
from core.ledger.ledger import Ledger
from core.money import compute_ratio
from core.months import Month, Window
from core.terms import Metric

# The integers of a bridge, in the order in which cubes and the store keep them.
MEASURES = (
    "starting", "expansion", "contraction", "churn", "ending", "new", "reactivated", "fx_effect",
    "base", "expanded", "contracted", "churned", "retained", "new_accounts", "reactivated_accounts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bridge:
    """The change of the base of one window. Amounts are MRR in minor units, counts are accounts.

    Always: starting + expansion - contraction - churn = ending, and retained + churned = base.
    Three amounts are not part of the bridge: `new` and `reactivated`, the MRR at the end of accounts that had none at
    the start (they never paid before it, or they did), and `fx_effect`, the gain of all accounts from the rates of the
    end close over those of the start close. `can_leave` is False where the sheet cannot show that an account left: then
    there is no ratio.
    """

    window: Window
    starting: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    ending: int = 0
    new: int = 0
    reactivated: int = 0
    fx_effect: int = 0
    base: int = 0
    expanded: int = 0
    contracted: int = 0
    churned: int = 0
    retained: int = 0
    new_accounts: int = 0
    reactivated_accounts: int = 0
    can_leave: bool = field(default=True, compare=False)

    @property
    def nrr(self) -> Fraction | None:
        """Net revenue retention, ending / starting; None when the base is empty or no account can leave."""
        return compute_ratio(self.ending, self.starting) if self.can_leave else None

    @property
    def grr(self) -> Fraction | None:
        """Gross revenue retention, (starting - contraction - churn) / starting; None where NRR is."""
        return compute_ratio(self.starting - self.contraction - self.churn, self.starting) if self.can_leave else None

    @property
    def logo_retention(self) -> Fraction | None:
        """Accounts kept / accounts in the base; None where NRR is."""
        return compute_ratio(self.retained, self.base) if self.can_leave else None

    @property
    def total(self) -> int:
        """MRR of all the accounts at the end close, at its own rates: ending + new + reactivated + fx_effect."""
        return self.ending + self.new + self.reactivated + self.fx_effect

    @property
    def average_acv(self) -> Fraction | None:
        """12 x starting / base, in minor units; None when the base is empty."""
        return compute_ratio(12 * self.starting, self.base)


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The accounts of a window that have MRR at either close.

    Attributes:
        window: the window.
        index: (n,) which accounts of the ledger.
        start: (n,) MRR at the start close, minor units of the reporting currency.
        end: (n,) MRR at the end close, minor units, at the same rates.
        returning: (n,) True where the account had MRR before or at the start close.
        whole: the sums of all accounts, where the arrays have only the largest; None where they have all of them.
        products: with `whole`, the sums of start^2, start x end and end^2 of all accounts that paid at the start.

    """

    window: Window
    index: NDArray[np.intp]
    start: Panel
    end: Panel
    returning: Mask
    whole: Bridge | None = None
    products: tuple[int, int, int] | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the arrays have all accounts."""
        whole = self.whole
        return whole is None or len(self.index) == whole.base + whole.new_accounts + whole.reactivated_accounts

    @property
    def starting(self) -> int:
        """MRR of all accounts at the start, minor units."""
        return int(self.start.sum()) if self.whole is None else self.whole.starting

    def sum_kept(self, metric: Metric) -> int:
        """Return the numerator of a ratio over all accounts: the MRR at the end; for GRR at most that of the start."""
        if self.whole is None:
            return int(self.measure_kept(metric).sum())
        lost = self.whole.contraction + self.whole.churn
        return self.whole.ending if metric == "nrr" else self.whole.starting - lost

    def measure_kept(self, metric: Metric) -> Panel:
        """Return (n,) the part of each account in the numerator of a ratio; 0 for those without MRR at the start."""
        return np.where(self.start > 0, self.end, 0) if metric == "nrr" else np.minimum(self.start, self.end)


def select_base(ledger: Ledger, window: Window, members: Mask | None = None, at: Month | None = None) -> Base:
    """Return the accounts with MRR at either close of `window`, excluded ones left out.

    Args:
        ledger: the ledger.
        window: both closes must be in the panel, and known.
        members: (accounts,) True for the accounts to count; all of them when None.
        at: the month whose closing rates apply; the window's start when None.

    Raises:
        KeyError: a close is not in the panel, or not known.

    """
    start, end = (ledger.window_mrr(close, window.start, at) for close in (window.start, window.end))
    # MRR is never negative, so `|` is above zero where either close is.
    in_base = (start | end) > 0
    in_base &= ledger.accounts.counted
    if members is not None:
        in_base &= members
    index = np.flatnonzero(in_base)
    return Base(window, index, start[index], end[index], ledger.first_paid[index] <= ledger.first.until(window.start))


def measure(ledger: Ledger, window: Window, members: Mask | None = None, at: Month | None = None) -> Bridge:
    """Return the cohort bridge of `window` over `members` (all accounts when None), excluded accounts left out.

    Sums pass through float64, which is exact below 2**53; `check_amounts` has checked that limit.

    Args:
        ledger: the ledger.
        window: both closes must be in the panel, and known.
        members: (accounts,) True for the accounts to count; all of them when None.
        at: the month whose closing rates apply; the window's start when None.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    row = ledger.first.until(window.start)
    counted = ledger.accounts.counted if members is None else ledger.accounts.counted & members
    start, end = (ledger.window_mrr(close, window.start, at) for close in (window.start, window.end))
    # Accounts that did not change need no kind, and in most months few change: work on those alone.
    changed = np.flatnonzero((start != end) & counted)
    before, after = start.take(changed), end.take(changed)
    change = after - before
    arrived = np.flatnonzero(before == 0)
    # Kinds: 0 gone, 1 pays less, 2 pays more, 3 new, 4 back. The sum of the two tests gives 0 to 2.
    kind = (after > 0).view(np.int8) + (change > 0).view(np.int8)
    kind[arrived] = 3 + (ledger.first_paid.take(changed.take(arrived)) <= row).view(np.int8)
    churned, contracted, expanded, new_accounts, reactivated_accounts = np.bincount(kind, minlength=5).tolist()
    # `gone` and `down` are sums of negative changes.
    churned_mrr, down, up, new, reactivated = map(int, np.bincount(kind, change, 5).tolist())
    starting, base = int((start * counted).sum()), int(np.count_nonzero((start > 0) & counted))
    fx_effect = 0
    if ledger.currencies.foreign:
        fx_effect = int(((ledger.window_mrr(window.end, window.start, window.end) - end) * counted).sum())
    return Bridge(
        window,
        starting=starting,
        expansion=up,
        contraction=-down,
        churn=-churned_mrr,
        ending=starting + up + down + churned_mrr,
        new=new,
        reactivated=reactivated,
        fx_effect=fx_effect,
        base=base,
        expanded=expanded,
        contracted=contracted,
        churned=churned,
        retained=base - churned,
        new_accounts=new_accounts,
        reactivated_accounts=reactivated_accounts,
        can_leave=ledger.coverage.can_leave,
    )
