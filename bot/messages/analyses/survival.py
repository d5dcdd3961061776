"""Survival by months since the first MRR, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_left_out,
)
from bot.messages.kit.sentences import format_interval, format_ratio, name_cut
from core.analyses.survival import Survival
from core.errors import N_
from core.metrics.uncertainty import Interval
from core.reports.scope import YEAR


def build_survival_message(survival: Survival, translate: Translator) -> Message:
    """Return the accounts and the MRR that are kept at each age, and the age at which half have left."""
    return render(list(_build_parts(survival, translate)))


def _build_parts(survival: Survival, translate: Translator) -> Iterator[MessagePart]:
    name, listed = name_cut(survival.question.filters, translate), survival.listed
    if not listed:
        yield Headline(translate(N_("{name}: no account with a known start has been seen for a month"), name=name))
    else:
        step = next((entry for entry in reversed(listed) if entry.months <= YEAR), listed[0])
        yield Headline(
            translate.plural(
                N_("{name}: {share} of accounts are kept {count} month after their first MRR"),
                N_("{name}: {share} of accounts are kept {count} months after their first MRR"),
                step.months,
                name=name,
                share=format_ratio(step.share, translate),
            )
        )
        median = survival.median
        yield Paragraph(
            translate(N_("More than half of the accounts are kept at every age seen so far."))
            if median is None
            else translate.plural(
                N_("Half of the accounts have left after {count} month."),
                N_("Half of the accounts have left after {count} months."),
                median,
            )
        )
        yield _build_grid(survival, translate)
    yield from build_origin_caution(survival.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(survival, translate))))


def _build_grid(survival: Survival, translate: Translator) -> Grid:
    rows: list[Sequence[str]] = [
        (
            translate(N_("months")),
            translate(N_("at risk")),
            translate(N_("accounts kept")),
            translate(N_("GRR")),
            translate(N_("first MRR")),
        )
    ]
    for step in survival.listed:
        revenue = survival.revenue.get(step.months)
        money = ""
        if revenue:
            money = translate.format_short_money(revenue.starting, survival.segments.ledger.currency)
        rows.append(
            (
                translate.format_count(step.months),
                translate.format_count(step.at_risk),
                _format_share(format_ratio(step.share, translate), step.band, translate),
                _format_share(format_ratio(revenue.grr, translate), revenue.band, translate) if revenue else "",
                money,
            )
        )
    return Grid(rows, "rrrrr", heading=True)


def _format_share(share: str, band: Interval | None, translate: Translator) -> str:
    return f"{share} ({format_interval(band, translate)})" if band else share


def _write_notes(survival: Survival, translate: Translator) -> Iterator[str]:
    segments, ledger = survival.segments, survival.segments.ledger
    if survival.undated:
        yield translate.plural(
            N_("{count} account of the first close has no date under Since, so its age is unknown: not counted."),
            N_("{count} accounts of the first close have no date under Since, so their age is unknown: not counted."),
            survival.undated,
        )
    yield describe_left_out(ledger, survival.excluded, survival.origin, translate)
    yield describe_current_only_columns(segments, survival.question.filters, translate)
    yield translate(
        N_(
            "Accounts by Kaplan-Meier: one that comes back has left. GRR is that of accounts of that age, so it may "
            "rise. 95% bands. Data to {month}."
        ),
        month=ledger.last,
    )
