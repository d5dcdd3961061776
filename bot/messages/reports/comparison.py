"""Two windows or two cuts against each other, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts, describe_current_only_columns
from bot.messages.kit.sentences import COMPONENTS, METRICS, format_ratio, format_signed_points, name_cut
from core.errors import N_
from core.money import ratio as ratio_of
from core.reports.answer import COMPONENTS as ORDER
from core.reports.comparison import Comparison, ExplainedDifference
from core.reports.trend import MADE_OF

SHOWN = 5
_SIGNED = {"expansion": N_("+ expansion"), "contraction": N_("− contraction"), "churn": N_("− churn")}


def comparison_message(found: Comparison, translate: Translator) -> Message:
    """Return both figures and the difference, then what explains it: by component, and by account."""
    return render(list(_parts(found, translate)))


def _parts(found: Comparison, translate: Translator) -> Iterator[Part]:
    metric = found.questions[0].metric
    names = _names(found, translate)
    figures = [format_ratio(bridge.nrr if metric == "nrr" else bridge.grr, translate) for bridge in found.bridges]
    difference = found.difference(metric)
    shown = {
        "common": _common(found, translate),
        "metric": translate(METRICS[metric]),
        "first": names[0],
        "second": names[1],
        "first_ratio": figures[0],
        "second_ratio": figures[1],
    }
    if difference is None:
        head = translate(N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second})"), **shown)
    else:
        template = N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second}), {points} points")
        head = translate(template, **shown, points=format_signed_points(difference, translate))
    yield Headline(head)
    for question, bridge in zip(found.questions, found.bridges, strict=True):
        if not bridge.starting:
            yield Paragraph(
                translate(
                    N_("No ratio for {name}: nobody in it paid at the end of {month}, so nothing can be explained."),
                    name=name_cut(question.filters, translate),
                    month=bridge.window.start,
                )
            )
    if not found.like_for_like:
        lengths = [
            translate.plural(N_("{count} month"), N_("{count} months"), bridge.window.months)
            for bridge in found.bridges
        ]
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
    yield _grid(found, names, translate)
    if found.components:
        yield Paragraph(_accounts(found, names, translate), translate(N_("What explains it:")))
    yield Note(_small_print(found, translate))


def _common(found: Comparison, translate: Translator) -> str:
    """Return what both sides share: the cut, the period where the cuts differ, else only what is compared."""
    first, second = found.questions
    if set(first.filters) == set(second.filters):
        return name_cut(first.filters, translate)
    return translate.format_period(first.period) if first.period == second.period else translate(N_("Comparison"))


def _names(found: Comparison, translate: Translator) -> list[str]:
    """Return what tells the sides apart: their periods, their cuts, or both."""
    first, second = found.questions
    periods = [translate.format_period(question.period) for question in found.questions]
    if set(first.filters) == set(second.filters):
        return periods
    cuts = [name_cut(question.filters, translate) for question in found.questions]
    if first.period == second.period:
        return cuts
    return [
        translate(N_("{name}, {period}"), name=name, period=period) for name, period in zip(cuts, periods, strict=True)
    ]


def _grid(found: Comparison, names: list[str], translate: Translator) -> Grid:
    currency = found.segments.ledger.currency

    def money(amount: int, starting: int) -> str:
        share = ratio_of(amount, starting)
        shown = translate.format_money(amount, currency)
        return shown if share is None else f"{shown} ({format_ratio(share, translate)})"

    rows = [
        ["", *names, translate(N_("points of NRR")), translate(N_("points of GRR"))],
        [translate(N_("accounts")), *(translate.format_count(bridge.base) for bridge in found.bridges), "", ""],
        [
            translate(N_("MRR at the start")),
            *(translate.format_money(bridge.starting, currency) for bridge in found.bridges),
            "",
            "",
        ],
    ]
    for name in ORDER:
        part = found.components.get(name)
        shown = "" if part is None else format_signed_points(part, translate)
        rows.append(
            [
                translate(_SIGNED[name]),
                *(money(getattr(bridge, name), bridge.starting) for bridge in found.bridges),
                shown,
                shown if name in MADE_OF["grr"] else "",
            ]
        )
    for metric in ("nrr", "grr"):
        difference = found.difference("nrr" if metric == "nrr" else "grr")
        shown = "" if difference is None else format_signed_points(difference, translate)
        rows.append(
            [
                translate(METRICS[metric]),
                *(format_ratio(getattr(bridge, metric), translate) for bridge in found.bridges),
                shown if metric == "nrr" else "",
                shown if metric == "grr" else "",
            ]
        )
    return Grid(rows, "lrrrr", heading=True)


def _accounts(found: Comparison, names: list[str], translate: Translator) -> str:
    metric = found.questions[0].metric
    if not found.accounts:
        return translate(N_("no account moved differently."))
    difference = found.difference(metric)
    said = []
    if difference:
        main = max(MADE_OF[metric], key=lambda name: found.components[name] * difference)
        said.append(
            translate(
                N_("mostly {component} ({part})."),
                component=translate(COMPONENTS[main]),
                part=format_signed_points(found.components[main], translate),
            )
        )
    shown = found.accounts[:SHOWN]
    listed = [_account(each, found, translate) for each in shown]
    others = len(found.accounts) + found.others - len(shown)
    if others:
        rest = translate.plural(
            N_("the other {count} account {points} points."),
            N_("the other {count} accounts {points} points."),
            others,
            points=format_signed_points(found.rest(metric, len(shown)), translate),
        )
        listed.append(rest)
    else:
        listed[-1] += "."
    one, *more = listed
    for each in more:
        one = translate(N_("{one}; {more}"), one=one, more=each)
    said.append(one)
    said.append(translate(N_("In brackets, what its MRR did: {first}; {second}."), first=names[0], second=names[1]))
    return " ".join(said)


def _account(each: ExplainedDifference, found: Comparison, translate: Translator) -> str:
    currency = found.segments.ledger.currency
    return translate(
        N_("{name} {points} ({first}; {second})"),
        name=each.name,
        points=format_signed_points(each.by(found.questions[0].metric), translate),
        first=translate.format_money(each.moved[0], currency, signed=True),
        second=translate.format_money(each.moved[1], currency, signed=True),
    )


def _small_print(found: Comparison, translate: Translator) -> str:
    filters = [each for question in found.questions for each in question.filters]
    said = [
        translate(N_("Components and accounts add up to the difference exactly; each is rounded by itself."))
        if found.components
        else "",
        translate(N_("Neither side is read against a benchmark here.")),
        translate(N_("Each window is at the rates of its own start.")) if found.segments.ledger.foreign else "",
        count_excluded_accounts(found.excluded, translate),
        describe_current_only_columns(found.segments, filters, translate),
        translate(N_("Data to {month}. Cohort method."), month=found.segments.ledger.last),
    ]
    return " ".join(part for part in said if part)
