"""A cut month by month, or by quarters or years, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Chart, Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_current_only_columns, describe_reservations, describe_usage_months
from bot.messages.kit.sentences import (
    COMPONENT_LABELS,
    METRIC_LABELS,
    format_both_ratios,
    format_points,
    format_ratio,
    format_signed_points,
    name_cut,
    order_metrics,
)
from core.errors import N_
from core.ledger.history import CANNOT_LEAVE
from core.money import to_percent, to_units
from core.reports.trend import Change, Point, Trend
from core.terms import Component

SHOWN = 13
# Quarters or years that fit next to each other, after a column of headings.
_SIDE_BY_SIDE = 4
# Component, and whether it was larger than before -> what happened.
_TURNS: Mapping[tuple[Component, bool], str] = {
    ("churn", True): N_("more churn"),
    ("churn", False): N_("less churn"),
    ("contraction", True): N_("more contraction"),
    ("contraction", False): N_("less contraction"),
    ("expansion", True): N_("more expansion"),
    ("expansion", False): N_("less expansion"),
}


def build_trend_message(trend: Trend, translate: Translator) -> Message:
    """Return the change of the twelve-month ratios, and the latest months one by one; or quarters or years."""
    build = _build_parts if trend.request.grain == "month" else _build_period_parts
    return render(list(build(trend, translate)))


def _build_period_parts(trend: Trend, translate: Translator) -> Iterator[MessagePart]:
    points, metric = trend.points[-SHOWN:], trend.question.metric
    rated = [point for point in points if point.own_ratio(metric) is not None]
    texts = {
        "name": name_cut(trend.question.filters, translate),
        "first": translate.format_period(points[0].period),
        "last": translate.format_period(points[-1].period),
        "metric": translate(METRIC_LABELS[metric]),
    }
    if len(points) == 1 or not rated:
        ratio = format_ratio(points[-1].own_ratio(metric), translate)
        yield Headline(translate(N_("{name}, {last}: {metric} {ratio}"), **texts, ratio=ratio))
    else:
        best = max(rated, key=lambda point: (point.own_ratio(metric) or 0, point.month))
        worst = min(rated, key=lambda point: (point.own_ratio(metric) or 0, -point.month.ordinal))
        yield Headline(
            translate(
                N_("{name}, {first} to {last}: {metric} highest in {best} ({most}), lowest in {worst} ({least})"),
                **texts,
                best=translate.format_period(best.period),
                most=format_ratio(best.own_ratio(metric), translate),
                worst=translate.format_period(worst.period),
                least=format_ratio(worst.own_ratio(metric), translate),
            )
        )
    yield _build_period_grid(points, trend, translate)
    yield Note(_write_period_small_print(trend, points, translate))


def _build_period_grid(points: Sequence[Point], trend: Trend, translate: Translator) -> Grid:
    """Return quarters or years next to each other; more than fit one under the other, with their ratios alone."""
    periods = [translate.format_period(point.period) for point in points]
    ratios = [
        (translate(N_("NRR")), [format_ratio(point.bridge.nrr, translate) for point in points]),
        (translate(N_("GRR")), [format_ratio(point.bridge.grr, translate) for point in points]),
    ]
    if trend.request.grain != "year":
        ratios += [
            (translate(N_("NRR, 12 months")), [format_ratio(point.ratio("nrr"), translate) for point in points]),
            (translate(N_("GRR, 12 months")), [format_ratio(point.ratio("grr"), translate) for point in points]),
        ]
    caption = translate(
        N_("{name}, {first} to {last}"),
        name=name_cut(trend.question.filters, translate),
        first=periods[0],
        last=periods[-1],
    )
    if len(points) > _SIDE_BY_SIDE:
        return _build_columns("", periods, ratios, caption)
    counts = [translate.format_count(point.bridge.base) for point in points]
    start = [translate.format_money(point.bridge.starting, trend.segments.ledger.currency) for point in points]
    lines = [
        *ratios,
        (translate(N_("accounts")), counts),
        (translate(N_("MRR at the start")), start),
        *_format_amounts(points, trend, translate),
    ]
    rows = [[heading, *cells] for heading, cells in lines]
    return Grid([["", *periods], *rows], "l" + "r" * len(points), heading=True, caption=caption)


def _write_period_small_print(trend: Trend, points: Sequence[Point], translate: Translator) -> str:
    ledger, asked = trend.segments.ledger, trend.request.count or 0
    sentences = []
    if len(trend.points) < asked:
        template = (
            N_("The data has {count} of the {asked} quarters.") if trend.request.grain == "quarter"
            else N_("The data has {count} of the {asked} years.") if trend.request.grain == "year"
            else N_("The data has {count} of the {asked} months.")
        )  # fmt: skip
        sentences.append(translate(template, count=len(trend.points), asked=asked))
    if len(trend.points) > len(points):
        sentences.append(translate(N_("Earlier ones: in the CSV.")))
    sentences += [
        translate(
            N_("Each period has the accounts of its start. Only twelve months compare with an annual benchmark.")
        ),
        describe_reservations(ledger, trend.origin, trend.excluded, translate),
        describe_usage_months(ledger.usage_months, translate),
        describe_current_only_columns(trend.segments, trend.question.filters, translate),
        translate(N_("Data to {month}. Cohort method."), month=ledger.last),
    ]
    return " ".join(filter(None, sentences))


def _build_parts(trend: Trend, translate: Translator) -> Iterator[MessagePart]:
    name, question = name_cut(trend.question.filters, translate), trend.question
    last = trend.points[-1] if trend.points else None
    if last is None or last.ttm is None or not last.ttm.can_leave:
        reason = translate.format_sentence(trend.reason) if trend.reason else ""
        yield Headline(translate(N_("{name}, trend: twelve months n/a, {reason}"), name=name, reason=reason))
    else:
        yield Headline(
            translate(
                N_("{name}, trend: {figures} over twelve months to {month}"),
                name=name,
                figures=format_both_ratios(last.ttm, translate, question),
                month=last.month,
            )
        )
    sentences = [
        *(_describe_change(period, trend, translate) for period in trend.changes),
        _describe_best_and_worst(trend, translate),
    ]
    if any(sentences):
        yield Paragraph(" ".join(part for part in sentences if part))
    listed_points = trend.points[-SHOWN:]
    if listed_points:
        yield from _build_charts(listed_points, trend, translate)
        yield _build_grid(listed_points, trend, translate)
        yield _build_movements(listed_points, trend, translate)
    yield Note(_write_small_print(trend, listed_points, translate))


def _describe_change(period: Change, trend: Trend, translate: Translator) -> str:
    metric = trend.question.metric
    change, main = period.by(metric), period.main(metric)
    if main is None:
        return translate(
            N_("Over {months} months {metric} stayed where it was."),
            months=period.months,
            metric=translate(METRIC_LABELS[metric]),
        )
    template = (
        N_("Over {months} months {metric} rose by {points}, mostly through {component} ({part}).")
        if change > 0
        else N_("Over {months} months {metric} fell by {points}, mostly through {component} ({part}).")
    )
    return translate(
        template,
        months=period.months,
        metric=translate(METRIC_LABELS[metric]),
        points=format_points(change, translate),
        component=translate(_TURNS[main, (period.parts[main] > 0) == (main == "expansion")]),
        part=format_signed_points(period.parts[main], translate),
    )


def _describe_best_and_worst(trend: Trend, translate: Translator) -> str:
    metric, best, worst = trend.question.metric, trend.best, trend.worst
    if best is None or worst is None or best.ratio(metric) == worst.ratio(metric):
        return ""
    return translate(
        N_("Best: {best} ({best_ratio}); worst: {worst} ({worst_ratio})."),
        best=best.month,
        best_ratio=format_ratio(best.ratio(metric), translate),
        worst=worst.month,
        worst_ratio=format_ratio(worst.ratio(metric), translate),
    )


def _build_grid(listed_points: Sequence[Point], trend: Trend, translate: Translator) -> Grid:
    """Return the ratios of the twelve months to each month, and its MRR."""
    currency = trend.segments.ledger.currency
    headings = map(
        translate, (N_("month"), N_("NRR, 12 months"), N_("GRR, 12 months"), N_("accounts"), N_("MRR at the end"))
    )
    rows = (
        (
            translate.format_short_month(point.month),
            format_ratio(point.ratio("nrr"), translate),
            format_ratio(point.ratio("grr"), translate),
            translate.format_count(point.ttm.base) if point.ttm else translate(N_("n/a")),
            translate.format_money(point.bridge.total, currency),
        )
        for point in listed_points
    )
    caption = translate(N_("{name}, month by month"), name=name_cut(trend.question.filters, translate))
    return Grid([list(headings), *rows], "lrrrr", heading=True, caption=caption)


def _build_movements(listed_points: Sequence[Point], trend: Trend, translate: Translator) -> Details:
    """Return what changed the MRR of each month; exchange rates and changed segments are in a second table."""
    months = [translate.format_short_month(point.month) for point in listed_points]
    currency = trend.segments.ledger.currency
    gained = [point.bridge.new + point.bridge.reactivated for point in listed_points]
    amounts = list(_format_amounts(listed_points, trend, translate))
    movements = [
        (translate(N_("+ new, back")), [translate.format_money(value, currency) for value in gained]),
        *amounts[2:5],
    ]
    return Details(
        translate(N_("Movements of MRR")),
        [
            _build_columns(translate(N_("month")), months, columns)
            for columns in (movements, amounts[5:-1])  # the MRR at the end is with the ratios
            if columns
        ],
        translate(N_("gained and lost in each month")),
    )


def _build_columns(
    heading: str, names: Sequence[str], columns: Sequence[tuple[str, list[str]]], caption: str = ""
) -> Grid:
    headings = [heading, *(name for name, _ in columns)]
    rows = zip(names, *(cells for _, cells in columns), strict=True)
    return Grid([headings, *rows], "l" + "r" * len(columns), heading=True, caption=caption)


def _build_charts(listed_points: Sequence[Point], trend: Trend, translate: Translator) -> Iterator[MessagePart]:
    """Yield the two ratios as lines, over the months that have them, and the movements of the months as bars."""
    if len(listed_points) < 2:
        return
    points = [point for point in listed_points if point.ratio("nrr") is not None and point.ratio("grr") is not None]
    if len(points) > 1:
        yield Chart(
            translate(N_("Twelve months to each month, %")),
            [translate.format_short_month(point.month) for point in points],
            [
                (translate(METRIC_LABELS[metric]), [to_percent(point.ratio(metric) or Fraction(0)) for point in points])
                for metric in order_metrics(trend.question)
            ],
        )
    currency = trend.segments.ledger.currency
    shown: Sequence[Component] = ("expansion", "contraction", "churn")
    if not any(getattr(point.bridge, component) for point in listed_points for component in shown):
        return
    yield Chart(
        translate(N_("MRR gained and lost, {currency}"), currency=currency.code),
        [translate.format_short_month(point.month) for point in listed_points],
        [
            (
                translate(COMPONENT_LABELS[component]),
                [to_units(getattr(point.bridge, component), currency.exponent) for point in listed_points],
            )
            for component in shown
        ],
        "bar",
    )


def _format_amounts(
    listed_points: Sequence[Point], trend: Trend, translate: Translator
) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the amounts of each movement, and the MRR at the end."""
    currency = trend.segments.ledger.currency
    amounts = (
        (N_("+ new"), [point.bridge.new for point in listed_points], True),
        (N_("+ back"), [point.bridge.reactivated for point in listed_points], True),
        (N_("+ expansion"), [point.bridge.expansion for point in listed_points], True),
        (N_("− contraction"), [point.bridge.contraction for point in listed_points], True),
        (N_("− churn"), [point.bridge.churn for point in listed_points], True),
        (
            N_("FX effect"),
            [point.bridge.fx_effect for point in listed_points],
            any(point.bridge.fx_effect for point in listed_points),
        ),
        (
            N_("changed segment"),
            [point.reclassified for point in listed_points],
            any(point.reclassified for point in listed_points),
        ),
        (N_("MRR at the end"), [point.bridge.total for point in listed_points], True),
    )
    for heading, values, is_shown in amounts:
        if is_shown:
            yield translate(heading), [translate.format_money(value, currency) for value in values]


