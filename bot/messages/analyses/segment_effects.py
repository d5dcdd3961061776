"""The segments that moved a ratio, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_values,
    describe_exclusions,
    describe_usage_months,
)
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    NAME_LIMIT,
    count_accounts,
    format_point_change,
    format_ratio,
    format_signed_points,
    name_cut,
    name_value,
)
from core.analyses.segment_effects import DimensionEffects, Part, SegmentEffect, SegmentEffects
from core.errors import N_

# Values in the table, and other columns in the sentence below it; the JSON has all.
SHOWN = 7
OTHERS = 3


def build_segment_effects_message(effects: SegmentEffects, translate: Translator) -> Message:
    """Return the change, the segment that explains most of it, and whether by its ratio or by its weight."""
    return render(list(_build_parts(effects, translate)))


def _build_parts(effects: SegmentEffects, translate: Translator) -> Iterator[MessagePart]:
    change = effects.change
    values = {
        "name": name_cut(effects.question.filters, translate),
        "period": effects.question.period,
        "metric": translate(METRIC_LABELS[effects.question.metric]),
        "earlier": effects.earlier_period,
        "before": format_ratio(effects.earlier.ratio, translate),
        "after": format_ratio(effects.later.ratio, translate),
    }
    if change is None:
        yield Headline(translate(N_("{name}, {period}: {metric} {after}; {earlier}: {before}"), **values))
        yield Paragraph(translate(N_("No account paid at the start of one of the two periods: nothing to compare.")))
    else:
        yield Headline(
            translate(
                N_("{name}, {period}: {metric} {after}, {points} ({earlier}: {before})"),
                **values,
                points=format_point_change(change, translate),
            )
        )
        if not effects.dimensions:
            yield Paragraph(translate(N_("No column has accounts with different values: there is nothing to rank.")))
        else:
            yield Paragraph(" ".join(_write_finding(effects, effects.dimensions[0], change, translate)))
            yield _build_grid(effects.dimensions[0], effects, translate)
            if change:
                yield from _build_others(effects.dimensions[1:], translate)
    yield from build_origin_caution(effects.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(effects, translate))))


def _write_finding(
    effects: SegmentEffects, leading: DimensionEffects, change: Fraction, translate: Translator
) -> Iterator[str]:
    first = leading.effects[0]
    if not any(effect.total for entry in effects.dimensions for effect in entry.effects):
        yield translate(N_("No value of any column moved it."))
        return
    yield translate(
        N_(
            "{value} ({heading}) contributes most for its size: {points} of {change}, with {share} of the MRR "
            "({accounts})."
        ),
        heading=translate(leading.heading),
        value=_name(first, leading, translate),
        points=format_point_change(first.total, translate),
        change=format_signed_points(change, translate),
        share=format_ratio(first.share, translate),
        accounts=count_accounts(max(first.earlier.accounts, first.later.accounts), translate),
    )
    yield translate(
        N_("By {heading}, {rate} points are rate (ratios within the values) and {mix} mix (their weights)."),
        heading=translate(leading.heading),
        rate=format_signed_points(leading.rate, translate),
        mix=format_signed_points(leading.mix, translate),
    )
    paradox = next((entry for entry in effects.dimensions if entry.is_reversed), None)
    if paradox:
        rises = N_("By {heading}, {metric} falls for values with {share} of the MRR, and the whole rises by the mix")
        falls = N_("By {heading}, {metric} rises for values with {share} of the MRR, and the whole falls by the mix")
        sentence = translate(
            rises if change > 0 else falls,
            heading=translate(paradox.heading),
            metric=translate(METRIC_LABELS[effects.question.metric]),
            share=format_ratio(paradox.opposed, translate),
        )
        yield translate(N_("{sentence} (Simpson’s paradox)."), sentence=sentence)
    elif leading.opposed > Fraction(1, 2):
        template = N_("Values with {share} of the MRR moved the other way.")
        yield translate(template, share=format_ratio(leading.opposed, translate))


def _name(effect: SegmentEffect, entry: DimensionEffects, translate: Translator) -> str:
    return shorten(name_value(entry.dimension, effect.value, translate), NAME_LIMIT)


def _build_grid(leading: DimensionEffects, effects: SegmentEffects, translate: Translator) -> Grid:
    """Return the values of the leading dimension, the smaller ones together, and the whole."""
    metric = translate(METRIC_LABELS[effects.question.metric])
    rows: list[Sequence[str]] = [
        (
            translate(leading.heading),
            translate(N_("accounts")),
            translate(N_("{metric} before, after"), metric=metric),
            translate(N_("rate")),
            translate(N_("mix")),
        )
    ]
    ordered = sorted(leading.effects, key=lambda effect: -abs(effect.total))
    first = leading.effects[0]
    shown = [first, *(effect for effect in ordered if effect is not first)][:SHOWN]
    others = [effect for effect in leading.effects if effect not in shown]

    def build_row(name: str, parts: tuple[Part, Part], rate: Fraction, mix: Fraction) -> Sequence[str]:
        accounts, ratios = (
            [translate.format_count(part.accounts) for part in parts],
            [format_ratio(part.ratio, translate) for part in parts],
        )
        points = (format_signed_points(value, translate) for value in (rate, mix))
        return (name, " → ".join(accounts), " → ".join(ratios), *points)

    for effect in shown:
        name = _name(effect, leading, translate)
        rows.append(build_row(name, (effect.earlier, effect.later), effect.rate, effect.mix))
    if others:
        label = translate.plural(N_("{count} other value"), N_("{count} other values"), len(others))
        parts = _add([effect.earlier for effect in others]), _add([effect.later for effect in others])
        rate, mix = (
            sum((effect.rate for effect in others), Fraction(0)),
            sum((effect.mix for effect in others), Fraction(0)),
        )
        rows.append(build_row(label, parts, rate, mix))
    whole = name_cut(effects.question.filters, translate)
    rows.append(build_row(whole, (effects.earlier, effects.later), leading.rate, leading.mix))
    return Grid(rows, "lrrrr", heading=True)


def _add(parts: Sequence[Part]) -> Part:
    return Part(
        sum(part.starting for part in parts), sum(part.kept for part in parts), sum(part.accounts for part in parts)
    )


def _build_others(dimensions: Sequence[DimensionEffects], translate: Translator) -> Iterator[MessagePart]:
    """Yield the leading value of the next dimensions."""
    entries = [
        translate(
            N_("{value} ({heading}) {points}"),
            heading=translate(entry.heading),
            value=_name(entry.effects[0], entry, translate),
            points=format_signed_points(entry.effects[0].total, translate),
        )
        for entry in dimensions[:OTHERS]
    ]
    if entries:
        yield Paragraph(
            translate(N_("{entries}."), entries=translate.format_list(entries)), translate(N_("By other columns:"))
        )


def _write_notes(effects: SegmentEffects, translate: Translator) -> Iterator[str]:
    segments, ledger = effects.segments, effects.segments.ledger
    yield describe_exclusions(effects.excluded, effects.later.starting, ledger.currency, translate)
    named = dict.fromkeys(entry.dimension for entry in effects.question.filters)
    named |= dict.fromkeys(entry.dimension for entry in effects.dimensions[:1])
    headings = [segments.heading(dimension) for dimension in named if segments.is_current_only(dimension)]
    yield describe_usage_months(ledger.usage_months, translate)
    yield describe_current_values(headings, translate)
    yield translate(N_("Data to {month}. Cohort method."), month=ledger.last)
