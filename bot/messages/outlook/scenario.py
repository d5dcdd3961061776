"""The effect of a scenario, as a message: before and after, points, MRR and ARR."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations, describe_usage_months
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    count_accounts,
    format_points,
    format_ratio,
    format_short_ratio,
    format_signed_points,
    name_cut,
    shorten_name,
)
from core.errors import N_
from core.money import to_percent
from core.outlook.scenario import Effect, ScenarioResult, compute_yearly_loss
from core.query.scenarios import Lose, Monthly, Reach, Scaled

_RATE_TEMPLATES: Mapping[str, str] = {
    "churn": N_("What if churn were {rate} a month"),
    "contraction": N_("What if contraction were {rate} a month"),
}
_RATE_CHANGE_TEMPLATES: Mapping[str, str] = {
    "churn": N_("What if churn went from {before} to {rate} a month"),
    "contraction": N_("What if contraction went from {before} to {rate} a month"),
}
_SCALED_TEMPLATES: Mapping[str, str] = {
    "churn": N_("What if churn changed by {change}%"),
    "contraction": N_("What if contraction changed by {change}%"),
    "expansion": N_("What if expansion changed by {change}%"),
}
_MEASURED_TEMPLATES: Mapping[str, str] = {
    "churn": N_("churn took {share} of the MRR at the start over these twelve months, as {monthly} a month does."),
    "contraction": N_(
        "contraction took {share} of the MRR at the start over these twelve months, as {monthly} a month does."
    ),
}
LISTED = 10


def build_scenario_message(result: ScenarioResult, translate: Translator) -> Message:
    """Return before and after, the way from one to the other, and its worth in MRR and ARR."""
    return render(list(_build_parts(result, translate)))


def _build_parts(result: ScenarioResult, translate: Translator) -> Iterator[MessagePart]:
    main, currency = result.main, result.ledger.currency
    yield Headline(
        translate(
            N_("{supposed}: {name} NRR {before} would be {after}"),
            supposed=_describe_scenario(result, translate),
            name=name_cut(result.question.filters, translate),
            before=format_ratio(main.before.nrr, translate),
            after=format_ratio(main.after.nrr, translate),
        )
    )
    yield Paragraph(_describe_worth(result, translate))
    headings = (translate(N_("of")), translate(N_("NRR")), translate(N_("GRR")), translate(N_("MRR, change")))

    def format_change(before: Fraction | None, after: Fraction | None, points: Fraction | None) -> str:
        if points is None:
            return format_ratio(after, translate)
        return translate(
            N_("{before} → {after} ({points})"),
            before=format_ratio(before, translate),
            after=format_ratio(after, translate),
            points=format_signed_points(points, translate),
        )

    def row(effect: Effect) -> tuple[str, ...]:
        return (
            _name_effect(effect, result, translate),
            format_change(effect.before.nrr, effect.after.nrr, effect.nrr_points),
            format_change(effect.before.grr, effect.after.grr, effect.grr_points),
            translate.format_money(effect.mrr, currency, signed=True),
        )

    yield Grid([headings, *map(row, result.effects)], "lrrr", heading=True)
    yield from _build_compounding_parts(result, translate)
    if result.measured and isinstance(result.scenario, Monthly):
        yield Paragraph(
            translate(
                _MEASURED_TEMPLATES[result.scenario.component],
                share=format_ratio(result.measured.share, translate),
                monthly=format_ratio(result.measured.monthly, translate),
            ),
            translate(N_("Measured:")),
        )
    if result.measured and result.measured.far:
        yield Paragraph(
            translate(
                N_(
                    "the rate that you start from is far from the measured one. NRR as measured is {nrr}; leave that "
                    "rate out to start from there."
                ),
                nrr=format_ratio(result.measured.nrr, translate),
            ),
            translate(N_("Careful:")),
        )
    excluded = int(result.ledger.accounts.excluded.sum())
    reservations = describe_reservations(result.ledger, result.origin, excluded, translate)
    usage = describe_usage_months(result.ledger.usage_months, translate)
    yield Note(" ".join(filter(None, (_describe_basis(result, translate), reservations, usage))))


def _describe_scenario(result: ScenarioResult, translate: Translator) -> str:
    match result.scenario:
        case Monthly(component, before, rate):
            if before is None:
                return translate(_RATE_TEMPLATES[component], rate=format_short_ratio(rate, translate))
            return translate(
                _RATE_CHANGE_TEMPLATES[component],
                before=format_short_ratio(before, translate),
                rate=format_short_ratio(rate, translate),
            )
        case Scaled(component, change):
            return translate(_SCALED_TEMPLATES[component], change=format_signed_points(change, translate))
        case Reach(metric, value):
            return translate(
                N_("What if {metric} were {value}"),
                metric=translate(METRIC_LABELS[metric]),
                value=format_short_ratio(value, translate),
            )
        case Lose():
            names = ", ".join(shorten_name(account.name) for account in result.lost[:LISTED]) + (
                "…" if len(result.lost) > LISTED else ""
            )
            return translate(N_("What if {names} left"), names=names)


def _describe_worth(result: ScenarioResult, translate: Translator) -> str:
    """Return the worth of the scenario in MRR and ARR."""
    main, currency = result.main, result.ledger.currency
    if isinstance(result.scenario, Lose):
        if not result.stake:
            names = ", ".join(shorten_name(account.name) for account in result.lost[:LISTED])
            template = N_("Nothing is at stake: {names} paid nothing at the end of {month}.")
            return translate(template, names=names, month=result.ledger.last)
        text = translate(
            N_("At stake: {mrr} MRR, {arr} ARR, of {accounts}."),
            mrr=translate.format_money(result.stake, currency),
            arr=translate.format_money(12 * result.stake, currency),
            accounts=count_accounts(len(result.lost), translate),
        )
        outside = ", ".join(shorten_name(account.name) for account in result.lost if not account.counted)
        if outside:
            text += " " + translate(
                N_("In no base shown here, so no ratio moves with it: {names}."),
                names=outside,
            )
        return text
    return translate(
        N_("Worth {mrr} MRR at the end of {month}, {arr} ARR."),
        mrr=translate.format_money(main.mrr, currency, signed=True),
        arr=translate.format_money(main.arr, currency, signed=True),
        month=main.window.end,
    )


def _build_compounding_parts(result: ScenarioResult, translate: Translator) -> Iterator[MessagePart]:
    scenario = result.scenario
    if not isinstance(scenario, Monthly) or scenario.before is None:
        return
    retention_rates = [1 - compute_yearly_loss(rate) for rate in (scenario.before, scenario.after)]
    yield Paragraph(
        translate(
            N_(
                "twelve months at {before} a month keep {kept_before}, at {after} they keep {kept_after}: {points} "
                "points of a year, not twelve times the difference ({naive})."
            ),
            before=format_short_ratio(scenario.before, translate),
            after=format_short_ratio(scenario.after, translate),
            kept_before=format_ratio(retention_rates[0], translate),
            kept_after=format_ratio(retention_rates[1], translate),
            points=format_signed_points(retention_rates[1] - retention_rates[0], translate),
            naive=format_points((scenario.before - scenario.after) * 12, translate),
        ),
        translate(N_("Compounded:")),
    )


def _format_points_or_na(value: Fraction | None, translate: Translator) -> str:
    return translate(N_("n/a")) if value is None else translate.format_signed_points(to_percent(value))


def _name_effect(effect: Effect, result: ScenarioResult, translate: Translator) -> str:
    name = name_cut(result.question.filters if effect.extent == "cut" else (), translate)
    is_asked_window = effect.window == result.question.period.window
    span = (
        translate.format_period(result.question.period)
        if is_asked_window
        else translate(N_("12 months to {month}"), month=effect.window.end)
    )
    return f"{name}, {span}"


def _describe_basis(result: ScenarioResult, translate: Translator) -> str:
    """Return the assumptions of a scenario, and the date of the data."""
    match result.scenario:
        case Lose():
            sentences = [
                translate(N_("Recalculated with these accounts at 0 at the end of the window, nothing else changed."))
            ]
        case Reach("grr", _):
            sentences = [
                translate(N_("Churn and contraction change in proportion until GRR is that; expansion stays."))
            ]
        case Reach():
            sentences = [translate(N_("Expansion changes until NRR is that; losses stay."))]
        case _:
            sentences = [translate(N_("The other components stay as they were measured."))]
    if result.ttm_reason:
        sentences.append(
            translate(N_("Twelve months: n/a, {reason}."), reason=translate.format_sentence(result.ttm_reason))
        )
    sentences.append(translate(N_("Data to {month}. A supposition, not a forecast."), month=result.ledger.last))
    return " ".join(sentences)
