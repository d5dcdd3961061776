"""A Digest as a message: the ratios, the verdict, the renewals at risk, the change since the last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bot.locale.translator import Translator
from bot.messages.advice.assessment import (
    MARKS,
    RATINGS,
    describe_cause,
    describe_twelve_months,
    describe_without_largest,
    name_month,
)
from bot.messages.kit.layout import add_spans, render
from bot.messages.kit.limits import count_words
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Button, Headline, MessagePart, Note, Paragraph, Timestamp
from bot.messages.kit.provenance import (
    NEWER_LOAD,
    build_answer_caution,
    describe_left_out,
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
from core.digests.fall import Fall
from core.digests.weekly import FIRST_TO_CALL, Digest, Recorded, Renewals
from core.errors import N_
from core.money import Currency
from core.reports.answer import Answer
from core.terms import Component


@dataclass(frozen=True, slots=True)
class Footer:
    """The end of a digest that was subscribed to.

    Attributes:
        text: why its readers get it.
        subscription: the number of the subscription.

    """

    text: str
    subscription: int


# The words of the message without its thread.
WORDS = 120
# So many closes tell how much NRR moves.
_NORMAL_CLOSES = 3


def build_digest_message(
    digest: Digest,
    translate: Translator,
    write: Callable[[str], str] | None = None,
    footer: Footer | None = None,
) -> Message:
    """Return the digest as a message; everything else is in its thread.

    Args:
        digest: the digest.
        translate: the readers' language.
        write: returns the value of a button that asks a line; None for a digest without buttons.
        footer: its end; None where no one has subscribed to it.

    """
    # A long digest names one renewal less.
    for named in (FIRST_TO_CALL, 1):
        parts = list(_build_parts(digest, translate, footer, named))
        if count_words(render(parts).text) <= WORDS:
            break
    marked = mark_old_data(parts, digest.ledger, digest.day, translate)
    origin = digest.company.origin
    synced = Timestamp(translate.format_moment(origin.synced_at), origin.synced_at)
    buttons = list(_build_buttons(digest, translate, write)) if write else []
    if footer:
        buttons += list_footer_buttons(footer, translate)
    return render([*add_spans(mark_stale_data(marked, origin, translate), [synced]), *buttons])


def list_footer_buttons(footer: Footer, translate: Translator) -> list[Button]:
    """Return the buttons of a subscription, below what it sends."""
    number = str(footer.subscription)
    return [
        Button(translate(N_("Pause")), "pause", number),
        Button(translate(N_("Settings")), "settings", number),
    ]


def _build_buttons(digest: Digest, translate: Translator, write: Callable[[str], str]) -> Iterator[Button]:
    """Yield the questions that a digest leads to."""
    if digest.segments:
        column = digest.dimension.lower()
        title = translate(N_("By {heading}"), heading=translate(digest.dimension))
        yield Button(title, "answer", write(f"by {column} TTM {digest.last_month}"), "by")
    if digest.renewals:
        yield Button(translate(N_("Renewals")), "answer", write("renewals"), "renewals")
    yield Button(translate(N_("Why")), "answer", write(f"why TTM {digest.last_month}"), "why")


def _build_parts(digest: Digest, translate: Translator, footer: Footer | None, named: int) -> Iterator[MessagePart]:
    company = digest.company
    yield Headline(_write_headline(digest, translate))
    yield _build_verdict(company, digest.fall, translate)
    if digest.renewals_at_risk:
        yield Paragraph(
            _describe_renewals(digest.renewals_at_risk, named, company.currency, translate),
            translate(N_("Renewals at risk in {days} days:"), days=digest.renewals_at_risk.days),
        )
    if digest.previous:
        yield Paragraph(_describe_changes(digest, digest.previous, translate), translate(N_("Since the last digest:")))
    elif normal := _describe_normal(digest, translate):
        yield Paragraph(normal)
    if digest.missed:
        yield Paragraph(translate(N_("The one before is missing: see the thread.")))
    yield from build_answer_caution(company, digest.cautions, translate)
    excluded = describe_left_out(digest.ledger, company.excluded.accounts, company.origin, translate)
    read = translate(
        N_("Data to {month}, synced {moment}."),
        month=company.data_through,
        moment=translate.format_moment(company.origin.synced_at),
    )
    newer = translate(NEWER_LOAD) if digest.has_newer_load else ""
    yield Note(" ".join(filter(None, (excluded, read, newer, footer.text if footer else ""))))


def _write_headline(digest: Digest, translate: Translator) -> str:
    """Return the ratios of the twelve months with their targets; without twelve months those of the quarter."""
    company, name = digest.company, name_cut(digest.filters, translate) if digest.filters else ""
    if company.ttm is None:
        figures, period = format_both_ratios(company.asked, translate, company.question), company.question.period
        if name:
            return translate(N_("{cut}, {period}: {figures}"), cut=name, period=period, figures=figures)
        return translate(N_("Retention, {period}: {figures}"), period=period, figures=figures)
    ratios = []
    for metric in order_metrics(company.question):
        ratio, aim = format_one_ratio(metric, company.ttm, translate), company.assessment.aims.get(metric)
        if aim:
            target = format_short_ratio(aim.value, translate)
            template = N_("{ratio} (range from {target})") if aim.source == "range" else N_("{ratio} (target {target})")
            ratio = translate(template, ratio=ratio, target=target)
        ratios.append(ratio)
    if name:
        return translate(N_("{cut}: {figures}"), cut=name, figures=", ".join(ratios))
    return translate(N_("Retention: {figures}"), figures=", ".join(ratios))


# The component behind a fall -> the sentence with the account that weighs most, and the one without.
_FALLS: Mapping[Component, tuple[str, str]] = {
    "churn": (
        N_("NRR fell {points} points in three months; churn cost {part}, mostly {name} ({mrr} of MRR, {month})."),
        N_("NRR fell {points} points in three months; churn cost {part}."),
    ),
    "contraction": (
        N_("NRR fell {points} points in three months; contraction cost {part}, mostly {name} ({mrr} of MRR, {month})."),
        N_("NRR fell {points} points in three months; contraction cost {part}."),
    ),
    "expansion": (
        "",
        N_("NRR fell {points} points in three months; less expansion cost {part}."),
    ),
}


def _build_verdict(company: Answer, fall: Fall | None, translate: Translator) -> Paragraph:
    """Return whether to worry, why, and the change of the twelve months within the quarter."""
    rating, ttm = company.assessment.rating, company.ttm
    if ttm is None or rating is None:
        return Paragraph(describe_twelve_months(company, translate))
    if fall:
        sentences = [_describe_fall(fall, company, translate)]
    else:
        sentences = [describe_cause(company, translate), _describe_quarter(company, translate)]
    sentences.append(describe_without_largest(company, translate))
    return Paragraph(" ".join(filter(None, sentences)), translate(RATINGS[rating]), MARKS[rating])


def _describe_fall(fall: Fall, company: Answer, translate: Translator) -> str:
    named, unnamed = _FALLS[fall.component]
    points, part = (format_signed_points(value, translate).removeprefix("+") for value in (fall.points, fall.part))
    if fall.account is None:
        return translate(unnamed, points=points, part=part)
    return translate(
        named,
        points=points,
        part=part,
        name=shorten_name(fall.account.name),
        mrr=translate.format_short_money(fall.account.amount, company.currency),
        month=name_month(fall.month, company, translate) if fall.month else "",
    )


def _describe_quarter(company: Answer, translate: Translator) -> str:
    """Return the change of the twelve months within the quarter; empty where it is not known."""
    earlier, ttm = company.earlier, company.ttm
    if earlier is None or earlier.nrr is None or earlier.grr is None:
        return ""
    if ttm is None or ttm.nrr is None or ttm.grr is None:
        return ""
    return translate(
        N_("Twelve months to {month}: NRR {nrr} since {earlier}, GRR {grr}."),
        month=name_month(ttm.bridge.window.end, company, translate),
        nrr=format_point_change(ttm.nrr - earlier.nrr, translate),
        grr=format_signed_points(ttm.grr - earlier.grr, translate),
        earlier=name_month(earlier.window.end, company, translate),
    )


def _describe_changes(digest: Digest, previous: Recorded, translate: Translator) -> str:
    """Return the change of the yearly ratios since the last digest, and the last closed month."""
    company = digest.company
    if digest.is_unchanged:
        return translate(N_("no figure has changed ({month} is the last closed month)."), month=company.data_through)
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
    text = translate(
        template, changes=", ".join(changes) or translate(N_("n/a")), month=translate.format_month(company.data_through)
    )
    if digest.restatements:
        text = f"{text} {translate(N_('Closed periods were restated: see the thread.'))}"
    return text


def _describe_normal(digest: Digest, translate: Translator) -> str:
    """Return how NRR has moved, for readers of the first digest; empty where the sheet is too short to say."""
    ratios = [point.nrr for point in digest.trend]
    if len(ratios) < _NORMAL_CLOSES:
        return ""
    steps = sorted(abs(later - earlier) for earlier, later in pairwise(ratios))
    return translate(
        N_(
            "First digest. Normal so far: NRR between {low} and {high}, mostly within {step} points from close to "
            "close."
        ),
        low=format_ratio(min(ratios), translate),
        high=format_ratio(max(ratios), translate),
        step=format_signed_points(steps[len(steps) * 3 // 4], translate).removeprefix("+"),
    )


def _describe_renewals(renewals: Renewals, most: int, currency: Currency, translate: Translator) -> str:
    named = [
        translate(
            N_("{name} ({arr} ARR, {day})"),
            name=shorten_name(account.name),
            arr=translate.format_short_money(account.arr, currency),
            day=format_renewal(account.renewal, translate),
        )
        for account in renewals.first[:most]
        if account.renewal
    ]
    return translate(
        N_("{count}, {arr} ARR. First to call: {names}."),
        count=translate.format_count(renewals.count),
        arr=translate.format_short_money(renewals.arr, currency),
        names=", ".join(named),
    )
