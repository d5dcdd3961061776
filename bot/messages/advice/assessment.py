"""The twelve months against benchmarks and targets, in sentences: the verdict, its cause, the ratios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.parts import Paragraph
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    OTHER_METHODS,
    count_accounts,
    format_interval,
    format_one_ratio,
    format_point_change,
    format_range,
    format_ratio,
    format_short_ratio,
    format_signed_points,
    order_metrics,
    shorten_name,
)
from core.advice.assessment import Assessment, Rating, Verdict
from core.advice.cause import Cause
from core.errors import N_
from core.money import to_percent
from core.months import Month
from core.query.base_floor import find_floor
from core.reports.answer import Answer, Figures
from core.terms import Metric

RATINGS: Mapping[Rating, str] = {"good": N_("Good."), "watch": N_("Watch."), "bad": N_("Bad.")}
# Rating -> the name of its emoji in Slack.
MARKS: Mapping[Rating, str] = {
    "good": "large_green_circle",
    "watch": "large_yellow_circle",
    "bad": "red_circle",
}
_WITHHELD = {
    "no_ttm": N_("No verdict: a yearly benchmark needs twelve months of history."),
    "cannot_leave": N_("No verdict: the tab does not show which MRR was lost, so retention is not known."),
    "empty_base": N_("No verdict: no account in it paid twelve months ago."),
    "small_base": N_("No verdict: with {count} in the base, one account more or less would change it."),
    "much_left_out": N_("No verdict: 10% or more of the accounts or of their MRR is excluded for errors."),
}
FLOOR_PEERS = N_("Compare it only with companies that report from the same ARR: ranges count all customers.")
_ALONE = {
    "churn": N_("One account explains it: {name} left with {mrr} of MRR."),
    "contraction": N_("One account explains it: {name} reduced its MRR by {mrr}."),
}
_ALONE_WITHOUT = {
    "churn": N_("One account explains it: {name} left with {mrr} of MRR; without it {metric} is {ratio}."),
    "contraction": N_("One account explains it: {name} reduced its MRR by {mrr}; without it {metric} is {ratio}."),
}
_ALONE_EARLIER = {
    "churn": N_("One account explains it: {name} left within the twelve months, with {mrr} of MRR."),
    "contraction": N_("One account explains it: {name} reduced its MRR by {mrr} within the twelve months."),
}
# The same for readers who may not see names.
_ALONE_UNNAMED = {
    "churn": N_("One account explains it: it left with {mrr} of MRR."),
    "contraction": N_("One account explains it: it reduced its MRR by {mrr}."),
}
_ALONE_WITHOUT_UNNAMED = {
    "churn": N_("One account explains it: it left with {mrr} of MRR; without it {metric} is {ratio}."),
    "contraction": N_("One account explains it: it reduced its MRR by {mrr}; without it {metric} is {ratio}."),
}
_ALONE_EARLIER_UNNAMED = {
    "churn": N_("One account explains it: it left within the twelve months, with {mrr} of MRR."),
    "contraction": N_("One account explains it: it reduced its MRR by {mrr} within the twelve months."),
}


def build_verdict(answer: Answer, translate: Translator) -> Paragraph:
    """Return the paragraph that says whether to worry, why, and the ratios of the twelve months."""
    rating = answer.assessment.rating
    text = "\n".join(
        part for part in (describe_cause(answer, translate), describe_twelve_months(answer, translate)) if part
    )
    return Paragraph(text, translate(RATINGS[rating]), MARKS[rating]) if rating else Paragraph(text)


def write_unnamed_verdict(answer: Answer, translate: Translator) -> str:
    """Return the same verdict for readers who may not see the names of accounts."""
    rating = answer.assessment.rating
    sentences = (
        translate(RATINGS[rating]) if rating else "",
        describe_cause(answer, translate, names_accounts=False),
        describe_twelve_months(answer, translate, names_accounts=False),
    )
    return " ".join(filter(None, sentences))


def describe_cause(answer: Answer, translate: Translator, *, names_accounts: bool = True) -> str:
    """Return the one cause of the twelve months; where nothing misses its aim, what the ratios mean."""
    assessment, cause = answer.assessment, answer.cause
    if assessment.withheld:
        return ""
    if cause is None:
        return _describe_strength(assessment, translate) if assessment.rating else ""
    if cause.component == "expansion":
        return _describe_missing_growth(answer, cause, translate)
    if cause.alone is None:
        is_named = names_accounts and cause.largest
        return (_describe_several if is_named else _describe_several_unnamed)(cause, answer, translate)
    is_in_window = cause.alone_in_window > 0
    ratio = cause.ratio_without if is_in_window else None
    if names_accounts:
        template = _ALONE_WITHOUT if ratio is not None else _ALONE if is_in_window else _ALONE_EARLIER
    else:
        in_window = _ALONE_WITHOUT_UNNAMED if ratio is not None else _ALONE_UNNAMED
        template = in_window if is_in_window else _ALONE_EARLIER_UNNAMED
    amount = cause.alone_in_window or cause.alone.amount
    return translate(
        template[cause.component],
        name=shorten_name(cause.alone.name),
        mrr=translate.format_short_money(amount, answer.currency),
        metric=translate(METRIC_LABELS[answer.question.metric]),
        ratio=format_ratio(ratio, translate),
    )


def _describe_several(cause: Cause, answer: Answer, translate: Translator) -> str:
    mrr = translate.format_short_money(cause.amount, answer.currency)
    first = shorten_name(cause.largest[0].name)
    if cause.component == "churn":
        return translate.plural(
            N_("Churn explains it: {count} account left with {mrr} of MRR within twelve months, {first}."),
            N_("Churn explains it: {count} accounts left with {mrr} of MRR within twelve months, first {first}."),
            cause.accounts,
            mrr=mrr,
            first=first,
        )
    return translate.plural(
        N_("Contraction explains it: {count} account reduced its MRR by {mrr} within twelve months, {first}."),
        N_("Contraction explains it: {count} accounts reduced their MRR by {mrr} within twelve months, first {first}."),
        cause.accounts,
        mrr=mrr,
        first=first,
    )


def _describe_several_unnamed(cause: Cause, answer: Answer, translate: Translator) -> str:
    mrr = translate.format_short_money(cause.amount, answer.currency)
    if cause.component == "churn":
        return translate.plural(
            N_("Churn explains it: {count} account left with {mrr} of MRR within twelve months."),
            N_("Churn explains it: {count} accounts left with {mrr} of MRR within twelve months."),
            cause.accounts,
            mrr=mrr,
        )
    return translate.plural(
        N_("Contraction explains it: {count} account reduced its MRR by {mrr} within twelve months."),
        N_("Contraction explains it: {count} accounts reduced their MRR by {mrr} within twelve months."),
        cause.accounts,
        mrr=mrr,
    )


def _describe_missing_growth(answer: Answer, cause: Cause, translate: Translator) -> str:
    gap = answer.assessment.nrr_gap
    if gap is None:
        return ""
    template = (
        N_("Growth is missing: {mrr} of MRR more would reach {aim}.")
        if cause.amount
        else N_("Growth is missing: no account expanded; {mrr} of MRR more would reach {aim}.")
    )
    return translate(
        template,
        mrr=translate.format_short_money(gap.mrr, answer.currency),
        aim=format_short_ratio(gap.target, translate),
    )


def _describe_strength(assessment: Assessment, translate: Translator) -> str:
    """Return what the ratios mean where no component misses its aim."""
    ttm = assessment.ttm
    if ttm is None or ttm.nrr is None:
        return ""
    if assessment.rating != "good":
        return translate(N_("It reaches its targets, though not the range of customers of this size."))
    if to_percent(ttm.nrr) == 100:
        return translate(N_("The base holds, without growing."))
    if ttm.nrr < 1:
        return translate(N_("The base shrinks as is usual for customers of this size."))
    return translate(N_("Accounts stay and grow."))


def describe_twelve_months(
    answer: Answer, translate: Translator, *, names_accounts: bool = True, has_headline: bool = True
) -> str:
    """Return the ratios of the twelve months with their ranges, changes and, where these are wide, intervals.

    Below a headline with the same ratios they are not repeated.
    """
    if answer.ttm is None:
        reason = translate.format_sentence(answer.ttm_reason) if answer.ttm_reason else ""
        return translate(N_("Twelve months: n/a, it {reason}."), reason=reason)
    is_headline = has_headline and answer.ttm.bridge.window == answer.asked.bridge.window
    described = [
        _describe_ratio(metric, answer, answer.ttm, translate, is_first=place == 0, is_headline=is_headline)
        for place, metric in enumerate(order_metrics(answer.question))
    ]
    ratios = ", ".join(filter(None, described))
    if answer.question.method != "cohort":
        ratios = translate(OTHER_METHODS[answer.question.method], figures=ratios)
    if intervals := _describe_intervals(answer, answer.ttm, translate):
        ratios = translate(N_("{one}; {more}"), one=ratios, more=intervals)
    month = name_month(answer.ttm.bridge.window.end, answer, translate)
    sentences = [
        ratios and f"{ratios}."
        if is_headline
        else translate(N_("Twelve months to {month}: {ratios}."), month=month, ratios=ratios),
        _describe_to_date(answer, translate),
        describe_without_largest(answer, translate) if names_accounts else "",
        describe_withheld_verdict(answer.assessment, translate),
        _describe_missing_range(answer, translate),
        _describe_cohort_ratios(answer, translate),
    ]
    return " ".join(filter(None, sentences))


def _describe_to_date(answer: Answer, translate: Translator) -> str:
    """Return the ratios since the asked window; empty where no later data is meant."""
    if answer.to_date is None or answer.to_date.nrr is None:
        return ""
    ratios = [format_one_ratio(metric, answer.to_date, translate) for metric in order_metrics(answer.question)]
    month = name_month(answer.to_date.bridge.window.start, answer, translate)
    return translate(N_("Since {month}: {ratios}."), month=month, ratios=", ".join(ratios))


def describe_without_largest(answer: Answer, translate: Translator) -> str:
    """Return NRR of the twelve months without the one account that weighs most in the base, or in its change.

    It is empty where no account weighs so much, and where the cause already names the ratio without an account.
    """
    cause, weights = answer.cause, answer.ttm.concentration if answer.ttm else None
    is_named = cause is not None and cause.alone_in_window > 0 and cause.ratio_without is not None
    if weights is None or answer.assessment.rating is None or is_named:
        return ""
    for heaviest in (weights.base, weights.change):
        if heaviest and heaviest.nrr_without is not None:
            ratio = format_ratio(heaviest.nrr_without, translate)
            return translate(N_("NRR without {name}: {nrr}."), name=shorten_name(heaviest.account.name), nrr=ratio)
    return ""


def name_month(month: Month, answer: Answer, translate: Translator) -> str:
    """Return a month by its name, with its year where that is not the year in which the answer's period ends."""
    is_same_year = month.year == answer.question.period.window.end.year
    return translate.format_month_name(month) if is_same_year else translate.format_month(month)


