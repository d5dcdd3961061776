"""The twelve months against benchmarks and targets, in sentences: verdicts, diagnosis, main cause, cautions."""

from __future__ import annotations

from collections.abc import Iterable

from bot.locale.translator import Translator
from bot.messages.kit.sentences import (
    COMPONENT_LABELS,
    METRIC_LABELS,
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
from core.reports.answer import Answer

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
    "cannot_leave": N_("No verdict: the tab does not show which MRR was lost, so retention is not known."),
    "empty_base": N_("No verdict: nobody in it paid twelve months ago."),
    "small_base": N_("No verdict: with {count} in the base, one account more or less would turn it."),
    "much_left_out": N_(
        "No verdict: 10% or more of the accounts or of their MRR is left out for problems in the sheet."
    ),
}


def describe_verdicts(answer: Answer, translate: Translator) -> str:
    """Return the verdicts on the twelve months against the benchmark, or why they are withheld."""
    assessment = answer.assessment
    if assessment.withheld:
        base = assessment.ttm.base if assessment.ttm else 0
        return translate(_WITHHELD[assessment.withheld], count=count_accounts(base, translate))
    both_of = (assessment.nrr, assessment.grr) if answer.question.metric == "nrr" else (assessment.grr, assessment.nrr)
    sentences = [_describe_verdict(verdict, assessment, translate) for verdict in both_of if verdict]
    if answer.question.method != "cohort" and assessment.ttm:
        cohort = format_both_ratios(assessment.ttm, translate, answer.question)
        sentences.insert(0, translate(N_("Benchmarks are for the cohort method: {figures}."), figures=cohort))
    if (
        assessment.choice
        and assessment.choice.by == "acv"
        and assessment.ttm
        and assessment.ttm.average_acv is not None
    ):
        sentences.append(
            translate(
                N_("({size} by the average ACV of {acv}.)"),
                size=assessment.choice.size,
                acv=translate.format_money(round_fraction(assessment.ttm.average_acv), answer.currency),
            )
        )
    sentences.append(describe_typical_range(assessment, translate))
    sentences.append(describe_diagnosis(assessment, translate))
    return " ".join(sentence for sentence in sentences if sentence)


def describe_typical_range(assessment: Assessment, translate: Translator) -> str:
    """Return the medians that surveys of all sizes find, where GRR misses a range that is above them; else nothing."""
    medians = assessment.ordinary_grr
    if not medians:
        return ""
    return translate(
        N_("That GRR range is ambitious: surveys of companies of every size find medians of {medians}."),
        medians=translate.format_list(dict.fromkeys(format_short_ratio(median, translate) for median in medians)),
    )


def _describe_verdict(verdict: Verdict, assessment: Assessment, translate: Translator) -> str:
    return translate(
        _VERDICTS[verdict.state],
        metric=translate(METRIC_LABELS[verdict.metric]),
        points=format_points(verdict.distance, translate),
        size=assessment.choice.size if assessment.choice else "",
        low=format_short_ratio(verdict.low, translate),
        high=format_short_ratio(verdict.high, translate),
    )


def describe_diagnosis(assessment: Assessment, translate: Translator) -> str:
    """Return the diagnosis that NRR and GRR give together, or the larger gap to a target."""
    if assessment.diagnosis is None:
        return ""
    if assessment.diagnosis == "healthy" and any(
        verdict and verdict.state == "below" for verdict in (assessment.nrr, assessment.grr)
    ):
        # The range of a size asks for more than the bands, which are the same for every company.
        return translate(N_("For its size that is low; by itself the base stays and grows."))
    if assessment.diagnosis != "between":
        return translate(_DIAGNOSES[assessment.diagnosis])
    gap = assessment.grr_gap if assessment.larger_gap == "grr" else assessment.nrr_gap
    if assessment.larger_gap is None or gap is None:
        return translate(N_("Both reach their targets."))
    return translate(
        N_("The larger gap to target is that of {metric}: {points} to {target}."),
        metric=translate(METRIC_LABELS[gap.metric]),
        points=format_points(gap.points, translate),
        target=format_short_ratio(gap.target, translate),
    )


def describe_main_cause(answer: Answer, translate: Translator) -> str:
    """Return the heaviest loss over twelve months with the accounts behind it, and the growth that is missing."""
    return " ".join(
        part
        for part in (_describe_heaviest_loss(answer, translate), _describe_missing_growth(answer, translate))
        if part
    )


def _describe_heaviest_loss(answer: Answer, translate: Translator) -> str:
    part, ttm = answer.assessment.heaviest_loss, answer.ttm
    if part is None or ttm is None:
        return ""
    loss = translate(
        N_("over twelve months {component} of {mrr} a month ({points})."),
        component=translate(COMPONENT_LABELS[part.component]),
        mrr=translate.format_money(part.amount, answer.currency),
        points=format_points(part.points, translate),
    )
    return (
        f"{loss} {list_largest_accounts(ttm.contributions.get(part.component, ()), answer.currency, translate)}".strip()
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
    accounts = [
        translate(
            N_("{name} {mrr} ({share})"),
            name=driver.name,
            mrr=translate.format_money(driver.amount, currency),
            share=format_ratio(driver.share, translate),
        )
        for driver in drivers
    ]
    return translate(N_("Largest: {accounts}."), accounts=", ".join(accounts)) if accounts else ""
