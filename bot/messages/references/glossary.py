"""A term of the glossary, as a message."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_reservations, describe_usage_months
from bot.messages.kit.sentences import format_ratio
from bot.messages.reports.answer import build_definition_message
from core.errors import N_
from core.money import Currency, to_percent
from core.references.glossary import Definition, Figure
from core.reports.scope import Scope


def build_term_message(definition: Definition, translate: Translator) -> Message:
    """Return the definition of a term, its formula, and the formula with the company's figures."""
    return render(list(_build_parts(definition, translate)))


def _build_parts(definition: Definition, translate: Translator) -> Iterator[MessagePart]:
    term, scope = definition.term, definition.scope
    yield Headline(translate(term.definition))
    if definition.answer:
        # The formulas of NRR and GRR, with the figures of the company: all but the headline of that message.
        yield from build_definition_message(definition.answer, translate).parts[1:]
        return
    if term.details:
        yield Paragraph(translate(term.details))
    if term.formula:
        yield Paragraph(translate(term.formula), translate(N_("Formula:")))
    if scope and definition.figures and term.example:
        yield Paragraph(_fill_example(definition, scope, translate), translate(N_("Your company:")))
    if scope:
        yield _build_note(scope, translate)


def _fill_example(definition: Definition, scope: Scope, translate: Translator) -> str:
    currency = scope.ledger.currency
    values = {name: _format_figure(figure, currency, translate) for name, figure in definition.figures.items()}
    return translate(definition.term.example, **values)


def _format_figure(figure: Figure, currency: Currency, translate: Translator) -> object:
    match figure.value, figure.kind:
        case int() as value, "money":
            return translate.format_money(value, currency)
        case int() as value, _:
            return translate.format_count(value)
        case Fraction() as value, "ratio":
            return format_ratio(value, translate)
        case Fraction() as value, _:
            return translate.format_decimal(to_percent(value / 100))
        case value, _:
            return value


def _build_note(scope: Scope, translate: Translator) -> Note:
    ledger = scope.ledger
    sentences = (
        translate(
            N_("Data to {month}, synced {moment}."),
            month=ledger.last,
            moment=translate.format_moment(scope.origin.synced_at),
        ),
        describe_reservations(ledger, scope.origin, int(ledger.accounts.excluded.sum()), translate),
        describe_usage_months(ledger.usage_months, translate),
    )
    return Note(" ".join(filter(None, sentences)))
