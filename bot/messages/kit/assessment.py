"""The twelve months against benchmarks and targets, in sentences: verdicts, diagnosis, main cause, cautions."""

from __future__ import annotations

from collections.abc import Iterable

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    COMPONENTS,
    METRICS,
    count_accounts,
    format_both_ratios,
    format_points,
    format_ratio,
    format_short_ratio,
)
from core.advice.assessment import Assessment, Verdict
from core.errors import N_
from core.metrics.contributions import Contribution
from core.money import Currency, round_fraction
from core.reports.answer import Answer, Figures

_VERDICTS = {
    "below": N_("{metric} is {points} below the {size} range of {low} to {high}."),
    "inside": N_("{metric} is inside the {size} range of {low} to {high}."),
    "above": N_("{metric} is {points} above the {size} range of {low} to {high}."),
}

_DIAGNOSES = {
    "healthy": N_("The base stays and grows."),
    "leaking": N_("Expansion is covering a leak."),
    "loyal": N_("Customers stay, and do not grow."),
    "losing": N_("The base shrinks: stop the losses first."),
}

_WITHHELD = {
    "no_ttm": N_("No verdict: a yearly benchmark needs twelve months of history."),
    "empty_base": N_("No verdict: nobody in it paid twelve months ago."),
    "small_base": N_("No verdict: with {count} in the base, one account more or less would turn it."),
    "much_left_out": N_("No verdict: more than 10% of the base is left out for problems in the sheet."),
}


def describe_verdicts(answer: Answer, translate: Translator) -> str:
    """Return what the twelve months mean against the benchmark, or why that is not said."""
    reading = answer.assessment
    if reading.withheld:
        base = reading.ttm.base if reading.ttm else 0
        return translate(_WITHHELD[reading.withheld], count=count_accounts(base, translate))
    both_of = (reading.nrr, reading.grr) if answer.question.metric == "nrr" else (reading.grr, reading.nrr)
    said = [_describe_verdict(each, reading, translate) for each in both_of if each]
    if answer.question.method != "cohort" and reading.ttm:
        cohort = format_both_ratios(reading.ttm, translate, answer.question)
        said.insert(0, translate(N_("Benchmarks are for the cohort method: {figures}."), figures=cohort))
    if reading.choice and reading.choice.by == "acv" and reading.ttm and reading.ttm.average_acv is not None:
        said.append(
            translate(
                N_("({size} by the average ACV of {acv}.)"),
                size=reading.choice.size,
                acv=translate.format_money(round_fraction(reading.ttm.average_acv), answer.currency),
            )
        )
    said.append(describe_typical_range(reading, translate))
    said.append(describe_diagnosis(reading, translate))
    return " ".join(part for part in said if part)


def describe_typical_range(reading: Assessment, translate: Translator) -> str:
    """Return, where GRR is below a range that stands above what surveys of everybody find, what they find."""
    medians = reading.ordinary_grr
    if not medians:
        return ""
    return translate(
        N_("That GRR range is ambitious: surveys of companies of every size find medians of {medians}."),
        medians=translate.format_list(dict.fromkeys(format_short_ratio(each, translate) for each in medians)),
    )


def _describe_verdict(verdict: Verdict, reading: Assessment, translate: Translator) -> str:
    return translate(
        _VERDICTS[verdict.state],
        metric=translate(METRICS[verdict.metric]),
        points=format_points(verdict.distance, translate),
        size=reading.choice.size if reading.choice else "",
        low=format_short_ratio(verdict.low, translate),
        high=format_short_ratio(verdict.high, translate),
    )


