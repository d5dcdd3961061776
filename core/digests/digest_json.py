"""A digest as JSON."""

from __future__ import annotations

from typing import Any

from core.digests.fall import Fall
from core.digests.weekly import Digest, Renewals
from core.metrics.restatements import Restated
from core.money import to_percent
from core.outlook.account_signals import build_reason_json
from core.reports.answer_json import build_answer_json, build_window_json

_METRICS = ("nrr", "grr")


def build_digest_json(digest: Digest) -> dict[str, Any]:
    """Return a digest as data that JSON can hold; amounts are minor units, ratios and changes have one decimal."""
    company = digest.company
    return {
        "day": digest.day.isoformat(),
        "company": build_answer_json(company),
        "changes": None if digest.previous is None else _build_changes_json(digest),
        "fall": None if digest.fall is None else _build_fall_json(digest.fall),
        "movers": [
            {"id": mover.id, "name": mover.name, "kind": mover.kind, "change": mover.amount} for mover in digest.movers
        ],
        "restated": [
            {
                "start": str(restated.cell.window.start),
                "end": str(restated.cell.window.end),
                "dimension": restated.cell.dimension,
                "value": restated.cell.value,
                "before": _build_ratios_json(restated, "before"),
                "after": _build_ratios_json(restated, "after"),
            }
            for _, restated in digest.restated
        ],
        "renewals": _build_renewals_json(digest.renewals),
        "renewals_at_risk": _build_renewals_json(digest.renewals_at_risk),
        "dimension": digest.dimension,
        "segments": [
            {
                "value": segment.question.filters[-1].value,
                "rating": segment.assessment.rating,
                "trailing_12_months": build_window_json(segment.ttm.bridge, nrr=segment.ttm.nrr, grr=segment.ttm.grr)
                if segment.ttm
                else None,
            }
            for segment in digest.segments
        ],
        "new_problems": digest.new_problems,
        "trend": [
            {"month": str(point.month), "nrr": str(to_percent(point.nrr)), "grr": str(to_percent(point.grr))}
            for point in digest.trend
        ],
        "not_posted_before": str(digest.missed) if digest.missed else None,
    }


def _build_changes_json(digest: Digest) -> dict[str, Any]:
    changes = {name: digest.change(digest.company, f"ttm_{name}") for name in _METRICS}
    return {
        "is_unchanged": digest.is_unchanged,
        **{name: None if change is None else str(to_percent(change)) for name, change in changes.items()},
    }


def _build_renewals_json(renewals: Renewals | None) -> dict[str, Any] | None:
    if renewals is None:
        return None
    first = [
        {
            "id": account.id,
            "name": account.name,
            "arr": account.arr,
            "renewal": str(account.renewal) if account.renewal else None,
            "reasons": [build_reason_json(reason) for reason in account.reasons],
        }
        for account in renewals.first
    ]
    return {"days": renewals.days, "count": renewals.count, "arr": renewals.arr, "first": first}


def _build_fall_json(fall: Fall) -> dict[str, Any]:
    account = fall.account
    return {
        "points": str(to_percent(fall.points)),
        "component": fall.component,
        "component_points": str(to_percent(fall.part)),
        "account": {"id": account.id, "name": account.name, "mrr": account.amount} if account else None,
        "month": str(fall.month) if fall.month else None,
    }


def _build_ratios_json(restated: Restated, side: str) -> dict[str, str | None]:
    ratios = {name: getattr(getattr(restated, side), name) for name in _METRICS}
    return {name: None if ratio is None else str(to_percent(ratio)) for name, ratio in ratios.items()}