def describe_withheld_verdict(assessment: Assessment, translate: Translator) -> str:
    """Return why there is no verdict on the twelve months; empty where there is one."""
    if not assessment.withheld:
        return ""
    base = assessment.ttm.base if assessment.ttm else 0
    return translate(_WITHHELD[assessment.withheld], count=count_accounts(base, translate))


def _describe_missing_range(answer: Answer, translate: Translator) -> str:
    """Return why a verdict is missing where the sizes of customers are not known; empty where they are."""
    if answer.assessment.withheld or answer.assessment.mix is not None:
        return ""
    if find_floor(answer.question.filters):
        return translate(FLOOR_PEERS)
    if answer.origin.is_of_warehouse and answer.euro_rate:
        return translate(N_("No range: the warehouse does not give the sizes of these accounts."))
    template = N_(
        "No range: benchmarks are in euros. Add the rate of EUR to the tab FX, or set benchmarks.currency_rate to the "
        "{currency} for one euro."
    )
    if answer.origin.is_of_warehouse:
        template = N_("No range: benchmarks are in euros. Set benchmarks.currency_rate to the {currency} for one euro.")
    return translate(template, currency=answer.currency.code)


def _describe_cohort_ratios(answer: Answer, translate: Translator) -> str:
    """Return the cohort ratios with their ranges next to those of another method: benchmarks are cohort ratios."""
    if answer.question.method == "cohort" or answer.ttm is None or answer.assessment.nrr is None:
        return ""
    first, second = order_metrics(answer.question)
    ratios = ", ".join(
        _add_notes(
            format_one_ratio(metric, answer.ttm.bridge, translate),
            [_describe_range(answer.assessment, metric, translate, is_first=metric == first)],
        )
        for metric in (first, second)
    )
    return translate(N_("Benchmarks are for the cohort method: {figures}."), figures=ratios)


