"""A cut by the values of a dimension, as a message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.locale.translator import Translator
from bot.messages.kit.blocks import TABLE_ROWS
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_values,
    describe_exclusions,
    describe_usage_months,
)
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    count_accounts,
    format_both_ratios,
    format_ratio,
    name_cut,
    name_twelve_months,
    name_value,
)
from core.errors import N_
from core.ledger.history import explain_missing_ratio
from core.reports.breakdown import Breakdown, Row

# Fewer accounts have no verdict, so their ratio is no finding.
FEW_ACCOUNTS = 5
# Headings and the whole take two rows of the table.
SHOWN = min(30, TABLE_ROWS - 2)


def build_breakdown_message(breakdown: Breakdown, translate: Translator) -> Message:
    """Return the table: for each value NRR and GRR of the period and of twelve months; then its base."""
    period = translate.format_period(breakdown.question.period)
    heading = translate(breakdown.heading)
    rows = (
        sorted(breakdown.rows, key=lambda row: -row.asked.starting) if len(breakdown.rows) > SHOWN else breakdown.rows
    )[:SHOWN]
    whole = name_cut(breakdown.question.filters, translate)
    names = [name_value(breakdown.dimension, row.value, translate) for row in rows]
    title = translate(N_("{name} by {heading}, {period}"), name=whole, heading=heading, period=period)
    figures = format_both_ratios(breakdown.whole.asked, translate, breakdown.question)
    parts: list[MessagePart] = [Headline(translate(N_("{title}: {figures}"), title=title, figures=figures))]
    finding = _describe_extremes(breakdown, translate)
    if finding:
        parts.append(Paragraph(finding))
    parts.append(_build_ratios(breakdown, rows, names, title, translate))
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
    more = len(breakdown.rows) - SHOWN
    if more > 0:
        notes.append(
            translate.plural(N_("{count} smaller value: in the CSV."), N_("{count} smaller values: in the CSV."), more)
        )
    if breakdown.segments.is_current_only(breakdown.dimension):
        notes.append(describe_current_values([breakdown.heading], translate))
    ledger, starting = breakdown.segments.ledger, breakdown.whole.asked.starting
    notes.append(describe_exclusions(breakdown.excluded, starting, ledger.currency, translate))
    notes.append(describe_usage_months(ledger.usage_months, translate))
    parts.append(_build_bases(breakdown, rows, names, translate))
    return render([*parts, Note(" ".join(filter(None, notes)))])


def _is_year(breakdown: Breakdown) -> bool:
    """Tell whether the period is the twelve months themselves, whose ratios need no second columns."""
    return breakdown.whole.ttm is not None and breakdown.whole.ttm.window == breakdown.whole.asked.window


def _describe_extremes(breakdown: Breakdown, translate: Translator) -> str:
    """Return the values with the highest and the lowest NRR of the twelve months; empty where they do not differ."""
    metric = breakdown.question.metric
    ratios = {
        row.value: ratio
        for row in breakdown.rows
        if row.ttm and row.ttm.base >= FEW_ACCOUNTS and (ratio := getattr(row.ttm, metric)) is not None
    }
    if len(set(ratios.values())) < 2:
        return ""
    highest, lowest = max(ratios, key=lambda name: ratios[name]), min(ratios, key=lambda name: ratios[name])
    return translate(
        N_("Over twelve months {metric} is highest in {highest} ({most}) and lowest in {lowest} ({least})."),
        metric=translate(METRIC_LABELS[metric]),
        highest=name_value(breakdown.dimension, highest, translate),
        most=format_ratio(ratios[highest], translate),
        lowest=name_value(breakdown.dimension, lowest, translate),
        least=format_ratio(ratios[lowest], translate),
    )


def _build_ratios(
    breakdown: Breakdown, rows: Sequence[Row], names: Sequence[str], title: str, translate: Translator
) -> Grid:
    headings = [translate(breakdown.heading), translate(N_("NRR")), translate(N_("GRR"))]
    if not _is_year(breakdown):
        span = name_twelve_months(breakdown.question.period, translate)
        headings += [translate(N_("NRR, {span}"), span=span), translate(N_("GRR, {span}"), span=span)]
    cells = [[name, *_format_ratios(row, breakdown, translate)] for row, name in zip(rows, names, strict=True)]
    return Grid([headings, *cells], "l" + "r" * (len(headings) - 1), heading=True, caption=title)


def _format_ratios(row: Row, breakdown: Breakdown, translate: Translator) -> list[str]:
    ratios = [row.asked.nrr, row.asked.grr]
    if not _is_year(breakdown):
        ratios += [row.ttm.nrr, row.ttm.grr] if row.ttm else [None, None]
    return [format_ratio(ratio, translate) for ratio in ratios]


def _build_bases(breakdown: Breakdown, rows: Sequence[Row], names: Sequence[str], translate: Translator) -> Details:
    """Return the accounts and the MRR at the start that the ratios of each value count."""
    currency = breakdown.segments.ledger.currency
    headings = [translate(breakdown.heading), *map(translate, (N_("accounts"), N_("MRR at the start")))]
    cells = [
        [name, translate.format_count(row.asked.base), translate.format_money(row.asked.starting, currency)]
        for row, name in zip((*rows, breakdown.whole), (*names, translate(N_("total"))), strict=True)
    ]
    whole = breakdown.whole.asked
    finding = translate(
        N_("{accounts}, {mrr} of MRR"),
        accounts=count_accounts(whole.base, translate),
        mrr=translate.format_money(whole.starting, currency),
    )
    return Details(
        translate(N_("At the start of the period")), [Grid([headings, *cells], "lrr", heading=True)], finding
    )
