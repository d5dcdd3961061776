"""Alerts as one message: what happened, the one cause, the next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.advice.assessment import describe_cause
from bot.messages.advice.suggestions import describe_suggestion
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Headline, MessagePart, Note, Paragraph
from bot.messages.kit.sentences import METRIC_LABELS, format_ratio, format_renewal, format_short_ratio, shorten_name
from core.digests.alerts import (
    AccountAlert,
    Alert,
    DataAlert,
    RatioAlert,
    RenewalAlert,
    RestatementAlert,
)
from core.errors import N_
from core.metrics.restatements import period_of
from core.money import Currency
from core.months import Calendar
from core.reports.answer import Answer

_SHOWN = 6


def build_alert_message(alerts: Sequence[Alert], company: Answer, calendar: Calendar, translate: Translator) -> Message:
    """Return one message for all alerts, at least one."""
    sentences = [_describe(alert, company.currency, calendar, translate) for alert in alerts[:_SHOWN]]
    return render(list(_build_parts(sentences, len(alerts), company, translate)))


def _build_parts(sentences: Sequence[str], count: int, company: Answer, translate: Translator) -> Iterator[MessagePart]:
    title = translate.plural(N_("{count} alert about retention"), N_("{count} alerts about retention"), count)
    yield Headline(title)
    for sentence in sentences:
        yield Paragraph(sentence)
    if (more := count - len(sentences)) > 0:
        yield Paragraph(translate.plural(N_("{count} more"), N_("{count} more"), more) + ".")
    if cause := describe_cause(company, translate):
        yield Paragraph(cause, translate(N_("Cause:")))
    if company.advice:
        text = describe_suggestion(company.advice[0], company.currency, translate)
        yield Paragraph(text[:1].upper() + text[1:], translate(N_("Next step:")))
    yield Note(translate(N_("Data to {month}. Each cause is reported once."), month=company.data_through))


def _describe(alert: Alert, currency: Currency, calendar: Calendar, translate: Translator) -> str:
    match alert:
        case RatioAlert():
            return _describe_ratio(alert, translate)
        case AccountAlert():
            template = (
                N_("{name} shrank from {before} to {now} of MRR in {month}.")
                if alert.now
                else N_("{name} left in {month} with {before} of MRR.")
            )
            return translate(
                template,
                name=shorten_name(alert.name),
                before=translate.format_short_money(alert.before, currency),
                now=translate.format_short_money(alert.now, currency),
                month=alert.month,
            )
        case RenewalAlert(_, account):
            return translate(
                N_("{name} renews on {day} with {arr} ARR and shows a sign of leaving: call first."),
                name=shorten_name(account.name),
                day=format_renewal(account.renewal, translate) if account.renewal else "",
                arr=translate.format_short_money(account.arr, currency),
            )
        case RestatementAlert(_, restated):
            return translate(
                N_("{period} was restated: NRR {before} is now {after}. See nrrbot restatements for the rows."),
                period=period_of(restated.cell.window, calendar),
                before=format_ratio(restated.before.nrr, translate),
                after=format_ratio(restated.after.nrr, translate),
            )
        case DataAlert(_, code):
            return translate(N_("A figure in the sheet is rarely right ({code}): see the tab NRR Problems."), code=code)


def _describe_ratio(alert: RatioAlert, translate: Translator) -> str:
    values = {
        "metric": translate(METRIC_LABELS[alert.metric]),
        "before": format_ratio(alert.before, translate),
        "now": format_ratio(alert.now, translate),
        "month": alert.month,
    }
    if alert.target is None:
        return translate(N_("{metric} of twelve months fell from {before} to {now} in {month}."), **values)
    target = format_short_ratio(alert.target, translate)
    template = N_("{metric} of twelve months fell below its target of {target} in {month}: {before} before, {now} now.")
    return translate(template, target=target, **values)