def describe_diagnosis(reading: Assessment, translate: Translator) -> str:
    """Return what NRR and GRR mean together."""
    if reading.diagnosis is None:
        return ""
    if reading.diagnosis == "healthy" and any(each and each.state == "below" for each in (reading.nrr, reading.grr)):
        # The range asks for more than the bands that hold for everybody.
        return translate(N_("For its size that is low; by itself the base stays and grows."))
    if reading.diagnosis != "between":
        return translate(_DIAGNOSES[reading.diagnosis])
    gap = reading.grr_gap if reading.larger_gap == "grr" else reading.nrr_gap
    if reading.larger_gap is None or gap is None:
        return translate(N_("Both reach their targets."))
    return translate(
        N_("The larger gap to target is that of {metric}: {points} to {target}."),
        metric=translate(METRICS[gap.metric]),
        points=format_points(gap.points, translate),
        target=format_short_ratio(gap.target, translate),
    )


def describe_main_cause(answer: Answer, translate: Translator) -> str:
    """Return what cost most over twelve months, with the accounts behind it, and the growth that is missing."""
    return " ".join(
        part
        for part in (_describe_heaviest_loss(answer, translate), _describe_missing_growth(answer, translate))
        if part
    )


def _describe_heaviest_loss(answer: Answer, translate: Translator) -> str:
    part, ttm = answer.assessment.heaviest_loss, answer.ttm
    if part is None or ttm is None:
        return ""
    said = translate(
        N_("over twelve months {component} of {mrr} a month ({points})."),
        component=translate(COMPONENTS[part.component]),
        mrr=translate.format_money(part.amount, answer.currency),
        points=format_points(part.points, translate),
    )
    return (
        f"{said} {list_largest_accounts(ttm.contributions.get(part.component, ()), answer.currency, translate)}".strip()
    )


def _describe_missing_growth(answer: Answer, translate: Translator) -> str:
    part, gap = answer.assessment.missing_growth, answer.assessment.nrr_gap
    if part is None or gap is None:
        return ""
    template = (
        N_("Expansion of {mrr} ({points}): {missing} a month more would have met the target.")
        if part.amount
        else N_("No expansion at all: {missing} a month would have met the target.")
    )
    return translate(
        template,
        mrr=translate.format_money(part.amount, answer.currency),
        points=format_points(part.points, translate),
        missing=translate.format_money(gap.mrr, answer.currency),
    )


def list_largest_accounts(drivers: Iterable[Contribution], currency: Currency, translate: Translator) -> str:
    """Return the largest accounts of a figure, with their MRR and their share of it."""
    named = [
        translate(
            N_("{name} {mrr} ({share})"),
            name=each.name,
            mrr=translate.format_money(each.amount, currency),
            share=format_ratio(each.share, translate),
        )
        for each in drivers
    ]
    return translate(N_("Largest: {accounts}."), accounts=", ".join(named)) if named else ""


def describe_cautions(figures: Figures, translate: Translator) -> str:
    """Return what keeps a ratio from being taken too seriously: few accounts, or one that weighs a lot."""
    said = []
    if figures.errors and not (figures.errors.nrr or figures.errors.grr):
        # Where nothing moved the estimate is 0, which says nothing of how sure the ratio is.
        said.append(
            translate(N_("Only {accounts} in the base."), accounts=count_accounts(figures.bridge.base, translate))
        )
    elif figures.errors:
        said.append(
            translate(
                N_("With {accounts} the standard error of NRR is {nrr}, of GRR {grr}."),
                accounts=count_accounts(figures.bridge.base, translate),
                nrr=format_points(figures.errors.nrr, translate),
                grr=format_points(figures.errors.grr, translate),
            )
        )
    weights = figures.concentration
    for heaviest, template in (
        (weights.base if weights else None, N_("{name} is {share} of the base; without it NRR is {nrr}.")),
        (weights.change if weights else None, N_("{name} is {share} of the change; without it NRR is {nrr}.")),
    ):
        if heaviest and heaviest.nrr_without is not None:
            said.append(
                translate(
                    template,
                    name=heaviest.account.name,
                    share=format_ratio(heaviest.account.share, translate),
                    nrr=format_ratio(heaviest.nrr_without, translate),
                )
            )
    return " ".join(said)