def _describe_ratio(
    metric: Metric, answer: Answer, ttm: Figures, translate: Translator, *, is_first: bool, is_headline: bool
) -> str:
    """Return a ratio of the twelve months: "NRR 111.2% (range 110-130%, -10.0 points since June)".

    Under a headline that has the ratio already, it is empty where there is no more to say.
    """
    if answer.question.method != "cohort":
        return format_one_ratio(metric, ttm, translate)
    notes = [
        _describe_range(answer.assessment, metric, translate, is_first=is_first),
        _describe_change(metric, answer, translate, is_first=is_first),
    ]
    if is_headline and not any(notes):
        return ""
    name = translate(METRIC_LABELS[metric]) if is_headline else format_one_ratio(metric, ttm, translate)
    return _add_notes(name, notes)


def _add_notes(text: str, notes: Iterable[str]) -> str:
    joined = ", ".join(filter(None, notes))
    return f"{text} ({joined})" if joined else text


def _describe_range(assessment: Assessment, metric: Metric, translate: Translator, *, is_first: bool) -> str:
    verdict = find_verdict(assessment, metric)
    if verdict is None or assessment.mix is None:
        return ""
    edges = format_range(verdict.low, verdict.high, translate)
    if not is_first:
        return edges
    if assessment.mix.size is None:
        return translate(N_("range {edges} for its mix"), edges=edges)
    return translate(N_("range {edges}"), edges=edges)


