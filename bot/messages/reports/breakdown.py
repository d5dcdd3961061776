"""A cut by the values of a dimension, as a message."""

from __future__ import annotations

from bot.locale.translator import Translator
from bot.messages.kit.layout import TABLE_ROWS, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_values,
    describe_exclusions,
    describe_usage_months,
)
from bot.messages.kit.sentences import format_ratio, name_cut, name_value
from core.errors import N_
from core.ledger.history import explain_missing_ratio
from core.reports.breakdown import Breakdown, Row

# Headings and the whole take two rows of the table.
SHOWN = min(30, TABLE_ROWS - 2)


def build_breakdown_message(breakdown: Breakdown, translate: Translator) -> Message:
    """Return the table: for each value the accounts at the start, NRR and GRR of the period and of twelve months."""
    period = translate.format_period(breakdown.question.period)
    heading = translate(breakdown.heading)
    headings = [
        heading,
        *map(translate, (N_("accounts"), N_("MRR at the start"), N_("NRR"), N_("GRR"))),
        *([] if _is_year(breakdown) else map(translate, (N_("NRR, 12 months"), N_("GRR, 12 months")))),
    ]
    rows = (
        sorted(breakdown.rows, key=lambda row: -row.asked.starting) if len(breakdown.rows) > SHOWN else breakdown.rows
    )
    whole = name_cut(breakdown.question.filters, translate)
    parts: list[MessagePart] = [
        Headline(translate(N_("{name} by {heading}, {period}"), name=whole, heading=heading, period=period)),
        Grid(
            [
                headings,
                *(
                    _build_row(row, name_value(breakdown.dimension, row.value, translate), breakdown, translate)
                    for row in rows[:SHOWN]
                ),
                _build_row(breakdown.whole, whole, breakdown, translate),
            ],
            "l" + "r" * (len(headings) - 1),
            heading=True,
        ),
    ]
    parts += build_origin_caution(breakdown.origin, translate)
    notes = [
        translate(
            N_("Data to {month}. Only the twelve months may be read against a yearly benchmark."),
            month=breakdown.segments.ledger.last,
        )
    ]
    missing = explain_missing_ratio(breakdown.segments.ledger) or breakdown.ttm_reason
    if missing:
        notes.append(translate(N_("Twelve months: n/a, {reason}."), reason=translate.format_sentence(missing)))
    if len(rows) > SHOWN:
        more = len(rows) - SHOWN
        notes.append(
            translate.plural(
                N_("{count} smaller value is not shown."), N_("{count} smaller values are not shown."), more
            )
        )
    if breakdown.segments.is_current_only(breakdown.dimension):
        notes.append(describe_current_values([breakdown.heading], translate))
    ledger, starting = breakdown.segments.ledger, breakdown.whole.asked.starting
    notes.append(describe_exclusions(breakdown.excluded, starting, ledger.currency, translate))
    notes.append(describe_usage_months(ledger.usage_months, translate))
    return render([*parts, Note(" ".join(filter(None, notes)))])


def _is_year(breakdown: Breakdown) -> bool:
    """Tell whether the period is the twelve months themselves, whose ratios need no second columns."""
    return breakdown.whole.ttm is not None and breakdown.whole.ttm.window == breakdown.whole.asked.window


def _build_row(row: Row, name: str, breakdown: Breakdown, translate: Translator) -> tuple[str, ...]:
    money = translate.format_money(row.asked.starting, breakdown.segments.ledger.currency)
    ratios = (row.ttm.nrr, row.ttm.grr) if row.ttm else (None, None)
    year = () if _is_year(breakdown) else (format_ratio(ratio, translate) for ratio in ratios)
    return (
        name,
        translate.format_count(row.asked.base),
        money,
        format_ratio(row.asked.nrr, translate),
        format_ratio(row.asked.grr, translate),
        *year,
    )
