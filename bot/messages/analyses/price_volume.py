"""Expansion taken apart, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.locale.translator import Translator
from bot.messages.advice.cautions import describe_price_effects
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import (
    build_origin_caution,
    describe_current_only_columns,
    describe_exclusions,
)
from bot.messages.kit.sentences import NAME_LIMIT, format_ratio, name_cut, name_twelve_months
from core.analyses.price_volume import ADD_LINES, PARTS, Part, PriceVolume, WindowParts
from core.errors import N_

# Accounts of the largest part, in the sentence; the JSON has all.
SHOWN = 3
_LABELS: Mapping[Part, str] = {
    "price": N_("price"),
    "volume": N_("volume"),
    "new_products": N_("new products"),
    "discounts": N_("discounts"),
    "removed_products": N_("removed products"),
    "price_or_volume": N_("price or volume"),
}

_DISCOUNTS_ENDED, _DISCOUNTS_BEGUN = N_("ended discounts"), N_("new discounts")


def build_price_volume_message(parts: PriceVolume, translate: Translator) -> Message:
    """Return the parts of the expansion of the window and of twelve months, and the accounts of the largest one."""
    return render(list(_build_parts(parts, translate)))


def _build_parts(parts: PriceVolume, translate: Translator) -> Iterator[MessagePart]:
    yield Headline(_write_headline(parts, translate))
    sentences = list(_write_findings(parts, translate))
    if sentences:
        yield Paragraph(" ".join(sentences))
    if parts.asked.expanded:
        yield _build_grid(parts, translate)
    yield from build_origin_caution(parts.origin, translate)
    yield Note(" ".join(filter(None, _write_notes(parts, translate))))


def _write_headline(parts: PriceVolume, translate: Translator) -> str:
    asked, currency = parts.asked, parts.segments.ledger.currency
    values = {
        "name": name_cut(parts.question.filters, translate),
        "period": parts.question.period,
        "mrr": translate.format_short_money(asked.expansion, currency),
    }
    if not asked.expansion:
        return translate(N_("{name}, {period}: no expansion"), **values)
    if asked.expanded is None:
        return translate(N_("{name}, {period}: expansion {mrr}, which cannot be taken apart"), **values)
    largest = asked.expanded.largest
    return translate(
        N_("{name}, {period}: expansion {mrr}, {part} {share}"),
        **values,
        part=_name_part(largest, asked.expanded.amounts[largest], translate),
        share=format_ratio(asked.share(largest), translate),
    )


def _name_part(part: Part, amount: int, translate: Translator) -> str:
    """Return the name of a part in a sentence; that of discounts says whether they ended or began."""
    if part == "discounts":
        return translate(_DISCOUNTS_ENDED if amount > 0 else _DISCOUNTS_BEGUN)
    return translate(_LABELS[part])


def _write_findings(parts: PriceVolume, translate: Translator) -> Iterator[str]:
    asked, currency = parts.asked, parts.segments.ledger.currency
    if parts.reason:
        yield translate(N_("Because {reason}."), reason=parts.reason)
        yield translate(ADD_LINES)
    if asked.expanded and asked.expansion:
        largest = asked.expanded.largest
        names = [
            f"{shorten(account.name, NAME_LIMIT)} {translate.format_short_money(account.amount, currency)}"
            for account in parts.list_accounts(largest, SHOWN)
        ]
        if names:
            part = _name_part(largest, asked.expanded.amounts[largest], translate)
            yield translate(N_("Largest in {part}: {accounts}."), part=part, accounts=translate.format_list(names))
    if asked.contracted and asked.contraction:
        largest = asked.contracted.largest
        yield translate(
            N_("Contraction {mrr}, of it {part} {amount}."),
            mrr=translate.format_short_money(-asked.contraction, currency),
            part=_name_part(largest, asked.contracted.amounts[largest], translate),
            amount=translate.format_short_money(asked.contracted.amounts[largest], currency, signed=True),
        )
    yield from _write_price_changes(parts, translate)


def _write_price_changes(parts: PriceVolume, translate: Translator) -> Iterator[str]:
    """Yield the price changes of the widest window that has any; where nothing else can be said, also that none."""
    for window in (parts.asked, parts.ttm):
        if window and window.price_effects:
            yield describe_price_effects(window.price_effects, parts.segments.ledger.currency, translate)
            yield translate(
                N_("NRR without it from {start} to {end}: {nrr}."),
                start=window.window.start,
                end=window.window.end,
                nrr=format_ratio(window.price_effects.nrr_without, translate),
            )
            return
    if parts.reason:
        yield translate(N_("In no month did most accounts change by the same percentage."))


def _list_windows(parts: PriceVolume, translate: Translator) -> list[tuple[str, WindowParts]]:
    windows = [(translate.format_period(parts.question.period), parts.asked)]
    if parts.ttm and parts.ttm.window != parts.asked.window:
        windows.append((name_twelve_months(parts.question.period, translate), parts.ttm))
    return windows


def _build_grid(parts: PriceVolume, translate: Translator) -> Grid:
    """Return the expansion of both windows, part by part; a part that neither has is not listed."""
    currency, windows = parts.segments.ledger.currency, _list_windows(parts, translate)
    amounts = [window.expanded.amounts for _, window in windows if window.expanded]
    rows = [
        [
            translate(_LABELS[part]),
            *(translate.format_short_money(window[part], currency, signed=True) for window in amounts),
        ]
        for part in PARTS
        if any(window[part] for window in amounts)
    ]
    total = [
        translate(N_("expansion")),
        *(translate.format_short_money(window.expansion, currency, signed=True) for _, window in windows),
    ]
    heading = [translate(N_("MRR")), *(name for name, _ in windows)]
    return Grid([heading, *rows, total], "l" + "r" * len(windows), heading=True)


def _write_notes(parts: PriceVolume, translate: Translator) -> Iterator[str]:
    segments, ledger = parts.segments, parts.segments.ledger
    if parts.ttm_reason:
        yield translate(N_("Twelve months: n/a, {reason}."), reason=parts.ttm_reason)
    if parts.asked.expanded and not parts.has_quantities:
        yield translate(N_("Without a column Quantity, price and volume are one."))
    yield describe_exclusions(parts.excluded, parts.asked.starting, ledger.currency, translate)
    yield describe_current_only_columns(segments, parts.question.filters, translate)
    yield translate(N_("Of accounts that pay at both closes. Data to {month}."), month=ledger.last)
