"""Alerts as one message: of each what happened, to which accounts, why, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.advice.assessment import describe_cause
from bot.messages.advice.suggestions import describe_suggestion
from bot.messages.digests.restatements import describe_restated_figures
from bot.messages.kit.layout import render
from bot.messages.kit.limits import count_words, shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    NAME_LIMIT,
    format_ratio,
    format_share,
    format_short_ratio,
    list_some,
    shorten_name,
)
from bot.messages.outlook.account_signals import describe_renewal, list_reasons
from core.digests.alerts import AccountAlert, Alert, Alerts, DataAlert, RatioAlert, RenewalAlert, RestatementAlert
from core.errors import N_
from core.metrics.restatements import period_of
from core.money import Currency
from core.months import Calendar
from core.reports.answer import Answer

WORDS = 150
_SHOWN = 6
# Of those that have no sentence, so many are named.
_NAMED = 12


def build_alert_message(
    report: Alerts, calendar: Calendar, translate: Translator, write: Callable[[str], str] | None = None
) -> Message:
    """Return one message for all alerts, at least one.

    Args:
        report: the alerts.
        calendar: the fiscal calendar.
        translate: the readers' language.
        write: returns the value of a button that asks a line; None for a message without buttons.

    """
    groups = _group_alerts(report.alerts)
    for most in range(min(_SHOWN, len(groups)), 0, -1):
        parts = list(_build_parts(report, groups[:most], calendar, translate))
        if count_words(render(parts).text) <= WORDS:
            break
    return render([*parts, *(_build_buttons(report.alerts, translate, write) if write else ())])


def _group_alerts(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """Return the alerts of each sentence, in their order: all restatements have one."""
    groups: list[list[Alert]] = []
    for alert in alerts:
        if groups and isinstance(alert, RestatementAlert) and isinstance(groups[-1][0], RestatementAlert):
            groups[-1].append(alert)
        else:
            groups.append([alert])
    return groups


def _build_parts(
    report: Alerts, groups: Sequence[Sequence[Alert]], calendar: Calendar, translate: Translator
) -> Iterator[MessagePart]:
    company, count = report.company, len(report.alerts)
    yield Headline(translate.plural(N_("{count} alert about retention"), N_("{count} alerts about retention"), count))
    for group in groups:
        yield Paragraph(_describe(group, company.currency, calendar, translate))
    if others := report.alerts[sum(map(len, groups)) :]:
        yield _list_others(others, calendar, translate)
    # The others have their cause and their next step in their own sentences.
    ratios = [alert for alert in report.alerts if isinstance(alert, RatioAlert)]
    if ratios:
        if cause := _describe_cause(ratios[0], company, translate):
            yield Paragraph(cause, translate(N_("Cause:")))
        if company.advice:
            text = describe_suggestion(company.advice[0], company.currency, translate)
            yield Paragraph(text[:1].upper() + text[1:], translate(N_("Next step:")))
    yield Note(translate(N_("Data to {month}. Each cause is reported once."), month=company.data_through))


def _list_others(alerts: Sequence[Alert], calendar: Calendar, translate: Translator) -> Paragraph:
    """Return the subjects of alerts that have no sentence: accounts, ratios, periods, codes of problems."""
    names = list(dict.fromkeys(_name_subject(alert, calendar, translate) for alert in alerts))
    named, rest = names[:_NAMED], len(names) - _NAMED
    if rest > 0:
        named.append(translate.plural(N_("{count} more"), N_("{count} more"), rest))
    lead = translate.plural(N_("{count} more alert:"), N_("{count} more alerts:"), len(alerts))
    return Paragraph(f"{translate.format_list(named)}.", lead)


def _name_subject(alert: Alert, calendar: Calendar, translate: Translator) -> str:
    match alert:
        case RatioAlert():
            return translate(METRIC_LABELS[alert.metric])
        case AccountAlert():
            return shorten(alert.name, NAME_LIMIT)
        case RenewalAlert(_, account):
            return shorten(account.name, NAME_LIMIT)
        case RestatementAlert(_, restated, _):
            return translate.format_period(period_of(restated.cell.window, calendar))
        case DataAlert(_, code):
            return code


def _describe_cause(alert: RatioAlert, company: Answer, translate: Translator) -> str:
    """Return the accounts that made a ratio fall, and the cause of its twelve months; missing growth is none."""
    cause, alone = describe_cause(company, translate), company.cause.alone if company.cause else None
    if not alert.losses or (alone and alone.name == alert.losses[0]):
        return cause
    losses = translate.format_list(map(shorten_name, alert.losses))
    text = translate(N_("Most was lost with {losses}."), losses=losses)
    return text if company.cause and company.cause.component == "expansion" else f"{text} {cause}".strip()


def _build_buttons(alerts: Sequence[Alert], translate: Translator, write: Callable[[str], str]) -> Iterator[Button]:
    """Yield the questions that alerts lead to."""
    if any(isinstance(alert, RatioAlert | AccountAlert) for alert in alerts):
        yield Button(translate(N_("Why")), "answer", write("why"), "why")
    if any(isinstance(alert, RenewalAlert) for alert in alerts):
        yield Button(translate(N_("Renewals")), "answer", write("renewals"), "renewals")


def _describe(group: Sequence[Alert], currency: Currency, calendar: Calendar, translate: Translator) -> str:
    match group[0]:
        case RatioAlert() as alert:
            return _describe_ratio(alert, translate)
        case AccountAlert() as alert:
            template = (
                N_("{name} shrank from {before} to {now} in {month} ({share} of all MRR lost). Ask what it dropped.")
                if alert.now
                else N_("{name} left in {month} with {before} of MRR ({share} of all). Ask why it left.")
            )
            return translate(
                template,
                name=shorten_name(alert.name),
                before=translate.format_short_money(alert.before, currency),
                now=translate.format_short_money(alert.now, currency),
                month=alert.month,
                share=format_share(alert.share, translate),
            )
        case RenewalAlert(_, account):
            return translate(
                N_("{name}, {arr} ARR, {renews} and has a sign of leaving ({signs}): call it."),
                name=shorten_name(account.name),
                renews=describe_renewal(account.renewal, translate) if account.renewal else "",
                arr=translate.format_short_money(account.arr, currency),
                signs=list_reasons(account.reasons, translate),
            )
        case RestatementAlert(_, _, restatements):
            figures = [alert.restated for alert in group if isinstance(alert, RestatementAlert)]
            restated = [(period_of(figure.cell.window, calendar), figure) for figure in figures]
            text = describe_restated_figures(restated, restatements, translate)
            names = list(dict.fromkeys(cause.name for entry in restatements for cause in entry.causes))
            behind = translate(N_("Accounts: {names}."), names=list_some(names, translate)) if names else ""
            return " ".join(filter(None, (text, behind, translate(N_("Check that this was meant.")))))
        case DataAlert(_, code):
            template = N_("A figure in the sheet is rarely right ({code}). Check it in the tab NRR Problems.")
            return translate(template, code=code)


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
