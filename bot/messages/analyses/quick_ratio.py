"""The quick ratio, as a message."""

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
)
from bot.messages.kit.sentences import name_cut, name_twelve_months
from core.analyses.quick_ratio import QuickRatio, QuickRatios
from core.errors import N_
from core.money import round_fraction, to_units

_LINES = {
    "new": N_("+ new"),
    "reactivation": N_("+ reactivation"),
    "expansion": N_("+ expansion"),
    "contraction": N_("− contraction"),
    "churn": N_("− churn"),
}


def build_quick_ratio_message(ratios: QuickRatios, translate: Translator) -> Message:
    """Return the quick ratio of the window and of twelve months, and the movements that it is made of."""
    return render(list(_build_parts(ratios, translate)))


def _build_parts(ratios: QuickRatios, translate: Translator) -> Iterator[MessagePart]:
    name, period = name_cut(ratios.question.filters, translate), ratios.question.period
    headline = N_("{name}, {period}: quick ratio {ratio}")
    yield Headline(translate(headline, name=name, period=period, ratio=_format_quick_ratio(ratios.asked, translate)))
    yield Paragraph(" ".join(_write_findings(ratios, translate)))
    yield _build_grid(ratios, translate)
    yield from build_origin_caution(ratios.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(ratios, translate))))


def _format_quick_ratio(quick: QuickRatio, translate: Translator) -> str:
    if quick.ratio is None:
        return translate(N_("n/a, nothing was lost"))
    return translate.format_decimal(to_units(round_fraction(quick.ratio * 10), 1))


def _write_findings(ratios: QuickRatios, translate: Translator) -> Iterator[str]:
    currency, asked, ttm = ratios.segments.ledger.currency, ratios.asked, ratios.ttm
    yield translate(
        N_("{gained} of MRR gained, {lost} lost."),
        gained=translate.format_short_money(asked.gained, currency),
        lost=translate.format_short_money(asked.lost, currency),
    )
    if asked.ratio is not None:
        yield translate(N_("Gains covered the losses.") if asked.ratio >= 1 else N_("Gains did not cover the losses."))
    if ttm and ttm.movements.window != asked.movements.window:
        yield translate(
            N_("Twelve months to {month}: {ratio}."),
            month=ttm.movements.window.end,
            ratio=_format_quick_ratio(ttm, translate),
        )


def _build_grid(ratios: QuickRatios, translate: Translator) -> Grid:
    """Return the movements of both windows."""
    currency = ratios.segments.ledger.currency
    windows = [(translate.format_period(ratios.question.period), ratios.asked)]
    if ratios.ttm and ratios.ttm.movements.window != ratios.asked.movements.window:
        windows.append((name_twelve_months(ratios.question.period, translate), ratios.ttm))
    rows = [
        [
            translate(label),
            *(translate.format_short_money(getattr(quick.movements, name), currency) for _, quick in windows),
        ]
        for name, label in _LINES.items()
    ]
    return Grid([[translate(N_("MRR")), *(name for name, _ in windows)], *rows], "l" + "r" * len(windows), heading=True)


def _write_notes(ratios: QuickRatios, translate: Translator) -> Iterator[str]:
    segments, ledger = ratios.segments, ratios.segments.ledger
    if ratios.ttm_reason:
        yield translate(N_("Twelve months: n/a, {reason}."), reason=ratios.ttm_reason)
    yield describe_exclusions(ratios.excluded, ratios.asked.movements.start, ledger.currency, translate)
    yield describe_current_only_columns(segments, ratios.question.filters, translate)
    yield translate(N_("Data to {month}. Month-by-month movements of all customers."), month=ledger.last)
