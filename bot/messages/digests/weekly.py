"""A Digest as a message: the ratios, the accounts that moved, the verdict, the suggestions."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Translator
from bot.messages.digests.restatements import describe_restated_figures
from bot.messages.kit.assessment import describe_main_cause, describe_verdicts
from bot.messages.kit.layout import render
from bot.messages.kit.message import Message
from bot.messages.kit.parts import Grid, Headline, MessagePart, Note, Paragraph
from bot.messages.kit.provenance import build_answer_caution, describe_provenance
from bot.messages.kit.sentences import format_ratio, format_short_ratio, format_signed_points, name_cut
from bot.messages.kit.suggestions import describe_suggestion
from core.digests.weekly import RENEWAL_DAYS, Digest, Mover
from core.errors import N_
from core.playbook.playbook import Playbook
from core.reports.answer import Answer

NAMED = 3


def build_digest_message(digest: Digest, playbook: Playbook, translate: Translator) -> Message:
    """Return the digest as a message."""
    return render(list(_build_parts(digest, playbook, translate)))


def _build_parts(digest: Digest, playbook: Playbook, translate: Translator) -> Iterator[MessagePart]:
    company = digest.company
    yield Headline(translate(N_("Retention, week of {day}"), day=translate.format_date(digest.monday)))
    yield Paragraph(_describe_ratios(digest, translate))
    yield Paragraph(describe_verdicts(company, translate))
    yield from build_answer_caution(company, digest.cautions, translate)
    if digest.restatements:
        yield Paragraph(describe_restated_figures(digest.restated, digest.restatements, translate))
    if digest.movers:
        mover_list = ", ".join(_describe_mover(mover, digest, translate) for mover in digest.movers)
        yield Paragraph(mover_list + ".", _name_last_step(digest, translate))
    if digest.renewals_at_risk:
        yield Paragraph(_describe_renewals(digest, translate), translate(N_("Coming up:")))
    if digest.segments:
        yield Grid(_build_rows(digest, translate), "lrrrrrl", heading=True)
    if digest.unlisted:
        yield Note(
            translate.plural(
                N_("{count} smaller value of {dimension} is not listed; /nrr and its name shows it."),
                N_("{count} smaller values of {dimension} are not listed; /nrr and a name shows one."),
                digest.unlisted,
                dimension=translate(digest.dimension),
            )
        )
    if heaviest := describe_main_cause(company, translate):
        yield Paragraph(heaviest, translate(N_("What weighs most:")))
    for number, suggestion in enumerate(company.advice, 1):
        title, reason = describe_suggestion(suggestion, company.currency, playbook, translate)
        yield Paragraph(f"{title}. {reason}", translate(N_("Worth trying {number}:"), number=number))
    if company.origin.problems:
        yield Paragraph(_describe_problems(company, translate), translate(N_("In the sheet:")))
    yield Note(describe_provenance(company, translate))


def _name_last_step(digest: Digest, translate: Translator) -> str:
    """Return the lead of the accounts that moved: in the last month, or since the close before it."""
    if digest.movers_since is None or digest.movers_since == digest.last_month - 1:
        return translate(N_("Moved most in {month}:"), month=digest.last_month)
    return translate(N_("Moved most since {month}:"), month=digest.movers_since)


def _describe_renewals(digest: Digest, translate: Translator) -> str:
    renewals = digest.renewals_at_risk
    named = [
        f"{account.name} ({translate.format_date(account.renewal)})" for account in renewals[:NAMED] if account.renewal
    ]
    return translate.plural(
        N_("{count} renewal worth {arr} ARR in {days} days shows a risk: {names}. /nrr renewals lists it."),
        N_("{count} renewals worth {arr} ARR in {days} days show a risk, first {names}. /nrr renewals lists them."),
        len(renewals),
        arr=translate.format_money(sum(account.arr for account in renewals), digest.company.currency),
        days=RENEWAL_DAYS,
        names=translate.format_list(named),
    )


def _describe_ratios(digest: Digest, translate: Translator) -> str:
    company = digest.company
    sentences = []
    if company.ttm is None:
        reason = translate.format_sentence(company.ttm_reason) if company.ttm_reason else ""
        sentences.append(translate(N_("Over twelve months: n/a, it {reason}."), reason=reason))
    else:
        sentences.append(
            translate(
                N_("Over twelve months NRR {nrr}{nrr_beside}, GRR {grr}{grr_beside}."),
                nrr=format_ratio(company.ttm.nrr, translate),
                nrr_beside=_describe_change_and_target(digest, "nrr", translate),
                grr=format_ratio(company.ttm.grr, translate),
                grr_beside=_describe_change_and_target(digest, "grr", translate),
            )
        )
    sentences.append(
        translate(
            N_("{period}: NRR {nrr}, GRR {grr}."),
            period=company.question.period,
            nrr=format_ratio(company.asked.nrr, translate),
            grr=format_ratio(company.asked.grr, translate),
        )
    )
    if digest.previous is None:
        sentences.append(translate(N_("This is the first digest, so there is nothing yet to compare with.")))
    elif digest.previous.data_through == company.data_through:
        sentences.append(translate(N_("No month has closed since the last digest.")))
    return " ".join(sentences)


def _describe_change_and_target(digest: Digest, name: str, translate: Translator) -> str:
    """Return the change and the target of a yearly ratio, in brackets; empty where it has neither."""
    assessment = digest.company.assessment
    gap = assessment.nrr_gap if name == "nrr" else assessment.grr_gap
    change = digest.change(digest.company, f"ttm_{name}")
    parts = []
    if change is not None:
        parts.append(translate(N_("{points} since the last digest"), points=format_signed_points(change, translate)))
    if gap is not None:
        parts.append(translate(N_("target {target}"), target=format_short_ratio(gap.target, translate)))
    return f" ({', '.join(parts)})" if parts else ""


_MOVES = {
    "new": N_("{name} is new, {amount}"),
    "reactivation": N_("{name} came back, {amount}"),
    "expansion": N_("{name} {amount}"),
    "contraction": N_("{name} {amount}"),
    "churn": N_("{name} left, {amount}"),
}


def _describe_mover(mover: Mover, digest: Digest, translate: Translator) -> str:
    currency = digest.company.currency
    small = abs(mover.amount) < currency.unit
    amount = translate.format_money(mover.amount, currency, cents=small, signed=True)
    return translate(_MOVES[mover.kind], name=mover.name, amount=amount)


def _build_rows(digest: Digest, translate: Translator) -> list[tuple[str, ...]]:
    """Return one row per segment: twelve months with their change, the quarter, accounts, and the verdict."""
    period = translate.format_period(digest.company.question.period)
    heading = (
        translate(digest.dimension),
        translate(N_("NRR, 12 months")),
        translate(N_("GRR, 12 months")),
        translate(N_("NRR, {period}"), period=period),
        translate(N_("GRR, {period}"), period=period),
        translate(N_("Accounts")),
        translate(N_("Verdict")),
    )
    return [heading, *(_build_row(digest, segment, translate) for segment in digest.segments)]


def _build_row(digest: Digest, segment: Answer, translate: Translator) -> tuple[str, ...]:
    return (
        name_cut(segment.question.filters, translate),
        _format_change(segment.ttm.nrr if segment.ttm else None, digest.change(segment, "ttm_nrr"), translate),
        _format_change(segment.ttm.grr if segment.ttm else None, digest.change(segment, "ttm_grr"), translate),
        format_ratio(segment.asked.nrr, translate),
        format_ratio(segment.asked.grr, translate),
        translate.format_count(segment.asked.bridge.base),
        _name_verdict(segment, translate),
    )


def _format_change(value: Fraction | None, change: Fraction | None, translate: Translator) -> str:
    ratio_text = format_ratio(value, translate)
    return f"{ratio_text} ({format_signed_points(change, translate)})" if change else ratio_text


_VERDICTS = {
    "healthy": N_("good: keeps and grows"),
    "leaking": N_("bad: growth hides losses"),
    "loyal": N_("watch: stays, does not grow"),
    "losing": N_("bad: losing"),
}
_SHORT_OF_TARGET = {"nrr": N_("watch: NRR short of target"), "grr": N_("watch: GRR short of target")}


def _name_verdict(segment: Answer, translate: Translator) -> str:
    assessment = segment.assessment
    if assessment.withheld == "small_base":
        return translate(N_("too few accounts"))
    if assessment.diagnosis is None:
        return translate(N_("n/a"))
    if assessment.diagnosis == "between":
        return translate(_SHORT_OF_TARGET[assessment.larger_gap] if assessment.larger_gap else N_("good: on target"))
    if assessment.diagnosis == "healthy" and any(
        verdict and verdict.state == "below" for verdict in (assessment.nrr, assessment.grr)
    ):
        return translate(N_("watch: below its range"))
    return translate(_VERDICTS[assessment.diagnosis])


def _describe_problems(company: Answer, translate: Translator) -> str:
    total = sum(company.origin.problems.values())
    listed = ", ".join(f"{code} {translate.format_count(count)}" for code, count in company.origin.problems.items())
    return translate.plural(
        N_("{count} problem ({listed}); the tab NRR Problems says where and how to mend it."),
        N_("{count} problems ({listed}); the tab NRR Problems says where and how to mend them."),
        total,
        listed=listed,
    )
