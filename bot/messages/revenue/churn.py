"""Churn of revenue and of accounts, as a message."""

from __future__ import annotations

from collections.abc import Iterator

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_exclusions,
    describe_usage_months,
)
from bot.messages.kit.sentences import LinkRows, format_ratio, link_account, name_cut
from core.errors import N_
from core.metrics.retention import Bridge
from core.money import compute_ratio
from core.revenue.churn import Churn, ChurnRates


def build_churn_message(churn: Churn, translate: Translator, link: LinkRows) -> Message:
    """Return the churn of the window and of twelve months, and the largest accounts that left."""
    return render(list(_build_parts(churn, translate, link)))


def _build_parts(churn: Churn, translate: Translator, link: LinkRows) -> Iterator[MessagePart]:
    name, period, asked = name_cut(churn.question.filters, translate), churn.question.period, churn.asked
    if churn.reason:
        yield Headline(
            translate(N_("{name}, {period}: churn n/a, {reason}"), name=name, period=period, reason=churn.reason)
        )
    else:
        yield Headline(
            translate(
                N_("{name}, {period}: revenue churn {revenue} ({mrr} of MRR), logo churn {logo} ({accounts})"),
                name=name,
                period=period,
                revenue=format_ratio(asked.revenue, translate),
                mrr=_format_money(asked.bridge.churn, churn, translate),
                logo=format_ratio(asked.logo, translate),
                accounts=_count_lost(asked.bridge, translate),
            )
        )
    sentences = list(_write_rates(churn, translate))
    if sentences:
        yield Paragraph(" ".join(sentences))
    if churn.lost:
        yield _build_grid(churn, translate, link)
    yield from build_origin_caution(churn.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(churn, translate))))


def _write_rates(churn: Churn, translate: Translator) -> Iterator[str]:
    asked, ttm = churn.asked, churn.ttm
    if churn.reason is None and asked.bridge.contraction:
        lost = _format_money(asked.bridge.churn + asked.bridge.contraction, churn, translate)
        losses = format_ratio(asked.losses, translate)
        yield translate(N_("With contraction: {losses} ({mrr} of MRR)."), losses=losses, mrr=lost)
    if ttm is not None and ttm.revenue is not None and ttm.bridge.window != asked.bridge.window:
        yield _describe_twelve_months(ttm, churn, translate)
    yearly = churn.compound(asked.revenue)
    if yearly:
        yield translate(
            N_("If every month were like this one, a year would lose {revenue} of MRR and {logo} of accounts."),
            revenue=format_ratio(yearly, translate),
            logo=format_ratio(churn.compound(asked.logo), translate),
        )


def _describe_twelve_months(ttm: ChurnRates, churn: Churn, translate: Translator) -> str:
    return translate(
        N_(
            "Twelve months to {month}: revenue churn {revenue} ({mrr} of MRR), with contraction {losses}; logo churn "
            "{logo} ({accounts})."
        ),
        month=ttm.bridge.window.end,
        revenue=format_ratio(ttm.revenue, translate),
        mrr=_format_money(ttm.bridge.churn, churn, translate),
        losses=format_ratio(ttm.losses, translate),
        logo=format_ratio(ttm.logo, translate),
        accounts=_count_lost(ttm.bridge, translate),
    )


def _count_lost(bridge: Bridge, translate: Translator) -> str:
    """Return the accounts that left, of those of the base: 3 of 62 accounts."""
    churned = translate.format_count(bridge.churned)
    return translate.plural(
        N_("{churned} of {count} account"), N_("{churned} of {count} accounts"), bridge.base, churned=churned
    )


def _build_grid(churn: Churn, translate: Translator, link: LinkRows) -> Grid:
    """Return the largest accounts that left, and the others together."""
    unit, bridge = churn.segments.ledger.currency.unit, churn.asked.bridge
    others = bridge.churned - len(churn.lost)
    others_mrr = bridge.churn - sum(entry.account.amount for entry in churn.lost)
    cents = any(amount % unit for amount in (others_mrr, *(entry.account.amount for entry in churn.lost)))

    def format_amounts(amount: int) -> tuple[str, str]:
        share = compute_ratio(amount, bridge.churn)
        return _format_money(amount, churn, translate, cents=cents), format_ratio(share, translate)

    rows = [
        (
            link_account(entry.account.name, entry.account.row, link),
            translate.format_short_month(entry.month),
            *format_amounts(entry.account.amount),
        )
        for entry in churn.lost
    ]
    if others:
        label = translate.plural(N_("{count} other account"), N_("{count} other accounts"), others)
        rows.append((label, "", *format_amounts(others_mrr)))
    headings = (
        translate(N_("account")),
        translate(N_("left in")),
        translate(N_("MRR lost")),
        translate(N_("share of churn")),
    )
    return Grid([headings, *rows], "llrr", heading=True)


def _write_notes(churn: Churn, translate: Translator) -> Iterator[str]:
    segments, ledger = churn.segments, churn.segments.ledger
    if churn.ttm_reason:
        yield translate(N_("Twelve months: n/a, {reason}."), reason=churn.ttm_reason)
    yield describe_exclusions(churn.excluded, churn.asked.bridge.starting, ledger.currency, translate)
    yield describe_usage_months(ledger.usage_months, translate)
    yield describe_current_only_columns(segments, churn.question.filters, translate)
    yield from map(translate.format_sentence, churn.not_given)
    yield translate(
        N_("Data to {month}. Only the twelve months may be read against a yearly benchmark."), month=ledger.last
    )


def _format_money(amount: int, churn: Churn, translate: Translator, *, cents: bool = False) -> str:
    return translate.format_money(amount, churn.segments.ledger.currency, cents=cents)
