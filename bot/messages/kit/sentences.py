"""Ratios, counts and names of segments in the reader's language, as all messages write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.limits import shorten
from bot.messages.kit.parts import Link
from core.advice.renewals import Renewal
from core.errors import N_
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.retention import Bridge
from core.metrics.uncertainty import Interval
from core.money import Currency, find_currency, round_fraction, to_minor, to_percent
from core.months import Period
from core.query.base_floor import ARR_FLOOR, parse_floor
from core.query.limits import Limits, Measure, Sign
from core.query.question import Filter, Question
from core.query.vocabulary import join_filter_names
from core.reports.answer import Figures
from core.terms import Component, Metric

# Rows (first, last) of the revenue tab -> their address; empty where a workbook has none.
LinkRows = Callable[[tuple[int, int]], str]


def link_nothing(_: tuple[int, int]) -> str:
    """Return no address, as of a file."""
    return ""


LISTED = 12
NAME_LIMIT = 40
# Characters of a name from the sheet: longer ones are cut before anything is made of them.
LONGEST_NAME = 60

COMPONENT_LABELS: Mapping[Component, str] = {
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
}
METRIC_LABELS: Mapping[Metric, str] = {"nrr": N_("NRR"), "grr": N_("GRR")}
# Figures of another method name it, so that they are not read as the cohort method's.
OTHER_METHODS = {"movements": N_("{figures} (movements method)"), "compounded": N_("{figures} (compounded method)")}


THRESHOLDS: Mapping[tuple[Measure, Sign], str] = {
    ("mrr", ">"): N_("over {amount} of MRR"),
    ("mrr", "<"): N_("under {amount} of MRR"),
    ("arr", ">"): N_("over {amount} of ARR"),
    ("arr", "<"): N_("under {amount} of ARR"),
    ("change", ">"): N_("MRR changed by over {amount}"),
    ("change", "<"): N_("MRR changed by under {amount}"),
}


def format_ratio(value: Fraction | None, translate: Translator) -> str:
    """Return a ratio as a percentage, n/a for None."""
    return translate(N_("n/a")) if value is None else translate.format_percent(to_percent(value))


def format_share(value: Fraction, translate: Translator) -> str:
    """Return a share as a percentage; one above zero is never 0.0%."""
    if value > 0 and not to_percent(value):
        return translate(N_("under {share}"), share=format_ratio(Fraction(1, 1000), translate))
    return format_ratio(value, translate)


def format_short_ratio(value: Fraction, translate: Translator) -> str:
    """Return a target or the edge of a range as a percentage: 110%."""
    return translate.format_short_percent(to_percent(value))


def format_range(low: Fraction, high: Fraction, translate: Translator) -> str:
    """Return a published range: 110–130%, with decimals where an edge has one."""
    return translate.format_percent_range(to_percent(low), to_percent(high))


def format_interval(interval: Interval, translate: Translator) -> str:
    """Return an interval in whole per cent: 65–99%."""
    low, high = (Decimal(round_fraction(100 * edge)) for edge in (interval.low, interval.high))
    return translate.format_percent_range(low, high)


def format_signed_points(value: Fraction, translate: Translator) -> str:
    """Return a change of a ratio in percentage points, with its sign: `+0.4`."""
    return translate.format_signed_points(to_percent(value))


def format_point_change(value: Fraction, translate: Translator) -> str:
    """Return a change of a ratio with its sign and noun: `+0.4 points`."""
    return translate.format_point_change(to_percent(value))


def format_points(value: Fraction, translate: Translator) -> str:
    """Return the distance between two ratios, without the sign: `2.9 points`."""
    return translate.format_points(to_percent(value))


def count_accounts(count: int, translate: Translator) -> str:
    """Return a number of accounts with its noun: `4 accounts`."""
    return translate.plural(N_("{count} account"), N_("{count} accounts"), count)


def count_excluded(count: int, translate: Translator) -> str:
    """Return how many accounts are in no figure, and where the reasons are."""
    return translate.plural(
        N_("{count} account is excluded from all figures until its row is fixed; see nrrbot problems."),
        N_("{count} accounts are excluded from all figures until their rows are fixed; see nrrbot problems."),
        count,
    )


def count_months(count: int, translate: Translator) -> str:
    """Return a number of months with its noun: `6 months`."""
    return translate.plural(N_("{count} month"), N_("{count} months"), count)


def format_renewal(renewal: Renewal, translate: Translator) -> str:
    """Return the day of a renewal, or its month where only that is known."""
    return translate.format_month(renewal.month) if renewal.month else translate.format_date(renewal.day)


def format_short_renewal(renewal: Renewal, translate: Translator) -> str:
    """Return the same in short; the day without its year."""
    return translate.format_short_month(renewal.month) if renewal.month else translate.format_short_date(renewal.day)


def count_limited_accounts(listed: int, met: int, total: int, translate: Translator) -> str:
    """Return the number of accounts of a limited list: `the 5 largest of 23 accounts`, `9 of 23 accounts`.

    Args:
        listed: the number of accounts that the list has.
        met: the number of accounts that meet its thresholds.
        total: the number of accounts without limits.
        translate: the reader's language.

    """
    if listed < met:
        return name_largest(listed, count_accounts(met, translate), translate)
    if met < total:
        return translate.plural(
            N_("{met} of {count} account"), N_("{met} of {count} accounts"), total, met=translate.format_count(met)
        )
    return count_accounts(met, translate)


def name_largest(count: int, entries: str, translate: Translator) -> str:
    """Return the name of the largest of some counted entries: `the 5 largest of 23 accounts`."""
    template = N_("the largest of {entries}") if count == 1 else N_("the {count} largest of {entries}")
    return translate(template, count=translate.format_count(count), entries=entries)


def order_metrics(question: Question) -> tuple[Metric, Metric]:
    """Return both metrics, that of the question first."""
    return ("nrr", "grr") if question.metric == "nrr" else ("grr", "nrr")


def format_one_ratio(metric: Metric, figures: Figures | Bridge, translate: Translator) -> str:
    """Return a ratio with its name: `NRR 103.6%`."""
    return f"{translate(METRIC_LABELS[metric])} {format_ratio(getattr(figures, metric), translate)}"


def name_twelve_months(period: Period, translate: Translator) -> str:
    """Return the heading of the twelve months next to a period, with their end where they do not end with it."""
    if period.through:
        return translate(N_("12 months to {month}"), month=period.through)
    return translate(N_("12 months"))


def format_both_ratios(figures: Figures | Bridge, translate: Translator, question: Question) -> str:
    """Return both ratios, the question's metric first: `NRR 103.6%, GRR 96.1%`. A bridge has the cohort method's."""
    ratios = ", ".join(format_one_ratio(name, figures, translate) for name in order_metrics(question))
    if isinstance(figures, Bridge) or question.method == "cohort":
        return ratios
    return translate(OTHER_METHODS[question.method], figures=ratios)


def name_cut(filters: Iterable[Filter], translate: Translator) -> str:
    """Return the name of a cut: `Enterprise`, `Enterprise without France`, or the whole company."""
    conditions = list(filters)

    def name(condition: Filter) -> str:
        return name_value(condition.dimension, condition.value, translate)

    cut = join_filter_names(conditions, name) or translate(N_("Whole company"))
    excluded = [name(condition) for condition in conditions if condition.excluded]
    if not excluded:
        return cut
    return translate(N_("{cut} without {excluded}"), cut=cut, excluded=translate.format_list(excluded))


def name_limited_cut(filters: Iterable[Filter], limits: Limits, currency: Currency, translate: Translator) -> str:
    """Return the name of a cut with the thresholds of its list: `Enterprise, over €50,000 of MRR`."""
    phrases = (
        translate(
            THRESHOLDS[threshold.measure, threshold.sign],
            amount=translate.format_money(to_minor(threshold.amount, currency.exponent), currency),
        )
        for threshold in limits.thresholds
    )
    return ", ".join([name_cut(filters, translate), *phrases])


def name_value(dimension: str, value: str, translate: Translator) -> str:
    """Return the name of a dimension's value: a derived one is translated, one from the sheet is unchanged."""
    if value == UNASSIGNED:
        return translate(N_("Unassigned"))
    if dimension == ARR_FLOOR:
        amount, code = parse_floor(value)
        currency = find_currency(code)
        money = translate.format_money(to_minor(amount, currency.exponent), currency)
        return translate(N_("ARR from {amount}"), amount=money)
    return translate(value) if dimension in DERIVED else shorten_name(value)


def shorten_name(name: str) -> str:
    """Return the name of an account or a value of the sheet, cut where it is too long for a message."""
    return shorten(name, LONGEST_NAME)


def list_some(items: Sequence[str], translate: Translator) -> str:
    """Return a list as a phrase, or of a long one the first `LISTED` items and an ellipsis."""
    if len(items) <= LISTED:
        return translate.format_list(map(shorten_name, items))
    return ", ".join([*(shorten(item, NAME_LIMIT) for item in items[:LISTED]), "…"])


def link_account(name: str, row: int, link: LinkRows) -> str:
    """Return the name of an account as the link to its row in the sheet, where that has an address."""
    url = link((row, row)) if row else ""
    return Link(shorten_name(name), url) if url else shorten_name(name)
