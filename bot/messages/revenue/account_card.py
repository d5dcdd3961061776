"""One account on a card, as a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.limits import shorten
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, Link, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_cautions_of_origin
from bot.messages.kit.sentences import format_ratio, format_renewal, format_signed_points, name_value
from bot.messages.outlook.account_signals import describe_reason, join_signs
from bot.messages.revenue.chart import draw_bars
from core.advice.renewals import Renewal
from core.errors import N_
from core.ledger.segments import UNASSIGNED
from core.metrics.movements import MovementKind
from core.money import to_percent
from core.outlook.scenario import Effect
from core.reports.accounts import Run
from core.revenue.account_card import AccountCard, PeriodChange, Sign

# Bars of the chart, runs of rows, and characters of a name.
_BARS, _RUNS, _NAME_LIMIT = 24, 3, 60
_MOVEMENTS: Mapping[MovementKind, str] = {
    "new": N_("new, {month}"),
    "reactivation": N_("reactivation, {month}"),
    "expansion": N_("expansion, {month}"),
    "contraction": N_("contraction, {month}"),
    "churn": N_("churn, {month}"),
}

# Code of a sign -> the last change of its fact, by past snapshots.
_CHANGES: Mapping[str, str] = {
    "low_adoption": N_("feature use {before} → {after}, {month}"),
    "low_nps": N_("NPS {before} → {after}, {month}"),
    "red_health": N_("health {before} → {after}, {month}"),
    "open_complaints": N_("open complaints {before} → {after}, {month}"),
}


def build_account_card_message(
    card: AccountCard,
    translate: Translator,
    link: Callable[[Run], str],
    error_codes: Callable[[str], Sequence[str]],
) -> Message:
    """Return the account: its MRR, change, renewal and risk first, then its history and the cost of losing it.

    Args:
        card: the card.
        translate: the reader's language.
        link: the address that opens rows of the revenue tab, empty where the data has no such address.
        error_codes: returns the codes of the errors that an account's ID has in the sheet.

    """
    builder = _MessageBuilder(card, translate, link)
    return render(list(builder.build_excluded_parts(error_codes(card.id)) if card.excluded else builder.build_parts()))


class _MessageBuilder:
    """Builds the message of one card."""

    def __init__(self, card: AccountCard, translate: Translator, link: Callable[[Run], str]) -> None:
        self._card, self._translate, self._link = card, translate, link
        self._name = shorten(card.name, _NAME_LIMIT)
        self._ledger = card.segments.ledger

    def build_excluded_parts(self, codes: Sequence[str]) -> Iterator[MessagePart]:
        translate = self._translate
        yield Headline(translate(N_("{name} is excluded from all figures for errors in the sheet."), name=self._name))
        if codes:
            yield Paragraph(
                translate(
                    N_("{codes}. The tab NRR Problems has the cells, and how to fix them."), codes=", ".join(codes)
                ),
                translate(N_("Problems:")),
            )
        else:
            yield Paragraph(translate(N_("The tab NRR Problems has the cells, and how to fix them.")))
        if self._card.rows:
            yield Grid([self._build_rows_row()], "ll")
        yield self._build_note()

    def build_parts(self) -> Iterator[MessagePart]:
        card, translate = self._card, self._translate
        yield Headline(self._describe_mrr())
        signs = [*self._describe_signs()]
        if signs:
            yield Paragraph(" ".join(signs))
        if card.first_paid:
            yield Grid(list(self._build_facts()), "ll")
        yield from self._build_loss_parts()
        values = [
            f"{translate(card.segments.heading(dimension))} {name_value(dimension, value, translate)}"
            for dimension, value in card.values.items()
            if value != UNASSIGNED
        ]
        if not card.segments.has_sizes:
            values.append(translate(N_("Size n/a, without a rate of EUR in the tab FX")))
        yield Note(shorten(" · ".join([card.id, *values]), 600))
        yield self._build_note()

    def _describe_mrr(self) -> str:
        card, translate, churn = self._card, self._translate, self._card.last_churn
        if card.mrr:
            facts = [
                translate(N_("{mrr} of MRR"), mrr=self._format_short(card.mrr)),
                *(self._describe_change(change) for change in card.changes[:1]),
            ]
            if card.renewal:
                facts.append(self._describe_renewal(card.renewal))
            return translate(N_("{name}: {facts}."), name=self._name, facts=", ".join(facts))
        if churn:
            return translate(
                N_("{name} left in {month} with {mrr} of MRR."),
                name=self._name,
                month=churn.month,
                mrr=self._format_short(-churn.change),
            )
        return translate(N_("{name} has paid nothing up to {month}."), name=self._name, month=self._ledger.last)

    def _describe_renewal(self, renewal: Renewal) -> str:
        translate = self._translate
        if renewal.day < self._card.today:
            template = N_("renewal date {day} is past")
        elif renewal.month:
            template = N_("renews in {day}")
        else:
            template = N_("renews {day}")
        return translate(template, day=format_renewal(renewal, translate))

    def _describe_change(self, change: PeriodChange) -> str:
        template = (
            N_("unchanged in {period}")
            if not change.amount
            else N_("down {amount} in {period}")
            if change.amount < 0
            else N_("up {amount} in {period}")
        )
        return self._translate(template, amount=self._format_short(abs(change.amount)), period=change.period)

    def _build_facts(self) -> Iterator[Sequence[str]]:
        card, translate = self._card, self._translate
        months = card.months[-_BARS:]
        span = N_("MRR, {begin} to {end}")
        short = translate.format_short_month
        yield (
            translate(span, begin=short(months[0].month), end=short(months[-1].month)),
            draw_bars([entry.mrr for entry in months]),
        )
        if card.mrr:
            yield translate(N_("MRR, ARR")), f"{self._format_money(card.mrr)}, {self._format_money(card.arr)}"
        first = card.first_paid
        if first:
            template = N_("{month} or before") if first.month == self._ledger.first else N_("{month}")
            yield translate(N_("first MRR")), translate(template, month=first.month)
        for change in card.changes:
            yield translate.format_period(change.period), self._format_signed(change.amount)
        for entry in card.largest_movements:
            if entry.movement:
                label = translate(_MOVEMENTS[entry.movement], month=short(entry.month))
                yield label, self._format_signed(entry.change)
        if card.renewal:
            days = card.days_to_renewal
            distance = (
                []
                if days is None
                else [
                    translate.plural(N_("in {count} day"), N_("in {count} days"), days)
                    if days >= 0
                    else translate.plural(N_("{count} day ago"), N_("{count} days ago"), -days)
                ]
            )
            yield translate(N_("renewal")), ", ".join([format_renewal(card.renewal, translate), *distance])
        if card.rows:
            yield self._build_rows_row()

    def _build_rows_row(self) -> Sequence[str]:
        runs = self._card.rows
        text = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:_RUNS])
        text += ", …" if len(runs) > _RUNS else ""
        url = self._link(runs[0])
        label = self._translate(N_("rows of {tab}"), tab=self._ledger.source_rows.tab or "-")
        return label, Link(text, url) if url else text

    def _describe_signs(self) -> Iterator[str]:
        translate, card = self._translate, self._card
        for template, signs in (
            (N_("At risk: {reasons}."), card.risks),
            (N_("Ready to grow: {reasons}."), card.opportunities),
        ):
            if signs:
                texts = ((sign.reason.code, self._describe_sign(sign)) for sign in signs)
                yield translate(template, reasons=join_signs(texts, translate))

    def _describe_sign(self, sign: Sign) -> str:
        reason = describe_reason(sign.reason, self._translate)
        if len(sign.history) > 1:
            before, after = (self._format_value(past.value) for past in sign.history[-2:])
            template = _CHANGES[sign.reason.code]
            return self._translate(template, before=before, after=after, month=sign.history[-1].month)
        if sign.since is None:
            return reason
        return self._translate(N_("{reason} (since {month})"), reason=reason, month=sign.since)

    def _format_value(self, value: int | str | Fraction) -> int | str:
        return self._translate.format_short_percent(to_percent(value)) if isinstance(value, Fraction) else value

    def _build_loss_parts(self) -> Iterator[MessagePart]:
        card, translate = self._card, self._translate
        if card.loss is None or not card.mrr:
            return
        lead = translate(N_("If it left:"))
        if card.is_in_base:
            yield Paragraph(self._describe_loss(card.loss), lead)
        else:
            yield Paragraph(
                translate(
                    N_("{mrr} of MRR less, and no ratio would change: it did not pay at the end of {month}."),
                    mrr=self._format_money(card.mrr),
                    month=card.loss.window.start,
                ),
                lead,
            )

    def _describe_loss(self, loss: Effect) -> str:
        translate = self._translate
        return translate(
            N_(
                "the company's twelve months to {month} would be NRR {nrr} ({nrr_points}) and GRR {grr} ({grr_points})."
            ),
            month=loss.window.end,
            nrr=format_ratio(loss.after.nrr, translate),
            nrr_points=format_signed_points(loss.nrr_points or Fraction(0), translate),
            grr=format_ratio(loss.after.grr, translate),
            grr_points=format_signed_points(loss.grr_points or Fraction(0), translate),
        )

    def _build_note(self) -> Note:
        card, translate = self._card, self._translate
        sentences = [
            translate(
                N_("Data to {month}, synced {moment}."),
                month=self._ledger.last,
                moment=translate.format_moment(card.origin.synced_at),
            ),
            describe_cautions_of_origin(card.origin, translate),
        ]
        if self._ledger.currencies.foreign:
            sentences.insert(1, translate(N_("All amounts are at the exchange rates of that month.")))
        return Note(" ".join(filter(None, sentences)))

    def _format_short(self, amount: int) -> str:
        return self._translate.format_short_money(amount, self._ledger.currency)

    def _format_money(self, amount: int) -> str:
        return self._translate.format_money(amount, self._ledger.currency)

    def _format_signed(self, amount: int) -> str:
        return self._translate.format_money(amount, self._ledger.currency, signed=True)
