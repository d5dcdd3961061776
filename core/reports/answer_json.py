"""The wire format of reports: money in minor units, ratios as strings with one decimal."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from core.advice.assessment import Aim, Assessment, Gap, SecondOpinion, Verdict
from core.advice.cause import Cause
from core.advice.lift import LEAST_CHANCE, Lift
from core.advice.sign_tests import LossCount, SignTest, SignTests
from core.advice.suggestions import Effect, LossEffect, SignEffect, Suggestion
from core.errors import N_, Sentence
from core.ledger.history import CANNOT_LEAVE
from core.ledger.ledger import Ledger
from core.ledger.rates import EuroRate
from core.metrics.contributions import (
    Contribution,
    LargestAccount,
)
from core.metrics.price_effects import PriceEffects
from core.metrics.retention import Bridge
from core.metrics.uncertainty import Interval, Uncertainty
from core.money import Currency, to_percent, to_tenths
from core.months import Month
from core.playbook.schema import Opinion, Published
from core.query.base_floor import build_base_json, drop_floor
from core.query.question import Question
from core.reports.answer import Answer, BaseShare, Figures, WithoutAbsurd
from core.reports.scope import YEAR, Origin
from core.sources.exclusions import build_excluded_json


def build_answer_json(answer: Answer) -> dict[str, Any]:
    """Return the answer as JSON: money in minor units, ratios as strings with one decimal, or null with the reason."""
    return {
        **_build_head_json(answer.question, answer.currency, answer.data_through, answer.origin, answer.usage_months),
        "window": _build_figures_json(answer.asked),
        "trailing_12_months": _build_figures_json(answer.ttm) if answer.ttm else None,
        "trailing_12_months_reason": str(answer.ttm_reason) if answer.ttm_reason else None,
        "to_date": _build_ratios_json(answer.to_date) if answer.to_date else None,
        "benchmark": _build_benchmark_json(answer.assessment, answer.euro_rate),
        "reading": _build_assessment_json(answer),
        "base_share": _build_base_share_json(answer.base_share),
        "advice": [_build_suggestion_json(suggestion) for suggestion in answer.advice],
        "excluded": build_excluded_json(answer.excluded),
        "current_value_for": list(answer.current_only),
        "problems": dict(answer.origin.problems),
        **({"not_given": list(map(str, answer.not_given))} if answer.not_given else {}),
    }


def build_head_json(question: Question, ledger: Ledger, origin: Origin) -> dict[str, Any]:
    """Return the head of the JSON of an answer about a cut: the question, the currency, the data, the snapshot."""
    return _build_head_json(question, ledger.currency, ledger.last, origin, ledger.usage_months)


def build_origin_json(ledger: Ledger, origin: Origin) -> dict[str, Any]:
    """Return the head of the JSON of an answer that is not about a cut: the currency, the data, the snapshot."""
    return _build_origin_json(ledger.currency, ledger.last, origin, ledger.usage_months)


def _build_head_json(
    question: Question, currency: Currency, data_through: Month, origin: Origin, usage_months: int | None
) -> dict[str, Any]:
    filters = drop_floor(question.filters)
    included = [entry for entry in filters if not entry.excluded]
    first = next(iter(included), None)
    return {
        "question": {
            "metric": question.metric,
            "dimension": first.dimension if first else None,
            "value": first.value if first else None,
            "filters": [{"dimension": entry.dimension, "value": entry.value} for entry in included],
            "exclude": [{"dimension": entry.dimension, "value": entry.value} for entry in filters if entry.excluded],
            "base": build_base_json(question.filters),
            "period": question.period.label,
            "method": question.method,
        },
        **_build_origin_json(currency, data_through, origin, usage_months),
    }


def _build_origin_json(
    currency: Currency, data_through: Month, origin: Origin, usage_months: int | None
) -> dict[str, Any]:
    return {
        "currency": currency.code,
        "minor_units": currency.exponent,
        "data_through": str(data_through),
        "usage_months": usage_months,
        "snapshot": {
            "id": origin.id,
            "synced_at": f"{origin.synced_at:%Y-%m-%dT%H:%M:%SZ}",
            "source_version": origin.version,
        },
        "doubts": [str(caution) for caution in origin.cautions],
    }


def build_window_json(
    bridge: Bridge,
    *,
    nrr: Fraction | None,
    grr: Fraction | None,
    complete: bool = True,
    reason: str | None = None,
) -> dict[str, Any]:
    """Return a bridge as the WINDOW of the interfaces, with the ratios of the method that was asked for."""
    return {
        "start": str(bridge.window.start),
        "end": str(bridge.window.end),
        "complete": complete,
        "starting_mrr": bridge.starting,
        "expansion": bridge.expansion,
        "contraction": bridge.contraction,
        "churn": bridge.churn,
        "ending_mrr": bridge.ending,
        "new_mrr": bridge.new,
        "reactivated_mrr": bridge.reactivated,
        "fx_effect": bridge.fx_effect,
        "accounts": {
            "base": bridge.base,
            "expanded": bridge.expanded,
            "contracted": bridge.contracted,
            "churned": bridge.churned,
            "retained": bridge.retained,
            "new": bridge.new_accounts,
            "reactivated": bridge.reactivated_accounts,
        },
        "nrr": format_percent(nrr),
        "grr": format_percent(grr),
        "logo_retention": format_percent(bridge.logo_retention),
        "nrr_reason": reason if reason or nrr is not None else _explain_missing_nrr(bridge),
    }


def _explain_missing_nrr(bridge: Bridge) -> str:
    return str(Sentence(N_("the base is empty") if bridge.can_leave else CANNOT_LEAVE))


def _build_ratios_json(figures: Figures) -> dict[str, Any]:
    reason = str(figures.reason) if figures.reason else None
    return build_window_json(figures.bridge, nrr=figures.nrr, grr=figures.grr, complete=figures.complete, reason=reason)


def _build_figures_json(figures: Figures) -> dict[str, Any]:
    concentration = figures.concentration
    return {
        **_build_ratios_json(figures),
        "drivers": {
            name: [build_contribution_json(account) for account in accounts]
            for name, accounts in figures.contributions.items()
        },
        "largest_account": _build_largest_json(concentration.base if concentration else None),
        "largest_change": _build_largest_json(concentration.change if concentration else None),
        "uncertainty": _build_uncertainty_json(figures.uncertainty),
        "without_absurd": _build_without_absurd_json(figures.without_absurd),
        "price_changes": build_price_effects_json(figures.price_effects),
    }


def _build_uncertainty_json(uncertainty: Uncertainty | None) -> dict[str, Any] | None:
    if uncertainty is None:
        return None
    return {
        "accounts": uncertainty.accounts,
        "effective_accounts": f"{uncertainty.effective:.1f}",
        "nrr": _build_interval_json(uncertainty.nrr),
        "grr": _build_interval_json(uncertainty.grr),
        "is_shown": uncertainty.is_shown,
    }


def _build_interval_json(interval: Interval | None) -> dict[str, Any] | None:
    return {"low": format_percent(interval.low), "high": format_percent(interval.high)} if interval else None


def _build_without_absurd_json(without: WithoutAbsurd | None) -> dict[str, Any] | None:
    if without is None:
        return None
    accounts = [{"account": account, "name": name} for account, name in zip(without.ids, without.names, strict=True)]
    return {"accounts": accounts, "nrr": format_percent(without.nrr), "grr": format_percent(without.grr)}


def build_price_effects_json(effects: PriceEffects | None) -> dict[str, Any] | None:
    """Return the price changes of a window as JSON, and NRR without them."""
    if effects is None:
        return None
    return {
        "changes": [
            {
                "month": str(change.month),
                "percent": format_percent(change.rate),
                "accounts": change.accounts,
                "mrr": change.mrr,
            }
            for change in effects.changes
        ],
        "mrr": effects.mrr,
        "nrr_without": format_percent(effects.nrr_without),
    }


def format_percent(ratio: Fraction | None) -> str | None:
    """Return a ratio as the interfaces have it: per cent with one decimal as a text, or null."""
    return None if ratio is None else str(to_percent(ratio))


def build_contribution_json(contribution: Contribution) -> dict[str, Any]:
    """Return an account behind a figure as JSON."""
    return {
        "account": contribution.id,
        "name": contribution.name,
        "row": contribution.row or None,
        "mrr": contribution.amount,
        "share": format_percent(contribution.share),
    }


def _build_largest_json(largest: LargestAccount | None) -> dict[str, Any] | None:
    if largest is None:
        return None
    return {**build_contribution_json(largest.account), "nrr_without": format_percent(largest.nrr_without)}


def _build_benchmark_json(assessment: Assessment, rate: EuroRate | None) -> dict[str, Any] | None:
    mix = assessment.mix
    if mix is None:
        return None
    return {
        "segment": mix.size,
        "sizes": [{"size": size, "share": format_percent(share)} for size, share in mix.shares.items()],
        "chosen_by": mix.by,
        "currency_rate": build_rate_json(rate),
        "window_months": YEAR,
        "nrr": _build_verdict_json(assessment.nrr),
        "grr": _build_verdict_json(assessment.grr),
        "best_in_class": assessment.best_in_class,
        "second_opinions": [_build_opinion_json(opinion) for opinion in assessment.opinions],
    }


def build_rate_json(rate: EuroRate | None) -> dict[str, Any] | None:
    """Return the rate of published amounts, with the digits that are exact or ten of them; None if it is not known."""
    if rate is None:
        return None
    month = str(rate.month) if rate.month else None
    return {"value": f"{float(rate.value):.10g}", "for_one": rate.code, "from": rate.source, "month": month}


def _build_verdict_json(verdict: Verdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    return {
        "low": format_percent(verdict.low),
        "high": format_percent(verdict.high),
        "verdict": verdict.state,
        "points": format_percent(verdict.distance),
        "is_sure": verdict.is_sure,
        **_build_published_json(verdict.benchmark),
    }


def _build_published_json(source: Published) -> dict[str, Any]:
    return {"source": source.source.en, "year": source.year, "sample": source.sample.en, "trust": source.trust.en}


def _build_opinion_json(opinion: SecondOpinion) -> dict[str, Any]:
    row = opinion.row
    return {
        "set": opinion.source.set,
        "metric": opinion.metric,
        "by": opinion.source.by if isinstance(opinion.source, Opinion) else "size",
        "product": row.product,
        "from": row.at_least,
        "below": row.below,
        "says": row.statement,
        "low": format_percent(opinion.low),
        "middle": format_percent(opinion.middle),
        "high": format_percent(opinion.high),
        "verdict": opinion.state,
        "points": format_percent(opinion.distance),
        **_build_published_json(opinion.source),
    }


def _build_assessment_json(answer: Answer) -> dict[str, Any]:
    assessment = answer.assessment
    return {
        "withheld": assessment.withheld,
        "rating": assessment.rating,
        "band": assessment.band,
        "diagnosis": assessment.diagnosis,
        "larger_gap": assessment.larger_gap,
        "nrr_target": _build_gap_json(assessment.nrr_gap, assessment.aims.get("nrr")),
        "grr_target": _build_gap_json(assessment.grr_gap, assessment.aims.get("grr")),
        "cause": _build_cause_json(answer.cause),
        "change": _build_change_json(answer),
        "flipped_by": [
            {
                "metric": metric,
                "account": flip.account.id,
                "name": flip.account.name,
                "ratio_without": format_percent(flip.ratio),
                "verdict": flip.state,
            }
            for metric, flip in answer.flips.items()
        ],
        "questions": list(assessment.questions),
        "strengths": list(assessment.strengths),
        "ordinary_grr": [format_percent(median) for median in assessment.ordinary_grr],
    }


def _build_cause_json(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    return {
        "component": cause.component,
        "mrr": cause.amount,
        "points": format_percent(cause.points),
        "mrr_missing": cause.missing,
        "accounts": cause.accounts,
        "largest": [build_contribution_json(account) for account in cause.largest],
        "alone": {
            "account": cause.alone.id,
            "mrr_in_window": cause.alone_in_window,
            "ratio_without": format_percent(cause.ratio_without),
        }
        if cause.alone
        else None,
    }


def _build_change_json(answer: Answer) -> dict[str, Any] | None:
    """Return the twelve months that the answer's are compared with, and the rise of both ratios in points."""
    earlier, ttm = answer.earlier, answer.ttm
    if earlier is None or ttm is None:
        return None
    return {
        "since": str(earlier.window.end),
        "nrr": format_percent(earlier.nrr),
        "grr": format_percent(earlier.grr),
        "nrr_points": format_percent(subtract(ttm.bridge.nrr, earlier.nrr)),
        "grr_points": format_percent(subtract(ttm.bridge.grr, earlier.grr)),
    }


