"""The thread of a digest: everything that is not in its message."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.advice.assessment import RATINGS, describe_twelve_months
from bot.messages.advice.cautions import describe_yearly_price_changes
from bot.messages.advice.suggestions import describe_suggestion
from bot.messages.digests.restatements import describe_restated_figures
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Chart, Details, Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import describe_usage_months
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    count_accounts,
    format_ratio,
    format_renewal,
    format_short_ratio,
    format_signed_points,
    name_cut,
    shorten_name,
)
from bot.messages.outlook.account_signals import list_reasons
from core.digests.weekly import Digest, Mover, Renewals
from core.errors import N_
from core.money import Currency, to_percent
from core.reports.answer import Answer
from core.terms import Metric

_METRICS: tuple[Metric, ...] = ("nrr", "grr")


def build_thread_messages(digest: Digest, translate: Translator, cut: str = "") -> list[Message]:
    """Return the messages of a digest's thread: changes, suggestions, renewals; Slack shows one table in each.

    Args:
        digest: the digest.
        translate: the readers' language.
        cut: its cut as a line of the grammar.

    """
    renewals = _build_renewals(digest.renewals, digest, cut, translate) if digest.renewals else ()
    parts = (list(_build_changes(digest, translate)), list(_build_actions(digest, translate)), list(renewals))
    return [render(message_parts) for message_parts in parts if len(message_parts) > 1]


def _build_changes(digest: Digest, translate: Translator) -> Iterator[MessagePart]:
    """Yield the changes, the ranges and the trend."""
    yield Headline(translate(N_("In detail") if digest.is_unchanged else N_("What changed")))
    if digest.movers and not digest.is_unchanged:
        mover_list = ", ".join(_describe_mover(mover, digest, translate) for mover in digest.movers)
        yield Paragraph(mover_list + ".", _name_last_step(digest, translate))
    if digest.restatements:
        yield Paragraph(describe_restated_figures(digest.restated, digest.restatements, translate))
    for metric, (before, now) in digest.changed_targets.items():
        yield Paragraph(
            translate(
                N_("The target of {metric} was {before} and is {now}."),
                metric=translate(METRIC_LABELS[_METRICS[metric == "grr"]]),
                before=format_short_ratio(before, translate) if before is not None else translate(N_("not set")),
                now=format_short_ratio(now, translate) if now is not None else translate(N_("not set")),
            )
        )
    if digest.new_problems:
        yield _build_problems(digest, translate)
    if digest.missed:
        yield Paragraph(translate.format_sentence(digest.missed))
    yield Paragraph(describe_twelve_months(digest.company, translate, has_headline=False))
    prices = describe_yearly_price_changes(digest.company, translate)
    usage = describe_usage_months(digest.company.usage_months, translate)
    if reservations := " ".join(filter(None, (prices, usage))):
        yield Note(reservations)
    if len(digest.trend) > 1:
        yield Chart(
            translate(N_("Twelve months to each month, %")),
            [translate.format_short_month(point.month) for point in digest.trend],
            [
                (translate(METRIC_LABELS[metric]), [to_percent(getattr(point, metric)) for point in digest.trend])
                for metric in _METRICS
            ],
        )


def _build_actions(digest: Digest, translate: Translator) -> Iterator[MessagePart]:
    """Yield the suggestions, and the values of the column."""
    yield Headline(translate(N_("What to do") if digest.company.advice else N_("Segments in detail")))
    for number, suggestion in enumerate(digest.company.advice, 1):
        text = describe_suggestion(suggestion, digest.company.currency, translate)
        yield Paragraph(text[:1].upper() + text[1:], f"{number}.")
    if digest.segments:
        yield _build_segments(digest, translate)


def _build_renewals(renewals: Renewals, digest: Digest, cut: str, translate: Translator) -> Iterator[MessagePart]:
    """Yield the renewals ahead: their ARR, the part of it at risk, and those with most of it."""
    currency = digest.company.currency
    yield Headline(translate(N_("Renewals in {days} days"), days=renewals.days))
    yield Paragraph(_sum_renewals(renewals, digest.renewals_at_risk, currency, translate))
    headings = (N_("account"), N_("ARR"), N_("renews"), N_("signs of risk"))
    rows = [[translate(heading) for heading in headings]]
    rows += (
        [
            shorten_name(account.name),
            translate.format_money(account.arr, currency),
            format_renewal(account.renewal, translate) if account.renewal else "",
            list_reasons(account.reasons, translate),
        ]
        for account in renewals.first
    )
    yield Grid(rows, "lrll", heading=True)
    if more := renewals.count - len(renewals.first):
        text = translate(
            N_("And {accounts} more, {arr} ARR."),
            accounts=count_accounts(more, translate),
            arr=translate.format_short_money(renewals.arr - sum(account.arr for account in renewals.first), currency),
        )
        yield Note(text, f"/nrr renewals {cut}".strip())


def _sum_renewals(renewals: Renewals, at_risk: Renewals | None, currency: Currency, translate: Translator) -> str:
    values = {
        "accounts": count_accounts(renewals.count, translate),
        "arr": translate.format_short_money(renewals.arr, currency),
    }
    if at_risk is None:
        return translate(N_("{accounts}, {arr} ARR, no sign of risk."), **values)
    if at_risk.count == renewals.count:
        return translate.plural(
            N_("{accounts}, {arr} ARR, with a sign of risk."),
            N_("{accounts}, {arr} ARR, all with a sign of risk."),
            renewals.count,
            **values,
        )
    return translate(
        N_("{accounts}, {arr} ARR, of which {risky} with a sign of risk ({risk})."),
        **values,
        risky=translate.format_count(at_risk.count),
        risk=translate.format_short_money(at_risk.arr, currency),
    )


def _name_last_step(digest: Digest, translate: Translator) -> str:
    """Return the lead of the accounts that moved: in the last month, or since the close before it."""
    if digest.movers_since is None or digest.movers_since == digest.last_month - 1:
        return translate(N_("Moved most in {month}:"), month=digest.last_month)
    return translate(N_("Moved most since {month}:"), month=digest.movers_since)


_MOVES = {
    "new": N_("{name} is new ({amount})"),
    "reactivation": N_("{name} came back ({amount})"),
    "expansion": N_("{name} {amount}"),
    "contraction": N_("{name} {amount}"),
    "churn": N_("{name} left ({amount})"),
}


def _describe_mover(mover: Mover, digest: Digest, translate: Translator) -> str:
    currency = digest.company.currency
    small = abs(mover.amount) < currency.unit
    amount = translate.format_money(mover.amount, currency, cents=small, signed=True)
    return translate(_MOVES[mover.kind], name=shorten_name(mover.name), amount=amount)


def _build_segments(digest: Digest, translate: Translator) -> Details:
    """Return the twelve months of each segment, with their change and the verdict."""
    heading = (
        translate(digest.dimension),
        translate(N_("NRR, 12 months")),
        translate(N_("GRR, 12 months")),
        translate(N_("Accounts")),
        translate(N_("Verdict")),
    )
    rows = [heading, *(_build_row(digest, segment, translate) for segment in digest.segments)]
    parts: list[Paragraph | Grid] = [Grid(rows, "lrrrl", heading=True)]
    if digest.unlisted:
        note = translate.plural(
            N_("{count} smaller value of {dimension} is not listed; /nrr and its name shows it."),
            N_("{count} smaller values of {dimension} are not listed; /nrr and a name shows one."),
            digest.unlisted,
            dimension=translate(digest.dimension),
        )
        parts.append(Paragraph(note))
    return Details(translate(N_("By {dimension}"), dimension=translate(digest.dimension)), parts)


def _build_row(digest: Digest, segment: Answer, translate: Translator) -> tuple[str, ...]:
    return (
        name_cut(segment.question.filters[-1:], translate),
        _format_change(segment.ttm.nrr if segment.ttm else None, digest.change(segment, "ttm_nrr"), translate),
        _format_change(segment.ttm.grr if segment.ttm else None, digest.change(segment, "ttm_grr"), translate),
        translate.format_count(segment.ttm.bridge.base if segment.ttm else segment.asked.bridge.base),
        _name_verdict(segment, translate),
    )


def _format_change(value: Fraction | None, change: Fraction | None, translate: Translator) -> str:
    ratio_text = format_ratio(value, translate)
    return f"{ratio_text} ({format_signed_points(change, translate)})" if change else ratio_text


def _name_verdict(segment: Answer, translate: Translator) -> str:
    assessment = segment.assessment
    if assessment.withheld == "small_base":
        return translate(N_("too few accounts"))
    return translate(RATINGS[assessment.rating]).removesuffix(".") if assessment.rating else translate(N_("n/a"))


def _build_problems(digest: Digest, translate: Translator) -> Paragraph:
    problems = digest.new_problems
    count = sum(problems.values())
    listed = ", ".join(f"{code} {translate.format_count(number)}" for code, number in problems.items())
    if digest.company.origin.is_of_warehouse:
        text = translate.plural(
            N_("{count} problem ({listed}); nrrbot problems says where and how to fix it."),
            N_("{count} problems ({listed}); nrrbot problems says where and how to fix them."),
            count,
            listed=listed,
        )
        lead = N_("New in the warehouse:") if digest.previous else N_("In the warehouse:")
        return Paragraph(text, translate(lead))
    text = translate.plural(
        N_("{count} problem ({listed}); the tab NRR Problems says where and how to fix it."),
        N_("{count} problems ({listed}); the tab NRR Problems says where and how to fix them."),
        count,
        listed=listed,
    )
    return Paragraph(text, translate(N_("New in the sheet:") if digest.previous else N_("In the sheet:")))
