"""Accounts at risk, ready to grow, about to renew, as messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Note, Paragraph, Part
from bot.messages.kit.provenance import count_excluded_accounts
from bot.messages.kit.sentences import count_accounts, format_ratio, name_cut
from core.errors import N_
from core.money import percent
from core.outlook.account_signals import REASONS, SOON, Reason, Signal, Signals

SHOWN = 15


def risks_message(found: Signals, translate: Translator) -> Message:
    """Return the accounts with a sign of leaving."""
    return render(
        list(
            _signs(
                found,
                translate,
                headline=N_("{name}: {accounts} at risk, {mrr} MRR ({share})"),
                none=N_("{name}: no account shows a sign of leaving"),
            )
        )
    )


def opportunities_message(found: Signals, translate: Translator) -> Message:
    """Return the accounts that are ready to grow."""
    return render(
        list(
            _signs(
                found,
                translate,
                headline=N_("{name}: {accounts} ready to grow, {mrr} MRR ({share})"),
                none=N_("{name}: no account shows that it is ready to grow"),
            )
        )
    )


def _signs(found: Signals, translate: Translator, *, headline: str, none: str) -> Iterator[Part]:
    name = name_cut(found.question.filters, translate)
    if not found.found:
        yield Headline(translate(none, name=name))
    else:
        mrr = sum(each.mrr for each in found.found)
        yield Headline(
            translate(
                headline,
                name=name,
                accounts=count_accounts(len(found.found), translate),
                mrr=translate.format_money(mrr, found.segments.ledger.currency),
                share=format_ratio(Fraction(mrr, found.mrr) if found.mrr else None, translate),
            )
        )
        yield _table(found.found, found, translate)
    yield _small_print(found, found.found, translate)


def renewals_message(found: Signals, translate: Translator) -> Message:
    """Return the renewals ahead, by date, with the signs of risk; and those that are overdue."""
    return render(list(_renewals(found, translate)))


def _renewals(found: Signals, translate: Translator) -> Iterator[Part]:
    name, currency = name_cut(found.question.filters, translate), found.segments.ledger.currency
    if not found.found:
        yield Headline(translate(N_("{name}: no renewal in the next {days} days"), name=name, days=found.days))
    else:
        arr = sum(each.arr for each in found.found)
        headline = translate.plural(
            N_("{name}: {count} renewal in the next {days} days, {arr} ARR"),
            N_("{name}: {count} renewals in the next {days} days, {arr} ARR"),
            len(found.found),
            name=name,
            days=found.days,
            arr=translate.format_money(arr, currency),
        )
        yield Headline(headline)
        yield Paragraph(_by_span(found, translate))
        yield _table(found.found, found, translate)
    if found.overdue:
        names = translate.format_list([each.name for each in found.overdue[:SHOWN]])
        yield Paragraph(
            translate.plural(
                N_("{count} renewal date has passed and the account still pays: {names}. Is the date still right?"),
                N_("{count} renewal dates have passed and the accounts still pay: {names}. Are the dates still right?"),
                len(found.overdue),
                names=names,
            )
        )
    yield _small_print(found, found.found, translate)


def _by_span(found: Signals, translate: Translator) -> str:
    """Return how much renews within 30, 60 and 90 days, and how much of it shows a risk."""
    said = []
    for days in (span for span in SOON if span <= found.days):
        until = found.today + dt.timedelta(days=days)
        here = [each for each in found.found if each.renewal and each.renewal <= until]
        risky = [each for each in here if each.reasons]
        said.append(
            translate(
                N_("Within {days} days: {accounts}, {arr} ARR, of which {risky} with a sign of risk ({risk})."),
                days=days,
                accounts=count_accounts(len(here), translate),
                arr=translate.format_money(sum(each.arr for each in here), found.segments.ledger.currency),
                risky=len(risky),
                risk=translate.format_money(sum(each.arr for each in risky), found.segments.ledger.currency),
            )
        )
    return "\n".join(said)


def _table(shown: tuple[Signal, ...], found: Signals, translate: Translator) -> Grid:
    currency = found.segments.ledger.currency
    renewals = bool(found.days)
    headings = [translate(N_("account")), translate(N_("MRR")), *([translate(N_("renews"))] if renewals else [])]
    headings += [translate(N_("signs of risk")) if renewals else translate(N_("why")), translate(N_("row"))]
    rows = [
        [
            each.name,
            translate.format_money(each.mrr, currency),
            *([translate.format_date(each.renewal)] if renewals and each.renewal else []),
            ", ".join(reason_text(reason, translate) for reason in each.reasons),
            str(each.row) if each.row else "",
        ]
        for each in shown[:SHOWN]
    ]
    return Grid([headings, *rows], "lrllr" if renewals else "lrlr", heading=True)


def reason_text(reason: Reason, translate: Translator) -> str:
    """Return a sign in words, with the account's own facts."""
    facts = {
        name: translate.format_short_percent(percent(value)) if isinstance(value, Fraction)
        else translate.format_date(value) if isinstance(value, dt.date)
        else value
        for name, value in reason.facts.items()
    }  # fmt: skip
    return translate(REASONS[reason.code], **facts)


def _small_print(found: Signals, shown: tuple[Signal, ...], translate: Translator) -> Note:
    said = []
    if len(shown) > SHOWN:
        rest = shown[SHOWN:]
        said.append(
            translate(
                N_("And {accounts} more, {mrr} MRR."),
                accounts=count_accounts(len(rest), translate),
                mrr=translate.format_money(sum(each.mrr for each in rest), found.segments.ledger.currency),
            )
        )
    said.append(
        translate(
            N_("As of {day}: MRR at the end of {month}, rows of the tab {tab}. A blank in the sheet is never a sign."),
            day=translate.format_date(found.today),
            month=found.segments.ledger.last,
            tab=found.segments.ledger.tab,
        )
    )
    said.append(count_excluded_accounts(int(found.segments.ledger.quarantined.sum()), translate))
    return Note(" ".join(filter(None, said)))
