"""The outlook, as a message: always named an extrapolation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations
from bot.messages.kit.sentences import count_accounts, format_points, format_ratio, name_cut
from core.errors import N_
from core.outlook.forecast import Forecast, ForecastPoint, Range


def build_forecast_message(forecast: Forecast, translate: Translator) -> Message:
    """Return the ranges at the end of the quarter and of the year, and their assumptions."""
    return render(list(_build_parts(forecast, translate)))


def _build_parts(forecast: Forecast, translate: Translator) -> Iterator[MessagePart]:
    name = name_cut(forecast.question.filters, translate)
    if forecast.ttm is None or forecast.reason:
        reason = translate.format_sentence(forecast.reason) if forecast.reason else translate(N_("n/a"))
        yield Headline(translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason))
        yield Note(translate(N_("Data to {month}."), month=forecast.ledger.last))
        return
    yield Headline(_write_headline(forecast, name, translate))
    headings = (
        translate(N_("twelve months to")),
        translate(N_("accounts")),
        translate(N_("NRR, low")),
        translate(N_("NRR, high")),
        translate(N_("GRR, low")),
        translate(N_("GRR, high")),
    )
    now, base = forecast.ttm, translate.format_count(forecast.ttm.base)
    last = translate(N_("{month} (measured)"), month=translate.format_short_month(forecast.ledger.last))
    nrr, grr = format_ratio(now.nrr, translate), format_ratio(now.grr, translate)
    rows = [
        (
            translate.format_short_month(point.end),
            translate.format_count(point.base),
            *(format_ratio(value, translate) for span in (point.nrr, point.grr) for value in _split_range(span)),
        )
        for point in forecast.rows
    ]
    yield Grid([headings, (last, base, nrr, nrr, grr, grr), *rows], "lrrrrr", heading=True)
    if forecast.rates and any(point.nrr for point in forecast.rows):
        yield Paragraph(
            translate(
                N_(
                    "high, if the monthly rates of {first} to {last} go on: expansion {expansion}, losses {loss} of "
                    "the MRR. Low, if besides what is known to end does end, and renewals with a sign of leaving are "
                    "lost."
                ),
                first=forecast.rates.first,
                last=forecast.rates.last,
                expansion=format_ratio(forecast.rates.expansion, translate),
                loss=format_ratio(forecast.rates.loss, translate),
            ),
            translate(N_("How it is made:")),
        )
    for point in forecast.rows:
        yield Paragraph(
            _describe_known_changes(point, forecast, translate),
            translate(N_("By {month}:"), month=translate.format_month(point.end)),
        )
    caveat = translate(
        N_(
            "An extrapolation, not a forecast: it knows nothing of what you will do. Low and high are two "
            "assumptions, not a margin of error. Rates of currencies stay. Data to {month}."
        ),
        month=forecast.ledger.last,
    )
    ledger = forecast.ledger
    reservations = describe_reservations(ledger, forecast.origin, int(ledger.accounts.excluded.sum()), translate)
    yield Note(f"{caveat} {reservations}".strip())


def _write_headline(forecast: Forecast, name: str, translate: Translator) -> str:
    point = forecast.rows[0]
    if point.nrr is None:
        reason = translate.format_sentence(point.withheld) if point.withheld else translate(N_("n/a"))
        return translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason)
    low, high = (format_ratio(value, translate) for value in (point.nrr.low, point.nrr.high))
    if low == high:
        return translate(
            N_("{name}, extrapolated: NRR over twelve months {nrr} at the end of {month}"),
            name=name, nrr=high, month=point.end,
        )  # fmt: skip
    return translate(
        N_("{name}, extrapolated: NRR over twelve months {low} to {high} at the end of {month}"),
        name=name, low=low, high=high, month=point.end,
    )  # fmt: skip


def _split_range(span: Range | None) -> tuple[Fraction | None, Fraction | None]:
    return (span.low, span.high) if span else (None, None)


def _describe_known_changes(point: ForecastPoint, forecast: Forecast, translate: Translator) -> str:
    """Return the subscriptions known to end by a close, and the renewals due."""
    currency, sentences = forecast.ledger.currency, []
    if point.ends.accounts:
        sentences.append(
            translate(
                N_("Subscriptions of {accounts} end, {mrr} MRR, with no line that follows."),
                accounts=count_accounts(point.ends.accounts, translate),
                mrr=translate.format_money(point.ends.mrr, currency),
            )
        )
    if point.at_risk.accounts:
        sentences.append(
            translate(
                N_("{accounts} with a sign of leaving renew, {mrr} MRR."),
                accounts=count_accounts(point.at_risk.accounts, translate),
                mrr=translate.format_money(point.at_risk.mrr, currency),
            )
        )
    if point.renewals.accounts and point.starting:
        sentences.append(
            translate(
                N_("Up for renewal in all: {accounts}, {mrr} MRR; each tenth of it that is lost costs {points}."),
                accounts=count_accounts(point.renewals.accounts, translate),
                mrr=translate.format_money(point.renewals.mrr, currency),
                points=format_points(Fraction(point.renewals.mrr, 10 * point.starting), translate),
            )
        )
    if not point.ends.accounts and not point.at_risk.accounts:
        sentences.append(
            translate(N_("The sheet knows no end and no renewal with a sign of leaving: low and high are the same."))
        )
    return " ".join(sentences)
