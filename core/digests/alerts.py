"""Alerts: facts of a new snapshot that cannot wait for the next digest. Each has one cause, reported once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from core.forgotten import hash_account
from core.ledger.ledger import Ledger
from core.metrics.contributions import rank_accounts
from core.metrics.restatements import Restated, Restatement, net_restatements, select_headlines
from core.metrics.retention import Base
from core.months import Month, Window
from core.outlook.account_signals import RenewalsRequest, Signal, find_renewals
from core.reports.answer import Answer, answer_question
from core.reports.scope import Scope, build_quarter_question, build_year_question, choose_targets
from core.terms import Metric
from core.thresholds import AlertThresholds

# Losses that are named with a ratio.
LOSSES = 2
# An account that left is often typed a month or two later.
STEPS = 3
_LEAST_MISSING = 3
_METRICS: tuple[Metric, ...] = ("nrr", "grr")


@dataclass(frozen=True, slots=True)
class RatioAlert:
    """A ratio of twelve months that crossed its target, or fell.

    Attributes:
        cause: tells it from any other.
        metric: the ratio.
        month: the last close.
        before: its value at the close before.
        now: its value now.
        losses: the names of the accounts with the largest losses of the month.
        target: the target that it crossed; None where it fell.

    """

    cause: str
    metric: Metric
    month: Month
    before: Fraction
    now: Fraction
    losses: tuple[str, ...]
    target: Fraction | None = None


@dataclass(frozen=True, slots=True)
class AccountAlert:
    """An account that left or shrank, and what it lost is a large part of the MRR.

    Attributes:
        cause: tells it from any other.
        name: the name of the account.
        month: the close at which it had less.
        before: its MRR at the close before, minor units.
        now: its MRR at that close.
        share: its loss as a share of the MRR at the close before.

    """

    cause: str
    name: str
    month: Month
    before: int
    now: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class RenewalAlert:
    """An account that renews soon and has turned to risk."""

    cause: str
    account: Signal


@dataclass(frozen=True, slots=True)
class RestatementAlert:
    """A closed period whose ratio was restated by more than the threshold, and the restatements since the last look."""

    cause: str
    restated: Restated
    restatements: tuple[Restatement, ...]


@dataclass(frozen=True, slots=True)
class DataAlert:
    """Data that is rarely right, by the code of its problem."""

    cause: str
    code: str


Alert = RatioAlert | AccountAlert | RenewalAlert | RestatementAlert | DataAlert


@dataclass(frozen=True, slots=True)
class Alerts:
    """All alerts of a snapshot, and the answer that explains them."""

    alerts: tuple[Alert, ...]
    company: Answer


def find_alerts(
    scope: Scope,
    restatements: Sequence[Restatement],
    thresholds: AlertThresholds,
    key: bytes,
    *,
    is_settled: bool = True,
) -> Alerts:
    """Return the alerts of a snapshot.

    Args:
        scope: the snapshot.
        restatements: the restatements that came with it.
        thresholds: when something is an alert.
        key: the key of the hashes by which causes name accounts.
        is_settled: whether no one has edited the sheet for a while. Until then a last month in which many accounts have
            no MRR is one that is being typed, and says nothing yet.

    """
    company, ledger = answer_question(build_year_question(scope), scope), scope.ledger
    is_open = not is_settled and _is_being_typed(scope)
    steps = [Window(*pair) for pair in pairwise(ledger.closes[-1 - STEPS :])]
    return Alerts(
        (
            *(() if is_open else _find_ratio_alerts(scope, thresholds)),
            *(
                alert
                for window in steps
                if not (is_open and window == steps[-1])
                for alert in _find_account_alerts(scope, window, thresholds, key)
            ),
            *_find_restatement_alerts(scope, restatements, thresholds),
            *_find_renewal_alerts(scope, thresholds, key),
            *(
                DataAlert(f"{code} {scope.ledger.last}", code)
                for code in scope.origin.problems
                if code.startswith("implausible_")
            ),
        ),
        company,
    )


def _is_being_typed(scope: Scope) -> bool:
    """Tell whether more than a tenth of the accounts, and at least three, have no MRR any more in the last month."""
    closes = scope.ledger.closes
    if len(closes) < 2:
        return False
    last = scope.billed_cuts.measure((), Window(*closes[-2:]))
    return last.churned >= _LEAST_MISSING and last.churned * 10 > last.base


def _find_ratio_alerts(scope: Scope, thresholds: AlertThresholds) -> Iterator[RatioAlert]:
    ledger = scope.ledger
    if len(ledger.closes) < 2:
        return
    before, last = (Window.ending(close, 12) for close in ledger.closes[-2:])
    if not (ledger.covers(before) and ledger.covers(last)):
        return
    losses = _find_losses(scope)
    bridges, aims = [scope.cuts.measure((), year) for year in (before, last)], choose_targets(ledger, (), scope.targets)
    for metric in _METRICS:
        earlier, now = (getattr(bridge, metric) for bridge in bridges)
        if earlier is None or now is None:
            continue
        aim = aims.get(metric)
        if aim and now < aim.value <= earlier:
            cause = f"target {metric} {aim.value} {last.end}"
            yield RatioAlert(cause, metric, last.end, earlier, now, losses, aim.value)
        elif earlier - now >= Fraction(thresholds.points_down, 100):
            yield RatioAlert(f"fall {metric} {last.end}", metric, last.end, earlier, now, losses)


def _find_losses(scope: Scope) -> tuple[str, ...]:
    """Return the names of the accounts with the largest losses between the last two closes, the largest first."""
    ledger, base = _select_last(scope, Window(*scope.ledger.closes[-2:]))
    lost = np.maximum(base.start - base.end, 0)
    order = rank_accounts(ledger, base.index, lost, LOSSES)
    return tuple(ledger.accounts.names[base.index[place]] for place in order.tolist() if lost[place])


def _select_last(scope: Scope, window: Window) -> tuple[Ledger, Base]:
    """Return the accounts of the whole company between two closes."""
    selection = scope.billed_cuts.select((), [window])
    return selection.ledger, selection.bases[window]


def _find_account_alerts(
    scope: Scope, window: Window, thresholds: AlertThresholds, key: bytes
) -> Iterator[AccountAlert]:
    """Yield the accounts whose loss between two closes is a large part of the MRR, the largest loss first."""
    ledger, base = _select_last(scope, window)
    total, lost = base.starting, np.maximum(base.start - base.end, 0)
    is_large = (lost > 0) & (lost * 100 >= total * thresholds.account_share)
    for place in rank_accounts(ledger, base.index, np.where(is_large, lost, 0)).tolist():
        index, before, now = base.index[place], int(base.start[place]), int(base.end[place])
        cause = f"account {hash_account(key, ledger.accounts.ids[index])} {'shrank' if now else 'left'} {window.end}"
        share = Fraction(before - now, total)
        yield AccountAlert(cause, ledger.accounts.names[index], window.end, before, now, share)


def _find_renewal_alerts(scope: Scope, thresholds: AlertThresholds, key: bytes) -> Iterator[RenewalAlert]:
    renewals = find_renewals(RenewalsRequest(build_quarter_question(scope), thresholds.renewal_days), scope)
    for account in renewals.build_signals(renewals.index[renewals.has_sign]):
        yield RenewalAlert(f"renewal {hash_account(key, account.id)} {account.renewal}", account)


def _find_restatement_alerts(
    scope: Scope, restatements: Sequence[Restatement], thresholds: AlertThresholds
) -> Iterator[RestatementAlert]:
    headlines = select_headlines(net_restatements(restatements), scope.calendar, "", ())
    for restated in headlines:
        pairs = ((getattr(restated.before, metric), getattr(restated.after, metric)) for metric in _METRICS)
        changes = [abs(after - before) for before, after in pairs if before is not None and after is not None]
        if max(changes, default=Fraction(0)) >= Fraction(thresholds.restated_points, 100):
            window = restated.cell.window
            yield RestatementAlert(
                f"restated {window.start} {window.end} {scope.origin.id}", restated, tuple(restatements)
            )