def find_verdict(assessment: Assessment, metric: Metric) -> Verdict | None:
    """Return the verdict on one ratio; None where it has none."""
    return assessment.nrr if metric == "nrr" else assessment.grr


def _describe_change(metric: Metric, answer: Answer, translate: Translator, *, is_first: bool) -> str:
    earlier = answer.earlier
    before: Fraction | None = getattr(earlier, metric) if earlier else None
    now: Fraction | None = getattr(answer.ttm, metric)
    if before is None or now is None or earlier is None:
        return ""
    if not is_first:
        return format_signed_points(now - before, translate)
    month = name_month(earlier.window.end, answer, translate)
    return translate(N_("{points} since {month}"), points=format_point_change(now - before, translate), month=month)


def _describe_intervals(answer: Answer, ttm: Figures, translate: Translator) -> str:
    """Return between which ratios NRR and GRR could be by chance; empty where a reader needs no warning."""
    uncertainty = ttm.uncertainty
    if uncertainty is None or not uncertainty.is_shown or answer.assessment.withheld:
        return ""
    intervals = [
        f"{translate(METRIC_LABELS[metric])} {format_interval(interval, translate)}"
        for metric in order_metrics(answer.question)
        if (interval := uncertainty.interval(metric))
    ]
    return translate(
        N_("{accounts}: {intervals} possible"),
        accounts=count_accounts(uncertainty.accounts, translate),
        intervals=", ".join(intervals),
    )
