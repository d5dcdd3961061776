"""Accounts at risk, ready to grow, about to renew, as messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations
from bot.messages.kit.sentences import count_accounts, format_ratio, name_cut
from core.errors import N_
from core.money import to_percent
from core.outlook.account_signals import REASONS, SOON, Reason, Signal, Signals

SHOWN = 15


def build_risks_message(signals: Signals, translate: Translator) -> Message:
    """Return the accounts with a sign of leaving."""
    return render(
        list(
            _build_signal_parts(
                signals,
                translate,
                headline=N_("{name}: {accounts} at risk, {mrr} MRR ({share})"),
                none=N_("{name}: no account shows a sign of leaving"),
            )
        )
    )


def build_opportunities_message(signals: Signals, translate: Translator) -> Message:
    """Return the accounts that are ready to grow."""
    return render(
        list(
            _build_signal_parts(
                signals,
                translate,
                headline=N_("{name}: {accounts} ready to grow, {mrr} MRR ({share})"),
                none=N_("{name}: no account shows that it is ready to grow"),
            )
        )
    )


def _build_signal_parts(signals: Signals, translate: Translator, *, headline: str, none: str) -> Iterator[MessagePart]:
    name = name_cut(signals.question.filters, translate)
    if not signals.accounts:
        yield Headline(translate(none, name=name))
    else:
        mrr = sum(signal.mrr for signal in signals.accounts)
        yield Headline(
            translate(
                headline,
                name=name,
                accounts=count_accounts(len(signals.accounts), translate),
                mrr=translate.format_money(mrr, signals.segments.ledger.currency),
                share=format_ratio(Fraction(mrr, signals.mrr) if signals.mrr else None, translate),
            )
        )
        yield _build_grid(signals.accounts, signals, translate)
    yield _write_small_print(signals, signals.accounts, translate)


def build_renewals_message(signals: Signals, translate: Translator) -> Message:
    """Return the renewals ahead by date, with signs of risk, and the overdue ones."""
    return render(list(_build_renewal_parts(signals, translate)))


def _build_renewal_parts(signals: Signals, translate: Translator) -> Iterator[MessagePart]:
    name, currency = name_cut(signals.question.filters, translate), signals.segments.ledger.currency
    if not signals.accounts:
        yield Headline(translate(N_("{name}: no renewal in the next {days} days"), name=name, days=signals.days))
    else:
        arr = sum(signal.arr for signal in signals.accounts)
        headline = translate.plural(
            N_("{name}: {count} renewal in the next {days} days, {arr} ARR"),
            N_("{name}: {count} renewals in the next {days} days, {arr} ARR"),
            len(signals.accounts),
            name=name,
            days=signals.days,
            arr=translate.format_money(arr, currency),
        )
        yield Headline(headline)
        yield Paragraph(_sum_by_span(signals, translate))
        yield _build_grid(signals.accounts, signals, translate)
    if signals.overdue:
        names = translate.format_list([signal.name for signal in signals.overdue[:SHOWN]])
        yield Paragraph(
            translate.plural(
                N_("{count} renewal date has passed and the account still pays: {names}. Is the date still right?"),
                N_("{count} renewal dates have passed and the accounts still pay: {names}. Are the dates still right?"),
                len(signals.overdue),
                names=names,
            )
        )
    yield _write_small_print(signals, signals.accounts, translate)


def _sum_by_span(signals: Signals, translate: Translator) -> str:
    """Return the ARR that renews within 30, 60 and 90 days, and the part of it with a sign of risk."""
    sentences = []
    for days in (span for span in SOON if span <= signals.days):
        until = signals.today + dt.timedelta(days=days)
        due = [signal for signal in signals.accounts if signal.renewal and signal.renewal <= until]
        risky = [signal for signal in due if signal.reasons]
        sentences.append(
            translate(
                N_("Within {days} days: {accounts}, {arr} ARR, of which {risky} with a sign of risk ({risk})."),
                days=days,
                accounts=count_accounts(len(due), translate),
                arr=translate.format_money(sum(signal.arr for signal in due), signals.segments.ledger.currency),
                risky=len(risky),
                risk=translate.format_money(sum(signal.arr for signal in risky), signals.segments.ledger.currency),
            )
        )
    return "\n".join(sentences)


def _build_grid(listed_signals: tuple[Signal, ...], signals: Signals, translate: Translator) -> Grid:
    currency = signals.segments.ledger.currency
    renewals = bool(signals.days)
    headings = [translate(N_("account")), translate(N_("MRR")), *([translate(N_("renews"))] if renewals else [])]
    headings += [translate(N_("signs of risk")) if renewals else translate(N_("why")), translate(N_("row"))]
    rows = [
        [
            signal.name,
            translate.format_money(signal.mrr, currency),
            *([translate.format_date(signal.renewal)] if renewals and signal.renewal else []),
            ", ".join(describe_reason(reason, translate) for reason in signal.reasons),
            str(signal.row) if signal.row else "",
        ]
        for signal in listed_signals[:SHOWN]
    ]
    return Grid([headings, *rows], "lrllr" if renewals else "lrlr", heading=True)


def describe_reason(reason: Reason, translate: Translator) -> str:
    """Return a sign as text, with the account's facts."""
    facts = {
        name: translate.format_short_percent(to_percent(value)) if isinstance(value, Fraction)
        else translate.format_date(value) if isinstance(value, dt.date)
        else value
        for name, value in reason.facts.items()
    }  # fmt: skip
    return translate(REASONS[reason.code], **facts)


def _write_small_print(signals: Signals, listed_signals: tuple[Signal, ...], translate: Translator) -> Note:
    ledger, sentences = signals.segments.ledger, []
    if len(listed_signals) > SHOWN:
        unlisted_signals = listed_signals[SHOWN:]
        sentences.append(
            translate(
                N_("And {accounts} more, {mrr} MRR."),
                accounts=count_accounts(len(unlisted_signals), translate),
                mrr=translate.format_money(
                    sum(signal.mrr for signal in unlisted_signals), signals.segments.ledger.currency
                ),
            )
        )
    sentences.append(
        translate(
            N_("As of {day}: MRR at the end of {month}, rows of the tab {tab}. A blank in the sheet is never a sign."),
            day=translate.format_date(signals.today),
            month=ledger.last,
            tab=signals.segments.ledger.source_rows.tab,
        )
    )
    sentences.append(describe_reservations(ledger, signals.origin, int(ledger.accounts.excluded.sum()), translate))
    return Note(" ".join(filter(None, sentences)))
