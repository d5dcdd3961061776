"""A Digest as a message: the ratios, the accounts that moved, the verdict, the suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.advice.assessment import (
    MARKS,
    RATINGS,
    describe_cause,
    describe_twelve_months,
    describe_without_largest,
    name_month,
)
from bot.messages.advice.cautions import describe_yearly_price_changes
from bot.messages.advice.suggestions import describe_suggestion
from bot.messages.digests.restatements import describe_restated_figures
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Details, Grid, Headline, MessagePart, Note, Paragraph, Timestamp
from bot.messages.kit.provenance import (
    build_answer_caution,
    describe_left_out,
    describe_usage_months,
    mark_old_data,
    mark_stale_data,
)
from bot.messages.kit.sentences import (
    METRIC_LABELS,
    format_both_ratios,
    format_one_ratio,
    format_point_change,
    format_ratio,
    format_renewal,
    format_short_ratio,
    format_signed_points,
    name_cut,
    order_metrics,
    shorten_name,
)
from core.digests.weekly import Digest, Mover, Recorded, RenewalsAtRisk
from core.errors import N_
from core.money import Currency
from core.reports.answer import Answer


def build_digest_message(digest: Digest, translate: Translator, write: Callable[[str], str] | None = None) -> Message:
    """Return the digest as a message.

    Args:
        digest: the digest.
        translate: the readers' language.
        write: returns the value of a button that asks a line; None for a digest without buttons.

    """
    parts = _build_parts(digest, translate)
    marked = mark_old_data(list(parts), digest.ledger, digest.monday, translate)
    origin = digest.company.origin
    synced = Timestamp(translate.format_moment(origin.synced_at), origin.synced_at)
    buttons = _build_buttons(digest, translate, write) if write else ()
    return render([*add_spans(mark_stale_data(marked, origin, translate), [synced]), *buttons])


def _build_buttons(digest: Digest, translate: Translator, write: Callable[[str], str]) -> Iterator[Button]:
    """Yield the questions that a digest leads to."""
    if digest.segments:
        column = digest.dimension.lower()
        title = translate(N_("By {heading}"), heading=translate(digest.dimension))
        yield Button(title, "answer", write(f"by {column} TTM {digest.last_month}"), "by")
    if digest.renewals_at_risk:
        yield Button(translate(N_("Renewals")), "answer", write("renewals"), "renewals")
    yield Button(translate(N_("Why")), "answer", write(f"why TTM {digest.last_month}"), "why")


def _build_parts(digest: Digest, translate: Translator) -> Iterator[MessagePart]:
    company = digest.company
    yield Headline(_write_headline(company, translate))
    yield _build_verdict(company, translate)
    if digest.renewals_at_risk:
        yield Paragraph(
            _describe_renewals(digest.renewals_at_risk, company.currency, translate),
            translate(N_("Renewals at risk in {days} days:"), days=digest.renewals_at_risk.days),
        )
    if digest.previous:
        yield Paragraph(_describe_changes(digest, digest.previous, translate), translate(N_("Since the last digest:")))
    yield from build_answer_caution(company, digest.cautions, translate)
    if digest.restatements:
        yield Paragraph(describe_restated_figures(digest.restated, digest.restatements, translate))
    if digest.movers:
        mover_list = ", ".join(_describe_mover(mover, digest, translate) for mover in digest.movers)
        yield Paragraph(mover_list + ".", _name_last_step(digest, translate))
    if digest.segments:
        yield _build_segments(digest, translate)
    if company.advice:
        suggestions = [
            Paragraph(_capitalise(describe_suggestion(suggestion, company.currency, translate)), f"{number}.")
            for number, suggestion in enumerate(company.advice, 1)
        ]
        yield Details(translate(N_("What to do")), suggestions)
    if company.origin.problems:
        yield Details(translate(N_("In the sheet")), [Paragraph(_describe_problems(company, translate))])
    week = translate(N_("Week of {day}."), day=translate.format_date(digest.monday))
    excluded = describe_left_out(digest.ledger, company.excluded.accounts, translate)
    read = translate(
        N_("Data to {month}, synced {moment}."),
        month=company.data_through,
        moment=translate.format_moment(company.origin.synced_at),
    )
    prices = describe_yearly_price_changes(company, translate)
    usage = describe_usage_months(company.usage_months, translate)
    yield Note(" ".join(filter(None, (week, prices, excluded, read, usage))))


def _capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _write_headline(company: Answer, translate: Translator) -> str:
    """Return the ratios of the twelve months with their targets; without twelve months those of the quarter."""
    if company.ttm is None:
        figures = format_both_ratios(company.asked, translate, company.question)
        return translate(N_("Retention, {period}: {figures}"), period=company.question.period, figures=figures)
    ratios = []
    for metric in order_metrics(company.question):
        ratio, aim = format_one_ratio(metric, company.ttm, translate), company.assessment.aims.get(metric)
        if aim:
            target = format_short_ratio(aim.value, translate)
            ratio = translate(N_("{ratio} (target {target})"), ratio=ratio, target=target)
        ratios.append(ratio)
    return translate(N_("Retention: {figures}"), figures=", ".join(ratios))


def _build_verdict(company: Answer, translate: Translator) -> Paragraph:
    """Return whether to worry, why, and the change of the twelve months within the quarter."""
    rating, earlier, ttm = company.assessment.rating, company.earlier, company.ttm
    if ttm is None or rating is None:
        return Paragraph(describe_twelve_months(company, translate))
    sentences = [describe_cause(company, translate)]
    if earlier and earlier.nrr is not None and earlier.grr is not None and ttm.nrr is not None and ttm.grr is not None:
        sentences.append(
            translate(
                N_("Twelve months to {month}: NRR {nrr} since {earlier}, GRR {grr}."),
                month=name_month(ttm.bridge.window.end, company, translate),
                nrr=format_point_change(ttm.nrr - earlier.nrr, translate),
                grr=format_signed_points(ttm.grr - earlier.grr, translate),
                earlier=name_month(earlier.window.end, company, translate),
            )
        )
    sentences.append(describe_without_largest(company, translate))
    return Paragraph(" ".join(filter(None, sentences)), translate(RATINGS[rating]), MARKS[rating])


def _describe_changes(digest: Digest, previous: Recorded, translate: Translator) -> str:
    """Return the change of the yearly ratios since the last digest, and the last closed month."""
    company = digest.company
    changes = [
        f"{translate(METRIC_LABELS[metric])} {format_signed_points(change, translate)}"
        for metric in order_metrics(company.question)
        if (change := digest.change(company, f"ttm_{metric}")) is not None
    ]
    template = (
        N_("{changes}: no month has closed ({month} is the last).")
        if previous.data_through == company.data_through
        else N_("{changes}: {month} has closed.")
    )
    return translate(
        template, changes=", ".join(changes) or translate(N_("n/a")), month=translate.format_month(company.data_through)
    )


def _name_last_step(digest: Digest, translate: Translator) -> str:
    """Return the lead of the accounts that moved: in the last month, or since the close before it."""
    if digest.movers_since is None or digest.movers_since == digest.last_month - 1:
        return translate(N_("Moved most in {month}:"), month=digest.last_month)
    return translate(N_("Moved most since {month}:"), month=digest.movers_since)


def _describe_renewals(renewals: RenewalsAtRisk, currency: Currency, translate: Translator) -> str:
    named = [
        translate(
            N_("{name} ({arr} ARR, {day})"),
            name=shorten_name(account.name),
            arr=translate.format_short_money(account.arr, currency),
            day=format_renewal(account.renewal, translate),
        )
        for account in renewals.first
        if account.renewal
    ]
    return translate(
        N_("{count}, {arr} ARR. First to call: {names}."),
        count=translate.format_count(renewals.count),
        arr=translate.format_short_money(renewals.arr, currency),
        names=", ".join(named),
    )


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
        name_cut(segment.question.filters, translate),
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


def _describe_problems(company: Answer, translate: Translator) -> str:
    total = sum(company.origin.problems.values())
    listed = ", ".join(f"{code} {translate.format_count(count)}" for code, count in company.origin.problems.items())
    return translate.plural(
        N_("{count} problem ({listed}); the tab NRR Problems says where and how to fix it."),
        N_("{count} problems ({listed}); the tab NRR Problems says where and how to fix them."),
        total,
        listed=listed,
    )