def _write_small_print(trend: Trend, listed_points: tuple[Point, ...], translate: Translator) -> str:
    ledger = trend.segments.ledger
    sentences = [
        translate(
            N_("Ratios: the twelve months to each month, accounts of their start; amounts: the month alone.")
            if not ledger.coverage.unknown
            else N_(
                "Ratios: the twelve months to each month, accounts of their start; amounts: since the month above it."
            ),
        )
    ]
    is_incomplete = any(point.ttm is None for point in listed_points)
    if not ledger.coverage.can_leave:
        sentences.append(translate(N_("Ratios: n/a, {reason}."), reason=translate(CANNOT_LEAVE)))
    elif is_incomplete and ledger.coverage.unknown:
        sentences.append(translate(N_("n/a: the data does not have the close twelve months before.")))
    elif is_incomplete:
        sentences.append(
            translate(
                N_("Twelve months need 13 closes: the first such month is {month}."),
                month=ledger.first + 12,
            )
        )
    earlier = len(trend.points) - len(listed_points)
    if earlier:
        sentences.append(
            translate.plural(
                N_("{count} earlier month: in the CSV."), N_("{count} earlier months: in the CSV."), earlier
            )
        )
    sentences += [
        describe_reservations(ledger, trend.origin, trend.excluded, translate),
        describe_usage_months(ledger.usage_months, translate),
        describe_current_only_columns(trend.segments, trend.question.filters, translate),
    ]
    sentences.append(translate(N_("Data to {month}. Cohort method."), month=ledger.last))
    return " ".join(part for part in sentences if part)
