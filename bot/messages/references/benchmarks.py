"""The published benchmarks for a cut, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.advice.assessment import FLOOR_PEERS
from bot.messages.advice.suggestions import select_language
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_euro_rate, describe_reservations, describe_usage_months
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    format_both_ratios,
    format_range,
    format_short_ratio,
    format_signed_points,
    name_cut,
)
from bot.messages.reports.explanation import PRODUCTS, cite_source, describe_statement
from core.advice.assessment import State
from core.errors import N_
from core.money import find_currency
from core.playbook.schema import MAIN_SET, Opinion
from core.query.base_floor import find_floor
from core.references.benchmarks import Benchmark, Benchmarks, Position
from core.terms import Metric

# Rows of the table, and ranges in the first line.
_ROWS, _NEAREST = 10, 2
_PLACES: Mapping[State, str] = {
    "below": N_("below {size}'s {range}"),
    "inside": N_("within {size}'s {range}"),
    "above": N_("above {size}'s {range}"),
}
_MEASURES = {"arr": N_("ARR"), "acv": N_("ACV"), "arpa": N_("ARPA")}
# By which of its two bounds a class of companies has.
_CLASSES = {
    (True, True): N_("{measure} {low} to {high}"),
    (True, False): N_("{measure} from {low}"),
    (False, True): N_("{measure} below {high}"),
}


def build_benchmarks_message(report: Benchmarks, translate: Translator) -> Message:
    """Return the place of the ratio that was asked about, the published values, the company's own, and the sources."""
    return render(list(_build_parts(report, translate)))


def _build_parts(report: Benchmarks, translate: Translator) -> Iterator[MessagePart]:
    metrics = report.request.metrics
    if report.request.asked is None:
        yield Headline(_describe_own(report, translate))
        yield Paragraph(_describe_ranges(report, translate))
    else:
        yield Headline(_describe_place(metrics[0], report, translate))
        for metric in metrics[1:]:
            yield Paragraph(_describe_place(metric, report, translate))
        yield Paragraph(_describe_own(report, translate))
    yield _build_grid(report, translate)
    main = [_find_main_range(metric, report) for metric in metrics]
    trust = " ".join(
        f"{translate(METRIC_LABELS[entry.metric])}. {cite_source(entry.source, translate)}" for entry in main
    )
    yield Details(translate(N_("Reliability of the ranges")), [Paragraph(trust)])
    yield Note(" ".join(filter(None, _write_notes(report, translate))))


def _find_main_range(metric: Metric, report: Benchmarks) -> Benchmark:
    return next(entry for entry in report.list_ranges(metric) if entry.source.set == MAIN_SET)


def _describe_ranges(report: Benchmarks, translate: Translator) -> str:
    ranges = [entry for metric in report.request.metrics for entry in report.list_ranges(metric)]
    ranges = [entry for entry in ranges if entry.source.set == MAIN_SET]
    if len({entry.size for entry in ranges}) > 1:
        own = [
            f"{translate(METRIC_LABELS[metric])} {format_range(*edges, translate)}"
            for metric in report.request.metrics
            if (edges := report.weigh_range(metric))
        ]
        if own:
            return translate(N_("Range for its sizes of customers: {ranges}."), ranges=", ".join(own))
        return translate(N_("Benchmarks depend on the size of the customers."))
    figures = [
        f"{translate(METRIC_LABELS[entry.metric])} {describe_statement(entry.row, translate)}" for entry in ranges
    ]
    return translate(
        N_("Benchmarks for {size}: {ranges} a year."), size=ranges[0].size or "", ranges=", ".join(figures)
    )


def _describe_own(report: Benchmarks, translate: Translator) -> str:
    name = name_cut(report.request.question.filters, translate)
    if report.own is None:
        reason = translate.format_sentence(report.reason) if report.reason else ""
        return translate(N_("{name}, your twelve months: n/a, {reason}."), name=name, reason=reason)
    return translate(
        N_("{name}, your twelve months to {month}: {figures}."),
        name=name,
        month=report.own.window.end,
        figures=format_both_ratios(report.own, translate, report.request.question),
    )


