"""The outlook, as a message: always called an extrapolation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bot.locale.translator import Words
from bot.messages.kit.layout import Grid, Headline, Note, Paragraph, Part, render
from bot.messages.kit.message import Message
from bot.messages.kit.sentences import accounts, distance, ratio, skipped, subject
from core.errors import N_
from core.outlook.forecast import Ahead, Outlook, Range


def outlook_message(found: Outlook, words: Words) -> Message:
    """Return the ranges at the end of the quarter and of the year, and what they stand on."""
    return render(list(_parts(found, words)))


def _parts(found: Outlook, words: Words) -> Iterator[Part]:
    name = subject(found.question.filters, words)
    if found.ttm is None or found.reason:
        reason = words.sentence(found.reason) if found.reason else words(N_("n/a"))
        yield Headline(words(N_("{name}: no outlook, {reason}"), name=name, reason=reason))
        yield Note(words(N_("Data to {month}."), month=found.ledger.last))
        return
    yield Headline(_headline(found, name, words))
    headings = (
        words(N_("twelve months to")),
        words(N_("accounts")),
        words(N_("NRR, low")),
        words(N_("NRR, high")),
        words(N_("GRR, low")),
        words(N_("GRR, high")),
    )
    now, integer = found.ttm, words.integer(found.ttm.base)
    last = words(N_("{month} (measured)"), month=words.short_month(found.ledger.last))
    nrr, grr = ratio(now.nrr, words), ratio(now.grr, words)
    rows = [
        (
            words.short_month(each.end),
            words.integer(each.base),
            *(ratio(value, words) for span in (each.nrr, each.grr) for value in _ends(span)),
        )
        for each in found.rows
    ]
    yield Grid([headings, (last, integer, nrr, nrr, grr, grr), *rows], "lrrrrr", heading=True)
    if found.rates and any(each.nrr for each in found.rows):
        yield Paragraph(
            words(
                N_(
                    "high, if the monthly rates of {first} to {last} go on: expansion {expansion}, losses {loss} of "
                    "the MRR. Low, if besides what is known to end does end, and renewals with a sign of leaving are "
                    "lost."
                ),
                first=found.rates.first,
                last=found.rates.last,
                expansion=ratio(found.rates.expansion, words),
                loss=ratio(found.rates.loss, words),
            ),
            words(N_("How it is made:")),
        )
    for each in found.rows:
        yield Paragraph(_known(each, found, words), words(N_("By {month}:"), month=words.month(each.end)))
    said = words(
        N_(
            "An extrapolation, not a forecast: it knows nothing of what you will do. Low and high are two "
            "assumptions, not a margin of error. Rates of currencies stay. Data to {month}."
        ),
        month=found.ledger.last,
    )
    yield Note(f"{said} {skipped(int(found.ledger.quarantined.sum()), words)}".strip())


def _headline(found: Outlook, name: str, words: Words) -> str:
    each = found.rows[0]
    if each.nrr is None:
        reason = words.sentence(each.withheld) if each.withheld else words(N_("n/a"))
        return words(N_("{name}: no outlook, {reason}"), name=name, reason=reason)
    low, high = (ratio(value, words) for value in (each.nrr.low, each.nrr.high))
    if low == high:
        return words(
            N_("{name}, extrapolated: NRR over twelve months {nrr} at the end of {month}"),
            name=name, nrr=high, month=each.end,
        )  # fmt: skip
    return words(
        N_("{name}, extrapolated: NRR over twelve months {low} to {high} at the end of {month}"),
        name=name, low=low, high=high, month=each.end,
    )  # fmt: skip


def _ends(span: Range | None) -> tuple[Fraction | None, Fraction | None]:
    return (span.low, span.high) if span else (None, None)


def _known(each: Ahead, found: Outlook, words: Words) -> str:
    """Return what is known to end by a close, and what is up for renewal."""
    currency, said = found.ledger.currency, []
    if each.ends.accounts:
        said.append(
            words(
                N_("Subscriptions of {accounts} end, {mrr} MRR, with no line that follows."),
                accounts=accounts(each.ends.accounts, words),
                mrr=words.money(each.ends.mrr, currency),
            )
        )
    if each.at_risk.accounts:
        said.append(
            words(
                N_("{accounts} with a sign of leaving renew, {mrr} MRR."),
                accounts=accounts(each.at_risk.accounts, words),
                mrr=words.money(each.at_risk.mrr, currency),
            )
        )
    if each.renewals.accounts and each.starting:
        said.append(
            words(
                N_("Up for renewal in all: {accounts}, {mrr} MRR; each tenth of it that is lost costs {points}."),
                accounts=accounts(each.renewals.accounts, words),
                mrr=words.money(each.renewals.mrr, currency),
                points=distance(Fraction(each.renewals.mrr, 10 * each.starting), words),
            )
        )
    if not each.ends.accounts and not each.at_risk.accounts:
        said.append(
            words(N_("The sheet knows no end and no renewal with a sign of leaving: low and high are the same."))
        )
    return " ".join(said)
