"""Accounts at risk, ready to grow, about to renew, as messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_hidden_columns, describe_reservations
from bot.messages.kit.sentences import (
    LinkRows,
    count_accounts,
    count_limited_accounts,
    count_months,
    format_ratio,
    format_renewal,
    link_account,
    list_some,
    name_largest,
    name_limited_cut,
    name_value,
)
from core.advice.health import OPPORTUNITIES
from core.advice.renewals import Renewal
from core.advice.sign_tests import LossRates
from core.errors import N_
from core.money import to_percent
from core.outlook.account_signals import MONTH_REASONS, REASONS, SOON, Reason, Signal, Signals

SHOWN = 15
# Columns of a table, and those of the sheet among them.
_MOST_COLUMNS, _MOST_ASKED = 5, 2


def build_risks_message(signals: Signals, translate: Translator, link: LinkRows) -> Message:
    """Return the accounts with a sign of leaving."""
    return render(
        list(
            _build_signal_parts(
                signals,
                translate,
                link,
                headline=N_("{name}: {accounts} at risk, {arr} ARR ({share})"),
                none=N_("{name}: no account shows a sign of leaving"),
            )
        )
    )


def build_opportunities_message(signals: Signals, translate: Translator, link: LinkRows) -> Message:
    """Return the accounts that are ready to grow."""
    return render(
        list(
            _build_signal_parts(
                signals,
                translate,
                link,
                headline=N_("{name}: {accounts} ready to grow, {arr} ARR ({share})"),
                none=N_("{name}: no account shows that it is ready to grow"),
            )
        )
    )


def _build_signal_parts(
    signals: Signals, translate: Translator, link: LinkRows, *, headline: str, none: str
) -> Iterator[MessagePart]:
    name = _name_cut(signals, translate)
    if not signals.index.size:
        yield Headline(translate(none, name=name))
    else:
        mrr = int(signals.listed_mrr.sum())
        title = translate(
            headline,
            name=name,
            accounts=count_limited_accounts(signals.index.size, signals.met, signals.of_accounts, translate),
            arr=_format_arr(mrr, signals, translate),
            share=format_ratio(Fraction(mrr, signals.mrr) if signals.mrr else None, translate),
        )
        yield Headline(title)
        if signals.rates:
            yield Paragraph(_describe_expected_loss(signals, signals.rates, translate), translate(N_("Expected loss:")))
        yield _build_grid(signals, title, translate, link)
    yield _write_small_print(signals, translate)


def _describe_expected_loss(signals: Signals, rates: LossRates, translate: Translator) -> str:
    return translate(
        N_(
            "{mrr} of MRR within {months}, at the measured rate of each sign, or that of all accounts where a sign is "
            "not tested (ask: signs)."
        ),
        mrr=translate.format_short_money(signals.expected_loss, signals.segments.ledger.currency),
        months=count_months(rates.months, translate),
    )


def _name_cut(signals: Signals, translate: Translator) -> str:
    return name_limited_cut(signals.question.filters, signals.limits, signals.segments.ledger.currency, translate)


def _format_arr(mrr: int, signals: Signals, translate: Translator) -> str:
    return translate.format_money(12 * mrr, signals.segments.ledger.currency)


def build_renewals_message(signals: Signals, translate: Translator, link: LinkRows) -> Message:
    """Return the renewals ahead, those with most ARR first, with signs of risk, and the overdue ones."""
    return render(list(_build_renewal_parts(signals, translate, link)))


def _build_renewal_parts(signals: Signals, translate: Translator, link: LinkRows) -> Iterator[MessagePart]:
    if not signals.has_renewals:
        name = _name_cut(signals, translate)
        yield Headline(translate(N_("{name}: renewals are not known, the sheet has no renewal dates"), name=name))
        yield Paragraph(
            translate(
                N_(
                    "Give the accounts a Renewal date in the tab Customers, or each line of the tab Subscriptions the "
                    "End of its term."
                )
            )
        )
        yield _write_small_print(signals, translate)
        return
    title = _write_renewals_headline(signals, translate)
    yield Headline(title)
    if signals.index.size:
        yield Paragraph(_sum_by_span(signals, translate))
        yield _build_grid(signals, title, translate, link)
    if signals.overdue_index.size:
        ledger = signals.segments.ledger
        names = list_some([ledger.accounts.names[at] for at in signals.overdue_index.tolist()], translate)
        yield Paragraph(
            translate.plural(
                N_("{count} renewal date has passed and the account still pays: {names}. Is the date still right?"),
                N_("{count} renewal dates have passed and the accounts still pay: {names}. Are the dates still right?"),
                signals.overdue_index.size,
                names=names,
            )
        )
    yield _write_small_print(signals, translate)


def _write_renewals_headline(signals: Signals, translate: Translator) -> str:
    name, renewals = _name_cut(signals, translate), signals.renewals
    days = renewals.days if renewals else 0
    period = ""
    if renewals and renewals.in_period:
        period = translate.format_period(signals.question.period)
        first = (signals.question.period.window.start + 1).first_day
        if first < signals.today:
            period = translate(N_("{period} from {day} on"), period=period, day=translate.format_date(signals.today))
    if not signals.index.size:
        template = N_("{name}, {period}: no renewal") if period else N_("{name}: no renewal in the next {days} days")
        return translate(template, name=name, period=period, days=days)
    listed, met, total = signals.index.size, signals.met, signals.of_accounts
    renewal_count = translate.plural(N_("{count} renewal"), N_("{count} renewals"), met)
    if listed < met:
        renewal_count = name_largest(listed, renewal_count, translate)
    elif met < total:
        renewal_count = translate.plural(
            N_("{met} of {count} renewal"), N_("{met} of {count} renewals"), total, met=translate.format_count(met)
        )
    return translate(
        N_("{name}, {period}: {renewals}, {arr} ARR") if period
        else N_("{name}: {renewals} in the next {days} days, {arr} ARR"),
        name=name,
        period=period,
        renewals=renewal_count,
        days=days,
        arr=_format_arr(int(signals.listed_mrr.sum()), signals, translate),
    )  # fmt: skip


def _sum_by_span(signals: Signals, translate: Translator) -> str:
    """Return the ARR that renews within 30, 60 and 90 days, and the part of it with a sign of risk.

    Of a named period, and of the largest renewals only, return the part with a sign of risk.
    """
    mrr, has_sign = signals.listed_mrr, signals.has_sign
    risky = mrr[has_sign]
    if not signals.renewals or signals.renewals.in_period or signals.index.size < signals.met:
        if not risky.size:
            return translate(N_("None of them has a sign of risk."))
        return translate.plural(
            N_("{count} of them has a sign of risk ({risk} ARR)."),
            N_("{count} of them have a sign of risk ({risk} ARR)."),
            risky.size,
            risk=_format_arr(int(risky.sum()), signals, translate),
        )
    sentences = []
    for days in (span for span in SOON if span <= signals.renewals.days):
        is_due = signals.renewal_days <= signals.today.toordinal() + days
        due, risky = mrr[is_due], mrr[is_due & has_sign]
        sentences.append(
            translate(
                N_("Within {days} days: {accounts}, {arr} ARR, of which {risky} with a sign of risk ({risk})."),
                days=days,
                accounts=count_accounts(due.size, translate),
                arr=_format_arr(int(due.sum()), signals, translate),
                risky=translate.format_count(risky.size),
                risk=_format_arr(int(risky.sum()), signals, translate),
            )
        )
    return "\n".join(sentences)


def _build_grid(signals: Signals, title: str, translate: Translator, link: LinkRows) -> Grid:
    """Return the table, of at most five columns: the signs and the row give way to columns of the sheet."""
    renewals = signals.renewals is not None
    columns: list[tuple[str, str, Callable[[Signal], str]]] = [
        ("l", translate(N_("account")), lambda signal: link_account(signal.name, signal.row, link)),
        ("r", translate(N_("ARR")), lambda signal: _format_arr(signal.mrr, signals, translate)),
        (
            "l",
            translate(N_("signs of risk") if renewals else N_("why")),
            lambda signal: list_reasons(signal.reasons, translate),
        ),
    ]
    if signals.rates:
        columns.insert(
            2,
            (
                "r",
                translate(N_("expected loss")),
                lambda signal: translate.format_money(signal.expected_loss or 0, signals.segments.ledger.currency),
            ),
        )
    if renewals:
        columns.insert(
            2,
            (
                "l",
                translate(N_("renews")),
                lambda signal: format_renewal(signal.renewal, translate) if signal.renewal else "",
            ),
        )
    for column in reversed(signals.columns[:_MOST_ASKED]):
        columns.insert(1, ("l", translate(signals.segments.heading(column)), partial(_name_value, column, translate)))
    if not signals.columns and _shows_owner(signals):
        columns.insert(1, ("l", translate(signals.segments.heading("owner")), lambda signal: signal.owner))
    del columns[_MOST_COLUMNS:]
    if len(columns) < _MOST_COLUMNS:
        columns.append(
            (
                "r",
                translate(N_("row of {tab}"), tab=signals.segments.ledger.source_rows.tab),
                lambda signal: str(signal.row) if signal.row else "",
            )
        )
    rows = [[read(signal) for _, _, read in columns] for signal in signals.build_signals(signals.index[:SHOWN])]
    headings = [heading for _, heading, _ in columns]
    return Grid([headings, *rows], "".join(align for align, _, _ in columns), heading=True, caption=title)


def _name_value(column: str, translate: Translator, signal: Signal) -> str:
    return name_value(column, signal.values[column], translate)


def _shows_owner(signals: Signals) -> bool:
    """Return whether the accounts may differ in their owner."""
    owners = [entry for entry in signals.question.filters if entry.dimension == "owner" and not entry.excluded]
    return "owner" in signals.segments.dimensions and len(owners) != 1


def list_reasons(reasons: Iterable[Reason], translate: Translator) -> str:
    """Return signs as a phrase: "uses 45 of 50 seats, but NPS 4" of an account at risk that shows signs of growth."""
    return join_signs(((reason.code, describe_reason(reason, translate)) for reason in reasons), translate)


def join_signs(signs: Iterable[tuple[str, str]], translate: Translator) -> str:
    """Return the texts of signs, each with its code, as a phrase: those of growth come before those of risk."""
    texts = list(signs)
    growth = ", ".join(text for code, text in texts if code in OPPORTUNITIES)
    risk = ", ".join(text for code, text in texts if code not in OPPORTUNITIES)
    if growth and risk:
        return translate(N_("{opportunities}, but {risks}"), opportunities=growth, risks=risk)
    return growth or risk


def describe_reason(reason: Reason, translate: Translator) -> str:
    """Return a sign as text, with the account's facts."""
    facts = {
        name: translate.format_short_percent(to_percent(value)) if isinstance(value, Fraction)
        else translate.format_date(value) if isinstance(value, dt.date)
        else value
        for name, value in reason.facts.items()
    }  # fmt: skip
    templates = MONTH_REASONS if "month" in reason.facts else REASONS
    return translate(templates[reason.code], **facts)


