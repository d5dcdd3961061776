"""The tests of the signs of risk: their names, and a table of the rates with and without each."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.parts import Grid
from bot.messages.kit.sentences import format_interval, format_ratio
from core.advice.sign_tests import LossCount, SignTests
from core.errors import N_
from core.metrics.uncertainty import Lift
from core.money import to_percent
from core.thresholds import SignalThresholds

# Code of a sign -> its name in the table; the placeholders are thresholds.
_NAMES: Mapping[str, str] = {
    "low_adoption": N_("use below {share}"),
    "falling_mrr": N_("MRR fell at {count} closes"),
    "low_nps": N_("NPS up to {number}"),
    "red_health": N_("red health"),
    "open_complaints": N_("open complaints"),
    "renewal_at_risk": N_("renewal and a sign"),
}


def name_sign(code: str, thresholds: SignalThresholds, translate: Translator) -> str:
    """Return a sign with its threshold: use below 30%."""
    return translate(
        _NAMES[code],
        share=translate.format_short_percent(to_percent(Fraction(thresholds.adoption_low, 100))),
        count=thresholds.falling_months,
        number=thresholds.nps_low,
    )


def build_sign_grid(measured: SignTests, thresholds: SignalThresholds, translate: Translator) -> Grid:
    """Return the tested signs, a row each: the rates of loss with and without it, and the lift."""
    headings = [translate(heading) for heading in (N_("sign"), N_("lost with it"), N_("lost without it"), N_("lift"))]
    rows = [
        [
            name_sign(test.code, thresholds, translate),
            _describe_count(test.having, translate),
            _describe_count(test.lacking, translate),
            _describe_lift(test.lift, translate),
        ]
        for test in measured.tested
        if test.lift
    ]
    return Grid([headings, *rows], "llll", heading=True)


def _describe_count(count: LossCount, translate: Translator) -> str:
    interval = count.interval
    return translate(
        N_("{rate} of {accounts} ({range})"),
        rate=format_ratio(count.rate, translate),
        accounts=translate.format_count(count.accounts),
        range=format_interval(interval, translate) if interval else "",
    )


def _describe_lift(lift: Lift, translate: Translator) -> str:
    value, low, high = (
        translate.format_decimal(to_percent(edge / 100)) for edge in (lift.value, lift.interval.low, lift.interval.high)
    )
    return f"{value} ({low}–{high})"


def list_doubtful_signs(measured: SignTests, thresholds: SignalThresholds, translate: Translator) -> str:
    """Return the signs that are tested and not shown to predict who leaves, as a sentence; empty without any."""
    names = [name_sign(test.code, thresholds, translate) for test in measured.tested if not test.predicts]
    return f"{', '.join(names)}." if names else ""
