"""Two windows or two cuts compared, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_left_out,
    describe_usage_months,
)
from bot.messages.kit.sentences import (
    COMPONENT_LABELS,
    METRIC_LABELS,
    count_months,
    format_point_change,
    format_ratio,
    format_signed_points,
    name_cut,
    shorten_name,
)
from core.errors import N_
from core.money import compute_ratio
from core.reports.comparison import Comparison, ExplainedDifference
from core.reports.scope import COMPONENT_ORDER
from core.reports.trend import MADE_OF

SHOWN = 5
_SIGNED = {"expansion": N_("+ expansion"), "contraction": N_("− contraction"), "churn": N_("− churn")}


def build_comparison_message(comparison: Comparison, translate: Translator) -> Message:
    """Return both figures and the difference, then its explanation by component and by account."""
    return render(list(_build_parts(comparison, translate)))


def _build_parts(comparison: Comparison, translate: Translator) -> Iterator[MessagePart]:
    metric = comparison.questions[0].metric
    names = _name_sides(comparison, translate)
    figures = [format_ratio(bridge.nrr if metric == "nrr" else bridge.grr, translate) for bridge in comparison.bridges]
    difference = comparison.difference(metric)
    values = {
        "common": _name_common_side(comparison, translate),
        "metric": translate(METRIC_LABELS[metric]),
        "first": names[0],
        "second": names[1],
        "first_ratio": figures[0],
        "second_ratio": figures[1],
    }
    if difference is None:
        head = translate(N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second})"), **values)
    else:
        template = N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second}), {points}")
        head = translate(template, **values, points=format_point_change(difference, translate))
    yield Headline(head)
    for question, bridge in zip(comparison.questions, comparison.bridges, strict=True):
        if not bridge.starting:
            yield Paragraph(
                translate(
                    N_("No ratio for {name}: nobody in it paid at the end of {month}, so nothing can be explained."),
                    name=name_cut(question.filters, translate),
                    month=bridge.window.start,
                )
            )
    if not comparison.like_for_like:
        lengths = [count_months(bridge.window.months, translate) for bridge in comparison.bridges]
        yield Paragraph(
            translate(
                N_("{first} spans {first_months}, {second} {second_months}: the longer one has had more time to move."),
                first=names[0],
                second=names[1],
                first_months=lengths[0],
                second_months=lengths[1],
            ),
            translate(N_("Not like for like:")),
        )
    yield from build_origin_caution(comparison.origin, translate)
    yield _build_grid(comparison, names, translate)
    if comparison.components:
        yield Paragraph(_explain_difference(comparison, names, translate), translate(N_("What explains it:")))
    yield Note(_write_small_print(comparison, translate))


def _name_common_side(comparison: Comparison, translate: Translator) -> str:
    """Return the name that both sides share: the cut, else the period, else "Comparison"."""
    first, second = comparison.questions
    if set(first.filters) == set(second.filters):
        return name_cut(first.filters, translate)
    return translate.format_period(first.period) if first.period == second.period else translate(N_("Comparison"))


def _name_sides(comparison: Comparison, translate: Translator) -> list[str]:
    """Return the names that distinguish the sides: their periods, their cuts, or both."""
    first, second = comparison.questions
    periods = [translate.format_period(question.period) for question in comparison.questions]
    if set(first.filters) == set(second.filters):
        return periods
    cuts = [name_cut(question.filters, translate) for question in comparison.questions]
    if first.period == second.period:
        return cuts
    return [
        translate(N_("{name}, {period}"), name=name, period=period) for name, period in zip(cuts, periods, strict=True)
    ]


def _build_grid(comparison: Comparison, names: list[str], translate: Translator) -> Grid:
    currency = comparison.segments.ledger.currency

    def money(amount: int, starting: int) -> str:
        share = compute_ratio(amount, starting)
        text = translate.format_money(amount, currency)
        return text if share is None else f"{text} ({format_ratio(share, translate)})"

    rows = [
        ["", *names, translate(N_("points of NRR")), translate(N_("points of GRR"))],
        [translate(N_("accounts")), *(translate.format_count(bridge.base) for bridge in comparison.bridges), "", ""],
        [
            translate(N_("MRR at the start")),
            *(translate.format_money(bridge.starting, currency) for bridge in comparison.bridges),
            "",
            "",
        ],
    ]
    for name in COMPONENT_ORDER:
        part = comparison.components.get(name)
        points = "" if part is None else format_signed_points(part, translate)
        rows.append(
            [
                translate(_SIGNED[name]),
                *(money(getattr(bridge, name), bridge.starting) for bridge in comparison.bridges),
                points,
                points if name in MADE_OF["grr"] else "",
            ]
        )
    for metric in ("nrr", "grr"):
        difference = comparison.difference("nrr" if metric == "nrr" else "grr")
        points = "" if difference is None else format_signed_points(difference, translate)
        rows.append(
            [
                translate(METRIC_LABELS[metric]),
                *(format_ratio(getattr(bridge, metric), translate) for bridge in comparison.bridges),
                points if metric == "nrr" else "",
                points if metric == "grr" else "",
            ]
        )
    return Grid(rows, "lrrrr", heading=True)


def _explain_difference(comparison: Comparison, names: list[str], translate: Translator) -> str:
    metric = comparison.questions[0].metric
    are_missing = not comparison.accounts and bool(comparison.unlisted_accounts or comparison.not_given)
    if not comparison.accounts and not are_missing:
        return translate(N_("no account moved differently."))
    difference = comparison.difference(metric)
    sentences = []
    if difference:
        main = max(MADE_OF[metric], key=lambda name: comparison.components[name] * difference)
        sentences.append(
            translate(
                N_("mostly {component} ({part})."),
                component=translate(COMPONENT_LABELS[main]),
                part=format_signed_points(comparison.components[main], translate),
            )
        )
    if are_missing:
        return " ".join([*sentences, translate(N_("The accounts behind it are not given here."))])
    listed_accounts = comparison.accounts[:SHOWN]
    listed = [_describe_account(account, comparison, translate) for account in listed_accounts]
    unlisted_count = len(comparison.accounts) + comparison.unlisted_accounts - len(listed_accounts)
    if unlisted_count:
        unlisted_text = translate.plural(
            N_("the other {count} account {points}."),
            N_("the other {count} accounts {points}."),
            unlisted_count,
            points=format_point_change(comparison.rest(metric, len(listed_accounts)), translate),
        )
        listed.append(unlisted_text)
    else:
        listed[-1] += "."
    account_list, *following = listed
    for text in following:
        account_list = translate(N_("{one}; {more}"), one=account_list, more=text)
    sentences.append(account_list)
    sentences.append(
        translate(N_("In brackets, what its MRR did: {first}; {second}."), first=names[0], second=names[1])
    )
    return " ".join(sentences)


def _describe_account(account: ExplainedDifference, comparison: Comparison, translate: Translator) -> str:
    currency = comparison.segments.ledger.currency
    return translate(
        N_("{name} {points} ({first}; {second})"),
        name=shorten_name(account.name),
        points=format_signed_points(account.by(comparison.questions[0].metric), translate),
        first=translate.format_money(account.changes[0], currency, signed=True),
        second=translate.format_money(account.changes[1], currency, signed=True),
    )


def _write_small_print(comparison: Comparison, translate: Translator) -> str:
    filters = [condition for question in comparison.questions for condition in question.filters]
    notes = [
        translate(N_("Components and accounts add up to the difference exactly; each is rounded by itself."))
        if comparison.components
        else "",
        translate(N_("Neither side is read against a benchmark here.")),
        translate(N_("Each window is at the rates of its own start."))
        if comparison.segments.ledger.currencies.foreign
        else "",
        describe_left_out(comparison.segments.ledger, comparison.excluded, comparison.origin, translate),
        describe_usage_months(comparison.segments.ledger.usage_months, translate),
        describe_current_only_columns(comparison.segments, filters, translate),
        *map(translate.format_sentence, comparison.not_given),
        translate(N_("Data to {month}. Cohort method."), month=comparison.segments.ledger.last),
    ]
    return " ".join(part for part in notes if part)