def _describe_place(metric: Metric, report: Benchmarks, translate: Translator) -> str:
    """Return "104% NRR: within Mid-Market's 100% to 110%, below Enterprise's 110% to 130%.": the nearest ranges."""
    ranges = [(entry, entry.asked) for entry in report.list_ranges(metric) if entry.source.set == MAIN_SET]
    placed = [(entry, position) for entry, position in ranges if position]
    places = [
        translate(_PLACES[position.state], size=entry.size or "", range=describe_statement(entry.row, translate))
        for entry, position in sorted(placed, key=lambda pair: pair[1].distance)[:_NEAREST]
    ]
    return translate(
        N_("{percent} {metric}: {places}."),
        percent=_format_asked(report, translate),
        metric=translate(METRIC_LABELS[metric]),
        places=", ".join(places),
    )


def _format_asked(report: Benchmarks, translate: Translator) -> str:
    return "" if report.request.asked is None else format_short_ratio(report.request.asked, translate)


def _build_grid(report: Benchmarks, translate: Translator) -> Grid:
    has_asked = report.request.asked is not None
    headings = [
        translate(N_("for")),
        translate(N_("published")),
        *(
            [f"{_format_asked(report, translate)} {translate(METRIC_LABELS[report.request.metrics[0]])}"]
            if has_asked
            else []
        ),
        translate(N_("yours, points")),
    ]
    rows = [headings, *(_build_row(entry, report, translate, has_asked=has_asked) for entry in _list_shown(report))]
    return Grid(rows, "l" * len(headings), heading=True)


def _list_shown(report: Benchmarks) -> Sequence[Benchmark]:
    """Return the rows of the table: the ranges of every ratio, then other sources; of one ratio if one was stated."""
    metrics = report.request.metrics[:1] if report.request.asked is not None else report.request.metrics
    entries = [entry for entry in report.benchmarks if entry.metric in metrics]
    return sorted(entries, key=lambda entry: entry.size is None)[:_ROWS]


def _build_row(entry: Benchmark, report: Benchmarks, translate: Translator, *, has_asked: bool) -> Sequence[str]:
    return (
        f"{translate(METRIC_LABELS[entry.metric])}, {_name_population(entry, report, translate)}",
        describe_statement(entry.row, translate),
        *([_describe_distance(entry.asked, translate)] if has_asked else []),
        _describe_distance(entry.own, translate),
    )


def _name_population(entry: Benchmark, report: Benchmarks, translate: Translator) -> str:
    row = entry.row
    if entry.size:
        return entry.size
    if row.product:
        return translate(PRODUCTS[row.product])
    bounds = row.at_least is not None, row.below is not None
    if not isinstance(entry.source, Opinion) or not any(bounds):
        return translate(N_("all companies"))
    own = report.segments.ledger.currency
    currency = find_currency(report.euro_rate.code) if report.euro_rate else own
    low, high = (
        translate.format_short_money((edge or 0) * currency.unit, currency) for edge in (row.at_least, row.below)
    )
    return translate(_CLASSES[bounds], measure=translate(_MEASURES[entry.source.by]), low=low, high=high)


def _describe_distance(position: Position | None, translate: Translator) -> str:
    """Return the points to a range, negative below it."""
    if position is None:
        return translate(N_("n/a"))
    if position.state == "inside":
        return translate(N_("within"))
    return format_signed_points(position.distance if position.state == "above" else -position.distance, translate)


def _write_notes(report: Benchmarks, translate: Translator) -> Iterator[str]:
    others = [entry for entry in _list_shown(report) if entry.size is None]
    names = dict.fromkeys(_name_source(entry, translate) for entry in others)
    if names:
        yield translate(N_("Other sources: {names}."), names=" · ".join(names))
    yield translate(N_("Published figures are yearly: compare them with twelve months only."))
    if find_floor(report.request.question.filters):
        yield translate(FLOOR_PEERS)
    ledger = report.segments.ledger
    if any(entry.row.at_least or entry.row.below for entry in others):
        yield describe_euro_rate(report.euro_rate, ledger.currency, translate)
    yield describe_reservations(ledger, report.origin, int(ledger.accounts.excluded.sum()), translate)
    yield describe_usage_months(ledger.usage_months, translate)


def _name_source(entry: Benchmark, translate: Translator) -> str:
    name, year = select_language(entry.source.source, translate), str(entry.source.year)
    return name if year in name else f"{name} ({year})"
