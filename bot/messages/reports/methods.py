"""The three methods side by side, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_cautions_of_origin, describe_cut_exclusions, describe_usage_months
from bot.messages.kit.sentences import format_points, format_ratio, format_signed_points, name_cut, name_twelve_months
from core.errors import N_
from core.money import Currency
from core.reports.methods import MethodComparison, MethodRatios
from core.terms import Method

NAMES: Mapping[Method, str] = {"cohort": N_("cohort"), "movements": N_("movements"), "compounded": N_("compounded")}


def build_methods_message(comparison: MethodComparison, translate: Translator) -> Message:
    """Return NRR and GRR by each method, and the reasons why they differ on this ledger."""
    return render(list(_build_parts(comparison, translate)))


def _build_parts(comparison: MethodComparison, translate: Translator) -> Iterator[MessagePart]:
    name, period = name_cut(comparison.question.filters, translate), translate.format_period(comparison.question.period)
    yield Headline(translate(N_("{name}, {period}, by three methods"), name=name, period=period))
    asked, ttm = comparison.asked, comparison.ttm
    is_year = asked is not None and ttm is not None and asked.bridge.window == ttm.bridge.window
    windows_with_base = [
        ratios for ratios in (None if is_year else asked, ttm) if ratios is not None and ratios.bridge.starting
    ]
    if not windows_with_base:
        yield Paragraph(translate(N_("Nobody in it paid at the start, so there is nothing to compare.")))
        return
    year = name_twelve_months(comparison.question.period, translate)
    headings = [translate(N_("method"))]
    for ratios in windows_with_base:
        span = year if ratios is ttm else period
        headings += [translate(N_("NRR, {span}"), span=span), translate(N_("GRR, {span}"), span=span)]
    rows = [
        [
            translate(NAMES[method]),
            *(format_ratio(value, translate) for ratios in windows_with_base for value in ratios.ratios[method]),
        ]
        for method in NAMES
    ]
    yield Grid([headings, *rows], "l" + "rr" * len(windows_with_base), heading=True)
    yield Paragraph(
        _explain_difference(windows_with_base[-1], comparison.segments.ledger.currency, translate),
        translate(N_("Why they differ:")),
    )
    yield Paragraph(
        translate(
            N_(
                "Cohort is the headline: the accounts that paid at the start, at their end. Billing analytics show "
                "movements; published benchmarks are cohort figures by the year."
            )
        )
    )
    sentences = [describe_cut_exclusions(comparison.segments, comparison.question, translate)]
    sentences.append(describe_cautions_of_origin(comparison.origin, translate))
    usage = describe_usage_months(comparison.segments.ledger.usage_months, translate)
    if usage:
        sentences += [usage, translate(N_("Movements are as billed."))]
    if comparison.ttm_reason:
        sentences.append(
            translate(N_("Twelve months: n/a, {reason}."), reason=translate.format_sentence(comparison.ttm_reason))
        )
    if any(sentences):
        yield Note(" ".join(filter(None, sentences)))


def _explain_difference(ratios: MethodRatios, currency: Currency, translate: Translator) -> str:
    gap, start = ratios.gap, ratios.bridge.starting
    sentences = []
    if gap.outside:
        sentences.append(
            translate.plural(
                N_(
                    "Movements also counts {count} account that came after the start: {net} net, {points} of NRR, of "
                    "which {lost} lost."
                ),
                N_(
                    "Movements also counts {count} accounts that came after the start: {net} net, {points} of NRR, of "
                    "which {lost} lost."
                ),
                gap.outside,
                net=translate.format_money(gap.outside_net, currency),
                points=format_signed_points(Fraction(gap.outside_net, start), translate),
                lost=translate.format_money(gap.outside_lost, currency),
            )
        )
    if gap.recovered:
        sentences.append(
            translate(
                N_("Movements counts {lost} as lost ({points} of GRR) that accounts of the base had again by the end."),
                lost=translate.format_money(gap.recovered, currency),
                points=format_points(Fraction(gap.recovered, start), translate),
            )
        )
    if not sentences:
        sentences.append(translate(N_("Nobody came after the start and moved, and nothing was lost and won back.")))
    sentences.append(
        translate(N_("Compounded takes a new base each month, those won meanwhile included, and multiplies."))
    )
    return " ".join(sentences)
