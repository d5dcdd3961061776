"""The three methods side by side on one ledger, and the exact amounts by which they differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import Sentence
from core.ledger.arrays import Mask
from core.ledger.history import explain_missing_year
from core.ledger.ledger import Ledger
from core.ledger.segments import Segments
from core.metrics.movements import Ratios, compute_compounded_ratios, compute_movements_ratios
from core.metrics.retention import Bridge, measure
from core.months import Window
from core.query.question import Question
from core.reports.answer_json import build_head_json, format_percent
from core.reports.scope import Origin, Scope, require_ends
from core.sources.members import select_members
from core.terms import Method


@dataclass(frozen=True, slots=True)
class Gap:
    """The difference between `movements` and `cohort`, in MRR of the window.

    NRR differs by `outside_net` / start, GRR by -(`outside_lost` + `recovered`) / start, exactly. Where accounts
    that pay by usage enter with means, that holds for the ratios of the closes as billed.

    Attributes:
        outside: accounts that were not in the base and moved after they came.
        outside_net: their expansion and reactivation less their losses.
        outside_lost: their losses.
        recovered: MRR that accounts of the base lost and had again by the end, so that the cohort never sees it.

    """

    outside: int
    outside_net: int
    outside_lost: int
    recovered: int


@dataclass(frozen=True, slots=True)
class MethodRatios:
    """One window by the three methods.

    Attributes:
        window: the window.
        bridge: the cohort's.
        ratios: method -> (NRR, GRR), each None where the method has no ratio.
        gap: the difference between `movements` and `cohort`.

    """

    window: Window
    bridge: Bridge
    ratios: Mapping[Method, Ratios]
    gap: Gap


@dataclass(frozen=True, slots=True)
class MethodComparison:
    """The asked window and the twelve months by the three methods.

    Attributes:
        question: the cut and the period.
        asked: None where the sheet does not have its closes.
        ttm: the twelve months that end with it; None without 13 closes.
        ttm_reason: why `ttm` is None.
        segments: the ledger.
        origin: the snapshot that it comes from.

    """

    question: Question
    asked: MethodRatios | None
    ttm: MethodRatios | None
    ttm_reason: Sentence | None
    segments: Segments
    origin: Origin


def compare_methods(question: Question, scope: Scope) -> MethodComparison:
    """Return the asked window and the twelve months that end with it by each method.

    Raises:
        QuestionError: the question names a dimension or value that the ledger does not have, or the sheet has no ends.

    """
    segments, ledger, window = scope.segments, scope.ledger, question.period.window
    year = question.period.twelve_months

    def measure_ratios(window: Window) -> MethodRatios | None:
        if not ledger.covers(window):
            return None
        return measure_by_each_method(ledger, window, select_members(segments, question.filters, window))

    require_ends(ledger)
    reason = explain_missing_year(ledger, year.end)
    return MethodComparison(question, measure_ratios(window), measure_ratios(year), reason, segments, scope.origin)


def measure_by_each_method(ledger: Ledger, window: Window, members: Mask | None = None) -> MethodRatios:
    """Return one window by the three methods.

    Args:
        ledger: the ledger.
        window: both closes must be in the panel.
        members: (accounts,) True for the accounts of the cut; all of them when None.

    Raises:
        KeyError: a close of the window is not in the panel, or not known.

    """
    bridge = measure(ledger, window, members)
    return MethodRatios(
        window,
        bridge,
        {
            "cohort": (bridge.nrr, bridge.grr),
            "movements": compute_movements_ratios(ledger, window, members),
            "compounded": compute_compounded_ratios(ledger, window, members),
        },
        _measure_gap(ledger, window, members),
    )


def _measure_gap(ledger: Ledger, window: Window, members: Mask | None) -> Gap:
    cut = ledger.accounts.counted if members is None else ledger.accounts.counted & members
    first = ledger.mrr(window.start, window.start)
    base: Mask = np.asarray((first > 0) & cut)
    outside: Mask = np.asarray((first == 0) & cut)
    paid_before = ledger.first_paid <= ledger.first.until(window.start)
    # (accounts,) each: losses, gains and whether anything moved, summed over the months of the window.
    before, lost = first, np.zeros(ledger.accounts.count, dtype=np.int64)
    gained, changed = np.zeros(ledger.accounts.count, dtype=np.int64), np.zeros(ledger.accounts.count, dtype=np.bool_)
    for close in (close for close in ledger.closes if window.start < close <= window.end):
        now = ledger.mrr(close, window.start)
        change = now - before
        # An account's first MRR ever is new business, which no ratio counts.
        new = (before == 0) & (now > 0) & ~paid_before
        lost += np.maximum(-change, 0)
        gained += np.where(new, 0, np.maximum(change, 0))
        changed |= (change != 0) & ~new
        paid_before = paid_before | (now > 0)
        before = now
    return Gap(
        outside=int(np.count_nonzero(changed & outside)),
        outside_net=int((gained - lost)[outside].sum()),
        outside_lost=int(lost[outside].sum()),
        recovered=int((lost[base] - np.maximum(first[base] - before[base], 0)).sum()),
    )


def build_methods_json(comparison: MethodComparison) -> dict[str, Any]:
    """Return the methods as JSON: ratios as strings with one decimal, money in minor units."""

    def build_ratios_json(ratios: MethodRatios | None) -> dict[str, Any] | None:
        if ratios is None:
            return None
        return {
            "start": str(ratios.window.start),
            "end": str(ratios.window.end),
            "starting_mrr": ratios.bridge.starting,
            **{
                method: {"nrr": format_percent(nrr), "grr": format_percent(grr)}
                for method, (nrr, grr) in ratios.ratios.items()
            },
            "movements_against_cohort": {
                "accounts_outside_the_base": ratios.gap.outside,
                "outside_net_mrr": ratios.gap.outside_net,
                "outside_lost_mrr": ratios.gap.outside_lost,
                "recovered_mrr": ratios.gap.recovered,
            },
        }

    return {
        **build_head_json(comparison.question, comparison.segments.ledger, comparison.origin),
        "window": build_ratios_json(comparison.asked),
        "trailing_12_months": build_ratios_json(comparison.ttm),
        "trailing_12_months_reason": str(comparison.ttm_reason) if comparison.ttm_reason else None,
    }
