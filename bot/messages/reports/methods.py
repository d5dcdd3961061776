"""The three methods side by side, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import distance, left_out_of, points, ratio, subject
from core.errors import N_
from core.money import Currency
from core.reports.methods import Comparison, SideBySide
from core.terms import Method

NAMES: Mapping[Method, str] = {"cohort": N_("cohort"), "movements": N_("movements"), "compounded": N_("compounded")}


def methods_message(found: SideBySide, words: Words) -> Message:
    """Return NRR and GRR by each method, and what sets them apart on this ledger."""
    return render(list(_parts(found, words)))


def _parts(found: SideBySide, words: Words) -> Iterator[Part]:
    name, period = subject(found.question.filters, words), words.period(found.question.period)
    yield Headline(words(N_("{name}, {period}, by three methods"), name=name, period=period))
    shown = [each for each in (found.asked, found.ttm) if each and each.bridge.starting]
    if not shown:
        yield Paragraph(words(N_("Nobody in it paid at the start, so there is nothing to compare.")))
        return
    year = words(N_("12 months"))
    headings = [words(N_("method"))]
    for each in shown:
        span = year if each is found.ttm else period
        headings += [words(N_("NRR, {span}"), span=span), words(N_("GRR, {span}"), span=span)]
    rows = [
        [words(NAMES[method]), *(ratio(value, words) for each in shown for value in each.ratios[method])]
        for method in NAMES
    ]
    yield Grid([headings, *rows], "l" + "rr" * len(shown), heading=True)
    yield Paragraph(_why(shown[-1], found.segments.ledger.currency, words), words(N_("Why they differ:")))
    yield Paragraph(
        words(
            N_(
                "Cohort is the headline: the accounts that paid at the start, at their end. Billing analytics show "
                "movements; published benchmarks are cohort figures by the year."
            )
        )
    )
    said = [left_out_of(found.segments, found.question, words)]
    if found.ttm_reason:
        said.append(words(N_("Twelve months: n/a, {reason}."), reason=words.sentence(found.ttm_reason)))
    if any(said):
        yield Note(" ".join(filter(None, said)))


def _why(each: Comparison, currency: Currency, words: Words) -> str:
    gap, start = each.gap, each.bridge.starting
    said = []
    if gap.outside:
        said.append(
            words.plural(
                N_(
                    "Movements also counts {count} account that came after the start: {net} net, {points} of NRR, of "
                    "which {lost} lost."
                ),
                N_(
                    "Movements also counts {count} accounts that came after the start: {net} net, {points} of NRR, of "
                    "which {lost} lost."
                ),
                gap.outside,
                net=words.money(gap.outside_net, currency),
                points=points(Fraction(gap.outside_net, start), words),
                lost=words.money(gap.outside_lost, currency),
            )
        )
    if gap.recovered:
        said.append(
            words(
                N_("Movements counts {lost} as lost ({points} of GRR) that accounts of the base had again by the end."),
                lost=words.money(gap.recovered, currency),
                points=distance(Fraction(gap.recovered, start), words),
            )
        )
    if not said:
        said.append(words(N_("Nobody came after the start and moved, and nothing was lost and won back.")))
    said.append(words(N_("Compounded takes a new base each month, those won meanwhile included, and multiplies.")))
    return " ".join(said)
