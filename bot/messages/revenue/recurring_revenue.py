"""MRR or ARR at a close, as a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.locale.translator import Translator
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import build_origin_caution, describe_current_values, describe_exclusions
from bot.messages.kit.sentences import count_accounts, format_ratio, name_cut, name_value, shorten_name
from core.errors import N_, Sentence
from core.ledger.history import explain_missing_ratio
from core.money import compute_ratio, round_fraction
from core.reports.scope import YEAR
from core.revenue.recurring_revenue import Change, Movements, RecurringRevenue, Revenue, RevenueMeasure

# Values in the table; the others and the whole have a row each.
SHOWN = 8
_LABELS: Mapping[RevenueMeasure, str] = {"mrr": N_("MRR"), "arr": N_("ARR")}


def build_recurring_revenue_message(revenue: RecurringRevenue, translate: Translator) -> Message:
    """Return the amount at the close with its change and its movements, or the values of a column side by side."""
    return render(list(_MessageBuilder(revenue, translate).build_parts()))


class _MessageBuilder:
    """Builds the message of one report."""

    def __init__(self, revenue: RecurringRevenue, translate: Translator) -> None:
        self._revenue, self._translate = revenue, translate
        self._ledger, self._question = revenue.segments.ledger, revenue.request.question
        self._measure = revenue.request.measure
        self._months = YEAR if self._measure == "arr" else 1

    def build_parts(self) -> Iterator[MessagePart]:
        yield Headline(self._write_headline())
        if self._revenue.request.dimension:
            yield self._build_value_grid()
        else:
            yield Paragraph(" ".join(self._write_changes()))
            if self._revenue.movements:
                yield self._build_movement_grid()
            if self._revenue.largest:
                yield Paragraph(self._name_largest())
        yield from build_origin_caution(self._revenue.origin, self._translate)
        yield Note(" ".join(filter(None, self._write_notes())))

    def _write_headline(self) -> str:
        translate, whole, dimension = self._translate, self._revenue.whole, self._revenue.request.dimension
        headline = translate(
            N_("{name}, end of {month}: {measure} {amount}, {accounts}"),
            name=name_cut(self._question.filters, translate),
            month=self._revenue.close,
            measure=translate(_LABELS[self._measure]),
            amount=self._format_money(whole.mrr),
            accounts=count_accounts(whole.accounts, translate),
        )
        if not (dimension and whole.mrr):
            return headline
        largest = self._revenue.rows[0]
        return translate(
            N_("{headline}; largest {heading}: {value} ({share})"),
            headline=headline,
            heading=translate(self._revenue.segments.heading(dimension)),
            value=name_value(dimension, largest.value, translate),
            share=format_ratio(compute_ratio(largest.mrr, whole.mrr), translate),
        )

    def _write_changes(self) -> Iterator[str]:
        translate, revenue, average = self._translate, self._revenue, self._revenue.whole.average(self._months)
        if average is not None:
            amount = translate.format_money(round_fraction(average), self._ledger.currency)
            yield translate(N_("{amount} per account on average."), amount=amount)
        changes = [
            translate.plural(
                N_("{count} month: {change}"),
                N_("{count} months: {change}"),
                change.months,
                change=self._describe_change(change),
            )
            for change in revenue.changes
        ]
        yield translate(N_("Change over {changes}."), changes=translate.format_list(changes))
        missing = next((change.reason for change in revenue.changes if change.reason), None)
        if missing:
            yield translate(N_("n/a: the change {reason}."), reason=missing)
        period = self._question.period
        if period.window.months > 1 and revenue.movements_reason:
            yield translate(N_("{period}: n/a, {reason}."), period=period, reason=revenue.movements_reason)
        elif period.window.months > 1:
            movements = revenue.movements[-1]
            amount = self._format_change(movements.end - movements.start, movements.start)
            yield translate(N_("{period}: {change}."), period=period, change=amount)

    def _describe_change(self, change: Change) -> str:
        if change.amount is None or change.before is None:
            return self._translate(N_("n/a"))
        return self._format_change(change.amount, change.before)

    def _format_change(self, amount: int, before: int) -> str:
        """Return a change with its share of the amount before: +€3,000 (+0.5%)."""
        ratio, text = compute_ratio(abs(amount), before), self._format_money(amount, signed=True)
        sign = "−" if amount < 0 else "+" if amount else ""
        return text if ratio is None else f"{text} ({sign}{format_ratio(ratio, self._translate)})"

    def _build_movement_grid(self) -> Grid:
        translate, spans, measure = self._translate, self._revenue.movements, _LABELS[self._measure]
        can_leave = self._ledger.coverage.can_leave
        lines = (
            (N_("opening {measure}"), [span.start for span in spans], True),
            (N_("+ new"), [span.new for span in spans], True),
            (N_("+ back"), [span.reactivation for span in spans], True),
            (N_("+ expansion"), [span.expansion for span in spans], True),
            (N_("− contraction"), [span.contraction for span in spans], True),
            (N_("− churn"), [span.churn for span in spans], can_leave),
            (N_("FX effect"), [span.fx_effect for span in spans], any(span.fx_effect for span in spans)),
            (N_("changed segment"), [span.reclassified for span in spans], any(span.reclassified for span in spans)),
            (N_("closing {measure}"), [span.end for span in spans], True),
        )
        unit = self._ledger.currency.unit
        cents = any(self._months * amount % unit for _, amounts, _ in lines for amount in amounts)
        rows = [
            [
                translate(label, measure=translate(measure)),
                *(self._format_money(amount, cents=cents) for amount in amounts),
            ]
            for label, amounts, is_shown in lines
            if is_shown
        ]
        return Grid([["", *(self._name_span(span) for span in spans)], *rows], "l" + "r" * len(spans), heading=True)

    def _name_span(self, span: Movements) -> str:
        """Return the month of a span, or its first and last month."""
        translate, last = self._translate, self._translate.format_short_month(span.window.end)
        if span.window.months == 1:
            return last
        return translate(N_("{first} to {last}"), first=translate.format_short_month(span.window.start + 1), last=last)

    def _name_largest(self) -> str:
        translate = self._translate
        accounts = [
            translate(
                N_("{name} {mrr} ({share})"),
                name=shorten_name(account.name),
                mrr=self._format_money(account.amount),
                share=format_ratio(account.share, translate),
            )
            for account in self._revenue.largest
        ]
        return translate(N_("Largest: {accounts}."), accounts=translate.format_list(accounts))

    def _build_value_grid(self) -> Grid:
        translate, revenue, dimension = self._translate, self._revenue, self._revenue.request.dimension or ""
        listed, others = revenue.rows[:SHOWN], revenue.rows[SHOWN:]
        unit = self._ledger.currency.unit
        shown = [*revenue.rows, revenue.whole]
        cents = any(self._months * amount % unit for row in shown for amount in (row.mrr, row.change or 0))

        def build_row(name: str, row: Revenue) -> Sequence[str]:
            change = translate(N_("n/a"))
            if row.change is not None:
                change = self._format_money(row.change, cents=cents, signed=True)
            return (
                name,
                self._format_money(row.mrr, cents=cents),
                format_ratio(compute_ratio(row.mrr, revenue.whole.mrr), translate),
                translate.format_count(row.accounts),
                change,
            )

        rows = [build_row(name_value(dimension, row.value, translate), row) for row in listed]
        if others:
            name = translate.plural(N_("{count} other value"), N_("{count} other values"), len(others))
            rows.append(build_row(name, _add_up(others)))
        rows.append(build_row(translate(N_("total")), revenue.whole))
        headings = (
            translate(revenue.segments.heading(dimension)),
            translate(_LABELS[self._measure]),
            translate(N_("share")),
            translate(N_("accounts")),
            translate(N_("change, 12 months")),
        )
        return Grid([headings, *rows], "lrrrr", heading=True)

    def _write_notes(self) -> Iterator[str]:
        translate, revenue, segments = self._translate, self._revenue, self._revenue.segments
        by_value = revenue.request.dimension
        if by_value and revenue.year_reason:
            yield translate(N_("Twelve months: n/a, {reason}."), reason=revenue.year_reason)
        unknown_ends: Sentence | None = explain_missing_ratio(self._ledger)
        if unknown_ends:
            yield translate(N_("Churn: n/a, {reason}."), reason=unknown_ends)
        yield describe_exclusions(revenue.excluded, revenue.whole.mrr, self._ledger.currency, translate)
        dimensions = dict.fromkeys(entry.dimension for entry in self._question.filters)
        if by_value:
            dimensions[by_value] = None
        current = [segments.heading(dimension) for dimension in dimensions if segments.is_current_only(dimension)]
        yield describe_current_values(current, translate)
        if len(current) < len(dimensions):
            yield translate(N_("Each close counts the accounts that were in the segment then."))
        if self._measure == "arr":
            yield translate(N_("ARR is 12 times MRR."))
        yield from map(translate.format_sentence, revenue.not_given)
        yield translate(N_("Data to {month}."), month=self._ledger.last)

    def _format_money(self, amount: int, *, cents: bool = False, signed: bool = False) -> str:
        """Return an amount of MRR as the measure that was asked for."""
        return self._translate.format_money(self._months * amount, self._ledger.currency, cents=cents, signed=signed)


def _add_up(rows: Sequence[Revenue]) -> Revenue:
    before = [row.year_ago for row in rows if row.year_ago is not None]
    return Revenue("", sum(row.mrr for row in rows), sum(row.accounts for row in rows), sum(before) if before else None)
