"""A Digest as a message: where retention stands, what moved, what it means, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.digests.restatements import restated_text
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import (
    heaviest_component,
    limit,
    points,
    ratio,
    stands_on,
    subject,
    suggestion,
    verdicts,
)
from core.digests.weekly import RENEWAL_DAYS, Digest, Mover
from core.errors import N_
from core.playbook.playbook import Playbook
from core.reports.answer import Answer

NAMED = 3


def digest_message(digest: Digest, playbook: Playbook, words: Words) -> Message:
    """Return the digest as a message."""
    return render(list(_parts(digest, playbook, words)))


def _parts(digest: Digest, playbook: Playbook, words: Words) -> Iterator[Part]:
    company = digest.company
    yield Headline(words(N_("Retention, week of {day}"), day=words.date(digest.monday)))
    yield Paragraph(_standing(digest, words))
    yield Paragraph(verdicts(company, words))
    if digest.restatements:
        yield Paragraph(restated_text(digest.restated, digest.restatements, words))
    if digest.movers:
        moved = ", ".join(_mover(each, digest, words) for each in digest.movers)
        yield Paragraph(moved + ".", words(N_("Moved most in {month}:"), month=digest.last_month))
    if digest.renewals_at_risk:
        yield Paragraph(_renewals(digest, words), words(N_("Coming up:")))
    if digest.segments:
        yield Grid(_table(digest, words), "lrrrrrl", heading=True)
    if digest.unlisted:
        yield Note(
            words.plural(
                N_("{count} smaller value of {dimension} is not listed; /nrr and its name shows it."),
                N_("{count} smaller values of {dimension} are not listed; /nrr and a name shows one."),
                digest.unlisted,
                dimension=words(digest.dimension),
            )
        )
    if heaviest := heaviest_component(company, words):
        yield Paragraph(heaviest, words(N_("What weighs most:")))
    for number, each in enumerate(company.advice, 1):
        title, reason = suggestion(each, company.currency, playbook, words)
        yield Paragraph(f"{title}. {reason}", words(N_("Worth trying {number}:"), number=number))
    if company.origin.problems:
        yield Paragraph(_problems(company, words), words(N_("In the sheet:")))
    yield Note(stands_on(company, words))


def _renewals(digest: Digest, words: Words) -> str:
    found = digest.renewals_at_risk
    named = [f"{each.name} ({words.date(each.renewal)})" for each in found[:NAMED] if each.renewal]
    return words.plural(
        N_("{count} renewal worth {arr} ARR in {days} days shows a risk: {names}. /nrr renewals lists it."),
        N_("{count} renewals worth {arr} ARR in {days} days show a risk, first {names}. /nrr renewals lists them."),
        len(found),
        arr=words.money(sum(each.arr for each in found), digest.company.currency),
        days=RENEWAL_DAYS,
        names=words.names(named),
    )


def _standing(digest: Digest, words: Words) -> str:
    company = digest.company
    said = []
    if company.ttm is None:
        reason = words.sentence(company.ttm_reason) if company.ttm_reason else ""
        said.append(words(N_("Over twelve months: n/a, it {reason}."), reason=reason))
    else:
        said.append(
            words(
                N_("Over twelve months NRR {nrr}{nrr_beside}, GRR {grr}{grr_beside}."),
                nrr=ratio(company.ttm.nrr, words),
                nrr_beside=_beside(digest, "nrr", words),
                grr=ratio(company.ttm.grr, words),
                grr_beside=_beside(digest, "grr", words),
            )
        )
    said.append(
        words(
            N_("{period}: NRR {nrr}, GRR {grr}."),
            period=company.question.period,
            nrr=ratio(company.asked.nrr, words),
            grr=ratio(company.asked.grr, words),
        )
    )
    if digest.previous is None:
        said.append(words(N_("This is the first digest, so there is nothing yet to compare with.")))
    elif digest.previous.data_through == company.data_through:
        said.append(words(N_("No month has closed since the last digest.")))
    return " ".join(said)


def _beside(digest: Digest, name: str, words: Words) -> str:
    """Return what stands in brackets behind a yearly ratio: its change, and its target."""
    reading = digest.company.reading
    gap = reading.nrr_gap if name == "nrr" else reading.grr_gap
    change = digest.change(digest.company, f"ttm_{name}")
    parts = []
    if change is not None:
        parts.append(words(N_("{points} since the last digest"), points=points(change, words)))
    if gap is not None:
        parts.append(words(N_("target {target}"), target=limit(gap.target, words)))
    return f" ({', '.join(parts)})" if parts else ""


_MOVES = {
    "new": N_("{name} is new, {amount}"),
    "reactivation": N_("{name} came back, {amount}"),
    "expansion": N_("{name} {amount}"),
    "contraction": N_("{name} {amount}"),
    "churn": N_("{name} left, {amount}"),
}


def _mover(mover: Mover, digest: Digest, words: Words) -> str:
    currency = digest.company.currency
    small = abs(mover.amount) < currency.unit
    amount = words.money(mover.amount, currency, cents=small, signed=True)
    return words(_MOVES[mover.kind], name=mover.name, amount=amount)


def _table(digest: Digest, words: Words) -> list[tuple[str, ...]]:
    """Return one row per segment: twelve months with their change, the quarter, accounts, and the verdict."""
    period = words.period(digest.company.question.period)
    heading = (
        words(digest.dimension),
        words(N_("NRR, 12 months")),
        words(N_("GRR, 12 months")),
        words(N_("NRR, {period}"), period=period),
        words(N_("GRR, {period}"), period=period),
        words(N_("Accounts")),
        words(N_("Verdict")),
    )
    return [heading, *(_row(digest, each, words) for each in digest.segments)]


def _row(digest: Digest, each: Answer, words: Words) -> tuple[str, ...]:
    return (
        subject(each.question.filters, words),
        _changed(each.ttm.nrr if each.ttm else None, digest.change(each, "ttm_nrr"), words),
        _changed(each.ttm.grr if each.ttm else None, digest.change(each, "ttm_grr"), words),
        ratio(each.asked.nrr, words),
        ratio(each.asked.grr, words),
        words.integer(each.asked.bridge.base),
        _word(each, words),
    )


def _changed(value: Fraction | None, change: Fraction | None, words: Words) -> str:
    shown = ratio(value, words)
    return f"{shown} ({points(change, words)})" if change else shown


_WORDS = {
    "healthy": N_("good: keeps and grows"),
    "leaking": N_("bad: growth hides losses"),
    "loyal": N_("watch: stays, does not grow"),
    "losing": N_("bad: losing"),
}
_SHORT = {"nrr": N_("watch: NRR short of target"), "grr": N_("watch: GRR short of target")}


def _word(each: Answer, words: Words) -> str:
    if each.reading.withheld == "small_base":
        return words(N_("too few accounts"))
    reading = each.reading
    if reading.diagnosis is None:
        return words(N_("n/a"))
    if reading.diagnosis == "between":
        return words(_SHORT[reading.larger_gap] if reading.larger_gap else N_("good: on target"))
    if reading.diagnosis == "healthy" and any(found and found.state == "below" for found in (reading.nrr, reading.grr)):
        return words(N_("watch: below its range"))
    return words(_WORDS[reading.diagnosis])


def _problems(company: Answer, words: Words) -> str:
    total = sum(company.origin.problems.values())
    listed = ", ".join(f"{code} {words.integer(count)}" for code, count in company.origin.problems.items())
    return words.plural(
        N_("{count} problem ({listed}); the tab NRR Problems says where and how to mend it."),
        N_("{count} problems ({listed}); the tab NRR Problems says where and how to mend them."),
        total,
        listed=listed,
    )
