"""The outlook, as a message: what is expected, how far it could be off, and how far such forecasts were off before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations, describe_usage_months
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    count_accounts,
    format_points,
    format_range,
    format_ratio,
    format_signed_points,
    name_cut,
)
from core.errors import N_
from core.outlook.estimate import FEWEST_FORECASTS
from core.outlook.forecast import Estimate, Forecast, ForecastPoint, KnownEnds, RiskyRenewals
from core.terms import Metric


def build_forecast_message(forecast: Forecast, translate: Translator) -> Message:
    """Return the expected ratios at the end of the quarter and of the year, with their ranges."""
    return render(list(_build_parts(forecast, translate)))


def _build_parts(forecast: Forecast, translate: Translator) -> Iterator[MessagePart]:
    name = name_cut(forecast.question.filters, translate)
    if forecast.ttm is None:
        reason = translate.format_sentence(forecast.reason) if forecast.reason else translate(N_("n/a"))
        yield Headline(translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason))
        yield Note(translate(N_("Data to {month}."), month=forecast.ledger.last))
        return
    metric = forecast.question.metric
    yield Headline(_write_headline(forecast.rows[0], metric, name, translate))
    headings = [
        translate(N_("twelve months to")),
        translate(N_("accounts")),
        translate(N_("NRR")),
        translate(N_("GRR")),
    ]
    now = forecast.ttm
    measured = (
        translate(N_("{month} (measured)"), month=translate.format_short_month(forecast.ledger.last)),
        translate.format_count(now.base),
        format_ratio(now.nrr, translate),
        format_ratio(now.grr, translate),
    )
    rows = [
        (
            translate.format_short_month(point.end),
            translate.format_count(point.base),
            _format_estimate(point.nrr, translate),
            _format_estimate(point.grr, translate),
        )
        for point in forecast.rows
    ]
    yield Grid([headings, measured, *rows], "lrrr", heading=True)
    ledger = forecast.ledger
    estimates = [(point, estimate) for point in forecast.rows if (estimate := point.estimate(metric))]
    if estimates:
        yield Paragraph(_describe_track_record(estimates, metric, translate), translate(N_("Track record:")))
    changes = [(point, _describe_known_changes(point, forecast, translate)) for point in forecast.rows]
    paragraphs = [
        Paragraph(text, translate(N_("By {month}:"), month=translate.format_month(point.end)))
        for point, text in changes
        if text
    ]
    # The headline is about the first close: the rest comes second.
    yield from paragraphs[:1]
    if estimates:
        parts = [_describe_parts(point, estimate, metric, translate) for point, estimate in estimates]
        parts += _describe_ranges(forecast, translate)
        yield Details(translate(N_("How it is computed")), [*paragraphs[1:], *parts])
    reservations = describe_reservations(ledger, forecast.origin, int(ledger.accounts.excluded.sum()), translate)
    data = translate(N_("At constant exchange rates. Data to {month}."), month=ledger.last)
    sentences = (data, reservations, describe_usage_months(ledger.usage_months, translate))
    yield Note(" ".join(filter(None, sentences)))


def _write_headline(point: ForecastPoint, metric: Metric, name: str, translate: Translator) -> str:
    estimate = point.estimate(metric)
    if estimate is None:
        reason = translate.format_sentence(point.withheld) if point.withheld else translate(N_("n/a"))
        return translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason)
    return translate(
        N_("{name}: {metric} {ratio} expected at the end of {month}"),
        name=name,
        metric=translate(METRIC_LABELS[metric]),
        ratio=_format_estimate(estimate, translate),
        month=point.end,
    )


def _format_estimate(estimate: Estimate | None, translate: Translator) -> str:
    """Return a point with its range: 104.2% (98–110%)."""
    ratio = format_ratio(estimate.point if estimate else None, translate)
    shown_range = estimate.shown_range if estimate else None
    if estimate is None or shown_range is None or estimate.low == estimate.high:
        return ratio
    template = N_("{ratio} ({edges})") if estimate.method == "conformal" else N_("{ratio} (roughly {edges})")
    return translate(template, ratio=ratio, edges=format_range(*shown_range, translate))


def _describe_track_record(
    estimates: Sequence[tuple[ForecastPoint, Estimate]], metric: Metric, translate: Translator
) -> str:
    """Return by how much the same forecasts were off at past closes."""
    records = [
        translate.plural(
            N_("{points} {count} month ahead (made at {closes} past closes)"),
            N_("{points} {count} months ahead (made at {closes} past closes)"),
            point.months,
            points=format_points(estimate.mean_error, translate),
            closes=translate.format_count(estimate.past_forecasts),
        )
        for point, estimate in estimates
        if estimate.mean_error is not None and estimate.past_forecasts >= FEWEST_FORECASTS
    ]
    if not records:
        return translate(N_("too few past closes show how such forecasts did."))
    return translate(
        N_("on average my {metric} forecasts were off by {records}."),
        metric=translate(METRIC_LABELS[metric]),
        records=translate.format_list(records),
    )


def _describe_known_changes(point: ForecastPoint, forecast: Forecast, translate: Translator) -> str:
    """Return the subscriptions known to end by a close, and the renewals due."""
    currency = forecast.ledger.currency

    def name_sum(changes: KnownEnds | RiskyRenewals) -> dict[str, str]:
        accounts = count_accounts(changes.accounts, translate)
        return {"accounts": accounts, "mrr": translate.format_short_money(changes.mrr, currency)}

    sentences = []
    if point.ends.accounts:
        template = N_("Ends without a follow-on line: {accounts}, {mrr} of MRR, taken out.")
        sentences.append(translate(template, **name_sum(point.ends)))
    if point.renewals.accounts:
        renewing = translate.plural(
            N_("{count} account renews, with {mrr} of MRR."),
            N_("{count} accounts renew, with {mrr} of MRR."),
            point.renewals.accounts,
            mrr=translate.format_short_money(point.renewals.mrr, currency),
        )
        sentences.append(renewing)
    metric = forecast.question.metric
    estimate = point.estimate(metric)
    if point.at_risk.accounts and estimate and estimate.parts.renewals_at_risk:
        template = N_(
            "With a sign of leaving: {accounts}, {mrr} of MRR; expected loss {loss}, at the rates by which risks "
            "expects one."
        )
        loss = translate.format_short_money(point.at_risk.expected_loss or 0, currency)
        sentences.append(translate(template, **name_sum(point.at_risk), loss=loss))
    elif point.at_risk.accounts:
        template = (
            N_("With a sign of leaving: {accounts}, {mrr} of MRR; no sign is tested yet, so they change as the others.")
            if point.at_risk.expected_loss is None
            else N_(
                "With a sign of leaving: {accounts}, {mrr} of MRR; such signs lose no more than the others here, so "
                "they change as these."
            )
        )
        sentences.append(translate(template, **name_sum(point.at_risk)))
    if point.renewals.accounts and forecast.ends_are_terms:
        sentences.append(translate(N_("Most accounts have an end ahead, so an end counts as a renewal.")))
    return " ".join(sentences)


def _describe_parts(point: ForecastPoint, estimate: Estimate, metric: Metric, translate: Translator) -> Paragraph:
    """Return the parts that a ratio adds up from, and the three factors."""
    parts = estimate.parts
    changes = (
        (N_("known ends {points}"), parts.known_ends),
        (N_("renewals at risk {points}"), parts.renewals_at_risk),
        (N_("other changes {points}"), parts.rates),
    )
    points = ", ".join(
        translate(template, points=format_signed_points(value, translate)) for template, value in changes if value
    )
    template = N_("{metric} so far {ratio}; {changes}.") if points else N_("{metric} so far {ratio}.")
    so_far = translate(
        template, metric=translate(METRIC_LABELS[metric]), ratio=format_ratio(parts.so_far, translate), changes=points
    )
    factors = translate(
        N_(
            "Other MRR would become {recent} of itself by the rates of the last twelve months, {last_year} as in the "
            "same months of last year, {past_bases} as past bases did on average; the middle one counts."
        ),
        recent=format_ratio(parts.recent, translate),
        last_year=format_ratio(parts.last_year, translate),
        past_bases=format_ratio(parts.past_bases, translate),
    )
    lead = translate(N_("{month}:"), month=translate.format_month(point.end))
    return Paragraph(f"{so_far} {factors}", lead)


def _describe_ranges(forecast: Forecast, translate: Translator) -> Iterator[Paragraph]:
    """Yield where the ranges that are shown come from."""
    methods = {
        estimate.method
        for point in forecast.rows
        for estimate in (point.nrr, point.grr)
        if estimate and estimate.shown_range and estimate.low != estimate.high
    }
    if "conformal" in methods:
        yield Paragraph(
            translate(N_("at least 8 in 10 of my forecasts at past closes were within such edges.")),
            translate(N_("Range:")),
        )
    if "bootstrap" in methods:
        yield Paragraph(translate(N_("A rough range comes from drawing the accounts again at random.")))
