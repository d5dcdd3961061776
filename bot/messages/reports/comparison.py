"""Two windows or two cuts against each other, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import (
    COMPONENTS,
    METRICS,
    points,
    ratio,
    segments_as_of,
    skipped,
    subject,
)
from core.errors import N_
from core.money import ratio as ratio_of
from core.reports.answer import COMPONENTS as ORDER
from core.reports.comparison import Explained, Versus
from core.reports.trend import MADE_OF

SHOWN = 5
_SIGNED = {"expansion": N_("+ expansion"), "contraction": N_("− contraction"), "churn": N_("− churn")}


def versus_message(found: Versus, words: Words) -> Message:
    """Return both figures and the difference, then what explains it: by component, and by account."""
    return render(list(_parts(found, words)))


def _parts(found: Versus, words: Words) -> Iterator[Part]:
    metric = found.questions[0].metric
    names = _names(found, words)
    figures = [ratio(bridge.nrr if metric == "nrr" else bridge.grr, words) for bridge in found.bridges]
    difference = found.difference(metric)
    shown = {
        "common": _common(found, words),
        "metric": words(METRICS[metric]),
        "first": names[0],
        "second": names[1],
        "first_ratio": figures[0],
        "second_ratio": figures[1],
    }
    if difference is None:
        head = words(N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second})"), **shown)
    else:
        template = N_("{common}: {metric} {first_ratio} ({first}) against {second_ratio} ({second}), {points} points")
        head = words(template, **shown, points=points(difference, words))
    yield Headline(head)
    for question, bridge in zip(found.questions, found.bridges, strict=True):
        if not bridge.starting:
            yield Paragraph(
                words(
                    N_("No ratio for {name}: nobody in it paid at the end of {month}, so nothing can be explained."),
                    name=subject(question.filters, words),
                    month=bridge.window.start,
                )
            )
    if not found.like_for_like:
        lengths = [
            words.plural(N_("{count} month"), N_("{count} months"), bridge.window.months) for bridge in found.bridges
        ]
        yield Paragraph(
            words(
                N_("{first} spans {first_months}, {second} {second_months}: the longer one has had more time to move."),
                first=names[0],
                second=names[1],
                first_months=lengths[0],
                second_months=lengths[1],
            ),
            words(N_("Not like for like:")),
        )
    yield _grid(found, names, words)
    if found.components:
        yield Paragraph(_accounts(found, names, words), words(N_("What explains it:")))
    yield Note(_small_print(found, words))


def _common(found: Versus, words: Words) -> str:
    """Return what both sides share: the cut, the period where the cuts differ, else only what is compared."""
    first, second = found.questions
    if set(first.filters) == set(second.filters):
        return subject(first.filters, words)
    return words.period(first.period) if first.period == second.period else words(N_("Comparison"))


def _names(found: Versus, words: Words) -> list[str]:
    """Return what tells the sides apart: their periods, their cuts, or both."""
    first, second = found.questions
    periods = [words.period(question.period) for question in found.questions]
    if set(first.filters) == set(second.filters):
        return periods
    cuts = [subject(question.filters, words) for question in found.questions]
    if first.period == second.period:
        return cuts
    return [words(N_("{name}, {period}"), name=name, period=period) for name, period in zip(cuts, periods, strict=True)]


def _grid(found: Versus, names: list[str], words: Words) -> Grid:
    currency = found.segments.ledger.currency

    def money(amount: int, starting: int) -> str:
        share = ratio_of(amount, starting)
        shown = words.money(amount, currency)
        return shown if share is None else f"{shown} ({ratio(share, words)})"

    rows = [
        ["", *names, words(N_("points of NRR")), words(N_("points of GRR"))],
        [words(N_("accounts")), *(words.integer(bridge.base) for bridge in found.bridges), "", ""],
        [
            words(N_("MRR at the start")),
            *(words.money(bridge.starting, currency) for bridge in found.bridges),
            "",
            "",
        ],
    ]
    for name in ORDER:
        part = found.components.get(name)
        shown = "" if part is None else points(part, words)
        rows.append(
            [
                words(_SIGNED[name]),
                *(money(getattr(bridge, name), bridge.starting) for bridge in found.bridges),
                shown,
                shown if name in MADE_OF["grr"] else "",
            ]
        )
    for metric in ("nrr", "grr"):
        difference = found.difference("nrr" if metric == "nrr" else "grr")
        shown = "" if difference is None else points(difference, words)
        rows.append(
            [
                words(METRICS[metric]),
                *(ratio(getattr(bridge, metric), words) for bridge in found.bridges),
                shown if metric == "nrr" else "",
                shown if metric == "grr" else "",
            ]
        )
    return Grid(rows, "lrrrr", heading=True)


def _accounts(found: Versus, names: list[str], words: Words) -> str:
    metric = found.questions[0].metric
    if not found.accounts:
        return words(N_("no account moved differently."))
    difference = found.difference(metric)
    said = []
    if difference:
        main = max(MADE_OF[metric], key=lambda name: found.components[name] * difference)
        said.append(
            words(
                N_("mostly {component} ({part})."),
                component=words(COMPONENTS[main]),
                part=points(found.components[main], words),
            )
        )
    shown = found.accounts[:SHOWN]
    listed = [_account(each, found, words) for each in shown]
    others = len(found.accounts) + found.others - len(shown)
    if others:
        rest = words.plural(
            N_("the other {count} account {points} points."),
            N_("the other {count} accounts {points} points."),
            others,
            points=points(found.rest(metric, len(shown)), words),
        )
        listed.append(rest)
    else:
        listed[-1] += "."
    one, *more = listed
    for each in more:
        one = words(N_("{one}; {more}"), one=one, more=each)
    said.append(one)
    said.append(words(N_("In brackets, what its MRR did: {first}; {second}."), first=names[0], second=names[1]))
    return " ".join(said)


def _account(each: Explained, found: Versus, words: Words) -> str:
    currency = found.segments.ledger.currency
    return words(
        N_("{name} {points} ({first}; {second})"),
        name=each.name,
        points=points(each.by(found.questions[0].metric), words),
        first=words.money(each.moved[0], currency, signed=True),
        second=words.money(each.moved[1], currency, signed=True),
    )


def _small_print(found: Versus, words: Words) -> str:
    filters = [each for question in found.questions for each in question.filters]
    said = [
        words(N_("Components and accounts add up to the difference exactly; each is rounded by itself."))
        if found.components
        else "",
        words(N_("Neither side is read against a benchmark here.")),
        words(N_("Each window is at the rates of its own start.")) if found.segments.ledger.foreign else "",
        skipped(found.excluded, words),
        segments_as_of(found.segments, filters, words),
        words(N_("Data to {month}. Cohort method."), month=found.segments.ledger.last),
    ]
    return " ".join(part for part in said if part)
