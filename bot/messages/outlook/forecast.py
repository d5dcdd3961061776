"""The outlook, as a message: always called an extrapolation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts
from bot.messages.kit.sentences import count_accounts, format_points, format_ratio, name_cut
from core.errors import N_
from core.outlook.forecast import Forecast, ForecastPoint, Range


def forecast_message(found: Forecast, translate: Translator) -> Message:
    """Return the ranges at the end of the quarter and of the year, and what they stand on."""
    return render(list(_parts(found, translate)))


def _parts(found: Forecast, translate: Translator) -> Iterator[Part]:
    name = name_cut(found.question.filters, translate)
    if found.ttm is None or found.reason:
        reason = translate.format_sentence(found.reason) if found.reason else translate(N_("n/a"))
        yield Headline(translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason))
        yield Note(translate(N_("Data to {month}."), month=found.ledger.last))
        return
    yield Headline(_headline(found, name, translate))
    headings = (
        translate(N_("twelve months to")),
        translate(N_("accounts")),
        translate(N_("NRR, low")),
        translate(N_("NRR, high")),
        translate(N_("GRR, low")),
        translate(N_("GRR, high")),
    )
    now, integer = found.ttm, translate.format_count(found.ttm.base)
    last = translate(N_("{month} (measured)"), month=translate.format_short_month(found.ledger.last))
    nrr, grr = format_ratio(now.nrr, translate), format_ratio(now.grr, translate)
    rows = [
        (
            translate.format_short_month(each.end),
            translate.format_count(each.base),
            *(format_ratio(value, translate) for span in (each.nrr, each.grr) for value in _ends(span)),
        )
        for each in found.rows
    ]
    yield Grid([headings, (last, integer, nrr, nrr, grr, grr), *rows], "lrrrrr", heading=True)
    if found.rates and any(each.nrr for each in found.rows):
        yield Paragraph(
            translate(
                N_(
                    "high, if the monthly rates of {first} to {last} go on: expansion {expansion}, losses {loss} of "
                    "the MRR. Low, if besides what is known to end does end, and renewals with a sign of leaving are "
                    "lost."
                ),
                first=found.rates.first,
                last=found.rates.last,
                expansion=format_ratio(found.rates.expansion, translate),
                loss=format_ratio(found.rates.loss, translate),
            ),
            translate(N_("How it is made:")),
        )
    for each in found.rows:
        yield Paragraph(
            _known(each, found, translate), translate(N_("By {month}:"), month=translate.format_month(each.end))
        )
    said = translate(
        N_(
            "An extrapolation, not a forecast: it knows nothing of what you will do. Low and high are two "
            "assumptions, not a margin of error. Rates of currencies stay. Data to {month}."
        ),
        month=found.ledger.last,
    )
    yield Note(f"{said} {count_excluded_accounts(int(found.ledger.quarantined.sum()), translate)}".strip())


def _headline(found: Forecast, name: str, translate: Translator) -> str:
    each = found.rows[0]
    if each.nrr is None:
        reason = translate.format_sentence(each.withheld) if each.withheld else translate(N_("n/a"))
        return translate(N_("{name}: no outlook, {reason}"), name=name, reason=reason)
    low, high = (format_ratio(value, translate) for value in (each.nrr.low, each.nrr.high))
    if low == high:
        return translate(
            N_("{name}, extrapolated: NRR over twelve months {nrr} at the end of {month}"),
            name=name, nrr=high, month=each.end,
        )  # fmt: skip
    return translate(
        N_("{name}, extrapolated: NRR over twelve months {low} to {high} at the end of {month}"),
        name=name, low=low, high=high, month=each.end,
    )  # fmt: skip


def _ends(span: Range | None) -> tuple[Fraction | None, Fraction | None]:
    return (span.low, span.high) if span else (None, None)


def _known(each: ForecastPoint, found: Forecast, translate: Translator) -> str:
    """Return what is known to end by a close, and what is up for renewal."""
    currency, said = found.ledger.currency, []
    if each.ends.accounts:
        said.append(
            translate(
                N_("Subscriptions of {accounts} end, {mrr} MRR, with no line that follows."),
                accounts=count_accounts(each.ends.accounts, translate),
                mrr=translate.format_money(each.ends.mrr, currency),
            )
        )
    if each.at_risk.accounts:
        said.append(
            translate(
                N_("{accounts} with a sign of leaving renew, {mrr} MRR."),
                accounts=count_accounts(each.at_risk.accounts, translate),
                mrr=translate.format_money(each.at_risk.mrr, currency),
            )
        )
    if each.renewals.accounts and each.starting:
        said.append(
            translate(
                N_("Up for renewal in all: {accounts}, {mrr} MRR; each tenth of it that is lost costs {points}."),
                accounts=count_accounts(each.renewals.accounts, translate),
                mrr=translate.format_money(each.renewals.mrr, currency),
                points=format_points(Fraction(each.renewals.mrr, 10 * each.starting), translate),
            )
        )
    if not each.ends.accounts and not each.at_risk.accounts:
        said.append(
            translate(N_("The sheet knows no end and no renewal with a sign of leaving: low and high are the same."))
        )
    return " ".join(said)