def subtract(ratio: Fraction | None, earlier: Fraction | None) -> Fraction | None:
    """Return the rise of a ratio; None where one of the two is missing."""
    return None if ratio is None or earlier is None else ratio - earlier


def _build_gap_json(gap: Gap | None, aim: Aim | None) -> dict[str, Any] | None:
    if gap is None or aim is None:
        return None
    return {
        "target": format_percent(gap.target),
        "from": aim.source,
        "points_missing": format_percent(gap.points),
        "mrr_missing": gap.mrr,
    }


def _build_suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "lever": suggestion.lever,
        "moves": suggestion.component,
        "evidence": {
            "trigger": suggestion.trigger,
            **{
                name: str(to_percent(value)) if isinstance(value, Fraction) else value
                for name, value in suggestion.figures.items()
            },
            "largest": [build_contribution_json(account) for account in suggestion.behind],
            "first_renewal": str(suggestion.renewal) if suggestion.renewal else None,
        },
        "lift": _build_lift_json(suggestion.lift),
        "effect": _build_effect_json(suggestion.effect),
        "source": f"{suggestion.source.en}, {suggestion.year}",
    }


def _build_base_share_json(share: BaseShare | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {
        "accounts": share.accounts,
        "of_accounts": share.of_accounts,
        "mrr": share.mrr,
        "of_mrr": share.of_mrr,
        "share": format_percent(share.share),
    }


def _build_lift_json(lift: Lift | None) -> dict[str, Any] | None:
    if lift is None:
        return None
    return {
        "value": str(to_tenths(lift.value)),
        "chance": str(to_percent(max(Fraction(lift.chance), LEAST_CHANCE))),
        "share": str(to_percent(lift.share)),
        "base_share": str(to_percent(lift.base_share)),
        "rate": str(to_percent(lift.rate)),
        "other_rate": str(to_percent(lift.other_rate)),
        "base_accounts": lift.base,
        "changed_accounts": lift.changed,
        "group_accounts": lift.group,
        "group_changed_accounts": lift.group_changed,
    }


def _build_effect_json(effect: Effect | None) -> dict[str, Any] | None:
    if effect is None:
        return None
    points = {"mrr": effect.mrr, "nrr_points": str(to_percent(effect.nrr))}
    if isinstance(effect, LossEffect):
        return {"kind": "losses", **points, "grr_points": str(to_percent(effect.grr))}
    if isinstance(effect, SignEffect):
        return {
            "kind": "signs",
            **points,
            "grr_points": str(to_percent(effect.nrr)),
            "months": effect.months,
            "rate": str(to_percent(effect.rate)),
            "other_rate": str(to_percent(effect.other_rate)),
            "signs": list(effect.signs),
        }
    needed = effect.needed
    return {
        "kind": "growth",
        **points,
        "grr_points": str(to_percent(Fraction(0))),
        "grown": str(to_percent(effect.grown)),
        "median_growth": str(to_percent(effect.growth)),
        "mrr_gained": effect.gained,
        "needed": {
            "growth": str(to_percent(needed.growth)),
            "accounts": needed.accounts,
            "reached_by": needed.reached,
        }
        if needed
        else None,
    }


def build_sign_tests_json(measured: SignTests) -> dict[str, Any]:
    """Return the tests of the signs of leaving: rates in per cent, lifts with one decimal."""
    return {
        "months": measured.months,
        "windows": [{"start": str(window.start), "end": str(window.end)} for window in measured.windows],
        "base": _build_count_json(measured.base),
        "signs": [_build_test_json(test, is_tested=bool(measured.tested)) for test in measured.tests],
    }


def _build_test_json(test: SignTest, *, is_tested: bool) -> dict[str, Any]:
    return {
        "code": test.code,
        "predicts": test.predicts if test.lift else None,
        "with": _build_count_json(test.having),
        "without": _build_count_json(test.lacking),
        "lift": _format_lift(test.lift.value) if test.lift else None,
        "lift_low": _format_lift(test.lift.interval.low) if test.lift else None,
        "lift_high": _format_lift(test.lift.interval.high) if test.lift else None,
        "expected_rate": format_percent(test.rate) if is_tested else None,
        "accounts": test.accounts,
        "mrr": test.mrr,
        "reason": test.reason,
        "since": str(test.since) if test.since else None,
        "months_missing": test.months_missing,
    }


def _build_count_json(count: LossCount) -> dict[str, Any]:
    interval = count.interval
    return {
        "accounts": count.accounts,
        "lost": count.lost,
        "rate": format_percent(count.rate),
        "low": format_percent(interval.low) if interval else None,
        "high": format_percent(interval.high) if interval else None,
    }


def _format_lift(value: Fraction) -> str:
    return str(to_percent(value / 100))
