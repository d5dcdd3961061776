"""Ratios, counts and names of segments in the reader's language, as all messages write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import shorten
from core.errors import N_
from core.ledger.segments import DERIVED, UNASSIGNED
from core.metrics.retention import Bridge
from core.money import to_percent
from core.query.question import Filter, Question
from core.query.vocabulary import join_filter_names
from core.reports.answer import Figures
from core.terms import Component, Metric

LISTED = 12
NAME_LIMIT = 40

COMPONENT_LABELS: Mapping[Component, str] = {
    "churn": N_("churn"),
    "contraction": N_("contraction"),
    "expansion": N_("expansion"),
}
METRIC_LABELS: Mapping[Metric, str] = {"nrr": N_("NRR"), "grr": N_("GRR")}
# Figures of another method name it, so that they are not read as the cohort method's.
OTHER_METHODS = {"movements": N_("{figures} (movements method)"), "compounded": N_("{figures} (compounded method)")}


def format_ratio(value: Fraction | None, translate: Translator) -> str:
    """Return a ratio as a percentage, n/a for None."""
    return translate(N_("n/a")) if value is None else translate.format_percent(to_percent(value))


def format_short_ratio(value: Fraction, translate: Translator) -> str:
    """Return a target or the edge of a range as a percentage: 110%."""
    return translate.format_short_percent(to_percent(value))


def format_signed_points(value: Fraction, translate: Translator) -> str:
    """Return a change of a ratio in percentage points, with its sign: `+0.4`."""
    return translate.format_signed_points(to_percent(value))


def format_points(value: Fraction, translate: Translator) -> str:
    """Return the distance between two ratios, without the sign: `2.9 points`."""
    return translate.format_points(to_percent(value))


def count_accounts(count: int, translate: Translator) -> str:
    """Return a number of accounts with its noun: `4 accounts`."""
    return translate.plural(N_("{count} account"), N_("{count} accounts"), count)


def order_metrics(question: Question) -> tuple[Metric, Metric]:
    """Return both metrics, that of the question first."""
    return ("nrr", "grr") if question.metric == "nrr" else ("grr", "nrr")


def format_both_ratios(figures: Figures | Bridge, translate: Translator, question: Question) -> str:
    """Return both ratios, the question's metric first: `NRR 103.6%, GRR 96.1%`. A bridge has the cohort method's."""
    ratios = ", ".join(
        f"{translate(METRIC_LABELS[name])} {format_ratio(getattr(figures, name), translate)}"
        for name in order_metrics(question)
    )
    if isinstance(figures, Bridge) or question.method == "cohort":
        return ratios
    return translate(OTHER_METHODS[question.method], figures=ratios)


def name_cut(filters: Iterable[Filter], translate: Translator) -> str:
    """Return the name of a cut: `Enterprise`, or the whole company."""
    names = join_filter_names(filters, lambda condition: name_value(condition.dimension, condition.value, translate))
    return names or translate(N_("Whole company"))


def name_value(dimension: str, value: str, translate: Translator) -> str:
    """Return the name of a dimension's value: a derived one is translated, one from the sheet is unchanged."""
    if value == UNASSIGNED:
        return translate(N_("Unassigned"))
    return translate(value) if dimension in DERIVED else value


def list_some(items: Sequence[str], translate: Translator) -> str:
    """Return a list as a phrase, or of a long one the first `LISTED` items and an ellipsis."""
    if len(items) <= LISTED:
        return translate.format_list(items)
    return ", ".join([*(shorten(item, NAME_LIMIT) for item in items[:LISTED]), "…"])