def describe_renewal(renewal: Renewal, translate: Translator) -> str:
    """Return when an account renews, as a phrase: `renews on 1 January 2027`, `renews in January 2027`."""
    if renewal.month:
        return translate(MONTH_REASONS["renewal_at_risk"], month=renewal.month)
    return translate(REASONS["renewal_at_risk"], day=translate.format_date(renewal.day))


def _write_small_print(signals: Signals, translate: Translator) -> Note:
    ledger, sentences = signals.segments.ledger, []
    unlisted = signals.listed_mrr[SHOWN:]
    if unlisted.size:
        sentences.append(
            translate(
                N_("And {accounts} more, {arr} ARR."),
                accounts=count_accounts(unlisted.size, translate),
                arr=_format_arr(int(unlisted.sum()), signals, translate),
            )
        )
    sentences.append(
        translate(
            N_("As of {day}: ARR is twelve times the MRR at the end of {month}. A blank in the sheet is never a sign."),
            day=translate.format_date(signals.today),
            month=ledger.last,
        )
    )
    sentences.append(describe_hidden_columns(signals.columns[_MOST_ASKED:], signals.segments, translate))
    sentences.append(describe_reservations(ledger, signals.origin, int(ledger.accounts.excluded.sum()), translate))
    return Note(" ".join(filter(None, sentences)))
